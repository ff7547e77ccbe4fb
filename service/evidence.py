"""Evidence of an answer: quotes, candidates, contrasts, and the statements of an answerer.

These stay inside; what is sent of them is in `service.answers`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from index.extraction.duplicates import differ
from index.extraction.entries import entries
from index.records import Article, DateMention, Hit, Span, Standing
from service.questions.plan import Plan


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

    @property
    def days(self) -> tuple[DateMention, ...]:
        """The dates that stand in it, in order."""
        inside = (day for day in self.article.dates if self.span.start <= day.start)
        return tuple(day for day in inside if day.end <= self.span.end)

    @property
    def is_replaced(self) -> bool:
        """Tells whether its article was withdrawn, or is corrected by another one."""
        return self.article.standing is Standing.RETRACTED or self.article.notice_in is not None

    @property
    def minute(self) -> int | None:
        """The minute that stamps its article, where that is an entry of a live blog."""
        found = entries(self.article.text, self.article.published)
        return found[0].minute if len(found) == 1 else None

    def is_of_one_blog(self, other: "Quote") -> bool:
        """Tells whether both are of entries of one live blog, which contradicts nothing it told before."""
        blogs = (quote.article.key.rpartition("#")[0] for quote in (self, other))
        return next(blogs) == next(blogs) != "" and None not in (self.minute, other.minute)

    def is_other_print(self, *others: "Quote") -> bool:
        """Tells whether another house prints the sentence, with another figure, name or denial."""
        return any(
            self.article.outlet != other.article.outlet and differ(self.text, other.text) for other in others
        )

    def overlaps(self, other: "Quote") -> bool:
        """Tells whether both share words of one article version."""
        same = (self.article.id, self.article.version) == (other.article.id, other.article.version)
        return same and self.span.start < other.span.end and other.span.start < self.span.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A sentence that the reading model takes for an answer. `score` is its probability, 0 to 1."""

    quote: Quote
    answer: str  # the words that answer, as they stand in the quote
    score: float
    sure: float = 1.0  # the reader's probability that it is these very words


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """Findings that assert the same, as far as can be told; the best first, of a change the oldest.

    `value` is what they come down to, in the words of the first: "23", "$1.34 billion"; `day` is its day.
    """

    findings: tuple[Finding, ...]
    day: date | None
    value: str | None = None

    @property
    def when(self) -> tuple[date, int]:
        """Its place among others in time."""
        return self.day or date.min, self.findings[0].quote.minute or 0


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
class Decision:
    """The sentence that confirms or denies a statement; `word` is None where it is only the nearest to it."""

    word: Literal["Yes", "No"] | None
    quote: Quote
    score: float  # the judge's probability


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that an answerer is given: the plan, the passages, what reads as an answer, how it compares."""

    plan: Plan
    hits: tuple[Hit, ...]
    findings: tuple[Finding, ...]
    contrasts: tuple[Contrast, ...]
    decision: Decision | None = None  # what confirms or denies that which is asked or taken for granted


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """Time of an event, `told` in words, and the other reports of it, which are merged with its own.

    `time` is the clock time that a rolling article stamps it with, as it is printed.
    """

    first: date
    last: date
    told: str
    planned: bool = False
    others: tuple[Quote, ...] = ()
    time: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A sentence that an answerer proposes, with the quotes that should prove it.

    One that `happened` quotes an event of a timeline.
    """

    text: str
    quotes: tuple[Quote, ...]
    support: Literal["quoted", "verified"]
    score: float
    happened: Happening | None = None


@dataclass(frozen=True, slots=True)
class Short:
    """A short answer that an answerer proposes before its statements, with the quotes that prove it."""

    text: str
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Report of an answerer on its own work, after its last statement.

    `whole` is False where the answer broke off or could not be written; `notes` then say why.
    """

    whole: bool = True
    notes: tuple[str, ...] = ()
    prompt_version: str | None = None
    usage: Mapping[str, Any] = field(default_factory=dict)
