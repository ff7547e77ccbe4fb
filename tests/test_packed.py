"""ZIP archives, kind and hostile, as bytes made here."""

import io
import json
import stat
import struct
import zipfile
from pathlib import Path

import pytest

from index.errors import Unreadable
from index.readers import LARGEST_FILE, built_in, read_bytes, read_file
from index.readers.packed import MOST_MEMBERS, PackedReader
from index.records import Draft, Skipped
from tests.test_warc import http, record
from tests.websites import FIRST, SECOND, page

Member = tuple[str | zipfile.ZipInfo, bytes]


def packed(*members: Member, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content, method)
    return data.getvalue()


def results(data: bytes, source: str = "a.zip") -> list[Draft | Skipped]:
    return list(read_bytes(data, source))


def told(data: bytes) -> list[tuple[str, str]]:
    return [(item.source, item.reason) for item in results(data) if isinstance(item, Skipped)]


def test_every_format_in_an_archive(tmp_path: Path) -> None:
    feed = f"<rss><channel><item><title>Dam</title><description>{SECOND}</description></item></channel></rss>"
    inner = packed(("deep/list.jsonl", json.dumps({"text": FIRST, "title": "Line"}).encode()))
    path = tmp_path / "news.zip"
    path.write_bytes(
        packed(
            ("notes/one.txt", FIRST.encode()),
            ("notes/page.html", page("Page")),
            ("notes/two.md", f"# Two\n\n{SECOND}".encode()),
            ("feed.xml", feed.encode()),
            ("more.zip", inner),
            ("notes/.hidden.txt", SECOND.encode()),
            ("__MACOSX/notes/._one.txt", b"\0\1\2"),
            ("empty.txt", b""),
            ("photo.jpg", b"\xff\xd8\xff\xe0"),
        )
    )
    items = list(read_file(path))
    drafts = [item for item in items if isinstance(item, Draft)]
    assert [draft.title for draft in drafts][1:] == ["Page", "Two", "Dam", "Line"]
    assert drafts[0].key == f"file:{path.resolve()}!notes/one.txt"
    assert drafts[-1].key.startswith(f"file:{path.resolve()}!more.zip!deep/list.jsonl#")
    assert [(item.source, item.reason) for item in items if isinstance(item, Skipped)] == [
        (f"{path}!empty.txt", "the file is empty"),
        (f"{path}!photo.jpg", "JPEG image is not a format Dateline reads"),
    ]
    assert [draft.key for draft in read_file(path) if isinstance(draft, Draft)] == [d.key for d in drafts]


def test_an_archive_is_known_by_its_bytes() -> None:
    reader = PackedReader()
    assert reader.accepts(packed(("a.txt", b"x")), "")
    assert reader.accepts(packed(("word/notes.txt", b"x")), ".zip")
    assert not reader.accepts(packed(("word/document.xml", b"x")), ".docx")
    assert not reader.accepts(b"PKwhatever", ".zip")
    assert told(packed()) == []


def linked(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return entry


def flagged(data: bytes, *, bit: int = 1) -> bytes:
    """The same archive with a flag set in the header and the directory of its first member."""
    changed = bytearray(data)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = changed.index(mark) + offset
        changed[place] |= bit
    return bytes(changed)


@pytest.mark.parametrize(
    "name",
    [
        "../x.txt",
        "a/../../x.txt",
        "/etc/x.txt",
        "..\\x.txt",
        "C:\\x.txt",
        "\\\\host\\x.txt",
        "a/..",
        "C:x.txt",
    ],
)
def test_names_that_lead_out_are_refused(name: str, tmp_path: Path) -> None:
    data = packed((zipfile.ZipInfo(name), FIRST.encode()), ("good.txt", SECOND.encode()))
    first, good = results(data)
    assert isinstance(first, Skipped)
    assert first.reason == "its name leads out of the archive"
    assert isinstance(good, Draft)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (packed((linked("a.txt"), b"/etc/passwd")), "it is a link, which is not followed"),
        (flagged(packed(("a.txt", FIRST.encode()))), "it is encrypted; unpack it with its password first"),
        (
            packed(("a.txt", FIRST.encode()), method=zipfile.ZIP_LZMA),
            "it is packed by a method Dateline does not read; pack it again as plain ZIP",
        ),
        (
            packed(("a.txt", b"a" * 15_000_000)),
            "it unpacks to more than 200 times its size, as attacks do",
        ),
        (
            packed(("a.txt", b"a" * 21_000_000), method=zipfile.ZIP_STORED),
            "it unpacks to more than 20 MB, the limit for a file",
        ),
    ],
    ids=["link", "encrypted", "lzma", "ratio", "size"],
)
def test_hostile_members_are_refused_by_name(data: bytes, reason: str) -> None:
    assert told(data) == [("a.zip!a.txt", reason)]


