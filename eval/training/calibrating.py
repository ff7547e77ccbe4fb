"""The model's scores as probabilities, and the threshold below which it refuses.

Fitted on SQuAD titles that neither taught the model nor judge it: their own questions, and the same
over passages that were found for them and lack the answer, as an archive's passages mostly do.
Logistic regression on two scores (Platt 1999); the expected calibration error is that of the half of
the questions that was not fitted on (Naeini et al. 2015, ten bins).
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eval.training import claims, negatives
from eval.training.corpora import CALIBRATION, Example, squad_examples
from index.models.reader import ReadingModel

KEPT = 0.9  # of the answerable questions, at the threshold
SEED = 7

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Calibration:
    """What goes into the card: weights by name, the threshold, and how far off the probabilities are."""

    answer: dict[str, float]
    support: dict[str, float]
    answer_error: float
    support_error: float


def calibrate(model: ReadingModel, data: Path) -> Calibration:
    """Fits the weights of the answer score and of the support score."""
    rng = random.Random(SEED)
    examples = calibration_examples(data, rng)
    scores = np.array([model.answer_scores(e.question, e.passage) for e in examples])
    answerable = np.array([bool(e.answers) for e in examples])
    weights, error = _fitted(scores, answerable)
    probabilities = _probabilities(scores, weights)
    threshold = float(np.quantile(probabilities[answerable], 1 - KEPT))
    judged = calibration_claims(data, rng)
    logits = np.array([[model.support_score(c.claim, c.evidence)] for c in judged])
    supported = np.array([c.supported for c in judged])
    support, support_error = _fitted(logits, supported)
    return Calibration(
        {"answers": weights[0], "margin": weights[1], "offset": weights[2], "threshold": threshold},
        {"scale": support[0], "offset": support[1]},
        error,
        support_error,
    )


def calibration_examples(data: Path, rng: random.Random) -> list[Example]:
    """Questions of the titles kept for it, and as many over other passages on their subjects."""
    own = squad_examples(data, CALIBRATION)
    answerable = [e for e in own if e.answers]
    found = negatives.mined(answerable, [e.passage for e in own], 1, 1.0, rng)
    return [*own, *found, *negatives.cut(answerable, 0.5, rng)]


def calibration_claims(data: Path, rng: random.Random) -> list[claims.ClaimExample]:
    """Claims made from the same questions, and a part of the annotated claims that are kept apart."""
    made = claims.answered(squad_examples(data, CALIBRATION), 1.0, rng)
    real = [*claims.wice(data, apart=True), *claims.attribution_bench(data, apart=True)]
    return [*made, *rng.sample(real, len(real) // 4)]


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
