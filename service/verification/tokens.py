"""Text as tokens that can be compared: words, numbers with their units, and days, however they are written.

"fourteen" is 14, "61 million" is 61000000, "a dozen" is 12, "2 June 2021" is "June 2, 2021" is
2021-06-02. Numbers in words and their scales are read in English, days in every language that
`index.extraction.dates` knows. Case, quotation marks, articles and the possessive 's do not count.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache

from index.extraction.dates import MONTHS, dates_in
from index.records import Span


@dataclass(frozen=True, slots=True)
class Day:
    """A day as far as it is told: "June 2021" names no day of the month, "2 June" no year."""

    year: int | None
    month: int
    day: int | None = None


Token = str | Decimal | Day
"""A word, a number or a day."""

_NO_LIMIT = date(9000, 1, 1)  # an article may speak of a day to come
_WORD_MONTHS = {"may", "march", "mar", "mai", "dec", "sep", "set"}  # months only where capitalised
_MONTH = "|".join(sorted(map(re.escape, MONTHS), key=len, reverse=True))
_PART_DATE = re.compile(
    rf"""(?<!\w)(?:
        (?P<d1>[0-3]?\d)(?:st|nd|rd|th|\.|er)?(?:\ of|\ de)?\ (?P<m1>{_MONTH})
      | (?P<m2>{_MONTH})\.?(?:\ of|\ de)?\ (?P<y2>[12]\d{{3}})
      | (?P<m3>{_MONTH})\.?\ (?P<d3>[0-3]?\d)(?:st|nd|rd|th)?
    )(?!\w)""",
    re.IGNORECASE | re.VERBOSE,
)
_PIECE = re.compile(
    r"""(?P<ordinal>\d+(?:st|nd|rd|th)\b)
      | (?P<millions>(?:[$€£¥]\s?\d[\d,]*(?:\.\d+)?[mM]|(?<![\w.,])\d[\d,]*(?:\.\d+)?M)\b)
      | (?P<number>(?<![^\W_])(?:\d{1,3}(?:[,'’\u00a0\u2009\u202f]\d{3})+|\d{1,3}(?:\.\d{3}){2,}|\d+)
          (?:\.\d+)?)
      | (?P<sign>[%$€£¥])
      | (?P<stop>[,;:.!?()"“”«»…–—])
      | (?P<word>[^\W_]+(?:['’][^\W_]+)*)""",
    re.VERBOSE,
)
_THOUSANDS = re.compile(r"[,'’\u00a0\u2009\u202f]|\.(?=\d{3}\.)|(?<=\.\d{3})\.")
_UNITS = {
    word: number
    for number, word in enumerate(
        """
        zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
        sixteen seventeen eighteen nineteen
        """.split()
    )
}
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50}
_TENS |= {"sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
_SCALES = {
    "dozen": 12,
    "hundred": 100,
    **dict.fromkeys(("thousand", "k"), 10**3),
    **dict.fromkeys(("million", "millions", "millionen", "millones", "mn", "mio"), 10**6),
    **dict.fromkeys(("billion", "billions", "milliarden", "milliards", "bn", "b"), 10**9),
    **dict.fromkeys(("trillion", "trillions", "tn"), 10**12),
}
_ARTICLES = frozenset({"a", "an", "the"})
_SILENT = _ARTICLES | {""}
_STOP = ""  # where a number in words must end: "61 million, fourteen families"
_MARK = re.compile(r"(?:(?<!\s)\s+)?\[\d+(?:\.\d+)?\]")


def without_marks(text: str) -> str:
    """The text without its citation marks, `[1]` or `[3.2]`, whose numbers are not its own."""
    return _MARK.sub("", text)


@lru_cache(maxsize=4096)
def tokens(text: str) -> tuple[Token, ...]:
    """The words, numbers and days of a text, in order."""
    found: list[Token] = []
    last = 0
    for span, day in _days(text):
        found += _folded(_pieces(text[last : span.start]))
        found.append(day)
        last = span.end
    return (*found, *_folded(_pieces(text[last:])))


def end_of(wanted: Sequence[Token], text: Sequence[Token], after: int = 0) -> int | None:
    """Finds the end of the first `wanted` in `text`, at or after a place; None if it is not there."""
    if not wanted:
        return None
    for start in range(after, len(text) - len(wanted) + 1):
        if all(same(one, text[start + place]) for place, one in enumerate(wanted)):
            return start + len(wanted)
    return None


def holds(text: str, phrase: str) -> bool:
    """Tells whether a text says a phrase, however its numbers and days are written."""
    return end_of(tokens(phrase), tokens(text)) is not None


def same(wanted: Token, found: Token) -> bool:
    """Tells whether `found` says what `wanted` asks for; a day may say more: 2 June 2021 is in June 2021."""
    if isinstance(found, Day):
        if isinstance(wanted, Day):
            parts = ((wanted.year, found.year), (wanted.month, found.month), (wanted.day, found.day))
            return all(asked in (None, told) for asked, told in parts)
        return isinstance(wanted, Decimal) and wanted == found.year
    return wanted == found


def _days(text: str) -> Iterator[tuple[Span, Day]]:
    """Full days, and between them what is told of a day in part; in order."""
    last = 0
    for span, day in dates_in(text, _NO_LIMIT):
        yield from _part_days(text, last, span.start)
        yield span, Day(day.year, day.month, day.day)
        last = span.end
    yield from _part_days(text, last, len(text))


def _part_days(text: str, start: int, end: int) -> Iterator[tuple[Span, Day]]:
    for match in _PART_DATE.finditer(text, start, end):
        told = {name[0]: value for name, value in match.groupdict().items() if value is not None}
        name, day = told["m"].casefold(), int(told.get("d", 1))
        if 1 <= day <= 31 and not (name in _WORD_MONTHS and told["m"].islower()):
            year = int(told["y"]) if "y" in told else None
            yield Span(match.start(), match.end()), Day(year, MONTHS[name], day if "d" in told else None)


def _pieces(text: str) -> list[Token]:
    """Words in lower case and numbers in digits; numbers in words are still words."""
    found: list[Token] = []
    for match in _PIECE.finditer(text):
        piece = match[0]
        if match["number"]:
            found.append(Decimal(_THOUSANDS.sub("", piece)))
        elif match["millions"]:
            number = piece[:-1].lstrip("$€£¥ ").replace(",", "")
            found += [*piece[0].strip("0123456789"), Decimal(number) * 10**6]
        elif match["stop"]:
            found.append(_STOP)
        elif match["sign"]:
            found.append("percent" if piece == "%" else piece)
        else:
            found.append(re.sub(r"['’]s$", "", piece.casefold()).replace("’", "'"))
    return found


def _folded(pieces: Sequence[Token]) -> Iterator[Token]:
    """The pieces with numbers in words and their scales made numbers, and without articles."""
    place = 0
    while place < len(pieces):
        number, length = _number(pieces, place)
        if number is not None:
            yield number
        elif pieces[place : place + 2] == ["per", "cent"]:
            yield "percent"
            length = 2
        elif pieces[place] not in _SILENT:
            yield pieces[place]
        place += max(length, 1)


def _number(pieces: Sequence[Token], place: int) -> tuple[Decimal | None, int]:
    """The number that begins at a place and how many pieces it takes; (None, 0) if none does."""
    total, length, scale = _part(pieces, place)
    while total is not None and scale >= 1000:
        start = place + length + (_word(pieces, place + length) == "and")
        part, taken, following = _part(pieces, start)
        # Only words go on: "22 thousand five hundred" is one number, "5 thousand 312" is two.
        if part is None or part >= scale or not _word(pieces, start):
            break
        total, length, scale = total + part, start + taken - place, following
    return total, length


def _part(pieces: Sequence[Token], place: int) -> tuple[Decimal | None, int, int]:
    """A number up to its last scale, "two hundred and twelve thousand": value, pieces taken, scale."""
    value, length = _small(pieces, place)
    if value is not None and _word(pieces, place + length) == "hundred":
        value, length = value * 100, length + 1
        start = place + length + (_word(pieces, place + length) == "and")
        rest, taken = _small(pieces, start) if _word(pieces, start) in _UNITS | _TENS else (None, 0)
        if rest is not None:
            value, length = value + rest, start + taken - place
    scale = 1
    while value is not None and (factor := _SCALES.get(_word(pieces, place + length))):
        value, length, scale = value * factor, length + 1, scale * factor
    return value, length, scale


def _small(pieces: Sequence[Token], place: int) -> tuple[Decimal | None, int]:
    """Reads what may stand before a scale: digits, a word up to ninety-nine, "a" or "half a"."""
    first = pieces[place] if place < len(pieces) else _STOP
    if isinstance(first, Decimal):
        return first, 1
    word, following = _word(pieces, place), _word(pieces, place + 1)
    if word in _UNITS:
        return Decimal(_UNITS[word]), 1
    if word in _TENS:
        unit = _UNITS.get(following, 0)
        return (Decimal(_TENS[word] + unit), 2) if 0 < unit < 10 else (Decimal(_TENS[word]), 1)
    if word == "half" and following in _ARTICLES and _word(pieces, place + 2) in _SCALES:
        return Decimal("0.5"), 2
    return (Decimal(1), 1) if word in _ARTICLES and following in _SCALES else (None, 0)


def _word(pieces: Sequence[Token], place: int) -> str:
    piece = pieces[place] if place < len(pieces) else _STOP
    return piece if isinstance(piece, str) else _STOP


# Numbers with their units

_LOCALES, _COUNTS = ("en", "en_GB"), ("one", "other")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number and its unit: "percent", a currency such as "dollar", a length; empty where it only counts."""

    value: Decimal
    unit: str = ""

    def is_proved_by(self, other: "Quantity") -> bool:
        """Tells whether the other, of a text, proves this one: with its unit or none, exactly or rounded."""
        return self.unit in ("", other.unit) and self._is_near(other)

    def agrees(self, other: "Quantity") -> bool:
        """Tells whether both can be one number, rounded: 1.34 and 1.3 billion, 725,246 and 725,000."""
        return (self.unit == other.unit or "" in (self.unit, other.unit)) and self._is_near(other)

    def _is_near(self, other: "Quantity") -> bool:
        one, two = abs(self.value), abs(other.value)
        slack = max(_half_place(one, _is_whole(two)), _half_place(two, _is_whole(one)))
        return abs(self.value - other.value) <= slack


def quantities(text: str) -> tuple[Quantity, ...]:
    """Returns the numbers of a text in order; "two in five" is also 40 per cent."""
    row = tokens(text)
    numbers = (
        Quantity(token, _unit(row, place)) for place, token in enumerate(row) if isinstance(token, Decimal)
    )
    return (*numbers, *_shares(row))


def _shares(row: Sequence[Token]) -> Iterator[Quantity]:
    for part, link, whole in zip(row, row[1:], row[2:], strict=False):
        if (
            link in ("in", "of")
            and isinstance(part, Decimal)
            and isinstance(whole, Decimal)
            and 0 < part < whole
        ):
            yield Quantity(100 * part / whole, "percent")


def _unit(row: Sequence[Token], place: int) -> str:
    """The unit of the number at a place: the sign before it, or the word behind it."""
    for beside in (place - 1, place + 1):
        token = row[beside] if 0 <= beside < len(row) else None
        if isinstance(token, str) and (unit := _units().get(token)):
            return unit
    return ""


def _half_place(value: Decimal, beside_whole: bool) -> Decimal:
    """Half of the last place that a number tells: 50 of 1,300; at most a twentieth of it.

    Nothing of 14 beside another whole number; beside one with decimals it may be that one rounded.
    """
    exponent = int(value.normalize().as_tuple().exponent)
    if _is_whole(value) and exponent < 2:
        exponent = int(value.as_tuple().exponent)
        if beside_whole or exponent < 0:
            return Decimal(0)
    return min(Decimal(5).scaleb(exponent - 1), value / 20)


def _is_whole(value: Decimal) -> bool:
    return value == int(value)


@cache
def _units() -> dict[str, str]:
    """Names and signs of units and currencies, from the Unicode locale data, with one name for each."""
    from babel import Locale
    from babel.core import get_global

    english = Locale("en")
    found: dict[str, str] = {}
    tender = {
        code
        for used in get_global("territory_currencies").values()
        for code, _, end, legal in used
        if legal and not end
    }
    for code in sorted(tender):
        forms = english._data["currency_names_plural"].get(code, {})
        one, many = (
            forms.get(count, english.currencies.get(code, code)).split()[-1].casefold() for count in _COUNTS
        )
        found |= dict.fromkeys((one, many, english.currency_symbols.get(code, code).casefold()), one)
    found["$"] = "dollar"
    for unit, word in _unit_words():
        # A letter alone, or "in" for inches, is mostly another word.
        if len(word) > 1 and word != "in":
            found.setdefault(word, unit.partition("-")[2])
    return found | {"percent": "percent", "%": "percent"}


def _unit_words() -> Iterator[tuple[str, str]]:
    """Each unit with the words that stand behind its numbers: "length-meter" with "meters", "metres", "m"."""
    from babel import Locale

    locales = [Locale.parse(name)._data["unit_patterns"] for name in _LOCALES]
    for unit in locales[0]:
        for patterns in locales:
            for length in ("long", "short"):
                for count in _COUNTS:
                    told = patterns.get(unit, {}).get(length, {}).get(count, "").casefold().split()
                    if len(told) == 2 and told[0] == "{0}":
                        yield unit, told[1]
