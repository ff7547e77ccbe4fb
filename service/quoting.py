"""The embedded answerer: no language model, no key, no network. It answers by quoting.

A sentence is judged by its nearness to the question in meaning and by how much of what the question
asks about it holds; where no sentence holds enough, it proposes nothing.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from index.archive import Archive
from index.duplicates import words
from index.lexical import stems
from index.records import Article, Hit, Span
from service.answers import Plan, Quote, Statement

MOST_QUOTES = 5
MOST_FROM_ONE = 2
LEAST_SCORE = 0.45  # of the best sentence; below it the archive does not answer
LEAST_OF_BEST = 0.75  # of a further sentence, as a share of the best one's score
SAME_WORDS = 0.7  # Jaccard similarity from which two sentences are one text printed twice
FROM_CONTEXT = 0.5  # weight of a word that stands in the passage or the title, not in the sentence
EXPECTED_KIND = 0.1  # for a sentence that has what "how many", "when" or "who" ask for

# Words that ask, and bind, but name nothing that a sentence could be about.
_ASKING = frozenset(
    stems(
        """
        a about all also an and any are as at be been before being but by can could did do does for
        from had happen happened has have how if in into is it its latest many may might much must
        newest no not now of on or out over said say says shall should so still such tell than that
        the their them then there these they this those to up was were what when where whether which
        who whom whose why will with would you
        """
    )
)
NUMBER = (
    r"\d|\b(one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|"
    r"seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|dozen|half)\b"
)
_KINDS = (
    (
        re.compile(
            r"\bhow (many|much|old|long|far|often|high|large|big)\b|\bwhat (number|share|cost|price)\b", re.I
        ),
        re.compile(NUMBER, re.I),
    ),
    (
        re.compile(r"\b(when|what (day|date|month|year|time))\b", re.I),
        re.compile(
            r"\d{4}|\b(mon|tues|wednes|thurs|fri|satur|sun)day\b|\b(january|february|march|april|may|june|july|"
            r"august|september|october|november|december)\b|\b(yesterday|today|tomorrow)\b",
            re.I,
        ),
    ),
    (
        re.compile(
            r"\bwho (said|says|told|called|warned|denied|claimed)\b|\bwhat did\b.*\b(say|tell)\b", re.I
        ),
        re.compile(r"[\"“”«»]|\b(said|says|told|added|according to)\b", re.I),
    ),
)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A sentence that might answer."""

    article: Article
    span: Span
    words: frozenset[str]
    score: float
    also_printed_by: tuple[str, ...] = ()


