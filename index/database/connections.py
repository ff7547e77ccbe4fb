"""A database: its connections and transactions, and its errors in words."""

import json
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Union

import sqlalchemy as sa
from sqlalchemy import Connection, MetaData, Table
from sqlalchemy.exc import DBAPIError

from index.database import revisions
from index.database.sqlite import SQLite
from index.errors import Busy, Damaged

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

    from index.database.postgresql import PostgreSQL

Address = Path | str
"""The file of a SQLite database, or the address of a PostgreSQL one."""

Insert = Union["sqlite.Insert", "postgresql.Insert"]


class Database:
    """A SQLite file or a PostgreSQL database: what is committed is on the disk.

    Errors name it as what it holds, such as "the catalogue", and say what to do, which is `mended_by`.
    """

    def __init__(
        self,
        address: Address,
        holds: str,
        mended_by: str = "put back a copy of it",
        patience: float = 30.0,
    ) -> None:
        """Opens the database; a file is made if there is none. Raises BadValue for an address of no database.

        A writer waits `patience` seconds for those before it, and then raises Busy.
        """
        self.address = address
        self._inode = 0  # of the file that was first seen
        self._told = holds, mended_by
        self._engines: PostgreSQL | SQLite = (
            _postgresql(address, holds, patience) if isinstance(address, str) else SQLite(address, patience)
        )

    @property
    def remote(self) -> bool:
        """Tells whether a server has it, so that other machines may write to it."""
        return self._engines.remote

    @property
    def named(self) -> str:
        """Name in errors: what it holds and where it is, without a password."""
        return f"{self._told[0]} {self._engines.shown}"

    def exists(self) -> bool:
        """Tells whether it is there to be opened; it may be without a table."""
        return self._engines.exists()

    def is_replaced(self) -> bool:
        """Tells whether its file is another than when this was first asked, or is gone."""
        if not isinstance(self.address, Path):
            return False
        there = self.address.stat().st_ino if self.address.exists() else 0
        self._inode = self._inode or there
        return there != self._inode

    def create(self, tables: MetaData) -> None:
        """Makes the tables if they are not there. Raises Mismatch where they have another form than ours."""
        with self.reading() as connection:
            found = revisions.noted(connection, tables)
        if found is None:
            with self.writing() as connection:
                found = revisions.make(connection, tables)
        revisions.refuse_another(found, tables, self.named)

    def insert(self, table: Table) -> Insert:
        """An insert that can say what to do where the row is there: `on_conflict_do_update`, `…_nothing`."""
        return self._engines.insert(table)

    def doubts(self, connection: Connection) -> list[str]:
        """Lists what its server is set to that may lose what it has acknowledged, a clause each."""
        return self._engines.doubts(connection)

    def faults(self, connection: Connection) -> list[str]:
        """Lists what the database itself finds unsound, a sentence each."""
        return self._engines.faults(connection)

    def settle(self) -> None:
        """Moves the write-ahead log into the database, and empties it."""
        with self._explained():
            self._engines.settle()

    def close(self) -> None:
        """Closes every connection."""
        self._engines.reading.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one moment. Raises Damaged where it cannot be read, and Busy where no
        server answers."""
        with self._explained(), self._engines.reading.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction, committed at the end of the block or not at all; one at a time writes."""
        with self._explained(), self._engines.writing.begin() as connection:
            yield connection

    @contextmanager
    def remaking(self) -> Iterator[Connection]:
        """The same for changes of the tables themselves."""
        with self._explained(), self._engines.remaking() as connection:
            yield connection

    def _unreadable(self) -> Damaged:
        holds, mended_by = self._told
        return Damaged(f"{holds} {self._engines.shown} holds a value that is none; {mended_by}")

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turns the driver's errors into sentences: NoSpace, Damaged, Busy or DatelineError."""
        try:
            yield
        except json.JSONDecodeError as error:
            raise self._unreadable() from error
        except DBAPIError as error:
            raise self._engines.told(error, *self._told) from error
        except ValueError as error:
            if "sqlalchemy" not in traceback.extract_tb(error.__traceback__)[-1].filename:
                raise  # not of a day or a time that the database holds
            raise self._unreadable() from error
        except sa.exc.TimeoutError as error:
            raise Busy(f"every connection to {self._told[0]} is in use; try again") from error


def _postgresql(address: str, holds: str, patience: float) -> "PostgreSQL":
    from index.database.postgresql import PostgreSQL  # its dialect takes as long to import as SQLite's

    return PostgreSQL(address, holds, patience)
