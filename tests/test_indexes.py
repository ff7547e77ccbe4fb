"""One contract for every index: FAISS and tantivy, milvus-lite's server, and a real Milvus.

The last two are real processes on loopback, which are killed; they run under `-m scale`. The Milvus that
a wheel carries matches no words, so it is held to the dense part.
"""

import random
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from eval.cases import load_cases
from index.archive import Archive
from index.backends.local.lexical import stems
from index.backends.milvus.collections import LONGEST, expression, kept, literal, words
from index.backends.milvus.index import MilvusIndex
from index.backends.milvus.server import Address, Server
from index.catalogue.catalogue import Catalogue
from index.engines import index_at
from index.errors import BadValue, DatelineError, IndexUnavailable, Mismatch
from index.models.embedding import Embedder
from index.protocols import LoadIndex, Searchable
from index.records import Draft, Filters, Query
from service.http.problems import problem_of
from service.settings import load_settings
from tests.conftest import ROOT, DraftMaker
from tests.fakes import HashedWords
from tests.fault_writer import CHUNKER, REMOVED, Writing, make_archive, mark, number_of, open_archive
from tests.fault_writer import draft as report
from tests.milvus import GIVEN, MilvusServer
from tests.test_faults import UNPUBLISHED, Counts, Oracle, Writer, spans, stored_spans

KILLS = 50
NAMES = count()


@dataclass(slots=True)
class Engine:
    """An index under test: where it is, whether it matches words, and its process if it has one."""

    server: MilvusServer | None = None
    address: str | None = None  # of a server that is not ours to kill
    words: bool = True

    def another(self) -> str | None:
        """The address of an index of its own; None for FAISS and tantivy, which are in the folder."""
        name = f"test_{next(NAMES)}_{random.randrange(1 << 30)}"
        if self.server is None and self.address is None:
            return None
        address = self.server.address(name) if self.server else f"{self.address}/{name}"
        return address if self.words else f"{address}?words=no"


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    if GIVEN is None:
        pytest.skip("DATELINE_TEST_MILVUS names no Milvus: neither an address nor an environment's folder")
    if "://" in GIVEN:
        yield Engine(address=GIVEN.rstrip("/"), words=False)
        return
    server = MilvusServer(tmp_path_factory.mktemp("milvus"), Path(GIVEN))
    server.start()
    yield Engine(server, words=False)
    server.kill()


@pytest.fixture(scope="module")
def lite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    server = MilvusServer(tmp_path_factory.mktemp("lite"))
    server.start()
    yield Engine(server)
    server.kill()


SCALE = pytest.mark.scale
SERVERS = [
    pytest.param("lite", marks=SCALE, id="milvus-lite"),
    pytest.param("real", marks=SCALE, id="milvus"),
]


@pytest.fixture(scope="module", params=["faiss", *SERVERS])
def engine(request: pytest.FixtureRequest) -> Engine:
    return Engine() if request.param == "faiss" else request.getfixturevalue(request.param)


@pytest.fixture
def index(engine: Engine) -> LoadIndex:
    return index_at(engine.another())


@pytest.fixture
def archive(index: LoadIndex, tmp_path: Path) -> Iterator[Archive]:
    with closing(Archive.create(tmp_path / "archive", HashedWords, CHUNKER, load_index=index)) as made:
        yield made


def add(archive: Archive, *drafts: Draft) -> None:
    list(archive.add(drafts))


def keys(archive: Archive, question: str, **known: Any) -> list[str]:
    return [hit.article.key for hit in archive.search(Query(text=question, limit=100, **known))]


@contextmanager
def looking(archive: Archive, index: LoadIndex) -> Iterator[Searchable[Any]]:
    """What a search of that archive would ask, asked directly."""
    catalogue = Catalogue(archive.directory / "catalogue.db")
    with closing(index(archive.directory / "indexes", catalogue)) as derived:
        yield derived.current()
    catalogue.close()


def all_ids(archive: Archive) -> list[int]:
    catalogue = Catalogue(archive.directory / "catalogue.db")
    with catalogue.reading() as connection:
        found: list[int] = catalogue.passage_ids(connection).tolist()
    catalogue.close()
    return found


