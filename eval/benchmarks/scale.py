"""What Dateline takes with ten thousand, a hundred thousand and a million passages.

    python -m eval.benchmarks.scale 10000 100000 1000000 [--data FOLDER] [--out FOLDER]

The texts are real, and after that perturbed copies of them; the vectors are real, and after that lie
around real ones. Rows go into the catalogue in bulk, without the clusters of near-duplicates. Each
process that is measured does one thing. Milliseconds are of the clock, p50 / p95, and in brackets of
the processor, which others who use the machine disturb less.
"""

import os
import resource
import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from eval.benchmarks.corpus import DAYS, FIRST_DAY, Material, Prepared, make, plain
from eval.benchmarks.speed import machine
from index.archive import Archive
from index.backends.local.columns import Mask
from index.backends.local.generations import Generations
from index.backends.local.snapshots import Snapshot
from index.backends.local.vectors import FaissIndex, Halves
from index.catalogue.catalogue import Catalogue
from index.models.embedding import Vectors
from index.records import Filters, Query
from index.search.hybrid import CANDIDATES

SHARES = (0.5, 0.05, 0.005)
SEARCHES = 1000
JUDGED = 60  # questions whose nearest are compared with the exact ones
ADDED = 100  # articles
NEAREST = 10
CHOICES = (10_000, 30_000, 100_000, 250_000)

