"""An answer as server-sent events, with a heartbeat while nothing else is to be said."""

import asyncio
from collections.abc import AsyncIterator

from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event

from service.answers import EVENT_NAMES, Event
from service.http.problems import problem_of
from service.listings import to_json

HEARTBEAT_SECONDS = 15.0


async def stream(events: AsyncIterator[Event], instance: str) -> AsyncIterator[bytes]:
    """Each event under its name. An error is the last event, named `error`, for HTTP has said 200."""
    try:
        async for event in _with_heartbeat(events):
            if event is None:
                yield KEEPALIVE_COMMENT
            else:
                yield format_sse_event(event=EVENT_NAMES[type(event)], data_str=to_json(event))
    except Exception as error:  # noqa: BLE001, for whatever it is, the reader must not take it for the end
        yield format_sse_event(event="error", data_str=problem_of(error, instance).model_dump_json())


async def _with_heartbeat(events: AsyncIterator[Event]) -> AsyncIterator[Event | None]:
    """The events, and None whenever HEARTBEAT_SECONDS pass without one."""
    while True:
        pending = asyncio.ensure_future(anext(events, None))
        try:
            while not (await asyncio.wait({pending}, timeout=HEARTBEAT_SECONDS))[0]:
                yield None
        finally:
            # A client that went away must not leave its question being answered.
            pending.cancel()
        event = pending.result()
        if event is None:
            return
        yield event
