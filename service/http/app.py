"""The application: routes, errors and the page, put together."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing, nullcontext
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from fastapi.responses import FileResponse, HTMLResponse
from fastapi.routing import APIRoute
from fastapi.staticfiles import StaticFiles

from index.errors import NotFound
from index.readers.web import Fetcher
from index.records import Query
from service import telemetry
from service.answering import Desk
from service.formatting import locales, words_of
from service.http import capacity, idempotency, problems, security
from service.http.capacity import Capacity, Draining
from service.http.idempotency import Responses
from service.http.metrics import Metrics
from service.http.middleware import BodyLimit, Guard, RequestIds, Witness, is_loopback
from service.http.reference import CONTENT_SECURITY_POLICY, reference
from service.http.routes import answers, articles, conversations, holdings, openai, probes, sessions
from service.pipeline import open_desk
from service.settings import Settings
from service.storage.audit import Audit
from service.storage.conversations import FILE, Conversations

if TYPE_CHECKING:
    from service.slack.bot import Bot

WEB = Path(__file__).parent.parent / "web"


def create_app(settings: Settings, fetcher: Fetcher | None = None) -> FastAPI:
    """The server's application over one archive. Raises NotFound where there is no archive.

    `fetcher` fetches the pages whose addresses are added, by default those of the public web.
    """
    archive = settings.open_archive()
    kept = Conversations(settings.store(FILE))
    metrics, draining = Metrics(archive), Draining(settings.drain)
    places = Capacity(capacity.places_of(settings), settings.queue, metrics)
    desk = replace(open_desk(settings, archive, kept), hurries=places.is_waited_for)
    bot = _bot(settings, desk, places)
    app = problems.Described(
        title="Dateline",
        summary="Answers questions from an archive of news articles, and proves every sentence it says.",
        version=version("dateline"),
        lifespan=_opening(settings, desk, draining, bot),
        docs_url=None,
        redoc_url=None,
        responses=problems.RESPONSES,
        generate_unique_id_function=_operation_id,
    )
    problems.install(app)
    capacity.install(app)
    keys = settings.open_keys(required=not is_loopback(settings.host))
    # The last added stands outermost: every response has an id, every one of them our headers.
    for middleware in (BodyLimit, problems.Faults):
        app.add_middleware(middleware)
    security.install(app, keys, settings)
    app.add_middleware(Guard, keys=keys, hosts=settings.hosts, proxies=settings.proxies)
    _add_slack(app, settings, bot)
    app.add_middleware(Witness, metrics=metrics, questions=settings.log_questions)
    app.add_middleware(RequestIds)
    app.include_router(sessions.router(keys))
    app.include_router(answers.asking(desk, kept, places, draining))
    app.include_router(answers.kept_answers(kept))
    app.include_router(conversations.router(kept))
    app.include_router(articles.reading(archive, settings))
    app.include_router(articles.listing(archive))
    app.include_router(holdings.router(archive))
    responses = Responses(settings.store(idempotency.FILE))
    fetching = fetcher or Fetcher(archive.visits)
    app.include_router(articles.writing(archive, responses, fetching, places))
    app.include_router(articles.deleting(archive, kept, Audit(settings.data)))
    app.include_router(openai.router(desk, kept, places, draining))
    app.include_router(probes.router(archive, draining, metrics))
    _add_page(app)
    return app


def _bot(settings: Settings, desk: Desk, places: Capacity) -> "Bot | None":
    """The Slack bot, where the settings say how Slack signs what it sends."""
    if settings.slack_signing_secret is None:
        return None
    from service.slack.bot import Bot

    return Bot(settings, desk, place=places.place)


def _add_slack(app: FastAPI, settings: Settings, bot: "Bot | None") -> None:
    if bot is not None and settings.slack_signing_secret is not None:
        from service.slack.endpoint import SlackEvents
        from service.slack.listeners import listening

        secret = settings.slack_signing_secret.get_secret_value()
        app.add_middleware(SlackEvents, bolt=listening(bot), signing_secret=secret)


def _opening(
    settings: Settings, desk: Desk, draining: Draining, bot: "Bot | None"
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def opened(_: FastAPI) -> AsyncIterator[None]:
        """Opens the archive, loads the models and runs the bot for as long as the app lives."""
        with telemetry.exporting(settings.otlp_endpoint), draining.on_signals(), closing(desk.archive):
            # The first question loads the models and the indexes; the first reader should not wait for it.
            await asyncio.to_thread(desk.archive.search, Query(text="warm-up", limit=1))
            await asyncio.to_thread(desk.reader.read, "warm-up", ["warm-up"])
            async with bot.running() if bot else nullcontext():
                yield

    return opened


def _operation_id(route: APIRoute) -> str:
    return route.name


def _add_page(app: FastAPI) -> None:
    @app.get("/", include_in_schema=False)
    async def page() -> FileResponse:
        return FileResponse(WEB / "index.html")

    @app.get("/docs", include_in_schema=False)
    def docs() -> HTMLResponse:
        policy = {"Content-Security-Policy": CONTENT_SECURITY_POLICY}
        return HTMLResponse(reference(app.openapi()), headers=policy)

    @app.get("/static/words/{locale}.json", include_in_schema=False)
    def words(locale: str) -> dict[str, Any]:
        """The words around quotes in a language, for the page."""
        if locale not in locales():
            raise NotFound(f"no words in {locale!r} here; there are: {', '.join(locales())}")
        return words_of(locale)

    app.mount("/static", StaticFiles(directory=WEB), name="static")
