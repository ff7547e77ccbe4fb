"""What a sentence commits to: numbers, names, quoted words, sources, denials."""

from decimal import Decimal

import pytest

from service.verification.content_words import (
    contents,
    figures,
    measures,
    names,
    near_speech,
    quoted,
    sources,
    times,
    unquoted,
)
from service.verification.negation import denied_by_one, says_the_opposite


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Four of a dozen boats", ["4", "12"]),
        ("1.2 million crowns", ["1200000"]),
        ("£1.2m for 61,000 homes", ["1200000", "61000"]),
        ("twice, by half", ["2", "0.5"]),
        ("on 2 June 2021 and in May", []),
        ("a 2–1 win", ["2", "1"]),
    ],
)
def test_numbers_are_read_however_they_are_written(text: str, values: list[str]) -> None:
    assert [figure.value for figure in figures(text)] == [Decimal(value) for value in values]


def test_ordinals_are_numbers_of_their_own_kind() -> None:
    assert [(figure.value, figure.ordinal) for figure in figures("the third of 3, on the 21st floor")] == [
        (Decimal(3), True),
        (Decimal(3), False),
        (Decimal(21), True),
    ]


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("fourteen families", {"famili"}),
        ("14 of the families", {"famili"}),
        ("two of its five arches", {"arch"}),
        ("two of them seriously", {"those"}),
        ("fifty metres of snow", {"metr"}),
        ("nine in Salt Lane", set()),
    ],
)
def test_a_number_knows_what_it_counts(text: str, counted: set[str]) -> None:
    assert figures(text)[0].counted == counted


def test_clock_times_are_told_in_two_ways() -> None:
    assert {Decimal(8), Decimal(20), Decimal(15)} <= times("The last bus goes at 20:15.")
    assert Decimal(30) in times("half past eight")


def test_currencies_and_units_have_one_name_each() -> None:
    assert measures("$5 and 3 km at 40%") == {"dollar", "kilometre", "percent"}
    assert measures("5 dollars and three kilometres at 40 per cent") == {"dollar", "kilometre", "percent"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("He said “it is hurt” and left.", ("it is hurt",)),
        ('"One," she said, "and two."', ("One,", "and two.")),
        ("the union's 'long wait' in '21", ("long wait",)),
        ("the workers' union and the midwives' union", ()),
        ('He called it "a fairy tale', ("a fairy tale",)),
        ("„Nein“, «non»", ("Nein", "non")),
        ("Current you cannot,” she said.", ("Current you cannot,",)),
    ],
)
def test_quoted_stretches(text: str, found: tuple[str, ...]) -> None:
    assert quoted(text) == found


def test_what_is_not_quoted_is_left() -> None:
    assert unquoted("He said “it is hurt” and left.").split() == ["He", "said", "…", "and", "left."]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("On Monday Dr Martin Teague met Idris Kamara.", ["Martin Teague", "Idris Kamara"]),
        ("Teague said no.", ["Teague"]),
        ("Residents said no.", []),
        ("The Coast Health Authority", ["Coast Health Authority"]),
        ("the Ministry of Peshmerga Affairs", ["Ministry Peshmerga Affairs"]),
        ("Aldane's rival and the U.N. in May", ["Aldane's", "U.N."]),
    ],
)
def test_names(text: str, found: list[str]) -> None:
    assert [str(name) for name in names(text) if name.surely] == found


def test_a_word_that_only_opens_a_sentence_may_be_no_name() -> None:
    assert [(str(name), name.surely) for name in names("Schools in Lower Quay")] == [
        ("Schools", False),
        ("Lower Quay", True),
    ]


def test_contents_are_stems_without_days_and_function_words() -> None:
    assert contents("On Tuesday the families were not evacuated in May") == {"famili", "evacu"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("According to the harbour authority, nobody was hurt.", {"harbour", "author"}),
        ("Lena Brandt said the bridge was late.", {"lena", "brandt"}),
        ("“It is late,” said the harbour master.", {"harbour", "master"}),
    ],
)
def test_sources(text: str, found: set[str]) -> None:
    assert found <= sources(text)[0]


def test_a_sentence_that_names_no_source_has_none() -> None:
    assert sources("The bridge was opened on Saturday.") == ()


def test_near_speech_holds_both_sides_of_the_verb() -> None:
    assert {"ferrier", "leak"} <= near_speech("Ferrier said there was no sign of leaking fuel.")[0]


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("The bridge was not opened.", "The bridge was opened on Saturday."),
        ("The toll was ruled out.", "The toll was not ruled out."),
        ("Several people were killed.", "Nobody was killed."),
        ("The company would say what becomes of them.", "The company would not say what becomes of them."),
        ("There will be a toll on the bridge.", "There will be no toll on the bridge."),
    ],
)
def test_a_denial_on_one_side_only(claim: str, evidence: str) -> None:
    assert denied_by_one(claim, evidence) is not None


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("Nobody was killed.", "Nobody was killed, and one firefighter was hurt."),
        ("One firefighter was hurt.", "Nobody was killed, and one firefighter was hurt."),
        ("The authority said there was no such plan.", "The authority denied any such plan."),
        (
            "Brandt did not want to confirm the price.",
            "Brandt, who stood by, did not want to confirm the cost.",
        ),
        ("No fewer than 40 boats took part.", "Forty boats took part."),
    ],
)
def test_denials_that_agree(claim: str, evidence: str) -> None:
    assert denied_by_one(claim, evidence) is None


@pytest.mark.parametrize(
    ("claim", "evidence", "opposite"),
    [
        ("The cost fell.", "The cost rose.", True),
        ("Fewer than 40 boats came.", "More than 40 boats came.", True),
        ("The cost grew.", "The cost rose.", False),
        ("The cost rose and then fell.", "The cost rose.", False),
    ],
)
def test_opposites(claim: str, evidence: str, opposite: bool) -> None:
    assert says_the_opposite(claim, evidence) is opposite
