"""Databases of a PostgreSQL server. COMMIT is the acknowledgement: `synchronous_commit` is never below `on`.

Writers of one kind of table take turns, a transaction each, by an advisory lock that the server frees
with the transaction, however its client ends. Readers wait for nobody.
"""

import zlib
from collections.abc import Callable
from functools import cache
from typing import Any
from weakref import finalize

import sqlalchemy as sa
from sqlalchemy import Connection, Table, event
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import ArgumentError, DBAPIError

from index.errors import BadValue, Busy, Damaged, DatelineError, NoSpace

CONNECT_SECONDS = "10"  # until a server that does not answer is given up
SCHEMES = ("postgresql+psycopg", "postgresql", "postgres")
INSTALL = "pip install 'psycopg[binary]'"

_REPLACED = "\N{REPLACEMENT CHARACTER}"  # for NUL, which PostgreSQL keeps in no text


class PostgreSQL:
    """The engines of one database. Nothing that it tells holds a password."""

    remote = True
    insert: Callable[[Table], postgresql.Insert] = staticmethod(postgresql.insert)

    def __init__(self, address: str, holds: str, patience: float) -> None:
        """Opens nothing yet. Raises BadValue for an address of another kind."""
        url = parsed(address)
        self.shown = sa.URL.create(
            "postgresql", None, None, url.host, url.port, url.database
        ).render_as_string()
        engine = _engine(url)
        self.reading = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        self.writing = engine.execution_options(dateline_begin=_taking_turns(holds, patience))
        self.remaking = self.writing.begin
        finalize(self, engine.dispose)  # psycopg warns of connections that are forgotten while open

    def exists(self) -> bool:
        """A server's databases are made by whoever keeps the server."""
        return True

    def told(self, error: DBAPIError, holds: str, mended_by: str) -> DatelineError:
        """Explains an error."""
        cause = str(error.orig).strip().splitlines()[0]  # the lines after it may hold rows
        state = getattr(error.orig, "sqlstate", None) or _state_of(cause)
        if state in _KINDS:
            kind, told = _KINDS[state]
        elif error.connection_invalidated or state.startswith(_LOST):
            kind, told = Busy, _UNREACHABLE
        else:
            kind, told = DatelineError, "{where} cannot be used: {cause}"
        return kind(told.format(where=f"{holds} {self.shown}", cause=cause, mended_by=mended_by))

    def settle(self) -> None:
        """Leaves that to the server, whose autovacuum and checkpoints do it."""

    def reindex(self, connection: Connection) -> None:
        """Leaves that to whoever keeps the server."""

    def doubts(self, connection: Connection) -> list[str]:
        """Lists what the server is set to that may lose what it has acknowledged, a clause each."""
        told = {
            "fsync": "a power cut may destroy the catalogue",
            "full_page_writes": "a power cut may damage the catalogue",
        }
        return [
            f"{name} is off: {harm}"
            for name, harm in told.items()
            if connection.scalar(sa.text("SELECT current_setting(:name)"), {"name": name}) == "off"
        ]

    def faults(self, connection: Connection) -> list[str]:
        """Lists what the database itself finds unsound, a sentence each."""
        loose = sa.text(
            "SELECT conrelid::regclass::text AS name FROM pg_constraint "
            "WHERE contype = 'f' AND NOT convalidated AND connamespace = current_schema()::regnamespace"
        )
        names = connection.scalars(loose)
        return [f"nothing proves that every row of {name} belongs to an article" for name in names]


_KINDS: dict[str, tuple[type[DatelineError], str]] = {  # by SQLSTATE
    "53100": (
        NoSpace,
        "the disk of the server of {where} is full; what was added before is safe: make room and do the "
        "same again",
    ),
    "55P03": (Busy, "another process is writing to {where}; wait until it is done and try again"),
    "53300": (Busy, "{where} takes no more connections; close some, or raise its max_connections"),
    "57P03": (Busy, "{where} is starting or stopping ({cause}); try again"),
    "28P01": (DatelineError, "{where} refuses the user or the password: {cause}"),
    "28000": (DatelineError, "{where} refuses the user: {cause}"),
    "3D000": (DatelineError, "{where} is not there; make the database with: createdb --encoding=UTF8 NAME"),
    "25006": (DatelineError, "{where} can only be read; DATELINE_CATALOGUE must name the primary server"),
    "42501": (DatelineError, "{where} does not let this user do that ({cause}); see docs/postgresql.md"),
    "42P01": (Damaged, "{where} is damaged ({cause}); {mended_by}"),
    "XX001": (Damaged, "{where} is damaged ({cause}); {mended_by}"),
    "XX002": (Damaged, "{where} is damaged ({cause}); {mended_by}"),
}


