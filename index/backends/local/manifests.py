"""Manifests: a generation's account of itself and of each of its files, to prove that they are whole."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Self

from index import durable
from index.errors import Damaged

FORMAT = 4
FILE = "manifest.json"
VERIFIERS = 2  # threads; one reads a gigabyte and a half in a second

Proved = frozenset[tuple[Any, ...]]
"""The files that were read and found whole, each as `identity_of` tells it."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """Contents of a generation, and the proof that its files are whole."""

    format: int
    watermark: int  # the newest change of the catalogue that it knows
    chain: str  # the digest of that change and all before it
    count: int  # passages
    dimension: int
    embedder: str
    chunker: str
    segments: list[str]  # their directories, from old to new
    files: dict[str, dict[str, Any]]  # relative path → {"sha256", "size"}
    seal: str = ""  # sha256 of all the above

    @classmethod
    def read(cls, directory: Path) -> Self:
        """Reads the manifest of a generation. Raises Damaged for one of another format or an altered one."""
        try:
            told = json.loads((directory / FILE).read_bytes())
            if isinstance(told, dict) and told.get("format") != FORMAT:
                raise Damaged(f"it has format {told.get('format')} and this Dateline reads {FORMAT}")
            manifest = cls(**told)
        except (ValueError, TypeError) as error:
            raise Damaged(f"{FILE} cannot be read: {error}") from error
        if manifest.seal != manifest.sealed():
            raise Damaged(f"{FILE} is not the file that was published")
        return manifest

    def write(self, directory: Path) -> None:
        """Seals the manifest and writes it to the disk."""
        sealed = replace(self, seal=self.sealed())
        durable.write(directory / FILE, json.dumps(asdict(sealed), indent=1).encode())

    def prove(self, directory: Path, known: Proved) -> Proved:
        """Reads every file that is not `known` to be whole, and returns them all as proved.

        Raises Damaged for one that is not what was published, and OSError.
        """
        files = {path: identity_of(directory / path, file["sha256"]) for path, file in self.files.items()}
        unproved = [path for path, identity in files.items() if identity not in known]
        with ThreadPoolExecutor(VERIFIERS) as threads:
            digests = threads.map(lambda path: sha256_of(directory / path), unproved)
        for path, digest in zip(unproved, digests, strict=True):
            if digest != self.files[path]["sha256"]:
                raise Damaged(f"{path} is not the file that was published")
        return frozenset(files.values())

    def sealed(self) -> str:
        """Computes the value that `seal` must have."""
        known = {name: value for name, value in asdict(self).items() if name != "seal"}
        return hashlib.sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()

    def files_of(self, segment: str) -> dict[str, dict[str, Any]]:
        """The files of one segment."""
        return {path: known for path, known in self.files.items() if path.startswith(f"{segment}/")}


def identity_of(path: Path, digest: str) -> tuple[Any, ...]:
    """Identifies the very file that had this digest, unlike one that was put or written in its place."""
    there = path.stat()
    return there.st_dev, there.st_ino, there.st_size, there.st_mtime_ns, digest


def sha256_of(path: Path) -> str:
    """The sha256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def measured(path: Path) -> dict[str, Any]:
    """Syncs a file to disk and returns what a manifest notes of it."""
    durable.sync(path)
    return {"sha256": sha256_of(path), "size": path.stat().st_size}
