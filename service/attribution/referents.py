"""Referents of a short name, a pronoun or "the official", by what stands before it in the article.

The rules are those of Hobbs (1978, "Resolving pronoun references") as far as they go without a parse:
the subject of the nearest earlier sentence comes first, words in quotation marks are passed over, and
gender must agree. Where two fit equally well there is no referent.
"""

import re
from collections.abc import Iterator, Sequence

from index.records import Span
from service.attribution.people import (
    Gender,
    Mention,
    Person,
    gender_of,
    is_body,
    people,
    phrase_after,
    tokens,
)
from service.attribution.speech import attributions, quotations, sentence_start
from service.attribution.vocabulary import DETERMINERS, DOCUMENTS, FEMALE, MALE, ROLES, TITLES

SENTENCES_BACK = 5
NEAR = 2  # sentences back, for somebody of whom nothing tells whether "he" or "she" stands for them
_TITLE_BEFORE = r"\b(Mr|Mrs|Ms|Miss)\.?\s+(?:[A-Z][\w'’-]+\s+)?"
_OPENING = re.compile(
    r"^[\s\"“‘(—–-]*(?:(?:And|But|Yet|So|Then|Still|However|Meanwhile|Instead|Later)[,\s]+"
    r"|(?:In|On|At|By|After|Before|During|For|As|When|While|With|From|Speaking|Asked|Last|Earlier|Since"
    r"|Until|Under)"
    r"\b[^,.;]{0,90},\s+)?"
)
_OWN = frozenset(["his", "her", "its", "their", "my", "our", "your"])


def person_named(text: str, source: Mention) -> Person:
    """The fullest name and role that the article gives whom a name means; the name itself if unclear."""
    name = source.head.of(text)
    same = _same_name(text, source) or [Person(source.head, None, gender_of(text, source))]
    first = same[0]
    title = gender_of(text, source)
    role = next((person.role for person in same if person.role), None)
    gender = first.gender or title or _titled(text, name.split()[-1])
    known = next((person.gender for person in same if person.gender), gender)
    return Person(first.name, role, known)


def _same_name(text: str, source: Mention) -> list[Person]:
    """All mentions by full name of whom a name means, if that is one only; the first one first."""
    words = [_bare(word) for word in source.head.of(text).split()]
    named = [(person, [_bare(word) for word in person.name.of(text).split()]) for person in people(text)]
    if len(words) > 1:
        return [person for person, parts in named if parts[-1] == words[-1] and parts[0] == words[0]]
    fitting = [(person, parts) for person, parts in named if parts[-1] == words[0]]
    fitting = [(person, parts) for person, parts in fitting if not is_body(person.name.of(text))]
    if not fitting and words[0] in FEMALE | MALE:
        fitting = [(person, parts) for person, parts in named if parts[0] == words[0]]
    chosen = _meant(text, source, fitting)
    return [person for person, parts in fitting if " ".join((parts[0], parts[-1])) == chosen]


def _meant(text: str, source: Mention, fitting: Sequence[tuple[Person, list[str]]]) -> str | None:
    """Chooses one of several of a surname: the one with the title, else the one named both first and last."""
    names = [" ".join((parts[0], parts[-1])) for _, parts in fitting]
    if len(set(names)) <= 1:
        return names[0] if names else None
    before = [
        name for name, (person, _) in zip(names, fitting, strict=True) if person.name.end <= source.start
    ]
    title = text[source.start : source.head.start].strip().rstrip(".").casefold()
    if title:
        titled = [
            name
            for name, (person, _) in zip(names, fitting, strict=True)
            if title in text[max(0, person.name.start - 12) : person.name.start].casefold()
            or (person.gender == {"mr": "he", "ms": "she", "mrs": "she"}.get(title, ""))
        ]
        return titled[0] if len(set(titled)) == 1 else None
    return before[0] if before and before[0] == before[-1] else None


def _bare(word: str) -> str:
    """A word of a name as it may come again: "al-Khafaji" is later "Khafaji"."""
    bare = word.casefold().rstrip(".,")
    return bare[3:] if bare[:3] in ("al-", "el-") else bare


def _titled(text: str, surname: str) -> Gender | None:
    found = re.search(_TITLE_BEFORE + re.escape(surname) + r"\b", text)
    return None if found is None else "he" if found[1] == "Mr" else "she"


def person_meant(text: str, place: int, pronoun: str) -> Person | None:
    """Resolves "he" or "she" at a place to the subject of the nearest sentence before it that fits."""
    gender: Gender = "she" if pronoun.casefold() in ("she", "her") else "he"
    for back, sentence in enumerate(_sentences_before(text, place)):
        if back > SENTENCES_BACK:
            return None
        for subject in _subjects(text, sentence):
            if subject.kind == "pronoun":
                if subject.head.of(text).casefold() == gender:
                    return person_meant(text, subject.start, gender)
                continue
            found = _somebody(text, subject)
            if found and (found.gender == gender or (found.gender is None and back <= NEAR)):
                return found
            if found is None and subject.kind == "description" and _is_somebody(text, subject):
                return None
    return None


