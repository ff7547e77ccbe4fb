"""The words of a conversation that belong to the question which goes on with it, told by a classifier.

After QuReTeC (Voskarides et al. 2020), with cheap features and a logistic regression in the place of BERT;
what it learned from and how well it does stands in its card. It chooses among words that were said, so that
it can never invent a name.
"""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path

from index.backends.local.lexical import stems
from index.models.word_weights import word_weights
from service.questions.plan import Turn

CARD = Path(__file__).parent / "terms.json"
TELLING = 2.2  # inverse document frequency from which a word says what a question is about
MOST_TERMS = 6
TURNS = 6  # before, whose questions are looked at, beside the first one
ANSWER = 1500  # characters of an answer that are looked at
EARLY = 15  # words of an answer that open it

_TOKEN = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
_POINTS = frozenset(
    {"it", "its", "they", "their", "them", "he", "she", "his", "her", "him", "this", "that", "these", "those"}
    | {"one", "ones", "there", "both", "two"}
)
_SHARES = frozenset({"the", "other", "others", "another", "such", "some", "any"})
_SAID = ("q0", "first", "inq", "r0", "rearly0", "rc0")
_ASKED = ("points", "shares", "about", "short", "mid", "caps", "n")
_OWN = (
    "q0",
    "q1",
    "q2",
    "q3",
    "first",
    "lastpos",
    "firstpos",
    "cap",
    "adj",
    "r0",
    "r1",
    "rc0",
    "rc1",
    "rearly0",
)
NAMES = (
    *(*_OWN, "rcap", "radj", "nq", "idf", *_ASKED, "second"),
    *(f"{said}*{asked}" for said in _SAID for asked in _ASKED),
    *("nq*cap", "r0*q0"),
)


@dataclass(slots=True)
class _Term:
    held: dict[str, float] = field(default_factory=dict)

    def set(self, name: str, value: float = 1.0) -> None:
        self.held[name] = max(self.held.get(name, 0.0), value)

    def count(self, name: str) -> None:
        self.held[name] = self.held.get(name, 0.0) + 1


def added_terms(question: str, turns: Sequence[Turn], at_least: int = 0) -> tuple[str, ...]:
    """The stems of the conversation that belong to the question and do not stand in it, the surest first.

    `at_least` so many are told of a question that surely leans on what was said.
    """
    return _chosen(features(question, turns), at_least)


def _chosen(rows: Mapping[str, Sequence[float]], at_least: int) -> tuple[str, ...]:
    """The stems whose probability reaches the threshold of the card, the likeliest first."""
    weights, offset, least = _model()
    chances = {
        stem: 1 / (1 + math.exp(-sum(map(float.__mul__, weights, map(float, row))) - offset))
        for stem, row in rows.items()
    }
    ranked = sorted(chances, key=lambda stem: -chances[stem])[:MOST_TERMS]
    return tuple(stem for place, stem in enumerate(ranked) if place < at_least or chances[stem] >= least)


def points_back(question: str) -> bool:
    """Tells whether a word of the question stands for something said before: "it", "she", "those"."""
    return any(word.lower() in _POINTS for word, _ in tokens(question))


def content(text: str) -> frozenset[str]:
    """The stems of a text that say what it is about."""
    return frozenset(stem for _, stem in tokens(text) if is_telling(stem))


def features(question: str, turns: Sequence[Turn]) -> dict[str, list[float]]:
    """The features of each term of the conversation that the question lacks, in the order of NAMES."""
    own = content(question)
    terms: dict[str, _Term] = {}
    for back, turn in enumerate(reversed(turns)):
        if back > TURNS and back != len(turns) - 1:
            continue
        _asked(terms, turn, back, own, is_first=back == len(turns) - 1)
        if back <= 1:
            _answered(terms, turn.text[:ANSWER], back, own)
    asking = _asking(question, own, len(turns))
    return {stem: _row(stem, term.held, asking) for stem, term in terms.items() if stem and stem not in own}


def _asked(terms: dict[str, _Term], turn: Turn, back: int, own: frozenset[str], *, is_first: bool) -> None:
    words = tokens(turn.question)
    telling = [(place, word, stem) for place, (word, stem) in enumerate(words) if is_telling(stem)]
    for rank, (place, word, stem) in enumerate(telling):
        term = terms.setdefault(stem, _Term())
        term.set(f"q{min(back, 3)}")
        term.count("nq")
        term.set("first", float(is_first))
        if back == 0:
            term.held["lastpos"] = float(rank == len(telling) - 1)
            term.held["firstpos"] = float(rank == 0)
        term.set("cap", float(word[0].isupper() and place > 0))
        term.set("adj", float(any(near in own for _, near in words[max(0, place - 1) : place + 2])))


def _answered(terms: dict[str, _Term], answer: str, back: int, own: frozenset[str]) -> None:
    words = tokens(answer)
    counts: dict[str, int] = {}
    for _, stem in words:
        counts[stem] = counts.get(stem, 0) + 1
    seen: set[str] = set()
    for place, (word, stem) in enumerate(words):
        if stem in seen or not is_telling(stem):
            continue
        seen.add(stem)
        term = terms.setdefault(stem, _Term())
        term.set(f"r{back}")
        term.set(f"rc{back}", math.log1p(counts[stem]))
        term.set(f"rearly{back}", float(place < EARLY))
        term.set("rcap", float(word[0].isupper() and place > 0))
        term.held["radj"] = float(any(near in own for _, near in words[max(0, place - 1) : place + 2]))


def _asking(question: str, own: frozenset[str], turns: int) -> dict[str, float]:
    """Measures how much the question itself leans on what was said."""
    found = tokens(question)
    words = [word.lower() for word, _ in found]
    return {
        "points": float(any(word in _POINTS for word in words)),
        "shares": float(any(word in _SHARES for word in words)),
        "about": float(words[:2] in (["what", "about"], ["how", "about"]) or words[:1] == ["and"]),
        "short": float(len(own) <= 1),
        "mid": float(len(own) <= 2),
        "caps": float(any(word[0].isupper() for word, _ in found[1:])),
        "n": len(own) / 6,
        "second": float(turns == 1),
    }


def _row(stem: str, held: Mapping[str, float], asking: Mapping[str, float]) -> list[float]:
    values = {**held, **asking, "idf": word_weights().idf(stem) / 10}
    values["nq"] = min(held.get("nq", 0.0), 4) / 4
    values["inq"] = float(any(held.get(f"q{back}", 0.0) for back in range(4)))
    return [math.prod(values.get(part, 0.0) for part in name.split("*")) for name in NAMES]


@lru_cache(maxsize=1 << 14)
def _stem(word: str) -> str:
    return next(iter(reversed(stems(word))), "")


def tokens(text: str) -> list[tuple[str, str]]:
    """The words of a text, each with its stem."""
    return [(word, _stem(word)) for word in _TOKEN.findall(text)]


def is_telling(stem: str) -> bool:
    """Tells whether a word of that stem says what a text is about."""
    return word_weights().idf(stem) >= TELLING


@cache
def _model() -> tuple[tuple[float, ...], float, float]:
    card = json.loads(CARD.read_text())
    return tuple(float(card["weights"][name]) for name in NAMES), card["offset"], card["threshold"]
