"""Endpoint that Slack sends its events to over HTTP, and the check that stands before it.

Slack signs what it sends (https://docs.slack.dev/authentication/verifying-requests-from-slack). A request
that it did not send, or sent more than five minutes ago, is refused, and nothing of it is logged. Slack's
signature proves who calls: no key is asked for, and no host name.
"""

import json
import re
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from slack_bolt.adapter.starlette.async_handler import to_starlette_response
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_sdk.signature import SignatureVerifier
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from service.http.problems import response_of

PATH = "/slack/events"
MOST_BYTES = 1_000_000

_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")
_STRANGE = "the body is not what Slack sends"
_UNSIGNED = HTTPException(HTTPStatus.UNAUTHORIZED, "this is not signed as Slack signs, or not in time")


class SlackEvents:
    """Answers Slack at /slack/events, and leaves every other request alone."""

    def __init__(self, app: ASGIApp, bolt: AsyncApp, signing_secret: str) -> None:
        self._app = app
        self._bolt = bolt
        self._verifier = SignatureVerifier(signing_secret)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != PATH:
            await self._app(scope, receive, send)
            return
        try:
            response = await self._answered(scope, receive)
        except HTTPException as refused:
            response = response_of(refused, PATH)
        await response(scope, receive, send)

    async def _answered(self, scope: Scope, receive: Receive) -> Response:
        """Bolt's response. Raises HTTPException for what Slack cannot have sent."""
        if scope["method"] != "POST":
            raise HTTPException(HTTPStatus.METHOD_NOT_ALLOWED, "Slack posts", headers={"Allow": "POST"})
        headers = Headers(scope=scope)
        timestamp, signature = _signed(headers)
        body = await _body(receive)
        if not self._verifier.is_valid(body, timestamp, signature):
            raise _UNSIGNED
        sent = _parsed(body, headers.get("content-type", ""))
        # As JSON: Bolt takes a form that has the word "payload" anywhere in it for one that has a payload.
        request = AsyncBoltRequest(body=json.dumps(sent), headers={"content-type": "application/json"})
        try:
            return to_starlette_response(await self._bolt.async_dispatch(request))
        except (KeyError, IndexError, TypeError, AttributeError) as error:  # of Bolt, on a shape it knows not
            raise HTTPException(HTTPStatus.BAD_REQUEST, _STRANGE) from error


class _Event(BaseModel):
    """An event, as far as anything here depends on its shape."""

    model_config = ConfigDict(extra="allow")

    type: str
    subtype: str | None = None
    user: Any = None
    bot_id: str | None = None


class _Delivery(BaseModel):
    """Delivery of one event by Slack."""

    model_config = ConfigDict(extra="allow")

    event_id: str = Field(min_length=1, max_length=64)
    team_id: str = Field(min_length=1, max_length=64)
    event: _Event


class _Named(BaseModel):
    """Whoever or whatever an interaction names."""

    model_config = ConfigDict(extra="allow")

    id: str = Field(min_length=1, max_length=64)


class _Action(BaseModel):
    """A button that was pressed."""

    model_config = ConfigDict(extra="allow")

    action_id: str


class _View(BaseModel):
    """A form that was sent."""

    model_config = ConfigDict(extra="allow")

    class State(BaseModel):
        """Values that were filled in."""

        values: dict[str, dict[str, dict[str, Any]]]

    type: str
    callback_id: str
    private_metadata: str = ""
    state: State


class _Pressed(BaseModel):
    """Slack's `block_actions`."""

    actions: list[_Action] = Field(min_length=1)
    user: _Named
    channel: _Named | None = None


class _Submitted(BaseModel):
    """Slack's `view_submission`."""

    user: _Named
    view: _View


class _Suggested(BaseModel):
    """Slack's `block_suggestion`."""

    action_id: str
    value: str
    user: _Named


class _Command(BaseModel):
    """A slash command."""

    command: str
    team_id: str = Field(min_length=1)
    channel_id: str = Field(min_length=1)
    user_id: str = Field(min_length=1)
    trigger_id: str = ""


_SHAPES: dict[str, type[BaseModel]] = {
    "event_callback": _Delivery,
    "block_actions": _Pressed,
    "view_submission": _Submitted,
    "block_suggestion": _Suggested,
}


def _signed(headers: Headers) -> tuple[str, str]:
    """Time of signing, and the signature: of their shape, on which the verifier would fail."""
    timestamp = headers.get("x-slack-request-timestamp", "")
    signature = headers.get("x-slack-signature", "")
    if not (_TIMESTAMP.fullmatch(timestamp) and _SIGNATURE.fullmatch(signature)):
        raise _UNSIGNED
    return timestamp, signature


async def _body(receive: Receive) -> str:
    body = b""
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > MOST_BYTES:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Slack sends no such large request")
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise HTTPException(HTTPStatus.BAD_REQUEST, "the body is not UTF-8") from error


def _parsed(body: str, content_type: str) -> dict[str, Any]:
    """Parses what was sent: JSON, a form with JSON in it, or the form of a slash command."""
    is_json = content_type.startswith("application/json")
    form = {} if is_json else dict(parse_qsl(body, keep_blank_values=True))
    try:
        sent = form if "command" in form or "ssl_check" in form else json.loads(form.get("payload", body))
        if not isinstance(sent, dict):
            raise ValueError("no object")
        shape = _Command if "command" in sent else _SHAPES.get(str(sent.get("type")))
        if shape is not None:
            shape.model_validate(sent)
        AsyncBoltRequest(body=json.dumps(sent), headers={"content-type": "application/json"})
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, ValidationError) as error:
        raise HTTPException(HTTPStatus.BAD_REQUEST, _STRANGE) from error
    return sent
