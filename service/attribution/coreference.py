"""Referents of the pronoun or the bare description at the head of a sentence.

A quoted sentence stands alone in an answer, so "He" and "The official" are followed back to the name
they mean, to be shown in square brackets beside the words. The quote itself is never changed, and where
the article leaves it open there is no referent: a wrong name is worse than a pronoun.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from index.records import Article, Draft, Span
from service.attribution.people import Mention, Token, is_body, people, tokens
from service.attribution.referents import described, person_meant
from service.attribution.speech import attributions, evidence_text, quotations, sentence_at
from service.attribution.vocabulary import BODIES, GROUPS, PLACES, ROLES, TITLES
from service.attribution.vocabulary import words as listed

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
    r"(?:is|are|was|were|be|do|does|did|can|could|may|must|\w+ed|\w+s|won|beat|took|stood|told|said"
    r"|came|left"
    r"|found|gave|put|sat|went|saw|held|led|made|rose|spoke|fell|named|take|meant|carry|paid|bring)\b"
)
_SUBJECT = re.compile(
    r"(?:(?:The )?(?:[A-Z][\w’'&-]*\s)*[A-Z][\w’'&-]*|The (?:[a-z’'-]+\s){1,3}?)"
    r"(?=\s?\b(?:is|are|was|were|has|have|had|will|would|belongs|draws|drew|takes|took|reached|runs|ran"
    r"|rose|fell"
    r"|stood|won|beat|came|[a-z]{3,}ed)\b)"
)
_MATTERS = listed(
    """
    agreement deal company plan ship ferry bridge centre center report ward contractor attack authority
    union festival station paper boiler budget election operation team delegation group inquiry survey
    review law bill club cannery
    """
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
