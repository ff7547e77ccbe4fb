"""What speaks for a sentence as an answer beside the reading model's word.

The model reads one passage at a time. It does not know which words of the question are rare in the
archive, so that another harbour's mayor reads like ours; it gives a sum where a length was asked for;
and who it is that speaks it can hardly tell. These are weighed here, and its odds moved by them.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from index.backends.local.lexical import stems
from index.records import Hit, Order
from service.attribution.coreference import resolved_head
from service.attribution.speakers import speaker
from service.evidence import Finding, Quote
from service.questions.plan import Plan
from service.verification.assertions import Asked, asked, fits, holds_another, own_days, told_of
from service.verification.numbers import quantities
from service.verification.stance import YesNo, stand, yes_no

IN_SENTENCE = 1.5
"""What is gained between a sentence with none of the question's weight and one with all of it.

All of these are logits. This and the next six follow logistic regressions, with the model's own logit
beside them, over the sentences found for questions of SQuAD titles and for our own cases.
"""
IN_PASSAGE = 2.5
USUAL = -2.0  # takes back what a right answer usually gains by those two
OF_ANOTHER_KIND = -1.0
OF_ANOTHER_YEAR = -2.0  # it tells of years, and not of one that is asked about
NOT_YET = -2.0  # it is asked when something happened, and the sentence says that it will, or did not
OF_ANOTHER_NAME = -2.0  # "the bridge" is Harbour Bridge there, and Mill Bridge is asked about
OFF = -1.0  # the passage holds less than LEAST_HELD of the question's weight
UNNAMED = -0.8  # where the passage lacks the names of the question, by the share that it lacks
SPEAKS = 2.5  # whoever is asked about says it, near what is asked about
ANOTHER_SPEAKS = -2.0
NEWER = 1.5  # between the oldest and the newest passage found, where it is asked how things stand

UNREAD = 0.3  # probability of what is asked in a script that the model does not read: it says nothing
LEAST_SAID = 0.1  # probability of what they say: the model reads what is said, and hardly who says it
LEAST_HELD = 0.4
NEAR = 0.5  # of the question's weight, in a passage that is about what is asked
PASSED_ON = 0.5
"""Of the probability that a passage has beyond a sentence, what a sentence with all the weight gets.

The model's spans compete within a passage, so that a second answer in it gets next to nothing.
"""
SUREST, UNSUREST = 0.999, 0.001  # odds have ends

_EMPTY = frozenset(
    stems(
        """
        a about according after all also am an and any anybody anyone apart are as at be been before
        between big but by can change chronology could course deep develop did do does done during each
        else event evolve far fast for from get give given got had happen has have he heavy her high him
        his how i if in into is it its just kind large latest list long many may me might more most much
        must my name no not now number of off often old on one or our out over please said same say says
        shall she should since so some such story take tall tell than that the their them then there these
        they this those through time timeline to today told too up us unfold use was way we were what when
        where whether which while who whom whose why wide will with would year
        ماذا ما من عن في على هل كم متى أين لماذا كيف الذي التي إن أن إلى مع قال قالت ذكر صرح أعلن آخر أحدث
        """
    )
)
_NAME = re.compile(r"(?<!^)(?<![.?!] )\b[A-Z][\w’'-]+|(?<![\w.,])\d[\d.,]*\b")
_FULL_NAME = re.compile(r"\b[A-Z][\w’'-]+(?: [A-Z][\w’'-]+)+")
_LATIN = re.compile(r"[a-zA-Z]")
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
_TOLD = re.compile(
    r"^(?:and |but )?(?:what|how) (?:else |exactly )?(?:did|does|do|has|have|had) (?P<who>.{2,80}?)"
    r" (?:\w+ly )?(?:say|said|tell|told|think|announce|announced|claim|claimed|reply|replied|answer"
    r"|respond|responded|comment|commented|demand|demanded|explain|explained|promise|promised|warn|warned|argue|argued"
    r"|call|called|describe|described|react|reacted)\b",
    re.IGNORECASE,
)
_TOLD_IN_ARABIC = re.compile(
    r"^و?(?:ماذا|ما الذي|بماذا) (?:قال|صر[ّ]?ح|أعلن|ذكر|أفاد|أضاف)ت? (?P<who>.+?)"
    r"(?= عن | حول | بشأن | في |[؟?]|$)"
)
_WHO_SAID = re.compile(
    r"^(?:and )?who (?:said|says|told|claimed|claims|announced|promised|denied|warned|called|described"
    r"|spoke)\b",
    re.IGNORECASE,
)
_WHEN_DONE = re.compile(
    r"^(?:and )?(?:on |in )?(?:when|(?:what|which) (?:day|date|month|year))"
    r" (?P<rest>(?:did|was|were|has|have)\b.+)$",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"\b(?:o['’]clock|noon|midnight|morning|afternoon|evening|night|today|yesterday|tomorrow|now|ago|week|month"
    r"|year|day|spring|summer|autumn|winter|\d{4}|(?:mon|tues|wednes|thurs|fri|satur|sun)day)s?\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A question as sentences are held against it. `weights` are those of its words, by their stems."""

    asked: Asked
    weights: Mapping[str, float]
    names: tuple[frozenset[str], ...]  # the stems of each
    full_names: tuple[frozenset[str], ...]  # those of several words
    years: frozenset[int]
    happened: YesNo | None  # what it is asked when it did
    speaker: frozenset[str]  # the stems of whoever is asked about by "what did ... say"
    who_said: bool
    unread: bool  # asked in a script that the model does not read
    days: tuple[date, ...]  # of the articles found, oldest first, where it is asked how things stand


