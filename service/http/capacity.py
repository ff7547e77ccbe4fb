"""Capacity: questions answered at a time, those that wait, those whose asker leaves, and the end of a server.

What takes time runs in threads of the event loop's own executor. Reading what is kept runs in starlette's,
so that it and the probes stay quick however much is asked.

uvicorn by itself closes its sockets and waits for streams, however long they last; given a limit, it ends
the application's lifespan before it cancels them. Here they are over before that.
"""

import asyncio
import multiprocessing
import signal
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from types import FrameType
from typing import TypeVar

from anyio import CapacityLimiter
from fastapi import FastAPI, Request, Response

from index.errors import Busy
from index.models.session import cores
from service.http.metrics import Metrics
from service.settings import Settings

A_CORE = 1  # questions at a time, where this machine answers by itself
A_CORE_WITH_MODEL = 8  # where a language model elsewhere does, and this machine mostly waits for it
CLIENT_CLOSED_REQUEST = 499  # nginx's: nobody is there to read it but the log


class ClientGone(Exception):
    """Whoever asked has hung up."""


class Capacity:
    """Places for so many questions at a time, and for so many that wait for one."""

    def __init__(self, places: int, queue: int, metrics: Metrics) -> None:
        self._limiter = CapacityLimiter(places)
        self._queue = queue
        self._metrics = metrics

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """A place, as soon as there is one. Raises Busy where too many wait for one already."""
        held = self._limiter.statistics()
        if held.borrowed_tokens >= held.total_tokens and held.tasks_waiting >= self._queue:
            self._metrics.refused.inc()
            raise Busy(
                f"{held.borrowed_tokens} questions are being answered and {held.tasks_waiting} wait, which "
                "is all that this server takes; try again in a moment"
            )
        borrower = object()
        with self._metrics.waiting.track_inprogress():
            await self._limiter.acquire_on_behalf_of(borrower)
        try:
            with self._metrics.running.track_inprogress():
                yield
        finally:
            self._limiter.release_on_behalf_of(borrower)

    def is_waited_for(self) -> bool:
        """Tells whether somebody waits for a place."""
        return self._limiter.statistics().tasks_waiting > 0

    async def held(self, request: Request) -> AsyncIterator[None]:
        """Holds a place for a route that answers, until all of its response has been sent.

        Raises Busy, and ClientGone.
        """
        async with AsyncExitStack() as until_sent:
            async with attended(request):
                await until_sent.enter_async_context(self.place())
            yield


def places_of(settings: Settings) -> int:
    """Number of questions that these settings have a process answer at a time."""
    return settings.concurrency or cores() * (A_CORE if settings.answerer == "quotes" else A_CORE_WITH_MODEL)


@asynccontextmanager
async def attended(request: Request) -> AsyncIterator[None]:
    """Ends what is done in it when the client hangs up. Raises ClientGone.

    For what comes before a response, once the request's body has been read; a stream that is being
    sent looks for itself whether its reader is there.
    """
    presence = asyncio.timeout(None)
    try:
        async with presence:
            watching = asyncio.create_task(_watch(request, presence))
            try:
                yield
            finally:
                watching.cancel()
    except TimeoutError as error:
        if not presence.expired():
            raise
        raise ClientGone from error


async def _watch(request: Request, presence: asyncio.Timeout) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
    presence.reschedule(asyncio.get_running_loop().time())


def install(app: FastAPI) -> None:
    """Lets requests end whose clients have gone."""

    async def closed(request: Request, error: Exception) -> Response:
        return Response(status_code=CLIENT_CLOSED_REQUEST)

    app.add_exception_handler(ClientGone, closed)


SIGNALS = (signal.SIGTERM, signal.SIGINT)

Item = TypeVar("Item")


class ShuttingDown(Busy):
    """An answer that the server ended before could be finished."""

    code = "shutting_down"


class Draining:
    """State of the server's end: whether it has begun, and until when answers may go on."""

    def __init__(self, seconds: float) -> None:
        """`seconds` are those that answers have left once it begins."""
        self.seconds = seconds
        self._ends: float | None = None  # by the loop's clock
        self._deadlines: set[asyncio.Timeout] = set()

    @property
    def begun(self) -> bool:
        """Tells whether the server is ending."""
        return self._ends is not None

    def begin(self) -> None:
        """Lets what runs go on for so many seconds, and no longer. To be called in the loop."""
        if self._ends is not None:
            return
        self._ends = asyncio.get_running_loop().time() + self.seconds
        for deadline in self._deadlines:
            deadline.reschedule(self._ends)

    async def while_open(self, items: AsyncIterator[Item]) -> AsyncGenerator[Item]:
        """The items as they come. Raises ShuttingDown where they have not ended in time."""
        while True:
            deadline = asyncio.timeout_at(self._ends)
            try:
                async with deadline:
                    self._deadlines.add(deadline)
                    item = await anext(items)
            except StopAsyncIteration:
                return
            except TimeoutError:
                if not deadline.expired():
                    raise
                raise ShuttingDown("the server is shutting down; ask again in a moment") from None
            finally:
                self._deadlines.discard(deadline)
            yield item

    @contextmanager
    def on_signals(self) -> Iterator[None]:
        """Begins when the process is told to stop; a worker also stops where its parent has died.

        To be entered in the loop. Does nothing outside of the main thread, which no signal reaches.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        loop = asyncio.get_running_loop()
        before = {number: signal.getsignal(number) for number in SIGNALS}

        def begin(number: int, frame: FrameType | None) -> None:
            """Begins the shutdown, then calls the handler that was there before."""
            loop.call_soon_threadsafe(self.begin)
            handler = before[signal.Signals(number)]
            if callable(handler):
                handler(number, frame)

        for number in SIGNALS:
            signal.signal(number, begin)
        parent = multiprocessing.parent_process()
        if parent is not None:
            loop.add_reader(parent.sentinel, _stop, loop, parent.sentinel)
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _stop(loop: asyncio.AbstractEventLoop, sentinel: int) -> None:
    loop.remove_reader(sentinel)
    signal.raise_signal(signal.SIGTERM)
