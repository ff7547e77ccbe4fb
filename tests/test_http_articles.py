"""Articles added, listed, shown and deleted over HTTP."""

import fcntl
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from service.http.app import create_app
from service.settings import load_settings
from tests.conftest import copy_of
from tests.serving import server
from tests.websites import Answer, Site, fetcher, page, site

DAM = {
    "url": "https://tideline.example/dam",
    "title": "Dam to close",
    "outlet": "Tideline",
    "author": "Mirela Stanek",
    "published": "2021-07-09",
    "language": "en",
    "text": "Engineers will close the old dam for repairs before the spring floods, the ministry said.",
}


@pytest.fixture(scope="module")
def folder(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_of(sample, tmp_path_factory.mktemp("articles") / "archive")


@pytest.fixture(scope="module")
def client(folder: Path, models: Path) -> Iterator[httpx2.Client]:
    with (
        server(folder, models) as address,
        httpx2.Client(base_url=address, timeout=60, trust_env=False) as client,
    ):
        yield client


@contextmanager
def fetching(folder: Path, models: Path, own: Site) -> Iterator[TestClient]:
    """The application with a fetcher that may ask a site on loopback; the server's own may not."""
    settings = load_settings(data=folder, models=models)
    with TestClient(create_app(settings, fetcher(own)), base_url="http://localhost") as client:
        yield client


def test_an_article_is_added_updated_and_left_alone(client: httpx2.Client) -> None:
    response = client.post("/v1/articles", json=DAM)
    assert response.status_code == 201
    receipt = response.json()
    assert {name: receipt[name] for name in ("added", "updated", "unchanged", "skipped")} == {
        "added": 1, "updated": 0, "unchanged": 0, "skipped": 0,
    }  # fmt: skip
    path = f"/v1/articles/{receipt['articles'][0]['id']}"
    shown = client.get(path).json()
    assert {name: shown[name] for name in DAM} == DAM
    assert shown["zones"] == [{"start": 0, "end": len(DAM["text"]), "kind": "reporting"}]
    assert client.post("/v1/articles", json=DAM).json()["unchanged"] == 1
    changed = client.post("/v1/articles", json=DAM | {"text": DAM["text"].replace("spring", "autumn")}).json()
    assert [(one["id"], one["outcome"]) for one in changed["articles"]] == [(shown["id"], "updated")]
    versions = client.get(f"{path}/versions").json()["versions"]
    assert [version["version"] for version in versions] == [1, 2]
    assert "autumn floods" in versions[1]["inserted"][0]
    found = client.post("/v1/search", json={"query": "dam closed before autumn floods", "limit": 1}).json()
    assert found["results"][0]["article_id"] == shown["id"]


def test_html_is_read_as_a_page_and_an_id_names_an_article(client: httpx2.Client) -> None:
    sent = {"id": "d-1", "html": "<p>Engineers will close the dam.</p><p>It takes eleven weeks.</p>"}
    added = client.post("/v1/articles", json=sent).json()["articles"][0]
    assert added["outcome"] == "added"
    text = client.get(f"/v1/articles/{added['id']}").json()["text"]
    assert text == "Engineers will close the dam.\n\nIt takes eleven weeks."
    assert client.post("/v1/articles", json=sent).json()["articles"][0] == added | {
        "outcome": "unchanged", "passages": 0,
    }  # fmt: skip


def test_a_file_adds_all_its_articles_and_tells_of_what_is_none(client: httpx2.Client) -> None:
    lines = [
        {"id": 1, "text": "The ferry ran aground off the northern pier on Monday morning."},
        {"id": 2},
        {"id": 3, "text": "Two tugs freed the ferry before the evening tide, the harbour office said."},
    ]
    data = "\n".join(map(json.dumps, lines)).encode()
    response = client.post("/v1/articles", files={"file": ("../ferry.jsonl", data)})
    assert response.status_code == 201
    receipt = response.json()
    assert (receipt["added"], receipt["skipped"]) == (2, 1)
    assert receipt["skipped_articles"] == [
        {"source": "ferry.jsonl:2", "reason": "it has no text; put the article in a field named text"}
    ]
    again = client.post("/v1/articles", files={"file": ("ferry.jsonl", data)}).json()
    assert [one["id"] for one in again["articles"]] == [one["id"] for one in receipt["articles"]]
    assert again["unchanged"] == 2


def test_files_of_one_name_are_not_one_article_unless_they_come_from_one_address(
    client: httpx2.Client,
) -> None:
    first = {"file": ("article.html", page("Dam to close"))}
    second = {"file": ("article.html", page("Dam to open"))}
    ids = [client.post("/v1/articles", files=file).json()["articles"][0]["id"] for file in (first, second)]
    assert ids[0] != ids[1]
    saved = {"url": "https://tideline.example/saved"}
    told = [client.post("/v1/articles", files=file, data=saved).json() for file in (first, second)]
    assert [receipt["articles"][0]["outcome"] for receipt in told] == ["added", "updated"]


def test_a_key_makes_a_request_safe_to_send_again(client: httpx2.Client) -> None:
    headers = {"Idempotency-Key": "import-7"}
    first = client.post("/v1/articles", json=DAM | {"url": "https://tideline.example/7"}, headers=headers)
    again = client.post("/v1/articles", json=DAM | {"url": "https://tideline.example/7"}, headers=headers)
    assert (again.status_code, again.content) == (201, first.content)
    assert again.json()["added"] == 1
    other = client.post("/v1/articles", json=DAM, headers=headers)
    assert other.status_code == 422
    assert other.json()["detail"] == "Idempotency-Key 'import-7' was already used with another body"
    # The same file is the same body, though each form has a boundary of its own.
    file = {"file": ("note.txt", b"The lighthouse was painted white again, the keeper said.")}
    sent = [client.post("/v1/articles", files=file, headers={"Idempotency-Key": "f"}) for _ in range(2)]
    assert sent[0].content == sent[1].content
    assert sent[1].json()["added"] == 1


def test_who_finds_the_archive_busy_is_told_when_to_come_back(client: httpx2.Client, folder: Path) -> None:
    with (folder / "writer.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for refused in (client.post("/v1/articles", json=DAM | {"id": "b"}), client.delete("/v1/articles/1")):
            assert refused.status_code == 503
            assert refused.headers["retry-after"] == "5"
            assert refused.json()["detail"].startswith("another process is writing")


def test_articles_are_listed_a_page_at_a_time_and_filtered(client: httpx2.Client) -> None:
    first = client.get("/v1/articles", params={"limit": 20}).json()
    rest = client.get("/v1/articles", params={"limit": 200, "cursor": first["next_cursor"]}).json()
    ids = [int(article["id"]) for article in first["articles"] + rest["articles"]]
    assert ids == sorted(set(ids))
    assert len(first["articles"]) == 20
    assert len(ids) >= 34
    assert rest["next_cursor"] is None
    assert "text" not in first["articles"][0]
    asked = {"outlet": ["tideline", "Radio Seawall"], "since": "2021-01-01", "until": "2021-12-31"}
    some = client.get("/v1/articles", params=asked).json()["articles"]
    assert {article["outlet"] for article in some} == {"Tideline", "Radio Seawall"}
    assert {article["published"][:4] for article in some} == {"2021"}
    arabic = client.get("/v1/articles", params={"language": "ar"}).json()["articles"]
    assert {article["language"] for article in arabic} == {"ar"}
    by_author = client.get("/v1/articles", params={"author": "mirela stanek"}).json()["articles"]
    assert by_author
    assert all("Mirela Stanek" in article["author"] for article in by_author)


def test_a_deleted_article_is_gone_and_can_be_added_again(client: httpx2.Client) -> None:
    sent = DAM | {"url": "https://tideline.example/gone"}
    path = f"/v1/articles/{client.post('/v1/articles', json=sent).json()['articles'][0]['id']}"
    response = client.delete(path)
    assert (response.status_code, response.content) == (204, b"")
    assert client.get(path).status_code == 404
    assert client.delete(path).status_code == 404
    assert client.post("/v1/articles", json=sent).json()["added"] == 1


@pytest.mark.parametrize(
    ("sent", "status", "detail"),
    [
        ({"json": {"text": "x"}}, 422, "an article needs a url or an id"),
        ({"json": {"id": "1"}}, 422, "an article needs a text or html"),
        ({"json": {"id": "1", "text": "a", "html": "b"}}, 422, "an article is given as text or as html"),
        ({"json": {"id": "1", "text": " "}}, 422, "nothing was added: 1: the text is empty"),
        ({"json": {"id": "1", "text": "x", "published": "soon"}}, 422, "published."),
        ({"json": {"url": "javascript:x", "text": "x"}}, 422, "url: String should match"),
        ({"json": {"url": "http://127.0.0.1/secret"}}, 422, "nothing was added: http://127.0.0.1/secret:"),
        ({"json": ["x"]}, 422, "the body: "),
        ({"content": b"{", "headers": {"content-type": "application/json"}}, 422, "the body is not JSON: "),
        ({"content": b"x", "headers": {"content-type": "text/plain"}}, 415, "'text/plain' cannot be added"),
        ({"files": {"other": b"x"}}, 422, "the form has no file under the name file"),
        ({"files": {"file": ("a.txt", b"")}}, 422, "nothing was added: a.txt: the file is empty"),
        ({"files": {"file": ("a.exe", b"MZ\0\0")}}, 422, "nothing was added: a.exe: "),
        ({"files": {"file": ("a.txt", b"x")}, "data": {"url": "x"}}, 422, "the body: String should match"),
        ({"json": {"id": "1", "text": "x" * 20_200_000}}, 413, "the request is larger than 20.1 MB"),
    ],
)  # fmt: skip
def test_what_cannot_be_added_is_told(
    client: httpx2.Client, sent: dict[str, Any], status: int, detail: str
) -> None:
    response = client.post("/v1/articles", **sent)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["detail"].startswith(detail)


def test_a_body_without_a_length_is_bounded_too(client: httpx2.Client) -> None:
    def endless() -> Iterator[bytes]:
        yield from (b"x" * 65536 for _ in range(40))

    response = client.post("/v1/ask", content=endless(), headers={"content-type": "application/json"})
    assert response.status_code == 413
    assert response.json()["detail"] == "the request is larger than 1 MB, the limit here"


def test_while_a_page_is_fetched_others_can_add_but_not_under_the_same_key(
    writable_sample: Path, models: Path
) -> None:
    asked, go_on = Event(), Event()

    def slow(write: Any) -> None:
        asked.set()
        go_on.wait(20)
        body = page("Dam to close")
        write(b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: %d\r\n\r\n" % len(body) + body)

    with site() as own, fetching(writable_sample, models, own) as client, ThreadPoolExecutor(1) as pool:
        sent = {"json": {"url": own.put("/dam", Answer(raw=slow))}, "headers": {"Idempotency-Key": "k"}}
        first = pool.submit(client.post, "/v1/articles", **sent)  # type: ignore[arg-type]
        assert asked.wait(20)
        second = client.post("/v1/articles", **sent)  # type: ignore[arg-type]
        other = client.post("/v1/articles", json=DAM)
        go_on.set()
        receipt = first.result(30).json()
    assert second.status_code == 409
    assert second.json()["detail"] == "a request with Idempotency-Key 'k' is still being answered"
    assert other.status_code == 201
    assert receipt["added"] == 1


def test_one_writes_at_a_time_and_the_next_waits_its_turn(writable_sample: Path, models: Path) -> None:
    with site() as own, fetching(writable_sample, models, own) as client, ThreadPoolExecutor(4) as pool:
        sent = [{"id": str(number), "text": f"The ferry made {number} trips."} for number in range(4)]
        told = list(pool.map(lambda one: client.post("/v1/articles", json=one), sent))
    assert [response.status_code for response in told] == [201] * 4
