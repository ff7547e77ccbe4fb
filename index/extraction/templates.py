"""The template lines of outlets, kept in the catalogue of an archive.

What an archive has once learned of a site holds for every article that comes later, one by one or many.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from index.catalogue.catalogue import Catalogue
from index.catalogue.tables import template
from index.extraction.content_blocks import recurring_lines, without_template
from index.records import Draft, Skipped


@dataclass(frozen=True, slots=True)
class StoredTemplates:
    """The lines that recur across the articles of each outlet."""

    catalogue: Catalogue

    def cleaned(self, batch: Sequence[Draft | Skipped]) -> list[Draft | Skipped]:
        """The batch without the lines that are known for template, or that it shows to be."""
        return _without(batch, self.learn(_recurring(batch)))

    def learn(self, lines: frozenset[str]) -> frozenset[str]:
        """Keeps these lines too, and returns all that are kept."""
        with self.catalogue.reading() as connection:
            known = frozenset(connection.scalars(select(template.c.line)))
        if new := lines - known:
            with self.catalogue.writing() as connection:
                noted = self.catalogue.insert(template).on_conflict_do_nothing()  # others learn too
                connection.execute(noted, [{"line": line} for line in sorted(new)])
        return known | lines


@dataclass(slots=True)
class LearnedTemplates:
    """The same away from the archive: what it knew, and in `new` what was learned since."""

    known: frozenset[str]
    new: frozenset[str] = frozenset()

    def cleaned(self, batch: Sequence[Draft | Skipped]) -> list[Draft | Skipped]:
        """The batch without the lines that are known for template, or that it shows to be."""
        self.new |= _recurring(batch) - self.known
        return _without(batch, self.known | self.new)


def _recurring(batch: Sequence[Draft | Skipped]) -> frozenset[str]:
    return recurring_lines(draft for draft in batch if isinstance(draft, Draft))


def _without(batch: Sequence[Draft | Skipped], lines: frozenset[str]) -> list[Draft | Skipped]:
    return [without_template(draft, lines) if isinstance(draft, Draft) else draft for draft in batch]
