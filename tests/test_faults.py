"""Storage faults: kills, full disks, damaged files and neighbours, with real processes and real files.

kill -9 does not test fsync, since the page cache outlives a process; the order of the durable steps
is what these tests prove.
"""

import json
import multiprocessing
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from index.archive import CATALOGUE, REFRESH_SECONDS, Archive
from index.catalogue.catalogue import Catalogue
from index.database.connections import Address
from index.errors import Damaged, DatelineError, Mismatch, NoSpace
from index.records import Query
from tests.fakes import HashedWords
from tests.fault_writer import (
    CHUNKER,
    REMOVED,
    Told,
    Writing,
    draft,
    make_archive,
    mark,
    number_of,
    open_archive,
    read,
    write,
)

KILLS, MANY_KILLS, KILLS_OF_A_CLIENT = 16, 72, 52
UNPUBLISHED = "no index has been published"  # true of an archive whose first writer was killed; harmless
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["__main__", "tests.fault_writer"])


class Writer:
    """A process that writes, and what it has told so far."""

    def __init__(self, writing: Writing) -> None:
        self._ear, mouth = PROCESSES.Pipe(duplex=False)
        self._process = PROCESSES.Process(target=write, args=(writing, mouth), daemon=True)
        self._process.start()
        mouth.close()
        self.told: list[Told] = []

    def hear(self, step: str, times: int = 1) -> None:
        """Waits until it has told that step so often, or has ended."""
        while times and self._listen():
            times -= self.told[-1][0] == step

    def end(self) -> "Writer":
        """Waits until it ends."""
        while self._listen():
            pass
        self._process.join()
        self._ear.close()
        return self

    def kill(self) -> "Writer":
        """kill -9; what it told before is still heard."""
        self._process.kill()
        return self.end()

    def errors(self) -> list[tuple[str, str]]:
        """Name and sentence of the errors it ended with."""
        return [(str(name), str(sentence)) for step, name, sentence in self.told if step == "error"]

    def _listen(self) -> bool:
        try:
            self.told.append(self._ear.recv())
        except EOFError:
            return False
        return True


@dataclass(slots=True)
class Oracle:
    """What must be in the archive: the version of each article that was acknowledged, 0 for removed."""

    versions: dict[int, int] = field(default_factory=dict)
    in_flight: tuple[int, int] | None = None  # planned and not acknowledged: may be there or not

    def learn(self, told: list[Told]) -> None:
        """Takes in what a writer told."""
        waiting = []
        for step, number, version in told:
            if step == "plan":
                waiting.append((int(number), int(version)))
            elif step == "done":
                waiting.remove((int(number), int(version)))
                self.versions[int(number)] = int(version)
        self.in_flight = waiting[0] if waiting else None

    def compare(self, held: dict[int, int], counts: "Counts") -> None:
        """Counts what was lost and what should not be there; then believes what is there."""
        for number in self.versions.keys() | held.keys():
            expected, there = self.versions.get(number, REMOVED), held.get(number, REMOVED)
            if there == expected or (number, there) == self.in_flight:
                continue
            counts.lost += expected != REMOVED
            counts.ghosts += expected == REMOVED
        self.versions.update(held)
        if self.in_flight and self.in_flight[0] not in held:
            self.versions[self.in_flight[0]] = REMOVED


@dataclass(slots=True)
class Counts:
    """What became of the archive over all kills."""

    kills: int = 0
    publishing: int = 0
    unfinished: int = 0  # generations that a kill left half written
    acknowledged: int = 0
    lost: int = 0
    ghosts: int = 0
    partial: int = 0
    unreadable: int = 0
    unsound: int = 0
    unfound: int = 0
    leftovers: int = 0
    errors: int = 0


@cache
def spans(number: int, version: int) -> list[tuple[int, int]]:
    """The passages that article must have."""
    return [(chunk.start, chunk.end) for chunk in CHUNKER.chunk(draft(number, version))]


