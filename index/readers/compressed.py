"""One file packed with gzip, bzip2 or zstandard, and tar archives, packed or not."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, BinaryIO

from index.errors import Unreadable
from index.fetching.inflate import is_packed, unpacked
from index.readers.decoding import suffix_of
from index.readers.packed import LARGEST_MEMBER, LARGEST_WHOLE, MOST_MEMBERS, leads_out
from index.readers.streams import Streamed
from index.records import Draft, Skipped

if TYPE_CHECKING:
    from index.readers import Reader

_BLOCK = 512
_HEAD = 1 << 16
_LONGEST_NAME = 100_000
_FILE, _LONG_NAME, _EXTENDED = (b"0", b"\0", b"7"), b"L", b"x"


class CompressedReader(Streamed):
    """Reads what is packed as if it lay unpacked beside it, the files of a tar archive one by one."""

    name = "compressed"
    suffixes: tuple[str, ...] = (".gz", ".bz2", ".zst", ".tar", ".tgz")

    def __init__(self, asked: Callable[[], Sequence["Reader"]]) -> None:
        """`asked` gives the readers of what is inside."""
        self._asked = asked

    def accepts(self, data: bytes, suffix: str) -> bool:
        """Tells whether it is packed, by its first bytes, and tar by the mark in its first block."""
        return is_packed(data[:4]) or _is_tar(data)

    def read_stream(self, file: BinaryIO, source: str) -> Iterator[Draft | Skipped]:
        """The articles. Raises Unreadable for what is broken or unpacks without end."""
        from index.readers import StreamReader, read_bytes

        inner = _name_within(source)
        data = unpacked(file).read(LARGEST_MEMBER + 1)
        if _is_tar(data):
            for name, member in _members(_reopened(file)):
                place = f"{source}!{name}"
                if isinstance(member, str):
                    yield Skipped(place, member)
                else:
                    yield from read_bytes(member, place, self._asked())
            return
        if len(data) <= LARGEST_MEMBER:
            yield from read_bytes(data, inner, self._asked())
            return
        for reader in self._asked():
            if isinstance(reader, StreamReader) and reader.accepts_large(data[:_HEAD], suffix_of(inner)):
                del data
                yield from reader.read_stream(_reopened(file), inner)
                return
        raise Unreadable(f"it unpacks to more than {LARGEST_MEMBER // 1_000_000} MB, the limit for a file")


def _name_within(source: str) -> str:
    """The name without the suffix that says how it is packed."""
    suffix = PurePosixPath(source).suffix
    return source.removesuffix(suffix) if suffix.lower() in (".gz", ".bz2", ".zst") else source


def _reopened(file: BinaryIO) -> BinaryIO:
    file.seek(0)
    return unpacked(file, LARGEST_WHOLE)


def _is_tar(data: bytes) -> bool:
    return data[257:262] == b"ustar"


def _members(stream: BinaryIO) -> Iterator[tuple[str, bytes | str]]:
    """The files of a tar archive, or why one is left out.

    Read here and not by `tarfile`, which takes a name of any length into memory.
    """
    longer = ""
    for _ in range(MOST_MEMBERS):
        block = stream.read(_BLOCK)
        if len(block) < _BLOCK or not block.strip(b"\0"):
            return
        size, kind = _size(block), block[156:157]
        name = longer or "/".join(filter(None, (_text(block[345:500]), _text(block[:100]))))
        longer = ""
        if kind in (_LONG_NAME, _EXTENDED) and size <= _LONGEST_NAME:
            told = _taken(stream, size)
            longer = _text(told) if kind == _LONG_NAME else _path_in(told)
        elif kind in _FILE and size <= LARGEST_MEMBER and not leads_out(name):
            data = _taken(stream, size)
            if not any(part.startswith(".") for part in PurePosixPath(name).parts if part != "."):
                yield name, data
        else:
            if kind in _FILE:
                told_of = (
                    "its name leads out of the archive" if leads_out(name) else "it is larger than 20 MB"
                )
                yield name, told_of
            for left in range(size + -size % _BLOCK, 0, -_HEAD):
                if not stream.read(min(left, _HEAD)):
                    raise Unreadable("it is cut off within a file; what came before it was read")
    raise Unreadable(f"it holds more than {MOST_MEMBERS:,} files; the rest of it was left out")


def _taken(stream: BinaryIO, size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise Unreadable("it is cut off within a file; what came before it was read")
    stream.read(-size % _BLOCK)
    return data


def _size(block: bytes) -> int:
    try:
        return int(_text(block[124:136]).strip() or "0", 8)
    except ValueError as error:
        raise Unreadable("it is not tar where a file should begin; what came before it was read") from error


def _text(field: bytes) -> str:
    return field.partition(b"\0")[0].decode("utf-8", "replace")


def _path_in(extended: bytes) -> str:
    """The path among the fields "LENGTH NAME=VALUE" of an extended header."""
    for line in extended.split(b"\n"):
        name, _, value = line.partition(b" ")[2].partition(b"=")
        if name == b"path":
            return value.decode("utf-8", "replace")
    return ""
