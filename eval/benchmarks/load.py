"""How a real server holds up: many who ask at once, for a while, and nothing lost.

    python -m eval.benchmarks.load [--askers 200] [--seconds 60] [--workers 1] [--different 5]
                                   [--program DATELINE]

The questions are those of the sample's cases. Every request must be answered, or told 503 with Retry-After,
and then it is made again. Times are those of requests that were answered, from their first try to their last
byte; on a machine that others use they say little. The server's own seconds of the processor say more.
"""

import asyncio
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import httpx2
import typer

from eval.benchmarks.preparing import DATELINE, SAMPLE
from eval.benchmarks.speed import machine, percentile
from eval.cases import load_cases

CASES = Path(__file__).parents[1] / "cases" / "sample"
PATIENCE = 600.0  # seconds that a request may take
GROWTH = 1.2  # how much more memory the server may hold at the end than after a third of the time


@dataclass(slots=True)
class Told:
    """What came of the requests so far."""

    seconds: list[float] = field(default_factory=list)
    refused: int = 0
    lost: Counter[str] = field(default_factory=Counter)
    megabytes: list[float] = field(default_factory=list)  # of the server, once a second
    processor: float = 0.0  # seconds that the server computed


@contextmanager
def serving(program: Path, folder: Path, workers: int) -> Iterator[tuple[str, int]]:
    """A server over the archive in that folder: its address and its process."""
    command = [str(program), "serve", "--data", str(folder), "--port", "0", "--workers", str(workers)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)  # noqa: S603
    try:
        line = process.stdout.readline() if process.stdout else ""
        address = re.search(r"http://\S+/", line)
        if address is None:
            raise SystemExit(f"the server did not start: {line!r}")
        yield address[0], process.pid
    finally:
        process.terminate()
        process.wait()


def processes(pid: int) -> list[str]:
    """The process and its children."""
    return [str(pid), *Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def processor_seconds(pid: int) -> float:
    """Seconds that a process and its children have computed."""
    ticks = 0
    for one in processes(pid):
        after_name = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        ticks += int(after_name[11]) + int(after_name[12])  # utime and stime of proc(5)
    return ticks / os.sysconf("SC_CLK_TCK")


def megabytes(pid: int) -> float:
    """The memory that a process and its children hold and do not share."""
    total = 0
    for one in processes(pid):
        lines = Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1000


def questions() -> tuple[str, ...]:
    """The questions of the sample's cases, but those that follow another."""
    return tuple(case.question for case in load_cases(CASES) if len(case.turns) == 1)


async def ask(client: httpx2.AsyncClient, question: str, told: Told, *, stream: bool) -> None:
    """One question, asked again for as long as the server says to come again."""
    body = {"question": question, "stream": stream}
    began = time.perf_counter()
    while True:
        try:
            response = await client.post("/v1/ask", json=body)
        except httpx2.HTTPError as error:
            told.lost[type(error).__name__] += 1
            return
        if response.status_code == 503 and "retry-after" in response.headers:
            told.refused += 1
            # Those who were refused together shall not come back together.
            await asyncio.sleep(float(response.headers["retry-after"]) * random.uniform(0.8, 1.2))  # noqa: S311
            continue
        whole = "event: done" in response.text if body["stream"] else '"status"' in response.text
        if response.status_code == 200 and whole:
            told.seconds.append(time.perf_counter() - began)
        else:
            told.lost[f"status {response.status_code}"] += 1
        return


async def load(address: str, pid: int, askers: int, seconds: float, asked: Sequence[str]) -> Told:
    """So many ask one question after another for so long; what they began they wait for."""
    told, before = Told(), processor_seconds(pid)
    until = time.monotonic() + seconds
    limits = httpx2.Limits(max_connections=askers)

    async def keep_asking(client: httpx2.AsyncClient, number: int) -> None:
        """Asks one question after the other until the time is over."""
        while time.monotonic() < until:
            await ask(client, asked[number % len(asked)], told, stream=number % 2 == 0)
            number += askers + 1

    async def weigh() -> None:
        """Notes the server's memory, in megabytes, every second."""
        while True:
            told.megabytes.append(await asyncio.to_thread(megabytes, pid))
            await asyncio.sleep(1)

    async with httpx2.AsyncClient(
        base_url=address, timeout=PATIENCE, limits=limits, trust_env=False
    ) as client:
        weighing = asyncio.create_task(weigh())
        await asyncio.gather(*(keep_asking(client, number) for number in range(askers)))
        weighing.cancel()
    told.processor = processor_seconds(pid) - before
    return told


def report(told: Told, askers: int, seconds: float, workers: int) -> bool:
    """Prints what happened. Gives whether nothing was lost and memory held still."""
    if len(told.seconds) < 2:
        raise SystemExit(f"{len(told.seconds)} answered; this machine is too busy to tell anything")
    third = told.megabytes[len(told.megabytes) // 3]
    last = max(told.megabytes[-5:])
    steady = last <= GROWTH * third
    print(f"{machine()}, load {os.getloadavg()[0]:.1f}; {workers} worker(s)")
    print(
        f"{askers} askers for {seconds:g} s: {len(told.seconds)} answered, {told.refused} told to come again"
    )
    print(f"lost: {dict(told.lost) or 'none'}")
    print(
        f"until answered: p50 {percentile(told.seconds, 50):.2f} s, p95 {percentile(told.seconds, 95):.2f} s"
    )
    print(f"the processor: {told.processor / max(1, len(told.seconds)):.3f} s an answer")
    print(
        f"memory: {third:.0f} MB after a third, {last:.0f} MB at the end, {'steady' if steady else 'GROWING'}"
    )
    return steady and not told.lost


def main(
    askers: Annotated[int, typer.Option(help="How many ask at a time.", min=1)] = 200,
    seconds: Annotated[float, typer.Option(help="For how long they begin to ask.")] = 60,
    workers: Annotated[int, typer.Option(help="Processes that serve.", min=1)] = 1,
    program: Annotated[Path, typer.Option(help="Another version's `dateline`.")] = DATELINE,
    different: Annotated[int, typer.Option(help="How many questions are different.", min=1)] = 1000,
) -> None:
    """Ask a server over the sample archive, and exit 1 where anything was lost."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "archive"
        subprocess.run(  # noqa: S603
            [str(program), "add", str(SAMPLE), "--data", str(folder)], check=True, capture_output=True
        )
        with serving(program, folder, workers) as (address, pid):
            told = asyncio.run(load(address, pid, askers, seconds, questions()[:different]))
    if not report(told, askers, seconds, workers):
        sys.exit(1)


if __name__ == "__main__":
    typer.run(main)
