"""Numbers that a text gives, as the ranges they stand for, so that two of them can be compared.

"nearly 300" is 270 to 300, "at least 5" is 5 or more, "61 million" is what rounds to it, 1 km is 1,000 m.
Two quantities agree where their ranges meet; the ranges are wide rather than narrow, for a difference
that is none does more harm than one that is missed.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from service.verification.tokens import Token, tokens

ROUGHLY = Decimal("0.1")  # "about 40" is 36 to 44
ROUNDED = Decimal("0.05")  # the most that rounding may take from a round number: 300 is 285 to 315
OPEN_ENDED = 2  # "at least 5" is up to twice that, or a few more; 5 and 40 still differ

_ABOUT = frozenset({"about", "around", "some", "roughly", "approximately", "estimated", "circa", "ca"})
_BELOW = frozenset({"nearly", "almost", "under", "below"})
_AT_MOST = frozenset({"up to", "at most", "fewer than", "less than", "no more than", "as many as"})
_ABOVE = frozenset({"over", "above", "exceeding"})
_AT_LEAST = frozenset({"at least", "more than", "no fewer than", "no less than", "upwards of", "minimum of"})
_DENIED = re.compile(
    r"\b(?:not|instead of|rather than|nor|previously|formerly|up from|down from|than)(?: (?:by|in|at|for))?$"
)
_CROWDS = {"dozens": (24, 144), "scores": (40, 200), "hundreds": (200, 2000), "thousands": (2000, 50_000)}
_NONE = frozenset({"nobody", "none", "no"})
_ARABIC = {
    word: number
    for number, words in enumerate(
        (
            "ثلاثة ثلاث",
            "أربعة أربع",
            "خمسة خمس",
            "ستة ست",
            "سبعة سبع",
            "ثمانية ثماني ثمان",
            "تسعة تسع",
            "عشرة عشر",
        ),
        3,
    )
    for word in words.split()
}
_LENGTHS: Mapping[str, int | Decimal] = {
    **dict.fromkeys(("km", "kilometre", "kilometer"), 1000),
    **dict.fromkeys(("m", "metre", "meter"), 1),
    **dict.fromkeys(("cm", "centimetre", "centimeter"), Decimal("0.01")),
    **dict.fromkeys(("mm", "millimetre", "millimeter"), Decimal("0.001")),
    "mile": Decimal("1609.344"),
    **dict.fromkeys(("foot", "feet", "ft"), Decimal("0.3048")),
    "yard": Decimal("0.9144"),
}
_WEIGHTS: Mapping[str, int | Decimal] = {
    **dict.fromkeys(("kg", "kilo", "kilogram", "kilogramme"), 1),
    **dict.fromkeys(("tonne", "ton"), 1000),
    **dict.fromkeys(("g", "gram", "gramme"), Decimal("0.001")),
    **dict.fromkeys(("pound", "lb"), Decimal("0.4536")),
}
_TIMES: Mapping[str, int | Decimal] = {
    "second": 1, "minute": 60, "hour": 3600, "day": 86_400, "week": 604_800,
    "month": 2_629_800, "year": 31_557_600,
}  # fmt: skip
_SHARES: Mapping[str, int | Decimal] = dict.fromkeys(("percent", "pc", "prozent"), 1)
_MONEY = {
    "dollar": "$", "euro": "€", "yen": "¥", "crown": "crown", "krone": "crown", "dinar": "dinar",
    "franc": "franc", "rupee": "rupee", "rouble": "rouble", "peso": "peso", "yuan": "yuan", "lira": "lira",
}  # fmt: skip
_TABLES: tuple[tuple[str, Mapping[str, int | Decimal]], ...] = (
    ("length", _LENGTHS),
    ("weight", _WEIGHTS),
    ("time", _TIMES),
    ("share", _SHARES),
)
_UNITS = {
    unit: (measure, Decimal(factor))
    for measure, table in _TABLES
    for unit, factor in table.items()
}  # fmt: skip
_MEASURED = frozenset(measure for measure, _ in _TABLES)
_SIGNS = frozenset("$€£¥")
_ENDS_NOUN = frozenset(
    """
    of in on at and or but were was have had has been from to by with who that which for as is are than
    came took said says after when while because will would could can may did do not it they he she
    """.split()  # noqa: SIM905
)
_RANGE = re.compile(r"(?<![\d.,-])(\d[\d,.]*)\s?[-–]\s?(\d[\d,.]*)(?![-\d])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """What a number may stand for, both ends inclusive, in the base unit of its measure.

    `measure` is "length" (metres), "weight" (kilograms), "time" (seconds), "share" (per cent),
    "money:" with a currency, or empty for a plain count; `words` are those that follow the number, up
    to three; `of` is what it is a part of ("two of them", "14 of the families").
    """

    low: Decimal
    high: Decimal
    measure: str = ""
    words: tuple[str, ...] = ()
    of: str = ""

    def agrees(self, other: "Quantity") -> bool:
        """Whether both can be true of one thing."""
        return self.low <= other.high and other.low <= self.high


def quantities(text: str, before: str = "", after: str = "") -> tuple[Quantity, ...]:
    """The quantities that stand in `text`, read with the words before and after it.

    What the text says is not so ("312 and not 321", "61 million instead of 48 million") is left out.
    """
    left, own, right = (_readable(part) for part in (before, text, after))
    row = [*left[-4:], *own, *right[:4]]
    start = len(left[-4:])
    found = [_at(row, place) for place in range(start, start + len(own))]
    # "No" is a number only where the words begin with it.
    counted = [
        quantity for place, quantity in enumerate(found) if not (place and quantity and not quantity.high)
    ]
    return tuple(_joined(row, start, found)) if len(counted) == len(found) else tuple(filter(None, counted))


def _readable(text: str) -> list[Token]:
    """The tokens of a text, with ranges spelt out and numbers in Arabic words as numbers."""
    row = tokens(_RANGE.sub(r"\1 to \2", text))
    return [
        Decimal(_ARABIC[token]) if isinstance(token, str) and token in _ARABIC else token for token in row
    ]


def _joined(row: Sequence[Token], start: int, found: Sequence[Quantity | None]) -> Iterator[Quantity]:
    """The quantities in order, with the two ends of a range as one."""
    ended = -1  # where a range ended whose second number is not one of its own
    for place, quantity in enumerate(found):
        if quantity is None or place == ended:
            continue
        second = found[place + 2] if place + 2 < len(found) else None
        link = row[start + place + 1] if start + place + 1 < len(row) else ""
        between = _before(row, start + place, 1) == "between"
        if (
            second is not None
            and (link == "to" or (link == "and" and between))
            and second.high >= quantity.low
        ):
            low = quantity.low if quantity.measure == second.measure else quantity.low * _factor(second)
            yield Quantity(
                low=min(low, second.low), high=second.high, measure=second.measure, words=second.words
            )
            ended = place + 2
        else:
            yield quantity


def _factor(quantity: Quantity) -> Decimal:
    return next((_unit(word)[1] for word in quantity.words if _unit(word)[0]), Decimal(1))


def _at(row: Sequence[Token], place: int) -> Quantity | None:
    """The quantity whose number stands at a place; None where none does or it is denied."""
    number = row[place]
    words = _words(row, place)
    if isinstance(number, str):
        return _in_words(number, words, _before(row, place, 1))
    if not isinstance(number, Decimal) or _is_year(row, place) or _is_denied(row, place):
        return None
    measure, factor = _measured(row, place, words)
    low, high = _range(number, _before(row, place, 3), measured=measure in _MEASURED)
    of = _word(row, place + 2) if _word(row, place + 1) == "of" else ""
    return Quantity(low=low * factor, high=high * factor, measure=measure, words=words, of=of)


def _is_denied(row: Sequence[Token], place: int) -> bool:
    """Whether a number is said not to be so; the "than" of "more than" denies nothing."""
    before = _before(row, place, 3)
    bounded = any(before.endswith(phrase) for phrase in _AT_LEAST | _AT_MOST)
    no_one = row[place] == 1 and before.endswith("no")
    return no_one or (not bounded and _DENIED.search(before) is not None)


def _in_words(word: str, words: tuple[str, ...], before: str) -> Quantity | None:
    """Crowds without a number and none at all."""
    if word in _CROWDS and before not in ("in", "the"):
        low, high = _CROWDS[word]
        return Quantity(low=Decimal(low), high=Decimal(high), words=words)
    if word in _NONE and not (word == "no" and words[:1] in (("fewer",), ("less",), ("more",), ("longer",))):
        return Quantity(low=Decimal(0), high=Decimal(0), words=words)
    return None


def _is_year(row: Sequence[Token], place: int) -> bool:
    """Whether a number is a year: four digits behind a word that leads to one, or with nothing counted."""
    number = row[place]
    if not isinstance(number, Decimal) or number != int(number) or not 1700 <= number <= 2100:
        return False
    led = _before(row, place, 1) in (
        "in",
        "since",
        "until",
        "by",
        "from",
        "year",
        "early",
        "late",
        "mid",
        "during",
    )
    return led or not _words(row, place)


def _word(row: Sequence[Token], place: int) -> str:
    token = row[place] if place < len(row) else ""
    return token if isinstance(token, str) else ""


def _before(row: Sequence[Token], place: int, many: int) -> str:
    return " ".join(token for token in row[max(0, place - many) : place] if isinstance(token, str))


def _words(row: Sequence[Token], place: int) -> tuple[str, ...]:
    """Up to three words behind a number, as far as they can be what it counts."""
    found: list[str] = []
    start = place + 1
    if row[start : start + 2] in (["of", "our"], ["of", "their"], ["of", "its"]):
        start += 2
    for token in row[start : start + 3]:
        if not isinstance(token, str) or token in _ENDS_NOUN:
            break
        found.append(token)
    return tuple(found)


def _measured(row: Sequence[Token], place: int, words: tuple[str, ...]) -> tuple[str, Decimal]:
    """The measure of a number and the factor to its base unit."""
    sign = row[place - 1] if place else ""
    if isinstance(sign, str) and sign in _SIGNS:
        return f"money:{sign}", Decimal(1)
    for word in words[:1]:
        singular = word.removesuffix("s")
        if word in _SIGNS or singular in _MONEY:
            return f"money:{_MONEY.get(singular, word)}", Decimal(1)
        return _unit(word)
    return "", Decimal(1)


def _unit(word: str) -> tuple[str, Decimal]:
    return _UNITS.get(word) or _UNITS.get(word.removesuffix("s")) or ("", Decimal(1))


def _range(number: Decimal, before: str, *, measured: bool) -> tuple[Decimal, Decimal]:
    """What a number may stand for behind those words."""
    last = before.rsplit(" ", 1)[-1]
    if any(before.endswith(phrase) for phrase in _AT_LEAST) or last in _ABOVE:
        return number, max(number * OPEN_ENDED, number + 3)
    if any(before.endswith(phrase) for phrase in _AT_MOST):
        return Decimal(0), number
    if last in _BELOW:
        return number * (1 - ROUGHLY), number
    if last in _ABOUT:
        return number * (1 - ROUGHLY), number * (1 + ROUGHLY)
    slack = _rounding(number, measured=measured)
    return number - slack, number + slack


def _rounding(number: Decimal, *, measured: bool) -> Decimal:
    """How far the true number may be off: half the last place of one that is round or measured.

    People are counted, and 14 of them are not 15; 53 per cent may be 53.4.
    """
    digits = number.normalize()
    exponent = int((number if measured and number == int(number) else digits).as_tuple().exponent)
    if 0 <= exponent < 2 and not measured:
        return Decimal(0)
    return min(Decimal(5).scaleb(exponent - 1), abs(number) * ROUNDED)


def measure_of(word: str) -> str:
    """The measure of a unit's name, such as "length" for "kilometres"; empty for any other word."""
    singular = word.casefold().removesuffix("s")
    return f"money:{_MONEY[singular]}" if singular in _MONEY else _unit(word.casefold())[0]
