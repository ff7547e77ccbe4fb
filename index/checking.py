"""Proof that an archive is sound: every text, passage and vector is the one that was added."""

import hashlib
from collections.abc import Iterator

import numpy as np
import sqlalchemy as sa
from sqlalchemy import Connection, func, select

from index.catalogue import IS_CURRENT, Catalogue
from index.rows import passage_checksum, vector_of
from index.schema import article, passage, version


def catalogue_faults(catalogue: Catalogue) -> Iterator[str]:
    """Every unsound place of the catalogue, a sentence each; none where it is sound."""
    with catalogue.reading() as connection:
        for (line,) in connection.exec_driver_sql("PRAGMA integrity_check"):
            if line != "ok":
                yield f"the catalogue's database is damaged: {line}"
        for row in connection.exec_driver_sql("PRAGMA foreign_key_check"):
            yield f"a row of {row[0]} in the catalogue belongs to nothing"
        yield from _version_faults(connection)
        yield from _passage_faults(connection)


def _version_faults(connection: Connection) -> Iterator[str]:
    query = select(version.c.article_id, version.c.number, version.c.text, version.c.checksum)
    for row in connection.execute(query):
        if hashlib.sha256(row.text.encode()).hexdigest() != row.checksum:
            yield f"the text of article {row.article_id}, version {row.number}, is not the one that was added"
    lost = select(article.c.id).where(~sa.exists().where(IS_CURRENT))
    for article_id in connection.scalars(lost):
        yield f"article {article_id} has no current version"


def _passage_faults(connection: Connection) -> Iterator[str]:
    length = func.length(version.c.text).label("length")
    query = select(passage, version.c.article_id, length).join_from(passage, version)
    for row in connection.execute(query):
        whole = row.checksum == passage_checksum(row.start, row.end, row.sentences, row.vector)
        inside = 0 <= row.start < row.end <= row.length
        if not (whole and inside and np.isfinite(vector_of(row.vector)).all()):
            yield f"passage {row.id} of article {row.article_id} is not the one that was added"
