"""Hybrid retrieval: what is near in meaning and what shares the words, then what news needs.

Both sides give candidates, and so does each outlet and author that the question names; they are scored
(`index.search.features`) and the best of them chosen (`index.search.hybrid`). docs/retrieval.md has the
measurements.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from functools import cache
from itertools import chain
from typing import Any

import numpy as np

from index.backends.local.columns import Mask
from index.backends.local.lexical import LARGE, stem, written
from index.catalogue.catalogue import Catalogue
from index.models.embedding import Embedder, reads
from index.protocols import Searchable
from index.records import Article, Filters, Hit, Order, Query
from index.search.features import (
    MEASURED,
    Candidate,
    Lead,
    Rows,
    Scores,
    are_held,
    event_day,
    fused,
    is_blind,
    nearness,
    preferred,
    telling,
    with_sentences,
)

CANDIDATES = 60  # taken from each side
OF_NAMED = 10  # from each side, for each outlet and author that is named
MOST_NAMED = 6
FOLLOWED = 2  # leads that are read for each hit that is asked for, if that is more than are measured
BEST = 2.0  # the sum of the weights that every passage can have; a hit's score is its share of this
RERANKED = 12
RERANK = 1.0  # the weight of the reading model's probability
ANEW = 0.2  # for each clause, the share of it that nothing chosen holds
SAME_ARTICLE = 0.05  # off for each passage chosen of the article
QUOTA_FROM = 0.3  # of the best score: what has less bears on the question by its outlet alone
RELEVANT = 0.6  # of the best score: what is ordered by date must have it
SAME_TEXT = 0.7  # of the shorter passage's words

log = logging.getLogger(__name__)

Rerank = Callable[[str, Sequence[str]], Sequence[float]]
"""Gives for a question and texts the probability of each, 0 to 1, that it answers."""

BLIND = (
    "For this question the embedding model tells passages apart no better than chance, so they were found "
    "by their words alone."
)


class Hits(list[Hit]):
    """The passages that a search found; `notes` say what a reader must know of how, a sentence each."""

    def __init__(self, hits: Iterable[Hit] = (), notes: tuple[str, ...] = ()) -> None:
        super().__init__(hits)
        self.notes = notes


def search(
    snapshot: Searchable[Any],
    catalogue: Catalogue,
    embedder: Embedder,
    query: Query,
    rerank: Rerank | None = None,
) -> Hits:
    """The passages that answer best to a query, at most as many as it asks for, in its order.

    Every hit is joined to the catalogue, so an index that lags behind can never show what has been
    removed. A side that is blind to the question's language is left out, and a note says so.
    """
    leads, floor = _leads(snapshot, embedder, query)
    foreign = _foreign(leads, embedder, query.language)
    own = [one for one, is_foreign in zip(leads, foreign, strict=True) if not is_foreign]
    blind = is_blind(own) and are_held(query.words or query.text, snapshot)
    near = nearness(leads, floor) * foreign
    scores = fused(leads, floor, blind, foreign) + preferred(leads, query)
    best = np.sort(np.argsort(-scores, kind="stable")[: max(MEASURED, FOLLOWED * query.limit)])
    with catalogue.reading() as connection:
        passages = catalogue.passages(connection, [leads[row].facts.passage_id for row in best])
        there = [row for row in best if leads[row].facts.passage_id in passages]
        candidates = [Candidate(leads[row], *passages[leads[row].facts.passage_id]) for row in there]
        scores, near = scores[there], near[there]
        if query.periods:
            scores += telling(candidates, catalogue.dates(connection, list(passages)), query.periods)
        scores, shares = with_sentences(scores, candidates, query, snapshot, near)
        if rerank is not None:
            scores = _reranked(scores, candidates, query, rerank)
        chosen = selected(candidates, scores, shares, query)
        damaged: list[str] = []
        wanted = {candidates[row].passage.article_id for row in chosen}
        articles = catalogue.articles_of(connection, wanted, damaged)
        chosen = [row for row in chosen if candidates[row].passage.article_id in articles]
    hits = [_hit(candidates[row], articles, float(scores[row])) for row in chosen]
    if query.order is Order.TIMELINE:
        hits.sort(key=lambda hit: event_day(hit) or date.max)
    if blind:
        log.info(BLIND)
    return Hits(hits, tuple(f"{one[0].upper()}{one[1:]}." for one in sorted(damaged)))


def _leads(snapshot: Searchable[Any], embedder: Embedder, query: Query) -> tuple[list[Lead], float]:
    """Finds candidates by words and by vectors, best first by the words, with the lowest cosine that the
    vector index gave.
    """
    count = max(CANDIDATES, query.limit)
    searches = [(snapshot.allowed(filters), k) for filters, k in _searches(query, count)]

    def matching() -> dict[int, float]:
        words = query.words or query.text
        return dict(chain.from_iterable(snapshot.matching(words, k, allowed) for allowed, k in searches))

    beside = _beside().submit(matching) if len(snapshot) > LARGE else None
    vector = embedder.encode_query(query.text)
    nearest = [snapshot.nearest(vector, k, allowed) for allowed, k in searches]
    lexical = beside.result() if beside else matching()
    floor = min((cosine for _, cosine in nearest[0]), default=1.0)
    ids = {passage_id for found in nearest for passage_id, _ in found} | lexical.keys()
    leads = [
        Lead(facts, cosine, lexical.get(facts.passage_id, 0.0))
        for facts, cosine in snapshot.known(ids, vector)
    ]
    return sorted(leads, key=lambda one: (-one.lexical, one.facts.passage_id)), floor


@cache
def _beside() -> ThreadPoolExecutor:
    """Threads that match words while the question is embedded and compared."""
    return ThreadPoolExecutor(thread_name_prefix="matching")


def _foreign(leads: Sequence[Lead], embedder: Embedder, asked_in: str | None) -> Rows:
    """The leads in another language than the question, where the embedder reads both."""
    languages = [one.facts.language for one in leads]
    return np.array(
        [
            None not in (asked_in, one)
            and one != asked_in
            and reads(embedder, asked_in)
            and reads(embedder, one)
            for one in languages
        ],
        dtype=np.bool_,
    )


def _searches(query: Query, count: int) -> Iterator[tuple[Filters, int]]:
    """The filters to search with and how many to take: the query's first, then those of what it names."""
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


