"""How well the right passage is found, on public question sets and by the product's own search.

    python -m eval.benchmarks.retrieval --data FOLDER [--set multihop] [--cache FOLDER] [--passages 600]

FOLDER holds the sets as their makers publish them (docs/retrieval.md names them); one that is not there
is skipped, and said to be. An archive of each set is made once in the cache.
"""

import argparse
import hashlib
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from eval.benchmarks.question_sets import SETS, Asked, RetrievalSet
from index import durable
from index.archive import Archive
from index.backends.local.generations import Generations
from index.backends.local.snapshots import Allowed, Snapshot
from index.catalogue.catalogue import Catalogue
from index.models.embedding import DEFAULT_MODEL, Embedder, load_embedder
from index.models.reader import ReadingModel
from index.records import Filters, Passage, Query
from index.search.hybrid import Rerank, search
from service.questions.plan import Question
from service.questions.understand import plan_of

DEPTH = 60  # passages taken from each method


def built(chosen: RetrievalSet, cache: Path, embedder: Embedder) -> Path:
    """The folder of an archive of that set, made in `cache` if it is not there yet."""
    digest = hashlib.sha256(f"{embedder.id} {chosen.chunker.id}".encode())
    for draft in chosen.documents:
        digest.update(repr(draft).encode())
    folder = cache / f"{chosen.name}-{digest.hexdigest()[:12]}"
    if (folder / "complete").exists():
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    archive = Archive.create(folder, lambda: embedder, chosen.chunker)
    for _ in archive.add(chosen.documents):
        pass
    archive.close()
    durable.write(folder / "complete", b"")
    return folder


@dataclass(frozen=True, slots=True)
class Bench:
    """An archive of a set, opened to be searched by each method."""

    asked: Sequence[Asked]
    catalogue: Catalogue
    snapshot: Snapshot
    embedder: Embedder
    first: int = 10
    reader: ReadingModel = field(default_factory=ReadingModel)

    def lexical(self, one: Asked) -> list[Passage]:
        """BM25 over the question as it is."""
        return self._passages([i for i, _ in self.snapshot.matching(one.text, DEPTH, self._allowed(one))])

    def dense(self, one: Asked) -> list[Passage]:
        """The nearest vectors."""
        return self._passages([i for i, _ in self._nearest(one)])

    def reciprocal(self, one: Asked) -> list[Passage]:
        """Reciprocal-rank fusion with its usual constant of 60 (Cormack et al. 2009)."""
        scores: dict[int, float] = {}
        sides = (self.snapshot.matching(one.text, DEPTH, self._allowed(one)), self._nearest(one))
        for side in sides:
            for rank, (number, _) in enumerate(side, 1):
                scores[number] = scores.get(number, 0.0) + 1 / (60 + rank)
        return self._best(scores)

    def min_max(self, one: Asked) -> list[Passage]:
        """The mean of both scores, each scaled by its extremes over what either side found."""
        words = dict(self.snapshot.matching(one.text, DEPTH, self._allowed(one)))
        near = dict(self._nearest(one))
        low, high = min(near.values(), default=0.0), max(near.values(), default=0.0)
        top = max(words.values(), default=0.0)
        scores = {
            number: (near.get(number, low) - low) / ((high - low) or 1.0)
            + words.get(number, 0.0) / (top or 1.0)
            for number in words | near
        }
        return self._best(scores)

    def reranked(self, one: Asked) -> list[Passage]:
        """The product with its reading model asked of the best, as by `dateline search --rerank`."""
        return self.ours(one, self.reader.relevance)

    def ours(self, one: Asked, rerank: Rerank | None = None) -> list[Passage]:
        """The product: the question understood, then its search."""
        question = Question(question=one.text, filters=Filters(as_of=one.as_of))
        plan = plan_of(question, self.snapshot.summary(), one.as_of or date.today())
        query = Query(
            text=plan.standalone_question,
            words=plan.search_words,
            filters=Filters(since=plan.since, until=plan.until, as_of=plan.as_of),
            outlets=plan.named_outlets,
            authors=plan.named_authors,
            periods=plan.named_periods,
            order=plan.order,
            limit=DEPTH if one.articles else self.first,
            language=plan.language,
        )
        found = search(self.snapshot, self.catalogue, self.embedder, query, rerank)
        return [hit.passage for hit in found]

    def _nearest(self, one: Asked) -> list[tuple[int, float]]:
        return self.snapshot.nearest(self.embedder.encode_query(one.text), DEPTH, self._allowed(one))

    def _allowed(self, one: Asked) -> Allowed | None:
        return self.snapshot.allowed(Filters(as_of=one.as_of))

    def _best(self, scores: Mapping[int, float]) -> list[Passage]:
        return self._passages(sorted(scores, key=lambda number: -scores[number])[:DEPTH])

    def _passages(self, numbers: Sequence[int]) -> list[Passage]:
        with self.catalogue.reading() as connection:
            found = self.catalogue.passages(connection, numbers)
        return [found[number][0] for number in numbers]


