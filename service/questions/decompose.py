"""A question taken apart: the sides of a comparison, and the parts of a long question.

"Does the Courier say that the bridge is safe, while Radio Seawall reports cracks?" has two sides, each a
statement that its own outlet confirms or denies.

"Which company, accused of harming publishers, showed new hardware in May and is said to rank its own
results first?" is answered by no single passage, and a reader that was taught with questions of a dozen
words finds no answer in any. Each part behind the question's opening is a question of its own
(decomposition, as for multi-hop questions in Min et al. 2019), and a name that answers several of them is
the likelier for it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from itertools import pairwise
from typing import Any

from index.backends.local.lexical import stems
from index.models.word_weights import word_weights
from index.records import Period
from index.search.features import clauses
from service.evidence import Finding
from service.questions.constraints import NamedDays, NamedOutlet
from service.questions.plan import IN_PARTS, Part, Plan, Relation
from service.reading.conflicts import agree, answered

LEAST_TOLD = 2  # words that say what a side is about; with fewer nothing is said
TELLING = 2.2  # inverse document frequency from which a word says what a side is about
MOST_SIDES = 4

_WHILE = re.compile(r"(?:[,;]|(?<!\s))\s+(?:while|whereas)\s+(?:also\s+)?", re.IGNORECASE)
_BREAK = re.compile(
    r"(?:[,;]|(?<!\s))\s+(?:while|whereas|but|unlike|as opposed to|in contrast (?:to|with)"
    r"|before or after|before|after|and)\s+|[,;]\s+",
    re.IGNORECASE,
)
# What stands between an outlet and its words: "article on the trial suggests that".
_SAYS = re.compile(
    r"\b(?:suggest|impl(?:y|ie)|indicate|claim|report|say|state|mention|discus|describe|note|argue|find|show"
    r"|highlight|focus)(?:s|es|ed)?\b(?: (?:that|on|about))?\s+",
    re.IGNORECASE,
)
_RELATIONS: Mapping[str, Relation] = {  # by how a word begins
    "inconsisten": "inconsistent",
    "consisten": "consistent",
    "agree": "consistent",
    "chang": "changed",
    "differen": "different",
}
_SOURCES = ("source", "day", "outlet")  # that are the same compare nothing
_ORDERS: tuple[Relation, ...] = ("before or after", "before", "after")


def comparison_in(
    question: str, outlets: Sequence[NamedOutlet], days: Sequence[NamedDays]
) -> tuple[Relation | None, tuple[Part, ...]]:
    """Finds the comparison in a yes-or-no question, and its sides as questions; None and () without one."""
    relation = relation_of(question, outlets)
    parts = tuple(_sides(question, relation, outlets, days))
    return (relation, parts) if len(parts) > 1 else (None, ())


def _sides(
    question: str, relation: Relation, outlets: Sequence[NamedOutlet], days: Sequence[NamedDays]
) -> Sequence[Part]:
    """The sides of a yes-or-no question: statements, each put to one outlet."""
    if len(outlets) > 1:
        cut = list(_by_outlet(question, outlets, days))
        return (
            cut
            if cut or relation == "each"
            else [_put(question, one.outlets) for one in outlets[:MOST_SIDES]]
        )
    if relation == "each" and len(halves := _WHILE.split(question)) > 1:
        named = outlets[0].outlets if outlets else ()
        told = [_side(half, half, named, days) for half in halves[:MOST_SIDES]]
        return [] if any(map(_is_empty, told)) else told
    if relation != "each" and outlets and len(days) > 1:
        return [_put(question, outlets[0].outlets, (one.period,)) for one in days[:MOST_SIDES]]
    return []


def _put(statement: str, outlets: tuple[str, ...], days: tuple[Period, ...] = ()) -> Part:
    """A statement put to one outlet, with the days of publication that the question names for it."""
    return Part(
        question=statement,
        heading=statement,
        intent="yes_no",
        statement=statement,
        search_words=statement,
        outlets=outlets,
        named_periods=days,
    )


def _is_empty(side: Part) -> bool:
    """Tells whether nothing is said but who says it."""
    own = set(stems(" ".join(side.outlets)))
    told = [stem for stem in stems(side.question) if stem not in own]
    return sum(word_weights().idf(stem) >= TELLING for stem in told) < LEAST_TOLD


def relation_of(question: str, outlets: Sequence[NamedOutlet]) -> Relation:
    """Tells what a comparison asks of its sides: that each is so, that one came first, that they agree."""
    words = question.casefold().split()
    for beginning, relation in _RELATIONS.items():
        if any(word.startswith(beginning) for word in words):
            return relation
    if any(one == "same" and not other.startswith(_SOURCES) for one, other in pairwise((*words, ""))):
        return "same"
    between = _BREAK.findall(question, outlets[0].end, outlets[1].start) if len(outlets) > 1 else []
    last = between[-1].strip(" ,;").casefold() if between else ""
    return next((order for order in _ORDERS if order == last), "each")


def _by_outlet(question: str, outlets: Sequence[NamedOutlet], days: Sequence[NamedDays]) -> Iterator[Part]:
    """A side for each outlet, from the last break in front of it to the next one's; none if one lacks it."""
    starts, ends, last = [0], list[int](), outlets[0].end
    for outlet in outlets[1:MOST_SIDES]:
        breaks = list(_BREAK.finditer(question, last, outlet.start))
        if not breaks:
            return
        ends.append(breaks[-1].start())
        starts.append(breaks[-1].end())
        last = outlet.end
    found = [
        _side(
            question[start:end],
            question[outlet.end : end],
            outlet.outlets,
            [one for one in days if start <= one.start < end],
        )
        for outlet, start, end in zip(outlets, starts, [*ends, len(question)], strict=False)
    ]
    for place in range(len(found) - 2, -1, -1):  # "Did A and B both report that …" has one statement
        side = found[place]
        if _is_empty(side):
            found[place] = _put(found[place + 1].question, side.outlets, side.named_periods)
    yield from (side for side in found if not _is_empty(side))


