"""Hybrid retrieval: what is near in meaning and what shares the words, then what news needs.

Both sides give candidates, and so does each outlet and author that the question names; they are scored
(`index.scoring`) and the best of them chosen (`index.selection`). docs/retrieval.md has the measurements.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from index.catalogue import Catalogue
from index.embedding import Embedder, Vectors
from index.records import Filters, Hit, Query
from index.scoring import Candidate, Scores, fused, is_blind, preferred, with_sentences
from index.selection import selected
from index.snapshots import Snapshot

CANDIDATES = 60  # taken from each side
OF_NAMED = 10  # from each side, for each outlet and author that is named
MOST_NAMED = 6
BEST = 2.0  # the sum of the weights that every passage can have; a hit's score is its share of this
RERANKED = 12
RERANK = 1.0  # the weight of the reading model's probability

Rerank = Callable[[str, Sequence[str]], Sequence[float]]
"""Gives for a question and texts the probability of each, 0 to 1, that it answers."""

BLIND = (
    "The embedding model does not seem to read the question's language, so passages were found by their "
    "words alone."
)


class Found(list[Hit]):
    """The passages that a search found; `notes` say what a reader must know of how, a sentence each."""

    def __init__(self, hits: Iterable[Hit] = (), notes: tuple[str, ...] = ()) -> None:
        super().__init__(hits)
        self.notes = notes


def search(
    snapshot: Snapshot,
    catalogue: Catalogue,
    embedder: Embedder,
    query: Query,
    rerank: Rerank | None = None,
) -> Found:
    """The passages that answer best to a query, at most as many as it asks for, in its order.

    Every hit is joined to the catalogue, so an index that lags behind can never show what has been
    removed. A side that is blind to the question's language is left out, and a note says so.
    """
    vector = embedder.encode_query(query.text)
    candidates, floor = _candidates(snapshot, catalogue, vector, query)
    blind = is_blind(candidates)
    scores = fused(candidates, floor, blind) + preferred(candidates, query)
    scores, shares = with_sentences(scores, candidates, query, snapshot)
    if rerank is not None:
        scores = _reranked(scores, candidates, query, rerank)
    rows = selected(candidates, scores, shares, query)
    hits = [_hit(candidates[row], min(1.0, float(scores[row]) / BEST)) for row in rows]
    return Found(hits, (BLIND,) if blind else ())


def _candidates(
    snapshot: Snapshot, catalogue: Catalogue, vector: Vectors, query: Query
) -> tuple[list[Candidate], float]:
    """What either side finds, best first by the words, and the lowest cosine that the vector index gave."""
    words = query.words or query.text
    count = max(CANDIDATES, query.limit)
    lexical: dict[int, float] = {}
    ids: dict[int, None] = {}
    floor = 1.0
    for filters, k in _searches(query, count):
        allowed = snapshot.allowed(filters)
        lexical |= dict(snapshot.matching(words, k, allowed))
        nearest = snapshot.nearest(vector, k, allowed)
        ids |= dict.fromkeys(passage_id for passage_id, _ in nearest)
        if filters == query.filters:
            floor = min((cosine for _, cosine in nearest), default=1.0)
    with catalogue.reading() as connection:
        passages = catalogue.passages(connection, list(lexical | ids))
        articles = catalogue.articles_of(connection, {one.article_id for one, _ in passages.values()})
    found = [
        Candidate(passage, articles[passage.article_id], float(vector @ stored), lexical.get(number, 0.0))
        for number, (passage, stored) in passages.items()
    ]
    return sorted(found, key=lambda one: (-one.lexical, one.passage.id)), floor


def _searches(query: Query, count: int) -> Iterator[tuple[Filters, int]]:
    """The filters to search with and how many to take: the query's, and those of what it names."""
    limits = query.filters
    yield limits, count
    for outlet in query.outlets[:MOST_NAMED]:
        if not limits.outlets or outlet in limits.outlets:
            yield replace(limits, outlets=(outlet,)), OF_NAMED
    for author in query.authors[:MOST_NAMED]:
        if not limits.authors:
            yield replace(limits, authors=(author,)), OF_NAMED


def _reranked(scores: Scores, candidates: Sequence[Candidate], query: Query, rerank: Rerank) -> Scores:
    """The scores with the reading model's probability added to the best of them, which stay the best."""
    best = np.argsort(-scores, kind="stable")[:RERANKED]
    probabilities = rerank(query.text, [candidates[row].passage.text for row in best])
    mixed = scores.copy()
    mixed[best] += RERANK * np.asarray(probabilities, dtype=np.float64)
    return mixed


def _hit(candidate: Candidate, score: float) -> Hit:
    return Hit(
        passage=candidate.passage,
        article=candidate.article,
        score=score,
        dense=candidate.dense,
        lexical=candidate.lexical,
    )
