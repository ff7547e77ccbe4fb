"""Dateline's own row: `dateline add` and `dateline search`, through the archive they are made of."""

from collections.abc import Callable
from pathlib import Path

from index.archive import Archive
from index.models.embedding import DEFAULT_MODEL, Embedder, load_embedder
from index.records import Query

ARCHIVE, MODEL = "archive", "model"
LIMIT = 10


def build(articles: str, folder: str, model: str) -> None:
    """Exports the packaged model, which is the one at `model`, and adds the articles."""
    from index.readers import read_paths

    archive = Archive.create(Path(folder, ARCHIVE), lambda: embedder_in(folder))
    for _ in archive.add(read_paths([Path(articles)])):
        pass
    archive.close()


def load(folder: str, model: str) -> Callable[[str], list[str]]:
    """The search of `dateline search`: the question as it stands, without its words understood."""
    archive = Archive.open(Path(folder, ARCHIVE), lambda: embedder_in(folder))
    return lambda question: [hit.passage.text for hit in archive.search(Query(text=question, limit=LIMIT))]


def embedder_in(folder: str) -> Embedder:
    """The packaged model, exported beside the archive as `dateline add` does it."""
    return load_embedder(DEFAULT_MODEL, Path(folder, MODEL))
