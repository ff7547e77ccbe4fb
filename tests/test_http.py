"""The HTTP API over the sample archive, through the real application."""

import asyncio
import json
import re
import socket
import subprocess
import sys
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import openapi_spec_validator
import pytest
from lxml.html import document_fromstring  # type: ignore[import-untyped]
from pydantic import TypeAdapter
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from index.errors import Damaged
from service.answers import Answer, Event
from service.http.app import create_app
from service.http.events import stream, with_heartbeat
from service.http.middleware import Guard, RequestIds
from service.http.problems import Faults
from service.http.schemas import ArticleRequest
from service.questions.plan import Plan
from service.settings import load_settings
from service.storage.keys import FILE, Keys
from tests.conftest import ROOT
from tests.fakes import panic
from tests.serving import server


@pytest.fixture(scope="module")
def client(sample: Path, models: Path) -> Iterator[TestClient]:
    settings = load_settings(data=sample, models=models, suggested_questions=("Who pays?",))
    with TestClient(create_app(settings), base_url="http://localhost") as client:
        yield client


def events(body: str) -> list[tuple[str, Any]]:
    found = []
    for block in body.strip().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines())
        found.append((fields["event"], json.loads(fields["data"])))
    return found


def test_an_answer_is_the_contract(client: TestClient) -> None:
    asked = {"question": "How many families were evacuated in the flood?", "conversation_id": "c-1"}
    response = client.post("/v1/ask", json=asked)
    assert response.status_code == 200
    answer = response.json()
    assert set(answer) >= {
        "id", "conversation_id", "question", "standalone_question", "status", "text", "claims", "citations",
        "disagreements", "searched", "plan", "answerer", "prompt_version", "usage", "timings_ms",
    }  # fmt: skip
    assert (answer["status"], answer["answerer"], answer["conversation_id"]) == ("answered", "quotes", "c-1")
    for claim in answer["claims"]:
        assert answer["text"][claim["start"] : claim["end"]] == claim["text"]
        assert claim["support"] == "quoted"
        assert claim["text"].endswith("".join(f"[{number}]" for number in claim["citations"]))
    for number, citation in enumerate(answer["citations"], 1):
        assert citation["number"] == number
        version = client.get(f"/v1/articles/{citation['article_id']}/versions/{citation['version']}").json()
        assert version["text"][citation["start"] : citation["end"]] == citation["quote"]
    quotes = " ".join(citation["quote"] for citation in answer["citations"])
    assert "23 families" in quotes
    assert "About 40 families" in quotes
    assert "200 families" not in quotes  # only a reader's comment says so


def test_a_stream_is_the_same_answer_sentence_by_sentence(client: TestClient) -> None:
    asked = {"question": "How many families were evacuated in the flood?"}
    whole = client.post("/v1/ask", json=asked).json()
    response = client.post("/v1/ask", json=asked | {"stream": True})
    assert response.headers["content-type"].startswith("text/event-stream")
    told = events(response.text)
    names = [name for name, _ in told]
    contrasts = ["disagreement"] * len(whole["disagreements"]) + ["change"] * len(whole["changes"])
    assert [name for name in names if name not in ("disagreement", "change")] == [
        "plan", "sources", "short_answer", *["claim"] * len(whole["claims"]), "done",
    ]  # fmt: skip
    assert sorted(names[3 + len(whole["claims"]) : -1]) == sorted(contrasts)
    done = told[-1][1]
    assert (done["claims"], done["citations"]) == (whole["claims"], whole["citations"])
    assert [data["claim"] for name, data in told if name == "claim"] == done["claims"]
    said = ("short_answer", "claim")
    new = [citation for name, data in told if name in said for citation in data["citations"]]
    assert new == done["citations"][: len(new)] != []


def test_a_refusal_says_what_was_searched(client: TestClient) -> None:
    asked = {"question": "Who won the world chess championship?", "outlets": ["tideline"]}
    answer = client.post("/v1/ask", json=asked).json()
    assert answer["status"] == "not_in_archive"
    assert (answer["claims"], answer["citations"]) == ([], [])
    assert answer["searched"] == {
        "articles": 5, "passages": answer["searched"]["passages"], "since": None, "until": None,
        "outlets": ["Tideline"], "oldest": "2020-02-21", "newest": "2024-11-15",
    }  # fmt: skip
    assert "Searched 5 articles" in answer["text"]
    assert len(answer["related"]) == 3


