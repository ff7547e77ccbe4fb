"""The seams of the index: what a search asks of it, and what keeps it in step with the catalogue.

An index is a cache: all that it holds can be made anew from the catalogue, and every hit is joined to
the catalogue, so that one which lags behind can miss a passage but never show one that was removed.
FAISS and tantivy stand behind these seams (`index.backends.local`), and so does Milvus
(`index.backends.milvus`).
Users plug in their own: `Archive.open` and `Archive.create` take whatever opens it, and the entry points of
`dateline.indexes` are found by the scheme of an address (`index.engines.index_at`).
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, TypeVar

from index.backends.local.columns import Facts
from index.backends.local.snapshots import Summary
from index.catalogue.catalogue import Catalogue
from index.models.embedding import Vectors
from index.records import Filters

Allowed = TypeVar("Allowed")


class Searchable(Protocol[Allowed]):
    """All passages of an archive, as searches see them; safe to ask from several threads at once.

    It knows every passage that was acknowledged when it was made, published or not, and must answer
    for as long as anyone holds it. `Allowed` is what it makes of filters for itself: a search asks for
    it once and hands it back with each question. Raises IndexUnavailable where a server does not answer.
    """

    @property
    def embedder(self) -> str:
        """The id of the embedder whose vectors it holds."""
        ...

    @property
    def watermark(self) -> int:
        """The newest change of the catalogue that it knows."""
        ...

    def __len__(self) -> int:
        """Counts the passages."""
        ...

    def allowed(self, filters: Filters | None = None) -> Allowed | None:
        """Selects what passes the filters, as `Columns.passing` does; None where that is all."""
        ...

    def nearest(self, vector: Vectors, k: int, allowed: Allowed | None = None) -> list[tuple[int, float]]:
        """At most k (passage id, cosine), best first, each passage once."""
        ...

    def matching(self, text: str, k: int, allowed: Allowed | None = None) -> list[tuple[int, float]]:
        """At most k (passage id, BM25 score over `lexical.stems`), best and so highest first, each once."""
        ...

    def known(self, passage_ids: Iterable[int], vector: Vectors) -> Iterable[tuple[Facts, float]]:
        """Of each of those passages that is there, the facts and the cosine to that vector, in no order."""
        ...

    def passages_with(self, stem: str) -> int:
        """Counts the passages that hold a word of that stem; removed ones may be counted."""
        ...

    def summary(self, filters: Filters | None = None) -> Summary:
        """Counts what the archive holds, or what of it passes the filters."""
        ...


class DerivedIndex(Protocol):
    """An index and how it follows the catalogue, whose `change` log is its outbox.

    It keeps with itself how far it has read the log, and what it was made with: the embedder, the
    dimension and the chunker that `Catalogue.settings` names. What was made with others is not searched.
    """

    def publish(self, *, afresh: bool = False) -> object:
        """Takes in what has changed since the last time; all anew where that cannot be, or `afresh`.

        Called by one process at a time, the one that writes. Changes may be applied twice, never left
        out: how far the log was read is noted after what was read is safe, so that a process that is
        killed at any point, and called again, leaves what one call would have. What is searched
        meanwhile is whole. Raises IndexUnavailable or NoSpace, and the articles are safe.
        """
        ...

    def current(self) -> Searchable[Any]:
        """All passages as they are now. May be called while another process publishes."""
        ...

    def published(self) -> datetime | None:
        """The time at which it was last published; None where it never was."""
        ...

    def faults(self) -> Iterator[str]:
        """Every difference between the index and the catalogue, a sentence each.

        What a writer is adding or removing meanwhile is no difference.
        """
        ...

    def close(self) -> None:
        """Lets go of files and connections. Searches that still run keep what they hold."""
        ...


LoadIndex = Callable[[Path, Catalogue], DerivedIndex]
"""Opens the index of a catalogue; the path is a folder that is its own, not made yet."""
