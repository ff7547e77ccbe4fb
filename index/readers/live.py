"""Live blogs in the markup of a page: blocks side by side, each with its time and its news."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from index.extraction.content_blocks import normalise
from index.extraction.entries import FEWEST
from index.readers import html

if TYPE_CHECKING:
    from lxml.etree import _Element  # type: ignore[import-untyped]

_MOST_TIMES = 2_000
_DEEPEST = 5  # elements between an entry and its time
# A heading that leads to another page is a list's, which shows its articles with their times too.
_LEADS_AWAY = (
    ".//*[self::h1 or self::h2 or self::h3 or self::h4]//a[not(starts-with(@href, '#'))] | ancestor::a"
)
_OF_READERS = "ancestor-or-self::*[contains(@class, 'omment') or contains(@id, 'omment')]"


def entries(tree: "_Element") -> list[tuple[str, str]]:
    """Returns the clock and the words of each entry, the oldest first; none for any other page."""
    for siblings in _siblings(tree):
        stamps = [(str(time.get("datetime")), block) for block, time in siblings]
        if not all(clock_in(stamp) for stamp, _ in stamps):
            continue
        moments = [stamp for stamp, _ in stamps]
        in_turn = moments in (sorted(moments), sorted(moments, reverse=True))
        if not in_turn or any(block.xpath(_LEADS_AWAY) or block.xpath(_OF_READERS) for _, block in stamps):
            continue
        return [
            (clock_in(stamp), words)
            for stamp, block in sorted(stamps, key=lambda pair: pair[0])
            if (words := _words(block))
        ]
    return []


def clock_in(stamp: str) -> str:
    """Returns the hour and minute of an ISO time, "2021-03-12T18:42:00Z"; "" of a day alone."""
    return stamp[11:16] if stamp[10:11] in ("T", " ") and stamp[13:14] == ":" else ""


def _siblings(tree: "_Element") -> "Iterator[list[tuple[_Element, _Element]]]":
    """The groups of like elements side by side that hold one time each, the largest first."""
    groups: dict[tuple[_Element, str], dict[_Element, list[_Element]]] = {}
    for time in tree.xpath(f"(//time[@datetime])[position() <= {_MOST_TIMES}]"):
        block = time
        for _ in range(_DEEPEST):
            above = block.getparent()
            if above is None:
                break
            groups.setdefault((above, str(block.tag)), {}).setdefault(block, []).append(time)
            block = above
    rows = (
        [(block, times[0]) for block, times in blocks.items() if len(times) == 1 and block is not times[0]]
        for blocks in groups.values()
    )
    yield from sorted((row for row in rows if len(row) >= FEWEST), key=len, reverse=True)


def _words(block: "_Element") -> str:
    """The words of an entry, a line a block, without its time."""
    shown = {normalise("".join(time.itertext())) for time in block.iter("time")}
    lines = (normalise(words).replace("\n", " ") for words, _ in html.blocks(block))
    return "\n".join(line for line in lines if line and line not in shown)
