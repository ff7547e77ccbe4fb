"""Questions about the archive itself: counted and listed from the catalogue, and no passage is read."""

import asyncio
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from index.archive import Archive
from index.models.embedding import Embedder
from index.models.reader import ReadingModel
from index.records import Order
from service.answerers.catalogue import catalogue_answer
from service.answerers.extractive import QuotingAnswerer
from service.answering import Desk, ask, final
from service.answers import Answer
from service.questions.plan import Listing, Plan, Question
from tests.conftest import DraftMaker
from tests.fakes import HashedWords


@pytest.fixture
def archive(tmp_path: Path, draft: DraftMaker) -> Archive:
    made = Archive.create(tmp_path, HashedWords)
    texts = {
        "one": ("The ferry sank. The Ferry was old.", "Tideline", date(2021, 6, 5), "Ada Moss"),
        "two": ("Two ferries collided in fog off the old harbour.", "Courier", date(2023, 1, 2), None),
        "three": ("The market hall burned down on Sunday night.", "Courier", date(2023, 10, 9), "Ada Moss"),
    }
    for key, (text, outlet, day, author) in texts.items():
        known = {"outlet": outlet, "published": day, "author": author, "title": key.capitalize()}
        for _ in made.add([draft(key, text, **known)]):
            pass
    return made


def told(archive: Archive, listing: Listing, topic: str | None = None, **limits: object) -> str:
    plan = Plan(standalone_question="?", intent="archive", listing=listing, topic=topic, **limits)  # type: ignore[arg-type]
    return catalogue_answer(archive, plan).text


def test_articles_and_mentions_are_counted_in_any_case_and_number(archive: Archive) -> None:
    assert told(archive, "count", "ferry") == "2 of 3 articles mention “ferry”, 3 times in all."
    assert told(archive, "mentions", "ferry") == "“ferry” is mentioned 3 times, in 2 articles."
    assert told(archive, "count", "market hall") == "1 of 3 articles mentions “market hall”, 1 time in all."
    assert told(archive, "count", "hall market") == (
        "No article that mention “hall market”. The archive holds 3 articles within these limits."
    ).replace("that mention", "that mentions")


def test_an_outlet_and_an_author_limit(archive: Archive) -> None:
    assert told(archive, "count", "ferry", named_outlets=("Courier",)).startswith("1 of 2 articles mentions")
    assert told(archive, "count", named_authors=("Ada Moss",)).startswith("2 of 2 articles")


def test_the_newest_and_the_oldest(archive: Archive) -> None:
    assert told(archive, "newest") == "The newest article is “Three” (Courier, 9 October 2023)."
    assert told(archive, "oldest", "ferry") == (
        "The oldest article that mentions “ferry” is “One” (Tideline, 5 June 2021)."
    )


def test_outlets_authors_days_and_coverage(archive: Archive) -> None:
    assert told(archive, "outlets") == "3 articles, by outlet: Courier (2), Tideline (1)."
    assert told(archive, "authors", "ferry") == "Ada Moss wrote “One” (Tideline, 5 June 2021)."
    assert told(archive, "published", "market hall") == "“Three” (Courier): 9 October 2023."
    assert told(archive, "coverage") == "3 articles, 5 June 2021 to 9 October 2023."


def test_a_list_is_a_table_that_links_to_its_articles(archive: Archive) -> None:
    plan = Plan(standalone_question="?", intent="archive", listing="list", topic="ferry")
    table = catalogue_answer(archive, plan).table
    assert table is not None
    assert table.columns == ("published", "outlet", "title", "author", "mentions")
    assert table.rows == (
        ("2023-01-02", "Courier", "Two", "unknown", "1"),
        ("2021-06-05", "Tideline", "One", "Ada Moss", "2"),
    )
    assert table.articles == ("2", "1")


def asked(archive: Archive, question: str, order: Order | None = None) -> Answer:
    reader = ReadingModel()
    desk = Desk(archive=archive, answerer=QuotingAnswerer(reader), reader=reader)
    return asyncio.run(final(ask(desk, Question(question=question, order=order), date(2024, 11, 20))))


def test_a_count_is_answered_without_reading(sample_archive: Archive) -> None:
    answer = asked(sample_archive, "Hi! How many articles mention the Lantern Festival?")
    assert answer.plan.intent == "archive"
    assert answer.status == "answered"
    assert answer.text.startswith("3 of ")
    assert answer.table is not None
    assert len(answer.table.rows) == 3
    assert answer.citations == ()


def test_thanks_and_marks_alone_get_a_friendly_line(
    sample_archive: Archive, load: Callable[[], Embedder]
) -> None:
    assert asked(sample_archive, "thanks, great!").plan.intent == "small_talk"
    answer = asked(sample_archive, "🤷")
    assert answer.plan.intent == "small_talk"
    assert "You can ask" in answer.text


def test_an_overview_quotes_each_article_on_the_story_once(sample_archive: Archive) -> None:
    answer = asked(sample_archive, "Summarise the Lantern Festival story")
    assert answer.plan.intent == "overview"
    assert answer.status == "answered"
    days = [citation.published for citation in answer.citations]
    assert days == sorted(days, key=lambda day: day or date.min, reverse=True)
    assert len({citation.article_id for citation in answer.citations}) == len(days) <= 8


def test_a_subject_alone_is_told_by_days_where_a_timeline_is_asked_for(sample_archive: Archive) -> None:
    answer = asked(sample_archive, "the Harbour Bridge", Order.TIMELINE)
    assert (answer.plan.intent, answer.plan.order) == ("timeline", Order.TIMELINE)
    assert len(answer.timeline) > 5
    assert "17 June 2023 — “The Harbour Bridge was opened" in answer.text


def test_two_questions_are_two_parts(sample_archive: Archive) -> None:
    answer = asked(sample_archive, "How many families were evacuated in the flood, and who is the mayor?")
    assert answer.plan.intent == "several"
    assert [part.question for part in answer.plan.parts] == [
        "How many families were evacuated in the flood?",
        "Who is the mayor?",
    ]
