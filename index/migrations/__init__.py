"""Changes of tables from one Dateline to the next, by Alembic: on SQLite and PostgreSQL alike.

A history is a folder of revisions, numbered from 1. A database names the one it has in a row of its
own, so that to open it takes no look at any history.
"""

from pathlib import Path

from sqlalchemy import Connection, MetaData

from index.database.connections import Database, are_there, is_older, make, refuse_another, row_of

CATALOGUE = Path(__file__).parent / "catalogue"


def upgrade(database: Database, tables: MetaData, history: Path) -> str | None:
    """Brings tables to the form that this Dateline knows, all or nothing; gives the form that they had.

    None where there are no such tables; those from before there were forms are taken for the first.
    Raises Mismatch where a later Dateline made them, and Busy where another process is writing.
    """
    with database.remaking() as connection:
        if not are_there(connection, tables):
            return None
        before = make(connection, tables)
        if is_older(before, tables):
            migrate(connection, tables, history, str(tables.info["revision"]))
        else:
            refuse_another(before, tables, database.named)
        return before


def migrate(connection: Connection, tables: MetaData, history: Path, revision: str) -> None:
    """Runs the revisions of a history up to one, within the transaction of the connection."""
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection, "version_table": row_of(tables).name})
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("version_locations", str(history))
    config.set_main_option("path_separator", "newline")
    command.upgrade(config, revision)
