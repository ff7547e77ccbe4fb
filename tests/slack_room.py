"""A newsroom with a bot: Slack on loopback, a small archive, and the bot's endpoint on a real server."""

import asyncio
import json
import socket
import sqlite3
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import date, timedelta
from functools import wraps
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx2
import uvicorn
from starlette.applications import Starlette

from index.archive import Archive
from index.models.reader import ReadingModel
from index.records import Draft, Zone, ZoneKind
from service.answering import Answerer, Desk
from service.answers import Answer
from service.evidence import Evidence, Quote, Report, Short, Statement
from service.settings import load_settings
from service.slack.bot import Bot
from service.slack.endpoint import PATH, SlackEvents
from service.slack.listeners import listening
from service.slack.record import Record
from service.storage.conversations import Conversations
from tests.fakes import HashedWords
from tests.slack_server import SECRET, FakeSlack, event, signed

READER = ReadingModel(threads=1)
TOKENS = {"slack_bot_token": "xoxb-1", "slack_app_token": "xapp-1", "slack_signing_secret": SECRET}
PAGE = "https://dateline.example"

# What an article could try on readers in Slack: to call them, and to lead them elsewhere.
HOSTILE = (
    "The <!channel> and <@U0ANNA> must [pay](https://evil.example) <https://evil.example|us> *now*, @here."
)
ARTICLES = {
    "https://gazette.example/ferry": (
        "Ferry",
        "The Gazette",
        "The ferry Aurora carries 212 passengers to Ostrel.",
    ),
    "https://courier.example/pumps": (
        "Pumps",
        "The Courier",
        "The pumps at Salt Lane were repaired for 3 crowns.",
    ),
    "urn:hostile": ("<!here>", "Radio Seawall", HOSTILE),
}


class Told:
    """Quotes the best passages' first sentences, as many as it is told, and takes its time over each.

    The first of them is its short answer too.
    """

    name = "told"

    def __init__(self, sentences: int = 1, pause: float = 0.0, words: str = "") -> None:
        self._sentences, self._pause, self._words = sentences, pause, words

    async def answer(self, evidence: Evidence) -> AsyncGenerator[Short | Statement | Report]:
        question = evidence.plan.standalone_question
        if "break" in question:
            raise ZeroDivisionError("told to break")
        for number in range(0 if "refuse" in question else self._sentences):
            await asyncio.sleep(self._pause)
            best = evidence.hits[number % len(evidence.hits)]
            quote = Quote(article=best.article, span=best.passage.sentences[0])
            text = f"{self._words}“{quote.text}”"
            if number == 0:
                yield Short(text, (quote,))
            yield Statement(text=text, quotes=(quote,), support="quoted", score=0.9)


@dataclass
class Room:
    """A bot that runs, and what one needs to try it."""

    slack: FakeSlack
    bot: Bot
    http: httpx2.AsyncClient
    record: Path

    async def deliver(self, content: dict[str, Any], event_id: str = "Ev1") -> httpx2.Response:
        """An event over HTTP, as Slack sends it."""
        return await self.post(json.dumps(event(content, event_id)))

    async def post(self, body: str, kind: str = "application/json", **headers: str) -> httpx2.Response:
        return await self.http.post(
            PATH, content=body, headers={"Content-Type": kind} | signed(body) | headers
        )

    async def form(self, **fields: Any) -> httpx2.Response:
        """A slash command, or with a `payload` what a click or a form sends."""
        values = {name: json.dumps(one) if isinstance(one, dict) else one for name, one in fields.items()}
        return await self.post(urlencode(values), "application/x-www-form-urlencoded")

    async def settled(self) -> None:
        """Waits until no question is open."""
        for _ in range(1000):
            with closing(sqlite3.connect(self.record)) as database:
                if not database.execute("SELECT count(*) FROM slack_question WHERE open").fetchone()[0]:
                    return
            await asyncio.sleep(0.01)
        raise AssertionError("a question is still open")

    def answers(self) -> list[Answer]:
        """Every answer that is kept, in the order of their conversations."""
        talks = self.bot.kept.conversations()
        return [kept.answer for _, talk in reversed(talks) for _, kept in self.bot.kept.conversation(talk.id)]


@asynccontextmanager
async def room(
    archive: Archive,
    record: Path,
    answerer: Answerer | None = None,
    slack: FakeSlack | None = None,
    hold: timedelta = timedelta(seconds=30),
    **given: Any,
) -> AsyncIterator[Room]:
    """A bot over an archive, and Slack around it, whose rules every call must keep."""
    async with (slack or FakeSlack()).running() as slack:
        settings = load_settings(data=archive.directory, slack_api_url=slack.api, **{**TOKENS, **given})
        desk = Desk(
            archive=archive,
            answerer=answerer or Told(),
            reader=READER,
            conversations=Conversations(record / "kept.db"),
        )
        bot = Bot(settings, desk, Record(record / "slack.db", hold))
        async with bot.running(), served(bot) as http:
            yield Room(slack, bot, http, record / "slack.db")
        assert slack.faults == []


@asynccontextmanager
async def served(bot: Bot) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of the bot's endpoint, on a real server."""
    app = Starlette()
    app.add_middleware(SlackEvents, bolt=listening(bot), signing_secret=SECRET)
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:
        await asyncio.sleep(0.005)
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    async with httpx2.AsyncClient(base_url=address, timeout=10, trust_env=False) as client:
        yield client
    server.should_exit = True
    await serving


def small_archive(folder: Path) -> Archive:
    """Three articles, one of them hostile."""
    archive = Archive.create(folder, HashedWords)
    drafts = [
        Draft(
            key=address,
            text=text,
            zones=(Zone(0, len(text), ZoneKind.REPORTING),),
            title=title,
            url=address,
            outlet=outlet,
            language="en",
            published=date(2024, 5, 1),
        )
        for address, (title, outlet, text) in ARTICLES.items()
    ]
    for _ in archive.add(drafts):
        pass
    return archive


def in_loop(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Runs an asynchronous test."""

    @wraps(test)
    def run(*args: Any, **kwargs: Any) -> None:
        asyncio.run(test(*args, **kwargs))

    return run
