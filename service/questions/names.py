"""Words of a question that the archive does not know, beside those of its words that are spelt almost so.

Two spellings are one where their consonants are the same ("Mohammed", "Muhammad"), or where few letters
differ (Damerau and Levenshtein's distance, by RapidFuzz).
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from rapidfuzz import fuzz, process
from rapidfuzz.distance import DamerauLevenshtein

from index.archive import Archive
from index.backends.local.lexical import stems
from index.models.word_weights import word_weights
from service.questions.forms import ASKING

LEAST_LETTERS = 4  # of a word that may be misspelt; shorter ones are too like one another
SHARE = 0.25  # of a word's letters that may differ
MOST_WORDS = 8  # of a question that are looked up
MOST_ARTICLES = 5000  # whose words are known; more would cost too much of memory and time
SAME_SOUND, MOST_SPELLINGS = 0.95, 3  # likeness of names of one sound, and how many are searched for
KEYED = 3  # consonants from which a key tells names apart

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_WAW = str.maketrans("", "", "وۆ")
_ALIKE = str.maketrans("qczgdvb", "kksktfp", "aeiouywh'’-")


class Vocabulary:
    """The words of an archive, with how often each stands there, and those that every question may hold."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self.counts = {**{word: 1 for word in ASKING if len(word) >= LEAST_LETTERS}, **counts}
        self._keys: dict[str, list[str]] = {}
        for word in self.counts:
            if len(key := consonants(word)) >= KEYED:
                self._keys.setdefault(key, []).append(word)

    def similar(self, word: str) -> str | None:
        """The word of the archive that is spelt almost so, the commonest of the nearest."""
        plain = folded(word)
        keyed = [other for other in self._keys.get(consonants(plain), []) if other[0] == plain[0]]
        most = max(1, int(len(plain) * SHARE))
        found = process.extract(
            plain, self.counts.keys(), scorer=DamerauLevenshtein.distance, score_cutoff=most, limit=8
        )
        near = [other for other, _, _ in found if other[0] == plain[0] or other[1:2] == plain[1:2]]
        best = [*near, *(other for other in keyed if fuzz.ratio(plain, other) >= 60)]
        return min(
            best,
            key=lambda other: (DamerauLevenshtein.distance(plain, other), -self.counts[other]),
            default=None,
        )

    def alike(self, word: str) -> list[str]:
        """The other words of the archive that sound the same."""
        return [other for other in self._keys.get(consonants(word), []) if other != word]


def folded(word: str) -> str:
    """A word in lower case without accents."""
    plain = unicodedata.normalize("NFKD", word.casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def consonants(word: str) -> str:
    """The consonants of a word, those that transliterations exchange made one."""
    return "".join(letter for letter, _ in groupby(word.translate(_ALIKE)))


@dataclass(frozen=True, slots=True)
class Spelt:
    """A question in the archive's spelling, the words put in, and other spellings to search for."""

    text: str
    put_in: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()


def corrected(text: str, archive: Archive) -> Spelt:
    """The text with those words that no article holds spelt as the archive spells them.

    A word of the language stays as it is; a name may be any word, and is exchanged for one of its consonants.
    A capital at the start, or capitals throughout, tell no name.
    """
    wrong = [
        match
        for match in _WORD.finditer(text)
        if len(match[0]) >= LEAST_LETTERS and match[0].isascii() and not _held(match[0], archive)
    ]
    if not wrong or len(wrong) > MOST_WORDS:
        return Spelt(text)
    known = vocabulary(archive)
    put_in: list[str] = []
    beside: list[str] = []
    for match in reversed(wrong):
        word = match[0]
        spelt = known.similar(word)
        key = consonants(folded(word))
        one_sound = spelt is not None and len(key) >= KEYED and key == consonants(spelt)
        if spelt is None or (_is_word(word) and not (one_sound and match.start() and word.istitle())):
            continue
        shown = spelt if word.islower() else spelt.capitalize()
        text = f"{text[: match.start()]}{shown}{text[match.end() :]}"
        put_in.insert(0, shown)
        beside += known.alike(spelt)
    return Spelt(text, tuple(put_in), tuple(dict.fromkeys(beside)))


def in_other_letters(text: str, archive: Archive) -> Spelt:
    """The text, and beside it the archive's names that its words may spell in another script."""
    found = [
        one.spelling
        for match in _WORD.finditer(text)
        if len(match[0]) >= LEAST_LETTERS and not match[0].isascii()
        # An Arabic waw inside a name is a consonant or the vowel u, which Latin keys leave out.
        for written in dict.fromkeys((match[0], match[0][0] + match[0][1:].translate(_WAW)))
        for one in archive.names.similar(written, MOST_SPELLINGS)
        if one.likeness >= SAME_SOUND
    ]
    return Spelt(text, beside=tuple(dict.fromkeys(found)))


def _is_word(word: str) -> bool:
    """Tells whether a word is one of the language, in any form."""
    return all(stem in word_weights().passages_with for stem in stems(word))


def _held(word: str, archive: Archive) -> bool:
    return all(archive.holds(stem) for stem in stems(word))


def vocabulary(archive: Archive) -> Vocabulary:
    """The words of the archive as it is now."""
    held = archive.summary()
    return _vocabulary(archive, held.articles, held.passages, str(held.newest))


@lru_cache(maxsize=4)
def _vocabulary(archive: Archive, articles: int, passages: int, newest: str) -> Vocabulary:
    written: Counter[str] = Counter()
    for article in archive.articles(limit=MOST_ARTICLES):
        written.update(_WORD.findall(f"{article.title or ''} {article.author or ''} {article.evidence()}"))
    counts: Counter[str] = Counter()
    for word, times in written.items():
        if len(word) >= LEAST_LETTERS:
            counts[folded(word)] += times
    return Vocabulary(counts)
