# ruff: noqa: E501 - whole files stand in these tests as they are written
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from index.readers import BUILT_IN, LARGEST_FILE, list_files, read_file, read_paths, readers
from index.readers.fields import Fields
from index.readers.text import text_draft
from index.records import Draft, Origin, Skipped, ZoneKind
from tests.fakes import panic

FIRST = "Engineers will close the old dam for repairs before the spring floods, the ministry said."
SECOND = "The work is expected to take eleven weeks and to employ sixty people from the valley."
ARTICLES = Path(__file__).parents[2] / "shared" / "data" / "articles"


def put(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def one(path: Path) -> Draft:
    (result,) = read_file(path)
    assert isinstance(result, Draft), result
    return result


def reasons(path: Path) -> list[tuple[str, str]]:
    results = [result for result in read_file(path) if isinstance(result, Skipped)]
    return [(Path(result.source).name, result.reason) for result in results]


def reason(path: Path) -> str:
    ((_, text),) = reasons(path)
    return text


PAGE = f"""<!DOCTYPE html><html lang="en-GB"><head><title>Dam to close | Valley Daily</title>
<meta property="og:site_name" content="Valley Daily"><meta property="og:title" content="Dam closes (og)">
<link rel="canonical" href="https://Valley.Example/news/dam#top">
<meta property="article:published_time" content="2021-06-03T10:00:00Z">
<script type="application/ld+json">{{"@graph": [{{"@type": "NewsArticle", "headline": "Dam to close for repairs",
"datePublished": "2021-06-02T08:00:00+03:00", "dateModified": "2021-06-05", "author": [{{"name": "Ann Lee"}}]}}]}}</script>
</head><body><nav><a href="/">Home</a> <a href="/world">World</a></nav><article><h1>Dam to close for repairs</h1>
<p>{FIRST} It is <a href="/more">ninety years</a> old.</p><figure><img src="a.jpg"><figcaption>The dam in winter</figcaption>
</figure><p>{SECOND}</p><h2>No danger</h2><p>Nobody needs to be afraid, said the woman who leads the works there.</p>
<p>The valley was last flooded in 1987, when four bridges fell and the railway was closed for a year.</p></article>
<div id="comments" class="comments"><h3>Comments</h3><p>I do not believe a single word of what these people say.</p></div>
<footer>Copyright 2021</footer></body></html>"""  # fmt: skip


def test_a_page_with_its_own_metadata(tmp_path: Path) -> None:
    draft = one(put(tmp_path, "page.html", PAGE))
    assert draft.key == "url:https://valley.example/news/dam"
    assert (draft.title, draft.outlet, draft.author) == (
        "Dam to close for repairs",
        "Valley Daily",
        "Ann Lee",
    )
    assert (draft.published, draft.updated, draft.language) == (date(2021, 6, 2), date(2021, 6, 5), "en")
    assert draft.origins["published"] is Origin.PAGE
    evidence = draft.evidence()
    assert f"{FIRST} It is ninety years old." in evidence
    assert SECOND in evidence
    assert "The dam in winter" in evidence
    assert not any(junk in evidence for junk in ("Home", "believe", "Copyright", "No danger", "<"))
    assert any(zone.kind is ZoneKind.COMMENT and "believe" in zone.of(draft.text) for zone in draft.zones)


def test_a_date_in_a_page_s_running_text_is_not_its_publication(tmp_path: Path) -> None:
    page = f"<html><body><p>{FIRST}</p><p>The last flood was on 4 May 2019, when a bridge fell.</p></body></html>"
    assert one(put(tmp_path, "page.html", page)).published is None


def test_content_goes_before_suffix(tmp_path: Path) -> None:
    assert one(put(tmp_path, "page.txt", PAGE)).outlet == "Valley Daily"
    assert one(put(tmp_path, "record.txt", json.dumps({"text": FIRST, "outlet": "VNA"}))).outlet == "VNA"
    assert one(put(tmp_path, "plain.html", FIRST)).text == FIRST
    assert one(put(tmp_path, "noted", f"---\ntitle: Dam\n---\n{FIRST}")).title == "Dam"


def test_a_text_file(tmp_path: Path) -> None:
    path = put(
        tmp_path,
        "valley.txt",
        f"Dam to close before floods\n2021-06-02\nValley News\n\n{FIRST}\n\n{SECOND} read more",
    )
    draft = one(path)
    assert draft.key == f"file:{path.resolve()}"
    assert (draft.title, draft.outlet, draft.published) == (
        "Dam to close before floods",
        "Valley News",
        date(2021, 6, 2),
    )
    assert draft.evidence() == f"{FIRST}\n\n{SECOND}"
    assert draft.origins["url"] is Origin.UNKNOWN


def test_markdown_with_front_matter(tmp_path: Path) -> None:
    source = f"""---
title: "Dam: closed"
date: 2021-06-02
tags: [dams]
authors: [Ann Lee, Bo Chen]
id: 7
source: VNA
---
# Another title

{FIRST.replace("old dam", "[old dam](https://valley.example/dam)")}

![The dam in *winter*](dam.jpg)

## No danger

- **Eleven** weeks of work,
- `sixty` people.
"""
    draft = one(put(tmp_path, "dam.md", source))
    assert (draft.key, draft.title, draft.author) == ("id:VNA:7", "Dam: closed", "Ann Lee, Bo Chen")
    assert (draft.published, draft.origins["published"]) == (date(2021, 6, 2), Origin.GIVEN)
    assert draft.evidence().split("\n\n") == [
        FIRST,
        "The dam in winter",
        "Eleven weeks of work,",
        "sixty people.",
    ]


def test_markdown_without_front_matter_takes_its_first_heading(tmp_path: Path) -> None:
    draft = one(put(tmp_path, "dam.md", f"# Dam closes\n\n{FIRST}\n"))
    assert (draft.title, draft.origins["title"], draft.evidence()) == ("Dam closes", Origin.TEXT, FIRST)


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (
            "---\ntitle: a: b: c\n---\nx",
            "its front matter is not YAML; put quotes around values that hold a colon",
        ),
        (
            "---\na: " + "[" * 5000 + "\n---\nx",
            "its front matter is too large or nested too deeply to be an article's",
        ),
        ("---\ntitle: Dam\ndraft: true\n---\nx", "its status is 'draft'; what is not published stays out"),
        ("---\ntitle: x\n---\n", "the text is empty"),
    ],
)
def test_markdown_that_cannot_be_read(tmp_path: Path, source: str, told: str) -> None:
    assert reason(put(tmp_path, "a.md", source)) == told


