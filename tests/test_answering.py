"""Questions over the sample archive, through the one path of every front."""

import asyncio
import re
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import date

import pytest

from index.archive import Archive
from index.models.reader import ReadingModel
from index.records import EVIDENCE, Filters, Span, ZoneKind
from service.answerers.builder import cited, related
from service.answerers.extractive import QuotingAnswerer
from service.answering import Answerer, Desk, ask, final
from service.answers import Answer
from service.evidence import Evidence, Quote, Report, Statement
from service.formatting import worded
from service.outline import when
from service.questions.plan import Question
from service.verification.verify import verified
from tests.evidence import BRIDGE, FERRY, hit, quoted
from tests.fakes import WordJudge

READER = ReadingModel()


def desk(archive: Archive, answerer: Answerer | None = None) -> Desk:
    return Desk(archive=archive, answerer=answerer or QuotingAnswerer(READER), reader=READER)


def answer(archive: Archive, question: str, **limits: object) -> Answer:
    asked = Question(question=question, filters=Filters(**limits))  # type: ignore[arg-type]
    return asyncio.run(final(ask(desk(archive), asked)))


def quotes(answered: Answer) -> str:
    return "\n".join(citation.quote for citation in answered.citations)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (
            "What did Joanna Pell say about the pumps at Salt Lane?",
            ["two of the three pumps were standing still"],
        ),
        (
            "How many families were evacuated in the flood?",
            ["23 families", "40 families"],
        ),
        ("When was the Harbour Bridge opened to traffic?", ["on Saturday (June 17)"]),
        ("How many people were injured in the explosion at the cannery?", ["Nine people"]),
    ],
)
def test_quotes_hold_what_was_asked(sample_archive: Archive, question: str, said: list[str]) -> None:
    answered = answer(sample_archive, question)
    assert answered.status == "answered"
    for words in said:
        assert words in quotes(answered)


def test_every_quote_stands_in_evidence(sample_archive: Archive) -> None:
    for question in ("flood", "What is the toll?", "Harbour Bridge designer", "cannery explosion deaths"):
        for citation in answer(sample_archive, question).citations:
            article = sample_archive.article(int(citation.article_id), citation.version)
            assert article.text[citation.start : citation.end] == citation.quote
            zones = [zone for zone in article.zones if zone.kind in EVIDENCE]
            assert any(zone.start <= citation.start and citation.end <= zone.end for zone in zones)


def test_latest_is_the_newest_reporting(sample_archive: Archive) -> None:
    answered = answer(sample_archive, "What is the latest on the cost of the Harbour Bridge?")
    assert answered.plan.order == "newest"
    cited = {citation.number: citation for citation in answered.citations}
    published = [cited[claim.citations[0]].published for claim in answered.claims]
    assert published == sorted(published, key=lambda day: day or date.min, reverse=True)
    assert "69.1 million crowns" in answered.citations[0].quote


def test_as_of_answers_as_on_that_day(sample_archive: Archive) -> None:
    answered = answer(sample_archive, "Who is the mayor of Port Ostrel?", as_of=date(2021, 12, 31))
    assert "Rosalind Teague" in quotes(answered)
    assert "Idris Kamara has been elected" not in quotes(answered)


def test_agency_text_is_cited_once_with_those_who_printed_it(sample_archive: Archive) -> None:
    answered = answer(sample_archive, "How many passengers were on the ferry Saint Ilva when it ran aground?")
    first = answered.citations[0]
    assert "Sixty-two passengers" in first.quote
    outlets = {first.outlet, *first.also_printed_by}
    assert outlets == {"The Ostrel Courier", "Lenn Valley News", "Radio Seawall"}
    assert sum("passengers and nine crew" in citation.quote for citation in answered.citations) == 1


def test_an_arabic_question_finds_the_arabic_article(sample_archive: Archive) -> None:
    answered = answer(sample_archive, "ماذا قالت سلمى حداد؟")
    assert answered.status == "answered"
    assert sample_archive.article(int(answered.citations[0].article_id)).language == "ar"


@pytest.mark.parametrize(
    "question",
    [
        "Who won the world chess championship?",
        "What is the capital of France?",
    ],
)
def test_what_is_not_there_is_refused_with_what_was_searched(sample_archive: Archive, question: str) -> None:
    refused = answer(sample_archive, question)
    assert (refused.status, refused.claims, refused.citations) == ("not_in_archive", (), ())
    assert refused.searched.articles == 34
    assert refused.text.startswith("The archive does not answer this. Searched 34 articles (")
    assert refused.related


def test_every_source_that_gives_another_number_is_in_the_short_answer(sample_archive: Archive) -> None:
    short = answer(sample_archive, "How many families were evacuated in the flood?").short_answer
    assert short is not None
    values, _, told = short.text.partition(": ")
    assert told == "sources disagree"
    assert set(re.split(r", | or ", values)) == {"23", "40", "Fourteen"}


