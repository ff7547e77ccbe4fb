"""Lines that recur across an outlet's articles are template, once learned for good."""

from collections.abc import Callable
from pathlib import Path

import pytest

from index.archive import Added, Archive
from index.catalogue.catalogue import Outcome
from index.models.embedding import Embedder
from index.readers import list_files, read_file
from index.records import Query
from tests.conftest import SAMPLE

REPORTS = [
    "The council voted on Tuesday to repair the old bridge, which has been closed since the storm in March.",
    "A fire destroyed two boats in the harbour on Monday night, and nobody was hurt, the fire brigade said.",
    "The football club signed a striker from the neighbouring town for the coming season, its chairman said.",
    "Heavy rain flooded three cellars in Cooper Street on Friday morning, and the school closed at noon.",
]
SLOGAN = "The Harbour Post has told the truth since 1887."
BACKGROUND = (
    "The harbour bridge was announced in 2019, has been delayed twice since then, and has become the largest "
    "building site that the town has seen in living memory, with two hundred people at work on both banks."
)


@pytest.fixture
def archive(tmp_path: Path, load: Callable[[], Embedder]) -> Archive:
    return Archive.create(tmp_path / "archive", load)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "post"
    folder.mkdir()
    for number, report in enumerate(REPORTS):
        lines = [
            "The Harbour Post",
            f"Report number {number} of the day",
            "2 May 2024",
            report,
            BACKGROUND,
            SLOGAN,
        ]
        (folder / f"{number}.txt").write_text("\n\n".join([*lines, "He declined to comment further on it."]))
    return folder


def add(archive: Archive, *paths: Path) -> list[Outcome]:
    drafts = (draft for file in list_files(paths) for draft in read_file(file))
    return [result.outcome for result in archive.add(drafts) if isinstance(result, Added)]


def test_a_slogan_is_no_evidence_and_background_is(archive: Archive, folder: Path) -> None:
    assert add(archive, folder) == [Outcome.ADDED] * 4
    for article, report in zip(archive.articles(), REPORTS, strict=True):
        assert SLOGAN in article.text
        assert SLOGAN not in article.evidence()
        assert report in article.evidence()
        assert BACKGROUND in article.evidence()
    assert all(SLOGAN not in hit.passage.text for hit in archive.search(Query(text="truth since 1887")))


def test_what_was_learned_holds_for_one_article_alone(archive: Archive, folder: Path) -> None:
    add(archive, folder)
    assert add(archive, folder / "2.txt") == [Outcome.UNCHANGED]
    changed = folder / "2.txt"
    changed.write_text(changed.read_text().replace("a striker", "two strikers"))
    assert add(archive, changed) == [Outcome.UPDATED]
    assert SLOGAN not in archive.article(3).evidence()


def test_learning_more_changes_nothing_that_is_there(archive: Archive, folder: Path) -> None:
    add(archive, folder / "0.txt")
    assert SLOGAN in archive.article(1).evidence()
    assert sorted(add(archive, folder)) == [Outcome.ADDED] * 3 + [Outcome.UNCHANGED]
    assert add(archive, folder) == [Outcome.UNCHANGED] * 4
    assert archive.check() == []


def test_the_sample_comes_in_the_same_a_second_time(
    writable_sample: Path, load: Callable[[], Embedder]
) -> None:
    assert set(add(Archive.open(writable_sample, load), SAMPLE)) == {Outcome.UNCHANGED}
