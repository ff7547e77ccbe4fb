"""Names of people, places and organisations as an article spells them, and what spellings have in common.

Without a model: a name is a run of capitalised words that does not only open sentences. Scripts without
capitals have none here.
"""

import re
from collections import Counter
from functools import lru_cache
from itertools import groupby
from operator import itemgetter

MOST_NAMES = 200
"""Of one article; the most frequent are kept."""
REMEMBERED = 1 << 16
"""Keys, more than an archive's frequent names, which are asked for anew after each change of it."""

_WORD = re.compile(r"[^\W\d_][\w’'-]*")
_OPENS = re.compile(r"(?:^|[.!?:”\"“»«\n])\s{0,3}$")
_ARTICLES = re.compile(r"\b(?:al|el|ul|as|ash|ad|ar|an|at)(?:[\s'’-]+)(?=\w)")
_VOWELS = str.maketrans("", "", "aeiouy'’")
_SERVANT = re.compile(r"\babd[\s'’-]*(?:ul|el|al|ur|ar)?[\s'’-]*")


def names_in(text: str) -> tuple[str, ...]:
    """Returns the names that a text spells, the most frequent first.

    A single word counts where it stands inside a sentence; two or more count anywhere.
    """
    found: Counter[str] = Counter()
    for line in text.split("\n"):
        for name, inside in _runs(line):
            if inside or " " in name:
                found[name] += 1
    return tuple(name for name, _ in found.most_common(MOST_NAMES))


def _runs(line: str) -> list[tuple[str, bool]]:
    """The runs of capitalised words of a paragraph, and whether each stands inside a sentence."""
    runs: list[tuple[str, int]] = []
    current: list[str] = []
    start = last = 0
    for match in _WORD.finditer(line):
        word = match[0]
        joined = line[last : match.start()] == " "
        capital = word[0].isupper() or (word.startswith(("al-", "el-")) and word[3:4].isupper())
        if capital and current and joined:
            current.append(word)
        else:
            runs += [(" ".join(current), start)] if current else []
            current, start = ([word], match.start()) if capital else ([], 0)
        last = match.end()
    runs += [(" ".join(current), start)] if current else []
    return [(name, _OPENS.search(line[max(0, at - 3) : at]) is None) for name, at in runs if len(name) >= 3]


@lru_cache(REMEMBERED)
def key(name: str) -> tuple[str, ...]:
    """Returns what the spellings of one name share: the consonants of its words, in order.

    "Muhamad Husein al-Shammari" and "Mohammed Hussain Shamari" have one key.
    """
    from anyascii import anyascii

    bare = " ".join(word.removeprefix("ال") for word in name.split())
    plain = _ARTICLES.sub("", _SERVANT.sub("abd", anyascii(bare).casefold()))
    words = "".join(letter if letter.isalnum() else " " for letter in plain).split()
    return tuple(sorted(map(_skeleton, words)))


def sounds(text: str) -> frozenset[str]:
    """Returns the consonants of each word, by which a name is known again in another script.

    A w inside a word is left out: Arabic letters write the vowels o and u with it.
    """
    return frozenset(f"{one[0]}{one[1:].replace('w', '')}" for one in key(text))


def _skeleton(word: str) -> str:
    sounds = (
        word.replace("ph", "f").replace("kh", "h").replace("gh", "g").replace("q", "k").replace("ck", "k")
    )
    consonants = sounds[0] + sounds[1:].translate(_VOWELS)
    return "".join(map(itemgetter(0), groupby(consonants)))
