"""Many at once: who has a place, who waits, who is refused, and what is left of those who hang up."""

import asyncio
import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families

from index.archive import Archive
from index.errors import Busy
from service.answering import ask, final
from service.answers import Answer
from service.http.capacity import Capacity, places_of
from service.http.metrics import Metrics
from service.pipeline import open_desk
from service.questions.plan import Question
from service.settings import load_settings
from service.storage.conversations import Conversations
from tests.hanging import Hanging, hanging_model
from tests.serving import running

FLOOD = {"question": "How many families were evacuated in the flood?"}
CHAT = {"model": "dateline", "messages": [{"role": "user", "content": FLOOD["question"]}]}


@pytest.fixture(scope="module")
def model() -> Iterator[Hanging]:
    with hanging_model() as model:
        yield model


@pytest.fixture(scope="module")
def client(sample: Path, models: Path, model: Hanging) -> Iterator[httpx2.Client]:
    """A server that answers one question at a time, lets one wait, and whose model never ends."""
    few = {"DATELINE_CONCURRENCY": "1", "DATELINE_QUEUE": "1", "DATELINE_DRAIN": "0"}
    with (
        running(sample, models, few | model.settings) as server,
        httpx2.Client(base_url=server.address, timeout=30, trust_env=False) as client,
    ):
        yield client


def count(client: httpx2.Client, name: str) -> float:
    families = text_string_to_metric_families(client.get("/metrics").text)
    return next(sample.value for family in families for sample in family.samples if sample.name == name)


def wait_until(client: httpx2.Client, name: str, value: float) -> None:
    until = time.monotonic() + 5
    while count(client, name) != value:
        assert time.monotonic() < until, f"{name} is {count(client, name)}, not {value}"
        time.sleep(0.05)


@contextmanager
def asking(client: httpx2.Client, path: str, body: dict[str, Any]) -> Iterator[None]:
    """Asks, and hangs up at the end of the block."""
    told = json.dumps(body).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    with socket.create_connection((client.base_url.host, client.base_url.port)) as connection:
        connection.sendall(f"{head}Content-Length: {len(told)}\r\n\r\n".encode() + told)
        yield


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/ask", FLOOD),
        ("/v1/ask", FLOOD | {"stream": True}),
        ("/v1/chat/completions", CHAT),
        ("/v1/chat/completions", CHAT | {"stream": True}),
    ],
)
def test_whoever_hangs_up_is_answered_no_more(
    client: httpx2.Client, model: Hanging, path: str, body: dict[str, Any]
) -> None:
    with asking(client, path, body):
        model.asked.get(timeout=20)  # the first one loads litellm
        wait_until(client, "dateline_questions_running", 1)
        assert model.left.empty()
    model.left.get(timeout=20)  # else the model is asked on for nobody
    wait_until(client, "dateline_questions_running", 0)
    assert count(client, "dateline_questions_waiting") == 0


def test_when_all_places_are_taken_one_waits_and_the_next_is_told_to_come_again(
    client: httpx2.Client, model: Hanging
) -> None:
    before = count(client, "dateline_questions_refused_total")
    with client.stream("POST", "/v1/ask", json=FLOOD | {"stream": True}):
        model.asked.get(timeout=20)
        with asking(client, "/v1/ask", FLOOD):
            wait_until(client, "dateline_questions_waiting", 1)
            asked = client.post("/v1/ask", json=FLOOD)
            chat = client.post("/v1/chat/completions", json=CHAT)
            search = client.post("/v1/search", json={"query": "flood"})
            added = client.post("/v1/articles", json={"id": "1", "text": "The harbour was closed on Friday."})
            began = time.monotonic()
            quick = [client.get(path) for path in ("/healthz", "/readyz", "/v1/articles", "/v1/archive")]
            took = time.monotonic() - began
        # Who waited and has gone left no trace.
        wait_until(client, "dateline_questions_waiting", 0)
    for refused in (asked, chat, search, added):
        assert refused.status_code == 503
        assert refused.headers["retry-after"] == "5"
    assert asked.headers["content-type"] == "application/problem+json"
    assert asked.json()["detail"] == (
        "1 questions are being answered and 1 wait, which is all that this server takes; "
        "try again in a moment"
    )
    assert chat.json()["error"]["type"] == "server_error"
    assert [response.status_code for response in quick] == [200] * 4
    assert took < 1
    model.left.get(timeout=1)
    assert count(client, "dateline_questions_refused_total") == before + 4
    wait_until(client, "dateline_questions_running", 0)
    assert client.post("/v1/search", json={"query": "flood"}).status_code == 200


def test_a_place_is_free_again_however_its_holder_left(sample_archive: Archive) -> None:
    async def use() -> None:
        capacity = Capacity(1, 2, Metrics(sample_archive))

        async def hold(seconds: float) -> None:
            async with capacity.place():
                await asyncio.sleep(seconds)

        held, waits, leaves = [asyncio.create_task(hold(seconds)) for seconds in (30, 0, 30)]
        await asyncio.sleep(0.01)
        with pytest.raises(Busy, match="1 questions are being answered and 2 wait"):
            await hold(0)
        leaves.cancel()
        held.cancel()
        await asyncio.wait_for(waits, 1)
        await asyncio.wait_for(hold(0), 1)

    asyncio.run(use())


def test_nothing_is_suggested_while_somebody_waits(sample_archive: Archive) -> None:
    capacity = Capacity(1, 2, Metrics(sample_archive))
    settings = load_settings(data=sample_archive.directory)
    desk = replace(open_desk(settings, sample_archive, Conversations()), hurries=capacity.is_waited_for)

    async def wait() -> None:
        async with capacity.place():
            pass

    async def use() -> tuple[Answer, Answer]:
        async with capacity.place():
            alone = await final(ask(desk, Question(question=FLOOD["question"])))
            waiting = asyncio.create_task(wait())
            hurried = await final(ask(desk, Question(question=FLOOD["question"])))
        await waiting
        return alone, hurried

    alone, hurried = asyncio.run(use())
    assert alone.suggestions
    assert hurried.suggestions == ()
    assert hurried.text == alone.text


def test_more_are_answered_at_a_time_where_a_model_elsewhere_does_the_work() -> None:
    here, elsewhere = load_settings(), load_settings(answerer="openai/m")
    assert places_of(elsewhere) == 8 * places_of(here)
    assert places_of(load_settings(concurrency=3)) == 3
