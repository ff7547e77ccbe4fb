"""Proof that an archive is sound: every text, passage and vector is the one that was added."""

import json
from collections.abc import Iterator

import numpy as np
import sqlalchemy as sa
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import DatabaseError

from index.catalogue.catalogue import Catalogue
from index.catalogue.filters import ROWS_AT_ONCE
from index.catalogue.rows import IS_CURRENT, passage_checksum, vector_of, version_checksum
from index.catalogue.tables import article, passage, version
from index.errors import Damaged


def catalogue_faults(catalogue: Catalogue) -> Iterator[str]:
    """Every unsound place of the catalogue, a sentence each; none where it is sound."""
    with catalogue.reading() as connection:
        yield from catalogue.database_faults(connection)
        yield from _version_faults(connection)
        yield from _passage_faults(connection)


def _version_faults(connection: Connection) -> Iterator[str]:
    versions = select(version.c.id, version.c.article_id, version.c.number)
    for row in connection.execute(versions, execution_options={"yield_per": ROWS_AT_ONCE}):
        if not _is_whole(connection, row.id):
            yield f"article {row.article_id}, version {row.number}, is not the one that was added"
    lost = select(article.c.id).where(~sa.exists().where(IS_CURRENT))
    for article_id in connection.scalars(lost):
        yield f"article {article_id} has no current version"


def _is_whole(connection: Connection, version_id: int) -> bool:
    """Tells whether a version's row can be read, and tells what it was made to tell."""
    try:
        with connection.begin_nested():  # without it, the first error would end all reading on PostgreSQL
            row = connection.execute(select(version).where(version.c.id == version_id)).one()
    except (ValueError, TypeError, DatabaseError, Damaged):
        # Bytes that are no UTF-8, no JSON or no day; the error's own words would hold article text.
        return False
    return bool(version_checksum(dict(row._mapping)) == row.checksum)


def _passage_faults(connection: Connection) -> Iterator[str]:
    length = func.length(version.c.text).label("length")
    # As bytes, which may be no UTF-8; a PostgreSQL database holds nothing else.
    written = sa.LargeBinary().with_variant(sa.Text(), "postgresql")
    query = select(
        *(column for column in passage.c if column is not passage.c.sentences),
        sa.cast(passage.c.sentences, written).label("sentences"),
        version.c.article_id,
        length,
    ).join_from(passage, version)
    for row in connection.execute(query, execution_options={"yield_per": ROWS_AT_ONCE}):
        try:
            sentences = json.loads(row.sentences)
        except ValueError:
            sentences = []
        whole = row.checksum == passage_checksum(row.start, row.end, sentences, row.vector)
        inside = 0 <= row.start < row.end <= row.length
        if not (whole and inside and np.isfinite(vector_of(row.vector)).all()):
            yield f"passage {row.id} of article {row.article_id} is not the one that was added"
