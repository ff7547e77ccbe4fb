"""Filters as conditions of the catalogue's queries."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from index.catalogue.tables import version
from index.records import Filters

ROWS_AT_ONCE = 1000  # in memory, of those that a whole archive is read by


def written_by(connection: Connection, query: sa.Select[Any], filters: Filters | None) -> Iterator[int]:
    """The ids of the rows, each an id and a byline, whose byline holds one of the authors asked for."""
    # Not in SQL, for databases differ in which letters they take for one another.
    names = [name.casefold() for name in filters.authors] if filters else []
    for row_id, author in connection.execute(query, execution_options={"yield_per": ROWS_AT_ONCE}):
        if not names or any(name in (author or "").casefold() for name in names):
            yield row_id


def conditions(filters: Filters | None) -> list[sa.ColumnElement[bool]]:
    """Conditions that rows must meet to pass the filters, but for the authors."""
    if filters is None:
        return []
    found = []
    out_by = sa.func.coalesce(version.c.published_last, version.c.published)
    if filters.since:
        found.append(out_by >= filters.since)
    until = min((day for day in (filters.until, filters.as_of) if day), default=None)
    if until:
        found.append(out_by <= until)
    if filters.outlets:
        found.append(version.c.outlet.in_(filters.outlets))
    if filters.languages:
        found.append(version.c.language.in_(filters.languages))
    return found