# The contract


def test_an_archive_without_articles_is_searched(archive: Archive) -> None:
    assert (keys(archive, "bridge"), archive.summary().passages, archive.check()) == ([], 0, [])
    add(archive)
    assert (keys(archive, "bridge"), archive.check()) == ([], [])


def test_what_was_added_is_found_at_once_by_everybody(archive: Archive, index: LoadIndex) -> None:
    add(archive, *(report(n, 1) for n in range(12)))
    with closing(Archive.open(archive.directory, HashedWords, CHUNKER, load_index=index)) as another:
        for one in (archive, another):
            assert f"article {7}" in keys(one, mark(7, 1))[:3]
            assert one.check() == []
        assert another.published is not None


def test_publishing_twice_changes_nothing(archive: Archive, index: LoadIndex) -> None:
    add(archive, *(report(n, 1) for n in range(12)))
    before = keys(archive, "harbour bridge toll")
    add(archive, *(report(n, 1) for n in range(12)))
    archive.rebuild()
    assert keys(archive, "harbour bridge toll") == before
    with looking(archive, index) as searchable:
        assert len(searchable) == len(all_ids(archive))
    assert archive.check() == []


def test_an_article_that_changes_or_goes_leaves_nothing(archive: Archive, index: LoadIndex) -> None:
    add(archive, *(report(n, 1) for n in range(12)))
    vector = HashedWords().encode_query("harbour")
    add(archive, report(3, 2))
    (removed,) = [article.id for article in archive.articles() if article.key == "article 5"]
    archive.remove(removed)
    with looking(archive, index) as searchable:
        assert sorted(i for i, _ in searchable.nearest(vector, 1000)) == all_ids(archive)
        assert len(searchable) == len(all_ids(archive))
    assert "article 5" not in keys(archive, mark(5, 1))
    assert {hit.article.version for hit in archive.search(Query(text=mark(3, 2))) if hit.article.id == 4} == {
        2
    }
    assert archive.check() == []


def test_as_many_are_given_as_are_asked_for_each_once(archive: Archive, index: LoadIndex) -> None:
    add(archive, *(report(n, 1) for n in range(60)))
    vector = HashedWords().encode_query("the mayor of the harbour")
    held = all_ids(archive)
    with looking(archive, index) as searchable:
        every = searchable.nearest(vector, 10_000)
        assert sorted(i for i, _ in every) == held
        assert [score for _, score in every] == sorted((score for _, score in every), reverse=True)
        first = searchable.nearest(vector, 7)
        assert [score for _, score in first] == pytest.approx([score for _, score in every[:7]], abs=1e-5)
        known = {facts.passage_id: cosine for facts, cosine in searchable.known(held, vector)}
        assert known == pytest.approx(dict(every), abs=1e-3)
        assert list(searchable.known([10**9], vector)) == []


def test_words_are_ranked_the_best_highest(engine: Engine, archive: Archive, index: LoadIndex) -> None:
    add(archive, *(report(n, 1) for n in range(30)))
    with looking(archive, index) as searchable:
        found = searchable.matching(f"harbour bridge {mark(9, 1)}", 50)
        if not engine.words:
            assert found == []
            return
        scores = [score for _, score in found]
        assert scores == sorted(scores, reverse=True)
        assert scores[0] > 2 * scores[-1] > 0
        (best, _) = found[0]
        (facts,) = [facts for facts, _ in searchable.known([best], HashedWords().encode_query("x"))]
        assert facts.article_id == 10
        assert searchable.matching("… ، !", 5) == searchable.matching("unheardof", 5) == []
        assert [searchable.passages_with(word) for word in (*stems(mark(9, 1)), "unheardof")] == [1, 0]


