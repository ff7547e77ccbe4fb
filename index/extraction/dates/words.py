"""The months and weekdays of all languages, as the Unicode CLDR has them.

    python -c "from index.extraction.dates import words; words.write()"

makes `words.json` anew from Babel, which nothing else takes. A word that means two months in two languages
("listopad") is left out unless one of the languages in `FIRST` has it.
"""

import json
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

TABLE = Path(__file__).with_name("words.json")
FIRST = ("en", "es", "fr", "de", "ar")
"""Their words win over those of other languages, and their yearless dates are read in any text."""

_HAMZAS = str.maketrans("أإآ", "ااا")


def load(kind: str) -> Mapping[str, int]:
    """Returns the words of "months" (1 to 12) or "weekdays" (Monday is 0), in small letters.

    "first months" and "first weekdays" are those of the languages in FIRST alone.
    """
    return _table()[kind]


@cache
def _table() -> Mapping[str, Mapping[str, int]]:
    table: dict[str, dict[str, int]] = json.loads(TABLE.read_text(encoding="utf-8"))
    return table


def make() -> dict[str, dict[str, int]]:
    """Returns the table, from Babel."""
    from babel import Locale, localedata

    meanings: dict[str, dict[str, dict[int, set[str]]]] = {"months": {}, "weekdays": {}}
    first: dict[str, dict[str, int]] = {"first months": {}, "first weekdays": {}}
    for identifier in localedata.locale_identifiers():
        locale = Locale.parse(identifier)
        for kind, names in (("months", locale.months), ("weekdays", locale.days)):
            for word, number, wide in _words(names):
                meanings[kind].setdefault(word, {}).setdefault(number, set()).add(locale.language)
                if locale.language == "en" or (wide and locale.language in FIRST):
                    first[f"first {kind}"][word] = number
    agreed = {
        kind: {word: number for word, found in words.items() for number in _agreed(found)}
        for kind, words in meanings.items()
    }
    return {kind: dict(sorted(words.items())) for kind, words in (agreed | first).items()}


def _words(names: Mapping[str, Any]) -> Iterator[tuple[str, int, bool]]:
    for context, width in product(("format", "stand-alone"), ("wide", "abbreviated")):
        for number, name in names[context].get(width, {}).items():
            word = unicodedata.normalize("NFC", name).casefold().strip(" .\u200f\u200e")
            letters = [letter for letter in word if letter not in " -'’"]
            known = all(unicodedata.category(letter)[0] in "LM" and letter <= "\uffff" for letter in letters)
            # Scripts that write no vowels have months of two letters.
            if known and len(letters) >= (2 if word[0] > "\u0590" else 3):
                yield word, number, width == "wide"
                yield word.translate(_HAMZAS), number, width == "wide"


def _agreed(found: Mapping[int, set[str]]) -> list[int]:
    """The number that all languages agree on, else that of the languages in FIRST, else none."""
    first = [number for number, languages in found.items() if languages & set(FIRST)]
    numbers = list(found) if len(found) == 1 else first
    return numbers if len(numbers) == 1 else []


def write() -> None:
    """Writes the table anew."""
    TABLE.write_text(json.dumps(make(), ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
