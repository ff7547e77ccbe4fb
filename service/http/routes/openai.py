"""The routes of OpenAI's API that its clients and chat front ends need."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event

from index.errors import is_fault
from service.answering import Desk, ask
from service.answers import Answer, Event, to_json
from service.http.capacity import Capacity, Draining, attended
from service.http.events import described, event_stream, with_heartbeat
from service.http.openai import (
    AssistantMessage,
    Choice,
    Completion,
    CompletionRequest,
    Composition,
    Message,
    Model,
    Models,
    answerer_of,
    asked,
    models,
    sources_of,
    usage_of,
)
from service.http.problems import OpenAIErrorBody, openai_error, problem_of
from service.http.responses import ResponseObject, ResponseRequest, ResponseWriter
from service.http.security import Owner
from service.pipeline import with_answerer
from service.storage.conversations import Conversations

PATH = "/v1/chat/completions"
DONE = "[DONE]"

STREAMED: dict[int | str, dict[str, Any]] = {
    200: {"content": described()},
    "4XX": {"description": "The request is wrong", "model": OpenAIErrorBody},
    "5XX": {"description": "The server is at fault, or busy", "model": OpenAIErrorBody},
}


def router(desk: Desk, conversations: Conversations, capacity: Capacity, draining: Draining) -> APIRouter:
    """The routes that answer as OpenAI's API does; an answer belongs to the key that asked."""
    routes = APIRouter(prefix="/v1", tags=["openai"])
    errors = {code: told for code, told in STREAMED.items() if code != 200}
    answering: dict[str, Any] = {"responses": STREAMED, "dependencies": [Depends(capacity.held)]}

    async def asking(
        model: str, messages: Sequence[Message], conversation: str | None, owner: Owner
    ) -> AsyncIterator[Event]:
        """Begins to answer the last question of a conversation. Raises what cannot be asked."""
        own = replace(desk, conversations=conversations.of(owner))
        chosen = with_answerer(own, answerer_of(desk, model))
        question = await asyncio.to_thread(asked, messages, conversation)
        return draining.while_open(ask(chosen, question))

    @routes.post("/chat/completions", response_model=Completion, **answering)
    async def create_chat_completion(
        request: CompletionRequest, http: Request, owner: Owner
    ) -> Completion | Response:
        """Answer the last question of a conversation, as OpenAI's Chat Completions, streaming too."""
        writer = CompletionWriter(request, str(http.base_url))
        events = await asking(request.model, request.messages, request.conversation_id, owner)
        if request.stream:
            return event_stream(writer.stream(events))
        async with attended(http):
            return await writer.whole(events)

    @routes.post("/responses", response_model=ResponseObject, **answering)
    async def create_response(
        request: ResponseRequest, http: Request, owner: Owner
    ) -> ResponseObject | Response:
        """Answer a question, or the last one of a conversation, as OpenAI's Responses, streaming too."""
        conversation = request.conversation()
        writer = ResponseWriter(request, conversation, str(http.base_url))
        events = await asking(request.model, request.messages, conversation, owner)
        if request.stream:
            return event_stream(writer.stream(events))
        async with attended(http):
            return await writer.whole(events)

    @routes.get("/models", responses=errors)
    async def list_models() -> Models:
        """The names that can be asked under."""
        return models(desk)

    @routes.get("/models/{model:path}", responses=errors)
    async def show_model(model: str) -> Model:
        """One of them."""
        answerer_of(desk, model)
        return Model(id=model)

    return routes


class CompletionWriter:
    """Writes one answer, whole or as a stream of chunks that add up to the same."""

    def __init__(self, request: CompletionRequest, base: str) -> None:
        self._request = request
        self._base = base
        self._id = f"chatcmpl-{uuid.uuid4().hex}"
        self._created = int(time.time())
        self._composed = Composition()

    async def whole(self, events: AsyncIterator[Event]) -> Completion:
        """The completion. Raises what the events raise."""
        answer = await self._composed.whole(events)
        annotations = self._composed.annotations(answer, self._base)
        message = AssistantMessage(content=self._composed.text, annotations=annotations)
        return Completion(
            id=self._id,
            created=self._created,
            model=self._request.model,
            choices=[Choice(message=message)],
            usage=usage_of(answer),
            **sources_of(answer, self._base),
        )

    async def stream(self, events: AsyncIterator[Event]) -> AsyncIterator[bytes]:
        """The chunks as server-sent events; an error is the last of them before the end."""
        yield self._chunk({"role": "assistant", "content": ""})
        try:
            async for event in with_heartbeat(events):
                if event is None:
                    yield KEEPALIVE_COMMENT
                    continue
                if words := self._composed.take(event):
                    yield self._chunk({"content": words})
                if isinstance(event, Answer):
                    for chunk in self._ending(event):
                        yield chunk
        except BaseException as error:  # for whatever it is, the client must not take it for the end
            if not is_fault(error):
                raise
            told = openai_error(problem_of(error, PATH))
            yield format_sse_event(data_str=OpenAIErrorBody(error=told).model_dump_json())
        yield format_sse_event(data_str=DONE)

    def _ending(self, answer: Answer) -> list[bytes]:
        """The citations, the end, and the usage where it is asked for.

        OpenAI's typed chunks have no annotations; those who read them look for a delta that holds
        nothing else, before the end is told.
        """
        annotations = self._composed.annotations(answer, self._base)
        chunks = [
            self._chunk({"annotations": annotations}, **sources_of(answer, self._base)),
            self._chunk({}, finish="stop"),
        ]
        if self._request.stream_options and self._request.stream_options.include_usage:
            chunks.append(self._data(choices=[], usage=usage_of(answer)))
        return chunks

    def _chunk(self, delta: dict[str, Any], finish: str | None = None, **beside: Any) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return self._data(choices=[choice], **beside)

    def _data(self, **told: Any) -> bytes:
        chunk = {
            "id": self._id,
            "object": "chat.completion.chunk",
            "created": self._created,
            "model": self._request.model,
        }
        return format_sse_event(data_str=to_json(chunk | told))
