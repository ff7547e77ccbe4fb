"""The words around quotes in the language of the question: catalogues of messages, and Babel for days.

A catalogue is a file of gettext's in `locale`; a language without one is told in English.
"""

from datetime import date
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

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
