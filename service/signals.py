"""Ending what runs long, by way of what must still be written."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from types import FrameType


@contextmanager
def stoppable() -> Iterator[Event]:
    """Lets SIGTERM end the block as Ctrl+C does, by KeyboardInterrupt; the event is set from then on."""
    stopped = Event()

    def stop(signum: int, frame: FrameType | None) -> None:
        """Sets the event and interrupts."""
        # Python drops what is raised while an object is being finalised; what is set stays set.
        stopped.set()
        raise KeyboardInterrupt

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
