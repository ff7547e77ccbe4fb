"""The archive: the one face of `index`. Open it, add to it, search it, prove it sound, rebuild it."""

import math
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Self

from index import ingestion
from index.backends.local.generations import PUBLISH_AFTER, Generations
from index.backends.local.snapshots import Summary
from index.catalogue.catalogue import Catalogue
from index.catalogue.http_cache import StoredVisits
from index.catalogue.keys import ids_of, keys_below
from index.catalogue.tables import tables
from index.check import catalogue_faults
from index.database.connections import Address, refuse_another
from index.errors import Mismatch, NotFound
from index.extraction.chunking import Chunker
from index.extraction.language import language_of_question
from index.ingestion import Added as Added
from index.ingestion import Block, Brief, Ready, distinct
from index.lock import alone
from index.models.embedding import Embedder, Vectors
from index.names import Names
from index.protocols import LoadIndex, Searchable
from index.records import Article, Draft, Filters, Query, Skipped
from index.search.as_of import as_known
from index.search.hybrid import Hits, Rerank, search
from index.search.mentions import letters_of, mentions

if TYPE_CHECKING:
    from index.extraction.templates import StoredTemplates

CATALOGUE = "catalogue.db"
REFRESH_SECONDS = 0.5  # how long a running reader may go without looking for new articles


