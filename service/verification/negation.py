"""What a sentence affirms and what it denies, beside its evidence.

A negation belongs to its clause. Two texts agree where clauses about the same are denied in both or in
neither. No parser is asked: clauses end at punctuation and conjunctions. English, with the commonest
negations of German and French.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.backends.local.lexical import stems
from service.verification.content_words import contents

SOME = 0.3  # of what a claim denies, the share that the evidence must speak of to be at odds with it
LIKE = 0.5  # of what is denied, the share from which a clause affirms it

_NOT = re.compile(
    r"\b(?:no|not|never|nobody|none|nothing|nowhere|neither|nor|cannot|without|no-one|hardly|nicht|kein\w*)\b"
    r"|\b\w+n['’]t\b",
    re.IGNORECASE,
)
_NO_NEGATION = re.compile(
    r"\b(?:not only|no (?:fewer|less|more|later|sooner|doubt)|not (?:just|least)|whether or not|no\. ?\d)",
    re.IGNORECASE,
)
# These deny what they govern, yet a sentence with one may be told in other words with none.
_DOUBT = frozenset(
    stems(
        """
        deny denied denies refuse refused reject rejected fail failed lack lacked ban banned prevent prevented
        unable impossible absent cancelled unknown ruled decline declined avoid avoided stopped free
        unhurt uninjured unchanged unlikely escape escaped against dismissed missing
        """
    )
)
_BOUNDARY = re.compile(
    r"[,;:—–()\[\]“”\"«»…]|[.!?](?=\s|$)|\s-\s"
    r"|\b(?:and|but|because|although|though|while|whereas|which|who|whom|whose|that|when|where|until|unless"
    r"|if|as|since|so|or|nor|after|before)\b",
    re.IGNORECASE,
)
_OPPOSITES = (
    ("rise rose risen increase increased grow grew grown gain climb climbed",
     "fall fell fallen decrease decreased decline declined drop dropped shrink shrank sink sank"),
    ("win won", "lose lost"),
    ("approve approved accept accepted", "reject rejected"),
    ("confirm confirmed", "deny denied"),
    ("open opened reopen", "close closed shut"),
    ("allow allowed permit permitted", "ban banned forbid forbidden"),
    ("higher highest", "lower lowest"),
    ("largest biggest larger", "smallest smaller"),
    ("begin began begun start started", "end ended finish finished"),
    ("safe", "dangerous danger"),
    ("alive survived survive", "dead died killed"),
    ("support supported", "oppose opposed"),
    ("early earlier", "late later"),
)  # fmt: skip
_SIDES = [(frozenset(stems(one)), frozenset(stems(other))) for one, other in _OPPOSITES]
_SIDES += [(other, one) for one, other in _SIDES]
_AT_LEAST = re.compile(
    r"\b(?:more than|over|above|at least|no (?:fewer|less) than|exceed\w*)\s+(?=[\w$€£])", re.IGNORECASE
)
_AT_MOST = re.compile(
    r"\b(?:fewer than|less than|under|below|at most|up to|no more than)\s+(?=[\w$€£])", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Clause:
    """The stems that a clause affirms, and those that it denies: what follows its "not"."""

    affirmed: frozenset[str]
    denied: frozenset[str] | None = None  # None where nothing is denied
    doubted: bool = False  # whether it denies by a verb such as "refuse"


def clauses(text: str) -> tuple[Clause, ...]:
    """The clauses of a text that are about something."""
    parts = _BOUNDARY.split(_NO_NEGATION.sub(" ", text))
    found = (_clause(part) for part in parts)
    return tuple(clause for clause in found if clause.affirmed or clause.denied is not None)


def denied_by_one(claim: str, evidence: str) -> str | None:
    """The stems that one of the two denies and the other affirms; None where they agree."""
    said, told = clauses(claim), clauses(evidence)
    for clause in said:
        if clause.denied is not None and _is_affirmed(clause.denied, told):
            return " ".join(sorted(clause.denied))
    for clause in told:
        if clause.denied and (words := _affirmed_of(clause.denied, said, told)):
            return " ".join(sorted(words))
    return None


def says_the_opposite(claim: str, evidence: str) -> bool:
    """Whether the claim says "rose" where the evidence says only "fell", or the like."""
    if _NOT.search(claim) or _NOT.search(evidence):
        return False
    said, told = frozenset(stems(claim)), frozenset(stems(evidence))
    turned = (said & one and not said & other and told & other and not told & one for one, other in _SIDES)
    return any(turned) or _bounded_otherwise(claim, evidence)


def _is_affirmed(denied: frozenset[str], told: Sequence[Clause]) -> bool:
    """Whether the evidence affirms what a claim denies rather than denying it too."""
    denials = [_share(denied, other.denied or frozenset()) for other in told if other.denied is not None]
    if denied.isdisjoint(_DOUBT):
        denials += [_share(denied, other.affirmed) for other in told if other.doubted]
    affirmed = max((_share(denied, other.affirmed) for other in told), default=0.0)
    return affirmed >= SOME and max(denials, default=0.0) < affirmed


def _affirmed_of(denied: frozenset[str], said: Sequence[Clause], told: Sequence[Clause]) -> frozenset[str]:
    """What a claim affirms of that which the evidence denies, and affirms nowhere."""
    if any(clause.denied is not None and clause.denied & denied for clause in said):
        return frozenset()
    for clause in said:
        words = clause.affirmed & denied
        plain = any(words <= other.affirmed for other in told)
        if len(words) >= LIKE * len(denied) and not plain and (not clause.doubted or words & _DOUBT):
            return words
    return frozenset()


def _bounded_otherwise(claim: str, evidence: str) -> bool:
    """Whether "more than" and "fewer than" stand in front of the same number."""
    ways = ((_AT_LEAST, _AT_MOST), (_AT_MOST, _AT_LEAST))
    return any(_bounded(one, claim) & _bounded(other, evidence) for one, other in ways)


def _bounded(pattern: re.Pattern[str], text: str) -> set[str]:
    return {text[match.end() :].split()[0].casefold().strip(".,;") for match in pattern.finditer(text)}


def _clause(text: str) -> Clause:
    found = _NOT.search(text)
    doubted = not _DOUBT.isdisjoint(stems(text))
    if found is None:
        return Clause(contents(text), doubted=doubted)
    before, after = contents(text[: found.start()]), contents(text[found.end() :])
    # "The third would not." denies what stands in front.
    return Clause(before, after, doubted) if after else Clause(frozenset(), before, doubted)


def _share(words: frozenset[str], other: frozenset[str]) -> float:
    return len(words & other) / len(words) if words else 0.0
