"""Adding articles with a progress bar, a line for each problem, and a summary."""

import sys
import time
from collections import Counter, deque
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import typer
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from index import cluster
from index.archive import Added, Archive
from index.cluster import Work
from index.ingestion import Block, Prepared
from index.readers import list_files, readers
from index.readers.fields import parse_mapped
from index.readers.following import Following, Item, is_address
from index.readers.web import Fetcher, Unchanged
from index.records import Draft, Skipped
from service.answers import to_json
from service.cli.findings import Finding, findings
from service.cli.mirror import Mirror
from service.cli.terminal import Plain
from service.settings import FILE, Settings
from service.signals import stoppable
from service.storage.stores import STORES

WINDOW = 120.0  # seconds of the last work, by which the time left is estimated
PAGE_BYTES = 20_000  # what a page whose size nobody knows counts for in the time left
_COLUMNS = (
    TextColumn("{task.description}"),
    BarColumn(),
    TextColumn("{task.percentage:>3.0f}%"),
    TextColumn("{task.fields[speed]}"),
    TimeRemainingColumn(),
)


@dataclass(slots=True)
class Tally:
    """Tally of what became of the articles of one run, and since when it runs."""

    outcomes: Counter[str] = field(default_factory=Counter)
    skipped: list[Skipped] = field(default_factory=list)
    notes: Counter[tuple[str, str]] = field(default_factory=Counter)
    passages: int = 0
    removed: int = 0
    findings: list[Finding] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    def count(self, result: Added | Skipped | Unchanged) -> None:
        """Takes one result in."""
        if isinstance(result, Skipped):
            self.skipped.append(result)
        elif isinstance(result, Unchanged):
            self.outcomes["unchanged"] += 1
        else:
            self.outcomes[result.outcome] += 1
            self.passages += result.passages

    def note(self, source: str, draft: Draft) -> None:
        """Takes in what the reader of a source tells of an article in it."""
        self.notes.update((source, note) for note in draft.notes)
        self.findings.extend(findings(source, draft))

    def noted(self) -> list[dict[str, object]]:
        """Notes on what was not understood or left out, by source, with the number of articles."""
        return [{"source": s, "note": note, "articles": n} for (s, note), n in self.notes.items()]

    def counts(self) -> dict[str, int]:
        """Counts the articles that were added, updated and unchanged."""
        return {name: self.outcomes[name] for name in ("added", "updated", "unchanged")}

    def fails(self, *, strict: bool) -> bool:
        """Tells whether nothing could be read of what was named, or, if `strict`, not all of it."""
        return bool(self.skipped) and (strict or not self.outcomes)

    def line(self) -> str:
        """All counts in one line."""
        told = ", ".join(f"{number} {name}" for name, number in self.counts().items())
        removed = f", {self.removed} removed" if self.removed else ""
        return f"{told}, {len(self.skipped)} skipped{removed}"

    def speed(self) -> str:
        """Articles and passages a second."""
        seconds = max(time.monotonic() - self.began, 0.001)
        articles = self.outcomes.total() / seconds
        return f"{articles:.1f} articles/s, {self.passages / seconds:.1f} passages/s"


@dataclass(frozen=True, slots=True)
class Sources:
    """Sources to add: files and folders, addresses, lists of addresses, feeds; and how to read them."""

    named: tuple[str, ...]
    mapped: tuple[str, ...] = ()
    entries_only: bool = False

    def each(self, archive: Path) -> list[str]:
        """Every file and address, folders opened."""
        found: dict[str, None] = {}
        for name in self.named:
            names = [name] if is_address(name) else map(str, _others(Path(name), archive))
            found.update(dict.fromkeys(names))
        return list(found)

    def following(self, archive: Archive, fetcher: Fetcher) -> Following:
        """A reader of all of them. Raises BadValue for a mapping that is wrong."""
        asked = readers(parse_mapped(self.mapped))
        return Following(fetcher, archive.visits, entries_only=self.entries_only, asked=asked)

    def work(self, archive: Archive, settings: Settings) -> Work:
        """Work for a cluster that makes the files ready for that archive."""
        models = (settings.models or settings.data / "models").absolute()
        mapped = parse_mapped(self.mapped)
        return Work(settings.embedder, models, archive.brief(), mapped, self.entries_only)


_OWN = frozenset({"indexes", "models", "writer.lock", FILE, *(store.file for store in STORES)})


def _others(path: Path, archive: Path) -> Iterator[Path]:
    """The files under a path, without those by which an archive is kept in the folder."""
    for file in list_files([path]):
        inside = file.resolve().is_relative_to(archive.resolve())
        first = file.resolve().relative_to(archive.resolve()).parts[0] if inside and path.is_dir() else ""
        if first.removesuffix("-wal").removesuffix("-shm") not in _OWN and not first.startswith("mirror-"):
            yield file


def add_sources(
    archive: Archive,
    following: Following,
    sources: Sources,
    tally: Tally,
    work: Work | None = None,
    mirror: Mirror | None = None,
) -> None:
    """Adds every article of the sources; each problem is told at once, on standard error.

    With a `mirror` what is gone from its folders is removed once all was read.

    With `work` the files are read, cut and embedded on the Ray cluster that is connected. Addresses are
    not: a polite fetcher brings a page a second, which one core embeds ten times over.

    Where the run is interrupted while it reads, what was read goes in before KeyboardInterrupt is raised.
    """
    errors = Plain(stderr=True)
    following.start_round()
    shown = sys.stderr.isatty()
    with Progress(
        *_COLUMNS, console=errors, transient=True, disable=not shown, speed_estimate_period=WINDOW
    ) as progress:
        named = sources.each(archive.directory)
        reading = Reading(following, named, tally, progress, mirror)
        with closing(_results(archive, reading, work)) as results:
            for result in results:
                tally.count(result)
                following.kept(_name(result))
                reading.done(result)
                progress.update(reading.task, speed=tally.speed())
                if isinstance(result, Skipped):
                    told = " ".join(f"skipped {result.source}: {result.reason}".split())
                    errors.print(told, soft_wrap=True)
    if reading.interrupted:
        raise KeyboardInterrupt
    if mirror:
        tally.removed = mirror.finish(archive, named)