def test_json_under_the_names_people_use(tmp_path: Path) -> None:
    records = [
        {
            "id": "x",
            "headline": "Dam",
            "articleBody": FIRST,
            "publisher": {"name": "VNA"},
            "datePublished": "2021-06-02",
        },
        {
            "url": "HTTPS://V.Example/A#b",
            "title": "T",
            "body": f"<p>{FIRST}</p><p>{SECOND}</p>",
            "authors": ["Ann", "Bo"],
        },
        {"content": SECOND, "published_at": 1622600000, "lang": "en-US", "byline": None},
    ]
    path = put(tmp_path, "all.json", json.dumps({"articles": records}))
    first, second, third = (result for result in read_file(path) if isinstance(result, Draft))
    assert (first.key, first.outlet, first.title, first.published) == (
        "id:VNA:x",
        "VNA",
        "Dam",
        date(2021, 6, 2),
    )
    assert (second.key, second.author) == ("url:https://v.example/A", "Ann, Bo")
    assert second.evidence() == f"{FIRST}\n\n{SECOND}"
    assert (third.published, third.language, third.origins["language"]) == (
        date(2021, 6, 2),
        "en",
        Origin.GIVEN,
    )
    assert third.key.startswith(f"file:{path.resolve()}#")


def test_bad_lines_are_told_one_by_one_and_the_rest_goes_in(tmp_path: Path) -> None:
    lines = [
        json.dumps({"id": "x", "text": FIRST}), "", "nope", "[1]", '{"title": "x"}', '{"text": NaN}', '{"text": 3}',
        json.dumps({"id": "x", "text": SECOND}), "[" * 100_000, json.dumps({"text": SECOND}), json.dumps({"text": SECOND}),
    ]  # fmt: skip
    path = put(tmp_path, "file.jsonl", "\n".join(lines))
    assert reasons(path) == [
        ("file.jsonl:3", "it is not JSON: Expecting value at column 1"),
        ("file.jsonl:4", "it is a list; an article is a JSON object"),
        ("file.jsonl:5", "it has no text; put the article in a field named text"),
        ("file.jsonl:6", "NaN is not JSON; leave the field out or write null"),
        ("file.jsonl:7", "text is a number; it must be a string"),
        ("file.jsonl:8", "id 'x' was already used on line 1"),
        ("file.jsonl:9", "it is nested too deeply to be an article"),
        ("file.jsonl:11", "the same article stands on line 10"),
    ]
    assert [draft.text for draft in read_file(path) if isinstance(draft, Draft)] == [FIRST, SECOND]


