"""The form of a question: yes or no, what is counted, what is to be confirmed."""

import pytest

from service.questions.forms import (
    asked_openly,
    counted_in,
    is_yes_no,
    open_form,
    statement_of,
    wanted_of,
)


@pytest.mark.parametrize(
    ("question", "statement"),
    [
        ("Did the council approve the toll?", "The council did approve the toll."),
        ("Were 23 families evacuated?", "23 families were evacuated."),
        ("Is Ada Moss a doctor?", "Ada Moss is a doctor."),
        ("WAS ANYBODY KILLED IN THE FLOOD?", "Anybody was killed in the flood."),
        ("Did the mayor of Port Ostrel resign?", "The mayor of Port Ostrel did resign."),
        ("Will the Harbour Bridge open in March?", "The Harbour Bridge will open in March."),
        ("Is the mayor in Paris?", "The mayor is in Paris."),
        ("Does the new bridge cost more than 60 million?", "The new bridge does cost more than 60 million."),
        ("Isn't it true that the bridge cost 48 million?", "The bridge cost 48 million."),
        ("Are there plans for a bridge?", "There are plans for a bridge."),
        ("Did the pumps at Salt Lane run in the flood?", "The pumps at Salt Lane did run in the flood."),
        ("Who is the mayor?", None),
    ],
)
def test_a_question_for_yes_or_no_is_a_statement_to_confirm(question: str, statement: str | None) -> None:
    assert statement_of(question) == statement
    assert is_yes_no(question) is (statement is not None)


def test_a_choice_is_no_question_for_yes_or_no() -> None:
    assert not is_yes_no("Is the bridge open or closed?")
    assert is_yes_no("Is the bridge open or not?")


@pytest.mark.parametrize(
    ("statement", "question"),
    [
        ("23 families were evacuated.", "How many families were evacuated?"),
        ("The bridge did cost 48 million.", "The bridge did cost how much?"),
        ("The council did meet on 12 March.", None),
        ("Ada Moss did win in 2024.", None),
        ("The toll rose to 30.", "The toll rose to how much?"),
        ("Route 7 did reopen.", None),  # numbers of things count nothing
        ("Pilot number 30 did crash.", None),
        ("Bus did number 12 stop.", None),
        ("He did fly on flight 370.", None),
    ],
)
def test_a_number_to_confirm_is_asked_for_openly(statement: str, question: str | None) -> None:
    assert open_form(statement) == question


@pytest.mark.parametrize(
    ("question", "counted"),
    [
        ("How many families were evacuated?", "families"),
        ("how many of the people were hurt", "people"),
        ("HOW MANY FAMILIES WERE EVACUATED?", "FAMILIES"),
        ("What is the number of ISIS fighters in Kirkuk?", "ISIS fighters"),
        ("How high is the bridge?", None),
    ],
)
def test_what_is_counted(question: str, counted: str | None) -> None:
    assert counted_in(question) == counted


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("How many families were evacuated?", "number"),
        ("What does the Harbour Bridge cost?", "number"),
        ("When will the bridge open?", "date"),
        ("How long did the fire last?", "duration"),
        ("Why did it close?", "reason"),
        ("What did Ada Moss say about it?", "speech"),
        ("Who said that the fee is too high?", "any"),  # neither words of somebody known nor a number
        ("What are the conditions of the agreement?", "list"),
        ("Have the joint brigades been formed?", "any"),
    ],
)
def test_the_kind_of_answer_is_told_without_the_embedder_too(question: str, wanted: str) -> None:
    assert wanted_of(question, None) == wanted


@pytest.mark.parametrize(
    ("question", "topic", "opened"),
    [
        (
            "What is the latest on the cost of the bridge?",
            "cost of the bridge",
            "What is the cost of the bridge?",
        ),
        ("How has the cost of the bridge changed since 2019?", None, "What is the cost of the bridge?"),
        ("How did the price of oil change?", None, "What is the price of oil?"),
        ("How did the price of oil affect the economy?", None, None),
        ("How has Brexit changed?", None, None),
        ("What is the latest on the bridge?", "bridge", None),
        ("How much does the bridge cost?", None, None),
    ],
)
def test_the_latest_or_the_course_of_a_quantity_is_asked_openly(
    question: str, topic: str | None, opened: str | None
) -> None:
    assert asked_openly(question, topic, None) == opened
