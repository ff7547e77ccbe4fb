"""A follow-up question made to stand by itself, from the conversation alone and without a language model.

"And in 2020?" takes the question before it with its date exchanged; "What did he say about it?" gets the
person and the thing that the talk is about; "Why?" repeats what it asks after. A question that names what it
asks about comes back as it was, because mixing a new topic with the old one is worse than asking again.
"""

import re
from collections.abc import Callable, Sequence

from service.questions.plan import Turn
from service.questions.rewrite.arabic import arabic_standalone
from service.questions.rewrite.slots import (
    ASKS_SAYING,
    DATE,
    Name,
    embedded,
    names,
    opening,
    person_of,
    place_of,
    plural_of,
    topic,
    where_of,
    with_date,
    with_name,
    with_outlet,
    without_mark,
)

_AND = re.compile(r"^(?:and|but|so|ok|okay|then|well|also)\b[,\s]+", re.IGNORECASE)
_ABOUT = re.compile(r"^(?:and |but )?(?:what|how) about\s+(?P<rest>.+?)\s*\??$", re.IGNORECASE)
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
_EXPLETIVE = re.compile(
    r"\b(?:is|was|it['’]s|be) ?(?:it )?(?:true|possible|likely|clear|known|certain|correct) (?:that"
    r"|whether|if)\b"
    r"|\b(?:is|was|will|does) it (?:rain|snow|raining|snowing|take|make sense)\b",
    re.IGNORECASE,
)
_PERSON = re.compile(r"\b(?P<word>he|she|him|her|his|hers)\b", re.IGNORECASE)
_MANY = re.compile(r"\b(?P<word>they|them|their|theirs|those)\b", re.IGNORECASE)
_THING = re.compile(
    r"\b(?P<word>it|its|this|that)\b(?!\s+[a-z]+(?:ed"
    r"|s)?\b(?<=\bthat year))",
    re.IGNORECASE,
)
_THERE = re.compile(
    r"\bthere\b(?!\s+(?:is|are|was|were|be|been|any|a|an|no|other|more|enough|still|ever|to)\b)", re.I
)
_SAY_IT = re.compile(
    r"\b(?P<verb>say|said|claim|announce|report) (?:it|that"
    r"|this)(?=\s*\?*$)",
    re.IGNORECASE,
)
_HOW_MANY = re.compile(r"^how many (?:is|are|was|were|have|had|came|died|did)\b[^,]*$", re.IGNORECASE)
_EXISTS = re.compile(
    r"\b(?:is|are|was|were|will|be|been|has|have|had|would|can|could) there\b", re.IGNORECASE
)
_THEN = re.compile(
    r"\b(?:back then|at that time|at the time|that (?:year|month|day|week)|then)\s*\?*$", re.IGNORECASE
)
_ARABIC = re.compile(r"[\u0621-\u064a]")


def standalone(question: str, turns: Sequence[Turn]) -> str:
    """The question with all that it leaves to the turns before it; as it was where it leaves nothing."""
    asked = " ".join(question.split())
    if not turns or not asked:
        return asked
    if _ARABIC.search(asked):
        return arabic_standalone(asked, turns[-1].question)
    last = turns[-1]
    return _elliptical(asked, last) or _completed(asked, turns)


def _elliptical(asked: str, last: Turn) -> str | None:
    """A fragment filled up with the question before it; None where it is a question of its own."""
    before = last.question
    if bare := _BARE.match(asked):
        return _asking_on(bare["word"].casefold(), before)
    if _WHO_SAID.match(asked):
        return f"Who said {embedded(before)}?"
    if _STILL.match(asked):
        return f"Is it still so today: {opening(before)}?"
    about = _ABOUT.match(asked)
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
        r"(?:(?:when|where|why|how|since when)\s+|how (?:many|much)\s+(?P<of>[\w\s’'-]+?)\s+)?"
        r"(?P<aux>is|are|was|were|has|have|had|do|does|did|will|would|can|could|should|must"
        r"|may)\b\s+(?P<rest>.+?)\?*$",
        before,
        re.IGNORECASE,
    )
    if inverted is None or word not in ("why", "how", "when", "where", "since when", "why not", "how come"):
        return f"{without_mark(before)}, and {word}?"
    middle = f" {inverted['of']}" if inverted["of"] else ""
    return f"{word.capitalize()} {inverted['aux'].casefold()}{middle} {inverted['rest']}?"


