# ruff: noqa: E501 - a row of a table is easier to check unbroken
"""WARC files, kind and hostile, as bytes made here."""

import gzip
import struct
from pathlib import Path

import brotli
import pytest
import zstandard

from index.readers import LARGEST_FILE, read_bytes, read_file
from index.readers.warc import WarcReader
from index.records import Draft, Skipped
from tests.websites import FIRST, SECOND, page

HTML = "Content-Type: text/html; charset=utf-8\r\n"


def http(body: bytes, headers: str = HTML, status: str = "200 OK") -> bytes:
    return f"HTTP/1.1 {status}\r\n{headers}\r\n".encode() + body


def record(
    content: bytes, target: str = "https://a.example/1", kind: str = "response", extra: str = ""
) -> bytes:
    lines = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {target}\r\nWARC-Date: 2019-03-04T05:06:07Z\r\n"
        f"Content-Type: application/http; msgtype=response\r\n{extra}Content-Length: {len(content)}\r\n\r\n"
    )
    return lines.encode() + content + b"\r\n\r\n"


def read(data: bytes, name: str = "crawl.warc") -> list[Draft | Skipped]:
    return list(read_bytes(data, name))


CRAWL = [
    record(b"software: test\r\n", kind="warcinfo"),
    record(b"GET / HTTP/1.1\r\n\r\n", kind="request"),
    record(http(page("First")), "<https://a.example/1>"),
    record(http(b"\xff\xd8\xff", "Content-Type: image/jpeg\r\n"), "https://a.example/p.jpg"),
    record(http(page("Gone"), status="404 Not Found"), "https://a.example/gone"),
    record(http(b"", "Location: /1\r\n", "302 Found"), "https://a.example/moved"),
    record(b"1.2.3.4", "dns:a.example"),
    record(http(page("Second"), HTML + "Content-Encoding: gzip\r\n"), "https://a.example/stored-unpacked"),
    record(http(gzip.compress(page("Third")), HTML + "Content-Encoding: gzip\r\n"), "https://a.example/3"),
    record(http(b"5\r\n<html\r\n" + b"%x\r\n" % (len(page()) - 20) + page()[20:] + b"\r\n0\r\n\r\n", HTML + "Transfer-Encoding: chunked\r\n"), "https://a.example/4"),
    record(http(page("Fifth"), HTML + "Transfer-Encoding: chunked\r\n"), "https://a.example/stored-joined"),
]  # fmt: skip


@pytest.mark.parametrize("form", ["plain", "by record", "as a whole"])
def test_the_pages_of_a_crawl(form: str) -> None:
    data = b"".join(CRAWL)
    if form == "by record":
        data = b"".join(map(gzip.compress, CRAWL))
    elif form == "as a whole":
        data = gzip.compress(data)
    drafts = read(data, "crawl.warc.gz" if form != "plain" else "crawl.warc")
    assert all(isinstance(draft, Draft) for draft in drafts), drafts
    titles = [(draft.title, draft.url) for draft in drafts if isinstance(draft, Draft)]
    assert titles == [
        ("First", "https://a.example/1"),
        ("Second", "https://a.example/stored-unpacked"),
        ("Third", "https://a.example/3"),
        ("Dam to close", "https://a.example/4"),
        ("Fifth", "https://a.example/stored-joined"),
    ]


def test_the_day_of_the_crawl_is_not_the_day_of_publication() -> None:
    (draft,) = read(CRAWL[2])
    assert isinstance(draft, Draft)
    assert (draft.published, draft.key) == (None, "url:https://a.example/1")


def test_a_page_cannot_pass_for_another_site_s() -> None:
    stolen = '<link rel="canonical" href="https://b.example/1">'
    (draft,) = read(record(http(page(head=stolen))))
    assert isinstance(draft, Draft)
    assert draft.url == "https://a.example/1"


