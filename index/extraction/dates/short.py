"""Days written short, as print and forms have them: "25 Apr 21", "25/4/21", "25.IV.2021".

Such a line is read only where it is nothing else: two digits may also be an hour, an edition or a score.
The century is the last in which the day has come, which is concluded and not read.
"""

import re
from datetime import date, timedelta

from index.extraction.dates import MONTHS, WEEKDAYS, in_ascii_digits

_ROMAN = {"I": 1, "II": 2, "III": 3, "IV": 4, "V": 5, "VI": 6, "VII": 7, "VIII": 8, "IX": 9, "X": 10,
          "XI": 11, "XII": 12}  # fmt: skip
_LONGEST = 60
_NAME = r"[^\W\d_]{1,12}"
_SHORT = re.compile(
    rf"""(?:(?P<w>{_NAME})\.?,?\ )?(?:
        (?P<d>\d{{1,2}})(?:\.?\ |[-.])(?P<n>{_NAME})(?:\.?,?\ |[-.])(?P<y>['’]?\d\d|\d{{4}})
      | (?P<n2>{_NAME})\.?\ (?P<d2>\d{{1,2}}),?\ (?P<y2>['’]?\d\d)
      | (?P<a>\d{{1,2}})(?P<s>[./])(?P<b>\d{{1,2}})(?P=s)(?P<y3>\d\d)
    )(?:,?\ \d\d?[:.]\d\d(?:\ ?[ap]\.?m\.?)?)?""",
    re.IGNORECASE | re.VERBOSE,
)


def short_days(line: str, today: date | None = None) -> tuple[date, ...]:
    """Returns the days that a line may be which is nothing but one written short; none for any other line.

    They are two where a numeric one can be read with the day or the month first.
    """
    match = _SHORT.fullmatch(in_ascii_digits(line.strip())) if len(line) <= _LONGEST else None
    if match is None:
        return ()
    day, month, year = (match[name] or match[f"{name}2"] for name in "dny")
    if match["a"]:
        first, second, year = int(match["a"]), int(match["b"]), match["y3"]
        orders = [(first, second), (second, first)] if match["s"] == "/" else [(first, second)]
    else:
        named = _ROMAN if len(year) == 4 else MONTHS
        orders = [(int(day), named.get(month if named is _ROMAN else month.casefold(), 0))]
    latest = (today or date.today()) + timedelta(days=1)
    weekday = WEEKDAYS.get(match["w"].casefold()) if match["w"] else None
    if match["w"] and weekday is None:
        return ()
    found = (_last(year.lstrip("'’"), number, day, latest) for day, number in orders)
    return tuple(dict.fromkeys(one for one in found if one and weekday in (None, one.weekday())))


def _last(year: str, month: int, day: int, latest: date) -> date | None:
    """The last such day up to the latest one, in any century where the year has two digits."""
    for century in ("",) if len(year) == 4 else ("20", "19"):
        try:
            found = date(int(century + year), month, day)
        except ValueError:
            continue
        if found <= latest:
            return found
    return None
