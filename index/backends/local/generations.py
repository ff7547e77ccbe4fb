"""Derived indexes on disk: published whole, verified before use, brought up to date by replay.

A generation is a directory of files with a manifest; it never changes. What it has in common with the
one before, segments of vectors and files of words, is linked and not written again. `CURRENT` names
the newest and the one before it is kept. A kill at any point leaves the old one or the new one.
"""

import io
import logging
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from sqlalchemy import Connection, select

from index import durable
from index.backends.local.columns import Ids
from index.backends.local.lexical import LOCKS, LexicalIndex
from index.backends.local.manifests import FORMAT, Manifest, Proved, measured
from index.backends.local.snapshots import NONE_GONE, Segment, Snapshot, filled, merged, worth_merging
from index.catalogue.catalogue import Catalogue
from index.catalogue.changes import chain
from index.catalogue.tables import passage
from index.errors import Damaged, DatelineError, NoSpace
from index.lock import alone

log = logging.getLogger(__name__)

PUBLISH_AFTER = 5000  # passages; until published, every reader replays them by itself
LEXICAL, GONE, CURRENT = "lexical", "gone.npy", "CURRENT"
ANOTHERS = "of another catalogue, or of this one before an older copy of it was put back"
COMPARED = 4096  # passages at a time


@dataclass(frozen=True, slots=True)
class Generation:
    """An opened generation."""

    name: str
    manifest: Manifest
    segments: tuple[Segment, ...]  # in the order of the manifest
    lexical: LexicalIndex
    gone: Ids  # ascending: passages that stand in a segment and are there no more


