"""Whether the server runs, and whether it can answer."""

from fastapi import APIRouter

from index.archive import Archive
from index.records import Query
from service.http.schemas import Health


def router(archive: Archive) -> APIRouter:
    """The probes of a server over that archive."""
    routes = APIRouter(tags=["probes"])

    @routes.get("/healthz")
    async def alive() -> Health:
        """Whether the process runs."""
        return Health("ok")

    @routes.get("/readyz")
    def ready() -> Health:
        """Whether the archive can be searched."""
        archive.search(Query(text="ready", limit=1))
        return Health("ready")

    return routes
