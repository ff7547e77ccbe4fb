"""ZIP archives of any of the other formats, unpacked in memory and within bounds, never onto the disk."""

import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO

from index.errors import Unreadable
from index.readers.decoding import binary_name
from index.readers.streams import Streamed
from index.records import Draft, Skipped

MOST_MEMBERS = 20_000
LARGEST_MEMBER = 20_000_000
"""Bytes, unpacked, as for a file by itself."""
LARGEST_WHOLE = 2_000_000_000
"""Bytes, of all members together, those of archives within the archive included."""
HIGHEST_RATIO = 200
"""Unpacked to packed. Text is packed to a tenth, the most repetitive page to a hundredth."""
DEEPEST = 2
"""Archives within archives that are opened."""

_DIRECTORY_BYTES = 5_000_000
_END = b"PK\x05\x06"
_METHODS = {zipfile.ZIP_STORED: "stored", zipfile.ZIP_DEFLATED: "deflated"}
_RATIO_FROM = 1_000_000  # below this size no ratio is an attack
_LEADS_OUT = re.compile(r"(?:^|[/\\])\.\.(?:[/\\]|$)|^[/\\]|^[A-Za-z]:|\x00")

# What WACZ holds beside its WARC files: lists of pages, with their bare text, and indexes.
_CRAWL = frozenset({"archive", "datapackage.json"})

ReadMember = Callable[[bytes, str], Iterator[Draft | Skipped]]


class PackedReader(Streamed):
    """Reads every file of a ZIP archive as if it stood in a folder; hidden ones are left out."""

    name = "zip"
    suffixes: tuple[str, ...] = (".zip",)

    def __init__(self, read_member: ReadMember | None = None, largest: int = LARGEST_WHOLE) -> None:
        """`read_member` reads a member's bytes, by default as any file's; `largest` is of all, unpacked."""
        self._read_member = read_member
        self._largest = largest

    def accepts(self, data: bytes, suffix: str) -> bool:
        """A ZIP archive by its first bytes, unless it is a document that is packed so."""
        return data.startswith((b"PK\x03\x04", _END)) and (
            suffix in self.suffixes or binary_name(data) in ("ZIP", "binary")
        )

    def read_stream(self, file: BinaryIO, source: str) -> Iterator[Draft | Skipped]:
        """The articles of all members, named `archive.zip!inner/name.html`. Raises Unreadable."""
        from index.readers import read_bytes

        read_member = self._read_member or read_bytes
        for member in _members(file, source, _Budget(self._largest), 1):
            if isinstance(member, Skipped):
                yield member
            else:
                yield from read_member(member.data, member.name)


@dataclass(frozen=True, slots=True)
class _Member:
    name: str
    data: bytes


@dataclass(slots=True)
class _Budget:
    """Budget of what may still be unpacked, of the outermost archive and all within it."""

    size: int
    members: int = MOST_MEMBERS

    def spend(self, size: int) -> None:
        """Counts one more file of `size` bytes. Raises Unreadable where that is too much."""
        self.members -= 1
        self.size -= size
        if self.members < 0:
            raise Unreadable(f"it holds more than {MOST_MEMBERS:,} files; the rest of it was left out")
        if self.size < 0:
            raise Unreadable("it unpacks to more than is read of one archive; the rest of it was left out")


def _members(file: BinaryIO, source: str, budget: _Budget, depth: int) -> Iterator[_Member | Skipped]:
    """The files of an archive and of those within it. Raises Unreadable where it is none or has too much."""
    seen: set[str] = set()
    with _opened(file) as archive:
        crawled = {entry.filename.partition("/")[0] for entry in archive.infolist()} >= _CRAWL
        for entry in archive.infolist():
            if (
                entry.is_dir()
                or _is_hidden(entry.filename)
                or (crawled and not entry.filename.startswith("archive/"))
            ):
                continue
            name = f"{source}!{entry.filename}"
            try:
                data = _unpacked(archive, entry, seen, budget)
            except _Refused as error:
                yield Skipped(name, str(error))
                continue
            yield from _nested(_Member(name, data), budget, depth)


