"""The proof of a sentence before anyone sees it.

A sentence that quotes holds its quotes word by word. Any other has to agree with its cited sentences in every
particular (`service.verification.particulars`), and each of its clauses has to follow from them: the clause
that is hardest to prove decides. docs/verification.md has the whole of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from index.backends.local.lexical import stems
from index.models.entailment import Entailed
from index.models.word_weights import word_weights
from index.records import EVIDENCE, Hit
from service.attribution.coreference import resolved_head
from service.evidence import Quote, Statement
from service.verification.judge import Judge, Pair
from service.verification.particulars import invented, missing, quoted
from service.verification.premises import clauses, premises, statement_of
from service.verification.tokens import without_marks

Label = Literal["supports", "contradicts", "neither"]

LEAST_CONTRADICTION = 0.5  # the probability from which a text is taken to say the opposite
DECLINED = (
    "The articles do not say.",
    "The articles do not answer the question.",
    "The evidence does not contain the answer.",
)
LEAST_DECLINED = 0.5  # the probability from which a sentence is taken to say one of these
MOST_CLAUSES = 12  # of a sentence; a longer one is a list or an attack, and what is over is not proved
MOST_TRIED = 4  # sentences for a claim; each costs the judge some ten milliseconds a clause
LEAST_SHARED = 0.3  # of the weight of a claim's words; what shares less tells of something else


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Verdict of the evidence on a statement; `clause` and `premise` are those that decided.

    `score` is the probability of support. One that `invents` puts words between quotation marks that its
    sources do not hold: it may not even be shown as unproved.
    """

    label: Label
    score: float
    clause: str = ""
    premise: str = ""
    reasons: tuple[str, ...] = ()
    invents: bool = False

    @property
    def holds(self) -> bool:
        return self.label == "supports"

    @property
    def may_be_quoted(self) -> bool:
        """Tells whether what the statement cites may be shown in its place: nothing says that it is wrong."""
        return self.label == "neither" and not self.invents


def verified(statement: Statement, judge: Judge) -> Verdict:
    """Proves a statement, or says why it is not proved, a sentence for each reason.

    The judge is not asked about a sentence that already failed. What it raises is passed on.
    """
    claim = without_marks(statement.text)
    if not statement.quotes or not all(stands(quote) for quote in statement.quotes):
        nothing = "It cites nothing that stands in an article's reporting."
        return Verdict(
            label="neither", score=0.0, clause=claim, reasons=(nothing,), invents=bool(quoted(claim))
        )
    if statement.support == "quoted":
        absent = [quote.text for quote in statement.quotes if not _holds(statement.text, quote)]
        reasons = tuple(f"It does not hold the quote word by word: {words!r}." for words in absent)
        return Verdict(
            label="neither" if reasons else "supports",
            score=0.0 if reasons else statement.score,
            reasons=reasons,
        )
    return proved(claim, statement.quotes, judge)


def proved(claim: str, quotes: Sequence[Quote], judge: Judge) -> Verdict:
    """Judges a sentence in Dateline's own voice by the quotes that should prove it.

    Each clause must follow from the cited sentences of one article, or of all of them together.
    """
    grounds = premises(quotes)
    if claim in {quote.text for quote in quotes}:
        return Verdict(label="supports", score=1.0, clause=claim, premise=claim)
    reasons = tuple(dict.fromkeys(missing(claim, grounds)))
    if reasons:
        return Verdict(
            label="neither", score=0.0, clause=claim, reasons=reasons, invents=bool(invented(claim, grounds))
        )
    texts = [one.text for one in grounds]
    if len(texts) > 1:
        texts.append(" ".join(texts))
    parts = clauses(claim)
    if len(parts) > MOST_CLAUSES:
        return Verdict(
            label="neither", score=0.0, clause=claim, reasons=("It has more clauses than are proved.",)
        )
    pairs = [(text, part) for part in parts for text in texts]
    found = list(zip(pairs, judge.judge(pairs), strict=True))
    best = [max(found[i : i + len(texts)], key=_support) for i in range(0, len(found), len(texts))]
    return _weakest(best, judge.threshold)


