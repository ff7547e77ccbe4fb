"""Backups: taken while a writer adds, proved whole, put back as they were."""

import shutil
import threading
from contextlib import closing
from pathlib import Path
from zipfile import ZipFile

import pytest

from index.archive import CATALOGUE
from index.errors import BadValue, Damaged, NotFound
from service.storage import conversations, keys
from service.storage.backup import UNFINISHED, backup, restore
from service.storage.conversations import Conversations
from service.storage.keys import Keys
from tests.fault_writer import draft, make_archive, open_archive


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with closing(make_archive(tmp_path / "archive")) as archive:
        list(archive.add([draft(number, 1) for number in (1, 2, 3)]))
    Conversations(tmp_path / "archive" / conversations.FILE).close()
    return tmp_path / "archive"


class Load(threading.Thread):
    """Adds an article at a time until told to stop, and notes each once it is acknowledged."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.acknowledged: list[str] = []
        self.stop = threading.Event()
        self._folder = folder

    def run(self) -> None:
        with closing(open_archive(self._folder)) as archive:
            for number in range(10, 100_000):
                if self.stop.is_set():
                    return
                list(archive.add([draft(number, 1)]))
                self.acknowledged.append(draft(number, 1).key)


@pytest.mark.parametrize("backups", [3, pytest.param(50, marks=pytest.mark.slow)])
def test_nothing_acknowledged_before_a_backup_is_lost(folder: Path, tmp_path: Path, backups: int) -> None:
    load = Load(folder)
    load.start()
    taken = []
    try:
        for number in range(backups):
            while len(load.acknowledged) < 3 * (number + 1):
                assert load.is_alive()
                load.stop.wait(0.01)
            before = list(load.acknowledged)
            backup(folder, tmp_path / f"{number}.backup")
            taken.append((tmp_path / f"{number}.backup", before))
    finally:
        load.stop.set()
        load.join()
    for file, before in taken:
        restored = tmp_path / file.stem
        restore(file, restored)
        with closing(open_archive(restored)) as archive:
            archive.rebuild()
            kept = {article.key for article in archive.articles()}
            assert kept >= {*before, draft(1, 1).key}
            assert archive.check() == []
        shutil.rmtree(restored)


def test_everything_comes_back(folder: Path, tmp_path: Path) -> None:
    _, secret = Keys(folder / keys.FILE).create("desk", "edit")
    held = backup(folder, tmp_path / "all.backup")
    assert list(held) == [conversations.FILE, keys.FILE, CATALOGUE]
    assert (tmp_path / "all.backup").stat().st_mode & 0o077 == 0
    assert restore(tmp_path / "all.backup", tmp_path / "back") == held
    assert Keys(tmp_path / "back" / keys.FILE).find(secret.encode()) is not None
    assert sorted(path.name for path in tmp_path.iterdir()) == ["all.backup", "archive", "back"]
    assert not (tmp_path / "back" / UNFINISHED).exists()


def test_what_is_there_is_not_written_over(folder: Path, tmp_path: Path) -> None:
    backup(folder, tmp_path / "a.backup")
    with pytest.raises(BadValue, match=r"a\.backup is there already; name another file"):
        backup(folder, tmp_path / "a.backup")
    with pytest.raises(BadValue, match=r"there is an archive in .*; name another folder"):
        restore(tmp_path / "a.backup", folder)
    with pytest.raises(NotFound, match="there is no backup"):
        restore(tmp_path / "b.backup", tmp_path / "back")
    with pytest.raises(NotFound, match="there is no archive"):
        backup(tmp_path / "nowhere", tmp_path / "b.backup")


def flipped(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


def cut_off(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-100])


def without_catalogue(file: Path) -> None:
    with ZipFile(file, "w") as packed:
        packed.writestr("backup.json", '{"format": 1, "files": {"../x": {"sha256": "", "size": 0}}}')


@pytest.mark.parametrize("harm", [flipped, cut_off, without_catalogue])
def test_a_harmed_backup_is_told_and_makes_no_archive(folder: Path, tmp_path: Path, harm: object) -> None:
    backup(folder, tmp_path / "a.backup")
    assert callable(harm)
    harm(tmp_path / "a.backup")
    with pytest.raises(Damaged, match="take another"):
        restore(tmp_path / "a.backup", tmp_path / "back")
    assert not (tmp_path / "back" / CATALOGUE).exists()


def test_a_damaged_archive_is_not_backed_up(folder: Path, tmp_path: Path) -> None:
    with (folder / CATALOGUE).open("r+b") as file:
        file.seek(9000)
        file.write(b"x" * 4000)
    with pytest.raises(Damaged, match="dateline check"):
        backup(folder, tmp_path / "a.backup")
    assert not list(tmp_path.glob("*.backup*"))


def test_a_restore_that_was_interrupted_goes_on(folder: Path, tmp_path: Path) -> None:
    backup(folder, tmp_path / "a.backup")
    restore(tmp_path / "a.backup", tmp_path / "back")
    (tmp_path / "back" / CATALOGUE).rename(tmp_path / "whole.db")
    (tmp_path / "back" / UNFINISHED).mkdir()
    (tmp_path / "back" / UNFINISHED / "catalogue.tmp").write_bytes(b"half")
    restore(tmp_path / "a.backup", tmp_path / "back")
    assert (tmp_path / "back" / CATALOGUE).read_bytes() == (tmp_path / "whole.db").read_bytes()
