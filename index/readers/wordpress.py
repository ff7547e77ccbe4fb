"""WordPress exports (WXR): the published posts and pages, under the names of their authors."""

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from index.errors import Unreadable
from index.readers.decoding import head
from index.readers.drafting import Known, found
from index.readers.objects import Objects
from index.readers.streams import Streamed
from index.records import Draft, Origin, Skipped

_EXPORT = b"wordpress.org/export/"
_NO_ARTICLES = frozenset(
    {"attachment", "nav_menu_item", "revision", "custom_css", "customize_changeset", "oembed_cache"}
)
_CAPTION = re.compile(r"\[(/?)caption\b[^\[\]]*\]")
_CLOSED = re.compile(r"\[/(\w{1,40})\]")
_WITH_ATTRIBUTES = re.compile(r"\[\w{1,40}\s+[\w-]{1,40}=[^\[\]]{0,2000}\]")


class WordPressReader(Streamed):
    """Reads the posts of an export; drafts, private and planned ones stay out."""

    name = "wordpress"
    suffixes: tuple[str, ...] = (".xml", ".wxr")

    def accepts(self, data: bytes, suffix: str) -> bool:
        """An export by the name space that it declares at its top."""
        return is_export(data)

    def read_stream(self, file: BinaryIO, source: str) -> Iterator[Draft | Skipped]:
        """An article a post, a post at a time. Raises Unreadable."""
        from lxml import etree  # type: ignore[import-untyped]

        objects = Objects(source, "post")
        authors: dict[str, str] = {}
        number = 0
        try:
            for _, element in etree.iterparse(
                file, events=("end",), tag=("{*}item", "{*}author", "{*}title"), resolve_entities=False,
                no_network=True, recover=True, huge_tree=True,
            ):  # fmt: skip
                name = etree.QName(element).localname
                if name == "author":
                    authors[_text(element, "author_login")] = _text(element, "author_display_name")
                elif name == "title" and element.getparent().tag == "channel":
                    objects.around = found(Known(outlet=(element.text or "").strip() or None), Origin.GIVEN)
                elif name == "item":
                    number += 1
                    record = _post(element, authors)
                    element.clear()
                    if record is not None:
                        yield objects.article(record, number)
        except (etree.LxmlError, ValueError) as error:
            raise Unreadable("it is not XML that can be read; what came before its fault was read") from error
        if not number:
            raise Unreadable("the export holds no post")


def is_export(data: bytes) -> bool:
    """Tells whether the bytes are a WordPress export rather than a feed."""
    return _EXPORT in data[:8192] and "<rss" in head(data)


def _post(item: Any, authors: dict[str, str]) -> dict[str, str] | None:
    """The fields of a post; None for what is no article: pictures, menus, earlier versions."""
    kind = _text(item, "post_type")
    if kind in _NO_ARTICLES or kind.startswith("wp_"):
        return None
    written = _text(item, "post_date")
    creator = _text(item, "creator")
    return {
        "id": _text(item, "guid"),
        "url": _text(item, "link"),
        "title": _text(item, "title"),
        "author": authors.get(creator) or creator,
        "published": _text(item, "pubDate") if written.startswith("0000") else written,
        "updated": _text(item, "post_modified"),
        "status": "private" if _text(item, "post_password") else _text(item, "status"),
        "text": _markup(_text(item, "encoded")),
    }


def _text(element: Any, name: str) -> str:
    """The first child of that name in any name space: of two `encoded`, the content comes first."""
    found = element.find(f"{{*}}{name}")
    return (found.text or "").strip() if found is not None else ""


def _markup(content: str) -> str:
    """A post's HTML without its short codes; older posts leave the paragraphs to their empty lines."""
    plain = _CAPTION.sub(r"<\1figcaption>", content)
    closed = "|".join(map(re.escape, sorted(set(_CLOSED.findall(plain)))))
    plain = _WITH_ATTRIBUTES.sub("", plain)
    plain = re.sub(rf"\[/?(?:{closed})\]", "", plain) if closed else plain
    if "<p>" in plain or "<p " in plain:
        return plain
    paragraphs = "\n".join(map(str.strip, plain.splitlines())).split("\n\n")
    return "".join(f"<p>{part}</p>" for part in paragraphs if part.strip())
