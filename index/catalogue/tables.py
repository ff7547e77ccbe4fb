"""The tables of the catalogue.

`passage` holds the passages of each article's current version only; `version` keeps every text that
was ever cited. Ids are never used again, so an index that lags behind can point at nothing, but
never at the wrong thing.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from index.database.connections import revised

FORMAT = "3"  # the newest of `migrations.catalogue`; each of them sets the row of `setting` that tells it

tables = revised("catalogue", FORMAT)

# SQLite makes ids that are never used again only for a plain INTEGER.
_Id = BigInteger().with_variant(Integer, "sqlite")

setting = Table(  # what the whole archive was made with: format, embedder, chunker
    "setting",
    tables,
    Column("name", String, primary_key=True),
    Column("value", String, nullable=False),
)

article = Table(
    "article",
    tables,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("key", String, nullable=False, unique=True),
    Column("version", Integer, nullable=False),  # the number of its current version
    Column("cluster", _Id, nullable=False, index=True),  # articles of one text share it
    Column("standing", String),  # corrected, retracted
    Column("notice_in", _Id),  # the other article that prints the notice
    sqlite_autoincrement=True,
)

version = Table(
    "version",
    tables,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("article_id", _Id, ForeignKey("article.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("title", Text),
    Column("outlet", String, index=True),
    Column("author", Text),
    Column("published", Date, index=True),
    Column("updated", Date),
    Column("language", String),
    Column("url", Text),
    Column("dateline", Text),
    Column("text", Text, nullable=False),
    Column("zones", JSON, nullable=False),  # [[start, end, kind], …]
    Column("dates", JSON, nullable=False),  # [[start, end, first day, last day, origin, planned], …]
    Column("origins", JSON, nullable=False),  # {"published": "text", …}
    Column("digest", String, nullable=False),  # of what may be quoted and its metadata
    Column("text_digest", String, nullable=False),  # of the whole text and its metadata
    Column("checksum", String, nullable=False),  # of the whole row
    Column("added", DateTime, nullable=False),  # UTC
    Column("published_last", Date),  # the last day it can be where `published` is only the first
    Column("notices", JSON(none_as_null=True)),  # [[start, end, standing], …]
    Column("names", JSON(none_as_null=True)),  # ["Yahya Rasul", …]
    Column("repairs", JSON(none_as_null=True)),  # ["mojibake", …]
    UniqueConstraint("article_id", "number"),
    sqlite_autoincrement=True,
)

band = Table(  # of the MinHash signatures of current versions; near-duplicates share one
    "band",
    tables,
    Column("article_id", _Id, ForeignKey("article.id", ondelete="CASCADE"), primary_key=True),
    Column("number", BigInteger, primary_key=True, index=True),
)

passage = Table(
    "passage",
    tables,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("version_id", _Id, ForeignKey("version.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("sentences", JSON, nullable=False),  # [[start, end], …]
    Column("vector", LargeBinary, nullable=False),  # float16, little-endian
    Column("checksum", BigInteger, nullable=False),  # CRC-32 of the span, the sentences and the vector
    sqlite_autoincrement=True,
)

name = Table(  # the names that current versions spell, and how many of them do
    "name",
    tables,
    Column("spelling", Text, primary_key=True),
    Column("articles", Integer, nullable=False),
)

change = Table(  # what derived indexes must still learn; written in the transaction it tells of
    "change",
    tables,
    Column("seq", _Id, primary_key=True, autoincrement=True),
    Column("op", String, nullable=False),  # add, remove
    Column("passage_id", _Id, nullable=False),
    Column("chain", String),  # digest of this change and all before it; NULL before format 3
    sqlite_autoincrement=True,
)

template = Table(  # lines that recur across the articles of an outlet
    "template",
    tables,
    Column("line", Text, primary_key=True),  # the outlet, a line break, the line
)

visit = Table(  # what servers gave to ask by whether a page has changed
    "visit",
    tables,
    Column("url", String, primary_key=True),
    Column("etag", String),
    Column("last_modified", String),
    Column("fetched_at", DateTime, nullable=False),  # UTC
)
