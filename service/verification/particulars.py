"""The particulars of a sentence that its evidence must hold: quoted words, numbers, days and names.

What a sentence says with them is for the judge; but a number, a day or a name that stands nowhere is wrong,
however sure the judge may be.
"""

import re
from collections.abc import Iterator, Sequence

from index.extraction.dates import MONTHS, WEEKDAYS
from index.extraction.dates.mentions import mentions
from index.extraction.dates.tenses import only_ahead
from index.records import DateMention, Zone, ZoneKind
from service.verification.premises import Premise, evidence_of, folded, running_words, words_of
from service.verification.tokens import quantities

_PAIRS = (("“", "”"), ("„", "“"), ("„", "”"), ("«", "»"), ("»", "«"), ("「", "」"), ('"', '"'))
_QUOTED = re.compile(
    "|".join(f"{first}([^{first}{last}]*)(?:{last}|$)" for first, last in _PAIRS)
    + r"|(?<![\w'’])['‘](?!\d\ds?\b)([^'‘’]*(?:['’]\w[^'‘’]*){0,9})['’](?!\w)"
)
_MARKS = str.maketrans("", "", "\"“”„«»'‘’‚‹›`´")
_LEFT_OUT = re.compile(r"…|\.\.\.|\[[^\[\]]*\]")
_NAME = re.compile(r"(?<!\w)(?:(?:[A-Z]\.){2,}|[A-ZÀ-ÖØ-Þ][\w’'.-]*\w(?: [A-ZÀ-ÖØ-Þ][\w’'.-]*\w)*)")
_OPENING = re.compile(r"(?:\A|[.!?:;\n“”\"«»(—–…])\s{0,4}$")
_LEAST_STEM = 4  # letters that a people and its country share: Iraq and Iraqi


def missing(claim: str, premises: Sequence[Premise]) -> tuple[str, ...]:
    """Returns a sentence for each particular of a claim that its premises do not hold."""
    own = unquoted(claim)
    return (
        *invented(claim, premises),
        *_unknown_days(own, premises),
        *_unknown_numbers(_without_sources(own, premises), premises),
        *_unknown_names(own, premises),
        *_not_yet(own, premises),
    )


def invented(claim: str, premises: Sequence[Premise]) -> tuple[str, ...]:
    """Returns a sentence for each quotation of a claim that no cited sentence or title holds."""
    texts = [text for one in premises for text in (one.cited, one.article.title or "")]
    return tuple(
        f"The cited sentences do not hold the quoted words {words!r}."
        for words in quoted(claim)
        if not any(_said(words, text) for text in texts)
    )


def quoted(text: str) -> tuple[str, ...]:
    """Returns the stretches between quotation marks; one that is never closed runs to the end."""
    found = (
        next((words for words in match.groups() if words), "") for match in _QUOTED.finditer(_opened(text))
    )
    return tuple(words.strip() for words in found if any(letter.isalnum() for letter in words))


def unquoted(text: str) -> str:
    """Returns the text with "…" for each stretch between quotation marks."""
    return _QUOTED.sub(" … ", _opened(text))


def _unknown_numbers(claim: str, premises: Sequence[Premise]) -> Iterator[str]:
    cited = " ".join(one.cited for one in premises)
    told = quantities(cited)
    years = {day.year for one in premises for mention in one.days for day in (mention.first, mention.last)}
    years |= {one.article.published.year for one in premises if one.article.published}
    for number in quantities(claim):
        # "One" is a number too rarely to be missed: "one of the pumps".
        loose = number.value == 1 and not re.search(r"\b1\b", claim)
        if not loose and number.value not in years and not any(number.is_proved_by(other) for other in told):
            told_as = f"{number.value.normalize():f} {number.unit}".strip()
            yield f"The cited sentences do not hold the number {told_as}."


