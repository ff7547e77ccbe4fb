"""The archive: the one face of `index`. Open it, add to it, search it, prove it sound, rebuild it."""

import fcntl
import logging
import math
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Self

import numpy as np

from index.catalogue import Catalogue, Outcome
from index.checking import catalogue_faults
from index.chunking import Chunk, Chunker
from index.embedding import Embedder, Vectors
from index.errors import BadValue, Busy, Mismatch, NoSpace, NotFound
from index.generations import Generation, Generations
from index.lexical import stems
from index.records import Article, Draft, Filters, Query, Skipped
from index.rows import article_digest, text_digest
from index.schema import FORMAT
from index.search import Found, Rerank, search
from index.snapshots import Snapshot, Summary
from index.templates import StoredTemplates
from index.visits import StoredVisits

log = logging.getLogger(__name__)

BATCH = 256  # passages embedded at one time: enough to sort by length, seconds of work to lose
BATCH_SECONDS = 30.0  # of waiting for articles, as for pages that are fetched with pauses, before these go in
PUBLISH_AFTER = 5000  # passages; until published, every reader replays them by itself
REFRESH_SECONDS = 0.5  # how long a running reader may go without looking for new articles


@dataclass(frozen=True, slots=True)
class Added:
    """An article that is safely in the archive, and what adding it did."""

    key: str
    outcome: Outcome
    passages: int


