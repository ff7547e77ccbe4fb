"""The truth: articles, their versions, passages and vectors, and the log of changes.

SQLAlchemy Core over a SQLite file or a PostgreSQL database. An article is one transaction and its COMMIT
is the acknowledgement; every index is a cache of what stands here.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Any, cast
from uuid import uuid4

import numpy as np
import sqlalchemy as sa
from sqlalchemy import Connection, delete, func, insert, select, update

from index import durable
from index.backends.local.columns import Ids
from index.catalogue import tables as schema
from index.catalogue.changes import ARCHIVE, forget_passages, store_passages
from index.catalogue.filters import ROWS_AT_ONCE, conditions, written_by
from index.catalogue.relations import clustered, mark_corrected
from index.catalogue.rows import (
    ARTICLES,
    BYLINES,
    CURRENT_ARTICLES,
    CURRENT_NUMBER,
    IS_CURRENT,
    PASSAGES,
    article_digest,
    article_of,
    date_mention,
    in_order,
    passage_of,
    portions,
    reported,
    sound,
    version_columns,
)
from index.catalogue.tables import article, change, name, passage, setting, version, visit
from index.database.connections import Address, Database, Insert, make
from index.extraction.chunking import Chunk
from index.models.embedding import Vectors
from index.records import Article, DateMention, Draft, Filters, Passage

CHANGES_KEPT = 1_000_000  # in a database of several servers, whose generations this one cannot know


class Outcome(StrEnum):
    """Outcome of adding an article."""

    ADDED = "added"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Entry:
    """The words of a passage that are to be matched."""

    passage_id: int
    title: str
    text: str


class Catalogue:
    """The archive's database. Reads see one snapshot a `reading` block; one process writes at a time."""

    def __init__(self, address: Address) -> None:
        """Opens the database; the tables are made by `create`."""
        self._database = Database(
            address,
            "the catalogue",
            "put back a copy of it, or add the articles to a new archive with --data",
        )

    @property
    def named(self) -> str:
        """Name in errors: where it is, without a password."""
        return self._database.named

    @property
    def remote(self) -> bool:
        """Tells whether a server has it, so that other machines may add to it."""
        return self._database.remote

    def refuse_replaced(self) -> None:
        """Raises Mismatch where its file is another than when this was first asked, or is gone."""
        self._database.refuse_replaced()

    def exists(self) -> bool:
        """Tells whether an archive was made there."""
        if not self._database.exists():
            return False
        if not self.remote:
            return True  # a damaged file is an archive too, and must be told of
        with self.reading() as connection:
            return sa.inspect(connection).has_table(setting.name)

    def create(self, **settings: str) -> None:
        """Makes the tables of a new archive and notes what it is made with, whole or not at all."""
        if isinstance(self._database.address, str):
            self._fill(settings)
            return
        path = self._database.address
        for left in path.parent.glob("catalogue.unfinished*"):
            left.unlink()
        unfinished = Catalogue(path.with_suffix(".unfinished"))
        unfinished._fill(settings)
        unfinished.close()  # the last connection moves the write-ahead log into the file
        durable.rename(path.with_suffix(".unfinished"), path)

    def _fill(self, settings: dict[str, str]) -> None:
        with self.writing() as connection:
            make(connection, schema.tables)
            known = {**settings, "format": schema.FORMAT, ARCHIVE: uuid4().hex}
            rows = [{"name": noted, "value": value} for noted, value in known.items()]
            statement = self._database.insert(setting).values(rows)
            connection.execute(statement.on_conflict_do_nothing())  # another server may have been first

    def settle(self) -> None:
        """Leaves nothing of what was removed in the files beside the database, as far as they are ours."""
        self._database.settle()

    def reindex(self) -> None:
        """Makes the database's own indexes anew."""
        self._database.reindex()

    def close(self) -> None:
        """Closes every connection."""
        self._database.close()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one moment of the catalogue.

        Raises Damaged where it cannot be read, and Busy where its server does not answer.
        """
        with self._database.reading() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction, committed at the end of the block or not at all."""
        with self._database.writing() as connection:
            yield connection

    def settings(self) -> dict[str, str]:
        """Reads what the archive was made with: format, embedder, chunker."""
        with self.reading() as connection:
            return self.settings_in(connection)

    def settings_in(self, connection: Connection) -> dict[str, str]:
        """The same, of the moment that the connection sees."""
        return {row.name: row.value for row in connection.execute(select(setting))}

    def insert(self, table: sa.Table) -> Insert:
        """An insert that can say what to do where the row is there."""
        return self._database.insert(table)

    def database_faults(self, connection: Connection) -> list[str]:
        """Lists what the database itself finds unsound, a sentence each."""
        return self._database.faults(connection)

    # Writing

    def digests(self, keys: Sequence[str]) -> dict[str, frozenset[str]]:
        """Both digests of the current versions of those articles that are here, by key."""
        query = select(article.c.key, version.c.digest, version.c.text_digest)
        found: dict[str, frozenset[str]] = {}
        with self.reading() as connection:
            for some in portions(keys):
                chosen = query.join_from(article, version, IS_CURRENT).where(article.c.key.in_(some))
                for row in connection.execute(chosen):
                    found[row.key] = frozenset({row.digest, row.text_digest})
        return found

    def store(self, draft: Draft, chunks: Sequence[Chunk], vectors: Vectors) -> Outcome:
        """Adds the article, or a new version of it, with its passages, in one transaction."""
        query = select(article, version.c.digest).join_from(article, version, IS_CURRENT, isouter=True)
        with self.writing() as connection:
            current = connection.execute(query.where(article.c.key == draft.key)).one_or_none()
            if current is None:
                number = 1
                made = connection.execute(insert(article).values(key=draft.key, version=number, cluster=0))
                article_id = _new_id(made)
            elif current.digest == article_digest(draft):  # another writer was first
                return Outcome.UNCHANGED
            else:
                article_id, number = current.id, current.version + 1
                forget_passages(connection, article_id)
                self._forget_names(connection, article_id)
            made = connection.execute(
                insert(version).values(article_id=article_id, number=number, **version_columns(draft))
            )
            cluster = clustered(connection, article_id, draft.evidence())
            values = {"version": number, "cluster": cluster}
            connection.execute(update(article).where(article.c.id == article_id).values(**values))
            mark_corrected(connection, draft, article_id)
            store_passages(connection, _new_id(made), chunks, vectors)
            self._count_names(connection, draft.names, 1)
        return Outcome.ADDED if current is None else Outcome.UPDATED

    def remove(self, article_id: int) -> int:
        """Removes the article with all its versions; gives how many there were."""
        with self.writing() as connection:
            forget_passages(connection, article_id)
            self._forget_names(connection, article_id)
            # Asked whether it has changed, the web would say no, and the article could not be added again.
            connection.execute(delete(visit))
            versions = connection.execute(delete(version).where(version.c.article_id == article_id)).rowcount
            connection.execute(delete(article).where(article.c.id == article_id))
        return versions

    def _forget_names(self, connection: Connection, article_id: int) -> None:
        current = select(version.c.names).join_from(version, article, IS_CURRENT)
        self._count_names(connection, connection.scalar(current.where(article.c.id == article_id)) or (), -1)

    def _count_names(self, connection: Connection, spellings: Iterable[str], step: int) -> None:
        """Counts one article more, or one less, for each spelling."""
        rows = [{"spelling": spelling, "articles": step} for spelling in sorted(set(spellings))]
        if rows:
            counted = self._database.insert(name)
            articles = name.c.articles + counted.excluded.articles
            connection.execute(
                counted.on_conflict_do_update(index_elements=["spelling"], set_={"articles": articles}), rows
            )
            connection.execute(delete(name).where(name.c.articles <= 0))  # nothing of an erased article stays

    def replace_passages(self, cut: Iterable[tuple[int, Sequence[Chunk], Vectors]], **settings: str) -> None:
        """All passages anew, by version id, under new settings, in one transaction."""
        with self.writing() as connection:
            forget_passages(connection)
            for version_id, chunks, vectors in cut:
                store_passages(connection, version_id, chunks, vectors)
            for noted, value in settings.items():
                connection.execute(update(setting).where(setting.c.name == noted).values(value=value))

    def trim_changes(self, before: int) -> None:
        """Drops the log below a sequence number that no kept generation of this process needs.

        Where other servers have generations of their own, the last CHANGES_KEPT stay; one that lags
        further behind is made anew.
        """
        with self.reading() as connection:
            if self.remote:
                before = min(before, self.watermark(connection) - CHANGES_KEPT)
            if self.oldest_change(connection) >= before:
                return
        with self.writing() as connection:
            connection.execute(delete(change).where(change.c.seq < before))

    # Reading articles

    def article(self, article_id: int, number: int | None = None) -> Article | None:
        """A version of an article, the current one unless a number is given."""
        of_version = version.c.number == (article.c.version if number is None else number)
        with self.reading() as connection:
            row = connection.execute(ARTICLES.where(article.c.id == article_id, of_version)).one_or_none()
        return None if row is None else article_of(row)

    def articles(
        self, after: int = 0, limit: int | None = None, filters: Filters | None = None
    ) -> list[Article]:
        """Current versions in the order of their ids, from the first id past `after`."""
        chosen = (article.c.id > after, *conditions(filters))
        with self.reading() as connection:
            if filters and filters.authors:
                bylines = BYLINES.where(*chosen).order_by(article.c.id)
                ids = list(islice(written_by(connection, bylines, filters), limit))
                found = self.articles_of(connection, ids, damaged=[])
                return [found[article_id] for article_id in ids if article_id in found]
            query = ARTICLES.where(CURRENT_NUMBER, *chosen).order_by(article.c.id).limit(limit)
            return list(sound(connection.execute(query)))

    def holding(self, letters: str | None, filters: Filters | None = None) -> Iterator[Article]:
        """Current versions whose text or headline holds those letters, in capitals or not; all for None."""
        chosen = [*conditions(filters)]
        if letters:
            columns = (func.lower(version.c.text), func.lower(version.c.title))
            chosen.append(sa.or_(*(column.contains(letters, autoescape=True) for column in columns)))
        names = [name.casefold() for name in filters.authors] if filters else []
        with self.reading() as connection:
            query = ARTICLES.where(CURRENT_NUMBER, *chosen).order_by(article.c.id)
            for row in connection.execute(query, execution_options={"yield_per": ROWS_AT_ONCE}):
                if not names or any(name in (row.author or "").casefold() for name in names):
                    yield from sound([row])

    def copies(self, of: Article) -> list[Article]:
        """The other articles that print the same text, with small edits or none, oldest first."""
        query = ARTICLES.where(CURRENT_NUMBER, article.c.cluster == of.cluster, article.c.id != of.id)
        with self.reading() as connection:
            rows = connection.execute(query.order_by(version.c.published.nulls_first(), article.c.id))
            return list(sound(rows))

    def versions(self, article_id: int) -> list[Article]:
        """Every version of an article, the first one first; empty where there is no such article."""
        query = ARTICLES.where(article.c.id == article_id).order_by(version.c.number)
        with self.reading() as connection:
            return [article_of(row) for row in connection.execute(query)]

    def current_versions(self) -> Iterator[tuple[int, Article]]:
        """Every current version with its id, few at a time."""
        last = 0
        while True:
            with self.reading() as connection:
                query = ARTICLES.where(CURRENT_NUMBER, article.c.id > last).order_by(article.c.id).limit(100)
                rows = connection.execute(query).all()
            if not rows:
                return
            yield from ((row.version_id, article_of(row)) for row in rows)
            last = rows[-1].id

    # Reading passages

    def passages(self, connection: Connection, ids: Sequence[int]) -> dict[int, tuple[Passage, int]]:
        """Passages with the cluster of their article, by id. What has been removed is not among them."""
        found = {}
        for some in portions(ids):
            for row in connection.execute(PASSAGES, {"ids": some}):
                found[row.id] = passage_of(row), row.cluster
        return found

    def dates(self, connection: Connection, ids: Sequence[int]) -> dict[int, list[DateMention]]:
        """The dates that each of those passages names, by passage id."""
        found = {}
        query = select(passage.c.id, passage.c.start, passage.c.end, version.c.dates)
        for some in portions(ids):
            for row in connection.execute(query.join_from(passage, version).where(passage.c.id.in_(some))):
                inside = [stored for stored in row.dates if row.start <= stored[0] < row.end]
                found[row.id] = [date_mention(*stored) for stored in inside]
        return found

    def articles_of(
        self, connection: Connection, article_ids: Iterable[int], damaged: list[str] | None = None
    ) -> dict[int, Article]:
        """Current versions of those articles, by article id.

        Those that are damaged are told of in `damaged`. Raises Damaged where it is not given.
        """
        found = {}
        for some in portions(list(article_ids)):
            for row in connection.execute(CURRENT_ARTICLES, {"ids": some}):
                with reported(damaged):
                    found[row.id] = article_of(row)
        return found

    def passage_ids(self, connection: Connection, filters: Filters | None = None) -> Ids:
        """The ids of the passages that pass the filters, ascending."""
        query = select(passage.c.id, version.c.author).join_from(passage, version)
        chosen = query.where(*conditions(filters)).order_by(passage.c.id)
        return np.fromiter(written_by(connection, chosen, filters), dtype=np.int64)

    def entries(self, connection: Connection, ids: Sequence[int] | None = None) -> Iterator[Entry]:
        """The words of those passages, or of all, in the order of their ids."""
        text = func.substr(version.c.text, passage.c.start + 1, passage.c.end - passage.c.start)
        query = select(passage.c.id, version.c.title, text.label("slice")).join_from(passage, version)
        for row in in_order(connection, query, ids):
            yield Entry(row.id, row.title or "", row.slice)

    def facts(self, connection: Connection, ids: Sequence[int] | None = None) -> Iterator[Any]:
        """Rows of those passages, or of all, in the order of their ids: the vector, and what filters ask."""
        query = select(
            passage.c.id,
            passage.c.vector,
            version.c.article_id,
            func.coalesce(version.c.published_last, version.c.published).label("published"),
            version.c.outlet,
            version.c.author,
            version.c.language,
        ).join_from(passage, version)
        return in_order(connection, query, ids)

    def watermark(self, connection: Connection) -> int:
        """The sequence number of the newest change; 0 where there is none."""
        return connection.scalar(select(func.max(change.c.seq))) or 0

    def oldest_change(self, connection: Connection) -> int:
        """The sequence number of the oldest change still in the log; 0 where there is none."""
        return connection.scalar(select(func.min(change.c.seq))) or 0

    def changes(self, connection: Connection, after: int) -> tuple[list[int], list[int]]:
        """Passage ids added and removed since a sequence number, net: in neither where both."""
        added: dict[int, None] = {}
        removed: dict[int, None] = {}
        for row in connection.execute(select(change).where(change.c.seq > after).order_by(change.c.seq)):
            if row.op == "add":
                added[row.passage_id] = None
            elif row.passage_id in added:
                del added[row.passage_id]
            else:
                removed[row.passage_id] = None
        return list(added), list(removed)


def _new_id(made: sa.CursorResult[Any]) -> int:
    new_id: int = cast(Any, made.inserted_primary_key)[0]
    return new_id
