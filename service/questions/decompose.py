"""A long question taken apart, so that each passage is read for the part of it that it speaks of.

"Which company, accused of harming publishers, showed new hardware in May and is said to rank its own results
first?" is answered by no single passage, and a reader that was taught with questions of a dozen words finds
no answer in any. Each part behind the question's opening is a question of its own (decomposition, as for
multi-hop questions in Min et al. 2019), and a name that answers several of them is the likelier for it.
"""

import re
from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

from index.backends.local.lexical import stems
from index.search.features import clauses
from service.evidence import Finding
from service.questions.plan import IN_PARTS, Part, Plan
from service.reading.values import agree, answered

LONG = 18  # words of a question that may be more than the model reads as one
_WHO = Plan(standalone_question="", wanted="person")  # a part is answered by a name
LEAST_STEMS = 3  # of what is searched for, in a part: "as reported by the Courier" asks nothing

_NOUN = r"(?: [\w’'-]+){1,3}?"
_OPENING = re.compile(
    rf"^(?:who|(?:what|which){_NOUN}|(?:who|what) (?:is|was|are|were) the{_NOUN})"
    r"(?=,| (?:that|who|which|whose|is|was|are|were|has|have|had|did|does|\w+(?:ed|ing))\b)",
    re.IGNORECASE,
)
_JOINED = re.compile(r"^(?:(?:and|but|also|then|who|which|that)\s+)+", re.IGNORECASE)
_BESIDE = re.compile(  # a part that begins so says when, where or by whose word, and goes on from no opening
    r"^(?:a|an|the|its|his|her|their|it|he|she|they|this|these|or|according|as|in|on|at|by|with|for|from|to|of|after"
    r"|before|since|until|during|despite|following|including|such|when|where|while|if|because|although|though)\b",
    re.IGNORECASE,
)


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
        if len(sought & set(stems(part))) >= LEAST_STEMS and not _BESIDE.match(part)
    ]
    return tuple(asked) if len(asked) > 1 else ()


def _bare(part: str) -> str:
    """A part without the words that join it to what stands before or after it."""
    return re.sub(r"(?<!\s)\s+(?:and|but)$", "", _JOINED.sub("", part.strip()))


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
