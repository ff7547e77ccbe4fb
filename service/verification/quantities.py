"""The numbers of a text with their units, so that two of them can be compared however they are written."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from service.verification.tokens import Token, tokens

_LOCALES = ("en", "en_GB")


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
    from babel.numbers import get_currency_name, get_currency_symbol
    from babel.units import format_unit

    found: dict[str, str] = {}
    tender = {
        code
        for used in get_global("territory_currencies").values()
        for code, _, end, legal in used
        if legal and not end
    }
    for code in sorted(tender):
        name = get_currency_name(code, count=1, locale="en").split()[-1].casefold()
        many = get_currency_name(code, count=2, locale="en").split()[-1].casefold()
        found |= dict.fromkeys((name, many, get_currency_symbol(code, "en").casefold()), name)
    found["$"] = "dollar"
    for unit in Locale("en")._data["unit_patterns"]:
        for locale in _LOCALES:
            for number in (1, 2):
                for length in ("long", "short"):
                    words = format_unit(number, unit, length, locale=locale).casefold().split()
                    # A letter alone, or "in" for inches, is mostly another word.
                    if len(words) == 2 and len(words[1]) > 1 and words[1] != "in":
                        found.setdefault(words[1], unit.partition("-")[2])
    return found | {"percent": "percent", "%": "percent"}