def _results(
    archive: Archive, reading: "Reading", work: Work | None
) -> Generator[Added | Skipped, None, None]:
    if work is not None:
        # The blocks are let go of while the cluster is connected, however the run ends.
        with closing(reading.blocks(work)) as blocks, closing(archive.add_prepared(blocks)) as results:
            yield from results
    with closing(archive.add(reading.drafts())) as results:
        yield from results


@contextmanager
def on_cluster(address: str) -> Iterator[None]:
    """Uses a Ray cluster, as `index.cluster.connected` does, until the block ends or Ctrl+C.

    What is interrupted may tell of a fault of its own; that is KeyboardInterrupt here all the same.
    """
    with stoppable() as stopped:
        try:
            with cluster.connected(address):
                yield
        except Exception as error:
            if stopped.is_set():
                raise KeyboardInterrupt from error
            raise


class Reading:
    """The articles of the sources, with a bar that moves by the bytes of what is safe in the archive.

    They are read a batch ahead of the embedding, which takes nearly all of the time.
    """

    def __init__(
        self,
        following: Following,
        sources: Sequence[str],
        tally: Tally,
        progress: Progress,
        mirror: Mirror | None = None,
    ) -> None:
        self.interrupted = False
        self._following = following
        self._tally = tally
        self._mirror = mirror
        self._progress = progress
        self._sizes = {source: _size(source) for source in sources}
        self._waiting: deque[tuple[str, int]] = deque()  # read and not yet stored, with their bytes
        self._stored = 0  # bytes that the bar does not show yet
        self.task: TaskID = progress.add_task("reading", total=sum(self._sizes.values()), speed="")

    def blocks(self, work: Work) -> Generator[Block, None, None]:
        """The articles of the files, from the cluster. What only names addresses is left for `drafts`."""
        files = {source: size for source, size in self._sizes.items() if not is_address(source)}
        self._sizes = {source: size for source, size in self._sizes.items() if source not in files}
        with closing(cluster.prepared(files, work)) as arriving:
            for arrived in arriving:
                self._sizes |= {source: files[source] for source in arrived.elsewhere}
                self._progress.advance(self.task, arrived.read)
                for ready in arrived.block.ready:
                    if isinstance(ready, Prepared):
                        self._tally.note(ready.key.partition("#")[0].removeprefix("file:"), ready.draft)
                yield arrived.block

    def drafts(self) -> Iterator[Draft | Skipped]:
        """The articles of the sources, read here."""
        try:
            for source, size in self._sizes.items():
                yield from self._of(source, size)
        except KeyboardInterrupt:
            # Ending here as if all were read puts in the articles that wait to be embedded together.
            self.interrupted = True

    def done(self, result: Added | Skipped) -> None:
        """Moves the bar past an article, and past those read before it that gave no result."""
        name = _name(result)
        if any(name == waiting for waiting, _ in self._waiting):
            waiting = None
            while waiting != name:
                waiting, step = self._waiting.popleft()
                self._stored += step
        # A batch is stored at once: one step for it, not one an article, keeps the estimate of speed true.
        if not self._waiting:
            self._progress.advance(self.task, self._stored)
            self._stored = 0

    def _of(self, source: str, size: int) -> Iterator[Draft | Skipped]:
        """The articles of one source. Within it the bar moves by their text, the best guess there is."""
        left = size
        for item in self._following.read(source):
            if self._mirror:
                self._reflect(self._mirror, source, item)
            if isinstance(item, Unchanged):
                self._tally.count(item)
                continue
            if isinstance(item, Draft):
                self._tally.note(source, item)
            step = min(left, len(item.text)) if isinstance(item, Draft) else 0
            left -= step
            self._waiting.append((_name(item), step))
            yield item
        if self._waiting:
            name, step = self._waiting.pop()
            self._waiting.append((name, step + left))
        else:
            self._progress.advance(self.task, left)

    def _reflect(self, mirror: Mirror, source: str, item: Item) -> None:
        if isinstance(item, Draft):
            mirror.note(source, item.key)
        else:  # of a page that is unchanged it is not known which articles it holds
            mirror.fault(source)


def _name(item: Draft | Added | Skipped) -> str:
    """The name by which an article that was read is known again in its result."""
    return item.source if isinstance(item, Skipped) else item.key


def _size(source: str) -> int:
    try:
        return PAGE_BYTES if is_address(source) else max(1, Path(source).stat().st_size)
    except (OSError, ValueError):
        return 1


def show_tally(tally: Tally, json: bool) -> None:
    """The summary: added, updated, unchanged, skipped; and how fast, where anything went in."""
    if json:
        told = {"removed": tally.removed, "skipped": tally.skipped, "notes": tally.noted()}
        typer.echo(to_json(tally.counts() | told, indent=2))
        return
    for (source, note), articles in tally.notes.items():
        counted = f" ({articles:,} articles)" if articles > 1 else ""
        typer.echo(f"noted {source}: {note}{counted}", err=True)
    typer.echo(tally.line())
    if tally.passages:
        typer.echo(tally.speed(), err=True)
