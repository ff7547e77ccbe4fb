"""Pages from the web: the one place in Dateline that fetches, politely and safely.

Polite: robots.txt is kept to, one request at a time, a pause between two to one host, conditional
requests, back-off when a server is busy. Safe: only http and https on their own ports, only public
addresses, checked where the connection is made and again at every redirect, with an end to time, to
bytes and to what they unpack to. Nothing is sent but the request: no cookies, no proxy, no password.
"""

import re
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urljoin

from index.errors import Unreadable
from index.fetching.addresses import Network
from index.fetching.inflate import ENCODINGS, inflated
from index.fetching.robots import Rules, reading, rules_of
from index.readers.pages import Page, Validators, media_of

if TYPE_CHECKING:
    import ssl

    import httpx2

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_BUSY = frozenset({429, 500, 502, 503, 504})
_HOST = re.compile(r"[0-9a-z_-]+(?:\.[0-9a-z_-]+)*\.?|[0-9a-f:.]+")
_LONGEST_URL = 2000
_ROBOTS_BYTES = 500_000


class Unfetched(Unreadable):
    """A page that did not come; `passing` where another try may bring it."""

    def __init__(self, reason: str, *, passing: bool = False) -> None:
        """The reason completes a sentence about the page."""
        super().__init__(reason)
        self.passing = passing


class _Slow(Unfetched):
    """A server that let the time run out; asking it again at once would take as long again."""


class Visits(Protocol):
    """Remembers what came of earlier visits to an address."""

    def get(self, url: str) -> Validators | None:
        """Reads what the last visit left; None where there was none."""
        ...

    def put(self, url: str, validators: Validators) -> None:
        """Notes a visit all of whose articles are safely kept."""
        ...


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A page that is as it was at the last visit."""

    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The bounds of a fetch: seconds, bytes and counts."""

    seconds: float = 60.0  # one request, from the connection to its last byte
    silence: float = 15.0  # between two bytes
    pause: float = 1.0  # between two requests to one host
    bytes: int = 20_000_000  # as sent, and again as unpacked
    redirects: int = 5
    tries: int = 3
    backoff: float = 2.0  # before the second try; doubled before each further one
    longest_wait: float = 120.0  # that a server may ask for before it is given up


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: Mapping[str, str]
    data: bytes


@dataclass(slots=True)
class _Host:
    """State of a host: when it may next be asked, and what its robots.txt says, by origin."""

    ready: float = 0.0
    pause: float = 0.0
    rules: dict[str, Rules] = field(default_factory=dict)


