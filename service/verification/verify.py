"""The proof of a sentence before anyone sees it.

A quoting sentence holds its quotes word by word. A sentence in other words has to agree with its cited
sentences in every particular, then in meaning: a model gives the probability that they support it
(`Support`), and without a model the share of its words that they hold has to do.

What may be taken from where: numbers, measures, days and quoted words from the cited sentences alone;
names from those, from the article's title, byline, outlet and place, and from the evidence just before a
cited sentence that points back with a pronoun; a name in full from anywhere in the article's evidence,
if a part of it stands in the cited sentence by itself. docs/verification.md has the whole of it.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from index.records import EVIDENCE
from service.evidence import Quote, Statement
from service.verification.content_words import Figure, contents, figures, measures, quoted, times, unquoted
from service.verification.days import unknown_days
from service.verification.evidence_context import Days, Grounds, evidence_of, grounds, running, stems_of
from service.verification.names import unknown_names, unknown_sources
from service.verification.negation import denied_by_one, says_the_opposite
from service.verification.tokens import without_marks

Support = Callable[[Sequence[str], Sequence[str]], Sequence[float]]
"""For claims and the evidence of each, the probability from 0 to 1 that the evidence supports the claim."""

LEAST_SUPPORT = 0.45  # from which a judge of support agrees
LEAST_COVERAGE = 0.5  # of the words that stand in the evidence, where there is no model

_MARKS = re.compile(r"[\"“”„«»'‘’‚‹›`´]")
_LEFT_OUT = re.compile(r"…|\.\.\.|\[[^\[\]]*\]")
_INSERTED = re.compile(  # after a pronoun, or after what only describes somebody or something
    r"(?P<head>\b(?:[Hh]e|[Ss]he|[Tt]hey|[Ii]t|[Hh]is|[Hh]er|[Tt]heir|[Ii]ts|[Hh]im|[Tt]hem"
    r"|(?:[Tt]he|[Tt]his|[Tt]hat|[Tt]hese|[Tt]hose)(?: [\w’'-]+){1,3}?)) \[(?P<name>[^\[\]]+)\]"
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a statement may be shown, why not, and how well its evidence supports it, 0 to 1.

    One that `invents` puts words between quotation marks that its sources do not hold: it may not even be
    shown as unproved.
    """

    holds: bool
    reasons: tuple[str, ...]
    score: float
    invents: bool = False


def verified(statement: Statement, support: Support | None = None, least: float = LEAST_SUPPORT) -> Verdict:
    """Proves a statement, or says why it is not proved, a sentence for each reason.

    `support` is not asked about a sentence that already failed; `least` is the probability from which it
    agrees. What it raises is passed on.
    """
    if not statement.quotes or not all(stands(quote) for quote in statement.quotes):
        invents = bool(quoted(without_marks(statement.text)))
        return Verdict(False, ("It cites nothing that stands in an article's reporting.",), 0.0, invents)
    if statement.support == "quoted":
        missing = [quote.text for quote in statement.quotes if not _holds(statement.text, quote)]
        reasons = tuple(f"It does not hold the quote word by word: {words!r}." for words in missing)
        return Verdict(not reasons, reasons, 0.0 if reasons else statement.score)
    claim = without_marks(statement.text)
    known = grounds(statement.quotes)
    invented = [f"The cited sentences do not hold the quoted words {w!r}." for w in _invented(claim, known)]
    reasons = tuple(dict.fromkeys((*invented, *_disagreements(claim, known))))
    if reasons:
        return Verdict(False, reasons, 0.0, bool(invented))
    return _supported(claim, known, support, least)


def is_proved(statement: Statement) -> bool:
    """Whether a statement holds by rule alone, without a model."""
    return verified(statement).holds


def stands(quote: Quote) -> bool:
    """Whether the quote is a stretch of its article's reporting or captions, and of nothing else."""
    article, span = quote.article, quote.span
    if not 0 <= span.start < span.end <= len(article.text):
        return False
    uncovered = list(range(span.start, span.end))
    for zone in article.zones:
        if zone.kind in EVIDENCE:
            uncovered = [i for i in uncovered if not zone.start <= i < zone.end]
    return all(article.text[i].isspace() for i in uncovered)


def coverage(claim: str, evidence: str) -> float:
    """The share of the claim's words that stand in the evidence, by their stems; 0 for a claim without."""
    words = contents(claim)
    return len(words & stems_of(evidence)) / len(words) if words else 0.0


def evidence_text(known: Sequence[Grounds]) -> str:
    """What a model reads as evidence: of each article outlet, day and the cited sentences.

    What stands around them is left out: it made the reading model less sure of right sentences.
    """
    return "\n".join(f"{_heading(one)}{one.cited}" for one in known)


