"""Which candidates are shown, and in which order: the best that are not the same, from several sources.

Each choice is the candidate that adds most to what is chosen already, as in maximal marginal relevance
(Carbonell & Goldstein 1998): clauses that no passage has answered yet count more, further passages of
one article less, a text that is printed twice once.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date

import numpy as np

from index.backends.local.columns import Mask
from index.backends.local.lexical import stem, written
from index.records import Order, Query
from index.search.features import Candidate, Scores

ANEW = 0.2  # for each clause, the share of it that nothing chosen holds
SAME_ARTICLE = 0.05  # off for each passage chosen of the article
QUOTA_FROM = 0.3  # of the best score: what has less bears on the question by its outlet alone
RELEVANT = 0.6  # of the best score: what is ordered by date must have it
SAME_TEXT = 0.7  # of the shorter passage's words


def selected(candidates: Sequence[Candidate], scores: Scores, shares: Scores, query: Query) -> list[int]:
    """The rows to show, at most as many as the query asks for: the best first, or the newest."""
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
