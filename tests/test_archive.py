"""Adding, finding, removing, proving: the archive through its one face, with the real model."""

import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from index.archive import REFRESH_SECONDS, Added, Archive
from index.catalogue.catalogue import Outcome
from index.database.connections import Address, Database
from index.errors import BadValue, Mismatch, NotFound
from index.extraction.chunking import Chunker
from index.models.embedding import DEFAULT_MODEL, Embedder, load_embedder
from index.records import Draft, Filters, Query, Skipped, Zone, ZoneKind
from tests.conftest import DraftMaker

Load = Callable[[], Embedder]


@pytest.fixture
def archive(tmp_path: Path, load: Load, database_address: Address) -> Archive:
    return Archive.create(tmp_path / "archive", load, catalogue=database_address)


def outcomes(archive: Archive, *drafts: Draft | Skipped) -> list[Outcome | str]:
    return [r.outcome if isinstance(r, Added) else r.reason for r in archive.add(drafts)]


def test_adding_twice_changes_nothing_and_an_edit_makes_a_version(
    archive: Archive, draft: DraftMaker
) -> None:
    first = draft("a", "The bridge costs 48 million crowns. It opens in October.")
    edited = draft("a", "The bridge costs 61 million crowns. It opens in October.")
    assert outcomes(archive, first) == [Outcome.ADDED]
    assert outcomes(archive, first) == [Outcome.UNCHANGED]
    assert outcomes(archive, edited) == [Outcome.UPDATED]
    assert archive.article(1).version == 2
    assert archive.article(1, version=1).text == first.text
    assert [hit.passage.text for hit in archive.search(Query(text="bridge cost"))] == [edited.text]
    assert archive.check() == []


def test_menus_that_change_around_an_article_do_not_make_a_version(archive: Archive) -> None:
    def page(menu: str) -> Draft:
        reporting = "The bridge opens on Friday."
        text = f"{reporting}\n\n{menu}"
        zones = (
            Zone(0, len(reporting), ZoneKind.REPORTING),
            Zone(len(reporting) + 2, len(text), ZoneKind.NAVIGATION),
        )
        return Draft(key="a", text=text, zones=zones)

    assert outcomes(archive, page("Most read: the flood")) == [Outcome.ADDED]
    assert outcomes(archive, page("Most read: the festival")) == [Outcome.UNCHANGED]


def test_metadata_that_changes_makes_a_version(archive: Archive, draft: DraftMaker) -> None:
    outcomes(archive, draft("a", "The bridge opens.", outlet=None))
    assert outcomes(archive, draft("a", "The bridge opens.", outlet="Courier")) == [Outcome.UPDATED]
    assert archive.article(1).outlet == "Courier"


def test_what_is_skipped_is_told_and_the_rest_goes_in(archive: Archive, draft: DraftMaker) -> None:
    empty = Draft(key="b", text="Menu", zones=())
    told = outcomes(
        archive, Skipped("x.pdf", "no"), draft("a", "The bridge opens."), empty, draft("a", "Other.")
    )
    assert set(told) == {
        "no",
        Outcome.ADDED,
        "no reporting was found in it",
        "an article of this address or id was already read in this run",
    }
    assert archive.summary().articles == 1


def test_removing_takes_the_article_out_of_every_index(archive: Archive, draft: DraftMaker) -> None:
    outcomes(archive, draft("a", "The bridge opens."), draft("b", "The flood came."))
    archive.remove(1)
    assert [hit.article.id for hit in archive.search(Query(text="bridge opens"))] == [2]
    assert archive.check() == []
    with pytest.raises(NotFound, match="there is no article 1 in this archive"):
        archive.article(1)
    with pytest.raises(NotFound, match="there is no article 1 in this archive"):
        archive.remove(1)


def test_ids_are_never_used_again(archive: Archive, draft: DraftMaker) -> None:
    outcomes(archive, draft("a", "The bridge opens."))
    archive.remove(1)
    outcomes(archive, draft("a", "The bridge opens."))
    assert [article.id for article in archive.articles()] == [2]