def proved_answer(question: str, words: str, quote: Quote, judge: Judge) -> Verdict:
    """Judges words of a quote as the answer to a question; without words, a yes to a yes-or-no question.

    What the question itself names need not stand in the quote, but in its title, or nowhere: the search
    found it by them.
    """
    (premise,) = premises([quote])
    statement = statement_of(question, words)
    pair = (premise.under_title, statement)
    (entailed,) = judge.judge([pair])
    return _weakest([(pair, entailed)], judge.threshold)


def declines(sentence: str, judge: Judge) -> bool:
    """Returns True if an unproved sentence says, more likely than not, that the evidence does not answer."""
    told = judge.judge([(sentence, refusal) for refusal in DECLINED])
    return max(one.supports for one in told) >= LEAST_DECLINED


def stands(quote: Quote) -> bool:
    """Returns True if the quote is a stretch of its article's reporting or captions, and of nothing else."""
    article, span = quote.article, quote.span
    if not 0 <= span.start < span.end <= len(article.text):
        return False
    uncovered = list(range(span.start, span.end))
    for zone in article.zones:
        if zone.kind in EVIDENCE:
            uncovered = [i for i in uncovered if not zone.start <= i < zone.end]
    return all(article.text[i].isspace() for i in uncovered)


def label_of(entailed: Entailed, threshold: float) -> Label:
    """Returns what a judge says; unsure is neither."""
    if entailed.supports >= threshold:
        return "supports"
    return "contradicts" if entailed.contradicts >= LEAST_CONTRADICTION else "neither"


def _weakest(best: Sequence[tuple[Pair, Entailed]], threshold: float) -> Verdict:
    """The verdict by the clause that is contradicted, or else supported least."""
    (premise, clause), entailed = min(best, key=_support)
    against = max(best, key=lambda one: one[1].contradicts)
    if label_of(against[1], threshold) == "contradicts":
        (premise, clause), entailed = against
    label = label_of(entailed, threshold)
    reasons = {
        "supports": (),
        "contradicts": (f"The cited sentences contradict this: {clause!r}.",),
        "neither": (f"The cited sentences are not sure to say this ({entailed.supports:.2f}): {clause!r}.",),
    }[label]
    return Verdict(label=label, score=entailed.supports, clause=clause, premise=premise, reasons=reasons)


def _support(one: tuple[Pair, Entailed]) -> float:
    return one[1].supports


def _holds(text: str, quote: Quote) -> bool:
    """Tells whether a text holds a quote word by word, but for whom its head means, in brackets behind it."""
    if quote.text in text:
        return True
    head = resolved_head(quote.article, quote.span)
    if head is None:
        return False
    place = head.span.end - quote.span.start
    return f"{quote.text[:place]} [{head.referent}]{quote.text[place:]}" in text


def attributed(statement: Statement, hits: Sequence[Hit], judge: Judge) -> tuple[Statement, Verdict]:
    """Returns the statement with its verdict, and with the quote that proves it best where its own do not.

    Small models write right sentences and set no marks, or wrong ones. The sentences of the evidence that
    share most with such a sentence, by the weight of their words, are tried in turn; the judge decides.
    """
    verdict = verified(statement, judge)
    if verdict.holds or statement.support != "verified":
        return statement, verdict
    best = statement, verdict
    for quote in nearest(statement.text, hits, MOST_TRIED):
        found = replace(statement, quotes=(quote,))
        proof = verified(found, judge)
        if proof.holds:
            return found, proof
        if verdict.label == proof.label == "neither" and proof.score > best[1].score:
            best = found, proof
    return best


def nearest(claim: str, hits: Sequence[Hit], most: int) -> list[Quote]:
    """Returns the sentences that hold most of a claim, the best first."""
    weights = {stem: word_weights().idf(stem) for stem in set(stems(claim))}
    whole = sum(weights.values()) or 1.0
    scored = []
    for hit in hits:
        for span in hit.passage.sentences:
            held = set(stems(hit.passage.sentence_text(span)))
            share = sum(weight for stem, weight in weights.items() if stem in held) / whole
            if share >= LEAST_SHARED:
                scored.append((share, Quote(article=hit.article, span=span)))
    scored.sort(key=lambda one: -one[0])
    return [quote for _, quote in scored[:most]]
