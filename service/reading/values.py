"""Values of answers, so that two can be compared: a number, days, a name."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from index.backends.local.lexical import stems
from index.records import Span
from service.evidence import Finding, Quote
from service.questions.plan import Plan
from service.verification.premises import folded
from service.verification.tokens import Quantity, quantities

NIGHT = timedelta(days=1)  # "Tuesday night" and "Wednesday" may be one night
BEHIND = 25  # characters behind an answer in which its scale and unit stand: "1.34" of "1.34 billion dollars"
FAR = 40  # characters behind a number in which the thing that it counts is named
MOST_WORDS = 8  # of an answer that is a value; a longer one describes

_NAMED = frozenset({"person", "place", "organisation"})
_AFTER = re.compile(r"[^.,;:!?()]*")
_CAPITAL = re.compile(r"\b[A-ZÀ-ÖØ-Þ][\w’']*")


@dataclass(frozen=True, slots=True)
class Days:
    """The days that an answer gives, both inclusive."""

    first: date
    last: date


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
    return Days(min(d.first for d in inside), max(d.last for d in inside)) if inside else None


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
