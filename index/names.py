"""The names of an archive with their spellings: which of them may be meant by one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

from sqlalchemy import ColumnElement, false, or_, select

from index.catalogue.catalogue import Catalogue
from index.catalogue.tables import name as name_table
from index.extraction.names import key

MOST_KNOWN = 50_000
"""Names that are kept in memory, the most frequent; to read so many takes a second and a half."""
MOST_RARE = 5_000
"""Rarer names that are weighed for one that is asked for; the database chooses them by their consonants."""
LEAST_LIKENESS = 84.0
"""Of 100, by the edits between two spellings, for a slip of the keyboard."""
LEAST_LETTERS = 3
"""Consonants of a part of a name, below which the database would choose nearly all names."""
SAME = 0.95
"""Likeness of a spelling that has the same consonants."""


@dataclass(frozen=True, slots=True)
class Spelling:
    """A name as articles spell it, how many do, and how like it is to what was asked, 0 to 1."""

    spelling: str
    articles: int
    likeness: float


class Names:
    """The names that the current versions of an archive's articles spell."""

    def __init__(self, catalogue: Catalogue, most: int = MOST_KNOWN) -> None:
        """Reads the `most` frequent names when one is first asked for, and again after each change."""
        self._catalogue = catalogue
        self._most = most
        self._known = lru_cache(maxsize=1)(self._read)

    def similar(self, name: str, limit: int = 8) -> list[Spelling]:
        """Returns the spellings that may mean the name, the likest first, of these the most frequent.

        They share its consonants ("Rasul", "Rasool"), hold it as a part ("Yahya Rasul"), or differ by a
        slip. Two people of one name are one spelling; which is meant the articles must tell. Rarer names
        are looked for where none of the frequent ones is spelt as surely.
        """
        wanted = key(name)
        if not wanted:
            return []
        with self._catalogue.reading() as connection:
            known = self._known(self._catalogue.watermark(connection))
        found = known.similar(name, limit)
        if len(known.spellings) < self._most or any(one.likeness >= SAME for one in found):
            return found
        rare = _Known(self._rows(*_spelt_like(wanted), most=MOST_RARE)).similar(name, limit)
        best = {one.spelling: one for one in (*found, *rare)}
        return sorted(best.values(), key=lambda one: (-one.likeness, -one.articles, one.spelling))[:limit]

    def _read(self, watermark: int) -> "_Known":
        return _Known(self._rows(most=self._most))

    def _rows(self, *conditions: ColumnElement[bool], most: int) -> list[tuple[str, int]]:
        """The most frequent names that meet the conditions."""
        chosen = select(name_table).where(name_table.c.articles > 0, *conditions)
        with self._catalogue.reading() as connection:
            rows = connection.execute(chosen.order_by(name_table.c.articles.desc()).limit(most)).all()
        return [(row.spelling, row.articles) for row in rows]


def _spelt_like(wanted: Sequence[str]) -> list[ColumnElement[bool]]:
    """Conditions that a name has the letters of each part in their order, of a longer part but for one."""
    patterns = [_in_order(part) for part in wanted]
    if max(map(len, wanted)) < LEAST_LETTERS:  # nearly all names have them
        return [false()]
    return [or_(*(name_table.c.spelling.ilike(one) for one in some)) for some in patterns]


def _in_order(part: str) -> list[str]:
    """Patterns of words with these letters; those that several letters may spell are left open."""
    letters = re.sub("[fghk]", "", part)
    kept = len(letters) - 1 if len(letters) > LEAST_LETTERS else len(letters)
    bodies = ["%".join(some) for some in combinations(letters, kept)]
    begins = ("", "% ") if letters[:1] == part[0] else ("%",)
    return [f"{begin}{body}%" for body in bodies for begin in begins]


class _Known:
    def __init__(self, rows: Sequence[tuple[str, int]]) -> None:
        self.articles = dict(rows)
        self.spellings = list(self.articles)
        self.folded = [spelling.casefold() for spelling in self.spellings]
        self.by_key: dict[tuple[str, ...], list[str]] = {}
        self._by_part: dict[str, list[tuple[str, ...]]] = {}
        for spelling in self.spellings:
            self.by_key.setdefault(key(spelling), []).append(spelling)
        for parts in self.by_key:
            for part in set(parts):
                self._by_part.setdefault(part, []).append(parts)

    def similar(self, name: str, limit: int) -> list[Spelling]:
        """The spellings that may mean the name, the likest first."""
        from rapidfuzz import fuzz, process

        wanted = key(name)
        found = dict.fromkeys(self.by_key.get(wanted, ()), SAME)
        for spelling in self._holding(wanted):
            found.setdefault(spelling, 0.7)
        near = process.extract(
            name.casefold(), self.folded, scorer=fuzz.ratio, score_cutoff=LEAST_LIKENESS, limit=4 * limit
        )
        for _, score, place in near:
            spelling = self.spellings[place]
            found[spelling] = max(found.get(spelling, 0.0), score / 100)
        ranked = sorted(found, key=lambda spelling: (-found[spelling], -self.articles[spelling], spelling))
        return [Spelling(one, self.articles[one], found[one]) for one in ranked[:limit]]

    def _holding(self, wanted: tuple[str, ...]) -> list[str]:
        """The spellings of longer names that hold all parts of the one wanted."""
        longer = (parts for parts in self._by_part.get(wanted[0], ()) if set(wanted) < set(parts))
        return [spelling for parts in longer for spelling in self.by_key[parts]]
