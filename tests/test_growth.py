# ruff: noqa: E501 - a row of a table is easier to check unbroken
"""What strangers' files cost: four times the input never takes much more than four times the work.

And what is cut off or damaged is read or told, and never breaks a reader.
"""

import gzip
import json
import random
import runpy
import time
from collections.abc import Callable

import pytest

from index.readers import read_bytes, readers
from index.readers.confined import PARSERS
from index.readers.decoding import suffix_of
from index.readers.pdf_columns import Line, in_columns, joined
from index.records import Draft, Skipped
from tests.test_documents import chapter, opened, packed, paragraph, word
from tests.test_exports import FACTIVA, FACTIVA_CODES, NEXIS_UNI, OLD_NEXIS, PROQUEST
from tests.test_feed import rss
from tests.test_mail import NEWSLETTER, letter
from tests.test_pdf import WORDS, column, pdf
from tests.test_stories import article, site
from tests.test_tables import WXR, post
from tests.test_warc import http, record
from tests.websites import FIRST, SECOND, page

Make = Callable[[int], bytes]
MOST = 2.5 * 2.5  # times the work at four times the input
TRIES = 4  # a machine that is busy may lengthen one run; growth lengthens all

READ: dict[str, tuple[str, int, Make]] = {
    "Nexis": ("a.txt", 6, lambda n: (OLD_NEXIS * n).encode()),
    "Nexis Uni": ("a.txt", 6, lambda n: (NEXIS_UNI * n).encode()),
    "Factiva codes": ("a.txt", 6, lambda n: (FACTIVA_CODES * n).encode()),
    "Factiva": ("a.txt", 6, lambda n: (FACTIVA * n).encode()),
    "ProQuest": ("a.txt", 6, lambda n: (PROQUEST * n).encode()),
    "labels without end": ("a.txt", 100, lambda n: ("Subject: x\nLength: 3\nBody\n" * n).encode()),
    "separators": ("a.txt", 300, lambda n: ("End of Document\n" * n).encode()),
    "live blog": ("a.txt", 10, lambda n: "".join(f"{h:02}:{m:02}\n{FIRST}\n" for h in range(6) for m in range(n // 5)).encode()),
    "linked letter": ("a.txt", 10, lambda n: (f"DAM\n{FIRST}\nhttps://v.example/1\n\n" * n).encode()),
    "articles of a page": ("a.html", 6, lambda n: site(*(article(f"Dam {i}", FIRST, SECOND) for i in range(n))).encode()),
    "nested articles": ("a.html", 50, lambda n: (site("<article>" * n) + f"<h2>a</h2><p>{FIRST}</p>").encode()),
    "pasted articles": ("a.txt", 10, lambda n: (f"Dam to close today\n2 June 2021\n\n{FIRST}\n\n" * n).encode()),
    "sections of a letter": ("a.txt", 10, lambda n: ("Valley\n\n" + f"DAM\n{FIRST}\n\n" * n + "Unsubscribe").encode()),
    "captions": ("a.srt", 60, lambda n: "".join(f"{i}\n00:{i // 60:02}:{i % 60:02},000 --> 00:{i // 60:02}:{i % 60:02},900\nVALE: {FIRST}\n\n" for i in range(n)).encode()),
    "captions without an end": ("a.vtt", 500, lambda n: b"WEBVTT\n\n" + b"00:01.000 --> 00:02.000\n>> the dam\n\n" * n),
    "page of print": ("a.xml", 30, lambda n: ("<alto><Page>" + f"<TextBlock><String CONTENT='{FIRST}'/></TextBlock>" * n + "</Page></alto>").encode()),
    "page of a live blog": ("a.html", 10, lambda n: site(*(f"<div><time datetime='2021-06-02T{i // 60:02}:{i % 60:02}'>x</time><p>{FIRST} {i}</p></div>" for i in range(n))).encode()),
    "times in times": ("a.html", 40, lambda n: (site("<div><time datetime='2021-06-02T10:00'></time>" * n) + f"<p>{FIRST}</p>").encode()),
    "heads of pages": ("a.txt", 20, lambda n: "".join(f"THE VALLEY DAILY {i}\n2 June 2021\n\n{FIRST}\n\n" for i in range(n)).encode()),
    "references": ("a.ris", 10, lambda n: f"TY  - NEWS\nAB  - {FIRST}\nID  - {{}}\nER  - \n".encode() * n),
    "a reference without an end": ("a.ris", 1000, lambda n: f"TY  - NEWS\nAB  - {FIRST}\n".encode() + b"words\n" * n),
    "table": ("a.csv", 12, lambda n: ("title,text,date\n" + f"Dam,{FIRST},2021-06-02\n" * n).encode()),
    "quotes in a table": ("a.csv", 5000, lambda n: ("title,text\n" + '"a""' * n).encode()),
    "objects": ("a.json", 12, lambda n: json.dumps([{"text": FIRST, "url": f"https://v.example/{i}"} for i in range(n)]).encode()),
    "fields": ("a.json", 1000, lambda n: json.dumps({"text": FIRST, **{f"field_{i}": i for i in range(n)}}).encode()),
    "WordPress": ("a.xml", 10, lambda n: WXR.format("".join(post(i, f"{FIRST}[x]") for i in range(n))).encode()),
    "short codes": ("a.xml", 500, lambda n: WXR.format(post(1, FIRST + "[caption x=1]" * n + "[/a]" * 50)).encode()),
    "newsletter": ("a.eml", 8, lambda n: letter(html=NEWSLETTER.replace("</body>", "<h2><a href='https://v.example/x'>Tram</a></h2><p>It had been shut for a year.</p>" * n)).as_bytes()),
    "headers": ("a.eml", 500, lambda n: b"From: a\nDate: b\nSubject: " + b"=?utf-8?q?a?= " * n + b"\nTo: x\n\n" + FIRST.encode()),
    "mailbox": ("a.mbox", 10, lambda n: (b"From x@y Wed Jun  2 08:00:00 2021\n" + letter(FIRST).as_bytes() + b"\n") * n),
    "feed": ("a.rss", 10, lambda n: rss(*(f"https://v.example/{i}" for i in range(n))).encode()),
    "crawl": ("a.warc", 6, lambda n: b"".join(record(http(page("Dam")), f"https://v.example/{i}") for i in range(n))),
    "page": ("a.html", 12, lambda n: site("<h1>Dam</h1>" + f"<p>{FIRST}</p>" * n).encode()),
    "Markdown": ("a.md", 12, lambda n: (f"# Dam\n\n{FIRST}\n\n" * n).encode()),
    "ZIP": ("a.zip", 6, lambda n: packed(*((f"{i}.txt", FIRST) for i in range(n)))),
    "gzip": ("a.txt.gz", 12, lambda n: gzip.compress((f"{FIRST}\n\n" * n).encode())),
    "columns": ("a.txt", 20, lambda n: (f"{FIRST[:40]:44}{SECOND[:40]}\n" * n).encode()),
    "quotes drawn to be seen": ("a.txt", 30, lambda n: (f"“{FIRST[:50]}”\n\n" * n + FIRST).encode()),
    "short codes that never end": ("a.xml", 500, lambda n: WXR.format(post(1, FIRST + "[a b=" * n)).encode()),
}  # fmt: skip
PARSED: dict[str, tuple[str, int, Make]] = {
    "PDF": ("pdf", 20, lambda n: pdf(*([column([*WORDS] * 5, 700)] * n))),
    "gaps of PDF": ("pdf", 100, lambda n: pdf([(9 * i % 500, 800 - i // 50, "a ") for i in range(n)])),
    "Word": ("documents", 500, lambda n: word(paragraph(FIRST) * n)),
    "boxes in boxes": ("documents", 300, lambda n: word("<w:p>" * n + "x" + "</w:p>" * n)),
    "OpenDocument": ("documents", 500, lambda n: opened(f"<text:p>{FIRST}<text:s/></text:p>" * n)),
    "EPUB": ("documents", 100, lambda n: packed(*((f"{i}.xhtml", chapter("a", FIRST)) for i in range(n)))),
    "RTF": ("rtf", 300, lambda n: rb"{\rtf1 " + (FIRST + r"\par{\b a}\'e9 ").encode() * n + b"}"),
    "groups of RTF": ("rtf", 3000, lambda n: rb"{\rtf1 " + b"{\\f0" * n),
    "pictures of RTF": ("rtf", 1000, lambda n: rb"{\rtf1 " + b"{\\pict " * n),
    "fonts of RTF": ("rtf", 1000, lambda n: rb"{\rtf1{\fonttbl" + b"{\\f0\\fcharset0 x;}" * n),
    "links of RTF": ("rtf", 500, lambda n: rb"{\rtf1 " + b'{\\field{\\*\\fldinst HYPERLINK "x"' * n),
}  # fmt: skip


def work(run: Callable[[bytes], object], data: bytes) -> float:
    began = time.process_time()
    run(data)
    return time.process_time() - began


def growth(run: Callable[[bytes], object], make: Make, size: int) -> float:
    once, four = make(size), make(4 * size)
    run(once)  # loads what it needs
    return min(work(run, four) for _ in range(2)) / max(min(work(run, once) for _ in range(3)), 0.002)


@pytest.mark.parametrize("name", READ)
def test_four_times_the_file_is_not_much_more_than_four_times_the_work(name: str) -> None:
    source, size, make = READ[name]
    assert any(growth(lambda data: list(read_bytes(data, source)), make, size) < MOST for _ in range(TRIES))


@pytest.mark.parametrize("name", PARSED)
def test_nor_is_it_in_the_parsers(name: str) -> None:
    parser, size, make = PARSED[name]
    parse = runpy.run_path(str(PARSERS / f"{parser}.py"))["parse"]
    assert any(growth(parse, make, size) < MOST for _ in range(TRIES))


def test_nor_is_it_in_columns_beside_each_other() -> None:
    def run(data: bytes) -> list[Line]:
        row = [Line(FIRST, 600 * n, 0, 600 * n + 500, 9) for n in range(len(data))]
        return list(in_columns([joined(row)] * 8))

    assert any(growth(run, bytes, 400) < MOST for _ in range(TRIES))


def test_every_reader_stands_in_the_tables() -> None:
    tried = {
        next(r.name for r in readers() if r.accepts(make(5), suffix_of(source)))
        for source, _, make in READ.values()
    }
    assert {reader.name for reader in readers()} == tried | {"pdf", "documents"}


def damaged(data: bytes) -> list[bytes]:
    """The bytes cut off at three places, and with a few of them changed, the same ones every time."""
    chance = random.Random(len(data))
    cut = [data[: chance.randrange(1, len(data))] for _ in range(3)]
    changed = []
    for _ in range(5):
        other = bytearray(data)
        for place in chance.sample(range(len(other)), min(len(other), 8)):
            other[place] ^= 1 << chance.randrange(8)
        changed.append(bytes(other))
    return [*cut, *changed]


@pytest.mark.parametrize("name", READ)
def test_what_is_damaged_is_read_or_told(name: str) -> None:
    source, _, make = READ[name]
    for data in damaged(make(5)[:20_000]):
        for item in read_bytes(data, source):
            assert isinstance(item, Draft) or (isinstance(item, Skipped) and item.reason)


@pytest.mark.parametrize("name", PARSED)
def test_parsers_answer_what_is_damaged(name: str) -> None:
    parser, _, make = PARSED[name]
    parse = runpy.run_path(str(PARSERS / f"{parser}.py"))["parse"]
    for data in damaged(make(5)):
        assert {"error", "blocks", "chapters", "text", "pages"} & parse(data).keys()
