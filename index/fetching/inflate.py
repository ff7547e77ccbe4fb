"""Decompression with an end: a few kilobytes can hold gigabytes."""

import bz2
import gzip
import io
import struct
import zlib
from typing import Any, BinaryIO, cast

from index.errors import Unreadable

ENCODINGS = ("gzip", "deflate")
"""The content encodings that are read, and the only ones that pages are asked for in."""
STORED = (*ENCODINGS, "br", "zstd")
"""Those in which browsers' crawls are stored."""
HIGHEST_RATIO = 300
"""Unpacked to packed, over the whole file so far."""

_RATIO_FROM = 50_000_000
_WINDOW = 1 << 27  # bytes that zstandard may have to remember
_GZIP, _BZIP2, _ZSTD = b"\x1f\x8b", b"BZh", b"\x28\xb5\x2f\xfd"
_ZSTD_DICTIONARY = b"\x5d\x2a\x4d\x18"  # a frame to skip, which .warc.zst opens with
_LARGEST_DICTIONARY = 20_000_000


def inflated(data: bytes, encoding: str, limit: int, read: tuple[str, ...] = ENCODINGS) -> bytes:
    """Unpacks compressed bytes. `encoding` is the Content-Encoding of HTTP; empty means as they are.

    Raises Unreadable for an encoding that is not among `read`, for broken data, and for more than `limit`
    bytes.
    """
    name = encoding.strip().casefold().removeprefix("x-")
    if name in ("", "identity"):
        return data
    if name not in read:
        raise Unreadable(f"it is compressed as {encoding[:40]!r}, which was not asked for")
    unpack = {"gzip": _gunzipped, "deflate": _undeflated, "br": _unbrotlied, "zstd": _unzstandarded}[name]
    try:
        plain = unpack(data, limit)
    except (OSError, EOFError, zlib.error, ValueError) as error:
        raise Unreadable(f"its {name} data is broken or cut off") from error
    if len(plain) > limit:
        raise Unreadable(f"it unpacks to more than {limit // 1_000_000} MB")
    return plain


def is_packed(head: bytes) -> bool:
    """Tells whether bytes that begin so were packed by gzip, bzip2 or zstandard."""
    return head.startswith((_GZIP, _BZIP2, _ZSTD, _ZSTD_DICTIONARY))


def first_bytes(head: bytes, size: int = 512) -> bytes:
    """The first bytes of what is packed in a file that begins so; none where it cannot be read."""
    try:
        return unpacked(io.BytesIO(head)).read(size)
    except Unreadable:
        return b""


def unpacked(file: BinaryIO, largest: int = 20_000_000_000) -> BinaryIO:
    """The bytes of a file, whether it is packed or not; beyond the bounds its `read` raises Unreadable."""
    return cast(BinaryIO, io.BufferedReader(_Bounded(file, largest), 1 << 16))


class _Bounded(io.RawIOBase):
    def __init__(self, file: BinaryIO, largest: int) -> None:
        self._file = file
        self._largest = largest
        self._plain: Any = _opened(file)
        self._taken = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        """Unpacks into the buffer. Raises Unreadable for broken data and for more than may be unpacked."""
        try:
            data = self._plain.read1(len(buffer))  # as far as it goes before a fault
        except (OSError, EOFError, zlib.error, ValueError) as error:
            raise Unreadable("its packed data is broken or cut off; what came before it was read") from error
        self._taken += len(data)
        if self._taken > max(_RATIO_FROM, HIGHEST_RATIO * self._file.tell()):
            raise Unreadable(f"it unpacks to more than {HIGHEST_RATIO} times its size, as attacks do")
        if self._taken > self._largest:
            raise Unreadable(f"it unpacks to more than {self._largest / 1e9:g} GB; the rest was left out")
        buffer[: len(data)] = data
        return len(data)


def _opened(file: BinaryIO) -> BinaryIO:
    head = file.read(4)
    file.seek(0)
    if head.startswith(_GZIP):
        return cast(BinaryIO, gzip.GzipFile(fileobj=file))
    if head.startswith(_BZIP2):
        return cast(BinaryIO, bz2.BZ2File(file))
    return _zstandard(file) if head in (_ZSTD, _ZSTD_DICTIONARY) else file


def _zstandard(file: BinaryIO) -> BinaryIO:
    import zstandard

    dictionary = None
    if file.read(4) == _ZSTD_DICTIONARY:
        (size,) = struct.unpack("<L", file.read(4).ljust(4, b"\0"))
        kept = file.read(min(size, _LARGEST_DICTIONARY))
        if kept.startswith(_ZSTD):
            kept = _unzstandarded(kept, _LARGEST_DICTIONARY)
        dictionary = zstandard.ZstdCompressionDict(kept)
    else:
        file.seek(0)
    reader = zstandard.ZstdDecompressor(dict_data=dictionary, max_window_size=_WINDOW)
    return cast(BinaryIO, _Zstandard(reader.stream_reader(file, read_across_frames=True, closefd=False)))


class _Zstandard:
    """A stream whose faults are those of other streams."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def read1(self, size: int) -> bytes:
        """Unpacks up to `size` bytes. Raises OSError for broken data."""
        import zstandard

        try:
            return cast(bytes, self._stream.read1(size))
        except zstandard.ZstdError as error:
            raise OSError(str(error)) from error


def _gunzipped(data: bytes, limit: int) -> bytes:
    return gzip.GzipFile(fileobj=io.BytesIO(data)).read(limit + 1)


def _undeflated(data: bytes, limit: int) -> bytes:
    try:
        return zlib.decompressobj().decompress(data, limit + 1)
    except zlib.error:  # some servers leave the zlib header out
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, limit + 1)


def _unbrotlied(data: bytes, limit: int) -> bytes:
    import brotli

    reader = brotli.Decompressor()
    try:
        plain = reader.process(data, output_buffer_limit=limit + 1)
        while len(plain) <= limit and not reader.is_finished():
            more = reader.process(b"", output_buffer_limit=limit + 1)
            if not more:
                raise EOFError
            plain += more
    except brotli.error as error:
        raise ValueError(str(error)) from error
    return cast(bytes, plain)


def _unzstandarded(data: bytes, limit: int) -> bytes:
    stream: Any = _zstandard(io.BytesIO(data))
    parts = []
    while limit >= 0 and (part := stream.read1(min(limit + 1, 1 << 20))):
        parts.append(part)
        limit -= len(part)
    return b"".join(parts)
