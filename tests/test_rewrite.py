# ruff: noqa: E501 - a row of the table is easier to check unbroken
"""Follow-ups made to stand by themselves, over the sample archive's topics and the five real articles'."""

import pytest

from index.archive import Archive
from index.models.reader import ReadingModel
from service.questions.conversation import in_conversation
from service.questions.message import Probe
from service.questions.plan import Turn

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
TOLLS = "How much do lorries pay to cross the Harbour Bridge?"
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
        (ELECTED, "With what share of the vote?", "With what share of the vote was elected mayor of Port Ostrel in May 2024?"),
        (ELECTED, "And in May 2021?", "Who was elected mayor of Port Ostrel in May 2021?"),
        (ELECTED, "And in Dunmarsh?", "Who was elected mayor of Dunmarsh in May 2024?"),
        (RASUL, "What about Jabbar Yawar?", "What did Jabbar Yawar say about ISIS remnants?"),
        (RASUL, "And Barzani?", "What did Barzani say about ISIS remnants?"),
        (RUDAW, "And the BBC?", "What did the BBC report about the attack in Kirkuk?"),
        (RUDAW, "And in Diyala?", "What did Rudaw report about the attack in Diyala?"),
        (BRIGADES, "And according to Rudaw?", "according to Rudaw (the joint brigades been formed)?"),
        (BRIGADES, "And Zhyan News Network?", "Zhyan News Network (the joint brigades been formed)?"),
        (BRIGADES, "Why?", "Why have the joint brigades been formed?"),
        (BRIGADES, "When?", "When have the joint brigades been formed?"),
        (INJURED, "and killed?", "How many people were killed in the explosion at the Bellweather Cannery?"),
        (TOLLS, "From when on?", "From when on do lorries pay to cross the Harbour Bridge?"),
        (OPENS, "Why?", "Why will the Harbour Bridge open?"),
        (FAMILIES, "Why?", "Why were families evacuated in the flood?"),
        (ELECTED, "Why?", "Why was elected mayor of Port Ostrel in May 2024?"),
        (BRIGADES, "Who said so?", "Who said so (the joint brigades been formed)?"),
        (FAMILIES, "Who says that?", "Who says that (families evacuated in the flood)?"),
        (BRIGADES, "Is that still so?", "Is that still so (brigades)?"),
        (OPENS, "Has that changed since?", "Has that changed since (Harbour Bridge open)?"),
        (BRIGADES, "What about Barzani?", "Barzani (the joint brigades been formed)?"),
    ],
)  # fmt: skip
def test_a_follow_up_takes_over_what_it_leaves_out(before: str, asked: str, expected: str) -> None:
    assert in_conversation(asked, [Turn(question=before)], None) == expected


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
def test_a_question_of_its_own_keeps_its_words(asked: str) -> None:
    alone = in_conversation(asked, [Turn(question=RASUL), Turn(question=OPENS)], None)
    assert alone.startswith(asked.rstrip("?"))


@pytest.mark.parametrize(
    ("before", "asked", "held"),
    [
        (AGREEMENT, "What else did he say about it?", ("Jabbar Yawar", "agreement")),
        (OPENS, "How much did it cost?", ("Harbour Bridge",)),
        (INJURED, "And how many were killed?", ("Bellweather Cannery",)),
        (VOSS, "What is her role?", ("Anneke Voss",)),
        (RUDAW, "How many people were killed there?", ("Kirkuk",)),
    ],
)
def test_what_a_question_leans_on_stands_behind_it(before: str, asked: str, held: tuple[str, ...]) -> None:
    alone = in_conversation(asked, [Turn(question=before)], None)
    assert all(words in alone for words in held)


@pytest.mark.parametrize(
    ("before", "asked", "expected"),
    [
        ("كم عدد الهجمات في 2019؟", "وماذا عن 2020؟", "كم عدد الهجمات في 2020؟"),
        ("كم عدد الهجمات في 2019؟", "وفي 2021؟", "كم عدد الهجمات في 2021؟"),
        ("ماذا حدث في كركوك؟", "وماذا عن ديالى؟", "ديالى (ماذا حدث في كركوك)؟"),
        ("لماذا أغلق المصنع؟", "ومتى؟", "متى (لماذا أغلق المصنع)؟"),
    ],
)
def test_arabic(before: str, asked: str, expected: str) -> None:
    assert in_conversation(asked, [Turn(question=before)], None) == expected


def test_without_turns_nothing_changes() -> None:
    assert in_conversation("  And   in 2020? ", [], None) == "And in 2020?"


@pytest.mark.parametrize(
    ("before", "asked", "alone"),
    [
        (INJURED, "What was the cause?", "What was the cause (people injured in the explosion at the Bellweather Cannery)?"),
        (TOLLS, "When did the ferry run aground?", "When did the ferry run aground?"),
        (OPENS, "how many families were evacuated in the flood?", "how many families were evacuated in the flood?"),
    ],
)  # fmt: skip
def test_a_question_that_names_nothing_goes_on_only_where_what_was_told_answers_it(
    before: str, asked: str, alone: str, sample_archive: Archive
) -> None:
    probe = Probe(sample_archive, ReadingModel(threads=1))
    assert in_conversation(asked, [Turn(question=before)], probe) == alone