_LOST = ("08", "57P")  # classes of SQLSTATE
_UNREACHABLE = (
    "{where} cannot be reached ({cause}); what was acknowledged is safe: see whether the server runs, "
    "and try again"
)
_REFUSALS = {  # of a connection, of which the driver tells the words alone
    "password authentication failed": "28P01",
    "no password supplied": "28P01",
    "no pg_hba.conf entry": "28000",
    "too many clients": "53300",
    "connection slots": "53300",
    "starting up": "57P03",
    "shutting down": "57P03",
    "FATAL:  database": "3D000",
    "FATAL:  role": "28000",
    "connection": "08006",
    "resolve host": "08001",
}


def _state_of(cause: str) -> str:
    return next((state for words, state in _REFUSALS.items() if words in cause), "")


def parsed(address: str) -> sa.URL:
    """The address of a database. Raises BadValue, which does not repeat a password."""
    try:
        url = sa.make_url(address)
    except (ArgumentError, ValueError) as error:
        raise BadValue(f"the catalogue's address is none; {_EXAMPLE}") from error
    if url.drivername not in SCHEMES or not url.database:
        raise BadValue(f"a catalogue cannot be kept in {url.drivername}://…/{url.database or ''}; {_EXAMPLE}")
    return url.set(drivername=SCHEMES[0])


_EXAMPLE = "write it as postgresql+psycopg://user:password@host:5432/database"


def _engine(url: sa.URL) -> sa.Engine:
    patience = {} if "connect_timeout" in url.query else {"connect_timeout": CONNECT_SECONDS}
    try:
        engine = sa.create_engine(
            url,
            isolation_level="READ COMMITTED",
            pool_pre_ping=True,  # a connection that the server has dropped is made anew, and not shown
            pool_use_lifo=True,
            connect_args=patience,
        )
    except ModuleNotFoundError as error:
        raise DatelineError(f"a catalogue on PostgreSQL needs psycopg; install it with: {INSTALL}") from error
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    return engine


def _configure(connection: Any, _: Any) -> None:
    if (encoding := connection.info.parameter_status("server_encoding")) != "UTF8":
        way_out = "make another with: createdb --encoding=UTF8 --template=template0 NAME"
        raise BadValue(f"the database {connection.info.dbname!r} keeps text as {encoding}; {way_out}")
    connection.adapters.register_dumper(str, _without_nul())


@cache
def _without_nul() -> Any:
    from psycopg.types.string import StrDumperUnknown

    class WithoutNul(StrDumperUnknown):
        def dump(self, obj: str) -> Any:
            return super().dump(obj.replace("\0", _REPLACED))

    return WithoutNul


def _taking_turns(holds: str, patience: float) -> str:
    """Writes the statement that begins a transaction that writes.

    Numbers of a sequence are drawn in one order and committed in another, so that a reader who has
    seen change 12 might later find an 11 that was not there. Here they are drawn under a lock that
    the server frees only after the commit can be seen: the changes that a reader sees are always all
    up to the newest. On READ COMMITTED, what those before it wrote is seen by every later statement.
    """
    number = zlib.crc32(holds.encode()) - 2**31
    return (
        f"SET LOCAL lock_timeout = '{patience * 1000:.0f}ms';"
        "SELECT set_config('synchronous_commit', 'on', true)"
        " WHERE current_setting('synchronous_commit') IN ('off', 'local', 'remote_write');"
        f"SELECT pg_advisory_xact_lock(hashtext(current_schema()), {number})"
    )


def _begin(connection: Connection) -> None:
    if statements := connection.get_execution_options().get("dateline_begin"):
        connection.exec_driver_sql(statements)
