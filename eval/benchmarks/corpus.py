"""An archive of any size for measuring: real passages first, then perturbed copies of them."""

import gzip
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Self

import numpy as np
from sqlalchemy import insert

from eval.benchmarks.preparing import SAMPLE
from index.archive import Archive
from index.backends.local.vectors import Halves
from index.catalogue.catalogue import Catalogue
from index.catalogue.rows import passage_checksum, version_columns
from index.catalogue.tables import article, change, passage, version
from index.extraction.chunking import Chunker
from index.models.embedding import DEFAULT_MODEL, Vectors, load_embedder
from index.readers import read_paths
from index.records import Draft, Zone, ZoneKind

REAL = 5000  # passages that are embedded; the vectors of all others lie around theirs
SPREAD = 0.6  # how far: the cosine to the real one is 0.86
IN_ARTICLE = 4  # passages
QUESTIONS = 200
FIRST_DAY, DAYS = date(2020, 1, 1), 1000  # articles are spread evenly over them
OUTLETS = tuple(f"Outlet {number}" for number in range(40))
BATCH = 500  # articles


@dataclass(frozen=True, slots=True)
class Material:
    """Real passages with their vectors, and questions with theirs."""

    texts: list[str]
    embedded: Vectors
    questions: list[str]
    asked: Vectors

    @classmethod
    def load(cls, data: Path | None, folder: Path) -> Self:
        """Of the public sets in `data`, or of the sample articles; embedded once and kept in `folder`."""
        texts, questions = public_texts(data) if data else sample_texts()
        kept = folder / "material.npz"
        if not kept.exists():
            embedder = load_embedder(DEFAULT_MODEL, folder / "models")
            embedded = embedder.encode_documents(texts)
            np.savez(
                kept, embedded=embedded, asked=np.stack([embedder.encode_query(text) for text in questions])
            )
        with np.load(kept) as arrays:
            return cls(texts, arrays["embedded"], questions, arrays["asked"])

    def text(self, number: int) -> str:
        """The words of the passage of that number."""
        copy, place = divmod(number, len(self.texts))
        words = self.texts[place].split(" ")
        return " ".join(w[::-1] if copy and (i + copy) % 7 == 0 else w for i, w in enumerate(words))

    def sentences(self, number: int) -> list[tuple[int, int]]:
        """Where the sentences of that passage stand in it; a copy keeps the places of the real one."""
        return _sentences(self.texts[number % len(self.texts)])

    def vectors(self, first: int, count: int) -> Halves:
        """The vectors of so many passages from that number on, of unit length."""
        made = [
            self._some(number, min(BATCH, first + count - number))
            for number in range(first, first + count, BATCH)
        ]
        return np.concatenate(made)

    def _some(self, first: int, count: int) -> Halves:
        numbers = np.arange(first, first + count)
        noise = np.random.default_rng(first).standard_normal((count, self.embedded.shape[1]))
        noise *= SPREAD / np.sqrt(self.embedded.shape[1])
        noise[numbers < len(self.embedded)] = 0
        vectors = self.embedded[numbers % len(self.embedded)] + noise
        halves: Halves = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float16)
        return halves


@lru_cache(REAL)
def _sentences(text: str) -> list[tuple[int, int]]:
    chunks = Chunker().chunk(plain("real", text))
    return [(one.start, one.end) for chunk in chunks for one in chunk.sentences]


def public_texts(data: Path) -> tuple[list[str], list[str]]:
    """Passages and questions of MultiHop-RAG and RealTimeQA."""
    bodies = [entry["body"] for entry in json.loads((data / "multihop_rag" / "corpus.json").read_bytes())]
    with gzip.open(data / "realtimeqa" / "archive_2022.jsonl.gz", "rt") as lines:
        bodies += [json.loads(line)["text"] for line in lines]
    hops = json.loads((data / "multihop_rag" / "queries_dev.json").read_bytes())
    asked = (data / "realtimeqa" / "questions_2022.jsonl").read_text().splitlines()
    half = QUESTIONS // 2
    questions = [entry["query"] for entry in hops[:half]]
    questions += [json.loads(line)["question_sentence"] for line in asked[:half]]
    return passages_of(bodies), questions


