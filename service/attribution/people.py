"""People and bodies as English news names them: where a noun phrase begins, its name and its role.

There is no model here, only the habits of news prose: a name is a run of capitalised words, a role
stands before it ("plant manager Dieter Lund") or between commas after it ("Osman Risha, the Director
General of Awareness,"), and a later mention is the surname alone.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from index.records import Span
from service.attribution.vocabulary import (
    BODIES,
    DETERMINERS,
    DOCUMENTS,
    FEMALE,
    GROUPS,
    HONORIFICS,
    MALE,
    MODIFIERS,
    NOT_NAMES,
    PARTICLES,
    PLACES,
    PREPOSITIONS,
    PRONOUNS,
    RANKS,
    RELATIONS,
    ROLES,
    TITLES,
)

Kind = Literal["name", "pronoun", "description"]
Gender = Literal["he", "she"]

LONGEST_NAME = 5  # words; what is longer is a headline's or a list's
_CAPITAL = r"(?:(?:[aAeE]l|[Aa]bu)-)?[A-ZÀ-ÖØ-Þ](?:[\w]|[-'’](?![sS]\b)(?=\w))*"
_SHORT = (
    r"(?:[A-Z]|Mr|Mrs|Ms|Dr|Sen|Rep|Gov|Lt|Col|Gen|Maj|Brig|Capt|Sgt|Rev|Hon|St|Prof|Jr|Sr|Del|Adm|Cmdr"
    r"|Amb|Atty"
    r"|Supt|Det|Cpl|Pvt|Cllr)\."
)
TOKEN = re.compile(
    rf"(?:[A-Z]\.){{2,}}|{_SHORT}|{_CAPITAL}|\w+(?:[-'’](?![sS]\b)\w+)*|['’][sS]\b|['’](?=\s)|\S"
)

_WOMAN = re.compile(
    r"\b(?:Mrs|Ms|Miss|Queen|Princess|Lady|Dame|\w+woman|actress|mother|daughter|sister|wife|girl)\b"
)
_MAN = re.compile(r"\b(?:Mr|King|Prince|Lord|Sir|(?:spokes|chair|congress|council|business)man|father|son"
                  r"|brother|husband|boy)\b")  # fmt: skip
_APPOSITIVE = re.compile(
    r"\s*,\s(?P<words>[^,.;:“”\"()\n]{3,120}?)(?=[,.;:]|\s[“\"]|\s(?:told|said|says|added|wrote)\b)"
)
_BELONGING = re.compile(
    r"\s(?P<words>of (?:the )?[^,.;:“”\"()\n]{3,60}?)(?=,|\s(?:said|says|told|added|adds|wrote|writes)\b)"
)


@dataclass(frozen=True, slots=True)
class Token(Span):
    """A word or a mark, with its letters in lower case and without a final full stop."""

    text: str

    @property
    def key(self) -> str:
        return self.text.rstrip(".").casefold()

    @property
    def is_capital(self) -> bool:
        """Tells whether it could belong to a name."""
        letters = self.text.removeprefix("al-").removeprefix("el-")
        return letters[:1].isupper() and self.key not in NOT_NAMES


@dataclass(frozen=True, slots=True)
class Mention(Span):
    """A noun phrase that speaks, or is spoken of. `head` is the name alone, or the whole description."""

    kind: Kind
    head: Span


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody or some body as a text names it: the name, where it stands, and the role beside it."""

    name: Span
    role: str | None
    gender: Gender | None


def tokens(text: str, start: int = 0) -> list[Token]:
    """The words and marks of a stretch, placed from `start`."""
    return [Token(start + m.start(), start + m.end(), m[0]) for m in TOKEN.finditer(text)]


def phrase_before(words: Sequence[Token]) -> Mention | None:
    """The noun phrase that ends with the last of the words; the first of a chain of prepositions."""
    found = _phrase_ending(words)
    while found is not None and found.kind != "pronoun":
        rest = [word for word in words if word.end <= found.start]
        outer = _outer(rest) if len(rest) >= 2 else None
        if outer is None:
            break
        if rest[-1].key == "and":
            return Mention(outer.start, found.end, "description", Span(outer.start, found.end))
        head = outer.head if outer.kind == "name" else Span(outer.start, found.end)
        found = Mention(outer.start, found.end, outer.kind, head)
    return found


def _outer(words: Sequence[Token]) -> Mention | None:
    """The phrase that "of" or another preposition, or "and", binds to what comes after the words."""
    *rest, link = words
    outer = _phrase_ending(rest) if link.key in PREPOSITIONS or link.key == "and" else None
    if outer is None or outer.kind == "pronoun":
        return None
    if link.key == "and":
        before = [word for word in words if word.end <= outer.start]
        return outer if not before or not before[-1].key[:1].isalnum() else None
    return outer if _may_have_complement(outer, rest) else None


