"""Databases that are SQLite files, as durable as SQLite can be: WAL, `synchronous=FULL`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Table, event
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError

from index.errors import Busy, Damaged, DatelineError, NoSpace


class SQLite:
    """The engines of one file, which is made when it is first opened."""

    remote = False
    insert: Callable[[Table], sqlite.Insert] = staticmethod(sqlite.insert)

    def __init__(self, path: Path, patience: float) -> None:
        """Opens nothing yet."""
        self.shown = str(path)
        self._path = path
        self.reading = _engine(path, patience)
        self._patience = patience
        # The lock is taken at the start: taken halfway, after a read, it fails where another has written.
        self.writing = self.reading.execution_options(dateline_begin=("BEGIN IMMEDIATE",))

    def exists(self) -> bool:
        """Tells whether the file is there."""
        return self._path.exists()

    @contextmanager
    def remaking(self) -> Iterator[Connection]:
        """A transaction that may put tables in the place of others: foreign keys are not followed."""
        # Dropping the old table would else delete the rows that refer to it.
        engine = _engine(self._path, self._patience, poolclass=sa.NullPool)
        alone = engine.execution_options(dateline_begin=("PRAGMA foreign_keys=OFF", "BEGIN IMMEDIATE"))
        with alone.begin() as connection:
            yield connection

    def told(self, error: DBAPIError, holds: str, mended_by: str) -> DatelineError:
        """Explains an error."""
        cause = str(error.orig)
        if "full" in cause:
            return NoSpace(
                f"the disk of {self._path.parent} is full; what was added before is safe: "
                "make room and do the same again"
            )
        if "decode" in cause:  # the cause's own words hold the text
            return Damaged(f"{holds} {self.shown} is damaged (text that is no UTF-8); {mended_by}")
        if "malformed" in cause or "not a database" in cause or "no such table" in cause:
            return Damaged(f"{holds} {self.shown} is damaged ({cause}); {mended_by}")
        if "locked" in cause:
            return Busy(
                f"another process is writing to {holds} {self.shown}; wait until it is done and try again"
            )
        return DatelineError(f"{holds} {self.shown} cannot be used: {cause}")

    def settle(self) -> None:
        """Moves the write-ahead log into the file, and empties it."""
        connection = self.reading.raw_connection()
        try:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        finally:
            connection.close()

    def doubts(self, connection: Connection) -> list[str]:
        """No server, no doubts: we set all that matters ourselves."""
        return []

    def faults(self, connection: Connection) -> list[str]:
        """Lists what the database itself finds unsound, a sentence each."""
        damage = [line for (line,) in connection.exec_driver_sql("PRAGMA integrity_check") if line != "ok"]
        lost = [row[0] for row in connection.exec_driver_sql("PRAGMA foreign_key_check")]
        return [
            *(f"the catalogue's database is damaged: {line}" for line in damage),
            *(f"a row of {table} in the catalogue belongs to nothing" for table in lost),
        ]


def _engine(path: Path, patience: float, **options: Any) -> sa.Engine:
    engine = sa.create_engine(f"sqlite:///{path}", connect_args={"timeout": patience}, **options)
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    return engine


def _configure(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # leaves BEGIN to _begin; the driver's own comes too late for reads
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    for statement in connection.get_execution_options().get("dateline_begin", ("BEGIN",)):
        connection.exec_driver_sql(statement)
