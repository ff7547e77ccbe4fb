"""Parsers that strangers' bytes go through, each run in a process of its own and within bounds."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.errors import Unreadable

MEMORY = 1_500_000_000
"""Bytes a parser may take."""
SECONDS = 60
"""A parser may work; by the clock on the wall WAITING times that, since a busy machine lets it wait."""
WAITING = 6

PARSERS = Path(__file__).with_name("parsers")
_ANSWER_BYTES = 100_000_000
_CHILD = Path(__file__).with_name("child.py")


@dataclass(frozen=True, slots=True)
class Confined:
    """A parser and its bounds. `parser` is a Python file with `parse(data)`, which returns a dict for JSON.

    The dict `{"error": sentence}` says that the bytes cannot be read. The file may import only what is
    installed; `format` and `package` are what errors call the format and what it needs.
    """

    parser: Path
    format: str
    package: str
    memory: int = MEMORY
    seconds: int = SECONDS

    def parse(self, data: bytes) -> dict[str, Any]:
        """The parser's answer. Raises Unreadable where it refuses, dies or takes too long."""
        # Without -P the child would find our html.py and the like before the standard library's.
        command = [sys.executable, "-P", str(_CHILD), str(self.parser), str(self.memory), str(self.seconds)]
        try:
            done = subprocess.run(  # noqa: S603
                command, input=data, capture_output=True, timeout=WAITING * self.seconds, env={}, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise Unreadable(f"it takes longer than {WAITING * self.seconds} seconds to read") from error
        if done.returncode or len(done.stdout) > _ANSWER_BYTES:
            raise Unreadable(self._death(done.returncode, done.stderr))
        answer: dict[str, Any] = json.loads(done.stdout)
        if "error" in answer:
            raise Unreadable(str(answer["error"]))
        return answer

    def _death(self, code: int, told: bytes) -> str:
        """The reason why the child ended without an answer. A signal's number is told as a negative code."""
        if code in (-24, -9):  # SIGXCPU, and SIGKILL where that was not enough
            return f"it takes more than {self.seconds} seconds of work to read"
        if b"MemoryError" in told or code in (-6, -5, -4):  # how native code ends where memory does
            return f"it takes more than {self.memory / 1e9:g} GB of memory to read"
        if b"No module named" in told:
            return f"{self.format} needs the package {self.package}; pip install {self.package}"
        return "its parser failed; the file may be broken"
