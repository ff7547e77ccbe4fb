"""The index in Milvus and how it follows the catalogue.

Passages stand in a collection, which is searched by an alias. The catalogue's `change` log is the
outbox: what it tells is upserted and deleted by passage id, which may be done twice, and only when Milvus
has acknowledged all of it is the number of the last change noted among the collection's properties. So
the number can neither come before the passages nor outlive them. To make all anew, a second collection
is filled beside the first and the alias moved to it.
"""

import logging
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import uuid4

import numpy as np
from sqlalchemy import Connection, insert, select

from index.backends.local.columns import Ids
from index.backends.local.snapshots import Snapshot
from index.backends.milvus import collections
from index.backends.milvus.collections import Card
from index.backends.milvus.server import SECONDS, WRITING_SECONDS, Address, NoCollection, Server
from index.backends.milvus.snapshot import Moment, Published, counted
from index.catalogue.catalogue import Catalogue
from index.catalogue.changes import ARCHIVE, chain
from index.catalogue.tables import change, setting
from index.errors import DatelineError, IndexUnavailable, Mismatch

log = logging.getLogger(__name__)

BATCH = 500  # passages of one request, which may have 64 MB
PAGE = 10_000  # ids of one request
MOST_REPLAYED = 20_000  # passages that a reader holds by itself until they are published
INDEXED_FROM = 1024  # passages; of fewer Milvus makes no graph
INDEXING_SECONDS = 3600.0  # until a new collection is searched although Milvus has not indexed it
FIRST_WITH_WORDS = (2, 5)  # the version of Milvus that has BM25


@dataclass(frozen=True, slots=True)
class Held:
    """A collection, and what it was made for."""

    name: str
    card: Card

    @property
    def watermark(self) -> int:
        """The newest change of the catalogue that it holds."""
        return int(self.card.watermark or 0)


