# ruff: noqa: E501 - a row of a table is easier to check unbroken
"""PDF files, kind and hostile, as bytes made here."""

import shutil
import zlib
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pypdfium2
import pytest

from index.errors import Unreadable
from index.readers import read_bytes, read_file
from index.readers.pdf import PdfReader
from index.records import Draft, Origin, Skipped, ZoneKind

Line = tuple[float, float, str] | tuple[float, float, str, float]  # left, up, words, size

WORDS = (
    "Engineers will close the old dam for repairs before the spring floods, the ministry said on",
    "Monday in the capital. The work is expected to take eleven weeks and to employ sixty people,",
    "most of them from the valley.",
)
MORE = (
    "Nobody needs to be afraid, said the woman who leads the works there, because the water was low-",
    "ered by four metres in the winter and the gates of the al-",
    "Rashid canal have been open since then. The valley was last flooded in 1987, when four bridges",
)
REST = ("fell and the railway was closed for a year, according to the archive of the town.",)

NEXT = (
    "The mayor of the town called for a second opinion, which is to be given before the summer and",
    "will cost the town no more than the first one did.",
)
LAST = (
    "Fishermen who have worked below the dam for thirty years said that they had not been asked, and",
    "that they would wait for the meeting in the school on Friday.",
)


def column(lines: Sequence[str], up: float, left: float = 72) -> list[Line]:
    return [(left, up - 14 * number, line) for number, line in enumerate(lines)]


def escaped(words: str) -> str:
    return words.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def shown(lines: Sequence[Line]) -> bytes:
    parts = []
    for left, up, words, *size in lines:
        parts.append(f"BT /F1 {size[0] if size else 11} Tf {left} {up} Td ({escaped(words)}) Tj ET")
    return "\n".join(parts).encode("cp1252")


def stream(data: bytes, extra: str = "") -> bytes:
    return f"<< /Length {len(data)} {extra} >>\nstream\n".encode() + data + b"\nendstream"


def file_of(objects: Sequence[bytes], trailer: str = "") -> bytes:
    """A whole PDF of these objects, numbered from 1; the first is the catalogue."""
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010} 00000 n \n".encode() for place in places)
    out += (
        f"trailer << /Size {len(objects) + 1} /Root 1 0 R {trailer} >>\nstartxref\n{start}\n%%EOF\n".encode()
    )
    return bytes(out)


def pdf(
    *pages: Sequence[Line] | bytes, info: str = "", trailer: str = "", extra: Sequence[bytes] = ()
) -> bytes:
    """A PDF of pages of text, or of pages whose content is given as it is."""
    contents = [page if isinstance(page, bytes) else stream(shown(page)) for page in pages]
    first = 6 + len(extra)
    kids = " ".join(f"{first + 2 * number} 0 R" for number in range(len(contents)))
    image = stream(
        b"\x80" * 300,
        "/Type /XObject /Subtype /Image /Width 10 /Height 10 /ColorSpace /DeviceRGB /BitsPerComponent 8",
    )
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(contents)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        f"<< {info} >>".encode("latin-1"),
        image,
        *extra,
    ]
    for number, content in enumerate(contents):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {first + 2 * number + 1} 0 R "
            f"/Resources << /Font << /F1 3 0 R >> /XObject << /Im1 5 0 R >> >> >>".encode()
        )
        objects.append(content)
    return file_of(objects, f"/Info 4 0 R {trailer}")


SCAN = stream(b"q 500 0 0 700 50 50 cm /Im1 Do Q")


def one(data: bytes) -> Draft:
    (result,) = read_bytes(data, "paper.pdf")
    assert isinstance(result, Draft), result
    return result


def told(data: bytes) -> str:
    (result,) = read_bytes(data, "paper.pdf")
    assert isinstance(result, Skipped), result
    return result.reason


def of_kind(draft: Draft, kind: ZoneKind) -> list[str]:
    return [zone.of(draft.text) for zone in draft.zones if zone.kind is kind]


def paper() -> bytes:
    """Three pages with a running head, page numbers, paragraphs and one that runs over the page."""
    head = [(72.0, 800.0, "The Valley Courier")]
    first = [
        *head,
        (72, 760, "Dam to close for repairs in the spring", 20),
        (72, 730, "By Ann Lee"),
        (72, 716, "2 June 2021"),
        *column(WORDS, 690),
        *column(MORE, 630),
        (290, 40, "1"),
    ]
    second = [*head, *column(REST, 760), *column(NEXT, 730), (290, 40, "2")]
    third = [*head, *column(LAST, 760), (290, 40, "Page 3 of 3")]
    return pdf(first, second, third, info="/CreationDate (D:20210603080000Z)")