HOSTILE = {
    "quotes": "The \"Tide\" 'Line'",
    "a way out": '"] or id > 0 or outlet in ["',
    "backslash": "back\\slash\\",
    "escape": "\\u0041\\x41\\n",
    "lines": "one\r\ntwo\tthree",
    "wildcards": "100%_sure%",
    "braces": "{outlet} {0}",
    "control": "bell\x07end\x7f",
    "emoji": "Daily 😀 News",
    "Arabic": "صحيفة ألف",
    "accent": "Cafe\u0301 Zu\u0308rich",
    "line separator": "one\u2028two",
    "long": "n" * 5000,
}


@pytest.fixture(scope="module")
def hostile(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    folder = tmp_path_factory.mktemp("hostile") / "archive"
    with closing(
        Archive.create(folder, HashedWords, CHUNKER, load_index=index_at(engine.another()))
    ) as archive:
        for number, text in enumerate(["Plain", *HOSTILE.values()]):
            one = replace(report(number, 1), key=text, published=None)
            add(archive, replace(one, outlet=text, author=f"By {text}", language=text))
        add(archive, replace(report(99, 1), key="nobody's", outlet=None, author=None, published=None))
        yield archive


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("field", ["outlets", "authors", "languages"])
def test_a_filter_lets_pass_what_it_names_alone(hostile: Archive, field: str, name: str) -> None:
    named: dict[str, Any] = {field: (HOSTILE[name],)}
    filters = Filters(**named)
    assert set(keys(hostile, "report", filters=filters)) == {HOSTILE[name]}
    assert hostile.summary(filters).articles == 1


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(authors=("by",)), {"Plain", *HOSTILE.values()}),
        (Filters(authors=("BY PLAIN", "line")), {"Plain", HOSTILE["quotes"]}),
        (Filters(authors=("",)), {"Plain", *HOSTILE.values()}),
        (Filters(authors=("no such",)), set()),
        (Filters(languages=("",)), set()),
        (Filters(languages=("\ud800",)), set()),
        (Filters(outlets=("Plain",), languages=("Plain",)), {"Plain"}),
        (Filters(outlets=("Plain",), authors=("daily",)), set()),
        (Filters(until=date.max), set()),
    ],
    ids=lambda value: str(value) if isinstance(value, Filters) else str(sorted(value)),
)
def test_filters_are_those_of_the_columns(hostile: Archive, filters: Filters, expected: set[str]) -> None:
    assert set(keys(hostile, "report", filters=filters)) == expected


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(since=date(2021, 1, 3)), {2, 3}),
        (Filters(until=date(2021, 1, 2)), {0, 1}),
        (Filters(as_of=date(2021, 1, 2)), {0, 1}),
        (Filters(since=date(2021, 1, 2), until=date(2021, 1, 3)), {1, 2}),
        (Filters(until=date(2021, 1, 3), as_of=date(2021, 1, 1)), {0}),
        (Filters(since=date(2030, 1, 1)), set()),
        (Filters(since=date.min), {0, 1, 2, 3}),
    ],
    ids=lambda value: str(value) if isinstance(value, Filters) else str(sorted(value)),
)
def test_days_are_inclusive_and_what_has_none_passes_no_day(
    archive: Archive, filters: Filters, expected: set[int]
) -> None:
    add(archive, *(report(n, 1) for n in range(4)), replace(report(4, 1), published=None))
    assert {number_of(key) for key in keys(archive, "report", filters=filters)} == expected
    held = archive.summary(filters)
    assert (held.articles, held.undated) == (len(expected), 0)
    everything = archive.summary()
    assert (everything.oldest, everything.newest, everything.undated) == (
        date(2021, 1, 1),
        date(2021, 1, 4),
        1,
    )


def test_a_text_that_is_longer_than_a_field_is_kept_and_found(archive: Archive, draft: DraftMaker) -> None:
    text = f"A sentence about the pier. {'x' * 70_000} An end with a zeppelin."
    title = "Marigold " + " ".join(f"word{n}" for n in range(12_000))
    add(archive, draft("long", text, author="a" * 70_000), draft("titled", "It is short.", title=title))
    add(archive, report(1, 1))
    assert keys(archive, "a zeppelin", filters=Filters(authors=("aaa",)))[0] == "long"
    assert "titled" in keys(archive, "marigold")[:3]
    assert archive.check() == []


