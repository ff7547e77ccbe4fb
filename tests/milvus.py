"""Real Milvus servers on loopback: milvus-lite's own process, and the binary that the `milvus` wheel carries.

The wheel wants an environment of its own (`setuptools<81` beside it). DATELINE_TEST_MILVUS names that
environment's folder, or the address of a server that runs already.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

GIVEN = os.environ.get("DATELINE_TEST_MILVUS")  # read before the tests clear the environment
STARTED = 60  # seconds until a server must answer


def free_port() -> int:
    """A port of loopback that nothing listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


class MilvusServer:
    """A server process with a folder of its own. It may be killed and started again."""

    def __init__(self, folder: Path, environment: Path | None = None) -> None:
        """milvus-lite's, or that of the environment with the wheel."""
        self.port = free_port()
        self._log = folder / "server.log"
        lite = [sys.executable, "-m", "milvus_lite", "server", "--host", "127.0.0.1", "--port"]
        real = [f"{environment}/bin/milvus-server", "--proxy-port"]
        data = ["--data-dir" if environment is None else "--data", str(folder / "data")]
        self._command = [*(lite if environment is None else real), str(self.port), *data]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts it and waits until it answers."""
        from pymilvus import MilvusClient, MilvusException

        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, stdout=log, stderr=log, start_new_session=True, env=_plain_environment()
            )
        until = time.monotonic() + STARTED
        while True:
            try:
                client = MilvusClient(f"http://127.0.0.1:{self.port}", timeout=2)
                client.list_collections(timeout=2)
                client.close()
                return
            except MilvusException:
                if time.monotonic() > until or self._process.poll() is not None:
                    self.kill()
                    raise AssertionError(self._log.read_text()[-2000:]) from None
                time.sleep(0.1)

    def kill(self) -> None:
        """kill -9 of it and of what it started."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def address(self, name: str) -> str:
        """The address of an index in it."""
        return f"milvus+http://127.0.0.1:{self.port}/{name}"


def _plain_environment() -> dict[str, str]:
    """Without what a coverage or a debugging run put there."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COV"))}
