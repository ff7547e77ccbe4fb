"""Comparisons: their sides, each asked of its own outlet, and what is asked of them together."""

from datetime import date

import pytest

from index.backends.local.snapshots import Summary
from service.questions.decompose import plans_of
from service.questions.plan import Plan, Question
from service.questions.understand import plan_of

HELD = Summary(
    30, 60, ("Radio Seawall", "The Ostrel Courier", "Tideline"), date(2019, 3, 14), date(2024, 11, 2), 1
)


def plan(question: str) -> Plan:
    return plan_of(Question(question=question), HELD, date(2024, 11, 20))


@pytest.mark.parametrize(
    ("question", "relation", "sides"),
    [
        (
            "Does Radio Seawall tell drivers to wait before crossing the bridge, unlike Tideline's article "
            "on lorry traffic?",
            "each",
            [
                ("Does Radio Seawall tell drivers to wait before crossing the bridge.", "Radio Seawall"),
                ("Tideline's article on lorry traffic.", "Tideline"),
            ],
        ),
        (
            "Does Radio Seawall say that the bridge is safe for lorries, while the Tideline article suggests "
            "that engineers found cracks in it?",
            "each",
            [
                ("The bridge is safe for lorries.", "Radio Seawall"),
                ("Engineers found cracks in it.", "Tideline"),
            ],
        ),
        (
            "Did Radio Seawall and Tideline both report that the harbour bridge was closed?",
            "each",
            [
                ("The harbour bridge was closed.", "Radio Seawall"),
                ("The harbour bridge was closed.", "Tideline"),
            ],
        ),
        (
            "Did Radio Seawall report on the cannery explosion before Tideline reported on the bridge toll?",
            "before",
            [("The cannery explosion.", "Radio Seawall"), ("The bridge toll.", "Tideline")],
        ),
    ],
)
def test_each_side_is_asked_of_its_own_outlet(
    question: str, relation: str, sides: list[tuple[str, str]]
) -> None:
    understood = plan(question)
    assert (understood.intent, understood.relation) == ("comparison", relation)
    asked = plans_of(understood)
    assert [(one.statement, *one.outlets) for one in asked] == sides
    assert {one.relation for one in asked} == {relation}


def test_two_days_of_one_outlet_are_two_sides() -> None:
    understood = plan(
        "Has Radio Seawall's account of the toll remained consistent between the report of 3 June 2021 and "
        "the one of 14 March 2022?"
    )
    assert understood.relation == "consistent"
    assert [one.named_periods[0].first for one in plans_of(understood)] == [
        date(2021, 6, 3),
        date(2022, 3, 14),
    ]
    assert (understood.since, understood.until, understood.happened) == (None, None, None)


def test_sides_without_an_outlet_are_asked_of_the_whole_archive() -> None:
    understood = plan("Did the council approve the bridge toll while the mayor was on holiday?")
    assert [one.outlets for one in plans_of(understood)] == [(), ()]


@pytest.mark.parametrize(
    "question",
    [
        "Did Radio Seawall report more evacuated families than The Ostrel Courier?",
        "Did the council approve the toll?",
        "Is Radio Seawall on the air while it rains?",
        "What did Radio Seawall say, and what did Tideline say?",
    ],
)
def test_what_has_not_two_sides_is_no_comparison(question: str) -> None:
    assert plan(question).relation is None


def test_bounds_that_the_search_keeps_to_are_not_read_for() -> None:
    asked = plan("How many families were evacuated since January 2020, according to Radio Seawall?")
    assert asked.since == date(2020, 1, 1)
    assert asked.read_as == "How many families were evacuated, according to Radio Seawall?"
    assert plan("How many families were evacuated in 2020?").read_as == ""
    assert plan("Was it the worst flood since 1978?").read_as == ""
