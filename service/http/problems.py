"""Errors as application/problem+json (RFC 9457), whoever raised them."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from index.errors import BadValue, Busy, Damaged, DatelineError, Mismatch, NoSpace, NotFound

log = logging.getLogger(__name__)

STATUS = {
    Mismatch: HTTPStatus.SERVICE_UNAVAILABLE,
    Damaged: HTTPStatus.SERVICE_UNAVAILABLE,
    NotFound: HTTPStatus.NOT_FOUND,
    BadValue: HTTPStatus.UNPROCESSABLE_ENTITY,
    Busy: HTTPStatus.CONFLICT,
    NoSpace: HTTPStatus.INSUFFICIENT_STORAGE,
}


class Problem(BaseModel):
    """What went wrong, as RFC 9457 has it."""

    type: str = Field(examples=["about:blank"])
    title: str = Field(examples=["Not Found"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["there is no article 12 in .dateline"])
    instance: str | None = Field(None, examples=["/v1/articles/12"])


class ProblemResponse(JSONResponse):
    """A response of the media type that RFC 9457 registers."""

    media_type = "application/problem+json"


RESPONSES: dict[int | str, dict[str, Any]] = {
    "4XX": {
        "description": "The request is wrong",
        "content": {"application/problem+json": {"schema": Problem.model_json_schema()}},
    },
    "5XX": {
        "description": "The server is at fault",
        "content": {"application/problem+json": {"schema": Problem.model_json_schema()}},
    },
}


def problem_of(error: Exception, instance: str) -> Problem:
    """The problem that an error is. What is no one's mistake is logged and told without detail."""
    if isinstance(error, DatelineError):
        kinds = (status for kind, status in STATUS.items() if isinstance(error, kind))
        return _problem(next(kinds, HTTPStatus.INTERNAL_SERVER_ERROR), str(error), instance)
    if isinstance(error, HTTPException):
        detail = (
            f"there is nothing at {instance}" if error.status_code == HTTPStatus.NOT_FOUND else error.detail
        )
        return _problem(HTTPStatus(error.status_code), str(detail), instance)
    if isinstance(error, RequestValidationError):
        return _problem(HTTPStatus.UNPROCESSABLE_ENTITY, "; ".join(map(_told, error.errors())), instance)
    log.error("unexpected error at %s", instance, exc_info=error)
    return _problem(
        HTTPStatus.INTERNAL_SERVER_ERROR, "an unexpected error; the server's log has it", instance
    )


def install(app: FastAPI) -> None:
    """Answers every error of the app, and of the framework, with a problem."""

    async def answer(request: Request, error: Exception) -> ProblemResponse:
        problem = problem_of(error, request.scope["path"])
        # 405 needs its Allow and 401 its WWW-Authenticate.
        headers: Mapping[str, str] | None = getattr(error, "headers", None)
        return ProblemResponse(problem.model_dump(), status_code=problem.status, headers=headers)

    for kind in (DatelineError, HTTPException, RequestValidationError, Exception):
        app.add_exception_handler(kind, answer)


def _problem(status: HTTPStatus, detail: str, instance: str) -> Problem:
    return Problem(type="about:blank", title=status.phrase, status=status, detail=detail, instance=instance)


def _told(error: Mapping[str, Any]) -> str:
    """A validation error as a clause that names the field and the value."""
    if error["type"] == "json_invalid":
        return f"the body is not JSON: {error['ctx']['error']} at character {error['loc'][-1]}"
    field = ".".join(str(part) for part in error["loc"] if part != "body")
    given = repr(error.get("input"))
    shown = given if len(given) <= 80 else f"{given[:80]}…"
    return f"{field or 'the body'}: {error['msg']}" + (
        "" if error["type"] == "missing" else f" (given {shown})"
    )
