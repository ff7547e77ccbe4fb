"""The evidence that proves a sentence which cites none of it, or the wrong part.

Small models write right sentences and set no marks, or wrong ones. The sentences of the evidence that share
most with such a sentence, by the weight of their words, are tried in turn; the judge decides.
"""

from collections.abc import Sequence
from dataclasses import replace

from index.backends.local.lexical import stems
from index.models.word_weights import word_weights
from index.records import Hit
from service.evidence import Quote, Statement
from service.verification.judge import Judge
from service.verification.verify import Verdict, verified

MOST_TRIED = 4  # sentences for a claim; each costs the judge some ten milliseconds a clause
LEAST_SHARED = 0.3  # of the weight of a claim's words; what shares less tells of something else


def attributed(statement: Statement, hits: Sequence[Hit], judge: Judge) -> tuple[Statement, Verdict]:
    """Returns the statement with its verdict; where its own quotes do not prove it, with one that does."""
    verdict = verified(statement, judge)
    if verdict.holds or statement.support != "verified":
        return statement, verdict
    for quote in nearest(statement.text, hits, MOST_TRIED):
        found = replace(statement, quotes=(quote,))
        if (proof := verified(found, judge)).holds:
            return found, proof
    return statement, verdict


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
