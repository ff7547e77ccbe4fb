"""The words around quotes in the language of the question: days, quotations, and messages of gettext.

A catalogue is a file of gettext's in `locale`; a language without one is told in English.
"""

from datetime import date, timedelta
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Literal

from service.evidence import Quote

FOLDER = Path(__file__).parent / "locale"
ENGLISH = "en"


def locale_of(text: str, language: str) -> str:
    """Returns Babel's name of the language to answer in; Kurdish in Arabic letters is Sorani."""
    is_sorani = language == "ku" and any("\u0600" <= letter <= "\u06ff" for letter in text)
    name = "ckb" if is_sorani else language
    return name if (FOLDER / f"{name}.po").exists() else ENGLISH


@cache
def messages_of(locale: str) -> NullTranslations:
    """Returns the catalogue of a language; that of English gives back what it is asked."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    if locale == ENGLISH:
        return NullTranslations()
    compiled = BytesIO()
    with (FOLDER / f"{locale}.po").open("rb") as opened:
        write_mo(compiled, read_po(opened, locale))
    compiled.seek(0)
    return GNUTranslations(compiled)


def day_in_words(day: date, locale: str = ENGLISH) -> str:
    """Returns a day as the language writes it in full: "3 June 2021", "3 de junio de 2021"."""
    from babel.dates import format_date

    if locale == ENGLISH:
        return f"{day.day} {day:%B %Y}"
    return format_date(day, "long", locale=locale)


def language_names(languages: tuple[str, ...], locale: str) -> str:
    """Returns the names of languages as one of them lists them: "English, Arabic"."""
    from babel import Locale

    told = Locale.parse(locale)
    return ", ".join(told.languages.get(one, one) for one in languages)


_OPENING = ("“", '"', "«", "„", "‘")


def worded(quote: Quote, locale: str = ENGLISH) -> str:
    """A quote as a sentence of an answer: who printed it, when, and the words, which are never altered."""
    return f"{printed(quote, locale)}: {quotation(quote.text)}"


def quotation(words: str) -> str:
    """Words in quotation marks; those that open with a mark of their own get no second one."""
    return words if words[:1] in _OPENING else f"“{words}”"


def printed(quote: Quote, locale: str = ENGLISH) -> str:
    """Outlet and day of a quote, in the words of a language."""
    article, told = quote.article, messages_of(locale).gettext
    day = in_words(article.published, locale) or told("date unknown")
    return f"{article.outlet or told('Unknown outlet')}, {day}"


def in_words(day: date | None, locale: str = ENGLISH) -> str:
    """A day as "3 June 2021", or as another language writes it; empty for none."""
    return day_in_words(day, locale) if day else ""


def month_in_words(day: date) -> str:
    """The month of a day as "June 2021"."""
    return f"{day:%B %Y}"


def precision(first: date, last: date) -> Literal["day", "month", "year", "span"]:
    """Precision with which days tell when something happened."""
    if first == last:
        return "day"
    if first.day != 1 or (last + timedelta(days=1)).day != 1 or first.year != last.year:
        return "span"
    months = last.month - first.month + 1
    return "month" if months == 1 else "year" if months == 12 else "span"


def period_in_words(first: date, last: date) -> str:
    """Days as shortly as they can be told: "3 June 2021", "June 2021", "March to May 2022", "2020"."""
    if first == last:
        return in_words(first)
    whole = first.day == 1 and (last + timedelta(days=1)).day == 1
    if not whole:
        same_month = (first.year, first.month) == (last.year, last.month)
        return f"{first.day if same_month else in_words(first)} to {in_words(last)}"
    if (first.month, last.month) == (1, 12):
        return str(first.year) if first.year == last.year else f"{first.year} to {last.year}"
    if (first.year, first.month) == (last.year, last.month):
        return f"{first:%B %Y}"
    start = f"{first:%B}" if first.year == last.year else f"{first:%B %Y}"
    return f"{start} to {last:%B %Y}"


def shortened(text: str, most: int) -> str:
    """A text of at most `most` characters, with an ellipsis where something is left out."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