class Fetcher:
    """Fetches pages, one at a time."""

    def __init__(
        self,
        visits: Visits | None = None,
        *,
        allowed: Collection[Network] = (),
        ports: Collection[int] = (80, 443),
        limits: Limits | None = None,
    ) -> None:
        """`allowed` networks and other `ports` are for tests, whose servers are on loopback."""
        self._visits = visits
        self._allowed = tuple(allowed)
        self._ports = frozenset(ports)
        self._limits = limits or Limits()
        self._hosts: dict[str, _Host] = {}
        self._lock = Lock()

    @cached_property
    def agent(self) -> str:
        """The name Dateline gives itself to servers."""
        from importlib.metadata import version

        return f"Dateline/{version('dateline')}"

    def fetch(self, url: str) -> Page | Unchanged:
        """The page of an address, or that it has not changed since the visit that is remembered.

        Raises Unfetched with the reason where there is none to be had.
        """
        with self._lock:
            place = self._checked(url)
            for _ in range(self._limits.redirects + 1):
                self._ask_robots(place)
                validators = self._visits.get(str(place)) if self._visits else None
                answer = self._persistently(place, _conditions(validators))
                if answer.status not in _REDIRECTS:
                    return self._outcome(str(place), answer, validators)
                place = self._next(place, answer)
        raise Unfetched(f"it redirects more than {self._limits.redirects} times")

    def _checked(self, url: str) -> "httpx2.URL":
        """An address in its one reading, by which it is both checked and fetched."""
        import httpx2

        if len(url) > _LONGEST_URL or any(letter <= " " or letter in "\x7f\\" for letter in url):
            raise Unfetched("it is no address: too long, or with spaces or backslashes in it")
        try:
            place = httpx2.URL(url).copy_with(fragment=None)
        except (httpx2.InvalidURL, ValueError) as error:
            raise Unfetched(f"it is no address: {error}") from error
        if place.scheme not in ("http", "https"):
            raise Unfetched("only addresses that begin with http:// or https:// are fetched")
        if place.userinfo:
            raise Unfetched("it holds a user name or password; addresses with one are not fetched")
        if not _HOST.fullmatch(place.raw_host.decode("ascii").casefold()):
            raise Unfetched("it names no host")
        port = place.port or {"http": 80, "https": 443}[place.scheme]
        if port not in self._ports:
            raise Unfetched(f"it asks for port {port}; only {_listed(sorted(self._ports))} are fetched from")
        return place

    def _next(self, place: "httpx2.URL", answer: _Answer) -> "httpx2.URL":
        target = answer.headers.get("location", "")
        if not target:
            raise Unfetched(f"it answers {answer.status} without saying where to")
        try:
            return self._checked(urljoin(str(place), target))
        except (Unfetched, ValueError) as error:
            raise Unfetched(f"it redirects to {_shown(target)}: {error}") from error

    def _outcome(self, url: str, answer: _Answer, asked_by: Validators | None) -> Page | Unchanged:
        if answer.status == 304 and asked_by:
            return Unchanged(url)
        if answer.status != 200:
            raise Unfetched(f"it answers {_named(answer.status)}", passing=answer.status in _BUSY)
        try:
            data = inflated(answer.data, answer.headers.get("content-encoding", ""), self._limits.bytes)
        except Unreadable as error:
            raise Unfetched(str(error)) from error
        media, charset = media_of(answer.headers.get("content-type", ""))
        validators = Validators(_kept(answer, "etag"), _kept(answer, "last-modified"))
        return Page(url=url, data=data, media=media, charset=charset, validators=validators)

    # Politeness

    def _ask_robots(self, place: "httpx2.URL") -> None:
        """Raises Unfetched where the site's robots.txt forbids the address, or cannot be had."""
        host = self._hosts.setdefault(place.host, _Host())
        origin = f"{place.scheme}://{place.netloc.decode('ascii')}"
        rules = host.rules.get(origin)
        if rules is None or rules.stale():
            rules = host.rules[origin] = self._rules(self._checked(f"{origin}/robots.txt"))
            host.pause = rules.pause(self.agent)
        if not rules.allow(str(place), self.agent):
            raise Unfetched("its site's robots.txt asks not to fetch it")

    def _rules(self, place: "httpx2.URL") -> Rules:
        for _ in range(self._limits.redirects + 1):
            answer = self._persistently(place, {}, _ROBOTS_BYTES)
            if answer.status in _REDIRECTS:
                place = self._next(place, answer)
            elif answer.status >= 500 or answer.status == 429:
                raise Unfetched(f"its site's robots.txt answers {_named(answer.status)}", passing=True)
            else:
                return rules_of(answer.status, reading(answer.data, answer.headers, _ROBOTS_BYTES))
        return rules_of(404, "")  # by RFC 9309 one that redirects for ever counts as none

    def _persistently(
        self, place: "httpx2.URL", headers: Mapping[str, str], most: int | None = None
    ) -> _Answer:
        """An answer, after trying again where a server is busy or a connection breaks."""
        for tries in range(1, self._limits.tries + 1):
            wait = self._limits.backoff * 2 ** (tries - 1)
            try:
                answer = self._in_turn(place, headers, most)
            except Unfetched as error:
                if not error.passing or isinstance(error, _Slow) or tries == self._limits.tries:
                    raise
            else:
                wait = max(wait, _retry_after(answer.headers.get("retry-after", "")))
                if answer.status not in _BUSY or tries == self._limits.tries:
                    break
            if wait > self._limits.longest_wait:
                raise Unfetched(f"its server asks to come back in {wait:.0f} seconds", passing=True)
            time.sleep(wait)
        return answer

    def _in_turn(self, place: "httpx2.URL", headers: Mapping[str, str], most: int | None) -> _Answer:
        """One request, not sooner after the last to the same host than the pause."""
        host = self._hosts.setdefault(place.host, _Host())
        time.sleep(max(0.0, host.ready - time.monotonic()))
        try:
            return self._request(place, headers, most or self._limits.bytes)
        finally:
            host.ready = time.monotonic() + max(self._limits.pause, host.pause)

    # The request

    @cached_property
    def _context(self) -> "ssl.SSLContext":
        import httpcore2

        return httpcore2.default_ssl_context()

    def _request(self, place: "httpx2.URL", headers: Mapping[str, str], most: int) -> _Answer:
        import httpcore2
        import httpx2

        from index.fetching.connection import Clock, NotPublic, PinnedTransport

        asked = {"user-agent": self.agent, "accept-encoding": ", ".join(ENCODINGS), **headers}
        transport = PinnedTransport(Clock(self._limits.seconds), self._allowed, self._context)
        options = {"trust_env": False, "follow_redirects": False, "timeout": self._limits.silence}
        try:
            with (
                httpx2.Client(transport=transport, **options) as client,  # type: ignore[arg-type]
                client.stream("GET", place, headers=asked) as response,
            ):
                names = {name.casefold(): value for name, value in response.headers.items()}
                declared = names.get("content-length", "")
                body = _bounded(response.iter_raw, declared, most) if response.status_code == 200 else b""
                return _Answer(response.status_code, names, body)
        except NotPublic as error:
            raise Unfetched(str(error)) from error
        except httpcore2.TimeoutException as error:
            raise _Slow("its server takes too long to answer", passing=True) from error
        except httpcore2.ConnectError as error:
            raise Unfetched(f"its server cannot be reached: {error}", passing=True) from error
        except (httpcore2.ProtocolError, httpcore2.NetworkError, httpx2.HTTPError) as error:
            raise Unfetched("its server breaks off before the page is whole", passing=True) from error


