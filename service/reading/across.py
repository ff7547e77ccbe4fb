"""Sentences in another language than the question: the multilingual embedder tells which of them answer.

The reader has learned English alone. Where question and passage are not both in it, each sentence is compared
with the question in meaning. `eval.training.across` fits the weights; docs/languages.md has
what they find.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from index.backends.local.lexical import stems
from index.extraction.quotable import quotable
from index.models.embedding import Embedder, reads
from index.records import Article, Hit
from service.evidence import Finding, Quote
from service.questions.plan import Plan
from service.reading.ranking import FARTHEST, lacks_kind, ranking, sought, words_held

PACKAGED = Path(__file__).with_name("across.json")
ENGLISH = "en"
LEAST = 0.02  # of the threshold's odds, below which a sentence is no finding at all

Features = Mapping[str, float]


def is_across(plan: Plan, article: Article, embedder: Embedder) -> bool:
    """Returns True if question and article are not both in English, and the embedder reads both."""
    theirs = article.language or plan.language
    both_english = plan.language == theirs == ENGLISH
    is_multilingual = reads(embedder, None if both_english else plan.language) and reads(embedder, theirs)
    return not both_english and is_multilingual and getattr(embedder, "id", "").startswith(card()["embedder"])


def read_across(embedder: Embedder, plan: Plan, hits: Sequence[Hit]) -> list[Finding]:
    """Returns the sentences of those hits that may answer, each with its probability.

    The probabilities are scaled so that the packaged ranking's threshold is where one is taken to answer.
    """
    weights, offset, threshold = (card()[name] for name in ("weights", "offset", "threshold"))
    shift = _logit(ranking().threshold) - _logit(threshold)
    found = []
    for quote, features in sentences(embedder, plan, hits):
        logit = offset + sum(weight * features[name] for name, weight in weights.items()) + shift
        score = 1 / (1 + math.exp(-max(-FARTHEST, min(FARTHEST, logit))))
        if score >= LEAST * ranking().threshold:
            found.append(Finding(quote=quote, answer=quote.text, score=score, sure=0.0))
    return found


def sentences(embedder: Embedder, plan: Plan, hits: Sequence[Hit]) -> Iterator[tuple[Quote, Features]]:
    """Gives each sentence of the hits with its features: how near it is, and how near the others are."""
    quotes = [
        (hit, Quote(article=hit.article, span=quotable(hit.article.text, sentence)))
        for hit in hits
        for sentence in hit.passage.sentences
    ]
    if not quotes:
        return
    want = sought(plan)
    asked = embedder.encode_query(plan.standalone_question)
    near = embedder.encode_documents([quote.text for _, quote in quotes]) @ asked
    usual, passages = float(np.median(near)), float(np.median([hit.dense for hit in hits]))
    for (hit, quote), cosine in zip(quotes, near, strict=True):
        yield (
            quote,
            {
                "sentence": float(cosine),
                "sentence_above_others": float(cosine) - usual,
                "passage": hit.dense,
                "passage_above_others": hit.dense - passages,
                "words": words_held(want.shares, frozenset(stems(quote.text))),  # names and figures
                "lacks_kind": float(lacks_kind(want, quote)),
            },
        )


@cache
def card() -> dict[str, Any]:
    """Returns the weights with what they were fitted on, read once."""
    held: dict[str, Any] = json.loads(PACKAGED.read_text(encoding="utf-8"))
    return held


def _logit(probability: float) -> float:
    return math.log(probability / (1 - probability))
