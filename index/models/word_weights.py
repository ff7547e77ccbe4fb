"""Weight of a word by how rare it is in English at large: a table of document frequencies.

An archive's own frequencies say little while it is small: among five articles "located" is as rare as a
name. The table lies beside this module; `eval.training.word_frequencies` makes it.
"""

import gzip
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Self

PACKAGED = Path(__file__).parent / "word_frequencies.tsv.gz"


@dataclass(frozen=True, slots=True)
class WordWeights:
    """The passages, of `total`, that hold each stem; a stem that is not in the table is in none."""

    total: int
    passages_with: Mapping[str, int]

    @classmethod
    def read(cls, file: Path = PACKAGED) -> Self:
        """Reads a table: the total on the first line, then a stem and its passages on each."""
        total, *told = gzip.decompress(file.read_bytes()).decode().split()
        return cls(int(total), dict(zip(told[::2], map(int, told[1::2]), strict=True)))

    def write(self, file: Path) -> None:
        """Writes the table, the same bytes for the same frequencies."""
        lines = [str(self.total), *(f"{stem}\t{count}" for stem, count in sorted(self.passages_with.items()))]
        file.write_bytes(gzip.compress("\n".join(lines).encode(), mtime=0))

    def idf(self, stem: str) -> float:
        """Returns the inverse document frequency of a stem, as BM25 has it; an unknown one is the rarest."""
        count = self.passages_with.get(stem, 0)
        return math.log(1 + (self.total - count + 0.5) / (count + 0.5))


@cache
def word_weights() -> WordWeights:
    """Returns the packaged table, read once."""
    return WordWeights.read()
