"""Answers in the dialect of OpenAI's Chat Completions, with citations as `url_citation` annotations.

`start_index` and `end_index` of an annotation are the place of the mark, such as "[1]", in the content:
Unicode code points, end exclusive. Beside what OpenAI's API has stand `citations` and `search_results`,
which other search APIs send and chat front ends show, and the whole answer under `dateline`.
"""

import re
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from index.errors import BadValue, DatelineError, NotFound
from index.records import Order
from service.answering import Desk
from service.answers import (
    Answer,
    Change,
    Citation,
    Claimed,
    DatedPosition,
    Disagreement,
    Event,
    Position,
    Shortened,
)
from service.formatting import ENGLISH, every_language, in_words, messages_of
from service.http.schemas import ConversationId
from service.outline import SUGGESTED, changed, disagreed
from service.pipeline import QUOTES
from service.questions.message import unwrapped
from service.questions.plan import Plan, Question, Turn
from service.references import web_address
from service.storage.conversations import TURNS

MODEL = "dateline"
LONGEST_QUESTION = 4000
TEXTS = ("text", "input_text", "output_text")  # the parts of messages that are read

_MARK = re.compile(r"\[\d+\]")


class Part(BaseModel):
    """A part of a message; only those of text are read."""

    type: str
    text: str | None = None


class Message(BaseModel):
    """A message of the conversation. System messages are not read: answers come from the archive alone."""

    role: str = ""
    content: str | list[Part] | None = None

    @property
    def words(self) -> str:
        """All the text of it."""
        if isinstance(self.content, str):
            return self.content
        return "\n".join(part.text or "" for part in self.content or () if part.type in TEXTS)


class StreamOptions(BaseModel):
    """Options of a stream: what it says beside the answer."""

    include_usage: bool | None = False


class CompletionRequest(BaseModel):
    """A conversation whose last question is to be answered. What OpenAI's API has beside this is ignored."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"model": "dateline", "messages": [{"role": "user", "content": "What does the bridge cost?"}]}
            ]
        }
    )

    model: Annotated[str, Field(min_length=1, max_length=300)] = Field(
        MODEL,
        description="`dateline`, or `dateline/` and the answerer",
        examples=["dateline", "dateline/quotes"],
    )
    messages: list[Message] = Field(min_length=1, max_length=2000)
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    conversation_id: ConversationId | None = Field(
        None, description="Dateline's own: keeps the answer in that conversation"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class UrlCitation:
    """The place of a citation mark in the content, and what it cites."""

    start_index: int
    end_index: int
    url: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """A citation as OpenAI's API wraps it."""

    type: Literal["url_citation"] = "url_citation"
    url_citation: UrlCitation


