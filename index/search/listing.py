"""The articles of an archive to leaf through: by words they mention, in an order, counted by facet."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

from sqlalchemy import select

from index.archive import Archive
from index.backends.local.lexical import stems
from index.catalogue.filters import ROWS_AT_ONCE, conditions
from index.catalogue.rows import IS_CURRENT
from index.catalogue.tables import article, version
from index.records import Article, Filters
from index.search.mentions import mentions

Sort = Literal["added", "newest", "oldest", "mentions"]
Facet = Literal["outlet", "month", "author", "language"]

MOST_VALUES = 50  # of a facet, the commonest
SEARCHES_KEPT = 2  # with all their rows, so that the pages of one cost no second search

_PHRASE = re.compile(r'"([^"]+)"|(\S+)')


@dataclass(frozen=True, slots=True)
class Row:
    """An article as it is sorted and counted. `mentions` are those of the words that were looked for."""

    id: int
    outlet: str | None
    author: str | None
    published: date | None
    language: str | None
    mentions: int = 0

    @property
    def month(self) -> str | None:
        return f"{self.published:%Y-%m}" if self.published else None


class Listing:
    """The current versions of an archive's articles; threads may share it."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._catalogue = archive.visits.catalogue
        self._found = lru_cache(SEARCHES_KEPT)(self._find)

    def rows(self, words: str = "", filters: Filters | None = None, sort: Sort = "added") -> list[Row]:
        """Every article that mentions all the words, and those in quotation marks side by side; all for none.

        What has no date comes last. Raises BadValue where it is limited to an outlet that is not there.
        """
        filters = self._archive.resolved(filters or Filters())
        with self._catalogue.reading() as connection:
            watermark = self._catalogue.watermark(connection)
        return sorted(self._found(watermark, words, filters), key=_KEYS[sort])

    def articles(self, rows: Sequence[Row]) -> Iterator[Article]:
        """The articles of those rows, in their order; one that was removed meanwhile is left out."""
        for start in range(0, len(rows), ROWS_AT_ONCE):
            ids = [row.id for row in rows[start : start + ROWS_AT_ONCE]]
            with self._catalogue.reading() as connection:
                found = self._catalogue.articles_of(connection, ids, damaged=[])
            yield from (found[one] for one in ids if one in found)

    def _find(self, _: int, words: str, filters: Filters) -> list[Row]:
        phrases = sorted({quoted or word for quoted, word in _PHRASE.findall(words)}, key=len, reverse=True)
        phrases = [phrase for phrase in phrases if stems(phrase)]
        return self._mentioning(phrases, filters) if phrases else self._all(filters)

    def _mentioning(self, phrases: Sequence[str], filters: Filters) -> list[Row]:
        first, *rest = phrases
        held = [(one, [count]) for one, count in self._archive.mentioning(first, filters)]
        for phrase in rest:
            counts = {one.id: count for one, count in mentions((one for one, _ in held), phrase)}
            held = [(one, [*before, counts[one.id]]) for one, before in held if one.id in counts]
        return [
            Row(one.id, one.outlet, one.author, one.published, one.language, sum(counts))
            for one, counts in held
        ]

    def _all(self, filters: Filters) -> list[Row]:
        names = [name.casefold() for name in filters.authors]
        columns = (version.c.outlet, version.c.author, version.c.published, version.c.language)
        query = select(article.c.id, *columns).join_from(article, version, IS_CURRENT)
        with self._catalogue.reading() as connection:
            found = connection.execute(query.where(*conditions(filters)).order_by(article.c.id))
            rows = [Row(*row) for row in found]
        return [
            row for row in rows if not names or any(name in (row.author or "").casefold() for name in names)
        ]


def facets(rows: Sequence[Row]) -> Mapping[Facet, list[tuple[str, int]]]:
    """Counts the articles of each outlet, month, author and language; commonest first, months in order."""
    values: dict[Facet, Callable[[Row], str | None]] = {
        "outlet": lambda row: row.outlet,
        "month": lambda row: row.month,
        "author": lambda row: row.author,
        "language": lambda row: row.language,
    }
    counted = {facet: Counter(filter(None, map(value, rows))) for facet, value in values.items()}
    told = {facet: counts.most_common(MOST_VALUES) for facet, counts in counted.items()}
    return told | {"month": sorted(told["month"], reverse=True)}


_KEYS: dict[Sort, Callable[[Row], tuple[int, ...]]] = {
    "added": lambda row: (row.id,),
    "newest": lambda row: (-_ordinal(row, last=0), row.id),
    "oldest": lambda row: (_ordinal(row, last=date.max.toordinal()), row.id),
    "mentions": lambda row: (-row.mentions, -_ordinal(row, last=0), row.id),
}


def _ordinal(row: Row, last: int) -> int:
    return row.published.toordinal() if row.published else last
