"""The tables of a catalogue, as the first Dateline made them."""

import sqlalchemy as sa
from alembic import op

revision = "1"
down_revision = None

_Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Makes the tables."""
    op.create_table(
        "article",
        sa.Column("id", _Id, autoincrement=True, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("cluster", _Id, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_article_cluster", "article", ["cluster"])
    op.create_table(
        "change",
        sa.Column("seq", _Id, autoincrement=True, nullable=False),
        sa.Column("op", sa.String(), nullable=False),
        sa.Column("passage_id", _Id, nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "setting",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table("template", sa.Column("line", sa.Text(), nullable=False), sa.PrimaryKeyConstraint("line"))
    op.create_table(
        "visit",
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("etag", sa.String()),
        sa.Column("last_modified", sa.String()),
        sa.Column("fetched_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("url"),
    )
    op.create_table(
        "band",
        sa.Column("article_id", _Id, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("article_id", "number"),
    )
    op.create_index("ix_band_number", "band", ["number"])
    op.create_table(
        "version",
        sa.Column("id", _Id, autoincrement=True, nullable=False),
        sa.Column("article_id", _Id, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text()),
        sa.Column("outlet", sa.String()),
        sa.Column("author", sa.Text()),
        sa.Column("published", sa.Date()),
        sa.Column("updated", sa.Date()),
        sa.Column("language", sa.String()),
        sa.Column("url", sa.Text()),
        sa.Column("dateline", sa.Text()),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("zones", sa.JSON(), nullable=False),
        sa.Column("dates", sa.JSON(), nullable=False),
        sa.Column("origins", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("text_digest", sa.String(), nullable=False),
        sa.Column("checksum", sa.String(), nullable=False),
        sa.Column("added", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("article_id", "number"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_version_outlet", "version", ["outlet"])
    op.create_index("ix_version_published", "version", ["published"])
    op.create_table(
        "passage",
        sa.Column("id", _Id, autoincrement=True, nullable=False),
        sa.Column("version_id", _Id, nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("sentences", sa.JSON(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.Column("checksum", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_passage_version_id", "passage", ["version_id"])
