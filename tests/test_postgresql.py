"""The archive on a PostgreSQL server: what it says, what is kept, and several servers at once."""

import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from index.archive import REFRESH_SECONDS, Added, Archive
from index.catalogue.catalogue import Catalogue
from index.catalogue.tables import change, tables
from index.database.connections import Database
from index.errors import BadValue, Busy, DatelineError
from index.records import Query
from service.doctor import examine
from service.settings import load_settings
from service.storage.conversations import Conversations
from tests.fakes import HashedWords
from tests.fault_writer import CHUNKER, draft, make_archive, mark, number_of
from tests.postgres import PostgresServer, postgres_server
from tests.test_conversations import GIVEN

pytestmark = pytest.mark.scale


@pytest.fixture
def address(postgres: PostgresServer) -> str:
    return postgres.fresh()


Open = Callable[[str], Archive]


def finds(archive: Archive, number: int, version: int) -> bool:
    """Whether a search for that version's own word finds it."""
    hits = archive.search(Query(text=mark(number, version), limit=3))
    return any(f" {mark(number, version)}." in hit.passage.text for hit in hits)


@pytest.fixture
def opened(address: str, tmp_path: Path) -> Open:
    """Opens the archive as the server of that name does, with a folder of its own."""

    def open_it(name: str) -> Archive:
        embedder = HashedWords()
        return Archive.create(tmp_path / name, lambda: embedder, CHUNKER, address)

    return open_it


# What it says


def test_errors_tell_the_way_out_and_no_password(postgres: PostgresServer) -> None:
    wrong = {
        postgres.address(password="open sesame"): "refuses the user or the password",
        postgres.address("nowhere"): "is not there; make the database with: createdb",
        "postgresql://editor:open%20sesame@127.0.0.1:1/x": "cannot be reached .*try again",
        "postgres://editor:open%20sesame@no.invalid/x": "cannot be reached .*try again",
        "mysql://editor:open%20sesame@127.0.0.1/x": "cannot be kept in mysql://…/x; write it as postgresql",
        "postgresql://editor:open%20sesame@127.0.0.1:port/x": "address is none; write it as postgresql",
        "open%20sesame": "address is none; write it as postgresql",
    }
    for address, told in wrong.items():
        with pytest.raises(DatelineError, match=told) as raised:
            Database(address, "the box").create(tables)
        assert "sesame" not in str(raised.value)
        assert "\n" not in str(raised.value)


def test_settings_do_not_show_the_password() -> None:
    settings = load_settings(catalogue="postgresql://editor:open%20sesame@127.0.0.1/x")
    assert "sesame" not in f"{settings!r} {settings.model_dump_json()}"


def test_the_driver_that_is_missing_is_named_with_its_install_command(address: str) -> None:
    script = (
        "import sys; sys.modules['psycopg'] = None; from index.database.connections import Database;"
        "from index.errors import DatelineError\n"
        "try: Database(sys.argv[1], 'the box')\nexcept DatelineError as error: print(error)"
    )
    ran = subprocess.run([sys.executable, "-c", script, address], capture_output=True, text=True)
    expected = "a catalogue on PostgreSQL needs psycopg; install it with: pip install 'psycopg[binary]'\n"
    assert ran.stdout == expected


def test_a_user_who_may_only_read_can_search_and_is_told_when_adding(
    postgres: PostgresServer, address: str, opened: Open
) -> None:
    with closing(opened("writer")) as archive:
        list(archive.add([draft(1, 1)]))
    name = address.rpartition("%3D")[2]
    postgres.sql(
        f"CREATE ROLE {name} LOGIN PASSWORD 'reader'; GRANT USAGE ON SCHEMA {name} TO {name};"
        f"GRANT SELECT ON ALL TABLES IN SCHEMA {name} TO {name}"
    )
    _, _, rest = address.partition("@")
    reader = f"postgresql://{name}:reader@{rest}"
    embedder = HashedWords()
    folder = Path(opened("reader").directory)
    with closing(Archive.open(folder, lambda: embedder, CHUNKER, reader)) as archive:
        assert finds(archive, 1, 1)
        assert archive.check() == []
        with pytest.raises(DatelineError, match=r"does not let this user do that \(permission denied"):
            list(archive.add([draft(2, 1)]))


