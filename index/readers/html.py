"""Web pages: the article that trafilatura finds in them, its readers' comments, its own metadata."""

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from index import cleaning
from index.errors import Unreadable
from index.readers import page_metadata
from index.readers.decoding import binary_name, decode, head
from index.readers.drafting import Found, draft, first
from index.records import Draft, Skipped, ZoneKind

if TYPE_CHECKING:
    from lxml.etree import _Element  # type: ignore[import-untyped]

Blocks = Iterable[tuple[str, ZoneKind | None]]

_PAGE = re.compile(
    r"(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)
_TAG = re.compile(
    r"<(?:p|div|br|article|section|h[1-6]|ul|ol|table|blockquote|meta|title|main|span|figure|img|b|i|em|strong|a)\b[^<>]*>",
    re.I,
)
_DECLARED = re.compile(
    rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{2,40})|<\?xml[^>]{0,80}encoding=["']([\w.-]{2,40})""",
    re.I,
)
_OPENERS = re.compile(r"<[a-zA-Z!/]")
MOST_TAGS = 200_000
"""A page of more tags is not an article, and finding one in it would take minutes."""

# A tag this long holds an embedded picture or an attack: a million attributes take libxml2 hours.
_HUGE_TAG = re.compile(r"<([a-zA-Z][\w-]*)[^<>]{20000,}>?")

_BLOCKS = """
    p div head h1 h2 h3 h4 h5 h6 li item blockquote quote tr row figcaption figure article section main
    body table ul ol list dd dt pre code hr aside header footer nav form"""
_BLOCK_TAGS = frozenset(_BLOCKS.split())
_HEADINGS = frozenset({"head", "h1", "h2", "h3", "h4", "h5", "h6"})
_NO_TEXT = "script style noscript template svg iframe button input select option textarea title meta link"
_SILENT = frozenset(_NO_TEXT.split())
_FURNITURE = frozenset({"nav", "footer", "form", "aside"})


class HtmlReader:
    """Reads a saved web page as one article."""

    name = "html"
    suffixes: tuple[str, ...] = (".html", ".htm", ".xhtml")

    def accepts(self, data: bytes, suffix: str) -> bool:
        """A page by its opening tag; with the suffix of a page, anything that has tags."""
        if binary_name(data) is not None:
            return False
        start = head(data)
        return _PAGE.match(start) is not None or (suffix in self.suffixes and _TAG.search(start) is not None)

    def read(self, data: bytes, source: str) -> Iterator[Draft | Skipped]:
        """One article. Raises Unreadable if the bytes are in no known encoding or hold no page."""
        match = _DECLARED.search(data[:4096])
        declared = (match[1] or match[2]).decode("ascii") if match else None
        yield page_draft(decode(data, declared), source)


def page_draft(page: str, source: str) -> Draft | Skipped:
    """The article of a whole web page, or why there is none."""
    tree = _parsed(page)
    says = page_metadata.of(tree)
    text, marked = cleaning.join(_article_blocks(tree))
    if not text:
        return Skipped(source, "the page holds no text that can be read; it is empty or nested too deeply")
    title = says.known.title
    return draft(text, cleaning.zones(text, title=title, marked=marked), says, source)


def holds_markup(text: str) -> bool:
    """Whether a text that should be plain holds HTML tags."""
    return _TAG.search(text) is not None


def fragment_draft(markup: str, says: Found, source: str, key: str | None = None) -> Draft | Skipped:
    """The article of a text field that holds HTML; `says` goes before what a page in it says."""
    tree = _parsed(markup)
    whole = _PAGE.match(markup.lstrip()) is not None
    text, marked = cleaning.join(_article_blocks(tree) if whole else blocks(tree))
    if not text:
        return Skipped(source, "the text is empty")
    says = first(says, page_metadata.of(tree)) if whole else says
    return draft(text, cleaning.zones(text, title=says.known.title, marked=marked), says, source, key)


def fragment_blocks(markup: str) -> Blocks:
    """The blocks of a piece of HTML, such as stands in Markdown; none if it holds no text."""
    return blocks(_parsed(markup)) if cleaning.normalise(markup) else ()


def blocks(tree: "_Element") -> Blocks:
    """The blocks of text under an element, with the kind their tags give them.

    Takes HTML and trafilatura's own markup. It walks instead of recursing, for pages nested thousands deep.
    """
    from lxml import etree  # type: ignore[import-untyped]

    gathered: list[str] = []
    stack: list[ZoneKind | None] = [None]
    silent = 0
    for event, element in etree.iterwalk(tree, events=("start", "end", "comment", "pi")):
        tag = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            silent += tag in _SILENT
            if tag in _BLOCK_TAGS:
                yield from _flushed(gathered, stack[-1])
                stack.append(_kind_of_tag(tag) or stack[-1])
            gathered.append(_opening(tag, element.text, silent))
            continue
        if event == "end":
            silent -= tag in _SILENT
            if tag in _BLOCK_TAGS:
                yield from _flushed(gathered, stack.pop())
        gathered.append(element.tail if element.tail and not silent and element is not tree else "")
    yield from _flushed(gathered, None)


def _opening(tag: str, text: str | None, silent: int) -> str:
    before = {"br": "\n", "lb": "\n", "td": " ", "th": " ", "cell": " "}.get(tag, "")
    return before + (
        re.sub(r"\s+", " ", text) if text and not silent and tag != "pre" else (text or "") * (not silent)
    )


def _kind_of_tag(tag: str) -> ZoneKind | None:
    if tag in _HEADINGS or tag in _FURNITURE:
        return ZoneKind.NAVIGATION
    return ZoneKind.CAPTION if tag == "figcaption" else None


def _flushed(gathered: list[str], kind: ZoneKind | None) -> Blocks:
    text = "".join(gathered)
    gathered.clear()
    if text.strip():
        yield text, kind


def _parsed(page: str) -> "_Element":
    """The tree of a page. Raises Unreadable for an empty one and for one of a size no article has."""
    from lxml import etree, html

    if len(_OPENERS.findall(page)) > MOST_TAGS:
        raise Unreadable(f"the page has more than {MOST_TAGS:,} tags; it is no article")
    plain = _HUGE_TAG.sub(r"<\1>", cleaning.without_controls(page))
    try:
        # Encoded again because lxml refuses text that carries an encoding declaration.
        parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
        return html.document_fromstring(plain.encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError) as error:
        raise Unreadable("the page holds no readable HTML") from error


def _article_blocks(tree: "_Element") -> Blocks:
    """Body, captions and comments. Where trafilatura finds less than the page's paragraphs, these count."""
    body, comments = _extracted(tree)
    own = list(blocks(_main_part(tree)))
    if _letters(body) < 200 and _letters(own) > _letters(body):
        body = own
    known = {cleaning.normalise(text) for text, _ in body}
    yield from body
    captions = tree.xpath("//article//figcaption | //main//figcaption")
    for text, _ in (block for caption in captions for block in blocks(caption)):
        if cleaning.normalise(text) not in known:
            yield text, ZoneKind.CAPTION
    yield from (
        (text, kind or ZoneKind.COMMENT) for text, kind in comments if cleaning.normalise(text) not in known
    )


def _extracted(
    tree: "_Element",
) -> tuple[list[tuple[str, ZoneKind | None]], list[tuple[str, ZoneKind | None]]]:
    from copy import deepcopy

    from lxml import etree
    from trafilatura import bare_extraction

    try:
        found = bare_extraction(
            deepcopy(tree), include_comments=True, include_tables=True, with_metadata=False
        )
    except (RecursionError, ValueError, TypeError, AttributeError, etree.LxmlError):
        return [], []  # what trafilatura cannot take, the page's own paragraphs still give
    if found is None or isinstance(found, dict):
        return [], []
    body = list(blocks(found.body)) if found.body is not None else []
    comments = list(blocks(found.commentsbody)) if found.commentsbody is not None else []
    return body, comments


def _main_part(tree: "_Element") -> "_Element":
    articles: list[_Element] = tree.xpath("//article") or tree.xpath("//main") or tree.xpath("//body")
    return articles[0] if len(articles) == 1 else tree


def _letters(found: Iterable[tuple[str, ZoneKind | None]]) -> int:
    return sum(len(text) for text, kind in found if kind is None)
