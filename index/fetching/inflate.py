"""Decompression with an end: a few kilobytes can hold gigabytes."""

import gzip
import zlib
from io import BytesIO

from index.errors import Unreadable

ENCODINGS = ("gzip", "deflate")
"""The content encodings that are read, and the only ones that pages are asked for in."""


def inflated(data: bytes, encoding: str, limit: int) -> bytes:
    """What compressed bytes hold. `encoding` is the Content-Encoding of HTTP; empty means as they are.

    Raises Unreadable for an encoding nobody asked for, for broken data, and for more than `limit` bytes.
    """
    name = encoding.strip().casefold().removeprefix("x-")
    if name in ("", "identity"):
        return data
    if name not in ENCODINGS:
        raise Unreadable(f"it is compressed as {encoding[:40]!r}, which was not asked for")
    try:
        plain = _gunzipped(data, limit) if name == "gzip" else _undeflated(data, limit)
    except (OSError, EOFError, zlib.error) as error:
        raise Unreadable(f"its {name} data is broken or cut off") from error
    if len(plain) > limit:
        raise Unreadable(f"it unpacks to more than {limit // 1_000_000} MB")
    return plain


def _gunzipped(data: bytes, limit: int) -> bytes:
    return gzip.GzipFile(fileobj=BytesIO(data)).read(limit + 1)


def _undeflated(data: bytes, limit: int) -> bytes:
    try:
        return zlib.decompressobj().decompress(data, limit + 1)
    except zlib.error:  # some servers leave the zlib header out
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, limit + 1)
