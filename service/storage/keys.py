"""Keys: who may ask, edit and administer; and the sessions of readers who signed in to the page with one.

A key is `dl_`, its id, `_` and 256 random bits. Only its SHA-256 is kept: a slow hash protects what can be
guessed, and such a key cannot be. Times are UTC.
"""

import hmac
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Literal, get_args

from sqlalchemy import (
    Column,
    DateTime,
    ForeignKey,
    LargeBinary,
    String,
    Table,
    delete,
    insert,
    select,
    update,
)

from index.database.connections import Address, Database, revised
from index.errors import BadValue, NotFound

FILE = "keys.db"
SESSION = timedelta(days=7)  # that a reader stays signed in
COARSE = timedelta(minutes=5)  # a key's last use is noted no more often
LONGEST_NAME = 100

Role = Literal["ask", "edit", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)  # each may do what those before it may

_KEY = re.compile(rb"dl_([0-9a-f]{12})_[A-Za-z0-9_-]{43}")

tables = revised("keys", "1")

key = Table(
    "api_key",
    tables,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("role", String, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("created", DateTime, nullable=False),
    Column("last_used", DateTime),
    Column("revoked", DateTime),
)

session = Table(
    "page_session",
    tables,
    Column("digest", LargeBinary, primary_key=True),
    Column("key_id", ForeignKey("api_key.id", ondelete="CASCADE"), nullable=False),
    Column("expires", DateTime, nullable=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key as lists show it, without what opens. `last_used` may be five minutes behind."""

    id: str
    name: str
    role: Role
    created: datetime
    last_used: datetime | None = None
    revoked: datetime | None = None

    def may(self, role: Role) -> bool:
        """Tells whether it may do what takes that role."""
        return ROLES.index(self.role) >= ROLES.index(role)


class Keys:
    """The keys of an archive. Every process that opens them sees at once what another one changes."""

    def __init__(
        self,
        address: Address,
        required: bool = False,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Opens the database, made if there is none. `required` asks for a key even where there is none."""
        self.address = address
        self._database = Database(address, "the record of keys")
        self._database.create(tables)
        self._clock = now
        self._required = required or self.any()

    def close(self) -> None:
        """Closes every connection."""
        self._database.close()

    def create(self, name: str, role: Role) -> tuple[Key, str]:
        """A new key, and what opens, which can never be shown again. Raises BadValue."""
        if not (name.isprintable() and 0 < len(name) <= LONGEST_NAME):
            raise BadValue(f"a key needs a printable name of up to {LONGEST_NAME} characters, not {name!r}")
        if role not in ROLES:
            raise BadValue(f"no role {role!r}; there are: {', '.join(ROLES)}")
        id = secrets.token_hex(6)
        secret = f"dl_{id}_{secrets.token_urlsafe(32)}"
        created = self._now()
        values = {"id": id, "name": name, "role": role, "created": created}
        with self._database.writing() as connection:
            connection.execute(insert(key).values(**values, digest=_digest(secret.encode())))
        return Key(id=id, name=name, role=role, created=_zoned(created)), secret

    def all(self) -> list[Key]:
        """Every key there ever was, the oldest first."""
        with self._database.reading() as connection:
            return [_key(row) for row in connection.execute(select(key).order_by(key.c.created, key.c.id))]

    def revoke(self, id: str) -> Key:
        """Ends a key with all its sessions, at once and for ever. Raises NotFound."""
        with self._database.writing() as connection:
            unless_done = (key.c.id == id, key.c.revoked.is_(None))
            connection.execute(update(key).where(*unless_done).values(revoked=self._now()))
            connection.execute(delete(session).where(session.c.key_id == id))
            row = connection.execute(select(key).where(key.c.id == id)).one_or_none()
        if row is None:
            raise NotFound(f"there is no key {id!r}; see `dateline keys list`")
        return _key(row)

    def any(self) -> bool:
        """Tells whether there is a key that is not revoked."""
        query = select(key.c.id).where(key.c.revoked.is_(None)).limit(1)
        with self._database.reading() as connection:
            return connection.execute(query).first() is not None

    def required(self) -> bool:
        """Tells whether a key is asked for: as soon as there is one, for as long as this is open.

        Who revokes the last key of a running server does not mean to let everybody in.
        """
        self._required = self._required or self.any()
        return self._required

    def find(self, given: bytes) -> Key | None:
        """The key that opens with those bytes; None for whatever else they are, and for one revoked."""
        parts = _KEY.fullmatch(given)
        if parts is None:
            return None
        with self._database.reading() as connection:
            row = connection.execute(select(key).where(key.c.id == parts[1].decode())).one_or_none()
        if row is None or row.revoked is not None or not hmac.compare_digest(row.digest, _digest(given)):
            return None
        return self._used(row)

    def sign_in(self, opened: Key) -> str:
        """A session of that key: the token that stands for it, until it expires or the key is revoked."""
        token = secrets.token_urlsafe(32)
        values = {"key_id": opened.id, "expires": self._now() + SESSION}
        with self._database.writing() as connection:
            connection.execute(delete(session).where(session.c.expires <= self._now()))
            connection.execute(insert(session).values(**values, digest=_digest(token.encode())))
        return token

    def signed_in(self, token: bytes) -> Key | None:
        """The key whose session that is; None where there is no such session any more."""
        alive = (session.c.expires > self._now(), key.c.revoked.is_(None))
        query = select(key).join(session).where(session.c.digest == _digest(token), *alive)
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else self._used(row)

    def sign_out(self, token: bytes) -> None:
        """Ends a session, if there is one."""
        with self._database.writing() as connection:
            connection.execute(delete(session).where(session.c.digest == _digest(token)))

    def _now(self) -> datetime:
        """SQLite keeps no time zone; every time that is kept here is UTC."""
        return self._clock().astimezone(UTC).replace(tzinfo=None)

    def _used(self, row: Any) -> Key:
        now = self._now()
        if row.last_used is None or now - row.last_used >= COARSE:
            with self._database.writing() as connection:
                connection.execute(update(key).where(key.c.id == row.id).values(last_used=now))
        return _key(row)


def _digest(secret: bytes) -> bytes:
    return sha256(secret).digest()


def _key(row: Any) -> Key:
    return Key(
        id=row.id,
        name=row.name,
        role=row.role,
        created=_zoned(row.created),
        last_used=row.last_used and _zoned(row.last_used),
        revoked=row.revoked and _zoned(row.revoked),
    )


def _zoned(time: datetime) -> datetime:
    return time.replace(tzinfo=UTC)
