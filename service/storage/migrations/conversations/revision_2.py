"""The versions of articles that each answer quotes."""

import json

import sqlalchemy as sa
from alembic import op

revision = "2"
down_revision = "1"


def upgrade() -> None:
    """Makes the table, and fills it with what the kept answers quote."""
    cited = op.create_table(
        "cited",
        sa.Column("answer_id", sa.String(), nullable=False),
        sa.Column("article_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["answer_id"], ["answer.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("answer_id", "article_id", "version"),
    )
    op.create_index("cited_article", "cited", ["article_id", "version"])
    connection = op.get_bind()
    for answer_id, kept in connection.execute(sa.text("SELECT id, body FROM answer")).all():
        body = json.loads(kept)
        quotes = (*body.get("citations", ()), *body.get("related", ()))
        listed = (body.get("table") or {}).get("articles") or ()
        told = {(quote["article_id"], quote["version"]) for quote in quotes}
        told |= {(article, 0) for article in listed if article}
        rows = [
            {"answer_id": answer_id, "article_id": article, "version": version} for article, version in told
        ]
        if rows:
            op.bulk_insert(cited, rows)
