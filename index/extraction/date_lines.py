"""Lines that exist to give a day, and the day of one that lacks its year or could mean two days."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from index.extraction.boilerplate import ends_sentence
from index.extraction.dates import MONTHS, WEEKDAYS, ambiguous_in, dates_in
from index.extraction.dates.mentions import mentions, weekday_date, years_in
from index.records import Span, Zone, ZoneKind

_LABEL = (
    r"published|posted|publication date|date|created|issued|publié|publicado|veröffentlicht|نشر|تاريخ النشر"
)
LABELLED = re.compile(rf"^(?:{_LABEL})\b", re.IGNORECASE)
OTHER_LABEL = re.compile(r"^[^\W\d_][\w -]{1,30}:\s")
UPDATED = re.compile(
    r"\b(?:updated|modified|last update|edited|mis à jour|actualizado|aktualisiert)\b|تحديث", re.IGNORECASE
)
_WEEKDAY = "|".join(map(re.escape, WEEKDAYS))
_MONTH = "|".join(map(re.escape, MONTHS))
_YEARLESS = re.compile(
    rf"^(?:{_WEEKDAY}),?\s+(?:\d{{1,2}}\.?\s+(?:{_MONTH})|(?:{_MONTH})\s+\d{{1,2}})\b.{{0,40}}$",
    re.IGNORECASE,
)


def is_date_line(line: str, bare: bool = False) -> bool:
    """Tells whether a line exists to give a date: a full date and at most five words beside it.

    With `bare`, nothing but a label, a weekday or a time may stand beside it.
    """
    found = list(days_in(line)) if len(line) <= 120 else []
    if not found:
        return not bare and _YEARLESS.search(line) is not None and not ends_sentence(line)
    beside = [
        word for word in re.findall(r"[^\W\d]{3,}", without_dates(line)) if word.casefold() not in WEEKDAYS
    ]
    labelled = LABELLED.match(line) or UPDATED.match(line)
    topic = None if labelled else OTHER_LABEL.match(line)
    if topic and len(beside) >= len(topic[0].split()) + 3:
        return False  # a headline: "TRANSCRIPT: Ridgeton council meeting, 12 March 2021"
    return len(beside) <= (5 if labelled or not bare else 0)


def settled_date(header: Sequence[str], text: str, zones: Sequence[Zone]) -> date | None:
    """The day of a header line that lacks its year or could mean two days, where the text settles it."""
    for line in filter(is_date_line, header):
        if UPDATED.search(line):
            continue
        day = weekday_date(line, years_in(text, tuple(zones))) if _YEARLESS.search(line) else None
        both = next((days for _, days in ambiguous_in(line)), None)
        day = _agreeing(both, text, zones) if both else day
        if day is not None and day <= date.today() + timedelta(days=1):
            return day
    return None


def _agreeing(both: tuple[date, date], text: str, zones: Sequence[Zone]) -> date | None:
    """The day that the text agrees with: by a day of a month it names, else by the weekdays of its opening.

    News names the days just before it is printed. A weekday counts only if it is that day's or the
    evening's before, and only where the other day fits neither.
    """
    opening = [zone for zone in zones if zone.kind is ZoneKind.REPORTING][:3]
    near = [day for day in both if _names_day_near(text, zones, day)]
    if not near:
        near = [day for day in both if any(_is_fresh(m.of(text), day) for m in mentions(text, opening, day))]
    return near[0] if len(near) == 1 else None


def _names_day_near(text: str, zones: Sequence[Zone], day: date) -> bool:
    """Tells whether the text names a day of a month that is one of the ten up to `day`."""
    return any(
        re.search(r"\d", mention.of(text)) is not None
        and mention.first == mention.last
        and timedelta(0) <= day - mention.first <= timedelta(days=10)
        for mention in mentions(text, zones, day)
    )


def _is_fresh(words: str, day: date) -> bool:
    weekday = WEEKDAYS.get(words.casefold())
    return weekday in (day.weekday(), (day - timedelta(days=1)).weekday())


def days_in(line: str) -> Iterator[Span]:
    """Finds the full dates of a line, those that could be two days among them."""
    return (span for found in (dates_in(line), ambiguous_in(line)) for span, _ in found)


def without_dates(line: str) -> str:
    """The words of a line beside its full dates."""
    kept, before = [], 0
    for span in sorted(set(days_in(line)), key=lambda span: span.start):
        kept.append(line[before : span.start])
        before = span.end
    return " ".join([*kept, line[before:]])
