"""A linear classifier over questions: what a message wants of an archive, and the kind of answer wanted.

It reads the vector of the packaged embedder and a few words about the word that asks. Trained by
`eval.training.questions`; its card lies beside the weights. Without that embedder the words decide alone.
"""

import json
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from index.models.embedding import DEFAULT_MODEL, Embedder, load_embedder

WEIGHTS = Path(__file__).parent / "classifier.npz"
HASHED = 1024  # coordinates that the words are hashed to
SCALE = 4.0  # of the vector beside the words
MOST_WORDS = 40

Rows = NDArray[np.float32]

_WORD = re.compile(r"\w+(?:['’]\w+)?|[?؟]")
ASKING = frozenset({"how", "when", "where", "who", "whom", "whose", "why", "what", "which"})


class Classifier:
    """The weights of one head."""

    def __init__(self, head: str) -> None:
        with np.load(WEIGHTS, allow_pickle=False) as held:
            self.labels: tuple[str, ...] = tuple(json.loads(str(held[f"{head}_labels"])))
            self._weights = held[f"{head}_weights"].astype(np.float32)
            self._offsets = held[f"{head}_offsets"].astype(np.float32)

    def probabilities(self, rows: Rows) -> Rows:
        """The probability of each label, for each row of features."""
        scores = rows @ self._weights.T + self._offsets
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        found: Rows = scores / scores.sum(axis=1, keepdims=True)
        return found


@cache
def classifier(head: str) -> Classifier:
    """The head of that name, "intent" or "wanted", loaded once."""
    return Classifier(head)


@cache
def frame(intent: str) -> frozenset[str]:
    """The words that say that something is wanted, and not of what: "summarise", "story"."""
    with np.load(WEIGHTS, allow_pickle=False) as held:
        return frozenset(json.loads(str(held["frames"])).get(intent, ()))


def encoder(of_archive: Embedder) -> Embedder:
    """The embedder that the weights were trained with: the archive's own, or else the packaged one."""
    trained_with = json.loads(WEIGHTS.with_suffix(".json").read_text())["embedder"]
    return of_archive if of_archive.id == trained_with else _packaged()


@cache
def _packaged() -> Embedder:
    return load_embedder(DEFAULT_MODEL, WEIGHTS.parent)


def label(head: str, text: str, embedder: Embedder | None) -> tuple[str, float]:
    """The likeliest label of a text, with its probability."""
    return labels(head, [text], embedder)[0]


def labels(head: str, texts: Sequence[str], embedder: Embedder | None) -> list[tuple[str, float]]:
    """The likeliest label of each text, with its probability."""
    model = classifier(head)
    chances = model.probabilities(features(head, texts, embedder))
    return [(model.labels[int(row.argmax())], float(row.max())) for row in chances]


def features(head: str, texts: Sequence[str], embedder: Embedder | None) -> Rows:
    """The features of texts: their vectors, or zeros without the packaged embedder, and their words."""
    width = 384
    rows = np.zeros((len(texts), width + HASHED), dtype=np.float32)
    read = [_focus(text) if head == "wanted" else " ".join(_WORD.findall(text.lower())) for text in texts]
    if embedder is not None and embedder.dimension == width:
        rows[:, :width] = SCALE * embedder.encode_documents(read)
    for row, text in zip(rows, texts, strict=True):
        for cue in _cues(text) if head == "wanted" else _phrases(text):
            row[width + crc32(cue.encode()) % HASHED] = 1
    return rows


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)[:MOST_WORDS]]


def _asking(words: Sequence[str]) -> int | None:
    return next((place for place, word in enumerate(words) if word in ASKING), None)


def _focus(text: str) -> str:
    """The word that asks and what follows: "which town is the plant"."""
    words = _words(text)
    at = _asking(words) or 0
    return " ".join(words[at : at + 5])


def _cues(text: str) -> list[str]:
    words = _words(text)
    at = _asking(words)
    if at is None:
        return ["none", *words[:1]]
    behind = words[at : at + 3]
    return [behind[0], " ".join(behind[:2]), *(f"+{word}" for word in behind[1:])]


def _phrases(text: str) -> list[str]:
    words = ["^", *_words(text), "$"]
    pairs = [" ".join(words[place : place + 2]) for place in range(len(words) - 1)]
    return [*words[1:-1], *pairs, f"length {min(len(words), 12)}"]
