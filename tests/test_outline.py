"""The blocks of an answer, which every front shows in the same order."""

from dataclasses import replace
from datetime import date

import pytest

from service.answers import (
    Change,
    DatedPosition,
    Disagreement,
    EvidenceItem,
    Position,
    Section,
    ShortAnswer,
    Table,
    TimelineEntry,
)
from service.formatting import quotation
from service.outline import Heading, Lead, Nearest, Quoted, Row, Rows, Sentence, age, outline
from tests.test_slack_blocks import answered, citation

SOURCES = tuple(citation(number) for number in range(1, 6))
SEEN = tuple(EvidenceItem(citation=number, adds="source") for number in range(1, 6))
TODAY = date(2026, 11, 30)


def test_a_quote_is_shown_once_and_the_first_three_before_more() -> None:
    answer = answered("It is disputed.", citations=SOURCES, evidence=SEEN)
    lead = ShortAnswer(text="Fourteen", citations=(1, 2))
    blocks = outline(replace(answer, short_answer=lead))
    assert blocks[:2] == (Lead("Fourteen", (1, 2)), Sentence("It is disputed.", (1,), "verified"))
    quoted = [(block.citation.number, block.more) for block in blocks if isinstance(block, Quoted)]
    assert quoted == [(1, False), (2, False), (3, False), (4, True), (5, True)]


def test_a_contrast_is_a_row_for_each_side_with_its_value_and_its_sources() -> None:
    sides = (
        Position(text="x", value="Fourteen", citations=(1,)),
        Position(text="“Nobody left.”", citations=(2,)),
    )
    before = DatedPosition(text="y", value="61 million", day=date(2021, 7, 5), citations=(1,))
    now = DatedPosition(text="z", value="69.1 million", day=None, citations=(2,))
    answer = answered(
        "One.",
        citations=SOURCES,
        disagreements=(Disagreement(about="who left", positions=sides),),
        changes=(Change(about="the cost", positions=(now, before)),),
    )
    rows = [block.rows for block in outline(answer) if isinstance(block, Rows)]
    told = "The Courier, 12 February 2020"
    assert rows == [
        (Row(("Fourteen", told), (1,)), Row(("“Nobody left.”", told), (2,))),
        (Row(("date unknown", "69.1 million"), (2,)), Row(("5 July 2021", "61 million"), (1,))),
    ]


def test_events_and_counts_are_tables() -> None:
    span = TimelineEntry(
        first=date(2021, 5, 1),
        last=date(2021, 5, 31),
        precision="month",
        text="Pumps came.",
        citations=(1, 2),
    )
    planned = replace(
        span, precision="day", last=date(2021, 5, 1), text="It opens.", planned=True, citations=(1,)
    )
    table = Table(columns=("Outlet", "Articles"), rows=(("The Courier", "3"),), articles=("7",))
    answer = answered("One.", timeline=(span, planned), table=table, citations=SOURCES[:3], evidence=SEEN[:3])
    told = "The Courier, 12 February 2020"
    assert [block.citation.number for block in outline(answer) if isinstance(block, Quoted)] == [3]
    rows = [block.rows for block in outline(answer) if isinstance(block, Rows)]
    assert rows == [
        (
            Row(("May 2021", "“Pumps came.”", f"{told}; 1 more report"), (1, 2)),
            Row(("1 May 2021 (planned)", "“It opens.”", told), (1,)),
        ),
        (Row(("The Courier", "3"), article="7"),),
    ]


def test_each_question_has_its_heading_and_its_own_quotes() -> None:
    first = Section(
        heading="Who left?",
        question="Who left?",
        status="answered",
        short_answer=ShortAnswer(text="Fourteen families", citations=(1,)),
        evidence=(SEEN[0],),
    )
    second = Section(heading="Who paid?", question="Who paid?", status="not_in_archive")
    answer = answered("One.", sections=(first, second), evidence=(SEEN[0],))
    quoted = tuple(replace(claim, support="quoted") for claim in answer.claims)
    assert outline(replace(answer, claims=quoted)) == (
        Heading("Who left?"),
        Lead("Fourteen families", (1,)),
        Quoted(SOURCES[0]),
        Heading("Who paid?"),
        Lead("The archive does not answer this.", refused=True),
    )


def test_a_refusal_is_a_line_and_the_nearest_articles() -> None:
    refused = answered(status="not_in_archive", text="Nothing.", related=(citation(1),))
    assert outline(refused) == (Lead("Nothing.", refused=True), Nearest((citation(1),)))


@pytest.mark.parametrize(
    ("day", "told"),
    [
        (date(2026, 11, 30), "today"),
        (date(2026, 11, 29), "yesterday"),
        (date(2026, 11, 20), "10 days ago"),
        (date(2026, 9, 1), "3 months ago"),
        (date(2025, 12, 5), "12 months ago"),
        (date(2025, 11, 1), "1 year ago"),
        (date(2020, 2, 12), "6 years ago"),
        (date(2027, 1, 1), ""),
        (None, ""),
    ],
)
def test_the_age_of_a_day(day: date | None, told: str) -> None:
    assert age(day, TODAY) == told


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("It rained.", "“It rained.”"),
        ("“It rained,” she said.", "“It rained,” she said."),
        ("“It rained.”", "“It rained.”"),
        ("«Il pleut.»", "«Il pleut.»"),
        ("She said: “It rained.”", "“She said: “It rained.””"),
    ],
)
def test_quotation_marks_stand_once(words: str, shown: str) -> None:
    assert quotation(words) == shown
