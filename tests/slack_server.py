"""A stand-in for Slack on loopback: its Web API over HTTP, its events signed, its Socket Mode."""

import asyncio
import json
import time
from collections import defaultdict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from aiohttp import WSMsgType, web
from slack_sdk.signature import SignatureVerifier

from service.slack import manifest
from tests.slack_rules import faults, response_faults

SECRET = "a signing secret"
TEAM, CHANNEL, DIRECT, USER, BOT = "T0NEWS", "C0DESK", "D0ANNA", "U0ANNA", "U0BOT"
KNOWN = {
    "ok": True, "user_id": BOT, "bot_id": "B0BOT", "user": "dateline", "team": "Newsroom", "team_id": TEAM,
    "url": "https://newsroom.slack.example/",
}  # fmt: skip
STREAMING = {"chat.appendStream", "chat.stopStream"}


@dataclass
class Message:
    """A message as readers see it: its Markdown, what stands under it, whether it still grows."""

    thread: str | None
    text: str = ""
    blocks: list[dict[str, Any]] = field(default_factory=list)
    streaming: bool = False


@dataclass(frozen=True)
class Refusal:
    """What the Web API answers in place of what it would."""

    error: str
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


RATE_LIMITED = Refusal("ratelimited", 429, {"Retry-After": "0"})


