"""The nouns of the archive. Everything else in `index` makes, stores or finds one of these.

Offsets count Unicode code points into an article version's text, end exclusive. A quote is always
`text[start:end]`, never typed again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from index.errors import BadValue


class Origin(StrEnum):
    """Origin of a piece of metadata, from the surest to none."""

    GIVEN = "given"  # a field of a JSON line, front matter or an API call
    PAGE = "page"  # a page's own markup: JSON-LD, OpenGraph, meta tags
    TEXT = "text"  # words of the article: a byline, a dateline, a date line
    INFERRED = "inferred"  # concluded, not read: a year from its weekday, a language from its letters
    UNKNOWN = "unknown"


class ZoneKind(StrEnum):
    """Kind of a stretch of an article's text."""

    REPORTING = "reporting"
    CAPTION = "caption"
    QUESTION = "question"  # what an interviewer asks: read with its answer, never quoted
    COMMENT = "comment"  # readers' words under the article
    NOTICE = "notice"  # a correction or retraction of the article itself
    NAVIGATION = "navigation"  # menus, share buttons, "most read"
    LEGAL = "legal"  # comment policies, copyright, cookie notices


EVIDENCE = frozenset({ZoneKind.REPORTING, ZoneKind.CAPTION})
"""The zones that may be quoted; the others are kept and shown but never searched."""


class Standing(StrEnum):
    """State of an article after what printed notices say of it."""

    CORRECTED = "corrected"
    RETRACTED = "retracted"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch `[start, end)` of a text."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """The slice of that text."""
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Zone(Span):
    """A stretch of an article's text and what it is."""

    kind: ZoneKind


@dataclass(frozen=True, slots=True)
class Notice(Span):
    """A stretch of an article's text that corrects or withdraws it, such as an editor's note."""

    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class DateMention(Span):
    """A date that the text names, resolved to the days it means, both inclusive.

    "last Thursday" is one day; "in the first three months of 2021" is ninety. `origin` is `text` where
    the words fix the days, by themselves or with the day of publication, and `inferred` where a part
    was concluded, such as a year from a weekday. `planned` says that the sentence only looks ahead to it.
    """

    first: date
    last: date
    origin: Origin
    planned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An article as a reader found it, not yet in the archive.

    `key` says which article it is, so that reading it again updates it: its URL, else the id its
    file gives it, else its file's path. `zones` are ordered, do not overlap, and between them lie
    only line breaks and spaces. `dates` are those that the evidence names, in order. `origins` names the
    origin of title, outlet, author, published, updated, language, dateline and url.

    Where the text fixes only some days, `published` is the first on which it can have been published and
    `published_last` the last; `published_last` is None where the day is known.
    """

    key: str
    text: str
    zones: tuple[Zone, ...]
    title: str | None = None
    outlet: str | None = None
    author: str | None = None
    published: date | None = None
    published_last: date | None = None
    updated: date | None = None
    language: str | None = None  # ISO 639-1
    url: str | None = None
    dateline: str | None = None  # the place in front of the first sentence
    dates: tuple[DateMention, ...] = ()
    notices: tuple[Notice, ...] = ()
    names: tuple[str, ...] = ()  # of people, places and organisations, as the evidence spells them
    repairs: tuple[str, ...] = ()  # what was mended in the text, such as "mojibake"
    origins: Mapping[str, Origin] = field(default_factory=dict)
    notes: tuple[str, ...] = ()  # what of its file was not understood or left out, for whoever adds it

    def evidence(self) -> str:
        """The reporting and captions alone, as one text to read."""
        return "\n\n".join(zone.of(self.text) for zone in self.zones if zone.kind in EVIDENCE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Article(Draft):
    """One version of an article in the archive. `version` counts from 1; older ones stay.

    `standing` is what notices have made of the article, and `notice_in` the article that prints the notice
    where that is another one.
    """

    id: int
    version: int
    cluster: int  # the same for all articles that print one text
    added: datetime
    standing: Standing | None = None
    notice_in: int | None = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something that could not become an article, and the sentence that says why."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage(Span):
    """A searchable stretch of an article version, cut at sentence ends. Its text is the slice."""

    id: int
    article_id: int
    version: int
    text: str
    sentences: tuple[Span, ...]

    def sentence_text(self, sentence: Span) -> str:
        """The words of one of its sentences."""
        return self.text[sentence.start - self.start : sentence.end - self.start]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Limits of what a search may return. Days are inclusive; None and empty mean no limit.

    An article of unknown date passes only where no date is asked for; an article is as old as its
    publication, so `as_of` hides what was published after that day.
    """

    since: date | None = None
    until: date | None = None
    as_of: date | None = None
    outlets: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()  # an article passes whose byline holds one of them, whatever the case
    languages: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self != Filters()

    def spelled(self, outlets: Iterable[str]) -> "Filters":
        """The same with its outlets spelled as an archive's are, whatever their case.

        Raises BadValue for one that is not among them.
        """
        known = {outlet.casefold(): outlet for outlet in outlets}
        unknown = [outlet for outlet in self.outlets if outlet.casefold() not in known]
        if unknown:
            raise BadValue(
                f"no outlet {unknown[0]!r} in this archive; there are: {', '.join(known.values()) or 'none'}"
            )
        return replace(self, outlets=tuple(known[outlet.casefold()] for outlet in self.outlets))


class Order(StrEnum):
    """Order of the passages that bear on a question."""

    RELEVANCE = "relevance"
    NEWEST = "newest"  # the newest reporting, as for "latest" and "now"
    TIMELINE = "timeline"  # the order of the events told of, the earliest first


@dataclass(frozen=True, slots=True)
class Period:
    """Days, both inclusive; None is open. One that a question names, such as "in May 2021"."""

    first: date | None
    last: date | None

    def overlaps(self, first: date, last: date) -> bool:
        """Tells whether any of those days, both inclusive, lies in the period."""
        return (self.last is None or first <= self.last) and (self.first is None or self.first <= last)


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Query of a search. Filters hide; other names and days only raise the rank.

    `outlets`, `authors` and `periods` are those that a question names in passing: passages of them are
    preferred and each named outlet gets its share, while nothing else is hidden.
    """

    text: str  # what is embedded
    words: str | None = None  # what is matched word by word; the text where None
    filters: Filters = field(default_factory=Filters)
    outlets: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    periods: tuple[Period, ...] = ()
    order: Order = Order.RELEVANCE
    limit: int = 10
    language: str | None = None  # of the question, ISO 639-1; None where it is not known


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A passage that a search found, with its article. Scores are higher for better, 0 to 1."""

    passage: Passage
    article: Article
    score: float
    dense: float  # cosine of question and passage
    lexical: float  # BM25, unbounded
