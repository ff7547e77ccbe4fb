"""Derived indexes on disk: published whole, verified before use, brought up to date by replay.

A generation is a directory of files with a manifest; it never changes. `CURRENT` names the newest
and the one before it is kept. A kill at any point leaves the old one or the new one.
"""

import hashlib
import json
import logging
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Connection

from index import durable
from index.catalogue import Catalogue
from index.embedding import Vectors
from index.errors import Damaged
from index.lexical import LOCKS, LexicalIndex
from index.vectors import FaissIndex, Ids, VectorIndex

log = logging.getLogger(__name__)

FORMAT = 1
VECTORS, LEXICAL, MANIFEST, CURRENT = "vectors.faiss", "lexical", "manifest.json", "CURRENT"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation holds, and the proof that its files are whole."""

    format: int
    watermark: int  # the newest change of the catalogue that it knows
    count: int  # passages
    dimension: int
    embedder: str
    chunker: str
    files: dict[str, dict[str, Any]]  # relative path → {"sha256", "size"}
    seal: str = ""  # sha256 of all the above

    def sealed(self) -> str:
        """What `seal` must be."""
        known = {name: value for name, value in asdict(self).items() if name != "seal"}
        return hashlib.sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Generation:
    """An opened generation."""

    name: str
    manifest: Manifest
    vectors: VectorIndex
    lexical: LexicalIndex


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All passages at one moment: a generation, what came after it and what went.

    It is immutable: a search that holds one is not disturbed by the next. BM25 scores of the few
    passages that came after are computed among themselves, so they run low until published.
    """

    embedder: str
    watermark: int
    vectors: VectorIndex
    lexical: LexicalIndex
    later_vectors: VectorIndex
    later_lexical: LexicalIndex
    removed: frozenset[int]

    def __len__(self) -> int:
        return len(self.vectors) + len(self.later_vectors) - len(self.removed)

    def nearest(self, vector: Vectors, k: int, allowed: Ids | None = None) -> list[tuple[int, float]]:
        """At most k (passage id, cosine), best first."""
        found = [
            index.search(vector, k + len(self.removed), allowed)
            for index in (self.vectors, self.later_vectors)
        ]
        return self._best(found, k)

    def matching(self, text: str, k: int, allowed: Ids | None = None) -> list[tuple[int, float]]:
        """At most k (passage id, BM25 score), best first."""
        found = [
            index.search(text, k + len(self.removed), allowed) for index in (self.lexical, self.later_lexical)
        ]
        return self._best(found, k)

    def passages_with(self, stem: str) -> int:
        """How many passages hold a word of that stem; removed ones may be counted."""
        return self.lexical.passages_with(stem) + self.later_lexical.passages_with(stem)

    def _best(self, found: Sequence[list[tuple[int, float]]], k: int) -> list[tuple[int, float]]:
        kept = [pair for pairs in found for pair in pairs if pair[0] not in self.removed]
        return sorted(kept, key=lambda pair: -pair[1])[:k]


