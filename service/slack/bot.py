"""The bot: each question that Slack asks is answered once, those of a thread one after another."""

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import replace
from typing import Any
from weakref import WeakValueDictionary

import aiohttp
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient

from index.errors import BadValue, DatelineError, NotFound, is_fault
from index.records import Filters, Order
from service.answering import Desk, ask
from service.answers import Answer, Event
from service.http.capacity import places_of
from service.pipeline import with_answerer
from service.questions.plan import Question
from service.settings import Settings
from service.slack.events import Place
from service.slack.record import ATTEMPTS, FILE, Job, Record, Waiting
from service.slack.replies import FAILURES, Reply, page_of, told
from service.storage.conversations import Conversations

log = logging.getLogger(__name__)
# What Slack's libraries say at INFO holds whole requests, and a reader's question is nobody else's.
quiet = logging.getLogger(f"{__name__}.libraries")
quiet.setLevel(logging.WARNING)

SLACK_API = "https://slack.com/api/"
TIMEOUT_SECONDS = 30
Seat = Callable[[], AbstractAsyncContextManager[None]]

BROKEN = "The answer broke off because of a fault of ours. Ask again, or edit the question."
GIVEN_UP = "The answer was interrupted more than once and is given up. Ask again, or edit the question."


class Bot:
    """Answers in Slack from one desk. Any number of processes may share its record."""

    def __init__(
        self, settings: Settings, desk: Desk, record: Record | None = None, place: Seat | None = None
    ) -> None:
        """`place` is held while a question is answered; without it, as many are as the settings say.

        Raises BadValue where the settings hold no bot token.
        """
        self.client = client_of(settings)
        self.settings = settings
        self.desk = desk
        self.record = record or Record(settings.store(FILE))
        seats = asyncio.Semaphore(places_of(settings))
        self._place = place or (lambda: seats)
        self.kept = (desk.conversations or Conversations()).of(settings.slack_owner)
        self._holder = uuid.uuid4().hex
        self._at_work: dict[asyncio.Task[None], Place | None] = {}
        self._answering: dict[Place, asyncio.Task[None]] = {}
        self._turns: WeakValueDictionary[tuple[str, str, str], asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Answers while this is open, what was left unanswered too; what is left then waits for the next."""
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            self.client.session = session
            going_on = asyncio.create_task(self._go_on())
            try:
                yield
            finally:
                tasks = [going_on, *self._at_work]
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
                self.client.session = None
                await asyncio.to_thread(self.record.let_go, self._holder)

    def begin(self, waiting: Waiting) -> None:
        """Works on a question in the turn of its thread."""
        answering = self._answering.get(waiting.place)
        if waiting.changed and answering is not None:
            answering.cancel()
        self._start(self._work(waiting), waiting.place)

    def afterwards(self, work: Coroutine[Any, Any, None]) -> None:
        """Does what a click or a command asks for, once Slack has been told that it came.

        Bolt, where a listener fails right after it has acknowledged, forgets that it has.
        """
        self._start(work, None)

    async def events(
        self, team: str, channel: str, question: str, order: Order | None = None, thread: str | None = None
    ) -> AsyncIterator[Event]:
        """The events of an answer, within what is set for the channel. Raises DatelineError as `ask` does."""
        chosen = await asyncio.to_thread(self.record.channel, team, channel)
        desk = replace(with_answerer(self.desk, chosen.answerer), conversations=self.kept)
        asked = Question(
            question=question,
            conversation_id=f"slack-{team}-{channel}-{thread}" if thread else None,
            filters=Filters(since=chosen.since, outlets=chosen.outlets),
            order=order,
        )
        async with self._place():
            async for event in ask(desk, asked):
                yield event

    def page(self, answer: Answer) -> str | None:
        """The address of an answer on our page."""
        return page_of(self.settings.public_url, answer.id)

    def _start(self, work: Coroutine[Any, Any, None], place: Place | None) -> None:
        task = asyncio.create_task(work)
        self._at_work[task] = place
        task.add_done_callback(self._worked)

    def _worked(self, task: asyncio.Task[None]) -> None:
        del self._at_work[task]
        if not task.cancelled() and (error := task.exception()):
            # A question stays open, and is found again when our hold on it runs out.
            log.error("what Slack asked for was not done: %s", told(error), exc_info=_fault(error))

    async def _go_on(self) -> None:
        """Works on what a process that was killed has left, now and as long as it takes to see it is dead."""
        while True:
            try:
                for waiting in await asyncio.to_thread(self.record.abandoned):
                    if waiting.place not in self._at_work.values():
                        self.begin(waiting)
            except DatelineError as error:
                log.error("unanswered questions cannot be looked for: %s", error)
            await asyncio.sleep(self.record.hold.total_seconds())

    async def _work(self, waiting: Waiting) -> None:
        place = waiting.place
        turn = self._turns.setdefault((place.team, place.channel, waiting.thread), asyncio.Lock())
        async with turn:
            while job := await asyncio.to_thread(self.record.hold_open, place, self._holder):
                renewing = asyncio.create_task(self._renew(place))
                self._answering[place] = answering = asyncio.create_task(self._deal_with(job))
                try:
                    await asyncio.wait({answering})
                finally:
                    renewing.cancel()
                    answering.cancel()
                    del self._answering[place]
                if not answering.cancelled():
                    answering.result()

    async def _renew(self, place: Place) -> None:
        while True:
            await asyncio.sleep(self.record.hold.total_seconds() / 3)
            await asyncio.to_thread(self.record.renew, place, self._holder)

    async def _deal_with(self, job: Job) -> None:
        async def noted(messages: tuple[str, ...], streaming: bool) -> None:
            await asyncio.to_thread(self.record.posted, job.place, messages, streaming)

        reply = Reply(self.client, job, noted, self.settings.public_url)
        if job.answer_id is not None:
            with suppress(NotFound):
                await asyncio.to_thread(self.kept.delete_answer, job.answer_id)
        if job.withdrawn:
            await reply.take_back()
        elif job.attempts > ATTEMPTS:
            with suppress(*FAILURES):
                await reply.tell(GIVEN_UP)
        else:
            await self._answer(job, reply)
        await asyncio.to_thread(self.record.finish, job)

    async def _answer(self, job: Job, reply: Reply) -> None:
        """Shows an answer, or what went wrong. Raises FAILURES where Slack takes neither."""
        try:
            await reply.show(self._noting(job))
        except FAILURES:
            raise
        except DatelineError as error:
            await reply.tell(f"This could not be answered: {error}.")
        except BaseException as error:  # whoever asked must not wait for nothing; the log has it whole
            if not is_fault(error):
                raise
            log.exception("a question from Slack could not be answered")
            await reply.tell(BROKEN)

    async def _noting(self, job: Job) -> AsyncIterator[Event]:
        place = job.place
        async for event in self.events(place.team, place.channel, job.text, thread=job.thread):
            if isinstance(event, Answer):
                await asyncio.to_thread(self.record.answered, place, event.id)
            yield event


def _fault(error: BaseException) -> BaseException | None:
    """An error whose place in the code is worth knowing: none that Slack or the disk is to blame for."""
    return None if isinstance(error, (*FAILURES, DatelineError)) else error


def client_of(settings: Settings) -> AsyncWebClient:
    """Slack's Web API, patient with its limits. Raises BadValue where there is no bot token."""
    if settings.slack_bot_token is None:
        raise BadValue("DATELINE_SLACK_BOT_TOKEN is not set; docs/slack.md says where Slack shows it")
    return AsyncWebClient(
        token=settings.slack_bot_token.get_secret_value(),
        base_url=settings.slack_api_url or SLACK_API,
        timeout=TIMEOUT_SECONDS,
        logger=quiet,
        retry_handlers=[
            AsyncConnectionErrorRetryHandler(),
            AsyncServerErrorRetryHandler(),
            AsyncRateLimitErrorRetryHandler(max_retry_count=3),
        ],
    )
