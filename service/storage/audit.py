"""The audit log: a line for each act of an editor or administrator, which is only ever added to.

Each line tells the digest of the one before it, so that a line that was changed or taken out is noticed.
"""

import fcntl
import getpass
import hashlib
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FILE = "audit.jsonl"
_LONGEST = 4000  # bytes of a line, from its end, that its digest is of


class Audit:
    """The log of one archive's folder. Any number of processes may add to it."""

    def __init__(self, folder: Path) -> None:
        """Opens nothing yet."""
        self._file = folder / FILE

    def note(self, by: str | None, act: str, **told: Any) -> None:
        """Adds a line, which is on the disk when this returns. `by` is None where no key is asked for."""
        descriptor = os.open(self._file, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "r+b", buffering=0) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _LONGEST - 1))
            before = file.read()
            torn = before[-1:] not in (b"", b"\n")  # of a process that was killed while it wrote
            last = before.splitlines()[-1:] or [b""]
            at = datetime.now(UTC).isoformat(timespec="milliseconds")
            line = {"at": at, "by": by, "act": act, **told, "before": _digest(last[0])}
            file.write(b"\n" * torn + json.dumps(line).encode() + b"\n")
            os.fsync(file.fileno())

    def faults(self) -> Iterator[str]:
        """Each line that does not follow the one before it, a sentence each."""
        before = b""
        if not self._file.exists():
            return
        for number, line in enumerate(self._file.read_bytes().splitlines(), 1):
            try:
                follows = json.loads(line)["before"] == _digest(before)
            except (ValueError, KeyError, TypeError):
                follows = False
            if not follows:
                yield f"line {number} of {FILE}, or the one before it, is not the one that was written"
            before = line


def command_line() -> str:
    """Returns who acts by the command line."""
    try:
        return f"command line, {getpass.getuser()}"
    except (OSError, KeyError):  # a user without a name
        return f"command line, user {os.getuid()}"


def _digest(line: bytes) -> str:
    return hashlib.sha256(line[-_LONGEST:]).hexdigest()[:32]
