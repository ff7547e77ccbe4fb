"""Timelines over the sample archive and over articles made here."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from index.archive import Archive
from index.backends.local.lexical import stems
from index.extraction.dates.mentions import mentions
from index.records import Article, Query
from service.evidence import Statement
from service.formatting import period_in_words, quotation
from service.questions.plan import Plan
from service.reading.timeline import MOST_EVENTS, relevance, tellings, timeline
from tests.evidence import article, hit

QUESTION = "harbour bridge"


def shared_words(texts: Sequence[str]) -> list[float]:
    """The share of the question's words that each text has."""
    asked = set(stems(QUESTION))
    return [len(asked & set(stems(text))) / len(asked) for text in texts]


def report(id: int, text: str, **known: Any) -> Article:
    plain = article(id, text, **known)
    return article(id, text, dates=mentions(text, plain.zones, plain.published), **known)


def events(*articles: Article) -> tuple[Statement, ...]:
    return timeline(QUESTION, [hit(one) for one in articles], shared_words)


def test_events_come_in_the_order_in_which_they_happened() -> None:
    opened = report(
        1,
        "The harbour bridge was opened on June 17, 2023.",
        published=date(2024, 5, 1),
        outlet="Courier",
    )
    approved = report(2, "The council approved the harbour bridge in May 2019.", outlet="Tideline")
    said = report(3, "The harbour bridge is dearer than anyone had thought.", outlet="Seawall")
    assert [event.text for event in events(said, opened, approved)] == [
        "May 2019 — “The council approved the harbour bridge in May 2019.” (Tideline, published 2 May 2024)",
        "17 June 2023 — “The harbour bridge was opened on June 17, 2023.” (Courier, published 1 May 2024)",
        "Reported on 3 May 2024 — “The harbour bridge is dearer than anyone had thought.” (Seawall)",
    ]


def test_an_event_is_told_without_the_place_in_front_of_its_sentence() -> None:
    told = report(1, "PORT OSTREL - The harbour bridge was opened on June 17, 2023.", outlet="Courier")
    (event,) = events(told)
    assert "“The harbour bridge was opened on June 17, 2023.”" in event.text


def test_each_event_is_a_verbatim_quote(sample_archive: Archive) -> None:
    hits = sample_archive.search(Query(text="the opening and the cost of the Harbour Bridge", limit=20))
    found = timeline(QUESTION, hits, shared_words)
    assert 5 <= len(found) <= MOST_EVENTS
    for event in found:
        (quote,) = event.quotes
        assert event.support == "quoted"
        assert quote.text == quote.article.text[quote.span.start : quote.span.end]
        assert quotation(quote.text) in event.text
    assert any(event.text.startswith("17 June 2023 — “The Harbour Bridge was opened") for event in found)


def test_copies_are_one_event_with_all_who_printed_it(sample_archive: Archive) -> None:
    hits = [hit(one) for one in sample_archive.articles() if "Saint Ilva" in one.text]
    found = timeline("ferry", hits, lambda texts: [float("ran aground in" in text) for text in texts])
    (event,) = found
    (quote,) = event.quotes
    assert event.text.startswith("28 January 2021 — “")
    assert {quote.article.outlet, *quote.also_printed_by} == {
        "The Ostrel Courier",
        "Lenn Valley News",
        "Radio Seawall",
    }


def test_what_is_still_to_come_is_placed_at_the_day_it_was_said_and_marked() -> None:
    (event,) = events(report(1, "The harbour bridge is to open in October 2024.", outlet="Courier"))
    assert event.text == (
        "Reported on 1 May 2024 (planned) — “The harbour bridge is to open in October 2024.” (Courier)"
    )


def test_a_record_since_then_did_not_happen_then() -> None:
    (event,) = events(report(1, "The harbour bridge saw the highest water since 1978.", outlet="Courier"))
    assert event.text.startswith("Reported on 1 May 2024")


def test_two_tellings_of_one_event_are_one() -> None:
    first = report(1, "The harbour bridge was opened on 17 June 2023 by Rosalind Teague, the mayor.")
    second = report(2, "Rosalind Teague, the mayor, opened the harbour bridge at noon on 17 June 2023.")
    other = report(3, "A brass band crossed the harbour bridge on 17 June 2023 behind the number four bus.")
    assert len(events(first, second, other)) == 2


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("The harbour bridge is dearer than anyone had thought.", {"published": None}),
        ("Is the harbour bridge dearer than anyone thought?", {}),
        ("The harbour bridge opened.", {}),
        ("Sardines have been packed on the west bank since long ago.", {}),
    ],
)
def test_what_tells_no_event_is_left_out(text: str, known: dict[str, Any]) -> None:
    assert events(report(1, text, **known)) == ()


CAPTION = "Engineers inspect the harbour bridge at the old port in Port Ostrel on May 1, 2024."
REPORT = "Engineers inspected the harbour bridge at the old port in Port Ostrel on May 1, 2024."


