"""How sure a mean is: percentile bootstrap intervals (Efron & Tibshirani 1993, chapters 13 and 16).

Questions are drawn again with replacement, 10,000 times. Equal questions are drawn together, as a
multinomial count: the same distribution, at a cost that does not grow with a set of equal scores.
Seeded, so that the same scores always give the same interval.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 10_000
LEVEL = 0.95
SEED = 20_24

_AT_ONCE = 4_000_000  # counts drawn at one time: 32 MB

Pair = tuple[float | None, float | None]


@dataclass(frozen=True, slots=True)
class Interval:
    """A 95 % interval, ends included."""

    low: float
    high: float


def interval_of_mean(values: Sequence[float]) -> Interval | None:
    """The interval of the mean; None for fewer than two values, which tell nothing of their spread."""
    if len(values) < 2:
        return None
    distinct, counts = np.unique(np.array(values, dtype=float), return_counts=True)
    return _percentiles([drawn @ distinct / len(values) for drawn in _draws(counts)])


def interval_of_difference(pairs: Sequence[Pair]) -> Interval | None:
    """The interval of mean(b) - mean(a), drawing both scores of a question together.

    A question that one side does not score counts for the other side's mean only. None where fewer
    than two questions have a score on either side.
    """
    scored = Counter(pair for pair in pairs if pair != (None, None))
    distinct, counts = list(scored), np.array(list(scored.values()), dtype=np.int64)
    if any(sum(pair[side] is not None for pair in pairs) < 2 for side in (0, 1)):
        return None
    return _percentiles([_means(drawn, distinct, 1) - _means(drawn, distinct, 0) for drawn in _draws(counts)])


def _means(drawn: NDArray[np.int64], pairs: Sequence[Pair], side: int) -> NDArray[np.float64]:
    """The mean of one side in each resample; not a number where it drew none that is scored."""
    has = np.array([pair[side] is not None for pair in pairs], dtype=float)
    values = np.array([pair[side] or 0.0 for pair in pairs])
    with np.errstate(invalid="ignore"):
        means: NDArray[np.float64] = (drawn @ values) / (drawn @ has)
    return means


def _draws(counts: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """How often each distinct score is drawn in each resample, a block of resamples at a time."""
    generator = np.random.default_rng(SEED)
    total = int(counts.sum())
    block = max(1, _AT_ONCE // len(counts))
    for first in range(0, RESAMPLES, block):
        yield generator.multinomial(total, counts / total, size=min(block, RESAMPLES - first))


def _percentiles(blocks: Sequence[NDArray[np.float64]]) -> Interval:
    tail = (1 - LEVEL) / 2
    low, high = np.nanquantile(np.concatenate(blocks), [tail, 1 - tail])
    return Interval(round(float(low), 6), round(float(high), 6))