def _unknown_days(claim: str, premises: Sequence[Premise]) -> Iterator[str]:
    """The days that the claim names and the evidence does not.

    A day of the evidence proves a longer time that holds it. The day of publication proves a time only where
    the claim speaks of who printed it, or the cited sentences name none: an event is not dated by the
    newspaper that told of it later.
    """
    for premise in premises:
        days = [(day.first, day.last) for day in premise.days]
        published, outlet = premise.article.published, premise.article.outlet
        if published and (not days or (outlet and outlet in claim)):
            days = [(published, published)]
        wrong = [
            day
            for day in _mentions(_without_sources(claim, premises), premise)
            if not any(day.first <= first and last <= day.last for first, last in days)
            and claim[day.start : day.end].casefold() not in premise.cited.casefold()
        ]
        if not wrong:
            return
    yield from (f"The cited sentences do not name {claim[day.start : day.end]}." for day in wrong)


def _mentions(claim: str, premise: Premise) -> tuple[DateMention, ...]:
    zone = Zone(0, len(claim), ZoneKind.REPORTING)
    return mentions(claim, (zone,), premise.article.published, language=premise.article.language)


def _unknown_names(claim: str, premises: Sequence[Premise]) -> Iterator[str]:
    """The names that neither stand near the cited sentences, nor begin there and stand in the article."""
    near = words_of(text for one in premises for text in (one.explained, *one.given))
    begun = frozenset(word[:end] for word in near for end in range(_LEAST_STEM, len(word) + 1))
    running = "".join(running_words(evidence_of(one.article)) for one in premises)
    short = _short_forms(premises)
    for match in _NAME.finditer(claim):
        words = [folded(word) for word in match[0].replace("-", " ").split()]
        if _OPENING.search(claim, max(0, match.start() - 4), match.start()):
            words = words[1:]  # it may be any word
        unknown = [
            word for word in words if not (word in _DATES or word in near or _beginning(word) in begun)
        ]
        in_full = len(unknown) < len(words) and f" {' '.join(words)} " in running
        if unknown and not in_full and short.isdisjoint(("".join(words), _initials(words))):
            yield f"The cited sentences do not name {match[0]}."


def _not_yet(claim: str, premises: Sequence[Premise]) -> Iterator[str]:
    """What the claim tells as past and the evidence as a plan, a wish or an order."""
    for word in only_ahead(claim, " ".join(one.explained for one in premises)):
        yield f"The cited sentences only look ahead to what is told by {word!r}."


def _beginning(word: str) -> str:
    """Beginning that a word shares with its kin: a people and its country, one and several."""
    return word[: max(_LEAST_STEM, len(word) - 3)]


def _short_forms(premises: Sequence[Premise]) -> frozenset[str]:
    """The names of the articles as initials, and those that may be initials: UN for United Nations."""
    texts = (text for one in premises for text in (one.cited, *one.given, evidence_of(one.article)))
    names = [[folded(word) for word in match[0].split()] for text in texts for match in _NAME.finditer(text)]
    return frozenset(name for words in names for name in (_initials(words), "".join(words)) if len(name) > 1)


def _initials(words: Sequence[str]) -> str:
    return "".join(word[:1] for word in words) if len(words) > 1 else ""


def _without_sources(claim: str, premises: Sequence[Premise]) -> str:
    """The claim without its outlets, whose names may hold a number or a day: "Seven Quays", "USA Today"."""
    for name in sorted({name for one in premises for name in one.given}, key=len, reverse=True):
        claim = re.sub(re.escape(name), lambda match: " " * len(match[0]), claim, flags=re.IGNORECASE)
    return claim


def _said(words: str, text: str) -> bool:
    """Tells whether a text holds quoted words: each stretch between what was left out, in order."""
    plain, place = _plain(text), 0
    for stretch in _LEFT_OUT.split(words):
        wanted = _plain(stretch).strip(" .,;:!?")
        place = plain.find(wanted, place)
        if place < 0:
            return False
        place += len(wanted)
    return True


def _plain(words: str) -> str:
    """For comparing quotations: no quotation marks, single spaces, no case."""
    return " ".join(words.translate(_MARKS).split()).casefold()


def _opened(text: str) -> str:
    """The text with a quotation mark in front where it ends speech that began in an earlier sentence."""
    first = re.search(r"[“”„«\"]", text)
    if first is None or first[0] in "“„«" or not text[: first.start()].strip():
        return text
    ends = first[0] == "”" or (first[0] == '"' and not text[first.start() - 1].isspace())
    return ("“" if first[0] == "”" else '"') + text if ends else text


_DATES = frozenset(MONTHS) | frozenset(WEEKDAYS)
