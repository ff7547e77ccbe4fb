"""The model's scores as probabilities, and the threshold below which it refuses.

Fitted on what neither taught the model nor judges it: questions of some SQuAD titles and search questions,
over their own passages and over others that were found for them and lack the answer, as an archive's
passages mostly do. Logistic regression (Platt 1999); the expected calibration error is that of the half of
the questions that was not fitted on (Naeini et al. 2015, ten bins).
"""

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eval.training import negatives
from eval.training.corpora import CALIBRATION, Example, sentences_of, squad_examples
from eval.training.passage_sets import calibrating_questions
from index.models.reader import LEAST_SHARE, ReadingModel, Scores
from index.records import Span

KEPT = 0.92  # of the answerable questions, at the threshold
SEED = 7

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Calibration:
    """What goes into the card: weights by name, the threshold, and how far off the probabilities are."""

    answer: dict[str, float]
    sentence: dict[str, float]
    answer_error: float
    sentence_error: float


def calibrate(model: ReadingModel, data: Path) -> Calibration:
    """Fits the weights of a passage's probability, and then those of its sentences'."""
    examples = calibration_examples(data, random.Random(SEED))
    spans = [sentences_of(example.passage) for example in examples]
    scored = [model.scores(e.question, [e.passage], [s])[0] for e, s in zip(examples, spans, strict=True)]
    scores = np.array([[one.answers, one.margin] for one in scored])
    answerable = np.array([e.answerable for e in examples])
    weights, error = _fitted(scores, answerable)
    probabilities = _probabilities(scores, weights)
    threshold = float(np.quantile(probabilities[answerable], 1 - KEPT))
    logits = scores @ np.array(weights[:-1]) + weights[-1]
    rows = [
        row
        for one, example, sentences, logit in zip(scored, examples, spans, logits, strict=True)
        for row in _sentence_rows(one, example, sentences, float(logit))
    ]
    sentence, sentence_error = _fitted(
        np.array([row for row, _ in rows]), np.array([answers for _, answers in rows])
    )
    return Calibration(
        dict(zip(("answers", "margin", "offset"), weights, strict=True)) | {"threshold": threshold},
        dict(zip(("evidence", "passage", "share", "offset"), sentence, strict=True)),
        error,
        sentence_error,
    )


def _sentence_rows(
    scores: Scores, example: Example, sentences: Sequence[Span], logit: float
) -> Iterator[tuple[list[float], bool]]:
    """What a sentence's probability is made of, and whether it answers; none where nobody has marked it."""
    for sentence, evidence in zip(sentences, scores.evidence, strict=True):
        if not example.unmarked:
            answers = any(a.start < sentence.end and sentence.start < a.end for a in example.answers)
            yield [evidence, logit, math.log(scores.share(sentence) + LEAST_SHARE)], answers


def calibration_examples(data: Path, rng: random.Random) -> list[Example]:
    """Questions kept for it, and as many over other passages on their subjects."""
    own = [*squad_examples(data, CALIBRATION), *calibrating_questions(data)]
    answerable = [e for e in own if e.answers]
    found = negatives.mined(answerable, {e.passage: "" for e in own}, 1, 1.0, rng)
    return [*own, *found, *negatives.cut(answerable, 0.5, rng)]


def _fitted(scores: Matrix, targets: NDArray[np.bool_]) -> tuple[list[float], float]:
    """The weights fitted on all, and the calibration error of those fitted on half."""
    half = np.arange(len(targets)) % 2 == 0
    probabilities = _probabilities(scores[~half], _logistic(scores[half], targets[half]))
    return _logistic(scores, targets), expected_calibration_error(probabilities, targets[~half])


def expected_calibration_error(probabilities: Matrix, targets: NDArray[np.bool_], bins: int = 10) -> float:
    """The mean distance between probability and frequency over bins of like width, weighted by count."""
    places = np.minimum((probabilities * bins).astype(int), bins - 1)
    total = 0.0
    for place in range(bins):
        inside = places == place
        if inside.any():
            total += inside.mean() * abs(probabilities[inside].mean() - targets[inside].mean())
    return float(total)


def _logistic(scores: Matrix, targets: NDArray[np.bool_]) -> list[float]:
    """Weights and offset of a logistic regression, by Newton's method with a little ridge."""
    rows = np.column_stack([scores, np.ones(len(scores))])
    weights = np.zeros(rows.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(rows @ weights, -30, 30)))
        gradient = rows.T @ (p - targets) + 1e-3 * weights
        hessian = (rows * (p * (1 - p))[:, None]).T @ rows + 1e-3 * np.eye(len(weights))
        weights = weights - np.linalg.solve(hessian, gradient)
    return [float(w) for w in weights]


def _probabilities(scores: Matrix, weights: Sequence[float]) -> Matrix:
    logits = scores @ np.array(weights[:-1]) + weights[-1]
    probabilities: Matrix = 1 / (1 + np.exp(-np.clip(logits, -30, 30)))
    return probabilities
