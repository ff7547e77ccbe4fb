"""Examples as token ids, and batches of like length."""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.training.claims import ClaimExample
from eval.training.corpora import Example
from index.records import Span

LONGEST = 384  # tokens of question and passage together
NO_TARGET = -1.0
POOL = 64  # batches sorted by length at one time: enough to pad little, few enough to stay mixed


@dataclass(frozen=True, slots=True)
class Encoded:
    """One example. `start` and `end` are tokens, 0 for no answer; a target of -1 is not learned from."""

    ids: list[int]
    types: list[int]
    start: int
    end: int
    answers: float
    supports: float


@dataclass(frozen=True, slots=True)
class Batch:
    """Arrays of shape (texts, tokens) and (texts,)."""

    ids: NDArray[np.int64]
    types: NDArray[np.int64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    answers: NDArray[np.float32]
    supports: NDArray[np.float32]


def encoded_examples(tokenizer: Any, examples: Sequence[Example]) -> Iterator[Encoded]:
    """Questions with the tokens that answer them; those whose answer is cut off are left out."""
    pairs = [(example.question, example.passage) for example in examples]
    for example, encoding in zip(examples, _encodings(tokenizer, pairs), strict=True):
        start, end = (0, 0)
        if example.answers:
            found = _tokens(encoding, example.answers[0])
            if found is None:
                continue
            start, end = found
        yield Encoded(encoding.ids, encoding.type_ids, start, end, float(bool(example.answers)), NO_TARGET)


def encoded_claims(tokenizer: Any, claims: Sequence[ClaimExample]) -> Iterator[Encoded]:
    """Claims with whether their evidence supports them."""
    pairs = [(claim.claim, claim.evidence) for claim in claims]
    for claim, encoding in zip(claims, _encodings(tokenizer, pairs), strict=True):
        yield Encoded(encoding.ids, encoding.type_ids, -1, -1, NO_TARGET, float(claim.supported))


def batches(examples: Sequence[Encoded], tokens: int, rng: random.Random) -> Iterator[Batch]:
    """All examples once, in batches of about that many tokens."""
    order = rng.sample(range(len(examples)), len(examples))
    mean = sum(len(example.ids) for example in examples) / max(len(examples), 1)
    pool = max(1, int(POOL * tokens / max(mean, 1)))
    for first in range(0, len(order), pool):
        rows = sorted(order[first : first + pool], key=lambda row: len(examples[row].ids))
        groups = list(_grouped([examples[row] for row in rows], tokens))
        rng.shuffle(groups)
        yield from map(padded, groups)


def padded(group: Sequence[Encoded]) -> Batch:
    """Examples as one batch, as long as the longest."""
    longest = max(len(example.ids) for example in group)
    ids = np.zeros((len(group), longest), dtype=np.int64)
    types = np.zeros_like(ids)
    for row, example in enumerate(group):
        ids[row, : len(example.ids)] = example.ids
        types[row, : len(example.types)] = example.types
    return Batch(
        ids,
        types,
        np.array([example.start for example in group]),
        np.array([example.end for example in group]),
        np.array([example.answers for example in group], dtype=np.float32),
        np.array([example.supports for example in group], dtype=np.float32),
    )


def _encodings(tokenizer: Any, pairs: Sequence[tuple[str, str]]) -> list[Any]:
    tokenizer.enable_truncation(LONGEST, strategy="only_second")
    tokenizer.no_padding()
    encodings: list[Any] = tokenizer.encode_batch([(_bounded(q), p) for q, p in pairs])
    return encodings


def _bounded(question: str) -> str:
    """A question of some hundred tokens at most: posts carry whole stories as their titles."""
    return question[:400]


def _tokens(encoding: Any, span: Span) -> tuple[int, int] | None:
    inside = [
        token
        for token, (kind, (start, end)) in enumerate(zip(encoding.type_ids, encoding.offsets, strict=True))
        if kind == 1 and start < end and start < span.end and span.start < end
    ]
    whole = bool(inside) and encoding.offsets[inside[-1]][1] >= span.end
    return (inside[0], inside[-1]) if whole else None


def _grouped(examples: Iterable[Encoded], tokens: int) -> Iterator[list[Encoded]]:
    group: list[Encoded] = []
    for example in examples:
        if group and (len(group) + 1) * len(example.ids) > tokens:
            yield group
            group = []
        group.append(example)
    if group:
        yield group
