"""Lines that exist to give a day, and the day of one that lacks its year or could mean two days."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from index.extraction.boilerplate import ends_sentence
from index.extraction.dates import MONTHS, WEEKDAYS, ambiguous_in, dates_in
from index.extraction.dates.mentions import mentions, weekday_date, years_in
from index.extraction.dates.named import fitting_day
from index.extraction.dates.short import short_days
from index.extraction.dates.tenses import Tense, tense_at
from index.records import DateMention, Span, Zone, ZoneKind

_LABEL = (
    r"published|posted|publication date|date|created|issued|publié|publicado|veröffentlicht|نشر|تاريخ النشر"
)
PUBLISHED = re.compile(rf"\b(?:{_LABEL}|publication|issue)\b", re.IGNORECASE)
LABELLED = re.compile(rf"^(?:{_LABEL})\b", re.IGNORECASE)
OTHER_LABEL = re.compile(r"^[^\W\d_][\w -]{1,30}:\s")
UPDATED = re.compile(
    r"\b(?:updated|modified|last update|edited|mis à jour|actualizado|aktualisiert)\b|تحديث", re.IGNORECASE
)
_WEEKDAY = "|".join(map(re.escape, WEEKDAYS))
_MONTH = "|".join(map(re.escape, MONTHS))
_PHRASE = re.compile(r"\s[a-zà-ÿ]{2,12}\s$")
_YEARLESS = re.compile(
    rf"^(?:{_WEEKDAY}),?\s+(?:\d{{1,2}}\.?\s+(?:{_MONTH})|(?:{_MONTH})\s+\d{{1,2}})\b.{{0,40}}$",
    re.IGNORECASE,
)
# The day of a wire, with the agency behind it: "LENN, March 12 (Halyard) - ", "12 March (Halyard) -".
WIRE = re.compile(
    rf"(?:[A-Z][^()\n]{{1,60}},\s)?(?:(?P<d1>\d{{1,2}})\.?\s(?:de\s)?(?P<m1>(?i:{_MONTH}))"
    rf"|(?P<m2>(?i:{_MONTH}))\.?\s(?P<d2>\d{{1,2}})),?\s\((?P<outlet>[A-Z][\w .&'’-]{{1,40}})\)\s?\.?\s?[—–-]"
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
    is_signed = "by" in line.casefold().split()
    if not labelled and len(beside) > 2 and not is_signed and _PHRASE.search(line, 0, found[0].start):
        return False  # a headline: "Mayor recalls the flood of 10 March 1986"
    return len(beside) <= (5 if labelled or not bare else 0)


def settled_date(header: Sequence[str], text: str, zones: Sequence[Zone]) -> date | None:
    """The day of a header line that lacks its year or century or could mean two, where it can be settled."""
    for line in filter(is_date_line, header):
        if UPDATED.search(line):
            continue
        day = weekday_date(line, years_in(text, tuple(zones))) if _YEARLESS.search(line) else None
        both = next((days for _, days in ambiguous_in(line)), None) or _short(line, text)
        day = both[0] if len(both) == 1 else _agreeing(both, text, zones) if both else day
        if day is not None and day <= date.today() + timedelta(days=1):
            return day
    return None


def wired(text: str, zones: Sequence[Zone]) -> date | None:
    """The day of a wire's dateline, in the year that its own weekday fits: wires name the day they are sent.

    The year is near those that the text tells of.
    """
    opening = [zone.of(text) for zone in zones if zone.kind is ZoneKind.REPORTING][:3]
    wire = next((match for line in opening if (match := WIRE.match(line))), None)
    weekday = next((day for line in opening for day in _weekdays(line)), None)
    if wire is None or weekday is None:
        return None
    month, number = MONTHS[(wire["m1"] or wire["m2"]).casefold()], int(wire["d1"] or wire["d2"])
    day = fitting_day(month, number, weekday, years_in(text, tuple(zones)))
    return day if day and day <= date.today() + timedelta(days=1) else None


def _weekdays(line: str) -> Iterator[int]:
    """The weekdays of a line but those to come."""
    for match in re.finditer(r"[^\W\d_]{4,}", line):
        number = WEEKDAYS.get(match[0].casefold())
        if number is not None and tense_at(line, match.start(), match.end()) is not Tense.FUTURE:
            yield number


def _short(line: str, text: str) -> Sequence[date]:
    """The days that a short line may be; East Asia writes years of two digits first."""
    east = any("\u2e80" <= letter < "\uf900" for letter in text[:1000])
    return () if east else short_days(_behind_label(line))


def _agreeing(both: Sequence[date], text: str, zones: Sequence[Zone]) -> date | None:
    """The day that the text agrees with: by a day of a month it names, else by the weekdays of its opening.

    News names the days just before it is printed. A weekday counts only if it is that day's or the
    evening's before, and only where the other day fits neither.
    """
    opening = [zone for zone in zones if zone.kind is ZoneKind.REPORTING][:3]
    near = [day for day in both if _names_day_near(text, zones, day)]
    if not near:
        near = [day for day in both if any(_is_fresh(m, text, day) for m in mentions(text, opening, day))]
    return near[0] if len(near) == 1 else None


def _names_day_near(text: str, zones: Sequence[Zone], day: date) -> bool:
    """Tells whether the text names a day of a month that is one of the ten up to `day`."""
    return any(
        any(map(str.isdigit, mention.of(text)))
        and mention.first == mention.last
        and timedelta(0) <= day - mention.first <= timedelta(days=10)
        for mention in mentions(text, zones, day)
    )


def _is_fresh(mention: DateMention, text: str, day: date) -> bool:
    weekday = WEEKDAYS.get(mention.of(text).casefold())
    return not mention.planned and weekday in (day.weekday(), (day - timedelta(days=1)).weekday())


def days_in(line: str) -> Iterator[Span]:
    """Finds the full dates of a line, those that could be two days too, or the short one that it is."""
    yield from (span for found in (dates_in(line), ambiguous_in(line)) for span, _ in found)
    words = _behind_label(line)
    if short_days(words):
        yield Span(len(line) - len(words), len(line))


def _behind_label(line: str) -> str:
    return LABELLED.sub("", line).lstrip(" :")


def without_dates(line: str) -> str:
    """The words of a line beside its full dates."""
    kept, before = [], 0
    for span in sorted(set(days_in(line)), key=lambda span: span.start):
        kept.append(line[before : span.start])
        before = span.end
    return " ".join([*kept, line[before:]])