def test_another_embedder_is_refused_by_name_until_all_is_embedded_again(
    archive: Archive, index: LoadIndex
) -> None:
    add(archive, *(report(n, 1) for n in range(6)))
    other = HashedWords("other@1", 48)
    Archive.embed_again(archive.directory, lambda: other, CHUNKER, load_index=index)
    with closing(Archive.open(archive.directory, lambda: other, CHUNKER, load_index=index)) as again:
        assert "article 2" in keys(again, mark(2, 1))[:3]
        assert again.check() == []
        stale = Archive.open(archive.directory, HashedWords, CHUNKER, load_index=index)
        with closing(stale), pytest.raises(Mismatch, match="other@1"):
            stale.search(Query(text="bridge"))


@pytest.fixture(scope="module")
def questions() -> list[str]:
    return [case.question for case in load_cases(ROOT / "eval" / "cases" / "sample") if case.question]


def test_the_questions_of_the_sample_find_what_faiss_finds(
    engine: Engine, writable_sample: Path, load: Callable[[], Embedder], questions: list[str]
) -> None:
    """The ten best of each side and of both together, over all questions that the project measures by."""
    index = index_at(engine.another())
    with (
        closing(Archive.open(writable_sample, load)) as plain,
        closing(Archive.open(writable_sample, load, load_index=index)) as other,
        looking(plain, index_at(None)) as here,
    ):
        embedder = plain.embedder
        other.rebuild()
        with looking(other, index) as there:
            shares: dict[str, list[float]] = {"nearest": [], "matching": [], "search": []}
            for question in questions:
                vector = embedder.encode_query(question)
                shares["nearest"].append(shared(here.nearest(vector, 10), there.nearest(vector, 10)))
                shares["matching"].append(shared(here.matching(question, 10), there.matching(question, 10)))
                query = Query(text=question)
                found = [[(hit.passage.id, 0.0) for hit in one.search(query)] for one in (plain, other)]
                shares["search"].append(shared(*found))
            assert there.summary() == here.summary()
            told = {side: round(float(np.mean(values)), 3) for side, values in shares.items()}
            sys.stdout.write(f"{len(questions)} questions, shares of the ten best: {told}\n")
            assert told["nearest"] >= 0.995
            if engine.words:
                assert told["matching"] >= 0.9
                assert told["search"] >= 0.95


def shared(some: list[tuple[int, float]], others: list[tuple[int, float]]) -> float:
    return len({i for i, _ in some} & {i for i, _ in others}) / max(len(some), 1)


# What a server alone can meet


@pytest.fixture(scope="module", params=SERVERS)
def remote(request: pytest.FixtureRequest) -> Engine:
    found: Engine = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def address(remote: Engine) -> str:
    address = remote.another()
    assert address is not None
    return address


@pytest.fixture
def away(address: str, tmp_path: Path) -> Iterator[Archive]:
    with closing(make_archive(tmp_path / "archive", index=address)) as made:
        yield made


def milvus(address: str) -> Server:
    return Server(Address.parsed(address))


def behind(address: str) -> dict[str, Any]:
    """What stands behind the alias."""
    server = milvus(address)
    found: dict[str, Any] = server.ask("describe_collection", server.address.name)
    return found


def test_the_same_process_goes_on_after_the_server_was_killed(
    remote: Engine, away: Archive, address: str
) -> None:
    if remote.server is None or not remote.words:
        pytest.skip("the wheel's Milvus 2.3.5 does not come back from kill -9 by itself")
    add(away, *(report(n, 1) for n in range(8)))
    assert "article 4" in keys(away, mark(4, 1))[:3]
    remote.server.kill()
    began = time.monotonic()
    with pytest.raises(IndexUnavailable) as raised:
        keys(away, mark(4, 1))
    assert time.monotonic() - began < 15
    assert str(Address.parsed(address)) in str(raised.value)
    assert "DATELINE_INDEX" in str(raised.value)
    assert problem_of(raised.value, "/v1/search").status == 503
    adding = away.add([report(8, 1)])
    assert next(adding).key == "article 8"  # type: ignore[union-attr]
    with pytest.raises(IndexUnavailable):
        list(adding)
    remote.server.start()
    # What was acknowledged is found, although nobody has published it.
    assert "article 8" in eventually(lambda: keys(away, mark(8, 1)))[:3]
    assert "article 4" in keys(away, mark(4, 1))[:3]
    assert away.check() == []
    add(away, report(9, 1))
    with closing(open_archive(away.directory, index=address)) as another:
        assert "article 8" in keys(another, mark(8, 1))[:3]
        assert another.check() == []


