"""Segments: passages that were published together, as files that never change.

A generation is a list of segments and the passages in them that are gone. Adding a few articles
writes one small segment beside the large ones; now and then the newest are written anew as one, as
in a log-structured merge tree (O'Neil et al. 1996), so that there are never many.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Self

import numpy as np

from index import durable
from index.backends.local.columns import Columns, Facts, Ids, Mask
from index.backends.local.vectors import FaissIndex, Halves
from index.errors import Damaged
from index.models.embedding import Vectors

COLUMNS = "columns.npz"

LARGEST = 250_000  # passages of a segment: bounds what is ever written, or held to write it, at one time
SMALL = 4_096  # passages; a segment of so few is always written anew with the next
GROWTH = 3  # a segment is written anew with newer ones that come to a third of it
WASTE = 0.2  # the share of a segment that may be gone before it is written anew


@dataclass(frozen=True, slots=True)
class Segment:
    """Passages in the order of their ids: their vectors, and what filters ask of them."""

    columns: Columns
    vectors: FaissIndex

    @classmethod
    def build(cls, columns: Columns, halves: Halves) -> Self:
        """A segment of those rows."""
        return cls(columns, FaissIndex.build(halves))

    @classmethod
    def open(cls, directory: Path) -> Self:
        """The segment written there, whose files must have been verified.

        Raises ValueError, KeyError or RuntimeError where they cannot be read.
        """
        segment = cls(Columns.from_bytes((directory / COLUMNS).read_bytes()), FaissIndex.open(directory))
        if len(segment.columns) != len(segment.vectors):
            raise ValueError(f"{len(segment.vectors)} vectors of {len(segment.columns)} passages")
        return segment

    def write(self, directory: Path) -> None:
        """Writes it into a new directory."""
        directory.mkdir()
        self.vectors.write(directory)
        durable.write(directory / COLUMNS, self.columns.to_bytes())

    def __len__(self) -> int:
        return len(self.columns)

    def rows_of(self, passage_ids: Ids) -> Mask:
        """The rows of those passages, given ascending; those that are not here are passed over."""
        mask = np.zeros(len(self), dtype=np.bool_)
        mask[self._places(passage_ids)] = True
        return mask

    def _places(self, passage_ids: Ids) -> Ids:
        places = np.searchsorted(self.columns.ids, passage_ids)
        inside = places < len(self)
        here: Ids = places[inside][self.columns.ids[places[inside]] == passage_ids[inside]]
        return here

    def known(self, passage_ids: Ids, vector: Vectors) -> Iterator[tuple[Facts, float]]:
        """Of those of the passages that are here, the facts and the cosine to that vector."""
        rows = self._places(passage_ids)
        cosines = self.vectors.halves[rows].astype(np.float32) @ vector
        return zip(map(self.columns.facts, rows.tolist()), cosines.tolist(), strict=True)

    def altered(self, passage_ids: Ids, halves: Halves) -> Ids:
        """Selects the passages, given ascending, that are here with another vector than the one given."""
        rows = self._places(passage_ids)
        given = halves[np.isin(passage_ids, self.columns.ids[rows])]
        differ = (self.vectors.halves[rows].view(np.uint16) != given.view(np.uint16)).any(axis=1)
        found: Ids = self.columns.ids[rows[differ]]
        return found

    def search(self, vector: Vectors, k: int, rows: Mask | None) -> list[tuple[int, float]]:
        """At most k (passage id, cosine), best first, among those rows where they are given."""
        found = self.vectors.search(vector, k, rows)
        return [(int(self.columns.ids[row]), score) for row, score in found]


def filled(rows: Iterable[Any], dimension: int) -> Iterator[Segment]:
    """Segments of the catalogue's rows, in the order of their ids; only one is held at a time."""
    rows = iter(rows)
    while some := list(islice(rows, LARGEST)):
        halves = np.frombuffer(b"".join(row.vector for row in some), dtype="<f2")
        if len(halves) != len(some) * dimension:
            raise Damaged("the catalogue holds a vector that was cut; find it with: dateline check")
        yield Segment.build(Columns.of(some), halves.reshape(len(some), dimension))


def merged(segments: Sequence[Segment], gone: Ids) -> Iterator[Segment]:
    """The same passages without those that are gone, in as few segments as may be."""
    if not segments:
        return
    columns = Columns.joined([segment.columns for segment in segments])
    halves = np.concatenate([segment.vectors.halves for segment in segments])
    kept = np.flatnonzero(~np.isin(columns.ids, gone))
    in_order = kept[np.argsort(columns.ids[kept])]
    for first in range(0, len(in_order), LARGEST):
        rows = in_order[first : first + LARGEST]
        yield Segment.build(columns.at(rows), halves[rows])


def worth_merging(sizes: Sequence[int], gone: Sequence[int], fresh: int) -> set[int]:
    """Chooses which segments, from old to new, should be written anew as one with `fresh` new passages.

    `gone` counts the passages of each that are there no more. Each passage is written anew a number
    of times that grows with the logarithm of how many there are.
    """
    wasteful = {i for i, size in enumerate(sizes) if gone[i] > WASTE * size}
    newest: set[int] = set()
    total = fresh
    for i in reversed(range(len(sizes)) if fresh else ()):
        live = sizes[i] - gone[i]
        if live > max(SMALL, GROWTH * total) or live + total > LARGEST:
            break
        newest.add(i)
        total += live
    return wasteful | newest