def test_a_page_in_a_charset_its_header_names() -> None:
    text = "قال الوزير يوم الاثنين إن السد قرب المدينة سيغلق للصيانة. وقال إن العمل سيبدأ غدا في الصباح."
    body = page(body=f"<p>{text}</p>").decode().encode("cp1256")
    (draft,) = read(record(http(body, "Content-Type: text/html; charset=windows-1256\r\n")))
    assert isinstance(draft, Draft)
    assert text in draft.text


def kept(content: bytes, kind: str, media: str, target: str = "https://a.example/1") -> bytes:
    """A record that holds a document itself and not what a server answered."""
    whole = record(content, target, kind)
    return whole.replace(b"application/http; msgtype=response", media.encode(), 1)


def test_what_browsers_crawls_hold() -> None:
    crawl = b"".join((
        record(http(brotli.compress(page("Brotli")), HTML + "Content-Encoding: br\r\n"), "https://a.example/1"),
        record(http(zstandard.compress(page("Zstd")), HTML + "Content-Encoding: zstd\r\n"), "https://a.example/2"),
        record(http(page("Two")).replace(b"HTTP/1.1 200 OK", b"HTTP/2 200", 1), "https://a.example/3"),
        record(http(page("Three")).replace(b"HTTP/1.1", b"HTTP/3.0", 1), "https://a.example/4"),
        kept(page("Resource"), "resource", "text/html", "https://a.example/5"),
        kept(f"Dam to close\n\n{FIRST}\n\n{SECOND}".encode(), "conversion", "text/plain", "https://a.example/6"),
        kept(page("Info"), "resource", "application/json", "urn:pageinfo:x"),
        kept(b"a {}", "resource", "text/css", "https://a.example/7"),
        record(http(b"%PDF-1.4 broken", "Content-Type: application/pdf\r\n"), "https://a.example/8"),
    ))  # fmt: skip
    *drafts, told = read(crawl)
    titles = [draft.title for draft in drafts if isinstance(draft, Draft)]
    assert titles == ["Brotli", "Zstd", "Two", "Three", "Resource", "Dam to close"]
    assert told == Skipped(
        "crawl.warc!https://a.example/8", "it is not a PDF that can be read; it may be broken or cut off"
    )


@pytest.mark.parametrize("form", ["plain", "dictionary", "packed dictionary"])
def test_a_crawl_under_zstandard(form: str) -> None:
    words = b"".join(page(str(number)) for number in range(400))
    dictionary = zstandard.ZstdCompressionDict(words[:20_000], dict_type=zstandard.DICT_TYPE_RAWCONTENT)
    plain = zstandard.ZstdCompressor(dict_data=None if form == "plain" else dictionary)
    data = b"".join(plain.compress(one) for one in (CRAWL[2], CRAWL[7]))
    kept_words = words[:20_000] if form == "dictionary" else zstandard.compress(words[:20_000])
    if form != "plain":
        data = b"\x5d\x2a\x4d\x18" + struct.pack("<L", len(kept_words)) + kept_words + data
    titles = [draft.title for draft in read(data, "crawl.warc.zst") if isinstance(draft, Draft)]
    assert titles == ["First", "Second"]
    assert read(data[:-9], "crawl.warc.zst")


def test_an_old_arc_file() -> None:
    def arc(url: str, content: bytes) -> bytes:
        return f"{url} 1.2.3.4 20010101000000 text/html {len(content)}\n".encode() + content + b"\n"

    head = b"1 0 InternetArchive\nURL IP-address Archive-date Content-type Archive-length\n"
    data = arc("filedesc://IA-1.arc", head) + arc("http://a.example/", http(page("Old")))
    for packed, name in ((data, "old.arc"), (gzip.compress(data), "old.arc.gz")):
        (draft,) = read(packed, name)
        assert isinstance(draft, Draft)
        assert (draft.title, draft.url) == ("Old", "http://a.example/")


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        (record(http(page()))[:200], "it is cut off within a record; what came before it was read"),
        (b"rubbish\r\n" * 5, "it is not WARC where a record should begin; what came before it was read"),
        (b"WARC/1.0\r\nA: b\r\n\r\n", "a record does not say how long it is; what came before it was read"),
        (b"WARC/1.0\r\nContent-Length: -5\r\n\r\n", "a record does not say how long it is; what came before it was read"),
        (b"WARC/1.0\r\nContent-Length: \xd9\xa1\r\n\r\n", "a record does not say how long it is; what came before it was read"),
        (b"WARC/1.0\r\n" + b"A: b\r\n" * 200, "a record has more headers than any real one; the rest was left out"),
        (b"WARC/1.0\r\nA: " + b"b" * 30_000, "a line of its headers is longer than any real one; the rest was left out"),
        (gzip.compress(b"WARC/1.0\r\n", mtime=0)[:-6], None),
    ],
)  # fmt: skip
def test_what_stands_before_the_break_is_read(broken: bytes, told: str | None) -> None:
    results = read(CRAWL[2] + broken)
    assert isinstance(results[0], Draft)
    assert results[1:] == [Skipped("crawl.warc", told or results[1].reason)]  # type: ignore[union-attr]


