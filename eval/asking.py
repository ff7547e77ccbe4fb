"""Ways to ask a question of a set: in process, or over HTTP. Both give what the API sends."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any, Protocol
from urllib.parse import urlsplit

from eval.records import Case
from index.errors import DatelineError
from index.records import Filters, Hit
from service.answering import Answerer, Desk, final
from service.answering import ask as answer_question
from service.answers import to_json
from service.evidence import Evidence, Report, Short, Statement
from service.questions.plan import Question
from service.reading.search import PASSAGES
from service.serializers import found

TIMEOUT = 120.0  # seconds that a server may be silent


@dataclass(frozen=True, slots=True)
class Asked:
    """An answer and the passages retrieved for it, both as the API sends them."""

    answer: Mapping[str, Any]
    retrieved: tuple[Mapping[str, Any], ...]


class Ask(Protocol):
    """One way to ask: in process, over HTTP, or of something else altogether."""

    async def __call__(self, case: Case, question: Question) -> Asked:
        """What came back for one turn of a case. May raise anything; it becomes the record's error."""
        ...


class InProcess:
    """Asks through `service.answering.ask`, as every front does. The passages are those really read."""

    def __init__(self, desk_of: Callable[[Case], Desk]) -> None:
        """`desk_of` gives a case its desk: one for all, or, for a set that hands out its passages, one
        over an archive of its own."""
        self._desk_of = desk_of

    async def __call__(self, case: Case, question: Question) -> Asked:
        desk = await asyncio.to_thread(self._desk_of, case)
        watched = _Watched(desk.answerer)
        answer = await final(answer_question(replace(desk, answerer=watched), question))
        return Asked(_as_sent(answer), tuple(_as_sent(found(hit)) for hit in watched.hits))


class _Watched:
    """An answerer whose passages can be seen afterwards."""

    def __init__(self, answerer: Answerer) -> None:
        self.name = answerer.name
        self.hits: Sequence[Hit] = ()
        self._answerer = answerer

    def answer(self, evidence: Evidence) -> AsyncGenerator[Short | Statement | Report, Any]:
        self.hits = evidence.hits
        return self._answerer.answer(evidence)


class OverHttp:
    """Asks a running Dateline. The passages are what its search gives for the stand-alone question.

    No proxy of the environment is used: the address is the one that is measured.
    """

    def __init__(self, url: str, answerer: str | None = None, timeout: float = TIMEOUT) -> None:
        """`answerer` of None leaves the choice to the server. Raises DatelineError for no address."""
        parts = urlsplit(url if "://" in url else f"http://{url}")
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise DatelineError(f"{url!r} is no address of a server; write it as http://127.0.0.1:8000")
        self.url = parts.geturl().rstrip("/")
        self._parts = parts
        self._answerer = answerer
        self._timeout = timeout

    async def __call__(self, case: Case, question: Question) -> Asked:
        limits = _limits(question.filters)
        body = {"question": question.question, "conversation_id": question.conversation_id, **limits}
        if self._answerer:
            body["answerer"] = self._answerer
        answer = await asyncio.to_thread(self.fetch, "POST", "/v1/ask", body)
        wanted = {"query": answer["standalone_question"], "limit": PASSAGES, **limits}
        results = await asyncio.to_thread(self.fetch, "POST", "/v1/search", wanted)
        return Asked(answer, tuple(results["results"]))

    def fetch(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """The JSON of one response. Raises DatelineError with what the server says is wrong."""
        kind = HTTPSConnection if self._parts.scheme == "https" else HTTPConnection
        connection = kind(self._parts.hostname or "", self._parts.port, timeout=self._timeout)
        data = None if body is None else to_json(body).encode()
        try:
            connection.request(
                method, f"{self._parts.path.rstrip('/')}{path}", data, {"Content-Type": "application/json"}
            )
            response = connection.getresponse()
            status, text = response.status, response.read()
        except (OSError, HTTPException) as error:
            raise DatelineError(f"{self.url} cannot be asked: {error or type(error).__name__}") from error
        finally:
            connection.close()
        return _content(f"{self.url}{path}", status, text)


def _content(address: str, status: int, text: bytes) -> Any:
    try:
        content = json.loads(text)
    except ValueError as error:
        raise DatelineError(f"{address} answered {status} and no JSON; is it a Dateline server?") from error
    if status != 200:
        told = content.get("detail") if isinstance(content, dict) else None
        raise DatelineError(f"{address} answered {status}: {told or 'without saying why'}")
    return content


def _limits(filters: Filters) -> dict[str, Any]:
    """The filters as the API takes them; a limit that is not set is left out."""
    names = ("since", "until", "as_of", "outlets", "authors", "languages")
    return {name: value for name in names if (value := getattr(filters, name))}


def _as_sent(value: Any) -> Any:
    return json.loads(to_json(value))
