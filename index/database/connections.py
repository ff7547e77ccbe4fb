"""A database: its connections and transactions, the form of its tables, and its errors in words.

A SQLite file is as durable as SQLite can be: WAL, `synchronous=FULL`. One row of a database says in which
form it has its tables, and ours must be the same. The row is Alembic's, whose revisions lead from each form
to the next; see `index.migrations`.
"""

import json
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Union

import sqlalchemy as sa
from sqlalchemy import Column, Connection, MetaData, String, Table, event, insert, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError

from index.errors import Busy, Damaged, DatelineError, Mismatch, NoSpace

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

    from index.database.postgresql import PostgreSQL

FIRST = "1"  # the form of tables that were made before any row told it


def revised(name: str, revision: str) -> MetaData:
    """Tables that are made, changed and moved together. `revision` is the form that this Dateline knows."""
    tables = MetaData(info={"name": name, "revision": revision})
    Table(f"{name}_revision", tables, Column("version_num", String(32), primary_key=True))
    return tables


def name_of(tables: MetaData) -> str:
    """Reads what the tables are called together."""
    return str(tables.info["name"])


def row_of(tables: MetaData) -> Table:
    """The table whose one row tells the form."""
    return tables.tables[f"{name_of(tables)}_revision"]


def noted(connection: Connection, tables: MetaData) -> str | None:
    """The form that the database tells; None where nothing tells it yet."""
    row = row_of(tables)
    if not sa.inspect(connection).has_table(row.name):
        return None
    return connection.scalar(select(row.c.version_num))


def are_there(connection: Connection, tables: MetaData) -> bool:
    """Tells whether any of the tables is there."""
    there = sa.inspect(connection).get_table_names()
    return any(table.name in there for table in tables.sorted_tables)


def make(connection: Connection, tables: MetaData) -> str:
    """Makes the tables where none of them is, notes their form where nothing tells it, and gives it."""
    if found := noted(connection, tables):
        return found
    old = are_there(connection, tables)
    found = FIRST if old else str(tables.info["revision"])
    tables.create_all(connection, [row_of(tables)] if old else None)
    connection.execute(insert(row_of(tables)).values(version_num=found))
    return found


def is_older(found: str, tables: MetaData) -> bool:
    """Tells whether a form came before ours."""
    return found.isdecimal() and int(found) < int(tables.info["revision"])


def refuse_another(found: str, tables: MetaData, holds: str) -> None:
    """Raises Mismatch, with what is to be done, where a form is not ours."""
    ours = tables.info["revision"]
    if found != ours:
        older = is_older(found, tables)
        way_out = "change it with: dateline upgrade" if older else "use the Dateline that made it"
        raise Mismatch(f"{holds} has format {found!r} and this Dateline reads {ours!r}; {way_out}")


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

    def reindex(self, connection: Connection) -> None:
        """Makes the file's own indexes anew, which a damaged page of one of them else breaks for good."""
        connection.exec_driver_sql("REINDEX")

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

    def refuse_replaced(self) -> None:
        """Raises Mismatch where its file is another than when this was first asked, or is gone."""
        if not isinstance(self.address, Path):
            return
        there = self.address.stat().st_ino if self.address.exists() else 0
        self._inode = self._inode or there
        if there != self._inode:
            raise Mismatch(
                f"{self._told[0]} in {self.address.parent} was replaced or moved away while this process "
                "ran; start it again"
            )

    def create(self, tables: MetaData) -> None:
        """Makes the tables if they are not there. Raises Mismatch where they have another form than ours."""
        with self.reading() as connection:
            found = noted(connection, tables)
        if found is None:
            with self.writing() as connection:
                found = make(connection, tables)
        refuse_another(found, tables, self.named)

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

    def reindex(self) -> None:
        """Makes the database's own indexes anew."""
        with self.writing() as connection:
            self._engines.reindex(connection)

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
        return Damaged(f"{holds} {self._engines.shown} is damaged (a value that is none); {mended_by}")

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
            raised_in = traceback.extract_tb(error.__traceback__)[-1].filename
            if "sqlalchemy" not in raised_in and raised_in != __file__:
                raise  # not of a day, a time or a name of a table that the database holds
            raise self._unreadable() from error
        except sa.exc.TimeoutError as error:
            raise Busy(f"every connection to {self._told[0]} is in use; try again") from error


def _postgresql(address: str, holds: str, patience: float) -> "PostgreSQL":
    from index.database.postgresql import PostgreSQL  # its dialect takes as long to import as SQLite's

    return PostgreSQL(address, holds, patience)