def test_the_doctor_tells_what_may_lose_what_was_acknowledged(
    postgres: PostgresServer, address: str, tmp_path: Path
) -> None:
    def told(address: str) -> tuple[str, str]:
        check = next(examine(load_settings(data=tmp_path, catalogue=address), offline=True))
        return check.state, check.told

    assert told(address) == (
        "ok",
        f"the catalogue postgresql://127.0.0.1:{postgres.port}/postgres answers",
    )
    assert told(postgres.address("nowhere"))[0] == "broken"
    postgres.sql("ALTER SYSTEM SET full_page_writes = off")
    postgres.sql("SELECT pg_reload_conf()")
    until = time.monotonic() + 5
    while told(address)[0] == "ok" and time.monotonic() < until:
        time.sleep(0.02)
    assert told(address)[1].endswith("full_page_writes is off: a power cut may damage the catalogue")
    postgres.sql("ALTER SYSTEM RESET full_page_writes")
    postgres.sql("SELECT pg_reload_conf()")


def test_a_database_of_another_encoding_is_refused(postgres: PostgresServer) -> None:
    postgres.sql("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0")
    with pytest.raises(BadValue, match=r"'latin' keeps text as LATIN1; make another with: createdb --enc"):
        Database(postgres.address("latin"), "the box").create(tables)


# What is kept


def test_commit_is_never_acknowledged_before_it_is_on_the_disk(postgres: PostgresServer) -> None:
    for given, kept in (("off", "on"), ("local", "on"), ("remote_apply", "remote_apply")):
        address = postgres.fresh() + f"%20-csynchronous_commit%3D{given}"
        with closing(Database(address, "the box")) as database, database.writing() as connection:
            assert connection.scalar(sa.text("SHOW synchronous_commit")) == kept


def test_a_question_with_nul_is_kept_without_it(address: str) -> None:
    with closing(Conversations(address)) as kept:
        kept.keep(replace(GIVEN, conversation_id="c\0", standalone_question="When\0?"))
        assert [turn.question for turn in kept.turns("c\0")] == ["When\ufffd?"]


def test_a_connection_that_the_server_dropped_is_made_anew(tmp_path: Path) -> None:
    with postgres_server() as server, closing(Database(server.fresh(), "the box")) as database:
        database.create(tables)
        server.stop()
        with pytest.raises(Busy, match=r"cannot be reached .*what was acknowledged is safe"):
            database.create(tables)
        server.start()
        database.create(tables)
        gone = pytest.raises(Busy, match=r"the box postgresql://.* cannot be reached")
        with gone, database.writing() as connection:
            server.stop()
            connection.execute(sa.insert(change).values(op="add", passage_id=1))
        server.start()
        with database.reading() as connection:
            assert connection.execute(sa.select(change)).all() == []


# Several servers


def test_each_server_finds_what_the_others_add_and_keeps_an_index_of_its_own(opened: Open) -> None:
    with closing(opened("one")) as one, closing(opened("two")) as two:
        list(one.add([draft(1, 1)]))
        assert finds(two, 1, 1)
        assert (two.directory / "indexes" / "CURRENT").exists()
        list(two.add([draft(1, 2), draft(2, 1)]))
        one.remove(one.articles()[1].id)
        time.sleep(REFRESH_SECONDS)
        for archive in (one, two):
            assert finds(archive, 1, 2)
            assert not finds(archive, 1, 1)
            assert not finds(archive, 2, 1)
            assert archive.check() == []


