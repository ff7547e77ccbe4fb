"""Files packed one by one, and tar archives, as bytes made here."""

import bz2
import gzip
import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from index.readers import LARGEST_FILE, read_bytes, read_file
from index.records import Draft, Skipped
from tests.websites import FIRST, SECOND, page


def tar(*members: tuple[str, bytes], form: int = tarfile.PAX_FORMAT) -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w", format=form) as archive:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return data.getvalue()


@pytest.mark.parametrize(
    ("pack", "suffix"), [(gzip.compress, ".gz"), (bz2.compress, ".bz2"), (zstandard.compress, ".zst")]
)
def test_a_packed_file_is_read_as_what_it_holds(pack: Callable[[bytes], bytes], suffix: str) -> None:
    lines = "\n".join(json.dumps({"text": text}) for text in (FIRST, SECOND))
    drafts = list(read_bytes(pack(lines.encode()), f"/a/all.jsonl{suffix}"))
    assert [draft.text for draft in drafts if isinstance(draft, Draft)] == [FIRST, SECOND]
    (draft,) = read_bytes(pack(page("Dam")), f"/a/page.html{suffix}")
    assert isinstance(draft, Draft)
    assert (draft.title, draft.key) == ("Dam", "file:/a/page.html")
    *_, told = read_bytes(pack(lines.encode())[:-12], f"/a/all.jsonl{suffix}")
    assert isinstance(told, Skipped)


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_the_files_of_a_tar_archive(form: int, pack: Callable[[bytes], bytes]) -> None:
    long = "deep/" * 20 + "one.txt"
    archive = tar(
        (long, FIRST.encode()),
        ("a/.hidden", b"x"),
        ("page.html", page("Dam")),
        ("../out.txt", b"x"),
        form=form,
    )
    one, two, told = read_bytes(pack(archive), "news.tar.gz")
    assert isinstance(one, Draft)
    assert isinstance(two, Draft)
    assert (one.text, one.key.endswith(long), two.title) == (FIRST, True, "Dam")
    assert isinstance(told, Skipped)
    assert told.reason == "its name leads out of the archive"
    *_, told = read_bytes(archive[: archive.index(FIRST.encode()) + 10], "news.tar")
    assert isinstance(told, Skipped)
    assert "cut off" in told.reason


def test_what_unpacks_to_more_than_a_file_is_read_only_line_by_line(tmp_path: Path) -> None:
    line = json.dumps({"text": FIRST, "filler": "x" * 1_000_000}).encode() + b"\n"
    for name, found in (("large.jsonl.gz", LARGEST_FILE // 1_000_000 + 1), ("large.txt.gz", 0)):
        path = tmp_path / name
        path.write_bytes(gzip.compress(line * (LARGEST_FILE // 1_000_000 + 1), 1))
        items = list(read_file(path))
        assert (
            sum("line" in getattr(item, "reason", "") or isinstance(item, Draft) for item in items) == found
        )
    assert [item.reason for item in items if isinstance(item, Skipped)] == [
        "it unpacks to more than 20 MB, the limit for a file"
    ]


def test_a_bomb_within_a_packed_file_is_stopped() -> None:
    bomb = gzip.compress(gzip.compress(bytes(300_000_000), 9), 9)
    (told,) = read_bytes(bomb, "bomb.txt.gz.gz")
    assert isinstance(told, Skipped)
