"""Files as people have them, turned into drafts of articles.

A reader is chosen by what the bytes are, with the suffix as a hint. Whatever cannot become an article
yields one `Skipped` with the sentence that says why, and everything else goes in. Other packages add
readers under the entry-point group `dateline.readers`; theirs are asked first.
"""

import os
import stat
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import BinaryIO, Protocol

from index.errors import Unreadable
from index.readers.decoding import binary_name, suffix_of
from index.readers.html import HtmlReader
from index.readers.json_lines import LONGEST_LINE, JsonReader
from index.readers.markdown import MarkdownReader
from index.readers.text import TextReader
from index.records import Draft, Skipped

LARGEST_FILE = 20_000_000
"""Bytes. A larger file is skipped unread, unless it is a .jsonl file, which is read line by line."""


class Reader(Protocol):
    """Turns the bytes of one format into drafts. Import heavy libraries inside the methods."""

    name: str
    suffixes: tuple[str, ...]

    def accepts(self, data: bytes, suffix: str) -> bool:
        """Whether these bytes are this format; `suffix` is lower case with its dot, or empty."""
        ...

    def read(self, data: bytes, source: str) -> Iterator[Draft | Skipped]:
        """The articles in the bytes. `source` is the path or URL. May raise Unreadable."""
        ...


BUILT_IN: tuple[Reader, ...] = (HtmlReader(), JsonReader(), MarkdownReader(), TextReader())
"""In the order they are asked; plain text takes what the others leave."""


@cache
def readers() -> tuple[Reader, ...]:
    """Every reader in the order asked: those other packages register, then the built-in ones."""
    from importlib.metadata import entry_points  # a fifth of the time this package takes to import

    registered = entry_points(group="dateline.readers")
    return (*(entry.load()() for entry in registered), *BUILT_IN)


def list_files(paths: Sequence[Path]) -> list[Path]:
    """The files under `paths`, sorted within each and each once; paths that are no folder stay as given.

    Hidden files and folders below a path are left out, and links are not followed out of a folder.
    """
    found: dict[Path, None] = {}
    for path in paths:
        found.update(dict.fromkeys(_files_under(path) if path.is_dir() else [path]))
    return list(found)


def read_paths(paths: Sequence[Path]) -> Iterator[Draft | Skipped]:
    """The articles of all files under `paths`, in the order of `list_files`."""
    for path in list_files(paths):
        yield from read_file(path)


def read_file(path: Path) -> Iterator[Draft | Skipped]:
    """The articles of one file, or why there is none. Never raises for what the file holds."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            yield Skipped(str(path), "it is not a file")
        elif status.st_size > LARGEST_FILE:
            yield from _read_large(path, status.st_size)
        else:
            yield from read_bytes(path.read_bytes(), str(path))
    except OSError as error:
        yield Skipped(str(path), _reason(error))
    except ValueError:  # a NUL in the path
        yield Skipped(str(path), "no file can have this name")


def read_bytes(data: bytes, source: str) -> Iterator[Draft | Skipped]:
    """The articles in bytes that came from `source`, a path, file name or URL."""
    suffix = suffix_of(source)
    if not data.strip():
        yield Skipped(source, "the file is empty")
        return
    reader = next((reader for reader in readers() if reader.accepts(data, suffix)), None)
    if reader is None:
        yield Skipped(source, _refusal(data, suffix))
        return
    try:
        yield from reader.read(data, source)
    except Unreadable as error:
        yield Skipped(source, str(error))
    except RecursionError:
        yield Skipped(source, "it is nested too deeply to be an article")


def _files_under(folder: Path) -> Iterator[Path]:
    # os.walk does not follow links to folders; links to files are checked one by one.
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(here, name)
            if not name.startswith(".") and (not path.is_symlink() or _stays_inside(path, folder)):
                yield path


def _stays_inside(link: Path, folder: Path) -> bool:
    return link.resolve().is_relative_to(folder.resolve())


def _read_large(path: Path, size: int) -> Iterator[Draft | Skipped]:
    if path.suffix.lower() in (".jsonl", ".ndjson"):
        with path.open("rb") as file:
            yield from JsonReader().read_lines(_bounded_lines(file), str(path))
        return
    megabytes, limit = size / 1e6, LARGEST_FILE // 1_000_000
    yield Skipped(str(path), f"it is {megabytes:.1f} MB; the limit is {limit} MB a file")


def _bounded_lines(file: BinaryIO) -> Iterator[bytes]:
    """Lines, of which none takes more memory than the longest that is read."""
    while line := file.readline(LONGEST_LINE + 1):
        yield line
        while len(line) > LONGEST_LINE and not line.endswith(b"\n"):
            line = file.readline(LONGEST_LINE + 1)


def _refusal(data: bytes, suffix: str) -> str:
    known = sorted({suffix for reader in readers() for suffix in reader.suffixes if suffix})
    kind = binary_name(data)
    if kind == "binary":
        return f"it is a binary file, not text; Dateline reads {', '.join(known)}"
    if kind:
        return f"{kind} is not a format Dateline reads"
    return f"{suffix} is not a format Dateline reads ({', '.join(known)}); name plain text .txt"


def _reason(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    if isinstance(error, PermissionError):
        return "it may not be read; check its permissions"
    return f"it cannot be read: {error.strerror or type(error).__name__}"