def stored_spans(address: Address) -> dict[int, list[tuple[int, int]]]:
    """The passages that the catalogue has, by article id."""
    catalogue = Catalogue(address)
    found: dict[int, list[tuple[int, int]]] = {}
    with catalogue.reading() as connection:
        ids = catalogue.passage_ids(connection).tolist()
        for passage, _ in catalogue.passages(connection, ids).values():
            found.setdefault(passage.article_id, []).append((passage.start, passage.end))
    catalogue.close()
    return {article_id: sorted(places) for article_id, places in found.items()}


def examine(directory: Path, oracle: Oracle, counts: Counts, catalogue: Address | None = None) -> None:
    """Opens the archive as the next process would, and counts everything that is wrong with it."""
    with closing(open_archive(directory, catalogue=catalogue)) as archive:
        articles = {number_of(article.key): article for article in archive.articles()}
        oracle.compare({number: article.version for number, article in articles.items()}, counts)
        stored = stored_spans(catalogue or directory / CATALOGUE)
        for number, article in articles.items():
            whole = article.text == draft(number, article.version).text
            counts.partial += not (whole and stored.get(article.id, []) == spans(number, article.version))
        counts.unsound += archive.check() not in ([], [UNPUBLISHED])
        for number, version in list(oracle.versions.items())[-3:]:
            counts.unfound += version != REMOVED and not finds(archive, number, version)
            counts.ghosts += any(
                finds(archive, number, old) for old in range(1, version or 4) if old != version
            )


def finds(archive: Archive, number: int, version: int) -> bool:
    """Whether a search for that version's own word finds it."""
    # Not the first hit alone: what is nearest in meaning and does not hold the word may tie with it.
    hits = archive.search(Query(text=mark(number, version), limit=3))
    return any(f" {mark(number, version)}." in hit.passage.text for hit in hits)


def strike(directory: Path, kill: int, catalogue: Address) -> Writer:
    """One writer, killed while it starts, adds or publishes: in turn, half of them in publishing."""
    chance = random.Random(kill)
    writer = Writer(Writing(directory, seed=kill, first=kill * 1000, catalogue=catalogue))
    moment = ("publishing", "start", "publishing", "done")[kill % 4]
    if moment != "start":
        writer.hear(moment, times=chance.randint(1, 4))
    # An article is stored within milliseconds; starting and publishing take tens of them.
    time.sleep(chance.uniform(0, 0.005 if moment == "done" else 0.030))
    return writer.kill()


def unfinished(directory: Path) -> list[Path]:
    """What a kill left half written."""
    return list((directory / "indexes").glob("*.tmp"))


def test_kill_at_any_moment_loses_nothing_that_was_acknowledged(
    tmp_path: Path, database_address: Address
) -> None:
    loses_nothing(
        tmp_path, database_address, KILLS if isinstance(database_address, Path) else KILLS_OF_A_CLIENT
    )


@pytest.mark.slow
def test_many_kills_lose_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    (tmp_path / "archive").mkdir()
    loses_nothing(tmp_path, tmp_path / "archive" / CATALOGUE, MANY_KILLS)


def loses_nothing(tmp_path: Path, database_address: Address, kills: int) -> None:
    """Kills so many writers, one after the other, and examines the archive after each."""
    counts, oracle = Counts(), Oracle()
    make_archive(tmp_path, catalogue=database_address).close()
    for kill in range(kills):
        told = strike(tmp_path, kill, database_address).told
        oracle.learn(told)
        counts.kills += 1
        counts.errors += any(step == "error" for step, _, _ in told)
        counts.acknowledged += sum(step == "done" for step, _, _ in told)
        counts.unfinished += bool(unfinished(tmp_path))
        counts.publishing += bool(unfinished(tmp_path)) or told[-1:] == [("publishing", 0, 0)]
        try:
            examine(tmp_path, oracle, counts, database_address)
        except DatelineError:
            counts.unreadable += 1
    Writer(Writing(tmp_path, seed=kills, first=kills * 1000, calls=1, catalogue=database_address)).end()
    counts.leftovers = len(unfinished(tmp_path))
    sys.stdout.write(f"{counts}\n")
    assert counts.publishing >= kills // 3
    assert counts == Counts(counts.kills, counts.publishing, counts.unfinished, counts.acknowledged), (
        "a count that is not zero is a fault"
    )


