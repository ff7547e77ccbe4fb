"""A question in its conversation: made to stand alone by what the archive answers best.

Several readings compete: the question before it with the new words in the place of what they stand for, and
the new words with the subject of the question before or the terms of the conversation that belong to them.
None ever holds a name that nobody said.

A fragment takes the place of what it stands for: "And in 2020?" takes the question before it with its day
exchanged, "And killed?" with its participle, and "Why?" with the word that asks. Only the form of the words
counts: a day, a name, the same ending.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date

from index.records import Span
from service.questions.constraints import NamedDays, days_in
from service.questions.forms import AUXILIARY
from service.questions.message import ASKS, OPENS, Probe, telling, words
from service.questions.plan import Turn
from service.questions.terms import added_terms, is_telling, points_back, tokens

MOST_WORDS = 8  # of a fragment
MOST_OF_SUBJECT = 24  # words, so that a long conversation does not heap them up
MOST_BARE = 2  # of one that nothing joins to the question before
ENDING = 2  # letters that two words of one form end with

_JOINED = re.compile(
    r"^(?:(?:and|but|so|ok|okay|then|well|also)\b[,\s]*)+(?:(?:what|how) about\s+)?|^(?:what|how) about\s+"
    r"|^و?\s*ماذا عن\s+|^و(?=\w)",
    re.IGNORECASE,
)
_MARKS = "?؟.! \t\r\n"  # behind a question
_CAPITAL = r"[A-ZÀ-Þ]\w*(?:[-'’.]\w+)*"
_NAME = re.compile(rf"\b{_CAPITAL}(?: (?:(?:of|the|de|al) )?{_CAPITAL})*")
_LEADS = (" in ", " on ", " of ")  # "in 2022" goes on as "last year"
_OPENING = re.compile(
    r"^(?:(?:how (?:many|much|long|old|far|often)|who|whom|whose|what|which|when|where|why|how)\b\s*)?",
    re.IGNORECASE,
)
HELPS = re.compile(rf"\b(?:{AUXILIARY})\b", re.IGNORECASE)
_DOES = frozenset({"do", "does", "did"})
_NOWHERE = date(1900, 1, 1)  # only the place of a day counts here


def bare(asked: str) -> str:
    """A follow-up without its mark and the words that join it to what was said."""
    plain = asked.rstrip(_MARKS)
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
    return bare(asked) != asked.rstrip(_MARKS)


def asks_on(asked: str) -> bool:
    """Tells whether a follow-up asks with a preposition and without a verb: "With what share?"."""
    said = bare(asked)
    return ASKS.search(" ".join(said.split()[:2])) is not None and HELPS.search(said) is None


def exchanged(asked: str, before: str) -> list[str]:
    """The question before with the fragment in the place of one of its parts, the likeliest first."""
    said, plain = bare(asked), before.rstrip(_MARKS)
    if ASKS.search(said):
        has_verb = OPENS.match(said) is not None and len(said.split()) > MOST_BARE  # "Who said so?"
        asks = None if has_verb else _asking_on(said, plain)
        return [asks] if asks else []
    if days := days_in(said, _NOWHERE, None):
        return [_dated(said, days[-1], plain)]
    return list(dict.fromkeys(_put(plain, *place) for place in _places(said, plain)))


def says(word: str) -> bool:
    """Tells whether a word says by itself what a question is about."""
    return bool(telling(word)) and HELPS.fullmatch(word) is None


def subject(question: str) -> str:
    """A question without the words that ask: "families evacuated in the flood"."""
    of, _, rest = _parts(question.rstrip(_MARKS))
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


def _dated(said: str, named: NamedDays, plain: str) -> str:
    """The question before with its last day exchanged, or with the day behind it."""
    old, day = days_in(plain, _NOWHERE, None), named.of(said)
    if not old:
        return f"{plain} {said if said != day or not day.isdigit() else f'in {day}'}?"
    if day[:1].isupper() and old[-1].fixed and not named.fixed and old[-1].period.first:
        day = f"{day} {old[-1].period.first.year}"
    has_lead = day[:1].islower() and plain[: old[-1].start].casefold().endswith(_LEADS)
    return _put(plain, Span(old[-1].start - has_lead * len("in "), old[-1].end), day)


def _places(said: str, plain: str) -> Iterator[tuple[Span, str]]:
    """The parts of a question that a fragment may stand for, each with the words to put there."""
    named = _NAME.search(said)
    if named is None:
        for word in words(plain):
            if word.start and word.of(plain)[-ENDING:] == said[-ENDING:] and says(word.of(plain)):
                yield word, said
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


LEAST_TOLD = 2  # words that say what a question is about; one with fewer leans on what was said before
AT_LEAST = 1  # terms of a question that leans
MOST_GAP = 2  # words that say nothing by themselves, inside a phrase: "Mayor of the town"


def in_conversation(question: str, turns: Sequence[Turn], probe: Probe | None) -> str:
    """The question as it stands alone; as it was where nothing was said before it.

    Without a probe it is the likeliest reading. With one it is the first that the archive answers.
    """
    asked = " ".join(question.split())
    if not turns or not asked:
        return asked
    if is_fragment(asked):
        before = turns[-1].question
        found = exchanged(asked, before) or [_with(bare(asked), [subject(before)])]
    elif probe is None:
        found = [_by_terms(asked, turns)]
    else:
        found = list(_readings(asked, turns, probe))
    if asked.endswith("؟"):
        found = [f"{one.removesuffix('?')}؟" for one in found]
    return found[0] if probe is None else next(filter(probe.answers, found), found[0])


def _readings(asked: str, turns: Sequence[Turn], probe: Probe) -> Iterator[str]:
    """The questions that a whole question may stand for, the likeliest first."""
    last, said = turns[-1], bare(asked)
    topic = subject(last.question)
    on_topic = _with(said, [topic])
    if points_back(asked):
        yield on_topic
        yield with_terms(said, turns)
        return
    # "How high are the fines?" names nothing: it goes on where what was told before answers it as well.
    if not _holds_name(asked) and probe(asked, topic) >= max(probe.reader.threshold, probe(asked) / 2):
        yield on_topic
    yield asked
    yield with_terms(asked, turns)
    yield on_topic


def _by_terms(asked: str, turns: Sequence[Turn]) -> str:
    """The question with the terms that belong to it, the likeliest at least where it points back."""
    leans = points_back(asked) or len(telling(asked)) < LEAST_TOLD
    return with_terms(asked, turns, AT_LEAST if leans else 0)


def with_terms(question: str, turns: Sequence[Turn], at_least: int = 0) -> str:
    """The question with the words of the conversation that belong to it, in brackets behind it."""
    return _with(question, _phrases(added_terms(question, turns, at_least), turns))


def _holds_name(text: str) -> bool:
    """Tells whether a word behind the first begins with a capital."""
    return any(len(word) > 1 and word[0].isupper() for word in text.split()[1:])


def _with(question: str, phrases: Sequence[str]) -> str:
    return f"{question.rstrip(_MARKS)} ({', '.join(phrases)})?" if phrases else question


def _phrases(stems: Sequence[str], turns: Sequence[Turn]) -> list[str]:
    """Phrases in which those terms were said last, words that stood together in one; each once."""
    left = set(stems)
    found: list[str] = []
    for text in [text for turn in reversed(turns) for text in (turn.question, turn.text)]:
        for phrase, held in _runs(text, left):
            if held & left:
                found.append(phrase)
                left -= held
    return found


def _runs(text: str, wanted: set[str]) -> list[tuple[str, set[str]]]:
    """The stretches of a text that hold those stems, little else between them."""
    words = tokens(text)
    runs: list[tuple[str, set[str]]] = []
    start: int | None = None
    last = 0
    for place, (_, stem) in enumerate((*words, ("", ""))):
        if stem in wanted:
            start = place if start is None else start
            last = place
        elif start is not None and (not stem or place - last > MOST_GAP or is_telling(stem)):
            held = {stem for _, stem in words[start : last + 1] if stem in wanted}
            runs.append((" ".join(word for word, _ in words[start : last + 1]), held))
            start = None
    return runs
