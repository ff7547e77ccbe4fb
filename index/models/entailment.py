"""The judge of claims: does a text support a claim, contradict it, or neither.

A small cross-encoder trained by `eval.training.entailment` and shipped with the package; its card lies
beside it. Probabilities and threshold are fitted on claims that it has not learned from.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.models.session import CrossEncoder, open_tokenizer

PACKAGED = Path(__file__).parent / "entailment"
LONGEST = 320  # tokens of claim and premise together
LONGEST_CLAIM = 160  # tokens; a sentence has rarely more than 60
MOST_COUNTED = 256  # of a claim; as many as the packaged embedder reads, whose tokenizer is at hand
OVERLAP = 96  # tokens that two windows of a long premise share
MOST_WINDOWS = 8  # of one premise

Logits = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Entailed:
    """Judgement of a claim by a premise: three probabilities whose sum is 1."""

    supports: float
    contradicts: float
    neither: float


UNREAD = Entailed(0.0, 0.0, 1.0)


class EntailmentModel(CrossEncoder):
    """The packaged judge of claims, or the one in another folder."""

    kind = "entailment"

    def __init__(self, directory: Path = PACKAGED, threads: int = 0) -> None:
        super().__init__(directory, threads)

    @property
    def threshold(self) -> float:
        """The probability of support from which a claim is taken for proved."""
        least: float = self.card["calibration"]["threshold"]
        return least

    def judge(self, pairs: Sequence[tuple[str, str]]) -> list[Entailed]:
        """Judges each claim by its premise; pairs are (premise, claim).

        Of a premise longer than the model reads at once, the part that supports the claim best counts. A
        claim of more than LONGEST_CLAIM tokens is not read to its end, and so nothing proves it.
        """
        found: dict[int, Entailed] = {}
        for row, scores in self.scores(pairs):
            entailed = self._calibrated(scores)
            if row not in found or entailed.supports > found[row].supports:
                found[row] = entailed
        return [found.get(row, UNREAD) for row in range(len(pairs))]

    def scores(self, pairs: Sequence[tuple[str, str]]) -> Iterator[tuple[int, Logits]]:
        """The three uncalibrated scores of each window, with the row of its pair."""
        windows = list(self._windows(pairs))
        found = self.run([encoding for _, encoding in windows])
        yield from ((row, scores) for (row, _), (scores,) in zip(windows, found, strict=True))

    def _windows(self, pairs: Sequence[tuple[str, str]]) -> Iterator[tuple[int, Any]]:
        """The encodings of all pairs that can be judged, a long premise as several."""
        lengths = self._claims.encode_batch([claim for _, claim in pairs])
        rows = [row for row, claim in enumerate(lengths) if len(claim) <= LONGEST_CLAIM]
        encodings = self._tokenizer.encode_batch([(pairs[row][1], pairs[row][0]) for row in rows])
        for row, encoding in zip(rows, encodings, strict=True):
            for window in [encoding, *encoding.overflowing][:MOST_WINDOWS]:
                yield row, window

    def _calibrated(self, scores: Logits) -> Entailed:
        weights = self.card["calibration"]
        logits = weights["scale"] * scores.astype(np.float64) + np.array(weights["offsets"])
        shares = np.exp(logits - logits.max())
        return Entailed(*map(float, shares / shares.sum()))

    @cached_property
    def _tokenizer(self) -> Any:
        return open_tokenizer(max_length=LONGEST, stride=OVERLAP, strategy="only_second")

    @cached_property
    def _claims(self) -> Any:
        return open_tokenizer(max_length=MOST_COUNTED)
