"""What one system takes, each step in a process of its own, one after the other."""

import json
import os
import resource
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from eval.benchmarks.peers.articles import Given, hits
from eval.benchmarks.peers.driver import BUILT, READY, SERVED
from eval.benchmarks.peers.systems import HERE, Missing, System

COLD_RUNS = 3
QUERIES = 200
QUIET = {
    "HF_HUB_OFFLINE": "1",
    "HAYSTACK_TELEMETRY_ENABLED": "False",
    "ANONYMIZED_TELEMETRY": "False",
    "TQDM_DISABLE": "1",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What was measured of one system."""

    name: str
    version: str
    search: str
    seconds_to_index: float
    cpu_seconds_to_index: float  # of all cores together; other work on the machine hardly changes it
    megabytes_on_disk: float  # of the index; the model it was made with is not counted
    seconds_cold: float  # from the start of a process to the first result
    p50: float  # milliseconds
    p95: float
    megabytes_of_memory: float  # the peak of the process that searches
    hits_at_10: float
    hits_at_4: float
    load: float  # how many processes wanted a core, on the average of the minute before


@dataclass(frozen=True, slots=True)
class Served:
    """What a process that searches told of itself."""

    cold: float
    times: list[float]
    found: dict[str, list[str]]
    megabytes: float


def measured(
    system: System, python: Path, given: Given, folder: Path, model: Path, built: Row | None = None
) -> Row:
    """Builds the system's index in `folder`, unless `built` is the row of it, and asks all questions.

    Raises Missing with the system's own last words where it fails.
    """
    load = os.getloadavg()[0]
    seconds, cpu = (
        (built.seconds_to_index, built.cpu_seconds_to_index)
        if built
        else index(system, python, given, folder, model)
    )
    colds = [serve(system, python, given, folder, model, 0).cold for _ in range(COLD_RUNS - 1)]
    served = serve(system, python, given, folder, model, max(QUERIES, len(given.asked)))
    times = served.times[:QUERIES]
    return Row(
        name=system.name,
        version=system.version,
        search=system.search,
        seconds_to_index=seconds,
        cpu_seconds_to_index=cpu,
        megabytes_on_disk=megabytes_in(folder),
        seconds_cold=statistics.median([*colds, served.cold]),
        p50=percentile(times, 50),
        p95=percentile(times, 95),
        megabytes_of_memory=served.megabytes,
        hits_at_10=hits(given.asked, served.found, 10),
        hits_at_4=hits(given.asked, served.found, 4),
        load=load,
    )


def index(system: System, python: Path, given: Given, folder: Path, model: Path) -> tuple[float, float]:
    """Builds the index in `folder` anew; the seconds that its process took, by the clock and of CPU."""
    shutil.rmtree(folder, ignore_errors=True)
    command = driven(python, BUILT, system, given.articles, folder, model)
    started, used = time.perf_counter(), children_seconds()
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(  # noqa: S603
            command, env=environment(), stdout=output, stderr=output, check=False
        )
        if done.returncode:
            raise Missing(f"it could not index the articles: {last_words(output)}")
    return time.perf_counter() - started, children_seconds() - used


def children_seconds() -> float:
    """The CPU time of all processes that this one has waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def serve(system: System, python: Path, given: Given, folder: Path, model: Path, count: int) -> Served:
    """A new process that asks the first question, then `count` more."""
    command = driven(python, SERVED, system, folder, model, given.questions, count)
    with tempfile.TemporaryFile() as errors:
        started = time.perf_counter()
        with subprocess.Popen(  # noqa: S603
            command, env=environment(), stdout=subprocess.PIPE, stderr=errors, text=True
        ) as process:
            lines = process.stdout or ()
            cold = next((time.perf_counter() - started for line in lines if line.strip() == READY), None)
            told = list(lines)
        if process.returncode or cold is None:
            raise Missing(f"it could not search: {last_words(errors)}")
    says: dict[str, Any] = json.loads(told[-1])
    return Served(cold, says["times"], says["found"], says["megabytes"])


def driven(python: Path, command: str, system: System, *arguments: object) -> list[str]:
    """The driver's command line, without the folder it stands in on the path of imports."""
    driver, script = HERE / "driver.py", HERE / system.script
    return [str(python), "-P", str(driver), command, str(script), *map(str, arguments)]


def environment() -> dict[str, str]:
    """This process's environment, without settings of Dateline and without anyone calling home."""
    # Where Python may not keep what it compiled, each start of a large system would compile it again.
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {name: value for name, value in kept.items() if not name.startswith("DATELINE_")} | QUIET


def last_words(output: IO[bytes]) -> str:
    """The last line that a failed process wrote."""
    output.seek(0)
    lines = output.read().decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing"


def megabytes_in(folder: Path) -> float:
    """How large the files of an index are, without those of Dateline's exported model."""
    files = (path for path in folder.rglob("*") if path.is_file())
    counted = (path for path in files if path.relative_to(folder).parts[0] != "model")
    return sum(path.stat().st_size for path in counted) / 1e6


def percentile(values: Sequence[float], part: int) -> float:
    """The value that `part` of a hundred do not exceed."""
    return statistics.quantiles(values, n=100, method="inclusive")[part - 1]
