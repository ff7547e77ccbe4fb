# ruff: noqa: E501 - a row of the table is easier to check unbroken
"""Follow-ups made to stand by themselves, over the sample archive's topics and the five real articles'."""

import pytest

from service.questions.conversation import in_conversation
from service.questions.plan import Turn
from service.questions.rewrite import standalone


def answered(question: str, *speakers: str, outlet: str = "Zhyan News Network") -> Turn:
    return Turn(question=question, text="…", outlets=(outlet,), speakers=speakers)


FESTIVAL = "How many visitors came to the Lantern Festival in 2022?"
TURNOUT = "What was the turnout in the election of 2024?"
VOSS = "What did Anneke Voss say about the maternity ward in March 2021?"
ELECTED = "Who was elected mayor of Port Ostrel in May 2024?"
BRIGADES = "Have the joint brigades been formed?"
RASUL = "What did Yahya Rasul say about ISIS remnants?"
FAMILIES = "How many families were evacuated in the flood?"
OPENS = "When will the Harbour Bridge open?"
INJURED = "How many people were injured in the explosion at the Bellweather Cannery?"
RUDAW = "What did Rudaw report about the attack in Kirkuk?"
AGREEMENT = "What did Jabbar Yawar say about the agreement?"
TOLL = "Who said there would be no toll on the Harbour Bridge?"


@pytest.mark.parametrize(
    ("before", "asked", "expected"),
    [
        (FESTIVAL, "And in 2023?", "How many visitors came to the Lantern Festival in 2023?"),
        (TURNOUT, "And in 2021?", "What was the turnout in the election of 2021?"),
        (FESTIVAL, "And 2021?", "How many visitors came to the Lantern Festival in 2021?"),
        (FESTIVAL, "What about 2021?", "How many visitors came to the Lantern Festival in 2021?"),
        (FESTIVAL, "And last year?", "How many visitors came to the Lantern Festival last year?"),
        (VOSS, "And in November?", "What did Anneke Voss say about the maternity ward in November 2021?"),
        (FAMILIES, "And in 1978?", "How many families were evacuated in the flood in 1978?"),
        (ELECTED, "With what share of the vote?", "Who was elected mayor of Port Ostrel in May 2024, and with what share of the vote?"),
        (ELECTED, "And in May 2021?", "Who was elected mayor of Port Ostrel in May 2021?"),
        (ELECTED, "And in Dunmarsh?", "Who was elected mayor of Dunmarsh in May 2024?"),
        (RASUL, "What about Jabbar Yawar?", "What did Jabbar Yawar say about ISIS remnants?"),
        (RASUL, "And Barzani?", "What did Barzani say about ISIS remnants?"),
        (RUDAW, "And the BBC?", "What did the BBC report about the attack in Kirkuk?"),
        (RUDAW, "And in Diyala?", "What did Rudaw report about the attack in Diyala?"),
        (BRIGADES, "And according to Rudaw?", "Have the joint brigades been formed, according to Rudaw?"),
        (BRIGADES, "And Zhyan News Network?", "Have the joint brigades been formed, according to Zhyan News Network?"),
        (BRIGADES, "Why?", "Why have the joint brigades been formed?"),
        (BRIGADES, "When?", "When have the joint brigades been formed?"),
        (OPENS, "Why?", "Why will the Harbour Bridge open?"),
        (FAMILIES, "Why?", "Why were families evacuated in the flood?"),
        (ELECTED, "Why?", "Who was elected mayor of Port Ostrel in May 2024, and why?"),
        (BRIGADES, "Who said so?", "Who said it: have the joint brigades been formed?"),
        (FAMILIES, "Who says that?", "Who said how many families were evacuated in the flood?"),
        (OPENS, "Says who?", "Who said it: when will the Harbour Bridge open?"),
        (BRIGADES, "Is that still so?", "Is it still so today: have the joint brigades been formed?"),
        (OPENS, "Has that changed since?", "Is it still so today: when will the Harbour Bridge open?"),
        (BRIGADES, "What about Barzani?", "What is reported about Barzani and the joint brigades?"),
        (AGREEMENT, "And why?", "What did Jabbar Yawar say about the agreement, and why?"),
        (TOLL, "And the mayor?", "Who said there would be no toll on the Harbour Bridge, and the mayor?"),
    ],
)  # fmt: skip
def test_a_follow_up_takes_over_what_it_leaves_out(before: str, asked: str, expected: str) -> None:
    assert standalone(asked, [Turn(question=before)]) == expected


