# ruff: noqa: E501 - whole records stand in these tests as services give them
"""Fields under the names that APIs, databases and people give them."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from index.errors import Unreadable
from index.readers import read_file
from index.readers.fields import Fields
from index.records import Draft, Skipped

WORDS = "The ferry will stop at noon on Friday, the harbour office said. Its crew of nine was told by letter."
DAY = date(2023, 2, 5)


def known(record: dict[str, Any]) -> Any:
    return Fields(record).known().known


@pytest.mark.parametrize(
    "name",
    ["publishedAt", "date_published", "PUBLISH_DATE", "pub-date", "published_time", "datePublish", "created_at",
     "createdAt", "timestamp", "post_date", "dateTimePub", "webPublicationDate", "release_date", "postedOn",
     "first_published_at", "article_publication_date", "dc:date", "date"],
)  # fmt: skip
def test_the_day_of_publication_by_its_usual_names(name: str) -> None:
    assert known({"text": WORDS, name: "2023-02-05T10:00:00Z"}).published == DAY


@pytest.mark.parametrize(
    "name", ["indexed_date", "crawl_date", "accessed", "modified_at", "birthDate", "expires", "updateTime"]
)
def test_other_days_are_not_the_day_of_publication(name: str) -> None:
    assert known({"text": WORDS, name: "2023-02-05"}).published is None


@pytest.mark.parametrize(
    "value",
    ["2023-02-05", "5 February 2023", "Sun, 05 Feb 2023 09:00:00 GMT", "February 5, 2023 at 6:30 p.m. ET", "20230205",
     20230205, 1675591200, 1675591200000, "1675591200", "1675591200000", 1675591200.5, {"$date": "2023-02-05T01:00:00Z"},
     {"$date": {"$numberLong": "1675591200000"}}, {"date-parts": [[2023, 2, 5]]}, ["2023", "2", "5"]],
)  # fmt: skip
def test_days_in_every_form(value: object) -> None:
    fields = Fields({"published": value})
    assert fields.known().known.published == DAY
    assert fields.notes() == ()


@pytest.mark.parametrize(
    "value", ["N/A", "0000-00-00", "3/12/2021", "2 days ago", True, [], {}, "-0001-11-30", 7]
)
def test_a_bad_date_loses_no_article(tmp_path: Path, value: object) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"title": "Ferry", "text": WORDS, "published": value}))
    (draft,) = read_file(path)
    assert isinstance(draft, Draft)
    assert (draft.published, draft.text) == (None, WORDS)
    told = [note for note in draft.notes if "is not a date; write YYYY-MM-DD" in note]
    assert len(told) == (0 if value in ([], {}) else 1)


def test_what_was_read_from_where_is_told() -> None:
    fields = Fields(
        {
            "headline": "Ferry",
            "bodyText": WORDS,
            "pubDate": "soon",
            "created": "2023-02-05",
            "mood": 1,
            "author": 7,
        }
    )
    assert fields.known().known.published == DAY
    assert fields.text() == WORDS
    assert fields.notes() == (
        "author is a number, not a name; it was left out",
        "fields: title from headline, published from created, text from bodyText; not read: pubDate, mood, author",
    )


SHAPES: dict[str, tuple[object, tuple[str | None, ...]]] = {
    "NewsAPI": (
        {"status": "ok", "articles": [{"source": {"id": None, "name": "Tideline"}, "author": "Ann Lee",
         "title": "Ferry", "description": "Short.", "url": "https://t.example/1", "urlToImage": "https://t.example/i",
         "publishedAt": "2023-02-05T08:00:00Z", "content": f"{WORDS} And\u2026 [+99 chars]"}]},
        ("Ferry", "Tideline", "Ann Lee", "https://t.example/1"),
    ),
    "Guardian": (
        {"response": {"total": 1, "results": [{"id": "x/y", "webTitle": "Ferry", "webUrl": "https://t.example/1",
         "webPublicationDate": "2023-02-05T08:00:00Z", "fields": {"byline": "Ann Lee", "bodyText": WORDS}}]}},
        ("Ferry", None, "Ann Lee", "https://t.example/1"),
    ),
    "Elasticsearch": (
        {"hits": {"total": 1, "hits": [{"_id": "7", "_source": {"headline": "Ferry", "body": WORDS,
         "publication": "Tideline", "date": "2023-02-05"}}]}},
        ("Ferry", "Tideline", None, None),
    ),
    "WordPress": (
        [{"id": 3, "date": "2023-02-05T08:00:00", "modified": "2023-02-06T08:00:00", "link": "https://t.example/1",
          "status": "publish", "type": "post", "title": {"rendered": "Ferry &#038; crew"}, "author": 4,
          "content": {"rendered": f"<p>{WORDS}</p>", "protected": False}, "_embedded": {"author": [{"id": 4, "name": "Ann Lee"}]}}],
        ("Ferry & crew", None, "Ann Lee", "https://t.example/1"),
    ),
    "JSON Feed": (
        {"version": "https://jsonfeed.org/version/1.1", "title": "Tideline", "items": [{"id": "1",
         "url": "https://t.example/1", "content_html": f"<p>{WORDS}</p>", "title": "Ferry",
         "date_published": "2023-02-05T08:00:00Z", "authors": [{"name": "Ann Lee"}, {"name": "Bo Chen"}]}]},
        ("Ferry", "Tideline", "Ann Lee, Bo Chen", "https://t.example/1"),
    ),
    "Event Registry": (
        {"articles": {"results": [{"uri": "9", "lang": "eng", "dateTimePub": "2023-02-05T08:00:00Z", "title": "Ferry",
         "url": "https://t.example/1", "body": WORDS, "source": {"uri": "t.example", "title": "Tideline"}}]}},
        ("Ferry", "Tideline", None, "https://t.example/1"),
    ),
    "fundus": (
        {"title": "Ferry", "publishing_date": "2023-02-05 08:00:00", "authors": ["Ann Lee"],
         "body": {"summary": [], "sections": [{"headline": ["Stop"], "paragraphs": WORDS.split(". ")}]}},
        ("Ferry", None, "Ann Lee", None),
    ),
    "Archive API": (
        {"response": {"docs": [{"headline": {"main": "Ferry"}, "pub_date": "2023-02-05T08:00:00+0000",
         "byline": {"original": "By Ann Lee"}, "source": "Tideline", "web_url": "https://t.example/1",
         "paragraphs": WORDS.split(". ")}]}},
        ("Ferry", "Tideline", "Ann Lee", "https://t.example/1"),
    ),
    "CSL": (
        [{"id": "lee", "title": "Ferry", "container-title": "Tideline", "author": [{"family": "Lee", "given": "Ann"}],
          "issued": {"date-parts": [[2023, 2, 5]]}, "abstract": WORDS, "URL": "https://t.example/1"}],
        ("Ferry", "Tideline", "Ann Lee", "https://t.example/1"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_the_shapes_that_services_give(tmp_path: Path, shape: str) -> None:
    whole, expected = SHAPES[shape]
    path = tmp_path / "all.json"
    path.write_text(json.dumps(whole))
    (draft,) = read_file(path)
    assert isinstance(draft, Draft)
    assert (draft.title, draft.outlet, draft.author, draft.url) == expected
    assert draft.published == DAY
    assert "The ferry will stop at noon on Friday" in draft.evidence()
    assert "chars]" not in draft.text


@pytest.mark.parametrize("status", [{"status": "draft"}, {"post_status": "Private"}, {"draft": True}])
def test_what_is_not_published_stays_out(tmp_path: Path, status: dict[str, Any]) -> None:
    path = tmp_path / "all.json"
    path.write_text(json.dumps([{"title": "Secret", "text": WORDS, **status}]))
    (item,) = read_file(path)
    assert isinstance(item, Skipped)
    assert "what is not published stays out" in item.reason


def test_the_longest_prose_is_the_text_where_no_name_says_so() -> None:
    fields = Fields({"note": "Short one. Two.", "contenido": WORDS * 3})
    assert fields.text() == WORDS * 3
    with pytest.raises(Unreadable, match="put the article in a field named text"):
        Fields({"note": "Short one. Two."}).text()
