"""Probability that a sentence answers, and the bound from where on it is shown: one logistic regression.

Its weights lie beside this module with a card; `eval.training.ranking` fits them on public questions through
the whole pipeline, and docs/ranking.md has what each feature is worth.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Self

PACKAGED = Path(__file__).parent / "ranking.json"


@dataclass(frozen=True, slots=True)
class Ranking:
    """The weights of the features, by name; one that is not here counts nothing.

    `unread` and `unread_offset` stand for them where the reader does not know the question's script. From
    `threshold` on a sentence is taken to answer, from `further` on it is worth showing behind another.
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
        read = "reader_passage" in features
        weights, offset = (self.weights, self.offset) if read else (self.unread, self.unread_offset)
        logit = offset + sum(weight * features[name] for name, weight in weights.items())
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))


@cache
def ranking() -> Ranking:
    """Returns the packaged weights, read once."""
    return Ranking.read()
