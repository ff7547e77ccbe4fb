"""Names every request and sees it from its first byte to its last: a line in the log, a count, and a span."""

import logging
import re
import time
import uuid
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.answers import Answer
from service.http.metrics import METHODS, OTHER_METHOD, Metrics
from service.telemetry import tracing
from service.telemetry.callbacks import ModelCall, observe

NO_ROUTE = "none"  # for addresses that are none of ours

HEADER = "X-Request-Id"
_SANE = re.compile(r"[A-Za-z0-9._-]{1,64}")

log = logging.getLogger(__name__)


class Witness:
    """Tells of every request, and counts what its questions cost.

    `questions` says whether their words may stand in logs and traces.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics, questions: bool = False) -> None:
        self._app = app
        self._metrics = metrics
        self._questions = questions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        seen = _Request(scope, self._metrics)
        observe(seen)

        async def send_noted(message: Message) -> None:
            """Sends a message and notes the response's status."""
            if message["type"] == "http.response.start":
                seen.status = message["status"]
            await send(message)

        method = scope["method"] if scope["method"] in METHODS else OTHER_METHOD
        about = {"http.request.method": method, "url.scheme": scope["scheme"]}
        with tracing.span(method, about, "server", Headers(scope=scope)) as attributes:
            try:
                await self._app(scope, receive, send_noted)
            finally:
                attributes.update(seen.attributes(self._questions))
                seen.told(self._questions)


class _Request:
    """One request, and the question in it."""

    def __init__(self, scope: Scope, metrics: Metrics) -> None:
        self.status = 500  # of a request that ends without a response
        self._scope = scope
        self._metrics = metrics
        self._began = time.perf_counter()
        self._question: str | None = None

    @property
    def route(self) -> str:
        """The template of the route that answered, or the folder of the page's files."""
        template = getattr(self._scope.get("route"), "path", None)
        return str(template or self._scope.get("root_path") or NO_ROUTE)

    def asked(self, question: str) -> None:
        self._question = question

    def answered(self, answer: Answer, dropped: int) -> None:
        self._metrics.answered(answer, dropped)

    def called(self, call: ModelCall) -> None:
        self._metrics.called(call)

    def attributes(self, questions: bool) -> dict[str, Any]:
        """Attributes of the request's span when it ends."""
        told: dict[str, Any] = {
            "name": f"{self._scope['method']} {self.route}",
            "http.route": self.route,
            "http.response.status_code": self.status,
        }
        if questions and self._question is not None:
            told["dateline.question"] = self._question
        return told | ({"error.type": str(self.status)} if self.status >= 500 else {})

    def told(self, questions: bool) -> None:
        """Writes the line and counts."""
        seconds = time.perf_counter() - self._began
        method = self._scope["method"]
        self._metrics.requested(method, self.route, self.status, seconds)
        fields = {
            "method": method,
            "route": self.route,
            "status": self.status,
            "duration_ms": round(seconds * 1000, 1),
            "key_id": getattr(self._scope.get("key"), "id", None),
            "question": self._question if questions else None,
        }
        told = {name: value for name, value in fields.items() if value is not None}
        log.info("%s %s %s in %.0f ms", method, self.route, self.status, seconds * 1000, extra=told)


class RequestIds:
    """Takes the id a request brings, if a log line can carry it, else makes one; the response bears it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get(HEADER, "")
        name = given if _SANE.fullmatch(given) else uuid.uuid4().hex
        tracing.request_id.set(name)

        async def send_named(message: Message) -> None:
            """Sends a message, a response's start with the request's id."""
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[HEADER] = name
            await send(message)

        await self._app(scope, receive, send_named)
