"""Summary of an archive, counted by its database: for an index that keeps no such columns itself."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, func, select

from index.backends.local.snapshots import Summary
from index.catalogue.filters import conditions
from index.catalogue.tables import passage, version
from index.records import Filters


def summarised(connection: Connection, filters: Filters) -> Summary:
    """Counts what the archive holds, or what of it passes the filters."""
    rows = [row for row in _counted(connection, filters) if _passes(row, filters)]
    return Summary(
        articles=sum(row.articles for row in rows),
        passages=int(sum(row.passages for row in rows)),
        outlets=tuple(sorted({row.outlet for row in rows if row.outlet is not None})),
        oldest=min((row.oldest for row in rows if row.oldest), default=None),
        newest=max((row.newest for row in rows if row.newest), default=None),
        undated=sum(row.articles - row.dated for row in rows),
        languages=tuple(sorted({row.language for row in rows if row.language is not None})),
    )


def _counted(connection: Connection, filters: Filters) -> Sequence[Any]:
    """A row for each outlet and language, and where authors are asked for, for each byline in it."""
    held = (
        select(passage.c.version_id, func.count().label("passages"))
        .group_by(passage.c.version_id)
        .subquery("held")
    )
    by = [version.c.outlet, version.c.language, *([version.c.author] if filters.authors else [])]
    query = select(
        *by,
        func.count().label("articles"),
        func.count(version.c.published).label("dated"),
        func.sum(held.c.passages).label("passages"),
        func.min(version.c.published).label("oldest"),
        func.max(version.c.published).label("newest"),
    ).join_from(version, held, held.c.version_id == version.c.id)
    return connection.execute(query.where(*conditions(filters)).group_by(*by)).all()


def _passes(row: Any, filters: Filters) -> bool:
    names = [name.casefold() for name in filters.authors]
    return not names or any(name in (row.author or "").casefold() for name in names)