def test_kill_while_an_archive_is_made_leaves_one_or_none(tmp_path: Path) -> None:
    for kill in range(10):
        directory = tmp_path / str(kill)
        writer = Writer(Writing(directory, seed=kill, first=0))
        while not any(directory.glob("catalogue*")):
            time.sleep(0.0005)
        time.sleep(random.Random(kill).uniform(0, 0.01))
        oracle, counts = Oracle(), Counts()
        oracle.learn(writer.kill().told)
        make_archive(directory).close()
        examine(directory, oracle, counts)
        assert counts == Counts()


# Full disks


def also(rows: list[int]) -> list[Any]:
    """Rows at which the disk is full at other steps, run by `make test-slow`."""
    return [pytest.param(row, marks=pytest.mark.slow) for row in rows]


def recovers(directory: Path, writer: Writer) -> None:
    """After a writer was stopped by a full disk and there is room again: all is there, and goes on."""
    oracle, counts = Oracle(), Counts()
    oracle.learn(writer.told)
    examine(directory, oracle, counts)
    assert counts == Counts()
    after = Writer(Writing(directory, seed=1, first=500_000, calls=3)).end()
    oracle.learn(after.told)
    examine(directory, oracle, counts)
    assert (counts, after.errors(), unfinished(directory)) == (Counts(), [], [])


