"""A real Dateline server on loopback, in a process of its own."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tests.conftest import ROOT


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers at `address`."""

    address: str
    process: subprocess.Popen[str]


@contextmanager
def server(data: Path, models: Path) -> Iterator[str]:
    """Serves the archive in `data` on a free port and gives the address it prints."""
    with running(data, models) as started:
        yield started.address


@contextmanager
def running(
    data: Path,
    models: Path,
    settings: Mapping[str, str] | None = None,
    *options: str,
    log: IO[str] | None = None,
) -> Iterator[Running]:
    """The same as a process; `settings` are put into its environment, and `log` gets what it says there."""
    environment = (
        os.environ | {"DATELINE_MODELS": str(models), "PYTHONUNBUFFERED": "1"} | dict(settings or {})
    )
    command = [sys.executable, "-m", "service.cli", "serve", "--data", str(data), "--port", "0", *options]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=log, text=True, env=environment, cwd=ROOT
    )
    try:
        line = process.stdout.readline() if process.stdout else ""
        address = re.search(r"http://\S+/", line)
        assert address, f"the server said {line!r}"
        yield Running(address[0], process)
    finally:
        process.terminate()
        process.wait(timeout=20)
        if process.stdout:
            process.stdout.close()
