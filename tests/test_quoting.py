"""Which sentences are quoted of those that answer, and in which order."""

import asyncio
from dataclasses import replace

from index.models.reader import ReadingModel
from index.records import Order
from service.answerers.extractive import QuotingAnswerer
from service.evidence import Evidence, Finding, Statement
from tests.evidence import article, evidence, quoted
from tests.fakes import WordJudge

FEE = article(
    1,
    "Ana Roy said that the fee was too high. “Nobody here can pay it,” she said. “We will go to court,” she "
    "added. The town did not answer. “That was to be expected,” Ana Roy said.",
)


def said(given: Evidence) -> list[str]:
    async def statements() -> list[Statement]:
        proposals = QuotingAnswerer(ReadingModel(), WordJudge()).answer(given)
        return [one async for one in proposals if isinstance(one, Statement)]

    return [statement.quotes[0].text for statement in asyncio.run(statements())]


def found(words: str, score: float, id: int = 1) -> Finding:
    told = FEE if id == 1 else article(id, words)
    return Finding(quote=quoted(told, words), answer=words, score=score, sure=0.0)


def test_what_somebody_said_goes_on_as_long_as_the_same_person_is_quoted() -> None:
    first = found("Ana Roy said that the fee was too high.", 0.5)
    given = evidence([FEE], "What did Ana Roy say about the fee?", [first], wanted="speech")
    assert said(given) == [
        "Ana Roy said that the fee was too high.",
        "“Nobody here can pay it,” she said.",
        "“We will go to court,” she added.",
    ]


def test_no_further_words_of_one_take_the_place_of_another_source() -> None:
    others = [found(f"Ana Roy told {id} of us that the fee was too high.", 0.5, id) for id in range(2, 6)]
    first = found("Ana Roy said that the fee was too high.", 0.5)
    articles = [FEE, *(one.quote.article for one in others)]
    given = evidence(articles, "What did Ana Roy say about the fee?", [first, *others], wanted="speech")
    assert len(said(given)) == 5
    assert {one.quote.text for one in others} < set(said(given))


def test_how_things_stand_now_is_told_by_the_newest_that_answers() -> None:
    older = found("Ana Roy is the new mayor of Marlow.", 0.6, id=2)
    newer = found("Leo Lund has been elected mayor of Marlow.", 0.25, id=8)
    articles = [older.quote.article, newer.quote.article]
    given = evidence(articles, "Who is the mayor of Marlow?", [older, newer], wanted="person")
    assert said(given) == [older.quote.text]
    now = replace(given.plan, intent="latest", order=Order.NEWEST)
    assert said(replace(given, plan=now)) == [newer.quote.text, older.quote.text]
