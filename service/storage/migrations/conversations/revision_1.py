"""Answers and what their readers thought of them."""

import sqlalchemy as sa
from alembic import op

revision = "1"
down_revision = None

_Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Makes the tables."""
    op.create_table(
        "answer",
        sa.Column("position", _Id, nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("owner", sa.String()),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("standalone_question", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("asked", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("position"),
        sa.UniqueConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("answer_of_conversation", "answer", ["owner", "conversation_id", "position"])
    op.create_table(
        "feedback",
        sa.Column("answer_id", sa.String(), nullable=False),
        sa.Column("rating", sa.String(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("given", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["answer_id"], ["answer.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("answer_id"),
    )
