"""WARC, what web archives keep: the pages among a crawl's responses.

Read here and not by a library: what reads WARC for Python takes a header line of any length into memory
(400 kB of gzip took 1.2 GB), and refuses files that were packed as a whole. HTTP itself is read by
`http.client`, whose lines and headers are bounded.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from io import BytesIO
from socket import socket
from typing import BinaryIO, cast

from index.errors import Unreadable
from index.fetching.inflate import STORED, first_bytes, inflated, is_packed, unpacked
from index.readers.drafting import is_url
from index.readers.html import HtmlReader
from index.readers.pages import Page, Validators, media_of, read_page
from index.readers.pdf import PdfReader
from index.readers.streams import Streamed
from index.readers.text import TextReader
from index.records import Draft, Skipped

MOST_RECORDS = 1_000_000
LARGEST_RECORD = 20_000_000
"""Bytes; a longer one is passed over without being held."""
_LONGEST_LINE = 20_000
_MOST_HEADERS = 100
_MOST_BLANKS = 20  # lines between two records; there are two
_PORTION = 1 << 16
_VERSION = re.compile(rb"WARC/[01]\.\d+\s*$")
_ARC = re.compile(rb"(?P<url>\S{1,5000}) [\d.:a-fA-F]{1,40} \d{8,14} \S{1,200} (?P<length>\d{1,15})\s*$")
_GZIP = b"\x1f\x8b"
_LATER_HTTP = re.compile(rb"^HTTP/[23](?:\.\d)?(?= )")
_PAGES = ("text/html", "application/xhtml+xml", "application/pdf")
_READ = ("response", "resource", "conversion")


_READERS = (PdfReader(), HtmlReader(), TextReader())


class WarcReader(Streamed):
    """Reads the pages of a WARC or ARC file, plain or packed with gzip or zstandard."""

    name = "warc"
    suffixes: tuple[str, ...] = (".warc", ".warc.gz", ".warc.zst", ".arc", ".arc.gz")

    def accepts(self, data: bytes, suffix: str) -> bool:
        """WARC by its first line, also where that is packed."""
        start = first_bytes(data[:_PORTION]) if is_packed(data[:4]) else data
        return start.startswith((b"WARC/", b"filedesc://"))

    def read_stream(self, file: BinaryIO, source: str) -> Iterator[Draft | Skipped]:
        """An article a page, with the address it was taken from. Raises Unreadable."""
        pages = 0
        for record in _records(file):
            place = f"{source}!{record.target}"
            try:
                page = _page(record)
            except Unreadable as error:
                yield Skipped(place, str(error))
                continue
            if page is not None:
                pages += 1
                for item in read_page(page, _READERS):
                    yield replace(item, source=place) if isinstance(item, Skipped) else item
        if not pages:
            yield Skipped(source, "it holds no page")


@dataclass(frozen=True, slots=True)
class _Record:
    """A record's headers, names in lower case, and its content where it is a response to be read."""

    headers: Mapping[str, str]
    content: bytes | None

    @property
    def target(self) -> str:
        return self.headers.get("warc-target-uri", "").strip("<> ")


def _records(file: BinaryIO) -> Iterator[_Record]:
    """The records of a file, in order. Raises Unreadable where it breaks off or goes beyond bounds."""
    stream = unpacked(file)
    for _ in range(MOST_RECORDS):
        headers = _headers(stream)
        if headers is None:
            return
        yield _Record(headers, _content(stream, headers))
    raise Unreadable(f"it holds more than {MOST_RECORDS:,} records; the rest was left out")


def _line(stream: BinaryIO) -> bytes:
    line = stream.readline(_LONGEST_LINE)
    if len(line) >= _LONGEST_LINE:
        raise Unreadable("a line of its headers is longer than any real one; the rest was left out")
    return line


def _headers(stream: BinaryIO) -> dict[str, str] | None:
    """The headers of the next record; None at the end of the file."""
    for _ in range(_MOST_BLANKS):
        line = _line(stream)
        if line.strip():
            break
        if not line:
            return None
    if old := _ARC.match(line):
        url = old["url"].decode("utf-8", "replace")
        return {"warc-type": "response", "warc-target-uri": url, "content-length": old["length"].decode()}
    if not _VERSION.match(line):
        raise Unreadable("it is not WARC where a record should begin; what came before it was read")
    headers: dict[str, str] = {}
    for _ in range(_MOST_HEADERS):
        line = _line(stream)
        if not line.strip():
            return headers
        name, _, value = line.decode("utf-8", "replace").partition(":")
        headers[name.strip().casefold()] = value.strip()
    raise Unreadable("a record has more headers than any real one; the rest was left out")


def _content(stream: BinaryIO, headers: Mapping[str, str]) -> bytes | None:
    """The content of a response to read; of anything else None, once it is passed over."""
    length = headers.get("content-length", "")
    if not (length.isascii() and length.isdigit() and len(length) < 16):
        raise Unreadable("a record does not say how long it is; what came before it was read")
    left = int(length)
    wanted = headers.get("warc-type") in _READ and left <= LARGEST_RECORD
    parts = []
    while left > 0:
        part = stream.read(min(left, _PORTION))
        if not part:
            raise Unreadable("it is cut off within a record; what came before it was read")
        left -= len(part)
        parts += [part] if wanted else []
    return b"".join(parts) if wanted else None


def _page(record: _Record) -> Page | None:
    """The page of a record, as a crawl got it or as text made of it; None where it holds something else."""
    from http.client import HTTPException

    if record.content is None or not is_url(record.target):
        return None
    kind = record.headers.get("warc-type")
    if kind != "response":
        media, charset = media_of(record.headers.get("content-type", ""))
        read = media == "text/plain" if kind == "conversion" else media in _PAGES
        return _page_of(record, record.content, media, charset) if read else None
    try:
        status, headers, body = _response(_LATER_HTTP.sub(b"HTTP/1.1", record.content))
    except (HTTPException, ValueError, OSError) as error:
        raise Unreadable("its HTTP response is broken") from error
    media, charset = media_of(headers.get("content-type", ""))
    if status != 200 or media not in _PAGES:
        return None
    packed = headers.get("content-encoding", "")
    # Some crawlers store a page unpacked and keep the header that says it is packed.
    if packed and not (packed == "gzip" and not body.startswith(_GZIP)):
        body = inflated(body, packed, LARGEST_RECORD, STORED)
    return _page_of(record, body, media, charset)


def _page_of(record: _Record, data: bytes, media: str, charset: str | None) -> Page:
    return Page(url=record.target, data=data, media=media, charset=charset, validators=Validators())


def _response(content: bytes) -> tuple[int, Mapping[str, str], bytes]:
    """Status, headers in lower case, and body of an HTTP response."""
    from http.client import HTTPException, HTTPResponse

    response = HTTPResponse(cast(socket, _Recorded(content)))
    response.begin()
    headers = {name.casefold(): value for name, value in response.getheaders()}
    try:
        return response.status, headers, response.read()
    except HTTPException:
        if not response.chunked:
            raise
        # Some crawlers store the body joined and keep the header that says it comes in chunks.
        return response.status, headers, content.partition(b"\r\n\r\n")[2]


class _Recorded:
    """As much of a socket as HTTPResponse asks for."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def makefile(self, _: str) -> BytesIO:
        return BytesIO(self._data)