def test_as_of_hides_what_came_later(client: TestClient) -> None:
    asked = {"question": "What does the Harbour Bridge cost?", "as_of": "2020-12-31"}
    answer = client.post("/v1/ask", json=asked).json()
    assert "48 million" in answer["text"]
    assert "61 million" not in answer["text"]
    assert all(citation["published"] <= "2020-12-31" for citation in answer["citations"])


def test_search_gives_passages_with_their_places(client: TestClient) -> None:
    found = client.post("/v1/search", json={"query": "pumps at Salt Lane", "limit": 3}).json()["results"]
    assert len(found) == 3
    assert found[0]["title"] == "Who switched off the pumps at Salt Lane?"
    article = client.get(f"/v1/articles/{found[0]['article_id']}").json()
    assert article["text"][found[0]["start"] : found[0]["end"]] == found[0]["text"]


def test_the_archive_describes_itself(client: TestClient) -> None:
    about = client.get("/v1/archive").json()
    assert about["articles"] == 34
    assert about["outlets"] == [
        "Lenn Valley News", "Radio Seawall", "Seven Quays", "The Ostrel Courier", "Tideline",
    ]  # fmt: skip
    assert about["suggested_questions"] == ["Who pays?"]


def test_probes(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ready"}


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "detail"),
    [
        (
            "POST",
            "/v1/ask",
            {"question": "  "},
            422,
            "question: String should have at least 1 character (given '  ')",
        ),
        ("POST", "/v1/ask", {}, 422, "question: Field required"),
        (
            "POST",
            "/v1/ask",
            {"question": "x" * 4001},
            422,
            "question: String should have at most 4000 characters",
        ),
        ("POST", "/v1/ask", {"question": "x", "sinc": "2020"}, 422, "sinc: Extra inputs are not permitted"),
        ("POST", "/v1/ask", {"question": "x", "since": "soon"}, 422, "since: Input should be a valid date"),
        (
            "POST",
            "/v1/ask",
            {"question": "x", "outlets": ["Nope"]},
            422,
            "no outlet 'Nope' in this archive; there",
        ),
        ("POST", "/v1/ask", {"question": "x", "outlets": ["Nope"], "stream": True}, 422, "no outlet 'Nope'"),
        ("POST", "/v1/ask", "{", 422, "the body is not JSON: "),
        (
            "POST",
            "/v1/search",
            {"query": "x", "limit": 0},
            422,
            "limit: Input should be greater than or equal to 1",
        ),
        ("GET", "/v1/articles/9999", None, 404, "there is no article 9999 in this archive"),
        ("GET", "/v1/articles/1/versions/7", None, 404, "there is no version 7 of article 1 in this archive"),
        ("GET", "/v1/articles/x", None, 422, "path.article_id: Input should be a valid integer"),
        (
            "GET",
            f"/v1/articles/{10**30}",
            None,
            422,
            "path.article_id: Input should be less than or equal to",
        ),
        ("GET", "/nothing", None, 404, "there is nothing at /nothing"),
        ("GET", "/static/../settings.py", None, 404, "there is nothing at"),
        ("DELETE", "/v1/ask", None, 405, "Method Not Allowed"),
    ],
)
def test_every_error_is_a_problem(
    client: TestClient, method: str, path: str, body: Any, status: int, detail: str
) -> None:
    sent = {"content": body} if isinstance(body, str) else {"json": body}
    headers = {"content-type": "application/json"}
    response = client.request(method, path, headers=headers, **({} if body is None else sent))
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["status"] == status
    assert problem["instance"] == response.request.url.path
    assert problem["request_id"] == response.headers["x-request-id"]
    assert problem["detail"].startswith(detail)
    if status == 405:
        assert response.headers["allow"] == "POST"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("trace-1.a_B", True),
        ("x" * 64, True),
        ("x" * 65, False),
        ("a b", False),
        ("a\tb", False),
        ("", False),
    ],
)
def test_every_response_has_a_request_id(client: TestClient, given: str, kept: bool) -> None:
    response = client.get("/v1/archive", headers={"x-request-id": given})
    name = response.headers["x-request-id"]
    assert (name == given) is kept
    assert kept or re.fullmatch("[0-9a-f]{32}", name)