def test_filters_narrow_and_an_unknown_date_passes_none_that_asks_for_dates(
    archive: Archive, draft: DraftMaker
) -> None:
    outcomes(
        archive,
        draft("a", "The bridge opens.", published=date(2020, 3, 1), outlet="Courier"),
        draft("b", "The bridge is delayed.", published=date(2021, 3, 1), outlet="Tideline"),
        draft("c", "The bridge stands.", published=None, outlet="Tideline"),
        draft("d", "افتتح الجسر.", published=date(2021, 3, 1), language="ar"),
    )

    def ids(**limits: object) -> set[int]:
        return {hit.article.id for hit in archive.search(Query(text="bridge", filters=Filters(**limits)))}  # type: ignore[arg-type]

    assert ids() == {1, 2, 3, 4}
    assert ids(since=date(2020, 3, 1)) == {1, 2, 4}
    assert ids(until=date(2020, 3, 1)) == {1}
    assert ids(as_of=date(2021, 2, 28)) == {1}
    assert ids(until=date(2021, 12, 31), as_of=date(2020, 12, 31)) == {1}
    assert ids(outlets=("tideline",)) == {2, 3}
    assert ids(languages=("ar",)) == {4}
    assert archive.summary(Filters(outlets=("Tideline",))).undated == 1
    with pytest.raises(BadValue, match="no outlet 'Post' in this archive; there are: Courier, Tideline"):
        ids(outlets=("Post",))


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("ÉLODIE MARCHAND",), {1}),
        (("marchand", "o_neil"), {1, 3}),
        (("100%",), {3}),
        (("o neil",), set()),
        (("_",), {3}),
        (("strasse",), {2}),
    ],
)
def test_an_author_passes_whose_byline_holds_the_name(
    archive: Archive, draft: DraftMaker, names: tuple[str, ...], expected: set[int]
) -> None:
    outcomes(
        archive,
        draft("a", "The bridge opens.", author="Élodie Marchand, Ivo Hald"),
        draft("b", "The bridge is late.", author="Jan Straße"),
        draft("c", "The bridge stands.", author="Pat O_Neil 100%"),
        draft("d", "The bridge fell.", author=None),
    )
    hits = archive.search(Query(text="bridge", filters=Filters(authors=names)))
    assert {hit.article.id for hit in hits} == expected
    assert archive.summary(Filters(authors=names)).articles == len(expected)


def test_an_outlet_is_refused_where_no_article_names_one(archive: Archive, draft: DraftMaker) -> None:
    outcomes(archive, draft("a", "The bridge opens."))
    with pytest.raises(BadValue, match="no outlet 'Post' in this archive; there are: none"):
        archive.search(Query(text="bridge", filters=Filters(outlets=("Post",))))


def test_words_and_meaning_both_find(archive: Archive, draft: DraftMaker) -> None:
    outcomes(
        archive,
        draft("a", "Physicians at the clinic are overworked."),
        draft("b", "The ferry Saint Ilva ran aground."),
        draft("c", "The council voted on parking fees."),
    )
    assert archive.search(Query(text="doctors in hospital"))[0].article.id == 1
    assert archive.search(Query(text="Ilva"))[0].article.id == 2


def test_what_another_process_added_is_found(
    archive: Archive, models: Path, draft: DraftMaker, database_address: Address
) -> None:
    outcomes(archive, draft("a", "The bridge opens."))
    assert len(archive.search(Query(text="flood"))) == 1
    script = (
        "import sys; from pathlib import Path; from index.archive import Archive;"
        "from index.records import Draft, Zone, ZoneKind;"
        "from index.models.embedding import load_embedder;"
        "load = lambda: load_embedder('all-MiniLM-L6-v2', Path(sys.argv[2]));"
        "text = 'The flood came.'; zones = (Zone(0, len(text), ZoneKind.REPORTING),);"
        "where = sys.argv[3] if '://' in sys.argv[3] else Path(sys.argv[3]);"
        "archive = Archive.open(Path(sys.argv[1]), load, catalogue=where);"
        "list(archive.add([Draft(key='b', text=text, zones=zones)]))"
    )
    command: list[str | Path] = [sys.executable, "-c", script, archive.directory, models, database_address]
    subprocess.run(command, check=True, timeout=60)
    time.sleep(REFRESH_SECONDS)
    assert archive.search(Query(text="flood"))[0].article.id == 2