def _completed(asked: str, turns: Sequence[Turn]) -> str:
    """A whole question with its pronouns filled and, where it asks what somebody said, its subject."""
    plain = _SAY_IT.sub(r"\g<verb> that about it", _AND.sub("", asked))
    if _HOW_MANY.match(plain) and not names(plain) and (where := where_of(turns[-1].question)):
        plain = f"{without_mark(plain)} {where}?"
    filled = _filled(plain, turns)
    changed = plain.casefold() != asked.casefold()
    if changed and ASKS_SAYING.search(filled.rstrip("? ")) and (about := topic(turns[-1].question)):
        date = DATE.search(turns[-1].question)
        when = f" {date[0].strip()}" if date and not DATE.search(filled) else ""
        filled = f"{without_mark(filled)} about {about}{when}?"
    return filled[:1].upper() + filled[1:]


def _filled(asked: str, turns: Sequence[Turn]) -> str:
    """The question with each pronoun that has nothing to refer to in it replaced."""
    own = names(asked)
    last = turns[-1]
    text = asked
    if not any(name.is_person for name in own):
        text = _replaced(text, _PERSON, lambda word: _somebody(word, turns))
    if not any(re.search(r"\b\w+s\b", part) for part in re.findall(r"\bthe ([\w ]+)", _head_of(text, _MANY))):
        text = _replaced(text, _MANY, lambda word: plural_of(last.question))
    if not _EXPLETIVE.search(text) and not _names_thing(text, own):
        text = _replaced(text, _THING, lambda word: topic(last.question))
    if not _EXISTS.search(text) and _THERE.search(text) and (place := place_of(last.question)):
        text = _THERE.sub(place, text, count=1)
    if (date := DATE.search(last.question)) and (then := _THEN.search(text)):
        text = f"{text[: then.start()]}{date[0].strip()}?"
    return text


def _head_of(text: str, pattern: re.Pattern[str]) -> str:
    """Text before the first pronoun."""
    found = pattern.search(text)
    return text[: found.start()] if found else ""


def _names_thing(text: str, own: Sequence[Name]) -> bool:
    """Tells whether a thing that "it" could mean stands before it in the question itself."""
    head = _head_of(text, _THING)
    return any(not name.is_person and name.text in head for name in own) or (
        re.search(
            r"\b(?:the|a|an)\s+(?!(?:\w+\s+)?(?:official|mayor|minister|director|spokesman"
            r"|commander)\b)\w+",
            head,
            re.I,
        )
        is not None
    )


def _replaced(text: str, pattern: re.Pattern[str], meaning: Callable[[str], str | None]) -> str:
    """The text with the pronouns of a kind replaced by what they mean, where that is known."""

    def put(match: re.Match[str]) -> str:
        """Puts what a pronoun means in its place; leaves it where nothing is sure."""
        word = match["word"].casefold()
        if word in ("that", "this") and not re.match(
            r"\s*(?:\?|$|[,.]|happen|mean|so\b)", text[match.end() :]
        ):
            return match[0]
        found = meaning(word)
        if found is None:
            return match[0]
        owned = word in ("his", "its", "their") or (
            word == "her" and re.match(r"\s+[a-z]", text[match.end() :])
        )
        return _owning(found) if owned else found

    return pattern.sub(put, text)


def _owning(name: str) -> str:
    return f"{name}'" if name.endswith("s") and name.startswith(("the ", "The ")) else f"{name}'s"


def _somebody(word: str, turns: Sequence[Turn]) -> str | None:
    """Resolves "he" or "she": the last person asked about, else who spoke in the answer."""
    gender = "he" if word in ("he", "him", "his") else "she"
    for turn in reversed(turns):
        if found := person_of(turn.question, gender):
            return found
        speakers = [speaker.split(",")[0] for speaker in turn.speakers]
        fitting = list(dict.fromkeys(name for name in speakers if person_of(name, gender)))
        if fitting:
            return fitting[0]
    return None