def eventually(found: Callable[[], list[str]]) -> list[str]:
    """A server may take connections before it can answer."""
    until = time.monotonic() + 60
    while True:
        with suppress(IndexUnavailable):
            return found()
        assert time.monotonic() < until
        time.sleep(0.5)


def test_a_collection_that_was_released_is_loaded_again(away: Archive, address: str) -> None:
    add(away, *(report(n, 1) for n in range(4)))
    milvus(address).ask("release_collection", behind(address)["collection_name"])
    assert "article 2" in keys(away, mark(2, 1))[:3]


def test_what_was_applied_and_not_noted_is_applied_again(away: Archive, address: str) -> None:
    add(away, *(report(n, 1) for n in range(6)))
    before = behind(address)
    add(away, report(6, 1), report(2, 2))
    # As a process leaves it that is killed after it has upserted and before it notes so.
    note = {"dateline.watermark": before["properties"]["dateline.watermark"]}
    milvus(address).ask("alter_collection_properties", before["collection_name"], note)
    away.remove(next(article.id for article in away.articles() if article.key == "article 6"))
    assert away.check() == []
    with looking(away, index_at(address)) as searchable:
        assert len(searchable) == len(all_ids(away))
    assert "article 2" in keys(away, mark(2, 2))[:3]


def test_a_rebuild_stands_beside_what_is_searched(away: Archive, address: str) -> None:
    add(away, *(report(n, 1) for n in range(40)))
    first = behind(address)["collection_name"]
    done = threading.Event()
    missed: list[str] = []

    def search() -> None:
        with closing(open_archive(away.directory, index=address)) as reader:
            while not done.is_set():
                missed.extend([] if "article 7" in keys(reader, mark(7, 1)) else ["article 7"])

    searching = threading.Thread(target=search)
    searching.start()
    for _ in range(2):
        away.rebuild()
    done.set()
    searching.join()
    assert missed == []
    server = milvus(address)
    left = [name for name in server.ask("list_collections") if name.startswith(server.address.name)]
    assert left == [behind(address)["collection_name"]] != [first]
    assert away.check() == []


def test_a_rebuild_that_was_killed_leaves_nothing_behind(away: Archive, address: str) -> None:
    add(away, *(report(n, 1) for n in range(6)))
    catalogue = Catalogue(away.directory / "catalogue.db")
    with closing(MilvusIndex(address, catalogue)) as index, catalogue.reading() as connection:
        name = f"{Address.parsed(address).name}_g9"
        index._create(name, index._wanted(connection))
    add(away, report(6, 1))
    assert name not in milvus(address).ask("list_collections")
    assert away.check() == []


def test_missing_and_ghost_passages_are_told(away: Archive, address: str) -> None:
    add(away, *(report(n, 1) for n in range(6)))
    server, collection = milvus(address), behind(address)["collection_name"]
    strong = {"consistency_level": "Strong"}
    (row,) = server.ask("query", collection, filter="id == 3", output_fields=["*"], **strong)
    server.ask("delete", collection, ids=[3])
    server.ask("upsert", collection, [{k: v for k, v in row.items() if k != "bm25"} | {"id": 999}])
    where = f"the index {Address.parsed(address)}"
    assert away.check() == [
        f"passage 3 of article 1 is missing from {where}",
        f"{where} holds passage 999 of article 1, which is not in the catalogue",
    ]
    assert all(hit.passage.id != 999 for hit in away.search(Query(text="report", limit=100)))
    away.rebuild()
    assert away.check() == []


