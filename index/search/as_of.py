"""Articles as they stood on a day: a hit in a later version is told in the words of that day."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from index.extraction.chunking import Chunk, Chunker
from index.extraction.duplicates import words
from index.records import Article, Hit, Passage

Versions = Callable[[int], Sequence[Article]]


def as_known(hits: Sequence[Hit], day: date, versions: Versions, chunker: Chunker) -> list[Hit]:
    """Returns the hits with each article in the version that could be read on that day.

    An article whose earlier versions the archive does not have stays as it is.
    """
    return [_of_version(hit, day, versions, chunker) for hit in hits]


def _of_version(hit: Hit, day: date, versions: Versions, chunker: Chunker) -> Hit:
    if hit.article.updated is None or hit.article.updated <= day:
        return hit
    held = [
        one for one in versions(hit.article.id) if (known := one.updated or one.published) and known <= day
    ]
    if not held:
        return hit
    article = held[-1]
    asked = set(words(hit.passage.text))
    best = max(chunker.chunk(article), key=lambda chunk: _shared(chunk, article, asked), default=None)
    return (
        hit if best is None else replace(hit, article=article, passage=_passage(hit.passage, best, article))
    )


def _shared(chunk: Chunk, article: Article, asked: set[str]) -> int:
    return len(asked.intersection(words(chunk.of(article.text))))


def _passage(of: Passage, chunk: Chunk, article: Article) -> Passage:
    return Passage(
        chunk.start,
        chunk.end,
        id=of.id,
        article_id=article.id,
        version=article.version,
        text=chunk.of(article.text),
        sentences=chunk.sentences,
    )
