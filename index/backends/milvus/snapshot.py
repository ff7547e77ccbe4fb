"""All passages at one moment: those that Milvus holds, and those it has not been told of yet."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
import sqlalchemy as sa

from index.backends.local.columns import Facts
from index.backends.local.lexical import STEMS_KEPT, stems
from index.backends.local.snapshots import REMEMBERED, Allowed, Snapshot, Summary, best, filled
from index.backends.milvus import collections
from index.backends.milvus.server import SECONDS, Server
from index.catalogue.catalogue import Catalogue
from index.catalogue.summaries import summarised
from index.catalogue.tables import version
from index.models.embedding import Vectors
from index.records import Filters

MOST = 16_384  # passages that Milvus gives at one time
WIDTH = 128  # candidates that a search of the graph keeps, or twice what is asked for

Ranked = list[tuple[int, float]]


@dataclass(frozen=True, slots=True)
class Passing:
    """The passages that a search may find: in Milvus, and among those it has not been told of."""

    expression: str
    later: Allowed | None


@dataclass(frozen=True, slots=True)
class Published:
    """Passages that Milvus holds, searched by an alias."""

    server: Server
    alias: str
    words: bool  # whether they can be matched
    count: int  # passages
    gone: frozenset[int]  # those of them that were removed since


class Moment:
    """All passages as Milvus and `later`, those it has not been told of, hold them together.

    Milvus goes on meanwhile, so a passage may stand in both. BM25 scores of the few that came later are
    computed among themselves, so they run low until published.
    """

    def __init__(self, catalogue: Catalogue, published: Published | None, later: Snapshot) -> None:
        """`published` is None where nothing was published yet, and all came later."""
        self.embedder = later.embedder
        self.watermark = later.watermark
        self._catalogue = catalogue
        self._published = published
        self._later = later
        self._counted = lru_cache(STEMS_KEPT)(self._count)
        self._summarised = lru_cache(REMEMBERED)(self._summarise)
        self._bylines = cache(self._read_bylines)

    def __len__(self) -> int:
        published = self._published
        return len(self._later) + (max(0, published.count - len(published.gone)) if published else 0)

    def nearest(self, vector: Vectors, k: int, allowed: Passing | None = None) -> Ranked:
        """At most k (passage id, cosine), best first, among `allowed` where it is given."""
        later = self._later.nearest(vector, k, allowed.later if allowed else None)
        return best(k, (self._found("vector", vector, k, allowed, later), later))

    def matching(self, text: str, k: int, allowed: Passing | None = None) -> Ranked:
        """At most k (passage id, BM25 score), best first, among `allowed` where it is given."""
        later = self._later.matching(text, k, allowed.later if allowed else None)
        asked = " ".join(dict.fromkeys(stems(text)))
        if not asked or not self._published or not self._published.words:
            return later
        found = self._found("bm25", asked, k, allowed, later)
        # Milvus gives BM25 as a likeness, and milvus-lite as a distance below 0.
        return best(k, ([(passage_id, abs(score)) for passage_id, score in found], later))

    def _found(
        self, field: str, asked: Vectors | str, k: int, allowed: Passing | None, later: Ranked
    ) -> Ranked:
        """Searches one field of Milvus, and leaves out what is gone and what was found `later` as well."""
        if self._published is None:
            return []
        alias, gone = self._published.alias, self._published.gone
        limit = min(MOST, k + len(gone))
        graph = {"params": {"ef": max(WIDTH, 2 * limit)}}
        (hits,) = self._published.server.ask_loaded(
            "search",
            alias,
            [asked],
            anns_field=field,
            filter=allowed.expression if allowed else "",
            limit=limit,
            search_params=graph if field == "vector" else {},
            consistency_level="Bounded",
            timeout=SECONDS,
        )
        passed_over = gone | {passage_id for passage_id, _ in later}
        return [(hit["id"], hit["distance"]) for hit in hits if hit["id"] not in passed_over]

    def known(self, passage_ids: Iterable[int], vector: Vectors) -> Iterator[tuple[Facts, float]]:
        """Of each of those passages, the facts and the cosine to that vector, in no order.

        The catalogue has both, of what Milvus holds and of what it was not told of.
        """
        with self._catalogue.reading() as connection:
            found = list(self._catalogue.facts(connection, list(passage_ids)))
        ids = np.array([row.id for row in found], dtype=np.int64)
        for segment in filled(found, len(vector)):
            yield from segment.known(ids, vector)

    def passages_with(self, stem: str) -> int:
        """Counts the passages that hold a word of that stem; removed ones may be counted."""
        return self._counted(stem) + self._later.passages_with(stem)

    def _count(self, stem: str) -> int:
        published = self._published
        if published is None or not published.words:
            return 0
        holding = f"text_match(words, {collections.literal(stem)})"
        return counted(published.server, published.alias, holding)

    def allowed(self, filters: Filters | None = None) -> Passing | None:
        """The passages that pass the filters; None where they are all."""
        if not filters:
            return None
        bylines = self._bylines() if filters.authors else ()
        return Passing(collections.expression(filters, bylines), self._later.allowed(filters))

    def _read_bylines(self) -> tuple[str, ...]:
        with self._catalogue.reading() as connection:
            there = connection.scalars(sa.select(version.c.author).distinct())
            return tuple(byline for byline in there if byline is not None)

    def summary(self, filters: Filters | None = None) -> Summary:
        """Counts what the archive holds, or what of it passes the filters."""
        return self._summarised(filters or Filters())

    def _summarise(self, filters: Filters) -> Summary:
        with self._catalogue.reading() as connection:
            return summarised(connection, filters)


def counted(server: Server, collection: str, expression: str = "", consistency: str = "Bounded") -> int:
    """Counts the passages of a collection that pass the expression."""
    (row,) = server.ask_loaded(
        "query",
        collection,
        filter=expression,
        output_fields=["count(*)"],
        consistency_level=consistency,
        timeout=SECONDS,
    )
    count: int = row["count(*)"]
    return count
