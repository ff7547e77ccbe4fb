"""The application: routes, errors and the page, put together."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

from fastapi import FastAPI, Response
from fastapi import Path as PathParameter
from fastapi.responses import FileResponse
from fastapi.sse import EventSourceResponse
from fastapi.staticfiles import StaticFiles

from index.archive import Archive
from index.records import Query
from service.answering import Desk, ask, final
from service.answers import Answer
from service.desk import open_desk, with_answerer
from service.http import problems
from service.http.events import stream
from service.http.guard import Guard
from service.http.schemas import About, AskRequest, Health, SearchRequest, SearchResults
from service.listings import Shown, found, shown
from service.settings import Settings

WEB = Path(__file__).parent.parent / "web"

Id = Annotated[int, PathParameter(ge=1, le=2**63 - 1)]
Number = Annotated[int, PathParameter(ge=1, le=2**31 - 1)]


def create_app(settings: Settings) -> FastAPI:
    """The server's application over one archive. Raises NotFound where there is no archive."""
    desk = open_desk(settings)
    archive = desk.archive

    @asynccontextmanager
    async def opened(_: FastAPI) -> AsyncIterator[None]:
        # The first question loads the models and the indexes; the first reader should not wait for it.
        await asyncio.to_thread(archive.search, Query(text="warm-up", limit=1))
        await asyncio.to_thread(desk.reader.read, "warm-up", ["warm-up"])
        yield

    app = FastAPI(
        title="Dateline",
        summary="Answers questions from an archive of news articles, and proves every sentence it says.",
        version=version("dateline"),
        lifespan=opened,
        docs_url=None,
        redoc_url=None,
        responses=problems.RESPONSES,
    )
    problems.install(app)
    app.add_middleware(Guard)
    _add_answering(app, desk)
    _add_articles(app, archive, settings)
    _add_probes(app, archive)
    _add_page(app)
    return app


def _add_answering(app: FastAPI, desk: Desk) -> None:
    archive = desk.archive
    streamed: dict[int | str, dict[str, Any]] = {
        200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}
    }

    @app.post("/v1/ask", response_model=Answer, responses=streamed, tags=["answers"])
    async def ask_question(request: AskRequest) -> Answer | Response:
        """Answer a question; with `stream`, as server-sent events `plan`, `sources`, `claim`, `done`."""
        # What cannot be asked is told before a stream has begun, while there is a status to tell it with.
        await asyncio.to_thread(archive.resolved, request.filters())
        events = ask(with_answerer(desk, request.answerer), request.asked())
        if request.stream:
            headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
            return EventSourceResponse(stream(events, "/v1/ask"), headers=headers)
        return await final(events)

    @app.post("/v1/search", tags=["search"])
    async def search_passages(request: SearchRequest) -> SearchResults:
        """Find passages, by meaning and by words, without an answer."""
        hits = await asyncio.to_thread(archive.search, request.asked())
        return SearchResults([found(hit) for hit in hits])


def _add_articles(app: FastAPI, archive: Archive, settings: Settings) -> None:
    @app.get("/v1/archive", tags=["articles"])
    def describe_archive() -> About:
        """What the archive holds, and questions to begin with."""
        held = archive.summary()
        return About(
            articles=held.articles,
            passages=held.passages,
            outlets=held.outlets,
            oldest=held.oldest,
            newest=held.newest,
            undated=held.undated,
            suggested_questions=settings.suggested_questions,
        )

    @app.get("/v1/articles/{article_id}", tags=["articles"])
    def show_article(article_id: Id) -> Shown:
        """The current version of an article, with its zones."""
        return shown(archive, article_id)

    @app.get("/v1/articles/{article_id}/versions/{number}", tags=["articles"])
    def show_version(article_id: Id, number: Number) -> Shown:
        """One version of an article: the one that an answer cites stays as it was."""
        return shown(archive, article_id, number)


def _add_probes(app: FastAPI, archive: Archive) -> None:
    @app.get("/healthz", tags=["probes"])
    async def alive() -> Health:
        """Whether the process runs."""
        return Health("ok")

    @app.get("/readyz", tags=["probes"])
    def ready() -> Health:
        """Whether the archive can be searched."""
        archive.search(Query(text="ready", limit=1))
        return Health("ready")


def _add_page(app: FastAPI) -> None:
    @app.get("/", include_in_schema=False)
    async def page() -> FileResponse:
        return FileResponse(WEB / "index.html")

    app.mount("/static", StaticFiles(directory=WEB), name="static")
