"""What the benchmarks measure on: an archive that `dateline add` made, and its files for the bare script."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

# Imported where they are used: `speed` imports this module and must stay small.
if TYPE_CHECKING:
    from index.archive import Archive
    from index.records import Draft

SAMPLE = Path(__file__).parents[1] / "sample" / "articles"
DATELINE = Path(sysconfig.get_path("scripts")) / "dateline"
DATA = ".dateline"  # where `dateline` keeps the archive of the folder it is started in

QUESTIONS = 20
TEXTS = 200


@dataclass(frozen=True, slots=True)
class Process:
    """What one process took from start to end."""

    seconds: float
    megabytes: float


@dataclass(frozen=True, slots=True)
class Prepared:
    """The bare script's folder, titles to ask for, passages to embed, and what the archive holds in words."""

    bare: Path
    questions: list[str]
    texts: list[str]
    holding: str


def prepare(folder: Path, articles: Path, passages: int) -> Prepared:
    """Makes an archive of the articles, repeated up to that many passages, and all that is asked of it."""
    seconds = add_articles(folder, articles, passages)
    archive = open_archive(folder)
    held = archive.summary()
    texts = texts_of(archive)
    titles = [article.title for article in archive.articles() if article.title]
    return Prepared(
        bare=make_bare(folder, texts),
        questions=spread(titles, QUESTIONS),
        texts=spread(list(texts.values()), TEXTS),
        holding=f"{held.articles} articles, {held.passages} passages; "
        f"exporting the model and adding them took {seconds:.0f} s",
    )


def open_archive(folder: Path) -> "Archive":
    """The archive that `add_articles` made in that folder."""
    from index.archive import Archive
    from index.models.embedding import DEFAULT_MODEL, load_embedder

    data = folder / DATA
    return Archive.open(data, lambda: load_embedder(DEFAULT_MODEL, data / "models"))


def add_articles(folder: Path, articles: Path, passages: int) -> float:
    """Adds the articles with `dateline add` and returns the seconds it took."""
    from index.readers import read_paths
    from index.records import Draft

    drafts = [draft for draft in read_paths([articles]) if isinstance(draft, Draft)]
    if not drafts:
        sys.exit(f"there is no article in {articles}")
    lines = folder / "articles.jsonl"
    write_articles(multiplied(drafts, passages), lines)
    return run([str(DATELINE), "add", str(lines)], folder).seconds


def multiplied(articles: Sequence["Draft"], passages: int) -> Iterator["Draft"]:
    """The articles, then perturbed copies of them, until there are that many passages."""
    from index.extraction.chunking import Chunker

    chunker, made = Chunker(), 0
    for copy in count():
        for article in articles:
            if copy and made >= passages:
                return
            perturbed = _perturbed(article, copy)
            made += len(chunker.chunk(perturbed))
            yield perturbed


def _perturbed(article: "Draft", copy: int) -> "Draft":
    """Another article of the same length: other digits, and some words turned round."""
    if copy == 0:
        return article
    digits = str.maketrans("0123456789", "".join(str((digit + copy) % 10) for digit in range(10)))
    words = [
        word[::-1] if (place + copy) % 7 == 0 and word.isalpha() else word
        for place, word in enumerate(article.text.translate(digits).split(" "))
    ]
    return replace(article, key=f"{article.key} ({copy})", url=None, text=" ".join(words))


def write_articles(articles: Iterable["Draft"], path: Path) -> None:
    """Writes articles as the JSON lines that `dateline add` reads."""
    with path.open("w") as file:
        for article in articles:
            line = {
                "id": article.key,
                "url": article.url,
                "title": article.title,
                "outlet": article.outlet,
                "author": article.author,
                "published": article.published and article.published.isoformat(),
                "language": article.language,
                "text": article.evidence(),
            }
            file.write(json.dumps({name: value for name, value in line.items() if value}) + "\n")


def texts_of(archive: "Archive") -> dict[int, str]:
    """The texts of all passages, by passage id."""
    from index.catalogue.catalogue import Catalogue

    catalogue = Catalogue(archive.directory / "catalogue.db")
    with catalogue.reading() as connection:
        ids = catalogue.passage_ids(connection).tolist()
        texts = {i: passage.text for i, (passage, _) in catalogue.passages(connection, ids).items()}
    catalogue.close()
    return texts


def make_bare(folder: Path, texts: dict[int, str]) -> Path:
    """A folder for the bare script: the files of the packaged model and the newest index, and the texts."""
    from index.models.embedding import PACKAGED

    bare = folder / "bare"
    indexes = folder / DATA / "indexes"
    generation = indexes / (indexes / "CURRENT").read_text().strip()
    shutil.copytree(generation / "lexical", bare / "lexical")
    write_vectors(generation, bare / "vectors.faiss")
    for name in ("model.onnx", "tokenizer.json"):
        shutil.copy(PACKAGED / name, bare)
    (bare / "texts.json").write_text(json.dumps(texts))
    return bare


def write_vectors(generation: Path, path: Path) -> None:
    """All vectors of a generation from which nothing is gone, by passage id, as one FAISS file."""
    import faiss

    from index.backends.local.snapshots import Segment

    segments = [Segment.open(directory) for directory in generation.glob("gen-*")]
    dimension = segments[0].vectors.dimension
    exact = faiss.IndexScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
    index = faiss.IndexIDMap2(exact)
    for segment in segments:
        index.add_with_ids(segment.vectors.halves.astype("float32"), segment.columns.ids)
    faiss.write_index(index, str(path))


def spread(values: Sequence[str], number: int) -> list[str]:
    """At most `number` of the values, evenly spread over them."""
    step = max(1, len(values) // number)
    return list(values[::step])[:number]


def run(command: Sequence[str], folder: Path) -> Process:
    """Runs a command in that folder to its end. A command that fails ends the benchmark with its words."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DATELINE_")}
    with tempfile.TemporaryFile() as output:
        started = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=output, stderr=output)  # noqa: S603
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            output.seek(0)
            sys.exit(f"{' '.join(command)} failed: {output.read().decode()}")
    return Process(seconds, usage.ru_maxrss / 1024)
