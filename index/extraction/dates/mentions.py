"""The dates that an article's reporting names, resolved to days, each with where it stands.

"last Thursday" is reckoned from the day of publication. Where that is unknown only what the text fixes by
itself is kept: "December 2017", or the year of "Wednesday (June 2)", which falls on a Wednesday in one
of the years near those that the article names. What could mean two days, or no date at all, is left out.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import lru_cache

from index.extraction.dates import MONTHS, WEEKDAYS, dates_in, in_ascii_digits
from index.extraction.dates.grammar import FOUR_DIGITS, RULES, TRIGGERS
from index.extraction.dates.named import Frame, fitting_day
from index.extraction.dates.periods import Days
from index.extraction.dates.tenses import Tense, is_governed, is_quoted, tense_at
from index.records import EVIDENCE, DateMention, Origin, Zone, ZoneKind

FRESH = timedelta(days=6)
"""How long after a day an article may still call it by its weekday."""
_LATEST = date(2199, 12, 31)
_NUMERIC = re.compile(r"(?<![\d./年月日-])(?=[\d月日]*[./年-])[\d./年月日-]+")
_WORD = re.compile(r"[^\W\d_]+|\d{4,}")
_LONGEST = 20_000  # letters of a zone; a longer one is no paragraph but a table or an attack
_WEEKDAY_DATE = re.compile(
    r"\b(?P<w>[^\W\d_]{3,10})\.?(?:\s[a-z]+)?,?\s\(?(?:(?P<d1>\d\d?)(?:st|nd|rd|th|\.)?\s(?:de\s)?(?P<m1>[^\W\d_]{3,12})"
    r"|(?P<m2>[^\W\d_]{3,12})\.?\s(?P<d2>\d\d?)(?:st|nd|rd|th)?)\b(?!,?\s\d{4})"
)


def mentions(
    text: str,
    zones: Sequence[Zone],
    published: date | None = None,
    *,
    language: str | None = None,
    doubtful: bool = False,
) -> tuple[DateMention, ...]:
    """Returns the dates that the evidence zones of `text` name, in order.

    `doubtful` says that the day of publication was itself inferred; what is reckoned from it is then too.
    """
    evidence = [zone for zone in zones if zone.kind in EVIDENCE and zone.end - zone.start <= _LONGEST]
    plain = in_ascii_digits(text)
    years = anchor = None
    if published is None:
        years = years_in(plain, tuple(zones))
        anchor = _anchor(plain, evidence, years)
    found: list[DateMention] = []
    for zone in evidence:
        frame = Frame(
            text=zone.of(plain),
            published=published,
            anchor=anchor,
            years=years or frozenset(),
            language=language,
        )
        found += (
            _placed(start + zone.start, end + zone.start, days, plain, published, doubtful)
            for start, end, days in _chosen(frame)
        )
    return tuple(found)


def agreeing(one: Sequence[DateMention], other: Sequence[DateMention]) -> tuple[DateMention, ...]:
    """Returns the mentions that both readings of a text share, such as those of two possible days."""
    shared = set(other)
    return tuple(mention for mention in one if mention in shared)


@lru_cache(maxsize=1)  # asked for one text by each who reads its dates
def years_in(text: str, zones: tuple[Zone, ...]) -> frozenset[int]:
    """Returns the years the evidence tells of as past, without those in which something was built or born."""
    years: set[int] = set()
    for zone in zones:
        if zone.kind in EVIDENCE and zone.end - zone.start <= _LONGEST:
            frame = Frame(text=zone.of(text))
            for start, end, (first, last) in _chosen(frame):
                origin = _ORIGINS.search(frame.text[max(0, start - 30) : start])
                if first.year == last.year and not origin and not _is_ahead(frame.text, start, end):
                    years.add(first.year)
    return frozenset(years)


def _is_ahead(text: str, start: int, end: int) -> bool:
    return tense_at(text, start, end) is Tense.FUTURE or text[max(0, start - 6) : start].endswith(
        ("by ", "until ", "till ")
    )


def publication_days(text: str, zones: Sequence[Zone]) -> Days | None:
    """Returns the first and last day on which an undated article can have been published.

    News gives a day without its year only while it is fresh: "said Wednesday (February 6th)". The latest
    weekday with a day of the month that a verb in the past governs is such a day; the article appeared
    on it or within the week, and no later than what it says is still to come.
    """
    plain = in_ascii_digits(text)
    years = years_in(plain, tuple(zones))
    told: list[date] = []
    coming: list[date] = []
    for zone in zones:
        words = zone.of(plain)
        for match in _WEEKDAY_DATE.finditer(words) if zone.kind is ZoneKind.REPORTING else ():
            day = day_in_year(match, years)
            if day is None or is_quoted(words, match.start()):
                continue
            if tense_at(words, match.start(), match.end()) is Tense.FUTURE:
                coming.append(day)
            elif is_governed(words, match.start()):
                told.append(day)
    if not told:
        return None
    first = max(told)
    last = min([first + FRESH, *(day for day in coming if day >= first)])
    return (first, last) if first <= date.today() else None


_ORIGINS = re.compile(
    r"\b(?:(?:built|born|founded|established|created|dating|constructed|erected)(?:\s(?:\w+\s)?(?:in|on|from|around))?|since)\s+$",
    re.IGNORECASE,
)


def _anchor(text: str, zones: Sequence[Zone], years: frozenset[int]) -> date | None:
    """The first day that a weekday with day and month fixes near the years an undated article names."""
    for zone in zones:
        for match in _WEEKDAY_DATE.finditer(zone.of(text)):
            day = day_in_year(match, years)
            if day is not None:
                return day
    return None


def weekday_date(line: str, years: frozenset[int]) -> date | None:
    """The day of a date line without a year, such as "Tuesday 22 March", near those years."""
    match = _WEEKDAY_DATE.match(in_ascii_digits(line))
    return day_in_year(match, years) if match else None


def day_in_year(match: re.Match[str], years: frozenset[int]) -> date | None:
    """The day of a weekday, day and month in the one year near `years` in which they fall together."""
    weekday = WEEKDAYS.get(match["w"].casefold())
    month = MONTHS.get((match["m1"] or match["m2"]).casefold())
    if weekday is None or month is None:
        return None
    return fitting_day(month, int(match["d1"] or match["d2"]), weekday, years)


def _placed(
    start: int, end: int, days: Days, text: str, published: date | None, doubtful: bool
) -> DateMention:
    fixed = re.search(r"\d{4}", text[start:end]) is not None
    sure = fixed or (published is not None and not doubtful)
    return DateMention(
        start=start,
        end=end,
        first=days[0],
        last=days[1],
        origin=Origin.TEXT if sure else Origin.INFERRED,
        planned=tense_at(text, start, end) is Tense.FUTURE,
    )


def _chosen(frame: Frame) -> Iterator[tuple[int, int, Days]]:
    """Of expressions that overlap the one that begins first, of those the longest."""
    until = 0
    for start, end, days in sorted(_candidates(frame), key=lambda found: (found[0], -found[1])):
        if start >= until:
            yield start, end, days
            until = end


def _candidates(frame: Frame) -> Iterator[tuple[int, int, Days]]:
    words = {word.casefold() for word in _WORD.findall(frame.text)}
    if any(word[:4].isdigit() for word in words):
        words.add(FOUR_DIGITS)
        for span, day in dates_in(frame.text, _LATEST):
            if _NUMERIC.fullmatch(span.of(frame.text)):
                yield span.start, span.end, (day, day)
    if words.isdisjoint(TRIGGERS):
        return
    for rule in RULES:
        if rule.triggers.isdisjoint(words):
            continue
        pattern = rule.pattern
        group = "it" if "it" in pattern.groupindex else 0
        for match in pattern.finditer(frame.text):
            days = rule.resolve(match, frame)
            if days is not None:
                yield match.start(group), match.end(group), days
