"""The end of a server, told to stop or killed: what its readers learn, and what is there afterwards."""

import asyncio
import json
import signal
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from index.archive import Archive
from service.http import problems
from service.http.capacity import Draining, ShuttingDown
from service.http.metrics import Metrics
from service.http.routes import probes
from service.settings import load_settings
from tests.hanging import Hanging, hanging_model
from tests.providers import Reply, provider
from tests.serving import running

FLOOD = {"question": "How many families were evacuated in the flood?"}
CHAT = {"model": "dateline", "messages": [{"role": "user", "content": FLOOD["question"]}]}
EXIT = 4.0  # seconds from the end of the grace until the process is gone


@pytest.fixture
def model() -> Iterator[Hanging]:
    with hanging_model() as model:
        yield model


def client_of(address: str) -> httpx2.Client:
    return httpx2.Client(base_url=address, timeout=30, trust_env=False)


def test_what_is_left_of_a_stream_is_told_that_the_server_stops(
    writable_sample: Path, models: Path, model: Hanging
) -> None:
    with (
        running(writable_sample, models, {"DATELINE_DRAIN": "1"} | model.settings) as server,
        client_of(server.address) as client,
        client.stream("POST", "/v1/ask", json=FLOOD | {"stream": True}) as stream,
        client.stream("POST", "/v1/chat/completions", json=CHAT | {"stream": True}) as chat,
    ):
        for _ in range(2):
            model.asked.get(timeout=20)
        began = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        told = stream.read().decode().strip().split("\n\n")
        took = time.monotonic() - began
        chunks = chat.read().decode().strip().split("\n\n")
        # No new reader comes to a server that is going.
        with pytest.raises(httpx2.ConnectError), client_of(server.address) as late:
            late.get("/readyz")
        server.process.wait(timeout=1 + EXIT)
        assert time.monotonic() - began < 1 + EXIT
    assert 0.9 < took < 1 + EXIT
    event, data = told[-1].split("\n")
    assert event == "event: error"
    error = json.loads(data.removeprefix("data: "))
    assert (error["code"], error["status"]) == ("shutting_down", 503)
    assert json.loads(chunks[-2].removeprefix("data: "))["error"]["code"] == "shutting_down"
    assert chunks[-1] == "data: [DONE]"


def test_an_answer_that_is_not_streamed_is_told_too(
    writable_sample: Path, models: Path, model: Hanging
) -> None:
    async def ask_and_stop() -> Any:
        with running(writable_sample, models, {"DATELINE_DRAIN": "0"} | model.settings) as server:
            async with httpx2.AsyncClient(base_url=server.address, timeout=30, trust_env=False) as client:
                asking = asyncio.create_task(client.post("/v1/ask", json=FLOOD))
                await asyncio.to_thread(model.asked.get, timeout=20)
                server.process.send_signal(signal.SIGTERM)
                return await asking

    response = asyncio.run(ask_and_stop())
    assert response.status_code == 503
    assert response.headers["retry-after"] == "5"
    assert response.json()["code"] == "shutting_down"


def test_what_can_be_finished_in_time_is(writable_sample: Path, models: Path) -> None:
    with provider() as slow:
        slow.replies(Reply(text="It was a flood. ", pause=0.2, drip=0.3))
        settings = {"DATELINE_ANSWERER": "openai/slow", "DATELINE_API_BASE": slow.address}
        with (
            running(writable_sample, models, settings) as server,
            client_of(server.address) as client,
            client.stream("POST", "/v1/ask", json=FLOOD | {"stream": True}) as stream,
        ):
            lines = stream.iter_lines()
            assert next(lines) == "event: plan"
            server.process.send_signal(signal.SIGTERM)
            assert [line for line in lines if line.startswith("event:")][-1] == "event: done"
            server.process.wait(timeout=EXIT)


def test_a_server_that_is_going_is_not_ready(sample_archive: Archive) -> None:
    draining = Draining(30)
    app = FastAPI()
    problems.install(app)
    app.include_router(probes.router(sample_archive, draining, Metrics(sample_archive)))

    async def begin() -> None:
        draining.begin()

    with TestClient(app) as client:
        assert client.get("/readyz").json() == {"status": "ready"}
        asyncio.run(begin())
        assert client.get("/healthz").status_code == 200
        told = client.get("/readyz")
    assert (told.status_code, told.json()["code"]) == (503, "shutting_down")


async def numbers(pause: float) -> AsyncIterator[int]:
    for number in range(3):
        await asyncio.sleep(pause)
        yield number


def test_the_grace_counts_from_when_it_begins() -> None:
    async def read() -> list[int]:
        draining, found = Draining(0.25), []
        try:
            async for number in draining.while_open(numbers(0.2)):
                found.append(number)
                draining.begin()
        except ShuttingDown:
            found.append(-1)
        return found

    assert asyncio.run(read()) == [0, 1, -1]


def test_a_timeout_of_the_answers_own_is_none_of_the_servers() -> None:
    async def late() -> AsyncIterator[int]:
        yield 1
        raise TimeoutError("of the model")

    async def read() -> None:
        async for _ in Draining(30).while_open(late()):
            pass

    with pytest.raises(TimeoutError, match="of the model"):
        asyncio.run(read())


def test_a_server_that_is_killed_in_mid_answer_loses_nothing_it_had_said(
    writable_sample: Path, models: Path, model: Hanging
) -> None:
    with running(writable_sample, models, model.settings) as server, client_of(server.address) as client:
        kept = client.post("/v1/ask", json=FLOOD | {"answerer": "quotes"}).json()
        added = client.post(
            "/v1/articles", json={"id": "7", "text": "The quay was closed on Friday, she said."}
        )
        with client.stream("POST", "/v1/ask", json=FLOOD | {"stream": True}) as stream:
            lines = stream.iter_lines()
            assert next(lines) == "event: plan"
            model.asked.get(timeout=20)
            server.process.kill()
            with pytest.raises(httpx2.RemoteProtocolError):
                list(lines)
    with running(writable_sample, models) as server, client_of(server.address) as client:
        again = client.get(f"/v1/answers/{kept['id']}").json()
        assert {name: again[name] for name in kept} == kept
        assert client.get(f"/v1/articles/{added.json()['articles'][0]['id']}").status_code == 200
        assert client.post("/v1/ask", json=FLOOD).json()["status"] == "answered"
    archive = load_settings(data=writable_sample, models=models).open_archive()
    assert archive.check() == []
    archive.close()
