"""The nouns of answering. Their fields are the wire contract: every front sends them as they are.

Offsets count Unicode code points, end exclusive: a claim's into the answer's text, a citation's into
the text of the article version it names.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

import pydantic_core

from index.records import Article, Origin
from service.questions.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Imprint:
    """Reference to one version of an article; `imprint_of` reads it from the article."""

    article_id: str
    version: int
    title: str | None
    outlet: str | None
    author: str | None
    published: date | None
    published_origin: str
    url: str | None


def imprint_of(article: Article) -> dict[str, Any]:
    """Returns the fields of an Imprint."""
    return {
        "article_id": str(article.id),
        "version": article.version,
        "title": article.title,
        "outlet": article.outlet,
        "author": article.author,
        "published": article.published,
        "published_origin": article.origins.get("published", Origin.UNKNOWN),
        "url": article.url,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Source(Imprint):
    """An article that was read for the answer."""

    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation(Imprint):
    """A verbatim quote, and the exact place of the exact article version it stands at."""

    number: int
    quote: str
    start: int
    end: int
    speaker: str | None = None
    also_printed_by: tuple[str, ...] = ()
    published_until: date | None = None  # the last day it may have been published, where that is not sure
    corrected: str | None = None  # how the article was corrected or withdrawn after this version
    live_link: str | None = None  # the original page, scrolled to the quote
    permanent_link: str | None = None  # the quote in this version, on Dateline's own page


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Proof of a claim: the clause that was hardest to prove, and the words that prove it."""

    clause: str
    premise: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A sentence of the answer, with the numbers of the citations that prove it."""

    text: str
    start: int
    end: int
    citations: tuple[int, ...]
    support: Literal["quoted", "verified", "unsupported"]
    score: float
    proof: Proof | None = None  # of a claim that is not a quote


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortAnswer:
    """One line that answers, in the words of the sources; each part stands in a quote it cites."""

    text: str
    citations: tuple[int, ...]


Adds = Literal["answer", "source", "day", "fact", "side"]
"""What a quote adds to those before it: another source, another day, another fact, a side of a contrast."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceItem:
    """A citation that is worth showing, and what it adds to those before it."""

    citation: int
    adds: Adds


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEntry:
    """One event of a timeline, with the quotes that tell of it.

    It happened on `first`, or between `first` and `last`; `precision` says how the day is to be told, and
    `told` tells it in words: "The end of 2021", "Reported on 3 May 2024" where only that day is known.
    """

    first: date
    last: date
    precision: Literal["day", "month", "year", "span"]
    text: str
    citations: tuple[int, ...]
    planned: bool = False
    told: str = ""
    time: str | None = None  # of the day, as a rolling article prints it


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows counted or listed from the catalogue. `articles` are the ids that the rows link to, or None."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    articles: tuple[str | None, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """The answer to one of several questions, or to one side of a comparison."""

    heading: str
    question: str
    status: Literal["answered", "not_in_archive"]
    short_answer: ShortAnswer | None = None
    evidence: tuple[EvidenceItem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """One side of a disagreement. `value` is what it comes down to, in the words of its source."""

    text: str
    citations: tuple[int, ...]
    value: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """Sources that differ about the same thing."""

    about: str
    positions: tuple[Position, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedPosition:
    """Position at one time. `day` is when it was published, or else when it happened."""

    text: str
    day: date | None
    citations: tuple[int, ...]
    value: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Change in the reporting about the same thing, the newest first."""

    about: str
    positions: tuple[DatedPosition, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched:
    """Counts of what the archive holds within the question's limits: what a refusal speaks of."""

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
    short_answer: ShortAnswer | None = None
    evidence: tuple[EvidenceItem, ...] = ()  # the most direct first
    sections: tuple[Section, ...] = ()
    timeline: tuple[TimelineEntry, ...] = ()
    table: Table | None = None
    suggestions: tuple[str, ...] = ()  # questions to go on with, or to ask differently


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


@dataclass(frozen=True, slots=True)
class Shortened:
    """An event: the short answer, before the sentences, with the citations that are new with it."""

    short_answer: ShortAnswer
    citations: tuple[Citation, ...]


def to_json(value: Any, indent: int | None = None) -> str:
    """Returns any of what fronts send as JSON; days are YYYY-MM-DD."""
    return pydantic_core.to_json(value, indent=indent).decode()


Event = Plan | Sources | Shortened | Claimed | Disagreement | Change | Answer
EVENT_NAMES: Mapping[type, str] = {
    Plan: "plan",
    Sources: "sources",
    Shortened: "short_answer",
    Claimed: "claim",
    Disagreement: "disagreement",
    Change: "change",
    Answer: "done",
}
