"""An archive goes from its folder to PostgreSQL with every row, and nothing is embedded again."""

import json
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from index.archive import Archive
from index.database.connections import Address, Database
from index.errors import BadValue, Busy, Damaged, NotFound
from index.records import Query
from service.llm.budget import FILE as SPENDING
from service.llm.budget import Ledger
from service.storage.conversations import FILE, Conversations
from service.storage.keys import FILE as KEYS
from service.storage.keys import Keys
from service.storage.migrate import move
from service.storage.stores import STORES
from tests.conftest import ROOT
from tests.fakes import HashedWords
from tests.fault_writer import CHUNKER, draft, make_archive, mark
from tests.postgres import PostgresServer
from tests.test_conversations import GIVEN

pytestmark = pytest.mark.scale


@pytest.fixture
def address(postgres: PostgresServer) -> str:
    return postgres.fresh()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An archive with a changed and two removed articles, the newest too; and all else that is kept."""
    folder = tmp_path / "archive"
    with closing(make_archive(folder)) as archive:
        list(archive.add(draft(number, 1) for number in range(6)))
        list(archive.add([draft(0, 2)]))
        archive.remove(2)
        archive.remove(6)
    with closing(Conversations(folder / FILE)) as kept:
        kept.keep(GIVEN)
        kept.rate("a1", "up", "good")
    with closing(Keys(folder / KEYS)) as keys:
        keys.create("desk", "ask")
    Ledger(folder / SPENDING).add(0.25, 1000)
    return folder


def rows(address: Address, file: str) -> dict[str, list[tuple[object, ...]]]:
    """All that a store holds, by table, without the empty ones."""
    (store, *others) = [store for store in STORES if store.file == file]
    found = {}
    with closing(Database(address, store.holds)) as database, database.reading() as connection:
        for table in [table for one in (store, *others) for table in one.tables.sorted_tables]:
            if sa.inspect(connection).has_table(table.name) and not table.name.endswith("_revision"):
                query = sa.select(table).order_by(*table.primary_key)
                found[table.name] = [tuple(row) for row in connection.execute(query)]
    return {name: held for name, held in found.items() if held}


def test_every_row_goes_over_and_the_index_stays_true(folder: Path, address: str) -> None:
    published = (folder / "indexes" / "CURRENT").read_text()
    moved = move(folder, address)
    assert (moved["article"], moved["answer"], moved["feedback"], moved["api_key"]) == (4, 1, 1, 1)
    for file in {store.file for store in STORES if (folder / store.file).exists()}:
        assert rows(address, file) == rows(folder / file, file), file
    embedder = HashedWords()
    with closing(Archive.open(folder, lambda: embedder, CHUNKER, address)) as archive:
        assert archive.check() == []
        assert archive.search(Query(text=mark(0, 2)))[0].article.version == 2
        assert (folder / "indexes" / "CURRENT").read_text() == published
        assert embedder.documents == 0
        # No id is used again, not even that of the newest article, which was removed.
        list(archive.add([draft(9, 1)]))
        assert archive.articles()[-1].id == 7


def test_a_database_that_holds_something_is_refused(folder: Path, address: str, tmp_path: Path) -> None:
    with closing(Conversations(address)) as kept:
        kept.keep(GIVEN)
    with pytest.raises(
        BadValue, match=r"postgresql://.* holds the record of answers .*name an empty database"
    ):
        move(folder, address)
    with closing(Conversations(address)) as kept:
        kept.delete("c1")
    assert move(folder, address)["article"] == 4
    with pytest.raises(BadValue, match="holds the catalogue of an archive already"):
        move(folder, address)
    with pytest.raises(NotFound, match=r"there is no archive in .*none; DATELINE_DATA or --data names"):
        move(tmp_path / "none", address)


def test_what_is_not_sound_stays_where_it_is(folder: Path, address: str) -> None:
    database = Database(folder / "catalogue.db", "the catalogue")
    with closing(database), database.writing() as connection:
        connection.exec_driver_sql("UPDATE version SET title = 'Another' WHERE id = 3")
    with pytest.raises(Damaged, match="1 faults, and first: article 3, version 1, is not the one"):
        move(folder, address)


def test_nobody_writes_to_the_folder_meanwhile(folder: Path, address: str) -> None:
    told: list[str] = []

    def write() -> None:
        with closing(make_archive(folder)) as archive:
            try:
                list(archive.add([draft(20, 1)]))
            except Busy as error:
                told.append(str(error))

    move(folder, address, progress=write)
    assert told
    assert "another process is writing" in told[0]


def test_a_move_that_is_killed_leaves_the_database_empty(folder: Path, address: str) -> None:
    script = (
        "import os, sys; from pathlib import Path; from service.storage.migrate import move;"
        "left = iter([0, 0, 0, 9]); die = lambda: next(left) and os.kill(os.getpid(), 9);"
        "move(Path(sys.argv[1]), sys.argv[2], die)"
    )
    killed = subprocess.run([sys.executable, "-c", script, folder, address], cwd=ROOT)
    assert killed.returncode == -9
    assert rows(address, "catalogue.db") == {}
    assert move(folder, address)["article"] == 4


def test_the_commands_move_and_bring_up(sample: Path, models: Path, address: str, tmp_path: Path) -> None:
    environment = os.environ | {"DATELINE_MODELS": str(models), "DATELINE_DATA": str(sample)}

    def run(*words: str, **given: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "service.cli", *words]
        return subprocess.run(command, capture_output=True, text=True, env=environment | given, cwd=ROOT)

    nowhere = run("migrate")
    assert (nowhere.returncode, nowhere.stderr.startswith("dateline: say where to: --to")) == (2, True)
    moved = run("migrate", "--to", address)
    assert moved.stdout.startswith("moved and found sound: 34 articles, 72 passages; set"), moved
    again = run("migrate", "--json", DATELINE_CATALOGUE=address)
    assert "holds the catalogue of an archive already; name an empty database" in again.stderr
    data = str(tmp_path / "other")  # another machine, whose folder is empty
    here = {"DATELINE_CATALOGUE": address, "DATELINE_DATA": data}
    found = json.loads(run("search", "the bridge", "--json", **here).stdout)
    assert found == json.loads(run("search", "the bridge", "--json").stdout)
    assert run("check", **here).stdout.startswith("sound: ")
    nothing = run("upgrade", DATELINE_DATA=str(tmp_path))
    assert nothing.stderr.startswith("dateline: there is no archive in "), nothing
    told = run("upgrade", **here)
    assert "the catalogue: format 3, as it was" in told.stdout, told
    assert {path.name for path in Path(data).iterdir()} == {"indexes", "writer.lock"}
