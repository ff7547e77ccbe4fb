"""Middleware around every request: its id, its line in the log, the hosts answered for, the largest body."""

import ipaddress
import logging
import re
import time
import uuid
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware, _TrustedHosts

from index.readers import LARGEST_FILE
from service import telemetry
from service.answers import Answer
from service.http.metrics import METHODS, OTHER_METHOD, Metrics
from service.http.problems import response_of
from service.storage.keys import Keys
from service.telemetry import ModelCall, observe

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
        with telemetry.span(method, about, "server", Headers(scope=scope)) as attributes:
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
        telemetry.request_id.set(name)

        async def send_named(message: Message) -> None:
            """Sends a message, a response's start with the request's id."""
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[HEADER] = name
            await send(message)

        await self._app(scope, receive, send_named)


FORWARDED = re.compile(r"forwarded|via|x-forwarded-.+|.+-(?:forwarded-for|ip)")
"""Names of headers in which a proxy says that it passes a request on, and from which address it came."""
LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
MOST_BYTES = 1_000_000
MOST_ARTICLE_BYTES = LARGEST_FILE + 100_000  # a file, and what a form puts around it

# Article text is untrusted: nothing in the page runs, loads or frames but the page's own files.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class Guard:
    """Refuses requests for another host and sends the security headers with every response.

    A server without keys trusts this machine alone. A web page elsewhere could have its own name
    resolve to this machine (DNS rebinding); the Host header gives that away. One with keys answers for
    every host, or for `hosts` and this machine where they are named.

    What a proxy passes on comes from elsewhere, whatever its Host says: without keys it is refused, unless
    `proxies` name the proxy.
    """

    def __init__(
        self, app: ASGIApp, keys: Keys, hosts: Sequence[str] = (), proxies: Sequence[str] = ()
    ) -> None:
        # The client that a named proxy tells of is believed by whatever stands behind this.
        believing: Any = ProxyHeadersMiddleware(app, list(proxies))  # type: ignore[arg-type]
        self._app: ASGIApp = believing if proxies else app
        self._proxies = _TrustedHosts(list(proxies))
        self._keys = keys
        self._hosts = frozenset(host.casefold() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            """Sends a message, a response's start with the headers that it lacks."""
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        if refusal := await self._refusal(Headers(scope=scope), scope.get("client")):
            await response_of(refusal, scope["path"])(scope, receive, send_guarded)
        else:
            await self._app(scope, receive, send_guarded)

    async def _refusal(self, headers: Headers, client: tuple[str, int] | None) -> HTTPException | None:
        host = headers.get("host", "")
        named = client is not None and client[0] in self._proxies
        forwarded = not named and any(map(FORWARDED.fullmatch, headers.keys()))
        if forwarded and not await run_in_threadpool(self._keys.required):
            detail = (
                "this server asks for no key, and so takes no request that a proxy passes on; make a key "
                "with `dateline keys create`, or name the proxy in DATELINE_PROXIES"
            )
            return HTTPException(HTTPStatus.FORBIDDEN, detail)
        names = {host.casefold(), host.rpartition(":")[0].casefold()}
        if names & LOOPBACK:
            return None
        required = await run_in_threadpool(self._keys.required)
        if required and (not self._hosts or names & self._hosts):
            return None
        served = ", ".join(["localhost", *sorted(self._hosts)] if required else ["localhost"])
        detail = f"this server answers for {served}, not for {host[:200]!r}"
        return HTTPException(HTTPStatus.MISDIRECTED_REQUEST, detail)


def is_loopback(host: str) -> bool:
    """Tells whether only this machine reaches a server that listens there."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class BodyLimit:
    """Answers 413 to a body that is too large, by its Content-Length or else once that much has come."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = MOST_ARTICLE_BYTES if scope["path"] == "/v1/articles" else MOST_BYTES
        declared = Headers(scope=scope).get("content-length", "")
        if declared.isdecimal() and int(declared[:18]) > most:
            raise _too_large(most)
        come = 0

        async def receive_bounded() -> Message:
            """Receives a message, and refuses the request once its body is too large."""
            nonlocal come
            message = await receive()
            come += len(message.get("body", b""))
            if come > most:
                raise _too_large(most)
            return message

        await self._app(scope, receive_bounded, send)


def _too_large(most: int) -> HTTPException:
    detail = f"the request is larger than {most / 1e6:g} MB, the limit here"
    return HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail)
