"""The archive: what it holds, and its articles listed, shown, added, deleted."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Annotated, Any, Literal

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi import Path as PathParameter
from fastapi.exceptions import RequestValidationError
from fastapi.responses import StreamingResponse
from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from index.archive import Archive
from index.errors import Busy
from index.readers.web import Fetcher
from index.search.listing import Listing, Sort, facets
from service.answerers.suggestions import opening_questions
from service.answers import to_json
from service.http import uploads as intake
from service.http.capacity import Capacity
from service.http.idempotency import Responses, Sent
from service.http.schemas import (
    About,
    AddedArticles,
    ArticlePage,
    ArticleRequest,
    ArticleVersions,
    Cursor,
    Facets,
    FacetValue,
    Wanted,
    WebAddress,
    wanted,
)
from service.http.security import Owner
from service.serializers import Shown, changes, csv_of, listed, shown
from service.settings import Settings
from service.storage.audit import Audit
from service.storage.conversations import Conversations
from service.storage.erasure import Receipt
from service.storage.erasure import erase as erase_article

FETCHES = 4  # pages that are fetched at a time in this process
PATIENCE = 30.0  # seconds that one who writes waits for another in this process

Id = Annotated[int, PathParameter(ge=1, le=2**63 - 1)]
Number = Annotated[int, PathParameter(ge=1, le=2**31 - 1)]
Asked = Annotated[Wanted, Depends(wanted)]
Key = Annotated[
    str | None,
    Header(
        pattern=r"^[\x21-\x7e]{1,255}$",
        description="names this request: sent again with the same body within 24 h, it changes nothing and "
        "gets the same response",
    ),
]

_ADDRESS: TypeAdapter[str] = TypeAdapter(WebAddress)

DOWNLOAD = {"Content-Disposition": 'attachment; filename="articles.csv"'}
TABLE: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}

FORM: dict[str, Any] = {
    "type": "object",
    "required": ["file"],
    "properties": {
        "file": {
            "type": "string",
            "format": "binary",
            "description": "a page, PDF, text, Markdown, JSON, feed, WARC or ZIP",
        },
        "url": {"type": "string", "description": "the address that the file was saved from, if known"},
    },
}
BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": ArticleRequest.model_json_schema()},
            "multipart/form-data": {"schema": FORM},
        },
    }
}


def reading(archive: Archive, settings: Settings) -> APIRouter:
    """The routes that show what the archive holds and its single articles."""
    routes = APIRouter(prefix="/v1", tags=["articles"])

    @routes.get("/archive")
    def describe_archive() -> About:
        """Describes what the archive holds, and questions to begin with."""
        held = archive.summary()
        return About(
            articles=held.articles,
            passages=held.passages,
            outlets=held.outlets,
            oldest=held.oldest,
            newest=held.newest,
            undated=held.undated,
            suggested_questions=settings.suggested_questions or opening_questions(archive),
        )

    @routes.get("/articles/{article_id}")
    def show_article(article_id: Id) -> Shown:
        """The current version of an article, with its zones and the other articles that print its text."""
        return shown(archive, article_id)

    @routes.get("/articles/{article_id}/versions")
    def list_versions(article_id: Id) -> ArticleVersions:
        """The versions of an article, oldest first, each with what it changed."""
        return ArticleVersions(changes(archive, article_id))

    @routes.get("/articles/{article_id}/versions/{number}")
    def show_version(article_id: Id, number: Number) -> Shown:
        """One version of an article: the one that an answer cites stays as it was."""
        return shown(archive, article_id, number)

    return routes


def listing(archive: Archive) -> APIRouter:
    """The routes that list articles and count them."""
    routes = APIRouter(prefix="/v1", tags=["articles"])
    table = Listing(archive)

    @routes.get("/articles", response_model=ArticlePage, responses=TABLE)
    def list_articles(
        asked: Asked,
        cursor: Cursor = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        sort: Annotated[
            Sort, Query(description="`mentions` puts first what mentions the words most")
        ] = "added",
        format: Annotated[Literal["json", "csv"], Query(description="`csv` is all of them")] = "json",
    ) -> ArticlePage | Response:
        """The articles without their texts, a page at a time: those that mention the words of `q`, or all."""
        if format == "csv":
            rows = table.rows(asked.words, asked.filters, sort)
            return StreamingResponse(csv_of(table.articles(rows)), media_type="text/csv", headers=DOWNLOAD)
        if not asked.words and sort == "added":
            page = archive.articles(int(cursor or 0), limit + 1, asked.filters)
            more = str(page[limit - 1].id) if len(page) > limit else None
            return ArticlePage([listed(article) for article in page[:limit]], more)
        rows, start = table.rows(asked.words, asked.filters, sort), int(cursor or 0)
        shown_now = table.articles(rows[start : start + limit])
        more = str(start + limit) if len(rows) > start + limit else None
        return ArticlePage([listed(article) for article in shown_now], more)

    @routes.get("/archive/facets")
    def count_facets(asked: Asked) -> Facets:
        """Counts the articles that mention the words of `q`, or all, by outlet, month, author and
        language.
        """
        rows = table.rows(asked.words, asked.filters)
        counted = {name: [FacetValue(*one) for one in values] for name, values in facets(rows).items()}
        return Facets(articles=len(rows), **counted)

    return routes


def writing(archive: Archive, responses: Responses, fetcher: Fetcher, capacity: Capacity) -> APIRouter:
    """The routes that add and delete, one at a time in this process."""
    routes = APIRouter(prefix="/v1/articles", tags=["articles"])
    turn = _Turn()
    fetching = CapacityLimiter(FETCHES)

    @routes.post("", status_code=201, response_model=AddedArticles, openapi_extra=BODY)
    async def add_articles(request: Request, owner: Owner, idempotency_key: Key = None) -> Response:
        """Add an article written out as JSON, a file with one or many, or the page at an address.

        An article that is here already gets a new version, or is left as it is.
        """
        fingerprint, read = await _asked(request, archive, fetcher)

        async def added() -> str:
            """Reads what was sent, adds it, and returns what was done as JSON."""
            # In threads of their own: pages that are slow to come must keep nobody from being answered.
            reading = await to_thread.run_sync(read, limiter=fetching)
            async with turn.taken(), capacity.place():
                return to_json(await asyncio.to_thread(intake.add, archive, reading))

        if idempotency_key is None:
            return _created(await added())
        sent = Sent(owner or "", idempotency_key, fingerprint)
        with responses.running(sent):
            body = await asyncio.to_thread(responses.find, sent)
            if body is None:
                body = await asyncio.to_thread(responses.keep, sent, await added())
        return _created(body)

    return routes


def deleting(archive: Archive, conversations: Conversations, audit: Audit) -> APIRouter:
    """The route that deletes."""
    routes = APIRouter(prefix="/v1/articles", tags=["articles"])
    turn = _Turn()

    @routes.delete("/{article_id}", status_code=204, responses={200: {"model": Receipt}})
    async def delete_article(
        article_id: Id,
        owner: Owner,
        erase: Annotated[bool, Query(description="also take its quotes out of kept answers")] = False,
    ) -> Response:
        """Delete an article with all its versions. Answers that quoted it keep their quotes.

        With `erase`, these have a gap there, nothing of it is left in the indexes, and a receipt tells what
        was touched.
        """
        async with turn.taken():
            if not erase:
                await asyncio.to_thread(archive.remove, article_id)
                return Response(status_code=204)
            work = partial(erase_article, archive, conversations, audit, article_id, owner)
            return Response(to_json(await asyncio.to_thread(work)), media_type="application/json")

    return routes


class _Turn:
    """Turn to write: the archive takes one writer at a time and refuses the second at once."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()

    @asynccontextmanager
    async def taken(self) -> AsyncIterator[None]:
        """Waits for the turn. Raises Busy after PATIENCE."""
        try:
            async with asyncio.timeout(PATIENCE):
                await self._lock.acquire()
        except TimeoutError as error:
            raise Busy("others are adding to the archive; try again") from error
        try:
            yield
        finally:
            self._lock.release()