def divide() -> None:
    raise ZeroDivisionError("of the secret")


@pytest.mark.parametrize(("fail", "logged"), [(divide, "of the secret"), (panic, "PanicException")])
def test_an_error_that_nobody_foresaw_is_a_problem_too(
    fail: Callable[[], None], logged: str, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    def broken(_: Request) -> Response:
        fail()
        return Response()

    guard = Middleware(Guard, keys=Keys(tmp_path / FILE))
    around = [Middleware(RequestIds), guard, Middleware(Faults)]
    app = Starlette(routes=[Route("/broken", broken)], middleware=around)
    response = TestClient(app, base_url="http://localhost").get("/broken", headers={"x-request-id": "r-1"})
    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["x-request-id"] == response.json()["request_id"] == "r-1"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.json()["detail"] == "an unexpected error; the server's log has it"
    assert logged in caplog.text
    assert "r-1" in caplog.text


async def breaking() -> AsyncIterator[Event]:
    """An answer that begins, pauses and breaks off."""
    yield Plan(standalone_question="Why?")
    await asyncio.sleep(0.1)
    raise Damaged("the index is torn")


async def panicking() -> AsyncIterator[Event]:
    """An answer that begins and meets a library that panics."""
    yield Plan(standalone_question="Why?")
    panic()


async def gathered(parts: AsyncIterator[bytes]) -> bytes:
    return b"".join([part async for part in parts])


def test_a_stream_that_panics_ends_with_a_problem() -> None:
    told = events(asyncio.run(gathered(stream(panicking(), "/v1/ask"))).decode())
    assert [(name, event.get("status")) for name, event in told] == [("plan", None), ("error", 500)]


def test_a_stream_that_breaks_ends_with_a_problem() -> None:
    told = events(asyncio.run(gathered(stream(breaking(), "/v1/ask"))).decode())
    assert [name for name, _ in told] == ["plan", "error"]
    assert told[-1][1] == {
        "type": "about:blank", "title": "Service Unavailable", "status": 503, "detail": "the index is torn",
        "instance": "/v1/ask", "request_id": None,
    }  # fmt: skip


def test_a_pause_is_filled_with_heartbeats() -> None:
    found: list[Event | None] = []

    async def watch() -> None:
        async for event in with_heartbeat(breaking(), seconds=0.02):
            found.append(event)

    with pytest.raises(Damaged):
        asyncio.run(watch())
    assert found[0] == Plan(standalone_question="Why?")
    assert len(found) > 2
    assert found[1:] == [None] * (len(found) - 1)


@pytest.mark.parametrize(
    "text", ["\0", "a\0b", "\u202e", "\ud800", "word " * 799, "( OR AND", '"', "😀" * 4000]
)
def test_no_question_breaks_the_server(client: TestClient, text: str) -> None:
    headers = {"content-type": "application/json"}
    for path, name in [("/v1/ask", "question"), ("/v1/search", "query"), ("/v1/ask", text)]:
        response = client.post(path, content=json.dumps({name: text}), headers=headers)
        assert response.status_code in (200, 422)


def test_openais_routes_answer_errors_in_its_shape(client: TestClient) -> None:
    path = "/v1/chat/completions"
    refused = [
        (client.post(path, content="{"), 400),
        (client.get(path), 405),
        (client.post(path, content=b"x" * 1_000_001), 413),
        (client.get("/v1/models", headers={"host": "evil.example"}), 421),
    ]
    for response, status in refused:
        assert response.status_code == status
        assert response.headers["content-type"] == "application/json"
        assert response.headers["x-request-id"]
        error = response.json()["error"]
        assert set(error) == {"message", "type", "param", "code"}
        assert error["type"] == "invalid_request_error"


def test_a_page_elsewhere_cannot_ask_through_a_name_of_its_own(client: TestClient) -> None:
    for host in ("evil.example", "localhost.evil.example:8000", ""):
        response = client.get("/v1/archive", headers={"host": host})
        assert response.status_code == 421
        assert response.headers["content-type"] == "application/problem+json"
    for host in ("localhost:8000", "127.0.0.1:80", "[::1]:8000", "localhost"):
        assert client.get("/healthz", headers={"host": host}).status_code == 200


def test_nothing_but_the_pages_own_files_may_run(client: TestClient) -> None:
    page = client.get("/")
    assert page.headers["content-type"].startswith("text/html")
    for response in (page, client.get("/v1/archive"), client.get("/nothing")):
        assert "default-src 'none'; script-src 'self'" in response.headers["content-security-policy"]
        assert response.headers["x-content-type-options"] == "nosniff"


def test_openapi_knows_the_contract(client: TestClient) -> None:
    schema = client.get("/openapi.json").json()
    answer = schema["components"]["schemas"]["Answer"]["properties"]
    assert {"claims", "citations", "disagreements", "searched"} <= set(answer)
    responses = schema["paths"]["/v1/ask"]["post"]["responses"]
    problem = responses["4XX"]["content"]["application/problem+json"]["schema"]
    assert problem == {"$ref": "#/components/schemas/Problem"}
    assert "text/event-stream" in responses["200"]["content"]
    example = TypeAdapter(Answer).validate_python(responses["200"]["content"]["application/json"]["example"])
    assert example.text[example.claims[0].start : example.claims[0].end] == example.claims[0].text
    request = schema["paths"]["/v1/articles"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert [ArticleRequest.model_validate(given) for given in request["examples"]]


def test_the_docs_show_every_call_and_load_nothing(client: TestClient) -> None:
    page = client.get("/docs")
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    tree = document_fromstring(page.text)
    told = client.get("/openapi.json").json()
    calls = [f"{method.upper()} {path}" for path, known in told["paths"].items() for method in known]
    assert [heading.text_content() for heading in tree.iterfind(".//h2") if heading.get("id")] == calls
    assert list(tree.iter("script", "img", "link", "iframe")) == []
    places = {link.get("href") for link in tree.iter("a")}
    assert {place for place in places if not place.startswith("#")} == {"/openapi.json"}
    assert {place[1:] for place in places if place.startswith("#")} <= set(tree.xpath("//@id"))
    assert "Answer a question; with `stream`" in tree.text_content()


def test_openapi_describes_each_event_of_a_stream(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    ours, openais = (
        paths[path]["post"]["responses"]["200"]["content"]["text/event-stream"]["schema"]
        for path in ("/v1/ask", "/v1/chat/completions")
    )
    asked = {"question": "What is the latest on the cost of the Harbour Bridge?", "stream": True}
    told = {name for name, _ in events(client.post("/v1/ask", json=asked).text)}
    assert told | {"disagreement", "short_answer", "error"} == set(ours["properties"]["event"]["enum"])
    assert (ours["type"], set(ours["required"])) == ("object", {"event", "data"})
    assert ours["properties"]["data"] == {"type": "string", "contentMediaType": "application/json"}
    # Its last event is "[DONE]", which is no JSON.
    assert openais["properties"] == {"data": {"type": "string"}}


def test_openapi_is_what_a_client_generator_accepts(client: TestClient) -> None:
    """No two schemas of one name, which fastapi tells apart by their modules, and plain operation ids."""
    schema = client.get("/openapi.json").json()
    openapi_spec_validator.validate(schema)
    operations = [operation for path in schema["paths"].values() for operation in path.values()]
    ids = [operation["operationId"] for operation in operations]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch("[a-z_]+", id) for id in ids)
    assert all(operation["summary"] and operation["description"] for operation in operations)
    assert [name for name in schema["components"]["schemas"] if "__" in name] == []


def test_the_server_is_reachable_from_this_machine_only(sample: Path, models: Path) -> None:
    command = [sys.executable, "-m", "service.cli", "serve", "--data", str(sample), "--host", "0.0.0.0"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert done.returncode == 1
    assert done.stderr.startswith("dateline: host '0.0.0.0' can be reached by others")


def test_a_port_that_is_taken_is_told(sample: Path, models: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "service.cli", "serve", "--data", str(sample), "--port", port]
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert done.returncode == 1
    assert f"cannot listen on 127.0.0.1 port {port}: Address already in use" in done.stderr


def test_a_real_server_answers_and_stops_when_told(sample: Path, models: Path) -> None:
    with (
        server(sample, models) as address,
        urllib.request.urlopen(f"{address}readyz", timeout=20) as response,
    ):
        assert json.load(response) == {"status": "ready"}