@pytest.mark.parametrize("kilobytes", [80, 240, *also([40, 120, 160, 400])])
def test_file_that_may_not_grow_stops_adding_with_a_sentence(tmp_path: Path, kilobytes: int) -> None:
    """The limit is met at one time by the catalogue, at another by an index."""
    make_archive(tmp_path).close()
    writer = Writer(Writing(tmp_path, seed=0, first=0, largest_file=kilobytes << 10)).end()
    ((name, sentence),) = writer.errors()
    assert name in ("NoSpace", "DatelineError"), f"{name}: {sentence}"
    recovers(tmp_path, writer)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 3 MB."""
    mount, unmount = shutil.which("mount"), shutil.which("umount")
    if mount is None or unmount is None:
        pytest.skip("there is no mount command to make a small disk with")
    made = subprocess.run([mount, "-t", "tmpfs", "-o", "size=3m", "tmpfs", tmp_path], capture_output=True)
    if made.returncode:
        pytest.skip(f"this user may not mount a small disk: {made.stderr.decode().strip()}")
    yield tmp_path
    subprocess.run([unmount, "--lazy", tmp_path], check=True)


@pytest.mark.parametrize("room", [0, 48, 256, *also([16, 96, 160, 512])])
def test_full_disk_stops_adding_with_a_sentence(small_disk: Path, room: int) -> None:
    """`room` kilobytes are left, so that the disk is full at one step or another."""
    directory = small_disk / "archive"
    grown = Writer(Writing(directory, seed=0, first=0, calls=10)).end()
    ballast = small_disk / "ballast"
    free = os.statvfs(small_disk)
    ballast.write_bytes(bytes(free.f_bavail * free.f_frsize - (room << 10)))
    writer = Writer(Writing(directory, seed=1, first=1000)).end()
    ((name, sentence),) = writer.errors()
    assert name == "NoSpace", f"{name}: {sentence}"
    ballast.unlink()
    writer.told[:0] = grown.told
    recovers(directory, writer)


@pytest.mark.parametrize("work", ["rebuild", "remove", "create"])
def test_full_disk_is_told_by_every_command_that_writes(small_disk: Path, work: str) -> None:
    directory = small_disk / "archive"
    Writer(Writing(directory, seed=0, first=0, calls=4)).end()
    free = os.statvfs(small_disk)
    (small_disk / "ballast").write_bytes(bytes(free.f_bavail * free.f_frsize))
    with closing(open_archive(directory)) as archive:
        works: dict[str, Callable[[], object]] = {
            "rebuild": archive.rebuild,
            "remove": lambda: archive.remove(1),
            "create": lambda: make_archive(small_disk / "another"),
        }
        with pytest.raises(NoSpace):
            works[work]()


def test_disk_that_fills_at_any_step_of_a_rebuild_is_told(small_disk: Path) -> None:
    directory, ballast = small_disk / "archive", small_disk / "ballast"
    Writer(Writing(directory, seed=0, first=0, calls=6)).end()
    with closing(open_archive(directory)) as archive:
        for room in range(0, 96 << 10, 4 << 10):
            free = os.statvfs(small_disk)
            ballast.write_bytes(bytes(free.f_bavail * free.f_frsize - room))
            with suppress(NoSpace):
                archive.rebuild()
            ballast.unlink()
        archive.rebuild()
        assert archive.check() == []


def test_reading_goes_on_while_the_disk_is_full(small_disk: Path) -> None:
    directory = small_disk / "archive"
    Writer(Writing(directory, seed=0, first=0, calls=4)).end()
    with closing(open_archive(directory)) as archive:
        expected = found(archive)
        free = os.statvfs(small_disk)
        (small_disk / "ballast").write_bytes(bytes(free.f_bavail * free.f_frsize))
        assert found(archive) == expected
        with closing(open_archive(directory)) as other:
            assert found(other) == expected


# Damaged indexes

QUESTIONS = (*(mark(number, 1) for number in range(2, 12)), "harbour bridge council", "hospital strike court")


def found(archive: Archive) -> dict[str, list[tuple[str, int]]]:
    """What searches find, by question: article and place, best first."""
    return {
        question: [
            (hit.article.key, hit.passage.start) for hit in archive.search(Query(text=question, limit=3))
        ]
        for question in QUESTIONS
    }


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of two kept generations, with articles added, updated and removed. Copy it to harm it."""
    directory = tmp_path_factory.mktemp("faults") / "archive"
    with closing(make_archive(directory)) as archive:
        list(archive.add(draft(number, 1) for number in range(24)))
        list(archive.add([draft(0, 2), draft(24, 1)]))
        archive.remove(2)
    return directory


