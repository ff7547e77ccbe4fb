"""Questions to go on with and to begin with: the archive tells of each that is offered."""

import asyncio
from datetime import date

import pytest

from index.archive import Archive
from index.models.reader import ReadingModel
from service.answerers.extractive import QuotingAnswerer
from service.answerers.suggestions import MOST, opening_questions
from service.answering import Desk, ask, final
from service.answers import Answer
from service.questions.plan import Question


def answer(archive: Archive, question: str) -> Answer:
    reader = ReadingModel()
    desk = Desk(archive=archive, answerer=QuotingAnswerer(reader), reader=reader)
    return asyncio.run(final(ask(desk, Question(question=question), date(2025, 1, 1))))


def test_an_answer_goes_on_to_other_days_other_outlets_and_who_is_named(sample_archive: Archive) -> None:
    given = answer(sample_archive, "How many families were evacuated in the flood?")
    assert len(given.suggestions) == MOST == len(set(given.suggestions))
    cited = {citation.outlet for citation in given.citations}
    for question in given.suggestions:
        further = answer(sample_archive, question)
        assert further.status == "answered", question
        named = further.plan.named_outlets
        assert not cited & set(named)
        assert set(named) <= {citation.outlet for citation in further.citations}


def test_a_timeline_does_not_suggest_itself(sample_archive: Archive) -> None:
    given = answer(sample_archive, "Give me a timeline of the Harbour Bridge")
    assert given.timeline
    assert "What is the latest on the Harbour Bridge?" in given.suggestions
    assert not [question for question in given.suggestions if "timeline" in question]


def test_a_refusal_suggests_the_name_that_is_spelt_almost_so(sample_archive: Archive) -> None:
    given = answer(sample_archive, "What did Johanna Pel do in Paris in 1912?")
    assert given.status == "not_in_archive"
    assert given.suggestions == ("Tell me about Joanna Pell",)
    assert answer(sample_archive, "Who won the world chess championship?").suggestions == ()


def test_an_archive_begins_with_questions_about_its_own_stories(sample_archive: Archive) -> None:
    questions = opening_questions(sample_archive)
    assert len(questions) == MOST
    assert all(answer(sample_archive, question).status == "answered" for question in questions)


@pytest.mark.parametrize("question", ["Hello!", "How many articles are there?"])
def test_what_reads_no_article_suggests_nothing(sample_archive: Archive, question: str) -> None:
    assert answer(sample_archive, question).suggestions == ()
