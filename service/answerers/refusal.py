"""The words of a refusal: that there is no answer, or that the question cannot be read here, and why."""

from collections.abc import Sequence
from gettext import NullTranslations

from index.models.embedding import Embedder, reads
from index.records import Period
from service.answers import Searched
from service.formatting import ENGLISH, day_in_words, language_names, messages_of
from service.questions.plan import Plan

MOST_LISTED = 3  # outlets that a refusal names; of more it gives the number
MISSING = "The archive does not answer this{within}."
UNSURE = "No sentence was found that surely answers this{within}; the nearest passages are given."
UNREAD = (
    "Dateline reads {languages} here; this question is in {language}. Set DATELINE_EMBEDDER="
    "multilingual-e5-small and run `dateline rebuild --embed`, or ask in a language that is read."
)
BY_WORDS = (
    "Dateline compares questions in {language} by their words alone here, and found no sentence that is "
    "surely an answer. Set DATELINE_EMBEDDER=multilingual-e5-small and run `dateline rebuild --embed` to "
    "compare their meaning."
)


def refusal(searched: Searched, plan: Plan) -> str:
    """Returns that no answer was found, and what was searched for one, in the question's language.

    The reader has learned English: asked in another language, Dateline cannot say that the archive is silent.
    """
    told = messages_of(plan.locale)
    if searched.articles == 0:
        return told.gettext(
            "The archive holds no article within these limits, so there was nothing to search."
        )
    within = outlets = days = ""
    if plan.happened:
        within = told.gettext(" of what happened {days}").format(days=_days(plan.happened, plan.locale))
    if searched.outlets:
        outlets = told.gettext(" from {outlets}").format(outlets=_listed_shortly(searched.outlets, told))
    if searched.oldest and searched.newest:
        oldest, newest = (day_in_words(day, plan.locale) for day in (searched.oldest, searched.newest))
        days = told.gettext(", published {oldest} to {newest}").format(oldest=oldest, newest=newest)
    missing = told.gettext(MISSING if plan.language == ENGLISH else UNSURE).format(within=within)
    tried = told.gettext("Searched {articles} ({passages}){outlets}{days}.").format(
        articles=_many("{count} article", "{count} articles", searched.articles, told),
        passages=_many("{count} passage", "{count} passages", searched.passages, told),
        outlets=outlets,
        days=days,
    )
    return f"{missing} {tried}"


def unreadable(plan: Plan, embedder: Embedder, held: Sequence[str]) -> str | None:
    """Returns what the reader of a question is told that is not understood here; None where it is.

    Args:
        held: The languages of the articles that were searched; in one of them words can be compared.
    """
    if reads(embedder, plan.language):
        return None
    known = tuple(getattr(embedder, "languages", None) or ())
    message = messages_of(plan.locale).gettext(BY_WORDS if plan.language in held else UNREAD)
    return message.format(
        languages=language_names(known, plan.locale), language=language_names((plan.language,), plan.locale)
    )


def unwritten(plan: Plan) -> str:
    """Returns that the answerer broke off."""
    return messages_of(plan.locale).gettext(
        "The answer could not be written; the notes say why. The sources found are given."
    )


def _listed_shortly(names: Sequence[str], told: NullTranslations) -> str:
    if len(names) <= MOST_LISTED:
        return ", ".join(names)
    return _many("{count} outlet", "{count} outlets", len(names), told)


def _many(one: str, several: str, count: int, told: NullTranslations) -> str:
    return told.ngettext(one, several, count).format(count=f"{count:,}")


def _days(period: Period, locale: str) -> str:
    told = messages_of(locale).gettext
    first, last = (day and day_in_words(day, locale) for day in (period.first, period.last))
    if period.first == period.last:
        return told("on {day}").format(day=first)
    if period.first is None:
        return told("until {day}").format(day=last)
    if period.last is None:
        return told("from {day}").format(day=first)
    return told("from {first} to {last}").format(first=first, last=last)