class Panicking:
    """A reader whose library panics after its first article."""

    name = "panicking"
    suffixes: tuple[str, ...] = (".rust",)

    def accepts(self, data: bytes, suffix: str) -> bool:
        return suffix == ".rust"

    def read(self, data: bytes, source: str) -> Iterator[Draft | Skipped]:
        yield text_draft(f"{FIRST} {SECOND}", Fields({}).known(), source, source)
        panic()


def test_a_library_that_panics_costs_one_line(tmp_path: Path) -> None:
    first, last = read_file(put(tmp_path, "a.rust", FIRST), [Panicking()])
    assert isinstance(first, Draft)
    assert isinstance(last, Skipped)
    assert last.reason == "the library that reads it failed; the file may be broken"


def test_lone_surrogates_do_no_harm(tmp_path: Path) -> None:
    draft = one(
        put(tmp_path, "a.json", '{"title": "\\ud800", "id": "\\udfff", "text": "It ended \\udc00 there."}')
    )
    assert draft.text.startswith("It ended ")
    assert f"{draft.key}{draft.title}{draft.text}".encode().isascii() is False


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32", "cp1256"])
def test_arabic_in_many_encodings(tmp_path: Path, encoding: str) -> None:
    text = "قال الوزير يوم الاثنين إن السد قرب المدينة سيغلق للصيانة. وقال إن العمل سيبدأ غدا في الصباح."
    draft = one(put(tmp_path, "a.txt", text.encode(encoding)))
    assert (draft.text, draft.language) == (text, "ar")


def test_a_legacy_western_dump_and_a_declared_charset(tmp_path: Path) -> None:
    text = "Le ministre a déclaré lundi que le barrage près de la ville serait réparé très bientôt."
    assert one(put(tmp_path, "a.txt", text.encode("cp1252"))).text == text
    czech = "Ministr řekl, že přehrada bude příští týden zavřena a že práce začnou v pondělí."
    assert one(put(tmp_path, "b.txt", czech.encode("cp1250"))).text == czech
    page = f'<html><head><meta charset="iso-8859-2"></head><body><p>{"Přehrada bude zavřena příští týden. " * 5}</p></body></html>'
    assert "Přehrada" in one(put(tmp_path, "a.html", page.encode("iso-8859-2"))).text


def test_one_broken_byte_does_not_change_the_encoding(tmp_path: Path) -> None:
    data = "L’été à Liège ".encode() + b"\x93fin.\x94" + "…".encode()[:2]
    assert one(put(tmp_path, "a.txt", data)).text == "L’été à Liège “fin.”\ufffd"


def test_turkish_is_told_from_the_western_encodings_that_look_alike(tmp_path: Path) -> None:
    text = (
        "Köprünün açılışı yağmur yüzünden iki hafta sonraya bırakıldı, bakanlık dün bir açıklamayla duyurdu."
    )
    draft = one(put(tmp_path, "a.txt", text.encode("cp1254")))
    assert (draft.text, draft.language) == (text, "tr")


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("a.txt", b"", "the file is empty"),
        ("b.txt", b" \n\n", "the file is empty"),
        ("c.txt", "\u200b\ufeff".encode(), "the text is empty"),
        ("d.txt", b"\x89PNG\r\n\x1a\n" + bytes(50), "PNG image is not a format Dateline reads"),
        ("e.xlsx", b"PK\x03\x04" + bytes(20) + b"xl/workbook.xml", "Excel workbook is not a format Dateline reads"),
        ("f.txt", bytes(range(128, 256)) * 40, "its bytes are in no encoding Dateline knows; save it as UTF-8"),
        ("g.json", b"[]", "the list holds no article"),
        ("h.json", b'{"text": 1e999999}', "text is a number; it must be a string"),
        ("i.json", b'{"id": ' + b"9" * 5000 + b"}", "it holds a number too long to read"),
    ],
)  # fmt: skip
def test_files_that_cannot_be_articles(tmp_path: Path, name: str, data: bytes, told: str) -> None:
    assert reason(put(tmp_path, name, data)) == told


