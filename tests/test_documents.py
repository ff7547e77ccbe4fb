# ruff: noqa: E501, E741 - whole files stand in these tests as they are written
"""Word, OpenDocument, RTF and EPUB, as small files made here."""

import zipfile
from datetime import date
from io import BytesIO

import pytest

from index.errors import Unreadable
from index.readers import read_bytes
from index.readers.confined import PARSERS, Confined
from index.records import Draft, Skipped, ZoneKind
from tests.test_exports import NEXIS_UNI

FIRST = "Engineers will close the old dam for repairs before the spring floods, the ministry said."
SECOND = "The work is expected to take eleven weeks and to employ sixty people from the valley."
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
O = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
)


def packed(*members: tuple[str, str]) -> bytes:
    data = BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return data.getvalue()


def word(*paragraphs: str) -> bytes:
    styles = (
        f'<w:styles {W}><w:style w:styleId="berschrift1"><w:name w:val="heading 1"/></w:style></w:styles>'
    )
    body = f"<w:document {W}><w:body>{''.join(paragraphs)}</w:body></w:document>"
    return packed(
        ("[Content_Types].xml", "<Types/>"), ("word/styles.xml", styles), ("word/document.xml", body)
    )


def paragraph(words: str, style: str = "") -> str:
    style = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{style}<w:r><w:t>{words}</w:t></w:r></w:p>"


def opened(*paragraphs: str) -> bytes:
    body = f"<office:document-content {O}><office:body><office:text>{''.join(paragraphs)}</office:text></office:body></office:document-content>"
    return packed(("mimetype", "application/vnd.oasis.opendocument.text"), ("content.xml", body))


def one(data: bytes, name: str) -> Draft:
    (item,) = read_bytes(data, name)
    assert isinstance(item, Draft), item
    return item


TABLE = "<w:tbl><w:tr><w:tc>{}</w:tc><w:tc>{}</w:tc></w:tr></w:tbl>"


def test_a_word_document() -> None:
    halves = FIRST[:20], FIRST[20:]
    draft = one(
        word(
            paragraph("Dam to close before floods", "berschrift1"),
            paragraph("2021-06-02"),
            paragraph("Valley News"),
            f"<w:p><w:r><w:t>{halves[0]}</w:t></w:r><w:del><w:r><w:delText>never</w:delText></w:r></w:del>"
            f"<w:r><w:instrText>HYPERLINK x</w:instrText></w:r><w:hyperlink><w:r><w:t>{halves[1]}</w:t></w:r></w:hyperlink></w:p>",
            paragraph("No danger", "berschrift1"),
            TABLE.format(paragraph("Weeks"), paragraph("eleven")),
            paragraph(SECOND),
        ),
        "dam.docx",
    )
    assert (draft.title, draft.outlet, draft.published) == (
        "Dam to close before floods",
        "Valley News",
        date(2021, 6, 2),
    )
    assert FIRST in draft.evidence()
    assert SECOND in draft.evidence()
    assert "Weeks eleven" in draft.text
    assert "never" not in draft.text
    assert "HYPERLINK" not in draft.text
    assert "No danger" in [zone.of(draft.text) for zone in draft.zones if zone.kind is ZoneKind.NAVIGATION]


def test_an_opendocument_text() -> None:
    words = FIRST.replace(" dam", "<text:s/><text:span>dam</text:span><text:note>a note</text:note>").replace(
        "the m", "<text:tab/>the m"
    )
    draft = one(
        opened(
            "<text:h>Dam to close before floods</text:h>",
            f"<text:p>{words}</text:p>",
            f"<table:table><table:table-row><table:table-cell><text:p>Weeks</text:p></table:table-cell></table:table-row></table:table><text:p>{SECOND}</text:p>",
        ),
        "dam.odt",
    )
    assert draft.title == "Dam to close before floods"
    assert "close the old dam for repairs" in draft.evidence()
    assert SECOND in draft.evidence()
    assert "a note" not in draft.text


