"""Days of other calendars: Hijri (Umm al-Qura, by hijridate) and Jalali (by persiantools)."""

from collections.abc import Mapping
from datetime import date
from functools import cache

_LAST_JALALI = 1500
BUDDHIST = 543
"""How many years the Thai calendar is ahead."""


def day_of(year: int, month: str, day: int) -> date | None:
    """Returns the Gregorian day of a Hijri or Jalali one; None where the month is of neither."""
    name = month.casefold()
    try:
        if name in _hijri():
            from hijridate import Hijri

            return date.fromordinal(Hijri(year, _hijri()[name], day).to_gregorian().toordinal())
    except (ValueError, OverflowError):
        return None
    return jalali(year, _jalali()[name], day) if name in _jalali() else None


def jalali(year: int, month: int, day: int) -> date | None:
    """Returns the Gregorian day of a Jalali one; None for a year that is none of that calendar."""
    from persiantools.jdatetime import JalaliDate

    try:
        found: date | None = JalaliDate(year, month, day).to_gregorian() if year < _LAST_JALALI else None
    except (ValueError, OverflowError):
        return None
    return found


@cache
def _hijri() -> Mapping[str, int]:
    from hijridate import Hijri

    months = {
        Hijri(1442, number, 1).month_name(language).casefold(): number
        for language in ("ar", "en")
        for number in range(1, 13)
    }
    return months | {name.replace("أ", "ا"): number for name, number in months.items()}


@cache
def _jalali() -> Mapping[str, int]:
    from persiantools.jdatetime import MONTH_NAMES_EN, MONTH_NAMES_FA

    return {
        name.casefold(): number
        for names in (MONTH_NAMES_EN, MONTH_NAMES_FA)
        for number, name in enumerate(names)
        if name
    }
