"""Stretches of days that words name: a month, late in a year, a season, a week, so many years ago.

Every function gives the first and the last day, both inclusive, or None where the calendar has none.
"""

from calendar import monthrange
from collections.abc import Mapping
from datetime import date, timedelta

Days = tuple[date, date]
"""The first and last day of a period, inclusive."""

SEASONS: Mapping[str, int] = {
    "spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12,
    "frühjahr": 3, "frühling": 3, "sommer": 6, "herbst": 9, "primavera": 3, "verano": 6, "otoño": 9,
    "printemps": 3, "été": 6, "automne": 9,
}  # fmt: skip
"""The first month of each season, as the north has them."""


def day_of(year: int, month: int, number: int) -> date | None:
    """That day; None where the month has no such day."""
    try:
        return date(year, month, number)
    except ValueError:
        return None


def month_of(year: int, month: int, part: str = "") -> Days:
    """A month, or its "early", "mid" or "late" ten days."""
    last = monthrange(year, month)[1]
    first, end = {"early": (1, 10), "mid": (11, 20), "late": (21, last)}.get(part, (1, last))
    return date(year, month, first), date(year, month, end)


def months_of(year: int, first: int, last: int) -> Days:
    """From the first day of one month to the last of another; months past the twelfth are next year's."""
    return month_of(year + (first - 1) // 12, (first - 1) % 12 + 1)[0], month_of(
        year + (last - 1) // 12, (last - 1) % 12 + 1
    )[1]


def year_of(year: int, part: str = "") -> Days:
    """A year, or a third of it ("early", "mid", "late"), or its "start" or "end" month."""
    bounds = {"early": (1, 4), "mid": (5, 8), "late": (9, 12), "start": (1, 1), "end": (12, 12)}
    return months_of(year, *bounds.get(part, (1, 12)))


def season_of(year: int, season: str) -> Days:
    """The three months of a season; a winter is that which begins in the year."""
    first = SEASONS[season]
    return months_of(year, first, first + 2)


def decade_of(year: int, part: str = "") -> Days:
    """Ten years from that one, or their first four, middle three or last three."""
    first, last = {"early": (0, 3), "mid": (4, 6), "late": (7, 9)}.get(part, (0, 9))
    return date(year + first, 1, 1), date(year + last, 12, 31)


def week_of(day: date) -> Days:
    """Monday to Sunday."""
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=6)


def weekend_of(day: date) -> Days:
    """Saturday and Sunday of the day's week."""
    sunday = week_of(day)[1]
    return sunday - timedelta(days=1), sunday


def before(day: date, number: int, unit: str) -> Days | None:
    """Period so many "day", "week", "month" or "year" back, as wide as the unit; None before year 1."""
    try:
        if unit == "day":
            return day - timedelta(days=number), day - timedelta(days=number)
        if unit == "week":
            return week_of(day - timedelta(weeks=number))
        months = day.year * 12 + day.month - 1 - number
        return month_of(months // 12, months % 12 + 1) if unit == "month" else year_of(day.year - number)
    except (OverflowError, ValueError):
        return None


def backwards(day: date, number: int, unit: str) -> Days | None:
    """From so many units before the day up to it ("in the past three months")."""
    days = {"day": 1, "week": 7, "month": 30.44, "year": 365.25}[unit]
    try:
        return day - timedelta(days=round(number * days)), day
    except OverflowError:
        return None
