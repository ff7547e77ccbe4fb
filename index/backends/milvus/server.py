"""One Milvus server: its address, the connection, and its errors in words."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Any
from urllib.parse import parse_qs, urlsplit

from index.errors import BadValue, DatelineError, IndexUnavailable

INSTALL = "pip install pymilvus"
SCHEMES = {"milvus+http": "http", "milvus+https": "https"}
PORT = 19530
NAME = "dateline"
SECONDS = 5.0  # that a search waits for the server, and for it to come back
WRITING_SECONDS = 60.0
LOADING_SECONDS = 60.0  # until a collection that the server has on disk alone can be searched
NO_COLLECTION, NOT_LOADED = 100, 101  # Milvus' error codes


@dataclass(frozen=True, slots=True)
class Address:
    """Address of an index: `milvus+http://host:port/name`, without any secret.

    `name` is that of the alias by which it is searched. `?words=no` stands for a server older than 2.5,
    which can match no words.
    """

    scheme: str
    host: str
    port: int = PORT
    name: str = NAME
    words: bool = True

    @classmethod
    def parsed(cls, text: str) -> "Address":
        """The address. Raises BadValue where it is none, or holds a password."""
        form = "milvus+http://host:port/name"
        if "@" in text:
            raise BadValue("the address of the index must hold no password; it goes in DATELINE_INDEX_TOKEN")
        try:
            parts = urlsplit(text)
            port = parts.port or PORT
        except ValueError as error:
            raise BadValue(f"the index {text!r} has no address of the form {form}: {error}") from error
        name = parts.path.strip("/") or NAME
        query = parse_qs(parts.query)
        known = query in ({}, {"words": ["no"]}) and not parts.fragment
        if parts.scheme not in SCHEMES or not parts.hostname or not known:
            raise BadValue(f"the index {text!r} has no address of the form {form}")
        if not re.fullmatch(r"[A-Za-z_]\w{0,199}", name, re.ASCII):
            raise BadValue(f"the index cannot be named {name!r}; a name has letters, digits and _ alone")
        return cls(parts.scheme, parts.hostname, port, name, words=not query)

    @property
    def uri(self) -> str:
        """The address as Milvus' own client takes it."""
        return f"{SCHEMES[self.scheme]}://{self._host}:{self.port}"

    @property
    def _host(self) -> str:
        return f"[{self.host}]" if ":" in self.host else self.host

    def __str__(self) -> str:
        return f"{self.scheme}://{self._host}:{self.port}/{self.name}"


class Server:
    """A server that is reached when it is first asked, and again whenever it is back."""

    def __init__(self, address: Address, token: str | None = None) -> None:
        """Connects to nothing yet. `token` is `user:password`, or an API key."""
        self.address = address
        self._token = token
        self._client: Any = None
        self._connecting = Lock()

    def ask(self, method: str, *given: Any, **named: Any) -> Any:
        """Calls a method of Milvus' client. Raises IndexUnavailable where the server does not answer."""
        client = self._connected()
        with self.explained():
            return getattr(client, method)(*given, **named)

    def ask_loaded(self, method: str, collection: str, *given: Any, **named: Any) -> Any:
        """The same of a collection that must be in the server's memory.

        After a restart it is not, in some versions of Milvus until it is told.
        """
        try:
            return self.ask(method, collection, *given, **named)
        except NotLoaded:
            self.ask("load_collection", collection, timeout=LOADING_SECONDS)
            return self.ask(method, collection, *given, **named)

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Turns the errors of Milvus' client into sentences."""
        from grpc import RpcError  # type: ignore[import-untyped]
        from pymilvus import MilvusException

        try:
            yield
        except (MilvusException, RpcError) as error:
            raise self._told(error) from error

    def version(self) -> str:
        """Version that the server gives, such as `v2.5.4`."""
        said: str = self.ask("get_server_version", timeout=SECONDS)
        return said

    def close(self) -> None:
        """Ends the connection."""
        with self._connecting:
            if self._client is not None:
                self._client.close()
            self._client = None

    def _connected(self) -> Any:
        with self._connecting:
            if self._client is None:
                self._client = self._connect()
            return self._client

    def _connect(self) -> Any:
        try:
            from pymilvus import MilvusClient
        except ImportError as error:
            raise DatelineError(f"an index in Milvus needs pymilvus; install it with: {INSTALL}") from error
        # What it logs, with a traceback each, it raises as well.
        logging.getLogger("pymilvus").setLevel(logging.CRITICAL)
        with self.explained():
            return MilvusClient(self.address.uri, token=self._token or "", timeout=SECONDS)

    def _told(self, error: Any) -> IndexUnavailable:
        """Explains an error in a sentence."""
        if getattr(error, "code", None) == NOT_LOADED:
            return NotLoaded(f"Milvus has not loaded the index {self.address} yet; try again in a minute")
        if getattr(error, "code", None) == NO_COLLECTION:
            return NoCollection(f"there is no index {self.address}; make it with: dateline rebuild")
        cause = getattr(error, "message", None) or str(error)
        cause = cause.strip().splitlines()[0][:200] if cause.strip() else type(error).__name__
        return IndexUnavailable(
            f"the index {self.address} does not answer ({cause}); "
            "see that Milvus runs there, or set DATELINE_INDEX to where it does"
        )


class NotLoaded(IndexUnavailable):
    """The server has the collection, but not in memory."""


class NoCollection(IndexUnavailable):
    """The server has no such collection."""
