"""The nouns of answering. Their fields are the wire contract: every front sends them as they are.

Offsets count Unicode code points, end exclusive: a claim's into the answer's text, a citation's into
the text of the article version it names.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from index.records import Article, Filters, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What was asked, with what the reader wants it limited to."""

    question: str
    conversation_id: str | None = None
    filters: Filters = field(default_factory=Filters)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a question was understood."""

    standalone_question: str
    since: date | None = None
    until: date | None = None
    as_of: date | None = None
    outlets: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    order: Literal["relevance", "newest"] = "relevance"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An article that was read for the answer."""

    article_id: str
    version: int
    title: str | None
    outlet: str | None
    author: str | None
    published: date | None
    published_origin: str
    url: str | None
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A verbatim quote, and the exact place of the exact article version it stands at."""

    number: int
    article_id: str
    version: int
    title: str | None
    outlet: str | None
    author: str | None
    published: date | None
    published_origin: str
    url: str | None
    quote: str
    start: int
    end: int
    speaker: str | None = None
    also_printed_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A sentence of the answer, with the numbers of the citations that prove it."""

    text: str
    start: int
    end: int
    citations: tuple[int, ...]
    support: Literal["quoted", "verified", "unsupported"]
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """One side of a disagreement."""

    text: str
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """Sources that differ about the same thing."""

    about: str
    positions: tuple[Position, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched:
    """What the archive holds within the question's limits: what a refusal speaks of."""

    articles: int
    passages: int
    since: date | None
    until: date | None
    outlets: tuple[str, ...]
    oldest: date | None
    newest: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The whole answer. `related` are the nearest passages of a refusal, which do not answer."""

    id: str
    conversation_id: str
    question: str
    standalone_question: str
    status: Literal["answered", "not_in_archive", "incomplete"]
    text: str
    claims: tuple[Claim, ...]
    citations: tuple[Citation, ...]
    disagreements: tuple[Disagreement, ...]
    searched: Searched
    plan: Plan
    answerer: str
    related: tuple[Citation, ...] = ()
    prompt_version: str | None = None
    usage: Mapping[str, Any] = field(default_factory=dict)
    timings_ms: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sources:
    """An event: what is being read."""

    sources: tuple[Source, ...]
    passages: int


@dataclass(frozen=True, slots=True)
class Claimed:
    """An event: a sentence that has been proved, with the citations that are new with it."""

    claim: Claim
    citations: tuple[Citation, ...]


Event = Plan | Sources | Claimed | Disagreement | Answer
EVENT_NAMES: Mapping[type, str] = {
    Plan: "plan",
    Sources: "sources",
    Claimed: "claim",
    Disagreement: "disagreement",
    Answer: "done",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A stretch of an article that an answerer wants to cite, not yet proved."""

    article: Article
    span: Span
    speaker: str | None = None
    also_printed_by: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return self.span.of(self.article.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A sentence that an answerer proposes, with the quotes that should prove it."""

    text: str
    quotes: tuple[Quote, ...]
    support: Literal["quoted", "verified"]
    score: float
