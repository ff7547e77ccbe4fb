"""The server process."""

import ipaddress
import socket

import typer
import uvicorn

from index.errors import DatelineError
from service.http.app import create_app
from service.settings import Settings


def run(settings: Settings) -> None:
    """Serves until stopped, and prints the page's address once it answers.

    Raises DatelineError for an address that others could reach, or one already taken.
    """
    if not _is_loopback(settings.host):
        raise DatelineError(
            f"host {settings.host!r} can be reached by others and this server asks for no key; "
            "listen on 127.0.0.1 and put a server that checks who asks in front of it"
        )
    app = create_app(settings)
    try:
        listener = socket.create_server(
            (settings.host, settings.port), family=socket.AF_INET6 if ":" in settings.host else socket.AF_INET
        )
    except OSError as error:
        raise DatelineError(
            f"cannot listen on {settings.host} port {settings.port}: {error.strerror}; "
            "choose another port with --port"
        ) from error
    host, port = listener.getsockname()[:2]
    server = _Server(uvicorn.Config(app, log_level="warning"))
    server.address = f"http://{f'[{host}]' if ':' in host else host}:{port}/"
    server.run(sockets=[listener])


class _Server(uvicorn.Server):
    """Says where it is once it is there."""

    address: str

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            typer.echo(f"Dateline answers at {self.address} (Ctrl+C stops it)")


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
