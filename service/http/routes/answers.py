"""Asking, searching, and the answers that were given."""

import asyncio
from dataclasses import replace
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi import Path as PathParameter
from fastapi.responses import HTMLResponse, PlainTextResponse

from index.errors import NotFound
from service import reports as sheets
from service.answering import Desk, ask, final
from service.answers import EVENT_NAMES, Answer
from service.http import examples
from service.http.capacity import Capacity, Draining, attended
from service.http.events import described, event_stream, stream
from service.http.schemas import (
    AskRequest,
    FeedbackRequest,
    KeptAnswer,
    SearchRequest,
    SearchResults,
    kept_answer,
)
from service.http.security import Owner
from service.pipeline import with_answerer
from service.references import MEDIA_TYPES, write_references
from service.serializers import found
from service.storage.conversations import Conversations, Feedback

AnswerId = Annotated[str, PathParameter(pattern=r"^[A-Za-z0-9._-]{1,64}$", examples=["9f1c…"])]

STREAMED: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            "application/json": {"example": examples.ANSWER},
            **described(*EVENT_NAMES.values(), "error"),
        }
    }
}
SHEET: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            "text/markdown": {"schema": {"type": "string"}},
            "text/html": {"schema": {"type": "string"}},
        }
    }
}


def asking(desk: Desk, conversations: Conversations, capacity: Capacity, draining: Draining) -> APIRouter:
    """The routes that ask and search; an answer belongs to the key that asked."""
    routes = APIRouter(dependencies=[Depends(capacity.held)])

    @routes.post("/v1/ask", response_model=Answer, responses=STREAMED, tags=["answers"])
    async def ask_question(request: AskRequest, http: Request, owner: Owner) -> Answer | Response:
        """Answer a question; with `stream`, as server-sent events.

        They are `plan`, `sources`, a `claim` a sentence, `disagreement`, `change`, and `done` with the
        whole answer; or `error`.
        """
        # What cannot be asked is told before a stream has begun, while there is a status to tell it with.
        await asyncio.to_thread(desk.archive.resolved, request.filters())
        own = replace(desk, conversations=conversations.of(owner))
        events = draining.while_open(ask(with_answerer(own, request.answerer), request.asked()))
        if request.stream:
            return event_stream(stream(events, "/v1/ask"))
        async with attended(http):
            return await final(events)

    @routes.post("/v1/search", tags=["search"])
    async def search_passages(request: SearchRequest) -> SearchResults:
        """Find passages, by meaning and by words, without an answer."""
        hits = await asyncio.to_thread(desk.archive.search, request.asked())
        return SearchResults([found(hit) for hit in hits])

    return routes


def kept_answers(conversations: Conversations) -> APIRouter:
    """The routes of answers that were given, each to be seen by the key that asked for it alone."""
    routes = APIRouter(prefix="/v1/answers", tags=["answers"])

    @routes.get("/{answer_id}")
    def show_answer(answer_id: AnswerId, owner: Owner) -> KeptAnswer:
        """An answer as it was given, with what its reader thought of it."""
        return kept_answer(conversations.of(owner).answer(answer_id))

    @routes.post("/{answer_id}/feedback")
    def rate_answer(answer_id: AnswerId, request: FeedbackRequest, owner: Owner) -> Feedback:
        """Say what you think of an answer; the last word counts."""
        return conversations.of(owner).rate(answer_id, request.rating, request.comment)

    @routes.get("/{answer_id}/evidence", response_class=PlainTextResponse, responses=SHEET)
    def show_evidence(
        answer_id: AnswerId,
        owner: Owner,
        format: Annotated[
            Literal["markdown", "html", "bibtex", "ris", "csl-json"],
            Query(description="a sheet as `markdown` or `html`, or its references alone"),
        ] = "markdown",
        citation: Annotated[int | None, Query(ge=1, description="only that quote's reference")] = None,
    ) -> Response:
        """The evidence sheet, ready to paste or to print; or the references of the quotes, to be imported."""
        kept = conversations.of(owner).answer(answer_id)
        if format == "html":
            policy = {"Content-Security-Policy": sheets.CONTENT_SECURITY_POLICY}
            return HTMLResponse(sheets.html(kept), headers=policy)
        cited = [one for one in kept.answer.citations if citation in (None, one.number)]
        if citation and not cited:
            raise NotFound(f"answer {answer_id!r} has no citation {citation}")
        if format == "markdown":
            told = (
                sheets.quote_in_markdown(cited[0], kept.answer.plan.locale)
                if citation
                else sheets.markdown(kept)
            )
            return PlainTextResponse(told, media_type="text/markdown; charset=utf-8")
        return PlainTextResponse(write_references(cited, format), media_type=MEDIA_TYPES[format])

    return routes
