"""Files made ready for an archive on a Ray cluster, by Ray Data (Luan et al. 2025, arXiv:2501.12407).

The files are opened on the machine that adds them, so that no other needs to see them; their bytes go
through Ray's object store to workers that read, clean, cut and embed them, each with the embedder loaded
once. What is ready comes back in the order of the files, for the one writer (`Archive.add_prepared`).

Whoever can talk to a Ray cluster runs code on all its machines, and Ray listens on every address of
theirs (CVE-2023-48022): only a cluster that asks for a token is used.
"""

import logging
import os
import socket
import sys
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import chdir, closing, contextmanager, redirect_stdout
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from index import ingestion
from index.errors import BadValue, DatelineError, Mismatch
from index.extraction.chunking import Chunker
from index.extraction.templates import LearnedTemplates
from index.ingestion import BATCH, Block, Brief, distinct, prepare
from index.models.embedding import Embedder, load_embedder
from index.readers import LARGEST_FILE, Reader, read_bytes, read_file, readers
from index.readers.feed import FeedReader
from index.readers.fields import Mapped
from index.readers.lists import listed
from index.records import Draft, Skipped

LOT_BYTES = 1_000_000  # of files that are sent and read together
BLOCK_BYTES = 250_000  # of articles or of results that travel together: some seconds of one core
MOST_BLOCKS = 1000  # of names of files; more are no faster to hand out
LARGEST_FEED = 5_000_000
STALLED_SECONDS = 600  # until a file that ends whoever reads it, or a cluster without cores, is given up
CONNECT_SECONDS = 5.0
CONNECT_TRIES = 5  # a second each, until a cluster that does not let us in is given up
_START = (
    "start Ray on this machine and on the others with RAY_AUTH_MODE=token and the same token, and name "
    "the head as host:6379"
)


@dataclass(frozen=True, slots=True)
class Work:
    """Work for the workers that make articles ready: the embedder's name, the folder of models on each
    machine (made where there is none), what the archive knows, and how the files are to be read.
    """

    embedder: str
    models: Path
    brief: Brief
    mapped: Mapped = ()
    entries_only: bool = False


@dataclass(frozen=True, slots=True)
class Arrived:
    """Results that came back of one lot.

    `read` are the bytes of the files that it finished, and `elsewhere` those of its files that only name
    addresses, which are fetched by one machine alone.
    """

    block: Block
    read: int
    elsewhere: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _File:
    named: str
    path: str  # resolved where the file is, for that makes the key of its article
    data: bytes


@dataclass(frozen=True, slots=True)
class _Lot:
    """Lot that one worker takes at a time; `read` and `elsewhere` as in `Arrived`."""

    items: tuple[_File | Draft | Skipped, ...]
    read: int = 0
    elsewhere: tuple[str, ...] = ()


@contextmanager
def connected(address: str) -> Iterator[None]:
    """Uses the Ray cluster whose head is at `address` ("host:port", or "auto" for this machine's own).

    What is printed meanwhile goes to standard error.

    Raises BadValue for an address that is none, and DatelineError where there is no cluster, where it
    refuses our token, where it lets in whoever reaches it, and where a machine runs another Dateline.
    """
    ray = _ray()
    _prove_reachable(address)
    with redirect_stdout(sys.stderr):  # where Ray, that prints on either, tells of what it lost
        _connect(ray, address)
        try:
            _prove_sound(ray, address)
            yield
        finally:
            ray.shutdown()


def prepared(files: Mapping[str, int], work: Work) -> Generator[Arrived, None, None]:
    """Makes ready what the files hold, in their order, on the connected cluster; `files` gives their sizes.

    Never raises for what a file holds. Raises Mismatch where a worker would embed with another model
    than the archive, and DatelineError where the cluster gave up.
    """
    if not files:
        return
    ray = _ray()
    try:
        # Closed in time: a thread of Ray Data's that outlives the connection would wait for ever.
        with closing(iter(_pipeline(files, work).iter_rows())) as rows:
            for row in rows:
                if isinstance(row["arrived"], str):
                    raise Mismatch(row["arrived"])
                yield row["arrived"]
    except (ray.exceptions.RayError, _stalled()) as error:
        raise DatelineError(
            f"the Ray cluster gave up ({_first_line(error)}); what came before is in the archive, and "
            "adding the same again goes on from there"
        ) from error


