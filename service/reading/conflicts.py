"""Disagreement and change among what several articles answer to one question.

Only sentences that answer are compared, and only those of one event (`_of_one_event`). Each answer comes
down to a value: a number, days, a name, yes or no; one that does not is set against nothing. What differs
because time passed is a change. Silence is better than a false contrast.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from itertools import combinations
from typing import Literal, get_args

from index.backends.local.lexical import stems
from index.models.entailment import Entailed
from index.models.word_weights import word_weights
from index.records import Span
from service.answers import Change, DatedPosition, Disagreement, Position
from service.attribution.speakers import speaker
from service.evidence import Contrast, Finding, Quote, Side
from service.formatting import ENGLISH, worded
from service.questions.plan import Plan
from service.reading.ranking import sought, words_held
from service.verification.judge import Judge
from service.verification.premises import folded, premises, statement_of
from service.verification.tokens import Quantity, quantities
from service.verification.verify import label_of

NIGHT = timedelta(days=1)  # "Tuesday night" and "Wednesday" may be one night
BEHIND = 25  # characters behind an answer in which its scale and unit stand: "1.34" of "1.34 billion dollars"
FAR = 40  # characters behind a number in which the thing that it counts is named
MOST_WORDS = 8  # of an answer that is a value; a longer one describes

_NAMED = frozenset({"person", "place", "organisation"})
_AFTER = re.compile(r"[^.,;:!?()]*")
_CAPITAL = re.compile(r"\b[A-ZÀ-ÖØ-Þ][\w’']*")


@dataclass(frozen=True, slots=True)
class Days:
    """The days that an answer gives, both inclusive; `planned` ones were still to come when it was said."""

    first: date
    last: date
    planned: bool = False


Value = Quantity | Days | frozenset[str] | bool
"""A number with its unit, days, the words of a name, or yes or no."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A finding with what its answer comes down to, where that can be told."""

    finding: Finding
    value: Value | None

    @property
    def quote(self) -> Quote:
        return self.finding.quote


def answered(plan: Plan, finding: Finding) -> Answered:
    """Returns the value of a finding: of the kind that is wanted, or else of the kind that its words are."""
    return Answered(finding, _value(plan, finding))


def is_named(one: Answered) -> bool:
    """Returns True if an answer comes down to a name."""
    return isinstance(one.value, frozenset)


def differ(one: Answered, other: Answered) -> bool:
    """Returns True if both have a value of one kind and the values cannot both be right."""
    first, second = one.value, other.value
    if isinstance(first, Quantity) and isinstance(second, Quantity):
        return first.unit == second.unit and not first.agrees(second)
    if isinstance(first, Days) and isinstance(second, Days):
        return first.first > second.last + NIGHT or second.first > first.last + NIGHT
    if isinstance(first, frozenset) and isinstance(second, frozenset):
        return not any(a[:4] == b[:4] for a in first for b in second) and not _is_short(first, second)
    return isinstance(first, bool) and isinstance(second, bool) and first is not second


def agree(one: Answered, other: Answered) -> bool:
    """Returns True if both have a value of one kind and one value can be the other."""
    return type(one.value) is type(other.value) and one.value is not None and not differ(one, other)


def _value(plan: Plan, finding: Finding) -> Value | None:
    wanted = plan.wanted
    if len(finding.answer.split()) > MOST_WORDS or wanted in ("list", "reason", "speech"):
        return None
    if wanted in _NAMED:
        return frozenset(folded(word) for word in _CAPITAL.findall(finding.answer)) or None
    days = _days(finding)
    if wanted in ("date", "any") and days is not None:
        return days
    is_number = wanted in ("number", "duration", "any") and days is None
    return _quantity(finding, plan.counted) if is_number else None


def _days(finding: Finding) -> Days | None:
    answer = finding.quote.answer or finding.quote.span
    inside = [day for day in finding.quote.days if day.start < answer.end and answer.start < day.end]
    if not inside:
        return None
    return Days(min(d.first for d in inside), max(d.last for d in inside), all(d.planned for d in inside))


def _quantity(finding: Finding, counted: str | None) -> Quantity | None:
    """The one number of an answer, with the unit beside it; None where it counts something else."""
    quote = finding.quote
    answer, text = quote.answer or quote.span, quote.article.text
    if len({quantity.value for quantity in quantities(finding.answer)}) != 1:
        return None
    behind = _AFTER.match(text, answer.end, min(quote.span.end, answer.end + FAR))
    things = stems(f"{finding.answer} {behind[0]}") if behind and behind[0].strip() else []
    if counted and things and not set(stems(counted)) & set(things):
        return None
    around = Span(max(quote.span.start, answer.start - 1), min(quote.span.end, answer.end + BEHIND))
    return next(iter(quantities(around.of(text))), None)


