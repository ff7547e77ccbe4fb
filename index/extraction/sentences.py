"""The sentences of a text, found by sentencex (Wikimedia) a bounded window at a time.

sentencex looks for the end of each quotation that a text opens. One that never ends costs the square of
the text's length, so that a window with very many of them is a short one.
"""

from collections.abc import Iterator
from itertools import pairwise

import sentencex

from index.records import Span

LONG, SHORT = 16_000, 2000  # characters of a window; each takes some milliseconds at most
MOST_OPENED = 500  # in a long window; an article has one in a hundred characters at most
_OPENING = "“„«»‹‘'`《「"
_UNSETTLED = 500  # at the end of a window, where a sentence may end elsewhere for what follows


def sentences(text: str, language: str = "en") -> Iterator[Span]:
    """Yields the sentences in their order; together they cover the text, white space included."""
    start = 0
    while start < len(text):
        window = _window(text, start)
        found = sentencex.get_sentence_boundaries(language, window)
        ends = [start + boundary["end_index"] for boundary in found]
        if (until := start + len(window)) < len(text):
            ends = [end for end in ends if end <= until - _UNSETTLED] or ends[:1]
        for begin, end in pairwise((start, *ends)):
            yield Span(begin, end)
        start = ends[-1]


def lines(text: str) -> Iterator[Span]:
    """Yields the lines of a text that are not empty, in their order."""
    start = 0
    for line in text.split("\n"):
        if line:
            yield Span(start, start + len(line))
        start += len(line) + 1


def _window(text: str, start: int) -> str:
    long = text[start : start + LONG]
    opened = sum(map(long.count, _OPENING))
    return long if opened <= MOST_OPENED else long[:SHORT]
