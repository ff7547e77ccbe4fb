"""The short answer: one line, in the words of the sources, each part proved by a quote that it cites."""

from collections.abc import Callable, Sequence

from service.answerers.formatting import in_words
from service.evidence import Contrast, Evidence, Finding, Quote, Short, Side, Statement
from service.questions.plan import Plan
from service.translation import messages_of

LONGEST = 90  # characters of the words of one answer; more is no short answer
MOST_LISTED = 6  # answers of a list
LEAST_SURE = 0.5  # of the reader; docs/extractive.md has the table

Proves = Callable[[str, Quote], bool]
"""Returns True if the quote proves that these words answer the question."""


def short_answer(
    plan: Plan, found: Sequence[Finding], contrasts: Sequence[Contrast], proves: Proves
) -> Short | None:
    """Returns the short answer, or None where nothing short answers.

    Args:
        found: The candidates that are shown, best first.
        contrasts: What they disagree about and what changed.
        proves: Judges words against the quote that they are taken from.
    """
    for contrast in contrasts:
        if _may_lead(contrast, found):
            return _contrasted(contrast, plan.locale)
    if plan.wanted == "list":
        return _listed([one for one in found if _is_short(one) and proves(one.answer, one.quote)])
    for one in found[:1]:
        if plan.intent != "yes_no" and _is_short(one) and proves(one.answer, one.quote):
            return Short(_capital(one.answer), (one.quote,))
    return None


def short_answer_of(sentence: Statement, evidence: Evidence) -> Short | None:
    """Returns the short answer of an answer that opens with this proved sentence, in a model's words.

    It is what sources disagree about, or words that the reader is sure of where the sentence holds them, too.
    """
    found = evidence.findings
    for contrast in evidence.contrasts:
        if _may_lead(contrast, found):
            return _contrasted(contrast, evidence.plan.locale)
    for one in found if evidence.plan.intent != "yes_no" else ():
        cited = next((quote for quote in sentence.quotes if quote.overlaps(one.quote)), None)
        if cited and _is_short(one) and one.answer.casefold() in sentence.text.casefold():
            return Short(_capital(one.answer), (one.quote,))
    return None


def _may_lead(contrast: Contrast, found: Sequence[Finding]) -> bool:
    """Returns True if a contrast is the short answer: of values, up to date, with the likeliest answer."""
    if not all(side.value for side in contrast.sides) or _is_outdated(contrast, found):
        return False
    likeliest = max(found, key=lambda one: one.score, default=None)
    quotes = [one.quote for side in contrast.sides for one in side.findings]
    return contrast.kind == "change" or likeliest is None or likeliest.quote in quotes


def _is_outdated(contrast: Contrast, found: Sequence[Finding]) -> bool:
    """Returns True if something shown is newer than all sides of a change, which then ends too early."""
    newest = contrast.sides[0].day
    days = [one.quote.article.published for one in found]
    return contrast.kind == "change" and newest is not None and any(day and day > newest for day in days)


def _contrasted(contrast: Contrast, locale: str) -> Short:
    """ "A, B or C: sources disagree", or what is said last with what was said before."""
    quotes = tuple(side.findings[0].quote for side in contrast.sides)
    values = [side.value or "" for side in contrast.sides]
    if contrast.kind == "disagreement":
        told = messages_of(locale).gettext("{values}: sources disagree")
        return Short(told.format(values=_capital(_joined(values, "or"))), quotes)
    newest, *earlier = contrast.sides
    before = "; ".join(f"{side.value} ({_day(side, locale)})" for side in earlier)
    told = messages_of(locale).gettext("{newest} ({day}); before: {before}")
    day = _day(newest, locale)
    return Short(told.format(newest=_capital(newest.value or ""), day=day, before=before), quotes)


def _day(side: Side, locale: str) -> str:
    return in_words(side.day, locale) or messages_of(locale).gettext("date unknown")


def _listed(found: Sequence[Finding]) -> Short | None:
    """The answers of a list, each once, however it is cased."""
    kept: dict[str, Finding] = {}
    for one in found:
        kept.setdefault(one.answer.casefold(), one)
    listed = list(kept.values())[:MOST_LISTED]
    if not listed:
        return None
    return Short(_capital(_joined([one.answer for one in listed], "and")), tuple(one.quote for one in listed))


def _is_short(one: Finding) -> bool:
    """Returns True if the reader is sure of the words, which are part of their sentence and fit in a line."""
    is_part = one.quote.answer != one.quote.span and "\n" not in one.answer
    return is_part and one.sure >= LEAST_SURE and len(one.answer) <= LONGEST


def _joined(parts: Sequence[str], word: str) -> str:
    *most, last = parts
    return f"{', '.join(most)} {word} {last}" if most else last


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