def _heading(one: Grounds) -> str:
    day = one.article.published
    parts = (one.article.outlet, f"{day.day} {day:%B %Y}" if day else None)
    named = ", ".join(part for part in parts if part)
    return f"{named}: " if named else ""


def _supported(claim: str, known: Sequence[Grounds], support: Support | None, least: float) -> Verdict:
    if support is not None:
        score = float(support([claim], [evidence_text(known)])[0])
        held = score >= least
    else:
        around = (one.around if one.points_back else "" for one in known)
        given = (one.given for one in known)
        score = coverage(claim, "\n".join((evidence_text(known), *around, *given)))
        held = score >= LEAST_COVERAGE
    reasons = () if held else (f"Its evidence supports it by {score:.2f} only.",)
    return Verdict(held, reasons, score)


def _invented(claim: str, known: Sequence[Grounds]) -> list[str]:
    """The words that the claim has between quotation marks and no cited sentence or title holds."""
    texts = [text for one in known for text in (one.cited, one.article.title or "")]
    return [words for words in quoted(claim) if not any(_said(words, text) for text in texts)]


def _disagreements(claim: str, known: Sequence[Grounds]) -> Iterator[str]:
    """A sentence for each other particular of the claim that its evidence does not have."""
    cited = "\n".join(one.cited for one in known)
    own = unquoted(claim)
    yield from unknown_days(own, known)
    yield from _unknown_numbers(own, cited, known)
    for measure in sorted(measures(own) - measures(cited)):
        yield f"The cited sentences do not speak of {measure}."
    yield from (f"The cited sentences do not name {name}." for name in unknown_names(own, known))
    yield from (
        f"The cited sentences give another source than {name}." for name in unknown_sources(claim, known)
    )
    denied = denied_by_one(claim, cited)
    if denied is not None:
        yield f"Only one of claim and cited sentences denies this: {denied}."
    if says_the_opposite(own, cited):
        yield "It says the opposite of the cited sentences."


def _unknown_numbers(claim: str, cited: str, known: Sequence[Grounds]) -> Iterator[str]:
    """The numbers that are not there, and those that count something else there."""
    told = figures(cited)
    years = {
        Decimal(day.first.year) for one in known for day in _dated(one) if day.first.year == day.last.year
    }
    values = {figure.value for figure in told if not figure.ordinal} | times(cited) | years
    ordinals = {figure.value for figure in told if figure.ordinal}
    for figure in figures(_without_sources(claim, known)):
        # "One" is a number too rarely to be missed: "one of the pumps".
        loose = figure.value == 1 and not figure.ordinal and not re.search(r"\b1\b", claim)
        if not loose and figure.value not in (ordinals if figure.ordinal else values):
            kind = "ordinal" if figure.ordinal else "number"
            yield f"The cited sentences do not hold the {kind} {figure.value}."
        elif _counts_otherwise(figure, told):
            yield f"In the cited sentences {figure.value} counts something else."


def _dated(one: Grounds) -> Iterator[Days]:
    yield from one.days
    if one.published:
        yield one.published


def _without_sources(claim: str, known: Sequence[Grounds]) -> str:
    """The claim without its outlets and authors, whose names may hold a number: "Seven Quays"."""
    for name in {
        name for one in known for name in (one.article.outlet, one.article.author, *one.copies) if name
    }:
        claim = claim.replace(name, " ")
    return claim


def _counts_otherwise(figure: Figure, told: Sequence[Figure]) -> bool:
    """Whether the evidence counts other things with this number, and these things with another."""
    if figure.ordinal or not figure.counted:
        return False
    with_number = [other.counted for other in told if other.value == figure.value and not other.ordinal]
    of_things = [other.value for other in told if other.counted & figure.counted and not other.ordinal]
    if not of_things or figure.value in of_things:
        return False
    return all(with_number) and bool(with_number or figure.value == 1)


def _holds(text: str, quote: Quote) -> bool:
    """Whether a text holds a quote word by word, but for what its article names that we set in brackets."""
    if quote.text in text:
        return True
    known = running(
        f"{evidence_of(quote.article)}\n{quote.article.title or ''}\n{quote.article.author or ''}"
    )

    def without(insertion: re.Match[str]) -> str:
        return insertion["head"] if running(insertion["name"]) in known else insertion.group()

    return _INSERTED.sub(without, quote.text) in _INSERTED.sub(without, text)


def _said(words: str, text: str) -> bool:
    """Whether a text holds quoted words: each stretch between what was left out, in order."""
    plain, place = _plain(text), 0
    for stretch in _LEFT_OUT.split(words):
        wanted = _plain(stretch).strip(" .,;:!?")
        place = plain.find(wanted, place)
        if place < 0:
            return False
        place += len(wanted)
    return True


def _plain(words: str) -> str:
    """For comparing quotations: no quotation marks, single spaces, no case."""
    return " ".join(_MARKS.sub("", words).split()).casefold()
