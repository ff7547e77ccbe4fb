"""A story as dated statements, in the order in which things happened.

Each is a sentence of an article, verbatim, at the day that it tells of, or else (and where it tells of what
is still to come, which is marked as planned) at the day on which it was reported. Copies of a sentence and
other tellings of the same event are one with it.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from index.backends.local.lexical import stems
from index.records import DateMention, Hit, Origin
from service.answerers.formatting import in_words, period_in_words, quotation
from service.evidence import Finding, Happening, Quote, Statement
from service.questions.plan import Plan
from service.reading.ranking import sought, words_held

MOST_EVENTS = 12
LEAST = 0.5  # the relevance that the best sentence must have
LEAST_OF_BEST = 0.6  # that of any other, as a share of the best one's
NEAREST = 0.85  # the same of what is told as the latest
LEAST_WORDS = 6  # a shorter sentence tells no event by itself
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
    """A sentence, the days it tells of, and how it bears on the question; `day` is None if only reported."""

    quote: Quote
    day: DateMention | None
    first: date
    last: date
    words: frozenset[str]
    score: float
    planned: bool = False
    others: tuple[Quote, ...] = ()  # that tell of the same event


def timeline(
    question: str, hits: Sequence[Hit], relevance: Callable[[Sequence[str]], Sequence[float]]
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
    events = [
        event
        for quote, score in zip(quotes, scores, strict=True)
        if score >= least and (event := _event(quote, score, asked))
    ]
    chosen = _distinct(sorted(events, key=lambda event: -event.score))[:MOST_EVENTS]
    return tuple(_statement(event) for event in sorted(chosen, key=_order))


def relevance(plan: Plan, hits: Sequence[Hit]) -> Callable[[Sequence[str]], Sequence[float]]:
    """Returns what scores the sentences of the hits: the share of the plan's words in each and around it."""
    want = sought(plan)
    scores: dict[str, float] = {}
    for hit in hits:
        around = words_held(want.shares, frozenset(stems(f"{hit.article.title or ''} {hit.passage.text}")))
        for sentence in hit.passage.sentences:
            text = hit.passage.sentence_text(sentence)
            own = words_held(want.shares, frozenset(stems(text)))
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


def _sentences(hits: Sequence[Hit]) -> list[Quote]:
    """The sentences of the hits, each once, without those too short to tell anything."""
    found = {
        (hit.article.id, hit.article.version, span.start): Quote(article=hit.article, span=span)
        for hit in hits
        for span in hit.passage.sentences
    }
    return [quote for quote in found.values() if _tells(quote.text)]


def _tells(text: str) -> bool:
    return len(text.split()) >= LEAST_WORDS and not text.rstrip("”\"' ").endswith("?")


def _told_of(quote: Quote) -> Iterator[DateMention]:
    """The dates of a quote at which what it tells happened: not the 1978 of "the highest since 1978"."""
    text = quote.article.text
    yield from (day for day in quote.days if not _BOUND.search(text[max(0, day.start - 30) : day.start]))


def _event(quote: Quote, score: float, asked: frozenset[str]) -> _Event | None:
    words = frozenset(stems(quote.text)) - asked
    published = quote.article.published
    # What was still to come may not have come: "to open in October" tells of the day it was said.
    until = quote.article.published_last or published
    told = list(_told_of(quote))
    past = [day for day in told if not day.planned and (until is None or day.last <= until)]
    # The narrowest date says most: a day rather than the year that stands beside it.
    day = min(past, key=lambda one: one.last - one.first, default=None)
    if day is not None:
        return _Event(quote, day, day.first, day.last, words, score)
    planned = any(day.planned for day in told)
    return _Event(quote, None, published, published, words, score, planned) if published else None


def _distinct(events: Sequence[_Event]) -> list[_Event]:
    """Best first, each event once; the outlets that print the very sentence are named with it."""
    kept: list[_Event] = []
    for event in events:
        twin = next((place for place, other in enumerate(kept) if _same_event(event, other)), None)
        if twin is None:
            kept.append(event)
        elif _is_copy(event, kept[twin]):
            kept[twin] = _also_printed(kept[twin], event.quote.article.outlet)
        elif all(event.quote.article.cluster != one.article.cluster for one in _reports(kept[twin])):
            kept[twin] = replace(kept[twin], others=(*kept[twin].others, event.quote))
    return kept


def _same_event(one: _Event, other: _Event) -> bool:
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


def _statement(event: _Event) -> Statement:
    told = _when(event)
    day = f"{told} (planned)" if event.planned else told
    happened = Happening(
        first=event.first, last=event.last, told=told, planned=event.planned, others=event.others
    )
    return Statement(
        text=f"{day} — {quotation(event.quote.text)} ({_source(event)})",
        quotes=(event.quote,),
        support="quoted",
        score=min(event.score, 1.0),
        happened=happened,
    )


def _when(event: _Event) -> str:
    if event.day is None:
        return f"Reported on {in_words(event.first)}"
    own = event.quote.article.text[event.day.start : event.day.end]
    if _PART_OF_YEAR.fullmatch(own):
        return f"{own[0].upper()}{own[1:]}"
    days = period_in_words(event.first, event.last)
    return f"{days} (inferred)" if event.day.origin is Origin.INFERRED else days


def _source(event: _Event) -> str:
    article = event.quote.article
    outlet = article.outlet or "Unknown outlet"
    if event.day is None:
        return outlet
    return (
        f"{outlet}, published {in_words(article.published)}"
        if article.published
        else f"{outlet}, date unknown"
    )


def _order(event: _Event) -> tuple[date, date, date]:
    return event.first, event.last, event.quote.article.published or event.last
