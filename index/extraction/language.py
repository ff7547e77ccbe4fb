"""The language that a text is written in, and that of a question, which is often too short to be sure of."""

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING

from index.preload import once

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

MODEL = Path(__file__).with_name("languages.zst")  # `eval.training.languages` writes it
HEAD = 8192  # bytes that hold the line which says what is in it

LEAST_LETTERS = 20  # of an article, below which nothing is said of it
SURE = 0.95  # probability from which a question's language counts; short ones are mostly names
DOUBT = 1e-3  # probability of English from which a question that seems another language may be English

_SORANI, _SORANI_OR_UIGHUR, _UIGHUR = "ێڵڕ", "ێڵڕۆە", "ېۇۈڭ"


def language_of(text: str) -> str | None:
    """The ISO 639-1 code of the language `text` seems to be in; None below twenty letters."""
    sample = text[:4000]
    if sum(map(str.isalpha, sample)) < LEAST_LETTERS:
        return None
    if _is_sorani(sample):
        return "ku"
    label: str = load_identifier().classify(sample)[0]
    return "ku" if label == "ckb" else label


def language_of_question(text: str) -> str | None:
    """The code of the language that a question is surely in; None where it may as well be English."""
    if any(letter in _SORANI_OR_UIGHUR for letter in text) and not any(letter in _UIGHUR for letter in text):
        return "ku"
    (label, best), *others = load_identifier().rank(text)
    shares = {label: 1.0} | {other: math.exp(score - best) for other, score in others}
    whole = sum(shares.values())
    if shares[label] / whole < SURE or (label != "en" and shares.get("en", 0.0) / whole >= DOUBT):
        return None
    return "ku" if label == "ckb" else str(label)


def _is_sorani(sample: str) -> bool:
    """Kurdish in Arabic letters, which the model takes for Persian or Uighur, has vowels of its own."""
    own, kept_apart = (sum(map(sample.count, some)) for some in (_SORANI_OR_UIGHUR, _UIGHUR))
    return sum(map(sample.count, _SORANI)) > kept_apart and own >= 0.06 * sum(map(str.isalpha, sample))


@once
def load_identifier() -> "LanguageIdentifier":
    """Returns what tells languages: py3langid's, of those that there is news in."""
    import numpy as np
    import zstandard
    from py3langid.langid import LanguageIdentifier

    data = memoryview(zstandard.ZstdDecompressor().decompress(MODEL.read_bytes()))
    start = bytes(data[:HEAD]).index(b"\n") + 1
    head = json.loads(bytes(data[:start]))
    tables = {}
    for name, (kind, *shape) in head["tables"].items():
        size = math.prod(shape) * np.dtype(kind).itemsize
        tables[name] = np.frombuffer(data[start : start + size], dtype=kind).reshape(shape)
        start += size
    moves, rows, outputs = (tables[name].data for name in ("moves", "rows", "outputs"))
    return LanguageIdentifier(
        tables["features"], tables["classes"], head["labels"], moves, outputs, tk_row=rows
    )
