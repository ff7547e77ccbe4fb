"""Public question sets as their makers publish them, with what is right to find for each question."""

import gzip
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import sentencex

from index.extraction.chunking import Chunk, Chunker
from index.records import Draft, Span, Zone, ZoneKind
from service.questions.constraints import outlets_in

READ = 9_000  # characters of passages that are compared where sizes are: ten of the product's
PRODUCT = Chunker()
WHOLE = Chunker(100_000)  # SQuAD's paragraphs are the passages


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and its evidence: texts, of which a passage that holds one is right; or article keys."""

    text: str
    evidence: tuple[str, ...] = ()
    articles: frozenset[str] = frozenset()
    as_of: date | None = None


@dataclass(frozen=True, slots=True)
class RetrievalSet:
    """Documents and questions about them, and how the documents are cut."""

    name: str
    documents: Sequence[Draft]
    questions: Sequence[Asked]
    chunker: Chunker = PRODUCT
    first: int = 10  # passages among which the evidence must be

    def cut(self, size: int) -> "RetrievalSet":
        """The same with passages of that many characters, of which as much text is compared."""
        return replace(self, chunker=Chunker(size), first=round(READ / size))


@dataclass(frozen=True, slots=True)
class WordChunker(Chunker):
    """Whole sentences packed to at most `size` words and marks, some 256 tokens of a language model's."""

    size: int = 220

    @property
    def id(self) -> str:
        return f"words-{self.size}"

    def chunk(self, article: Draft) -> list[Chunk]:
        """The passages of a text that is reporting from end to end."""
        found = sentencex.get_sentence_boundaries(article.language or "en", article.text)
        sentences = [Span(one["start_index"], one["end_index"]) for one in found if one["text"].strip()]
        packed: list[list[Span]] = []
        room = 0
        for sentence in sentences:
            count = len(re.findall(r"\w+|[^\w\s]", sentence.of(article.text)))
            if count > room:
                packed.append([])
                room = self.size
            packed[-1].append(sentence)
            room -= count
        return [Chunk(part[0].start, part[-1].end, tuple(part)) for part in packed]


def multihop(data: Path) -> RetrievalSet:
    """MultiHop-RAG (Tang & Yang 2024): its answerable questions over chunks of 256 tokens."""
    folder = data / "multihop_rag"
    corpus = json.loads((folder / "corpus.json").read_text())
    asked = json.loads((folder / "queries_dev.json").read_text())
    documents = [
        document(
            str(one["doc_id"]),
            one["body"],
            title=one["title"],
            outlet=one.get("source"),
            author=one.get("author"),
            published=date.fromisoformat(one["published_at"][:10]) if one["meta_known"] else None,
        )
        for one in corpus
    ]
    questions = [
        Asked(one["query"], tuple(fact["fact"] for fact in one["evidence_list"]))
        for one in asked
        if one["evidence_list"]
    ]
    return RetrievalSet("multihop", documents, questions, WordChunker())


def multihop_unnamed(data: Path) -> RetrievalSet:
    """The same without the names of outlets, as a reader asks who does not know who reported it."""
    named = multihop(data)
    outlets = {one.outlet for one in named.documents if one.outlet}
    questions = [replace(one, text=_unnamed(one.text, outlets)) for one in named.questions]
    return replace(named, questions=questions)


def _unnamed(text: str, outlets: Iterable[str]) -> str:
    for span in reversed(outlets_in(text, outlets)):
        text = text[: span.start] + text[span.end :]
    text = re.sub(r"['\"‘“]\s*,?\s*['\"’”]", "", text)
    credit = r"(?:reported|covered|noted|discussed|mentioned|featured) (?:by|in|on)"
    return " ".join(
        re.sub(rf",?\s*(?:as )?(?:recently )?{credit}(?:[\s,]|and\b|both\b)*(?=\?|$)", "", text).split()
    )


def squad(data: Path) -> RetrievalSet:
    """SQuAD 2.0 (Rajpurkar et al. 2018): each answerable question's paragraph among all, without titles."""
    return _paragraphs("squad", data / "squad" / "dev-half-v2.0.json", "en")


def xquad(language: str) -> Callable[[Path], RetrievalSet]:
    """XQuAD (Artetxe et al. 2020) in that language."""
    return lambda data: _paragraphs(f"xquad-{language}", data / "xquad" / f"xquad.{language}.json", language)


def realtimeqa(data: Path) -> RetrievalSet:
    """RealTimeQA of 2022 (Kasai et al. 2023): the article that a dated question was made from."""
    folder = data / "realtimeqa"
    with gzip.open(folder / "archive_2022.jsonl.gz", "rt") as lines:
        articles = [json.loads(line) for line in lines]
    documents = [
        document(
            one["url"],
            one["text"],
            title=one["title"],
            author=", ".join(one["authors"]) or None,
            published=_day(one["publish_date"]),
        )
        for one in articles
    ]
    gold = {one["question_id"]: one["search_result"] for one in _lines(folder / "gold_2022.jsonl")}
    held = {one.key for one in documents}
    questions = [
        Asked(one["question_sentence"], articles=right, as_of=_day(one["question_date"]))
        for one in _lines(folder / "questions_2022.jsonl")
        if (right := frozenset(found["url"] for found in gold.get(one["question_id"], ())) & held)
    ]
    return RetrievalSet("realtimeqa", documents, questions)


SETS: Mapping[str, Callable[[Path], RetrievalSet]] = {
    "multihop": multihop,
    "multihop-unnamed": multihop_unnamed,
    "squad": squad,
    "realtimeqa": realtimeqa,
    "xquad-en": xquad("en"),
    "xquad-es": xquad("es"),
}


def document(key: str, text: str, **known: object) -> Draft:
    """A text that is reporting from end to end."""
    zones = (Zone(0, len(text), ZoneKind.REPORTING),)
    plain = Draft(key=key, text=text, zones=zones, language="en")
    return replace(plain, **known)  # type: ignore[arg-type]


def _paragraphs(name: str, file: Path, language: str) -> RetrievalSet:
    documents: list[Draft] = []
    questions: list[Asked] = []
    for title in json.loads(file.read_text())["data"]:
        for paragraph in title["paragraphs"]:
            key = f"{name}-{len(documents)}"
            documents.append(document(key, paragraph["context"], language=language))
            questions += [
                Asked(question["question"], articles=frozenset({key}))
                for question in paragraph["qas"]
                if question.get("answers")
            ]
    return RetrievalSet(name, documents, questions, WHOLE)


def _lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def _day(written: str) -> date:
    return date.fromisoformat(written.replace("/", "-"))
