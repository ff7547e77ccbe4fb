"""Days of publication that are known to lie between two, notices, names and repairs of the text."""

import sqlalchemy as sa
from alembic import op

revision = "2"
down_revision = "1"


def upgrade() -> None:
    """Adds the columns and the table, empty: they are filled as articles are added."""
    with op.batch_alter_table("article") as article:
        article.add_column(sa.Column("standing", sa.String()))
        article.add_column(sa.Column("notice_in", sa.BigInteger().with_variant(sa.Integer, "sqlite")))
    with op.batch_alter_table("version") as version:
        version.add_column(sa.Column("published_last", sa.Date()))
        version.add_column(sa.Column("notices", sa.JSON()))
        version.add_column(sa.Column("names", sa.JSON()))
        version.add_column(sa.Column("repairs", sa.JSON()))
    op.create_table(
        "name",
        sa.Column("spelling", sa.Text(), nullable=False),
        sa.Column("articles", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("spelling"),
    )
    op.execute(sa.text("UPDATE setting SET value = '2' WHERE name = 'format'"))
