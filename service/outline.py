"""An answer as blocks in reading order, made once for every front that shows it whole.

The short answer comes first, then what was written, then what sources disagree about, then each quote
once. Fronts decide how a block looks, never which there are or in what order.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from index.records import Origin
from service.answers import Answer, Citation, EvidenceItem, Section, TimelineEntry
from service.formatting import (
    ENGLISH,
    in_words,
    messages_of,
    month_in_words,
    planned,
    quotation,
    shortened,
    span,
)

SHOWN = 3  # quotes before "more"
AGES = (
    (365, "{count} year ago", "{count} years ago"),
    (30, "{count} month ago", "{count} months ago"),
    (1, "{count} day ago", "{count} days ago"),
)
"""Lengths in days, the longest first, with how many of them are told."""
BRIEF = 160  # characters of a side that has no value; its quote stands whole below

NEAREST = "Nearest, not an answer"
SUGGESTED = "You could ask:"
_READ = {Origin.TEXT: "read in the text", Origin.INFERRED: "inferred"}


@dataclass(frozen=True, slots=True)
class Lead:
    """The line that answers or refuses."""

    text: str
    citations: tuple[int, ...] = ()
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Heading:
    """Heading of the blocks after it."""

    text: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence that an answerer wrote, without its marks."""

    text: str
    citations: tuple[int, ...]
    support: Literal["quoted", "verified", "unsupported"]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table. `citations` prove it; `article` is the id of the article it links to."""

    cells: tuple[str, ...]
    citations: tuple[int, ...] = ()
    article: str | None = None


@dataclass(frozen=True, slots=True)
class Rows:
    """A small table: a contrast, a timeline, what the catalogue counts."""

    kind: Literal["disagreement", "change", "timeline", "table"]
    title: str
    rows: tuple[Row, ...]
    columns: tuple[str, ...] = ()  # their heads, of what the catalogue counts


@dataclass(frozen=True, slots=True)
class Quoted:
    """A quote with its reference. `more` tells that it is shown only to who asks for more."""

    citation: Citation
    more: bool = False


@dataclass(frozen=True, slots=True)
class Nearest:
    """The articles nearest to a question that the archive does not answer."""

    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """Note on how the answer came about."""

    text: str


@dataclass(frozen=True, slots=True)
class Suggestions:
    """Questions to go on with."""

    questions: tuple[str, ...]


Block = Lead | Heading | Sentence | Rows | Quoted | Nearest | Note | Suggestions


def outline(answer: Answer) -> tuple[Block, ...]:
    """The blocks of an answer."""
    return tuple(_blocks(answer))


def written(answer: Answer) -> list[Sentence]:
    """The sentences that are no quotes; a quote is shown once, as evidence."""
    return [
        Sentence(without_marks(claim.text, claim.citations), claim.citations, claim.support)
        for claim in answer.claims
        if claim.support != "quoted"
    ]


def without_marks(text: str, numbers: Sequence[int]) -> str:
    """The text of a claim without the citation marks at its end."""
    for number in reversed(numbers):
        text = text.removesuffix(f" [{number}]")
    return text


def who(citation: Citation, locale: str = ENGLISH) -> str:
    """Source of a citation: the outlet, and the speaker where the quote is somebody's words."""
    told = messages_of(locale).gettext
    outlet = citation.outlet or told("Unknown outlet")
    if not citation.speaker:
        return outlet
    return told("{outlet}, quoting {speaker}").format(outlet=outlet, speaker=citation.speaker)


def when(citation: Citation, locale: str = ENGLISH) -> str:
    """The day of publication in words, with how it was found where that is not certain."""
    told = messages_of(locale).gettext
    if citation.published is None:
        return told("date unknown")
    how = _READ.get(Origin(citation.published_origin))
    until = citation.published_until
    day = in_words(citation.published, locale)
    if until and until != citation.published:
        day = span(day, in_words(until, locale), locale)
    return f"{day} ({told(how)})" if how else day


def age(day: date | None, today: date, locale: str = ENGLISH) -> str:
    """Age of a day: "today", "3 days ago", "2 years ago"; empty for none and for a day to come."""
    days = (today - day).days if day else -1
    if days < 0:
        return ""
    told = messages_of(locale)
    if days < 2:
        return told.gettext(("today", "yesterday")[days])
    length, one, several = next(unit for unit in AGES if days >= unit[0])
    number = days // length
    return told.ngettext(one, several, number).format(count=number)


def beside(citation: Citation, locale: str = ENGLISH) -> tuple[str, ...]:
    """Remarks on a quote: who printed it too, and that it was corrected since."""
    told, found = messages_of(locale).gettext, []
    if citation.also_printed_by:
        others = told(", ").join(citation.also_printed_by)
        found.append(told("also printed by {outlets}").format(outlets=others))
    if citation.corrected:
        found.append(told("corrected since: {how}").format(how=told(citation.corrected)))
    return tuple(found)