async def _asked(
    request: Request, archive: Archive, fetcher: Fetcher
) -> tuple[str, Callable[[], intake.Reading]]:
    """Reads what a request asks to add: a fingerprint of it, and how it is read."""
    media = request.headers.get("content-type", "").partition(";")[0].strip().casefold()
    if media == "multipart/form-data":
        sent = await _upload(request)
        return sent.fingerprint, lambda: intake.Reading(sent.items())
    if media not in ("application/json", ""):
        raise HTTPException(415, f"{media!r} cannot be added; send application/json or multipart/form-data")
    article = _valid(await request.body())
    url = article.url
    if url and article.text is None and article.html is None:
        return intake.fingerprint(article), lambda: intake.fetched(archive, fetcher, url)
    return intake.fingerprint(article), lambda: intake.Reading([intake.written(article)])


async def _upload(request: Request) -> intake.Upload:
    async with request.form(max_files=1, max_fields=5) as form:
        file, url = form.get("file"), form.get("url")
        if not isinstance(file, UploadFile):
            raise HTTPException(422, "the form has no file under the name file")
        if isinstance(url, str) and url:
            try:
                _ADDRESS.validate_python(url)
            except ValidationError as error:
                raise RequestValidationError(error.errors()) from error
        return intake.upload(file.filename or "", await file.read(), url if isinstance(url, str) else None)


def _valid(body: bytes) -> ArticleRequest:
    try:
        return ArticleRequest.model_validate_json(body)
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from error


def _created(body: str) -> Response:
    return Response(body, status_code=201, media_type="application/json")
