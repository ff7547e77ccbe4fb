"""The application: routes, errors and the page, put together."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib.metadata import version
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse
from fastapi.routing import APIRoute
from fastapi.staticfiles import StaticFiles

from index.readers.web import Fetcher
from index.records import Query
from service.answering import Desk
from service.conversations import FILE, Conversations
from service.desk import open_desk
from service.http import idempotency, problems
from service.http.bodies import BodyLimit
from service.http.guard import Guard
from service.http.idempotency import Responses
from service.http.request_ids import RequestIds
from service.http.routes import answers, articles, conversations, openai, probes
from service.settings import Settings

WEB = Path(__file__).parent.parent / "web"


def create_app(settings: Settings, fetcher: Fetcher | None = None) -> FastAPI:
    """The server's application over one archive. Raises NotFound where there is no archive.

    `fetcher` fetches the pages whose addresses are added, by default those of the public web.
    """
    archive = settings.open_archive()
    kept = Conversations(archive.directory / FILE)
    desk = open_desk(settings, archive, kept)
    app = problems.Described(
        title="Dateline",
        summary="Answers questions from an archive of news articles, and proves every sentence it says.",
        version=version("dateline"),
        lifespan=_opening(desk),
        docs_url=None,
        redoc_url=None,
        responses=problems.RESPONSES,
        generate_unique_id_function=_operation_id,
    )
    problems.install(app)
    # The last added stands outermost: every response has an id, every one of them our headers.
    for middleware in (BodyLimit, problems.Faults, Guard, RequestIds):
        app.add_middleware(middleware)
    app.include_router(answers.asking(desk))
    app.include_router(answers.kept_answers(kept))
    app.include_router(conversations.router(kept))
    app.include_router(articles.reading(archive, settings))
    responses = Responses(archive.directory / idempotency.FILE)
    app.include_router(articles.writing(archive, responses, fetcher or Fetcher(archive.visits)))
    app.include_router(openai.router(desk))
    app.include_router(probes.router(archive))
    _add_page(app)
    return app


def _opening(desk: Desk) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def opened(_: FastAPI) -> AsyncIterator[None]:
        # The first question loads the models and the indexes; the first reader should not wait for it.
        await asyncio.to_thread(desk.archive.search, Query(text="warm-up", limit=1))
        await asyncio.to_thread(desk.reader.read, "warm-up", ["warm-up"])
        yield

    return opened


def _operation_id(route: APIRoute) -> str:
    return route.name


def _add_page(app: FastAPI) -> None:
    @app.get("/", include_in_schema=False)
    async def page() -> FileResponse:
        return FileResponse(WEB / "index.html")

    app.mount("/static", StaticFiles(directory=WEB), name="static")
