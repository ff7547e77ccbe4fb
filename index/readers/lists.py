"""Lists of addresses: plain, tables, bookmarks, saved links, OPML and sitemaps."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any

from index.errors import Unreadable
from index.fetching.inflate import inflated
from index.readers.decoding import decode, head, root_of, xml_tree
from index.readers.drafting import NOTHING_FOUND, Found, is_url
from index.readers.fields import Fields
from index.readers.tables import columns

LARGEST_LIST = 50_000_000
"""Bytes; what a sitemap may have."""
_LARGEST_PLAIN = 2_000_000
_LISTED = re.compile(r"(?:URL=)?(https?://\S+)", re.IGNORECASE)
_BESIDE = re.compile(
    r"#.*|\[InternetShortcut\]|(?!URL=)\w+=\S*", re.IGNORECASE
)  # what a .url file also holds
_XML = ("opml", "urlset", "sitemapindex")
_BOOKMARKS = "<!doctype netscape-bookmark-file"
_LINK = re.compile(r"<A\s[^<>]{0,500}?HREF=\"(https?://[^\"<>\s]{1,2000})\"", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Address:
    """An address of a list, and what the list says of the article there.

    Where `lists` is set it is the address of a list or feed of its own.
    """

    url: str
    says: Found = NOTHING_FOUND
    lists: bool = False


def is_site_list(data: bytes) -> bool:
    """Tells whether the bytes are OPML or a sitemap, which sites publish for others to follow."""
    return root_of(head(_plain_bytes(data))) in _XML


def listed(data: bytes) -> list[Address]:
    """The addresses of a file that holds nothing else; empty for any other file. No address comes twice."""
    if len(data) > LARGEST_LIST:
        return []
    data = _plain_bytes(data)
    start = head(data)
    root = root_of(start)
    try:
        if root in _XML:
            found = _opml(data) if root == "opml" else _sitemap(data)
        elif start.lower().startswith(_BOOKMARKS):
            found = (Address(unescape(url)) for url in _LINK.findall(decode(data)))
        else:
            found = iter(_plain(data) or _table(data))
        return list({address.url: address for address in found if is_url(address.url)}.values())
    except Unreadable:
        return []


def _plain_bytes(data: bytes) -> bytes:
    """A sitemap may be packed, whatever its server says of it."""
    try:
        return inflated(data, "gzip", LARGEST_LIST) if data.startswith(b"\x1f\x8b") else data
    except Unreadable:
        return data


def _plain(data: bytes) -> list[Address]:
    if len(data) > _LARGEST_PLAIN or b"://" not in data[:4000]:
        return []
    lines = [line.strip() for line in decode(data).lstrip("\ufeff").splitlines()]
    others = [line for line in lines if line and not _LISTED.fullmatch(line) and not _BESIDE.fullmatch(line)]
    if others:
        return []
    return [Address(match[1]) for line in lines if (match := _LISTED.fullmatch(line))]


def _table(data: bytes) -> list[Address]:
    """The addresses in a table of articles that has no column for their text."""
    if len(data) > _LARGEST_PLAIN or b"://" not in data or b"\n" not in data[:2000]:
        return []
    header, rows = columns(data)
    if len(header) < 2 or not Fields(dict.fromkeys(header, "x")).known().known.url:
        return []
    addresses = []
    for row in rows:
        fields = Fields(dict(zip(header, row, strict=False)))
        says = fields.known()
        if fields.holds_text() or not says.known.url or not is_url(says.known.url):
            return []
        addresses.append(Address(says.known.url, says))
    return addresses


def _opml(data: bytes) -> Iterator[Address]:
    for outline in xml_tree(data).iter("{*}outline"):
        names = {name.casefold(): value.strip() for name, value in outline.attrib.items()}
        if feed := names.get("xmlurl"):
            yield Address(feed, lists=True)
        elif names.get("type") == "link" and "url" in names:
            yield Address(names["url"])


def _sitemap(data: bytes) -> Iterator[Address]:
    """The pages of a sitemap with what Google News asks publishers to say of them, or its parts."""
    tree = xml_tree(data)
    for part in tree.iter("{*}sitemap"):
        yield Address(_text(part, "loc"), lists=True)
    for page in tree.iter("{*}url"):
        said = {name: _text(page, f"{{*}}news/{{*}}{path}") for name, path in _NEWS.items()}
        yield Address(_text(page, "loc"), Fields(said).known())


_NEWS = {
    "title": "title",
    "published": "publication_date",
    "outlet": "publication/{*}name",
    "language": "publication/{*}language",
}


def _text(element: Any, path: str) -> str:
    found = element.find(path if path.startswith("{") else f"{{*}}{path}")
    return (found.text or "").strip() if found is not None else ""