@pytest.fixture
def harmed(sound: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may harm."""
    return Path(shutil.copytree(sound, tmp_path / "archive"))


def current(directory: Path) -> Path:
    """The folder of the current generation."""
    return directory / "indexes" / (directory / "indexes" / "CURRENT").read_text().strip()


def vectors(directory: Path) -> Path:
    """The vectors of the newest segment of the current generation."""
    return directory / "indexes" / max(current(directory).glob("gen-*/vectors.faiss"))


def flip(path: Path, seed: int = 0) -> None:
    """Turns over one bit of a file."""
    data = bytearray(path.read_bytes())
    place = random.Random(seed).randrange(len(data) * 8)
    data[place // 8] ^= 1 << place % 8
    path.write_bytes(data)


def truncate(path: Path) -> None:
    """Cuts off the second half of a file."""
    os.truncate(path, path.stat().st_size // 2)


def make_hole(path: Path) -> None:
    """Zeros the middle third of a file."""
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(size // 3)
        file.write(bytes(size // 3))


def bring_a_foreign_generation(directory: Path) -> None:
    """Puts a generation of another embedder in the place of the current one."""
    with closing(make_archive(directory.parent / "foreign", HashedWords("other@1"))) as foreign:
        list(foreign.add(draft(number, 1) for number in range(24)))
    shutil.rmtree(current(directory))
    shutil.copytree(current(directory.parent / "foreign"), current(directory))


def harm_words(directory: Path, harm: Callable[[Path], None]) -> None:
    """Harms every file of the current lexical index."""
    for path in (current(directory) / "lexical").glob("*.*"):
        if path.stat().st_size:
            harm(path)


def harm_both(directory: Path) -> None:
    """Harms every generation that is kept."""
    for path in (directory / "indexes").glob("gen-*/*/vectors.faiss"):
        flip(path)


HARM: dict[str, Callable[[Path], object]] = {
    "bit in vectors": lambda d: flip(vectors(d)),
    "truncated vectors": lambda d: truncate(vectors(d)),
    "hole in vectors": lambda d: make_hole(vectors(d)),
    "no vectors": lambda d: vectors(d).unlink(),
    "bits in words": lambda d: harm_words(d, flip),
    "truncated words": lambda d: harm_words(d, truncate),
    "bit in what filters ask": lambda d: flip(vectors(d).with_name("columns.npz")),
    "bit in what is gone": lambda d: flip(current(d) / "gone.npy"),
    "no segment": lambda d: shutil.rmtree(vectors(d).parent),
    "no words": lambda d: shutil.rmtree(current(d) / "lexical"),
    "truncated manifest": lambda d: truncate(current(d) / "manifest.json"),
    "no manifest": lambda d: (current(d) / "manifest.json").unlink(),
    "dangling CURRENT": lambda d: (d / "indexes" / "CURRENT").write_text("gen-99\n"),
    "empty CURRENT": lambda d: (d / "indexes" / "CURRENT").write_text(""),
    "garbage in CURRENT": lambda d: (d / "indexes" / "CURRENT").write_bytes(b"\xff\xfe\x00gen"),
    "no CURRENT": lambda d: (d / "indexes" / "CURRENT").unlink(),
    "another embedder": bring_a_foreign_generation,
    "every generation": harm_both,
    "no indexes": lambda d: shutil.rmtree(d / "indexes"),
}


@pytest.mark.parametrize("harm", HARM)
def test_damaged_index_is_passed_over_and_mended(sound: Path, harmed: Path, harm: str) -> None:
    with closing(open_archive(sound)) as archive:
        expected = found(archive)
    HARM[harm](harmed)
    embedder = HashedWords()
    with closing(open_archive(harmed, embedder)) as archive:
        assert found(archive) == expected
        assert archive.check() != []
        archive.rebuild()
        assert archive.check() == []
        assert found(archive) == expected
    assert embedder.documents == 0, "a vector was made anew that the catalogue keeps"


def test_bit_in_any_one_file_of_a_generation_is_named(sound: Path, harmed: Path) -> None:
    files = [path for path in current(harmed).rglob("*") if path.is_file() and path.stat().st_size]
    for path in files:
        whole = path.read_bytes()
        flip(path)
        with closing(open_archive(harmed)) as archive:
            assert archive.check() != [], path.name
        path.write_bytes(whole)


@pytest.mark.parametrize("moved", [-20, -1, +1, +64])
def test_manifest_of_another_moment_is_passed_over(sound: Path, harmed: Path, moved: int) -> None:
    """One digit of the watermark differs: changes would be replayed twice, or never."""
    with closing(open_archive(sound)) as archive:
        expected = found(archive)
    path = current(harmed) / "manifest.json"
    manifest: dict[str, Any] = json.loads(path.read_text())
    path.write_text(json.dumps(manifest | {"watermark": manifest["watermark"] + moved}))
    with closing(open_archive(harmed)) as archive:
        assert found(archive) == expected
        list(archive.add([draft(30, 1)]))
        assert finds(archive, 30, 1)
        assert archive.check() == []


def test_damage_is_passed_over_by_the_next_writer_too(sound: Path, harmed: Path) -> None:
    flip(vectors(harmed))
    embedder = HashedWords()
    with closing(open_archive(harmed, embedder)) as archive:
        list(archive.add([draft(30, 1)]))
        assert finds(archive, 30, 1)
        assert archive.check() == []
        assert embedder.documents == len(spans(30, 1))


# A damaged catalogue


def overwrite(path: Path, place: int, data: bytes) -> None:
    """Writes into the middle of a file."""
    with path.open("r+b") as file:
        file.seek(place)
        file.write(data)


CATALOGUE_HARM: dict[str, Callable[[Path], object]] = {
    "header": lambda path: overwrite(path, 0, b"\xff" * 100),
    "page size": lambda path: overwrite(path, 16, b"\x00\x07"),
    "schema": lambda path: overwrite(path, 100, b"\xff" * 3000),
    "name of an index": lambda path: overwrite(path, path.read_bytes().index(b"ix_passage"), b"\xa0"),
    "truncated": truncate,
    "truncated to one page": lambda path: os.truncate(path, 4096),
    "emptied": lambda path: os.truncate(path, 0),
    "text": lambda path: path.write_text("this is not a database, whatever its name says\n" * 300),
}


@pytest.mark.parametrize("harm", CATALOGUE_HARM)
def test_damaged_catalogue_is_told_and_is_never_an_empty_archive(harmed: Path, harm: str) -> None:
    CATALOGUE_HARM[harm](harmed / "catalogue.db")
    uses: tuple[Callable[[Archive], object], ...] = (Archive.articles, Archive.summary, found)
    for use in uses:
        with (
            pytest.raises(Damaged, match=r"catalogue\.db is damaged"),
            closing(open_archive(harmed)) as archive,
        ):
            use(archive)


def test_garbage_in_any_page_of_the_catalogue_is_named(harmed: Path) -> None:
    path = harmed / "catalogue.db"
    whole = path.read_bytes()
    for page in range(1, len(whole) // 4096, 5):
        overwrite(path, page * 4096, random.Random(page).randbytes(4096))
        assert is_refused_or_named(harmed), f"page {page}"
        path.write_bytes(whole)


def test_an_index_of_the_database_is_made_anew(harmed: Path) -> None:
    path = harmed / "catalogue.db"
    with closing(sqlite3.connect(path)) as database:
        roots = "SELECT rootpage FROM sqlite_master WHERE name = 'ix_version_outlet'"
        [[page]] = database.execute(roots)
        [[size]] = database.execute("PRAGMA page_size")
    overwrite(path, path.read_bytes().index(b"Generated Times", (page - 1) * size), b"generated")
    with closing(open_archive(harmed)) as archive:
        assert archive.check() != []
        archive.rebuild()
        assert archive.check() == []


def is_refused_or_named(directory: Path) -> bool:
    """Whether opening tells of damage, or `check` does."""
    try:
        with closing(open_archive(directory)) as archive:
            return archive.check() != []
    except DatelineError:
        return True


CHANGES = {
    "letter of a text": "UPDATE version SET text = 'X' || substr(text, 2) WHERE id = 5",
    "byte of a text": "UPDATE version SET text = CAST(x'ff' || substr(text, 2) AS TEXT) WHERE id = 5",
    "byte of a vector": "UPDATE passage SET vector = CAST(x'01' || substr(vector, 2) AS BLOB) WHERE id = 40",
    "cut vector": "UPDATE passage SET vector = substr(vector, 1, 31) WHERE id = 40",
    "end of a passage": 'UPDATE passage SET "end" = "end" - 1 WHERE id = 40',
    "sentences of a passage": "UPDATE passage SET sentences = '[[0, 1]]' WHERE id = 40",
    "broken sentences": "UPDATE passage SET sentences = '[[0, 1' WHERE id = 40",
    "broken zones": "UPDATE version SET zones = '[[0, 1' WHERE id = 5",
    "zones": "UPDATE version SET zones = '[]' WHERE id = 5",
    "title": "UPDATE version SET title = 'Another' WHERE id = 5",
    "day of publication": "UPDATE version SET published = '1999-01-01' WHERE id = 5",
    "broken day": "UPDATE version SET published = 'never' WHERE id = 5",
    "lost version": "DELETE FROM version WHERE id = 5",
    "lost passage": "DELETE FROM passage WHERE id = 40",
    "version that is not there": "UPDATE article SET version = 9 WHERE id = 5",
}


@pytest.mark.parametrize("change", CHANGES)
def test_change_behind_our_back_is_named(harmed: Path, change: str) -> None:
    with closing(sqlite3.connect(harmed / "catalogue.db")) as database, database:
        assert database.execute(CHANGES[change]).rowcount == 1
    with closing(open_archive(harmed)) as archive:
        assert archive.check() != []


def test_removing_and_adding_an_article_mends_its_text(harmed: Path) -> None:
    with closing(sqlite3.connect(harmed / "catalogue.db")) as database, database:
        keys = dict(database.execute("SELECT id, key FROM article").fetchall())
        database.execute(CHANGES["letter of a text"])
    with closing(open_archive(harmed)) as archive:
        (lost,) = keys.keys() - {article.id for article in archive.articles()}
        assert any(f"article {lost}" in fault for fault in archive.check())
        archive.remove(lost)
        list(archive.add([draft(number_of(keys[lost]), 1)]))
        assert archive.check() == []


# Neighbours


def test_second_writer_is_refused_and_disturbs_nothing(tmp_path: Path) -> None:
    with closing(make_archive(tmp_path)) as archive:
        adding = archive.add(draft(number, 1) for number in range(3))
        next(adding)
        second = Writer(Writing(tmp_path, seed=0, first=1000)).end()
        ((name, sentence),) = second.errors()
        assert (name, "is writing" in sentence) == ("Busy", True)
        list(adding)
        assert [article.key for article in archive.articles()] == ["article 0", "article 1", "article 2"]
        assert archive.check() == []
    assert Writer(Writing(tmp_path, seed=0, first=1000, calls=1)).end().errors() == []


def reader(directory: Path, seed: int, stop: Any) -> tuple[Any, Connection]:
    """A process that searches until `stop` is set, and the pipe over which it tells how it went."""
    ear, mouth = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=read, args=(directory, seed, range(3, 12), stop, mouth), daemon=True)
    process.start()
    mouth.close()
    return process, ear


def test_readers_find_everything_while_another_process_publishes(harmed: Path) -> None:
    stop = PROCESSES.Event()
    readers = [reader(harmed, seed, stop) for seed in range(3)]
    writer = Writer(Writing(harmed, seed=7, first=100, calls=10, keep=12)).end()
    stop.set()
    told = [ear.recv() for _, ear in readers]
    for process, _ in readers:
        process.join()
    sys.stdout.write(f"searches and faults of each reader: {told}\n")
    assert writer.errors() == []
    assert [faults for _, faults in told] == [[], [], []]
    assert min(searches for searches, _ in told) > 8


def test_check_beside_a_writer_raises_no_false_alarm(harmed: Path) -> None:
    writer = Writer(Writing(harmed, seed=3, first=100, calls=16))
    writer.hear("started")
    with closing(open_archive(harmed)) as archive:
        alarms = [archive.check() for _ in range(12)]
    assert writer.end().errors() == []
    assert alarms == [[]] * 12


@pytest.mark.parametrize("dimension", [32, 48])
def test_running_reader_refuses_what_another_embedder_made(harmed: Path, dimension: int) -> None:
    with closing(open_archive(harmed)) as archive:
        archive.search(Query(text="harbour bridge"))
        other = HashedWords("other@1", dimension)
        Archive.embed_again(harmed, lambda: other, CHUNKER)
        time.sleep(REFRESH_SECONDS)
        with pytest.raises(Mismatch, match="other@1"):
            archive.search(Query(text="harbour bridge"))


def test_running_reader_sees_what_another_process_added(harmed: Path) -> None:
    with closing(open_archive(harmed)) as archive:
        assert not finds(archive, 100, 1)
        writer = Writer(Writing(harmed, seed=2, first=100, calls=1))
        writer.hear("done")
        acknowledged = time.monotonic()
        while not finds(archive, 100, 1):
            assert time.monotonic() - acknowledged < 2
            time.sleep(0.02)
        writer.end()
