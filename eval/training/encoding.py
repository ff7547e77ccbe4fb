"""Examples as token ids, and batches of like length."""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.training.corpora import Example, sentences_of
from index.models.reader import headed
from index.records import Span

LONGEST = 384  # tokens of question and passage together
NO_TARGET = -1.0
POOL = 64  # batches sorted by length at one time: enough to pad little, few enough to stay mixed


@dataclass(frozen=True, slots=True)
class Encoded:
    """One example. `start` and `end` are tokens, 0 for no answer; a target of -1 is not learned from.

    `sentences` gives the sentence of each token, counted from 1 and 0 outside the passage, and
    `evidence` for each sentence whether it answers.
    """

    ids: list[int]
    types: list[int]
    start: int
    end: int
    answers: float
    sentences: list[int]
    evidence: list[float]
    pair: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Arrays of shape (texts, tokens), (texts,) and, for `evidence`, (texts, sentences)."""

    ids: NDArray[np.int64]
    types: NDArray[np.int64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    answers: NDArray[np.float32]
    sentences: NDArray[np.int64]
    evidence: NDArray[np.float32]


def encoded_examples(
    tokenizer: Any, examples: Sequence[Example], heads: float, rng: random.Random
) -> Iterator[Encoded]:
    """Examples with the tokens and sentences that answer; those whose answer is cut off are left out.

    `heads` is the share of those that have a head line which are read with it.
    """
    lines = [example.head if rng.random() < heads else "" for example in examples]
    texts = [headed(line, e.passage) for line, e in zip(lines, examples, strict=True)]
    pairs = [(_bounded(e.question), text) for e, text in zip(examples, texts, strict=True)]
    tokenizer.enable_truncation(LONGEST, strategy="only_second")
    tokenizer.no_padding()
    encodings = tokenizer.encode_batch(pairs)
    for example, text, encoding in zip(examples, texts, encodings, strict=True):
        before = len(text) - len(example.passage)
        spans = [Span(a.start + before, a.end + before) for a in example.answers]
        found = _tokens(encoding, rng.choice(spans)) if spans else None
        if spans and found is None:
            continue
        start, end = found or ((-1, -1) if example.unmarked else (0, 0))
        sentences = [Span(0, before), *_shifted(sentences_of(example.passage), before)]
        yield Encoded(
            encoding.ids,
            encoding.type_ids,
            start,
            end,
            float(example.answerable),
            _sentence_of_tokens(encoding, sentences),
            [_answers(example, s, spans, text) for s in sentences],
            example.pair,
        )


def batches(examples: Iterable[Encoded], tokens: int, rng: random.Random) -> Iterator[Batch]:
    """All examples once, in batches of about that many tokens; what is a pair stays in one batch."""
    units = _units(examples)
    rng.shuffle(units)
    mean = sum(len(unit) * _longest(unit) for unit in units) / max(len(units), 1)
    pool = max(1, int(POOL * tokens / max(mean, 1)))
    for first in range(0, len(units), pool):
        groups = list(_grouped(sorted(units[first : first + pool], key=_longest), tokens))
        rng.shuffle(groups)
        yield from map(padded, groups)


def padded(group: Sequence[Encoded]) -> Batch:
    """Examples as one batch, as long as the longest."""
    return Batch(
        _table([example.ids for example in group], 0).astype(np.int64),
        _table([example.types for example in group], 0).astype(np.int64),
        np.array([example.start for example in group]),
        np.array([example.end for example in group]),
        np.array([example.answers for example in group], dtype=np.float32),
        _table([example.sentences for example in group], 0).astype(np.int64),
        _table([example.evidence for example in group], NO_TARGET).astype(np.float32),
    )


def _table(rows: Sequence[Sequence[float]], empty: float) -> NDArray[np.float64]:
    table = np.full((len(rows), max(map(len, rows))), empty)
    for place, row in enumerate(rows):
        table[place, : len(row)] = row
    return table


def _answers(example: Example, sentence: Span, spans: Sequence[Span], text: str) -> float:
    """Tells whether a sentence answers: 1, 0, or NO_TARGET where nobody can say.

    So it is with one that has the words of an answer and is not marked, and with those of a passage whose
    answer is unmarked, unless it is one sentence alone.
    """
    if sentence.start == sentence.end:
        return NO_TARGET
    if not example.answerable:
        return 0.0
    whole = sentence.start == len(text) - len(example.passage) and sentence.end == len(text)
    if example.unmarked:
        return 1.0 if whole else NO_TARGET
    if any(sentence.start < a.end and a.start < sentence.end for a in spans):
        return 1.0
    said = sentence.of(text).casefold()
    return NO_TARGET if any(a.of(text).casefold() in said for a in spans) else 0.0


def _sentence_of_tokens(encoding: Any, sentences: Sequence[Span]) -> list[int]:
    ends = [sentence.end for sentence in sentences]
    starts = [start for start, _ in encoding.offsets]
    places = np.searchsorted(ends, starts, side="right") + 1
    real = [
        kind == 1 and start < end
        for kind, (start, end) in zip(encoding.type_ids, encoding.offsets, strict=True)
    ]
    return [int(place) if inside else 0 for place, inside in zip(places, real, strict=True)]


def _shifted(spans: Iterable[Span], by: int) -> Iterator[Span]:
    return (Span(span.start + by, span.end + by) for span in spans)


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


def _units(examples: Iterable[Encoded]) -> list[list[Encoded]]:
    units: list[list[Encoded]] = []
    paired: dict[str, list[Encoded]] = {}
    for example in examples:
        unit = paired.setdefault(example.pair, []) if example.pair else []
        if not unit:
            units.append(unit)
        unit.append(example)
    return units


def _longest(unit: Sequence[Encoded]) -> int:
    return max(len(example.ids) for example in unit)


def _grouped(units: Iterable[Sequence[Encoded]], tokens: int) -> Iterator[list[Encoded]]:
    group: list[Encoded] = []
    for unit in units:
        if group and (len(group) + len(unit)) * _longest(unit) > tokens:
            yield group
            group = []
        group.extend(unit)
    if group:
        yield group
