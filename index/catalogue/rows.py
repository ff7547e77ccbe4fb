"""Rows of the catalogue: the queries that give them, rows to records, and records to columns."""

import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy import Connection, func, select

from index.catalogue.filters import ROWS_AT_ONCE
from index.catalogue.tables import article, passage, version
from index.errors import Damaged
from index.models.embedding import Vectors
from index.records import (
    Article,
    DateMention,
    Draft,
    Notice,
    Origin,
    Passage,
    Span,
    Standing,
    Zone,
    ZoneKind,
)

NOT_TOLD = frozenset(
    # Which row it is or of which article, and what can be read from the text again.
    {"id", "version_id", "article_id", "number", "checksum", "names", "notices", "repairs"}
    | {"key", "cluster", "standing", "notice_in"}
)
TOLD_LATER = frozenset({"published_last"})  # a column of format 2, empty in older rows

IDS_A_STATEMENT = 500  # databases bound the parameters of one statement
IS_CURRENT = (version.c.article_id == article.c.id) & (version.c.number == article.c.version)
CURRENT_NUMBER = version.c.number == article.c.version
PASSAGES = (  # made once, and not put together again for each search
    select(
        *(passage.c[name] for name in ("id", "start", "end", "sentences")),
        version.c.article_id,
        version.c.number,
        func.substr(version.c.text, passage.c.start + 1, passage.c.end - passage.c.start).label("slice"),
        article.c.cluster,
    )
    .join_from(passage, version)
    .join(article, version.c.article_id == article.c.id)
    .where(passage.c.id.in_(sa.bindparam("ids", expanding=True)))
)
ARTICLES = select(
    version.c.id.label("version_id"),
    *(column for column in version.c if column.name not in {"id", "article_id"}),
    article.c.id,
    article.c.key,
    article.c.cluster,
    article.c.standing,
    article.c.notice_in,
).join_from(version, article, version.c.article_id == article.c.id)
BYLINES = select(article.c.id, version.c.author).join_from(article, version, IS_CURRENT)
CURRENT_ARTICLES = ARTICLES.where(CURRENT_NUMBER, article.c.id.in_(sa.bindparam("ids", expanding=True)))


def article_digest(draft: Draft) -> str:
    """Changes when the article's evidence or metadata does, and not with the menus around it."""
    return _digest(draft, draft.evidence())


def text_digest(draft: Draft) -> str:
    """Changes when anything of the article does, and not with what is learned about its menus."""
    return _digest(draft, draft.text)


def _digest(draft: Draft, words: str) -> str:
    known = [draft.title, draft.outlet, draft.author, draft.language, draft.url, words]
    days = [day and day.isoformat() for day in (draft.published, draft.updated)]
    return hashlib.sha256(json.dumps([known, days]).encode()).hexdigest()


def version_columns(draft: Draft) -> dict[str, Any]:
    """Columns that the catalogue keeps of an article in the row of one of its versions."""
    columns: dict[str, Any] = {
        "title": draft.title,
        "outlet": draft.outlet,
        "author": draft.author,
        "published": draft.published,
        "published_last": draft.published_last,
        "updated": draft.updated,
        "language": draft.language,
        "url": draft.url,
        "dateline": draft.dateline,
        "text": draft.text,
        "zones": [[zone.start, zone.end, zone.kind] for zone in draft.zones],
        "dates": [
            [date.start, date.end, date.first.isoformat(), date.last.isoformat(), date.origin, date.planned]
            for date in draft.dates
        ],
        "origins": dict(draft.origins),
        "notices": [[notice.start, notice.end, notice.standing] for notice in draft.notices] or None,
        "names": list(draft.names) or None,
        "repairs": list(draft.repairs) or None,
        "digest": article_digest(draft),
        "text_digest": text_digest(draft),
        "added": datetime.now(UTC).replace(tzinfo=None),
    }
    return columns | {"checksum": version_checksum(columns)}


def version_checksum(columns: Mapping[str, Any]) -> str:
    """SHA-256 of all that a version's row tells of its article: its text, zones, dates and metadata."""
    told = {
        name: value
        for name, value in columns.items()
        if name not in NOT_TOLD and not (value is None and name in TOLD_LATER)
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()


def article_of(row: Any) -> Article:
    """The article of a row that joins a version and its article. Raises Damaged where it is another text."""
    if version_checksum(row._mapping) != row.checksum:
        raise Damaged(
            f"article {row.id}, version {row.number}, is not the one that was added, and is not shown; "
            f"mend it with: dateline articles remove {row.id}, and add it again"
        )
    return Article(
        id=row.id,
        version=row.number,
        cluster=row.cluster,
        key=row.key,
        title=row.title,
        outlet=row.outlet,
        author=row.author,
        published=row.published,
        published_last=row.published_last,
        updated=row.updated,
        language=row.language,
        url=row.url,
        dateline=row.dateline,
        text=row.text,
        zones=tuple(Zone(start, end, ZoneKind(kind)) for start, end, kind in row.zones),
        dates=tuple(date_mention(*stored) for stored in row.dates),
        origins={name: Origin(origin) for name, origin in row.origins.items()},
        notices=tuple(Notice(start, end, Standing(standing)) for start, end, standing in row.notices or ()),
        names=tuple(row.names or ()),
        repairs=tuple(row.repairs or ()),
        added=row.added.replace(tzinfo=UTC),
        standing=Standing(row.standing) if row.standing else None,
        notice_in=row.notice_in,
    )


def date_mention(
    start: int, end: int, first: str, last: str, origin: str, planned: bool = False
) -> DateMention:
    """A date that a text names, of the list that is stored of it."""
    days = {"first": date.fromisoformat(first), "last": date.fromisoformat(last)}
    return DateMention(start, end, **days, origin=Origin(origin), planned=planned)


def passage_of(row: Any) -> Passage:
    """The passage of a row that joins a passage and its version, with its slice of the text."""
    return Passage(
        id=row.id,
        article_id=row.article_id,
        version=row.number,
        start=row.start,
        end=row.end,
        text=row.slice,
        sentences=tuple(Span(start, end) for start, end in row.sentences),
    )


def vector_of(data: bytes) -> Vectors:
    """A stored vector as float32, of shape (dimension,)."""
    return np.frombuffer(data, dtype="<f2").astype(np.float32)


def passage_checksum(start: int, end: int, sentences: list[list[int]], vector: bytes) -> int:
    """CRC-32 of what a passage must never lose: its place, its sentences and its vector."""
    return zlib.crc32(json.dumps([start, end, sentences]).encode() + vector)


@contextmanager
def reported(damaged: list[str] | None) -> Iterator[None]:
    """Tells of a damaged article in a list, where there is one, and goes on."""
    try:
        yield
    except Damaged as error:
        if damaged is None:
            raise
        damaged.append(str(error))


def sound(rows: Iterable[Any]) -> Iterator[Article]:
    """The articles of those rows, without what is damaged."""
    for row in rows:
        with reported([]):
            yield article_of(row)


def portions(keys: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """The keys, as many at a time as one statement takes."""
    for first in range(0, len(keys), IDS_A_STATEMENT):
        yield keys[first : first + IDS_A_STATEMENT]


def in_order(connection: Connection, query: sa.Select[Any], ids: Sequence[int] | None) -> Iterator[Any]:
    """The rows of passages by their ids, few in memory at a time; of all passages where no ids are given."""
    for some in [None] if ids is None else portions(sorted(ids)):
        chosen = query if some is None else query.where(passage.c.id.in_(some))
        yield from connection.execute(
            chosen.order_by(passage.c.id), execution_options={"yield_per": ROWS_AT_ONCE}
        )