class FakeSlack:
    """Keeps every call, and the messages that they make; says what is wrong with a call by Slack's rules."""

    def __init__(self, scopes: frozenset[str] | None = None) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.responses: list[dict[str, Any]] = []  # to a response_url
        self.messages: dict[str, Message] = {}
        self.faults: list[str] = []
        self.acknowledged: dict[str, dict[str, Any]] = {}
        self.refusals: defaultdict[str, deque[Refusal]] = defaultdict(deque)
        self.sockets: list[web.WebSocketResponse] = []
        self.address = ""
        self._scopes = manifest.scopes() if scopes is None else scopes
        self._numbers = count(1)

    @asynccontextmanager
    async def running(self) -> AsyncIterator["FakeSlack"]:
        app = web.Application(client_max_size=10_000_000)
        app.router.add_post("/api/{method}", self._call)
        app.router.add_post("/response", self._respond)
        app.router.add_get("/link", self._link)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.address = "127.0.0.1:{}".format(*runner.addresses[0][1:2])
        try:
            yield self
        finally:
            await runner.cleanup()

    @property
    def api(self) -> str:
        return f"http://{self.address}/api/"

    @property
    def response_url(self) -> str:
        return f"http://{self.address}/response"

    def refuse(self, method: str, *refusals: Refusal) -> None:
        """Has the next calls of a method refused."""
        self.refusals[method].extend(refusals)

    def names(self) -> list[str]:
        """The methods that were called, in order, but for who the bot is."""
        return [method for method, _ in self.calls if method != "auth.test"]

    def said(self, method: str) -> list[dict[str, Any]]:
        return [said for called, said in self.calls if called == method]

    async def until(self, number: int, method: str) -> None:
        """Waits for that many calls of a method."""
        for _ in range(1000):
            if len(self.said(method)) >= number:
                return
            await asyncio.sleep(0.01)
        raise AssertionError(f"{method} was called {len(self.said(method))} times, of {self.names()}")

    async def hear(self, kind: str, payload: dict[str, Any], envelope: str = "e1") -> dict[str, Any]:
        """Sends a payload over Socket Mode, and gives how it was acknowledged."""
        sent = {"type": kind, "envelope_id": envelope, "payload": payload, "accepts_response_payload": True}
        self.acknowledged.pop(envelope, None)
        await self.sockets[-1].send_json(sent)
        for _ in range(300):
            if envelope in self.acknowledged:
                return self.acknowledged[envelope]
            await asyncio.sleep(0.01)
        raise AssertionError(f"{kind} was not acknowledged within 3 s")

    async def _call(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        said = await request.json() if request.content_type == "application/json" else {}
        said = said or dict(request.query) | dict(await request.post())
        said = {name: _parsed(value) for name, value in said.items() if name not in ("token", "team_id")}
        if method == "auth.test" and "xoxb" not in request.headers.get("Authorization", ""):
            return web.json_response({"ok": False, "error": "invalid_auth"})
        self.calls.append((method, said))
        self.faults += faults(method, said)
        if self.refusals[method]:
            refusal = self.refusals[method].popleft()
            body = {"ok": False, "error": refusal.error}
            return web.json_response(body, status=refusal.status, headers=refusal.headers)
        headers = {"x-oauth-scopes": ",".join(sorted(self._scopes))}
        return web.json_response(self._answer(method, said), headers=headers)

    def _answer(self, method: str, said: dict[str, Any]) -> dict[str, Any]:
        if method == "auth.test":
            return KNOWN
        if method == "apps.connections.open":
            return {"ok": True, "url": f"ws://{self.address}/link"}
        if method in ("chat.startStream", "chat.postMessage"):
            ts = f"1700000000.{next(self._numbers):06}"
            self.messages[ts] = Message(said.get("thread_ts"), streaming=method == "chat.startStream")
            self._write(self.messages[ts], said)
            return {"ok": True, "channel": said["channel"], "ts": ts}
        message = self.messages.get(said.get("ts", ""))
        if method.startswith("chat.") and message is None:
            return {"ok": False, "error": "message_not_found"}
        if message is not None and (error := self._change(method, message, said)):
            return {"ok": False, "error": error}
        return {"ok": True}

    def _change(self, method: str, message: Message, said: dict[str, Any]) -> str | None:
        if (method in STREAMING) != message.streaming and method != "chat.delete":
            return "message_not_in_streaming_state" if method in STREAMING else "streaming_state_conflict"
        if method == "chat.delete":
            del self.messages[said["ts"]]
        elif method == "chat.update":
            message.text, message.blocks = "", []
        message.streaming = method == "chat.appendStream"
        self._write(message, said)
        return None

    def _write(self, message: Message, said: dict[str, Any]) -> None:
        for part in [*said.get("chunks", ()), *said.get("blocks", ())]:
            if part["type"] in ("markdown_text", "markdown"):
                message.text += part["text"]
            elif part["type"] != "task_update":
                message.blocks.append(part)

    async def _respond(self, request: web.Request) -> web.Response:
        said = await request.json()
        self.responses.append(said)
        self.faults += response_faults(said)
        return web.Response(text="ok")

    async def _link(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": 1})
        self.sockets.append(socket)
        async for message in socket:
            if message.type == WSMsgType.TEXT:
                acknowledged = json.loads(message.data)
                self.acknowledged[acknowledged["envelope_id"]] = acknowledged.get("payload", {})
        return socket


def event(content: dict[str, Any], event_id: str = "Ev1") -> dict[str, Any]:
    """What Slack delivers an event in."""
    return {
        "type": "event_callback", "team_id": TEAM, "api_app_id": "A0NEWS", "event_id": event_id,
        "event_time": int(time.time()), "event": content,
    }  # fmt: skip


def mention(text: str, ts: str = "1700000001.000100", **beside: Any) -> dict[str, Any]:
    """The event of a message in a channel that calls the bot."""
    said = {"type": "app_mention", "channel": CHANNEL, "user": USER, "ts": ts, "text": f"<@{BOT}> {text}"}
    return said | beside


def message(text: str, ts: str = "1700000001.000100", **beside: Any) -> dict[str, Any]:
    """The event of a direct message, or of another where `beside` says so."""
    said = {"type": "message", "channel": DIRECT, "channel_type": "im", "user": USER, "ts": ts, "text": text}
    return said | beside


def edited(text: str, before: str, ts: str = "1700000001.000100", channel: str = DIRECT) -> dict[str, Any]:
    """The event of a message that was edited."""
    now, then = {"user": USER, "ts": ts, "text": text}, {"user": USER, "ts": ts, "text": before}
    return {
        "type": "message", "subtype": "message_changed", "channel": channel, "channel_type": "im",
        "ts": "1700000099.000100", "message": now, "previous_message": then,
    }  # fmt: skip


def deleted(ts: str = "1700000001.000100", channel: str = DIRECT) -> dict[str, Any]:
    """The event of a message that was deleted."""
    return {
        "type": "message", "subtype": "message_deleted", "channel": channel, "channel_type": "im",
        "ts": "1700000099.000100", "deleted_ts": ts,
    }  # fmt: skip


def signed(body: str, at: float | None = None) -> dict[str, str]:
    """The headers by which Slack proves that it sent a body."""
    timestamp = str(int(time.time() if at is None else at))
    signature = SignatureVerifier(SECRET).generate_signature(timestamp=timestamp, body=body)
    return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": signature or ""}


def _parsed(value: Any) -> Any:
    """A value of a form as what it is, where it is JSON."""
    is_json = isinstance(value, str) and value[:1] in ("{", "[")
    return json.loads(value) if is_json else value
