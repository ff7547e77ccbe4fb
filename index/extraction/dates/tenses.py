"""Tense of a sentence, of what was or of what will be, where a date leaves it open.

"The council decided on Friday" and "the council will decide on Friday" name two Fridays: the verb that
governs the day tells which. English verbs are known by their forms (lemminflect); the other languages by
their auxiliaries.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from enum import Enum
from functools import lru_cache


class Tense(Enum):
    """Tense that the words around a date give it."""

    PAST = "past"
    FUTURE = "future"
    OPEN = "open"


_REACH = 140  # letters
_BREAK = re.compile(r"[.!?…؟。]['\"”’»)]*\s+(?=[^\sa-z])|\n")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
# A cue takes the verb behind it with it, or "will be closed" would end in a past tense.
_AHEAD = re.compile(
    r"\b(?:(?:will|shall|would|won['’]t|going to|is to|are to|was to|were to|to be|due|expected|scheduled"
    r"|planned|plans?|planning|set to|aims?|intends?|hopes?|must|should|may|can|upcoming"
    r"|effective|takes? (?:office|effect|place|over)|comes? into|starting|wird|werden|soll|sollen|sera|seront"
    r"|será|serán)"
    r"(?:\s+(?:to|be|not|also|have|in|into))*(?:\s+[a-z]+){0,2})\b|['’]ll\b|\bسوف\b|\bسي\w+|\bست\w+"
)
_ELSEWHERE_PAST = re.compile(
    r"\b(?:sagte|erklärte|teilte|wurde|wurden|hatte|hatten|war|waren|hat|haben|dijo|anunció|fue|fueron"
    r"|declaró|murió|a déclaré|a annoncé|était|ont|a été|قال|قالت|أعلن|أعلنت|أكد|كان|كانت)\b"
)
_DETERMINERS = frozenset("a an the this that these those its his her their our my your no any some".split())


def tense_at(text: str, start: int, end: int) -> Tense:
    """Returns the direction that the verb nearest before `text[start:end]` gives, else the first behind it.

    Only the sentence around it counts, and of that what stands within reach.
    """
    before = text[max(0, start - _REACH) : start]
    before = before[max((match.end() for match in _BREAK.finditer(before)), default=0) :]
    ahead = max((match.end() for match in _AHEAD.finditer(before)), default=-1)
    behind = last_past(before)
    if max(ahead, behind) >= 0:
        return Tense.FUTURE if ahead >= behind else Tense.PAST
    after = _BREAK.split(text[end : end + _REACH], maxsplit=1)[0]
    coming, gone = _AHEAD.search(after), min(_past_verbs(after), default=None)
    if coming is None:
        return Tense.OPEN if gone is None else Tense.PAST
    return Tense.FUTURE if gone is None or coming.start() <= gone else Tense.PAST


def last_past(words: str) -> int:
    """Returns where the last verb in the past ends; -1 where there is none."""
    return max(_past_verbs(words), default=-1)


def _past_verbs(words: str) -> Iterator[int]:
    """Finds verbs in the past."""
    yield from (match.end() for match in _ELSEWHERE_PAST.finditer(words))
    yield from (match.end() for match in _undetermined(words) if is_past_form(match[0]))


def _undetermined(words: str) -> Iterator[re.Match[str]]:
    """Finds the words that may be verbs: what stands behind "the" is none, as in "the closed bridge"."""
    last = ""
    for match in _WORD.finditer(words):
        if last not in _DETERMINERS:
            yield match
        last = match[0].casefold()


def only_ahead(claim: str, text: str) -> Iterator[str]:
    """Yields the verbs that a claim tells as past, and a text as to come or wanted: "to pay", "will pay"."""
    places = defaultdict(list)
    for match in _undetermined(text):
        for lemma in _lemmas(match[0]):
            places[lemma].append(match)
    told, claimed = _told(text), _told(claim)
    for word in dict.fromkeys(match[0] for match in _WORD.finditer(claim) if match.end() in claimed):
        found = [place for lemma in _lemmas(word) for place in places[lemma]]
        if found and not any(place.end() in told or not _is_ahead(text, place) for place in found):
            yield word


def _told(text: str) -> set[int]:
    """Returns where the past verbs end of which no cue makes something to come."""
    ahead = {place for cue in _AHEAD.finditer(text) for place in range(*cue.span())}
    return {end for end in _past_verbs(text) if end - 1 not in ahead}


def _is_ahead(text: str, verb: re.Match[str]) -> bool:
    start = verb.start()
    return text.endswith("to ", 0, start) or tense_at(text, start, start) is Tense.FUTURE


def is_governed(text: str, position: int) -> bool:
    """Returns True where a verb in the past stands right before that place, as in "told Rudaw on Friday"."""
    before = text[max(0, position - 60) : position]
    verb = last_past(before)
    between = before[verb:]
    return verb >= 0 and len(between.split()) <= 3 and not set(".;,،") & set(between)


@lru_cache(maxsize=16384)
def _lemmas(word: str) -> tuple[str, ...]:
    """Returns the English verbs of which a word may be a form; none of an auxiliary."""
    from lemminflect import getAllLemmas

    is_auxiliary = "AUX" in getAllLemmas(word.casefold(), upos="AUX")
    return () if is_auxiliary else getAllLemmas(word.casefold(), upos="VERB").get("VERB", ())


@lru_cache(maxsize=16384)
def is_past_form(word: str) -> bool:
    """Returns True for the past of an English verb: "said", "closed", not "uncrewed" or "hundred"."""
    from lemminflect import getAllLemmas, getInflection

    verb = word.replace("’", "'").removesuffix("n't")
    if not verb.islower() or not verb.isascii() or len(verb) < 3:
        return False
    lemmas = getAllLemmas(verb, upos="VERB").get("VERB", ()) or getAllLemmas(verb, upos="AUX").get("AUX", ())
    return any(verb != lemma and verb in getInflection(lemma, "VBD") for lemma in lemmas)


def is_quoted(text: str, position: int) -> bool:
    """Tells whether that place in a paragraph is quoted: a speaker's "today" may be another day."""
    before = text[:position]
    if "„" in before:  # the German pair closes with what opens the English one
        return before.count("„") > before.count("“")
    opened, closed = before.count("“") + before.count("«"), before.count("”") + before.count("»")
    return before.count('"') % 2 == 1 or opened > closed
