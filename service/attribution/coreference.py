"""Coreference: whom or what a short name, a pronoun or a bare description such as "the official" refers to.

The rules are those of Hobbs (1978, "Resolving pronoun references") as far as they go without a parse:
the subject of the nearest earlier sentence comes first, words in quotation marks are passed over, and
gender must agree. Where two fit equally well there is no referent.

A quoted sentence stands alone in an answer, so the name that its head means is shown beside the words.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.records import Article, Draft, Span
from service.attribution.people import (
    Gender,
    Mention,
    Person,
    Token,
    gender_of,
    is_body,
    people,
    phrase_after,
    tokens,
)
from service.attribution.speech import attributions, evidence_text, quotations, sentence_at, sentence_start
from service.attribution.vocabulary import (
    BODIES,
    DETERMINERS,
    DOCUMENTS,
    FEMALE,
    GROUPS,
    MALE,
    PLACES,
    ROLES,
    TITLES,
)
from service.attribution.vocabulary import words as listed

SENTENCES_BACK = 5
NEAR = 2  # sentences back, for somebody of whom nothing tells whether "he" or "she" stands for them
_TITLE_BEFORE = r"\b(Mr|Mrs|Ms|Miss)\.?\s+(?:[A-Z][\w'’-]+\s+)?"
_OPENING = re.compile(
    r"^[\s\"“‘(—–-]*(?:(?:And|But|Yet|So|Then|Still|However|Meanwhile|Instead|Later)[,\s]+"
    r"|(?:In|On|At|By|After|Before|During|For|As|When|While|With|From|Speaking|Asked|Last|Earlier|Since"
    r"|Until|Under)"
    r"\b[^,.;]{0,90},\s+)?"
)
_NOT_NOW = frozenset(["vice", "deputy", "former"])
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
    for person in reversed(people(text)):
        held = _words(person.role or "")
        others = held - set(words)
        # A former or a deputy one is another.
        if person.name.end <= source.start and held and set(words) <= held and others.isdisjoint(_NOT_NOW):
            return person
    return None


def _fits(text: str, last: Mention, words: Sequence[str]) -> bool:
    """Tells whether who spoke last may be meant: an official by any role, others by their role's words."""
    if last.kind == "description":
        return set(words) <= _words(last.head.of(text))
    person = person_named(text, last)
    role = _words(person.role or "") - {""}
    needed = set(words) - {"official"}
    return bool(role) and needed <= role and not is_body(person.name.of(text))


def _words(text: str) -> set[str]:
    return {word.key for word in tokens(text)}


# The head of a sentence

_LEAD = re.compile(
    r"[\s\"“‘«(—–-]*(?:(?:And|But|Yet|So|Then|Still|However|Meanwhile|Instead|Later)[,\s]+"
    r"|(?:According to|For|By|From|With|To)\s+(?=(?:him|her|the)\b)"
    r"|(?:In|On|At|By|After|Before|During|For|As|Last|Earlier|Since|Until|Asked)\b[^,.;“\"]{0,60},\s+)?"
)
_SAYS_HEAD = re.compile(r"(?P<mark>[,?!.…][”\"»]|,)\s+(?P<head>[Hh]e|[Ss]he|the\s+[a-z]+)\s+(?=(?:said"
r"|says|added|told|replied"
                        r"|wrote|adds|continued|noted|explained|announced|warned|asked)\b)")  # fmt: skip
_SAID_HEAD = re.compile(r"according to (?P<head>the [a-z]+)(?=[.,;])")
_VERB = re.compile(
    r"\s+(?:\w+ly\s+|also\s+|has\s+|have\s+|had\s+|would\s+|will\s+|then\s+|later\s+)?"
    r"(?:is|are|was|were|be|do|does|did|can|could|may|must|\w+ed|\w+s|won|beat|took|stood|told|said|came|left"
    r"|found|gave|put|sat|went|saw|held|led|made|rose|spoke|fell|named|take|meant|carry|paid|bring)\b"
)
_SUBJECT = re.compile(
    r"(?:(?:The )?(?:[A-Z][\w’'&-]*\s)*[A-Z][\w’'&-]*|The (?:[a-z’'-]+\s){1,3}?)"
    r"(?=\s?\b(?:is|are|was|were|has|have|had|will|would|belongs|draws|drew|takes|took|reached|runs|ran|rose|fell"
    r"|stood|won|beat|came|[a-z]{3,}ed)\b)"
)
_MATTERS = listed(
    "agreement deal company plan ship ferry bridge centre center report ward contractor attack authority"
    " union festival station paper boiler budget election operation team delegation group inquiry survey"
    " review law bill club cannery"
)


@dataclass(frozen=True, slots=True)
class Head:
    """The words at a sentence's head, where they stand in the article, and what they refer to."""

    span: Span
    referent: str


def resolved_head(article: Article | Draft, span: Span) -> Head | None:
    """Resolves the subject of a quoted sentence; None where it names itself or nothing is sure."""
    text = evidence_text(article)
    if article.language not in (None, "en"):
        return None
    return next((head for words in _heads(text, span) if (head := _resolved(text, words))), None)