def _is_short(one: frozenset[str], other: frozenset[str]) -> bool:
    """Tells whether one is the initials of the other: UN and United Nations."""
    short, long = sorted((one, other), key=len)
    (word, *rest) = short
    return not rest and sorted(word) == sorted(part[0] for part in long) and len(long) > 1


MOST_COMPARED = 8  # findings, the likeliest; the pairs of more would be judged for seconds
SAME_NEWS = timedelta(days=3)
"""Reports as near as this are of one state of affairs, and differ by disagreeing.

A weekend lies between an event of Friday and the paper of Monday. Past it, figures are commonly revised,
and a later one is news and no contradiction.
"""
LEAST_ALIKE = 0.3  # the likeness from which two sentences are taken to tell of one event
LEAST_HELD = 0.6  # the share of the question's words from which two sentences both tell of what it asks
LEAST_SURE_OF_NAMES = 0.5  # the reader's probability of the very words; docs/extractive.md has the table
LEAST_SURE_OF_CHANGE = 0.35  # the same, of both values; docs/conflicts.md tells of what
LEAST_SUPPORTED = 0.6  # the probability from which a sentence supports its own answer
MOST_SUPPORTED = 0.5  # the probability of support, either way, below which two values are of one thing
_Ways = Mapping[tuple[int, int], Entailed]
_Kind = Literal["disagreement", "change"]


def contrasts(plan: Plan, findings: Sequence[Finding], judge: Judge) -> tuple[Contrast, ...]:
    """Returns where findings differ: the disagreement first, then the change; empty where they agree.

    The findings are those that answer, the likeliest first; one of an article that was corrected elsewhere or
    withdrawn contradicts nothing. A yes-or-no question is held against each of
    them, so that a leading one is answered by both sides.
    """
    standing = [finding for finding in findings if not finding.quote.is_replaced]
    compared = [answered(plan, finding) for finding in standing[:MOST_COMPARED]]
    # A name is easily the wrong one of a sentence, and two wrong ones are no disagreement.
    compared = [one for one in compared if not is_named(one) or one.finding.sure >= LEAST_SURE_OF_NAMES]
    if plan.intent == "yes_no":
        compared = _decided(plan, compared, judge)
    compared = [one for one in compared if one.value is not None]
    sides = _sides(compared if plan.intent == "yes_no" else _answering(plan, compared, judge))
    heads = [side[0] for side in sides]
    shares = sought(plan).shares
    told = {place: words_held(shares, frozenset(stems(_told(one.quote)))) for place, one in enumerate(heads)}
    held = {place for place in told if told[place] >= LEAST_HELD or plan.wanted != "number"}
    asked = [(a, b) for a, b in _of_one_event(plan, heads) if _may_differ(heads[a], heads[b])]
    ways = _judged(plan, heads, asked, judge)
    related = {pair: _relation(heads, pair, ways, judge.threshold) for pair in asked}
    found = []
    for kind in get_args(_Kind):
        # On another day a value of something like it is easily told; it says less of the question.
        bears = held if kind == "change" else set(range(len(heads)))
        places = _opposed([pair for pair, one in related.items() if one == kind and bears >= {*pair}], kind)
        # Of a disagreement the likeliest answer is a side, or it is about something else than what is asked.
        likeliest = any(one.finding is standing[0] for place in places for one in sides[place])
        if places and (kind == "change" or likeliest):
            found.append(_contrast(kind, plan, [sides[place] for place in places]))
    return tuple(found)


def disagreement(
    contrast: Contrast, number_of: Callable[[Quote], int], locale: str = ENGLISH
) -> Disagreement:
    """Returns a contrast as it is sent; `number_of` gives the number of a quote's citation."""
    positions = (
        Position(
            text=worded(side.findings[0].quote, locale), citations=_numbers(side, number_of), value=side.value
        )
        for side in contrast.sides
    )
    return Disagreement(about=contrast.about, positions=tuple(positions))


