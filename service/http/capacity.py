"""Capacity: questions that are answered at a time, those that may wait, and those whose asker leaves.

What takes time runs in threads of the event loop's own executor. Reading what is kept runs in
starlette's, so that it and the probes stay quick however much is asked.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

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
