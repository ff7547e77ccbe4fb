"""Builds or serves one system, in the Python that has it, and tells what that took.

    python -P driver.py build SCRIPT ARTICLES FOLDER MODEL
    python -P driver.py serve SCRIPT FOLDER MODEL QUESTIONS COUNT

It is started as a file and imports the standard library alone, since the systems' own environments
hold nothing of Dateline. SCRIPT has `build(articles, folder, model)`, which indexes a file of JSON
lines, and `load(folder, model)`, which gives a search: a question to the ten best texts. A line READY
is written as soon as the first question has its result; the last line is JSON, times in milliseconds
and the peak memory of the process in megabytes.
"""

import json
import resource
import runpy
import sys
import time
from pathlib import Path
from typing import Any

READY = "first result"
BUILT, SERVED = "build", "serve"


def build(script: str, articles: str, folder: str, model: str) -> None:
    """Indexes the articles in that folder."""
    Path(folder).mkdir(parents=True)
    runpy.run_path(script)["build"](articles, folder, model)


def serve(script: str, folder: str, model: str, questions: str, count: str) -> None:
    """Answers the first question, then `count` more, from the first on and over again."""
    asked = json.loads(Path(questions).read_text())
    search = runpy.run_path(script)["load"](folder, model)
    found = {asked[0]: search(asked[0])}
    print(READY, flush=True)
    times = []
    for number in range(int(count)):
        question = asked[number % len(asked)]
        started = time.perf_counter()
        found[question] = search(question)
        times.append((time.perf_counter() - started) * 1000)
    print(json.dumps({"times": times, "found": found, "megabytes": peak()}))


def peak() -> float:
    """The most memory that this process ever held, in megabytes."""
    # On Linux ru_maxrss begins with what the parent process held; VmHWM is this process's alone.
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().partition("VmHWM:")[2].split()[0]) / 1024
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return held / 1024**2 if sys.platform == "darwin" else held / 1024


COMMANDS: dict[str, Any] = {BUILT: build, SERVED: serve}

if __name__ == "__main__":
    COMMANDS[sys.argv[1]](*sys.argv[2:])
