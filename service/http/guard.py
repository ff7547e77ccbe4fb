"""What stands in front of every route: who may ask, and what a page of ours may do."""

from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.http.problems import response_of

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})

# Article text is untrusted: nothing in the page runs, loads or frames but the page's own files.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class Guard:
    """Refuses requests for another host and sends the security headers with every response.

    A server without keys trusts this machine alone. A web page elsewhere could have its own name
    resolve to this machine (DNS rebinding); the Host header gives that away.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        host = Headers(scope=scope).get("host", "")
        if host.rpartition(":")[0] in LOOPBACK or host in LOOPBACK:
            await self._app(scope, receive, send_guarded)
        else:
            await _refusal(host, scope["path"])(scope, receive, send_guarded)


def _refusal(host: str, path: str) -> JSONResponse:
    detail = f"this server answers for localhost, not for {host[:200]!r}"
    return response_of(HTTPException(HTTPStatus.MISDIRECTED_REQUEST, detail), path)
