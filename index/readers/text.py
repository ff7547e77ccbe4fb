"""Plain text: articles saved or copied from a page, with or without the page's furniture around them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from index.extraction import content_blocks as cleaning
from index.extraction import layout
from index.readers.decoding import binary_name, decode
from index.readers.drafting import Found, draft
from index.records import Draft, Skipped, Zone

Marks = Callable[[str], Sequence[Zone]]
MOST_LINES = 100_000
"""A text of more lines is skipped: each is judged, and no article has a tenth of them."""
MOST_ARTICLES = 100  # times as many lines may an export have, each of whose articles is bounded by itself
_OFTEN_PLAIN = (".html", ".htm")  # what "save as" may call a page saved as text


class TextReader:
    """Reads a text file as one article, finding title, byline and dates in its own lines."""

    name = "text"
    suffixes: tuple[str, ...] = (".txt", ".text", ".srt", ".vtt", ".ris", "")

    def accepts(self, data: bytes, suffix: str) -> bool:
        """Any text whose suffix does not say that it is something else."""
        return suffix in (*self.suffixes, *_OFTEN_PLAIN) and binary_name(data) is None

    def read(self, data: bytes, source: str) -> Iterator[Draft | Skipped]:
        """One article, or those of an export. Raises Unreadable if the bytes are in no known encoding."""
        yield from text_drafts(decode(data), source)


def text_drafts(raw: str, source: str) -> Iterator[Draft | Skipped]:
    """The articles of a text without markup: of an export of many, of captions, of a live blog, else one."""
    from index.readers import captions, exports, stories

    if raw.count("\n") > MOST_LINES * MOST_ARTICLES:
        yield too_long(source)
        return
    read = exports.articles(raw, source) or captions.article(raw, source)
    yield from read or stories.of_text(raw, Found(), source)


def text_draft(
    raw: str, says: Found, source: str, key: str | None = None, marks: Marks | None = None
) -> Draft | Skipped:
    """The article of a text without markup, or why there is none; `marks` finds zones its format tells."""
    if raw.count("\n") > MOST_LINES:
        return too_long(source)
    plain, repairs = layout.mended(raw)
    text = cleaning.normalise(plain)
    if not text:
        return Skipped(source, "the text is empty")
    marked = marks(text) if marks else ()
    made = draft(text, cleaning.zones(text, title=says.known.title, marked=marked), says, source, key)
    return replace(made, repairs=repairs) if repairs else made


def too_long(source: str) -> Skipped:
    """Refuses a text of more than MOST_LINES lines."""
    return Skipped(source, f"it has more than {MOST_LINES:,} lines; it is a list or a log, not an article")