@dataclass(frozen=True, slots=True, kw_only=True)
class AssistantMessage:
    """The answer."""

    role: Literal["assistant"] = "assistant"
    content: str
    refusal: str | None = None
    annotations: list[Annotation]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The one answer there is."""

    index: int = 0
    message: AssistantMessage
    logprobs: None = None
    finish_reason: Literal["stop"] = "stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens of the language model; none where the answer quotes alone."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """A cited article."""

    title: str
    url: str
    date: str | None


_LIVE = (("<", "\\<"), ("](", "]\\("), ("]:", "]\\:"), ("://", ":\\/\\/"), ("www.", "www\\."))
"""What opens a tag, ends the words of a link, defines one, and is a link by itself; each with its escape."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """An answer in OpenAI's shape."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str
    choices: list[Choice]
    usage: Usage
    citations: list[str]
    search_results: list[SearchResult]
    dateline: Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A name to ask under."""

    id: str
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: str = "dateline"


@dataclass(frozen=True, slots=True, kw_only=True)
class Models:
    """The names to ask under."""

    object: Literal["list"] = "list"
    data: list[Model]


@dataclass(slots=True)
class Composition:
    """The content as it grows, event by event, with the places of its citation marks.

    A chat that shows the content alone must still tell who disagrees and what changed, so these follow
    the sentences, and the notes follow them.
    """

    text: str = ""
    is_timeline: bool = False
    locale: str = ENGLISH
    marks: list[tuple[int, int, int]] = field(default_factory=list)  # start, end, number of the citation

    def take(self, event: Event) -> str:
        """Takes an event in; gives what it adds to the content, which may be nothing."""
        if isinstance(event, Plan):
            self.is_timeline, self.locale = event.order is Order.TIMELINE, event.locale
        if isinstance(event, Shortened):
            short = event.short_answer
            return self._add("", " ".join([short.text, *map(_marked, short.citations)]), short.citations)
        if isinstance(event, Claimed):
            item = "- " if self.is_timeline and event.claim.support == "quoted" else ""
            between = "\n" if item and self.text.rpartition("\n")[2].startswith(item) else "\n\n"
            words = f"{item}{event.claim.text}"
            return self._add(between if self.text else "", words, event.claim.citations)
        if isinstance(event, Disagreement):
            return self._add_positions(disagreed(event.about, self.locale), event.positions)
        if isinstance(event, Change):
            return self._add_positions(changed(event.about, self.locale), event.positions)
        if isinstance(event, Answer):
            words = "" if self.text else self._add("", event.text, ())
            words += "".join(self._add("\n\n", f"Note: {note}", ()) for note in event.notes)
            asked = "".join(f"\n- {question}" for question in event.suggestions)
            suggested = messages_of(self.locale).gettext(SUGGESTED)
            return words + (self._add("\n\n", f"{suggested}{asked}", ()) if asked else "")
        return ""

    async def whole(self, events: AsyncIterator[Event]) -> Answer:
        """Takes all events in. Raises what they raise, and DatelineError where no answer ends them."""
        answer = None
        async for event in events:
            self.take(event)
            answer = event if isinstance(event, Answer) else answer
        if answer is None:
            raise DatelineError("the answer broke off before its end")
        return answer

    def _add(self, before: str, words: str, numbers: Sequence[int]) -> str:
        """The words end with the marks of those numbers. Marks before them are words of an article."""
        words = _still(words)
        self.text += before + words
        end = len(self.text)
        for number in reversed(numbers):
            mark = _marked(number)
            start = self.text.rindex(mark, 0, end)
            self.marks.append((start, start + len(mark), number))
            end = start
        return before + words

    def _add_positions(self, heading: str, positions: Iterable[Position | DatedPosition]) -> str:
        added = self._add("\n\n" if self.text else "", heading, ())
        for position in positions:
            dated = in_words(position.day, self.locale) if isinstance(position, DatedPosition) else ""
            day = f"{dated}: " if dated else ""
            said = position.value or position.text
            words = " ".join([f"- {day}{said}", *map(_marked, position.citations)])
            added += self._add("\n", words, position.citations)
        return added

    def annotations(self, answer: Answer, base: str) -> list[Annotation]:
        """A citation for each mark, in the order of the content. `base` is the address of this server."""
        cited = {citation.number: citation for citation in answer.citations}
        return [
            Annotation(
                url_citation=UrlCitation(
                    start_index=start,
                    end_index=end,
                    url=address(cited[number], base),
                    title=_title(cited[number]),
                )
            )
            for start, end, number in sorted(self.marks)
        ]


def asked(messages: Sequence[Message], conversation: str | None = None) -> Question:
    """The last question of the messages, after the turns before it. Raises BadValue where there is none."""
    exchanges = _exchanges(messages)
    if not exchanges or not exchanges[-1][0]:
        raise BadValue("the messages hold no question: none has the role user and a text")
    question = exchanges[-1][0]
    length = len(unwrapped(question).text if "<" in question else question)
    if length > LONGEST_QUESTION:
        raise BadValue(f"the question has {length} characters; the limit is {LONGEST_QUESTION}")
    # What was answered without a citation was a refusal, and says nothing of what was talked about.
    turns = tuple(
        Turn(question=before[:LONGEST_QUESTION], text=answer if _MARK.search(answer) else "")
        for before, answer in exchanges[-1 - TURNS : -1]
    )
    return Question(question=question, conversation_id=conversation, turns=turns)


def models(desk: Desk) -> Models:
    """Lists what can be asked: the desk's answerer, by its own name too, and the one that only quotes."""
    names = dict.fromkeys([desk.answerer.name, QUOTES])
    return Models(data=[Model(id=MODEL), *(Model(id=f"{MODEL}/{name}") for name in names)])


def answerer_of(desk: Desk, model: str) -> str | None:
    """The answerer that a model's name means; None is the desk's own. Raises NotFound."""
    known = [one.id for one in models(desk).data]
    if model not in known:
        raise NotFound(f"no model {model!r} here; there are: {', '.join(known)}")
    return model.removeprefix(MODEL).removeprefix("/") or None


def usage_of(answer: Answer) -> Usage:
    """The tokens of an answer."""
    sent, written = int(answer.usage.get("tokens_in", 0)), int(answer.usage.get("tokens_out", 0))
    return Usage(prompt_tokens=sent, completion_tokens=written, total_tokens=sent + written)


def sources_of(answer: Answer, base: str) -> dict[str, Any]:
    """Fields beside the message, by name: addresses, search results and the whole answer."""
    return {
        "citations": [address(citation, base) for citation in answer.citations],
        "search_results": [
            SearchResult(
                title=_title(citation),
                url=address(citation, base),
                date=citation.published.isoformat() if citation.published else None,
            )
            for citation in answer.citations
        ],
        "dateline": answer,
    }


def address(citation: Citation, base: str) -> str:
    """The address of a cited article; where it has none, that of the cited version on this server."""
    return web_address(citation) or f"{base}v1/articles/{citation.article_id}/versions/{citation.version}"


def _still(text: str) -> str:
    """Words as a chat shows them in Markdown, with no image, link, address or tag of an article live."""
    for sign, escaped in _LIVE:
        text = text.replace(sign, escaped)
    return text


def _marked(number: int) -> str:
    return f"[{number}]"


def _title(citation: Citation) -> str:
    return ", ".join(filter(None, (citation.title, citation.outlet))) or f"Article {citation.article_id}"


def _exchanges(messages: Iterable[Message]) -> list[tuple[str, str]]:
    """Each user's message with what the assistant said to it, empty where it said nothing."""
    found: list[tuple[str, str]] = []
    for message in messages:
        if message.role == "user":
            found.append((message.words.strip(), ""))
        elif message.role == "assistant" and found:
            # What was only suggested was not talked about.
            words = message.words
            for suggested in every_language(SUGGESTED):
                words = words.partition(f"\n\n{suggested}\n")[0]
            words = " ".join(words.split())
            found[-1] = (found[-1][0], f"{found[-1][1]} {words}".strip())
    return found
