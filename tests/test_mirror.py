"""`dateline add --mirror`: what goes from a folder goes from the archive, and nothing else does."""

import json
from pathlib import Path

import pytest

from index.archive import Archive
from index.errors import BadValue, Damaged
from index.readers.following import Following
from service.cli.ingest import Sources, Tally, add_sources
from service.cli.mirror import Mirror
from tests.fakes import HashedWords
from tests.websites import FIRST, SECOND, RememberedVisits, fetcher, site


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive.create(tmp_path / "archive", HashedWords)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "news"
    folder.mkdir()
    records = [
        {"url": f"https://v.example/{number}", "text": text} for number, text in enumerate((FIRST, SECOND))
    ]
    (folder / "all.jsonl").write_text("\n".join(map(json.dumps, records)))
    (folder / "one.txt").write_text(f"Dam to close\n\n{FIRST} It is old.")
    return folder


def add(archive: Archive, folder: Path, mirrored: bool = True) -> Tally:
    tally, sources = Tally(), Sources((str(folder),))
    with site() as own:
        following = Following(fetcher(own), RememberedVisits())
        mirror = Mirror.of(archive, [str(folder)]) if mirrored else None
        add_sources(archive, following, sources, tally, mirror=mirror)
    return tally


def keys(archive: Archive) -> list[str]:
    return sorted(article.key.rpartition("/")[2] for article in archive.articles())


def test_articles_go_with_their_file_or_their_line(archive: Archive, folder: Path) -> None:
    other = folder.parent / "other.txt"
    other.write_text(f"Tram\n\n{SECOND} It is new.")
    add(archive, other, mirrored=False)
    assert add(archive, folder).line() == "3 added, 0 updated, 0 unchanged, 0 skipped"
    (folder / "all.jsonl").write_text((folder / "all.jsonl").read_text().split("\n")[0])
    assert add(archive, folder).line() == "0 added, 0 updated, 2 unchanged, 0 skipped, 1 removed"
    (folder / "one.txt").unlink()
    assert add(archive, folder).removed == 1
    assert keys(archive) == ["0", "other.txt"]


def test_a_file_that_was_added_before_goes_too_and_a_moved_article_stays(
    archive: Archive, folder: Path
) -> None:
    add(archive, folder, mirrored=False)
    (folder / "one.txt").unlink()
    assert add(archive, folder).removed == 1
    (folder / "all.jsonl").rename(folder / "moved.jsonl")
    assert add(archive, folder).removed == 0
    assert keys(archive) == ["0", "1"]


def test_a_fault_or_an_absent_disk_removes_nothing(archive: Archive, folder: Path, tmp_path: Path) -> None:
    add(archive, folder)
    (folder / "all.jsonl").write_text("broken\nbroken")
    assert (add(archive, folder).removed, len(keys(archive))) == (0, 3)
    for file in folder.iterdir():
        file.rename(tmp_path / file.name)
    with pytest.raises(BadValue, match="is empty, as where a disk is not mounted; nothing was removed"):
        add(archive, folder)
    with pytest.raises(BadValue, match="is not a folder; --mirror keeps folders in step"):
        Mirror.of(archive, [str(tmp_path / "none")])
    with pytest.raises(BadValue, match="takes no address"):
        Mirror.of(archive, ["https://v.example/"])
    assert len(keys(archive)) == 3


def test_a_manifest_that_is_damaged_is_named(archive: Archive, folder: Path) -> None:
    add(archive, folder)
    (manifest,) = archive.directory.glob("mirror-*.json")
    manifest.write_text("{")
    with pytest.raises(Damaged, match="remove it, and --mirror starts anew"):
        add(archive, folder)
