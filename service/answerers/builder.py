"""An answer while it is written: its sentences one after another, its quotes numbered as they first come."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from index.records import Article, Hit, Span, Standing
from service import telemetry
from service.answers import (
    Adds,
    Change,
    Citation,
    Claim,
    Claimed,
    DatedPosition,
    Disagreement,
    EvidenceItem,
    Position,
    Proof,
    Section,
    ShortAnswer,
    Shortened,
    Source,
    TimelineEntry,
    imprint_of,
)
from service.evidence import Contrast, Happening, Quote, Report, Short, Statement
from service.formatting import precision
from service.reading import conflicts as comparison
from service.references import live_link, permanent_link
from service.verification.verify import stands

RELATED = 3  # citations shown with a refusal


class Clock:
    """Milliseconds that the stages of an answer took."""

    def __init__(self) -> None:
        self._started = time.perf_counter()
        self._laps: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Notes what it took in all, each time a span of its own."""
        began = time.perf_counter()
        with telemetry.span(name):
            yield
        took = round((time.perf_counter() - began) * 1000, 1)
        self._laps[name] = round(self._laps.get(name, 0.0) + took, 1)

    def laps_ms(self) -> dict[str, float]:
        """Every stage, and the total until now."""
        return self._laps | {"total": round((time.perf_counter() - self._started) * 1000, 1)}


@dataclass(frozen=True, slots=True)
class Begun:
    """Number of claims and citations when a section began."""

    claims: int
    citations: int


class Written:
    """Record of what has been written so far, and by whom."""

    def __init__(self) -> None:
        self.text = ""
        self.claims: list[Claim] = []
        self.citations: list[Citation] = []
        self.disagreements: list[Disagreement] = []
        self.changes: list[Change] = []
        self.timeline: list[TimelineEntry] = []
        self.answerer = ""
        self.dropped = 0
        self._replaced = 0  # sentences that gave way to the quotes they cite
        self._held: list[Sequence[Statement]] = []  # those quotes, a sentence each, until it ends
        self.proposed = 0  # to the question at hand
        self.unproved = 0
        self.report = Report()
        self.short_answer: ShortAnswer | None = None
        self._before: tuple[str, ...] = ()
        self._claims_before = 0
        self._numbers: dict[tuple[int, int, Span], int] = {}

    def shorten(self, short: Short) -> Shortened:
        """Takes the short answer; its quotes are numbered first."""
        known = len(self.citations)
        numbers = tuple(dict.fromkeys(self.number(quote) for quote in short.quotes))
        self.short_answer = ShortAnswer(text=short.text, citations=numbers)
        return Shortened(self.short_answer, tuple(self.citations[known:]))

    def evidence(self) -> tuple[EvidenceItem, ...]:
        """The citations worth showing, in the order they came, each with what it adds."""
        positions: list[Position | DatedPosition] = [
            *(side for one in self.disagreements for side in one.positions),
            *(side for one in self.changes for side in one.positions),
        ]
        sides = {number for side in positions for number in side.citations}
        items: list[EvidenceItem] = []
        articles: set[str] = set()
        days: set[date | None] = set()
        for one in self.citations:
            adds = _added(one, one.number in sides, articles, days) if items else "answer"
            items.append(EvidenceItem(citation=one.number, adds=adds))
            articles.add(one.article_id)
            days.add(one.published)
        return tuple(items)

    def begin_section(self) -> Begun:
        """Marks where the answer to one of several questions begins; its short answer is its own."""
        self.short_answer = None
        self.proposed = self.unproved = 0
        self._claims_before = len(self.claims)
        return Begun(len(self.claims), len(self.citations))

    def section(self, begun: Begun, question: str) -> Section:
        """The answer to one of several questions, which began there; the whole has no short answer then."""
        numbers = {number for claim in self.claims[begun.claims :] for number in claim.citations}
        short, self.short_answer = self.short_answer, None
        return Section(
            heading=question,
            question=question,
            status="answered" if numbers else "not_in_archive",
            short_answer=short,
            evidence=tuple(item for item in self.evidence() if item.citation in numbers),
        )

    def add(self, statement: Statement, proof: Proof | None = None) -> Claimed:
        """Appends a sentence that is proved."""
        known = len(self.citations)
        numbers = tuple(dict.fromkeys(self.number(quote) for quote in statement.quotes))
        text = " ".join([statement.text, *(f"[{number}]" for number in numbers)])
        claim = self._appended(text, numbers, statement.support, statement.score, proof)
        if statement.happened:
            self.timeline.append(self._entry(statement.happened, statement.quotes))
        return Claimed(claim, tuple(self.citations[known:]))

    def mark(self, statement: Statement) -> Claimed:
        """Appends a sentence that is not proved, which says so and cites nothing."""
        return Claimed(self._appended(f"{statement.text} [unproved]", (), "unsupported", 0.0), ())

    def contrast(self, contrast: Contrast, locale: str) -> Disagreement | Change:
        """Appends what sources disagree about, or what changed, as it is sent, in the words of a language."""
        if contrast.kind == "disagreement":
            self.disagreements.append(comparison.disagreement(contrast, self.number, locale))
            return self.disagreements[-1]
        self.changes.append(comparison.change(contrast, self.number, locale))
        return self.changes[-1]

    def number(self, quote: Quote) -> int:
        """The number of a quote's citation, a new one where it is cited for the first time."""
        place = (quote.article.id, quote.article.version, quote.span)
        if place not in self._numbers:
            self._numbers[place] = len(self._numbers) + 1
            self.citations.append(cited(quote, self._numbers[place]))
        return self._numbers[place]

    def says(self, statement: Statement) -> bool:
        """Tells whether the same words are written already, with what proves them."""
        return any(claim.citations and claim.text.startswith(f"{statement.text} [") for claim in self.claims)

    def cites(self, quote: Quote) -> bool:
        """Tells whether a quote is cited already."""
        return (quote.article.id, quote.article.version, quote.span) in self._numbers

    def reported(self, report: Report) -> None:
        """Takes what the answerer says of its own work."""
        self.report = report

    @property
    def has_claims(self) -> bool:
        """Tells whether anything is said to the question at hand."""
        return len(self.claims) > self._claims_before

    @property
    def held(self) -> int:
        """Sentences of the answerer at work that may give way to the quotes they cite."""
        return len(self._held)

    def hold(self, quotes: Sequence[Statement]) -> None:
        """Keeps the quotes that an unproved sentence cites; they come after what is proved."""
        self._held.append(quotes)

    def given_way(self) -> Iterator[Statement]:
        """The quotes held that are not cited yet."""
        self._replaced += len(self._held)
        held, self._held = self._held, []
        for statement in (statement for quotes in held for statement in quotes):
            if not any(map(self.cites, statement.quotes)):
                yield statement

    def falls_back(self, fallback: str) -> None:
        """Begins again with another answerer, keeping what is proved of the first."""
        self.dropped += len(self._held)
        self._held = []
        broken = f"{self.answerer} did not answer, so {fallback} does."
        few = f"Fewer than half of what {self.answerer} wrote could be proved, so {fallback} answers."
        self._before = (*self.report.notes, broken if not self.report.whole else few)
        self.report = Report(usage=self.report.usage, prompt_version=self.report.prompt_version)

    def notes(self) -> tuple[str, ...]:
        """Notes on how the answer came about, which a reader must know."""
        fates = (
            (self._replaced, "gave way to what it cites", "gave way to what they cite"),
            (self.dropped, "was left out", "were left out"),
        )
        unproved = (_unproved(count, one, several) for count, one, several in fates if count)
        return (*self._before, *self.report.notes, *unproved)

    def _entry(self, event: Happening, quotes: Sequence[Quote]) -> TimelineEntry:
        """An event with its own quote first; the other reports of it are cited, too."""
        cited = [self.number(quote) for quote in (*quotes, *filter(stands, event.others))]
        return TimelineEntry(
            first=event.first,
            last=event.last,
            precision=precision(event.first, event.last),
            text=quotes[0].text,
            citations=tuple(dict.fromkeys(cited)),
            planned=event.planned,
            told=event.told,
            time=event.time,
        )

    def _appended(
        self, text: str, numbers: tuple[int, ...], support: Any, score: float, proof: Proof | None = None
    ) -> Claim:
        start = len(self.text) + 1 if self.text else 0
        self.text = f"{self.text}\n{text}" if self.text else text
        claim = Claim(
            text=text,
            start=start,
            end=start + len(text),
            citations=numbers,
            support=support,
            score=round(score, 4),
            proof=proof,
        )
        self.claims.append(claim)
        return claim


