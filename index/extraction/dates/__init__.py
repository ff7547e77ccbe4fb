"""Dates as they are written: in date lines, JSON fields, front matter and page markup.

A numeric date is read only where it can mean one day. `14-07-2024` can, because no year has fourteen
months; `03-04-2021` and `03/04/2021` cannot and are refused, since outlets write both orders, unless
a weekday in front fits one order only. With full stops (`03.04.2021`) the day comes first: no country
writes months first with full stops.
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from index.extraction.dates import calendars, words
from index.records import Span

EARLIEST = date(1700, 1, 1)
"""Older dates are taken for mistakes: no newspaper archive reaches further back."""

EPOCH = date(1970, 1, 1)
"""What a program writes that has no date."""

ALL_MONTHS = words.load("months")
"""Month names of all languages, in small letters, with their numbers: for dates that are written in full."""

MONTHS = words.load("first months")
"""Those of English, Spanish, French, German and Arabic, which are read in running text."""

WEEKDAYS = {**words.load("first weekdays"), "tues": 1, "thur": 3, "thurs": 3, "الإثنين": 0}
"""Weekday names and their short forms in the same languages, in small letters, with Monday as 0."""

_NAME = r"[^\s\d.,;:/()\[\]|<>\"“”-]{2,16}"
_DATE = re.compile(
    rf"""(?<![\w.])(?:
        (?P<y1>\d{{4}})(?P<s1>[-/.])(?P<m1>\d{{1,2}})(?P=s1)(?P<d1>\d{{1,2}})(?=T\d\d:?\d\d|\b)
      | (?P<y2>\d{{4}})(?P<m2>\d\d)(?P<d2>\d\d)(?=T\d\d|\b)
      | (?P<a>\d{{1,2}})(?P<s2>[-/.])(?P<b>\d{{1,2}})(?P=s2)(?P<y3>\d{{4}})\b
      | (?P<n4>{_NAME})\.?\ (?P<d4>\d{{1,2}})(?:st|nd|rd|th)?,?\ (?P<y4>\d{{4}})\b
      | (?P<d5>\d{{1,2}})(?:st|nd|rd|th|\.|er|º|ی)?(?:\ of|\ de)?[\ -](?P<n5>{_NAME}(?:\ {_NAME})?)
        (?:\s?/\s?{_NAME}(?:\ {_NAME})?)?\.?(?:,|\ de|\ del)?[\ -](?P<y5>\d{{4}})(?:\b|(?=(?:م|هـ?)\b))
      | (?P<y6>\d{{4}})(?:年|년\s?)(?P<m6>\d{{1,2}})(?:月|월\s?)(?P<d6>\d{{1,2}})[日일]
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_CLOCK = re.compile(
    r"t?\d{1,2}[:.h]\d{2}(?:[:.]\d{2}(?:[.,]\d+)?)?\s*(?:[ap]\.?m\.?)?\s*(?:z\b|(?:gmt|utc)?\s*[+-]\d{2}:?\d{2}|gmt|utc|[ecmp][sd]t)?",
    re.IGNORECASE,
)
_FILLER = (
    frozenset({"at", "on", "um", "à", "el", "le", "am", "pm", "gmt", "utc", "z", "uhr"})
    | WEEKDAYS.keys()
    | words.load("weekdays").keys()
)
# Arabic-Indic and Persian digits; other scripts' digits are read by int() but not matched by clocks.
_DIGITS = {zero + n: ord("0") + n for zero in (0x0660, 0x06F0, 0x0966, 0xFF10) for n in range(10)}


def in_ascii_digits(text: str) -> str:
    """The text with the digits of other scripts as ASCII, each in its place."""
    return text if text.isascii() else text.translate(_DIGITS)


def parse_date(text: str, today: date | None = None) -> date | None:
    """The one date that `text` is, with or without a weekday and a time; None if it is anything else.

    The day is the one written, whatever the time zone. Days before 1700 or after `today` (the real
    one unless given) are refused; one day of grace covers zones that are already in tomorrow.
    """
    plain = in_ascii_digits(text.strip())
    found = next(dates_in(plain, today), None) if len(plain) <= 100 else None
    if found is None:
        return _mail_date(plain, today)
    span, day = found
    rest = _CLOCK.sub(" ", plain[: span.start] + " " + plain[span.end :])
    beside = re.findall(r"\w+", rest.casefold())
    return day if all(word in _FILLER for word in beside) else None


def dates_in(text: str, today: date | None = None) -> Iterator[tuple[Span, date]]:
    """Every full date written in `text`, in order, with where it stands. Same refusals as `parse_date`."""
    plain = in_ascii_digits(text)
    for match in _DATE.finditer(plain):
        before = plain[max(0, match.start() - 30) : match.start()].casefold().split()
        day = _day(match, WEEKDAYS.get(before[-1].strip("(,")) if before else None)
        if match["y1"] and match["s1"] != "." and "\u06f0" <= text[match.start()] <= "\u06f9":
            day = calendars.jalali(*(int(match[name]) for name in ("y1", "m1", "d1"))) or day
        if day is not None and _plausible(day, today):
            yield Span(match.start(), match.end()), day


def ambiguous_in(text: str, today: date | None = None) -> Iterator[tuple[Span, tuple[date, date]]]:
    """Every numeric date that could be two days, such as `03-04-2021`, with both: day first, month first."""
    plain = in_ascii_digits(text)
    for match in _DATE.finditer(plain):
        if match["a"] is None or match["s2"] == "." or match["a"] == match["b"]:
            continue
        first, second, year = int(match["a"]), int(match["b"]), int(match["y3"])
        days = [_exact(year, second, first), _exact(year, first, second)]
        both = [day for day in days if day is not None and _plausible(day, today)]
        if len(both) == 2:
            yield Span(match.start(), match.end()), (both[0], both[1])


def from_timestamp(seconds: float, today: date | None = None) -> date | None:
    """The UTC day of a Unix time in seconds or, from 10^11 on, in milliseconds; None outside 1973 to now."""
    if seconds >= 1e11:
        seconds /= 1000
    if not 1e8 <= seconds < 1e11:
        return None
    day = datetime.fromtimestamp(seconds, UTC).date()
    return day if _plausible(day, today) else None


def _day(match: re.Match[str], weekday: int | None) -> date | None:
    found = {name: value for name, value in match.groupdict().items() if value is not None}
    if "a" in found:
        first, second, year = int(found["a"]), int(found["b"]), int(found["y3"])
        fixed = _day_or_month_first(first, second, year, found["s2"])
        return fixed or _on_weekday({_exact(year, second, first), _exact(year, first, second)}, weekday)
    number = {name[0]: value for name, value in found.items() if name[0] in "ymdn"}
    year, day = int(number["y"]), int(number["d"])
    if year < EARLIEST.year and "n" in number:
        return calendars.day_of(year, number["n"], day)
    month = month_named(number["n"]) if "n" in number else int(number["m"])
    if month is None:
        return None
    thai = "\u0e00" <= number.get("n", " ")[0] <= "\u0e7f"
    return _exact(year - calendars.BUDDHIST if thai and year > 2400 else year, month, day)


def month_named(words: str) -> int | None:
    """Returns the number of a month of any language, with what its grammar adds to the name."""
    name = words.casefold().removesuffix(".")
    first = name.partition(" ")[0]
    # Hebrew writes "in" in front of the name, Kurdish its genitive behind it.
    forms = (name, first, first.removeprefix("ב"), first.removesuffix("ی"), first.removesuffix("'a"))
    return next((ALL_MONTHS[form] for form in forms if form in ALL_MONTHS), None)


def _day_or_month_first(first: int, second: int, year: int, separator: str) -> date | None:
    if separator == "." or first > 12 or first == second:
        return _exact(year, second, first)
    return _exact(year, first, second) if second > 12 else None


def _on_weekday(days: set[date | None], weekday: int | None) -> date | None:
    """The one of the days that falls on the weekday; None where none or both do."""
    fitting = [day for day in days if day is not None and day.weekday() == weekday]
    return fitting[0] if len(fitting) == 1 else None


def _exact(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _plausible(day: date, today: date | None) -> bool:
    return day != EPOCH and EARLIEST <= day <= (today or date.today()) + timedelta(days=1)


def _mail_date(text: str, today: date | None) -> date | None:
    """RFC 2822, whose two-digit years and zone names the pattern does not know."""
    words = text.split()
    if text[3:4] != "," or not (words[3:] and words[3].isdecimal()):
        return None
    from email.utils import parsedate_to_datetime  # brings in sockets, and few dates need it

    try:
        day = parsedate_to_datetime(text).date()
    except (ValueError, IndexError, TypeError, OverflowError):
        return None
    return day if _plausible(day, today) else None
