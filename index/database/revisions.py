"""The form in which a database has its tables: one row of it says which, and ours must be the same.

The row is Alembic's, whose revisions lead from each form to the next; see `index.migrations`.
"""

import sqlalchemy as sa
from sqlalchemy import Column, Connection, MetaData, String, Table, insert, select

from index.errors import Mismatch

FIRST = "1"  # the form of tables that were made before any row told it


def revised(name: str, revision: str) -> MetaData:
    """Tables that are made, changed and moved together. `revision` is the form that this Dateline knows."""
    tables = MetaData(info={"name": name, "revision": revision})
    Table(f"{name}_revision", tables, Column("version_num", String(32), primary_key=True))
    return tables


def name_of(tables: MetaData) -> str:
    """Reads what the tables are called together."""
    return str(tables.info["name"])


def row_of(tables: MetaData) -> Table:
    """The table whose one row tells the form."""
    return tables.tables[f"{name_of(tables)}_revision"]


def noted(connection: Connection, tables: MetaData) -> str | None:
    """The form that the database tells; None where nothing tells it yet."""
    row = row_of(tables)
    if not sa.inspect(connection).has_table(row.name):
        return None
    return connection.scalar(select(row.c.version_num))


def are_there(connection: Connection, tables: MetaData) -> bool:
    """Tells whether any of the tables is there."""
    there = sa.inspect(connection).get_table_names()
    return any(table.name in there for table in tables.sorted_tables)


def make(connection: Connection, tables: MetaData) -> str:
    """Makes the tables where none of them is, notes their form where nothing tells it, and gives it."""
    if found := noted(connection, tables):
        return found
    old = are_there(connection, tables)
    found = FIRST if old else str(tables.info["revision"])
    tables.create_all(connection, [row_of(tables)] if old else None)
    connection.execute(insert(row_of(tables)).values(version_num=found))
    return found


def is_older(found: str, tables: MetaData) -> bool:
    """Tells whether a form came before ours."""
    return found.isdecimal() and int(found) < int(tables.info["revision"])


def refuse_another(found: str, tables: MetaData, holds: str) -> None:
    """Raises Mismatch, with what is to be done, where a form is not ours."""
    ours = tables.info["revision"]
    if found != ours:
        older = is_older(found, tables)
        way_out = "change it with: dateline upgrade" if older else "use the Dateline that made it"
        raise Mismatch(f"{holds} has format {found!r} and this Dateline reads {ours!r}; {way_out}")