def _side(clause: str, behind: str, outlets: tuple[str, ...], days: Sequence[NamedDays]) -> Part:
    says = _SAYS.search(behind)
    words = (behind[says.end() :] if says else clause).strip(" ,;?؟.")
    periods = tuple(one.period for one in days if one.of_reporting)
    return _put(f"{words[:1].upper()}{words[1:]}.", outlets, periods)


LONG = 18  # words of a question that may be more than the model reads as one
_WHO = Plan(standalone_question="", wanted="person")  # a part is answered by a name
LEAST_STEMS = 3  # of what is searched for, in a part: "as reported by the Courier" asks nothing

_NOUN = r"(?: [\w’'-]+){1,3}?"
_OPENING = re.compile(
    rf"^(?:who|(?:what|which){_NOUN}|(?:who|what) (?:is|was|are|were) the{_NOUN})"
    r"(?=,| (?:that|who|which|whose|is|was|are|were|has|have|had|did|does|\w+(?:ed|ing))\b)",
    re.IGNORECASE,
)
_JOINING = frozenset({"and", "but", "also", "then", "who", "which", "that"})
# A part that begins so says when, where or by whose word, and goes on from no opening.
_BESIDE = frozenset({
    "a", "an", "the", "its", "his", "her", "their", "it", "he", "she", "they", "this", "these", "or",
    "according", "as", "in", "on", "at", "by", "with", "for", "from", "to", "of", "after", "before",
    "since", "until", "during", "despite", "following", "including", "such", "when", "where", "while",
    "if", "because", "although", "though"
})  # fmt: skip


def aspects(question: str, search_words: str) -> tuple[str, ...]:
    """The questions that a long question is made of; empty where it is read as one.

    They are those parts of it that go on from its opening ("which company …") and of which something is
    searched for.
    """
    opening = _OPENING.match(question)
    if opening is None or len(question.split()) < LONG:
        return ()
    sought = set(stems(search_words))
    words = [_bare(part.strip(" ?.").removeprefix(opening[0])) for part in clauses(question)]
    asked = [
        _question(opening[0], part)
        for part in words
        if len(sought & set(stems(part))) >= LEAST_STEMS and part.split()[0].casefold() not in _BESIDE
    ]
    return tuple(asked) if len(asked) > 1 else ()


def _bare(part: str) -> str:
    """A part without the words that join it to what stands before or after it."""
    words = part.split()
    while words and words[0].casefold() in _JOINING:
        words.pop(0)
    while words and words[-1] in ("and", "but"):
        words.pop()
    return " ".join(words)


def _question(opening: str, part: str) -> str:
    theirs = part.removeprefix("whose ")
    if theirs == part:
        return f"{opening} {part}?"
    return f"Whose {theirs}?" if opening.casefold() == "who" else f"{opening}’s {theirs}?"


def put_together(found: Sequence[Sequence[Finding]]) -> list[Finding]:
    """The findings of all parts, each the likelier for every other part that the same name answers.

    What speaks for it is taken as independent: 1 - (1 - a)(1 - b), the noisy or.
    """
    named = [[(finding, answered(_WHO, finding)) for finding in findings] for findings in found]
    joined = []
    for place, findings in enumerate(named):
        others = [part for other, part in enumerate(named) if other != place]
        for finding, name in findings:
            doubt = 1 - finding.score
            for part in others:
                doubt *= 1 - max((other.score for other, known in part if agree(name, known)), default=0.0)
            joined.append(replace(finding, score=1 - doubt))
    return joined


def plans_of(plan: Plan) -> tuple[Plan, ...]:
    """The plan of each of several questions and of each side of a comparison; the plan itself of one."""
    if plan.intent not in IN_PARTS:
        return (plan,)
    return tuple(
        replace(
            plan,
            standalone_question=part.question,
            parts=(),
            **_shared(part),
            outlets=part.outlets or plan.outlets,
        )
        for part in plan.parts
    )


def part_of(plan: Plan) -> Part:
    """The plan as a part of another, under its own question."""
    return Part(question=plan.standalone_question, heading=plan.standalone_question, **_shared(plan))


def _shared(of: Plan | Part) -> dict[str, Any]:
    """The fields that a plan and a part of one have in common."""
    names = {field.name for field in fields(Part)} - {"question", "heading", "outlets"}
    return {name: getattr(of, name) for name in names}
