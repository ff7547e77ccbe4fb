"""The archive by outlet and month: what its chart is drawn from."""

from dataclasses import dataclass

from fastapi import APIRouter

from index.archive import Archive
from index.collection_statistics import Holdings as Counts


@dataclass(frozen=True, slots=True)
class Held:
    """Number of articles that one outlet published in one month, `YYYY-MM`; null is unknown."""

    outlet: str | None
    month: str | None
    articles: int


@dataclass(frozen=True, slots=True)
class Holdings:
    """Articles counted by outlet and month, in that order; months without any are left out."""

    articles: int
    holdings: list[Held]


def router(archive: Archive) -> APIRouter:
    """The route of what is held."""
    routes = APIRouter(prefix="/v1/archive", tags=["articles"])
    counts = Counts(archive.visits.catalogue)

    @routes.get("/holdings")
    def count_articles() -> Holdings:
        """Counts the articles that the archive holds of each outlet and month."""
        held = [
            Held(one.outlet, f"{one.month:%Y-%m}" if one.month else None, one.articles)
            for one in counts.counted()
        ]
        return Holdings(sum(one.articles for one in held), held)

    return routes
