"""The reader: a cross-encoder over question and passage with three heads.

The encoder is all-MiniLM-L6-v2's. On its token states stand start and end scores, with the first
token for "no answer" (Devlin et al. 2019), and how much each token is part of a sentence that answers;
on the first token's state and the means of both texts whether the passage answers. Each token is told
besides whether the other text holds it too, weighted by how rare it is (as in DrQA and FastQA: Chen et al.
2017, Weissenborn et al. 2017): learned from few examples, this says more than attention has yet found out.
torch is imported by this module.
"""

from typing import Any

import torch
from torch import Tensor, nn

PAD, SEP = 0, 102


class ReadingNetwork(nn.Module):
    """Token ids and types to (starts, ends, answers, evidence).

    Ids and types have shape (texts, tokens); types are 0 in the question and 1 in the passage.
    Starts and ends have that shape, with -1e4 where no answer may stand; evidence too, and its mean over
    a sentence's tokens is the logit that the sentence answers; answers has shape (texts,).
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
        self.spans = nn.Linear(size, 2)
        self.answers = nn.Sequential(nn.Linear(3 * size, size), nn.Tanh(), nn.Linear(size, 1))
        self.evidence = nn.Linear(size, 1)

    def forward(self, ids: Tensor, types: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Computes starts, ends, answers and evidence, in the shapes that the class names."""
        real = ids != PAD
        states = self.encoder.embeddings(input_ids=ids, token_type_ids=types)
        weight = (self.rarity[ids] * real)[..., None]
        shared = self._shared(ids, types, real)[..., None]
        states = states + weight * (shared * self.shared + (1 - shared) * self.missing)
        states = self._encoded(states, real)
        scores = self.spans(states)
        inside = (types == 1) & real & (ids != SEP)
        inside = torch.cat([torch.ones_like(inside[:, :1]), inside[:, 1:]], dim=1)
        starts, ends = (scores[..., i].masked_fill(~inside, -1e4) for i in (0, 1))
        pooled = torch.cat([states[:, 0], _mean(states, real & (types == 0)), _mean(states, inside)], dim=1)
        return starts, ends, self.answers(pooled)[:, 0], self.evidence(states)[..., 0]

    def _encoded(self, states: Tensor, real: Tensor) -> Tensor:
        bias = (1.0 - real[:, None, None, :].to(states.dtype)) * -1e4
        for layer in self.encoder.encoder.layer:
            states = layer(states, attention_mask=bias)
            states = states[0] if isinstance(states, tuple) else states
        return states

    def _shared(self, ids: Tensor, types: Tensor, real: Tensor) -> Tensor:
        """1 where the other text holds the same token."""
        same = (ids[:, :, None] == ids[:, None, :]) & real[:, None, :] & real[:, :, None]
        other = types[:, :, None] != types[:, None, :]
        return (same & other).any(dim=2).to(self.rarity.dtype)


def _mean(states: Tensor, chosen: Tensor) -> Tensor:
    weight = chosen[..., None].to(states.dtype)
    return (states * weight).sum(dim=1) / weight.sum(dim=1).clamp(min=1)
