"""`dateline add --ray` on a real cluster of two nodes: the same archive as without, whatever is killed."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import create_engine, func, select

from index.archive import Archive
from index.catalogue.rows import vector_of
from index.catalogue.tables import article, passage, version
from index.models.embedding import Embedder
from index.records import Article
from tests.conftest import ROOT, SAMPLE

pytestmark = pytest.mark.scale

TOKEN = "0123456789abcdef" * 2
ARTICLES = 1000

Load = Callable[[], Embedder]
Add = Callable[..., "subprocess.Popen[str]"]


class TwoNodes:
    """A cluster on loopback whose head is the driver's machine and whose other node can be lost."""

    def __init__(self, mode: str) -> None:
        self._mode = mode
        port = free_port()
        self.address = f"127.0.0.1:{port}"
        self._head = self._started("--head", f"--port={port}", "--include-dashboard=false")
        wait_for("the head", lambda: _listens(port))
        self.other = self.joined()

    def _started(self, *arguments: str) -> "subprocess.Popen[bytes]":
        asked = (
            "start",
            "--block",
            "--num-cpus=1",
            "--node-ip-address=127.0.0.1",
            "--disable-usage-stats",
            "--object-store-memory=200000000",
        )
        return subprocess.Popen(
            [sys.executable, "-m", "ray.scripts.scripts", *asked, *arguments],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
            env=environment(RAY_AUTH_MODE=self._mode, RAY_AUTH_TOKEN=TOKEN),
        )  # fmt: skip

    def joined(self) -> "subprocess.Popen[bytes]":
        node = self._started(f"--address={self.address}")
        wait_for("the node", lambda: any(b"raylet/raylet" in line for line in processes(node).values()))
        return node

    def lose(self, node: "subprocess.Popen[bytes]") -> None:
        """Ends it as a power cut would."""
        for process in (node.pid, *processes(node)):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        node.wait()

    def workers(self) -> list[int]:
        """The ids of the processes that embed."""
        lines = processes(self._head) | processes(self.other)
        return [process for process, line in lines.items() if b"_Worker" in line]

    def stop(self) -> None:
        for node in (self.other, self._head):
            if node.poll() is None:
                self.lose(node)


