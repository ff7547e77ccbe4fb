"""The nouns of answering. Their fields are the wire contract: every front sends them as they are.

Offsets count Unicode code points, end exclusive: a claim's into the answer's text, a citation's into
the text of the article version it names.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from index.records import Article, Filters, Hit, Order, Period, Span

Named = Literal["dates", "outlets", "authors"]
"""What the words of a question can name in passing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """An earlier question of a conversation, stand-alone, with what was answered; empty for a refusal."""

    question: str
    text: str = ""
    outlets: tuple[str, ...] = ()  # that are cited
    speakers: tuple[str, ...] = ()  # of the quotes, in their order


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What was asked, with what the reader wants it limited to."""

    question: str
    conversation_id: str | None = None
    filters: Filters = field(default_factory=Filters)
    order: Order | None = None  # None leaves it to the words of the question
    ignore: tuple[Named, ...] = ()  # that the words of the question name, and that is not to count
    turns: tuple[Turn, ...] = ()  # the conversation before it, where no kept one has its id


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a question was understood."""

    standalone_question: str
    since: date | None = None
    until: date | None = None
    as_of: date | None = None
    outlets: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    named_outlets: tuple[str, ...] = ()  # these come first; the limits above hide all else
    named_authors: tuple[str, ...] = ()
    named_periods: tuple[Period, ...] = ()
    order: Order = Order.RELEVANCE
    search_words: str = ""  # the question without what only limits or orders it
    ignored: tuple[Named, ...] = ()  # what the words name and did not count, being searched as words


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
class DatedPosition:
    """What was said at one time. `day` is when it was published, or else when it happened."""

    text: str
    day: date | None
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What the reporting said at different times about the same thing, the newest first."""

    about: str
    positions: tuple[DatedPosition, ...]


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
    changes: tuple[Change, ...] = ()
    notes: tuple[str, ...] = ()  # what a reader must know of how it came about, a sentence each
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


Event = Plan | Sources | Claimed | Disagreement | Change | Answer
EVENT_NAMES: Mapping[type, str] = {
    Plan: "plan",
    Sources: "sources",
    Claimed: "claim",
    Disagreement: "disagreement",
    Change: "change",
    Answer: "done",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A stretch of an article that an answerer wants to cite, not yet proved."""

    article: Article
    span: Span
    answer: Span | None = None  # the words of it that answer, in the article's text
    speaker: str | None = None
    also_printed_by: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return self.span.of(self.article.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A sentence that the reading model takes for an answer. `score` is its probability, 0 to 1."""

    quote: Quote
    answer: str  # the words that answer, as they stand in the quote
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """Findings that assert the same, as far as can be told, best first. `day` is that of the newest."""

    findings: tuple[Finding, ...]
    day: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """Sides that do not assert the same: at one time a disagreement, at several a change.

    The sides of a change go from the newest to the oldest, those of a disagreement from the best
    supported on; articles that print one text count once.
    """

    kind: Literal["disagreement", "change"]
    about: str
    sides: tuple[Side, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that an answerer is given: the plan, the passages, what reads as an answer, how it compares."""

    plan: Plan
    hits: tuple[Hit, ...]
    findings: tuple[Finding, ...]
    contrasts: tuple[Contrast, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A sentence that an answerer proposes, with the quotes that should prove it."""

    text: str
    quotes: tuple[Quote, ...]
    support: Literal["quoted", "verified"]
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What an answerer says of its own work, after its last statement.

    `whole` is False where the answer broke off or could not be written; `notes` then say why.
    """

    whole: bool = True
    notes: tuple[str, ...] = ()
    prompt_version: str | None = None
    usage: Mapping[str, Any] = field(default_factory=dict)
