"""Features that rank one candidate above another: likeness, words, and what the question names.

docs/retrieval.md gives the weights with the tables that decided them.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.backends.local.columns import Facts
from index.backends.local.lexical import stem, stems, written
from index.protocols import Searchable
from index.records import DateMention, Hit, Passage, Period, Query

DENSE, LEXICAL = 0.4, 0.6  # of the two scores, each brought to 0…1 over the candidates
SENTENCE, CLAUSE = 0.5, 0.5  # of the best sentence's share of the question, and of any one clause of it
FOREIGN = 0.8  # of its nearness, that a passage in another language is taken to hold of the question
OUTLET, AUTHOR, RECENT = 0.5, 0.5, 0.3
PUBLISHED_IN, TELLS_OF = (
    0.3,
    0.15,
)  # a period that is named: a text published in it, or that names a day of it
RECENT_DAYS = 7.0  # the age at which nearness to the day of asking counts half
LONG_AGO_DAYS = 366  # a longer stretch that a text names says little of when its events happened

MEASURED = 30  # candidates whose sentences are read
SIGHTED = 0.7  # of pairs that the vectors must order as the words do; a coin orders half of them
LEADING, TRAILING = 5, 30  # ranks of BM25 between which those pairs are taken
LEAST_PAIRS = 50
HELD = 0.5  # of the words' weight, below which they are no measure of the vectors

LEAST_STEMS = 4  # fewer words are no clause to look for by itself
MOST_CLAUSES = 8
SHARPNESS = 1.5  # lets "which" and "does" weigh less, in any language and without a list of them

_BREAK = re.compile(
    r"[,;:?!؟،؛]\s+(?:(?:and|but|while|whereas)\s+)?|\.\s+(?=[^\Wa-z])"
    r"|(?<!\s)\s+(?:while|whereas|but|versus|between|than|compared (?:to|with)|in contrast to|as well as"
    r"|and (?:also|is|was|has|had|the|whether|which|who|that|did|does))\s+",
    re.IGNORECASE,
)

Scores = NDArray[np.float64]
Rows = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Lead:
    """A passage that may be found, as the indexes know it. `lexical` is 0 where BM25's best are others."""

    facts: Facts
    dense: float
    lexical: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """A lead that was followed to its passage. `cluster` is that of its article."""

    lead: Lead
    passage: Passage
    cluster: int


def fused(leads: Sequence[Lead], floor: float, blind: bool, foreign: Rows) -> Scores:
    """The weighted mean of both sides; of BM25 alone where the embedder is blind.

    BM25 is scaled between 0 and its best. A `foreign` passage, in another language than the question, has no
    words in common with it: for it the cosine stands for both.
    """
    lexical = np.array([one.lexical for one in leads])
    words = lexical / max(lexical.max(initial=0.0), 1e-9)
    dense = nearness(leads, floor)
    mixed = words if blind else DENSE * dense + LEXICAL * words
    return np.where(foreign, dense, mixed)


def nearness(leads: Sequence[Lead], floor: float) -> Scores:
    """The cosines, 0 at `floor`, that of the last passage that the vector index gave, and 1 at the best."""
    dense = np.array([one.dense for one in leads])
    near: Scores = np.clip((dense - floor) / max(dense.max(initial=floor) - floor, 1e-9), 0.0, 1.0)
    return near


def is_blind(leads: Sequence[Lead]) -> bool:
    """Tells whether the embedder sees no likeness where the words do, as with a language it never read.

    The passages that BM25 puts first share the question's rare words, those that it puts last its common
    ones, and all are in its language. An embedder that reads it finds the first nearer in meaning; one
    that does not orders them as a coin would. With few passages to compare it is taken to see.
    """
    ranked = sorted((one for one in leads if one.lexical > 0), key=lambda one: -one.lexical)
    first = np.array([one.dense for one in ranked[:LEADING]])
    last = np.array([one.dense for one in ranked[TRAILING:]])
    if len(first) * len(last) < LEAST_PAIRS:
        return False
    return float((first[:, None] > last[None, :]).mean()) < SIGHTED


def are_held(words: str, snapshot: Searchable[Any]) -> bool:
    """Tells whether the archive holds the better part of the words by their weight.

    Where it does not, what BM25 puts first shares words in passing alone, and proves nothing of the vectors.
    """
    total = len(snapshot)
    counts = [snapshot.passages_with(stem) for stem in set(stems(words))]
    weights = [math.log(1 + (total - min(n, total) + 0.5) / (min(n, total) + 0.5)) for n in counts]
    held = sum(weight for weight, count in zip(weights, counts, strict=True) if count)
    return held >= HELD * sum(weights)


