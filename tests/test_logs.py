"""The server's log: a line a request, as JSON, with no question and no key in it."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from service import telemetry
from tests.serving import running

FLOOD = "How many families were evacuated in the flood?"


@pytest.fixture(autouse=True)
def loggers() -> Iterator[None]:
    """Puts the loggers back as they were."""
    names = ("", "service", "index")
    before = [(logging.getLogger(name), logging.getLogger(name).level) for name in names]
    handlers = logging.getLogger().handlers[:]
    yield
    logging.getLogger().handlers[:] = handlers
    for logger, level in before:
        logger.setLevel(level)


def ask(data: Path, models: Path, folder: Path, **settings: str) -> list[dict[str, Any]]:
    """The lines of a server that was asked, a bad thing and a good one."""
    path = folder / "log"
    with (
        path.open("w") as written,
        running(data, models, {"DATELINE_LOG_FORMAT": "json"} | settings, log=written) as server,
        httpx2.Client(base_url=server.address, timeout=30, trust_env=False) as client,
    ):
        headers = {"X-Request-Id": "mine-1", "Authorization": "Bearer topsecretvalue"}
        client.post("/v1/ask", json={"question": FLOOD}, headers=headers)
        client.get("/v1/articles/9999?q=topsecretvalue", headers=headers)
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_every_request_is_one_line_of_json(sample: Path, models: Path, tmp_path: Path) -> None:
    lines = [line for line in ask(sample, models, tmp_path) if "route" in line]
    assert [(line["method"], line["route"], line["status"]) for line in lines] == [
        ("POST", "/v1/ask", 200),
        ("GET", "/v1/articles/{article_id}", 404),
    ]
    for line in lines:
        assert line["request_id"] == "mine-1"
        assert (line["level"], line["logger"]) == ("info", "service.http.middleware")
        assert line["duration_ms"] > 0
        assert line["time"].endswith("+00:00")
    whole = json.dumps(lines)
    assert "families" not in whole
    assert "topsecretvalue" not in whole


def test_questions_are_logged_where_that_is_asked_for(sample: Path, models: Path, tmp_path: Path) -> None:
    lines = ask(sample, models, tmp_path, DATELINE_LOG_QUESTIONS="true")
    assert [line["question"] for line in lines if "question" in line] == [FLOOD]


@pytest.mark.parametrize(
    "said",
    [
        "Authorization: Bearer abc.DEF-123456",
        "{'authorization': 'Basic dXNlcjpwYXNzd29yZA=='}",
        '{"Authorization":"abcdefgh12345678"}',
        "headers=[(b'authorization', b'Bearer abcdefgh12345678')]",
        "x-api-key: dl_0123456789ab_abcdefgh12345678",
        "the key sk-proj-abcdefgh12345678 is not known",
        "token xoxb-1234567890-abcdefgh",
        "the variable holds hunter2hunter2",
        "postgresql://dateline:abcdefgh12345678@db/archive",
    ],
)
@pytest.mark.parametrize("form", ["text", "json"])
def test_no_key_reaches_a_line(
    said: str, form: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOME_API_KEY", "hunter2hunter2")
    telemetry.configure(form)
    try:
        raise ValueError(said)
    except ValueError:
        logging.getLogger("service.some").exception("it failed: %s", said, extra={"beside": said})
    told = capsys.readouterr().err
    assert "it failed: " in told
    assert telemetry.REDACTED in told
    for secret in ("abc.DEF", "dXNlcjpw", "abcdefgh", "hunter2hunter2"):
        assert secret not in told
    if form == "json":
        assert json.loads(told)["exception"].startswith("Traceback")


def test_what_is_no_key_stays(capsys: pytest.CaptureFixture[str]) -> None:
    telemetry.configure("text")
    said = "the authorisation of the token ring took 12345678 ms at http://host:8000/a@b"
    logging.getLogger("index.some").info(said)
    logging.getLogger("httpx").info("not worth a line")
    assert capsys.readouterr().err.endswith(f"INFO index.some: {said}\n")