def test_an_archive_is_refused_under_another_chunker(
    archive: Archive, load: Load, draft: DraftMaker, database_address: Address
) -> None:
    outcomes(archive, draft("a", "The bridge opens. " * 40))
    with pytest.raises(
        Mismatch, match=r"'sentences-900' and the settings say 'sentences-300'.*rebuild --embed"
    ):
        Archive.open(archive.directory, load, Chunker(300), database_address)
    Archive.embed_again(archive.directory, load, Chunker(300), catalogue=database_address)
    again = Archive.open(archive.directory, load, Chunker(300), database_address)
    assert again.check() == []
    assert again.summary().passages == 3
    assert len(again.search(Query(text="bridge"))) == 3


def test_an_archive_is_refused_under_another_embedder(
    archive: Archive, models: Path, draft: DraftMaker, database_address: Address
) -> None:
    def other() -> Embedder:
        embedder = load_embedder(DEFAULT_MODEL, models)
        embedder.id = "other@1"
        return embedder

    outcomes(archive, draft("a", "The bridge opens."))
    with pytest.raises(
        Mismatch, match=r"'all-MiniLM-L6-v2@.*' and the settings say 'other@1'.*rebuild --embed"
    ):
        Archive.open(archive.directory, other, catalogue=database_address).search(Query(text="bridge"))
    Archive.embed_again(archive.directory, other, catalogue=database_address)
    again = Archive.open(archive.directory, other, catalogue=database_address)
    assert len(again.search(Query(text="bridge"))) == 1


def test_an_archive_of_a_later_dateline_is_left_alone(
    archive: Archive, load: Load, draft: DraftMaker, database_address: Address
) -> None:
    outcomes(archive, draft("a", "The bridge opens."))
    with Database(database_address, "the catalogue").writing() as connection:
        connection.exec_driver_sql("UPDATE setting SET value = '99' WHERE name = 'format'")
    for use in (Archive.open, Archive.embed_again):
        with pytest.raises(Mismatch, match="has format '99' and this Dateline reads '3'"):
            use(archive.directory, load, catalogue=database_address)


def test_embedding_again_tells_of_every_article(
    archive: Archive, load: Load, draft: DraftMaker, database_address: Address
) -> None:
    outcomes(archive, draft("a", "The bridge opens."), draft("b", "The flood came."))
    told: list[None] = []
    Archive.embed_again(
        archive.directory, load, progress=lambda: told.append(None), catalogue=database_address
    )
    assert len(told) == 2


def test_there_is_no_archive_where_none_was_made(
    tmp_path: Path, load: Load, database_address: Address
) -> None:
    with pytest.raises(NotFound, match=r"there is no archive in .*; make one with: dateline add"):
        Archive.open(tmp_path / "archive", load, catalogue=database_address)


def test_an_empty_archive_answers_nothing(archive: Archive, caplog: pytest.LogCaptureFixture) -> None:
    assert archive.check() == []
    assert archive.search(Query(text="bridge")) == []
    assert caplog.text == ""
    assert list(archive.add([])) == []
    assert archive.check() == []
    assert archive.summary().articles == 0


def test_small_updates_share_the_files_of_the_generation_before(archive: Archive, draft: DraftMaker) -> None:
    outcomes(archive, *(draft(str(i), f"Report number {i} about the bridge.") for i in range(200)))
    outcomes(archive, draft("new", "The flood came."))
    generations = sorted((archive.directory / "indexes").glob("gen-*"))
    before, after = ({f.stat().st_ino for f in g.rglob("*.idx")} for g in generations)
    assert before & after == before
    assert archive.check() == []
