"""The lines of a PDF, in parts where a wide gap may part columns, its images, and what it says of itself."""

from collections.abc import Iterator
from typing import Any

import pypdfium2
import pypdfium2.raw as raw

PAGES = 500
CHARACTERS = 5_000_000
GAP = 0.8  # of the height of the letters
IMAGE = 3  # FPDF_PAGEOBJ_IMAGE
IMAGE_DEPTH = 2
_ENCRYPTED = "it is encrypted; save a copy without its password"
_BROKEN = "it is not a PDF that can be read; it may be broken or cut off"
_HYPHEN = "\u00ad"  # what a hyphen that only breaks a line is told as
_GENERATED_HYPHENS = frozenset({0x2, 0xFFFE})  # PDFium's mark for it


def parse(data: bytes) -> dict[str, Any]:
    """The pages of a PDF, or why it cannot be read."""
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        locked = "password" in str(error).casefold()
        return {"error": _ENCRYPTED if locked else _BROKEN}
    if len(document) > PAGES:
        return {"error": f"it has {len(document):,} pages; the limit is {PAGES}"}
    pages: list[list[list[list[object]]]] = []
    images = left = 0
    for number in range(len(document)):
        try:
            page = document[number]
            lines = list(_lines(page.get_textpage()))
            images += 0 if lines else sum(1 for _ in page.get_objects(filter=[IMAGE], max_depth=IMAGE_DEPTH))
        except pypdfium2.PdfiumError:
            lines = []  # one broken page of a sound document
        pages.append(lines)
        left += sum(len(str(part[0])) for line in lines for part in line)
        if left > CHARACTERS:
            return {"error": "it holds more text than any article"}
    return {"pages": pages, "images": images, "info": document.get_metadata_dict()}


def _lines(textpage: Any) -> Iterator[list[list[object]]]:
    """The lines of a page. Each is the parts between its gaps: text, left, bottom, right, top, in points."""
    start = 0
    codes: list[int] = []
    total = textpage.count_chars()
    for index in range(total + 1):
        code = raw.FPDFText_GetUnicode(textpage.raw, index) if index < total else 10
        # A line that ends in a hyphen is not told to end: PDFium already joins it to the next.
        if code not in (10, 13):
            codes.append(code)
        if code not in (10, 13, *_GENERATED_HYPHENS):
            continue
        if parts := list(_parts(textpage, codes, start)):
            yield parts
        start = index + 1
        codes = []


def _parts(textpage: Any, codes: list[int], start: int) -> Iterator[list[object]]:
    """A line cut at the spaces that are wide."""
    begin = 0
    for place, code in enumerate(codes):
        if code == 32 and place > begin and _is_gap(textpage, start, place, len(codes)):
            yield [_text(codes[begin:place]), *_box(textpage, start + begin, start + place)]
            begin = place + 1
    text = _text(codes[begin:])
    if text.strip():
        yield [text, *_box(textpage, start + begin, start + len(codes))]


def _is_gap(textpage: Any, start: int, place: int, end: int) -> bool:
    """Tells whether a space is nearly as wide as the letters are tall."""
    if place + 1 >= end:
        return False
    before, after = (textpage.get_charbox(start + place + step, loose=True) for step in (-1, 1))
    return bool(after[0] - before[2] > GAP * (before[3] - before[1]) > 0)


def _text(codes: list[int]) -> str:
    letters = (_HYPHEN if code in _GENERATED_HYPHENS else chr(code) for code in codes if code < 0x110000)
    # Some versions give letters beyond the basic plane as two halves.
    return "".join(letters).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _box(textpage: Any, start: int, end: int) -> tuple[float, float, float, float]:
    """The box around a line, from its first, middle and last letters that are drawn."""
    step = max(1, (end - start) // 40)
    boxes = [textpage.get_charbox(index, loose=True) for index in (*range(start, end, step), end - 1)]
    drawn = [box for box in boxes if box[2] > box[0] or box[3] > box[1]] or boxes
    lefts, bottoms, rights, tops = zip(*drawn, strict=True)
    return min(lefts), min(bottoms), max(rights), max(tops)
