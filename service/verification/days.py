"""Whether the days that a sentence names are those of its cited sentences.

A time is proved by days that lie within it: "on Thursday" in an article of 12 February 2020 proves "6
February 2020", "in February 2020" and "in 2020". The day of publication proves a time only where the
sentence speaks of the reporting, or where the cited sentences name no day of their own.
"""

import re
from collections.abc import Iterator, Sequence

from index.extraction.dates import MONTHS, WEEKDAYS
from index.extraction.dates.mentions import mentions
from index.records import Zone, ZoneKind
from service.verification.content_words import figures
from service.verification.evidence_context import Days, Grounds
from service.verification.tokens import Day, tokens

_LONG_MONTHS = {name: number for name, number in MONTHS.items() if len(name) > 3} | {"may": 5}
_MONTH = re.compile(rf"\b(?:{'|'.join(map(re.escape, _LONG_MONTHS))})\b", re.IGNORECASE)
_DATED_MONTH = re.compile(
    rf"\b\d{{1,2}} {_MONTH.pattern[2:-2]}\b|{_MONTH.pattern[2:-2]}\.?,? \d{{1,4}}\b", re.IGNORECASE
)
_WEEKDAY = re.compile(rf"\b(?:{'|'.join(re.escape(name) for name in WEEKDAYS if len(name) > 4)})s?\b", re.I)
_DATED_WEEKDAY = re.compile(rf"{_WEEKDAY.pattern},? (?=\d{{1,2}} [A-Z]|[A-Z][a-z]+ \d)", re.IGNORECASE)
_NEAR = re.compile(
    r"\b(?:yesterday|today|tomorrow|tonight|last night|(?:last|this|next|the previous|the following)"
    r" (?:week|weekend|month|year|spring|summer|autumn|winter))\b",
    re.IGNORECASE,
)
_SEASON = re.compile(r"\b(?:spring|summer|autumn|winter)\b", re.IGNORECASE)
_PARTS_OF_DAY = (
    re.compile(r"\b(?:morning|dawn|breakfast|sunrise|a\.?m)\b", re.I),
    re.compile(r"\b(?:afternoon|p\.?m)\b", re.I),
    re.compile(r"\b(?:evening|night|tonight|midnight|dusk|sunset|p\.?m)\b", re.I),
)
_REPORTING = re.compile(
    r"\b(?:report(?:s|ed|ing)?|wrote|writes|published|article|according to|as of|dated|carried|printed)\b",
    re.IGNORECASE,
)


def unknown_days(claim: str, known: Sequence[Grounds]) -> Iterator[str]:
    """A sentence for each time that the claim names and the evidence does not."""
    cited = "\n".join(one.cited for one in known)
    days = _days(known, spoken_of=_speaks_of_reporting(claim, known))
    yield from (
        f"The cited sentences do not name {_written(period)}."
        for period in _periods(claim)
        if not any(day.within(period) for day in days) and not _is_number(period, cited)
    )
    yield from (
        f"The cited sentences do not name day {part.day} of month {part.month}."
        for part in tokens(claim)
        if isinstance(part, Day) and part.year is None and not _names(part, days, cited)
    )
    yield from _misdated(claim)
    yield from _unknown_words(claim, cited, _days(known, spoken_of=False))


def _misdated(claim: str) -> Iterator[str]:
    """The days that do not fall on the weekday that the claim gives them."""
    for match in _DATED_WEEKDAY.finditer(claim):
        day = next(iter(_periods(claim[match.end() : match.end() + 20])), None)
        weekday = WEEKDAYS.get(match[0].strip(" ,").casefold().removesuffix("s"))
        if day and day.first == day.last and day.first.weekday() != weekday:
            yield f"{day.first} is no {match[0].strip(' ,')}."


def _unknown_words(claim: str, cited: str, days: Sequence[Days]) -> Iterator[str]:
    for name in _found(_MONTH, _DATED_MONTH.sub(" ", claim)):
        if not _holds_month(_LONG_MONTHS[name.casefold()], days) and name not in _found(_MONTH, cited):
            yield f"The cited sentences do not name {name}."
    for name in _found(_WEEKDAY, _DATED_WEEKDAY.sub(" ", claim)):
        number = WEEKDAYS[name.casefold().removesuffix("s")]
        if not any(day.first == day.last and day.first.weekday() == number for day in days) and (
            name not in _found(_WEEKDAY, cited)
        ):
            yield f"The cited sentences do not name {name}."
    for pattern in (_NEAR, _SEASON):
        told = {words.casefold() for words in pattern.findall(cited)}
        yield from (
            f"The cited sentences do not say {words!r}."
            for words in pattern.findall(claim)
            if words.casefold() not in told and not (pattern is _SEASON and _is_dated(words, claim))
        )
    if any(part.search(cited) for part in _PARTS_OF_DAY):
        asked = [part for part in _PARTS_OF_DAY if part.search(claim)]
        if asked and not any(part.search(cited) for part in asked):
            yield "The cited sentences name another time of day."


def _days(known: Sequence[Grounds], *, spoken_of: bool) -> list[Days]:
    """The days of the cited sentences, and those of publication where they count."""
    days = [day for one in known for day in one.days]
    return days + [one.published for one in known if one.published and (spoken_of or not one.days)]


def _speaks_of_reporting(claim: str, known: Sequence[Grounds]) -> bool:
    own = [name for one in known for name in (one.article.outlet, one.article.author, *one.copies) if name]
    return _REPORTING.search(claim) is not None or any(name in claim for name in own)


def _periods(claim: str) -> list[Days]:
    """The times that the claim fixes by itself."""
    zone = Zone(0, len(claim), ZoneKind.REPORTING)
    return [Days(found.first, found.last) for found in mentions(claim, (zone,))]


def _is_number(period: Days, cited: str) -> bool:
    """Whether the period is a year that the cited sentences hold as a number: "the 2017 referendum"."""
    whole = (period.first.month, period.first.day, period.last.month, period.last.day) == (1, 1, 12, 31)
    one = period.first.year == period.last.year
    return whole and one and any(figure.value == period.first.year for figure in figures(cited))


def _names(part: Day, days: Sequence[Days], cited: str) -> bool:
    """Whether the evidence names that day, or that month, of any year."""
    if any(
        isinstance(told, Day) and (told.month, told.day) == (part.month, part.day) for told in tokens(cited)
    ):
        return True
    if part.day is None:
        return _holds_month(part.month, days)
    # A span of days, "3 to 5 May", names its ends.
    ends = [end for day in days if (day.last - day.first).days < 15 for end in (day.first, day.last)]
    return any((end.month, end.day) == (part.month, part.day) for end in ends)


def _holds_month(month: int, days: Sequence[Days]) -> bool:
    return any(
        day.first.month == month or (day.last.month == month and (day.last - day.first).days < 93)
        for day in days
    )


def _is_dated(season: str, claim: str) -> bool:
    """Whether the season has its year, so that its days were compared."""
    return re.search(rf"\b{season}(?: of)? \d{{4}}", claim) is not None


def _found(pattern: re.Pattern[str], text: str) -> set[str]:
    """The capitalised words that match, as they are written first: "may" is no month."""
    return {match[0].capitalize() for match in pattern.finditer(text) if not match[0].islower()}


def _written(period: Days) -> str:
    return str(period.first) if period.first == period.last else f"{period.first} to {period.last}"
