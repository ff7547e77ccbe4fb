"""Coreference: whom a short name, a pronoun or a bare description such as "the official" refers to.

The rules are those of Hobbs (1978, "Resolving pronoun references") as far as they go without a parse:
the subject of the nearest earlier sentence comes first, words in quotation marks are passed over, and
gender must agree. Where two fit equally well there is no referent.

A quoted sentence stands alone in an answer, so the name that its head means is shown beside the words.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from index.records import Article, Draft, Span
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
from service.attribution.speech import attributions, evidence_text, quotations, sentence_start
from service.attribution.vocabulary import (
    DETERMINERS,
    DOCUMENTS,
    FEMALE,
    MALE,
    ROLES,
    TITLES,
)

SENTENCES_BACK = 5
NEAR = 2  # sentences back, for somebody of whom nothing tells whether "he" or "she" stands for them
_TITLED: Mapping[str, Gender] = {"Mr": "he", "Mrs": "she", "Ms": "she", "Miss": "she"}
_OPENING = re.compile(
    r"[\s\"“‘(—–-]*(?:(?:And|But|Yet|So|Then|Still|However|Meanwhile|Instead|Later)[,\s]+"
    r"|(?:According to|For|By|From|With|To)\s+(?=(?:him|her|the)\b)"
    r"|(?:In|On|At|By|After|Before|During|For|As|When|While|With|From|Speaking|Asked|Last|Earlier|Since"
    r"|Until|Under)"
    r"\b[^,.;“\"]{0,90},\s+)?"
)
_NOT_NOW = frozenset({"vice", "deputy", "former"})
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
    words = [_part(word) for word in source.head.of(text).split()]
    named = [(person, [_part(word) for word in person.name.of(text).split()]) for person in people(text)]
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


def _part(word: str) -> str:
    """A word of a name as it may come again: "al-Khafaji" is later "Khafaji"."""
    bare = word.casefold().rstrip(".,")
    return bare[3:] if bare[:3] in ("al-", "el-") else bare


def _titled(text: str, surname: str) -> Gender | None:
    """The pronoun that a title in front of a surname tells, anywhere in the text."""
    for title, pronoun in _TITLED.items():
        if f"{title} {surname}" in text or f"{title}. {surname}" in text:
            return pronoun
    return None


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
        titled = text[subject.start : subject.head.start].strip().casefold() not in ("", "the")
        known = found.gender or found.role or titled
        unsure = not known and (len(name.split()) == 1 or not _speaks(text, found))
        return None if unsure or is_body(name) or name.endswith(".") else found
    words = tokens(subject.head.of(text))
    return described(text, subject) if words[-1].key in ROLES else None


def _is_somebody(text: str, subject: Mention) -> bool:
    """Tells whether a description is one person's, whoever that is: "the nominee"."""
    words = [word.key for word in tokens(subject.head.of(text))]
    return words[-1] in ROLES and words[0] in DETERMINERS


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
    """Resolves a description: "the official" is the last official named, else as it stands."""
    words = tokens(source.head.of(text))
    noun, opening = words[-1].key, words[0].key
    if (
        any(word.key in DOCUMENTS for word in words)
        or opening in _OWN
        or opening in ("this", "that", "these", "those", "both", "it")
    ):
        return None
    is_role = opening == "the" and noun in ROLES | TITLES
    holder = _holder(text, source, {word.key for word in words[1:]}) if is_role else None
    return holder or Person(source.head, None, None)


def _holder(text: str, source: Mention, words: set[str]) -> Person | None:
    """The last one named before a place whose role has the words of a description."""
    for person in reversed(people(text)):
        held = _words(person.role or "")
        # A former or a deputy one is another.
        if person.name.end <= source.start and words <= held and _NOT_NOW.isdisjoint(held - words):
            return person
    return None


def _words(text: str) -> set[str]:
    return {word.key for word in tokens(text)}


# The head of a sentence


@dataclass(frozen=True, slots=True)
class Head:
    """The words at a sentence's head, where they stand in the article, and what they refer to."""

    span: Span
    referent: str


def resolved_head(article: Article | Draft, span: Span) -> Head | None:
    """Resolves who a quoted sentence is about or who says it; None where it names them or nothing is sure."""
    if article.language not in (None, "en"):
        return None
    text = evidence_text(article)
    return next((head for words in _heads(text, span) if (head := _resolved(text, words))), None)


def _heads(text: str, span: Span) -> Iterator[Span]:
    """The words that may need a name: a pronoun at the sentence's head, else those that say who speaks."""
    opening = _OPENING.match(text, span.start, span.end)
    start = opening.end() if opening else span.start
    first = tokens(text[start : min(span.end, start + 20)], start)[:1]
    quoted = any(one.start < start < one.end for one in quotations(text))
    if first and not quoted and first[0].key in ("he", "she", "his", "her"):
        yield Span(first[0].start, first[0].end)
    for one in attributions(text):
        if span.start <= one.start and one.end <= span.end and one.source.kind != "name":
            yield one.source.head


def _resolved(text: str, span: Span) -> Head | None:
    words = span.of(text).casefold()
    if words in ("he", "she", "his", "her"):
        person = person_meant(text, span.start, "he" if words in ("he", "his") else "she")
    elif words.startswith("the ") and tokens(words)[-1].key in ROLES | TITLES:
        person = described(text, Mention(span.start, span.end, "description", span))
    else:
        return None
    name = person.name.of(text) if person and person.name != span else ""
    return Head(span, name) if name and not name[0].islower() else None
