"""Collection statistics: the number of articles of each outlet, month by month."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import sqlalchemy as sa

from index.catalogue.catalogue import Catalogue
from index.catalogue.rows import IS_CURRENT
from index.catalogue.tables import article, version


@dataclass(frozen=True, slots=True)
class Holding:
    """Number of articles that one outlet published in one month, of which `month` is the first day.

    Without an outlet it is unknown who printed them, without a month when.
    """

    outlet: str | None
    month: date | None
    articles: int


class Holdings:
    """Counts of a catalogue, made again only after a change; threads may share it."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._counted = lru_cache(maxsize=1)(self._count)

    def counted(self) -> list[Holding]:
        """All of it; by outlet, then by month, what is unknown first."""
        with self._catalogue.reading() as connection:
            watermark = self._catalogue.watermark(connection)
        return self._counted(watermark)

    def _count(self, _: int) -> list[Holding]:
        return holdings(self._catalogue)


def holdings(catalogue: Catalogue) -> list[Holding]:
    """The current versions of all articles, counted; by outlet, then by month, what is unknown first."""
    year = sa.extract("year", version.c.published).label("year")
    month = sa.extract("month", version.c.published).label("month")
    counted = (
        sa.select(version.c.outlet, year, month, sa.func.count().label("articles"))
        .join_from(article, version, IS_CURRENT)
        .group_by(version.c.outlet, year, month)
    )
    with catalogue.reading() as connection:
        rows = connection.execute(counted).all()
    return _ordered(Holding(row.outlet, _first_day(row.year, row.month), row.articles) for row in rows)


def _ordered(held: Iterable[Holding]) -> list[Holding]:
    """In one order whatever the database, whose own of letters and of NULL differ."""
    return sorted(held, key=lambda one: (one.outlet or "", one.month or date.min))


def _first_day(year: int | None, month: int | None) -> date | None:
    return None if year is None or month is None else date(int(year), int(month), 1)
