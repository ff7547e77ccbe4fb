"""A fragment filled up with the question before it, without a language model.

"And in 2020?" takes the question before it with its date exchanged; "Why?" repeats what it asks after. A
whole question stays as it was: what its pronouns mean, the classifier of terms tells better than rules
(docs/questions.md has the table).
"""

import re
from collections.abc import Sequence

from service.questions.plan import Turn
from service.questions.rewrite.arabic import arabic_standalone
from service.questions.rewrite.slots import (
    DATE,
    embedded,
    names,
    opening,
    topic,
    with_date,
    with_name,
    with_outlet,
    without_mark,
)

_AND = re.compile(r"^(?:and|but|so|ok|okay|then|well|also)\b[,\s]+", re.IGNORECASE)
_ABOUT = re.compile(r"^(?:and |but )?(?:what|how) about\s+(?P<rest>\S.*)$", re.IGNORECASE)
_BARE = re.compile(
    r"^(?:and )?(?P<word>why|how|when|where|since when|until when|how so|why not|how come|by whom|who"
    r"|how many"
    r"|how much|how long|how often|how old|what else|who else|where else|which one|which ones)\s*\?*$",
    re.IGNORECASE,
)
_WHO_SAID = re.compile(
    r"^(?:and )?(?:who (?:said|says|told|reported|claimed|claims) (?:so|that|this|it)|says who"
    r"|according to whom"
    r"|who is the source|what is the source|where does (?:that|this) come from)\s*\?*$",
    re.IGNORECASE,
)
_STILL = re.compile(
    r"^(?:and )?(?:(?:is|are) (?:that|this|it|they|things) still (?:so|true|the case|valid|like that"
    r"|that way|current)"
    r"|still\??|does (?:that|this|it) still (?:hold|apply)|is that (?:up to date|current)|has (?:that"
    r"|this|it) changed"
    r"(?: since(?: then)?)?|what is the latest(?: on (?:that|this|it))?)\s*\?*$",
    re.IGNORECASE,
)
_FRAGMENT = re.compile(
    r"(?:in|on|at|by|with|for|from|since|before|after|until|during|to|of|than|according to|which|what|how|the"
    r"|last|this)\b",
    re.IGNORECASE,
)
_ASKS_ON = re.compile(
    r"(?:(?:in|on|at|by|with|for|from|since|until|to|of)\s+)?(?:what|which|how|who|whose|where|when|why)\b",
    re.IGNORECASE,
)
_VERB = re.compile(
    r"\b(?:is|are|was|were|am|be|been|has|have|had|do|does|did|will|would|can|could|shall|should|may"
    r"|might|must"
    r"|said|says|ran|told|won|made|caused|happened|led|leads|wrote|built|paid|died|became|gave|took)\b"
    r"|(?<!the )\b\w{2,}ed\b",
    re.IGNORECASE,
)
_PERSON = re.compile(r"\b(?P<word>he|she|him|her|his|hers)\b", re.IGNORECASE)
_MANY = re.compile(r"\b(?P<word>they|them|their|theirs|those)\b", re.IGNORECASE)
_THING = re.compile(
    r"\b(?P<word>it|its|this|that)\b(?!\s+[a-z]+(?:ed"
    r"|s)?\b(?<=\bthat year))",
    re.IGNORECASE,
)
_ARABIC = re.compile(r"[\u0621-\u064a]")


def standalone(question: str, turns: Sequence[Turn]) -> str:
    """The question with all that it leaves to the turns before it; as it was where it leaves nothing."""
    asked = " ".join(question.split())
    if not turns or not asked:
        return asked
    if _ARABIC.search(asked):
        return arabic_standalone(asked, turns[-1].question)
    return _elliptical(asked, turns[-1]) or asked


def _elliptical(asked: str, last: Turn) -> str | None:
    """A fragment filled up with the question before it; None where it is a question of its own."""
    before = last.question
    if bare := _BARE.match(asked):
        return _asking_on(bare["word"].casefold(), before)
    if _WHO_SAID.match(asked):
        return f"Who said {embedded(before)}?"
    if _STILL.match(asked):
        return f"Is it still so today: {opening(before)}?"
    about = _ABOUT.match(asked.rstrip("?؟ "))
    rest = about["rest"] if about else _AND.sub("", asked).rstrip("? ")
    if not about and _VERB.search(DATE.sub("", rest)):
        return None
    if not about and rest == asked.rstrip("? ") and not _is_fragment(rest):
        return None
    return _exchanged(rest, last)


def _is_fragment(rest: str) -> bool:
    """Tells whether words without a verb hang on the question before: "In 2020", "With what share"."""
    return _FRAGMENT.match(rest) is not None and len(rest.split()) <= 8


def _exchanged(rest: str, last: Turn) -> str:
    """The question before with its date, outlet, place or name exchanged for the one in a fragment."""
    before = last.question
    if DATE.fullmatch(rest):
        return with_date(before, rest)
    if _PERSON.fullmatch(rest) or _MANY.fullmatch(rest) or _THING.fullmatch(rest):
        return before
    if _ASKS_ON.match(rest):
        return f"{without_mark(before)}, and {opening(rest)}?"
    outlets = set(last.outlets)
    changed = with_outlet(before, rest, frozenset(outlets)) or with_name(before, rest)
    if changed:
        return changed
    about = topic(before)
    if about and any(name.is_person for name in names(f"did {rest} say")):
        return f"What is reported about {rest} and {about}?"
    return f"{without_mark(before)}, and {opening(rest)}?"


def _asking_on(word: str, before: str) -> str:
    """ "Why?" after a question: the same question asked with that word."""
    inverted = re.match(
        r"(?:(?:when|where|why|how|since when)\s+|how (?:many|much)\s+(?P<of>[\w’'-]+(?:\s+[\w’'-]+)*?)\s+)?"
        r"(?P<aux>is|are|was|were|has|have|had|do|does|did|will|would|can|could|should|must"
        r"|may)\b\s+(?P<rest>\S.*)$",
        before.rstrip("?"),
        re.IGNORECASE,
    )
    if inverted is None or word not in ("why", "how", "when", "where", "since when", "why not", "how come"):
        return f"{without_mark(before)}, and {word}?"
    middle = f" {inverted['of']}" if inverted["of"] else ""
    return f"{word.capitalize()} {inverted['aux'].casefold()}{middle} {inverted['rest']}?"
