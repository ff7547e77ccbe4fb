"""The reader: does a passage answer a question, which of its sentences do, and which words.

A small cross-encoder in the formulation of SQuAD 2.0 (Devlin et al. 2019), trained by
`eval.training` and shipped with the package; its card lies beside it. Scores are probabilities,
calibrated on questions that neither taught nor judged it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from index.models.session import CrossEncoder, open_tokenizer
from index.records import Span

PACKAGED = Path(__file__).parent / "reader"
LONGEST = 384  # tokens of both texts together; what is longer is not read to its end
SPANS = 20  # the best of a passage that share its probability
LONGEST_ANSWER = 40  # tokens
LEAST_SHARE = 1e-3  # of the spans, that a sentence is taken to hold
UNREAD = -20.0  # the score of a sentence behind what is read

Logits = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class AnswerSpan(Span):
    """Words of a passage, with the probability that they answer. Offsets are the passage's."""

    score: float


@dataclass(frozen=True, slots=True)
class Reading:
    """Reading of a passage by the model. `score` is the probability that it answers at all.

    The scores of `spans`, best first, sum up to it at most. `sentences` gives for each sentence that was
    asked about the probability that it answers; several may.
    """

    score: float
    spans: tuple[AnswerSpan, ...]
    sentences: tuple[float, ...] = ()

    def within(self, stretch: Span) -> float:
        """The probability that the answer lies in that stretch of the passage."""
        return sum(s.score for s in self.spans if stretch.start <= s.start and s.end <= stretch.end)


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores of the network for a passage, before they are calibrated.

    `answers` is its score of "it answers", `margin` how far the best span lies above no answer. `shares`
    sum up to 1 over the spans. For each sentence `evidence` is the mean score of its tokens.
    """

    answers: float
    margin: float
    spans: list[tuple[int, int]]
    shares: Logits
    evidence: list[float]

    def share(self, sentence: Span) -> float:
        """Share of the spans' probability that lies in that sentence."""
        inside = (sentence.start <= start and end <= sentence.end for start, end in self.spans)
        return float(sum(s for s, held in zip(self.shares, inside, strict=True) if held))


class ReadingModel(CrossEncoder):
    """The packaged reader, or the one in another folder."""

    kind = "reading"

    def __init__(self, directory: Path = PACKAGED, threads: int = 0) -> None:
        super().__init__(directory, threads)

    @property
    def threshold(self) -> float:
        """The probability from which a passage is taken to answer."""
        least: float = self.card["calibration"]["answer"]["threshold"]
        return least

    def read(
        self, question: str, texts: Sequence[str], sentences: Sequence[Sequence[Span]] | None = None
    ) -> list[Reading]:
        """Reads each text for an answer to the question, and each of its `sentences` where they are given."""
        asked = sentences or [()] * len(texts)
        scored = self.scores(question, texts, asked)
        return [self._reading(scores, spans) for scores, spans in zip(scored, asked, strict=True)]

    def relevance(self, question: str, texts: Sequence[str]) -> list[float]:
        """The probability that each text answers the question: what passages are reranked by."""
        return [reading.score for reading in self.read(question, texts)]

    def scores(
        self, question: str, texts: Sequence[str], sentences: Sequence[Sequence[Span]]
    ) -> list[Scores]:
        """Returns for each text what `read` makes probabilities of."""
        encodings = self._tokenizer.encode_batch([(question, text) for text in texts])
        return [
            _scores(encoding, outputs, spans)
            for encoding, outputs, spans in zip(encodings, self.run(encodings), sentences, strict=True)
        ]

    def _reading(self, scores: Scores, sentences: Sequence[Span]) -> Reading:
        weights = self.card["calibration"]["answer"]
        logit = weights["answers"] * scores.answers + weights["margin"] * scores.margin + weights["offset"]
        score = _sigmoid(logit)
        spans = (
            AnswerSpan(*span, score * float(share))
            for span, share in zip(scores.spans, scores.shares, strict=True)
        )
        weights = self.card["calibration"]["sentence"]
        told = (
            _sigmoid(
                weights["evidence"] * evidence
                + weights["passage"] * logit
                + weights["share"] * math.log(scores.share(sentence) + LEAST_SHARE)
                + weights["offset"]
            )
            for evidence, sentence in zip(scores.evidence, sentences, strict=True)
        )
        return Reading(score, tuple(spans), tuple(told))

    @cached_property
    def _tokenizer(self) -> Any:
        # A passage is the longer text, but for a question that nobody should have asked.
        return open_tokenizer(max_length=LONGEST, strategy="longest_first")


