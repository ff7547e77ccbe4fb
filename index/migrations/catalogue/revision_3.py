"""A digest chained over the log of changes, and the archive's own name."""

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "3"
down_revision = "2"


def upgrade() -> None:
    """Adds the column, empty for the changes so far, and names the archive if nothing has."""
    with op.batch_alter_table("change") as change:
        change.add_column(sa.Column("chain", sa.String()))
    named = sa.text("INSERT INTO setting (name, value) VALUES ('archive', :id) ON CONFLICT DO NOTHING")
    op.execute(named.bindparams(id=uuid4().hex))
    op.execute(sa.text("UPDATE setting SET value = '3' WHERE name = 'format'"))
