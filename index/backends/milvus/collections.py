"""Layout of a collection in Milvus: its fields, the rows of passages, and filters as expressions.

Primary key is the passage's id. What may change, such as the cluster of an article, is not here.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from sqlalchemy import Connection

from index.backends.local.columns import UNKNOWN
from index.backends.local.lexical import stems
from index.catalogue.catalogue import Catalogue
from index.records import Filters

FORMAT = "2"  # raised with every change of the fields
PREFIX = "dateline."  # of our properties
LONGEST = 65_535  # bytes of a text that Milvus keeps
NONE = "id < 0"  # lets no passage pass
LINKS, WIDTH = 16, 200  # of HNSW: of each vector; candidates while it is built
K1, B = 1.2, 0.75  # of BM25, as tantivy has them

_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r"})

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """Card of a collection, kept as its properties: what it was made for and how far it has come."""

    archive: str
    embedder: str
    dimension: str
    chunker: str
    words: str  # yes, or no where the server matches none
    format: str = FORMAT
    watermark: str = ""  # the newest change of the catalogue that it holds; empty until it is whole
    chain: str = ""  # the digest of that change and all before it
    published: str = ""  # when that was noted

    @classmethod
    def read(cls, properties: Mapping[str, str]) -> Self | None:
        """The card among a collection's properties; None where it is no collection of ours."""
        ours = {name: properties.get(PREFIX + name) for name in cls.__dataclass_fields__}
        return None if None in ours.values() else cls(**ours)  # type: ignore[arg-type]

    def properties(self) -> dict[str, str]:
        """The properties that tell it."""
        return {PREFIX + name: getattr(self, name) for name in self.__dataclass_fields__}

    def made_with(self) -> tuple[str, ...]:
        """Values that every collection shares which could stand in its place."""
        return self.format, self.embedder, self.dimension, self.chunker, self.words


def schema(card: Card, tokenizer: str) -> Any:
    """The fields of a collection."""
    from pymilvus import DataType, Function, FunctionType, MilvusClient

    fields = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
    fields.add_field("id", DataType.INT64, is_primary=True)
    fields.add_field("vector", DataType.FLOAT_VECTOR, dim=int(card.dimension))
    fields.add_field("article", DataType.INT64)
    fields.add_field("published", DataType.INT64)
    for name in ("outlet", "author", "language"):
        fields.add_field(name, DataType.VARCHAR, max_length=LONGEST)
    if card.words == "yes":
        known = {"enable_analyzer": True, "enable_match": True, "analyzer_params": {"tokenizer": tokenizer}}
        fields.add_field("words", DataType.VARCHAR, max_length=LONGEST, **known)
        fields.add_field("bm25", DataType.SPARSE_FLOAT_VECTOR)
        fields.add_function(Function("bm25", FunctionType.BM25, ["words"], ["bm25"]))
    return fields


def indexes(card: Card) -> Any:
    """Describes how its vectors and words are indexed."""
    from pymilvus import MilvusClient

    known = MilvusClient.prepare_index_params()
    graph = {"M": LINKS, "efConstruction": WIDTH}
    known.add_index("vector", index_type="HNSW", metric_type="IP", params=graph)
    if card.words == "yes":
        bm25 = {"bm25_k1": K1, "bm25_b": B}
        known.add_index("bm25", index_type="SPARSE_INVERTED_INDEX", metric_type="BM25", params=bm25)
    return known


def rows(catalogue: Catalogue, connection: Connection, card: Card, ids: Sequence[int]) -> Iterator[Row]:
    """The rows of those passages; one that was removed since has none."""
    entries = {entry.passage_id: entry for entry in catalogue.entries(connection, ids)}
    for facts in catalogue.facts(connection, ids):
        row = {
            "id": facts.id,
            "vector": np.frombuffer(facts.vector, dtype="<f2").astype(np.float32),
            "article": facts.article_id,
            "published": facts.published.toordinal() if facts.published else UNKNOWN,
            **{name: kept(getattr(facts, name)) for name in ("outlet", "author", "language")},
        }
        if card.words == "yes":
            entry = entries[facts.id]
            row["words"] = words(f"{entry.title}\n{entry.text}")
        yield row


def kept(text: str | None) -> str:
    """A text as a field keeps it: what is unknown as nothing, all else behind a mark, and cut to fit."""
    return "" if text is None else _cut(f"={text}")


def words(text: str) -> str:
    """The words of a text as both engines keep them, which is why we stem them and not Milvus.

    Those that do not fit are left out: that takes seventy times the text of a passage.
    """
    joined = " ".join(stems(text))
    cut = _cut(joined)
    return cut if len(cut) == len(joined) else cut.rpartition(" ")[0]


def _cut(text: str) -> str:
    # Halves of characters, which a client may send and no article holds, have no bytes.
    return text.encode("utf-8", "backslashreplace")[:LONGEST].decode("utf-8", "ignore")


def expression(filters: Filters, bylines: Collection[str]) -> str:
    """The filters as Milvus reads them: `Columns.passing` in its words.

    Authors are looked for in the bylines there are, since Milvus' `like` has signs of its own that not
    all its versions escape alike.
    """
    return " and ".join(_conditions(filters, bylines))


def _conditions(filters: Filters, bylines: Collection[str]) -> Iterator[str]:
    if filters.since:
        yield f"published >= {filters.since.toordinal()}"
    until = min((day for day in (filters.until, filters.as_of) if day), default=None)
    if until:
        yield f"published <= {until.toordinal()} and published != {UNKNOWN}"
    if filters.outlets:
        yield among("outlet", filters.outlets)
    if filters.authors:
        names = [name.casefold() for name in filters.authors]
        yield among("author", [text for text in bylines if any(n in text.casefold() for n in names)])
    if filters.languages:
        yield among("language", filters.languages)


def among(field: str, texts: Collection[str]) -> str:
    """Lets pass what has one of those texts in that field."""
    literals = sorted({literal(kept(text)) for text in texts})
    return f"{field} in [{', '.join(literals)}]" if literals else NONE


def literal(text: str) -> str:
    """A text as a literal of an expression. Milvus' own templates are not known to all its versions.

    Nothing else is escaped, since milvus-lite knows no other escapes than these.
    """
    return f'"{text.translate(_ESCAPES)}"'
