"""Passages written and forgotten, each with its line in the log of changes."""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert, select

from index.catalogue.rows import passage_checksum
from index.catalogue.tables import change, passage, version
from index.extraction.chunking import Chunk
from index.models.embedding import Vectors


def store_passages(
    connection: Connection, version_id: int, chunks: Sequence[Chunk], vectors: Vectors
) -> None:
    """Adds the passages of a version, in one statement for them all."""
    rows = []
    for chunk, vector in zip(chunks, vectors, strict=True):
        sentences = [[sentence.start, sentence.end] for sentence in chunk.sentences]
        data = vector.astype("<f2").tobytes()
        rows.append(
            {
                "version_id": version_id,
                "start": chunk.start,
                "end": chunk.end,
                "sentences": sentences,
                "vector": data,
                "checksum": passage_checksum(chunk.start, chunk.end, sentences, data),
            }
        )
    if rows:
        made = insert(passage).returning(passage.c.id, sort_by_parameter_order=True)
        log_changes(connection, "add", connection.scalars(made, rows).all())


def forget_passages(connection: Connection, article_id: int) -> None:
    """Removes the passages of an article."""
    of_article = passage.c.version_id.in_(select(version.c.id).where(version.c.article_id == article_id))
    log_changes(connection, "remove", connection.scalars(select(passage.c.id).where(of_article)).all())
    connection.execute(delete(passage).where(of_article))


def log_changes(connection: Connection, op: str, passage_ids: Sequence[int]) -> None:
    """Notes what indexes must still learn of those passages: `add` or `remove`."""
    if passage_ids:
        connection.execute(
            insert(change), [{"op": op, "passage_id": passage_id} for passage_id in passage_ids]
        )
