"""Limit on how large a request may be, told before it has been read whole."""

from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from index.readers import LARGEST_FILE

MOST_BYTES = 1_000_000
MOST_ARTICLE_BYTES = LARGEST_FILE + 100_000  # a file, and what a form puts around it


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
