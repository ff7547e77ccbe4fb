"""The keys of articles: which of them are in the catalogue."""

from collections.abc import Sequence

from sqlalchemy import select

from index.catalogue.catalogue import Catalogue
from index.catalogue.rows import IDS_A_STATEMENT
from index.catalogue.tables import article


def ids_of(catalogue: Catalogue, keys: Sequence[str]) -> dict[str, int]:
    """The ids of those articles that are there, by key."""
    found = {}
    with catalogue.reading() as connection:
        for first in range(0, len(keys), IDS_A_STATEMENT):
            some = article.c.key.in_(keys[first : first + IDS_A_STATEMENT])
            for row in connection.execute(select(article.c.key, article.c.id).where(some)):
                found[row.key] = row.id
    return found


def keys_below(catalogue: Catalogue, start: str) -> list[str]:
    """The keys that begin so."""
    query = select(article.c.key).where(article.c.key.startswith(start, autoescape=True))
    with catalogue.reading() as connection:
        return list(connection.scalars(query))
