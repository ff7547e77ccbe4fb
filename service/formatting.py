"""The words around quotes in the language of the question: days, quotations, and messages of gettext.

A catalogue is a file of gettext's in `locale`; a language without one is told in English.
"""

from datetime import date, timedelta
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from service.evidence import Quote

if TYPE_CHECKING:
    from babel.messages import Catalog

FOLDER = Path(__file__).parent / "locale"
ENGLISH = "en"


def locale_of(text: str, language: str) -> str:
    """Returns Babel's name of the language to answer in; Kurdish in Arabic letters is Sorani."""
    is_sorani = language == "ku" and any("\u0600" <= letter <= "\u06ff" for letter in text)
    name = "ckb" if is_sorani else language
    return name if name in locales() else ENGLISH


@cache
def messages_of(locale: str) -> NullTranslations:
    """Returns the catalogue of a language; that of English gives back what it is asked."""
    from babel.messages.mofile import write_mo

    if locale == ENGLISH:
        return NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, _catalogue_of(locale))
    compiled.seek(0)
    return GNUTranslations(compiled)


def _catalogue_of(locale: str) -> "Catalog":
    from babel.messages.pofile import read_po

    with (FOLDER / f"{locale}.po").open("rb") as opened:
        return read_po(opened, locale)


@cache
def locales() -> tuple[str, ...]:
    """Returns English and the languages that there is a catalogue of."""
    return (ENGLISH, *sorted(file.stem for file in FOLDER.glob("*.po")))


def every_language(message: str) -> tuple[str, ...]:
    """Returns a message in every language that there is a catalogue of."""
    return tuple(dict.fromkeys(messages_of(locale).gettext(message) for locale in locales()))


def day_in_words(day: date, locale: str = ENGLISH) -> str:
    """Returns a day as the language writes it in full: "3 June 2021", "3 de junio de 2021"."""
    from babel.dates import format_date

    if locale == ENGLISH:
        return f"{day.day} {day:%B %Y}"
    return format_date(day, "long", locale=locale)


def month_in_words(day: date, locale: str = ENGLISH) -> str:
    """Returns the month of a day as the language writes it: "June 2021", "juin 2021"."""
    from babel.dates import format_date

    return f"{day:%B %Y}" if locale == ENGLISH else format_date(day, "MMMM y", locale=locale)


def words_of(locale: str) -> dict[str, Any]:
    """Returns a language's messages and how it writes days, for a front that renders answers itself.

    `messages` has each message by its English one, a plural with its forms in the order of the catalogue.
    `days` and `months` hold the 11th of each month of the year 2222, in whose place the front puts others.
    """
    probes = [date(2222, month, 11) for month in range(1, 13)]
    return {
        "locale": locale,
        "messages": {
            one.id[0] if isinstance(one.id, tuple) else one.id: one.string
            for one in (_catalogue_of(locale) if locale != ENGLISH else ())
            if one.id
        },
        "days": [day_in_words(day, locale) for day in probes],
        "months": [month_in_words(day, locale) for day in probes],
    }


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


def planned(day: str, locale: str = ENGLISH) -> str:
    """A day on which something was only planned to happen."""
    return messages_of(locale).gettext("{day} (planned)").format(day=day)


def in_words(day: date | None, locale: str = ENGLISH) -> str:
    """A day as "3 June 2021", or as another language writes it; empty for none."""
    return day_in_words(day, locale) if day else ""


def precision(first: date, last: date) -> Literal["day", "month", "year", "span"]:
    """Precision with which days tell when something happened."""
    if first == last:
        return "day"
    if first.day != 1 or (last + timedelta(days=1)).day != 1 or first.year != last.year:
        return "span"
    months = last.month - first.month + 1
    return "month" if months == 1 else "year" if months == 12 else "span"


def period_in_words(first: date, last: date, locale: str = ENGLISH) -> str:
    """Days as shortly as they can be told: "3 June 2021", "June 2021", "March to May 2022", "2020"."""
    if first == last:
        return in_words(first, locale)
    whole = first.day == 1 and (last + timedelta(days=1)).day == 1
    same_year, same_month = first.year == last.year, (first.year, first.month) == (last.year, last.month)
    if not whole:
        is_short = same_month and locale == ENGLISH  # elsewhere the number of a day seldom stands by itself
        return span(str(first.day) if is_short else in_words(first, locale), in_words(last, locale), locale)
    if (first.month, last.month) == (1, 12):
        return str(first.year) if same_year else span(str(first.year), str(last.year), locale)
    if same_month:
        return month_in_words(first, locale)
    start = f"{first:%B}" if same_year and locale == ENGLISH else month_in_words(first, locale)
    return span(start, month_in_words(last, locale), locale)


def span(first: str, last: str, locale: str = ENGLISH) -> str:
    """Two days, months or years in words with what lies between."""
    return messages_of(locale).gettext("{first} to {last}").format(first=first, last=last)


def shortened(text: str, most: int) -> str:
    """A text of at most `most` characters, with an ellipsis where something is left out."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