def test_publishing_leaves_the_changes_that_other_servers_must_still_learn(
    address: str, opened: Open
) -> None:
    with closing(opened("one")) as one, closing(opened("two")) as two:
        list(one.add([draft(1, 1)]))
        assert finds(two, 1, 1)
        generation = (two.directory / "indexes" / "CURRENT").read_text()
        for number in range(2, 6):
            list(one.add([draft(number, 1)]))
        with closing(Catalogue(address)) as catalogue, catalogue.reading() as connection:
            assert catalogue.oldest_change(connection) == 1
        time.sleep(REFRESH_SECONDS)
        assert finds(two, 5, 1)
        assert (two.directory / "indexes" / "CURRENT").read_text() == generation


def test_a_server_that_lags_behind_the_log_makes_its_index_anew(address: str, opened: Open) -> None:
    with closing(opened("one")) as one, closing(opened("two")) as two:
        list(one.add([draft(1, 1)]))
        assert finds(two, 1, 1)
        list(one.add(draft(number, 1) for number in range(2, 6)))
        one.remove(1)
        with closing(Database(address, "the catalogue")) as database, database.writing() as connection:
            newest = sa.select(sa.func.max(change.c.seq)).scalar_subquery()
            connection.execute(sa.delete(change).where(change.c.seq < newest))
        time.sleep(REFRESH_SECONDS)
        assert finds(two, 5, 1)
        assert not finds(two, 1, 1)
        assert two.check() == []


def test_servers_that_add_the_same_articles_at_once_keep_one_version_of_each(opened: Open) -> None:
    archives = [opened(name) for name in ("one", "two", "three")]

    def add(archive: Archive) -> Counter[str]:
        results = archive.add([draft(number, 1) for number in range(25)])
        return Counter(result.outcome for result in results if isinstance(result, Added))

    with ThreadPoolExecutor(3) as threads:
        outcomes = sum(threads.map(add, archives), Counter[str]())
    assert outcomes == {"added": 25, "unchanged": 50}
    for archive in archives:
        assert [article.version for article in archive.articles()] == [1] * 25
        assert archive.check() == []
        archive.close()


def test_a_reader_waits_for_no_writer(address: str, opened: Open) -> None:
    with closing(opened("one")) as one, closing(opened("two")) as two:
        list(one.add([draft(1, 1)]))
        with closing(Catalogue(address)) as catalogue, catalogue.writing():
            assert finds(two, 1, 1)
            assert two.check() == []


# Killed servers

STOPS = 12


def test_what_was_acknowledged_outlives_the_server(tmp_path: Path) -> None:
    """The server is stopped as by a power cut while a writer adds; the writer is told, and goes on."""
    acknowledged: list[int] = []
    with postgres_server() as server:
        address = server.fresh()
        with closing(make_archive(tmp_path, catalogue=address)) as archive:
            for stop in range(STOPS):
                acknowledged += _added_until_stopped(archive, server, stop)
                server.start()
                held = [number_of(article.key) for article in archive.articles()]
                # The one whose acknowledgement was lost with the connection may be there or not.
                assert set(acknowledged) <= set(held) <= {*acknowledged, *_next_of(acknowledged, stop)}
                acknowledged = held
            assert archive.check() in ([], ["no index has been published"])
            archive.rebuild()
            assert archive.check() == []
    assert len(acknowledged) >= 2 * STOPS


def _next_of(acknowledged: list[int], stop: int) -> list[int]:
    """The article that was being stored when the server stopped."""
    done = [number for number in acknowledged if number >= stop * 1000]
    return [max(done) + 1 if done else stop * 1000]


def _added_until_stopped(archive: Archive, server: PostgresServer, stop: int) -> list[int]:
    done: list[int] = []
    cut = threading.Timer(0.003 * stop, server.stop)
    first = stop * 1000
    try:
        for result in archive.add(draft(number, 1) for number in range(first, first + 900)):
            assert isinstance(result, Added)
            done.append(number_of(result.key))
            if len(done) == 2:
                cut.start()
    except Busy as error:
        assert str(error).endswith("try again")  # noqa: PT017  # what came before it counts too
        cut.join()
        return done
    pytest.fail("the server was not stopped in time")