def test_the_nearest_of_a_refusal_are_articles_each_once() -> None:
    found = related([hit(BRIDGE), hit(BRIDGE), hit(FERRY)])
    assert [one.article_id for one in found] == ["1", "2"]


def test_a_day_of_which_only_the_week_is_sure_is_told_as_that() -> None:
    week = replace(BRIDGE, published_last=date(2024, 5, 7))
    told = cited(quoted(week, "It has four lanes."), 1)
    assert when(told) == "1 May 2024 to 7 May 2024 (read in the text)"


@pytest.mark.parametrize("question", ["?", "the", "🏮", "\x00", "' OR 1=1 --", "AND OR NOT (", "x" * 4000])
def test_any_question_gets_an_answer_or_a_refusal(sample_archive: Archive, question: str) -> None:
    assert answer(sample_archive, question).status in {"answered", "not_in_archive"}


class Scripted:
    """An answerer that proposes what it is given."""

    name = "scripted"

    def __init__(self, *statements: Statement) -> None:
        self._statements = statements

    async def answer(self, evidence: Evidence) -> AsyncGenerator[Statement | Report]:
        for statement in self._statements:
            yield statement


def test_what_is_not_proved_is_never_said(sample_archive: Archive) -> None:
    article, comment = next(
        (one, zone)
        for one in sample_archive.articles()
        for zone in one.zones
        if zone.kind is ZoneKind.COMMENT and zone.start > 0
    )
    reported = next(zone for zone in article.zones if zone.kind is ZoneKind.REPORTING)

    def statement(span: Span, text: str | None = None) -> Statement:
        quote = Quote(article=article, span=span)
        return Statement(text=text or worded(quote), quotes=(quote,), support="quoted", score=1.0)

    sentences = [
        statement(comment),
        statement(Span(reported.start, comment.end)),
        statement(Span(-5, 10)),
        statement(Span(0, len(article.text) + 1)),
        statement(reported, "The Ostrel Courier: “Two hundred families were evacuated.”"),
        Statement(text="Nothing proves this.", quotes=(), support="verified", score=1.0),
        statement(reported),
    ]
    answered = asyncio.run(
        final(ask(desk(sample_archive, Scripted(*sentences)), Question(question="flood?")))
    )
    assert [claim.text for claim in answered.claims] == [f"{sentences[-1].text} [1]"]
    nothing = asyncio.run(
        final(ask(desk(sample_archive, Scripted(*sentences[:-1])), Question(question="flood?")))
    )
    assert nothing.status == "not_in_archive"


def test_a_quote_may_run_over_the_line_break_between_two_paragraphs(sample_archive: Archive) -> None:
    article = sample_archive.article(1)
    first, second = [zone for zone in article.zones if zone.kind is ZoneKind.REPORTING][:2]
    quote = Quote(article=article, span=Span(first.start, second.end))
    statement = Statement(text=worded(quote), quotes=(quote,), support="quoted", score=1.0)
    assert verified(statement, WordJudge()).holds


def test_one_place_has_one_number(sample_archive: Archive) -> None:
    article = sample_archive.article(1)
    zones = [zone for zone in article.zones if zone.kind is ZoneKind.REPORTING]
    one, other = (Quote(article=article, span=Span(zone.start, zone.end)) for zone in zones[:2])
    statements = [
        Statement(text=one.text, quotes=(one, other, one), support="verified", score=1.0),
        Statement(text=other.text, quotes=(other,), support="verified", score=0.5),
    ]
    given = desk(sample_archive, Scripted(*statements))
    answered = asyncio.run(final(ask(given, Question(question="flood?"))))
    assert answered.text == f"{one.text} [1] [2]\n{other.text} [2]"
    assert [claim.citations for claim in answered.claims] == [(1, 2), (2,)]
    assert len(answered.citations) == 2


def test_the_short_answer_stands_in_the_quote_that_it_cites(sample_archive: Archive) -> None:
    answered = answer(sample_archive, "Who is the mayor of Port Ostrel?")
    assert answered.short_answer
    quotes = {one.number: one.quote for one in answered.citations}
    [number] = answered.short_answer.citations
    assert answered.short_answer.text == "Rosalind Teague"
    assert "Rosalind Teague" in quotes[number]


def test_an_outlet_that_the_question_names_is_quoted_and_others_only_where_they_differ(
    sample_archive: Archive,
) -> None:
    answered = answer(
        sample_archive, "According to Radio Seawall, how many families were evacuated in the flood?"
    )
    outlets = {citation.number: citation.outlet for citation in answered.citations}
    assert {outlets[number] for claim in answered.claims for number in claim.citations} == {"Radio Seawall"}
    assert "23 families" in answered.text
