"""A server over a long time: adds, asks, deletes, backups and a model that breaks, all at once.

SOAK_MINUTES=2 pytest -m slow tests/test_soak.py
"""

import itertools
import os
import random
import shutil
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest

from eval.benchmarks.load import megabytes
from service.settings import load_settings
from tests.conftest import ROOT
from tests.providers import Reply, provider
from tests.serving import running

pytestmark = pytest.mark.slow

MINUTES = float(os.environ.get("SOAK_MINUTES", "30"))
SITE = "https://soak.example/"
ASKERS = 3
HELD = 150  # articles of ours that are held before the oldest is deleted
PAUSE = 0.5  # seconds between two adds, so that there is time for all else
WARM = 1 / 3  # of the time, until memory is looked at
GROWTH = 0.15  # how much of it a server may gain from then to the end
QUESTIONS = (
    "How many families were evacuated in the flood?",
    "What does the Harbour Bridge cost?",
    "Who switched off the pumps at Salt Lane?",
    "Who won the world chess championship?",
)
REPLIES = (
    Reply(text="Forty families were evacuated [1.1]. " * 3),
    Reply(status=500, error="the model broke"),
    Reply(status=429, error="too many", headers={"Retry-After": "0.2"}),
    Reply(text="It was a flood. " * 9, cut_after=4),
    Reply(raw=b"data: {not json\n\n"),
    Reply(raw=b"\x00\xff\xfe"),
    Reply(text="", finish="content_filter"),
    Reply(text="[9.9] </think> " * 400),
)


