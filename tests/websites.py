"""A real web site on loopback whose answers a test writes, and a fetcher that may ask it."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network

from index.readers.pages import Validators
from index.readers.web import Fetcher, Limits, Visits

LOOPBACK = (ip_network("127.0.0.1/32"),)
QUICK = Limits(seconds=3, silence=1, pause=0, backoff=0.01, tries=3, longest_wait=2)
FIRST = "Engineers will close the old dam for repairs before the spring floods, the ministry said."
SECOND = "The work is expected to take eleven weeks and to employ sixty people from the valley."


def page(
    title: str = "Dam to close", *, head: str = "", body: str = f"<p>{FIRST}</p><p>{SECOND}</p>"
) -> bytes:
    """A web page with an article in it."""
    return (
        f"<!DOCTYPE html><html><head><title>{title}</title>{head}</head>"
        f"<body><article><h1>{title}</h1>{body}</article></body></html>"
    ).encode()


@dataclass(slots=True)
class Answer:
    """What the site sends. `raw` writes to the connection itself, after or instead of the rest."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: {"content-type": "text/html; charset=utf-8"})
    raw: Callable[[Callable[[bytes], object]], None] | None = None


@dataclass(slots=True)
class Asked:
    """A request as the site got it."""

    path: str
    headers: Mapping[str, str]


class Site:
    """Answers by path, each path a list of answers of which the last is given again and again."""

    def __init__(self) -> None:
        self.answers: dict[str, list[Answer]] = {}
        self.asked: list[Asked] = []
        self.port = 0
        self.stopped = threading.Event()

    def put(self, path: str, *answers: Answer | bytes) -> str:
        """Sets the answers of a path and gives its address."""
        self.answers[path] = [Answer(one) if isinstance(one, bytes) else one for one in answers]
        return self.url(path)

    def url(self, path: str) -> str:
        """The address of a path."""
        return f"http://127.0.0.1:{self.port}{path}"

    def paths(self) -> list[str]:
        """What was asked for, in order, without robots.txt."""
        return [asked.path for asked in self.asked if asked.path != "/robots.txt"]

    def answer(self, path: str) -> Answer:
        """The next answer of a path."""
        queue = self.answers.get(path)
        if not queue:
            return Answer(b"nothing here", 404, {"content-type": "text/plain"})
        return queue.pop(0) if len(queue) > 1 else queue[0]


@contextmanager
def site() -> Iterator[Site]:
    """Runs a site in a thread."""
    own = Site()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            headers = {name.casefold(): value for name, value in self.headers.items()}
            own.asked.append(Asked(self.path, headers))
            answer = own.answer(self.path)
            etag = answer.headers.get("etag")
            try:
                if etag and headers.get("if-none-match") == etag:
                    self._send(304, {}, b"")
                elif answer.raw is not None:
                    answer.raw(self._write)
                    self.close_connection = True
                else:
                    self._send(answer.status, answer.headers, answer.body)
            except OSError:  # the fetcher has had enough
                self.close_connection = True

        def _send(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _write(self, data: bytes) -> object:
            self.wfile.write(data)
            self.wfile.flush()
            return own.stopped.is_set()

        def log_message(self, format: str, *args: object) -> None:
            """Keeps the tests' output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    own.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield own
    finally:
        own.stopped.set()
        server.shutdown()
        server.server_close()
        thread.join()


class RememberedVisits:
    """Visits in a dictionary."""

    def __init__(self) -> None:
        self.kept: dict[str, Validators] = {}

    def get(self, url: str) -> Validators | None:
        return self.kept.get(url)

    def put(self, url: str, validators: Validators) -> None:
        self.kept[url] = validators


def fetcher(own: Site, visits: Visits | None = None, limits: Limits = QUICK) -> Fetcher:
    """A fetcher that may ask this site, on loopback, and nothing else that is not public."""
    return Fetcher(visits, allowed=LOOPBACK, ports=(80, 443, own.port), limits=limits)
