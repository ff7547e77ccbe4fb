"""The sentences of the evidence that a claim may come from, by the weight of the words they share."""

from collections.abc import Sequence

from index.backends.local.lexical import stems
from index.models.word_weights import word_weights
from index.records import Hit
from service.evidence import Quote

LEAST_SHARED = 0.3  # of the weight of a claim's words; what shares less tells of something else


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