def day_of(entry: TimelineEntry, locale: str = ENGLISH) -> str:
    """The day of an event, as precisely as it is known."""
    if entry.told:
        day = entry.told
    elif entry.precision == "year":
        day = str(entry.first.year)
    elif entry.precision == "month":
        day = month_in_words(entry.first, locale)
    elif entry.precision == "span":
        day = span(in_words(entry.first, locale), in_words(entry.last, locale), locale)
    else:
        day = in_words(entry.first, locale)
    return planned(day, locale) if entry.planned else day


def disagreed(about: str, locale: str = ENGLISH) -> str:
    """Heading of what sources disagree about."""
    return messages_of(locale).gettext("Sources disagree about: {about}").format(about=about)


def changed(about: str, locale: str = ENGLISH) -> str:
    """Heading of what changed."""
    return messages_of(locale).gettext("Changed over time: {about}").format(about=about)


def more_quotes(count: int, locale: str = ENGLISH) -> str:
    """Tells how many quotes are not shown yet."""
    return (
        messages_of(locale).ngettext("{count} more quote", "{count} more quotes", count).format(count=count)
    )


def _reported(entry: TimelineEntry, cited: Mapping[int, Citation], locale: str) -> str:
    """Names who tells of an event; of several reports the first is named and the others are counted."""
    reports = [cited[number] for number in entry.citations if number in cited]
    if not reports:
        return ""
    told, more = messages_of(locale), len(reports) - 1
    by, printed = who(reports[0], locale), reports[0].published
    first = by if entry.first == entry.last == printed else f"{by}, {when(reports[0], locale)}"
    others = told.ngettext("{count} more report", "{count} more reports", more).format(count=more)
    return f"{first}; {others}" if more else first


def _blocks(answer: Answer) -> Iterator[Block]:
    if answer.plan.understood_as:
        told = messages_of(answer.plan.locale).gettext("Understood as: {question}")
        yield Note(told.format(question=answer.plan.understood_as))
    yield from _lead(answer)
    for section in answer.sections:
        yield from _section(section, answer)
    yield from written(answer)
    yield from _tables(answer)
    shown = {item.citation for section in answer.sections for item in section.evidence}
    shown.update(number for entry in answer.timeline for number in entry.citations)
    yield from _quotes([item for item in _evidence(answer) if item.citation not in shown], answer)
    if not answer.claims and answer.related:
        yield Nearest(answer.related)
    yield from map(Note, answer.notes)
    if answer.suggestions:
        yield Suggestions(answer.suggestions)


def _lead(answer: Answer) -> Iterator[Lead]:
    if answer.short_answer:
        yield Lead(answer.short_answer.text, answer.short_answer.citations)
    elif not answer.claims and not answer.sections and not answer.timeline:
        yield Lead(answer.text, refused=answer.status != "answered")


def _section(section: Section, answer: Answer) -> Iterator[Block]:
    yield Heading(section.heading)
    if section.short_answer:
        yield Lead(section.short_answer.text, section.short_answer.citations)
    elif not section.evidence:
        yield Lead(unanswered(answer.plan.locale), refused=True)
    yield from _quotes(section.evidence, answer)


def unanswered(locale: str = ENGLISH) -> str:
    """Tells of one of several questions that it has no answer."""
    return messages_of(locale).gettext("The archive does not answer this{within}.").format(within="")


def _evidence(answer: Answer) -> Sequence[EvidenceItem]:
    """The citations worth showing; all of them for an answer kept by a Dateline that did not say which."""
    return answer.evidence or [EvidenceItem(citation=one.number, adds="source") for one in answer.citations]


def _quotes(items: Sequence[EvidenceItem], answer: Answer) -> Iterator[Quoted]:
    cited = {citation.number: citation for citation in answer.citations}
    for place, item in enumerate(items):
        if item.citation in cited:
            # Each quote of an overview is a story of its own.
            yield Quoted(cited[item.citation], more=place >= SHOWN and answer.plan.intent != "overview")


def _tables(answer: Answer) -> Iterator[Rows]:
    cited = {citation.number: citation for citation in answer.citations}
    locale = answer.plan.locale
    told = messages_of(locale).gettext
    for found in answer.disagreements:
        rows = []
        for position in found.positions:
            sources = [cited[number] for number in position.citations if number in cited]
            said_by = "; ".join(dict.fromkeys(f"{who(one, locale)}, {when(one, locale)}" for one in sources))
            rows.append(Row((position.value or shortened(position.text, BRIEF), said_by), position.citations))
        yield Rows("disagreement", disagreed(found.about, locale), tuple(rows))
    for change in answer.changes:
        sides = [
            Row(
                (in_words(one.day, locale) or told("date unknown"), one.value or shortened(one.text, BRIEF)),
                one.citations,
            )
            for one in change.positions
        ]
        yield Rows("change", changed(change.about, locale), tuple(sides))
    if answer.timeline:
        events = [
            Row(
                (day_of(entry, locale), quotation(entry.text), _reported(entry, cited, locale)),
                entry.citations,
            )
            for entry in answer.timeline
        ]
        yield Rows("timeline", told("Timeline"), tuple(events))
    if answer.table:
        links = answer.table.articles or (None,) * len(answer.table.rows)
        counted = [Row(cells, article=link) for cells, link in zip(answer.table.rows, links, strict=True)]
        yield Rows("table", "", tuple(counted), answer.table.columns)
