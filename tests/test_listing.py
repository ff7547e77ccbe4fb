"""The archive to leaf through: found by words, sorted, counted by facet, taken along as a table."""

import csv
from datetime import date
from pathlib import Path

import httpx2
import pytest
from starlette.testclient import TestClient

from index.archive import Archive
from index.records import Filters
from index.search.listing import Listing, Sort, facets
from service.http.app import create_app
from service.serializers import csv_of
from service.settings import load_settings
from tests.conftest import DraftMaker
from tests.fakes import HashedWords


@pytest.fixture
def archive(tmp_path: Path, draft: DraftMaker) -> Archive:
    archive = Archive.create(tmp_path / "archive", HashedWords)
    drafts = [
        draft(
            "a",
            "The harbour bridge opens. The bridge is long.",
            outlet="Tideline",
            published=date(2021, 7, 9),
        ),
        draft("b", "A bridge over the old harbour fell.", outlet="Courier", published=None, author="Ana Roy"),
        draft(
            "c", "Harbour bridges cost more.", outlet="Courier", published=date(2020, 12, 31), language="fr"
        ),
        draft("d", "No rain fell in March.", outlet="Tideline", published=date(2022, 3, 1)),
    ]
    list(archive.add(drafts))
    return archive


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", [1, 2, 3, 4]),
        ("HARBOUR bridge", [1, 2, 3]),
        ('"harbour bridge"', [1, 3]),
        ('"harbour bridge" long', [1]),
        ("fell", [2, 4]),
        ("ferry", []),
        ("…", [1, 2, 3, 4]),
    ],
)
def test_all_words_are_mentioned_and_those_in_marks_side_by_side(
    archive: Archive, words: str, found: list[int]
) -> None:
    assert [row.id for row in Listing(archive).rows(words)] == found


@pytest.mark.parametrize(
    ("sort", "order"),
    [("added", [1, 2, 3]), ("newest", [1, 3, 2]), ("oldest", [3, 1, 2]), ("mentions", [1, 3, 2])],
)
def test_they_are_sorted_and_what_has_no_date_comes_last(
    archive: Archive, sort: Sort, order: list[int]
) -> None:
    listing = Listing(archive)
    rows = listing.rows("bridge", sort=sort)
    assert [row.id for row in rows] == order
    assert [article.id for article in listing.articles(rows)] == order


def test_facets_count_what_was_found_and_a_change_is_seen(archive: Archive) -> None:
    listing = Listing(archive)
    assert facets(listing.rows("bridge")) == {
        "outlet": [("Courier", 2), ("Tideline", 1)],
        "month": [("2021-07", 1), ("2020-12", 1)],
        "author": [("Ana Roy", 1)],
        "language": [("en", 2), ("fr", 1)],
    }
    limited = Filters(outlets=("courier",), authors=("roy",))
    assert (
        [row.id for row in listing.rows("bridge", limited)]
        == [row.id for row in listing.rows("", limited)]
        == [2]
    )
    archive.remove(2)
    assert [row.id for row in listing.rows("bridge")] == [1, 3]


def test_no_cell_of_the_table_is_a_formula(archive: Archive, draft: DraftMaker) -> None:
    list(
        archive.add([draft("e", "It adds up.", title='=HYPERLINK("https://evil.example")', outlet="a, “b”")])
    )
    listing = Listing(archive)
    *_, last = csv.DictReader("".join(csv_of(listing.articles(listing.rows()))).splitlines())
    assert (last["title"], last["outlet"]) == ('\'=HYPERLINK("https://evil.example")', "a, “b”")


def test_the_list_over_http_comes_in_pages_and_as_a_table(writable_sample: Path, models: Path) -> None:
    settings = load_settings(data=writable_sample, models=models)
    client: httpx2.Client
    asked = {"q": "bridge", "sort": "newest", "limit": "12"}
    with TestClient(create_app(settings), base_url="http://localhost") as client:
        counted = client.get("/v1/archive/facets", params={"q": "bridge"}).json()
        first = client.get("/v1/articles", params=asked).json()
        rest = client.get("/v1/articles", params=asked | {"cursor": first["next_cursor"]}).json()
        table = client.get("/v1/articles", params=asked | {"format": "csv"})
        wrong = client.get("/v1/archive/facets", params={"outlet": "The Gone"})
    ids = [article["id"] for article in first["articles"] + rest["articles"]]
    assert rest["next_cursor"] is None
    assert len(set(ids)) == counted["articles"] == sum(one["articles"] for one in counted["outlet"])
    assert [row["id"] for row in csv.DictReader(table.text.splitlines())] == ids
    assert table.headers["content-type"].startswith("text/csv")
    assert wrong.status_code == 422
    assert "no outlet 'The Gone'" in wrong.json()["detail"]