def test_unknown_formats_are_named(tmp_path: Path) -> None:
    assert reason(put(tmp_path, "a.xyz", "a,b\n1,2")).startswith(".xyz is not a format Dateline reads (")
    assert reason(put(tmp_path, "a.bin", bytes(100))).startswith(
        "it is a binary file, not text; Dateline reads "
    )


def test_large_files_are_refused_unread_unless_they_have_lines(tmp_path: Path) -> None:
    big = tmp_path / "big.txt"
    with big.open("wb") as file:
        file.truncate(LARGEST_FILE + 500_000)
    assert reason(big) == "it is 20.5 MB; the limit is 20 MB a file"
    lines = tmp_path / "big.jsonl"
    with lines.open("wb") as file:
        file.write(json.dumps({"id": 1, "text": FIRST}).encode() + b"\n" + b"x" * (LARGEST_FILE + 9) + b"\n")
        file.write(json.dumps({"id": 1, "text": FIRST}).encode())
    assert reasons(lines) == [
        ("big.jsonl:2", "the line is longer than 20 MB"),
        ("big.jsonl:3", "id '1' was already used on line 1"),
    ]


def test_missing_and_unreadable_paths(tmp_path: Path) -> None:
    assert reason(tmp_path / "none.txt") == "there is no such file"
    assert reason(tmp_path / "bad\0name.txt") == "no file can have this name"
    assert reason(tmp_path) == "it is not a file"
    if os.geteuid() != 0:  # root may read everything
        locked = put(tmp_path, "locked.txt", FIRST)
        locked.chmod(0)
        assert reason(locked) == "it may not be read; check its permissions"


def test_listing_is_sorted_and_skips_what_is_hidden_or_leads_out(tmp_path: Path) -> None:
    folder = tmp_path / "news"
    (folder / ".git").mkdir(parents=True)
    (folder / "b").mkdir()
    outside = put(tmp_path, "outside.txt", FIRST)
    wanted = [put(folder, "a.txt", FIRST), put(folder, "c.txt", SECOND), put(folder / "b", "d.txt", FIRST)]
    put(folder, ".hidden.txt", FIRST)
    put(folder / ".git", "config.txt", FIRST)
    (folder / "link.txt").symlink_to(outside)
    (folder / "loop").symlink_to(folder)
    assert list_files([folder, folder]) == wanted
    assert list_files([outside, tmp_path / "none"]) == [outside, tmp_path / "none"]
    assert [type(result) for result in read_paths([folder])] == [Draft] * 3


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("divs.html", "<html><body>" + "<div>" * 50_000 + FIRST),
        (
            "attributes.html",
            "<html><body><p " + " ".join(f"a{n}=1" for n in range(300_000)) + f">{FIRST}</p>",
        ),
        ("tags.html", "<html><body>" + "<b>x" * 250_000),
        ("comment.html", "<!--" * 50_000),
        ("ld.html", f'<html><script type="application/ld+json">{"[" * 50_000}</script><body><p>{FIRST}</p>'),
        ("deep.json", '{"a":' * 100_000),
        ("quote.md", ">" * 20_000 + FIRST),
        ("junk.txt", ". read more" * 100_000 + "x"),
        ("brackets.txt", "Photo " + "(" * 50_000 + "photo " * 10_000),
        ("escapes.txt", f"\x1b]0;x\x07\x1b[31m{FIRST}\0\u202e\U000e0041"),
        ("field.json", json.dumps({"text": "<a " * 200_000})),
    ],
)
def test_hostile_files_are_read_or_told(tmp_path: Path, name: str, data: str) -> None:
    (result,) = read_file(put(tmp_path, name, data))
    text = result.reason if isinstance(result, Skipped) else result.text
    assert text
    assert not set(text) & set("\x00\x1b\u202e\U000e0041")


def test_readers_are_asked_in_order_and_text_is_last() -> None:
    assert readers()[-len(BUILT_IN) :] == BUILT_IN
    names = "documents zip pdf warc compressed mail wordpress alto feed html json table markdown text"
    assert " ".join(reader.name for reader in BUILT_IN) == names


NEWSML = """
from index.readers.drafting import Known, found
from index.readers.text import text_draft
from index.records import Origin

class NewsmlReader:
    name = "newsml"
    suffixes = (".newsml",)

    def accepts(self, data, suffix):
        return data.startswith(b"<newsItem")

    def read(self, data, source):
        words = data.decode().partition(">")[2].partition("<")[0]
        yield text_draft(words, found(Known(title="Dam"), Origin.GIVEN), source)
"""