def phrase_after(words: Sequence[Token]) -> Mention | None:
    """The noun phrase that the words begin with."""
    if not words:
        return None
    if words[0].key in PRONOUNS and words[0].text != "It":
        return _mention("pronoun", words[:1])
    taken: list[Token] = []
    for place, word in enumerate(words[:10]):
        after = words[place + 1] if place + 1 < len(words) else None
        linking = taken and word.key in ("of", "'s", "’s", *PARTICLES) and after is not None
        if not (word.is_capital or word.key[:1].isalpha() or linking) or (
            word.key in PREPOSITIONS and not (linking and word.key == "of" and after and after.is_capital)
        ):
            break
        if not linking and (word.key in NOT_NAMES or word.key in PRONOUNS):
            break
        taken.append(word)
        # After a name, a word in lower case begins something else: "said Trump late on Monday".
        if word.is_capital and after is not None and not _goes_on(after, words[place + 2 :]):
            break
    return _classified(taken)


def _goes_on(after: Token, rest: Sequence[Token]) -> bool:
    """Tells whether a noun phrase goes on after a capitalised word."""
    if after.is_capital or after.key in ("'s", "’s", *GROUPS, *DOCUMENTS) or _is_role_word(after):
        return True
    return after.key in ("of", *PARTICLES) and bool(rest) and rest[0].is_capital


def _phrase_ending(words: Sequence[Token]) -> Mention | None:
    if not words:
        return None
    last = words[-1]
    if last.key in PRONOUNS:
        return _mention("pronoun", words[-1:])
    if last.is_capital:
        return _name_ending(words)
    return _description_ending(words)


def _name_ending(words: Sequence[Token]) -> Mention | None:
    """Capitalised words up to the last, with the role in front of them."""
    start = len(words)
    while start > 0 and _belongs(words, start - 1, len(words)):
        start -= 1
    while start < len(words) and not words[start].is_capital and not _is_role_word(words[start]):
        start += 1
    if start and words[start - 1].key in DETERMINERS:
        start -= 1
    return _classified(words[start:])


def _belongs(words: Sequence[Token], place: int, end: int) -> bool:
    """Tells whether a word in front belongs to the phrase with the name."""
    word = words[place]
    after = words[place + 1] if place + 1 < end else None
    if word.is_capital or _is_role_word(word):
        return True
    if after is None:
        return False
    if word.key in ("'s", "’s"):
        owned = after.is_capital or _is_role_ahead(words[place + 1 : end])
        return place > 0 and words[place - 1].is_capital and owned
    if not after.is_capital and after.key != "the":
        return False
    linking = word.key in PARTICLES or (word.key in ("of", "for") and _has_complement(words[place - 1]))
    return linking and place > 0 and words[place - 1].is_capital


def _has_complement(word: Token) -> bool:
    """Tells whether "of" belongs to the word before: "Ministry of Defence", "Spokesman of Iraq's Command"."""
    return word.key in BODIES or word.key in ROLES or word.key in TITLES


def _is_role_ahead(words: Sequence[Token]) -> bool:
    return any(_is_role_word(word) for word in words)


def _is_role_word(word: Token) -> bool:
    return not word.text[:1].isupper() and (word.key in ROLES or word.key in MODIFIERS)


def _description_ending(words: Sequence[Token]) -> Mention | None:
    """A description such as "a Kurdish official" or "police": from its determiner on, or bare."""
    last = words[-1]
    if not last.key.isalpha() or last.key in PREPOSITIONS:
        return None
    for back in range(1, min(len(words), 7) + 1):
        word = words[-back]
        if word.key in DETERMINERS and back > 1:
            return _mention("description", words[-back:])
        if not (word.key[:1].isalpha() or word.key in ("'s", "’s", "'", "’")) or word.key in PREPOSITIONS:
            break
    if last.key in GROUPS or last.key in ROLES:
        back = 1
        while back < len(words) and (words[-back - 1].is_capital or _is_role_word(words[-back - 1])):
            back += 1
        return _mention("description", words[-back:])
    return None


def _classified(words: Sequence[Token]) -> Mention | None:
    """A name, with what is before its last role word as the role; or a description."""
    words = list(words)
    while words and words[-1].key in ("'s", "’s", "and", "of", "for"):
        words.pop()
    if not words or all(word.key in NOT_NAMES or word.key in DETERMINERS for word in words):
        return None
    name = name_words(words)
    if not name:
        described = words[0].key in DETERMINERS or words[-1].key in GROUPS or words[-1].key in ROLES
        return _mention("description", words) if described else None
    whole = _mention("name", words)
    return Mention(whole.start, whole.end, "name", Span(name[0].start, name[-1].end))