def change(contrast: Contrast, number_of: Callable[[Quote], int], locale: str = ENGLISH) -> Change:
    """Returns a contrast as it is sent, each position with its day; `number_of` as for `disagreement`."""
    positions = (
        DatedPosition(
            text=worded(side.findings[0].quote, locale),
            day=side.day,
            citations=_numbers(side, number_of),
            value=side.value,
        )
        for side in contrast.sides
    )
    return Change(about=contrast.about, positions=tuple(positions))


def about(question: str) -> str:
    """Returns what a question is about, as a phrase: "how many people were hurt"."""
    text = question.strip().rstrip(" ?؟!.")
    return text if text[1:2].isupper() else f"{text[:1].lower()}{text[1:]}"


def _answering(plan: Plan, compared: Sequence[Answered], judge: Judge) -> list[Answered]:
    """Selects those whose sentence, or its print with another figure, supports the answer found in it."""
    pairs = [(premises([one.quote])[0].under_title, _stated(plan, one)) for one in compared]
    found = judge.judge(pairs)
    sure = [one.quote for one, way in zip(compared, found, strict=True) if way.supports >= LEAST_SUPPORTED]
    return [one for one in compared if one.quote in sure or one.quote.is_other_print(*sure)]


def _opposed(pairs: Sequence[tuple[int, int]], kind: _Kind) -> list[int]:
    """The sides that differ each from every other; one more state of a change, from most of them."""
    chosen: list[int] = []
    for place in sorted({place for pair in pairs for place in pair}):
        opposed = sum((other, place) in pairs for other in chosen)
        if opposed == len(chosen) or (kind == "change" and opposed * 2 > len(chosen)):
            chosen.append(place)
    return chosen if len(chosen) > 1 else []


def _decided(plan: Plan, compared: Sequence[Answered], judge: Judge) -> list[Answered]:
    """Answers to a yes-or-no question: the number that each gives where one is asked about, or yes or no."""
    if quantities(plan.standalone_question) and any(isinstance(one.value, Quantity) for one in compared):
        return list(compared)
    statement = plan.statement or statement_of(plan.standalone_question)
    found = judge.judge([(premises([one.quote])[0].under_title, statement) for one in compared])
    labels = [label_of(entailed, judge.threshold) for entailed in found]
    return [
        replace(one, value={"supports": True, "contradicts": False}.get(label))
        for one, label in zip(compared, labels, strict=True)
    ]


def _sides(compared: Sequence[Answered]) -> list[list[Answered]]:
    """The answers, those of one value together; an answer without a value is a side of its own."""
    sides: list[list[Answered]] = []
    for one in compared:
        side = next((side for side in sides if agree(one, side[0])), None)
        if side is None:
            sides.append([one])
        elif all(one.quote.article.cluster != other.quote.article.cluster for other in side):
            side.append(one)  # copies count once
    return sides


def _of_one_event(plan: Plan, heads: Sequence[Answered]) -> list[tuple[int, int]]:
    """The pairs of answers that tell of one event; two do that tell of the same event as a third."""
    shares = sought(plan).shares
    held = [words_held(shares, frozenset(stems(one.quote.text))) >= LEAST_HELD for one in heads]
    event = list(range(len(heads)))
    pairs = list(combinations(range(len(heads)), 2))
    for one, other in pairs:
        both = held[one] and held[other]
        if is_same_event(heads[one].quote, heads[other].quote) or (
            both and _are_news(heads[one], heads[other])
        ):
            event = [event[one] if number == event[other] else number for number in event]
    return [(one, other) for one, other in pairs if event[one] == event[other]]


def _are_news(one: Answered, other: Answered) -> bool:
    """Tells whether two answers give values that differ, in reports of the same days."""
    first, second = _published(one), _published(other)
    return (
        first is not None and second is not None and abs(first - second) <= SAME_NEWS and differ(one, other)
    )


def _may_differ(one: Answered, other: Answered) -> bool:
    """Tells whether two answers could contradict each other: two voices, or one printed by two houses."""
    first, second = one.quote, other.quote
    if agree(one, other) or first.article.cluster == second.article.cluster:
        return False
    voice = _voice(first)
    return first.is_other_print(second) or voice is None or voice != _voice(second)


def _voice(quote: Quote) -> str | None:
    """Speaker of what a quote says, where it quotes somebody; nobody disagrees with himself."""
    said = quote.speaker or speaker(quote.article, quote.span)
    return str(said) if said else None


