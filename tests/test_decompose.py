"""A long question taken apart, and what answers its parts put together."""

import asyncio

import pytest

from index.archive import Archive
from index.models.reader import ReadingModel
from service.answerers.extractive import QuotingAnswerer
from service.answering import Desk, ask, final
from service.answers import Answer
from service.evidence import Finding
from service.questions.decompose import aspects, put_together
from service.questions.plan import Question
from tests.evidence import article, quoted

POLITICIAN = (
    "Which politician, who beat Henrik Aldane in the mayoral election by a few hundred votes, announced that "
    "the Harbour Bridge would cost 61 million crowns and promised a review of the project?"
)


def taken_apart(question: str, search_words: str = "") -> tuple[str, ...]:
    return aspects(question, search_words or question)


def test_each_part_goes_on_from_the_opening() -> None:
    assert taken_apart(
        "Which company, whose boiler house exploded in August, was accused by the inspectors and, after the "
        "winter, lost its plant manager to a rival?"
    ) == (
        "Which company’s boiler house exploded in August?",
        "Which company was accused by the inspectors?",
        "Which company lost its plant manager to a rival?",
    )


def test_what_is_said_of_a_source_is_no_part() -> None:
    question = (
        "Which town, reported on at length by the Ostrel Courier, bought twelve electric buses, and opened "
        "an aquarium on its promenade last year?"
    )
    words = question.replace("reported on at length by the Ostrel Courier", "")
    assert taken_apart(question, words) == (
        "Which town bought twelve electric buses?",
        "Which town opened an aquarium on its promenade last year?",
    )


def test_who_opens_by_itself() -> None:
    assert taken_apart(
        "Who is the engineer who designed the old harbour bridge, whose daughter runs the shipyard in "
        "Caldwick, and was honoured by the town council last May?"
    ) == (
        "Who is the engineer who designed the old harbour bridge?",
        "Whose daughter runs the shipyard in Caldwick?",
        "Who was honoured by the town council last May?",
    )


@pytest.mark.parametrize(
    "question",
    [
        "Who won the mayoral election?",
        "Which politician, who beat Henrik Aldane, announced the cost of the bridge?",
        "Did the council approve the toll for heavy lorries, and did the mayor say before the vote that "
        "there would never be one?",
        "What did Joanna Pell of the fire brigade say about the pumps at Salt Lane, when the water had "
        "fallen, on the Thursday after the flood?",
        "Which politician said that the bridge would cost more money in the end, as the engineers had told "
        "the council of the town in spring?",
    ],
    ids=["short", "few words", "yes or no", "beside the opening", "of one part"],
)
def test_what_the_model_reads_as_one_stays_one(question: str) -> None:
    assert taken_apart(question) == ()


def test_a_name_that_answers_several_parts_is_the_likelier() -> None:
    text = "Sam Bankman-Fried pleaded not guilty. SBF founded it. Jane Roy testified. It was a fraud."

    def found(sentence: str, answer: str, score: float) -> Finding:
        quote = quoted(article(1, text), sentence)
        return Finding(quote=quote, answer=answer, score=score)

    accused = found("Sam Bankman-Fried pleaded not guilty.", "Sam Bankman-Fried", 0.4)
    witness = found("Jane Roy testified.", "Jane Roy", 0.2)
    founder = found("SBF founded it.", "SBF", 0.5)
    nobody = found("It was a fraud.", "a fraud", 0.3)
    joined = put_together([[accused, witness], [founder, nobody]])
    assert [(one.answer, round(one.score, 6)) for one in joined] == [
        ("Sam Bankman-Fried", 0.7),  # 1 - 0.6 * 0.5
        ("Jane Roy", 0.2),
        ("SBF", 0.7),
        ("a fraud", 0.3),
    ]


def answered(archive: Archive, question: str) -> Answer:
    reader = ReadingModel()
    desk = Desk(archive=archive, answerer=QuotingAnswerer(reader), reader=reader)
    return asyncio.run(final(ask(desk, Question(question=question))))


def test_a_long_question_is_answered_by_what_different_articles_say(sample_archive: Archive) -> None:
    answer = answered(sample_archive, POLITICIAN)
    assert {citation.outlet for citation in answer.citations} >= {"Lenn Valley News", "Tideline"}
    assert "Mayor Rosalind Teague announced" in answer.text
    assert answer.disagreements == ()
    assert answer.changes == ()


def test_a_long_question_about_what_is_not_there_is_refused(sample_archive: Archive) -> None:
    answer = answered(
        sample_archive,
        "Which town, that bought twelve new electric buses, opened a large aquarium on its promenade and "
        "closed its airport to night flights, lies in Belgium?",
    )
    assert answer.status == "not_in_archive"
