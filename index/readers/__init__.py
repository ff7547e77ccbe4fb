"""Files as people have them, turned into drafts of articles.

A reader is chosen by what the bytes are, with the suffix as a hint. Whatever cannot become an article
yields one `Skipped` with the sentence that says why, and everything else goes in. Other packages add
readers under the entry-point group `dateline.readers`; theirs are asked first.
"""

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from pathlib import Path
from typing import BinaryIO, Protocol, runtime_checkable

from index.errors import Unreadable, is_fault
from index.extraction.page_kinds import refusal
from index.readers.alto import AltoReader
from index.readers.compressed import CompressedReader
from index.readers.decoding import binary_name, suffix_of
from index.readers.documents import DocumentReader
from index.readers.feed import FeedReader
from index.readers.fields import Mapped
from index.readers.html import HtmlReader
from index.readers.json_lines import JsonReader
from index.readers.mail import MailReader
from index.readers.markdown import MarkdownReader
from index.readers.packed import PackedReader
from index.readers.pdf import PdfReader
from index.readers.tables import TableReader
from index.readers.text import TextReader
from index.readers.warc import WarcReader
from index.readers.wordpress import WordPressReader
from index.records import Draft, Skipped

LARGEST_FILE = 20_000_000
"""Bytes. A larger file is skipped unread, unless its reader takes it in piece by piece."""

_HEAD = 1 << 16


class Reader(Protocol):
    """Turns the bytes of one format into drafts. Import heavy libraries inside the methods."""

    name: str
    suffixes: tuple[str, ...]

    def accepts(self, data: bytes, suffix: str) -> bool:
        """Tells whether these bytes are this format; `suffix` is lower case with its dot, or empty."""
        ...

    def read(self, data: bytes, source: str) -> Iterator[Draft | Skipped]:
        """The articles in the bytes. `source` is the path or URL. May raise Unreadable."""
        ...


@runtime_checkable
class StreamReader(Reader, Protocol):
    """A reader that also takes an open file of any size, and keeps to bounds of its own."""

    def accepts_large(self, head: bytes, suffix: str) -> bool:
        """Tells whether a large file that begins so is this format."""
        ...

    def read_stream(self, file: BinaryIO, source: str) -> Iterator[Draft | Skipped]:
        """The articles in the file. May raise Unreadable."""
        ...


def built_in(mapped: Mapped = ()) -> tuple[Reader, ...]:
    """Dateline's own readers in the order they are asked; plain text takes what the others leave.

    With `mapped`, JSON is read by those field names, inside archives too.
    """
    plain: tuple[Reader, ...] = (DocumentReader(), PdfReader(), WarcReader(), WordPressReader(), AltoReader(),
                                 FeedReader(), HtmlReader(), JsonReader(mapped), TableReader(mapped),
                                 MarkdownReader(), TextReader())  # fmt: skip

    def inner() -> tuple[Reader, ...]:
        return (*_registered(), mail, *plain)

    def read_member(data: bytes, source: str) -> Iterator[Draft | Skipped]:
        return read_bytes(data, source, inner())

    documents, pdf, warc, *others = plain
    mail = MailReader(lambda data, source: read_bytes(data, source, plain))
    return (documents, PackedReader(read_member), pdf, warc, CompressedReader(inner), mail, *others)


BUILT_IN: tuple[Reader, ...] = built_in()


@cache
def _registered() -> tuple[Reader, ...]:
    from importlib.metadata import entry_points  # a fifth of the time this package takes to import

    return tuple(entry.load()() for entry in entry_points(group="dateline.readers"))


def readers(mapped: Mapped = ()) -> tuple[Reader, ...]:
    """Every reader in the order asked: those other packages register, then the built-in ones."""
    return (*_registered(), *(built_in(mapped) if mapped else BUILT_IN))


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


def read_file(path: Path, asked: Sequence[Reader] | None = None) -> Iterator[Draft | Skipped]:
    """The articles of one file, or why there is none. Never raises for what the file holds."""
    try:
        status = path.stat()
    except OSError as error:
        yield Skipped(str(path), _reason(error))
        return
    except ValueError:  # a NUL in the path
        yield Skipped(str(path), "no file can have this name")
        return
    try:
        if not stat.S_ISREG(status.st_mode):
            yield Skipped(str(path), "it is not a file")
        elif status.st_size > LARGEST_FILE:
            yield from _read_large(path, status.st_size, readers() if asked is None else asked)
        else:
            yield from read_bytes(path.read_bytes(), str(path), asked)
    except OSError as error:
        yield Skipped(str(path), _reason(error))
    except ValueError:  # of a reader, and not of the name
        yield Skipped(str(path), "what reads it failed; the file may be broken")


def read_bytes(
    data: bytes, source: str, asked: Sequence[Reader] | None = None, suffix: str | None = None
) -> Iterator[Draft | Skipped]:
    """The articles in bytes that came from `source`, a path, file name or URL.

    `suffix` is for bytes whose format is known otherwise than from the name of their source.
    """
    suffix = suffix_of(source) if suffix is None else suffix
    if not data.strip():
        yield Skipped(source, "the file is empty")
        return
    among = readers() if asked is None else asked
    reader = next((reader for reader in among if reader.accepts(data, suffix)), None)
    if reader is None:
        yield Skipped(source, _refusal(data, suffix))
        return
    yield from _told(partial(reader.read, data, source), source)


def _told(read: Callable[[], Iterator[Draft | Skipped]], source: str) -> Iterator[Draft | Skipped]:
    """Yields what a reader gives, with its refusal as the last of it."""
    try:
        for result in read():
            reason = refusal(result) if isinstance(result, Draft) else None
            yield Skipped(source, reason) if reason else result
    except Unreadable as error:
        yield Skipped(source, str(error))
    except RecursionError:
        yield Skipped(source, "it is nested too deeply to be an article")
    except BaseException as error:
        if isinstance(error, Exception) or not is_fault(error):
            raise
        yield Skipped(source, "the library that reads it failed; the file may be broken")


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


def _read_large(path: Path, size: int, asked: Sequence[Reader]) -> Iterator[Draft | Skipped]:
    suffix = suffix_of(path.name)
    with path.open("rb") as file:
        head = file.read(_HEAD)
        file.seek(0)
        for reader in asked:
            if isinstance(reader, StreamReader) and reader.accepts_large(head, suffix):
                yield from _told(partial(reader.read_stream, file, str(path)), str(path))
                return
    megabytes, limit = size / 1e6, LARGEST_FILE // 1_000_000
    yield Skipped(str(path), f"it is {megabytes:.1f} MB; the limit is {limit} MB a file")


def _refusal(data: bytes, suffix: str) -> str:
    known = sorted({suffix for reader in readers() for suffix in reader.suffixes if suffix})
    kind = binary_name(data)
    if kind == "binary":
        return f"it is a binary file, not text; Dateline reads {', '.join(known)}"
    if kind:
        return f"{kind} is not a format Dateline reads"
    if suffix == ".xml":
        return "it is neither a feed, a WordPress export nor ALTO, and no other XML is read as articles"
    if suffix in known:
        return f"it is named {suffix} and holds something else; name plain text .txt"
    return f"{suffix} is not a format Dateline reads ({', '.join(known)}); name plain text .txt"


def _reason(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    if isinstance(error, PermissionError):
        return "it may not be read; check its permissions"
    return f"it cannot be read: {error.strerror or type(error).__name__}"
