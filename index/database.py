"""A database: its connections and transactions, and its errors in words."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, MetaData, Table, event
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DatabaseError

from index.errors import Damaged, DatelineError, NoSpace


class Database:
    """A SQLite file, as durable as SQLite can be: WAL, `synchronous=FULL`.

    Errors name it as what it holds, such as "the catalogue", and say what to do, which is `mended_by`.
    """

    def __init__(self, path: Path, holds: str, mended_by: str = "put back a copy of it") -> None:
        """Opens the file, made if there is none."""
        self.path = path
        self._told = holds, mended_by
        self._engine = sa.create_engine(f"sqlite:///{path}", connect_args={"timeout": 30})
        event.listen(self._engine, "connect", _configure)
        event.listen(self._engine, "begin", _begin)

    def create(self, tables: MetaData) -> None:
        """Makes those of the tables that are not there."""
        with self.writing() as connection:
            tables.create_all(connection)

    def insert(self, table: Table) -> sqlite.Insert:
        """An insert that can say what to do where the row is there: `on_conflict_do_update`, `…_nothing`."""
        return sqlite.insert(table)

    def close(self) -> None:
        """Closes every connection."""
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one moment. Raises Damaged where the file cannot be read."""
        with self._explained(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction, committed at the end of the block or not at all; one at a time writes."""
        # The lock is taken at the start: taken halfway, after a read, it fails where another has written.
        engine = self._engine.execution_options(dateline_begin="BEGIN IMMEDIATE")
        with self._explained(), engine.begin() as connection:
            yield connection

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turns the driver's errors into sentences: NoSpace, Damaged or DatelineError."""
        holds, mended_by = self._told
        try:
            yield
        except DatabaseError as error:
            cause = str(error.orig)
            if "full" in cause:
                raise NoSpace(
                    f"the disk of {self.path.parent} is full; what was added before is safe: "
                    "make room and do the same again"
                ) from error
            if "malformed" in cause or "not a database" in cause or "no such table" in cause:
                raise Damaged(f"{holds} {self.path} is damaged ({cause}); {mended_by}") from error
            raise DatelineError(f"{holds} {self.path} cannot be used: {cause}") from error


def _configure(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # leaves BEGIN to _begin; the driver's own comes too late for reads
    # SQLite's own knows the letters of ASCII alone.
    connection.create_function("lower", 1, _folded, deterministic=True)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _folded(text: str | None) -> str | None:
    return None if text is None else text.casefold()


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("dateline_begin", "BEGIN"))
