"""Earlier visits to pages, kept in the catalogue of an archive."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select

from index.catalogue.catalogue import Catalogue
from index.catalogue.tables import visit

# Every search opens an archive, and few read a page.
if TYPE_CHECKING:
    from index.readers.pages import Validators


@dataclass(frozen=True, slots=True)
class StoredVisits:
    """The visits whose articles an archive holds."""

    catalogue: Catalogue

    def get(self, url: str) -> "Validators | None":
        """Reads what the last visit to an address left; None where there was none."""
        from index.readers.pages import Validators

        with self.catalogue.reading() as connection:
            row = connection.execute(select(visit).where(visit.c.url == url)).one_or_none()
        return None if row is None else Validators(row.etag, row.last_modified)

    def put(self, url: str, validators: "Validators") -> None:
        """Notes a visit all of whose articles are safely kept."""
        left = {"etag": validators.etag, "last_modified": validators.last_modified}
        now = datetime.now(UTC).replace(tzinfo=None)
        with self.catalogue.writing() as connection:
            connection.execute(delete(visit).where(visit.c.url == url))
            connection.execute(insert(visit).values(url=url, fetched_at=now, **left))