def _ray() -> Any:
    """Ray, which takes its own settings from the environment when it is imported."""
    if os.environ.setdefault("RAY_AUTH_MODE", "token").casefold() != "token":
        raise DatelineError(
            f"RAY_AUTH_MODE is {os.environ['RAY_AUTH_MODE']!r}, and without a token whoever reaches a Ray "
            "cluster runs code on all its machines; set it to token, on every machine"
        )
    os.environ.setdefault("RAY_NUM_REDIS_GET_RETRIES", str(CONNECT_TRIES))
    os.environ.setdefault("RAY_ENABLE_AUTO_CONNECT", "0")  # or a late thread connects anew, and hangs
    try:
        import ray
    except ImportError as error:
        raise DatelineError(
            "Ray is not installed; install it on every machine with: pip install 'ray[data]'"
        ) from error
    return ray


def _prove_reachable(address: str) -> None:
    """Tells an address that is wrong from a cluster that refuses us. Ray itself tries for minutes."""
    if address == "auto":
        return
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit() or "/" in host:
        raise BadValue(f"{address!r} is no address of a Ray cluster; write host:6379, or auto")
    try:
        socket.create_connection((host.strip("[]"), int(port)), CONNECT_SECONDS).close()
    except (OSError, OverflowError) as error:
        raise DatelineError(f"there is no Ray cluster at {address} ({error}); {_START}") from error


def _connect(ray: Any, address: str) -> None:
    try:
        ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)
    except ray.exceptions.AuthenticationError as error:
        raise DatelineError(
            "there is no token for Ray: set RAY_AUTH_TOKEN or RAY_AUTH_TOKEN_PATH, or put the cluster's "
            "token into ~/.ray/auth_token"
        ) from error
    except (ConnectionError, RuntimeError) as error:
        raise DatelineError(
            f"the Ray cluster at {address} refused us: our token is not its own, or this machine is not "
            f"one of its nodes; {_START}"
        ) from error


def _prove_sound(ray: Any, address: str) -> None:
    """Asks every machine what lets it in and what runs there: results of two Datelines may differ."""
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    def asked() -> tuple[str, str]:  # inside, so that it is sent whole and needs nothing installed there
        """Returns the cluster's mode of authentication and its version of dateline."""
        import importlib.metadata
        import os

        try:
            found = importlib.metadata.version("dateline")
        except importlib.metadata.PackageNotFoundError:
            found = "none"
        return os.environ.get("RAY_AUTH_MODE", "disabled").casefold(), found

    ask = ray.remote(num_cpus=0)(asked)
    nodes = {node["NodeID"]: node["NodeManagerAddress"] for node in ray.nodes() if node["Alive"]}
    told = {
        node: ask.options(scheduling_strategy=NodeAffinitySchedulingStrategy(node, soft=True)).remote()
        for node in nodes
    }
    ours = version("dateline")
    for node, answer in told.items():
        mode, found = ray.get(answer)
        if mode != "token":
            raise DatelineError(
                f"the Ray cluster at {address} lets in whoever reaches it, to run code on all its machines; "
                f"{_START}"
            )
        if found != ours:
            raise Mismatch(
                f"this is Dateline {ours} and the machine {nodes[node]} has {found}; install the same there"
            )


def _pipeline(files: Mapping[str, int], work: Work) -> Any:
    import ray.data

    _configure(ray.data.DataContext.get_current())
    lots = [{"sources": sources} for sources in _lots(files)]
    here = {"ray.io/node-id": ray.get_runtime_context().get_node_id()}
    one = ray.data.TaskPoolStrategy(size=1)
    chunker = work.brief.chunker
    opening = _Opening(str(Path.cwd()), work.mapped, work.entries_only, chunker)
    cores = max(1, int(ray.cluster_resources().get("CPU", 1)))
    return (
        ray.data.from_items(lots, override_num_blocks=min(len(lots), MOST_BLOCKS))
        .flat_map(opening, compute=one, num_cpus=0, label_selector=here)
        .flat_map(_Reading(work.mapped, chunker), num_cpus=0.25)
        .map(
            _Worker,
            fn_constructor_args=(ray.put(work),),
            num_cpus=0.5,  # of each core half stays free for Ray to place the workers of a lost machine
            compute=ray.data.ActorPoolStrategy(min_size=1, max_size=cores),
        )
    )


def _configure(context: Any) -> None:
    context.enable_progress_bars = False
    context.execution_options.preserve_order = True
    context.target_max_block_size = BLOCK_BYTES
    context.execution_no_progress_timeout_s = STALLED_SECONDS
    logging.getLogger("ray.data").setLevel(logging.WARNING)
    logging.getLogger("ray.data._internal.progress").setLevel(logging.ERROR)  # it misses its own bars


