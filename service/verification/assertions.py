"""What an answer asserts, measured by what was asked, in a form in which two answers can be compared.

"How many" wants a quantity, "when" days, "who" a name, "has it been" a yes or a no. What cannot be read for
sure asserts nothing, and what asserts nothing contradicts nothing.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import SequenceMatcher
from typing import Literal

from index.backends.local.lexical import stems
from index.extraction.dates.mentions import mentions
from index.records import DateMention, Span, Zone, ZoneKind
from service.attribution.coreference import resolved_head
from service.evidence import Finding, Quote
from service.verification.numbers import Quantity, measure_of, quantities
from service.verification.stance import Stand, YesNo, stand, yes_no

Kind = Literal["number", "date", "name", "place", "polarity", "statement"]

NIGHT = timedelta(days=1)  # "Tuesday night" and "Wednesday" may be one night
MOST_WORDS = 5  # of a name; a longer answer describes
SPELLING = 0.8  # likeness of two words from which they are one name, spelt otherwise

_HOW_MUCH = re.compile(
    r"\bhow (many|much|far|long|high|tall|deep|wide|old|fast|big|large|heavy|often)\b", re.IGNORECASE
)
_AMOUNT = re.compile(
    r"^(?!.*\b(?:say|said|says|think|tell|told|about)\b)(?:what|how|at what|by what|with what|from what)\b.*?"
    r"\b(number|cost|price|toll|share|percentage|population|margin|turnout|budget|level|height|length|distance|age|size|capacity|speed|temperature|salary|fine|fee|fare|rate)s?\b",
    re.IGNORECASE,
)
_MEASURES = {
    **dict.fromkeys(("cost", "price", "budget", "salary", "fine", "fee", "fare"), "money:"),
    **dict.fromkeys(("far", "high", "tall", "deep", "wide", "height", "length", "distance"), "length"),
    **dict.fromkeys(("share", "percentage", "turnout"), "share"),
    **dict.fromkeys(("heavy",), "weight"),
    **dict.fromkeys(("old", "often", "age"), "time"),
    **dict.fromkeys(("much", "fast", "big", "large", "size", "capacity", "speed", "rate"), "any"),
    "long": "length time",
}
_WHEN = re.compile(
    r"^(?:(?:on|in|by|since|until) )?(?:when\b|(?:what|which) (?:day|date|month|year|time)\b)"
    r"|^what (?:is|was) the (?:\w+ )?date\b|\bon (?:what|which) (?:day|date)\b",
    re.IGNORECASE,
)
_WHERE = re.compile(
    r"^where\b|^(?:in|at) (?:what|which) (?:place|town|city|country)\b|^what (?:is|was) the location\b",
    re.IGNORECASE,
)
_ROLE = r"(?:the|its|his|her|their|[A-Z][\w’']+[’']s?)\s+(?!names?\b)[a-z]"
# Only a question with one true answer makes two different names a contradiction; "what effect" has many.
_NAMED = (
    r"(?:sport|team|club|party|country|state|city|town|county|province|river|island|language|nationality"
    r"|religion|currency|capital|company|firm|bank|agency|ministry|newspaper|outlet|broadcaster|channel"
    r"|network|station|airline|ship|hospital|school|university|college|award|prize|rank|position|mascot"
    r"|nickname|profession|occupation|genre|format|colou?r|brand|label|band|studio|name)"
)
_ONE_NAME = re.compile(
    rf"^(?i:who(?:['’]s| is| was| will be| became| becomes))(?: (?:now|currently|then))? {_ROLE}"
    r"|^(?i:who) (?i:won|wins|founded|wrote|invented|designed|composed|directed|discovered|owns?|leads?|led"
    r"|heads?|headed|succeeded|replaced|built|painted|defeated|beat"
    r"|(?:was|has been|were) (?:elected|appointed|named|chosen|nominated))\b"
    rf"|^(?i:what|which) (?:[a-z]+ )?(?i:{_NAMED}) (?i:is|was|did|does|has|will|owns|won|leads)\b"
    rf"|^(?i:what (?:is|was|will be) the (?:\w+ )?{_NAMED})\b"
)
_SEVERAL = re.compile(
    r"^(?:what|which) (?:\w+ )?\w*[^su'’\W]s (?:is|was|were|are|did|do|have)\b", re.IGNORECASE
)
_FORMER = re.compile(
    r"\b(?:former|ex-|previous|predecessors?|late|then|outgoing|succeed(?:s|ed)|replac(?:es|ed))"
    r"[\s,-]*(?:\w+\s){0,3}$",
    re.IGNORECASE,
)
# Whoever is called by one of these is not called so while holding another; a general may be a spokesman.
_OFFICES = frozenset(
    "mayor president minister councillor senator governor king queen prince princess pope bishop".split()  # noqa: SIM905
)
_OFFICE_ASKED = re.compile(
    rf"^who(?:['’]s| is| was| will be| became| becomes)\b.*?\bthe (?:\w+ )?({'|'.join(sorted(_OFFICES))})\b",
    re.IGNORECASE,
)
_TITLES = _OFFICES | frozenset(
    """
    mr mrs ms miss dr prof professor sir dame lord lady general captain inspector chief
    the of and for by saint st jr sr lt gen brig major
    """.split()  # noqa: SIM905
)
_PRONOUNS = frozenset({"he", "she", "they", "it", "who"})
_PRONOUN_HEAD = re.compile(r"(?:he|she|they|it)\b", re.IGNORECASE)
_WHO_DID = re.compile(r"^who (?!is\b|are\b|was\b|were\b|will\b|has\b|have\b|had\b)(\w+)", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_][\w’'.-]*")
_PEOPLE = frozenset(
    stems(
        """
        people persons men women children workers employees passengers crew victims residents visitors
        spectators fans guests colleagues soldiers fighters militants members policemen officers police
        staff students pupils civilians patients injured wounded dead killed hurt inhabitants voters
        protesters demonstrators marchers staff firefighters person man woman child worker
        """
    )
)
_NOUN_ENDS = frozenset(
    "is are was were did do does has have had will would can could in on at of to came come saw went".split()  # noqa: SIM905
)
_VOWELS = re.compile(r"[aeiouy'’-]")
_BOUND = re.compile(
    r"\b(?:since|until|till|before|after|than(?: in)?|as of|built in|founded in|born in)\s+(?:the\s+)?$",
    re.IGNORECASE,
)
_NOT_ON = re.compile(
    r"\b(?:(?:not|instead of|rather than)(?:\s+(?:in|on|by|at|until))?|after|before)\s+(?:the\s+)?$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question wants to know. `nouns` are the stems of what is to be counted.

    `measure` holds the measures that a quantity may have, with spaces between; empty where it counts.
    """

    kind: Kind
    nouns: frozenset[str] = frozenset()
    measure: str = ""
    parts: YesNo | None = None
    person: bool = False  # asked by "who"
    office: str = ""  # the one whose holder is asked for: "mayor"
    did: str = ""  # the stem of what they did, where who did it is asked: "won"