def _heads(text: str, span: Span) -> Iterator[Span]:
    """The words that may need a name: the sentence's first, else those that say who speaks."""
    lead = _LEAD.match(text, span.start, span.end)
    start = lead.end() if lead else span.start
    words = tokens(text[start : min(span.end, start + 80)], start)
    if words and not any(q.start < start < q.end for q in quotations(text)):
        yield from _first(text, words)
    for pattern in (_SAYS_HEAD, _SAID_HEAD):
        for match in pattern.finditer(text, span.start, span.end):
            yield Span(match.start("head"), match.end("head"))


def _first(text: str, words: list[Token]) -> Iterator[Span]:
    """The pronoun, or "the" and at most two nouns in lower case, in front of a verb."""
    if words[0].key in ("he", "she", "they", "it", "his", "her"):
        yield Span(words[0].start, words[0].end)
    elif words[0].key == "the":
        for length in (2, 3, 4):
            noun = words[length - 1 : length]
            if not noun or not noun[0].key.isalpha():
                return
            if (
                noun[0].text[0].islower()
                and noun[0].key in ROLES | TITLES | _MATTERS | GROUPS | BODIES
                and _VERB.match(text, noun[0].end)
            ):
                yield Span(words[0].start, noun[0].end)
                return


def _resolved(text: str, span: Span) -> Head | None:
    words = span.of(text).casefold()
    if words in ("he", "she", "his", "her"):
        pronoun = "he" if words in ("he", "his") else "she"
        person = person_meant(text, span.start, pronoun)
        name = person.name.of(text) if person else None
        return Head(span, name) if name and not name[0].islower() else None
    referent = (
        _thing(text, span) if words == "it" else _group(text, span) if words == "they" else _bare(text, span)
    )
    return Head(span, referent) if referent else None


def _bare(text: str, span: Span) -> str | None:
    """The name behind "the official" or "the agreement"."""
    noun = tokens(span.of(text))[-1].key
    if noun in ROLES | TITLES:
        person = described(text, Mention(span.start, span.end, "description", span))
        if person is None or person.name == span:
            return None
        return person.name.of(text)
    return _named_with(text, span.start, noun) if noun in _MATTERS | BODIES else None


def _named_with(text: str, place: int, noun: str) -> str | None:
    """The one name before a place that ends with a noun: "the Coast Health Authority" for "the authority"."""
    pattern = re.compile(
        rf"\b(?:[Tt]he )?((?:[A-Z][\w’'-]+ )+{re.escape(noun.capitalize())}"
        rf"|{re.escape(noun)} [A-Z]\w+(?: [A-Z]\w+)?)\b"
    )
    found = list(dict.fromkeys(match[1] for match in pattern.finditer(text, 0, place)))
    found = [name for name in found if not any(name != other and other.endswith(name) for other in found)]
    return found[0].removeprefix("The ") if len(found) == 1 else None


def _thing(text: str, span: Span) -> str | None:
    """Resolves "It" to the subject of the sentence before, where that is a name or has one, and no person."""
    subject = _subject_before(text, span.start)
    if subject is None or subject[0].islower():
        return None
    words = tokens(subject)
    opening = words[0].key == "the"
    name = subject[4:] if opening else subject
    if not name:  # "The revived series won": the verb was taken for an earlier one
        return None
    single = len(name.split()) == 1
    noun = words[-1].key
    named = is_body(name) or noun in PLACES or noun in _MATTERS
    if opening and name[0].islower():
        kept = _named_with(text, span.start, noun) if noun in _MATTERS | BODIES else None
        return kept or (name if noun in _MATTERS and len(words) > 2 else None)
    return name if (named or opening or single) and not _is_person(text, name) else None


def _is_person(text: str, name: str) -> bool:
    last = name.split()[-1]
    return any(
        person.name.of(text).split()[-1] == last and (person.gender or person.role)
        for person in people(text)
        if not is_body(person.name.of(text))
    )


def _subject_before(text: str, place: int) -> str | None:
    """The subject of the sentence right before, in the same paragraph: the words up to its verb."""
    line = text.rfind("\n", 0, place) + 1
    before = len(text[:place].rstrip(' "“'))
    if before <= line:
        return None
    sentence = sentence_at(text, before - 1)
    lead = _LEAD.match(text, sentence.start, sentence.end)
    start = lead.end() if lead else sentence.start
    if any(q.start <= start < q.end or q.start < place < q.end for q in quotations(text)):
        return None
    if any(a.start >= sentence.start and a.end <= sentence.end for a in attributions(text)):
        return None
    found = _SUBJECT.match(text, start, sentence.end)
    return found[0].strip() if found else None


def _group(text: str, span: Span) -> str | None:
    """Resolves "They" to the plural subject of the sentence before, by a name or a number of people."""
    subject = _subject_before(text, span.start)
    if subject is None:
        return None
    words = tokens(subject)
    team = (
        words[-1].key not in BODIES
        and words[-1].text[0].isupper()
        and words[-1].key.endswith("s")
        and len(words) > 1
    )
    crowd = words[-1].key in GROUPS and len(words) > 1
    return subject.removeprefix("The ") if team or crowd else None
