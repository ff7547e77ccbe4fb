"""Coverage of a question by one sentence: what answers it tends to stand in one place.

BM25 takes a passage for a bag of words, so that one that names the subject in every sentence is before
the one that says in a single sentence what was asked. Here each sentence is weighed against the question
and against each of its clauses, by the inverse document frequency of the words that they share; that
words near each other tell more is the idea of proximity scoring (Tao & Zhai 2007).
"""

import math
import re
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from index.backends.local.lexical import stem, stems, written
from index.records import Passage

LEAST_STEMS = 4  # fewer words are no clause to look for by itself
MOST_CLAUSES = 8
SHARPNESS = 1.5  # lets "which" and "does" weigh less, in any language and without a list of them

_BREAK = re.compile(
    r"[,;:?!؟،؛]\s+(?:(?:and|but|while|whereas)\s+)?|\.\s+(?=[^\Wa-z])"
    r"|\s+(?:while|whereas|but|versus|between|than|compared (?:to|with)|in contrast to|as well as"
    r"|and (?:also|is|was|has|had|the|whether|which|who|that|did|does))\s+",
    re.IGNORECASE,
)

Weights = NDArray[np.float64]


def clauses(text: str) -> list[str]:
    """The parts of a question that may each be answered somewhere else; empty where it is all one."""
    parts = [part for part in _BREAK.split(text) if len(set(stems(part))) >= LEAST_STEMS]
    return parts[:MOST_CLAUSES] if len(parts) > 1 else []


def covered(
    passages: Sequence[Passage],
    texts: Sequence[str],
    passages_with: Callable[[str], int],
    total: int,
) -> Weights:
    """For each passage a row: the share of each text that its best sentence for it holds, 0 to 1.

    `passages_with` tells how many of `total` passages hold a stem, which decides what it weighs.
    """
    wanted = [set(stems(text)) for text in texts]
    columns = sorted(set().union(*wanted))
    weights = np.zeros((len(columns), len(texts)))
    for column, word in enumerate(columns):
        count = min(passages_with(word), total)
        weight = math.log(1 + (total - count + 0.5) / (count + 0.5)) ** SHARPNESS
        weights[column] = [weight if word in words else 0.0 for words in wanted]
    weights /= np.maximum(weights.sum(axis=0), 1e-9)
    shares = np.zeros((len(passages), len(texts)))
    if passages:
        sentences = [passage.sentences or (passage,) for passage in passages]
        firsts = np.cumsum([0, *map(len, sentences)])[:-1]
        texts_of = [p.sentence_text(one) for p, some in zip(passages, sentences, strict=True) for one in some]
        shares = np.maximum.reduceat(_held(texts_of, columns) @ weights, firsts)
    return shares


def _held(sentences: Sequence[str], columns: Sequence[str]) -> Weights:
    """For each sentence a row: 1 in the columns of the stems that it holds."""
    column_of = {word: column for column, word in enumerate(columns)}
    words = [written(sentence) for sentence in sentences]
    sought = {word: column_of[stem(word)] for word in set().union(*words) if stem(word) in column_of}
    places = [
        row * len(columns) + sought[word] for row, some in enumerate(words) for word in sought.keys() & some
    ]
    held = np.zeros(len(sentences) * len(columns))
    held[places] = 1.0
    return held.reshape(len(sentences), len(columns))