def test_a_paper_in_paragraphs_without_its_furniture() -> None:
    draft = one(paper())
    assert (draft.title, draft.author, draft.published) == (
        "Dam to close for repairs in the spring", "Ann Lee", date(2021, 6, 2),
    )  # fmt: skip
    assert draft.origins["published"] is Origin.TEXT
    whole = " ".join(WORDS)
    joined = " ".join(MORE).replace("low- ered", "lowered").replace("al- Rashid", "al-Rashid") + " " + REST[0]
    assert of_kind(draft, ZoneKind.REPORTING) == [whole, joined, " ".join(NEXT), " ".join(LAST)]
    furniture = of_kind(draft, ZoneKind.NAVIGATION)
    assert furniture.count("The Valley Courier") == 1
    assert "Page 3 of 3" in furniture


def test_what_the_file_says_of_itself() -> None:
    info = "/Title (Dam closed) /Author (Bo Chen) /CreationDate (D:20210603080000+02'00')"
    draft = one(pdf(column(WORDS, 700), info=info))
    assert (draft.title, draft.author, draft.published) == ("Dam closed", "Bo Chen", date(2021, 6, 3))
    assert {draft.origins[name] for name in ("title", "author", "published")} == {Origin.PAGE}


@pytest.mark.parametrize(
    "info",
    [
        "/Title (Microsoft Word - dam2.docx) /Author (admin)",
        "/Title (untitled)",
        "/Title (https://a.example/dam)",
        "/CreationDate (D:20210603) /Producer (Skia/PDF m90) /Creator (Mozilla/5.0)",
        "/CreationDate (yesterday) /Author ()",
        "/CreationDate (D:29991231)",
    ],
)
def test_what_the_file_says_is_not_believed_where_it_says_nothing(info: str) -> None:
    draft = one(pdf([(72, 740, "The dam is closed"), *column(WORDS, 700)], info=info))
    assert (draft.title, draft.author, draft.published) == ("The dam is closed", None, None)


def test_a_day_of_publication_in_xmp_goes_first() -> None:
    xmp = b"<x:xmpmeta><rdf:Description><prism:publicationDate>2021-06-01</prism:publicationDate></rdf:Description></x:xmpmeta>"
    info = "/CreationDate (D:20220101)"
    draft = one(pdf([(72, 740, "2 June 2021"), *column(WORDS, 700)], info=info, extra=[stream(xmp)]))
    assert (draft.published, draft.origins["published"]) == (date(2021, 6, 1), Origin.PAGE)


def test_two_columns_stay_apart() -> None:
    narrow = [
        "Engineers will close the old dam",
        "for repairs before the floods, the",
        "ministry said on Monday.",
    ]
    other = [
        "The mayor of the town called for",
        "a second opinion, which is to be",
        "given before the summer.",
    ]
    draft = one(pdf([*column(narrow, 700, 72), *column(other, 700, 330)]))
    assert of_kind(draft, ZoneKind.REPORTING) == [" ".join(narrow), " ".join(other)]


def test_two_stories_drawn_row_by_row_stay_apart() -> None:
    left = ["Engineers will close the old dam for", "repairs before the floods, the min-",
            "istry said on Monday in the capital.", "It takes eleven weeks to mend."]  # fmt: skip
    right = ["A circus came to the town of Lenn for", "the first time in thirty years, and all",
             "of its three elephants were fed by", "the mayor. Nobody was hurt. Tickets", "are sold out."]  # fmt: skip
    rows = [line for pair in zip(column(left, 700), column(right, 700, 310), strict=False) for line in pair]
    draft = one(
        pdf([(72, 760, "Seven Quays"), (400, 760, "2 June 2021"), *rows, column(right, 700, 310)[-1]])
    )
    assert of_kind(draft, ZoneKind.REPORTING)[-2:] == [
        "Engineers will close the old dam for repairs before the floods, the ministry said on Monday in the "
        "capital. It takes eleven weeks to mend.",
        "A circus came to the town of Lenn for the first time in thirty years, and all of its three elephants "
        "were fed by the mayor. Nobody was hurt. Tickets are sold out.",
    ]


def test_a_table_keeps_its_rows() -> None:
    cells = [("Harbour List", "12,431"), ("Green Ridge", "8,902"), ("Town First", "4,377"), ("Void", "12")]
    rows = [
        (left, 600 - 14 * n, cell)
        for n, pair in enumerate(cells)
        for left, cell in zip((72, 310), pair, strict=True)
    ]
    text = one(pdf([*column(WORDS, 700), *rows])).text
    assert all(f"{party} {votes}" in text for party, votes in cells)


def test_a_head_that_stands_once_inside_a_sentence_is_no_part_of_it() -> None:
    first = [
        *column(
            [
                *WORDS,
                *WORDS[:2],
                "The council said that the well-",
                "known re-election of the mayor and the recon-",
            ],
            760,
        ),
        (72, 40, "Page 1 of 2"),
    ]
    second = [
        (72, 800, "Seven Quays, Friday 12 March 2021"),
        *column(["struction of the deck cost 340,000 pounds.", *WORDS], 750),
    ]
    draft = one(pdf(first, second))
    assert (
        "The council said that the well-known re-election of the mayor and the reconstruction of the deck cost "
        "340,000 pounds." in draft.text
    )


