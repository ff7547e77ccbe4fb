"""File operations that have reached the disk when they return."""

import os
from pathlib import Path


def write(path: Path, data: bytes) -> None:
    """Writes a whole file. Its name is durable once its directory is `sync`ed."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def sync(path: Path) -> None:
    """Forces a file's bytes, or a directory's names, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def link(directory: Path, target: Path) -> None:
    """Makes another directory of the same files; neither is durable before it is `sync`ed."""
    target.mkdir()
    for file in directory.iterdir():
        os.link(file, target / file.name)


def rename(path: Path, target: Path) -> None:
    """Gives a file or directory its final name, replacing a file of that name at one stroke."""
    os.replace(path, target)
    sync(target.parent)