def _nested(member: _Member, budget: _Budget, depth: int) -> Iterator[_Member | Skipped]:
    if not PackedReader().accepts(member.data, _suffix(member.name)):
        yield member
    elif depth >= DEEPEST:
        yield Skipped(member.name, f"it is an archive more than {DEEPEST} deep; unpack it first")
    else:
        try:
            yield from _members(BytesIO(member.data), member.name, budget, depth + 1)
        except Unreadable as error:
            if budget.members < 0 or budget.size < 0:
                raise
            yield Skipped(member.name, str(error))


class _Refused(Unreadable):
    """A member that is left out; the others are read."""


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, seen: set[str], budget: _Budget) -> bytes:
    """The bytes of a member, counted as they come and not by what the archive says of them."""
    budget.spend(0)
    _refuse_hostile(entry, seen)
    try:
        with archive.open(entry) as member:
            data = member.read(LARGEST_MEMBER + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, struct.error, NotImplementedError) as error:
        raise _Refused("it is broken or cut off in the archive") from error
    if len(data) > LARGEST_MEMBER:
        raise _Refused(f"it unpacks to more than {LARGEST_MEMBER // 1_000_000} MB, the limit for a file")
    budget.size -= len(data)
    budget.members += 1
    budget.spend(0)
    return data


def _refuse_hostile(entry: zipfile.ZipInfo, seen: set[str]) -> None:
    """Raises _Refused by what the archive's directory says of a member."""
    if leads_out(entry.filename):
        raise _Refused("its name leads out of the archive")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise _Refused("it is a link, which is not followed")
    if entry.flag_bits & 0x1:
        raise _Refused("it is encrypted; unpack it with its password first")
    if entry.compress_type not in _METHODS:
        raise _Refused("it is packed by a method Dateline does not read; pack it again as plain ZIP")
    if entry.file_size > max(_RATIO_FROM, HIGHEST_RATIO * entry.compress_size):
        raise _Refused(f"it unpacks to more than {HIGHEST_RATIO} times its size, as attacks do")
    if entry.filename in seen:
        raise _Refused("the archive holds another file of this name")
    seen.add(entry.filename)


def _opened(file: BinaryIO) -> zipfile.ZipFile:
    """The archive in an open file. Raises Unreadable where it is none."""
    try:
        if _directory_bytes(file) > _DIRECTORY_BYTES:
            raise Unreadable(f"it lists more than {MOST_MEMBERS:,} files; pack fewer into one archive")
        return zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError, struct.error, ValueError, NotImplementedError, EOFError) as error:
        raise Unreadable("it is not a ZIP archive that can be read; it may be broken or cut off") from error


def _directory_bytes(file: BinaryIO) -> int:
    """Length of the archive's directory; zipfile takes in all of it before anything can be checked."""
    file.seek(0, 2)
    size = file.tell()
    file.seek(max(0, size - 65_557))
    tail = file.read()
    end = tail.rfind(_END)
    if end < 0:
        raise zipfile.BadZipFile("no end record")
    (length,) = struct.unpack_from("<L", tail, end + 12)
    if length == 0xFFFFFFFF:  # ZIP64 keeps the true length elsewhere; articles do not need it
        return size
    return int(length)


def leads_out(name: str) -> bool:
    """Tells whether a member would be unpacked outside the folder of its archive."""
    return _LEADS_OUT.search(name) is not None


def _is_hidden(name: str) -> bool:
    """Tells whether list_files would leave it out in a folder, or macOS packed it beside another file."""
    parts = name.split("/")
    if leads_out(name):
        return False  # to be told of
    return any(part.startswith(".") and part not in (".", "..") for part in parts) or parts[0] == "__MACOSX"


def _suffix(name: str) -> str:
    from index.readers.decoding import suffix_of

    return suffix_of(name)
