"""Access control: who asks, whether they may, and how often, decided for every request in one place.

It is decided on the path that the router sees too, `scope["path"]`: an address put together from the Host
header is whatever the client says it is. What no line of the table names is for administrators alone.
"""

import logging
import re
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Annotated
from zlib import crc32

from fastapi import Depends, Request
from sqlalchemy import BigInteger, Column, Executable, Integer, String, Table, case
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from index.database.connections import Address, Database, revised
from index.errors import is_fault
from service import telemetry
from service.http.problems import response_of
from service.settings import Settings
from service.storage.audit import Audit
from service.storage.keys import Key, Keys, Role

tables = revised("limits", "1")

# A row for each key and policy, of its newest window alone.
usage = Table(
    "usage",
    tables,
    Column("owner", String, primary_key=True),  # the id of a key; empty for whoever needs none
    Column("policy", String, primary_key=True),
    Column("began", BigInteger, nullable=False),  # seconds of Unix time
    Column("requests", Integer, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Policy:
    """So many requests in a window of so many seconds."""

    name: str
    quota: int
    window: int


@dataclass(frozen=True, slots=True)
class Standing:
    """State of a policy's quota: what is left, and the seconds until there is a new one."""

    policy: Policy
    left: int
    seconds: int


class TooMany(HTTPException):
    """A request past a quota. It counts nowhere."""

    def __init__(self, standings: Sequence[Standing]) -> None:
        # Of several that are spent, the one that lasts: to come back sooner would be in vain.
        spent = max((one for one in standings if not one.left), key=lambda one: one.seconds)
        detail = (
            f"the limit of {spent.policy.quota} requests a {spent.policy.name} is reached; "
            f"try again in {spent.seconds} s"
        )
        super().__init__(
            HTTPStatus.TOO_MANY_REQUESTS, detail, {"Retry-After": str(spent.seconds), **told(standings)}
        )


# The headers are those of the IETF draft "RateLimit header fields for HTTP"
# (draft-ietf-httpapi-ratelimit-headers-11).
class Limits:
    """The requests of every key in its current windows, which all processes count into together."""

    def __init__(
        self, address: Address, minute: int = 0, day: int = 0, now: Callable[[], float] = time.time
    ) -> None:
        """Opens the database, made if there is none. `minute` and `day` are quotas; 0 is no limit."""
        given = (Policy("minute", minute, 60), Policy("day", day, 86_400))
        self._policies = [policy for policy in given if policy.quota]
        self._now = now
        self._database = Database(address, "the record of keys")
        self._database.create(tables)

    def take(self, owner: str) -> dict[str, str]:
        """Counts a request, and gives the headers of its response. Raises TooMany."""
        if not self._policies:
            return {}
        now = int(self._now())
        with self._database.writing() as connection:
            rows = connection.execute(self._counting(owner, now))
            before = {row.policy: row.requests - 1 for row in rows}
            standings = self._standings(before, now)
            if not all(one.left for one in standings):
                # Raised in the transaction, which takes the counting back.
                raise TooMany(standings)
        return told([replace(one, left=one.left - 1) for one in standings])

    def _counting(self, owner: str, now: int) -> Executable:
        rows = [
            {"owner": owner, "policy": policy.name, "began": now - now % policy.window, "requests": 1}
            for policy in self._policies
        ]
        added = self._database.insert(usage).values(rows)
        # A process that is late counts into the window that another has begun.
        begins = added.excluded.began > usage.c.began
        return added.on_conflict_do_update(
            index_elements=["owner", "policy"],
            set_={
                "began": case((begins, added.excluded.began), else_=usage.c.began),
                "requests": case((begins, 1), else_=usage.c.requests + 1),
            },
        ).returning(usage.c.policy, usage.c.requests)

    def _standings(self, used: Mapping[str, int], now: int) -> list[Standing]:
        return [
            Standing(policy, max(0, policy.quota - used[policy.name]), policy.window - now % policy.window)
            for policy in self._policies
        ]


def told(standings: Sequence[Standing]) -> dict[str, str]:
    """The headers that say what is allowed and what is left of it."""
    allowed = (f'"{one.policy.name}";q={one.policy.quota};w={one.policy.window}' for one in standings)
    left = (f'"{one.policy.name}";r={one.left};t={one.seconds}' for one in standings)
    return {"RateLimit-Policy": ", ".join(allowed), "RateLimit": ", ".join(left)}


log = logging.getLogger(__name__)

COOKIE = "dateline_session"
SESSION = "/v1/session"
CHALLENGE = 'Bearer realm="Dateline"'
ADDRESSES = 4096  # that sign-ins are counted by; the table of counts must not grow with every address
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

# The page's own files and the probes: they say nothing of the archive.
PUBLIC = frozenset({"/", "/healthz", "/readyz"})
STATIC = "/static/"

TABLE: tuple[tuple[Role, str, str], ...] = (
    ("ask", "GET", r"/docs|/openapi\.json"),
    ("ask", "POST", r"/v1/ask"),
    ("ask", "POST", r"/v1/search"),
    ("ask", "GET", r"/v1/answers/[^/]+(/evidence)?"),
    ("ask", "POST", r"/v1/answers/[^/]+/feedback"),
    ("ask", "GET", r"/v1/conversations(/[^/]+)?"),
    ("ask", "DELETE", r"/v1/conversations/[^/]+"),
    ("ask", "PATCH", r"/v1/conversations/[^/]+"),
    ("ask", "GET", r"/v1/archive(/holdings|/facets)?"),
    ("ask", "GET", r"/v1/articles(/[^/]+(/versions(/[^/]+)?)?)?"),
    ("ask", "POST", r"/v1/chat/completions"),
    ("ask", "POST", r"/v1/responses"),
    ("ask", "GET", r"/v1/models(/.+)?"),
    ("edit", "POST", r"/v1/articles"),
    ("edit", "DELETE", r"/v1/articles/[^/]+"),
)
_TABLE = [(role, method, re.compile(path)) for role, method, path in TABLE]


@dataclass(frozen=True, slots=True)
class Credential:
    """Credential of a request, wherever it shows it: a key, or the cookie of a session."""

    secret: bytes
    is_cookie: bool = False


def install(app: Starlette, keys: Keys, settings: Settings) -> None:
    """Puts this before all that was added so far; and CORS, for the sites that the settings name."""
    limits = Limits(keys.address, settings.requests_per_minute, settings.requests_per_day)
    audit, origins = Audit(settings.data), settings.cors_origins
    app.add_middleware(Security, keys=keys, limits=limits, audit=audit, origins=origins)
    if settings.cors_origins:
        # Without credentials: the session's cookie is of use to the page of this server alone.
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["GET", "POST", "PATCH", "DELETE"],
            allow_headers=["Authorization", "X-API-Key", "Content-Type", "Idempotency-Key", "X-Request-Id"],
            expose_headers=["RateLimit", "RateLimit-Policy", "Retry-After", "X-Request-Id"],
        )


class Security:
    """Lets in who may do what they ask, and counts it. What is refused is answered here."""

    def __init__(
        self,
        app: ASGIApp,
        keys: Keys,
        limits: Limits,
        audit: Audit | None = None,
        origins: Collection[str] = (),
    ) -> None:
        self._app = app
        self._audit = audit
        self._keys = keys
        self._limits = limits
        self._origins = frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in PUBLIC or scope["path"].startswith(STATIC):
            await self._app(scope, receive, send)
            return
        try:
            left = await run_in_threadpool(self._admit, scope)
        except BaseException as error:  # for what decides nothing must let nobody in
            if not is_fault(error):
                raise
            await response_of(error, scope["path"])(scope, receive, send)
            return

        async def send_counted(message: Message) -> None:
            """Sends a message, a response's start with what is left of the quota, and audits an act."""
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(left)
                if self._audit and is_act(scope):  # told of before anybody hears that it was done
                    await run_in_threadpool(self._note, self._audit, scope, message["status"])
            await send(message)

        await self._app(scope, receive, send_counted)

    def _admit(self, scope: Scope) -> dict[str, str]:
        """Notes in the scope who asks, and gives the headers of their limits. Raises HTTPException."""
        shown = credential(HTTPConnection(scope))
        key = scope["key"] = self._found(shown)
        self._check_page(scope, key, shown)
        if scope["path"] == SESSION:
            if scope["method"] in SAFE:
                return {}
            # Each address by itself, so that nobody else is kept from signing in.
            address = repr((scope.get("client") or ("",))[0]).encode()
            return self._limits.take(f"{SESSION} {crc32(address) % ADDRESSES}")
        if key is None and self._keys.required():
            raise unknown(shown)
        role = needed(scope["method"], scope["path"])
        if key is not None and not key.may(role):
            raise _too_small(key, role, scope)
        return self._limits.take(key.id if key else "")

    def _note(self, audit: Audit, scope: Scope, status: int) -> None:
        """A line of the audit log."""
        key: Key | None = scope["key"]
        about = {"role": key.role, "name": key.name} if key else {}
        act = f"{scope['method']} {scope['path']}"
        try:
            by = key.id if key else None
            audit.note(by, act, status=status, request=telemetry.request_id.get(), **about)
        except OSError:
            log.exception("the act %s could not be noted in the audit log", act)

    def _found(self, shown: Credential | None) -> Key | None:
        if shown is None:
            return None
        return self._keys.signed_in(shown.secret) if shown.is_cookie else self._keys.find(shown.secret)

    def _check_page(self, scope: Scope, key: Key | None, shown: Credential | None) -> None:
        """Raises HTTPException for a change that a page of another site asks for in the reader's name.

        That is: by the cookie that the browser adds, or by its place on this machine, where no key is
        asked for. A key in a header is one that the page itself knows.
        """
        if scope["method"] in SAFE or (shown is not None and not shown.is_cookie):
            return
        own = _from_own_page(Headers(scope=scope), self._origins)
        if own is False or (own is None and shown is not None and key is not None):
            raise HTTPException(HTTPStatus.FORBIDDEN, "a page of another site may not do this in your name")


def credential(request: HTTPConnection) -> Credential | None:
    """Reads a key as `Authorization: Bearer` or as `X-API-Key`, else the session's cookie."""
    bearers = (value.partition(" ") for value in request.headers.getlist("authorization"))
    keys = {words.strip() for scheme, _, words in bearers if scheme.casefold() == "bearer"}
    keys |= {value.strip() for value in request.headers.getlist("x-api-key")}
    if keys:
        # Of keys that differ, one could pass here and another somewhere on the way: none is right.
        return Credential(encoded(keys.pop()) if len(keys) == 1 else b"")
    cookie = request.cookies.get(COOKIE)
    return Credential(encoded(cookie), is_cookie=True) if cookie else None


def encoded(secret: str) -> bytes:
    """A secret as bytes, whatever is in it; those of a key or a token are ASCII."""
    return secret.encode("utf-8", "backslashreplace")


def needed(method: str, path: str) -> Role:
    """The role that a request takes."""
    asked = "GET" if method == "HEAD" else method
    found = (role for role, named, paths in _TABLE if named == asked and paths.fullmatch(path))
    return next(found, "admin")


def is_act(scope: Scope) -> bool:
    """Tells whether a request changes the archive, which takes an editor's key or an administrator's."""
    changes = scope["method"] not in SAFE and scope["path"] != SESSION
    return changes and needed(scope["method"], scope["path"]) != "ask"


def unknown(shown: Credential | None) -> HTTPException:
    """The refusal of a request that shows nothing, or nothing that is known here."""
    if shown is None:
        told = "this server asks for a key: send it as `Authorization: Bearer …`, or sign in on the page"
    elif shown.is_cookie:
        told = "your session has ended; sign in again"
    else:
        told = "the key is not known here, or it was revoked"
    challenge = CHALLENGE if shown is None else f'{CHALLENGE}, error="invalid_token"'
    return HTTPException(HTTPStatus.UNAUTHORIZED, told, {"WWW-Authenticate": challenge})


async def _asking(request: Request) -> Key | None:
    key: Key | None = request.scope["key"]
    return key


# The key that asks; None where none is asked for.
Asking = Annotated[Key | None, Depends(_asking)]


async def _owner(key: Asking) -> str | None:
    return key.id if key else None


# The id of the key that asks, to which belongs what it makes; None where none is asked for.
Owner = Annotated[str | None, Depends(_owner)]


def _too_small(key: Key, role: Role, scope: Scope) -> HTTPException:
    told = f"{scope['method']} {scope['path']} takes a key of role {role}; {key.name!r} has role {key.role}"
    challenge = f'{CHALLENGE}, error="insufficient_scope", scope="{role}"'
    return HTTPException(HTTPStatus.FORBIDDEN, told, {"WWW-Authenticate": challenge})


def _from_own_page(headers: Headers, trusted: Collection[str]) -> bool | None:
    """Tells whether a page of this server sends the request; None where a trusted one does, or no browser.

    After CrossOriginProtection of Go's net/http: Sec-Fetch-Site, which a page cannot set, before Origin.
    """
    origin = headers.get("origin")
    if origin in trusted:
        return None
    if site := headers.get("sec-fetch-site"):
        return site in ("same-origin", "none")
    if origin is None:
        return None
    host = origin.partition("://")[2]
    return bool(host) and host == headers.get("host")
