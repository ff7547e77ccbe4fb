"""Errors as application/problem+json (RFC 9457), whoever raised them; on OpenAI's routes in its shape."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from index.errors import (
    BadValue,
    Busy,
    Damaged,
    DatelineError,
    IndexUnavailable,
    Mismatch,
    NoSpace,
    NotFound,
    Unreadable,
    is_fault,
)
from service import telemetry

log = logging.getLogger(__name__)

STATUS = {
    Mismatch: HTTPStatus.SERVICE_UNAVAILABLE,
    Damaged: HTTPStatus.SERVICE_UNAVAILABLE,
    NotFound: HTTPStatus.NOT_FOUND,
    BadValue: HTTPStatus.UNPROCESSABLE_ENTITY,
    Unreadable: HTTPStatus.UNPROCESSABLE_ENTITY,
    Busy: HTTPStatus.SERVICE_UNAVAILABLE,
    IndexUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    NoSpace: HTTPStatus.INSUFFICIENT_STORAGE,
}
RETRY_SECONDS = 5  # until who found the archive busy should try again
OPENAI_ROUTES = ("/v1/chat/completions", "/v1/responses", "/v1/models")
OPENAI_CODES: dict[int, str] = {
    HTTPStatus.UNAUTHORIZED: "invalid_api_key",
    HTTPStatus.FORBIDDEN: "insufficient_permissions",
    HTTPStatus.NOT_FOUND: "model_not_found",
    HTTPStatus.TOO_MANY_REQUESTS: "rate_limit_exceeded",
}


class Conflict(DatelineError):
    """A request that another one, still running, stands in the way of."""


class Problem(BaseModel):
    """Problem in the format of RFC 9457."""

    type: str = Field(examples=["about:blank"])
    title: str = Field(examples=["Not Found"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["there is no article 12 in this archive"])
    instance: str | None = Field(None, examples=["/v1/articles/12"])
    request_id: str | None = Field(None, examples=["4bf92f3577b34da6a3ce929d0e0e4736"])
    code: Annotated[str | None, Field(exclude_if=lambda code: code is None)] = None


class OpenAIError(BaseModel):
    """Error in the format that OpenAI's clients look for."""

    message: str
    type: str
    param: str | None = None
    code: str | None = None


class OpenAIErrorBody(BaseModel):
    """An error as the body of a response, or as an event of a stream."""

    error: OpenAIError


class ProblemResponse(JSONResponse):
    """A response of the media type that RFC 9457 registers."""

    media_type = "application/problem+json"


def _documented(description: str) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": {"$ref": f"#/components/schemas/{Problem.__name__}"}}}
    return {"description": description, "content": content}


RESPONSES: dict[int | str, dict[str, Any]] = {
    "4XX": _documented("The request is wrong"),
    "5XX": _documented("The server is at fault, or busy"),
}


def problem_of(error: BaseException, instance: str) -> Problem:
    """The problem that an error is. What is no one's mistake is logged and told without detail."""
    if isinstance(error, Conflict):
        return _problem(HTTPStatus.CONFLICT, str(error), instance)
    if isinstance(error, DatelineError):
        kinds = (status for kind, status in STATUS.items() if isinstance(error, kind))
        problem = _problem(next(kinds, HTTPStatus.INTERNAL_SERVER_ERROR), str(error), instance)
        return problem.model_copy(update={"code": getattr(error, "code", None)})
    if isinstance(error, HTTPException):
        detail = (
            f"there is nothing at {instance}" if error.status_code == HTTPStatus.NOT_FOUND else error.detail
        )
        return _problem(HTTPStatus(error.status_code), str(detail), instance)
    if isinstance(error, RequestValidationError):
        return _problem(HTTPStatus.UNPROCESSABLE_ENTITY, "; ".join(map(_told, error.errors())), instance)
    log.error("unexpected error at %s in request %s", instance, telemetry.request_id.get(), exc_info=error)
    return _problem(
        HTTPStatus.INTERNAL_SERVER_ERROR, "an unexpected error; the server's log has it", instance
    )


def response_of(error: BaseException, path: str) -> JSONResponse:
    """The response that tells of an error, in the shape that clients of that path understand."""
    problem = problem_of(error, path)
    # 405 needs its Allow and 401 its WWW-Authenticate.
    headers: Mapping[str, str] = getattr(error, "headers", None) or {}
    if isinstance(error, Busy):
        headers = {"Retry-After": str(RETRY_SECONDS), **headers}
    if not path.startswith(OPENAI_ROUTES):
        return ProblemResponse(problem.model_dump(), status_code=problem.status, headers=headers)
    # OpenAI answers 400 where others answer 422, and its clients raise by it.
    status = HTTPStatus.BAD_REQUEST if problem.status == HTTPStatus.UNPROCESSABLE_ENTITY else problem.status
    body = OpenAIErrorBody(error=openai_error(problem))
    return JSONResponse(body.model_dump(), status_code=status, headers=headers)


def openai_error(problem: Problem) -> OpenAIError:
    """A problem in the words of OpenAI's API."""
    fault = "server_error" if problem.status >= 500 else "invalid_request_error"
    code = problem.code or OPENAI_CODES.get(problem.status)
    return OpenAIError(message=problem.detail, type=fault, code=code)


class Described(FastAPI):
    """An application whose description holds the problem that RESPONSES refer to, and how a key is sent."""

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document."""
        described = super().openapi()
        described["components"]["schemas"].setdefault(Problem.__name__, Problem.model_json_schema())
        described["components"]["securitySchemes"] = {
            "bearer": {"type": "http", "scheme": "bearer"},
            "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
        }
        described["security"] = [{"bearer": []}, {"header": []}, {}]  # the last: where no key is asked for
        return described


def install(app: FastAPI) -> None:
    """Answers every error of the app, and of the framework, with a problem."""

    async def answer(request: Request, error: Exception) -> JSONResponse:
        return response_of(error, request.scope["path"])

    for kind in (DatelineError, HTTPException, RequestValidationError):
        app.add_exception_handler(kind, answer)


class Faults:
    """Answers what nothing else caught; starlette's own last resort stands outside of all middleware,
    so that its answers would have neither request id nor security headers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def send_noted(message: Message) -> None:
            """Sends a message and notes that the response has started."""
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, send_noted)
        except BaseException as error:
            if started or scope["type"] != "http" or not is_fault(error):
                raise
            await response_of(error, scope["path"])(scope, receive, send)


def _problem(status: HTTPStatus, detail: str, instance: str) -> Problem:
    return Problem(
        type="about:blank",
        title=status.phrase,
        status=status,
        detail=_sendable(detail),
        instance=_sendable(instance),
        request_id=telemetry.request_id.get(),
    )


def _sendable(text: str) -> str:
    """A text without the halves of characters that JSON can name and UTF-8 cannot hold."""
    return text.encode("utf-8", "backslashreplace").decode()


def _told(error: Mapping[str, Any]) -> str:
    """A validation error as a clause that names the field and the value."""
    if error["type"] == "json_invalid":
        place = f" at character {error['loc'][-1]}" if error["loc"] else ""
        return f"the body is not JSON: {error['ctx']['error']}{place}"
    if error["type"] == "value_error":
        return str(error["ctx"]["error"])
    field = ".".join(str(part) for part in error["loc"] if part != "body")
    given = repr(error.get("input"))
    shown = given if len(given) <= 80 else f"{given[:80]}…"
    return f"{field or 'the body'}: {error['msg']}" + (
        "" if error["type"] == "missing" else f" (given {shown})"
    )
