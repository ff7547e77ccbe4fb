"""ask(): the one path from a question to a proved answer, for every front."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Protocol

from index.archive import Archive
from index.errors import DatelineError
from index.records import Article, Filters, Hit, Origin, Span
from service.answers import (
    Answer,
    Citation,
    Claim,
    Claimed,
    Event,
    Plan,
    Question,
    Quote,
    Searched,
    Source,
    Sources,
    Statement,
)
from service.questions import understand
from service.verification import is_proved

PASSAGES = 10  # read for an answer
RELATED = 3  # shown with a refusal


class Answerer(Protocol):
    """Writes an answer from passages. Users plug in their own.

    What it proposes is verified before anyone sees it; proposing nothing refuses the question.
    """

    name: str

    def answer(self, plan: Plan, hits: Sequence[Hit]) -> AsyncIterator[Statement]:
        """Sentences with the quotes that prove them, in the order they are to be read."""
        ...


async def ask(archive: Archive, answerer: Answerer, question: Question) -> AsyncIterator[Event]:
    """Answers a question as a stream of events: Plan, Sources, a Claimed each sentence, Answer.

    A sentence is sent only after it is proved. Raises DatelineError for a question that cannot be
    asked, such as one limited to an outlet that is not there.
    """
    clock = _Clock()
    limits = await asyncio.to_thread(archive.resolved, question.filters)
    plan = understand(replace(question, filters=limits))
    yield plan
    clock.lap("plan")
    hits = await asyncio.to_thread(archive.search, plan.standalone_question, limits, PASSAGES)
    yield Sources(_sources(hits), len(hits))
    clock.lap("search")
    written = _Written()
    async for statement in answerer.answer(plan, hits):
        if is_proved(statement):
            yield written.add(statement)
    clock.lap("answer")
    searched = await asyncio.to_thread(_searched, archive, limits)
    refused = not written.claims
    yield Answer(
        id=uuid.uuid4().hex,
        conversation_id=question.conversation_id or uuid.uuid4().hex,
        question=question.question,
        standalone_question=plan.standalone_question,
        status="not_in_archive" if refused else "answered",
        text=refusal(searched) if refused else written.text,
        claims=tuple(written.claims),
        citations=tuple(written.citations),
        disagreements=(),
        searched=searched,
        plan=plan,
        answerer=answerer.name,
        related=_related(hits) if refused else (),
        timings_ms=clock.laps_ms(),
    )


async def final(events: AsyncIterator[Event]) -> Answer:
    """The whole answer, for those who do not want to watch it come."""
    answer = None
    async for event in events:
        if isinstance(event, Answer):
            answer = event
    if answer is None:
        raise DatelineError("the answer broke off before its end")
    return answer


def refusal(searched: Searched) -> str:
    """The words of a refusal: that there is no answer, and what was searched for one."""
    if searched.articles == 0:
        return "The archive holds no article within these limits, so there was nothing to search."
    outlets = f" from {', '.join(searched.outlets)}" if searched.outlets else ""
    days = f", published {searched.oldest} to {searched.newest}" if searched.oldest else ""
    return (
        f"The archive does not answer this. Searched {_count(searched.articles, 'article')} "
        f"({_count(searched.passages, 'passage')}){outlets}{days}."
    )


def cited(quote: Quote, number: int) -> Citation:
    """The full reference of a quote."""
    article = quote.article
    return Citation(
        number=number,
        article_id=str(article.id),
        version=article.version,
        title=article.title,
        outlet=article.outlet,
        author=article.author,
        published=article.published,
        published_origin=_published_origin(article),
        url=article.url,
        quote=quote.text,
        start=quote.span.start,
        end=quote.span.end,
        speaker=quote.speaker,
        also_printed_by=quote.also_printed_by,
    )


class _Clock:
    """Milliseconds between laps."""

    def __init__(self) -> None:
        self._started = self._last = time.perf_counter()
        self._laps: dict[str, float] = {}

    def lap(self, stage: str) -> None:
        now = time.perf_counter()
        self._laps[stage] = round((now - self._last) * 1000, 1)
        self._last = now

    def laps_ms(self) -> dict[str, float]:
        return self._laps | {"total": round((time.perf_counter() - self._started) * 1000, 1)}


class _Written:
    """The answer so far: sentences one after another, quotes numbered as they first come."""

    def __init__(self) -> None:
        self.text = ""
        self.claims: list[Claim] = []
        self.citations: list[Citation] = []
        self._numbers: dict[tuple[int, int, Span], int] = {}

    def add(self, statement: Statement) -> Claimed:
        known = len(self.citations)
        numbers = tuple(dict.fromkeys(self._number(quote) for quote in statement.quotes))
        text = " ".join([statement.text, *(f"[{number}]" for number in numbers)])
        start = len(self.text) + 1 if self.text else 0
        self.text = f"{self.text}\n{text}" if self.text else text
        claim = Claim(
            text=text,
            start=start,
            end=start + len(text),
            citations=numbers,
            support=statement.support,
            score=round(statement.score, 4),
        )
        self.claims.append(claim)
        return Claimed(claim, tuple(self.citations[known:]))

    def _number(self, quote: Quote) -> int:
        place = (quote.article.id, quote.article.version, quote.span)
        if place not in self._numbers:
            self._numbers[place] = len(self._numbers) + 1
            self.citations.append(cited(quote, self._numbers[place]))
        return self._numbers[place]


def _sources(hits: Sequence[Hit]) -> tuple[Source, ...]:
    """The articles of the hits, best first, once each."""
    best: dict[int, Hit] = {}
    for hit in hits:
        best.setdefault(hit.article.id, hit)
    return tuple(
        Source(
            article_id=str(hit.article.id),
            version=hit.article.version,
            title=hit.article.title,
            outlet=hit.article.outlet,
            author=hit.article.author,
            published=hit.article.published,
            published_origin=_published_origin(hit.article),
            url=hit.article.url,
            score=round(hit.score, 4),
        )
        for hit in best.values()
    )


def _related(hits: Sequence[Hit]) -> tuple[Citation, ...]:
    nearest = [Quote(article=hit.article, span=hit.passage.sentences[0]) for hit in hits[:RELATED]]
    return tuple(cited(quote, number) for number, quote in enumerate(nearest, 1))


def _searched(archive: Archive, limits: Filters) -> Searched:
    summary = archive.summary(limits)
    return Searched(
        articles=summary.articles,
        passages=summary.passages,
        since=limits.since,
        until=limits.until,
        outlets=summary.outlets,
        oldest=summary.oldest,
        newest=summary.newest,
    )


def _published_origin(article: Article) -> str:
    return article.origins.get("published", Origin.UNKNOWN)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