def _bounded(parts: Callable[[], Iterable[bytes]], declared: str, most: int) -> bytes:
    if declared.isdigit() and len(declared) < 20 and int(declared) > most:
        raise Unfetched(f"it is {int(declared) / 1e6:.1f} MB; the limit is {most / 1e6:g} MB a page")
    gathered = bytearray()
    for part in parts():
        gathered += part
        if len(gathered) > most:
            raise Unfetched(f"it is larger than {most / 1e6:g} MB, the limit for a page")
    return bytes(gathered)


def _conditions(validators: Validators | None) -> dict[str, str]:
    if validators is None:
        return {}
    asked = {"if-none-match": validators.etag, "if-modified-since": validators.last_modified}
    return {name: value for name, value in asked.items() if value}


def _kept(answer: _Answer, name: str) -> str | None:
    """A validator to send back, unless it is one that no server needs or a header cannot carry."""
    value = answer.headers.get(name, "")
    return value if value.isascii() and value.isprintable() and 0 < len(value) <= 300 else None


def _retry_after(value: str) -> float:
    """The seconds of a Retry-After header, which gives them or a date; 0 where it gives neither."""
    from email.utils import parsedate_to_datetime

    if value.strip().isdigit() and len(value) < 12:
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, TypeError, IndexError, OverflowError):
        return 0.0


def _named(status: int) -> str:
    from http import HTTPStatus

    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _shown(target: str) -> str:
    return repr(target if len(target) <= 100 else target[:97] + "…")


def _listed(ports: Iterable[int]) -> str:
    return " and ".join(map(str, ports))
