from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from index.preload import once, preload


def test_threads_that_come_first_share_what_one_of_them_loads() -> None:
    begun, go_on, loaded = Event(), Event(), []

    @once
    def load() -> object:
        begun.set()
        go_on.wait()
        loaded.append(object())
        return loaded[-1]

    with ThreadPoolExecutor() as threads:
        first = threads.submit(load)
        begun.wait()
        others = [threads.submit(load) for _ in range(3)]
        go_on.set()
        assert {id(other.result()) for other in others} == {id(first.result())}
    assert len(loaded) == 1


def test_what_cannot_be_loaded_is_told_to_the_one_who_needs_it() -> None:
    tried = Event()

    @once
    def load() -> None:
        tried.set()
        raise FileNotFoundError("no model here")

    preload(load)
    tried.wait()
    with pytest.raises(FileNotFoundError, match="no model here"):
        load()
