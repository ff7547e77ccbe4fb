"""PDF with a text layer: what its pages say, in paragraphs again, without what is printed on every page."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise, takewhile
from statistics import median
from typing import Any, BinaryIO

from index.errors import Unreadable
from index.extraction import content_blocks as cleaning
from index.extraction.boilerplate import ends_sentence
from index.extraction.dates import parse_date
from index.extraction.layout import is_word
from index.readers import ocr
from index.readers.confined import MEMORY, PARSERS, SECONDS, Confined
from index.readers.drafting import Known, draft, found
from index.readers.pdf_columns import HYPHEN, Line, in_columns, joined
from index.readers.streams import Streamed
from index.readers.text import text_draft
from index.records import Draft, Origin, Skipped, ZoneKind

LARGEST_PDF = 200_000_000
"""Bytes. Newspapers with pictures are large."""

_OF_PAGES = frozenset("page p seite página صفحة of von de sur من".split())
_EDGE = 4  # lines, of which fewer at the top and the bottom of a page may be furniture
_AROUND = 6  # lines above and below by which the width of a column is told
_NEXT_COLUMN = 60.0  # points; a line that is not within them below another opens a column or a page
_BROWSERS = ("chrom", "skia", "mozilla", "firefox", "safari", "quartz", "wkhtml", "webkit", "gecko")
_NO_TITLE = re.compile(
    r"untitled|untitled document|document\d*|microsoft word.*|.*\.(?:docx?|indd|qxp|odt|pdf|rtf|pages|html?)"
    r"|https?://.*|\W*",
    re.IGNORECASE,
)
_XMP_DATE = re.compile(rb"<prism:publicationDate>\s*([\d-]{10})|prism:publicationDate=\"([\d-]{10})")


class PdfReader(Streamed):
    """Reads a PDF as one article. The bytes are parsed in a process of its own."""

    name = "pdf"
    suffixes: tuple[str, ...] = (".pdf",)

    def __init__(self, memory: int = MEMORY, seconds: int = SECONDS) -> None:
        """The bytes and the seconds of work that the parser may take."""
        self._parser = Confined(PARSERS / "pdf.py", "PDF", "pypdfium2", memory, seconds)

    def accepts(self, data: bytes, suffix: str) -> bool:
        """A PDF by its mark, which may stand a little below the top."""
        start = data[:1024]
        return start.lstrip().startswith(b"%PDF-") or (suffix in self.suffixes and b"%PDF-" in start)

    def read_stream(self, file: BinaryIO, source: str) -> Iterator[Draft | Skipped]:
        """One article. Raises Unreadable where there is no text, for an encrypted and for a broken file."""
        data = file.read(LARGEST_PDF + 1)
        if len(data) > LARGEST_PDF:
            raise Unreadable(f"it is larger than {LARGEST_PDF // 1_000_000} MB, the limit for a PDF")
        parsed = self._parser.parse(data)
        pages = [list(in_columns([_line(parts) for parts in page])) for page in parsed["pages"]]
        if not any(pages):
            if not parsed["images"] or not ocr.is_installed():
                raise Unreadable(_no_text(len(pages), parsed["images"]))
            item = text_draft(
                ocr.scanned_text(data), found(_stated(parsed["info"], data), Origin.PAGE), source
            )
            yield replace(item, notes=(ocr.NOTE,)) if isinstance(item, Draft) else item
            return
        text, marked = cleaning.join(_blocks(pages))
        if not text:
            raise Unreadable("it holds no text that can be read")
        info = parsed["info"]
        says = found(_stated(info, data), Origin.PAGE)
        zones = cleaning.zones(text, title=says.known.title, marked=marked)
        yield _dated(draft(text, zones, says, source), info)


def _no_text(pages: int, images: int) -> str:
    if not images:
        return f"it holds no text ({_counted(pages, 'empty page')})"
    told = f"it has no text layer ({_counted(pages, 'page')} of images)"
    return f"{told}; install tesseract, and it is read, or run OCR on it first"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def _line(parts: Sequence[Sequence[Any]]) -> Line:
    return joined([Line(_plain(text), *box) for text, *box in parts])


def _plain(text: str) -> str:
    """A line with its letters as letters: Arabic as joined for print and the ligature ﬁ are split again."""
    forms = ((letter, "\ufb00" <= letter <= "\ufefc") for letter in text)
    return "".join(unicodedata.normalize("NFKC", one) if form else one for one, form in forms).strip()


# Pages into paragraphs


def _blocks(pages: Sequence[Sequence[Line]]) -> Iterator[tuple[str, ZoneKind | None]]:
    """The paragraphs, with the furniture of the first page above them and that of the others below."""
    gap = _usual_gap([line for page in pages for line in page])
    edges = [_edges(page, gap) for page in pages]
    marks = _repeated(edges)
    between = list(_interrupting(pages, edges))
    body: list[Line] = []
    above: dict[str, None] = {}
    below: dict[str, None] = {}
    for number, (page, (top, bottom)) in enumerate(zip(pages, edges, strict=True)):
        for line in page:
            furniture = _mark(line) in marks or _is_page_number(line) or line in between[number]
            if line not in (*top, *bottom) or not furniture:
                body.append(line)
            elif number == 0 and line in top:
                above[line.text] = None
            elif line.text not in above:
                below[line.text] = None
    yield from ((text, ZoneKind.NAVIGATION) for text in above)
    yield from ((text, None) for text in _paragraphs(body, gap))
    yield from ((text, ZoneKind.NAVIGATION) for text in below)


def _edges(page: Sequence[Line], gap: float) -> tuple[list[Line], list[Line]]:
    """The few lines at the top and at the bottom of a page that stand apart from all others.

    They go by place, because a page's head may be drawn after its text.
    """
    downwards = sorted(page, key=lambda line: -line.bottom)
    return _apart(downwards, gap), _apart(downwards[::-1], gap)


def _apart(lines: Sequence[Line], gap: float) -> list[Line]:
    """The lines before the first wide gap, if it comes soon."""
    for number, (line, following) in enumerate(pairwise(lines[: _EDGE + 1]), 1):
        if abs(line.bottom - following.bottom) > 1.4 * gap:
            return list(lines[:number])
    return []


def _repeated(edges: Sequence[tuple[list[Line], list[Line]]]) -> frozenset[str]:
    """The marks of lines that stand at the edges of at least half the pages, and of two."""
    count: Counter[str] = Counter()
    for top, bottom in edges:
        count.update({_mark(line) for line in (*top, *bottom)})
    return frozenset(mark for mark, times in count.items() if times >= max(2, len(edges) / 2))


def _interrupting(
    pages: Sequence[Sequence[Line]], edges: Sequence[tuple[list[Line], list[Line]]]
) -> Iterator[list[Line]]:
    """Of each page the lines at its edges inside of which a sentence runs over from page to page."""
    sides = list(zip(pages, edges, strict=True))
    last = [next((line for line in page[::-1] if line not in bottom), None) for page, (_, bottom) in sides]
    first = [next((line for line in page if line not in top), None) for page, (top, _) in sides]
    runs_on = [
        bool(above and below and not ends_sentence(above.text) and below.text[:1].islower())
        for above, below in zip(last, first[1:], strict=False)
    ]
    for (top, bottom), from_last, to_next in zip(edges, [False, *runs_on], [*runs_on, False], strict=False):
        yield [*(top if from_last else ()), *(bottom if to_next else ())]


def _mark(line: Line) -> str:
    """Words of a line without its numbers, the same on every page."""
    return "".join(letter for letter in line.text.casefold() if not letter.isdigit())


def _is_page_number(line: Line) -> bool:
    bare = "".join(letter if letter.isalnum() else " " for letter in line.text.casefold())
    words = [word for word in bare.split() if word not in _OF_PAGES]
    return 1 <= len(words) <= 2 and all(word.isdigit() and len(word) <= 5 for word in words)


def _paragraphs(lines: Sequence[Line], gap: float) -> Iterator[str]:
    """Lines broken at the width of a column, joined where a paragraph goes on."""
    if not lines:
        return
    gathered = [lines[0].text]
    for number, (line, following) in enumerate(pairwise(lines)):
        around = lines[max(0, number - _AROUND) : number + _AROUND]
        widths = [near.width for near in around if not near.parts]  # a gap is no column's
        if _goes_on(line, following, gap, max(widths, default=line.width)):
            gathered.append(following.text)
        else:
            yield _text_of(gathered)
            gathered = [following.text]
    yield _text_of(gathered)


def _usual_gap(lines: Sequence[Line]) -> float:
    """The usual distance from one line to the next below it."""
    gaps = [line.bottom - following.bottom for line, following in pairwise(lines)]
    below = [distance for distance in gaps if 0 < distance < _NEXT_COLUMN]
    return median(below) if below else 12.0


def _goes_on(line: Line, following: Line, gap: float, column: float) -> bool:
    """Tells whether a paragraph goes on from one line to the next; `column` is the width of lines here."""
    if line.text.endswith(HYPHEN):
        return True
    if max(line.height, following.height) > 1.6 * max(1.0, min(line.height, following.height)):
        return False  # a headline and the text below it
    down = line.bottom - following.bottom
    if not 0 < down < _NEXT_COLUMN:
        return not (line.parts or ends_sentence(line.text)) and line.width > 0.6 * column
    if down > 1.4 * gap or following.left - line.left > 0.8 * gap:
        return False  # a blank line, or a first line set in
    return line.width > (0.85 if ends_sentence(line.text) else 0.6) * column


def _text_of(lines: Sequence[str]) -> str:
    text = lines[0]
    for line in lines[1:]:
        text = _hyphenless(text, line) if text.endswith(HYPHEN) else f"{text} {line}"
    return text


def _hyphenless(text: str, following: str) -> str:
    """A word broken at a line's end; between two words, and before a capital, the hyphen is its own."""
    halves = (text[:-1].rpartition(" ")[2], "".join(takewhile(str.isalnum, following)))
    own = not following[:1].islower() or (not is_word("".join(halves)) and all(map(is_word, halves)))
    return text[:-1] + ("-" if own else "") + following


# What the document says of itself


def _stated(info: Mapping[str, str], data: bytes) -> Known:
    title = cleaning.normalise(info.get("Title", "")).replace("\n", " ")
    author = cleaning.normalise(info.get("Author", "")).replace("\n", " ")
    match = _XMP_DATE.search(data)
    published = parse_date((match[1] or match[2]).decode("ascii")) if match else None
    return Known(
        title=title if not _NO_TITLE.fullmatch(title) else None,
        author=author if " " in author.strip() else None,  # a single word is a login
        published=published,
    )


def _dated(article: Draft, info: Mapping[str, str]) -> Draft:
    """The day the file was made dates an article that gives no day itself.

    A file that a browser printed was made on the day somebody saved it, which says nothing.
    """
    maker = f"{info.get('Creator', '')} {info.get('Producer', '')}".casefold()
    made = _made(info.get("CreationDate", ""))
    if article.published or made is None or any(name in maker for name in _BROWSERS):
        return article
    return replace(article, published=made, origins={**article.origins, "published": Origin.PAGE})


def _made(written: str) -> date | None:
    return parse_date(written.removeprefix("D:").replace("-", "")[:8])
