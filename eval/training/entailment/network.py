"""The judge: a cross-encoder over claim and premise that says supports, contradicts or neither.

The encoder is all-MiniLM-L6-v2's. Each token is told whether the other text holds it too, weighted by how
rare it is, as in the reading model, whose weights it begins from. torch is imported by this module.
"""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

PAD, SEP = 0, 102


class JudgeNetwork(nn.Module):
    """Token ids and types of shape (texts, tokens) to three scores a text.

    Types are 0 in the claim and 1 in the premise.
    """

    def __init__(self, encoder: Any, rarity: Tensor) -> None:
        """`encoder` is a BERT model of transformers, `rarity` a weight in 0 to 1 for each token id."""
        super().__init__()
        size = encoder.config.hidden_size
        self.rarity: Tensor
        self.encoder = encoder
        self.register_buffer("rarity", rarity)
        self.shared = nn.Parameter(torch.randn(size) * 0.02)
        self.missing = nn.Parameter(torch.randn(size) * 0.02)
        self.judges = nn.Sequential(nn.Linear(3 * size, size), nn.Tanh(), nn.Linear(size, 3))

    def forward(self, ids: Tensor, types: Tensor) -> Tensor:
        """Scores texts of shape (texts, tokens): logits of shape (texts, 3)."""
        real = ids != PAD
        states = self.encoder.embeddings(input_ids=ids, token_type_ids=types)
        weight = (self.rarity[ids] * real)[..., None]
        shared = _shared(ids, types, real).to(states.dtype)[..., None]
        states = states + weight * (shared * self.shared + (1 - shared) * self.missing)
        bias = (1.0 - real[:, None, None, :].to(states.dtype)) * -1e4
        for layer in self.encoder.encoder.layer:
            states = layer(states, attention_mask=bias)
            states = states[0] if isinstance(states, tuple) else states
        claim, premise = real & (types == 0), real & (types == 1) & (ids != SEP)
        pooled = torch.cat([states[:, 0], _mean(states, claim), _mean(states, premise)], dim=1)
        scores: Tensor = self.judges(pooled)
        return scores

    def begin_from(self, reading: Mapping[str, Tensor]) -> None:
        """Takes over the encoder of a reading model, and its support head for "supports" against the rest."""
        known = {
            name: weight
            for name, weight in reading.items()
            if name.startswith("encoder.") or name in ("shared", "missing")
        }
        for part in ("0.weight", "0.bias"):
            known[f"judges.{part}"] = reading[f"supports.{part}"]
        weight, bias = reading["supports.2.weight"].reshape(1, -1), reading["supports.2.bias"].reshape(1)
        signs = torch.tensor([0.5, -0.5, -0.5])
        known |= {"judges.2.weight": signs[:, None] * weight, "judges.2.bias": signs * bias}
        missing = self.load_state_dict(known, strict=False).unexpected_keys
        if missing:
            raise ValueError(f"the reading model has weights that the judge has not: {missing}")


def _shared(ids: Tensor, types: Tensor, real: Tensor) -> Tensor:
    """Tells whether the other text holds the same token."""
    same = (ids[:, :, None] == ids[:, None, :]) & real[:, None, :] & real[:, :, None]
    other = types[:, :, None] != types[:, None, :]
    return (same & other).any(dim=2)


def _mean(states: Tensor, chosen: Tensor) -> Tensor:
    weight = chosen[..., None].to(states.dtype)
    return (states * weight).sum(dim=1) / weight.sum(dim=1).clamp(min=1)
