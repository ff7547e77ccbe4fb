"""Tells work that grows faster than its text: twice as much text must take about twice as long.

Measured in time of the processor, so that a busy machine changes nothing, and stopped where it would go
on for ever.
"""

import math
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

NOTHING = 0.1  # seconds that are too few to compare
MOST = 2.5  # times as long for twice as much

KINDS = (
    *" \n\ta0.,-'\"“„«‹‘([{<)>]*_#`~/\\:!?&=@|\u0301éдب一",
    *(
        "a ",
        "A ",
        "Aa, ",
        "a.",
        "a. ",
        "A.",
        "0,",
        "0 ",
        "1  ",
        "- ",
        "a-",
        "a’",
        "a\n",
        " \n",
        "\n ",
        "“a ",
        "“a” ",
    ),
    *("[1 ", "[1] ", "[a](", "<a ", "</", "&amp;", "http://", "www.", "a@", "<think>", "<!--", "a:b "),
    *("said ", "Monday ", "May ", "2021-", "million ", "the Aa ", "and ", "not "),
)


class Endless(Exception):
    """The work was stopped, for it took too long."""


@contextmanager
def stopped_after(seconds: float) -> Iterator[None]:
    """Raises Endless in the block after so many seconds of the processor."""

    def stop(*_: object) -> None:
        raise Endless

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _seconds(work: Callable[[str], Any], text: str) -> float:
    began = time.thread_time()
    try:
        with stopped_after(20 * NOTHING):
            work(text)
    except Endless:
        return math.inf
    return time.thread_time() - began


def grows_too_fast(
    work: Callable[[str], Any],
    unit: str,
    size: int,
    before: str = "",
    after: str = "",
    given: Callable[[str], str] = str,
) -> bool:
    """Returns whether twice as much of a repeated unit takes far more than twice as long.

    `given` makes of a text what the work is given of it.
    """

    def text(length: int) -> str:
        return given(before + (unit * length)[:length] + after)

    if _seconds(work, text(size)) < NOTHING:
        return False
    # A neighbour on the machine can slow one of the two; it does not do so three times.
    return all(_is_slower(work, text(size // 4), text(size)) for _ in range(3))


def _is_slower(work: Callable[[str], Any], quarter: str, whole: str) -> bool:
    """Returns whether the whole text takes far more than four times as long as a quarter, each at its best.

    A neighbour on the other half of the same core slows the processor's time too, by a quarter and for
    seconds: two doublings set slow work far apart from that.
    """
    least = min(_seconds(work, quarter) for _ in range(3))
    return min(_seconds(work, whole) for _ in range(3)) > max(NOTHING, MOST**2 * least)


def growing_too_fast(work: Callable[[str], Any], size: int) -> list[str]:
    """Returns the kinds of text on which the work grows too fast."""
    return [unit for unit in KINDS if grows_too_fast(work, unit, size)]
