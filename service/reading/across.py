"""Sentences in another language than the question: the multilingual embedder tells which of them answer.

The reader has learned English alone. Where question and passage are not both in it, each sentence is compared
with the question in meaning, whole and word by word. `eval.training.across` fits the weights;
docs/languages.md has what they find.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, TypeGuard

import numpy as np

from index.extraction.names import sounds
from index.extraction.quotable import quotable
from index.models.embedding import Embedder, TokenEmbedder, Vectors, reads
from index.records import Article, Hit, Passage
from service.attribution.speakers import speaker
from service.evidence import Finding, Quote
from service.questions.plan import Plan
from service.reading.ranking import FARTHEST, ranking

PACKAGED = Path(__file__).with_name("across.json")
ENGLISH = "en"
LEAST = 0.02  # of the threshold's odds, below which a sentence is no finding at all
TELLING = 3  # consonants from which a word of a name tells it from other words

Features = Mapping[str, float]


def is_across(plan: Plan, article: Article, embedder: Embedder) -> bool:
    """Returns True if question and article are not both in English, and the embedder reads both."""
    theirs = article.language or plan.language
    both_english = plan.language == theirs == ENGLISH
    is_multilingual = reads(embedder, None if both_english else plan.language) and reads(embedder, theirs)
    return not both_english and is_multilingual and _is_fitted(embedder)


def read_across(embedder: Embedder, plan: Plan, hits: Sequence[Hit]) -> list[Finding]:
    """Returns the sentences of those hits that may answer, each with its probability.

    The probabilities are scaled so that the packaged ranking's threshold is where one is taken to answer.
    """
    if not _is_fitted(embedder):
        return []
    weights, offset, threshold = (card()[name] for name in ("weights", "offset", "threshold"))
    shift = _logit(ranking().threshold) - _logit(threshold)
    found = []
    told = list(sentences(embedder, plan, hits, np.array(card()["common"], dtype=np.float32)))
    may_answer = _may_answer(plan, [quote for quote, _ in told])
    for (quote, features), may in zip(told, may_answer, strict=True):
        if not may:
            continue
        logit = offset + sum(weight * features[name] for name, weight in weights.items()) + shift
        score = 1 / (1 + math.exp(-max(-FARTHEST, min(FARTHEST, logit))))
        if score >= LEAST * ranking().threshold:
            found.append(Finding(quote=quote, answer=quote.text, score=score, sure=0.0))
    return found


def sentences(
    embedder: TokenEmbedder, plan: Plan, hits: Sequence[Hit], common: Vectors
) -> Iterator[tuple[Quote, Features]]:
    """Gives each sentence of the hits with its features: how near it is, whole and word by word.

    `common` is what all pieces of words have in common, as `alike` takes it off.
    """
    quotes = [
        Quote(article=hit.article, span=quotable(hit.article.text, sentence))
        for hit in hits
        for sentence in hit.passage.sentences
    ]
    if not quotes:
        return
    asked = plan.standalone_question
    near = embedder.encode_documents([quote.text for quote in quotes]) @ embedder.encode_query(asked)
    words = alike(embedder, asked, [hit.passage for hit in hits], common)
    for quote, cosine, told in zip(quotes, near, words, strict=True):
        yield (
            quote,
            {
                "sentence": float(cosine),
                "each_word": float(told),
                "each_word_below_best": float(told - words.max()),
            },
        )


def alike(embedder: TokenEmbedder, question: str, passages: Sequence[Passage], common: Vectors) -> Vectors:
    """Returns for each sentence of the passages the mean cosine of the question's words with it.

    Each piece of a word counts by the piece of the sentence that is nearest to it (late interaction: Khattab
    & Zaharia 2020), where the passage is read as a whole. What all pieces have in common is taken off first.
    """
    asked = _directions(embedder.encode_tokens(question, "query").vectors - common)
    found = []
    for passage in passages:
        pieces = embedder.encode_tokens(passage.text, "document")
        cosines = asked @ _directions(pieces.vectors - common).T
        for sentence in passage.sentences:
            start, end = sentence.start - passage.start, sentence.end - passage.start
            inside = [start <= piece.start and piece.end <= end for piece in pieces.spans]
            found.append(cosines[:, inside].max(axis=1, initial=0.0).mean() if len(asked) else 0.0)
    return np.array(found, dtype=np.float32)


def _directions(vectors: Vectors) -> Vectors:
    found: Vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return found


def _may_answer(plan: Plan, quotes: Sequence[Quote]) -> list[bool]:
    """Tells of each sentence whether whoever says it may be asked about.

    Of a question that names somebody who speaks in these passages, only what he says or what names him is an
    answer; of one for what somebody said, only his own words are.
    """
    asked = sounds(plan.standalone_question)
    speakers = [speaker(quote.article, quote.span) for quote in quotes]
    names = [_telling(one.name) if one else frozenset[str]() for one in speakers]
    most = max((len(name & asked) for name in names), default=0)
    named = [_is_named(name, asked, most) for name in names]
    his = frozenset[str]().union(*(name & asked for name, one in zip(names, named, strict=True) if one))
    if plan.wanted == "speech" or not his:
        return named if plan.wanted == "speech" else [True] * len(quotes)
    return [
        is_named or (one is None and bool(his & sounds(quote.text)))
        for quote, one, is_named in zip(quotes, speakers, named, strict=True)
    ]


def _telling(name: str) -> frozenset[str]:
    """Returns the words of a full name by their consonants, without those that are too short to tell it.

    A word in small letters makes it no name but a description: "Kurdish officials".
    """
    words = frozenset(word for word in sounds(name) if len(word) >= TELLING)
    return words if len(words) > 1 and not any(map(str.islower, name.split())) else frozenset()


def _is_named(name: frozenset[str], asked: frozenset[str], most: int) -> bool:
    """Tells whether a question holds half of a name or more, and as much as of any other."""
    held = len(name & asked)
    return held > 0 and held == most and 2 * held >= len(name)


def _is_fitted(embedder: Embedder) -> TypeGuard[TokenEmbedder]:
    """Tells whether the weights are for that embedder."""
    return isinstance(embedder, TokenEmbedder) and embedder.id.startswith(card()["embedder"])


@cache
def card() -> dict[str, Any]:
    """Returns the weights with what they were fitted on, read once."""
    held: dict[str, Any] = json.loads(PACKAGED.read_text(encoding="utf-8"))
    return held


def _logit(probability: float) -> float:
    return math.log(probability / (1 - probability))