class MilvusIndex:
    """The index of one archive in a Milvus server."""

    def __init__(self, address: str, catalogue: Catalogue, token: str | None = None) -> None:
        """Connects to nothing yet. Raises BadValue where the address is none."""
        self._server = Server(Address.parsed(address), token)
        self._alias = self._server.address.name
        self._catalogue = catalogue

    def close(self) -> None:
        """Ends the connection."""
        self._server.close()

    # Publishing

    def publish(self, *, afresh: bool = False) -> None:
        """Takes in what has changed since the last time; all anew where that cannot be, or `afresh`."""
        self._name_archive()
        # As a writer, so that nobody adds or publishes at the same time, on whatever machine.
        with self._catalogue.writing() as connection:
            watermark = self._catalogue.watermark(connection)
            known = chain(connection, watermark) or ""
            wanted = replace(self._wanted(connection), watermark=str(watermark), chain=known)
            held = self._held(wanted.archive)
            if held is None or afresh or not self._follows(connection, held, wanted):
                held = self._remake(connection, held, wanted)
            elif held.watermark != watermark:
                self._follow(connection, held, wanted)
        self._drop_others(held.name, wanted.archive)
        self._catalogue.trim_changes(before=watermark)

    def _follows(self, connection: Connection, held: Held, wanted: Card) -> bool:
        """Tells whether the changes alone make the collection the wanted one.

        One that is ahead of the catalogue is of a time that was undone by putting back a copy.
        """
        alike = held.card.made_with() == wanted.made_with()
        return alike and held.watermark <= int(wanted.watermark) and self._reaches(connection, held)

    def _reaches(self, connection: Connection, held: Held | None) -> bool:
        """Tells whether the changes that the log holds past the collection lead from it to the catalogue."""
        if held is None:
            return self._catalogue.oldest_change(connection) <= 1
        reaches = self._catalogue.oldest_change(connection) <= held.watermark + 1
        return reaches and chain(connection, held.watermark) == held.card.chain

    def _follow(self, connection: Connection, held: Held, wanted: Card) -> None:
        last = _last_changes(connection, held.watermark)
        self._store(connection, held.name, wanted, [i for i, op in last.items() if op == "add"])
        # What came and went since is among them: a process that was killed may have stored it.
        for ids in _portions([i for i, op in last.items() if op != "add"]):
            self._server.ask("delete", held.name, ids=ids, timeout=WRITING_SECONDS)
        self._note(held.name, wanted)

    def _remake(self, connection: Connection, held: Held | None, wanted: Card) -> Held:
        numbers = [int(name.rpartition("_g")[2]) for name in self._collections()]
        name = f"{self._alias}_g{max(numbers, default=0) + 1}"
        self._create(name, replace(wanted, watermark=""))
        ids = self._catalogue.passage_ids(connection).tolist()
        self._store(connection, name, wanted, ids)
        if len(ids) >= INDEXED_FROM:
            self._server.ask("flush", name, timeout=WRITING_SECONDS)
            self._wait_until_indexed(name)
        self._note(name, wanted)
        self._server.ask("alter_alias" if held else "create_alias", name, self._alias, timeout=SECONDS)
        return Held(name, wanted)

    def _create(self, name: str, card: Card) -> None:
        version = self._server.version()
        numbers = re.match(r"v?(\d+)\.(\d+)", version)
        if card.words == "yes" and numbers and (int(numbers[1]), int(numbers[2])) < FIRST_WITH_WORDS:
            raise Mismatch(
                f"Milvus {version} at {self._server.address} matches no words; take 2.5 or later, "
                f"or search by meaning alone with DATELINE_INDEX={self._server.address}?words=no"
            )
        # milvus-lite has no other, and leaves stems, which are letters and digits, whole.
        tokenizer = "standard" if version.startswith("milvus_lite") else "whitespace"
        self._server.ask(
            "create_collection",
            name,
            schema=collections.schema(card, tokenizer),
            index_params=collections.indexes(card),
            properties=card.properties(),
            timeout=WRITING_SECONDS,
        )

    def _store(self, connection: Connection, name: str, card: Card, ids: Sequence[int]) -> None:
        """Upserts those passages; an insert would double what is there."""
        for some in _portions(ids):
            rows = list(collections.rows(self._catalogue, connection, card, some))
            if rows:
                self._server.ask("upsert", name, rows, timeout=WRITING_SECONDS)

    def _wait_until_indexed(self, name: str) -> None:
        """Waits for the vectors' graph: until it is there, Milvus compares them all one by one."""
        began = time.monotonic()
        while self._server.ask("describe_index", name, "vector", timeout=SECONDS)["pending_index_rows"]:
            if time.monotonic() - began > INDEXING_SECONDS:
                log.warning("Milvus has not indexed %s yet, so searches are slow for a while", name)
                return
            time.sleep(1)

    def _note(self, name: str, card: Card) -> None:
        noted = replace(card, published=datetime.now(UTC).isoformat())
        self._server.ask("alter_collection_properties", name, noted.properties(), timeout=SECONDS)

    def _drop_others(self, name: str, archive: str) -> None:
        """Drops what an earlier rebuild, or one that was killed, has left of this archive."""
        for other in self._collections():
            card = None if other == name else self._card(other)
            if card is not None and card.archive == archive:
                self._server.ask("drop_collection", other, timeout=WRITING_SECONDS)

    def _name_archive(self) -> None:
        """Gives the archive an id of its own if it has none, so that two never share a collection."""
        if ARCHIVE in self._catalogue.settings():
            return
        with self._catalogue.writing() as connection:
            if ARCHIVE not in self._catalogue.settings_in(connection):
                connection.execute(insert(setting).values(name=ARCHIVE, value=uuid4().hex))

    # What there is

    def published(self) -> datetime | None:
        """The time at which changes were last taken in; None where there is no index."""
        with self._catalogue.reading() as connection:
            held = self._held(self._wanted(connection).archive)
        return datetime.fromisoformat(held.card.published) if held and held.card.published else None

    def current(self) -> Moment:
        """All passages as they are now.

        Raises Mismatch where the index was made with other settings or for another archive, and
        IndexUnavailable where it lags too far behind to be searched.
        """
        with self._catalogue.reading() as connection:
            wanted = self._wanted(connection)
            # Read after the catalogue, whose log reaches back to whatever was noted before.
            held = self._held(wanted.archive)
            if held is not None and held.card.made_with() != wanted.made_with():
                raise Mismatch(self._made_differently(held.card, wanted))
            last = _last_changes(connection, held.watermark if held else 0)
            if len(last) > MOST_REPLAYED or not self._reaches(connection, held):
                raise IndexUnavailable(self._lags())
            added = [passage_id for passage_id, op in last.items() if op == "add"]
            later = Snapshot.of_catalogue(self._catalogue, connection, added)
        published = self._searched(held, frozenset(last) - frozenset(added)) if held else None
        return Moment(self._catalogue, published, later)

    def _searched(self, held: Held, gone: frozenset[int]) -> Published:
        count = self._caught_up(self._alias)
        return Published(self._server, self._alias, held.card.words == "yes", count, gone)

    def _caught_up(self, name: str) -> int:
        """Waits until Milvus sees all that it acknowledged to anybody; gives the number of passages.

        This is the one read that is strongly consistent. Those after it need not wait, each for up to a
        fifth of a second.
        """
        return counted(self._server, name, consistency="Strong")

    def _made_differently(self, held: Card, wanted: Card) -> str:
        names = ("format", "embedder", "dimension", "chunker", "words")
        name = next(name for name in names if getattr(held, name) != getattr(wanted, name))
        return (
            f"the index {self._server.address} was made with {name} {getattr(held, name)!r} and the archive "
            f"and the settings say {getattr(wanted, name)!r}; make it anew with: dateline rebuild"
        )

    def _lags(self) -> str:
        return (
            f"the index {self._server.address} lags behind the archive, or knows another state of it; "
            "make it anew with: dateline rebuild"
        )

    def _wanted(self, connection: Connection) -> Card:
        """Card that a collection of this archive is made with."""
        made_with = self._catalogue.settings_in(connection)
        return Card(
            archive=made_with.get(ARCHIVE, ""),
            embedder=made_with["embedder"],
            dimension=made_with["dimension"],
            chunker=made_with["chunker"],
            words="yes" if self._server.address.words else "no",
        )

    def _held(self, archive: str) -> Held | None:
        """Reads the collection behind the alias, if any. Raises Mismatch where it is not this archive's."""
        try:
            found = self._server.ask("describe_collection", self._alias, timeout=SECONDS)
        except NoCollection:
            return None
        card = Card.read(found["properties"])
        if card is None or card.archive != archive:
            raise Mismatch(
                f"{self._server.address} belongs to something else than this archive; "
                "name another, as in milvus+http://host:port/another_name"
            )
        return Held(found["collection_name"], card)

    def _collections(self) -> list[str]:
        """The collections that may be of this index, by their names."""
        names: list[str] = self._server.ask("list_collections", timeout=SECONDS)
        return [name for name in names if re.fullmatch(rf"{self._alias}_g\d+", name)]

    def _card(self, name: str) -> Card | None:
        return Card.read(self._server.ask("describe_collection", name, timeout=SECONDS)["properties"])

    # Proving it

    def faults(self) -> Iterator[str]:
        """Every difference between Milvus and the catalogue, a sentence each."""
        try:
            yield from self._differences()
        except DatelineError as error:
            yield str(error)

    def _differences(self) -> Iterator[str]:
        with self._catalogue.reading() as connection:
            wanted = self._wanted(connection)
            added = self._catalogue.watermark(connection) > 0
        held = self._held(wanted.archive)
        if held is None:
            yield from ["no index has been published"] if added else []
            return
        if held.card.made_with() != wanted.made_with():
            yield self._made_differently(held.card, wanted)
            return
        with suppress(NoCollection):  # it was made anew meanwhile, and the one that was read dropped
            ids = self._ids(held.name)
            with self._catalogue.reading() as connection:
                if self._reaches(connection, held):
                    yield from self._compared(connection, held, ids)
                    return
        now = self._held(wanted.archive)
        if now == held:
            yield self._lags()
        else:  # a writer has published meanwhile
            yield from self._differences()

    def _compared(self, connection: Connection, held: Held, ids: Ids) -> Iterator[str]:
        """Describes how the ids in Milvus differ from the catalogue's, but for what was not published
        then.
        """
        touched = np.array(list(_last_changes(connection, held.watermark)), dtype=np.int64)
        there = self._catalogue.passage_ids(connection)
        missing = np.setdiff1d(np.setdiff1d(there, ids), touched).tolist()
        ghosts = np.setdiff1d(np.setdiff1d(ids, there), touched).tolist()
        where = f"the index {self._server.address}"
        for row in self._catalogue.facts(connection, missing):
            yield f"passage {row.id} of article {row.article_id} is missing from {where}"
        for some in _portions(ghosts):
            for row in self._server.ask_loaded("get", held.name, some, ["article"], timeout=SECONDS):
                told = f"passage {row['id']} of article {row['article']}"
                yield f"{where} holds {told}, which is not in the catalogue"
        if twice := len(ids) - len(np.unique(ids)):
            yield f"{where} holds {twice} passages twice"

    def _ids(self, name: str) -> Ids:
        """The ids in a collection, in no order."""
        self._caught_up(name)
        pages = self._server.ask_loaded(
            "query_iterator", name, batch_size=PAGE, output_fields=["id"], timeout=WRITING_SECONDS
        )
        ids: list[int] = []
        with self._server.explained():
            while page := pages.next():
                ids += [row["id"] for row in page]
            pages.close()
        return np.array(ids, dtype=np.int64)


def _last_changes(connection: Connection, after: int) -> dict[int, str]:
    """Reads what was last done to each passage past that change: ids are never used again."""
    rows = connection.execute(select(change).where(change.c.seq > after).order_by(change.c.seq))
    return {row.passage_id: row.op for row in rows}


def _portions(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for first in range(0, len(ids), BATCH):
        yield ids[first : first + BATCH]
