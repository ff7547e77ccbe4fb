"""A fragment put into the question before it, in the place of what it stands for.

"And in 2020?" takes the question before it with its day exchanged, "And killed?" with its participle, and
"Why?" with the word that asks. Only the form of the words counts: a day, a name, the same ending.
"""

import re
from collections.abc import Iterator
from datetime import date

from index.records import Span
from service.questions.constraints import days_in
from service.questions.forms import AUXILIARY
from service.questions.pieces import ASKS, OPENS, telling

MOST_WORDS = 8  # of a fragment
MOST_OF_SUBJECT = 24  # words, so that a long conversation does not heap them up
MOST_BARE = 2  # of one that nothing joins to the question before
ENDING = 2  # letters that two words of one form end with

_JOINED = re.compile(
    r"^(?:(?:and|but|so|ok|okay|then|well|also)\b[,\s]*)+(?:(?:what|how) about\s+)?|^(?:what|how) about\s+"
    r"|^و?\s*ماذا عن\s+|^و(?=\w)",
    re.IGNORECASE,
)
_MARK = re.compile(r"(?<![?؟.!\s])[?؟.!\s]+$")
_WORD = re.compile(r"\w+(?:['’-]\w+)*")
_CAPITAL = r"[A-ZÀ-Þ]\w*(?:[-'’.]\w+)*"
_NAME = re.compile(rf"\b{_CAPITAL}(?: (?:(?:of|the|de|al) )?{_CAPITAL})*")
_LEAD = re.compile(r"\b(?:in|on|of) $", re.IGNORECASE)  # "in 2022" goes on as "last year"
_YEAR = re.compile(r"(?:1[89]|20)\d\d")
_OPENING = re.compile(
    r"^(?:(?:how (?:many|much|long|old|far|often)|who|whom|whose|what|which|when|where|why|how)\b\s*)?",
    re.IGNORECASE,
)
HELPS = re.compile(rf"\b(?:{AUXILIARY})\b", re.IGNORECASE)
_DOES = frozenset({"do", "does", "did"})
_NOWHERE = date(1900, 1, 1)  # only the place of a day counts here


def bare(asked: str) -> str:
    """A follow-up without its mark and the words that join it to what was said."""
    plain = _MARK.sub("", asked)
    return _JOINED.sub("", plain, count=1) or plain


def is_fragment(asked: str) -> bool:
    """Tells whether a follow-up is no question by itself: "In 2020?", "With what share?", "Why?"."""
    said = bare(asked)
    if opens := OPENS.match(said):
        return not telling(said[opens.end() :])
    if asks_on(asked):
        return True
    return len(said.split()) <= (MOST_WORDS if is_joined(asked) else MOST_BARE)


def is_joined(asked: str) -> bool:
    """Tells whether a follow-up says itself that it goes on: "And …", "What about …"."""
    return bare(asked) != _MARK.sub("", asked)


def asks_on(asked: str) -> bool:
    """Tells whether a follow-up asks with a preposition and without a verb: "With what share?"."""
    said = bare(asked)
    return ASKS.search(" ".join(said.split()[:2])) is not None and HELPS.search(said) is None


def exchanged(asked: str, before: str) -> list[str]:
    """The question before with the fragment in the place of one of its parts, the likeliest first."""
    said, plain = bare(asked), _MARK.sub("", before)
    if ASKS.search(said):
        has_verb = OPENS.match(said) is not None and len(said.split()) > MOST_BARE  # "Who said so?"
        asks = None if has_verb else _asking_on(said, plain)
        return [asks] if asks else []
    if days := days_in(said, _NOWHERE, None):
        return [_dated(said, days[-1].of(said), plain)]
    return list(dict.fromkeys(_put(plain, *place) for place in _places(said, plain)))


def says(word: str) -> bool:
    """Tells whether a word says by itself what a question is about."""
    return bool(telling(word)) and HELPS.fullmatch(word) is None


def subject(question: str) -> str:
    """A question without the words that ask: "families evacuated in the flood"."""
    of, _, rest = _parts(_MARK.sub("", question))
    whole = " ".join(filter(None, (of, rest))).replace(" (", ", ").replace(")", "")
    return " ".join(whole.split()[:MOST_OF_SUBJECT])


def _asking_on(said: str, plain: str) -> str | None:
    """The question before asked with other words: "Why were families evacuated?" of "How many families …"."""
    of, aux, rest = _parts(plain)
    if not aux:
        return None
    whole = " ".join(filter(None, (said, aux, rest, of) if aux in _DOES else (said, aux, of, rest)))
    return f"{whole[:1].upper()}{whole[1:]}?"


def _parts(plain: str) -> tuple[str, str, str]:
    """What a question asks of, its auxiliary, and what follows: "families", "were", "evacuated"."""
    opening = _OPENING.match(plain)
    start = opening.end() if opening else 0
    aux = HELPS.search(plain, start)
    if aux is None:
        return "", "", plain[start:].strip()
    return plain[start : aux.start()].strip(), aux[0].casefold(), plain[aux.end() :].strip()


def _dated(said: str, day: str, plain: str) -> str:
    """The question before with its last day exchanged, or with the day behind it."""
    old = days_in(plain, _NOWHERE, None)
    if not old:
        return f"{plain} {said if said != day or not day.isdigit() else f'in {day}'}?"
    year = _YEAR.search(old[-1].of(plain))
    if year and day[:1].isupper() and not _YEAR.search(day):
        day = f"{day} {year[0]}"
    before = plain[: old[-1].start]
    lead = len(before) - len(_LEAD.sub("", before)) if day[:1].islower() else 0
    return _put(plain, Span(old[-1].start - lead, old[-1].end), day)


def _places(said: str, plain: str) -> Iterator[tuple[Span, str]]:
    """The parts of a question that a fragment may stand for, each with the words to put there."""
    named = _NAME.search(said)
    if named is None:
        words = [word for word in _WORD.finditer(plain) if word.start()]
        like = [word for word in words if word[0][-ENDING:] == said[-ENDING:] and says(word[0])]
        yield from ((Span(*word.span()), said) for word in like)
    if named or said.startswith("the "):
        days = days_in(plain, _NOWHERE, None)
        slots = [Span(*name.span()) for name in _NAME.finditer(plain) if name.start()]
        slots = [one for one in slots if all(day.end <= one.start or one.end <= day.start for day in days)]
        lead = f" {said.split()[0]} "
        start = named.start() if named else 0
        put = f"the {said[start:]}" if said[:start].endswith("the ") else said[start:]
        for slot in sorted(slots, key=lambda slot: not plain[: slot.start].endswith(lead)):
            has_article = put.startswith("the ") and plain[: slot.start].endswith("the ")
            yield Span(slot.start - has_article * len("the "), slot.end), put


def _put(plain: str, place: Span, words: str) -> str:
    return f"{plain[: place.start]}{words}{plain[place.end :]}?"
