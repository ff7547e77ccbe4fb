"""What is told to differ, what changed with time, and where nothing may be said."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from index.extraction.dates.mentions import mentions
from index.records import Article, Span
from service.evidence import Contrast, Finding, Quote
from service.questions.plan import Plan
from service.reading.conflicts import _opposed, about, change, contrasts, disagreement, likeness
from tests.evidence import article
from tests.fakes import WordJudge

FAMILIES = "How many families were evacuated in the flood at Salt Lane?"
DAY = date(2021, 6, 3)


def finding(
    id: int, text: str, answer: str, *, published: date | None = DAY, speaker: str | None = None, **known: Any
) -> Finding:
    """An article that is one sentence, and the words of it that answer."""
    plain = article(id, text)
    told = article(id, text, published=published, dates=mentions(text, plain.zones, published), **known)
    return of(told, text, answer, speaker)


def of(told: Article, sentence: str, answer: str, speaker: str | None = None) -> Finding:
    start = told.text.index(sentence)
    words = Span(start + sentence.index(answer), start + sentence.index(answer) + len(answer))
    quote = Quote(article=told, span=Span(start, start + len(sentence)), answer=words, speaker=speaker)
    return Finding(quote=quote, answer=answer, score=1 - told.id / 10)


def families(id: int, count: str, **known: Any) -> Finding:
    return finding(id, f"{count} families were evacuated in the flood at Salt Lane.", count, **known)


def compared(question: str, *findings: Finding, **plan: Any) -> tuple[Contrast, ...]:
    return contrasts(Plan(standalone_question=question, **plan), findings, WordJudge())


def values(contrast: Contrast) -> list[str | None]:
    return [side.value for side in contrast.sides]


def test_three_counts_of_one_night_disagree_the_best_supported_first() -> None:
    found = [families(1, "Fourteen"), families(2, "23"), families(3, "40"), families(4, "Twenty-three")]
    (contrast,) = compared(FAMILIES, *found, wanted="number")
    assert contrast.kind == "disagreement"
    assert values(contrast) == ["23", "Fourteen", "40"]
    assert [one.answer for one in contrast.sides[0].findings] == ["23", "Twenty-three"]


def test_a_leading_question_is_answered_by_every_side() -> None:
    found = [families(1, "23"), families(2, "Fourteen"), families(3, "40")]
    question = "Were 23 families evacuated in the flood at Salt Lane?"
    (contrast,) = compared(question, *found, intent="yes_no")
    assert values(contrast) == ["23", "Fourteen", "40"]


def test_a_question_without_a_number_is_answered_yes_by_one_and_no_by_another() -> None:
    yes = finding(1, "The bridge at Salt Lane was closed by the flood.", "closed")
    no = finding(2, "The bridge at Salt Lane was not closed by the flood.", "not closed")
    (contrast,) = compared("Was the bridge at Salt Lane closed?", yes, no, intent="yes_no")
    assert values(contrast) == ["yes", "no"]


def test_a_value_of_something_like_it_is_no_side() -> None:
    later = date(2021, 9, 1)
    other = finding(2, "40 families were evacuated in a night.", "40", published=later, title="The flood")
    assert compared(FAMILIES, families(1, "14"), other, wanted="number") == ()
    titled = replace(other.quote.article, title="The flood at Salt Lane")
    (contrast,) = compared(FAMILIES, families(1, "14"), of(titled, titled.text, "40"), wanted="number")
    assert values(contrast) == ["40", "14"]


def test_a_state_that_the_next_report_repeats_is_still_a_state() -> None:
    pairs = [(0, 1), (0, 2), (1, 2), (1, 3), (2, 3)]  # the third report tells the first state, too
    assert _opposed(pairs, "change") == [0, 1, 2, 3]
    assert _opposed(pairs, "disagreement") == [0, 1, 2]
    assert _opposed([(0, 1), (1, 2)], "change") == [0, 1]


def test_a_later_report_is_a_change_the_newest_first() -> None:
    found = [families(1, "14"), families(2, "40", published=date(2021, 9, 1))]
    (contrast,) = compared(FAMILIES, *found, wanted="number")
    assert contrast.kind == "change"
    assert [(side.value, side.day) for side in contrast.sides] == [("40", date(2021, 9, 1)), ("14", DAY)]


def test_a_value_that_is_repeated_later_is_as_old_as_its_first_report() -> None:
    days = (("14", DAY), ("40", date(2021, 9, 1)), ("14", date(2021, 12, 1)))
    found = [families(id, count, published=day) for id, (count, day) in enumerate(days, 1)]
    (contrast,) = compared(FAMILIES, *found, wanted="number")
    assert [(side.value, side.day) for side in contrast.sides] == [("40", date(2021, 9, 1)), ("14", DAY)]


@pytest.mark.parametrize(("days", "kind"), [(0, "disagreement"), (3, "disagreement"), (4, "change")])
def test_reports_of_one_weekend_disagree_and_later_ones_tell_a_change(days: int, kind: str) -> None:
    found = [families(1, "14"), families(2, "40", published=date(2021, 6, 3 + days))]
    assert [contrast.kind for contrast in compared(FAMILIES, *found, wanted="number")] == [kind]


def test_a_plan_that_moved_within_days_is_a_change() -> None:
    told = (("Monday, 9 August", date(2021, 6, 1)), ("Saturday, 25 September", date(2021, 6, 3)))
    found = [
        finding(id, f"The rocket will be launched at Salt Lane on {day}.", day, published=published)
        for id, (day, published) in enumerate(told, 1)
    ]
    (contrast,) = compared("When will the rocket at Salt Lane be launched?", *found, wanted="date")
    assert (contrast.kind, values(contrast)) == ("change", ["Saturday, 25 September", "Monday, 9 August"])


def test_the_day_of_what_is_past_does_not_change() -> None:
    opened = "The Harbour Bridge was opened to traffic on {}."
    days = (("2 June 2021", DAY), ("9 May 2021", date(2021, 9, 1)))
    found = [
        finding(id, opened.format(day), day, published=published)
        for id, (day, published) in enumerate(days, 1)
    ]
    assert compared("On which day was the Harbour Bridge opened to traffic?", *found, wanted="date") == ()


def test_a_disagreement_without_the_likeliest_answer_is_about_something_else() -> None:
    best = finding(1, "Nobody had to leave after the flood at Salt Lane, said the mayor.", "Nobody")
    others = families(2, "23"), families(3, "40")
    assert compared(FAMILIES, *others, wanted="number")
    assert compared(FAMILIES, best, *others, wanted="number") == ()


def test_sentences_without_a_value_are_not_set_against_each_other() -> None:
    yes = finding(1, "The bridge at Salt Lane was closed by the flood.", "closed by the flood")
    no = finding(2, "The bridge at Salt Lane was not closed by the flood.", "not closed by the flood")
    assert compared("What happened to the bridge at Salt Lane?", yes, no) == ()


def test_a_number_that_counts_something_else_is_no_side() -> None:
    boats = finding(2, "40 boats were sent to the flood at Salt Lane.", "40")
    assert compared(FAMILIES, families(1, "14"), boats, wanted="number", counted="families") == ()


def test_one_sentence_printed_with_another_figure_is_a_disagreement_whoever_said_it() -> None:
    told = "In the flood at Salt Lane on Friday {} families were evacuated, the fire brigade said."
    first, second = (
        finding(id, told.format(count), count, speaker="the fire brigade")
        for id, count in ((1, "fourteen"), (2, "23"))
    )
    (contrast,) = compared(FAMILIES, first, second, wanted="number")
    assert contrast.kind == "disagreement"
    # The same house, and other words of the same speaker, say nothing of the kind.
    again = finding(2, told.format("23"), "23", speaker="the fire brigade", outlet="Outlet 1")
    assert compared(FAMILIES, first, again, wanted="number") == ()


def test_a_live_blog_goes_on_telling_and_does_not_contradict_itself() -> None:
    told = "{}\n\n{} families were evacuated in the flood at Salt Lane."

    def entry(id: int, clock: str, count: str) -> Finding:
        text = told.format(clock, count)
        plain = article(id, text, published=DAY, outlet="Outlet 1", key=f"file:live.txt#{clock}-a{id}")
        return of(plain, text.partition("\n\n")[2], count)

    (contrast,) = compared(FAMILIES, entry(1, "12:05", "14"), entry(2, "17:10", "23"), wanted="number")
    assert contrast.kind == "change"
    assert values(contrast) == ["23", "14"]


COSTS = "The new bridge over the harbour will cost {}, the council said."


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("$1.34 billion", "$1.34B"),
        ("61 million crowns", "61,200,000 crowns"),
        ("a dozen crowns", "12 crowns"),
        ("5 crowns", "4.99 crowns"),
    ],
)
def test_one_number_written_or_rounded_otherwise_is_no_difference(one: str, other: str) -> None:
    found = [finding(1, COSTS.format(one), one), finding(2, COSTS.format(other), other)]
    assert compared("What will the bridge over the harbour cost?", *found, wanted="number") == ()


def test_numbers_of_other_units_are_not_compared() -> None:
    found = [
        finding(1, COSTS.format("5 million dollars"), "5 million"),
        finding(2, COSTS.format("12 per cent"), "12"),
    ]
    assert compared("What will the bridge over the harbour cost?", *found, wanted="number") == ()


def test_another_event_contradicts_nothing() -> None:
    fire = finding(2, "Nine people were led out of a burning cinema in Aldham.", "Nine", title="Cinema burns")
    assert compared(FAMILIES, families(1, "14", title="Flood at Salt Lane"), fire, wanted="number") == ()


def test_an_answer_without_the_number_asked_for_is_no_side() -> None:
    counted = families(1, "23")
    uncounted = finding(2, "No families were not evacuated in the flood at Salt Lane.", "No families")
    assert compared(FAMILIES, counted, uncounted, wanted="number") == ()


def test_copies_count_once_and_contradict_nothing() -> None:
    one, other = families(1, "14", cluster=7), families(2, "14", cluster=7)
    (contrast,) = compared(FAMILIES, one, other, families(3, "40"), wanted="number")
    assert [len(side.findings) for side in contrast.sides] == [1, 1]
    assert (
        compared(FAMILIES, families(1, "14", cluster=7), families(2, "40", cluster=7), wanted="number") == ()
    )


def test_nobody_disagrees_with_himself() -> None:
    one = families(1, "14", speaker="Joanna Pell")
    assert compared(FAMILIES, one, families(2, "40", speaker="Joanna Pell"), wanted="number") == ()
    assert compared(FAMILIES, one, families(2, "40", speaker="Ola Brandt"), wanted="number")


def test_one_article_does_not_disagree_with_itself() -> None:
    first = "14 families were evacuated in the flood at Salt Lane."
    second = "40 families were evacuated in the flood at Salt Lane."
    told = article(1, f"{first} {second}")
    voices = of(told, first, "14", "Joanna Pell"), of(told, second, "40", "Ola Brandt")
    assert compared(FAMILIES, *voices, wanted="number") == ()


MAYOR = "{} was elected mayor of Port Ostrel."


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        ("Teague", "Rosalind Teague", False),
        ("Rosalind Teague", "Idris Kamara", True),
        ("UN", "United Nations", False),
    ],
)
def test_a_name_and_its_longer_form_are_one(one: str, other: str, differ: bool) -> None:
    found = [finding(1, MAYOR.format(one), one), finding(2, MAYOR.format(other), other)]
    assert bool(compared("Who was elected mayor of Port Ostrel?", *found, wanted="person")) is differ


@pytest.mark.parametrize(
    ("other", "differ"), [("2 June 2021", False), ("3 June 2021", False), ("9 July 2021", True)]
)
def test_neighbouring_days_may_be_one_night(other: str, differ: bool) -> None:
    found = [
        finding(id, f"The Harbour Bridge was opened to traffic on {day}.", day, published=None)
        for id, day in ((5, "2 June 2021"), (6, other))
    ]
    assert (
        bool(compared("On which day was the Harbour Bridge opened to traffic?", *found, wanted="date"))
        is differ
    )


def test_what_both_sentences_say_is_no_difference() -> None:
    one = finding(1, "Ana Roy and Ola Brandt were hurt in the flood at Salt Lane.", "Ana Roy")
    other = finding(2, "Ola Brandt and Ana Roy were hurt in the flood at Salt Lane.", "Ola Brandt")
    assert compared("Who was hurt in the flood at Salt Lane?", one, other, wanted="person") == ()


def test_positions_are_sent_with_their_values_and_citations() -> None:
    (contrast,) = compared(FAMILIES, families(1, "14"), families(2, "40"), wanted="number")
    sent = disagreement(contrast, lambda quote: quote.article.id)
    assert sent.about == "how many families were evacuated in the flood at Salt Lane"
    assert [(one.value, one.citations) for one in sent.positions] == [("14", (1,)), ("40", (2,))]
    assert sent.positions[0].text.startswith("Outlet 1, 3 June 2021: “14 families")
    assert change(contrast, lambda quote: quote.article.id).positions[0].day == DAY


@pytest.mark.parametrize(
    ("question", "phrase"),
    [
        ("How many people were hurt?", "how many people were hurt"),
        ("NATO's plan: what is it?", "NATO's plan: what is it"),
    ],
)
def test_what_a_contrast_is_about(question: str, phrase: str) -> None:
    assert about(question) == phrase


def test_rare_words_make_sentences_alike() -> None:
    one = "The cannery in Bellweather exploded."
    assert likeness(one, one) == pytest.approx(1.0)
    assert likeness(one, "An explosion at the Bellweather cannery.") > likeness(
        one, "The cinema in Aldham burned."
    )
    assert likeness(one, "") == 0.0