def test_a_member_that_lies_about_its_size_is_counted_as_it_comes() -> None:
    data = bytearray(packed(("a.txt", b"a" * 15_000_000)))
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<L", data, data.index(mark) + offset, 1000)
    assert told(bytes(data)) == [("a.zip!a.txt", "it is broken or cut off in the archive")]


def test_a_damaged_member_does_not_stop_the_others() -> None:
    data = bytearray(packed(("a.txt", FIRST.encode() * 20), ("b.txt", SECOND.encode())))
    data[50] ^= 0xFF
    first, second = results(bytes(data))
    assert first == Skipped("a.zip!a.txt", "it is broken or cut off in the archive")
    assert isinstance(second, Draft)


@pytest.mark.parametrize("cut", [10, 60, -30])
def test_a_broken_archive_is_told(cut: int) -> None:
    data = packed(("a.txt", FIRST.encode()), ("b.txt", FIRST.encode()))[:cut]
    reason = "it is not a ZIP archive that can be read; it may be broken or cut off"
    assert told(data) == [("a.zip", reason)]


def test_archives_are_opened_two_deep() -> None:
    data = packed(("a.txt", FIRST.encode()))
    for depth in range(3):
        data = packed((f"{depth}.zip", data))
    reason = "it is an archive more than 2 deep; unpack it first"
    assert told(data) == [("a.zip!2.zip!1.zip", reason)]


def test_an_archive_of_itself_ends() -> None:
    data = packed(("same.zip", packed(("same.zip", packed(("same.zip", b"PK\x03\x04"))))))
    assert len(told(data)) == 1


def test_two_files_of_one_name() -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = packed(("a.txt", FIRST.encode()), ("a.txt", SECOND.encode()))
    assert told(data) == [("a.zip!a.txt", "the archive holds another file of this name")]


def test_too_many_files(tmp_path: Path) -> None:
    data = packed(*((f"{number}.png", b"\x89PNG") for number in range(MOST_MEMBERS + 10)))
    reasons = told(data)
    assert len(reasons) == MOST_MEMBERS + 1
    assert reasons[-1] == ("a.zip", "it holds more than 20,000 files; the rest of it was left out")


def test_a_directory_without_end_is_not_taken_in() -> None:
    members = b"".join(
        struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
        for _ in range(120_000)
    )
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, len(members), 0, 0)
    assert told(b"PK\x03\x04" + members + end)[0][1].startswith("it lists more than 20,000 files")


def test_many_small_bombs_together_are_stopped() -> None:
    member = b"The dam. " * 100_000
    inner = packed(("b.png", member), ("c.png", member))
    data = packed(("a.png", member), ("x.zip", inner), ("d.png", member), ("e.png", member))
    items = PackedReader(largest=3_000_000).read(data, "a.zip")
    with pytest.raises(Unreadable, match="it unpacks to more than is read of one archive"):
        list(items)


def test_a_large_archive_is_read_from_the_disk(tmp_path: Path) -> None:
    path = tmp_path / "large.zip"
    filler = bytes(LARGEST_FILE // 2)
    path.write_bytes(
        packed(("a.bin", filler), ("b.bin", filler), ("c.txt", FIRST.encode()), method=zipfile.ZIP_STORED)
    )
    assert path.stat().st_size > LARGEST_FILE
    *_, draft = read_file(path)
    assert isinstance(draft, Draft)
    assert draft.text == FIRST


def test_mapped_fields_are_read_inside_archives() -> None:
    data = packed(("a.jsonl", json.dumps({"hed": "Dam", "meta": {"words": FIRST}}).encode()))
    (draft,) = read_bytes(data, "a.zip", built_in((("title", "hed"), ("text", "meta.words"))))
    assert isinstance(draft, Draft)
    assert (draft.title, draft.text) == ("Dam", FIRST)


def test_of_a_crawl_only_its_pages_are_articles() -> None:
    listed = json.dumps({"url": "https://v.example/dam", "title": "Dam", "text": FIRST}).encode()
    crawl = record(http(page("Dam")), "https://v.example/dam")
    made = results(
        packed(
            ("archive/data.warc", crawl),
            ("pages/pages.jsonl", listed),
            ("indexes/index.cdx", b"x"),
            ("datapackage.json", b"{}"),
        ),
        "a.wacz",
    )
    assert [type(item) for item in made] == [Draft]
