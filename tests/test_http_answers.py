"""Answers shown again, rated, printed with their evidence; conversations: a real server and a real client."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.conftest import copy_of
from tests.serving import server

QUESTION = "How many families were evacuated in the flood?"


@pytest.fixture(scope="module")
def client(sample: Path, models: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    folder = copy_of(sample, tmp_path_factory.mktemp("answers") / "archive")
    with (
        server(folder, models) as address,
        httpx2.Client(base_url=address, timeout=60, trust_env=False) as client,
    ):
        yield client


def ask(client: httpx2.Client, question: str = QUESTION, **beside: Any) -> dict[str, Any]:
    response = client.post("/v1/ask", json={"question": question, **beside})
    assert response.status_code == 200
    answer: dict[str, Any] = response.json()
    return answer


def test_an_answer_can_be_seen_again(client: httpx2.Client) -> None:
    given = ask(client)
    again = client.get(f"/v1/answers/{given['id']}").json()
    assert again.pop("asked").endswith("Z")
    assert again.pop("feedback") is None
    assert again == given


def test_of_several_ratings_the_last_is_kept(client: httpx2.Client) -> None:
    path = f"/v1/answers/{ask(client)['id']}"
    client.post(f"{path}/feedback", json={"rating": "up", "comment": "found it"})
    last = client.post(f"{path}/feedback", json={"rating": "down"})
    assert last.status_code == 200
    assert client.get(path).json()["feedback"] == last.json()
    assert (last.json()["rating"], last.json()["comment"]) == ("down", "")


def test_the_evidence_sheet_holds_every_quote_with_its_reference(client: httpx2.Client) -> None:
    answer = ask(client)
    path = f"/v1/answers/{answer['id']}/evidence"
    markdown = client.get(path)
    assert markdown.headers["content-type"] == "text/markdown; charset=utf-8"
    page = client.get(path, params={"format": "html"})
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    # The page's own style alone may be applied, and the sheet may not be framed.
    assert "style-src 'sha256-" in page.headers["content-security-policy"]
    assert "script" not in page.headers["content-security-policy"]
    assert answer["citations"]
    for citation in answer["citations"]:
        assert f"[{citation['number']}]" in page.text
        alone = client.get(path, params={"citation": citation["number"]}).text
        assert alone.startswith(f"**[{citation['number']}]**\n\n> ")
        assert alone.count("\n> ") == 1
        assert citation["outlet"] in markdown.text
        assert citation["outlet"] in page.text
        assert f"article {citation['article_id']}, version {citation['version']}" in markdown.text


def test_a_conversation_is_listed_shown_and_deleted(client: httpx2.Client) -> None:
    first = ask(client, "What does the Harbour Bridge cost?", conversation_id="bridge")
    second = ask(client, "And in 2020?", conversation_id="bridge")
    assert "Harbour Bridge" in second["standalone_question"]
    other = ask(client)
    listed = client.get("/v1/conversations", params={"limit": 2}).json()
    assert [talk["id"] for talk in listed["conversations"]] == [other["conversation_id"], "bridge"]
    assert listed["conversations"][1]["question"] == first["question"]
    assert listed["conversations"][1]["answers"] == 2
    page = client.get("/v1/conversations/bridge", params={"limit": 1}).json()
    assert [answer["id"] for answer in page["answers"]] == [first["id"]]
    rest = client.get("/v1/conversations/bridge", params={"cursor": page["next_cursor"]}).json()
    assert [answer["id"] for answer in rest["answers"]] == [second["id"]]
    assert rest["next_cursor"] is None
    assert client.delete("/v1/conversations/bridge").status_code == 204
    for gone in ("/v1/conversations/bridge", f"/v1/answers/{first['id']}"):
        assert client.get(gone).status_code == 404
    assert client.get(f"/v1/answers/{other['id']}").status_code == 200


def test_pages_of_conversations_go_to_the_end(client: httpx2.Client) -> None:
    for _ in range(3):
        ask(client)
    seen: list[str] = []
    cursor = None
    while True:
        page = client.get("/v1/conversations", params={"limit": 2} | ({"cursor": cursor} if cursor else {}))
        seen += [talk["id"] for talk in page.json()["conversations"]]
        cursor = page.json()["next_cursor"]
        if cursor is None:
            break
    whole = client.get("/v1/conversations", params={"limit": 200}).json()["conversations"]
    assert seen == [talk["id"] for talk in whole]
    assert len(seen) == len(set(seen)) >= 3


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "detail"),
    [
        ("GET", "/v1/answers/none", None, 404, "there is no answer 'none'"),
        ("POST", "/v1/answers/none/feedback", {"rating": "up"}, 404, "there is no answer 'none'"),
        ("POST", "/v1/answers/none/feedback", {"rating": "5"}, 422, "rating: Input should be 'up', 'down'"),
        ("GET", "/v1/answers/none/evidence", None, 404, "there is no answer 'none'"),
        ("GET", "/v1/answers/none/evidence?format=pdf", None, 422, "query.format: Input should be"),
        ("GET", "/v1/conversations/none", None, 404, "there is no conversation 'none'"),
        ("DELETE", "/v1/conversations/none", None, 404, "there is no conversation 'none'"),
        ("GET", "/v1/conversations?cursor=x", None, 422, "query.cursor: String should match"),
        ("GET", "/v1/conversations?limit=0", None, 422, "query.limit: Input should be greater"),
    ],
)
def test_what_is_wrong_is_told_as_a_problem(
    client: httpx2.Client, method: str, path: str, body: Any, status: int, detail: str
) -> None:
    response = client.request(method, path, json=body, headers={"X-Request-Id": "mine-1"})
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["detail"].startswith(detail)
    assert response.json()["request_id"] == response.headers["x-request-id"] == "mine-1"
