"""A question in its conversation, understood: what to search for, within what, in which order.

What is asked for outright limits the search; what a question names in passing only comes first. Words
that say where, when or how it was reported are not looked for in the passages: "according to", "article".
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import TypeVar

from index.backends.local.snapshots import Summary
from index.records import Order, Period, Span
from service.questions.constraints import NamedDays, authors_in, days_in, outlets_in
from service.questions.plan import Plan, Question

T = TypeVar("T")

_NEWEST = re.compile(
    r"\b(?:latest|newest|most recent(?:ly)?|right now)\b(?!['’]s)|آخر|أحدث|حاليا", re.IGNORECASE
)
# In a long question these stand in passing: "the company, now the largest, ..."
_OF_NOW = re.compile(
    r"\b(?:current|currently|nowadays|so far|as yet|still|today|now|these days)\b(?!['’]s)", re.IGNORECASE
)
_IN_OFFICE = re.compile(r"^(?:and |so )?who(?:['’]s| is| are) (?:the|in charge)\b", re.IGNORECASE)
SHORT = 16  # words
_TIMELINE = re.compile(
    r"\btime ?lines?\b|\bchronolog(?:y|ical|ically)\b|\bin (?:the )?order (?:of events|in which)\b"
    r"|\bhow (?:did|has|have|had) [^?]{1,80} (?:develop|unfold|evolve|progress)(?:ed|s)?\b"
    r"|\bcourse of events\b|\bstep by step\b|تسلسل زمني",
    re.IGNORECASE,
)
# "Since" limits nothing in "the worst flood since 1978".
_SUPERLATIVE = re.compile(
    r"\b(?:first|last|only|worst|best|most|least|record|ever|\w{2,}est)\b[^,;?]{0,60}$", re.IGNORECASE
)
_ABOUT_REPORTING = re.compile(
    r"\b(?:according to|as per|(?:as |was |were |been )?(?:recently )?(?:reported|covered|noted"
    r"|mentioned|discussed|published|featured|highlighted|described|quoted) (?:by|in|on|from)"
    r"|published|reporting|articles?|coverage|news (?:source|report)s?"
    r"|(?:different|same|other|these|those|both|the) sources?"
    r"|reports?(?= (?:by|from|in|on|that|about)\b)|reported|suggest(?:s|ed)?|indicat(?:e|es|ed|ing)"
    r"|impl(?:y|ies|ied)|claim(?:s|ed)?|discuss(?:es|ed|ing)?|mention(?:s|ed)?|consistent|consistency"
    r"|inconsistent|latest|newest|most recent(?:ly)?|recently|currently|nowadays|so far|time ?line|chronology"
    r"|what is known|tell me|please)\b|آخر|أحدث|حاليا|بحسب|وفقا",
    re.IGNORECASE,
)
_LEADING = re.compile(r"(?:\b(?:in|on|during|since|as of|as at|from|by|dated|of|for|after|before)\s+)$", re.I)


def understand(question: Question, held: Summary, today: date) -> Plan:
    """The plan for a question to an archive that holds that much.

    "Last year" counts from `today`, or from the day that the question's limits put it at. What the reader
    limits the search to stays as it is; what the words limit it to is added where nothing was said. What
    is to be ignored is left in the words and searched for there.
    """
    limits = question.filters
    text = " ".join(question.question.split())
    ignored = question.ignore
    outlets = [] if "outlets" in ignored else outlets_in(text, limits.outlets or held.outlets)
    days = [] if "dates" in ignored else days_in(text, limits.as_of or today, held.newest)
    authors = [] if "authors" in ignored else authors_in(text)
    since, until, as_of = _limited(text, days, held)
    return Plan(
        standalone_question=text,
        since=limits.since or since,
        until=limits.until or until,
        as_of=limits.as_of or as_of,
        outlets=limits.outlets,
        authors=limits.authors,
        languages=limits.languages,
        named_outlets=_once(name for one in outlets for name in one.outlets),
        named_authors=_once(name for _, name, _ in authors),
        named_periods=_once(one.period for one in days if one.bound != "as of"),
        order=_order(_without(text, outlets), days),
        search_words=_search_words(
            text,
            [
                *outlets,
                *(span for span, _, sure in authors if sure),
                *(one for one in days if _is_told_by_dates(one, held)),
            ],
        ),
        ignored=ignored,
    )


def _order(text: str, days: Sequence[NamedDays]) -> Order:
    if _TIMELINE.search(text):
        return Order.TIMELINE
    # Asked how things stood on some day, "still" and "now" speak of that day.
    asked_of_past = any(one.fixed for one in days)
    is_short = len(text.split()) <= SHORT
    of_now = _NEWEST.search(text) or (is_short and (_OF_NOW.search(text) or _IN_OFFICE.search(text)))
    return Order.NEWEST if of_now and not asked_of_past else Order.RELEVANCE


def _limited(
    text: str, days: Sequence[NamedDays], held: Summary
) -> tuple[date | None, date | None, date | None]:
    """The first and last day of publication that the words limit to, and the day to answer as of.

    Days that would hide the whole archive limit nothing: the words must have meant something else.
    """
    since = until = as_of = None
    for one in (one for one in days if _is_held(one.period, held)):
        if one.bound == "as of":
            as_of = one.period.last
        elif _opens(one, text):
            since = one.period.first
        elif one.of_reporting and one.bound in ("before", "until"):
            until = one.period.last
    return since, until, as_of


def _opens(named: NamedDays, text: str) -> bool:
    """Whether only what was published from then on is asked for."""
    if named.bound == "since":
        return not _SUPERLATIVE.search(text[: named.start])
    return named.of_reporting and named.bound == "after"


def _is_told_by_dates(named: NamedDays, held: Summary) -> bool:
    """Whether the archive's own dates tell those days, so that their words need not stand in a passage."""
    if named.of_reporting or named.bound == "as of" or not named.fixed:
        return True
    return _is_held(named.period, held)


def _is_held(period: Period, held: Summary) -> bool:
    """Whether the archive holds anything published in that period."""
    if held.oldest is None or held.newest is None:
        return False
    return (period.first or held.oldest) <= held.newest and held.oldest <= (period.last or held.newest)


def _search_words(text: str, told: Iterable[Span]) -> str:
    """The question without those stretches and without what only speaks of reporting; never empty."""
    words = " ".join(_ABOUT_REPORTING.sub(" ", _without(text, told)).split())
    return words if re.search(r"\w{3}", words) else text


def _without(text: str, spans: Iterable[Span]) -> str:
    for span in sorted(spans, key=lambda span: -span.start):
        before = _LEADING.sub("", text[: span.start])
        text = f"{before} {text[span.end :]}"
    return text


def _once(items: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(items))
