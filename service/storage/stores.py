"""Databases that an archive keeps beside its indexes, each a SQLite file of the folder or, with
`DATELINE_CATALOGUE`, some tables of one PostgreSQL database.
"""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import MetaData

from index import migrations
from index.archive import CATALOGUE
from index.catalogue import tables as schema
from service.http import idempotency, security
from service.llm import budget
from service.slack import record
from service.storage import conversations, keys

_HISTORIES = Path(__file__).parent / "migrations"


@dataclass(frozen=True, slots=True)
class Store:
    """Tables that lie together. `history` is the folder of the Alembic revisions that made them."""

    holds: str  # in errors and messages
    file: str
    tables: MetaData
    history: Path


STORES = (
    Store("the catalogue", CATALOGUE, schema.tables, migrations.CATALOGUE),
    Store("the record of answers", conversations.FILE, conversations.tables, _HISTORIES / "conversations"),
    Store("the record of requests", idempotency.FILE, idempotency.tables, _HISTORIES / "idempotency"),
    Store("the account of what models cost", budget.FILE, budget.tables, _HISTORIES / "spending"),
    Store("the record of keys", keys.FILE, keys.tables, _HISTORIES / "keys"),
    Store("the count of requests", keys.FILE, security.tables, _HISTORIES / "limits"),
    Store("the record of Slack events", record.FILE, record.tables, _HISTORIES / "slack"),
)
