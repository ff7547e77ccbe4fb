"""Whether two texts share a stretch of words: what teaches a model must not hold what judges it.

Texts are compared by their letters and digits alone, in lower case, so that neither the spacing nor the
punctuation of a collection hides that it holds another one's text.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

LENGTH = 50  # characters of a stretch

_BASE = 0x9E3779B97F4A7C15  # odd, so that it has an inverse among the numbers of 64 bits
_TABLE_BITS = 25  # of a hash, by which most stretches are told apart without a search

Hashes = NDArray[np.uint64]


class Shingles:
    """All stretches of LENGTH characters of some texts, by their hashes."""

    def __init__(self, texts: Iterable[str]) -> None:
        """Hashes every stretch; texts that are shorter have none."""
        hashes = [_hashes(text) for text in set(texts)]
        self._known = np.unique(np.concatenate([np.empty(0, np.uint64), *hashes]))
        self._heads = np.zeros(1 << _TABLE_BITS, dtype=bool)
        self._heads[_head(self._known)] = True

    def touch(self, text: str) -> bool:
        """Returns whether the text holds one of the stretches."""
        found = _hashes(text)
        found = found[self._heads[_head(found)]]
        if not len(found):
            return False
        places = np.searchsorted(self._known, found).clip(max=len(self._known) - 1)
        return bool((self._known[places] == found).any())


def _hashes(text: str) -> Hashes:
    """The polynomial hash of every stretch: the difference of two prefixes, moved to the same power."""
    plain = " ".join(re.findall(r"[^\W_]+", text.casefold()))
    codes = np.frombuffer(plain.encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    count = len(codes) - LENGTH + 1
    if count <= 0:
        return np.empty(0, np.uint64)
    powers, inverses = _powers(1 << len(codes).bit_length())
    sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(codes * powers[: len(codes)])])
    hashes: Hashes = (sums[LENGTH:] - sums[:count]) * inverses[:count]
    return hashes


@lru_cache
def _powers(count: int) -> tuple[Hashes, Hashes]:
    inverse = pow(_BASE, -1, 1 << 64)
    up, down = (np.full(count, base, np.uint64) for base in (_BASE, inverse))
    return np.cumprod(up, dtype=np.uint64), np.cumprod(down, dtype=np.uint64)


def _head(hashes: Hashes) -> NDArray[np.int64]:
    """The upper bits, which depend on all of a stretch."""
    return (hashes >> np.uint64(64 - _TABLE_BITS)).astype(np.int64)
