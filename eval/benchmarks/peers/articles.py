"""What every system is given: the articles as JSON lines, and questions with the evidence for them."""

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.archives import sample_documents
from eval.benchmarks.preparing import write_articles
from eval.datasets import load_multihop
from index.extraction.chunking import Chunker
from index.records import Draft

SET = "multihop_rag"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and the texts of which a passage that holds one is right. None can be."""

    text: str
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Given:
    """The files that the systems read, and what is in them in words."""

    articles: Path
    questions: Path
    asked: Sequence[Asked]
    holding: str


def write_given(folder: Path, data: Path | None, most: int | None = None) -> Given:
    """Writes MultiHop-RAG (Tang & Yang 2024) out of `data`, or the sample articles where it is not there.

    `most` takes the first articles only, and of the evidence what stands in them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    there = data is not None and (data / SET).is_dir()
    documents, asked = multihop(data / SET) if data is not None and there else sample()
    name = "MultiHop-RAG" if there else "the sample archive"
    if most is not None:
        documents = documents[:most]
        asked = _answerable(asked, documents)
    given = Given(
        articles=folder / "articles.jsonl",
        questions=folder / "questions.json",
        asked=asked,
        holding=f"{len(documents)} articles of {name}, {len(asked)} questions, "
        f"{sum(bool(one.evidence) for one in asked)} of them with evidence",
    )
    write_articles(documents, given.articles)
    given.questions.write_text(json.dumps([one.text for one in asked]))
    return given


def multihop(folder: Path) -> tuple[list[Draft], list[Asked]]:
    """The articles and questions of the set in that folder. Questions without an answer have no evidence."""
    chosen = load_multihop(folder)
    return list(chosen.documents), [Asked(case.turns[-1], case.evidence) for case in chosen.cases]


def sample() -> tuple[list[Draft], list[Asked]]:
    """The sample articles; each title asks for the first sentence of its article."""
    documents = [draft for draft in sample_documents() if isinstance(draft, Draft)]
    return documents, [_asked(draft) for draft in documents if draft.title]


def _answerable(asked: Iterable[Asked], documents: Iterable[Draft]) -> list[Asked]:
    texts = [_packed(document.text) for document in documents]
    return [
        Asked(one.text, tuple(e for e in one.evidence if any(_packed(e) in text for text in texts)))
        for one in asked
    ]


def _asked(draft: Draft) -> Asked:
    first = Chunker().chunk(draft)[:1]
    return Asked(draft.title or "", tuple(chunk.sentences[0].of(draft.text) for chunk in first))


def hits(asked: Iterable[Asked], found: dict[str, list[str]], k: int) -> float:
    """Hits@k, 0 to 1: how often one of the first k texts holds any evidence, spaces and breaks apart.

    The rule of the paper's `retrieval_evaluate.py`; questions without evidence do not count. NaN where
    none has any.
    """
    judged = [one for one in asked if one.evidence]
    right = sum(_holds(one, found[one.text][:k]) for one in judged)
    return right / len(judged) if judged else math.nan


def _holds(one: Asked, texts: Sequence[str]) -> bool:
    wanted = [_packed(words) for words in one.evidence]
    return any(words in _packed(text) for text in texts for words in wanted)


def _packed(text: str) -> str:
    return text.replace(" ", "").replace("\n", "")
