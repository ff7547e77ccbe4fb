"""An answer as server-sent events, with a heartbeat while nothing else is to be said."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, TypeVar

from anyio import CancelScope
from fastapi.sse import KEEPALIVE_COMMENT, EventSourceResponse, format_sse_event

from index.errors import is_fault
from service.answers import EVENT_NAMES, Event, to_json
from service.http.problems import problem_of

HEARTBEAT_SECONDS = 15.0


def described(*names: str) -> dict[str, Any]:
    """The media type of a stream as OpenAPI 3.1 has it: its schema is that of each event.

    With names the data of an event is JSON; OpenAI's events have no name, and the last of them is no JSON.
    """
    fields: dict[str, Any] = {"data": {"type": "string"}}
    if names:
        fields["data"]["contentMediaType"] = "application/json"
        fields["event"] = {"type": "string", "enum": list(names)}
    schema = {"type": "object", "properties": fields, "required": list(fields)}
    return {"text/event-stream": {"schema": schema}}


Item = TypeVar("Item")


def event_stream(parts: AsyncIterator[bytes]) -> EventSourceResponse:
    """The response that sends them one by one; nothing on the way may hold them back."""
    return EventSourceResponse(parts, headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"})


async def stream(events: AsyncIterator[Event], instance: str) -> AsyncIterator[bytes]:
    """Each event under its name. An error is the last event, named `error`, for HTTP has said 200."""
    try:
        async for event in with_heartbeat(events):
            if event is None:
                yield KEEPALIVE_COMMENT
            else:
                yield format_sse_event(event=EVENT_NAMES[type(event)], data_str=to_json(event))
    except BaseException as error:  # for whatever it is, the reader must not take it for the end
        if not is_fault(error):
            raise
        yield format_sse_event(event="error", data_str=problem_of(error, instance).model_dump_json())


async def with_heartbeat(
    items: AsyncIterator[Item], seconds: float = HEARTBEAT_SECONDS
) -> AsyncIterator[Item | None]:
    """The items, and None whenever that many seconds pass without one."""
    come: asyncio.Queue[Item | None] = asyncio.Queue()

    # In one task from first to last: spans and timeouts belong to the task that began them.
    async def work() -> None:
        """Queues every item, then None."""
        try:
            async for item in items:
                come.put_nowait(item)
        finally:
            come.put_nowait(None)

    working = asyncio.create_task(work())
    try:
        while True:
            try:
                async with asyncio.timeout(seconds):
                    item = await come.get()
            except TimeoutError:
                yield None
                continue
            if item is None:
                break
            yield item
        await working
    finally:
        # A client that went away must not leave its question being answered.
        working.cancel()
        with CancelScope(shield=True):
            await asyncio.wait({working})
