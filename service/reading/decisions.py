"""Yes or no: what sentences make of a statement, and what the sides of a comparison come to.

"Why did the mayor resign?" is no question without an answer where the archive says that she stayed: it is
answered by that. Nothing is said where the judge is not sure; docs/questions.md has the figures.
"""

from collections.abc import Sequence
from typing import Literal

from index.extraction.quotable import quotable
from index.models.entailment import Entailed
from index.records import Hit, Period
from service.evidence import Decision, Quote, Short
from service.formatting import in_words
from service.questions.plan import Plan, Relation
from service.reading.conflicts import likeness
from service.verification.judge import Judge
from service.verification.premises import premises, presupposed
from service.verification.verify import LEAST_CONTRADICTION

LEAST_CONTRADICTED = 0.8  # the probability from which a sentence is taken to deny what is asked about
LEAST_ALIKE = 0.35  # the likeness to the question from which a sentence may speak of the same thing
MOST_JUDGED = 10

# Of a side of a comparison, fitted on every second question of MultiHop-RAG's development half: it is read in
# the outlet that is asked about alone, so that less is enough, and what the outlet never says it denies.
SAID, UNSAID = 0.45, 0.3
LEAST_ALIKE_ON_A_SIDE = 0.2  # in its own outlet, of what is compared as a whole

ORDERS: tuple[Relation, ...] = ("before", "after", "before or after")

_Judged = tuple[Entailed, Quote]


def decision(plan: Plan, hits: Sequence[Hit], judge: Judge, *, answered: bool) -> Decision | None:
    """Returns the sentence that confirms or denies what is asked, or None where none surely does.

    Args:
        answered: Whether the reader found an answer. Without one nothing is confirmed, and a question that
            asks who, when or why is still answered by what denies that which it takes for granted.
    """
    if plan.relation is not None:
        return _of_side(plan, hits, judge)
    statement = plan.statement or (None if answered else presupposed(plan.standalone_question))
    if statement is None:
        return None
    judged = _judged(statement, hits, judge, LEAST_ALIKE)
    saying = [one for one in judged if _supports(one) >= judge.threshold]
    denying = [one for one in judged if _contradicts(one) >= LEAST_CONTRADICTED]
    if bool(saying) == bool(denying) or (saying and not (answered and plan.statement)):
        return None
    # Under a title that says it every sentence does; the one that is quoted has to say it by itself.
    told = [quote for _, quote in saying or denying if likeness(statement, quote.text) >= LEAST_ALIKE]
    found = judge.judge([(premises([quote])[0].text, statement) for quote in told])
    score, least = (_contradicts, LEAST_CONTRADICTED) if denying else (_supports, judge.threshold)
    best = max(zip(found, told, strict=True), key=score, default=None)
    if best is None or score(best) < least:
        return None
    return Decision(word="No" if denying else "Yes", quote=best[1], score=score(best))


def compared(relation: Relation, sides: Sequence[Decision | None], judge: Judge) -> Short | None:
    """Returns what the sides of a comparison come to, or None where that is not sure."""
    told = [side for side in sides if side is not None]
    if len(told) < 2:
        return None
    quotes = tuple(side.quote for side in told)
    if relation == "each":
        words = {side.word for side in told}
        if "No" in words:
            return Short("No", tuple(side.quote for side in told if side.word == "No"))
        return Short("Yes", quotes) if words == {"Yes"} and len(told) == len(sides) else None
    if relation in ORDERS:
        return _in_order(relation, quotes[:2])
    if relation == "changed":  # two sentences do not tell; both are shown
        return None
    ways = [(quotes[0], quotes[-1]), (quotes[-1], quotes[0])]
    found = judge.judge([(premises([one])[0].under_title, other.text) for one, other in ways])
    return Short(_agreement(relation, found, judge.threshold), quotes)


def _of_side(plan: Plan, hits: Sequence[Hit], judge: Judge) -> Decision | None:
    """The sentence of the asked outlet that says most surely what it is asked about, or that it is not so."""
    dated = [hit for hit in hits if any(_is_printed(hit, period) for period in plan.named_periods)]
    statement = plan.statement or plan.standalone_question
    if plan.relation != "each":  # it is only asked for what was printed on that
        least = LEAST_ALIKE if plan.relation in ORDERS else LEAST_ALIKE_ON_A_SIDE
        near = _near(statement, dated or hits, least)
        return Decision(word=None, quote=near[0][1], score=min(near[0][0], 1.0)) if near else None
    judged = _judged(statement, dated or hits, judge)
    if not judged:
        return None
    best, against = max(judged, key=_supports), max(judged, key=_contradicts)
    if _supports(best) >= (SAID if plan.outlets else judge.threshold):
        return Decision(word="Yes", quote=best[1], score=_supports(best))
    if _contradicts(against) >= LEAST_CONTRADICTED:
        return Decision(word="No", quote=against[1], score=_contradicts(against))
    word: Literal["No"] | None = "No" if plan.outlets and _supports(best) < UNSAID else None
    return Decision(word=word, quote=best[1], score=1 - _supports(best))


def _judged(statement: str, hits: Sequence[Hit], judge: Judge, least: float = 0.0) -> list[_Judged]:
    """The sentences most like a statement, with what each makes of it."""
    quotes = [quote for _, quote in _near(statement, hits, least)]
    found = judge.judge([(premises([quote])[0].under_title, statement) for quote in quotes])
    return list(zip(found, quotes, strict=True))


def _near(statement: str, hits: Sequence[Hit], least: float) -> list[tuple[float, Quote]]:
    """The sentences most like a statement, under their titles, each with its likeness."""
    alike = {
        (hit.article.id, sentence): (likeness(statement, f"{hit.article.title or ''} {quote.text}"), quote)
        for hit in hits
        for sentence in hit.passage.sentences
        if (quote := Quote(article=hit.article, span=quotable(hit.article.text, sentence)))
    }
    return sorted((one for one in alike.values() if one[0] >= least), key=lambda one: -one[0])[:MOST_JUDGED]


def _in_order(relation: Relation, quotes: Sequence[Quote]) -> Short | None:
    """Tells which of two was printed first; None where a day is unknown or both are one."""
    first, second = (quote.article.published for quote in quotes)
    if first is None or second is None or first == second:
        return None
    order = "before" if first < second else "after"
    word = order if relation == "before or after" else "yes" if relation == order else "no"
    return Short(f"{word.capitalize()}: {in_words(first)}, and {in_words(second)}", tuple(quotes))


def _agreement(relation: Relation, ways: Sequence[Entailed], threshold: float) -> str:
    """Tells whether two sentences agree as far as is asked: not to contradict is to be consistent."""
    contradicts = max(way.contradicts for way in ways) >= LEAST_CONTRADICTION
    supports = max(way.supports for way in ways) >= threshold
    positive = {
        "consistent": not contradicts,
        "inconsistent": contradicts,
        "same": supports,
        "different": not supports,
    }
    return "Yes" if positive[relation] else "No"


def _is_printed(hit: Hit, period: Period) -> bool:
    day = hit.article.published
    return day is not None and period.overlaps(day, day)


def _supports(one: _Judged) -> float:
    return one[0].supports


def _contradicts(one: _Judged) -> float:
    return one[0].contradicts