class Archive:
    """The articles of one directory. Any number may read; one process at a time writes."""

    def __init__(self, directory: Path, load_embedder: Callable[[], Embedder], chunker: Chunker) -> None:
        """`load_embedder` is called when the first text is to be embedded, and not before."""
        self.directory = directory
        self._load_embedder = load_embedder
        self._chunker = chunker
        self._catalogue = Catalogue(directory / "catalogue.db")
        self._generations = Generations(directory / "indexes", self._catalogue)
        self._refreshing = Lock()
        self._generation: Generation | None = None
        self._snapshot: Snapshot | None = None
        self._looked = -math.inf

    @classmethod
    def open(
        cls, directory: Path, load_embedder: Callable[[], Embedder], chunker: Chunker | None = None
    ) -> Self:
        """The archive in that directory.

        Raises NotFound where there is none, and Mismatch where it was made by a later Dateline or
        with another chunker.
        """
        if not (directory / "catalogue.db").exists():
            raise NotFound(f"there is no archive in {directory}; make one with: dateline add PATH…")
        archive = cls(directory, load_embedder, chunker or Chunker())
        made_with = archive._readable()
        if made_with["chunker"] != archive._chunker.id:
            raise Mismatch(
                f"the archive in {directory} was cut by {made_with['chunker']!r} and the settings say "
                f"{archive._chunker.id!r}; cut and embed it again with: dateline rebuild --embed"
            )
        return archive

    @classmethod
    def create(
        cls, directory: Path, load_embedder: Callable[[], Embedder], chunker: Chunker | None = None
    ) -> Self:
        """The archive in that directory, made if there is none."""
        if not (directory / "catalogue.db").exists():
            embedder = load_embedder()
            archive = cls(directory, lambda: embedder, chunker or Chunker())
            directory.mkdir(parents=True, exist_ok=True)
            with archive._alone():
                if not archive._catalogue.path.exists():
                    archive._catalogue.create(**archive._made_with(embedder))
            archive.close()
            return cls.open(directory, lambda: embedder, chunker)
        return cls.open(directory, load_embedder, chunker)

    def close(self) -> None:
        """Lets go of the database. Searches that still run keep what they hold."""
        self._catalogue.close()

    # Adding and removing

    def add(self, drafts: Iterable[Draft | Skipped]) -> Generator[Added | Skipped, None, None]:
        """Adds articles and yields each result once it is on disk; then publishes the indexes.

        An article whose evidence and metadata are those of its current version changes nothing. Of
        two articles with one key in the same call the first counts. Raises Busy where another process
        is writing and NoSpace where the disk is full.
        """
        with self._alone():
            unpublished = 0
            try:
                templates = StoredTemplates(self._catalogue)
                for batch in self._batches(_distinct(drafts)):
                    for result in self._add_batch(templates.cleaned(batch)):
                        unpublished += result.passages if isinstance(result, Added) else 0
                        yield result
                    if unpublished >= PUBLISH_AFTER:
                        self._publish()
                        unpublished = 0
            finally:
                # However the run ends, what was acknowledged must be found at once.
                self._publish()

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

    # Finding

    def search(self, query: Query, rerank: Rerank | None = None) -> Found:
        """The passages that answer best to a query, in the order it asks for.

        `rerank` is asked of the best whether they answer. Raises BadValue where it is limited to an
        outlet that the archive does not have.
        """
        query = replace(query, filters=self.resolved(query.filters))
        snapshot = self._current()
        if snapshot.embedder != self.embedder.id:
            raise Mismatch(
                f"the archive in {self.directory} was embedded by {snapshot.embedder!r} while this process "
                f"ran with {self.embedder.id!r}; start it again"
            )
        return search(snapshot, self._catalogue, self.embedder, query, rerank)

    def weights(self, text: str) -> dict[str, float]:
        """The stemmed words of a text, each with how much it tells passages apart.

        Inverse document frequency as in BM25 (Robertson & Zaragoza 2009): a word that every passage
        holds weighs almost nothing, one that none holds the most.
        """
        snapshot = self._current()
        total = len(snapshot)
        # Removed passages may still be counted, so that a word seems to stand in more than there are.
        counts = {stem: min(snapshot.passages_with(stem), total) for stem in dict.fromkeys(stems(text))}
        return {stem: math.log(1 + (total - count + 0.5) / (count + 0.5)) for stem, count in counts.items()}

    def resolved(self, filters: Filters) -> Filters:
        """The filters with outlets spelled as the archive spells them, whatever their case.

        Raises BadValue for an outlet that the archive does not have.
        """
        if not filters.outlets:
            return filters
        known = {outlet.casefold(): outlet for outlet in self.summary().outlets}
        unknown = [outlet for outlet in filters.outlets if outlet.casefold() not in known]
        if unknown:
            raise BadValue(
                f"no outlet {unknown[0]!r} in this archive; there are: {', '.join(known.values()) or 'none'}"
            )
        return replace(filters, outlets=tuple(known[outlet.casefold()] for outlet in filters.outlets))

    def summary(self, filters: Filters | None = None) -> Summary:
        """What the archive holds, or what of it passes the filters."""
        return self._current().summary(filters)

    def article(self, article_id: int, version: int | None = None) -> Article:
        """A version of an article, the current one by default. Raises NotFound."""
        found = self._catalogue.article(article_id, version)
        if found is None:
            which = (
                f"article {article_id}" if version is None else f"version {version} of article {article_id}"
            )
            raise NotFound(f"there is no {which} in this archive")
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

    @cached_property
    def embedder(self) -> Embedder:
        """The embedder the archive was made with. Raises Mismatch where the settings name another."""
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
        return [*catalogue_faults(self._catalogue), *self._generations.faults()]

    def rebuild(self) -> None:
        """Makes the derived indexes anew from the catalogue; nothing is embedded."""
        with self._alone():
            self._publish(afresh=True)

    @classmethod
    def embed_again(
        cls,
        directory: Path,
        load_embedder: Callable[[], Embedder],
        chunker: Chunker | None = None,
        progress: Callable[[], None] = lambda: None,
    ) -> None:
        """Cuts and embeds every article anew with these settings; `progress` is called after each.

        All or nothing: until the last article is done, the archive stays as it was. Raises NotFound
        where there is no archive, and Mismatch where a later Dateline made it.
        """
        if not (directory / "catalogue.db").exists():
            raise NotFound(f"there is no archive in {directory}; make one with: dateline add PATH…")
        archive = cls(directory, load_embedder, chunker or Chunker())
        archive._readable()
        embedder = load_embedder()

        def cut() -> Iterator[tuple[int, Sequence[Chunk], Vectors]]:
            for version_id, article in archive._catalogue.current_versions():
                chunks = archive._chunker.chunk(article)
                yield version_id, chunks, embedder.encode_documents([_embedded(article, c) for c in chunks])
                progress()

        with archive._alone():
            archive._catalogue.replace_passages(cut(), **archive._made_with(embedder))
            archive._publish(afresh=True)
        archive.close()

    def _readable(self) -> dict[str, str]:
        """What the archive was made with. Raises Mismatch where it has another format than ours."""
        made_with = self._catalogue.settings()
        if made_with.get("format") != FORMAT:
            raise Mismatch(
                f"the archive in {self.directory} has format {made_with.get('format')!r} and this Dateline "
                f"reads {FORMAT!r}; use the Dateline that made it"
            )
        return made_with

    def _made_with(self, embedder: Embedder) -> dict[str, str]:
        """What the catalogue notes of the settings that its passages depend on."""
        return {
            "embedder": embedder.id,
            "dimension": str(embedder.dimension),
            "chunker": self._chunker.id,
        }

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Holds the writer's lock, which the kernel frees even after kill -9."""
        with (self.directory / "writer.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise Busy(
                    f"another process is writing to the archive in {self.directory}; "
                    "wait until it is done and try again"
                ) from error
            yield

    def _batches(self, drafts: Iterable[Draft | Skipped]) -> Iterator[list[Draft | Skipped]]:
        """Groups of articles with some BATCH passages to embed between them."""
        batch: list[Draft | Skipped] = []
        characters, began = 0, time.monotonic()
        for draft in drafts:
            batch.append(draft)
            characters += len(draft.text) if isinstance(draft, Draft) else 0
            late = time.monotonic() - began > BATCH_SECONDS
            if late or characters >= BATCH * self._chunker.size or len(batch) >= BATCH:
                yield batch
                batch, characters, began = [], 0, time.monotonic()
        if batch:
            yield batch

    def _add_batch(self, batch: Sequence[Draft | Skipped]) -> Iterator[Added | Skipped]:
        known = self._catalogue.digests([draft.key for draft in batch if isinstance(draft, Draft)])
        changed: list[tuple[Draft, list[Chunk]]] = []
        for draft in batch:
            if isinstance(draft, Skipped):
                yield draft
            elif known.get(draft.key, frozenset()) & {article_digest(draft), text_digest(draft)}:
                yield Added(draft.key, Outcome.UNCHANGED, 0)
            elif chunks := self._chunker.chunk(draft):
                changed.append((draft, chunks))
            else:
                yield Skipped(draft.key, "no reporting was found in it")
        texts = [_embedded(draft, chunk) for draft, chunks in changed for chunk in chunks]
        vectors = self.embedder.encode_documents(texts) if texts else np.empty((0, 0), dtype=np.float32)
        first = 0
        for draft, chunks in changed:
            outcome = self._catalogue.store(draft, chunks, vectors[first : first + len(chunks)])
            first += len(chunks)
            yield Added(draft.key, outcome, len(chunks))

    def _publish(self, *, afresh: bool = False) -> None:
        try:
            self._generations.publish(afresh=afresh)
        except (OSError, ValueError) as error:  # tantivy tells of a full disk by a ValueError
            raise NoSpace(f"the index could not be written ({error}); the articles are safe") from error
        finally:
            self._forget()

    def _forget(self) -> None:
        """Makes the next search look for changes at once."""
        self._looked = -math.inf

    def _current(self) -> Snapshot:
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

    def _refreshed(self) -> Snapshot:
        with self._catalogue.reading() as connection:
            watermark = self._catalogue.watermark(connection)
        if self._snapshot is not None and self._snapshot.watermark == watermark:
            return self._snapshot
        if self._generation is None or self._generation.name != self._generations.current_name():
            self._generation = self._generations.newest()
        if self._generation is None and watermark:
            log.warning("there is no sound index in %s; make one with: dateline rebuild", self.directory)
        return self._generations.snapshot(self._generation)


def _distinct(drafts: Iterable[Draft | Skipped]) -> Iterator[Draft | Skipped]:
    seen = set()
    for draft in drafts:
        if isinstance(draft, Draft) and draft.key in seen:
            yield Skipped(draft.key, "an article of this address or id was already read in this run")
            continue
        if isinstance(draft, Draft):
            seen.add(draft.key)
        yield draft


def _embedded(article: Draft, chunk: Chunk) -> str:
    """What is embedded of a passage: its words, with title, outlet and date in front."""
    day = article.published.isoformat() if article.published else None
    source = ", ".join(part for part in (article.outlet, day) if part)
    return "\n".join(part for part in (article.title, source, article.text[chunk.start : chunk.end]) if part)
