"""What tests share: the real model exported once, and the sample archive made once."""

import fcntl
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from index.archive import CATALOGUE, Archive
from index.database.connections import Address
from index.models.embedding import DEFAULT_MODEL, Embedder, load_embedder
from index.readers import list_files, read_file
from index.records import Draft, Zone, ZoneKind
from tests.postgres import PostgresServer, postgres_server

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"
SAMPLE = ROOT / "eval" / "sample" / "articles"

DraftMaker = Callable[..., Draft]


LONGEST = (
    "test_page.py",
    "test_page_access.py",
    "test_page_hostile.py",
    "test_page_places.py",
    "test_pipeline.py",
    "test_cli.py",
    "test_faults.py",
    "test_workers.py",
    "test_connection.py",
    "test_eval_cli.py",
    "test_embedding.py",
    "test_run.py",
    "test_shutdown.py",
    "test_fuzzing.py",
)
"""The files that take longest. They come first, so that no process waits for another at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the files that take longest first."""
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.name, len(places)))


@pytest.fixture(autouse=True, scope="session")
def own_environment() -> None:
    """No setting of the person who runs the tests reaches them, and no model hub is asked."""
    for name in [name for name in os.environ if name.startswith("DATELINE_")]:
        del os.environ[name]
    os.environ["HF_HUB_OFFLINE"] = "1"
    # A shell that starts the tests in the background has them ignore Ctrl+C, and all that they start.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that other embedding models than the packaged one are exported to."""
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="session")
def load(models: Path) -> Callable[[], Embedder]:
    """Loads the packaged model as the archive would, and once."""
    return cache(lambda: load_embedder(DEFAULT_MODEL, models))


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory, load: Callable[[], Embedder]) -> Path:
    """The folder of an archive of the sample articles. Read it; copy it (`writable_sample`) to write.

    It is made once for all the processes that test, each of which has a copy.
    """
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:  # whose folders lie in that of the run
        shared = shared.parent
    with (shared / "sample.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # until it is closed
        if not (shared / "made").is_dir():
            archive = Archive.create(shared / "making", load)
            for _ in archive.add(draft for file in list_files([SAMPLE]) for draft in read_file(file)):
                pass
            archive.close()
            (shared / "making").rename(shared / "made")
    return copy_of(shared / "made", tmp_path_factory.mktemp("sample") / "archive")


@pytest.fixture
def sample_archive(sample: Path, load: Callable[[], Embedder]) -> Archive:
    """The sample archive, open for reading."""
    return Archive.open(sample, load)


@pytest.fixture
def writable_sample(sample: Path, tmp_path: Path) -> Path:
    """A copy of the sample archive's folder."""
    return copy_of(sample, tmp_path / "archive")


def copy_of(sample: Path, folder: Path) -> Path:
    """A copy of the sample archive, without what tests have asked of it: answers, keys, requests.

    Whoever opens a SQLite file beside the library takes its locks away by closing it
    (https://sqlite.org/howtocorrupt.html, 2.2), and other tests may have theirs open. Of these files
    only the catalogue is needed, to which nobody writes.
    """
    left = ("conversations.db*", "keys.db*", "idempotency.db*", "spending.db*", "slack.db*", "*-wal", "*-shm")
    return Path(shutil.copytree(sample, folder, ignore=shutil.ignore_patterns(*left)))


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server for all tests that ask for one."""
    with postgres_server() as server:
        yield server


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.scale)])
def database_address(request: pytest.FixtureRequest, tmp_path: Path) -> Address:
    """Where a catalogue, or another store, may be kept; nothing is there yet."""
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        return server.fresh()
    folder = tmp_path / "archive"
    folder.mkdir()
    return folder / CATALOGUE


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real articles and public sets, where it stands beside the project."""
    if not SHARED.is_dir():
        pytest.skip("the folder of real articles and public sets is not here")
    return SHARED


@pytest.fixture
def draft() -> DraftMaker:
    """Makes a draft of plain reporting."""

    def make(key: str, text: str, **known: Any) -> Draft:
        zones = (Zone(0, len(text), ZoneKind.REPORTING),)
        plain = Draft(key=key, text=text, zones=zones, language="en", published=date(2024, 5, 1))
        return replace(plain, **known)

    return make