def test_typographic_letters() -> None:
    draft = one(pdf([(72, 700, "The café’s owner said “it’s over” – and left the town for the coast.")]))
    assert draft.text == "The café’s owner said “it’s over” – and left the town for the coast."


@pytest.mark.parametrize(
    ("pages", "reason"),
    [
        (
            [SCAN] * 12,
            "it has no text layer (12 pages of images); install tesseract, and it is read, or run OCR on it first",
        ),
        (
            [SCAN],
            "it has no text layer (1 page of images); install tesseract, and it is read, or run OCR on it first",
        ),
        ([stream(b"")], "it holds no text (1 empty page)"),
        ([stream(b"")] * 501, "it has 501 pages; the limit is 500"),
    ],
    ids=["scanned", "one scan", "empty", "long"],
)
def test_what_cannot_be_read_is_told(
    pages: list[bytes], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")  # as where tesseract is not installed
    assert told(pdf(*pages)) == reason


@pytest.mark.skipif(shutil.which("tesseract") is None, reason="tesseract is not installed")
def test_a_scan_is_read_where_tesseract_is_installed() -> None:
    page = pypdfium2.PdfDocument(pdf([(72, 700, "Dam to close", 30), *column(WORDS, 640)]))[0]
    seen = page.render(scale=3, grayscale=True)
    dots = b"".join(bytes(seen.buffer)[row * seen.stride :][: seen.width] for row in range(seen.height))
    form = f"/Type /XObject /Subtype /Image /Width {seen.width} /Height {seen.height}"
    image = stream(dots, f"{form} /ColorSpace /DeviceGray /BitsPerComponent 8")
    plain = pdf(stream(b"q 595 0 0 842 0 0 cm /Im1 Do Q"), extra=[image]).replace(
        b"/Im1 5 0 R", b"/Im1 6 0 R"
    )
    draft = one(plain)
    assert draft.title == "Dam to close"
    assert " ".join(draft.evidence().split()) == " ".join(WORDS)
    assert draft.notes == ("its words were read off pictures of its pages (OCR); some letters may be wrong",)


def test_a_scanned_page_among_others_is_passed_over() -> None:
    assert " ".join(WORDS) in one(pdf(column(WORDS, 700), SCAN)).text


def test_an_encrypted_one_is_told() -> None:
    locked = (
        "<< /Filter /Standard /V 1 /R 2 /P -4 /O <" + "ab" * 32 + "> /U <" + "cd" * 32 + "> >>"
    ).encode()
    data = pdf(column(WORDS, 700), trailer="/Encrypt 6 0 R /ID [<00> <00>]", extra=[locked])
    assert told(data) == "it is encrypted; save a copy without its password"


@pytest.mark.parametrize("data", [b"%PDF-1.7\nrubbish", b"%PDF-", paper()[:80], b"%PDF-1.4\n" + bytes(5000)])
def test_a_broken_one_is_told(data: bytes) -> None:
    assert told(data) == "it is not a PDF that can be read; it may be broken or cut off"


def test_a_broken_directory_is_mended() -> None:
    data = paper()
    assert one(data[: data.index(b"startxref")]).title == "Dam to close for repairs in the spring"


def flate(data: bytes) -> bytes:
    return stream(zlib.compress(data, 9), "/Filter /FlateDecode")


def test_a_bomb_of_memory_is_stopped() -> None:
    twice = zlib.compress(zlib.compress(bytes(1_500_000_000), 1), 9)
    page = stream(twice, "/Filter [/FlateDecode /FlateDecode]")
    results = PdfReader(memory=400_000_000, seconds=5).read(pdf(page), "bomb.pdf")
    with pytest.raises(Unreadable, match=r"it takes more than 0\.4 GB of memory to read"):
        list(results)


def test_a_bomb_of_time_is_stopped() -> None:
    page = flate(b"BT /F1 11 Tf 72 700 Td (x) Tj ET\n" * 3_000_000)
    results = PdfReader(memory=3_000_000_000, seconds=1).read(pdf(*[page] * 20), "bomb.pdf")
    with pytest.raises(Unreadable, match="it takes more than"):
        list(results)


def test_a_tree_of_pages_that_bites_its_tail() -> None:
    data = file_of([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 9 >>"])
    assert told(data)


def test_the_parser_writes_nothing_and_the_file_may_be_large(tmp_path: Path) -> None:
    path = tmp_path / "large.pdf"
    filler = stream(bytes(21_000_000))
    path.write_bytes(pdf(column(WORDS, 700), extra=[filler]))
    (draft,) = read_file(path)
    assert isinstance(draft, Draft)
    assert draft.key == f"file:{path.resolve()}"
    assert [file.name for file in tmp_path.iterdir()] == ["large.pdf"]


def test_a_pdf_is_known_by_its_mark() -> None:
    assert PdfReader().accepts(b"%PDF-1.4", "")
    assert PdfReader().accepts(b"\n" * 500 + b"%PDF-1.4", ".pdf")
    assert not PdfReader().accepts(b"We write %PDF-1.4 at the top of a file.", ".txt")