def test_two_archives_never_share_an_index(away: Archive, address: str, tmp_path: Path) -> None:
    add(away, *(report(n, 1) for n in range(4)))
    with closing(make_archive(tmp_path / "another", index=address)) as another:
        for use in (lambda: add(another, report(1, 1)), another.rebuild, another.summary):
            with pytest.raises(Mismatch, match="belongs to something else than this archive"):
                use()
        assert "belongs to something else" in another.check()[0]
    assert (away.check(), "article 3" in keys(away, mark(3, 1))[:3]) == ([], True)


def test_an_index_that_was_wiped_is_made_again(away: Archive, address: str) -> None:
    add(away, *(report(n, 1) for n in range(4)))
    server, collection = milvus(address), behind(address)["collection_name"]
    server.ask("drop_alias", server.address.name)
    server.ask("drop_collection", collection)
    assert away.check() == ["no index has been published"]
    with pytest.raises(IndexUnavailable, match="dateline rebuild"):
        keys(away, mark(3, 1))
    away.rebuild()
    assert "article 3" in keys(away, mark(3, 1))[:3]
    assert away.check() == []


def test_an_index_ahead_of_a_catalogue_that_was_put_back_is_told_and_made_anew(
    away: Archive, address: str, tmp_path: Path
) -> None:
    add(away, *(report(n, 1) for n in range(4)))
    copy = tmp_path / "copy.db"
    with closing(sqlite3.connect(away.directory / "catalogue.db")) as database:
        database.execute("VACUUM INTO ?", (str(copy),))
    before = away.summary()
    add(away, *(report(n, 1) for n in range(4, 8)))
    away.close()
    for file in away.directory.glob("catalogue.db*"):
        file.unlink()
    copy.rename(away.directory / "catalogue.db")
    with closing(open_archive(away.directory, index=address)) as again:
        with pytest.raises(IndexUnavailable, match="make it anew with: dateline rebuild"):
            again.summary()
        again.rebuild()
        assert again.summary() == before
        assert again.check() == []
        add(again, report(50, 1))
        assert again.check() == []


# Kills


def held_by(directory: Path, address: str, oracle: Oracle, counts: Counts) -> None:
    """Opens the archive as the next process would, and counts everything that is wrong with it."""
    with closing(open_archive(directory, index=address)) as archive:
        articles = {number_of(article.key): article for article in archive.articles()}
        oracle.compare({number: article.version for number, article in articles.items()}, counts)
        stored = stored_spans(directory / "catalogue.db")
        for number, article in articles.items():
            counts.partial += stored.get(article.id, []) != spans(number, article.version)
        counts.unsound += archive.check() not in ([], [UNPUBLISHED])
        for number, version in list(oracle.versions.items())[-3:]:
            wanted = mark(number, version or 1)
            hits = archive.search(Query(text=wanted, limit=3))
            found = any(f" {wanted}." in hit.passage.text for hit in hits)
            counts.unfound += version != REMOVED and not found
            counts.ghosts += version == REMOVED and found


@pytest.mark.scale
def test_kills_of_the_server_and_of_the_writer_lose_nothing(lite: Engine, tmp_path: Path) -> None:
    address, server = lite.another(), lite.server
    assert address is not None
    assert server is not None
    counts, oracle = Counts(), Oracle()
    make_archive(tmp_path, index=address).close()
    for kill in range(KILLS):
        chance = random.Random(kill)
        writer = Writer(Writing(tmp_path, seed=kill, first=kill * 1000, calls=8, index=address))
        writer.hear(("publishing", "done", "started", "publishing")[kill % 4], times=chance.randint(1, 3))
        time.sleep(chance.uniform(0, 0.03))
        if kill % 2:
            server.kill()
            server.start()
            # It goes on by itself, or ends and says why.
            writer.hear("done")
        writer.kill()
        counts.errors += any(name != "IndexUnavailable" for name, _ in writer.errors())
        oracle.learn(writer.told)
        counts.kills += 1
        counts.acknowledged += sum(step == "done" for step, _, _ in writer.told)
        try:
            held_by(tmp_path, address, oracle, counts)
        except DatelineError:
            counts.unreadable += 1
    assert (
        Writer(Writing(tmp_path, seed=KILLS, first=KILLS * 1000, calls=1, index=address)).end().errors() == []
    )
    sys.stdout.write(f"{counts}\n")
    assert counts == Counts(counts.kills, acknowledged=counts.acknowledged), (
        "a count that is not zero is a fault"
    )
    with (
        closing(open_archive(tmp_path, index=address)) as archive,
        looking(archive, index_at(address)) as searchable,
    ):
        assert archive.check() == []
        assert len(searchable) == len(all_ids(archive))


