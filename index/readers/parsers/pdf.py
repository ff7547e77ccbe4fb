"""Reads one PDF from standard input in a process of its own and writes its lines as JSON.

Run by `pdf`, never imported by it: the parser is native code that strangers' bytes go through. Before
the first of them is read the process gives up what an attack would need: memory, time, files.
"""

import json
import resource
import sys
from collections.abc import Iterator
from typing import Any

PAGES = 500
CHARACTERS = 5_000_000
IMAGE = 3  # FPDF_PAGEOBJ_IMAGE
IMAGE_DEPTH = 2
_HYPHEN = "\u00ad"  # what a hyphen that only breaks a line is told as
_GENERATED_HYPHENS = frozenset({0x2, 0xFFFE})  # PDFium's mark for it


def _confine(memory: int, seconds: int) -> None:
    limits = {
        resource.RLIMIT_AS: memory,
        resource.RLIMIT_CPU: seconds,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NPROC: 0,
    }
    for kind, most in limits.items():
        _, ceiling = resource.getrlimit(kind)
        bound = most if ceiling == resource.RLIM_INFINITY else min(most, ceiling)
        resource.setrlimit(kind, (bound, bound))


def _read(data: bytes) -> dict[str, Any]:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        return {"error": "encrypted" if "password" in str(error).casefold() else "broken"}
    if len(document) > PAGES:
        return {"error": "long", "pages": len(document)}
    pages: list[list[list[object]]] = []
    images = left = 0
    for number in range(len(document)):
        try:
            page = document[number]
            lines = list(_lines(page.get_textpage()))
            images += 0 if lines else sum(1 for _ in page.get_objects(filter=[IMAGE], max_depth=IMAGE_DEPTH))
        except pypdfium2.PdfiumError:
            lines = []  # one broken page of a sound document
        pages.append(lines)
        left += sum(len(str(line[0])) for line in lines)
        if left > CHARACTERS:
            return {"error": "large"}
    return {"pages": pages, "images": images, "info": document.get_metadata_dict()}


def _lines(textpage: Any) -> Iterator[list[object]]:
    """The lines of a page: text, left, bottom, right, top, in points."""
    import pypdfium2.raw as raw

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
        text = _text(codes)
        if text.strip():
            yield [text, *_box(textpage, start, index)]
        start = index + 1
        codes = []


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


def main() -> None:
    """Reads, confined by the bytes of memory and seconds of work given as arguments."""
    import pypdfium2.raw  # noqa: F401 - loaded before memory is bounded, so that the bound is the document's

    _confine(int(sys.argv[1]), int(sys.argv[2]))
    found = _read(sys.stdin.buffer.read())
    sys.stdout.buffer.write(json.dumps(found).encode("utf-8", "replace"))


if __name__ == "__main__":
    main()
