"""The lock of who writes to an archive's folder."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import Busy


@contextmanager
def alone(directory: Path) -> Iterator[None]:
    """Holds the writer's lock, which the kernel frees even after kill -9. Raises Busy where another does."""
    with (directory / "writer.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy(
                f"another process is writing to the archive in {directory}; "
                "wait until it is done and try again"
            ) from error
        yield
