"""Entries of a rolling article, such as a live blog or a chronicle, cut by the time stamps in it.

A stamp opens a line: "18:42", "10:48 p.m. ET —", "6 January:". Three that rise, or fall, make an article
a rolling one; a table of times has no sentences between them, and a time code no zone and no half of a day.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from index.extraction.boilerplate import ends_sentence
from index.extraction.dates.mentions import mentions
from index.records import DateMention, Span, Zone, ZoneKind

FEWEST = 3  # entries of a rolling article
DAY = 24 * 60  # minutes

_BREAK = r"[ \t]{0,3}(?:(?=\n|\Z)|[:–—|]|-(?=\s))[ \t]{0,3}"  # between a stamp and the words behind it
_OPENING = re.compile(
    rf"^(?P<mark>[^\w\n]{{0,3}})(?P<day>[^\n:–—|]{{1,40}}?(?={_BREAK}|,? \d\d?[:.]\d\d))?", re.MULTILINE
)
_STAMP = re.compile(
    r"(?:,? )?(?P<clock>(?P<hour>[01]?\d|2[0-3])(?:[:.h](?P<minute>[0-5]\d))?(?: ?(?P<half>[ap])\.?m\b\.?)?"
    rf"(?P<zone> (?:gmt|utc|bst|ist|[cemp]e?[ds]?t)\b| [a-z]{{2,4}}(?={_BREAK}))?)?(?P<end>{_BREAK}|\s)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Entry(Span):
    """An entry, from its stamp to the next one, with the day and the clock time that the stamps tell.

    `minute` is counted from midnight of that day, or of the day of publication where no stamp tells one:
    an entry of the day before has less than none.
    """

    words: int  # where they begin, behind the stamp
    day: DateMention | None
    clock: str | None  # as it is printed
    minute: int


def clock_of(line: str) -> int | None:
    """The minute of the day that a line tells and nothing else; None for any other line."""
    stamp = _STAMP.fullmatch(line)
    return _minute(stamp) if stamp and _tells_time(stamp) else None


def entries(text: str, published: date | None = None) -> tuple[Entry, ...]:
    """The entries of a rolling article in its own order, or the one entry that was cut of one; else none."""
    stamps = list(_stamps(text, published))
    if sum(stamp.day is not None for stamp in stamps) < 2:
        # A single day is the masthead's, which is not always the one that is told of.
        stamps = [replace(stamp, day=None) for stamp in stamps if stamp.clock]
    found = list(_telling(text, stamps))
    if len(found) < FEWEST:
        is_cut = len(found) == 1 and found[0].start == 0 and text[found[0].words] == "\n"
        return tuple(found) if is_cut else ()
    return tuple(_in_turn(found))


def _stamps(text: str, published: date | None) -> Iterator[Entry]:
    """What may be a stamp: a day, a clock time or both in front of a line."""
    lines = list(_OPENING.finditer(text))
    heads = [Zone(*line.span("day"), ZoneKind.REPORTING) for line in lines if line["day"]]
    days = {mention.start: mention for mention in mentions(text, heads, published)}
    for start in (line.end("mark") for line in lines):
        day = days.get(start)
        stamp = _STAMP.match(text, day.end if day else start)
        if stamp and _tells_time(stamp):
            yield Entry(start, stamp.end(), stamp.end(), day, stamp["clock"], _minute(stamp))
        elif day and stamp and not stamp["clock"] and (not stamp["end"] or not stamp["end"].isspace()):
            yield Entry(start, stamp.end(), stamp.end(), day, None, 0)


def _tells_time(stamp: re.Match[str]) -> bool:
    """Tells a clock time from any other number: by its half of the day, its zone, or what parts it."""
    parted = not stamp["end"] or not stamp["end"].isspace()
    return bool(stamp["half"] or (stamp["minute"] and (parted or stamp["zone"])))


def _minute(stamp: re.Match[str]) -> int:
    hour, minute = int(stamp["hour"]), int(stamp["minute"] or 0)
    if stamp["half"]:
        hour = hour % 12 + 12 * (stamp["half"] in "pP")
    return 60 * hour + minute


def _telling(text: str, stamps: Sequence[Entry]) -> Iterator[Entry]:
    """The entries that tell something, each with the day of the last stamp that gave one."""
    day: DateMention | None = None
    for place, stamp in enumerate(stamps, 1):
        end = stamps[place].start if place < len(stamps) else len(text)
        day = stamp.day or day
        if any(ends_sentence(line) for line in text[stamp.words : end].split("\n")):
            yield replace(stamp, end=end, day=day)


def _in_turn(found: Sequence[Entry]) -> Sequence[Entry]:
    """The entries, where their times rise or fall; clock times alone may pass midnight once."""
    times = [(entry.day.first.toordinal() * DAY if entry.day else 0) + entry.minute for entry in found]
    for sign in (1, -1):
        steps = [sign * (later - earlier) for earlier, later in pairwise(times)]
        back = [place for place, step in enumerate(steps, 1) if step < 0]
        if not back:
            return found
        if len(back) == 1 and not any(entry.day for entry in found) and steps[back[0] - 1] < -DAY / 2:
            passed = [replace(entry, minute=entry.minute + sign * DAY) for entry in found[back[0] :]]
            return [*found[: back[0]], *passed]
    return ()