class QuotingAnswerer:
    """Answers with the sentences of the archive that answer best, verbatim."""

    name = "quotes"

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    async def answer(self, plan: Plan, hits: Sequence[Hit]) -> AsyncIterator[Statement]:
        """A statement for each quote: outlet, date and the words."""
        for chosen in await asyncio.to_thread(self._choose, plan, hits):
            quote = Quote(article=chosen.article, span=chosen.span, also_printed_by=chosen.also_printed_by)
            yield Statement(
                text=worded(quote), quotes=(quote,), support="quoted", score=min(chosen.score, 1.0)
            )

    def _choose(self, plan: Plan, hits: Sequence[Hit]) -> list[_Candidate]:
        candidates = self._judged(plan.standalone_question, hits)
        best = max((candidate.score for candidate in candidates), default=0.0)
        if best < LEAST_SCORE:
            return []
        good = [candidate for candidate in candidates if candidate.score >= LEAST_OF_BEST * best]
        chosen = _merged(sorted(good, key=lambda candidate: -candidate.score))
        if plan.order == "newest":
            chosen.sort(key=lambda candidate: candidate.article.published or date.min, reverse=True)
        return [self._with_copies(candidate) for candidate in _spread(chosen)]

    def _with_copies(self, candidate: _Candidate) -> _Candidate:
        """The candidate with the outlets that print its sentence in a copy of its article."""
        sentence = f" {' '.join(words(candidate.span.of(candidate.article.text)))} "
        outlets = [
            copy.outlet
            for copy in self._archive.copies(candidate.article)
            if copy.outlet and sentence in f" {' '.join(words(copy.evidence()))} "
        ]
        others = dict.fromkeys((*candidate.also_printed_by, *outlets))
        others.pop(candidate.article.outlet or "", None)
        return replace(candidate, also_printed_by=tuple(others))

    def _judged(self, question: str, hits: Sequence[Hit]) -> list[_Candidate]:
        """Every sentence of the hits with its score, from about 0 to a little over 1."""
        weights = {
            stem: weight for stem, weight in self._archive.weights(question).items() if stem not in _ASKING
        }
        sentences = [(hit, sentence) for hit in hits for sentence in hit.passage.sentences]
        if not sentences or not weights:
            return []
        texts = [hit.passage.sentence_text(sentence) for hit, sentence in sentences]
        embedder = self._archive.embedder
        cosines = embedder.encode_documents(texts) @ embedder.encode_query(question)
        kinds = [answer for asked, answer in _KINDS if asked.search(question)]
        numbers = {stem for stem in weights if stem.isdigit()}
        judged = []
        for (hit, sentence), text, cosine in zip(sentences, texts, cosines.tolist(), strict=True):
            held, around = frozenset(stems(text)), _around(hit)
            if not numbers <= held | around:
                continue  # the right subject in the wrong year does not answer
            score = (max(cosine, 0.0) + _coverage(weights, held, around)) / 2
            if kinds and all(kind.search(text) for kind in kinds):
                score += EXPECTED_KIND
            judged.append(_Candidate(hit.article, sentence, held, score))
        return judged


def worded(quote: Quote) -> str:
    """A quote as a sentence of an answer: who printed it, when, and the words."""
    article = quote.article
    day = f"{article.published.day} {article.published:%B %Y}" if article.published else "date unknown"
    return f"{article.outlet or 'Unknown outlet'}, {day}: “{quote.text}”"


def _around(hit: Hit) -> frozenset[str]:
    """The words that a sentence is read with: its passage, and the title and date above it."""
    published = hit.article.published
    day = f"{published.day} {published:%B %Y}" if published else ""
    return frozenset(stems(f"{hit.article.title or ''} {day} {hit.passage.text}"))


def _coverage(weights: Mapping[str, float], words: frozenset[str], around: frozenset[str]) -> float:
    """The share of what the question names that the sentence names, or its surroundings do."""
    held = sum(
        weight if stem in words else FROM_CONTEXT * weight
        for stem, weight in weights.items()
        if stem in words or stem in around
    )
    return held / sum(weights.values())


def _merged(candidates: Sequence[_Candidate]) -> list[_Candidate]:
    """Best first, with a sentence that several articles print kept once, and the others named."""
    kept: list[_Candidate] = []
    for candidate in candidates:
        twin = next((i for i, other in enumerate(kept) if _same(candidate, other)), None)
        if twin is None:
            kept.append(candidate)
            continue
        outlet = candidate.article.outlet
        other = kept[twin]
        if outlet and outlet != other.article.outlet and outlet not in other.also_printed_by:
            kept[twin] = replace(other, also_printed_by=(*other.also_printed_by, outlet))
    return kept


def _same(one: _Candidate, other: _Candidate) -> bool:
    return len(one.words & other.words) >= SAME_WORDS * len(one.words | other.words)


def _spread(candidates: Sequence[_Candidate]) -> list[_Candidate]:
    """The first MOST_QUOTES, few from any one article."""
    chosen: list[_Candidate] = []
    for candidate in candidates:
        from_it = sum(other.article.id == candidate.article.id for other in chosen)
        if from_it < MOST_FROM_ONE and len(chosen) < MOST_QUOTES:
            chosen.append(candidate)
    return chosen