def _unproved(count: int, one: str, several: str) -> str:
    if count == 1:
        return f"1 sentence could not be proved and {one}."
    return f"{count} sentences could not be proved and {several}."


def _added(one: Citation, is_side: bool, articles: set[str], days: set[date | None]) -> Adds:
    """Finds what a citation adds to those of these articles and days."""
    if is_side:
        return "side"
    if one.article_id in articles:
        return "fact"
    return "source" if one.published in days else "day"


def cited(quote: Quote, number: int) -> Citation:
    """The full reference of a quote."""
    article = quote.article
    citation = Citation(
        **imprint_of(article),
        number=number,
        published_until=article.published_last,
        quote=quote.text,
        start=quote.span.start,
        end=quote.span.end,
        speaker=quote.speaker,
        also_printed_by=quote.also_printed_by,
        corrected=_corrected(article),
    )
    return replace(citation, live_link=live_link(citation), permanent_link=permanent_link(citation))


def _corrected(article: Article) -> str | None:
    """Says in a sentence what notices have made of an article."""
    if article.standing is Standing.RETRACTED:
        return "This article was withdrawn."
    if article.notice_in is not None:
        return "A later article corrects this one."
    return "This article carries a correction of its own." if article.standing else None


def sources(hits: Sequence[Hit]) -> tuple[Source, ...]:
    """The articles of the hits, best first, once each."""
    return tuple(Source(**imprint_of(hit.article), score=round(hit.score, 4)) for hit in _best(hits))


def _best(hits: Sequence[Hit]) -> list[Hit]:
    """The best hit of each article, the nearest first."""
    found: dict[int, Hit] = {}
    for hit in hits:
        found.setdefault(hit.article.id, hit)
    return list(found.values())


def related(hits: Sequence[Hit]) -> tuple[Citation, ...]:
    """The first sentences of the passages of the nearest articles, which stand beside a refusal."""
    nearest = [Quote(article=hit.article, span=hit.passage.sentences[0]) for hit in _best(hits)[:RELATED]]
    return tuple(cited(quote, number) for number, quote in enumerate(nearest, 1))
