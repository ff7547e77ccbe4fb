"""Connections: how long a client may take to ask, and how many stay open, before any key is asked for.

A client that sends half of a request, or reads nothing of its answer, holds a descriptor and proves
nothing. uvicorn knows a deadline for idle connections alone.
"""

import asyncio
import resource

from uvicorn.protocols.http.h11_impl import H11Protocol

MOST_OPEN = 1000
BACKLOG = 128  # connections that the kernel holds, and that are taken at a time
_DESCRIPTORS = 64  # for files and models


def most_open() -> int:
    """Returns how many connections a process keeps open: no more than leave it descriptors to work with."""
    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return max(16, min(MOST_OPEN, (allowed - _DESCRIPTORS) // 2))


def allow_descriptors() -> None:
    """Raises this process's limit of open files as far as it may, and as far as it is of use."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 4 * MOST_OPEN
    if soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))


class Connection(H11Protocol):
    """One connection of a client. Where too many are open, those that wait longest with no request end."""

    header_seconds = 15.0  # for the headers of a request, from its first byte
    body_seconds = 30.0  # for a body, and a second more for each `rate` bytes that have come
    rate = 10_000
    reading_seconds = 60.0  # for a client that takes nothing of what is sent to it

    most = 0  # connections of a process; 0 means as many as `most_open` says

    _timer: asyncio.TimerHandle | None = None
    _reading: asyncio.TimerHandle | None = None
    _began = 0.0
    _came = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begins the deadline of the first request, and makes room."""
        super().connection_made(transport)
        self._expect_request()
        self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        """Ends the deadlines."""
        self._until(None)
        self.resume_writing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Takes bytes; those of a body push its deadline on."""
        if self._timer is None:
            self._expect_request()
        self._came += len(data)
        super().data_received(data)
        if self.waits:
            return
        unfinished = self.cycle.more_body
        self._until(self._began + self.body_seconds + self._came / self.rate if unfinished else None)

    def on_response_complete(self) -> None:
        """Leaves the connection to uvicorn's deadline for idle ones."""
        self._until(None)
        super().on_response_complete()

    def pause_writing(self) -> None:
        """Begins the deadline of a client that does not read."""
        self._reading = self.loop.call_later(self.reading_seconds, self._abort)
        super().pause_writing()

    def resume_writing(self) -> None:
        """Ends it."""
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None
        super().resume_writing()

    @property
    def waits(self) -> bool:
        """Tells whether no request is being answered."""
        return self.cycle is None or self.cycle.response_complete

    @property
    def ends(self) -> bool:
        """Tells whether the connection is being closed."""
        return bool(self.transport.is_closing())

    def _expect_request(self) -> None:
        self._began, self._came = self.loop.time(), 0
        self._until(self._began + self.header_seconds)

    def _until(self, moment: float | None) -> None:
        """Ends the connection at that moment, unless another is told before."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None if moment is None else self.loop.call_at(moment, self._abort)

    def _abort(self) -> None:
        self.transport.abort()

    def _make_room(self) -> None:
        most = self.most or most_open()
        address = self.client[0] if self.client else None
        # Of many that come at once, those that made room are still listed.
        everyone = [one for one in self.connections if isinstance(one, Connection) and not one.ends]
        own = [one for one in everyone if one.client and one.client[0] == address]
        for there, limit in ((own, most // 2), (everyone, most)):
            if len(there) > limit:
                idle = [one for one in there if one.waits and one is not self]
                min(idle, key=lambda one: one._began, default=self)._abort()
