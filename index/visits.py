"""Earlier visits to pages, kept in the catalogue of an archive."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.catalogue import Catalogue

# Every search opens an archive, and few read a page.
if TYPE_CHECKING:
    from index.readers.pages import Validators


@dataclass(frozen=True, slots=True)
class StoredVisits:
    """The visits whose articles an archive holds."""

    catalogue: Catalogue

    def get(self, url: str) -> "Validators | None":
        """What the last visit to an address left; None where there was none."""
        from index.readers.pages import Validators

        kept = self.catalogue.visit(url)
        return None if kept is None else Validators(*kept)

    def put(self, url: str, validators: "Validators") -> None:
        """Notes a visit all of whose articles are safely kept."""
        self.catalogue.note_visit(url, validators.etag, validators.last_modified)
