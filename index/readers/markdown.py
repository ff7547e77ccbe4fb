"""Markdown, with or without front matter."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from index.errors import Unreadable
from index.extraction import content_blocks as cleaning
from index.readers.decoding import binary_name, decode, head
from index.readers.drafting import Known, draft, first, found, key_of
from index.readers.fields import Fields
from index.readers.text import MOST_LINES, too_long
from index.records import Draft, Origin, Skipped, ZoneKind

if TYPE_CHECKING:
    from markdown_it.token import Token

_FRONT_MATTER = re.compile(r"---[ \t]*\r?\n(?P<yaml>(?:.*\n)*?)---[ \t]*(?:\r?\n|$)")
_LARGEST_FRONT_MATTER = 100_000
_DEEPEST_FRONT_MATTER = 100


class MarkdownReader:
    """Reads a Markdown file as one article; links become their text and images their caption."""

    name = "markdown"
    suffixes: tuple[str, ...] = (".md", ".markdown", ".mdown")

    def accepts(self, data: bytes, suffix: str) -> bool:
        """Markdown by its suffix, or a text that opens with front matter."""
        if binary_name(data) is not None:
            return False
        return suffix in self.suffixes or re.match(r"---[ \t]*\r?\n\w+:", head(data)) is not None

    def read(self, data: bytes, source: str) -> Iterator[Draft | Skipped]:
        """One article. Raises Unreadable for front matter that is broken or holds what is no metadata."""
        source_text = decode(data).lstrip("\ufeff")
        if source_text.count("\n") > MOST_LINES:
            yield too_long(source)
            return
        front, body = _front_matter(source_text)
        fields = Fields(front)
        if status := fields.status():
            raise Unreadable(f"its status is {status!r}; what is not published stays out")
        id, says = fields.id(), fields.known()
        heading, blocks = _rendered(body)
        text, marked = cleaning.join(blocks)
        if not text:
            yield Skipped(source, "the text is empty")
            return
        says = first(says, found(Known(title=heading), Origin.TEXT))
        key = key_of(source, url=says.known.url, id=id, outlet=says.known.outlet)
        zones = cleaning.zones(text, title=says.known.title, marked=marked)
        yield replace(draft(text, zones, says, source, key), notes=fields.notes())


def _front_matter(text: str) -> tuple[dict[str, object], str]:
    import frontmatter
    import yaml

    match = _FRONT_MATTER.match(text)
    if match is None:
        return {}, text
    _refuse_hostile(match["yaml"])
    try:
        fields, body = frontmatter.parse(cleaning.without_controls(text))
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        raise Unreadable(
            "its front matter is not YAML; put quotes around values that hold a colon"
        ) from error
    return {str(name): value for name, value in fields.items()}, body


def _refuse_hostile(source: str) -> None:
    """libyaml composes by recursion in C, where a deep nest ends the process and not the call."""
    if len(source) > _LARGEST_FRONT_MATTER or sum(map(source.count, "[{")) > _DEEPEST_FRONT_MATTER:
        raise Unreadable("its front matter is too large or nested too deeply to be an article's")


def _rendered(source: str) -> tuple[str | None, list[tuple[str, ZoneKind | None]]]:
    """The first heading of level one, and every block as plain text with its kind."""
    from markdown_it import MarkdownIt

    heading: str | None = None
    blocks: list[tuple[str, ZoneKind | None]] = []
    above = ""
    for token in MarkdownIt("commonmark").enable("table").parse(source):
        if token.type == "inline":
            text, kind = _inline(token)
            in_heading = above.startswith("h") and above != "hr"
            if above == "h1" and heading is None:
                heading = cleaning.normalise(text).replace("\n", " ") or None
            blocks.append((text, ZoneKind.NAVIGATION if in_heading else kind))
        elif token.type in ("fence", "code_block"):
            blocks.append((token.content, None))
        elif token.type == "html_block":
            blocks.extend(_html_blocks(token.content))
        above = token.tag
    return heading, blocks


def _inline(token: "Token") -> tuple[str, ZoneKind | None]:
    """A block's words; a block of nothing but an image is the image's caption."""
    children = token.children or []
    text = "".join(_words(child) for child in children)
    images = [child for child in children if child.type == "image"]
    spoken = any(child.type in ("text", "code_inline") and child.content.strip() for child in children)
    return text, ZoneKind.CAPTION if images and not spoken else None


def _words(token: "Token") -> str:
    if token.type in ("softbreak", "hardbreak"):
        return " " if token.type == "softbreak" else "\n"
    if token.type == "image":
        title = str(token.attrs.get("title") or "")
        return title or "".join(map(_words, token.children or []))
    return token.content if token.type in ("text", "code_inline", "text_special") else ""


def _html_blocks(markup: str) -> Iterator[tuple[str, ZoneKind | None]]:
    from index.readers.html import fragment_blocks

    yield from fragment_blocks(markup)