Rows = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds of calls, p50 and p95, by the clock and by the processor."""

    clock: tuple[float, float]
    processor: tuple[float, float]

    @classmethod
    def of(cls, call: Callable[[int], object], count: int) -> "Times":
        """The times of so many calls, which are numbered, after a few to warm up."""
        pairs = []
        for number in range(-5, count):
            clock, processor = time.perf_counter(), time.thread_time()
            call(number)
            pairs.append((time.perf_counter() - clock, time.thread_time() - processor))
        clocks, processors = zip(*pairs[5:], strict=True)
        return cls(_percentiles(clocks), _percentiles(processors))

    def __str__(self) -> str:
        return "{:.2f} / {:.2f}  [{:.2f} / {:.2f}] ms".format(*self.clock, *self.processor)


def _percentiles(seconds: Sequence[float]) -> tuple[float, float]:
    parts = statistics.quantiles([second * 1000 for second in seconds], n=100, method="inclusive")
    return parts[49], parts[94]


# Which index for how many vectors


def choices(out: Path, data: Path | None) -> Rows:
    """Comparing every vector against asking short codes first, in one segment of each size."""
    made, rows = Material.load(data, out), []
    for size in CHOICES:
        halves = made.vectors(0, size)
        truth = nearest(halves, made.asked[:JUDGED])
        for coded in (False, True):
            started = time.process_time()
            index = FaissIndex.build(halves, coded=coded)
            seconds = time.process_time() - started
            found = [rows_of(index, question) for question in made.asked[:JUDGED]]
            times = Times.of(lambda n, i=index: rows_of(i, made.asked[n % JUDGED]), 300)  # type: ignore[misc]
            name = f"{size:,} vectors, {'codes' if coded else 'exact'}"
            name += " (chosen)" if coded == FaissIndex.worth_coding(size) else ""
            rows.append(
                (name, f"recall {recall(truth, found):.3f}, {times}, built in {seconds:.1f} s of cpu")
            )
    return rows


def nearest(halves: Halves, asked: Vectors, allowed: Mask | None = None) -> list[set[int]]:
    """The rows that are truly nearest to each question."""
    best = np.full((len(asked), NEAREST), -np.inf, dtype=np.float32)
    rows = np.zeros((len(asked), NEAREST), dtype=np.int64)
    for first in range(0, len(halves), 50_000):
        scores = asked @ halves[first : first + 50_000].astype(np.float32).T
        if allowed is not None:
            scores[:, ~allowed[first : first + 50_000]] = -np.inf
        scores = np.concatenate([best, scores], axis=1)
        numbers = np.arange(first, first + scores.shape[1] - NEAREST)
        of_all = np.concatenate([rows, np.broadcast_to(numbers, (len(asked), len(numbers)))], axis=1)
        top = np.argpartition(-scores, NEAREST, axis=1)[:, :NEAREST]
        best, rows = np.take_along_axis(scores, top, axis=1), np.take_along_axis(of_all, top, axis=1)
    return [set(found.tolist()) for found in rows]


def rows_of(index: FaissIndex, question: Vectors) -> set[int]:
    """The rows that an index finds nearest."""
    return {row for row, _ in index.search(question, CANDIDATES)[:NEAREST]}


def recall(truth: Sequence[set[int]], found: Sequence[set[int]]) -> float:
    """The mean share of the truly nearest that were found."""
    return statistics.mean(len(t & f) / len(t) for t, f in zip(truth, found, strict=True))


# An archive of one size, each step in a process of its own


def prepare(folder: Path, out: Path, data: Path | None, passages: int) -> Rows:
    """Fills the catalogue and makes the indexes anew."""
    archive = make(folder, Material.load(data, out), passages)
    before, started, used = peak(), time.perf_counter(), time.process_time()
    archive.rebuild()
    seconds, processor = time.perf_counter() - started, time.process_time() - used
    return [
        ("catalogue", f"{megabytes(folder / 'catalogue.db'):.0f} MB"),
        ("indexes", f"{megabytes(newest(folder)):.0f} MB"),
        ("rebuild", f"{seconds:.0f} s [{processor:.0f}], peak {peak():.0f} MB ({before:.0f} before)"),
    ]


def retrieval(folder: Path, out: Path, data: Path | None, passages: int) -> Rows:
    """Opens the archive and searches it."""
    made = Material.load(data, out)
    idle = resident()
    started, used = time.perf_counter(), time.process_time()
    archive = Archive.open(folder, lambda: Prepared(made))
    archive.search(Query(text=made.questions[0]))
    opened = f"{time.perf_counter() - started:.2f} s [{time.process_time() - used:.2f}]"
    hybrid = Times.of(lambda n: archive.search(Query(text=made.questions[n % len(made.questions)])), SEARCHES)
    rows = [
        ("from opening to the first result", opened),
        ("search, whole", str(hybrid)),
        ("memory after that", f"{resident():.0f} MB ({idle:.0f} before)"),
    ]
    return rows + sides(snapshot_of(folder), made)


def sides(snapshot: Snapshot, made: Material) -> Rows:
    """Each side of retrieval alone, without a filter and with filters that pass less and less."""
    halves = np.concatenate([segment.vectors.halves for segment in snapshot.segments])
    rows = []
    for share in (None, *SHARES):
        first = FIRST_DAY + timedelta(days=round(DAYS * (1 - share))) if share else None
        filters = Filters(since=first)
        started = time.perf_counter()
        allowed = snapshot.allowed(filters)
        passing = (time.perf_counter() - started) * 1000
        mask = np.concatenate(allowed.rows) if allowed else None
        ids = np.concatenate([segment.columns.ids for segment in snapshot.segments])
        truth = [set(ids[list(rows)].tolist()) for rows in nearest(halves, made.asked[:JUDGED], mask)]
        found = [
            {i for i, _ in snapshot.nearest(asked, CANDIDATES, allowed)[:NEAREST]}
            for asked in made.asked[:JUDGED]
        ]
        dense = Times.of(lambda n, a=allowed: snapshot.nearest(made.asked[n % 200], CANDIDATES, a), 200)  # type: ignore[misc]
        words = Times.of(lambda n, a=allowed: snapshot.matching(made.questions[n % 200], CANDIDATES, a), 200)  # type: ignore[misc]
        name = f"{share:.1%} pass" if share else "no filter"
        rows.append((f"nearest, {name}", f"recall {recall(truth, found):.3f}, {dense}"))
        rows.append((f"matching, {name}", str(words)))
        rows.append((f"finding what passes, {name}", f"{passing:.1f} ms"))
    started = time.perf_counter()
    snapshot.summary()
    return [*rows, ("summary", f"{(time.perf_counter() - started) * 1000:.1f} ms")]


def adding(folder: Path, out: Path, data: Path | None, passages: int) -> Rows:
    """Adds articles while a reader in another thread goes on searching."""
    made = Material.load(data, out)
    archive, reader = (Archive.open(folder, lambda: Prepared(made)) for _ in range(2))
    for one in (archive, reader):
        one.search(Query(text=made.questions[0]))
    list(archive.add([plain("warm", "The writer verifies what it starts from once.")]))
    before, stop = {file.stat().st_ino for file in newest(folder).rglob("*")}, threading.Event()
    waits: list[float] = []
    thread = threading.Thread(target=_search_on, args=(reader, made, stop, waits))
    thread.start()
    texts = [made.text(number * 7) for number in range(ADDED)]
    drafts = [plain(f"new {i}", f"{text} Zanzibar{i}.", published=FIRST_DAY) for i, text in enumerate(texts)]
    started, used = time.perf_counter(), time.thread_time()
    adding = archive.add(drafts)
    for _ in drafts:
        next(adding)
    stored, worked = time.perf_counter() - started, time.thread_time() - used
    seen = _seconds_until(reader, f"Zanzibar{ADDED - 1}", started)
    next(adding, None)
    published = time.perf_counter() - started
    stop.set()
    thread.join()
    new = [f for f in newest(folder).rglob("*") if f.is_file() and f.stat().st_ino not in before]
    largest = max(new, key=lambda file: file.stat().st_size)
    return [
        (f"{ADDED} articles stored", f"{stored:.2f} s [{worked:.2f}]"),
        ("found by a reader after", f"{seen:.2f} s"),
        ("published after", f"{published:.2f} s"),
        ("written", f"{sum(f.stat().st_size for f in new) / 1e6:.1f} MB, the largest {largest.name}"),
        ("longest search meanwhile", f"{max(waits) * 1000:.0f} ms of {len(waits)}"),
    ]


def _search_on(reader: Archive, made: Material, stop: threading.Event, waits: list[float]) -> None:
    while not stop.is_set():
        started = time.perf_counter()
        reader.search(Query(text=made.questions[len(waits) % len(made.questions)]))
        waits.append(time.perf_counter() - started)


def _seconds_until(reader: Archive, word: str, started: float) -> float:
    while not any(word in hit.passage.text for hit in reader.search(Query(text=word))):
        time.sleep(0.02)
    return time.perf_counter() - started


def snapshot_of(folder: Path) -> Snapshot:
    """All passages of the archive in that folder."""
    generations = Generations(folder / "indexes", Catalogue(folder / "catalogue.db"))
    return generations.snapshot(generations.newest())


def newest(folder: Path) -> Path:
    """The newest generation's folder."""
    return folder / "indexes" / (folder / "indexes" / "CURRENT").read_text().strip()


