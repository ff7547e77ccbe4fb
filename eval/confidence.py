"""Whether an answer's score tells how likely it is right: risk–coverage and calibration.

The confidence of an answer is the score of its surest claim.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from eval.answer_metrics import is_answered
from eval.scoring import Row

BINS = 10


@dataclass(frozen=True, slots=True)
class Point:
    """The answers from a confidence upwards: their share of all questions, and their share of wrong ones."""

    coverage: float
    risk: float


@dataclass(frozen=True, slots=True)
class Bin:
    """The answers whose confidence lies in [low, high), of the last bin high included."""

    low: float
    high: float
    confidence: float  # mean
    accuracy: float  # share that is right
    count: int


def confidence(row: Row) -> float | None:
    """The score of the surest claim, 0 to 1; None where nothing was answered."""
    claims = row.record.answer["claims"] if row.record.answer and is_answered(row.record) else ()
    return max((float(claim["score"]) for claim in claims), default=None)


def risk_coverage(rows: Iterable[Row]) -> list[Point]:
    """The risk of answering only from each confidence upwards (El-Yaniv & Wiener 2010).

    Covered are answered questions; an answer to a question that has none is wrong. Refusing more
    moves left along the curve, and should lower the risk.
    """
    scored = [row for row in rows if row.scores["correct"] is not None]
    sure = _answers(scored)
    points: list[Point] = []
    for rank, (score, _) in enumerate(sure, 1):
        # Answers of one confidence are refused together or not at all.
        if rank == len(sure) or sure[rank][0] != score:
            wrong = sum(not right for _, right in sure[:rank])
            points.append(Point(rank / len(scored), wrong / rank))
    return points


def calibration(rows: Iterable[Row], bins: int = BINS) -> list[Bin]:
    """The answers by confidence, in bins of equal width, without the empty ones: a reliability diagram."""
    binned: dict[int, list[tuple[float, bool]]] = {}
    for score, right in _answers(rows):
        binned.setdefault(min(int(score * bins), bins - 1), []).append((score, right))
    return [
        Bin(
            low=number / bins,
            high=(number + 1) / bins,
            confidence=sum(score for score, _ in held) / len(held),
            accuracy=sum(right for _, right in held) / len(held),
            count=len(held),
        )
        for number, held in sorted(binned.items())
    ]


def expected_calibration_error(bins: Sequence[Bin]) -> float | None:
    """Mean distance of confidence and accuracy, by count (Naeini et al. 2015); None without answers."""
    total = sum(one.count for one in bins)
    return sum(abs(one.confidence - one.accuracy) * one.count for one in bins) / total if total else None


def _answers(rows: Iterable[Row]) -> list[tuple[float, bool]]:
    """Confidence and rightness of each answer that is judged, the surest first."""
    judged = [
        (score, row.scores["correct"] == 1)
        for row in rows
        if row.scores["correct"] is not None and (score := confidence(row)) is not None
    ]
    return sorted(judged, key=lambda answer: -answer[0])
