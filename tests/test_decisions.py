"""Yes, no and which came first: what sentences make of a statement and of the sides of a comparison."""

from dataclasses import replace
from datetime import date

import pytest

from index.records import Period
from service.evidence import Decision, Short
from service.questions.plan import Plan, Relation
from service.reading.decisions import compared, decision
from tests.evidence import article, hit, quoted
from tests.fakes import WordJudge

STAYED = "The mayor of Port Ostrel did not resign over the flood."


def test_what_a_question_takes_for_granted_is_denied_by_the_sentence_that_denies_it() -> None:
    told = [hit(article(1, f"It rained all week. {STAYED}", title="Mayor stays"))]
    for question in ("Why did the mayor of Port Ostrel resign?", "Did the mayor of Port Ostrel resign?"):
        found = decision(Plan(standalone_question=question), told, WordJudge(), answered=False)
        assert found is not None
        assert (found.word, found.quote.text) == ("No", STAYED)
    asked = Plan(standalone_question="Who is the mayor of Port Ostrel?")
    assert decision(asked, told, WordJudge(), answered=False) is None


def test_a_statement_is_confirmed_only_where_the_reader_found_an_answer() -> None:
    told = [hit(article(1, "It rained all week. The council of Port Ostrel approved the toll."))]
    asked = Plan(
        standalone_question="Did the council approve the toll?",
        intent="yes_no",
        statement="The council of Port Ostrel approved the toll.",
    )
    found = decision(asked, told, WordJudge(), answered=True)
    assert found is not None
    assert (found.word, found.quote.text) == ("Yes", "The council of Port Ostrel approved the toll.")
    assert decision(asked, told, WordJudge(), answered=False) is None


def test_what_the_title_alone_says_proves_no_yes() -> None:
    title = "Council of Port Ostrel approved the toll"
    asked = Plan(
        standalone_question="Did the council of Port Ostrel approve the toll?",
        intent="yes_no",
        statement="The council of Port Ostrel approved the toll.",
    )
    photograph = article(1, "Nadia Orne for the Courier.", title=title)
    assert decision(asked, [hit(photograph)], WordJudge(), answered=True) is None
    told = article(1, "Nadia Orne, Courier. The council approved the toll of Port Ostrel.", title=title)
    found = decision(asked, [hit(told)], WordJudge(), answered=True)
    assert found is not None
    assert found.quote.text == "The council approved the toll of Port Ostrel."


@pytest.mark.parametrize(
    ("statement", "word"),
    [
        ("The bridge is closed to lorries.", "Yes"),
        ("The bridge is not closed to lorries.", "No"),
        ("Herring prices doubled in March.", "No"),  # the outlet never says so
    ],
)
def test_a_side_is_held_against_its_own_outlet(statement: str, word: str) -> None:
    told = [hit(article(1, "The bridge is closed to lorries."))]
    side = Plan(standalone_question=statement, relation="each", statement=statement, outlets=("Outlet 1",))
    found = decision(side, told, WordJudge(), answered=False)
    assert found is not None
    assert found.word == word


def test_a_side_without_an_outlet_is_not_denied_by_silence() -> None:
    told = [hit(article(1, "The bridge is closed to lorries."))]
    side = Plan(standalone_question="?", relation="each", statement="Herring prices doubled in March.")
    found = decision(side, told, WordJudge(), answered=False)
    assert found is not None
    assert found.word is None


def test_a_side_is_looked_for_in_the_article_of_the_day_that_is_named() -> None:
    told = [
        hit(article(id, "The bridge is closed to lorries.", published=date(2024, 5, id))) for id in (1, 2)
    ]
    day = Period(date(2024, 5, 2), date(2024, 5, 2))
    side = Plan(standalone_question="The bridge is closed.", relation="consistent", named_periods=(day,))
    found = decision(side, told, WordJudge(), answered=False)
    assert found is not None
    assert found.quote.article.id == 2
    elsewhere = replace(side, statement="Herring prices doubled in March.")
    assert decision(elsewhere, told, WordJudge(), answered=False) is None


def side(id: int, text: str, word: str | None = None) -> Decision:
    return Decision(word=word, quote=quoted(article(id, text), text), score=0.9)  # type: ignore[arg-type]


def told_of(relation: Relation, *sides: Decision | None) -> str | None:
    found: Short | None = compared(relation, sides, WordJudge())
    return found.text if found else None


def test_all_sides_must_be_so() -> None:
    yes, no, unsure = side(1, "It is.", "Yes"), side(2, "It is not.", "No"), side(3, "Perhaps.")
    assert told_of("each", yes, yes) == "Yes"
    assert told_of("each", yes, unsure, no) == "No"
    assert told_of("each", yes, unsure) is None
    assert told_of("each", yes, yes, None) is None
    assert told_of("each", yes) is None


def test_the_days_of_two_articles_tell_which_came_first() -> None:
    first, second = side(1, "The bridge opened."), side(2, "The ferry sank.")
    assert told_of("before", first, second) == "Yes: 1 May 2024, and 2 May 2024"
    assert told_of("after", first, second) == "No: 1 May 2024, and 2 May 2024"
    assert told_of("before or after", second, first) == "After: 2 May 2024, and 1 May 2024"
    undated = Decision(
        word=None, quote=quoted(article(3, "It rained.", published=None), "It rained."), score=1
    )
    assert told_of("before", first, undated) is None
    assert told_of("before", first, first) is None


def test_two_reports_are_consistent_unless_one_contradicts_the_other() -> None:
    closed, open_, other = (
        side(1, "The bridge is closed to lorries."),
        side(2, "The bridge is not closed to lorries."),
        side(3, "Herring prices doubled."),
    )
    assert told_of("consistent", closed, other) == told_of("inconsistent", closed, open_) == "Yes"
    assert told_of("inconsistent", closed, other) == told_of("consistent", closed, open_) == "No"
    assert told_of("same", closed, other) == "No"
    assert told_of("different", closed, other) == "Yes"
    assert told_of("changed", closed, open_) is None
