"""Several worker processes behind one address: one archive, one count, and none of them missed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.conftest import ROOT, copy_of
from tests.serving import Running, running

SECRET = "sk-neverwritten-0123456789"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, sample: Path) -> Path:
    return copy_of(sample, tmp_path_factory.mktemp("workers") / "archive")


@pytest.fixture(scope="module")
def served(folder: Path, models: Path) -> Iterator[Running]:
    settings = {"DATELINE_DRAIN": "1", "OPENAI_API_KEY": SECRET}
    with running(folder, models, settings, "--workers", "2") as server:
        yield server


def get(served: Running, path: str) -> httpx2.Response:
    """Asks on a connection of its own, which any of the workers may take."""
    with httpx2.Client(base_url=served.address, timeout=30, trust_env=False) as client:
        return client.get(path)


def workers(served: Running) -> set[int]:
    """The processes that serve: the children but for multiprocessing's own."""
    pid = served.process.pid
    children = map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
    return {child for child in children if b"spawn_main" in command_line(child)}


def await_another(served: Running, killed: int) -> None:
    until = time.monotonic() + 30
    while len(now := workers(served)) < 2 or killed in now:
        assert time.monotonic() < until
        time.sleep(0.2)


def command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""  # it has ended since it was listed


def counted(served: Running) -> float:
    families = text_string_to_metric_families(get(served, "/metrics").text)
    return sum(
        sample.value
        for family in families
        for sample in family.samples
        if sample.name == "dateline_http_requests_total" and sample.labels["route"] == "/healthz"
    )


def test_the_address_is_told_once_when_all_of_them_answer(served: Running) -> None:
    assert len(workers(served)) == 2
    assert get(served, "/readyz").json() == {"status": "ready"}


def test_they_count_together(served: Running) -> None:
    before = counted(served)
    for _ in range(20):
        assert get(served, "/healthz").status_code == 200
    assert {counted(served) for _ in range(8)} == {before + 20}


def test_all_of_them_see_what_is_added_meanwhile(
    served: Running, folder: Path, models: Path, tmp_path: Path
) -> None:
    article = tmp_path / "ferry.txt"
    article.write_text(
        "Ferry stops for good\n\nThe Lenn ferry stopped for good on Monday, the company said.\n"
    )
    environment = os.environ | {"DATELINE_MODELS": str(models)}
    command = [sys.executable, "-m", "service.cli", "add", str(article), "--data", str(folder)]
    subprocess.run(command, check=True, cwd=ROOT, env=environment, capture_output=True)
    time.sleep(1)  # twice as long as a reader may go without looking
    counts = {get(served, "/v1/archive").json()["articles"] for _ in range(12)}
    # The first to ask may still be answered from before, while another thread looks.
    assert {get(served, "/v1/archive").json()["articles"] for _ in range(12)} == {35}, counts


def test_one_that_dies_is_replaced(served: Running) -> None:
    before = workers(served)
    os.kill(min(before), signal.SIGKILL)
    await_another(served, min(before))
    for _ in range(6):
        assert get(served, "/readyz").status_code == 200
    assert len(workers(served) - before) == 1


def test_one_that_dies_while_it_is_asked_for_a_sign_of_life_is_not_waited_for(served: Running) -> None:
    silent = min(workers(served))
    os.kill(silent, signal.SIGSTOP)
    time.sleep(1.5)  # they are asked every half second
    os.kill(silent, signal.SIGKILL)
    await_another(served, silent)
    assert get(served, "/readyz").status_code == 200


def test_no_setting_lies_where_others_can_read_it(served: Running) -> None:
    mine = workers(served)
    assert len(mine) == 2
    for pid in mine:
        assert SECRET.encode() not in Path(f"/proc/{pid}/cmdline").read_bytes()
        for number in Path(f"/proc/{pid}/fd").iterdir():
            target = number.resolve()
            if target.is_file() and target.suffix not in (".so", ".onnx") and os.access(target, os.R_OK):
                assert SECRET.encode() not in target.read_bytes()


def test_they_go_together(sample: Path, models: Path) -> None:
    with running(sample, models, {"DATELINE_DRAIN": "1"}, "--workers", "2") as server:
        mine = workers(server)
        assert len(mine) == 2
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(timeout=10) == 0
        assert not any(Path(f"/proc/{pid}").exists() for pid in mine)
        assert server.process.stdout is not None
        assert server.process.stdout.read() == ""


def test_they_do_not_outlive_a_parent_that_is_killed(sample: Path, models: Path) -> None:
    with running(sample, models, {"DATELINE_DRAIN": "0"}, "--workers", "2") as server:
        mine = workers(server)
        assert len(mine) == 2
        server.process.kill()
        until = time.monotonic() + 10
        while any(Path(f"/proc/{pid}").exists() for pid in mine):
            assert time.monotonic() < until
            time.sleep(0.2)
