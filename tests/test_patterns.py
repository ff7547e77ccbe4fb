"""Every regular expression takes time that grows with its text alone, whatever the text."""

import math
import re
import time
from collections.abc import Callable

import pytest

from tests.doubling import MOST, Endless, stopped_after
from tests.patterns import Used, patterns_of

SHORT, LONG = 1_000, 16_000  # characters: to find what may be slow, and to be sure of it
SUSPECT = 0.0005  # seconds for a short text, under which even a slow pattern is not seen yet
ENDLESS = 0.1  # seconds that no linear pattern takes for a long text
TRIES = 8  # until a text is taken to be slow
COMMON = (" ", "\n", "a", "A", "0", "“", "<", "a ", "Aa ", "0,")
ENDS = ("", "\u0001x\n\u0001")


def _seconds(used: Used, text: str, tries: int, enough: float = 0.0) -> float:
    """Returns the least time of the processor that the pattern took in a few tries, the last being the first
    that took no more than is enough; no end where it was stopped.
    """
    least = math.inf
    for _ in range(tries):
        began = time.thread_time()
        try:
            with stopped_after(5 * ENDLESS):
                used.work()(text)
        except Endless:
            return math.inf
        least = min(least, time.thread_time() - began)
        if least <= enough:
            break
    return least


def _is_slow(used: Used, text: Callable[[int], str]) -> bool:
    """Returns whether eight times as much takes far more than eight times as long, once short texts have
    raised doubt.

    A neighbour on the machine can only slow a try, and on the other half of the same core it slows the
    processor's time too, by a quarter and for seconds: so three doublings are compared, which sets a slow
    pattern far apart from such a neighbour, a short text next to each long one, and the first try that is as
    quick as a linear pattern's ends the doubt.
    """
    if (once := _seconds(used, text(SHORT), 4, SUSPECT)) <= SUSPECT:
        return False
    if once == math.inf:
        return True
    if _seconds(used, text(4 * SHORT), TRIES, 6 * once) <= 6 * once:
        return False
    return all(_is_slower(used, text(LONG // 8), text(LONG)) for _ in range(3))


def _is_slower(used: Used, short: str, long: str) -> bool:
    """Returns whether a text eight times as long takes more time than any linear pattern would."""
    quick = max(ENDLESS / 2, MOST**3 * _seconds(used, short, 2))
    return quick == math.inf or _seconds(used, long, 1) > quick


def slow_text(used: Used) -> str:
    """Describes a text on which the pattern is slow; an empty string where there is none."""
    own = list(used.texts())
    tried = {(before, unit) for before, unit in own} | {("", before + unit) for before, unit in own}
    tried |= {("", unit) for unit in COMMON}
    for before, unit in sorted(tried):
        for after in ENDS:

            def text(size: int, parts: tuple[str, str, str] = (before, unit, after)) -> str:
                return parts[0] + (parts[1] * size)[:size] + parts[2]

            if _is_slow(used, text):
                return f"{before!r} + {unit!r} × n + {after!r}"
    return ""


def test_every_pattern_takes_time_that_grows_with_its_text() -> None:
    patterns = patterns_of(("index", "service"))
    assert len(patterns) > 300
    slow = {used.place: found for used in patterns if (found := slow_text(used))}
    assert slow == {}


@pytest.mark.parametrize("slow", [r"\s+$", r"(a+)+b", r"<!--(?:(?!-->).)*-->", r"about\s+(.+?)\s*\?$"])
def test_a_slow_pattern_is_told(slow: str) -> None:
    assert slow_text(Used("here", re.compile(slow, re.DOTALL), "search"))