def _somebody(text: str, subject: Mention) -> Person | None:
    """The person a subject is; None for a body, a group or a thing."""
    if subject.kind == "name":
        found = person_named(text, subject)
        name = found.name.of(text)
        known = found.gender or found.role or _titled_here(text, subject)
        unsure = not known and (len(name.split()) == 1 or not _speaks(text, found))
        return None if unsure or is_body(name) or name.endswith(".") else found
    words = tokens(subject.head.of(text))
    return described(text, subject) if words[-1].key in ROLES else None


def _is_somebody(text: str, subject: Mention) -> bool:
    """Tells whether a description is one person's, whoever that is: "the nominee"."""
    words = [word.key for word in tokens(subject.head.of(text))]
    return words[-1] in ROLES and words[0] in DETERMINERS


def _titled_here(text: str, subject: Mention) -> bool:
    """Tells whether more than an article stands before the name: "Mayor", "Mr."."""
    return text[subject.start : subject.head.start].strip().casefold() not in ("", "the")


def _speaks(text: str, person: Person) -> bool:
    """Tells whether somebody of that surname says something in the article, as a person would."""
    last = person.name.of(text).split()[-1]
    return any(
        a.source.kind == "name" and a.source.head.of(text).split()[-1] == last for a in attributions(text)
    )


def _sentences_before(text: str, place: int) -> Iterator[Span]:
    """The part of the sentence before a place, then each earlier sentence, nearest first."""
    end = place
    while end > 0:
        start = sentence_start(text, end)
        if text[start:end].strip():
            yield Span(start, end)
        end = (
            start - 1
            if start == 0 or text[start - 1] == "\n"
            else start - len(text[:start]) + len(text[:start].rstrip())
        )


def _subjects(text: str, sentence: Span) -> Iterator[Mention]:
    """Finds who speaks in a sentence, else what it begins with, leaving out what is quoted."""
    spoken = [
        a.source for a in attributions(text) if sentence.start <= a.source.start and a.end <= sentence.end
    ]
    yield from spoken
    start = sentence.start
    opening = _OPENING.match(sentence.of(text))
    start += opening.end() if opening else 0
    if any(q.start < start < q.end for q in quotations(text)) or start >= sentence.end:
        return
    first = phrase_after(tokens(text[start : sentence.end], start)[:12])
    if first and first.start == start and first not in spoken:
        yield first


def described(text: str, source: Mention) -> Person | None:
    """Resolves a description: "the official" is the last official named; "a Kurdish official" is enough."""
    words = tokens(source.head.of(text))
    noun, opening = words[-1].key, words[0].key
    if (
        any(word.key in DOCUMENTS for word in words)
        or opening in _OWN
        or opening in ("this", "that", "these", "those", "both", "it")
    ):
        return None
    if opening == "the" and noun in ROLES | TITLES:
        return _holder(text, source, [word.key for word in words[1:]])
    return Person(source.head, None, None)


def _holder(text: str, source: Mention, words: Sequence[str]) -> Person | None:
    """The last one before a place who fits a description: who spoke last, else whose role has its words."""
    spoken = [
        a.source for a in attributions(text) if a.source.end <= source.start and a.source.kind != "pronoun"
    ]
    last = next((s for s in reversed(spoken) if not s.head.of(text).casefold().startswith("the ")), None)
    if last is not None and _fits(text, last, words):
        return person_named(text, last) if last.kind == "name" else Person(last.head, None, None)
    named = [person for person in people(text) if person.name.end <= source.start and person.role]
    found = [person for person in named if _holds(person.role or "", words)]
    return found[-1] if found else None


def _fits(text: str, last: Mention, words: Sequence[str]) -> bool:
    """Tells whether who spoke last may be meant: an official by any role, others by their role's words."""
    if last.kind == "description":
        return set(words) <= _words(last.head.of(text))
    person = person_named(text, last)
    role = _words(person.role or "") - {""}
    needed = set(words) - {"official"}
    return bool(role) and needed <= role and not is_body(person.name.of(text))


def _holds(role: str, words: Sequence[str]) -> bool:
    """Tells whether a role has all the words of a description, and is not a former or a deputy one."""
    held = _words(role)
    return set(words) <= held and not (held - set(words)) & {"vice", "deputy", "former"}


def _words(text: str) -> set[str]:
    return {word.key for word in tokens(text)}
