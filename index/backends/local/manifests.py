"""Manifests: a generation's account of itself and of each of its files, to prove that they are whole."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from index import durable


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
