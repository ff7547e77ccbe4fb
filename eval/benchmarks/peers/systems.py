"""The systems that are compared, and the environment that each of them runs in."""

import hashlib
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).parent
INSTALLED = "installed"  # written last, into an environment that is whole


class Missing(Exception):
    """A system that cannot be measured here, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """One row: a script with `build` and `load`, and what must be installed for it.

    `archive_of` names a system whose index this one searches instead of building its own.
    """

    name: str
    script: str
    distribution: str
    search: str
    archive_of: str = ""

    @property
    def requirements(self) -> Path:
        """Pins everything in its environment. There is no such file for what runs in our own."""
        return HERE / "requirements" / f"{self.script.removesuffix('_peer.py')}.txt"

    @property
    def own(self) -> bool:
        """Tells whether it is Dateline itself."""
        return not self.requirements.exists()

    @property
    def version(self) -> str:
        """The version that is measured."""
        if self.own:
            return version(self.distribution)
        pinned = re.search(rf"^{self.distribution}==(\S+)", self.requirements.read_text(), re.MULTILINE)
        if pinned is None:
            raise Missing(f"{self.requirements.name} does not pin {self.distribution}")
        return pinned[1]


SEARCH = System(
    name="Dateline", script="dateline_own.py", distribution="dateline", search="hybrid, `dateline search`"
)
SYSTEMS = (
    SEARCH,
    System(
        name="Dateline, asked",
        script="dateline_asking.py",
        distribution="dateline",
        search="hybrid, `dateline ask`",
        archive_of=SEARCH.name,
    ),
    System(
        name="LangChain",
        script="langchain_peer.py",
        distribution="langchain-classic",
        search="FAISS + BM25 ensemble",
    ),
    System(name="txtai", script="txtai_peer.py", distribution="txtai", search="hybrid"),
    System(
        name="Haystack",
        script="haystack_peer.py",
        distribution="haystack-ai",
        search="in memory, BM25 + embedding, joined",
    ),
    System(name="Chroma", script="chroma_peer.py", distribution="chromadb", search="dense"),
)


def python_of(system: System, cache: Path, *, install: bool) -> Path:
    """The Python that has the system, installed into `cache` first where that is wished.

    Raises Missing where it is not there, or cannot be installed.
    """
    if system.own:
        return Path(sys.executable)
    folder = environment_of(system, cache)
    python = folder / "bin" / "python"
    if not (folder / INSTALLED).exists():
        if not install:
            raise Missing(f"{system.distribution} {system.version} is not installed; use --install")
        _install(python, folder, system.requirements)
    return python


def environment_of(system: System, cache: Path) -> Path:
    """The folder of its environment. Other pins make another one."""
    digest = hashlib.sha256(system.requirements.read_bytes()).hexdigest()[:8]
    return cache / f"{system.requirements.stem}-{digest}"


def _install(python: Path, folder: Path, requirements: Path) -> None:
    print(f"installing {requirements.stem} into {folder}", file=sys.stderr)
    _run([sys.executable, "-m", "venv", "--clear", str(folder)])
    _run([str(python), "-m", "pip", "install", "--quiet", "--requirement", str(requirements)])
    (folder / INSTALLED).touch()


def _run(command: list[str]) -> None:
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(command, stdout=output, stderr=output, check=False)  # noqa: S603
        if done.returncode:
            output.seek(0)
            said = output.read().decode().strip().splitlines() or ["it said nothing"]
            raise Missing(f"it could not be installed: {said[-1]}")
