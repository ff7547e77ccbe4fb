"""Answers in the dialect of OpenAI's Responses: the same content and citations as in Chat Completions.

An answer is kept in a conversation, which the id of a response names; `previous_response_id` goes on with it.
"""

import time
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Literal

from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from index.errors import is_fault
from service.answers import Answer, Event, to_json
from service.http.events import with_heartbeat
from service.http.openai import MODEL, Composition, Message, UrlCitation, usage_of
from service.http.problems import openai_error, problem_of

PATH = "/v1/responses"
_ID = "resp_{conversation}_{response}"

ResponseId = Annotated[str, StringConstraints(pattern=r"^resp_[0-9a-f]{32}_[0-9a-f]{32}$")]


class ResponseRequest(BaseModel):
    """A question, or a conversation whose last question is to be answered. Instructions are not read."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"model": "dateline", "input": "What does the bridge cost?"}]}
    )

    model: Annotated[str, Field(min_length=1, max_length=300)] = Field(
        MODEL, description="`dateline`, or `dateline/` and the answerer", examples=["dateline"]
    )
    input: str | Annotated[list[Message], Field(min_length=1, max_length=2000)]
    stream: bool | None = False
    previous_response_id: ResponseId | None = Field(None, description="goes on with its conversation")

    @property
    def messages(self) -> list[Message]:
        """The input as messages."""
        return [Message(role="user", content=self.input)] if isinstance(self.input, str) else self.input

    def conversation(self) -> str:
        """The id of the conversation that the answer is kept in, a new one where it goes on with none."""
        return self.previous_response_id.split("_")[1] if self.previous_response_id else uuid.uuid4().hex


@dataclass(frozen=True, slots=True, kw_only=True)
class TextAnnotation(UrlCitation):
    """A citation as this dialect has it: flat."""

    type: Literal["url_citation"] = "url_citation"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputText:
    """The answer."""

    type: Literal["output_text"] = "output_text"
    text: str = ""
    annotations: list[TextAnnotation] = field(default_factory=list)
    logprobs: list[Any] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputMessage:
    """The one message there is."""

    id: str
    type: Literal["message"] = "message"
    role: Literal["assistant"] = "assistant"
    status: Literal["in_progress", "completed"] = "in_progress"
    content: list[OutputText] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenUsage:
    """Tokens of the language model; none where the answer quotes alone."""

    input_tokens: int
    input_tokens_details: dict[str, int] = field(
        default_factory=lambda: {"cached_tokens": 0, "cache_write_tokens": 0}
    )
    output_tokens: int
    output_tokens_details: dict[str, int] = field(default_factory=lambda: {"reasoning_tokens": 0})
    total_tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseObject:
    """An answer in OpenAI's shape, and under `dateline` in ours."""

    id: str
    object: Literal["response"] = "response"
    created_at: int
    status: Literal["in_progress", "completed", "failed"] = "in_progress"
    error: dict[str, str] | None = None
    incomplete_details: None = None
    instructions: None = None
    metadata: dict[str, str] = field(default_factory=dict)
    model: str
    output: list[OutputMessage] = field(default_factory=list)
    parallel_tool_calls: bool = False
    previous_response_id: str | None
    tool_choice: Literal["none"] = "none"
    tools: list[Any] = field(default_factory=list)
    usage: TokenUsage | None = None
    dateline: Answer | None = None


class ResponseWriter:
    """Writes one answer, whole or as a stream of events whose last one holds the same."""

    def __init__(self, request: ResponseRequest, conversation: str, base: str) -> None:
        self._base = base
        self._composed = Composition()
        self._message = OutputMessage(id=f"msg_{uuid.uuid4().hex}")
        self._response = ResponseObject(
            id=_ID.format(conversation=conversation, response=uuid.uuid4().hex),
            created_at=int(time.time()),
            model=request.model,
            previous_response_id=request.previous_response_id,
        )
        self._sent = 0

    async def whole(self, events: AsyncIterator[Event]) -> ResponseObject:
        """The response. Raises what the events raise."""
        return self._completed(await self._composed.whole(events))

    async def stream(self, events: AsyncIterator[Event]) -> AsyncIterator[bytes]:
        """The events of the response, named and numbered; of a fault, `response.failed` is the last."""
        yield self._event("response.created", response=self._response)
        yield self._event("response.in_progress", response=self._response)
        yield self._event("response.output_item.added", output_index=0, item=self._message)
        yield self._part("response.content_part.added", part=OutputText())
        try:
            async for event in with_heartbeat(events):
                if event is None:
                    yield KEEPALIVE_COMMENT
                    continue
                if words := self._composed.take(event):
                    yield self._part("response.output_text.delta", delta=words, logprobs=[])
                if isinstance(event, Answer):
                    for ending in self._ending(event):
                        yield ending
        except BaseException as error:  # for whatever it is, the client must not take it for the end
            if not is_fault(error):
                raise
            told = openai_error(problem_of(error, PATH))
            code = {"code": "server_error", "message": told.message}
            yield self._event(
                "response.failed", response=replace(self._response, status="failed", error=code)
            )

    def _ending(self, answer: Answer) -> Iterator[bytes]:
        done = self._completed(answer)
        (message,) = done.output
        (text,) = message.content
        for place, annotation in enumerate(text.annotations):
            added = "response.output_text.annotation.added"
            yield self._part(added, annotation_index=place, annotation=annotation)
        yield self._part("response.output_text.done", text=text.text, logprobs=[])
        yield self._part("response.content_part.done", part=text)
        yield self._event("response.output_item.done", output_index=0, item=message)
        yield self._event("response.completed", response=done)

    def _completed(self, answer: Answer) -> ResponseObject:
        annotations = [
            TextAnnotation(
                url=cited.url, title=cited.title, start_index=cited.start_index, end_index=cited.end_index
            )
            for cited in (one.url_citation for one in self._composed.annotations(answer, self._base))
        ]
        text = OutputText(text=self._composed.text, annotations=annotations)
        used = usage_of(answer)
        usage = TokenUsage(
            input_tokens=used.prompt_tokens,
            output_tokens=used.completion_tokens,
            total_tokens=used.total_tokens,
        )
        message = replace(self._message, status="completed", content=[text])
        return replace(self._response, status="completed", output=[message], usage=usage, dateline=answer)

    def _part(self, name: str, **told: Any) -> bytes:
        return self._event(name, item_id=self._message.id, output_index=0, content_index=0, **told)

    def _event(self, name: str, **told: Any) -> bytes:
        event = {"type": name, "sequence_number": self._sent, **told}
        self._sent += 1
        return format_sse_event(event=name, data_str=to_json(event))
