"""The end of a server: what runs may end, for a while, and what is left is told before it is cut off.

uvicorn by itself closes its sockets and waits for streams, however long they last; given a limit, it
ends the application's lifespan before it cancels them. Here they are over before that.
"""

import asyncio
import multiprocessing
import signal
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TypeVar

from index.errors import Busy

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