def test_broken_gzip_is_told() -> None:
    packed = gzip.compress(CRAWL[2]) + gzip.compress(CRAWL[2])[:-40]
    first, told = read(packed, "crawl.warc.gz")
    assert isinstance(first, Draft)
    assert told == Skipped(
        "crawl.warc.gz", "its packed data is broken or cut off; what came before it was read"
    )


@pytest.mark.parametrize(
    ("response", "told"),
    [
        (b"no http at all", "its HTTP response is broken"),
        (http(b"x", "A: b\r\n" * 300), "its HTTP response is broken"),
        (http(b"x", HTML + "Content-Encoding: br\r\n"), "its br data is broken or cut off"),
        (http(b"x", HTML + "Content-Encoding: lzma\r\n"), "it is compressed as 'lzma', which was not asked for"),
        (http(brotli.compress(bytes(50_000_000)), HTML + "Content-Encoding: br\r\n"), "it unpacks to more than 20 MB"),
        (http(zstandard.compress(bytes(50_000_000)), HTML + "Content-Encoding: zstd\r\n"), "it unpacks to more than 20 MB"),
        (http(gzip.compress(bytes(200_000_000)), HTML + "Content-Encoding: gzip\r\n"), "it unpacks to more than 20 MB"),
        (http(b"<html></html>"), "the page holds no text that can be read; it is empty or nested too deeply"),
    ],
)  # fmt: skip
def test_a_bad_response_does_not_stop_the_others(response: bytes, told: str) -> None:
    first, second = read(record(response, "https://a.example/bad") + CRAWL[2])
    assert first == Skipped("crawl.warc!https://a.example/bad", told)
    assert isinstance(second, Draft)


@pytest.mark.parametrize("start", [b"", b"WARC/1.0\r\nX: "], ids=["blank lines", "a header line"])
def test_a_bomb_is_stopped(start: bytes) -> None:
    packed = gzip.compress(CRAWL[2] + start + b"\n" * 400_000_000, 1)
    first, told = read(packed, "crawl.warc.gz")
    assert isinstance(first, Draft)
    assert isinstance(told, Skipped)


def test_a_long_record_is_passed_over() -> None:
    large = record(http(b"<html>" + b"x" * 20_000_001), "https://a.example/large")
    (draft,) = read(large + CRAWL[2])
    assert isinstance(draft, Draft)


def test_a_crawl_without_pages_says_so() -> None:
    assert read(CRAWL[0]) == [Skipped("crawl.warc", "it holds no page")]


def test_gzip_of_something_else_is_not_warc() -> None:
    assert not WarcReader().accepts(gzip.compress(FIRST.encode()), ".gz")
    assert not WarcReader().accepts(b"\x1f\x8brubbish", ".gz")


def test_a_large_file_is_read_from_the_disk(tmp_path: Path) -> None:
    path = tmp_path / "large.warc"
    with path.open("wb") as file:
        file.write(record(bytes(LARGEST_FILE), "https://a.example/x", "resource"))
        file.write(CRAWL[2])
    (draft,) = read_file(path)
    assert isinstance(draft, Draft)
