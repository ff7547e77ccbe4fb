"""Articles on their way into an archive: grouped, made ready, stored.

Making ready needs no archive, only what one knows (`Brief`), so that it can be done anywhere and by
many at once (`index.cluster`). Storing is for the one writer of the catalogue.
"""

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from index.catalogue.catalogue import Catalogue, Outcome
from index.catalogue.rows import IS_CURRENT, article_digest, text_digest
from index.catalogue.tables import article, version
from index.extraction.chunking import Chunk, Chunker
from index.models.embedding import Embedder, Vectors
from index.records import Draft, Skipped

BATCH = 256  # passages embedded at one time: enough to sort by length, seconds of work to lose
BATCH_SECONDS = 30.0  # of waiting for articles, as for pages that are fetched with pauses, before these go in
MARK = 16  # bytes of a SHA-256 that stand for it: two of a thousand million are never the same

Encode = Callable[[Sequence[str]], Vectors]
IsKnown = Callable[[Draft], bool]


@dataclass(frozen=True, slots=True)
class Added:
    """An article that is safely in the archive, and what adding it did."""

    key: str
    outcome: Outcome
    passages: int


@dataclass(frozen=True, slots=True)
class Prepared:
    """An article that is ready to be stored: its passages, and a vector of each."""

    draft: Draft
    chunks: tuple[Chunk, ...]
    vectors: Vectors

    @property
    def key(self) -> str:
        """Says which article it is."""
        return self.draft.key


Ready = Prepared | Added | Skipped
"""What becomes of a draft before it is stored: `Added` is one that the archive has already."""


@dataclass(frozen=True, slots=True)
class Block:
    """Articles that were made ready together, and the template lines that were learned of them."""

    ready: tuple[Ready, ...]
    lines: frozenset[str]


@dataclass(frozen=True, slots=True)
class Brief:
    """Settings and known articles that those need who make articles ready for an archive.

    `lines` are the template lines of its outlets (`index.extraction.templates`), and `marks` stand for
    the articles that it has: sorted, MARK bytes each.
    """

    embedder: str
    chunker: Chunker
    lines: frozenset[str]
    marks: NDArray[Any]

    def has(self, draft: Draft) -> bool:
        """Tells whether the archive's current version of the article is this one."""
        wanted = _marks((draft.key, digest) for digest in (article_digest(draft), text_digest(draft)))
        here = np.searchsorted(self.marks, wanted, "left") < np.searchsorted(self.marks, wanted, "right")
        return bool(here.any())


def marks(catalogue: Catalogue) -> NDArray[Any]:
    """Digests of the current versions of all articles, as a `Brief` has them."""
    query = select(article.c.key, version.c.digest, version.c.text_digest)
    with catalogue.reading() as connection:
        rows = connection.execute(query.join_from(article, version, IS_CURRENT))
        return np.sort(_marks((row.key, digest) for row in rows for digest in (row.digest, row.text_digest)))


def _marks(digests: Iterable[tuple[str, str]]) -> NDArray[Any]:
    made = (hashlib.sha256(f"{digest} {key}".encode()).digest()[:MARK] for key, digest in digests)
    return np.fromiter(made, dtype=f"S{MARK}")


T = TypeVar("T", Draft | Skipped, Ready)


def distinct(items: Iterable[T], seen: set[str]) -> Iterator[T]:
    """Of the articles with one key the first; `seen` holds the keys that came before."""
    for item in items:
        if isinstance(item, Skipped):
            yield item
        elif item.key in seen:
            yield Skipped(item.key, "an article of this address or id was already read in this run")
        else:
            seen.add(item.key)
            yield item


def batches(drafts: Iterable[Draft | Skipped], chunker: Chunker) -> Iterator[list[Draft | Skipped]]:
    """Groups of articles with some BATCH passages to embed between them."""
    batch: list[Draft | Skipped] = []
    characters, began = 0, time.monotonic()
    for draft in drafts:
        batch.append(draft)
        characters += len(draft.text) if isinstance(draft, Draft) else 0
        late = time.monotonic() - began > BATCH_SECONDS
        if late or characters >= BATCH * chunker.size or len(batch) >= BATCH:
            yield batch
            batch, characters, began = [], 0, time.monotonic()
    if batch:
        yield batch


def prepare(
    batch: Sequence[Draft | Skipped], is_known: IsKnown, chunker: Chunker, encode: Encode
) -> Iterator[Ready]:
    """Cuts and embeds the articles of a batch that are not known; what needs neither comes first."""
    changed: list[tuple[Draft, list[Chunk]]] = []
    for draft in batch:
        if isinstance(draft, Skipped):
            yield draft
        elif is_known(draft):
            yield Added(draft.key, Outcome.UNCHANGED, 0)
        elif chunks := chunker.chunk(draft):
            changed.append((draft, chunks))
        else:
            yield Skipped(draft.key, "no reporting was found in it")
    texts = [embedded_text(draft, chunk) for draft, chunks in changed for chunk in chunks]
    vectors = encode(texts) if texts else np.empty((0, 0), dtype=np.float32)
    first = 0
    for draft, chunks in changed:
        yield Prepared(draft, tuple(chunks), vectors[first : first + len(chunks)])
        first += len(chunks)


def embedded_text(draft: Draft, chunk: Chunk) -> str:
    """Text of a passage that is embedded: its words, with title, outlet and date in front."""
    day = draft.published.isoformat() if draft.published else None
    source = ", ".join(part for part in (draft.outlet, day) if part)
    return "\n".join(part for part in (draft.title, source, draft.text[chunk.start : chunk.end]) if part)


def passages_again(
    catalogue: Catalogue, chunker: Chunker, embedder: Embedder, progress: Callable[[], None]
) -> Iterator[tuple[int, list[Chunk], Vectors]]:
    """Cuts and embeds every current version: its id, its passages and their vectors.

    `progress` is called after each.
    """
    for version_id, current in catalogue.current_versions():
        chunks = chunker.chunk(current)
        yield version_id, chunks, embedder.encode_documents([embedded_text(current, one) for one in chunks])
        progress()


def made_with(embedder: Embedder, chunker: Chunker) -> dict[str, str]:
    """Settings that passages depend on, as the catalogue notes them."""
    return {"embedder": embedder.id, "dimension": str(embedder.dimension), "chunker": chunker.id}


def stored(catalogue: Catalogue, drafts: Sequence[Draft | Skipped]) -> IsKnown:
    """Tells which drafts are the current version of their article in the catalogue."""
    known = catalogue.digests([draft.key for draft in drafts if isinstance(draft, Draft)])
    return lambda draft: (
        not known.get(draft.key, frozenset()).isdisjoint((article_digest(draft), text_digest(draft)))
    )


def store(catalogue: Catalogue, ready: Iterable[Ready]) -> Iterator[Added | Skipped]:
    """Puts articles into the catalogue and yields each result once it is on disk.

    One whose current version is there by now changes nothing, so that the same may come twice.
    """
    for item in ready:
        if not isinstance(item, Prepared):
            yield item
        elif stored(catalogue, [item.draft])(item.draft):
            yield Added(item.key, Outcome.UNCHANGED, 0)
        else:
            outcome = catalogue.store(item.draft, item.chunks, item.vectors)
            yield Added(item.key, outcome, len(item.chunks))
