"""The chained log of changes: an index knows whose it is, and what is quoted is what was added."""

import logging
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from index.archive import CATALOGUE, REFRESH_SECONDS, Archive
from index.backends.local.generations import ANOTHERS
from index.errors import Damaged, Mismatch
from index.records import Query
from tests.fault_writer import draft, make_archive, mark, open_archive


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with closing(make_archive(tmp_path / "archive")) as archive:
        list(archive.add([draft(number, 1) for number in (1, 2, 3)]))
    return tmp_path / "archive"


def add(folder: Path, *numbers: int) -> None:
    with closing(open_archive(folder)) as archive:
        list(archive.add([draft(number, 1) for number in numbers]))


def finds(archive: Archive, number: int) -> bool:
    hits = archive.search(Query(text=mark(number, 1), limit=3))
    return any(mark(number, 1) in hit.passage.text for hit in hits)


def put_back(copy: Path, folder: Path) -> None:
    for name in ("-wal", "-shm"):
        (folder / f"{CATALOGUE}{name}").unlink(missing_ok=True)
    shutil.copy(copy, folder / CATALOGUE)


def another(tmp_path: Path) -> Path:
    with closing(make_archive(tmp_path / "other")) as archive:
        list(archive.add([draft(number, 1) for number in (3, 1, 2)]))
    return tmp_path / "other" / CATALOGUE


@pytest.mark.parametrize("whose", ["an older copy", "an older copy that grew", "another archive's"])
def test_a_catalogue_that_was_put_back_has_its_index_made_anew(
    folder: Path, tmp_path: Path, whose: str, caplog: pytest.LogCaptureFixture
) -> None:
    copy = shutil.copy(folder / CATALOGUE, tmp_path / "copy.db") if "older" in whose else another(tmp_path)
    add(folder, 4, 5)
    put_back(Path(copy), folder)
    with closing(open_archive(folder)) as archive:
        assert [fault.partition(" is ")[2] for fault in archive.check()] == [ANOTHERS]
        if "grew" in whose:
            # As many passages under the very ids that the index knows of others.
            list(archive.add([draft(number, 1) for number in (6, 7)]))
    numbers = (1, 2, 3, 6, 7) if "grew" in whose else (1, 2, 3)
    with caplog.at_level(logging.WARNING), closing(open_archive(folder)) as archive:
        assert [number for number in range(1, 8) if finds(archive, number)] == list(numbers)
        assert archive.check() == []
    assert ANOTHERS in caplog.text or "grew" in whose


def test_a_stray_folder_beside_the_generations_is_passed_over(folder: Path) -> None:
    for name in ("gen-6.bak", "gen-", "gen-old"):
        shutil.copytree(folder / "indexes" / "gen-1", folder / "indexes" / name)
    add(folder, 4)
    with closing(open_archive(folder)) as archive:
        assert finds(archive, 4)
        assert archive.check() == []
        archive.rebuild()
        assert archive.check() == []


def alter(folder: Path, statement: str) -> None:
    with closing(sqlite3.connect(folder / CATALOGUE)) as database, database:
        database.execute(statement)


def test_check_compares_the_vectors_themselves(folder: Path) -> None:
    two, three = "(SELECT {} FROM passage WHERE id = 2)", "WHERE id = 3"
    alter(folder, f"UPDATE passage SET vector = {two.format('vector')} {three}")
    with closing(open_archive(folder)) as archive:
        assert "the vector of passage 3 in the index is not the catalogue's" in archive.check()


def test_altered_text_is_never_quoted_and_is_told(folder: Path) -> None:
    alter(
        folder,
        f"UPDATE version SET text = replace(text, 'The file is {mark(2, 1)}', 'A file is {mark(2, 1)}')",
    )
    with closing(open_archive(folder)) as archive:
        hits = archive.search(Query(text=f"{mark(2, 1)} {mark(1, 1)}", limit=10))
        assert {hit.article.id for hit in hits} == {1, 3}
        assert hits.notes == (
            "Article 2, version 1, is not the one that was added, and is not shown; mend it with: dateline "
            "articles remove 2, and add it again.",
        )
        with pytest.raises(Damaged, match="article 2, version 1, is not the one that was added"):
            archive.article(2)
        assert archive.article(1).id == 1


def read(archive: Archive) -> None:
    archive.article(2)
    archive.search(Query(text=mark(2, 1), limit=10))


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE version SET zones = '[[0' WHERE article_id = 2",
        "UPDATE version SET zones = '[[0, 5, \"poem\"]]' WHERE article_id = 2",
        "UPDATE version SET dates = '7' WHERE article_id = 2",
        "UPDATE version SET published = 'soon' WHERE article_id = 2",
        "UPDATE version SET text = CAST(x'ff4142' AS TEXT) WHERE article_id = 2",
        "UPDATE passage SET sentences = '[[1,' WHERE id = 2",
    ],
)
def test_a_value_that_is_none_ends_in_damaged(folder: Path, change: str) -> None:
    alter(folder, change)
    with closing(open_archive(folder)) as archive:
        with pytest.raises(Damaged, match=r"article 2|put back a copy of it"):
            read(archive)
        assert archive.check() != []


def test_a_folder_that_was_replaced_under_a_reader_is_noticed(folder: Path, tmp_path: Path) -> None:
    with closing(make_archive(tmp_path / "other")) as other:
        list(other.add([draft(9, 1)]))
    with closing(open_archive(folder)) as archive:
        assert finds(archive, 1)
        folder.rename(tmp_path / "away")
        time.sleep(REFRESH_SECONDS)
        with pytest.raises(Mismatch, match=r"was replaced or moved away .*; start it again"):
            finds(archive, 1)
        (tmp_path / "other").rename(folder)
        time.sleep(REFRESH_SECONDS)
        with pytest.raises(Mismatch, match="start it again"):
            finds(archive, 9)


@pytest.mark.parametrize("act", ["add", "remove", "remove_keys", "erase"])
@pytest.mark.parametrize("left", ["nothing", "another archive"])
def test_nothing_is_written_to_a_folder_that_was_replaced(
    folder: Path, tmp_path: Path, act: str, left: str
) -> None:
    """What is acknowledged would lie where nobody looks for it."""
    with closing(open_archive(folder)) as archive:  # and nothing is asked of it before
        folder.rename(tmp_path / "away")
        if left == "another archive":
            make_archive(folder).close()
        acts: dict[str, Callable[[], object]] = {
            "add": lambda: list(archive.add([draft(9, 1)])),
            "remove": lambda: archive.remove(1),
            "remove_keys": lambda: archive.remove_keys(["1"]),
            "erase": lambda: archive.erase(1),
        }
        with pytest.raises(Mismatch, match=r"was replaced or moved away .*; start it again"):
            acts[act]()
    with closing(open_archive(tmp_path / "away")) as away:
        assert finds(away, 1)
        assert not finds(away, 9)