def test_rich_text() -> None:
    words = r"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Times;}}\f0 Dam to close\par 2 June 2021\par\par "
    draft = one((words + FIRST.replace("old", r"\b old\b0 ") + r"\par caf\'e9 \u1587?}").encode(), "dam.rtf")
    assert (draft.title, draft.published) == ("Dam to close", date(2021, 6, 2))
    assert FIRST in draft.evidence()
    assert "café س" in draft.text


def test_an_export_in_a_document_is_its_articles() -> None:
    lines = NEXIS_UNI.splitlines()
    rtf = r"{\rtf1\ansi " + "".join(rf"{line}\par " for line in lines).replace("©", r"\'a9") + "}"
    docx = word(*(paragraph(line.replace("&", "&amp;")) for line in lines))
    expected = [
        ("Ferry to stop at noon", "The Quay Post", date(2023, 2, 5)),
        ("Tram line reopens in the old town", "Tideline", date(2021, 8, 9)),
    ]
    for data, name in ((rtf.encode("cp1252"), "a.rtf"), (docx, "a.docx")):
        drafts = [item for item in read_bytes(data, name) if isinstance(item, Draft)]
        assert [(draft.title, draft.outlet, draft.published) for draft in drafts] == expected


PACKAGE = """<package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:title>Valley Weekly, no. 9</dc:title><dc:publisher>Valley Weekly</dc:publisher><dc:date>2021-06-02</dc:date></metadata>
<manifest><item id="b" href="two.xhtml"/><item id="a" href="one%20a.xhtml"/><item id="n" href="nav.xhtml" properties="nav"/></manifest>
<spine><itemref idref="n"/><itemref idref="a"/><itemref idref="b"/></spine></package>"""


def chapter(title: str, words: str) -> str:
    return f"<html><head><title>{title}</title></head><body><h1>{title}</h1><p>{words}</p><p>{SECOND}</p></body></html>"


def test_a_book_is_its_pages_under_the_name_of_its_house() -> None:
    book = packed(
        ("mimetype", "application/epub+zip"),
        (
            "META-INF/container.xml",
            '<container><rootfiles><rootfile full-path="in/book.opf"/></rootfiles></container>',
        ),
        ("in/book.opf", PACKAGE),
        ("in/nav.xhtml", chapter("Contents", FIRST)),
        ("in/two.xhtml", chapter("Tram line reopens", FIRST)),
        ("in/one a.xhtml", chapter("Dam to close", FIRST)),
    )
    drafts = [item for item in read_bytes(book, "issue.epub") if isinstance(item, Draft)]
    assert [draft.title for draft in drafts] == ["Dam to close", "Tram line reopens"]
    assert {(draft.outlet, draft.published) for draft in drafts} == {("Valley Weekly", date(2021, 6, 2))}
    assert drafts[0].key.endswith("issue.epub!in/one a.xhtml")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("cut.docx", word(paragraph(FIRST))[:300]),
        ("none.docx", packed(("a.xml", "<a/>"))),
        ("empty.odt", packed(("mimetype", "x"), ("content.xml", ""))),
        ("cut.rtf", b"{\\rtf1{\\fonttbl{\\f0\\fcharset0 x;}}"),
        (
            "bomb.docx",
            packed(("word/document.xml", f"<!DOCTYPE a [<!ENTITY a '{FIRST * 50}'>]><a>&a;&a;</a>")),
        ),
        ("deep.odt", packed(("content.xml", f"<a {O}>" + "<text:p>" * 20_000))),
    ],
)
def test_what_cannot_be_read_is_told(name: str, data: bytes) -> None:
    for item in read_bytes(data, name):
        assert isinstance(item, Skipped)
        assert item.reason


def test_a_parser_that_is_not_installed_is_named(tmp_path_factory: pytest.TempPathFactory) -> None:
    parser = tmp_path_factory.mktemp("parser") / "absent.py"
    parser.write_text("import no_such_package_anywhere\n")
    with pytest.raises(Unreadable, match="NewsML needs the package newsml; pip install newsml"):
        Confined(parser, "NewsML", "newsml").parse(b"x")
    assert (PARSERS / "pdf.py").is_file()