@pytest.mark.parametrize(
    "other",
    [
        CAPTION,
        f"{CAPTION} Ann Lee | Ostrel Photo",
        "More:Harbour bridge closed for repairs, with no end in sight",
        "Look at our harbour bridge! pic.example/x — Port Ostrel (@ostrel) May 1, 2024",
    ],
)
def test_a_caption_a_headline_or_a_post_is_no_event(other: str) -> None:
    (event,) = events(report(1, f"{other}\n{REPORT}", published=date(2024, 5, 2), language="en"))
    assert event.quotes[0].text == REPORT


def test_what_never_ends_as_a_sentence_is_told_all_the_same() -> None:
    (event,) = events(report(1, "17 June 2023 opening of the new harbour bridge"))
    assert event.quotes[0].text == "17 June 2023 opening of the new harbour bridge"


def test_an_inferred_date_says_so() -> None:
    text = "In 2021 it stood. The harbour bridge was closed on Wednesday (June 2) for repairs."
    (event,) = events(report(1, text, published=None, outlet=None))
    assert event.text.startswith("2 June 2021 (inferred) — “The harbour bridge was closed")
    assert event.text.endswith("(Unknown outlet, date unknown)")


@pytest.mark.parametrize(
    ("told", "day"),
    [
        ("at the end of 2021", "The end of 2021"),
        ("in late 2021", "Late 2021"),
        ("in December 2021", "December 2021"),
    ],
)
def test_a_part_of_a_year_is_told_as_the_article_tells_it(told: str, day: str) -> None:
    (event,) = events(report(1, f"The harbour bridge was repaired {told}."))
    assert event.text.startswith(f"{day} — ")


def test_nothing_found_is_no_timeline() -> None:
    assert timeline(QUESTION, [], shared_words) == ()


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (date(2021, 6, 3), date(2021, 6, 3), "3 June 2021"),
        (date(2021, 6, 1), date(2021, 6, 30), "June 2021"),
        (date(2022, 3, 1), date(2022, 5, 31), "March to May 2022"),
        (date(2021, 12, 1), date(2022, 2, 28), "December 2021 to February 2022"),
        (date(2020, 1, 1), date(2020, 12, 31), "2020"),
        (date(2010, 1, 1), date(2019, 12, 31), "2010 to 2019"),
        (date(2024, 10, 1), date(2024, 10, 9), "1 to 9 October 2024"),
        (date(2024, 9, 30), date(2024, 10, 6), "30 September 2024 to 6 October 2024"),
    ],
)
def test_periods_are_told_shortly(first: date, last: date, words: str) -> None:
    assert period_in_words(first, last) == words


def test_the_latest_of_a_subject_is_what_tells_most_of_it() -> None:
    bridge = report(1, "The harbour bridge costs 61 million crowns by now. Nobody came to the fair at all.")
    fair = report(2, "The fair on the harbour was full of people from abroad.")
    plan = Plan(standalone_question="latest on the harbour bridge", search_words="harbour bridge")
    (found,) = tellings(plan, [hit(bridge), hit(fair)])
    assert found.quote.text == "The harbour bridge costs 61 million crowns by now."
    assert found.score == pytest.approx(1.0)
    assert tellings(replace(plan, search_words="airport of Berlin"), [hit(bridge)]) == []


LIVE = """Harbour bridge: live

18:42
The harbour bridge is open again, and traffic moves in both directions.

17:10
Three people were hurt on the harbour bridge, the fire chief Dora Quill has said.
Nobody had expected it, she said.

16:05
Two people were hurt on the harbour bridge, the fire chief Dora Quill has said.

15:55
Divers have gone down to look at the piers of the harbour bridge."""


def test_a_rolling_article_is_told_entry_by_entry_each_at_its_stamp() -> None:
    blog = report(3, LIVE, outlet="Courier", title="Harbour bridge: live")
    told = [
        (event.happened.told, event.happened.time, event.quotes[0].text)
        for event in events(blog)
        if event.happened
    ]
    assert told == [
        (f"Reported on 3 May 2024: {time}", time, words)
        for time, words in (
            ("15:55", "Divers have gone down to look at the piers of the harbour bridge."),
            ("16:05", "Two people were hurt on the harbour bridge, the fire chief Dora Quill has said."),
            ("17:10", "Three people were hurt on the harbour bridge, the fire chief Dora Quill has said."),
            ("18:42", "The harbour bridge is open again, and traffic moves in both directions."),
        )
    ]


def test_an_entry_is_about_what_the_title_names_and_a_day_in_front_of_it_is_its_day() -> None:
    plan = Plan(standalone_question="harbour bridge", search_words="harbour bridge")
    text = (
        "6 January: Divers went down to look at the piers.\n\n7 March\nThe mayor spoke to the council for "
        "three hours.\n\n2 May, 9:30 a.m.: Traffic moves in both directions again."
    )
    blog = hit(report(3, text, outlet="Courier", title="The harbour bridge: how it went"))
    told = timeline(QUESTION, [blog], relevance(plan, [blog]))
    assert [event.text for event in told] == [
        "6 January 2024 — “Divers went down to look at the piers.” (Courier, published 3 May 2024)",
        "7 March 2024 — “The mayor spoke to the council for three hours.” (Courier, published 3 May 2024)",
        "2 May 2024, 9:30 a.m. — “Traffic moves in both directions again.” (Courier, published 3 May 2024)",
    ]