def _hit(candidate: Candidate, articles: Mapping[int, Article], score: float) -> Hit:
    return Hit(
        passage=candidate.passage,
        article=articles[candidate.passage.article_id],
        score=min(1.0, score / BEST),
        dense=candidate.lead.dense,
        lexical=candidate.lead.lexical,
    )


def selected(candidates: Sequence[Candidate], scores: Scores, shares: Scores, query: Query) -> list[int]:
    """The rows to show, at most as many as the query asks for: the best first, or the newest.

    Each choice is the candidate that adds most to what is chosen already, as in maximal marginal relevance
    (Carbonell & Goldstein 1998): clauses that no passage has answered yet count more, further passages of
    one article less, a text that is printed twice once.
    """
    if query.order is Order.RELEVANCE:
        return _diverse(candidates, scores, shares, query)
    relevant = np.flatnonzero(scores >= RELEVANT * scores.max(initial=0.0))
    rows = _distinct(candidates, sorted(relevant.tolist(), key=lambda row: -scores[row]))
    if query.order is Order.NEWEST:
        rows = sorted(rows, key=lambda row: candidates[row].lead.facts.published or date.min, reverse=True)
        return _filled(rows, candidates, scores, query.limit)
    return rows[: query.limit]


def _filled(rows: list[int], candidates: Sequence[Candidate], scores: Scores, limit: int) -> list[int]:
    """The rows, and behind them the others by relevance up to the limit."""
    others = sorted(set(range(len(candidates))) - set(rows), key=lambda row: (-scores[row], row))
    return _distinct(candidates, [*rows, *others])[:limit]


def _distinct(candidates: Sequence[Candidate], rows: Sequence[int]) -> list[int]:
    """The rows without those whose text an earlier one prints."""
    copied = _copies(candidates)
    kept: list[int] = []
    for row in rows:
        if not any(copied(row, other) for other in kept):
            kept.append(row)
    return kept


def _diverse(candidates: Sequence[Candidate], scores: Scores, shares: Scores, query: Query) -> list[int]:
    copied = _copies(candidates)
    owed = _quotas(candidates, scores, query)
    outlets = [one.lead.facts.outlet or "" for one in candidates]
    articles = np.array([one.passage.article_id for one in candidates], dtype=np.int64)
    answered = np.zeros(shares.shape[1])
    taken = np.zeros(len(candidates))
    left = np.ones(len(candidates), dtype=np.bool_)
    chosen: list[int] = []
    while left.any() and len(chosen) < query.limit:
        anew = np.maximum(0.0, shares - answered).sum(axis=1)
        due = _due(left, owed, outlets, query.limit - len(chosen))
        best = int(np.where(due, scores + ANEW * anew - SAME_ARTICLE * taken, -np.inf).argmax())
        left[best] = False
        if any(copied(best, other) for other in chosen):
            continue
        chosen.append(best)
        owed[outlets[best]] -= 1
        taken += articles == articles[best]
        answered = np.maximum(answered, shares[best])
    return chosen


def _quotas(candidates: Sequence[Candidate], scores: Scores, query: Query) -> Counter[str]:
    """Number of passages that each named outlet must have: one, or two where they are few."""
    least = QUOTA_FROM * scores.max(initial=0.0)
    there = Counter(
        one.lead.facts.outlet for one, score in zip(candidates, scores, strict=True) if score >= least
    )
    share = max(1, min(2, query.limit // (2 * max(len(query.outlets), 1))))
    return Counter({name: min(share, there[name]) for name in query.outlets})


def _due(left: Mask, owed: Counter[str], outlets: Sequence[str], places: int) -> Mask:
    """The rows to choose from: those of outlets that are owed one, once the places are as few as these."""
    if places > sum(count for count in owed.values() if count > 0):
        return left
    due = left & np.array([owed[outlet] > 0 for outlet in outlets])
    return due if due.any() else left


def _copies(candidates: Sequence[Candidate]) -> Callable[[int, int], bool]:
    """Tells whether two rows are one text, printed by two articles."""
    known: dict[int, frozenset[str]] = {}

    def words(row: int) -> frozenset[str]:
        """Stems of a candidate's passage."""
        if row not in known:
            known[row] = frozenset(map(stem, written(candidates[row].passage.text)))
        return known[row]

    def copied(one: int, other: int) -> bool:
        """Tells whether two articles of one cluster print the same text."""
        first, second = candidates[one], candidates[other]
        if first.cluster != second.cluster or first.passage.article_id == second.passage.article_id:
            return False
        shorter = min(len(words(one)), len(words(other)))
        return len(words(one) & words(other)) >= SAME_TEXT * shorter

    return copied
