"""A provider of language models on loopback: OpenAI's and Anthropic's wire formats, streamed.

It answers each request with the next of its replies, the last one or all again and again, and misbehaves
as a reply says. `asked` keeps what it was sent.
"""

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "sk-test-0123456789abcdefghijKLMNOP"

OVERFLOW = (
    "This model's maximum context length is 8192 tokens. However, your messages resulted in 9001 tokens."
)

SCHEMAS = frozenset({"response_format", "output_format", "output_config", "tools"})

Written = str | Callable[["Asked"], str]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came."""

    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]

    @property
    def prompt(self) -> str:
        """All of its messages, one after another."""
        parts = [str(self.body.get("system", "")), *(str(m["content"]) for m in self.body["messages"])]
        return "\n".join(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the server does with one request: by itself, it streams `text` and ends well.

    `pause` is the seconds before the stream, `drip` those before each piece. `stall_after` and
    `cut_after` count pieces of `size` characters: after so many the stream stands still until the
    server is closed, or ends as if all were well but unfinished. `raw` replaces the whole stream.
    With `status`, nothing is streamed and `error` is told.
    """

    text: Written = ""
    size: int = 7
    pause: float = 0.0
    drip: float = 0.0
    stall_after: int | None = None
    cut_after: int | None = None
    finish: str = "stop"
    usage: tuple[int, int] | None = (120, 34)
    raw: bytes | None = None
    status: int = 200
    error: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


class Provider:
    """The server's side that a test talks to."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.closed = threading.Event()
        self.asked: list[Asked] = []
        self.takes_schemas = False
        self.refused = 0  # requests with a schema
        self._over = False
        self._replies: list[Reply] = []

    def replies(self, *replies: Reply, takes_schemas: bool = False, over: bool = False) -> None:
        """Answers with these from now on, `over` and over; what was asked before is forgotten.

        One that takes no schema refuses a request that has one, and does not count it.
        """
        self._replies = list(replies)
        self.takes_schemas, self._over = takes_schemas, over
        self.asked.clear()

    def next_reply(self, asked: Asked) -> Reply:
        if self._over:  # for so long that what was asked is not kept
            self._replies.append(reply := self._replies.pop(0))
            return reply
        self.asked.append(asked)
        return self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]


@contextmanager
def provider() -> Iterator[Provider]:
    """A provider on a free port of loopback."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    made = Provider(f"http://127.0.0.1:{server.server_port}")
    server.daemon_threads = True
    server.provider = made  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield made
    finally:
        made.closed.set()
        server.shutdown()
        server.server_close()


def openai_event(text: str = "", **known: Any) -> bytes:
    """A chunk of chat completions."""
    choice = {"index": 0, "delta": {"content": text} if text else {}, "finish_reason": None}
    event = {"id": "c-1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
    return _event(event | known)


class _Handler(BaseHTTPRequestHandler):
    """Speaks HTTP/1.0, so that the end of the connection is the end of the stream."""

    def do_POST(self) -> None:
        provider: Provider = self.server.provider  # type: ignore[attr-defined]
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        asked = Asked(self.path, dict(self.headers), body)
        if not provider.takes_schemas and body.keys() & SCHEMAS:
            provider.refused += 1
            self._refuse(Reply(status=400, error="'response_format' of type 'json_schema' is not supported"))
            return
        reply = provider.next_reply(asked)
        if reply.status != 200:
            self._refuse(reply)
            return
        provider.closed.wait(reply.pause)
        self._start(200, "text/event-stream", reply.headers)
        wire = _anthropic if "messages" in self.path.rsplit("/", 1)[-1] else _openai
        try:
            for piece in [reply.raw] if reply.raw is not None else wire(reply, asked):
                if piece is None:
                    provider.closed.wait(30)
                    return
                provider.closed.wait(reply.drip)
                self.wfile.write(piece)
                self.wfile.flush()
        except OSError:  # the client has gone, as it may
            return

    def _refuse(self, reply: Reply) -> None:
        told = {"type": "error", "error": {"message": reply.error, "type": "error", "code": None}}
        self._start(reply.status, "application/json", reply.headers)
        self.wfile.write(json.dumps(told).encode())

    def _start(self, status: int, kind: str, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in ({"Content-Type": kind} | dict(headers)).items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keeps the tests' output clean."""


def _openai(reply: Reply, asked: Asked) -> Iterator[bytes | None]:
    for piece in _pieces(reply, asked):
        yield None if piece is None else openai_event(piece)
    if reply.cut_after is not None:
        return
    yield openai_event(choices=[{"index": 0, "delta": {}, "finish_reason": reply.finish}])
    if reply.usage:
        tokens_in, tokens_out = reply.usage
        usage = {
            "prompt_tokens": tokens_in,
            "completion_tokens": tokens_out,
            "total_tokens": tokens_in + tokens_out,
        }
        yield openai_event(choices=[], usage=usage)
    yield b"data: [DONE]\n\n"


def _anthropic(reply: Reply, asked: Asked) -> Iterator[bytes | None]:
    tokens_in, tokens_out = reply.usage or (0, 0)
    message = {"id": "m-1", "type": "message", "role": "assistant", "model": "m", "content": []}
    start = message | {
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": tokens_in, "output_tokens": 1},
    }
    yield _named("message_start", message=start)
    yield _named("content_block_start", index=0, content_block={"type": "text", "text": ""})
    for piece in _pieces(reply, asked):
        delta = {"type": "text_delta", "text": piece}
        yield None if piece is None else _named("content_block_delta", index=0, delta=delta)
    if reply.cut_after is not None:
        return
    yield _named("content_block_stop", index=0)
    ending = {"stop_reason": "end_turn" if reply.finish == "stop" else reply.finish, "stop_sequence": None}
    yield _named("message_delta", delta=ending, usage={"output_tokens": tokens_out})
    yield _named("message_stop")


def _pieces(reply: Reply, asked: Asked) -> Iterator[str | None]:
    """The text in pieces; None where the stream stands still."""
    text = reply.text if isinstance(reply.text, str) else reply.text(asked)
    pieces: Sequence[str] = [text[i : i + reply.size] for i in range(0, len(text), reply.size)]
    for number, piece in enumerate(pieces):
        if number == reply.cut_after:
            return
        if number == reply.stall_after:
            yield None
        yield piece


def _named(kind: str, **fields: Any) -> bytes:
    return f"event: {kind}\n".encode() + _event({"type": kind} | fields)


def _event(value: Mapping[str, Any]) -> bytes:
    return f"data: {json.dumps(value)}\n\n".encode()
