"""A real Dateline server on loopback, in a process of its own."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import ROOT


@contextmanager
def server(data: Path, models: Path) -> Iterator[str]:
    """Serves the archive in `data` on a free port and gives the address it prints."""
    environment = os.environ | {"DATELINE_MODELS": str(models), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "service.cli", "serve", "--data", str(data), "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT)
    try:
        line = process.stdout.readline() if process.stdout else ""
        address = re.search(r"http://\S+/", line)
        assert address, f"the server said {line!r}"
        yield address[0]
    finally:
        process.terminate()
        process.wait(timeout=20)
        if process.stdout:
            process.stdout.close()
