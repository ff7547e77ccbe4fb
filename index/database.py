"""The connection to the catalogue's SQLite file, and its errors in words."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DatabaseError

from index.errors import Damaged, DatelineError, NoSpace


def engine(path: Path) -> Engine:
    """Connects to the file as durably as SQLite can: WAL, `synchronous=FULL`."""
    made = sa.create_engine(f"sqlite:///{path}", connect_args={"timeout": 30})
    event.listen(made, "connect", _configure)
    event.listen(made, "begin", _begin)
    return made


def writing(of: Engine) -> Engine:
    """The engine whose transactions take the write lock at their start, not halfway."""
    return of.execution_options(dateline_begin="BEGIN IMMEDIATE")


def _configure(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # leaves BEGIN to _begin; the driver's own comes too late for reads
    # SQLite's own knows the letters of ASCII alone.
    connection.create_function("lower", 1, _folded, deterministic=True)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _folded(text: str | None) -> str | None:
    return None if text is None else text.casefold()


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("dateline_begin", "BEGIN"))


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Turns the errors of the database at `path` into sentences: NoSpace, Damaged or DatelineError."""
    try:
        yield
    except DatabaseError as error:
        cause = str(error.orig)
        if "full" in cause:
            raise NoSpace(
                f"the disk of {path.parent} is full; what was added before is safe: "
                "make room and add the same again"
            ) from error
        if "malformed" in cause or "not a database" in cause or "no such table" in cause:
            raise Damaged(
                f"the catalogue {path} is damaged ({cause}); put back a copy of it, "
                "or add the articles to a new archive with --data"
            ) from error
        raise DatelineError(f"the catalogue {path} cannot be used: {cause}") from error