@pytest.mark.parametrize(
    "asked",
    [
        "Who is the mayor of Port Ostrel?",
        "How many ISIS militants were killed in Tuz Khurmatu?",
        "Did Barzani say he would resign?",
        "Is it true that the mayor was skiing?",
        "When did Iraq declare victory over ISIS?",
        "What did Carla Osei say about the midwives?",
        "Did the company say when it would reopen the plant?",
        "Are there any plans for a new bridge in Dunmarsh?",
        "Which outlets reported that the ferry ran aground?",
        "Did the harbour authority publish its report?",
        "What happened to the ferry Saint Ilva?",
        "Why was the maternity ward closed?",
        "Did the Peshmerga say that they lost men?",
    ],
)
def test_a_question_of_its_own_stays_as_it_was(asked: str) -> None:
    assert standalone(asked, [Turn(question=RASUL), Turn(question=OPENS)]) == asked


@pytest.mark.parametrize(
    ("before", "asked", "held"),
    [
        (AGREEMENT, "What else did he say about it?", ("Jabbar Yawar", "agreement")),
        (OPENS, "How much did it cost?", ("Harbour Bridge",)),
        (INJURED, "And how many were killed?", ("explosion at the Bellweather Cannery",)),
        (VOSS, "What is her role?", ("Anneke Voss",)),
        (RUDAW, "How many people were killed there?", ("Kirkuk",)),
    ],
)
def test_what_a_question_leans_on_stands_behind_it(before: str, asked: str, held: tuple[str, ...]) -> None:
    turns = [Turn(question=before)]
    assert standalone(asked, turns) == asked
    alone = in_conversation(asked, turns, None)
    assert alone.startswith(asked.rstrip("?"))
    assert all(words in alone for words in held)


def test_an_outlet_that_the_answer_cites_is_known() -> None:
    turn = answered("What did Tideline write about the pumps?", outlet="Tideline")

    assert standalone("And Seven Quays News?", [turn]) == "What did Seven Quays News write about the pumps?"


@pytest.mark.parametrize(
    ("before", "asked", "expected"),
    [
        ("كم عدد الهجمات في 2019؟", "وماذا عن 2020؟", "كم عدد الهجمات في 2020؟"),
        ("كم عدد الهجمات في 2019؟", "وفي 2021؟", "كم عدد الهجمات في 2021؟"),
        ("ماذا قال جبار ياور عن الاتفاق؟", "وماذا عن يحيى رسول؟", "ماذا قال يحيى رسول عن الاتفاق؟"),
        ("ماذا حدث في كركوك؟", "وماذا عن ديالى؟", "ماذا حدث في ديالى؟"),
        ("لماذا أغلق المصنع؟", "ومتى؟", "لماذا أغلق المصنع، ومتى؟"),
        ("كم عدد المصابين في الحريق؟", "من قال ذلك؟", "من قال ذلك: كم عدد المصابين في الحريق؟"),
        ("ماذا حدث في كركوك؟", "من هو رئيس بلدية بورت أوستريل؟", "من هو رئيس بلدية بورت أوستريل؟"),
    ],
)
def test_arabic(before: str, asked: str, expected: str) -> None:
    assert standalone(asked, [Turn(question=before)]) == expected


def test_without_turns_nothing_changes() -> None:
    assert standalone("  And   in 2020? ", []) == "And in 2020?"
