"""One connection to one checked address, with an end to its time. Only `web` uses it.

The check is made where the connection is made: the name is resolved once, all its addresses are
checked, and it is to one of these that the socket connects. Between check and use nothing can change.
The request keeps the name for its Host header and for TLS.
"""

import ssl
import time
from collections.abc import Collection, Iterable, Iterator
from typing import Any

import httpcore2
import httpx2

from index.fetching.addresses import Network, is_allowed, resolved


class NotPublic(Exception):
    """A host one of whose addresses may not be fetched from."""


class Clock:
    """The time a request may still take, all its reads and writes together."""

    def __init__(self, seconds: float) -> None:
        """Starts now."""
        self._end = time.monotonic() + seconds

    def bound(self, timeout: float | None) -> float:
        """The shorter of a timeout and what is left. Raises ReadTimeout where nothing is left."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise httpcore2.ReadTimeout("out of time")
        return left if timeout is None else min(timeout, left)


class _Stream(httpcore2.NetworkStream):
    """A connection whose every wait ends when the clock does, so that a drip cannot hold it open."""

    def __init__(self, inner: httpcore2.NetworkStream, clock: Clock) -> None:
        self._inner = inner
        self._clock = clock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._clock.bound(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._clock.bound(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        """Starts TLS within the time that is left."""
        inner = self._inner.start_tls(ssl_context, server_hostname, self._clock.bound(timeout))
        return _Stream(inner, self._clock)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Backend(httpcore2.NetworkBackend):
    """Connects to hosts all of whose addresses are allowed."""

    def __init__(self, clock: Clock, allowed: Collection[Network]) -> None:
        self._clock = clock
        self._allowed = allowed
        self._sockets = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        """Connects to the first address of the host that is allowed and answers."""
        failed: Exception = httpcore2.ConnectError(f"{host} has no address")
        for address in self._checked(host, port):
            try:
                bound = self._clock.bound(timeout)
                return _Stream(
                    self._sockets.connect_tcp(address, port, bound, None, socket_options), self._clock
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failed = error
        raise failed

    def _checked(self, host: str, port: int) -> list[str]:
        try:
            addresses = resolved(host, port)
        except OSError as error:
            raise httpcore2.ConnectError(f"{host} cannot be found: {error.strerror or error}") from error
        for address in addresses:
            if not is_allowed(address, self._allowed):
                raise NotPublic(f"{host} leads to {address}, which is not a public address")
        return [str(address) for address in addresses]


class PinnedTransport(httpx2.BaseTransport):
    """Sends one request over a connection of its own: no proxy, no reuse, HTTP/1.1."""

    def __init__(self, clock: Clock, allowed: Collection[Network], context: ssl.SSLContext) -> None:
        """`context` is shared, because reading the certificates of the world takes longer than a request."""
        self._pool = httpcore2.ConnectionPool(
            ssl_context=context, max_connections=1, network_backend=_Backend(clock, allowed)
        )

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Sends a request and returns its response. Raises httpx2's errors."""
        url = httpcore2.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        sent = httpcore2.Request(
            method=request.method,
            url=url,
            headers=request.headers.raw,
            content=b"",
            extensions=request.extensions,
        )
        answer = self._pool.handle_request(sent)
        return httpx2.Response(
            status_code=answer.status,
            headers=answer.headers,
            stream=_Body(answer),
            extensions=answer.extensions,
        )

    def close(self) -> None:
        self._pool.close()


class _Body(httpx2.SyncByteStream):
    def __init__(self, answer: httpcore2.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        yield from self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()
