"""The template lines of outlets, kept in the catalogue of an archive.

What an archive has once learned of a site holds for every article that comes later, one by one or many.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select

from index.catalogue import Catalogue
from index.cleaning import recurring_lines, without_template
from index.records import Draft, Skipped
from index.schema import template


@dataclass(frozen=True, slots=True)
class StoredTemplates:
    """The lines that recur across the articles of each outlet."""

    catalogue: Catalogue

    def cleaned(self, batch: Sequence[Draft | Skipped]) -> list[Draft | Skipped]:
        """The batch without the lines that are known for template, or that it shows to be."""
        lines = self._learned(recurring_lines(draft for draft in batch if isinstance(draft, Draft)))
        return [without_template(draft, lines) if isinstance(draft, Draft) else draft for draft in batch]

    def _learned(self, lines: frozenset[str]) -> frozenset[str]:
        with self.catalogue.reading() as connection:
            known = frozenset(connection.scalars(select(template.c.line)))
        if new := lines - known:
            with self.catalogue.writing() as connection:
                connection.execute(insert(template), [{"line": line} for line in sorted(new)])
        return known | lines