# Addresses, secrets and literals


@pytest.mark.parametrize(
    ("text", "uri", "shown"),
    [
        ("milvus+http://localhost", "http://localhost:19530", "milvus+http://localhost:19530/dateline"),
        ("milvus+https://m.example:443/news", "https://m.example:443", "milvus+https://m.example:443/news"),
        ("milvus+http://[::1]:1/a_1?words=no", "http://[::1]:1", "milvus+http://[::1]:1/a_1"),
    ],
)
def test_an_address_is_read(text: str, uri: str, shown: str) -> None:
    address = Address.parsed(text)
    assert (address.uri, str(address), address.words) == (uri, shown, "words" not in text)


@pytest.mark.parametrize(
    "text",
    [
        "http://localhost:19530",
        "milvus://localhost",
        "milvus+http://",
        "milvus+http://localhost:many",
        "milvus+http://localhost/a/b",
        "milvus+http://localhost/a-b",
        "milvus+http://localhost/?words=yes",
        "milvus+http://localhost/#a",
    ],
)
def test_an_address_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(BadValue):
        Address.parsed(text)


@pytest.mark.parametrize("host", ["localhost", "localhost:many", ""])
def test_no_secret_is_told(tmp_path: Path, host: str) -> None:
    with pytest.raises(BadValue) as raised:
        Address.parsed(f"milvus+http://root:harbour-pilot@{host}")
    assert "harbour-pilot" not in str(raised.value)
    assert "DATELINE_INDEX_TOKEN" in str(raised.value)
    settings = load_settings(
        data=tmp_path, index="milvus+https://m.example", index_token="root:harbour-pilot"
    )
    assert "harbour-pilot" not in repr(settings)


def test_the_command_that_installs_the_client_is_told() -> None:
    asked = (
        "import sys; sys.modules['pymilvus'] = None\n"
        "from index.backends.milvus.server import Address, Server\n"
        "Server(Address.parsed('milvus+http://localhost')).version()"
    )
    run = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=False)
    assert "DatelineError: an index in Milvus needs pymilvus" in run.stderr
    assert "pip install pymilvus" in run.stderr


def test_words_that_do_not_fit_are_left_out_whole() -> None:
    joined = words("Überschwemmungen flooding " * 10_000)
    assert len(joined.encode()) <= LONGEST
    assert set(joined.split()) == set(stems("Überschwemmungen flooding"))
    assert words("The floods") == "the flood"


def test_a_text_is_kept_to_the_last_whole_character() -> None:
    assert kept(None) == ""
    assert kept("") == "="
    assert kept("😀" * 20_000) == "=" + "😀" * ((LONGEST - 1) // 4)


def test_filters_are_written_as_milvus_reads_them() -> None:
    filters = Filters(
        since=date(2021, 1, 1),
        as_of=date(2021, 2, 1),
        outlets=('A "B"',),
        authors=("eve",),
        languages=("en",),
    )
    assert expression(filters, ["Eve\n\\", "Adam"]) == (
        f"published >= {date(2021, 1, 1).toordinal()} and published <= {date(2021, 2, 1).toordinal()} "
        'and published != 0 and outlet in ["=A \\"B\\""] and author in ["=Eve\\n\\\\"] '
        'and language in ["=en"]'
    )
    assert literal("\r") == '"\\r"'
