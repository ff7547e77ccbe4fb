"""Word, OpenDocument and RTF texts, and books in EPUB, each parsed in a process of its own."""

from collections.abc import Iterator, Mapping
from typing import Any

from index.errors import Unreadable
from index.extraction import content_blocks as cleaning
from index.readers import exports
from index.readers.confined import PARSERS, Confined
from index.readers.decoding import binary_name
from index.readers.drafting import Found, Known, draft, found
from index.readers.fields import Fields
from index.readers.html import page_draft
from index.readers.text import text_drafts
from index.records import Draft, Origin, Skipped, ZoneKind

_PACKED = {"Word document": ".docx", "OpenDocument file": ".odt", "EPUB book": ".epub"}
_PARSER = Confined(PARSERS / "documents.py", "it", "lxml")
_RTF = Confined(PARSERS / "rtf.py", "RTF", "striprtf")


class DocumentReader:
    """Reads a text document as one article, an export of a database as its articles, a book as its pages."""

    name = "documents"
    suffixes: tuple[str, ...] = (".docx", ".odt", ".epub", ".rtf")

    def accepts(self, data: bytes, suffix: str) -> bool:
        """RTF by its mark; what is packed as ZIP by its suffix or by the names at its top."""
        if data.startswith(b"{\\rtf"):
            return True
        packed = data.startswith(b"PK\x03\x04") and suffix != ".zip"
        return packed and (suffix in _PACKED.values() or binary_name(data) in _PACKED)

    def read(self, data: bytes, source: str) -> Iterator[Draft | Skipped]:
        """The articles. Raises Unreadable for what is broken or holds no text."""
        if data.startswith(b"{\\rtf"):
            yield from text_drafts(_RTF.parse(data)["text"], source)
            return
        answer = _PARSER.parse(data)
        if "chapters" in answer:
            yield from _chapters(answer, source)
            return
        blocks: list[tuple[str, str]] = answer["blocks"]
        yield from exports.articles("\n".join(text for text, _ in blocks), source) or [
            _document(blocks, source)
        ]


def _document(blocks: list[tuple[str, str]], source: str) -> Draft | Skipped:
    text, marked = cleaning.join(
        (text, ZoneKind.NAVIGATION if kind == "heading" else None) for text, kind in blocks
    )
    if not text:
        return Skipped(source, "the text is empty")
    return draft(text, cleaning.zones(text, marked=marked), Found(), source)


def _chapters(answer: Mapping[str, Any], source: str) -> Iterator[Draft | Skipped]:
    """The pages of a book that report; covers and lists of contents are passed over."""
    about = Fields(answer["about"]).known().known
    house = answer["about"].get("publisher") or about.title
    around = found(Known(outlet=house, published=about.published, language=about.language), Origin.GIVEN)
    any_came = False
    for name, markup in answer["chapters"]:
        place = f"{source}!{name}"
        try:
            item = page_draft(markup, place, around)
        except Unreadable as error:
            item = Skipped(place, str(error))
        if isinstance(item, Draft) and any(zone.kind is ZoneKind.REPORTING for zone in item.zones):
            any_came = True
            yield item
    if not any_came:
        raise Unreadable("no page of it holds an article")