def wanted(plan: Plan, weights: Mapping[str, float], hits: Sequence[Hit]) -> Wanted:
    """What a plan wants of its hits; `weights` tell how rare each of its stems is (`Archive.weights`)."""
    told = _TOLD.match(plan.standalone_question) or _TOLD_IN_ARABIC.match(plan.standalone_question)
    who = frozenset(stems(told["who"])) - _EMPTY if told else frozenset()
    named = (stems(name) for name in _NAME.findall(plan.search_words) if not _YEAR.fullmatch(name))
    names = tuple(name for one in named if (name := frozenset(one) - _EMPTY))
    return Wanted(
        asked=asked(plan.standalone_question),
        weights={stem: weight for stem, weight in weights.items() if stem not in _EMPTY | who},
        names=names,
        full_names=tuple(frozenset(stems(name)) for name in _FULL_NAME.findall(plan.search_words)),
        years=frozenset(map(int, _YEAR.findall(plan.standalone_question))),
        happened=_happened(plan.standalone_question),
        speaker=who,
        who_said=_WHO_SAID.match(plan.standalone_question) is not None,
        unread=_LATIN.search(plan.standalone_question) is None,
        days=_days(hits) if plan.order is Order.NEWEST or plan.as_of else (),
    )


def _happened(question: str) -> YesNo | None:
    """Of "when did it open?" the question whether it did."""
    match = _WHEN_DONE.match(question)
    parts = yes_no(match["rest"]) if match else None
    return replace(parts, now=True) if parts else None


def _days(hits: Sequence[Hit]) -> tuple[date, ...]:
    return tuple(sorted({hit.article.published for hit in hits if hit.article.published}))


def weighed(finding: Finding, hit: Hit, want: Wanted, answered: float) -> Finding:
    """The finding with its probability moved by how it bears on the question.

    `answered` is the probability that its passage answers at all.
    """
    quote = finding.quote
    said = frozenset(stems(quote.text))
    around = said.union(stems(f"{hit.article.title or ''} {hit.article.outlet or ''} {hit.passage.text}"))
    spoken = _spoken(quote, want, around)
    score = finding.score + PASSED_ON * max(answered - finding.score, 0.0) * _share(want, said)
    least = UNREAD if want.unread else LEAST_SAID if spoken > 0 else UNSUREST
    score = min(max(score, least), SUREST)
    odds = math.log(score / (1 - score)) + _bearing(quote, want, said, around) + spoken
    return replace(finding, score=1 / (1 + math.exp(-odds)))