def test_a_reader_that_another_package_registers_is_asked_first(tmp_path: Path) -> None:
    put(tmp_path, "newsml_reader.py", NEWSML)
    about = tmp_path / "newsml_reader-1.0.dist-info"
    about.mkdir()
    put(about, "METADATA", "Metadata-Version: 2.1\nName: newsml-reader\nVersion: 1.0\n")
    put(about, "entry_points.txt", "[dateline.readers]\nnewsml = newsml_reader:NewsmlReader\n")
    story = put(tmp_path, "story.txt", f"<newsItem>{FIRST}</newsItem>")
    code = "import sys; from index.readers import *; d, = read_file(Path(sys.argv[1])); print(d.title, d.text, sep='|')"
    root = Path(__file__).parents[1]
    paths = {"PYTHONPATH": os.pathsep.join((str(tmp_path), str(root)))}
    done = subprocess.run(
        [sys.executable, "-c", code, story],
        env=os.environ | paths,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == f"Dam|{FIRST}"


def test_importing_loads_nothing_heavy() -> None:
    heavy = "{'trafilatura', 'lxml', 'yaml', 'frontmatter', 'markdown_it', 'py3langid', 'numpy', 'charset_normalizer'}"
    code = f"import sys, index.readers; print(sorted({heavy} & set(sys.modules)))"
    root = Path(__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


EXPECTED = {
    "diyaruna": ("Diyaruna", "Khalid al-Taie", date(2019, 2, 6), 17),
    "esta": ("ESTA", None, None, 12),
    "pukmedia": ("PUKmedia", None, date(2021, 12, 4), 12),
    "rudaw": ("Rudaw", None, date(2024, 7, 14), 12),
    "zhyan": ("Zhyan News Network", None, date(2021, 6, 2), 15),
}
JUNK = ("read more", "see more", "Most read", "Pocket", "A+", "Zhyan", "2021-06-02", "05:49", "14-07-2024",
        "By Khalid", "Shared enemy", "Comment", "integrity of any element", "Reply", "Required", "tolerate")  # fmt: skip


@pytest.mark.skipif(not ARTICLES.is_dir(), reason="the sample articles are not beside this checkout")
@pytest.mark.parametrize("name", EXPECTED)
def test_the_sample_articles_come_out_clean(name: str) -> None:
    draft = one(ARTICLES / f"{name}.txt")
    outlet, author, published, paragraphs = EXPECTED[name]
    assert (draft.outlet, draft.author, draft.published, draft.language) == (outlet, author, published, "en")
    assert draft.origins["outlet"] is Origin.TEXT
    assert (draft.title is None) is (name == "esta")
    evidence = draft.evidence()
    assert [junk for junk in JUNK if junk in evidence] == []
    assert len(evidence.split("\n\n")) == paragraphs


@pytest.mark.parametrize("charset", ["undefined", "nonsense", "idna", "hex"])
def test_a_charset_that_is_none_does_no_harm(tmp_path: Path, charset: str) -> None:
    body = f'<html><head><meta charset="{charset}"><title>Bridge</title></head><body><article><p>'
    page = body.encode() + "The café by the bridge opened on Friday, the mayor said. ".encode("cp1252") * 3
    (result,) = read_file(put(tmp_path, "page.html", page))
    assert isinstance(result, Draft)
    assert "bridge opened on Friday" in result.evidence()


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("a.pdf", b"Dam to close", "it is named .pdf and holds something else"),
        ("a.xml", b"<?xml version='1.0'?><mets/>", "it is neither a feed, a WordPress export nor ALTO"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_told_so(
    tmp_path: Path, name: str, data: bytes, told: str
) -> None:
    assert reason(put(tmp_path, name, data)).startswith(told)


class Faulty:
    name = "faulty"
    suffixes: tuple[str, ...] = (".txt",)

    def accepts(self, data: bytes, suffix: str) -> bool:
        return True

    def read(self, data: bytes, source: str) -> Iterator[Draft | Skipped]:
        raise ValueError("a fault")


def test_a_fault_of_a_reader_is_not_told_as_one_of_the_file_s_name(tmp_path: Path) -> None:
    path = put(tmp_path, "a.txt", FIRST.encode())
    assert list(read_file(path, (Faulty(),))) == [
        Skipped(str(path), "what reads it failed; the file may be broken")
    ]
