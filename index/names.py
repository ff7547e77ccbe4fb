"""The names of an archive with their spellings: which of them may be meant by one."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import select

from index.catalogue.catalogue import Catalogue
from index.catalogue.tables import name as name_table
from index.extraction.names import key

MOST_KNOWN = 50_000  # names, the most frequent; to read so many takes a second and a half
LEAST_LIKENESS = 84.0
"""Of 100, by the edits between two spellings, for a slip of the keyboard."""


@dataclass(frozen=True, slots=True)
class Spelling:
    """A name as articles spell it, how many do, and how like it is to what was asked, 0 to 1."""

    spelling: str
    articles: int
    likeness: float


class Names:
    """The names that the current versions of an archive's articles spell."""

    def __init__(self, catalogue: Catalogue) -> None:
        """Reads the most frequent names when one is first asked for, and again after each change."""
        self._catalogue = catalogue
        self._known = lru_cache(maxsize=1)(self._read)

    def similar(self, name: str, limit: int = 8) -> list[Spelling]:
        """Returns the spellings that may mean the name, the likest first, of these the most frequent.

        They share its consonants ("Rasul", "Rasool"), hold it as a part ("Yahya Rasul"), or differ by a
        slip. Two people of one name are one spelling; which is meant the articles must tell.
        """
        from rapidfuzz import fuzz, process

        wanted, plain = key(name), name.casefold()
        if not wanted:
            return []
        with self._catalogue.reading() as connection:
            known = self._known(self._catalogue.watermark(connection))
        found = dict.fromkeys(known.by_key.get(wanted, ()), 0.95)
        for spelling in known.holding(wanted):
            found.setdefault(spelling, 0.7)
        near = process.extract(
            plain, known.folded, scorer=fuzz.ratio, score_cutoff=LEAST_LIKENESS, limit=4 * limit
        )
        for _, score, place in near:
            spelling = known.spellings[place]
            found[spelling] = max(found.get(spelling, 0.0), score / 100)
        ranked = sorted(found, key=lambda spelling: (-found[spelling], -known.articles[spelling], spelling))
        return [Spelling(one, known.articles[one], found[one]) for one in ranked[:limit]]

    def _read(self, watermark: int) -> "_Known":
        with self._catalogue.reading() as connection:
            frequent = (
                select(name_table).where(name_table.c.articles > 0).order_by(name_table.c.articles.desc())
            )
            rows = connection.execute(frequent.limit(MOST_KNOWN)).all()
        return _Known([(row.spelling, row.articles) for row in rows])


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

    def holding(self, wanted: tuple[str, ...]) -> list[str]:
        """The spellings of longer names that hold all parts of the one wanted."""
        longer = (parts for parts in self._by_part.get(wanted[0], ()) if set(wanted) < set(parts))
        return [spelling for parts in longer for spelling in self.by_key[parts]]