@dataclass(frozen=True, slots=True)
class Days:
    """The days that an answer gives, both inclusive."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Name:
    """The words of a name without titles, in lower case and in order; of a place, its parts."""

    words: tuple[str, ...]
    place: bool = False


Assertion = Quantity | Days | Name | Stand


def asked(question: str) -> Asked:
    """What kind of answer a question wants; "statement" where answers cannot be compared."""
    text = question.strip()
    if match := _HOW_MUCH.search(text) or _AMOUNT.search(text):
        words = _counted(text[match.end() :]) if match[1].casefold() == "many" else []
        measure = next((found for word in words if (found := measure_of(word))), "")
        nouns = frozenset(stems(" ".join(words)))
        return Asked("number", nouns, measure or _MEASURES.get(match[1].casefold(), ""))
    if _WHEN.search(text):
        return Asked("date")
    if _WHERE.search(text):
        return Asked("place")
    if parts := yes_no(text):
        return Asked("polarity", parts=parts)
    if _ONE_NAME.search(text) and not _SEVERAL.search(text):
        person = text.casefold().startswith("who")
        return Asked("name", person=person, office=_office(text), did=_did(text))
    return Asked("statement")


def _office(question: str) -> str:
    match = _OFFICE_ASKED.match(question)
    return match[1].casefold() if match else ""


def _did(question: str) -> str:
    match = _WHO_DID.match(question)
    return next(iter(stems(match[1])), "") if match else ""


def period_of(question: str) -> Days | None:
    """The days that a question limits itself to ("in 2022", "on 3 June 2021"); None where it names none."""
    named = mentions(question, [Zone(0, len(question), ZoneKind.REPORTING)])
    return Days(min(day.first for day in named), max(day.last for day in named)) if named else None


def assertion(wanted: Asked, finding: Finding) -> Assertion | None:
    """What a finding asserts to a question; None where that cannot be told."""
    quote = finding.quote
    if wanted.kind == "number":
        return _quantity(wanted, finding)
    if wanted.kind == "date":
        return _days(quote, _answer(finding))
    if wanted.kind == "polarity" and wanted.parts is not None:
        return stand(wanted.parts, quote.text)
    if wanted.kind in ("name", "place"):
        if holds_another(wanted, quote):
            return None
        if wanted.did and _PRONOUN_HEAD.match(quote.text):
            return _meant(wanted, quote)
        name = _name(finding, place=wanted.kind == "place")
        return None if wanted.person and not any(map(_may_name, finding.answer.split())) else name
    return None


def _meant(wanted: Asked, quote: Quote) -> Name | None:
    """Whom a pronoun means that did what is asked about: of "She won" the one who won, not whom she beat."""
    head = resolved_head(quote.article, quote.span)
    after = stems(quote.text)[1:4]
    return _named(head.referent) if head and wanted.did in after else None


def holds_another(wanted: Asked, quote: Quote) -> bool:
    """Whether who is named holds another office than the one asked about: a councillor is no mayor."""
    if not wanted.office or quote.answer is None:
        return False
    span, text = quote.answer, quote.article.text
    named = re.match(r"(\w+) ", span.of(text))
    before = re.search(r"(\w+) $", text[max(0, span.start - 40) : span.start])
    titles = {match[1].casefold() for match in (named, before) if match} & _OFFICES
    return bool(titles) and wanted.office not in titles


def agree(one: Assertion, other: Assertion) -> bool:
    """Whether both may be true of one thing. What cannot be compared agrees."""
    if isinstance(one, Quantity) and isinstance(other, Quantity):
        return one.measure != other.measure or one.agrees(other)
    if isinstance(one, Days) and isinstance(other, Days):
        return one.first <= other.last + NIGHT and other.first <= one.last + NIGHT
    if isinstance(one, Stand) and isinstance(other, Stand):
        return one.yes == other.yes
    if isinstance(one, Name) and isinstance(other, Name):
        return _one_place(one, other) if one.place else _one_name(one.words, other.words)
    return True


def own_days(quote: Quote) -> tuple[DateMention, ...]:
    """The dates that stand in a quote, in order."""
    span = quote.span
    return tuple(day for day in quote.article.dates if span.start <= day.start and day.end <= span.end)


def told_of(quote: Quote) -> tuple[DateMention, ...]:
    """Those of them at which what it tells happened: not the 1978 of "the highest since 1978"."""
    text = quote.article.text
    return tuple(
        day for day in own_days(quote) if not _BOUND.search(text[max(0, day.start - 30) : day.start])
    )


def is_of_day(finding: Finding) -> bool:
    """Whether the words that answer are a date or a part of one: the 17 of "on May 17" counts nothing."""
    span = _answer(finding)
    return any(day.start <= span.start and span.end <= day.end for day in own_days(finding.quote))


def _answer(finding: Finding) -> Span:
    """Where the words that answer stand in the article."""
    quote = finding.quote
    if quote.answer is not None:
        return quote.answer
    place = quote.text.find(finding.answer) if finding.answer else -1
    start = quote.span.start + place
    return Span(start, start + len(finding.answer)) if place >= 0 else quote.span


def _quantity(wanted: Asked, finding: Finding) -> Quantity | None:
    """The one quantity of an answer that is of the kind asked for; None where there are several."""
    span, text = _answer(finding), finding.quote.article.text
    bounds = finding.quote.span
    if is_of_day(finding):
        return None
    found = quantities(
        span.of(text),
        text[max(bounds.start, span.start - 60) : span.start],
        text[span.end : min(bounds.end, span.end + 60)],
    )
    fitting = [quantity for quantity in found if fits(wanted, quantity)]
    named = [quantity for quantity in fitting if wanted.nouns & set(stems(" ".join(quantity.words)))]
    # "6,204 votes to 5,892" counts votes twice, though it names them once.
    chosen = [*named, *(quantity for quantity in fitting if not quantity.words)] if named else fitting
    alike = all(chosen[0].measure == other.measure and chosen[0].agrees(other) for other in chosen[1:])
    return chosen[0] if chosen and alike else None


def fits(wanted: Asked, quantity: Quantity) -> bool:
    """Whether a quantity can be what is asked for: no families where people are, no part of the whole."""
    if quantity.of in ("them", "these", "those", "whom") or wanted.nouns & set(stems(quantity.of)):
        return False
    bare = not quantity.measure and not quantity.words
    if wanted.measure:
        measures = tuple(wanted.measure.split())
        # A length is never told without its unit; "half past eight" is none.
        bare = bare and "length" not in measures
        return bare or wanted.measure == "any" or quantity.measure.startswith(measures)
    if quantity.measure:
        return not wanted.nouns
    words = stems(" ".join(quantity.words))
    if not wanted.nouns or not words or wanted.nouns & set(words):
        return True
    if _PEOPLE & set(words):
        return bool(wanted.nouns & _PEOPLE)
    return not any(word.endswith("s") for word in quantity.words)


def _counted(text: str) -> list[str]:
    """The words behind "how many" that say what is counted."""
    words: list[str] = []
    for word in re.findall(r"\w+", text.casefold())[:4]:
        if word in _NOUN_ENDS:
            break
        words.append(word)
        if word.endswith("s") or word == "people":
            break
    return words


def _days(quote: Quote, span: Span) -> Days | None:
    """The days of an answer, else of its sentence where that names but one date."""
    text = quote.article.text
    inside = [day for day in own_days(quote) if not _NOT_ON.search(text[max(0, day.start - 30) : day.start])]
    named = [day for day in inside if day.start < span.end and span.start < day.end]
    chosen = named or (inside if len(inside) == 1 else [])
    return Days(min(day.first for day in chosen), max(day.last for day in chosen)) if chosen else None


def _name(finding: Finding, *, place: bool) -> Name | None:
    """The name that an answer gives; None for that of a former holder, or for an answer that is no name."""
    span = _answer(finding)
    text = finding.quote.article.text
    if span == finding.quote.span or _FORMER.search(text[max(0, span.start - 40) : span.start]):
        return None
    text = span.of(text)
    if place:
        return Name(tuple(part.strip().casefold() for part in text.split(",") if part.strip()), place=True)
    return _named(text)


def _named(text: str) -> Name | None:
    words = [re.sub(r"[’']s$", "", word).strip(".'’").casefold() for word in _WORD.findall(text)]
    named = tuple(word for word in words if word and word not in _TITLES | _PRONOUNS)
    return Name(named) if 0 < len(named) <= MOST_WORDS else None


def _one_name(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether two names can be one: a shorter form, initials, another spelling. Scripts are not compared."""
    if _script(one) != _script(other):
        return True
    shared = [(a, b) for a in one for b in other if _one_word(a, b)]
    if not shared:
        return _initials(one, other) or _initials(other, one)
    surname_only = len(one) >= 2 and len(other) >= 2 and shared == [(one[-1], other[-1])]
    return not surname_only or (one[0][0] == other[0][0] and 1 in (len(one[0]), len(other[0])))


