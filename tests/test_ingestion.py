"""Articles made ready in one place and stored in another: the archive that `add` makes by itself."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from index.archive import Added, Archive
from index.catalogue.catalogue import Outcome
from index.errors import Busy
from index.extraction.chunking import Chunker
from index.extraction.templates import LearnedTemplates
from index.ingestion import BATCH, Block, Brief, Prepared, Ready, batches, distinct, prepare
from index.records import Draft, Query, Skipped, Zone, ZoneKind
from tests.conftest import DraftMaker
from tests.fakes import HashedWords

DAM = "The dam of the upper valley held through the night."


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive.create(tmp_path / "archive", HashedWords)


def made_ready(brief: Brief, drafts: Sequence[Draft | Skipped]) -> Block:
    """What a machine does that knows no more of an archive than its brief."""
    templates = LearnedTemplates(brief.lines)
    cleaned = templates.cleaned(drafts)
    ready = prepare(cleaned, brief.has, brief.chunker, HashedWords().encode_documents)
    return Block(tuple(ready), templates.new)


def outcomes(results: Sequence[Added | Skipped]) -> list[Outcome | str]:
    return [result.outcome if isinstance(result, Added) else result.reason for result in results]


def page(name: str, words: str, *, ending: bool) -> Draft:
    """An article of one house, below which stands the line that it prints everywhere, or not."""
    lines = [f"{words} " * 6, "Follow Us Online"] if ending else [f"{words} " * 6]
    text = "\n\n".join(line.strip() for line in lines)
    start = 0
    zones = []
    for line in text.split("\n\n"):
        zones.append(Zone(start, start + len(line), ZoneKind.REPORTING))
        start += len(line) + 2
    return Draft(key=f"id:{name}", text=text, zones=tuple(zones), outlet="Courier", language="en")


def contents(archive: Archive) -> list[tuple[str, str, tuple[Zone, ...], list[tuple[int, int]]]]:
    found = []
    for article in archive.articles():
        hits = archive.search(Query(text=article.text[:80], limit=50))
        spans = sorted((hit.passage.start, hit.passage.end) for hit in hits if hit.article.id == article.id)
        found.append((article.key, article.text, article.zones, spans))
    return found


def test_what_was_made_ready_elsewhere_is_stored_as_if_it_were_added_here(
    archive: Archive, tmp_path: Path
) -> None:
    drafts = [
        page(str(n), f"The dam of valley {n} held through the night, officials said.", ending=True)
        for n in range(5)
    ]
    told: list[Draft | Skipped] = [
        *drafts,
        Skipped("x.pdf", "no"),
        Draft(key="id:menu", text="Menu", zones=()),
    ]
    elsewhere = list(archive.add_prepared([made_ready(archive.brief(), told)]))
    assert outcomes(elsewhere) == ["no", "no reporting was found in it", *[Outcome.ADDED] * 5]
    here = Archive.create(tmp_path / "here", HashedWords)
    assert list(here.add(told)) == elsewhere
    assert contents(here) == contents(archive)
    assert {zone.kind for article in archive.articles() for zone in article.zones[1:]} == {
        ZoneKind.NAVIGATION
    }
    assert archive.check() == []


def test_what_comes_twice_changes_nothing(archive: Archive, draft: DraftMaker) -> None:
    brief = archive.brief()
    block = made_ready(brief, [draft("a", DAM), draft("b", "The flood came.")])
    assert outcomes(list(archive.add_prepared([block]))) == [Outcome.ADDED, Outcome.ADDED]
    assert outcomes(list(archive.add_prepared([block]))) == [Outcome.UNCHANGED, Outcome.UNCHANGED]
    again = list(archive.add_prepared([block, block]))
    assert outcomes(again)[2:] == ["an article of this address or id was already read in this run"] * 2
    assert [article.version for article in archive.articles()] == [1, 1]
    assert archive.check() == []


def test_an_edit_makes_a_version_and_the_first_of_a_key_counts(archive: Archive, draft: DraftMaker) -> None:
    list(archive.add([draft("a", DAM)]))
    brief = archive.brief()
    blocks = [
        made_ready(brief, [draft("a", "The dam broke.")]),
        made_ready(brief, [draft("a", "It was mended.")]),
    ]
    assert outcomes(list(archive.add_prepared(blocks)))[0] is Outcome.UPDATED
    assert archive.article(1).text == "The dam broke."
    assert [article.text for article in archive.versions(1)] == [DAM, "The dam broke."]


def test_what_the_archive_has_is_not_embedded_elsewhere(archive: Archive, draft: DraftMaker) -> None:
    list(archive.add([draft("a", DAM), draft("b", "The flood came.")]))
    brief = archive.brief()
    assert brief.embedder == "hashed-words@1"
    assert brief.has(draft("a", DAM))
    assert not brief.has(draft("a", "The flood came."))  # what another article says
    assert not brief.has(draft("c", DAM))
    block = made_ready(brief, [draft("a", DAM), draft("b", "The flood went.")])
    assert [type(item) for item in block.ready] == [Added, Prepared]
    assert block.ready[0] == Added("a", Outcome.UNCHANGED, 0)


def test_an_empty_archive_has_nothing(archive: Archive, draft: DraftMaker) -> None:
    assert not archive.brief().has(draft("a", DAM))


def test_marks_are_found_whatever_their_last_byte(archive: Archive, draft: DraftMaker) -> None:
    drafts = [
        draft(f"{n}", f"The dam held {n} hours.") for n in range(300)
    ]  # the marks of some end in a zero byte
    list(archive.add(drafts))
    brief = archive.brief()
    assert any(len(bytes(mark)) < 16 for mark in brief.marks)
    assert all(map(brief.has, drafts))


def test_lines_that_were_learned_elsewhere_are_known_from_then_on(archive: Archive) -> None:
    block = made_ready(
        archive.brief(),
        [
            page(str(n), f"The dam of valley {n} held through the night, officials said.", ending=True)
            for n in range(3)
        ],
    )
    assert block.lines == {"courier\nfollow us online"}
    list(archive.add_prepared([block]))
    late = page("late", "The harbour bridge opens in October, the council decided.", ending=True)
    list(archive.add([late]))
    assert archive.articles()[-1].zones[1].kind is ZoneKind.NAVIGATION
    assert made_ready(archive.brief(), [late]).lines == frozenset()


def test_lines_are_learned_batch_by_batch_as_the_archive_learns_them() -> None:
    templates = LearnedTemplates(frozenset())
    templates.cleaned(
        [
            page(str(n), f"The dam of valley {n} held, officials said that night.", ending=True)
            for n in range(3)
        ]
    )
    (late,) = templates.cleaned(
        [page("late", "The harbour bridge opens in October, they said.", ending=True)]
    )
    assert isinstance(late, Draft)
    assert [zone.kind for zone in late.zones] == [ZoneKind.REPORTING, ZoneKind.NAVIGATION]


def test_a_run_that_is_left_publishes_what_it_stored(archive: Archive, draft: DraftMaker) -> None:
    block = made_ready(archive.brief(), [draft("a", DAM), draft("b", "The flood came.")])
    results = archive.add_prepared([block])
    first = next(results)
    assert isinstance(first, Added)
    with pytest.raises(Busy):
        list(archive.add([draft("c", "The bridge opens.")]))
    results.close()
    assert [article.key for article in archive.articles()] == ["a"]
    assert archive.check() == []


def test_batches_are_as_large_as_is_embedded_at_one_time(draft: DraftMaker) -> None:
    chunker = Chunker(size=100)
    short: list[Draft | Skipped] = [draft(str(n), "The dam held.") for n in range(BATCH + 1)]
    assert [len(batch) for batch in batches(short, chunker)] == [BATCH, 1]
    long: list[Draft | Skipped] = [draft(str(n), "x" * 100 * BATCH) for n in range(2)]
    assert [len(batch) for batch in batches([*long, Skipped("y", "no")], chunker)] == [1, 1, 1]
    assert list(batches([], chunker)) == []


def test_of_one_key_the_first_counts(draft: DraftMaker) -> None:
    seen = {"a"}
    items: list[Ready] = [
        Added("a", Outcome.UNCHANGED, 0),
        Skipped("a", "no"),
        Added("b", Outcome.UNCHANGED, 0),
    ]
    assert list(distinct(items, seen)) == [
        Skipped("a", "an article of this address or id was already read in this run"),
        Skipped("a", "no"),
        Added("b", Outcome.UNCHANGED, 0),
    ]
    assert seen == {"a", "b"}


def test_each_article_gets_its_own_vectors(draft: DraftMaker) -> None:
    embedder = HashedWords()
    texts = [" ".join(f"The dam of valley {n} held {m} hours." for m in range(60)) for n in range(3)]
    drafts = [draft(str(n), text, title=f"Dam {n}") for n, text in enumerate(texts)]
    ready = list(prepare(drafts, lambda _: False, Chunker(), embedder.encode_documents))
    for item, one in zip(ready, drafts, strict=True):
        assert isinstance(item, Prepared)
        assert item.key == one.key
        assert len(item.chunks) > 1
        words = [f"{one.title}\n2024-05-01\n{chunk.of(one.text)}" for chunk in item.chunks]
        np.testing.assert_array_equal(item.vectors, HashedWords().encode_documents(words))
    assert embedder.documents == sum(len(item.chunks) for item in ready if isinstance(item, Prepared))
