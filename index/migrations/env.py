"""Entry point for Alembic: runs the revisions of a history over the connection that Dateline gives it."""

from alembic import context

_given = context.config.attributes
context.configure(
    connection=_given["connection"],
    version_table=_given["version_table"],
    render_as_batch=True,  # SQLite alters no column; Alembic makes the table anew
)
context.run_migrations()