def _may_name(word: str) -> bool:
    """Whether a word is written as a name is; scripts without capitals write all words so."""
    return not word[0].islower()


def _one_place(one: Name, other: Name) -> bool:
    """Whether two places can be one: only where both name the larger place, and it differs, they cannot."""
    if len(one.words) < 2 or len(other.words) < 2:
        return True
    return any(_one_word(a, b) for a in one.words for b in other.words)


def _one_word(one: str, other: str) -> bool:
    if one == other or stems(one) == stems(other):
        return True
    if min(len(one), len(other)) < 4:
        return False
    consonants = _VOWELS.sub("", one)
    if len(consonants) >= 3 and consonants == _VOWELS.sub("", other):
        return True  # "Mohammed" and "Muhammad", "Erbil" and "Irbil": transliterations differ in vowels
    return SequenceMatcher(None, one, other).ratio() >= SPELLING


def _initials(short: tuple[str, ...], long: tuple[str, ...]) -> bool:
    letters = "".join(part[0] for word in long for part in word.split("-") if part)
    return len(short) == 1 and len(long) > 1 and short[0].replace(".", "") == letters


def _script(words: Iterable[str]) -> str:
    """ "latin", or another script by the block of its first letter."""
    letter = next((letter for word in words for letter in word if letter.isalpha()), "a")
    return "latin" if ord(letter) < 0x250 else str(ord(letter) >> 8)
