"""A question in its conversation: made to stand alone by what the archive answers best.

Two readings compete: the question before it with what the new words exchange, and the new words with the
terms of the conversation that belong to them. Neither ever holds a name that nobody said.
"""

import re
from collections.abc import Sequence

from service.questions.pieces import Probe, telling
from service.questions.plan import Turn
from service.questions.rewrite import standalone
from service.questions.terms import added_terms, is_telling, points_back, tokens

LEAST_TOLD = 2  # words that say what a question is about; one with fewer leans on what was said before
MOST_GAP = 2  # words that say nothing by themselves, inside a phrase: "Mayor of the town"

_MARK = re.compile(r"(?<![?؟.\s])[?؟.\s]+$")


def in_conversation(question: str, turns: Sequence[Turn], probe: Probe | None) -> str:
    """The question as it stands alone; as it was where nothing was said before it."""
    asked = " ".join(question.split())
    if not turns or not asked:
        return asked
    by_rule = standalone(asked, turns)
    by_terms = with_terms(by_rule, turns)
    leans = by_rule == asked and (points_back(asked) or len(telling(asked)) < LEAST_TOLD)
    if by_terms == by_rule or probe is None or leans:
        return by_terms
    # A question of its own, which the archive answers, needs nothing of what was said before it.
    if by_rule == asked and probe.answers(asked):
        return asked
    return max((by_terms, by_rule), key=probe)


def with_terms(question: str, turns: Sequence[Turn]) -> str:
    """The question with the words of the conversation that belong to it, in brackets behind it."""
    phrases = _phrases(added_terms(question, turns), turns)
    return f"{_MARK.sub('', question)} ({', '.join(phrases)})?" if phrases else question


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
