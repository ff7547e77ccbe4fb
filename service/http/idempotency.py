"""Requests that may be sent again: the same key and body get the same response.

After the IETF draft "The Idempotency-Key HTTP Header Field" (draft-ietf-httpapi-idempotency-key-header-07).

Only what succeeded is kept; a request that failed may be tried again under its key. A process that is
killed leaves nothing behind that would have to be waited for.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Column, DateTime, String, Table, Text, delete, select

from index.database.connections import Address, Database, revised
from index.errors import BadValue
from service.http.problems import Conflict

FILE = "idempotency.db"
KEPT = timedelta(hours=24)

tables = revised("idempotency", "1")

response = Table(
    "response",
    tables,
    Column("owner", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("fingerprint", String, nullable=False),
    Column("body", Text, nullable=False),
    Column("made", DateTime, nullable=False),  # UTC
)


@dataclass(frozen=True, slots=True)
class Sent:
    """A request that may be sent again. `fingerprint` is the same for the same content, however packed."""

    owner: str  # the id of the key that asks; empty where no keys are asked for
    key: str
    fingerprint: str


class Responses:
    """The responses of requests that named a key, for 24 hours."""

    def __init__(self, address: Address) -> None:
        """Opens the database, made if there is none."""
        self._database = Database(address, "the record of requests", "delete it and start again")
        self._running: set[tuple[str, str]] = set()
        self._database.create(tables)

    def close(self) -> None:
        """Closes every connection."""
        self._database.close()

    @contextmanager
    def running(self, sent: Sent) -> Iterator[None]:
        """Holds a key while its request runs. Raises Conflict where another one holds it."""
        # Of another process's request the archive tells: it is busy, or has those articles already.
        held = (sent.owner, sent.key)
        if held in self._running:
            raise Conflict(f"a request with Idempotency-Key {sent.key!r} is still being answered")
        self._running.add(held)
        try:
            yield
        finally:
            self._running.discard(held)

    def find(self, sent: Sent) -> str | None:
        """The body that was sent under a key; None for a new one. Raises BadValue for another content."""
        query = select(response).where(
            response.c.owner == sent.owner,
            response.c.key == sent.key,
            response.c.made > _now() - KEPT,
        )
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        if row is not None and row.fingerprint != sent.fingerprint:
            raise BadValue(f"Idempotency-Key {sent.key!r} was already used with another body")
        return None if row is None else row.body

    def keep(self, sent: Sent, body: str) -> str:
        """Notes a response. Gives what is to be sent: that of a twin which came first, if there is one."""
        with self._database.writing() as connection:
            connection.execute(delete(response).where(response.c.made <= _now() - KEPT))
            values = {"owner": sent.owner, "key": sent.key, "fingerprint": sent.fingerprint}
            noted = self._database.insert(response).values(**values, body=body, made=_now())
            connection.execute(noted.on_conflict_do_nothing())
        return self.find(sent) or body


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
