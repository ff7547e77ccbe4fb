"""The server: one process, or several workers that share a socket and an archive."""

import math
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from tempfile import TemporaryDirectory

import typer
import uvicorn
from fastapi import FastAPI
from prometheus_client.multiprocess import mark_process_dead
from uvicorn.supervisors import Multiprocess

from index.errors import DatelineError
from service import telemetry
from service.http.app import create_app
from service.http.connection import BACKLOG, Connection, allow_descriptors
from service.http.metrics import FOLDER
from service.http.middleware import is_loopback
from service.settings import Settings

TO_END = 2  # seconds that streams have to say that they end, after `drain`
# Seconds that an idle connection is kept: longer than those who wait as long as Retry-After says, and than
# proxies keep theirs, or they would send on a connection that is just being closed.
KEEP_ALIVE = 75
SIGN_OF_LIFE = 60  # seconds that a worker may take to load, or to answer that it lives


def run(settings: Settings) -> None:
    """Serves until stopped, and prints the page's address once it answers.

    Raises DatelineError for an address that others could reach, or one already taken.
    """
    if not is_loopback(settings.host) and not settings.open_keys().required():
        raise DatelineError(
            f"host {settings.host!r} can be reached by others and this server asks for no key; "
            "make one with `dateline keys create`, or listen on 127.0.0.1"
        )
    telemetry.configure(settings.log_format)
    allow_descriptors()
    # Several workers are not started to find out one by one what is wrong.
    app = create_app(settings)
    listener = _listening(settings.host, settings.port)
    if settings.workers == 1:
        _Server(_config(settings, app), _address(listener)).run(sockets=[listener])
        return
    with _counting_together():
        _Workers(_config(settings, partial(_worker, settings)), listener).run()


def _listening(host: str, port: int) -> socket.socket:
    try:
        listener = socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=2048
        )
    except OSError as error:
        raise DatelineError(
            f"cannot listen on {host} port {port}: {error.strerror}; choose another port with --port"
        ) from error
    # asyncio does so only where a socket names its protocol; without it an answer waits 40 ms for its end.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"


def _config(settings: Settings, app: "FastAPI | partial[FastAPI]") -> uvicorn.Config:
    """Configures uvicorn. It is sent to the workers over a pipe, with the settings in `app`."""
    return uvicorn.Config(
        app,
        factory=isinstance(app, partial),
        workers=settings.workers,
        log_config=None,
        access_log=False,
        http=Connection,
        ws="none",
        proxy_headers=False,  # `guard` decides whose are believed
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=math.ceil(settings.drain) + TO_END,
        timeout_worker_healthcheck=SIGN_OF_LIFE,
    )


def _worker(settings: Settings) -> FastAPI:
    telemetry.configure(settings.log_format)
    return create_app(settings)


@contextmanager
def _counting_together() -> Iterator[None]:
    """Has workers that are started in it count in one folder, which goes with it."""
    with TemporaryDirectory(prefix="dateline-metrics-") as folder:
        os.environ[FOLDER] = folder
        try:
            yield
        finally:
            del os.environ[FOLDER]


def _announce(address: str) -> None:
    typer.echo(f"Dateline answers at {address} (Ctrl+C stops it)")


class _Server(uvicorn.Server):
    """Says where it is once it is there."""

    def __init__(self, config: uvicorn.Config, address: str) -> None:
        super().__init__(config)
        self._address = address

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Starts, then says where the server is."""
        await super().startup(sockets)
        if self.started:
            _announce(self._address)


class _Workers(Multiprocess):
    """Says where they are once all of them are there, and puts another in the place of one that dies."""

    def __init__(self, config: uvicorn.Config, listener: socket.socket) -> None:
        super().__init__(config, [listener])
        self._address = _address(listener)
        self._answer = False
        self._stopped = False

    def run(self) -> None:
        """Raises DatelineError where they cannot start."""
        super().run()
        if not self._answer and not self._stopped:
            raise DatelineError("the workers could not start; the lines above say why")

    def handle_signals(self) -> None:
        self._stopped = self._stopped or bool(self.signal_queue)
        super().handle_signals()

    def init_processes(self) -> None:
        super().init_processes()
        self._leave_to_workers()

    def keep_subprocess_alive(self) -> None:
        """Puts others in the place of workers that died, and says where they are once all are ready."""
        before = {process.pid for process in self.processes}
        super().keep_subprocess_alive()
        self._leave_to_workers()
        for pid in before - {process.pid for process in self.processes}:
            mark_process_dead(pid)  # type: ignore[no-untyped-call]
        if not self._answer and all(process.is_ready() for process in self.processes):
            self._answer = True
            _announce(self._address)

    def _leave_to_workers(self) -> None:
        # Their end of the pipe, held here too, would never end: one that dies while it is asked for a sign of
        # life would be waited for as long as one that is slow, and no signal heard meanwhile.
        for process in self.processes:
            process.child_conn.close()

    def terminate_all(self) -> None:
        """Closes the listening sockets, then ends the workers."""
        # The kernel would go on taking connections for a socket that is open anywhere.
        for listener in self.sockets:
            listener.close()
        super().terminate_all()