class Generations:
    """The generations of one archive, in one directory."""

    def __init__(self, root: Path, catalogue: Catalogue) -> None:
        """`root` is made when the first generation is published."""
        self._root = root
        self._catalogue = catalogue

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

    def snapshot(self, base: Generation | None) -> Snapshot:
        """Everything in the catalogue now: `base` with the changes past its watermark replayed.

        Without a base, or with one that the log no longer reaches back to, all is read anew from
        the catalogue; nothing is embedded again.
        """
        with self._catalogue.reading() as connection:
            return self._snapshot(connection, base)

    def _snapshot(self, connection: Connection, base: Generation | None) -> Snapshot:
        made_with = self._catalogue.settings_in(connection)
        embedder = made_with["embedder"]
        empty = FaissIndex.empty(int(made_with["dimension"]))
        watermark = self._catalogue.watermark(connection)
        if base is None or base.manifest.embedder != embedder or not self._reaches(connection, base):
            vectors = self._filled(connection, empty, None)
            lexical = LexicalIndex.build(self._catalogue.entries(connection))
            return Snapshot(embedder, watermark, vectors, lexical, empty, LexicalIndex.build([]), frozenset())
        added, removed = self._catalogue.changes(connection, base.manifest.watermark)
        later = self._filled(connection, empty, added)
        words = LexicalIndex.build(self._catalogue.entries(connection, added))
        return Snapshot(embedder, watermark, base.vectors, base.lexical, later, words, frozenset(removed))

    def publish(self, *, afresh: bool = False) -> Generation:
        """Writes the catalogue's state as a new generation. Only the process that holds the lock may.

        It starts from the newest one unless `afresh`, so that little is written for a few articles.
        """
        previous = self.current_name()
        base = None if afresh else self.newest()
        self._root.mkdir(exist_ok=True)
        for leftover in self._root.glob("*.tmp"):
            shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
        number = 1 + max((int(name[4:]) for name in self._names()), default=0)
        unfinished = self._root / f"gen-{number}.tmp"
        with self._catalogue.reading() as connection:
            watermark = self._catalogue.watermark(connection)
            if base is not None and base.manifest.watermark == watermark:
                return base
            if base is not None and not self._reaches(connection, base):
                base = None
            unfinished.mkdir()
            count = self._write_indexes(connection, unfinished, base)
        self._write_manifest(unfinished, watermark, count, base)
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
            generation = self._open(current)
        except (Damaged, OSError) as error:
            if self.current_name() == current:
                yield f"the index {current} is damaged: {error}"
            else:  # a writer published another one meanwhile
                yield from self.faults()
            return
        with self._catalogue.reading() as connection:
            snapshot = self._snapshot(connection, generation)
            held = set(self._catalogue.passage_ids(connection).tolist())
        for side, main, later in (
            ("vector", generation.vectors.ids(), snapshot.later_vectors.ids()),
            ("lexical", generation.lexical.ids(), snapshot.later_lexical.ids()),
        ):
            indexed = [int(i) for i in (*main, *later) if i not in snapshot.removed]
            yield from _differences(side, indexed, held)

    def _names(self) -> list[str]:
        """Generations to try, the current one first, then from new to old."""
        there = [path.name for path in self._root.glob("gen-*") if path.suffix != ".tmp"]
        newest_first = sorted(there, key=lambda name: int(name[4:]), reverse=True)
        current = self.current_name()
        return sorted(newest_first, key=lambda name: name != current)

    def _open(self, name: str) -> Generation:
        directory = self._root / name
        manifest = self._verified(directory)
        data = (directory / VECTORS).read_bytes()
        _verify(VECTORS, data, manifest)
        for path in manifest.files:
            if path != VECTORS:
                _verify(path, (directory / path).read_bytes(), manifest)
        try:
            vectors = FaissIndex.from_bytes(data)
            lexical = LexicalIndex.open(directory / LEXICAL)
        except (RuntimeError, ValueError) as error:
            raise Damaged(str(error)) from error
        if not len(vectors) == len(lexical) == manifest.count:
            raise Damaged(
                f"{len(vectors)} vectors, {len(lexical)} texts and {manifest.count} passages announced"
            )
        return Generation(name, manifest, vectors, lexical)

    def _verified(self, directory: Path) -> Manifest:
        try:
            manifest = Manifest(**json.loads((directory / MANIFEST).read_bytes()))
        except (ValueError, TypeError) as error:
            raise Damaged(f"{MANIFEST} cannot be read: {error}") from error
        if manifest.seal != manifest.sealed():
            raise Damaged(f"{MANIFEST} is not the file that was published")
        made_with = self._catalogue.settings()
        expected = (FORMAT, int(made_with["dimension"]), made_with["embedder"], made_with["chunker"])
        if (manifest.format, manifest.dimension, manifest.embedder, manifest.chunker) != expected:
            raise Damaged(f"it was made with {manifest.embedder} and {manifest.chunker}")
        return manifest

    def _dimension(self) -> int:
        return int(self._catalogue.settings()["dimension"])

    def _reaches(self, connection: Connection, base: Generation) -> bool:
        """Whether the log still holds every change past the generation."""
        return self._catalogue.oldest_change(connection) <= base.manifest.watermark + 1

    def _filled(self, connection: Connection, index: VectorIndex, ids: list[int] | None) -> VectorIndex:
        """The index with the vectors of those passages, or of all."""
        entries = list(self._catalogue.entries(connection, ids))
        vectors = np.array([entry.vector for entry in entries], dtype=np.float32)
        return index.updated(np.array([entry.passage_id for entry in entries], dtype=np.int64), vectors)

    def _write_indexes(self, connection: Connection, directory: Path, base: Generation | None) -> int:
        added: list[int] | None = None
        removed: list[int] = []
        vectors: VectorIndex = FaissIndex.empty(self._dimension())
        if base is not None:
            added, removed = self._catalogue.changes(connection, base.manifest.watermark)
            vectors = base.vectors.updated(np.array([], dtype=np.int64), _no_vectors(vectors), removed)
        vectors = self._filled(connection, vectors, added)
        durable.write(directory / VECTORS, vectors.to_bytes())
        LexicalIndex.build(
            self._catalogue.entries(connection, added),
            directory / LEXICAL,
            base=self._root / base.name / LEXICAL if base else None,
            removed=removed,
        )
        return len(vectors)

    def _write_manifest(self, directory: Path, watermark: int, count: int, base: Generation | None) -> None:
        made_with = self._catalogue.settings()
        files = {}
        for path in sorted(directory.rglob("*")):
            if path.is_file() and path.name not in LOCKS:
                name = path.relative_to(directory).as_posix()
                files[name] = self._known_file(name, path, base) or _measured(path)
        manifest = Manifest(
            FORMAT,
            watermark,
            count,
            int(made_with["dimension"]),
            made_with["embedder"],
            made_with["chunker"],
            files,
        )
        manifest = replace(manifest, seal=manifest.sealed())
        durable.write(directory / MANIFEST, json.dumps(asdict(manifest), indent=1).encode())
        durable.sync(directory / LEXICAL)
        durable.sync(directory)

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


def _verify(name: str, data: bytes, manifest: Manifest) -> None:
    if hashlib.sha256(data).hexdigest() != manifest.files.get(name, {}).get("sha256"):
        raise Damaged(f"{name} is not the file that was published")


def _measured(path: Path) -> dict[str, Any]:
    durable.sync(path)
    data = path.read_bytes()
    return {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}


def _no_vectors(index: VectorIndex) -> Vectors:
    return np.empty((0, index.dimension), dtype=np.float32)


def _differences(side: str, indexed: list[int], held: set[int]) -> Iterator[str]:
    for passage_id in sorted(held - set(indexed)):
        yield f"passage {passage_id} is missing from the {side} index"
    for passage_id in sorted(set(indexed) - held):
        yield f"the {side} index holds passage {passage_id}, which is not in the catalogue"
    if len(indexed) != len(set(indexed)):
        yield f"the {side} index holds {len(indexed) - len(set(indexed))} passages twice"
