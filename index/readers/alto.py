"""ALTO: the words that character recognition found on a scanned page, block by block."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from index.errors import Unreadable
from index.readers import stories
from index.readers.decoding import binary_name, head, xml_tree
from index.readers.drafting import Found
from index.records import Draft, Skipped

NOTE = "it is a page of print; what its blocks belong to is not told"


class AltoReader:
    """Reads a page of ALTO as its blocks of text, a paragraph each, in the order of the file."""

    name = "alto"
    suffixes: tuple[str, ...] = (".alto", ".xml")

    def accepts(self, data: bytes, suffix: str) -> bool:
        """A page by the element that it opens with."""
        return suffix in self.suffixes and binary_name(data) is None and "<alto" in head(data)

    def read(self, data: bytes, source: str) -> Iterator[Draft | Skipped]:
        """The article or articles of the page. Raises Unreadable."""
        blocks = xml_tree(data).iter("{*}TextBlock")
        text = "\n\n".join(filter(None, map(_paragraph, blocks)))
        if not text:
            raise Unreadable("it is ALTO without words")
        for made in stories.of_text(text, Found(), source):
            yield replace(made, notes=(NOTE, *made.notes)) if isinstance(made, Draft) else made


def _paragraph(block: Any) -> str:
    """The words of a block; those that a line's end cuts in two are whole where the file has them so."""
    words = []
    for string in block.iter("{*}String"):
        half = string.get("SUBS_TYPE")
        if half != "HypPart2":
            words.append((string.get("SUBS_CONTENT") if half else None) or string.get("CONTENT") or "")
    return " ".join(filter(None, words))
