"""The template lines of outlets, kept in the catalogue of an archive.

What an archive has once learned of a site holds for every article that comes later, one by one or many.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select

from index.catalogue.catalogue import Catalogue
from index.catalogue.tables import template
from index.extraction.boilerplate import ends_sentence, plain
from index.extraction.content_blocks import weight
from index.records import EVIDENCE, Draft, Skipped, Zone, ZoneKind

_FEWEST, _SHARE = 3, 0.3  # of an outlet's articles, for a line to be its template


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


def recurring_lines(drafts: Iterable[Draft]) -> frozenset[str]:
    """The short lines that an outlet prints in at least three of these articles and in three of ten.

    Only articles of one outlet are compared, or of one folder or site where it is unknown: what two
    outlets print alike is an agency's. A long paragraph that recurs is the background of a running story,
    and the versions of one article count once. Hand the result to `without_template`.
    """
    houses: dict[str, dict[str, set[str]]] = {}
    for draft in drafts:
        house = houses.setdefault(_house(draft), {})
        article = _lead(draft)
        for _, line in _short_lines(draft):
            house.setdefault(line, set()).add(article)
        house.setdefault("", set()).add(article)  # no line is empty: all the articles of the house
    return frozenset(
        f"{name}\n{line}"
        for name, lines in houses.items()
        for line, articles in lines.items()
        if line and len(articles) >= max(_FEWEST, _SHARE * len(lines[""]))
    )


def without_template(draft: Draft, lines: frozenset[str]) -> Draft:
    """The article with its outlet's recurring lines made navigation, and the dates in them left out.

    An article of which nothing would be left stays as it is.
    """
    house = _house(draft)
    template = {zone for zone, line in _short_lines(draft) if f"{house}\n{line}" in lines}
    judged = tuple(
        replace(zone, kind=ZoneKind.NAVIGATION) if zone in template else zone for zone in draft.zones
    )
    if not template or not any(zone.kind is ZoneKind.REPORTING for zone in judged):
        return draft
    dates = tuple(
        day for day in draft.dates if not any(zone.start <= day.start < zone.end for zone in template)
    )
    return replace(draft, zones=judged, dates=dates)


def _house(draft: Draft) -> str:
    """The outlet, else the site or folder that the key names."""
    return draft.outlet.casefold() if draft.outlet else draft.key.partition("#")[0].rpartition("/")[0]


def _lead(draft: Draft) -> str:
    """The first long paragraph, which tells articles apart and the versions of one together."""
    long = (zone.of(draft.text) for zone in draft.zones if _is_long(zone, draft))
    return next(long, draft.title or draft.key)


def _is_long(zone: Zone, draft: Draft) -> bool:
    words = zone.of(draft.text)
    return zone.kind is ZoneKind.REPORTING and weight(words) >= (12 if ends_sentence(words) else 25)


def _short_lines(draft: Draft) -> Iterator[tuple[Zone, str]]:
    """The evidence that may be template, and its words without case and outer punctuation.

    A short sentence may be only where it stands above or below all paragraphs.
    """
    long = [number for number, zone in enumerate(draft.zones) if _is_long(zone, draft)]
    first, last = (long[0], long[-1]) if long else (len(draft.zones), -1)
    for number, zone in enumerate(draft.zones):
        words = zone.of(draft.text)
        if zone.kind not in EVIDENCE or _is_long(zone, draft) or weight(words) >= 25:
            continue
        if not ends_sentence(words) or not first <= number <= last:
            yield zone, plain(words)
