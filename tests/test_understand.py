"""What a question asks for: its outlets, authors, days and order, and the words to look for."""

from datetime import date

import pytest

from index.backends.local.snapshots import Summary
from index.records import Filters, Order, Period
from service.questions.constraints import days_in, happened_in, outlets_in, without
from service.questions.plan import Plan, Question
from service.questions.understand import plan_of
from tests.doubling import grows_too_fast

TODAY = date(2024, 11, 20)  # a Wednesday
OUTLETS = ("BBC News - Entertainment & Arts", "Radio Seawall", "TechCrunch", "The Verge", "Time")
HELD = Summary(30, 60, OUTLETS, date(2019, 3, 14), date(2024, 11, 2), 1)


def plan(question: str, **limits: object) -> Plan:
    filters = Filters(**limits)  # type: ignore[arg-type]
    return plan_of(Question(question=question, filters=filters), HELD, TODAY)


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("What happened according to TechCrunch?", ["TechCrunch"]),
        ("what did techcrunch say about it", ["TechCrunch"]),
        ("What does the BBC's report say?", ["BBC News - Entertainment & Arts"]),
        ("How does The Verge's review differ from that in 'Radio Seawall'?", ["The Verge", "Radio Seawall"]),
        ("according to the verge, who won?", ["The Verge"]),
        ("Is the firm on the verge of collapse?", []),
        ("What did Time report about it?", ["Time"]),
        ("How much time did it take?", []),
        ("Time and tide: who wrote it?", []),
        ("Who bought Time Warner?", []),
        ("Was it in time?", []),
    ],
)
def test_outlets_are_known_by_their_names(question: str, named: list[str]) -> None:
    assert list(plan(question).named_outlets) == named


@pytest.mark.parametrize(
    ("question", "first", "last"),
    [
        ("What happened in May 2021?", date(2021, 5, 1), date(2021, 5, 31)),
        ("What happened last week?", date(2024, 11, 11), date(2024, 11, 17)),
        ("What happened this week?", date(2024, 11, 13), date(2024, 11, 24)),
        ("What happened last year?", date(2023, 1, 1), date(2023, 12, 31)),
        ("Who was mayor before 2020?", None, date(2019, 12, 31)),
        ("What came between October 6 and November 1, 2023?", date(2023, 10, 6), date(2023, 11, 1)),
        ("What did the council decide on October 4?", date(2024, 10, 4), date(2024, 10, 4)),
        ("ماذا حدث في 2021؟", date(2021, 1, 1), date(2021, 12, 31)),
    ],
)
def test_days_in_a_question_are_preferred_and_hide_nothing(
    question: str, first: date | None, last: date | None
) -> None:
    understood = plan(question)
    assert understood.named_periods == (Period(first, last),)
    assert (understood.since, understood.until, understood.as_of) == (None, None, None)


@pytest.mark.parametrize(
    ("question", "limits"),
    [
        ("Who was mayor as of 3 June 2021?", (None, None, date(2021, 6, 3))),
        ("What has changed since June 2021?", (date(2021, 6, 1), None, None)),
        ("Which articles before 2020 mention the bridge?", (None, date(2019, 12, 31), None)),
        ("What was reported after 4 October 2023?", (date(2023, 10, 5), None, None)),
        ("Was it the worst flood since 1978?", (None, None, None)),
    ],
)
def test_words_that_limit_become_limits(
    question: str, limits: tuple[date | None, date | None, date | None]
) -> None:
    understood = plan(question)
    assert (understood.since, understood.until, understood.as_of) == limits


def test_limits_given_outright_win_over_the_words() -> None:
    understood = plan("Who was mayor as of 3 June 2021 according to Time?", as_of=date(2020, 1, 1))
    assert understood.as_of == date(2020, 1, 1)
    assert plan("What did Time report?", outlets=("The Verge",)).named_outlets == ()


def test_last_year_counts_from_the_day_it_is_asked_as_of() -> None:
    understood = plan("What did the bridge cost last year?", as_of=date(2021, 6, 1))
    assert understood.named_periods == (Period(date(2020, 1, 1), date(2020, 12, 31)),)


