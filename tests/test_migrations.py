"""The tables that Alembic's revisions make are those that Dateline makes; older ones are brought up."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import Column, Integer, MetaData, Table, Text

from index.archive import Archive
from index.database.connections import Address, Database, make, noted, revised, row_of
from index.errors import DatelineError, Mismatch
from index.migrations import migrate, upgrade
from index.models.embedding import Embedder
from index.records import Query
from service.storage.stores import STORES, Store
from tests.conftest import copy_of

EVERY_STORE = pytest.mark.parametrize("store", STORES, ids=lambda store: store.tables.info["name"])


@pytest.fixture
def database(database_address: Address) -> Database:
    return Database(database_address, "the catalogue")


@EVERY_STORE
def test_the_revisions_make_what_we_make(database: Database, store: Store) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    row = row_of(store.tables).name
    assert len(list(store.history.glob("revision_*.py"))) == int(store.tables.info["revision"])
    with database.remaking() as connection:
        migrate(connection, store.tables, store.history, store.tables.info["revision"])
        context = MigrationContext.configure(
            connection, opts={"version_table": row, "compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, store.tables) == []
        assert noted(connection, store.tables) == store.tables.info["revision"]
        made = _sql(connection, store.tables)
        store.tables.drop_all(connection)
        make(connection, store.tables)
        assert _sql(connection, store.tables) == made


def _sql(connection: sa.Connection, tables: MetaData) -> dict[str, object]:
    """What the database itself knows of the tables, its own names of keys left out."""
    inspector = sa.inspect(connection)
    return {
        table.name: (
            [(c["name"], str(c["type"]), c["nullable"]) for c in inspector.get_columns(table.name)],
            [key["referred_table"] for key in inspector.get_foreign_keys(table.name)],
            [key["options"] for key in inspector.get_foreign_keys(table.name)],
            sorted(i["name"] or "" for i in inspector.get_indexes(table.name)),
            inspector.get_pk_constraint(table.name)["constrained_columns"],
        )
        for table in tables.sorted_tables
        if table is not row_of(tables)
    }


# An older form, a later one, and one from before there were forms

OLD, NEW = revised("toy", "1"), revised("toy", "2")
Table("part", OLD, Column("id", Integer, primary_key=True), Column("name", Text, nullable=False))
Table(
    "part",
    NEW,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("size", Integer, nullable=False, server_default="1"),
)
for _tables in (OLD, NEW):
    Table(
        "use",
        _tables,
        Column("id", Integer, primary_key=True),
        Column("part_id", sa.ForeignKey("part.id", ondelete="CASCADE"), nullable=False),
    )
REVISION_2 = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "2", "1"


def upgrade() -> None:
    with op.batch_alter_table("part", recreate="auto") as part:
        part.add_column(sa.Column("size", sa.Integer(), nullable=False, server_default="1"))
        part.create_unique_constraint("part_name_key", ["name"])
"""


@pytest.fixture
def history(tmp_path: Path) -> Path:
    folder = tmp_path / "history"
    folder.mkdir()
    first = 'revision, down_revision = "1", None\n\n\ndef upgrade() -> None:\n    raise AssertionError\n'
    (folder / "revision_1.py").write_text(first)
    (folder / "revision_2.py").write_text(REVISION_2)
    return folder


def filled(database: Database) -> None:
    with database.writing() as connection:
        connection.execute(sa.insert(OLD.tables["part"]), [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}])
        connection.execute(sa.insert(OLD.tables["use"]), [{"id": 1, "part_id": 2}])


@pytest.mark.parametrize("told", [True, False])
def test_an_older_form_is_refused_by_name_and_brought_up_with_its_rows(
    database: Database, history: Path, told: bool
) -> None:
    """`told` by its row, or not, as in databases from before there were forms."""
    database.create(OLD)
    filled(database)
    if not told:
        with database.writing() as connection:
            row_of(OLD).drop(connection)
    else:
        with pytest.raises(Mismatch, match=r"the catalogue .* has format '1' and .* '2'; .*dateline upgrade"):
            database.create(NEW)
    assert upgrade(database, NEW, history) == "1"
    database.create(NEW)
    with database.reading() as connection:
        assert connection.execute(sa.select(NEW.tables["part"])).all() == [(1, "a", 1), (2, "b", 1)]
        assert connection.execute(sa.select(NEW.tables["use"])).all() == [(1, 2)]
    with pytest.raises(Mismatch, match=r"has format '2' and this Dateline reads '1'; use the Dateline that"):
        database.create(OLD)
    assert upgrade(database, NEW, history) == "2"
    with pytest.raises(Mismatch, match="has format '2'"):
        upgrade(database, OLD, history)


def test_where_there_is_nothing_nothing_is_made(database: Database, history: Path) -> None:
    assert upgrade(database, NEW, history) is None
    with database.reading() as connection:
        assert sa.inspect(connection).get_table_names() == []


def test_a_revision_that_fails_changes_nothing(database: Database, history: Path) -> None:
    database.create(OLD)
    filled(database)
    with database.writing() as connection:
        connection.execute(sa.insert(OLD.tables["part"]).values(id=3, name="b"))
    with pytest.raises(DatelineError, match=r"(?i)unique"):
        upgrade(database, NEW, history)
    with database.reading() as connection:
        assert noted(connection, OLD) == "1"
        assert connection.execute(sa.select(OLD.tables["part"])).all() == [(1, "a"), (2, "b"), (3, "b")]
        assert connection.execute(sa.select(OLD.tables["use"])).all() == [(1, 2)]


# An archive as it was made before there were forms


@pytest.fixture
def old_archive(sample: Path, tmp_path: Path) -> Path:
    """An archive as Dateline made it before a row told the form of its tables."""
    folder = tmp_path / "old"
    copy_of(sample, folder)
    with closing(sqlite3.connect(folder / "catalogue.db")) as database, database:
        database.execute("DROP TABLE catalogue_revision")
        database.execute("DROP TABLE name")
        for table, columns in NEWER_COLUMNS.items():
            for column in columns:
                database.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        database.execute("UPDATE setting SET value = '1' WHERE name = 'format'")
    return folder


NEWER_COLUMNS = {
    "change": ("chain",),
    "article": ("standing", "notice_in"),
    "version": ("published_last", "notices", "names", "repairs"),
}


def test_an_old_archive_opens_and_is_recognised(old_archive: Path, load: Callable[[], Embedder]) -> None:
    with pytest.raises(Mismatch, match="dateline upgrade"):
        Archive.open(old_archive, load)
    store = STORES[0]
    database = Database(old_archive / store.file, store.holds)
    with database.reading() as connection:
        assert noted(connection, store.tables) is None
    assert upgrade(database, store.tables, store.history) == "1"
    with database.reading() as connection:
        assert noted(connection, store.tables) == "3"
    with closing(Archive.open(old_archive, load)) as archive:
        assert archive.search(Query(text="bridge"))
        assert archive.check() == []


def test_to_open_and_search_an_archive_no_migration_is_imported(sample: Path, models: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from index.archive import Archive;"
        "from index.models.embedding import load_embedder; from index.records import Query;"
        "load = lambda: load_embedder('all-MiniLM-L6-v2', Path(sys.argv[2]));"
        "assert Archive.open(Path(sys.argv[1]), load).search(Query(text='bridge'));"
        "print([name for name in ('alembic', 'psycopg', 'index.migrations') if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", script, sample, models], capture_output=True, text=True)
    assert ran.stdout.strip() == "[]", ran.stderr