def _judged(plan: Plan, heads: Sequence[Answered], asked: Sequence[tuple[int, int]], judge: Judge) -> _Ways:
    """Judges the other's answer by each quote of a pair, both ways."""
    ways = [way for one, other in asked for way in ((one, other), (other, one))]
    texts = {place: premises([heads[place].quote])[0].under_title for pair in asked for place in pair}
    pairs = [(texts[one], _stated(plan, heads[other])) for one, other in ways]
    return dict(zip(ways, judge.judge(pairs), strict=True))


def _stated(plan: Plan, one: Answered) -> str:
    """An answer as a statement; of a yes-or-no question the sentence itself."""
    if plan.intent == "yes_no":
        return one.quote.text
    return statement_of(plan.asked, one.finding.answer)


def _relation(
    heads: Sequence[Answered], pair: tuple[int, int], ways: _Ways, threshold: float
) -> _Kind | None:
    """Relation of two answers; None where both may be right."""
    one, other = heads[pair[0]], heads[pair[1]]
    both = ways[pair], ways[pair[::-1]]
    if not differ(one, other) or max(way.supports for way in both) >= min(threshold, MOST_SUPPORTED):
        return None
    told = [each.value for each in (one, other) if isinstance(each.value, Days)]
    # The day of what is past is no state that changes, and does not tell when it was told.
    is_past = bool(told) and not any(day.planned for day in told)
    days = [(_published(one), _published(other))] + ([] if is_past else [(_told_of(one), _told_of(other))])
    apart = any(abs(first - last) > SAME_NEWS for first, last in days if first and last)
    replanned = bool(told) and all(day.planned for day in told) and _published(one) != _published(other)
    if one.quote.is_of_one_blog(other.quote):
        return "change"
    if not apart and not replanned:
        return "disagreement"
    sure = all(isinstance(e.value, bool) or e.finding.sure >= LEAST_SURE_OF_CHANGE for e in (one, other))
    return "change" if sure and not is_past else None


def _published(one: Answered) -> date | None:
    return one.quote.article.published


def _told_of(one: Answered) -> date | None:
    """The last day that a sentence tells of, as far as that was over when it was printed."""
    published = _published(one)
    past = [
        day.last for day in one.quote.days if not day.planned and (not published or day.last <= published)
    ]
    return max(past, default=published)


def _contrast(kind: _Kind, plan: Plan, sides: Sequence[Sequence[Answered]]) -> Contrast:
    if kind == "change":
        # A value is as old as its first report: later ones repeat what was so before.
        told = [_side(sorted(side, key=lambda one: _day(one) or date.max)) for side in sides]
        ordered = sorted(told, key=lambda side: side.when, reverse=True)
        return Contrast(kind="change", about=about(plan.asked), sides=tuple(ordered))
    most = sorted(sides, key=lambda side: (len(side), side[0].finding.score), reverse=True)
    return Contrast(kind="disagreement", about=about(plan.asked), sides=tuple(map(_side, most)))


def _side(side: Sequence[Answered]) -> Side:
    told = side[0].value
    value = "yes" if told is True else "no" if told is False else side[0].finding.answer if told else None
    return Side(findings=tuple(one.finding for one in side), day=_day(side[0]), value=value)


def _day(one: Answered) -> date | None:
    return _published(one) or _told_of(one)


def _numbers(side: Side, number_of: Callable[[Quote], int]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(number_of(finding.quote) for finding in side.findings))


def is_same_event(one: Quote, other: Quote) -> bool:
    """Returns True if both quotes tell of one event.

    Under their titles, reports of one event share rare words; a near event of the same kind has other ones.
    Over ECB+ (Cybulska & Vossen 2014) that one sign tells events apart as well as it does with the names
    they share, or do not, beside it (`eval.benchmarks.same_event`).
    """
    return likeness(_told(one), _told(other)) >= LEAST_ALIKE


def likeness(one: str, other: str) -> float:
    """Returns the cosine of two texts, each word weighed by how rare it is."""
    first, second = _weighted(one), _weighted(other)
    return sum(weight * second.get(stem, 0.0) for stem, weight in first.items())


def _told(quote: Quote) -> str:
    return f"{quote.article.title or ''} {quote.text}"


@lru_cache(maxsize=512)
def _weighted(text: str) -> Mapping[str, float]:
    table = word_weights()
    found = {stem: table.idf(stem) for stem in stems(text)}
    length = math.sqrt(sum(weight * weight for weight in found.values())) or 1.0
    return {stem: weight / length for stem, weight in found.items()}