def test_authors_are_named_by_what_they_wrote() -> None:
    understood = plan("What does the article by Ines Calloway say about the flood?")
    assert understood.named_authors == ("Ines Calloway",)
    assert "Calloway" not in understood.search_words
    listed = plan("List the newest articles by Ines Calloway")
    assert (listed.intent, listed.named_authors, listed.topic) == ("archive", ("Ines Calloway",), None)


@pytest.mark.parametrize(
    ("question", "order"),
    [
        ("What is the latest on the bridge?", Order.NEWEST),
        ("Who is the mayor now?", Order.NEWEST),
        ("ما آخر أخبار الجسر؟", Order.NEWEST),
        ("Who was still the mayor in May 2021?", Order.RELEVANCE),
        ("Give me a timeline of the bridge", Order.TIMELINE),
        ("How did the dispute over the toll develop?", Order.TIMELINE),
        ("How high is the bridge?", Order.RELEVANCE),
        (
            "Which company, now the largest of its kind, did the council of the town pay for the pumps that "
            "failed on the night of the flood?",
            Order.RELEVANCE,
        ),
    ],
)
def test_order(question: str, order: Order) -> None:
    assert plan(question).order is order


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("According to TechCrunch, who bought the cannery in May 2021?", ", who bought the cannery ?"),
        ("Who won in 1066?", "Who won in 1066?"),  # the archive begins long after it
        ("latest", "latest"),
    ],
)
def test_what_only_limits_or_orders_is_not_looked_for(question: str, words: str) -> None:
    assert plan(question).search_words == words


def test_who_is_in_office_asks_for_the_newest() -> None:
    for question, order in (
        ("Who is the mayor of Port Ostrel?", Order.NEWEST),
        ("Who was the mayor of Port Ostrel in 2019?", Order.RELEVANCE),
        ("Who is Anneke Voss?", Order.RELEVANCE),
    ):
        assert plan_of(Question(question=question), HELD, TODAY).order is order


def test_what_is_to_be_ignored_is_searched_for_as_words() -> None:
    asked = "What did Radio Seawall report about the flood since May 2021?"
    question = Question(question=asked, ignore=("dates", "outlets"))
    understood = plan_of(question, HELD, TODAY)
    assert (understood.since, understood.named_periods, understood.named_outlets) == (None, (), ())
    assert "Radio Seawall" in understood.search_words
    assert "May 2021" in understood.search_words
    assert understood.ignored == ("dates", "outlets")
    assert plan_of(Question(question=asked), HELD, TODAY).since == date(2021, 5, 1)


def test_limits_set_outright_hold_where_the_words_are_ignored() -> None:
    question = Question(
        question="What happened since May 2021?",
        filters=Filters(since=date(2022, 1, 1)),
        ignore=("dates",),
    )
    assert plan_of(question, HELD, TODAY).since == date(2022, 1, 1)


@pytest.mark.parametrize(
    "unit", ["2021-06-02 ", "May 2021, ", "May and ", "since 2 May 2021 ", "2021 ", "TechCrunch "]
)
def test_a_question_of_nothing_but_days_and_outlets_costs_no_more_than_its_length(unit: str) -> None:
    def read(text: str) -> None:
        days = days_in(text, TODAY, HELD.newest)
        without(text, (*days, *outlets_in(text, OUTLETS)))
        happened_in(text, days)

    assert not grows_too_fast(read, unit, 6000)


@pytest.mark.parametrize(
    ("question", "days"),
    [
        ("What happened between January and May 2021?", [(date(2021, 1, 1), date(2021, 5, 31))]),
        (
            "What did it cost in May and in 2020?",
            [(date(2020, 5, 1), date(2020, 5, 31)), (date(2020, 1, 1), date(2020, 12, 31))],
        ),
    ],
)
def test_days_are_the_same_behind_however_many_words(question: str, days: list[tuple[date, date]]) -> None:
    for before in ("", "The river rose once more. " * 40):
        found = days_in(before + question, TODAY, HELD.newest)
        assert [(one.period.first, one.period.last) for one in found] == days
