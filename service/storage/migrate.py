"""Moves an archive from the SQLite files of its folder to an empty PostgreSQL database.

Every row goes over as it is: ids, versions, vectors and the log of changes, so that nothing is
embedded again and the indexes in the folder stay true. The database takes it all in one transaction.
"""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, Table, insert, select, text

from index.catalogue.catalogue import Catalogue
from index.check import catalogue_faults
from index.database.connections import FIRST, Database, are_there, make, noted, refuse_another, row_of
from index.errors import BadValue, Damaged, NotFound
from index.lock import alone
from service.storage.stores import STORES, Store

ROWS = 1000  # sent at a time


def move(folder: Path, address: str, progress: Callable[[], None] = lambda: None) -> dict[str, int]:
    """Copies every store of the folder, all or nothing; gives the rows of each table.

    `progress` is called for each thousand rows that went over. The files stay as they are, and nobody
    can add to the archive meanwhile. Raises NotFound where the folder holds no archive, Damaged where it
    is not sound, Mismatch where another Dateline made it, and BadValue where the database is not empty.
    """
    catalogue = folder / STORES[0].file
    if not catalogue.exists():
        raise NotFound(f"there is no archive in {folder}; DATELINE_DATA or --data names another folder")
    target = Database(address, "the catalogue")
    with alone(folder), target.writing() as written:
        _prove_sound(catalogue)
        moved: dict[str, int] = {}
        for store in STORES:
            _refuse_rows(written, store, target.named)
            if (folder / store.file).exists():
                moved |= _moved(store, folder / store.file, written, progress)
    return moved


def _prove_sound(file: Path) -> None:
    with closing(Catalogue(file)) as catalogue:
        faults = list(catalogue_faults(catalogue))
    if faults:
        raise Damaged(f"{len(faults)} faults, and first: {faults[0]}; see them all with: dateline check")


def _refuse_rows(written: Connection, store: Store, target: str) -> None:
    make(written, store.tables)
    for table in _filled_tables(store):
        if written.execute(select(table).limit(1)).first() is not None:
            raise BadValue(f"{target} holds {store.holds} of an archive already; name an empty database")


def _moved(store: Store, file: Path, written: Connection, progress: Callable[[], None]) -> dict[str, int]:
    source = Database(file, store.holds)
    with closing(source), source.reading() as read:
        if not are_there(read, store.tables):
            return {}
        refuse_another(noted(read, store.tables) or FIRST, store.tables, source.named)
        return {table.name: _copied(table, read, written, progress) for table in _filled_tables(store)}


def _filled_tables(store: Store) -> Iterator[Table]:
    """The tables of a store, each after those it refers to."""
    return (table for table in store.tables.sorted_tables if table is not row_of(store.tables))


def _copied(table: Table, read: Connection, written: Connection, progress: Callable[[], None]) -> int:
    rows = read.execute(select(table), execution_options={"yield_per": ROWS}).mappings()
    count = 0
    for some in rows.partitions(ROWS):
        written.execute(insert(table), [dict(row) for row in some])
        progress()
        count += len(some)
    _go_on_counting(table, read, written)
    return count


def _go_on_counting(table: Table, read: Connection, written: Connection) -> None:
    """Lets new ids follow the last one that was ever given: none is used again, even of what is removed."""
    if table.autoincrement_column is None or not table.dialect_options["sqlite"]["autoincrement"]:
        return
    last = text("SELECT seq FROM sqlite_sequence WHERE name = :name")
    if newest := read.scalar(last, {"name": table.name}):
        sequence = text("SELECT setval(pg_get_serial_sequence(:name, :column), :newest)")
        column = table.autoincrement_column.name
        written.execute(sequence, {"name": table.name, "column": column, "newest": newest})
