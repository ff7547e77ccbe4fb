"""Overviews and descriptions in the articles' own sentences: a story newest first, or who somebody is."""

from collections.abc import AsyncGenerator, Sequence
from datetime import date

from index.backends.local.lexical import stems
from index.models.reader import ReadingModel
from index.models.word_weights import word_weights
from index.records import Hit, Order, Period
from service.evidence import Evidence, Quote, Report, Statement
from service.formatting import worded
from service.questions.plan import Plan
from service.reading.telling import tellings_of

MOST_TURNS = 8  # sentences of an overview
MOST_DESCRIPTIONS = 4
LEAST_HELD = 0.75  # of the topic's weight that an article must hold to be of the story


class OverviewAnswerer:
    """Quotes one sentence of each article on a story, or those that say who somebody is, the newest first."""

    name = "overview"

    def __init__(self, reader: ReadingModel) -> None:
        self._reader = reader

    async def answer(self, evidence: Evidence) -> AsyncGenerator[Statement | Report]:
        """A quoted statement for each turn of the story; none where no article is about it."""
        describes = evidence.plan.intent == "who_is"
        chosen = _described(evidence, self._reader) if describes else _told(evidence)
        for quote, score in chosen:
            text = worded(quote, evidence.plan.locale)
            yield Statement(text=text, quotes=(quote,), support="quoted", score=score)


def quotable(evidence: Evidence) -> list[Quote]:
    """Sentences that an overview or a description can be made of, without asking the reader for the best."""
    if evidence.plan.intent == "who_is":
        return _naming(evidence)
    return [quote for quote, _ in _told(evidence)]


def _told(evidence: Evidence) -> list[tuple[Quote, float]]:
    """The sentence of each article that tells what it is about, newest first; copies of one text once."""
    shares = _shares(evidence.plan)
    found: dict[int, tuple[Quote, float]] = {}
    for hits in _by_article(evidence.hits):
        article = hits[0].article
        held = _held(" ".join([article.title or "", *(hit.passage.text for hit in hits)]), shares)
        lead = _lead(_telling(hits), shares, evidence.plan.happened)
        if held >= LEAST_HELD and lead is not None and article.cluster not in found:
            found[article.cluster] = lead, hits[0].score
    best = sorted(found.values(), key=lambda one: -one[1])[:MOST_TURNS]
    newest_first = evidence.plan.order is not Order.TIMELINE
    return sorted(best, key=lambda one: one[0].article.published or date.min, reverse=newest_first)


def _telling(hits: Sequence[Hit]) -> list[Quote]:
    """The sentences of the hits in one article that tell something."""
    return tellings_of(hits[0].article, {span for hit in hits for span in hit.passage.sentences})


def _lead(telling: Sequence[Quote], shares: dict[str, float], happened: Period | None) -> Quote | None:
    """The first sentence that names the topic, else the first below a headline that does.

    Where neither does, that which holds most of it. One that names other days than those asked about is
    passed over.
    """
    telling = [quote for quote in telling if _is_within(quote, happened)]
    held = [_held(quote.text, shares) for quote in telling]
    named = next((quote for quote, share in zip(telling, held, strict=True) if share >= LEAST_HELD), None)
    if named is not None or not telling:
        return named
    if _held(telling[0].article.title or "", shares) >= LEAST_HELD:
        return telling[0]
    return telling[held.index(max(held))]


def _is_within(quote: Quote, happened: Period | None) -> bool:
    """Tells whether a sentence names no day, or one of the asked days."""
    days = quote.days
    return not days or happened is None or any(happened.overlaps(day.first, day.last) for day in days)


def _described(evidence: Evidence, reader: ReadingModel) -> list[tuple[Quote, float]]:
    """Of each article the sentence that says best who somebody is, if it names them; newest first."""
    quotes, asked = _naming(evidence), evidence.plan.standalone_question
    scores = reader.relevance(asked, [quote.text for quote in quotes]) if quotes else []
    best: dict[int, tuple[Quote, float]] = {}
    for quote, score in sorted(zip(quotes, scores, strict=True), key=lambda one: -one[1]):
        best.setdefault(quote.article.cluster, (quote, score))
    chosen = list(best.values())[:MOST_DESCRIPTIONS]
    return sorted(chosen, key=lambda one: one[0].article.published or date.min, reverse=True)


def _naming(evidence: Evidence) -> list[Quote]:
    """The sentences that name who is asked after."""
    plan = evidence.plan
    shares = _shares(plan)
    return [
        quote
        for hits in _by_article(evidence.hits)
        for quote in _telling(hits)
        if _names(quote.text, plan, shares)
    ]


def _names(sentence: str, plan: Plan, shares: dict[str, float]) -> bool:
    """Tells whether a sentence names who is asked after, by the whole name or its last word."""
    held = set(stems(sentence))
    last = stems(plan.topic or "")[-1:]
    return _held(sentence, shares) >= LEAST_HELD or (bool(last) and last[0] in held)


def _shares(plan: Plan) -> dict[str, float]:
    """The stems of the topic, each with its share of the weight; nothing where no topic limits."""
    weights = {stem: word_weights().idf(stem) for stem in stems(plan.topic or "")}
    whole = sum(weights.values())
    return {stem: weight / whole for stem, weight in weights.items()} if whole else {}


def _held(text: str, shares: dict[str, float]) -> float:
    held = set(stems(text))
    return sum(share for stem, share in shares.items() if stem in held) if shares else 1.0


def _by_article(hits: Sequence[Hit]) -> list[list[Hit]]:
    """The hits of each article together, the best first."""
    found: dict[int, list[Hit]] = {}
    for hit in hits:
        found.setdefault(hit.article.id, []).append(hit)
    return list(found.values())
