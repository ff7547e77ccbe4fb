"""Loads models before they are asked for, each once, however many threads want it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from threading import Lock
from typing import TypeVar

T = TypeVar("T")


def once(load: Callable[[], T]) -> Callable[[], T]:
    """Makes a function run once, in the thread that calls it first; the others wait for its result."""
    lock, cached = Lock(), cache(load)

    def loaded() -> T:
        with lock:
            return cached()

    return loaded


def preload(*loads: Callable[[], object]) -> None:
    """Begins to load several things, each in a thread of its own.

    What fails here fails again for the one who needs it, so that the error is told there.
    """
    threads = ThreadPoolExecutor(len(loads), "preload")
    for load in loads:
        threads.submit(load)
    threads.shutdown(wait=False)
