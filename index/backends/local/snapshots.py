"""Snapshots: all passages of an archive at one moment, in segments, ready to be searched.

A generation is a list of segments, which are files that never change, and the passages in them that are
gone. Adding a few articles writes one small segment beside the large ones; now and then the newest are
written anew as one, as in a log-structured merge tree (O'Neil et al. 1996), so that there are never many.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, Self, TypeVar

import numpy as np
from sqlalchemy import Connection

from index import durable
from index.backends.local.columns import UNKNOWN, Column, Columns, Facts, Ids, Mask
from index.backends.local.lexical import LexicalIndex
from index.backends.local.vectors import FaissIndex, Halves
from index.catalogue.catalogue import Catalogue
from index.errors import Damaged
from index.models.embedding import Vectors
from index.records import Filters

Found = TypeVar("Found")

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


NONE_GONE = np.empty(0, dtype=np.int64)
REMEMBERED = 16  # filters; a server is asked with the same ones again and again


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts of what the archive holds. `oldest` and `newest` are days of publication."""

    articles: int
    passages: int
    outlets: tuple[str, ...]
    oldest: date | None
    newest: date | None
    undated: int
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Allowed:
    """The passages that a search may find."""

    ids: Mask  # by passage id
    rows: tuple[Mask, ...]  # of each segment


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All passages at one moment: those of a generation, those that came after it, less those that went.

    It is immutable: a search that holds one is not disturbed by the next. BM25 scores of the few
    passages that came after are computed among themselves, so they run low until published.
    """

    embedder: str
    watermark: int
    segments: tuple[Segment, ...]
    words: tuple[LexicalIndex, ...]
    gone: Ids  # ascending: passages that stand in a segment and are there no more
    _allowed: dict[Filters, Allowed] = field(default_factory=dict, compare=False, repr=False)
    _summaries: dict[Filters, Summary] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of_catalogue(
        cls, catalogue: Catalogue, connection: Connection, ids: Sequence[int] | None = None
    ) -> Self:
        """Reads those passages, or all, from the catalogue; embeds nothing."""
        made_with = catalogue.settings_in(connection)
        segments = tuple(filled(catalogue.facts(connection, ids), int(made_with["dimension"])))
        words = (LexicalIndex.build(catalogue.entries(connection, ids)),) if ids is None or len(ids) else ()
        return cls(made_with["embedder"], catalogue.watermark(connection), segments, words, NONE_GONE)

    def __len__(self) -> int:
        return sum(len(segment) for segment in self.segments) - len(self.gone)

    def nearest(self, vector: Vectors, k: int, allowed: Allowed | None = None) -> list[tuple[int, float]]:
        """At most k (passage id, cosine), best first, among `allowed` where it is given."""
        allowed = allowed or self.allowed()
        return best(
            k,
            (
                segment.search(vector, k, allowed.rows[i] if allowed else None)
                for i, segment in enumerate(self.segments)
            ),
        )

    def matching(self, text: str, k: int, allowed: Allowed | None = None) -> list[tuple[int, float]]:
        """At most k (passage id, BM25 score), best first, among `allowed` where it is given."""
        allowed = allowed or self.allowed()
        return best(k, (words.search(text, k, allowed.ids if allowed else None) for words in self.words))

    def known(self, passage_ids: Iterable[int], vector: Vectors) -> Iterator[tuple[Facts, float]]:
        """Of each of those passages, the facts and the cosine to that vector, in no order."""
        ids = np.array(sorted(passage_ids), dtype=np.int64)
        for segment in self.segments:
            yield from segment.known(ids, vector)

    def passages_with(self, stem: str) -> int:
        """Counts the passages that hold a word of that stem; removed ones may be counted."""
        return sum(words.passages_with(stem) for words in self.words)

    def allowed(self, filters: Filters | None = None) -> Allowed | None:
        """The passages that pass the filters; None where they are all that any segment holds."""
        filters = filters or Filters()
        if not filters and not len(self.gone):
            return None
        return _remembered(self._allowed, filters, self._passing)

    def _passing(self, filters: Filters) -> Allowed:
        rows = tuple(
            segment.columns.passing(filters) & ~segment.rows_of(self.gone) for segment in self.segments
        )
        columns = [segment.columns for segment in self.segments]
        return Allowed(_marked([c.ids for c in columns], rows), rows)

    def summary(self, filters: Filters | None = None) -> Summary:
        """Counts what the archive holds, or what of it passes the filters."""
        return _remembered(self._summaries, filters or Filters(), self._counted)

    def _counted(self, filters: Filters) -> Summary:
        allowed = self.allowed(filters)
        columns = [segment.columns for segment in self.segments]
        rows = allowed.rows if allowed else tuple(np.ones(len(c), dtype=np.bool_) for c in columns)
        days = np.concatenate(
            [np.empty(0, np.int32), *(c.published[r] for c, r in zip(columns, rows, strict=True))]
        )
        dated = days[days != UNKNOWN]
        undated = [r & (c.published == UNKNOWN) for c, r in zip(columns, rows, strict=True)]
        return Summary(
            articles=_articles(columns, rows),
            passages=len(days),
            outlets=_texts([c.outlets for c in columns], rows),
            oldest=date.fromordinal(int(dated.min())) if len(dated) else None,
            newest=date.fromordinal(int(dated.max())) if len(dated) else None,
            undated=_articles(columns, undated),
            languages=_texts([c.languages for c in columns], rows),
        )


def _remembered(known: dict[Filters, Found], filters: Filters, find: Callable[[Filters], Found]) -> Found:
    """What was found for those filters, or is now; the oldest of more than REMEMBERED is forgotten."""
    found = known.get(filters)
    if found is None:
        while len(known) >= REMEMBERED:
            known.pop(next(iter(known)), None)
        found = known[filters] = find(filters)
    return found


def _texts(columns: Sequence[Column], rows: Sequence[Mask]) -> tuple[str, ...]:
    """The different texts of those rows, in order."""
    return tuple(sorted(set().union(*(c.present(r) for c, r in zip(columns, rows, strict=True)))))


def _articles(columns: Sequence[Columns], rows: Sequence[Mask]) -> int:
    """Counts the different articles in those rows."""
    return int(np.count_nonzero(_marked([c.articles for c in columns], rows)))


def _marked(ids: Sequence[Ids], rows: Sequence[Mask]) -> Mask:
    """A mask by id, true for the ids that stand in those rows."""
    marked = np.zeros(max((int(some.max()) for some in ids if len(some)), default=0) + 1, dtype=np.bool_)
    for some, chosen in zip(ids, rows, strict=True):
        marked[some[chosen]] = True
    return marked


def best(k: int, found: Iterable[list[tuple[int, float]]]) -> list[tuple[int, float]]:
    """The k best of several lists of (passage id, score)."""
    pairs = [pair for some in found for pair in some]
    return sorted(pairs, key=lambda pair: -pair[1])[:k]
