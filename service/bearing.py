"""What speaks for a sentence as an answer beside the reading model's word.

The model reads one passage at a time. It does not know which words of the question are rare in the
archive, so that another harbour's mayor reads like ours; it gives a sum where a length was asked for;
and who it is that speaks it can hardly tell. These are weighed here, and its odds moved by them.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from index.lexical import stems
from index.records import Hit
from service.answers import Finding, Quote
from service.attribution.speakers import speaker
from service.particulars.assertions import Asked, asked, own_days
from service.particulars.quantities import quantities

IN_SENTENCE = 2.0
"""What is gained between a sentence with none of the question's weight and one with all of it.

This and the next four are logits, rounded from a logistic regression over sentences of SQuAD titles and
of our own cases, with the model's own logit beside them.
"""
IN_PASSAGE = 2.0
USUAL = -2.7  # of a right answer, by those two
OF_ANOTHER_KIND = -1.5
UNNAMED = -0.8  # where the passage lacks the names of the question, by the share that it lacks
SPEAKS = 2.5  # whoever is asked about says it
ANOTHER_SPEAKS = -2.0

_EMPTY = frozenset(
    stems(
        """
        a about according after all also am an and any are as at be been before between but by can could
        did do does done during each else for from get give given got had has have he her him his how i if
        in into is it its just kind list long many may me might more most much must my name no not number
        of off old on one or our out over please said same say says shall she should since so some such
        take tell than that the their them then there these they this those through time to told too up us
        use was way we were what when where whether which while who whom whose why will with would year
        """
    )
)
_NAME = re.compile(r"(?<!^)(?<![.?!] )\b[A-Z][\w’'-]+|(?<![\w.,])\d[\d.,]*\b")
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
_TOLD = re.compile(
    r"^(?:and |but )?(?:what|how) (?:else |exactly )?(?:did|does|do|has|have|had) (?P<who>.{2,80}?) (?:\w+ly )?"
    r"(?:say|said|tell|told|think|announce|announced|claim|claimed|reply|replied|answer|respond|responded"
    r"|comment|commented|demand|demanded|explain|explained|promise|promised|warn|warned|argue|argued"
    r"|call|called|describe|described|react|reacted)\b",
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
    speaker: frozenset[str]  # the stems of whoever is asked about by "what did ... say"


def wanted(question: str, weights: Mapping[str, float]) -> Wanted:
    """What a question wants; `weights` tell how rare each of its stems is (`Archive.weights`)."""
    told = _TOLD.match(question)
    who = frozenset(stems(told["who"])) - _EMPTY if told else frozenset()
    names = (frozenset(stems(name)) for name in _NAME.findall(question) if not _YEAR.fullmatch(name))
    return Wanted(
        asked=asked(question),
        weights={stem: weight for stem, weight in weights.items() if stem not in _EMPTY | who},
        names=tuple(name for name in names if name and not name <= _EMPTY),
        speaker=who,
    )


def weighed(finding: Finding, hit: Hit, want: Wanted) -> Finding:
    """The finding with its probability moved by how it bears on the question."""
    odds = math.log(finding.score / (1 - finding.score)) if finding.score < 1 else math.inf
    return replace(finding, score=1 / (1 + math.exp(-odds - _bearing(finding.quote, hit, want))))


def _bearing(quote: Quote, hit: Hit, want: Wanted) -> float:
    """The logits that a sentence gains or loses."""
    said = frozenset(stems(quote.text))
    around = said.union(stems(f"{hit.article.title or ''} {hit.article.outlet or ''} {hit.passage.text}"))
    lacking = [name for name in want.names if not name <= around]
    return (
        USUAL
        + IN_SENTENCE * _share(want, said)
        + IN_PASSAGE * _share(want, around)
        + UNNAMED * (len(lacking) / max(1, len(want.names)))
        + (0.0 if _is_of_kind(quote, want.asked) else OF_ANOTHER_KIND)
        + _spoken(quote, want)
    )


def _share(want: Wanted, said: frozenset[str]) -> float:
    """How much of the question's weight those stems hold, 0 to 1."""
    whole = sum(want.weights.values())
    return sum(weight for stem, weight in want.weights.items() if stem in said) / whole if whole else 1.0


def _is_of_kind(quote: Quote, wanted: Asked) -> bool:
    """Whether a sentence gives a number where a number is asked for, and a time where a time is."""
    if wanted.kind == "number":
        return bool(quantities(quote.text))
    if wanted.kind == "date":
        return bool(own_days(quote)) or _TIME.search(quote.text) is not None
    return True


def _spoken(quote: Quote, want: Wanted) -> float:
    if not want.speaker:
        return 0.0
    found = speaker(quote.article, quote.span)
    # A surname is enough, and so is the office: "the hospital's director".
    return SPEAKS if found and want.speaker & set(stems(str(found))) else ANOTHER_SPEAKS
