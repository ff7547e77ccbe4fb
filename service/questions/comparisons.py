"""The sides of a comparison: a statement for each outlet, or for each half of the question.

"Does the Courier say that the bridge is safe, while Radio Seawall reports cracks?" has two sides, each a
statement that its own outlet confirms or denies.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from index.backends.local.lexical import stems
from index.models.word_weights import word_weights
from index.records import Period
from service.questions.constraints import NamedDays, NamedOutlet
from service.questions.plan import Part, Relation

LEAST_TOLD = 2  # words that say what a side is about; with fewer nothing is said
TELLING = 2.2  # inverse document frequency from which a word says what a side is about
MOST_SIDES = 4

_WHILE = re.compile(r"(?:[,;]|(?<!\s))\s+(?:while|whereas)\s+(?:also\s+)?", re.IGNORECASE)
_BREAK = re.compile(
    r"(?:[,;]|(?<!\s))\s+(?:while|whereas|but|unlike|as opposed to|in contrast (?:to|with)"
    r"|before or after|before|after|and)\s+|[,;]\s+",
    re.IGNORECASE,
)
_ENDING = re.compile(r"(?:[,;]|(?<!\s))\s+(?:while|whereas|but|unlike|before|after|and)$", re.IGNORECASE)
# What stands between an outlet and its words: "article on the trial suggests that".
_SAYS = re.compile(
    r"\b(?:suggest|impl(?:y|ie)|indicate|claim|report|say|state|mention|discus|describe|note|argue|find|show"
    r"|highlight|focus)(?:s|es|ed)?\b(?: (?:that|on|about))?\s+",
    re.IGNORECASE,
)
_RELATIONS: tuple[tuple[Relation, re.Pattern[str]], ...] = (
    ("inconsistent", re.compile(r"\binconsisten", re.IGNORECASE)),
    ("consistent", re.compile(r"\bconsisten|\bagree", re.IGNORECASE)),
    ("changed", re.compile(r"\bchang", re.IGNORECASE)),
    ("different", re.compile(r"\bdifferen", re.IGNORECASE)),
    ("same", re.compile(r"\bsame\b(?! (?:source|day|outlet))", re.IGNORECASE)),
)
_ORDER = re.compile(r"\b(?P<order>before or after|before|after)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Side:
    """Statement put to one outlet, and the days of publication that the question names for it."""

    statement: str
    outlets: tuple[str, ...]
    days: tuple[Period, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Tells whether nothing is said but who says it."""
        own = set(stems(" ".join(self.outlets)))
        told = [stem for stem in stems(self.statement) if stem not in own]
        return sum(word_weights().idf(stem) >= TELLING for stem in told) < LEAST_TOLD


def comparison_in(
    question: str, outlets: Sequence[NamedOutlet], days: Sequence[NamedDays]
) -> tuple[Relation | None, tuple[Part, ...]]:
    """Finds the comparison in a yes-or-no question, and its sides as questions; None and () without one."""
    relation = relation_of(question, outlets)
    parts = tuple(
        Part(
            question=side.statement,
            heading=side.statement,
            intent="yes_no",
            statement=side.statement,
            search_words=side.statement,
            outlets=side.outlets,
            named_periods=side.days,
        )
        for side in sides(question, relation, outlets, days)
    )
    return (relation, parts) if len(parts) > 1 else (None, ())


def sides(
    question: str, relation: Relation, outlets: Sequence[NamedOutlet], days: Sequence[NamedDays] = ()
) -> tuple[Side, ...]:
    """The sides of a yes-or-no question; empty where it has fewer than two of them."""
    if len(outlets) > 1:
        cut = tuple(_by_outlet(question, outlets, days))
        if cut or relation == "each":
            return cut
        return tuple(Side(question, one.outlets) for one in outlets[:MOST_SIDES])
    if relation == "each" and len(halves := _WHILE.split(question)) > 1:
        named = outlets[0].outlets if outlets else ()
        told = tuple(_side(half, half, named, days) for half in halves[:MOST_SIDES])
        return () if any(side.is_empty for side in told) else told
    if relation != "each" and outlets and len(days) > 1:
        return tuple(Side(question, outlets[0].outlets, (one.period,)) for one in days[:MOST_SIDES])
    return ()


def relation_of(question: str, outlets: Sequence[NamedOutlet]) -> Relation:
    """Tells what a comparison asks of its sides: that each is so, that one came first, that they agree."""
    for relation, words in _RELATIONS:
        if words.search(question):
            return relation
    if len(outlets) > 1:
        *_, last = [None, *_BREAK.finditer(question, outlets[0].end, outlets[1].start)]
        if last and (order := _ORDER.search(last[0])):
            return order["order"].casefold()  # type: ignore[return-value]
    return "each"


def _by_outlet(question: str, outlets: Sequence[NamedOutlet], days: Sequence[NamedDays]) -> Iterator[Side]:
    """A side for each outlet, from the last break in front of it to the next one's; none if one lacks it."""
    starts, last = [0], outlets[0].end
    for outlet in outlets[1:MOST_SIDES]:
        breaks = [match.end() for match in _BREAK.finditer(question, last, outlet.start)]
        if not breaks:
            return
        starts.append(breaks[-1])
        last = outlet.end
    found = [
        _side(
            question[start:end],
            question[outlet.end : end],
            outlet.outlets,
            [one for one in days if start <= one.start < end],
        )
        for outlet, start, end in zip(outlets, starts, [*starts[1:], len(question)], strict=False)
    ]
    for place in range(len(found) - 2, -1, -1):  # "Did A and B both report that …" has one statement
        if found[place].is_empty:
            found[place] = replace(found[place], statement=found[place + 1].statement)
    yield from (side for side in found if not side.is_empty)


def _side(clause: str, behind: str, outlets: tuple[str, ...], days: Sequence[NamedDays]) -> Side:
    says = _SAYS.search(behind)
    words = _ENDING.sub("", (behind[says.end() :] if says else clause).strip(" ,;?؟."))
    periods = tuple(one.period for one in days if one.of_reporting)
    return Side(f"{words[:1].upper()}{words[1:]}.", outlets, periods)
