"""The judge's scores as probabilities, and the threshold from which a claim is taken for proved.

A scale and an offset for each of the three classes are fitted on claims kept apart. The threshold is the
least that at most LET_THROUGH of the false claims reach, over sets in which the meaning was changed.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from eval.training.entailment import data as sets
from eval.training.entailment.data import LABELS, NOT, SUPPORTS, Pair
from eval.training.entailment.exchanges import exchanged
from eval.training.entailment.training import losses_of
from index.models.entailment import EntailmentModel

LET_THROUGH = 0.03
EACH = 60  # false claims of one kind of change
SEED = 7
CHANGED = ("made by rule", "breaking_half", "negation_half", "fm2")  # sets in which meaning was changed


@dataclass(frozen=True, slots=True)
class Calibration:
    """What goes into the card, and what the threshold keeps and stops."""

    weights: dict[str, float | list[float]]
    kept: float
    error: float


def calibrate(model: EntailmentModel, data: Path, made: Path) -> Calibration:
    """Fits the weights and the threshold."""
    groups = calibrating_sets(data, made)
    pairs = [pair for group in groups.values() for pair in group]
    scores = dict(_scores(model, groups))
    flat = np.concatenate([scores[name] for name in groups])
    labels = np.array([LABELS.index(pair.label) for pair in pairs])
    weight = np.concatenate([np.full(len(group), 1 / len(group)) for group in groups.values()])
    scale, offsets = _fitted(flat, labels, weight)
    truth = labels == 0
    supports = {name: _probabilities(scores[name], scale, offsets)[:, 0] for name in groups}
    true = {name: np.array([pair.label == SUPPORTS for pair in group]) for name, group in groups.items()}
    threshold = _threshold([supports[name][~true[name]] for name in CHANGED])
    kept = np.mean([np.mean(supports[name][true[name]] >= threshold) for name in CHANGED])
    error = _error(_probabilities(flat, scale, offsets)[:, 0], truth)
    return Calibration({"scale": scale, "offsets": offsets, "threshold": threshold}, float(kept), error)


def calibrating_sets(data: Path, made: Path) -> dict[str, list[Pair]]:
    """The pairs that are kept apart and judge nothing, by the set they are from."""
    real = [*sets.nli(data, apart=True), *sets.checked(data, apart=True), *sets.cited(data, apart=True)]
    groups: dict[str, list[Pair]] = {}
    for pair in real:
        if sets.calibrates(pair):
            groups.setdefault(pair.source, []).append(pair)
    return groups | {"made by rule": made_by_rule(made)}


def made_by_rule(made: Path) -> list[Pair]:
    """Pairs made of sentences that nothing was learned from, as many of one kind of change as of another."""
    rng = random.Random(SEED)
    kinds: dict[str, list[Pair]] = {}
    for row in sets.rows(made):
        if sets.share(row["group"], 10):
            pair = Pair(row["premise"], row["claim"], row["label"], row["kind"])
            kinds.setdefault("" if pair.label == SUPPORTS else pair.source, []).append(pair)
            changed = exchanged(pair.claim, rng) if pair.label == SUPPORTS else None
            if changed is not None and changed not in pair.premise:
                kinds.setdefault("exchanged", []).append(Pair(pair.premise, changed, NOT, "exchanged"))
    false = [
        pair for kind, pairs in kinds.items() if kind for pair in rng.sample(pairs, min(len(pairs), EACH))
    ]
    return [*false, *rng.sample(kinds[""], min(len(kinds[""]), len(false)))]


def _scores(model: EntailmentModel, groups: dict[str, list[Pair]]) -> list[tuple[str, NDArray[np.float64]]]:
    return [(name, _best(model, group)) for name, group in groups.items()]


def _best(model: EntailmentModel, pairs: Sequence[Pair]) -> NDArray[np.float64]:
    """Of each pair the scores of the window that supports most."""
    found = np.full((len(pairs), 3), np.nan)
    for row, scores in model.scores([(pair.premise, pair.claim) for pair in pairs]):
        held = found[row]
        if np.isnan(held[0]) or scores[0] - scores[1:].max() > held[0] - held[1:].max():
            found[row] = scores
    found[np.isnan(found[:, 0])] = (-5.0, -5.0, 5.0)
    return found


def _fitted(
    scores: NDArray[np.float64], labels: NDArray[np.int64], weight: NDArray[np.float64]
) -> tuple[float, list[float]]:
    """Scale and offsets by which the labels are likeliest; each set weighs the same."""
    rows, classes = torch.tensor(scores), torch.tensor(labels)
    scale, offsets = torch.ones(1, dtype=torch.float64), torch.zeros(3, dtype=torch.float64)
    learned = [scale.requires_grad_(), offsets.requires_grad_()]
    optimiser = torch.optim.LBFGS(learned, max_iter=200)
    weights = torch.tensor(weight / weight.sum())

    def closure() -> torch.Tensor:
        """Computes the loss and its gradient."""
        optimiser.zero_grad()
        loss = (losses_of(rows * scale + offsets, classes) * weights).sum() + 1e-4 * (offsets**2).sum()
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimiser.step(closure)  # type: ignore[no-untyped-call]
    return float(scale.item()), [float(offset) for offset in offsets.detach()]


def _probabilities(
    scores: NDArray[np.float64], scale: float, offsets: Sequence[float]
) -> NDArray[np.float64]:
    logits = scale * scores + np.array(offsets)
    shares: NDArray[np.float64] = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    return shares


def _threshold(false: Sequence[NDArray[np.float64]]) -> float:
    """The least score that at most LET_THROUGH of the false claims reach, each set weighing the same."""
    scores = np.concatenate(false)
    weights = np.concatenate([np.full(len(one), 1 / (len(one) * len(false))) for one in false])
    order = np.argsort(-scores)
    through = np.cumsum(weights[order])
    place = int(np.searchsorted(through, LET_THROUGH, "right"))
    return float(np.nextafter(scores[order][place], 1.0))


def _error(probabilities: NDArray[np.float64], truth: NDArray[np.bool_], bins: int = 10) -> float:
    """The expected calibration error (Naeini et al. 2015)."""
    places = np.minimum((probabilities * bins).astype(int), bins - 1)
    found = (places == place for place in range(bins))
    return float(
        sum(abs(probabilities[one].mean() - truth[one].mean()) * one.mean() for one in found if one.any())
    )
