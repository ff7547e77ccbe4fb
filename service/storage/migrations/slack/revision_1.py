"""Slack events, questions and channels."""

import sqlalchemy as sa
from alembic import op

revision = "1"
down_revision = None


def upgrade() -> None:
    """Makes the tables."""
    op.create_table(
        "slack_channel",
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("outlets", sa.JSON(), nullable=False),
        sa.Column("since", sa.Date()),
        sa.Column("answerer", sa.String()),
        sa.PrimaryKeyConstraint("team", "channel"),
    )
    op.create_table(
        "slack_event",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("seen", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_slack_event_seen", "slack_event", ["seen"])
    op.create_table(
        "slack_question",
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("ts", sa.String(), nullable=False),
        sa.Column("thread", sa.String(), nullable=False),
        sa.Column("user", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("held_by", sa.String()),
        sa.Column("held_until", sa.DateTime()),
        sa.Column("messages", sa.JSON(), nullable=False),
        sa.Column("streaming", sa.Boolean(), nullable=False),
        sa.Column("answer_id", sa.String()),
        sa.Column("asked", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("team", "channel", "ts"),
    )
    op.create_index("ix_slack_question_asked", "slack_question", ["asked"])
    op.create_index("slack_question_of_thread", "slack_question", ["team", "channel", "thread"])
