"""The paragraphs of a Word or OpenDocument text, and the chapters of an EPUB: XML packed as ZIP."""

import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from urllib.parse import unquote

from lxml import etree  # type: ignore[import-untyped]

MOST_CHAPTERS = 5000
LARGEST_PART = 200_000_000
"""Bytes, unpacked."""
LARGEST_WHOLE = 500_000_000
_BROKEN = "it is not a document that can be read; it may be broken or cut off"
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_COMPATIBLE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_DUBLIN = "{http://purl.org/dc/elements/1.1/}"
_BREAKS = {
    f"{_WORD}tab": "\t",
    f"{_WORD}br": "\n",
    f"{_WORD}cr": "\n",
    f"{_WORD}noBreakHyphen": "-",
    f"{_TEXT}tab": "\t",
    f"{_TEXT}s": " ",
    f"{_TEXT}line-break": "\n",
}
_PARAGRAPHS = frozenset({f"{_WORD}p", f"{_TEXT}p", f"{_TEXT}h"})
_ROWS = frozenset({f"{_WORD}tr", f"{_TABLE}table-row"})
# What is not of the running text, or stands in it twice.
_ASIDE = frozenset(
    {
        f"{_WORD}del",
        f"{_WORD}moveFrom",
        f"{_WORD}instrText",
        f"{_COMPATIBLE}Fallback",
        f"{_TEXT}note",
        f"{_TEXT}tracked-changes",
        f"{_OFFICE}annotation",
        f"{_OFFICE}forms",
    }
)


def parse(data: bytes) -> dict[str, Any]:
    """The blocks of a document, each with what it is, or the chapters of a book."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as packed:
            if sum(entry.file_size for entry in packed.infolist()) > LARGEST_WHOLE:
                return {"error": f"it unpacks to more than {LARGEST_WHOLE // 1_000_000} MB"}
            names = packed.namelist()
            if "word/document.xml" in names:
                return {"blocks": list(_blocks(_tree(packed, "word/document.xml"), _headings(packed)))}
            if "content.xml" in names:
                return {"blocks": list(_blocks(_tree(packed, "content.xml"), frozenset()))}
            return _book(packed)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, KeyError, RuntimeError):
        return {"error": _BROKEN}
    except etree.LxmlError:
        return {"error": _BROKEN}


def _part(packed: zipfile.ZipFile, name: str) -> bytes:
    with packed.open(name) as part:
        data = part.read(LARGEST_PART + 1)
    if len(data) > LARGEST_PART:
        raise ValueError(name)
    return data


def _tree(packed: zipfile.ZipFile, name: str) -> Any:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True, recover=True)
    tree = etree.fromstring(_part(packed, name), parser)
    if tree is None:
        raise ValueError(name)
    return tree


def _headings(packed: zipfile.ZipFile) -> frozenset[str]:
    """The ids of the styles that are headings; their names are English whatever the language."""
    if "word/styles.xml" not in packed.namelist():
        return frozenset()
    return frozenset(
        style.get(f"{_WORD}styleId", "")
        for style in _tree(packed, "word/styles.xml").iter(f"{_WORD}style")
        for name in style.iter(f"{_WORD}name")
        if name.get(f"{_WORD}val", "").casefold().startswith(("heading", "title"))
    )


def _blocks(tree: Any, headings: frozenset[str]) -> Iterator[tuple[str, str]]:
    """The text and the kind, heading or text, of every paragraph and every row of a table, empty ones too.

    It walks instead of recursing: paragraphs may stand in boxes within paragraphs, tables within tables.
    """
    gathered: list[list[str]] = [[]]
    kinds: list[str] = []
    aside = rows = 0
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        tag = element.tag
        opens = event == "start"
        aside += (tag in _ASIDE) * (1 if opens else -1)
        if tag in _ROWS:
            rows += 1 if opens else -1
        if tag in _PARAGRAPHS or (tag in _ROWS and rows == (1 if opens else 0)):
            if opens:
                gathered.append([])
                kinds.append("heading" if _is_heading(element, headings) else "text")
            else:
                text, kind = "".join(gathered.pop()).strip(), kinds.pop()
                if rows:
                    gathered[-1].append(f"{text} ")
                else:
                    yield text, kind
        if not aside:
            gathered[-1].append(_words(element, opens))


def _words(element: Any, opens: bool) -> str:
    if element.tag in _BREAKS and opens:
        return _BREAKS[element.tag]
    if opens:
        own = element.tag in (f"{_WORD}t", f"{_MATH}t") or element.tag.startswith(_TEXT)
        return (element.text or "") if own else ""
    # Of the text that stands behind an element, only OpenDocument's is the paragraph's.
    parent = element.getparent()
    return (element.tail or "") if parent is not None and str(parent.tag).startswith(_TEXT) else ""


def _is_heading(element: Any, headings: frozenset[str]) -> bool:
    if element.tag == f"{_TEXT}h":
        return True
    style = element.find(f"{_WORD}pPr/{_WORD}pStyle")
    return style is not None and style.get(f"{_WORD}val") in headings


# Books


def _book(packed: zipfile.ZipFile) -> dict[str, Any]:
    """The pages of an EPUB in the order they are read, and what it says of itself."""
    names = packed.namelist()
    opf = _package(packed)
    about: dict[str, str] = {}
    chapters = sorted(name for name in names if name.lower().endswith((".xhtml", ".html", ".htm")))
    if opf is not None:
        tree = _tree(packed, opf)
        for field in ("title", "publisher", "date", "language"):
            found = tree.find(f".//{_DUBLIN}{field}")
            about[field] = (found.text or "") if found is not None else ""
        chapters = _spine(tree, posixpath.dirname(opf), frozenset(names)) or chapters
    if not chapters:
        return {"error": _BROKEN}
    return {
        "about": about,
        "chapters": [
            [name, _part(packed, name).decode("utf-8", "replace")] for name in chapters[:MOST_CHAPTERS]
        ],
    }


def _package(packed: zipfile.ZipFile) -> str | None:
    """The name of the file that lists the others."""
    names = packed.namelist()
    try:
        root = _tree(packed, "META-INF/container.xml").find(".//{*}rootfile")
        if root is not None and root.get("full-path") in names:
            return str(root.get("full-path"))
    except (KeyError, ValueError, etree.LxmlError):
        pass
    return next((name for name in names if name.endswith(".opf")), None)


def _spine(tree: Any, folder: str, names: frozenset[str]) -> list[str]:
    pages = {
        item.get("id"): posixpath.normpath(posixpath.join(folder, unquote(item.get("href", ""))))
        for item in tree.iter("{*}item")
        if "nav" not in item.get("properties", "").split()
    }
    order = [pages.get(item.get("idref")) for item in tree.iter("{*}itemref")]
    return [name for name in dict.fromkeys(order) if name in names and name is not None]