def environment(**given: str) -> dict[str, str]:
    """Ours without what a person has set for Ray."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("RAY_")}
    return own | {"PYTHONPATH": str(ROOT)} | given


def processes(of: "subprocess.Popen[bytes]") -> dict[int, bytes]:
    """The command lines of all processes that one started, by their ids."""
    parents, lines = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it ended meanwhile
            parents[int(folder.name)] = int((folder / "stat").read_bytes().rpartition(b")")[2].split()[1])
            lines[int(folder.name)] = (folder / "cmdline").read_bytes()
    found = {of.pid}
    while more := {process for process, parent in parents.items() if parent in found} - found:
        found |= more
    return {process: lines[process] for process in found - {of.pid} if process in lines}


def wait_for(what: str, holds: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < until, f"{what} did not come up"
        time.sleep(0.1)


def free_port() -> int:
    with socket.socket() as some:
        some.bind(("127.0.0.1", 0))
        return int(some.getsockname()[1])


def _listens(port: int) -> bool:
    with socket.socket() as some:
        return some.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def nodes() -> Iterator[TwoNodes]:
    started = TwoNodes("token")
    yield started
    started.stop()


@pytest.fixture
def add(models: Path, tmp_path: Path) -> Add:
    """Starts `dateline add` in a folder of its own."""

    def start(*arguments: str | Path, **given: str) -> "subprocess.Popen[str]":
        own = {"DATELINE_MODELS": str(models), "RAY_AUTH_TOKEN": TOKEN} | given
        return subprocess.Popen(
            [sys.executable, "-m", "service.cli", "add", "--json", *map(str, arguments)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(**own), cwd=tmp_path,
        )  # fmt: skip

    return start


def told(process: "subprocess.Popen[str]") -> dict[str, Any]:
    out, errors = process.communicate(timeout=150)
    assert process.returncode == 0, errors
    whole: dict[str, Any] = json.loads(out)
    # What a reader noted is told by file on a cluster and by article on one machine.
    counts: dict[str, Any] = {name: whole[name] for name in ("added", "updated", "unchanged", "skipped")}
    return counts


def refusal(process: "subprocess.Popen[str]", code: int = 1) -> str:
    out, errors = process.communicate(timeout=60)
    assert (process.returncode, out) == (code, "")
    return errors.splitlines()[-1]


@pytest.fixture
def dumps(tmp_path: Path) -> Path:
    """A folder of short articles, enough for eight lots."""
    folder = tmp_path / "dumps"
    folder.mkdir()
    for name in range(8):
        lines = [
            {"id": f"{name}-{n}", "title": f"Dam {n}", "text": f"The dam of valley {name} held {n} hours."}
            for n in range(ARTICLES // 8)
        ]
        (folder / f"{name}.jsonl").write_text("\n".join(map(json.dumps, lines)))
    return folder


def count(data: Path) -> int:
    """How many articles are in, seen from outside."""
    if not (data / "catalogue.db").exists():
        return 0
    engine = create_engine(f"sqlite:///{data}/catalogue.db")
    with engine.connect() as connection:
        found = connection.scalar(select(func.count()).select_from(article)) or 0
    engine.dispose()
    return found


def in_the_middle(data: Path, process: "subprocess.Popen[str]", before: int = 0) -> int:
    """Waits until more articles are in than before, and others are not."""
    while process.poll() is None and (found := count(data)) <= before:
        time.sleep(0.02)
    assert process.poll() is None, process.communicate()[1]
    assert before < found < ARTICLES
    return found


def whole(data: Path, load: Load) -> None:
    """Every article is in, once, and all of it is sound."""
    archive = Archive.open(data, load)
    articles = archive.articles()
    assert len(articles) == len({found.key for found in articles}) == ARTICLES
    assert {found.version for found in articles} == {1}
    assert archive.summary().passages == ARTICLES
    assert archive.check() == []


def content(data: Path, load: Load) -> dict[str, tuple[Article, list[tuple[Any, ...]], np.ndarray[Any, Any]]]:
    """Of each article its text with all that is known of it, its passages and their vectors."""
    engine = create_engine(f"sqlite:///{data}/catalogue.db")
    query = select(passage, version.c.article_id).join_from(passage, version).order_by(passage.c.id)
    with engine.connect() as connection:
        rows = connection.execute(query).all()
    engine.dispose()
    return {
        found.key: (
            found,
            [(row.start, row.end, row.sentences) for row in rows if row.article_id == found.id],
            np.stack([vector_of(row.vector) for row in rows if row.article_id == found.id]),
        )
        for found in Archive.open(data, load).articles()
    }


def test_the_cluster_makes_the_archive_that_one_machine_makes(
    nodes: TwoNodes, add: Add, tmp_path: Path, load: Load
) -> None:
    (tmp_path / "empty.txt").write_text("")
    (tmp_path / "list.txt").write_text("http://127.0.0.1/page")  # an inner address: nothing is sent
    dump = [
        {"id": f"l{n}", "title": f"Flood {n}", "text": f"The flood of day {n} passed."} for n in range(300)
    ]
    (tmp_path / "dump.jsonl").write_text("\n".join(map(json.dumps, dump)))
    large = [{"id": f"x{n}", "text": f"Hour {n} of the flood.", "raw": "x" * 1_000_000} for n in range(21)]
    (tmp_path / "large.jsonl").write_text("\n".join(map(json.dumps, large)))  # too large to be sent whole
    sources = (SAMPLE, "dump.jsonl", "large.jsonl", "empty.txt", "list.txt", "none.txt")
    here = told(add(*sources, "--data", "here"))
    there = told(add(*sources, "--data", "there", "--ray", nodes.address))
    assert {skipped["source"] for skipped in here["skipped"]} == {
        "empty.txt",
        "http://127.0.0.1/page",
        "none.txt",
    }
    in_order = [sorted(counts.pop("skipped"), key=str) for counts in (here, there)]
    assert in_order[0] == in_order[1]
    assert here == there
    assert here["added"] == 355
    ours, theirs = content(tmp_path / "here", load), content(tmp_path / "there", load)
    assert list(ours) == list(theirs)  # in the same order, too
    for key, (found, passages, vectors) in ours.items():
        other, its_passages, its_vectors = theirs[key]
        assert (found.text, found.zones, found.dates) == (other.text, other.zones, other.dates)
        assert (found.evidence(), found.origins) == (other.evidence(), other.origins)
        assert passages == its_passages
        assert np.min(np.sum(vectors * its_vectors, axis=1)) > 0.98
        if key.startswith("file:"):  # the 8-bit model's vectors hang a little on what is embedded beside them
            np.testing.assert_allclose(vectors, its_vectors, atol=2e-3)
    assert Archive.open(tmp_path / "there", load).check() == []


def test_a_worker_that_is_killed_costs_nothing(
    nodes: TwoNodes, add: Add, dumps: Path, tmp_path: Path, load: Load
) -> None:
    process = add(dumps, "--data", "there", "--ray", nodes.address)
    in_the_middle(tmp_path / "there", process)
    workers = nodes.workers()
    assert workers
    os.kill(workers[0], signal.SIGKILL)
    assert told(process) == {"added": ARTICLES, "updated": 0, "unchanged": 0, "skipped": []}
    whole(tmp_path / "there", load)


def test_a_driver_that_is_stopped_or_killed_goes_on_where_it_was(
    nodes: TwoNodes, add: Add, dumps: Path, tmp_path: Path, load: Load
) -> None:
    process = add(dumps, "--data", "there", "--ray", nodes.address)
    acknowledged = in_the_middle(tmp_path / "there", process)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    archive = Archive.open(tmp_path / "there", load)
    stored = len(archive.articles())
    assert acknowledged <= stored < ARTICLES
    assert json.loads(out)["added"] in (stored, stored - 1)  # it may come between a commit and the count
    assert archive.check() == []

    process = add(dumps, "--data", "there", "--ray", nodes.address)
    acknowledged = in_the_middle(tmp_path / "there", process, stored)
    process.kill()
    process.communicate()
    again = told(add(dumps, "--data", "there", "--ray", nodes.address))
    assert again["added"] + again["unchanged"] == ARTICLES
    assert again["unchanged"] >= acknowledged
    whole(tmp_path / "there", load)


def test_a_node_that_is_lost_costs_nothing_but_time(
    nodes: TwoNodes, add: Add, dumps: Path, tmp_path: Path, load: Load
) -> None:
    process = add(dumps, "--data", "there", "--ray", nodes.address)
    in_the_middle(tmp_path / "there", process)
    nodes.lose(nodes.other)
    assert told(process) == {"added": ARTICLES, "updated": 0, "unchanged": 0, "skipped": []}
    whole(tmp_path / "there", load)
    nodes.other = nodes.joined()


def test_another_model_than_the_archive_s_is_refused(nodes: TwoNodes, models: Path, tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text("The dam held.")
    program = f"""
