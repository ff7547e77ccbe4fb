"""A language model on loopback that begins to answer and never goes on, and notices who hangs up."""

import queue
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.providers import openai_event


class Hanging:
    """What a test is told: `asked` gets an item with each request, `left` with each client that went."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.asked: queue.Queue[None] = queue.Queue()
        self.left: queue.Queue[None] = queue.Queue()

    @property
    def settings(self) -> dict[str, str]:
        """The environment of a server that asks this model, and nobody in its place."""
        return {
            "DATELINE_ANSWERER": "openai/hanging",
            "DATELINE_API_BASE": self.address,
            "DATELINE_FALLBACK": "none",
        }


@contextmanager
def hanging_model() -> Iterator[Hanging]:
    """The model on a free port."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Handler) as server:
        server.daemon_threads = True
        model = Hanging(f"http://127.0.0.1:{server.server_address[1]}")
        server.model = model  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield model
        finally:
            server.shutdown()


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        model: Any = self.server.model  # type: ignore[attr-defined]
        length = 0
        while (line := self.rfile.readline().strip()) != b"":
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        self.rfile.read(length)
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n" + openai_event("The"))
        model.asked.put(None)
        try:
            self.rfile.read(1)
        except ConnectionError:
            pass
        finally:
            model.left.put(None)
