"""Probability that a sentence answers, and the bound from where on it is shown: one logistic regression.

Its weights lie beside this module with a card; `eval.training.ranking` fits them on public questions through
the whole pipeline, and docs/ranking.md has what each feature is worth. None depends on how large the archive
is: words weigh by their frequency in English at large, and scores are the reader's probabilities and cosines.
"""

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Self

from index.backends.local.lexical import stems
from index.models.word_weights import word_weights
from index.records import Hit
from service.attribution.speakers import speaker
from service.evidence import Quote
from service.questions.plan import Plan, Wanted
from service.verification.tokens import quantities

PACKAGED = Path(__file__).parent / "ranking.json"
SHARPNESS = 1.5  # of the words' weights, so that "which" and "does" weigh next to nothing
FARTHEST = 12.0  # logits; beyond them a probability says no more

_NAME = re.compile(r"(?<!^)(?<![.?!] )\b[A-Z][\w’'-]+|(?<![\w.,])\d[\d.,]*\b")


@dataclass(frozen=True, slots=True)
class Ranking:
    """The weights of the features, by name; one that is not here counts nothing.

    `unread` and `unread_offset` stand for them where the reader does not know the question's script. From
    `threshold` on a sentence is taken to answer; one that reaches the share `further` of the best one's
    probability is worth showing behind it.
    """

    weights: Mapping[str, float]
    offset: float
    unread: Mapping[str, float]
    unread_offset: float
    threshold: float
    further: float

    @classmethod
    def read(cls, file: Path = PACKAGED) -> Self:
        """Reads a file of weights."""
        card = json.loads(file.read_text(encoding="utf-8"))
        names = ("weights", "offset", "unread", "unread_offset", "threshold", "further")
        return cls(**{name: card[name] for name in names})

    def probability(self, features: Mapping[str, float]) -> float:
        """Returns the probability that a sentence with these features answers."""
        read = "reader_sentence" in features
        weights, offset = (self.weights, self.offset) if read else (self.unread, self.unread_offset)
        logit = offset + sum(weight * features[name] for name, weight in weights.items())
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))


@cache
def ranking() -> Ranking:
    """Returns the packaged weights, read once."""
    return Ranking.read()


@dataclass(frozen=True, slots=True)
class Sought:
    """A question as sentences are held against it. The shares are those of its stems, and sum to 1.

    `read` tells whether the reader knows its script.
    """

    read: bool
    shares: Mapping[str, float]
    wanted: Wanted


def sought(plan: Plan) -> Sought:
    """Returns what a plan seeks."""
    return Sought(
        read=any("a" <= letter <= "z" for letter in plan.standalone_question.lower()),
        shares=_shares(stems(plan.search_words or plan.standalone_question)),
        wanted=plan.wanted,
    )


def features(want: Sought, hit: Hit, quote: Quote, own: float) -> dict[str, float]:
    """Returns the features of a sentence, by name; those of the models only where they read the question.

    `own` is the reader's probability that the sentence answers.
    """
    said = _stems(quote.text)
    around = said | _stems(f"{hit.article.title or ''} {hit.article.outlet or ''} {hit.passage.text}")
    models = {
        "reader_sentence": _logit(own),
        "dense": hit.dense,
    }
    return {
        **(models if want.read else {}),
        "words_sentence": words_held(want.shares, said),
        "words_passage": words_held(want.shares, around),
        "lacks_kind": float(lacks_kind(want, quote)),
        "says": float(want.wanted == "speech" and is_said_by(want, quote)),
    }


@lru_cache(maxsize=64)
def _stems(text: str) -> frozenset[str]:
    """The stems of a text; a passage is asked for anew for each of its sentences."""
    return frozenset(stems(text))


def _shares(words: Iterable[str]) -> dict[str, float]:
    weights = {stem: word_weights().idf(stem) ** SHARPNESS for stem in words}
    whole = sum(weights.values()) or 1.0
    return {stem: weight / whole for stem, weight in weights.items()}


def words_held(shares: Mapping[str, float], words: frozenset[str]) -> float:
    """Sum of the shares that those words hold, 0 to 1; all of none."""
    return sum(share for stem, share in shares.items() if stem in words) if shares else 1.0


def lacks_kind(want: Sought, quote: Quote) -> bool:
    """Tells whether a sentence gives no number, date or name where one is asked for."""
    if want.wanted == "number":
        return not quantities(_counting(quote))
    if want.wanted == "date":
        return not quote.days
    if want.wanted not in ("person", "place", "organisation") or _names_more(want, quote):
        return False
    return want.wanted != "person" or speaker(quote.article, quote.span) is None


def is_said_by(want: Sought, quote: Quote) -> bool:
    """Tells whether a sentence is said by somebody whom the question names."""
    said_by = speaker(quote.article, quote.span)
    return said_by is not None and bool(want.shares.keys() & set(stems(str(said_by))))


def _names_more(want: Sought, quote: Quote) -> bool:
    """Tells whether a sentence names anyone or anything that the question does not."""
    return any(not want.shares.keys() & set(stems(name)) for name in _NAME.findall(quote.text))


def _counting(quote: Quote) -> str:
    """The words of a quote without its dates and its outlet's name, whose numbers count nothing."""
    text, start = quote.text, quote.span.start
    for day in sorted(quote.days, key=lambda day: -day.start):
        text = f"{text[: day.start - start]} {text[day.end - start :]}"
    return text.replace(quote.article.outlet, " ") if quote.article.outlet else text


def _logit(probability: float) -> float:
    odds = math.log(max(probability, 1e-9)) - math.log(max(1 - probability, 1e-9))
    return max(-FARTHEST, min(FARTHEST, odds))