from pathlib import Path
import numpy as np
from index.extraction.chunking import Chunker
from index.cluster import Work, connected, prepared
from index.errors import Mismatch
from index.ingestion import Brief
brief = Brief("another@1", Chunker(), frozenset(), np.array([], dtype="S16"))
with connected({nodes.address!r}):
    try:
        list(prepared({{"one.txt": 13}}, Work("all-MiniLM-L6-v2", Path({str(models)!r}), brief)))
    except Mismatch as error:
        print(error)
"""
    own = environment(RAY_AUTH_TOKEN=TOKEN)
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=own, cwd=tmp_path
    )
    assert "and the archive was embedded by 'another@1'; put the same model on every machine" in run.stderr
    assert run.stdout == ""  # where results are printed Ray prints nothing


def test_only_our_own_token_opens_a_cluster(nodes: TwoNodes, add: Add, tmp_path: Path) -> None:
    here = ("one.txt", "--ray", nodes.address)
    assert refusal(add(*here, RAY_AUTH_TOKEN="wrong")).startswith(
        f"dateline: the Ray cluster at {nodes.address} refused us: our token is not its own"
    )
    assert refusal(add(*here, RAY_AUTH_TOKEN="", HOME=str(tmp_path))) == (
        "dateline: there is no token for Ray: set RAY_AUTH_TOKEN or RAY_AUTH_TOKEN_PATH, or put the "
        "cluster's token into ~/.ray/auth_token"
    )
    assert refusal(add(*here, RAY_AUTH_MODE="disabled")) == (
        "dateline: RAY_AUTH_MODE is 'disabled', and without a token whoever reaches a Ray cluster runs code "
        "on all its machines; set it to token, on every machine"
    )
    assert not (tmp_path / ".dateline").exists()


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("127.0.0.1:9", "there is no Ray cluster at 127.0.0.1:9 ([Errno 111] Connection refused); start Ray"),
        ("ray://host:1", "'ray://host:1' is no address of a Ray cluster; write host:6379, or auto"),
        ("6379", "'6379' is no address of a Ray cluster; write host:6379, or auto"),
    ],
)
def test_an_address_without_a_cluster_is_told(add: Add, address: str, sentence: str) -> None:
    code = 1 if sentence.startswith("there is no") else 2
    assert refusal(add("one.txt", "--ray", address), code).startswith(f"dateline: {sentence}")


def test_without_the_package_the_way_to_it_is_told(tmp_path: Path) -> None:
    program = "import sys; sys.modules['ray'] = None; from service.cli import main; main()"
    arguments = [sys.executable, "-c", program, "add", "one.txt", "--ray", "auto"]
    run = subprocess.run(arguments, capture_output=True, text=True, env=environment(), cwd=tmp_path)
    assert run.stderr == (
        "dateline: Ray is not installed; install it on every machine with: pip install 'ray[data]'\n"
    )


def test_a_cluster_that_lets_in_whoever_comes_is_not_used(add: Add, nodes: TwoNodes) -> None:
    nodes.stop()
    open_to_all = TwoNodes("disabled")
    try:
        sentence = refusal(add("one.txt", "--ray", open_to_all.address))
    finally:
        open_to_all.stop()
    assert sentence.startswith(
        f"dateline: the Ray cluster at {open_to_all.address} lets in whoever reaches it, to run code on all "
        "its machines; start Ray"
    )