def bench(chosen: RetrievalSet, folder: Path, embedder: Embedder) -> Bench:
    """The archive of a set in that folder, opened."""
    catalogue = Catalogue(folder / "catalogue.db")
    generations = Generations(folder / "indexes", catalogue)
    return Bench(
        chosen.questions, catalogue, generations.snapshot(generations.newest()), embedder, chosen.first
    )


METHODS: Mapping[str, Callable[[Bench, Asked], list[Passage]]] = {
    "BM25": Bench.lexical,
    "dense": Bench.dense,
    "reciprocal ranks": Bench.reciprocal,
    "min-max sum": Bench.min_max,
    "Dateline": Bench.ours,
    "Dateline, reranked": Bench.reranked,
}


def by_evidence(
    asked: Sequence[Asked], found: Sequence[Sequence[Passage]], first: int = 10
) -> dict[str, float]:
    """Hits@10, Hits@4 and MRR@10 as the paper counts them, and how often all the evidence is in the first.

    A passage is right that holds a piece of evidence, white space apart.
    """
    firsts, alls = [], []
    for one, passages in zip(asked, found, strict=True):
        texts = [_squeezed(passage.text) for passage in passages[:first]]
        wanted = [_squeezed(fact) for fact in one.evidence]
        right = [rank for rank, text in enumerate(texts, 1) if any(fact in text for fact in wanted)]
        firsts.append(right[0] if right else None)
        alls.append(all(any(fact in text for text in texts) for fact in wanted))
    return _at(firsts, (first, 4)) | {"all evidence": sum(alls) / len(alls)}


def by_article(
    asked: Sequence[Asked], found: Sequence[Sequence[Passage]], keys: Mapping[int, str]
) -> dict[str, float]:
    """R@1, R@10 and MRR@10 of the right article; an article ranks where its first passage does."""
    firsts = []
    for one, passages in zip(asked, found, strict=True):
        ranked = list(dict.fromkeys(keys[passage.article_id] for passage in passages))
        firsts.append(next((n for n, key in enumerate(ranked[:10], 1) if key in one.articles), None))
    return _at(firsts, (1, 10))


def _at(firsts: Sequence[int | None], cuts: Sequence[int]) -> dict[str, float]:
    shares = {
        f"@{cut}": sum(first is not None and first <= cut for first in firsts) / len(firsts) for cut in cuts
    }
    return shares | {"MRR@10": sum(1 / first for first in firsts if first) / len(firsts)}


def table(chosen: RetrievalSet, folder: Path, embedder: Embedder, most: int | None = None) -> str:
    """The methods over a set, a row each; over evenly spread questions where there are more than `most`."""
    opened = bench(chosen, folder, embedder)
    step = max(1, -(-len(chosen.questions) // (most or len(chosen.questions))))
    asked = chosen.questions[::step]
    with opened.catalogue.reading() as connection:
        ids = opened.catalogue.articles_of(connection, range(1, len(chosen.documents) + 1))
    keys = {number: article.key for number, article in ids.items()}
    lines: list[str] = []
    for name, method in METHODS.items():
        found = [method(opened, one) for one in asked]
        scores = (
            by_article(asked, found, keys) if asked[0].articles else by_evidence(asked, found, chosen.first)
        )
        if not lines:
            lines += [
                f"{chosen.name}: {len(asked)} questions, {len(chosen.documents)} documents, "
                f"{len(opened.snapshot)} passages",
                f"{'':20}" + "".join(f"{metric:>14}" for metric in scores),
            ]
        lines.append(f"{name:20}" + "".join(f"{score:>14.3f}" for score in scores.values()))
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints a table for each set that is there."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--set", choices=SETS, action="append", help="only this one; may be repeated")
    parser.add_argument("--cache", type=Path, default=Path("retrieval-cache"))
    parser.add_argument("--passages", type=int, help="characters of a passage, if not those of the set")
    parser.add_argument("--most", type=int, help="questions of each set")
    chosen = parser.parse_args(arguments)
    embedder = load_embedder(DEFAULT_MODEL, chosen.cache)
    for name in chosen.set or SETS:
        try:
            read = SETS[name](chosen.data)
            read = read.cut(chosen.passages) if chosen.passages else read
        except FileNotFoundError as missing:
            print(f"{name}: skipped, {missing.filename} is not there")
            continue
        print(table(read, built(read, chosen.cache, embedder), embedder, chosen.most), end="\n\n")


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


if __name__ == "__main__":
    main()