def head_line(title: str, outlet: str = "", day: date | None = None) -> str:
    """Returns an article's head as it may stand before one of its passages: "Title (Outlet, 5 May 2021)"."""
    told = ", ".join(filter(None, (outlet, f"{day.day} {day:%B %Y}" if day else "")))
    return f"{title} ({told})" if title and told else title


def headed(head: str, passage: str) -> str:
    """Returns a passage behind its head, which ends as a sentence of its own; or the passage alone."""
    return f"{head}. {passage}" if head else passage


def _scores(encoding: Any, outputs: Sequence[Any], sentences: Sequence[Span]) -> Scores:
    starts, ends, answers, evidence = outputs
    spans, scores = _best_spans(encoding, starts, ends)
    shares = np.exp(scores - scores.max(initial=-np.inf))
    return Scores(
        float(answers),
        _margin(scores, starts, ends),
        spans,
        shares / max(shares.sum(), 1e-9),
        _means(encoding, evidence, sentences),
    )


def _margin(scores: Logits, starts: Logits, ends: Logits) -> float:
    """Margin of the best span's score over that of no answer; -20 where there is no span."""
    return float(scores[0] - starts[0] - ends[0]) if len(scores) else -20.0


def _means(encoding: Any, scores: Logits, sentences: Sequence[Span]) -> list[float]:
    """The mean score of each sentence's tokens; UNREAD where the text was not read as far."""
    if not sentences:
        return []
    inside = np.flatnonzero(encoding.type_ids)[:-1]  # without the mark that ends the passage
    starts = np.array(encoding.offsets)[inside, 0]
    sums = np.concatenate([[0.0], np.cumsum(scores[inside])])
    firsts = np.searchsorted(starts, [sentence.start for sentence in sentences])
    lasts = np.searchsorted(starts, [sentence.end for sentence in sentences])
    means = (sums[lasts] - sums[firsts]) / np.maximum(lasts - firsts, 1)
    return [float(mean) for mean in np.where(lasts > firsts, means, UNREAD)]


def _best_spans(encoding: Any, starts: Logits, ends: Logits) -> tuple[list[tuple[int, int]], Logits]:
    """The best SPANS stretches of the passage's text, (start, end), with their scores, best first."""
    inside = np.flatnonzero(encoding.type_ids)[:-1]  # without the mark that ends the passage
    ahead = np.concatenate([ends[inside], np.full(LONGEST_ANSWER, -np.inf, ends.dtype)])
    reached = sliding_window_view(ahead, LONGEST_ANSWER)[: len(inside)]
    scores = (starts[inside, None] + reached).ravel()  # of each first token, the stretches from one token on
    best = np.argpartition(-scores, SPANS)[:SPANS] if len(scores) > SPANS else np.arange(len(scores))
    best = best[np.isfinite(scores[best])]
    best = best[np.lexsort((best, -scores[best]))]
    offsets = encoding.offsets
    places = [divmod(int(place), LONGEST_ANSWER) for place in best]
    ends_at = [(inside[first], inside[first + more]) for first, more in places]
    return [(offsets[first][0], offsets[last][1]) for first, last in ends_at], scores[best]


def _sigmoid(logit: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))