class Archive:
    """The articles of one directory. Any number may read; one process at a time writes."""

    def __init__(
        self,
        directory: Path,
        load_embedder: Callable[[], Embedder],
        chunker: Chunker,
        catalogue: Address | None = None,
        load_index: LoadIndex = Generations,
    ) -> None:
        """`load_embedder` is called when the first text is to be embedded, and not before.

        Without an address the catalogue is a SQLite file in the directory. `load_index` opens the index,
        which is FAISS and tantivy in the directory unless it is another.
        """
        self.directory = directory
        self._load_embedder = load_embedder
        self._chunker = chunker
        self._catalogue = Catalogue(catalogue or directory / CATALOGUE)
        self._index = load_index(directory / "indexes", self._catalogue)
        self._refreshing, self._loading = Lock(), Lock()
        self._snapshot: Searchable[Any] | None = None
        self._looked = -math.inf

    @classmethod
    def open(
        cls,
        directory: Path,
        load_embedder: Callable[[], Embedder],
        chunker: Chunker | None = None,
        catalogue: Address | None = None,
        load_index: LoadIndex = Generations,
    ) -> Self:
        """The archive in that directory, or of a catalogue elsewhere, whose indexes the directory holds.

        Raises NotFound where there is none, and Mismatch where it was made by a later Dateline or
        with another chunker.
        """
        archive = cls(directory, load_embedder, chunker or Chunker(), catalogue, load_index)
        made_with = archive._readable()
        if made_with["chunker"] != archive._chunker.id:
            raise Mismatch(
                f"the archive in {archive._place} was cut by {made_with['chunker']!r} and the settings say "
                f"{archive._chunker.id!r}; cut and embed it again with: dateline rebuild --embed"
            )
        return archive

    @classmethod
    def create(
        cls,
        directory: Path,
        load_embedder: Callable[[], Embedder],
        chunker: Chunker | None = None,
        catalogue: Address | None = None,
        load_index: LoadIndex = Generations,
    ) -> Self:
        """The same archive, made if there is none."""
        archive = cls(directory, load_embedder, chunker or Chunker(), catalogue, load_index)
        if not archive._catalogue.exists():
            directory.mkdir(parents=True, exist_ok=True)
            with archive._alone():
                if not archive._catalogue.exists():
                    archive._catalogue.create(**ingestion.made_with(load_embedder(), archive._chunker))
        archive.close()
        return cls.open(directory, load_embedder, chunker, catalogue, load_index)

    def close(self) -> None:
        """Lets go of the database and the index. Searches that still run keep what they hold."""
        self._index.close()
        self._catalogue.close()

    # Adding and removing

    def add(self, drafts: Iterable[Draft | Skipped]) -> Generator[Added | Skipped, None, None]:
        """Adds articles and yields each result once it is on disk; then publishes the indexes.

        An article whose evidence and metadata are those of its current version changes nothing. Of
        two articles with one key in the same call the first counts. Raises Busy where another process
        is writing and NoSpace where the disk is full.
        """
        with self._alone():
            batches = ingestion.batches(distinct(drafts, set()), self._chunker)
            cleaned = map(self._templates().cleaned, batches)
            yield from self._stored(map(self._prepared, cleaned))

    def add_prepared(self, blocks: Iterable[Block]) -> Generator[Added | Skipped, None, None]:
        """Adds articles that were made ready elsewhere by this archive's `brief`, as `add` does.

        A block that comes twice changes nothing.
        """
        with self._alone():
            templates, seen = self._templates(), set[str]()

            def ready() -> Iterator[Iterable[Ready]]:
                """Yields the articles of each block once its template lines are learned."""
                for block in blocks:
                    templates.learn(block.lines)
                    yield distinct(block.ready, seen)

            yield from self._stored(ready())

    def brief(self) -> Brief:
        """Settings and known articles that those need who make articles ready for `add_prepared`."""
        lines = self._templates().learn(frozenset())
        return Brief(self.embedder.id, self._chunker, lines, ingestion.marks(self._catalogue))

    @property
    def visits(self) -> StoredVisits:
        """The pages that articles came from, to ask whether they have changed."""
        return StoredVisits(self._catalogue)

    def remove(self, article_id: int) -> None:
        """Removes an article with all its versions. Raises NotFound where there is none."""
        with self._alone():
            if not self._catalogue.remove(article_id):
                raise NotFound(f"there is no article {article_id} in this archive")
            self._publish()

    def keys_below(self, start: str) -> list[str]:
        """The keys of the articles that begin so."""
        return keys_below(self._catalogue, start)

    def remove_keys(self, keys: Sequence[str]) -> int:
        """Removes the articles of those keys that are there, with all their versions; gives how many."""
        with self._alone():
            removed = sum(bool(self._catalogue.remove(one)) for one in ids_of(self._catalogue, keys).values())
            if removed:
                self._publish()
        return removed

    def erase(self, article_id: int) -> int:
        """Removes an article, or its remains, from old indexes and free pages too; counts its versions."""
        with self._alone():
            versions = self._catalogue.remove(article_id)
            for _ in range(2):  # the index before the newest is kept as well
                self._publish(afresh=True)
        self._catalogue.settle()
        return versions

    # Finding

    @cached_property
    def names(self) -> Names:
        """The names that its articles spell, to ask which of them may be meant by one."""
        return Names(self._catalogue)

    @property
    def published(self) -> datetime | None:
        """The time at which its indexes were last published; None where they never were."""
        return self._index.published()

    def search(self, query: Query, rerank: Rerank | None = None) -> Hits:
        """The passages that answer best to a query, in the order it asks for.

        `rerank` is asked of the best whether they answer. Raises BadValue where it is limited to an
        outlet that the archive does not have.
        """
        language = query.language or language_of_question(query.text)
        query = replace(query, filters=self.resolved(query.filters), language=language)
        snapshot = self._current()
        if snapshot.embedder != self.embedder.id:
            raise Mismatch(
                f"the archive in {self.directory} was embedded by {snapshot.embedder!r} while this process "
                f"ran with {self.embedder.id!r}; start it again"
            )
        found = search(snapshot, self._catalogue, self.embedder, query, rerank)
        as_of = query.filters.as_of
        if as_of is None:
            return found
        return Hits(as_known(found, as_of, self._catalogue.versions, self._chunker), found.notes)

    def holds(self, stem: str) -> bool:
        """Tells whether any passage holds a word of that stem."""
        return self._current().passages_with(stem) > 0

    def resolved(self, filters: Filters) -> Filters:
        """The filters with outlets spelled as the archive spells them, whatever their case.

        Raises BadValue for an outlet that the archive does not have.
        """
        return filters.spelled(self.summary().outlets) if filters.outlets else filters

    def summary(self, filters: Filters | None = None) -> Summary:
        """Counts the archive, or what of it passes the filters."""
        return self._current().summary(filters)

    def article(self, article_id: int, version: int | None = None) -> Article:
        """A version of an article, the current one by default. Raises NotFound."""
        found = self._catalogue.article(article_id, version)
        if found is None:
            which = "" if version is None else f"version {version} of "
            raise NotFound(f"there is no {which}article {article_id} in this archive")
        return found

    def copies(self, article: Article) -> list[Article]:
        """The other articles that print the same text, with small edits or none, oldest first.

        Together they are one source, not several.
        """
        return self._catalogue.copies(article)

    def versions(self, article_id: int) -> list[Article]:
        """Every version of an article, the first one first. Raises NotFound."""
        found = self._catalogue.versions(article_id)
        if not found:
            raise NotFound(f"there is no article {article_id} in this archive")
        return found

    def articles(
        self, after: int = 0, limit: int | None = None, filters: Filters | None = None
    ) -> list[Article]:
        """Current versions in the order they were first added, from the first id past `after`."""
        return self._catalogue.articles(after, limit, self.resolved(filters or Filters()))

    def mentioning(self, words: str, filters: Filters | None = None) -> list[tuple[Article, int]]:
        """Every article that mentions those words together, with how often, in the order they were added.

        Raises BadValue where it is limited to an outlet that the archive does not have.
        """
        return mentions(
            self._catalogue.holding(letters_of(words), self.resolved(filters or Filters())), words
        )

    @property
    def embedder(self) -> Embedder:
        """The embedder the archive was made with. Raises Mismatch where the settings name another."""
        with self._loading:  # of the threads that come first one alone loads it
            return self._embedder

    @cached_property
    def _embedder(self) -> Embedder:
        embedder = self._load_embedder()
        made_with = self._catalogue.settings()["embedder"]
        if embedder.id != made_with:
            raise Mismatch(
                f"the archive in {self.directory} was embedded by {made_with!r} and the settings say "
                f"{embedder.id!r}; embed it again with: dateline rebuild --embed"
            )
        return embedder

    # Keeping it sound

    def check(self) -> list[str]:
        """Every unsound place, a sentence each; empty where the archive is proved sound."""
        return [*catalogue_faults(self._catalogue), *self._index.faults()]

    def rebuild(self) -> None:
        """Makes the derived indexes anew from the catalogue, and its own ones; nothing is embedded."""
        with self._alone():
            self._catalogue.reindex()
            self._publish(afresh=True)

    @classmethod
    def embed_again(
        cls,
        directory: Path,
        load_embedder: Callable[[], Embedder],
        chunker: Chunker | None = None,
        progress: Callable[[], None] = lambda: None,
        catalogue: Address | None = None,
        load_index: LoadIndex = Generations,
    ) -> None:
        """Cuts and embeds every article anew with these settings; `progress` is called after each.

        All or nothing: until the last article is done, the archive stays as it was. Raises NotFound
        where there is no archive, and Mismatch where a later Dateline made it.
        """
        archive = cls(directory, load_embedder, chunker or Chunker(), catalogue, load_index)
        archive._readable()
        embedder = load_embedder()
        with archive._alone():
            passages = ingestion.passages_again(archive._catalogue, archive._chunker, embedder, progress)
            archive._catalogue.replace_passages(passages, **ingestion.made_with(embedder, archive._chunker))
            archive._publish(afresh=True)
        archive.close()

    @property
    def _place(self) -> str:
        return self._catalogue.named if self._catalogue.remote else str(self.directory)

    def _readable(self) -> dict[str, str]:
        """Reads what the archive was made with.

        Raises NotFound where there is none, and Mismatch where it has another format than ours.
        """
        if not self._catalogue.exists():
            raise NotFound(f"there is no archive in {self._place}; make one with: dateline add PATH…")
        if self._catalogue.remote:  # its first use on this machine
            self.directory.mkdir(parents=True, exist_ok=True)
        self._catalogue.refuse_replaced()  # notes whose folder it is
        made_with = self._catalogue.settings()
        refuse_another(made_with.get("format", ""), tables, f"the archive in {self._place}")
        return made_with

    def _templates(self) -> "StoredTemplates":
        from index.extraction.templates import StoredTemplates  # which only adding needs

        return StoredTemplates(self._catalogue)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self._catalogue.refuse_replaced()
        with alone(self.directory):
            yield

    def _prepared(self, batch: Sequence[Draft | Skipped]) -> Iterator[Ready]:
        def encode(texts: Sequence[str]) -> Vectors:
            return self.embedder.encode_documents(texts)

        return ingestion.prepare(batch, ingestion.stored(self._catalogue, batch), self._chunker, encode)

    def _stored(self, blocks: Iterable[Iterable[Ready]]) -> Iterator[Added | Skipped]:
        unpublished = 0
        try:
            for ready in blocks:
                for result in ingestion.store(self._catalogue, ready):
                    unpublished += result.passages if isinstance(result, Added) else 0
                    yield result
                if unpublished >= PUBLISH_AFTER:
                    self._publish()
                    unpublished = 0
        finally:
            # However the run ends, what was acknowledged must be found at once.
            self._publish()

    def _publish(self, *, afresh: bool = False) -> None:
        try:
            self._index.publish(afresh=afresh)
        finally:
            self._looked = -math.inf  # the next search looks for changes at once

    def _current(self) -> Searchable[Any]:
        """All passages as they are now, or were REFRESH_SECONDS ago.

        While one thread brings the snapshot up to date, others go on with the one before.
        """
        snapshot = self._snapshot
        if snapshot is not None and time.monotonic() - self._looked < REFRESH_SECONDS:
            return snapshot
        if not self._refreshing.acquire(blocking=snapshot is None):
            return snapshot if snapshot is not None else self._current()
        try:
            self._looked = time.monotonic()
            self._snapshot = self._refreshed()
            return self._snapshot
        finally:
            self._refreshing.release()

    def _refreshed(self) -> Searchable[Any]:
        self._catalogue.refuse_replaced()
        with self._catalogue.reading() as connection:
            watermark = self._catalogue.watermark(connection)
        if self._snapshot is not None and self._snapshot.watermark == watermark:
            return self._snapshot
        return self._index.current()
