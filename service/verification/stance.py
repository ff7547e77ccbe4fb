"""Whether a sentence says yes or no to a yes-or-no question: done, not done, or only planned.

It looks for the question's verb (or one that means the same, or the opposite) in the sentence, for what
denies it, and for what puts it off: "No joint forces have been formed as of yet", "two joint brigades will
be formed". English only; where the question's subject or verb is not found it says nothing.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.backends.local.lexical import stems

_AUXILIARIES = frozenset(
    "is are was were has have had do does did will would can could should may might must".split()  # noqa: SIM905
)
_ALIKE = (
    "form formed establish established create created found founded launch launched",
    "dissolve dissolved disband disbanded abolish abolished",
    "open opened opens opening reopen reopened",
    "close closed closes closing shut shuts",
    "run ran runs running work worked working operate operated operating",
    "stop stopped fail failed halt halted standstill standing stood stand idle",
    "resign resigned resigns quit",
    "approve approved adopt adopted pass passed accept accepted agree agreed",
    "reject rejected refuse refused",
    "win won wins",
    "lose lost loses",
    "rise rose risen rises increase increased grow grew grown",
    "fall fell fallen falls decrease decreased drop dropped",
    "begin began begun start started starts",
    "end ended finish finished complete completed",
    "keep kept stay stayed remain remained",
    "confirm confirmed confirms",
    "arrest arrested detain detained",
    "release released free freed",
    "hurt injure injured wound wounded",
    "kill killed die died dead",
    "survive survived alive",
    "cancel cancelled canceled",
    "build built",
    "sell sold",
    "find found",
)
_OPPOSITE = (
    ("form", "dissolve"), ("open", "close"), ("run", "stop"), ("approve", "reject"), ("win", "lose"),
    ("rise", "fall"), ("keep", "close"), ("arrest", "release"), ("kill", "survive"),
)  # fmt: skip
_GROUP = {word: group.split()[0] for group in _ALIKE for word in group.split()}
_OPPOSITES = {one: other for pair in _OPPOSITE for one, other in (pair, pair[::-1])}
_PREPOSITIONS = frozenset("of at in on for between with from by during over near against to".split())  # noqa: SIM905
_SILENT = frozenset("a an the any been being be to yet ever already still now not no there have".split())  # noqa: SIM905
_NO = frozenset({"no", "none", "neither", "nobody", "nor"})
_NOT = re.compile(
    r"\b(?:not|never|cannot|unlikely|without|fail(?:s|ed)? to|refus(?:es|ed) to|den(?:y|ies|ied)(?: having)?"
    r"|rul(?:es?|ed|ing) out|(?:has|have|had|is|are) yet to|reject(?:s|ed))\b|n['’]t\b",
    re.IGNORECASE,
)
_NO_PLAN = re.compile(r"\bno (?:such )?(?:plans?|intention|need|reason)\b", re.IGNORECASE)
_AFTER_NOT = re.compile(r"^\W+(?:\w+\W+){0,2}(?:ruled out|denied|rejected|untrue|false)\b", re.IGNORECASE)
_DOUBTED = re.compile(
    r"\b(?:if|whether|unless|may|might|could|must|should|needs?|ought|called for|demand\w*|urged?)\b",
    re.IGNORECASE,
)
_AHEAD = re.compile(
    r"\b(?:will|would|shall|going to|plans?|planned|due|expected|scheduled|intends?|considering|proposes?)\b"
    r"|['’]ll\b",
    re.IGNORECASE,
)
_INFINITIVE = re.compile(r"\bto (?:be |\w+ly )?$", re.IGNORECASE)
_MANAGED = re.compile(
    r"\b(?:able|managed|had|began|started|said|reported|believed|known) to (?:have |be )?$", re.IGNORECASE
)
_REACH = 45  # letters between what denies or puts off and the verb, within a clause
_CLAUSE = re.compile(r"[,;:—–]|\bbut\b|\bwhile\b")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class YesNo:
    """A yes-or-no question: what it asks of what.

    `head` is the stem of its subject's noun, `subject` all stems of the subject, `verb` the word asked
    about; `place` says where that stands in the question. `ahead` tells that it asks about what is to come,
    `now` that what is still planned means "not yet".
    """

    verb: str
    place: int
    head: str
    subject: frozenset[str]
    ahead: bool
    now: bool


@dataclass(frozen=True, slots=True)
class Stand:
    """Yes or no, and whether that is said of a plan."""

    yes: bool
    planned: bool = False


def yes_no(question: str) -> YesNo | None:
    """The parts of a yes-or-no question; None for any other."""
    words = [(match[0].casefold(), match.start()) for match in _WORD.finditer(question)]
    if len(words) < 3 or words[0][0] not in _AUXILIARIES:
        return None
    auxiliary, rest = words[0][0], words[1:]
    at = _there(rest) if rest[0][0] == "there" else _verb(rest)
    verb, place = rest[at]
    subject = [] if rest[0][0] == "there" else [word for word, _ in rest[:at] if word not in _SILENT]
    if rest[0][0] != "there" and not subject:
        return None
    phrase = _until(subject, _PREPOSITIONS)
    ahead = auxiliary in ("will", "would") or (auxiliary in ("is", "are") and verb.endswith("ing"))
    return YesNo(
        verb=verb,
        place=place,
        head=_stem(phrase[-1]) if phrase else "",
        subject=frozenset(stems(" ".join(word for word in subject if word not in _PREPOSITIONS))),
        ahead=ahead,
        now=auxiliary in ("has", "have", "is", "are"),
    )


def stand(asked: YesNo, sentence: str) -> Stand | None:
    """What a sentence says to the question; None where that cannot be told."""
    if sentence.rstrip("”\"' ").endswith("?"):
        return None
    held = set(stems(sentence))
    for match in _WORD.finditer(sentence):
        sign = _sign(asked.verb, match[0].casefold())
        if sign is None:
            continue
        found = _read(asked, sentence, match, sign)
        if found is None:
            continue
        # That a thing has happened must be said of the thing itself; that it has not, of something near it.
        about = asked.head in held if found.yes else bool(asked.subject & held)
        if about or not asked.head:
            return found
    return None


def _read(asked: YesNo, sentence: str, match: re.Match[str], sign: bool) -> Stand | None:
    before = _CLAUSE.split(sentence[: match.start()])[-1]
    near, after = before[-_REACH:], sentence[match.end() :]
    if _DOUBTED.search(near):
        return None
    denied = _NOT.search(near) or _AFTER_NOT.match(after) or _none_of(asked, sentence[: match.start()])
    if _NO_PLAN.search(sentence[: match.start()]):
        return Stand(yes=not sign)
    if denied:
        return Stand(yes=not sign)
    if not _is_ahead(near):
        return Stand(yes=sign)
    if asked.ahead:
        return Stand(yes=sign, planned=True)
    return Stand(yes=not sign, planned=True) if asked.now else None


def _is_ahead(near: str) -> bool:
    """Whether the words before a verb put it into the future."""
    if _MANAGED.search(near):
        return False
    return _AHEAD.search(near) is not None or _INFINITIVE.search(near) is not None


def _none_of(asked: YesNo, before: str) -> bool:
    """Whether a "no" or "none" stands right before the subject, or before the noun asked about."""
    words = [match[0].casefold() for match in _WORD.finditer(before)]
    for place, word in enumerate(words):
        if word in _NO and (
            not asked.subject or asked.subject & set(stems(" ".join(words[place + 1 : place + 4])))
        ):
            return bool(asked.subject) or place >= len(words) - 2
    return False


def _sign(asked: str, word: str) -> bool | None:
    """True where a word says the verb asked about, False where it says the opposite, else None."""
    group, other = _GROUP.get(asked, asked), _GROUP.get(word, word)
    if group == other or _stem(asked) == _stem(word):
        return True
    return False if _OPPOSITES.get(group) == other else None


def _verb(rest: Sequence[tuple[str, int]]) -> int:
    """Where the verb asked about stands: behind "been", else a known verb or a word that looks like one."""
    words = [word for word, _ in rest]
    for place, word in enumerate(words[:-1]):
        if word in ("been", "being"):
            return place + 1
    for place in range(1, len(words)):
        if words[place] in _GROUP or words[place].endswith(("ed", "ing")):
            return place
    return len(words) - 1


def _there(rest: Sequence[tuple[str, int]]) -> int:
    """Where the noun stands whose existence is asked about."""
    for place, (word, _) in enumerate(rest[1:], 1):
        following = rest[place + 1][0] if place + 1 < len(rest) else "of"
        if word not in _SILENT and following in _PREPOSITIONS:
            return place
    return len(rest) - 1


def _until(words: Sequence[str], stop: frozenset[str]) -> list[str]:
    end = next((place for place, word in enumerate(words) if word in stop), len(words))
    return list(words[:end])


def _stem(word: str) -> str:
    return (stems(word) or [word])[0]