def name_words(words: Sequence[Token]) -> list[Token]:
    """The words of the name that ends a phrase, without titles and roles; none where a noun ends it."""
    start = len(words)
    while start > 0 and (words[start - 1].is_capital or words[start - 1].key in PARTICLES):
        start -= 1
    if start >= 2 and words[start - 1].key == "of" and words[start - 2].key in BODIES:
        return [*name_words(words[: start - 1]), *words[start - 1 :]]
    name = list(words[start:])
    if len(whole := _named_of(words[:start])) > 1:
        return whole  # "Sgt. Dora Quill of St. John's"
    if len(name) > 2 and start >= 2 and words[start - 1].key == "of" and words[start - 2].key in TITLES:
        name = name[1:]  # "Secretary of State John Kerry"
    titles = [i for i, word in enumerate(name[:-1]) if word.key in TITLES | HONORIFICS | ROLES]
    bodies = [i for i, word in enumerate(name) if word.key in BODIES]
    if titles and titles[-1] > max(bodies, default=-1):
        name = name[titles[-1] + 1 :]
    if name and name[0].key in PARTICLES and not name[0].is_capital:
        name = name[1:]
    if len(name) == 1 and name[0].key in TITLES | ROLES:
        return []
    return name


def _named_of(words: Sequence[Token]) -> list[Token]:
    """The words of the name of somebody whom "of" ties to a place; none where it ties a title or a body."""
    before = words[:-1]
    if not before or words[-1].key != "of" or not before[-1].is_capital:
        return []
    name = [] if before[-1].key in BODIES | TITLES | ROLES | GROUPS else name_words(before)
    return [] if any(word.key in BODIES or word.key in PLACES for word in name) else name


def _mention(kind: Kind, words: Sequence[Token]) -> Mention:
    span = Span(words[0].start, words[-1].end)
    return Mention(span.start, span.end, kind, span)


def _may_have_complement(outer: Mention, words: Sequence[Token]) -> bool:
    """ "A spokeswoman for the mayor" and "Carla Osei of the union", but not "after a talk with Putin"."""
    if outer.kind == "description":
        return words[-1].key in ROLES or words[-1].key in GROUPS or words[-1].key in BODIES
    return outer.kind == "name"


@lru_cache(maxsize=64)
def people(text: str) -> tuple[Person, ...]:
    """Every name of two words or more, where it stands, with its role; in the order of the text."""
    found = []
    offset = 0
    for line in text.split("\n"):
        words = tokens(line, offset)
        for end in range(1, len(words) + 1):
            last_of_run = words[end - 1].is_capital and (end == len(words) or not words[end].is_capital)
            if last_of_run and (person := _person(text, words[:end])):
                found.append(person)
        offset += len(line) + 1
    return tuple(found)


def _person(text: str, words: Sequence[Token]) -> Person | None:
    phrase = _name_ending(words[-14:])
    if phrase is None or phrase.kind != "name":
        return None
    name = phrase.head
    before = [word for word in words if word.end <= phrase.start]
    if before and before[-1].key in ("in", "at", "near", "into", "across"):
        return Person(name, None, None)
    words_of_it = name.of(text).split()
    if not 2 <= len(words_of_it) <= LONGEST_NAME or name.of(text).isupper():
        return None
    return Person(name, role_of(text, phrase), gender_of(text, phrase))


def is_body(name: str) -> bool:
    """Tells whether a name is that of an organisation or a place, not of a person."""
    keys = [word.key for word in tokens(name)]
    return any(key in BODIES or key in PLACES for key in keys)


def role_of(text: str, phrase: Mention) -> str | None:
    """The role right behind a name or in front of it, in the text's words."""
    for found in (_APPOSITIVE.match(text, phrase.head.end), _BELONGING.match(text, phrase.head.end)):
        if found and _is_role(found["words"]):
            return found["words"].strip()
    words = tokens(text[phrase.start : phrase.head.start], phrase.start)
    while words and (words[0].key in DETERMINERS or words[0].key in ("'s", "’s")):
        words = words[1:]
    if not words or all(word.key in HONORIFICS for word in words):
        return None
    kept = list(words)
    while kept and kept[-1].text[0].isupper() and kept[-1].key in HONORIFICS | RANKS:
        kept.pop()
    kept = kept if any(word.key in ROLES or word.key in TITLES for word in kept) else words
    if not any(word.key in ROLES or word.key in TITLES for word in kept):
        return None
    role = text[kept[0].start : kept[-1].end]
    return None if role.endswith(".") or role.casefold() in RELATIONS else role


def _is_role(words: str) -> bool:
    parts = tokens(words)
    if words.startswith("of "):
        return True
    if not parts or parts[0].key in ("who", "which", "whose", "and", "but"):
        return False
    return any(part in ROLES | TITLES for word in parts[:8] for part in word.key.split("-"))


def gender_of(text: str, phrase: Mention) -> Gender | None:
    """The pronoun that stands for somebody, by a title, a role or a common first name; None if none tells."""
    before = text[phrase.start : phrase.head.end]
    first = phrase.head.of(text).split()[0].casefold()
    role = role_of(text, phrase) or ""
    for words in (before, role):
        if _WOMAN.search(words):
            return "she"
        if _MAN.search(words):
            return "he"
    return "she" if first in FEMALE else "he" if first in MALE else None