def with_sentences(
    scores: Scores, candidates: Sequence[Candidate], query: Query, snapshot: Searchable[Any], near: Scores
) -> tuple[Scores, Scores]:
    """The scores with what the best sentences hold, and for each candidate the share of each clause.

    Only the best candidates are read; the others stay behind them. `near` stands for the shares where a
    passage is in another language than the question, and is 0 elsewhere.
    """
    words = query.words or query.text
    parts = clauses(words)
    shares = np.zeros((len(candidates), len(parts) + 1))
    read = np.argsort(-scores, kind="stable")[:MEASURED]
    passages = [candidates[row].passage for row in read]
    shares[read] = covered(passages, [words, *parts], snapshot.passages_with, len(snapshot))
    shares[read] = np.maximum(shares[read], FOREIGN * near[read, None])
    of_clauses = shares[:, 1:] if parts else shares
    return scores + SENTENCE * shares[:, 0] + CLAUSE * of_clauses.max(axis=1), shares[:, 1:]


def preferred(leads: Sequence[Lead], query: Query) -> Scores:
    """Scores the outlets, authors and periods that a question names, and nearness in time.

    A question asked as of a day is asked by a reader of that day's news.
    """
    outlets, authors = frozenset(query.outlets), [name.casefold() for name in query.authors]

    def added(facts: Facts) -> float:
        """Sum of the preferences for one passage."""
        written_by = (facts.author or "").casefold()
        return (
            OUTLET * (facts.outlet in outlets)
            + AUTHOR * any(name in written_by for name in authors)
            + PUBLISHED_IN * was_published_in(facts, query.periods)
            + RECENT * _recency(facts.published, query.filters.as_of)
        )

    return np.array([added(one.facts) for one in leads])


def was_published_in(facts: Facts, periods: Sequence[Period]) -> bool:
    """Tells whether the article was published in one of the periods."""
    day = facts.published
    return day is not None and any(
        (period.first or date.min) <= day <= (period.last or date.max) for period in periods
    )


def telling(
    candidates: Sequence[Candidate], dates: Mapping[int, Sequence[DateMention]], periods: Sequence[Period]
) -> Scores:
    """Scores passages that name a day of the periods, where they were not published in one."""
    return np.array(
        [
            TELLS_OF
            * any(_tells_of(day, period) for day in dates[one.passage.id] for period in periods)
            * (not was_published_in(one.lead.facts, periods))
            for one in candidates
        ]
    )


def _tells_of(day: DateMention, period: Period) -> bool:
    first, last = period.first or date.min, period.last or date.max
    return first <= day.first and day.last <= last and (day.last - day.first).days <= LONG_AGO_DAYS


def event_day(hit: Hit) -> date | None:
    """The first day of those the passage names that had come when it was published; else when that was."""
    published = hit.article.published
    for day in hit.article.dates:
        inside = hit.passage.start <= day.start < hit.passage.end
        if inside and (published is None or day.first <= published):
            return day.first
    return published


def _recency(published: date | None, today: date | None) -> float:
    """1 on the day itself, a half after RECENT_DAYS, and hardly anything after months."""
    if published is None or today is None or published > today:
        return 0.0
    return 1.0 / (1.0 + (today - published).days / RECENT_DAYS)


def clauses(text: str) -> list[str]:
    """The parts of a question that may each be answered somewhere else; empty where it is all one."""
    parts = [part for part in _BREAK.split(text) if len(set(stems(part))) >= LEAST_STEMS]
    return parts[:MOST_CLAUSES] if len(parts) > 1 else []


def covered(
    passages: Sequence[Passage],
    texts: Sequence[str],
    passages_with: Callable[[str], int],
    total: int,
) -> Scores:
    """For each passage a row: the share of each text that its best sentence for it holds, 0 to 1.

    BM25 takes a passage for a bag of words, so that one that names the subject in every sentence is before
    the one that says in a single sentence what was asked. That words near each other tell more is the idea
    of proximity scoring (Tao & Zhai 2007).

    `passages_with` tells how many of `total` passages hold a stem, which decides what it weighs.
    """
    wanted = [set(stems(text)) for text in texts]
    columns = sorted(set().union(*wanted))
    weights = np.zeros((len(columns), len(texts)))
    for column, word in enumerate(columns):
        count = min(passages_with(word), total)
        weight = math.log(1 + (total - count + 0.5) / (count + 0.5)) ** SHARPNESS
        weights[column] = [weight if word in words else 0.0 for words in wanted]
    weights /= np.maximum(weights.sum(axis=0), 1e-9)
    shares = np.zeros((len(passages), len(texts)))
    if passages:
        sentences = [passage.sentences or (passage,) for passage in passages]
        firsts = np.cumsum([0, *map(len, sentences)])[:-1]
        texts_of = [p.sentence_text(one) for p, some in zip(passages, sentences, strict=True) for one in some]
        shares = np.maximum.reduceat(_held(texts_of, columns) @ weights, firsts)
    return shares


def _held(sentences: Sequence[str], columns: Sequence[str]) -> Scores:
    """For each sentence a row: 1 in the columns of the stems that it holds."""
    column_of = {word: column for column, word in enumerate(columns)}
    words = [written(sentence) for sentence in sentences]
    sought = {word: column_of[stem(word)] for word in set().union(*words) if stem(word) in column_of}
    places = [
        row * len(columns) + sought[word] for row, some in enumerate(words) for word in sought.keys() & some
    ]
    held = np.zeros(len(sentences) * len(columns))
    held[places] = 1.0
    return held.reshape(len(sentences), len(columns))
