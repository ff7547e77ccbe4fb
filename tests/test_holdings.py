"""The archive counted by outlet and month."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import httpx2
from starlette.testclient import TestClient

from index.archive import Archive
from index.collection_statistics import Holding, Holdings, holdings
from index.models.embedding import Embedder
from service.http.app import create_app
from service.settings import load_settings
from tests.conftest import DraftMaker


def test_articles_are_counted_by_outlet_and_month_and_current_versions_alone(
    tmp_path: Path, load: Callable[[], Embedder], draft: DraftMaker
) -> None:
    archive = Archive.create(tmp_path / "archive", load)
    drafts = [
        draft("a", "The bridge opens in May.", outlet="Tideline", published=date(2021, 7, 9)),
        draft("b", "The ferry sank at night.", outlet="Tideline", published=date(2021, 7, 30)),
        draft("c", "The mayor resigned.", outlet="Tideline", published=date(2020, 12, 31)),
        draft("d", "No rain fell in March.", outlet="Tideline", published=None),
        draft("e", "كلفة الجسر واحد وستون مليونا.", outlet="البحار السبعة", published=date(2021, 7, 1)),
        draft("f", "Nobody signed this one.", outlet=None, published=date(2021, 7, 2)),
        draft("a", "The bridge opens in June.", outlet="Tideline", published=date(2021, 8, 1)),
    ]
    for one in drafts:
        list(archive.add([one]))
    assert holdings(archive.visits.catalogue) == [
        Holding(None, date(2021, 7, 1), 1),
        Holding("Tideline", None, 1),
        Holding("Tideline", date(2020, 12, 1), 1),
        Holding("Tideline", date(2021, 7, 1), 1),
        Holding("Tideline", date(2021, 8, 1), 1),
        Holding("البحار السبعة", date(2021, 7, 1), 1),
    ]


def test_they_are_counted_again_only_after_a_change(
    tmp_path: Path, load: Callable[[], Embedder], draft: DraftMaker
) -> None:
    archive = Archive.create(tmp_path / "archive", load)
    list(archive.add([draft("a", "The bridge opens in May.", outlet="Tideline")]))
    held = Holdings(archive.visits.catalogue)
    first = held.counted()
    assert held.counted() is first
    list(archive.add([draft("b", "The ferry sank at night.", outlet="Tideline")]))
    assert [one.articles for one in held.counted()] == [2]
    archive.remove(1)
    archive.remove(2)
    assert held.counted() == []


def test_the_counts_over_http_are_those_of_the_articles(writable_sample: Path, models: Path) -> None:
    settings = load_settings(data=writable_sample, models=models)
    client: httpx2.Client
    with TestClient(create_app(settings), base_url="http://localhost") as client:
        told = client.get("/v1/archive/holdings").json()
        about = client.get("/v1/archive").json()
        tideline = client.get("/v1/articles", params={"outlet": "Tideline", "limit": 200}).json()
    assert told["articles"] == about["articles"] == sum(one["articles"] for one in told["holdings"])
    assert {one["outlet"] for one in told["holdings"] if one["outlet"]} == set(about["outlets"])
    months = Counter(day and day[:7] for day in (one["published"] for one in tideline["articles"]))
    assert {
        one["month"]: one["articles"] for one in told["holdings"] if one["outlet"] == "Tideline"
    } == months