def _bearing(quote: Quote, want: Wanted, said: frozenset[str], around: frozenset[str]) -> float:
    """The logits that a sentence of those stems gains or loses, in a passage of these."""
    lacking = [name for name in want.names if not name <= around]
    return (
        USUAL
        + IN_SENTENCE * _share(want, said)
        + IN_PASSAGE * _share(want, around)
        + (0.0 if _share(want, around) >= LEAST_HELD else OFF)
        + UNNAMED * (len(lacking) / max(1, len(want.names)))
        + (0.0 if _is_of_kind(quote, want.asked) else OF_ANOTHER_KIND)
        + (OF_ANOTHER_YEAR if want.years and _is_of_other_years(quote, want.years) else 0.0)
        + _not_yet(quote, want.happened)
        + (OF_ANOTHER_NAME if _is_of_another_name(quote, want.full_names, said) else 0.0)
        + NEWER * _newness(quote.article.published, want.days)
    )


def _not_yet(quote: Quote, happened: YesNo | None) -> float:
    """What a sentence loses that says that what is asked about is still to come, or did not happen."""
    said = stand(happened, quote.text) if happened else None
    return NOT_YET if said and not said.yes else 0.0


def _is_of_another_name(quote: Quote, names: Sequence[frozenset[str]], said: frozenset[str]) -> bool:
    """Whether its head, a word of a name that is asked about, means something of another name."""
    halved = [name for name in names if name & said and not name <= said]
    head = resolved_head(quote.article, quote.span) if halved else None
    if head is None:
        return False
    meant = frozenset(stems(head.referent))
    return any(name & meant and not name <= meant and not meant <= name for name in halved)


def _is_of_other_years(quote: Quote, years: frozenset[int]) -> bool:
    told = {day.year for mention in told_of(quote) for day in (mention.first, mention.last)}
    return bool(told) and not told & years


def _newness(day: date | None, days: Sequence[date]) -> float:
    """Where a day stands among those, from -0.5 for the oldest to 0.5 for the newest."""
    return days.index(day) / (len(days) - 1) - 0.5 if day in days and len(days) > 1 else 0.0


def _share(want: Wanted, said: frozenset[str]) -> float:
    """How much of the question's weight those stems hold, 0 to 1."""
    whole = sum(want.weights.values())
    return sum(weight for stem, weight in want.weights.items() if stem in said) / whole if whole else 1.0


def _is_of_kind(quote: Quote, wanted: Asked) -> bool:
    """Whether a sentence gives a number where a number is asked for, and a time where a time is."""
    if holds_another(wanted, quote):
        return False
    if wanted.kind == "number":
        return any(fits(wanted, quantity) for quantity in quantities(_without_days(quote)))
    if wanted.kind == "date":
        return bool(own_days(quote)) or _TIME.search(quote.text) is not None
    return True


def _without_days(quote: Quote) -> str:
    """The words of a quote without its dates, whose numbers count nothing."""
    text, start = quote.text, quote.span.start
    for day in sorted(own_days(quote), key=lambda day: -day.start):
        text = f"{text[: day.start - start]} {text[day.end - start :]}"
    return text


def _spoken(quote: Quote, want: Wanted, around: frozenset[str]) -> float:
    """What a sentence gains or loses by who says it, where that is asked."""
    if not want.speaker and not want.who_said:
        return 0.0
    found = speaker(quote.article, quote.span)
    # A surname is enough, and so is the office: "the hospital's director".
    right = found is not None and (want.who_said or bool(want.speaker & set(stems(str(found)))))
    if not right:
        return ANOTHER_SPEAKS if want.speaker else 0.0
    return SPEAKS if _share(want, around) >= NEAR else 0.0