def _lots(files: Mapping[str, int]) -> Iterator[list[str]]:
    """Neighbouring files, some LOT_BYTES together: enough of a site to show what its template is."""
    lot: list[str] = []
    size = 0
    for source, length in files.items():
        if lot and (size + length > LOT_BYTES or len(lot) == BATCH):
            yield lot
            lot, size = [], 0
        lot.append(source)
        size += length
    if lot:
        yield lot


@dataclass(frozen=True, slots=True)
class _Opening:
    """Takes files into the object store. One too large to be sent whole is read here, piece by piece."""

    folder: str  # that the paths are relative to
    mapped: Mapped
    entries_only: bool
    chunker: Chunker

    def __call__(self, row: dict[str, Any]) -> Iterator[dict[str, Any]]:
        with chdir(self.folder):
            for lot in self._opened(row["sources"]):
                yield {"lot": lot}

    def _opened(self, sources: Sequence[str]) -> Iterator[_Lot]:
        small: list[_File] = []
        elsewhere: list[str] = []
        for source in sources:
            data = _small(Path(source))
            if data is None:
                yield from self._large(Path(source))
            elif self._leads_elsewhere(data):
                elsewhere.append(source)
            else:
                small.append(_File(source, str(Path(source).resolve()), data))
        yield _Lot(tuple(small), sum(len(file.data) for file in small), tuple(elsewhere))

    def _large(self, path: Path) -> Iterator[_Lot]:
        for batch in ingestion.batches(read_file(path, readers(self.mapped)), self.chunker):
            yield _Lot(tuple(batch), sum(len(item.text) for item in batch if isinstance(item, Draft)))

    def _leads_elsewhere(self, data: bytes) -> bool:
        is_feed = not self.entries_only and len(data) <= LARGEST_FEED and FeedReader().accepts(data, "")
        return is_feed or bool(listed(data))


def _small(path: Path) -> bytes | None:
    """The bytes of a file; None where only reading it in place tells what it holds or why it cannot."""
    try:
        return path.read_bytes() if path.is_file() and path.stat().st_size <= LARGEST_FILE else None
    except (OSError, ValueError):
        return None


@dataclass(frozen=True, slots=True)
class _Reading:
    """Bytes to drafts, in batches of the size that is embedded at one time."""

    mapped: Mapped
    chunker: Chunker

    def __call__(self, row: dict[str, Any]) -> Iterator[dict[str, Any]]:
        lot: _Lot = row["lot"]
        drafts = _articles(lot.items, readers(self.mapped))
        for batch in ingestion.batches(distinct(drafts, set()), self.chunker):
            yield {"lot": _Lot(tuple(batch))}
        yield {"lot": replace(lot, items=())}  # with the last of its articles, its files are read


def _articles(items: Iterable[_File | Draft | Skipped], asked: Sequence[Reader]) -> Iterator[Draft | Skipped]:
    for item in items:
        if isinstance(item, _File):
            yield from (_as_named(found, item) for found in read_bytes(item.data, item.path, asked))
        else:
            yield item


def _as_named(found: Draft | Skipped, file: _File) -> Draft | Skipped:
    """Names a skipped file by the name that a person gave it."""
    if isinstance(found, Draft):
        return found
    return replace(found, source=found.source.replace(file.path, file.named, 1))


class _Worker:
    """Cleans, cuts and embeds on one core. What is wrong with it comes back in place of its first lot."""

    def __init__(self, work: Any) -> None:
        """`work` is where the object store has the `Work`."""
        import ray

        self._work: Work = ray.get(work)
        self._embedder: Embedder | None = None
        self._fault: str | None = None
        machine = socket.gethostname()
        try:
            self._embedder = load_embedder(self._work.embedder, self._work.models, threads=1)
        except (DatelineError, OSError) as error:
            self._fault = f"a worker on {machine} cannot embed: {error}"
            return
        if self._embedder.id != self._work.brief.embedder:
            self._fault = (
                f"a worker on {machine} embeds with {self._embedder.id!r} and the archive was embedded by "
                f"{self._work.brief.embedder!r}; put the same model on every machine"
            )

    def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
        lot: _Lot = row["lot"]
        if self._fault or self._embedder is None:
            return {"arrived": self._fault}
        drafts = [item for item in lot.items if not isinstance(item, _File)]
        brief = self._work.brief
        templates = LearnedTemplates(brief.lines)
        cleaned = templates.cleaned(drafts)
        ready = tuple(prepare(cleaned, brief.has, brief.chunker, self._embedder.encode_documents))
        return {"arrived": Arrived(Block(ready, templates.new), lot.read, lot.elsewhere)}


def _stalled() -> type[Exception]:
    from ray.data.exceptions import ExecutionTimeoutError

    stalled: type[Exception] = ExecutionTimeoutError
    return stalled


def _first_line(error: Exception) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