@dataclass(slots=True)
class Acknowledged:
    """What the server has said of our articles: those it holds, by address, and those that leave or left."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    held: dict[str, str] = field(default_factory=dict)
    leaving: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    outcomes: Counter[str] = field(default_factory=Counter)

    def count(self, outcome: str) -> None:
        with self.lock:
            self.outcomes[outcome] += 1


@dataclass(slots=True)
class Soak:
    """The server under test and those who use it, each in a thread of its own until the time is over."""

    address: str
    pid: int
    data: Path
    scratch: Path
    said: Acknowledged = field(default_factory=Acknowledged)
    over: threading.Event = field(default_factory=threading.Event)
    memory: list[tuple[float, float]] = field(default_factory=list)  # (seconds, MB)

    def send(self, client: httpx2.Client, method: str, path: str, **body: Any) -> httpx2.Response:
        """Sends a request until it is taken; only 503 with Retry-After may ask to come again."""
        while True:
            response = client.request(method, path, **body)
            if response.status_code != 503 or "retry-after" not in response.headers:
                return response
            self.said.count("told to come again")
            time.sleep(min(1.0, float(response.headers["retry-after"])))

    def client(self) -> httpx2.Client:
        return httpx2.Client(base_url=self.address, timeout=120, trust_env=False)

    def add(self) -> None:
        with self.client() as client:
            for number in itertools.count():
                if self.over.wait(PAUSE):
                    return
                url = f"{SITE}{number}"
                chance = random.Random(number)
                text = " ".join(
                    f"Ship {chance.randint(1, 99)} brought {chance.randint(2, 900)} crates to quay {place}."
                    for place in range(chance.randint(5, 60))
                )
                article = {"url": url, "title": f"Ships of day {number}", "text": text, "language": "en"}
                response = self.send(client, "POST", "/v1/articles", json=article)
                assert response.status_code == 201, response.text
                with self.said.lock:
                    self.said.held[url] = response.json()["articles"][0]["id"]
                self.said.count("added")

    def delete(self) -> None:
        with self.client() as client:
            while not self.over.wait(PAUSE / 2):
                with self.said.lock:
                    if len(self.said.held) <= min(HELD, MINUTES * 15):
                        continue
                    url, number = next(iter(self.said.held.items()))
                    del self.said.held[url]
                    self.said.leaving.add(url)
                erase = "true" if int(number) % 2 else "false"
                response = self.send(client, "DELETE", f"/v1/articles/{number}?erase={erase}")
                assert response.status_code in (200, 204), response.text
                with self.said.lock:
                    self.said.leaving.remove(url)
                    self.said.gone.add(url)
                self.said.count("deleted")

    def ask(self) -> None:
        with self.client() as client:
            for number in itertools.count():
                if self.over.is_set():
                    return
                body = {"question": QUESTIONS[number % len(QUESTIONS)], "stream": number % 2 == 0}
                response = self.send(client, "POST", "/v1/ask", json=body)
                assert response.status_code == 200, response.text
                assert ("event: done" if body["stream"] else '"status"') in response.text, response.text
                self.said.count("answered")

    def back_up(self) -> None:
        """Takes a backup every few seconds, puts it back and looks into it."""
        for number in itertools.count():
            if self.over.wait(min(60.0, MINUTES * 10)):
                return
            with self.said.lock:
                before, gone = set(self.said.held), set(self.said.gone)
            file, restored = self.scratch / f"{number}.backup", self.scratch / str(number)
            dateline("backup", str(file), "--data", str(self.data))
            with self.said.lock:  # what was deleted while the backup was taken may be in it or not
                before -= self.said.gone | self.said.leaving
            dateline("restore", str(file), "--data", str(restored))
            addresses = sound(restored)
            assert addresses >= before
            assert not addresses & gone
            shutil.rmtree(restored)
            file.unlink()
            self.said.count("backups restored")

    def weigh(self) -> None:
        began = time.monotonic()
        while not self.over.wait(1):
            self.memory.append((time.monotonic() - began, megabytes(self.pid)))


def dateline(*arguments: str) -> None:
    command = [sys.executable, "-m", "service.cli", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def sound(data: Path) -> set[str]:
    """The addresses of our articles in an archive in which nothing is amiss."""
    with closing(load_settings(data=data).open_archive()) as archive:
        assert archive.check() == []
        keys = {article.key.removeprefix("url:") for article in archive.articles()}
        return {key for key in keys if key.startswith(SITE)}


def gained(memory: list[tuple[float, float]]) -> tuple[float, float]:
    """Fits a line through the memory after warm-up: (MB at its begin, MB gained to its end)."""
    seconds, held = zip(*memory[int(len(memory) * WARM) :], strict=True)
    line = statistics.linear_regression(seconds, held)
    return line.slope * seconds[0] + line.intercept, line.slope * (seconds[-1] - seconds[0])


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_a_server_under_everything_at_once_stays_as_it_is(
    writable_sample: Path, models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with provider() as model, (tmp_path / "log").open("w") as told:
        model.replies(*REPLIES, over=True)
        settings = {"DATELINE_ANSWERER": "openai/broken", "DATELINE_API_BASE": model.address}
        with running(writable_sample, models, settings, log=told) as server:
            soak = Soak(server.address, server.process.pid, writable_sample, tmp_path)
            work: list[Callable[[], None]] = [soak.add, soak.delete, soak.back_up, soak.weigh]
            work += [soak.ask] * ASKERS
            with ThreadPoolExecutor(len(work)) as threads:
                running_now = [threads.submit(one) for one in work]
                wait(running_now, MINUTES * 60, FIRST_EXCEPTION)
                soak.over.set()
            for one in running_now:
                one.result()
            assert server.process.poll() is None
    begin, more = gained(soak.memory)
    with capsys.disabled():
        sys.stdout.write(
            f"\n{dict(soak.said.outcomes)}; {begin:.0f} MB after warm-up, {more:+.0f} MB since\n"
        )
    assert sound(writable_sample) == set(soak.said.held)
    assert soak.said.outcomes.keys() >= {"added", "deleted", "answered", "backups restored"}
    assert more < GROWTH * begin
    assert "Traceback" not in (tmp_path / "log").read_text()