def megabytes(path: Path) -> float:
    """What a file, or all the files of a folder, take on the disk."""
    files: Iterator[Path] = path.rglob("*") if path.is_dir() else iter([path])
    return sum(file.stat().st_size for file in files if file.is_file()) / 1e6


def resident() -> float:
    """The memory that this process holds now, in megabytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def peak() -> float:
    """The most memory that this process has held, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def main(
    passages: Annotated[list[int], typer.Argument(help="Sizes of archives to measure.")],
    data: Annotated[
        Path | None, typer.Option(help="The folder of public sets [the sample articles].")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Where the archives are made [a folder that goes].")
    ] = None,
) -> None:
    """Print what archives of those sizes take."""
    with tempfile.TemporaryDirectory() as folder:
        measure(passages, data, out or Path(folder))


def measure(sizes: Sequence[int], data: Path | None, out: Path) -> None:
    """Prints a table for each size; the archives are removed afterwards."""
    out.mkdir(parents=True, exist_ok=True)
    typer.echo(f"{machine()}, load {os.getloadavg()[0]:.0f}")
    _show("The vector index of one segment", _alone(choices, out, data))
    for size in sizes:
        folder = out / str(size)
        for step in (prepare, retrieval, adding):
            _show(f"{size:,} passages: {step.__name__}", _alone(step, folder, out, data, size))
        shutil.rmtree(folder)


def _alone(step: Callable[..., Rows], *given: object) -> Rows:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(step, *given).result()


def _show(title: str, rows: Rows) -> None:
    typer.echo(f"\n{title}")
    for name, value in rows:
        typer.echo(f"  {name:<42} {value}")


if __name__ == "__main__":
    typer.run(main)