def sample_texts() -> tuple[list[str], list[str]]:
    """Passages of the sample articles; their first words serve as questions."""
    texts = passages_of([d.evidence() for d in read_paths([SAMPLE]) if isinstance(d, Draft)])
    return texts, [" ".join(text.split()[:8]) for text in texts[:QUESTIONS]]


def passages_of(bodies: Sequence[str]) -> list[str]:
    """REAL passages of these texts, evenly spread over them."""
    chunker = Chunker()
    texts = []
    for body in bodies[:: max(1, len(bodies) * 5 // REAL)]:
        chunks = chunker.chunk(plain("real", body)) if body else []
        texts += [chunk.of(body) for chunk in chunks]
    return texts[:REAL]


def plain(key: str, text: str, **known: Any) -> Draft:
    """A draft of plain reporting."""
    return Draft(key=key, text=text, zones=(Zone(0, len(text), ZoneKind.REPORTING),), language="en", **known)


@dataclass(slots=True)
class Prepared:
    """An embedder that looks vectors up: what is measured is the archive, not the model."""

    made: Material
    id: str = "prepared@1"
    dimension: int = 384
    given: int = 0

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """Vectors that no passage has yet."""
        self.given += len(texts)
        return self.made.vectors(10**9 + self.given, len(texts)).astype(np.float32)

    def encode_query(self, text: str) -> Vectors:
        """The vector of one of the questions; of any other text, that of the first."""
        known = text in self.made.questions
        vector: Vectors = self.made.asked[self.made.questions.index(text) if known else 0]
        return vector


def make(folder: Path, made: Material, passages: int) -> Archive:
    """An archive of so many passages in that folder, without indexes."""
    archive = Archive.create(folder, lambda: Prepared(made))
    catalogue = Catalogue(folder / "catalogue.db")
    for first in range(0, passages // IN_ARTICLE, BATCH):
        numbers = range(first, min(first + BATCH, passages // IN_ARTICLE))
        with catalogue.writing() as connection:
            tables = zip((article, version, passage), zip(*_rows(made, numbers), strict=True), strict=True)
            for table, rows in tables:
                connection.execute(insert(table), [row for some in rows for row in some])
    with catalogue.writing() as connection:
        connection.execute(insert(change).values(op="add", passage_id=passages))
    catalogue.close()
    return archive


def _rows(made: Material, numbers: range) -> Iterator[tuple[list[dict[str, Any]], ...]]:
    """Of each article, the rows of the article, its version and its passages."""
    halves = made.vectors(numbers.start * IN_ARTICLE, len(numbers) * IN_ARTICLE)
    for number in numbers:
        texts = [made.text(number * IN_ARTICLE + place) for place in range(IN_ARTICLE)]
        draft = plain(
            f"made {number}",
            "\n\n".join(texts),
            title=texts[0][:60],
            outlet=OUTLETS[number % len(OUTLETS)],
            author=f"Author {number % 1000}",
            published=FIRST_DAY + timedelta(days=number * 7919 % DAYS),
        )
        known = {"id": number + 1, "article_id": number + 1, "number": 1}
        articles = [{"id": number + 1, "key": draft.key, "version": 1, "cluster": number + 1}]
        first = (number - numbers.start) * IN_ARTICLE
        places = [made.sentences(number * IN_ARTICLE + place) for place in range(IN_ARTICLE)]
        passages = _passages(number, texts, places, halves[first : first + IN_ARTICLE])
        yield articles, [known | version_columns(draft)], passages


def _passages(
    number: int, texts: Sequence[str], places: Sequence[Sequence[tuple[int, int]]], halves: Halves
) -> list[dict[str, Any]]:
    rows, start = [], 0
    for place, text in enumerate(texts):
        end, data = start + len(text), halves[place].tobytes()
        sentences = [[start + one, start + other] for one, other in places[place]]
        rows.append(
            {
                "id": number * IN_ARTICLE + place + 1,
                "version_id": number + 1,
                "start": start,
                "end": end,
                "sentences": sentences,
                "vector": data,
                "checksum": passage_checksum(start, end, sentences, data),
            }
        )
        start = end + 2
    return rows
