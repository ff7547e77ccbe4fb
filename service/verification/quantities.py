"""The numbers of a text with their units, so that two of them can be compared however they are written."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from service.verification.tokens import Token, tokens

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
        slack = max(_half_place(abs(self.value)), _half_place(abs(other.value)))
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


def _half_place(value: Decimal) -> Decimal:
    """Half of the last place that a number tells: 50 of 1,300, nothing of 14; at most a twentieth of it."""
    exponent = int(value.normalize().as_tuple().exponent)
    if value == int(value) and exponent < 2:
        return Decimal(0)
    return min(Decimal(5).scaleb(exponent - 1), value / 20)


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