class Generations:
    """The generations of one archive, in one directory."""

    def __init__(self, root: Path, catalogue: Catalogue) -> None:
        """`root` is made when the first generation is published."""
        self._root = root
        self._catalogue = catalogue
        self._opened: Generation | None = None
        self._newest: Generation | None = None
        self._proved: Proved = frozenset()

    def newest(self) -> Generation | None:
        """The newest generation that is whole, or None. What is damaged is told in the log."""
        tried = None
        while (current := self.current_name()) != tried:
            tried = current
            for name in self._names():
                try:
                    return self._open(name)
                except FileNotFoundError:
                    # A writer dropped it after publishing a newer one; the next round finds that.
                    log.info("index %s is gone", name)
                except (Damaged, OSError) as error:
                    log.warning("index %s is passed over: %s", name, error)
        return None

    def current_name(self) -> str | None:
        """The name that CURRENT holds, read afresh."""
        try:
            return (self._root / CURRENT).read_text().strip() or None
        except (OSError, ValueError):  # bytes that are no name
            return None

    def published(self) -> datetime | None:
        """The time at which an index was last published; None where none was."""
        try:
            return datetime.fromtimestamp((self._root / CURRENT).stat().st_mtime, UTC)
        except OSError:
            return None

    def current(self) -> Snapshot:
        """All passages as they are now."""
        if self._newest is None or self._newest.name != self.current_name():
            self._newest = self.newest()
        if self._is_anothers() or self._lags():
            self._keep_up()
        snapshot = self.snapshot(self._newest)
        if self._newest is None and snapshot.watermark:
            log.warning("there is no sound index in %s; make one with: dateline rebuild", self._root)
        return snapshot

    def _is_anothers(self) -> bool:
        """Tells whether the newest generation is of another catalogue, or of a time that was undone."""
        if self._newest is None:
            return False
        with self._catalogue.reading() as connection:
            anothers = not self._follows(connection, self._newest)
        if anothers:
            log.warning("index %s is %s; it is made anew", self._newest.name, ANOTHERS)
        return anothers

    def _lags(self) -> bool:
        """Tells whether other servers added so much that this directory, where nobody else adds, should
        have it.
        """
        if not self._catalogue.remote:
            return False
        with self._catalogue.reading() as connection:
            watermark = self._catalogue.watermark(connection)
        known = self._newest.manifest.watermark if self._newest else 0
        return watermark - known > PUBLISH_AFTER or (self._newest is None and watermark > 0)

    def _keep_up(self) -> None:
        """Publishes here what the catalogue holds."""
        try:
            with alone(self._root.parent):
                self._newest = self.publish()
        except (DatelineError, OSError) as error:  # a search must not fail for it
            log.warning("the index in %s is not brought up to date: %s", self._root, error)

    def snapshot(self, base: Generation | None) -> Snapshot:
        """Everything in the catalogue now: `base` with the changes past its watermark replayed.

        Without a base, or with one that the log no longer reaches back to, all is read anew from
        the catalogue; nothing is embedded again.
        """
        with self._catalogue.reading() as connection:
            return self._snapshot(connection, base)

    def _snapshot(self, connection: Connection, base: Generation | None) -> Snapshot:
        embedder = self._catalogue.settings_in(connection)["embedder"]
        if base is None or base.manifest.embedder != embedder or not self._follows(connection, base):
            return Snapshot.of_catalogue(self._catalogue, connection)
        added, removed = self._catalogue.changes(connection, base.manifest.watermark)
        later = Snapshot.of_catalogue(self._catalogue, connection, added)
        return Snapshot(
            embedder,
            later.watermark,
            (*base.segments, *later.segments),
            (base.lexical, *later.words),
            np.union1d(base.gone, np.array(removed, dtype=np.int64)),
        )

    def publish(self, *, afresh: bool = False) -> Generation:
        """Writes the catalogue's state as a new generation. Only the process that holds the lock may.

        It starts from the newest one unless `afresh`, so that little is written for a few articles.
        Raises NoSpace where it cannot be written.
        """
        try:
            return self._publish(afresh=afresh)
        except (OSError, ValueError) as error:  # tantivy tells of a full disk by a ValueError
            raise NoSpace(f"the index could not be written ({error}); the articles are safe") from error

    def _publish(self, *, afresh: bool) -> Generation:
        previous = self.current_name()
        base = None if afresh else self.newest()
        self._root.mkdir(exist_ok=True)
        for leftover in self._root.glob("*.tmp"):
            shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
        number = 1 + max((int(name[4:]) for name in self._names()), default=0)
        unfinished = self._root / f"gen-{number}.tmp"
        with self._catalogue.reading() as connection:
            watermark = self._catalogue.watermark(connection)
            if base is not None and not self._follows(connection, base):
                log.warning("index %s is %s; it is made anew", base.name, ANOTHERS)
                base = None
            if base is not None and base.manifest.watermark == watermark:
                return base
            known = {"watermark": watermark, "chain": chain(connection, watermark)}
            unfinished.mkdir()
            segments, count = self._write_indexes(connection, unfinished, base)
        self._write_manifest(unfinished, base, count=count, segments=segments, **known)
        durable.rename(unfinished, self._root / f"gen-{number}")
        durable.write(self._root / "CURRENT.tmp", f"gen-{number}\n".encode())
        durable.rename(self._root / "CURRENT.tmp", self._root / CURRENT)
        self._prune(keep={f"gen-{number}", base.name if base else previous})
        return self._open(f"gen-{number}")

    def faults(self) -> Iterator[str]:
        """Every difference between the newest generation and the catalogue, a sentence each."""
        current = self.current_name()
        if current is None:
            with self._catalogue.reading() as connection:
                if self._catalogue.watermark(connection):  # else nothing was ever added
                    yield "no index has been published"
            return
        try:
            generation = self._open(current, afresh=True)
        except (Damaged, OSError) as error:
            if self.current_name() == current:
                yield f"the index {current} is damaged: {error}"
            else:  # a writer published another one meanwhile
                yield from self.faults()
            return
        with self._catalogue.reading() as connection:
            if not self._follows(connection, generation):
                yield f"the index {current} is {ANOTHERS}"
                return
            snapshot = self._snapshot(connection, generation)
            held = self._catalogue.passage_ids(connection)
            yield from self._altered(connection, generation)
        vectors = [segment.columns.ids for segment in snapshot.segments]
        yield from _differences("vector", vectors, snapshot.gone, held)
        # What was gone when the generation was published must not stand in its words at all.
        removed = np.setdiff1d(snapshot.gone, generation.gone)
        yield from _differences("lexical", [words.ids() for words in snapshot.words], removed, held)

    def _altered(self, connection: Connection, generation: Generation) -> Iterator[str]:
        """Each passage whose vector in the index is not the catalogue's, a sentence each."""
        query = select(passage.c.id, passage.c.vector).order_by(passage.c.id)
        whole = 2 * self._dimension()  # bytes; a vector that was cut is told of as the catalogue's fault
        found = connection.execute(query, execution_options={"yield_per": COMPARED})
        rows = (row for row in found if len(row.vector) == whole)
        while some := list(islice(rows, COMPARED)):
            ids = np.array([row.id for row in some], dtype=np.int64)
            halves = np.frombuffer(b"".join(row.vector for row in some), dtype="<f2").reshape(len(some), -1)
            for segment in generation.segments:
                for passage_id in segment.altered(ids, halves):
                    yield f"the vector of passage {passage_id} in the index is not the catalogue's"

    def close(self) -> None:
        """Lets go of what is open. Searches that still run keep what they hold."""
        self._opened = self._newest = None

    def _names(self) -> list[str]:
        """Generations to try, the current one first, then from new to old."""
        there = [path.name for path in self._root.glob("gen-*") if path.name[4:].isdecimal()]
        newest_first = sorted(there, key=lambda name: int(name[4:]), reverse=True)
        current = self.current_name()
        return sorted(newest_first, key=lambda name: name != current)

    def _open(self, name: str, *, afresh: bool = False) -> Generation:
        """Verifies a generation and opens it.

        What the one opened before has in common with it is neither read nor opened again, unless
        `afresh`. Raises Damaged or OSError.
        """
        directory = self._root / name
        manifest = self._verified(directory)
        self._proved = manifest.prove(directory, frozenset() if afresh else self._proved)
        try:
            generation = Generation(
                name,
                manifest,
                tuple(self._segment(directory, manifest, segment) for segment in manifest.segments),
                LexicalIndex.open(directory / LEXICAL),
                np.load(io.BytesIO((directory / GONE).read_bytes()), allow_pickle=False),
            )
        except (RuntimeError, ValueError, KeyError, BadZipFile) as error:
            raise Damaged(str(error)) from error
        vectors = sum(len(segment) for segment in generation.segments) - len(generation.gone)
        if not vectors == len(generation.lexical) == manifest.count:
            raise Damaged(
                f"{vectors} vectors, {len(generation.lexical)} texts and {manifest.count} passages announced"
            )
        self._opened = generation
        return generation

    def _segment(self, directory: Path, manifest: Manifest, name: str) -> Segment:
        """The segment of that name: the one that is open already where its files are the same."""
        last = self._opened
        known = last.manifest.files_of(name) if last else {}
        if last and known and known == manifest.files_of(name):
            return last.segments[last.manifest.segments.index(name)]
        return Segment.open(directory / name)

    def _verified(self, directory: Path) -> Manifest:
        """Reads the manifest of a generation. Raises Damaged for one that was made with other settings."""
        manifest = Manifest.read(directory)
        made_with = self._catalogue.settings()
        expected = (int(made_with["dimension"]), made_with["embedder"], made_with["chunker"])
        if (manifest.dimension, manifest.embedder, manifest.chunker) != expected:
            raise Damaged(f"it was made with {manifest.embedder} and {manifest.chunker}")
        return manifest

    def _dimension(self) -> int:
        return int(self._catalogue.settings()["dimension"])

    def _follows(self, connection: Connection, base: Generation) -> bool:
        """Tells whether the changes that the log holds past the generation lead from it to the catalogue."""
        known = base.manifest
        reaches = self._catalogue.oldest_change(connection) <= known.watermark + 1
        return reaches and chain(connection, known.watermark) == known.chain

    def _write_indexes(
        self, connection: Connection, directory: Path, base: Generation | None
    ) -> tuple[list[str], int]:
        """Writes vectors and words; gives the names of the segments and the number of passages."""
        added: list[int] | None = None
        removed: list[int] = []
        if base is not None:
            added, removed = self._catalogue.changes(connection, base.manifest.watermark)
        LexicalIndex.build(
            self._catalogue.entries(connection, added),
            directory / LEXICAL,
            base=self._root / base.name / LEXICAL if base else None,
            removed=removed,
        )
        return self._write_segments(connection, directory, base, added, removed)

    def _write_segments(
        self,
        connection: Connection,
        directory: Path,
        base: Generation | None,
        added: list[int] | None,
        removed: list[int],
    ) -> tuple[list[str], int]:
        """Links the segments that stay, writes the others; gives all names and the number of passages."""
        old = dict(zip(base.manifest.segments, base.segments, strict=True)) if base else {}
        gone = np.union1d(base.gone if base else NONE_GONE, np.array(removed, dtype=np.int64))
        lost = [int(np.count_nonzero(segment.rows_of(gone))) for segment in old.values()]
        chosen = worth_merging([len(segment) for segment in old.values()], lost, len(added or ()))
        stay = {name: segment for i, (name, segment) in enumerate(old.items()) if i not in chosen}
        for name in stay:
            durable.link(self._root / base.name / name if base else directory, directory / name)
        fresh = filled(self._catalogue.facts(connection, added), self._dimension())
        again = [segment for name, segment in old.items() if name not in stay]
        names, count = list(stay), sum(len(segment) for segment in stay.values())
        for number, segment in enumerate(merged([*again, *fresh], gone) if again else fresh):
            names.append(f"{directory.stem}-{number}")
            segment.write(directory / names[-1])
            count += len(segment)
        still = [segment.columns.ids[segment.rows_of(gone)] for segment in stay.values()]
        gone = np.sort(np.concatenate([NONE_GONE, *still]))
        data = io.BytesIO()
        np.save(data, gone, allow_pickle=False)
        durable.write(directory / GONE, data.getvalue())
        return names, count - len(gone)

    def _write_manifest(self, directory: Path, base: Generation | None, **known: Any) -> None:
        made_with = self._catalogue.settings()
        files = {}
        for path in sorted(directory.rglob("*")):
            if path.is_file() and path.name not in LOCKS:
                name = path.relative_to(directory).as_posix()
                files[name] = self._known_file(name, path, base) or measured(path)
        manifest = Manifest(
            format=FORMAT,
            dimension=int(made_with["dimension"]),
            embedder=made_with["embedder"],
            chunker=made_with["chunker"],
            files=files,
            **known,
        )
        manifest.write(directory)
        for inside in (*directory.iterdir(), directory):
            if inside.is_dir():
                durable.sync(inside)

    def _known_file(self, name: str, path: Path, base: Generation | None) -> dict[str, Any] | None:
        """The entry of a file that is only a link to one of the base: it is durable and measured."""
        if base is None or name not in base.manifest.files:
            return None
        same = path.samefile(self._root / base.name / name)
        return base.manifest.files[name] if same else None

    def _prune(self, keep: set[str | None]) -> None:
        """Drops generations and changes that nothing needs any more."""
        watermarks = []
        for name in self._names():
            if name not in keep:
                # Renamed first: a reader that is opening it may still write a lock file there.
                durable.rename(self._root / name, self._root / f"{name}.tmp")
                shutil.rmtree(self._root / f"{name}.tmp", ignore_errors=True)
                continue
            try:
                watermarks.append(self._verified(self._root / name).watermark)
            except (Damaged, OSError) as error:
                log.warning("index %s cannot serve again: %s", name, error)
        self._catalogue.trim_changes(before=min(watermarks))


def _differences(side: str, indexed: Sequence[Ids], gone: Ids, held: Ids) -> Iterator[str]:
    """Describes how one side differs from the passages that the catalogue holds, a sentence each."""
    ids = np.concatenate([NONE_GONE, *indexed])
    ids = ids[~np.isin(ids, gone)]
    for passage_id in np.setdiff1d(held, ids):
        yield f"passage {passage_id} is missing from the {side} index"
    for passage_id in np.setdiff1d(ids, held):
        yield f"the {side} index holds passage {passage_id}, which is not in the catalogue"
    if twice := len(ids) - len(np.unique(ids)):
        yield f"the {side} index holds {twice} passages twice"
