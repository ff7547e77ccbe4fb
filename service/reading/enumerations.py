"""Enumerations in an article: a sentence that announces several things, and those that give them.

"The meetings focused on three main points", and behind it "The first calls for ...", "The second point
is ...", "While the third involves ...".
"""

import re
from collections.abc import Sequence

from index.records import Span

FAR = 2  # sentences that may stand between one item and the next
WORDS = 6  # of a sentence, among which an item's ordinal stands

_NUMBERS = {
    word: number
    for number, word in enumerate(("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"), 2)
}
_ANNOUNCED = re.compile(
    rf"\b(?P<many>{'|'.join(_NUMBERS)}|[2-9]|10|several|following|a number of)"
    r"\s+(?:[a-z-]+\s+){0,2}[a-z]+s\b",
    re.IGNORECASE,
)
_ORDINAL = re.compile(
    r"\b(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|final|last|other)(?:ly)?\b"
    r"|^\W*(?:another|in addition|finally|lastly|besides)\b|^\s*(?:[-•*–]|\(?[1-9a-z][).])\s",
    re.IGNORECASE,
)
_FIRST = re.compile(r"\b(?:first|firstly)\b|^\s*(?:[-•*–]|\(?[1a][).])\s", re.IGNORECASE)


def items_after(text: str, announcing: Span, sentences: Sequence[Span]) -> tuple[Span, ...]:
    """The sentences that give what a sentence announces, in order; empty where none are counted out.

    `sentences` are those of the article, in order. As many are taken as are announced.
    """
    announced = _ANNOUNCED.search(announcing.of(text))
    if announced is None:
        return ()
    most = _many(announced["many"])
    found: list[Span] = []
    missed = 0
    for sentence in (one for one in sentences if one.start >= announcing.end):
        if _gives(text, sentence, _ORDINAL if found else _FIRST):
            found.append(sentence)
            missed = 0
        else:
            missed += 1
        if len(found) == most or missed > FAR:
            break
    return tuple(found) if len(found) > 1 else ()


def _many(word: str) -> int:
    return int(word) if word.isdigit() else _NUMBERS.get(word.casefold(), 10)


def _gives(text: str, sentence: Span, mark: re.Pattern[str]) -> bool:
    return mark.search(" ".join(sentence.of(text).split()[:WORDS])) is not None
