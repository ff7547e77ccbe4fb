"""Probes: whether the server runs, whether it can answer, and what it counts."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Response

from index.archive import Archive
from service.http.capacity import Draining, ShuttingDown
from service.http.metrics import Metrics
from service.http.schemas import Health

EXPOSITION: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            "text/plain": {"schema": {"type": "string"}},
            "application/openmetrics-text": {"schema": {"type": "string"}},
        }
    }
}


def router(archive: Archive, draining: Draining, metrics: Metrics) -> APIRouter:
    """The probes of a server over that archive."""
    routes = APIRouter(tags=["probes"])

    @routes.get("/healthz")
    async def alive() -> Health:
        """Answers as long as the process runs."""
        return Health("ok")

    @routes.get("/readyz")
    def ready() -> Health:
        """Tells whether questions can be sent here: the archive opens, and the server is not ending."""
        if draining.begun:
            raise ShuttingDown("the server is shutting down")
        archive.summary()
        return Health("ready")

    @routes.get("/metrics", response_class=Response, responses=EXPOSITION)
    def count(accept: Annotated[str, Header(include_in_schema=False)] = "") -> Response:
        """Gives a monitoring system the metrics, in Prometheus' text format."""
        body, media_type = metrics.exposition(accept)
        return Response(body, media_type=media_type)

    return routes
