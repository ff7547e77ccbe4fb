"""Passages written and forgotten, each with its line in the log of changes."""

import hashlib
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy import Connection, delete, insert, select

from index.catalogue.rows import passage_checksum
from index.catalogue.tables import change, passage, setting, version
from index.extraction.chunking import Chunk
from index.models.embedding import Vectors

ARCHIVE = "archive"  # the setting that tells this archive from every other


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
        ids = connection.scalars(made, rows).all()
        log_changes(connection, "add", [(id, row["checksum"]) for id, row in zip(ids, rows, strict=True)])


def forget_passages(connection: Connection, article_id: int | None = None) -> None:
    """Removes the passages of an article, or all."""
    of_article = passage.c.version_id.in_(select(version.c.id).where(version.c.article_id == article_id))
    chosen = sa.true() if article_id is None else of_article
    known = connection.execute(select(passage.c.id, passage.c.checksum).where(chosen))
    log_changes(connection, "remove", [(row.id, row.checksum) for row in known])
    connection.execute(delete(passage).where(chosen))


def log_changes(connection: Connection, op: str, passages: Sequence[tuple[int, int]]) -> None:
    """Notes what indexes must still learn of passages, by id and checksum: `add` or `remove`."""
    if not passages:
        return
    newest = select(change.c.chain).order_by(change.c.seq.desc()).limit(1)
    chain = connection.scalar(newest) or identity(connection)
    rows = []
    for passage_id, checksum in passages:
        chain = hashlib.sha256(f"{chain} {op} {passage_id} {checksum}".encode()).hexdigest()
        rows.append({"op": op, "passage_id": passage_id, "chain": chain})
    connection.execute(insert(change), rows)


def identity(connection: Connection) -> str:
    """Reads what tells this archive from every other, whatever ids they have in common."""
    return connection.scalar(select(setting.c.value).where(setting.c.name == ARCHIVE)) or ""


def chain(connection: Connection, seq: int) -> str | None:
    """The digest of all changes up to one; None where the log does not hold that one.

    Where two logs give the same, all that came before is the same in both.
    """
    if seq == 0:
        return identity(connection)
    found: str | None = connection.scalar(
        select(sa.func.coalesce(change.c.chain, "")).where(change.c.seq == seq)
    )
    return found
