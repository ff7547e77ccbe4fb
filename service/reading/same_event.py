"""Do two sentences of different articles tell of one event?

Under their titles, reports of one event share rare words; a near event of the same kind has other ones. Over
ECB+ (Cybulska & Vossen 2014) that one sign tells events apart as well as it does with the names they share,
or do not, beside it (`eval.benchmarks.same_event`).
"""

import math
from collections.abc import Mapping
from functools import lru_cache

from index.backends.local.lexical import stems
from index.models.word_weights import word_weights
from service.evidence import Quote

LEAST_ALIKE = 0.3  # the likeness from which two sentences are taken to tell of one event


def is_same_event(one: Quote, other: Quote) -> bool:
    """Returns True if both quotes tell of one event."""
    return likeness(_told(one), _told(other)) >= LEAST_ALIKE


def likeness(one: str, other: str) -> float:
    """Returns the cosine of two texts, each word weighed by how rare it is."""
    first, second = _weighted(one), _weighted(other)
    return sum(weight * second.get(stem, 0.0) for stem, weight in first.items())


def _told(quote: Quote) -> str:
    return f"{quote.article.title or ''} {quote.text}"


@lru_cache(maxsize=512)
def _weighted(text: str) -> Mapping[str, float]:
    table = word_weights()
    found = {stem: table.idf(stem) for stem in stems(text)}
    length = math.sqrt(sum(weight * weight for weight in found.values())) or 1.0
    return {stem: weight / length for stem, weight in found.items()}
