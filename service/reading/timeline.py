"""A story as dated statements, in the order in which things happened.

Each is a sentence of an article, verbatim, at the day that it tells of, or else (and where it tells of what
is still to come, which is marked as planned) at the day on which it was reported. Copies of a sentence and
other tellings of the same event are one with it. A rolling article is told entry by entry, each at its stamp.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from index.backends.local.lexical import stems
from index.extraction.entries import Entry, entries
from index.records import Article, DateMention, Hit, Origin, Span
from service.evidence import Finding, Happening, Quote, Statement
from service.formatting import (
    ENGLISH,
    in_words,
    messages_of,
    period_in_words,
    planned,
    printed,
    quotation,
)
from service.questions.plan import Plan
from service.reading.ranking import sought, words_held
from service.reading.telling import tellings_of

MOST_EVENTS = 12
LEAST = 0.5  # the relevance that the best sentence must have
LEAST_OF_BEST = 0.6  # that of any other, as a share of the best one's
NEAREST = 0.85  # the same of what is told as the latest
SAME_WORDS = 0.7  # Jaccard similarity from which two sentences are one text printed twice
SAME_EVENT = 0.4  # the same of two sentences that tell of the same days


_BOUND = re.compile(
    r"\b(?:since|until|till|before|after|than(?: in)?|as of|built in|founded in|born in)\s+(?:the\s+)?$",
    re.IGNORECASE,
)
# Told in its own words, for "the end of 2021" does not say December.
_PART_OF_YEAR = re.compile(
    r"(?:(?:the )?(?:end|start|beginning) of|early(?: in)?|mid|late(?: in)?)[ -](?:1[5-9]|20)\d\d",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Event:
    """A sentence, the days it tells of, and how it bears on the question; `day` is None if only reported.

    `entry` is that of a rolling article whose stamp tells when it was.
    """

    quote: Quote
    day: DateMention | None
    first: date
    last: date
    words: frozenset[str]
    score: float
    planned: bool = False
    others: tuple[Quote, ...] = ()  # that tell of the same event
    entry: Entry | None = None

    @property
    def minute(self) -> int:
        return self.entry.minute if self.entry else 0


def timeline(
    question: str,
    hits: Sequence[Hit],
    relevance: Callable[[Sequence[str]], Sequence[float]],
    locale: str = ENGLISH,
) -> tuple[Statement, ...]:
    """The events that the hits tell of, the earliest first; at most MOST_EVENTS, the most relevant.

    `relevance` scores sentences against the question, 0 to 1, higher for better. A sentence without a date
    in an article without one has no place in time and is left out, and so is one that is only a question.
    """
    quotes = _sentences(hits)
    scores = relevance([quote.text for quote in quotes]) if quotes else []
    best = max(scores, default=0.0)
    if best < LEAST:
        return ()
    least = LEAST_OF_BEST * best
    asked = frozenset(stems(question))
    rolling = _rolling(hits)
    events = [
        event
        for quote, score in zip(quotes, scores, strict=True)
        if score >= least
        and (event := _event(quote, score, asked, _entry_of(quote.span, rolling[quote.article.id])))
    ]
    chosen = _distinct(sorted(events, key=lambda event: -event.score))[:MOST_EVENTS]
    return tuple(_statement(event, locale) for event in sorted(chosen, key=_order))


def relevance(plan: Plan, hits: Sequence[Hit]) -> Callable[[Sequence[str]], Sequence[float]]:
    """Returns what scores the sentences of the hits: the share of the plan's words in each and around it.

    An entry of a rolling article is about what the title names.
    """
    want = sought(plan)
    scores: dict[str, float] = {}
    rolling = _rolling(hits)
    for hit in hits:
        around = words_held(want.shares, frozenset(stems(f"{hit.article.title or ''} {hit.passage.text}")))
        for sentence in hit.passage.sentences:
            text = hit.passage.sentence_text(sentence)
            title = hit.article.title if _entry_of(sentence, rolling[hit.article.id]) else None
            own = words_held(want.shares, frozenset(stems(f"{title or ''} {text}")))
            scores[text] = max(scores.get(text, 0.0), (own + around) / 2)
    return lambda texts: [scores.get(text, 0.0) for text in texts]


def tellings(plan: Plan, hits: Sequence[Hit]) -> list[Finding]:
    """The sentences that tell most of what a plan is about, the most relevant first."""
    quotes = _sentences(hits)
    scores = relevance(plan, hits)([quote.text for quote in quotes])
    best = max(scores, default=0.0)
    found = [
        Finding(quote=quote, answer=quote.text, score=score)
        for quote, score in zip(quotes, scores, strict=True)
        if best >= LEAST and score >= NEAREST * best
    ]
    return sorted(found, key=lambda finding: -finding.score)


def _rolling(hits: Sequence[Hit]) -> dict[int, tuple[Entry, ...]]:
    """The entries of each article that is a rolling one; none of any other."""
    articles = {hit.article.id: hit.article for hit in hits}
    return {id: entries(one.text, one.published) for id, one in articles.items()}


def _entry_of(sentence: Span, entries: Sequence[Entry]) -> Entry | None:
    """The entry that a sentence, which may begin with its stamp, belongs to."""
    return next((entry for entry in entries if entry.words < sentence.end <= entry.end), None)


def _sentences(hits: Sequence[Hit]) -> list[Quote]:
    """The sentences of the hits that tell something, each once."""
    spans: dict[tuple[int, int], tuple[Article, set[Span]]] = {}
    for hit in hits:
        article = hit.article
        spans.setdefault((article.id, article.version), (article, set()))[1].update(hit.passage.sentences)
    return [quote for article, found in spans.values() for quote in tellings_of(article, found)]


def _told_of(quote: Quote) -> Iterator[DateMention]:
    """The dates of a quote at which what it tells happened: not the 1978 of "the highest since 1978"."""
    text = quote.article.text
    yield from (day for day in quote.days if not _BOUND.search(text[max(0, day.start - 30) : day.start]))


def _event(quote: Quote, score: float, asked: frozenset[str], entry: Entry | None) -> _Event | None:
    told = list(_told_of(quote))
    if entry is not None:
        quote = _behind_stamp(quote, entry)
        told += [entry.day] if entry.day else []
    words = frozenset(stems(quote.text)) - asked
    published = quote.article.published
    # What was still to come may not have come: "to open in October" tells of the day it was said.
    until = quote.article.published_last or published
    past = [day for day in told if not day.planned and (until is None or day.last <= until)]
    # The narrowest date says most: a day rather than the year that stands beside it.
    day = min(past, key=lambda one: one.last - one.first, default=None)
    stamped = entry if entry is not None and day in (None, entry.day) else None
    if day is not None:
        return _Event(quote, day, day.first, day.last, words, score, entry=stamped)
    planned = any(day.planned for day in told)
    return (
        _Event(quote, None, published, published, words, score, planned, entry=stamped) if published else None
    )


def _behind_stamp(quote: Quote, entry: Entry) -> Quote:
    """The quote without the stamp, which is told as its day."""
    text, start = quote.article.text, max(quote.span.start, entry.words)
    blank = len(text[start : quote.span.end]) - len(text[start : quote.span.end].lstrip())
    return replace(quote, span=Span(start + blank, quote.span.end))


def _distinct(events: Sequence[_Event]) -> list[_Event]:
    """Best first, each event once; the outlets that print the very sentence are named with it."""
    kept: list[_Event] = []
    for event in events:
        twin = next((place for place, other in enumerate(kept) if _same_event(event, other)), None)
        if twin is None:
            kept.append(event)
        elif event.entry is not None and event.entry == kept[twin].entry:
            continue  # an entry is one event, told by its best sentence
        elif _is_copy(event, kept[twin]):
            kept[twin] = _also_printed(kept[twin], event.quote.article.outlet)
        elif all(event.quote.article.cluster != one.article.cluster for one in _reports(kept[twin])):
            kept[twin] = replace(kept[twin], others=(*kept[twin].others, event.quote))
    return kept


def _same_event(one: _Event, other: _Event) -> bool:
    if one.entry and other.entry and one.quote.article.outlet == other.quote.article.outlet:
        # An outlet that goes on telling tells of something else, in however similar words.
        return (one.first, one.minute) == (other.first, other.minute) and (
            one.entry == other.entry or _is_copy(one, other)
        )
    if _is_copy(one, other):
        return True
    meets = one.first <= other.last and other.first <= one.last
    narrow = (one.last - one.first).days < 32 and (other.last - other.first).days < 32
    return meets and narrow and one.planned == other.planned and _likeness(one, other) >= SAME_EVENT


def _reports(event: _Event) -> Sequence[Quote]:
    return event.quote, *event.others


def _is_copy(one: _Event, other: _Event) -> bool:
    """Tells whether two sentences are one text, printed twice."""
    return _likeness(one, other) >= SAME_WORDS


def _likeness(one: _Event, other: _Event) -> float:
    """Jaccard similarity of the words, without those of the question, which all sentences share."""
    together = one.words | other.words
    return len(one.words & other.words) / len(together) if together else 1.0


def _also_printed(event: _Event, outlet: str | None) -> _Event:
    quote = event.quote
    if not outlet or outlet == quote.article.outlet or outlet in quote.also_printed_by:
        return event
    return replace(event, quote=replace(quote, also_printed_by=(*quote.also_printed_by, outlet)))


def _statement(event: _Event, locale: str) -> Statement:
    told = _when(event, locale)
    day = planned(told, locale) if event.planned else told
    happened = Happening(
        first=event.first,
        last=event.last,
        told=told,
        planned=event.planned,
        others=event.others,
        time=event.entry.clock if event.entry else None,
    )
    return Statement(
        text=f"{day} — {quotation(event.quote.text)} ({_source(event, locale)})",
        quotes=(event.quote,),
        support="quoted",
        score=min(event.score, 1.0),
        happened=happened,
    )


def _when(event: _Event, locale: str) -> str:
    words = messages_of(locale).gettext
    clock = event.entry.clock if event.entry else None
    if event.day is None:
        # A chronicle's times are not of the day it was printed.
        reported = words("Reported on {day}").format(day=in_words(event.first, locale))
        return f"{reported}: {clock}" if clock else reported
    own = event.quote.article.text[event.day.start : event.day.end]
    if _PART_OF_YEAR.fullmatch(own):
        return f"{own[0].upper()}{own[1:]}"
    days = ", ".join(filter(None, (period_in_words(event.first, event.last, locale), clock)))
    return f"{days} ({words('inferred')})" if event.day.origin is Origin.INFERRED else days


def _source(event: _Event, locale: str) -> str:
    article, words = event.quote.article, messages_of(locale).gettext
    if event.day is None:
        return article.outlet or words("Unknown outlet")
    if locale != ENGLISH or article.published is None:
        return printed(event.quote, locale)
    return f"{article.outlet or 'Unknown outlet'}, published {in_words(article.published)}"


def _order(event: _Event) -> tuple[date, int, date, date]:
    return event.first, event.minute, event.last, event.quote.article.published or event.last
