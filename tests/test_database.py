"""Databases, SQLite files and PostgreSQL alike: one moment, one writer, and errors in words."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import pairwise

import pytest
import sqlalchemy as sa
from sqlalchemy import Column, Integer, Table, Text

from index.catalogue.catalogue import Catalogue
from index.catalogue.tables import change
from index.database.connections import Address, Database, revised
from index.errors import Busy

TOYS = revised("toy", "1")
TOY = Table("toy", TOYS, Column("id", Integer, primary_key=True), Column("name", Text, nullable=False))


@pytest.fixture
def database(database_address: Address) -> Iterator[Database]:
    with closing(Database(database_address, "the box")) as database:
        database.create(TOYS)
        yield database


def names(connection: sa.Connection) -> list[str]:
    return list(connection.scalars(sa.select(TOY.c.name).order_by(TOY.c.id)))


def put(database: Database, name: str) -> None:
    with database.writing() as connection:
        connection.execute(sa.insert(TOY).values(name=name))


def fail_after_putting(database: Database, name: str) -> None:
    with database.writing() as connection:
        connection.execute(sa.insert(TOY).values(name=name))
        raise ZeroDivisionError


def test_a_reader_sees_one_moment_and_a_failed_block_leaves_nothing(database: Database) -> None:
    put(database, "first")
    with database.reading() as connection:
        assert names(connection) == ["first"]
        put(database, "second")
        assert names(connection) == ["first"]
    with pytest.raises(ZeroDivisionError):
        fail_after_putting(database, "third")
    with database.reading() as connection:
        assert names(connection) == ["first", "second"]


def test_writers_take_turns_so_that_none_counts_what_another_is_changing(database: Database) -> None:
    put(database, "0")

    def count(_: int) -> None:
        with database.writing() as connection:
            seen = int(names(connection)[0])
            connection.execute(sa.update(TOY).values(name=str(seen + 1)))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(count, range(80)))
    with database.reading() as connection:
        assert names(connection) == ["80"]


def test_a_row_that_is_there_is_changed_or_left(database: Database) -> None:
    with database.writing() as connection:
        new = database.insert(TOY).values(id=1, name="one")
        connection.execute(new)
        connection.execute(new.on_conflict_do_nothing())
        connection.execute(new.on_conflict_do_update(index_elements=["id"], set_={"name": "two"}))
        assert names(connection) == ["two"]


def test_two_servers_that_open_an_empty_database_at_once_make_its_tables_once(
    database_address: Address,
) -> None:
    def open_it(_: int) -> None:
        with closing(Database(database_address, "the box")) as database:
            database.create(TOYS)

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(open_it, range(6)))
    with closing(Database(database_address, "the box")) as opened, opened.reading() as connection:
        assert names(connection) == []


def test_a_writer_that_waits_too_long_finds_it_busy(database: Database, database_address: Address) -> None:
    hasty = Database(database_address, "the box", patience=0.05)
    with closing(hasty), database.writing() as connection:
        connection.execute(sa.insert(TOY).values(name="kept"))
        with pytest.raises(Busy, match=r"another process is writing to the box .*wait until it is done"):
            put(hasty, "hasty")
    with database.reading() as connection:
        assert names(connection) == ["kept"]


def test_what_a_reader_has_seen_of_the_log_of_changes_never_grows_behind_it(
    database_address: Address,
) -> None:
    """Numbers are drawn in one order; were they committed in another, an index would miss a change."""
    catalogues = [Catalogue(database_address) for _ in range(3)]
    catalogues[0].create(format="1")
    done = threading.Event()

    def write(catalogue: Catalogue) -> None:
        for passage_id in range(60):
            with catalogue.writing() as connection:
                connection.execute(sa.insert(change), [{"op": "add", "passage_id": passage_id}] * 3)
                time.sleep(0.001)  # in which the other one would draw numbers, were there no turns

    def read(catalogue: Catalogue) -> list[list[int]]:
        seen = []
        while not done.is_set():
            with catalogue.reading() as connection:
                seen.append(list(connection.scalars(sa.select(change.c.seq).order_by(change.c.seq))))
        return seen

    with ThreadPoolExecutor(3) as threads:
        reading = threads.submit(read, catalogues[2])
        list(threads.map(write, catalogues[:2]))
        done.set()
        moments = reading.result()
    for catalogue in catalogues:
        catalogue.close()
    assert len(moments) > 10
    for before, after in pairwise(moments):
        assert after[: len(before)] == before
    assert len(moments[-1]) >= 300
