"""Web pages: the article that trafilatura finds in them, its readers' comments, its own metadata."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from index.errors import Unreadable
from index.extraction import boilerplate as furniture
from index.extraction import content_blocks as cleaning
from index.extraction import layout
from index.extraction.boilerplate import ends_sentence
from index.extraction.dates import dates_in
from index.readers import page_metadata
from index.readers.decoding import binary_name, declared_charset, decode, head, root_of
from index.readers.drafting import NOTHING_FOUND, Found, Known, draft, first, is_url
from index.records import EVIDENCE, Draft, Skipped, ZoneKind

if TYPE_CHECKING:
    from lxml.etree import _Element  # type: ignore[import-untyped]

Block = tuple[str, ZoneKind | None]
Blocks = Iterable[Block]

_PAGES = ("html", "head", "body")
_TAG = re.compile(
    r"<(?:p|div|br|article|section|h[1-6]|ul|ol|table|blockquote|meta|title|main|span|figure|img|b|i|em|strong|a)\b[^<>]*>",
    re.I,
)
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
_COMMENT_PATH = " | ".join(
    f"//*[contains(@{name}, '{part}')]"
    for name in ("id", "class")
    for part in ("omment", "omentario", "isqus")
)
_COMMENT_NAME = re.compile(
    r"(?<![a-z])(?:comments|comment[_-]?(?:list|area|section|thread|wrapper|container)s?|disqus_thread"
    r"|kommentare|comentarios|commentaires)(?![a-z])",
    re.I,
)
_SHORT, _TINY = 1500, 100  # letters
_LEAST_SHARE = 0.8  # of the prose of a page that its several articles must hold


class HtmlReader:
    """Reads a saved web page as one article."""

    name = "html"
    suffixes: tuple[str, ...] = (".html", ".htm", ".xhtml")

    def accepts(self, data: bytes, suffix: str) -> bool:
        """A page by its opening tag; with the suffix of a page, anything that has tags."""
        if binary_name(data) is not None:
            return False
        start = head(data)
        if root_of(start) in _PAGES:
            return True
        # Some pages open with pages of style sheets, so that the tag that tells them stands far down.
        begun = data[:1_000_000].lower() if start.startswith("<") else b""
        holds_body = b"<html" in begun or b"<body" in begun
        return holds_body or (suffix in self.suffixes and _TAG.search(start) is not None)

    def read(self, data: bytes, source: str) -> Iterator[Draft | Skipped]:
        """One article, or each of several. Raises Unreadable for bytes in no known encoding or no page."""
        written = decode(data, declared_charset(data))
        page = layout.readable(written)
        for made in _page_drafts(page, source):
            if page != written and isinstance(made, Draft):
                yield replace(made, repairs=(layout.MOJIBAKE,))
            else:
                yield made


def _page_drafts(page: str, source: str) -> Iterator[Draft | Skipped]:
    """The articles of a page of several or the entries of a live blog, else the one article of a page."""
    from index.readers import stories

    tree = parsed(page)
    says = page_metadata.of(tree, _address(source))
    several = list(stories.of_page(tree, says, source))
    whole = _page_draft(tree, says, source)
    # Only the boxes beside an article may be marked as articles, or the readers' comments below it.
    yield from several if several and _hold(several, whole) else [whole]


def _hold(parts: Sequence[Draft | Skipped], whole: Draft | Skipped) -> bool:
    """Tells whether the parts hold most of what the whole page reports, all but an introduction."""
    words = "\n".join(_squeezed(part.text) for part in parts if isinstance(part, Draft))
    lines = list(map(_squeezed, whole.evidence().split("\n"))) if isinstance(whole, Draft) else []
    held = sum(len(line) for line in lines if line in words)
    lost = [line for line in lines if line not in words and len(line) > _TINY]
    return held >= _LEAST_SHARE * sum(map(len, lines)) and len(lost) <= 1


def _squeezed(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def page_draft(page: str, source: str, around: Found = NOTHING_FOUND) -> Draft | Skipped:
    """The one article of a whole page, or why there is none; `around` is what else is known of it."""
    tree = parsed(page)
    return _page_draft(tree, page_metadata.of(tree, _address(source)), source, around)


def _page_draft(tree: "_Element", says: Found, source: str, around: Found = NOTHING_FOUND) -> Draft | Skipped:
    text, marked = cleaning.join(_article_blocks(tree, says.known))
    if not text:
        return Skipped(source, "the page holds no text that can be read; it is empty or nested too deeply")
    zones = cleaning.zones(text, title=says.known.title, marked=marked)
    told = (line for zone in zones if zone.kind in EVIDENCE and ends_sentence(line := zone.of(text)))
    concluded = _concluded(tree, says, _address(source), "\n".join(told))
    return draft(text, zones, says, source, otherwise=first(around, concluded))


def _address(source: str) -> str | None:
    return source if is_url(source) else None


def _concluded(tree: "_Element", says: Found, address: str | None, evidence: str) -> Found:
    if says.known.published:
        return Found()
    told = frozenset(day for _, day in dates_in(evidence))
    return page_metadata.concluded_date(tree, says.known.url or address, told)


def holds_markup(text: str) -> bool:
    """Tells whether a text that should be plain holds HTML tags."""
    return _TAG.search(text) is not None


def fragment_draft(markup: str, says: Found, source: str, key: str | None = None) -> Draft | Skipped:
    """The article of a text field that holds HTML; `says` goes before what a page in it says."""
    tree = parsed(markup)
    whole = root_of(markup.lstrip()) in _PAGES
    says = first(says, page_metadata.of(tree)) if whole else says
    text, marked = cleaning.join(_article_blocks(tree, says.known) if whole else blocks(tree))
    if not text:
        return Skipped(source, "the text is empty")
    return draft(text, cleaning.zones(text, title=says.known.title, marked=marked), says, source, key)


def fragment_blocks(markup: str) -> Blocks:
    """The blocks of a piece of HTML, such as stands in Markdown; none if it holds no text."""
    return blocks(parsed(markup)) if cleaning.normalise(markup) else ()


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
                kind = stack.pop()
                yield from _flushed(gathered, None if _reports(element, tag, gathered, stack[-1]) else kind)
        gathered.append(element.tail if element.tail and not silent and element is not tree else "")
    yield from _flushed(gathered, None)


def _opening(tag: str, text: str | None, silent: int) -> str:
    before = {"br": "\n", "lb": "\n", "td": " ", "th": " ", "cell": " "}.get(tag, "")
    words = "" if silent or not text else text
    return before + (words if tag == "pre" else words.replace("\r", " ").replace("\n", " "))


def _kind_of_tag(tag: str) -> ZoneKind | None:
    if tag in _HEADINGS or tag in _FURNITURE:
        return ZoneKind.NAVIGATION
    return ZoneKind.CAPTION if tag == "figcaption" else None


def _reports(element: "_Element", tag: str, gathered: list[str], around: ZoneKind | None) -> bool:
    """Tells whether a heading below the first level is a standfirst or a paragraph in large type."""
    if tag not in _HEADINGS - {"h1"} or element.get("rend") == "h1" or around is not None:
        return False
    text = "".join(gathered).strip()
    return len(text.split()) >= 12 and ends_sentence(text) and not text.endswith("?")


def _flushed(gathered: list[str], kind: ZoneKind | None) -> Blocks:
    text = "".join(gathered)
    gathered.clear()
    if text.strip():
        yield text, kind


def parsed(page: str) -> "_Element":
    """The tree of a page. Raises Unreadable for an empty one and for one of a size no article has."""
    from lxml import etree, html

    if page.count("<") > MOST_TAGS:
        raise Unreadable(f"the page has more than {MOST_TAGS:,} tags; it is no article")
    plain = _HUGE_TAG.sub(r"<\1>", cleaning.without_controls(page))
    try:
        # Encoded again because lxml refuses text that carries an encoding declaration.
        parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
        return html.document_fromstring(plain.encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError) as error:
        raise Unreadable("the page holds no readable HTML") from error


def _article_blocks(tree: "_Element", says: Known) -> Blocks:
    """Standfirst, body, captions and comments, each block once.

    Where trafilatura finds hardly anything, what the page's JSON-LD or its paragraphs hold counts.
    """
    page = list(blocks(tree))
    body = _body(tree)
    sections = [list(blocks(section)) for section in _comment_sections(tree)]
    commented = _marks_of_comments(sections, body)
    known = {_mark(text) for text, _ in body}
    for text, kind in (*_standfirst(page, body, tree, says), *body):
        yield text, ZoneKind.COMMENT if _mark(text) in commented else kind
    captions = tree.xpath("//article//figcaption | //main//figcaption")
    for text, _ in (block for caption in captions for block in blocks(caption)):
        if _mark(text) not in known:
            yield text, ZoneKind.CAPTION
    for text, kind in (block for section in sections for block in section):
        if (mark := _mark(text)) in commented - known:
            known.add(mark)
            yield text, kind or furniture.known(cleaning.normalise(text)) or ZoneKind.COMMENT


def _body(tree: "_Element") -> list[Block]:
    found = _extracted(tree)
    stated = page_metadata.article_body(tree) if _letters(found) < _SHORT else None
    if stated and len(stated) > 2 * _letters(found):
        return list(fragment_blocks(stated)) if holds_markup(stated) else _paragraphs(stated)
    if _letters(found) >= _TINY:
        return found
    own = list(blocks(_main_part(tree)))
    return own if _letters(own) > _letters(found) else found


def _extracted(tree: "_Element") -> list[Block]:
    from lxml import etree
    from trafilatura import bare_extraction

    try:
        # Asked for comments, it takes some articles for them; they are found by their element instead.
        found = bare_extraction(tree, include_comments=False, include_tables=True, with_metadata=False)
    except (RecursionError, ValueError, TypeError, AttributeError, etree.LxmlError):
        return []  # what trafilatura cannot take, the page's own paragraphs still give
    if found is None or isinstance(found, dict) or found.body is None:
        return []
    return list(blocks(found.body))


def _main_part(tree: "_Element") -> "_Element":
    articles: list[_Element] = tree.xpath("//article") or tree.xpath("//main") or tree.xpath("//body")
    return articles[0] if len(articles) == 1 else tree


def _comment_sections(tree: "_Element") -> "Iterator[_Element]":
    """The outermost elements named for readers' comments."""
    inside: set[_Element] = set()
    for element in tree.xpath(_COMMENT_PATH):
        names = f"{element.get('id') or ''} {element.get('class') or ''}"
        if element in inside or not _COMMENT_NAME.search(names):
            continue
        inside.update(element.iterdescendants())
        yield element


def _marks_of_comments(sections: list[list[Block]], body: list[Block]) -> set[str]:
    """The blocks of the sections, without those that hold much of the body: a comment may be a column."""
    marks: set[str] = set()
    lengths = {_mark(text): len(text) for text, _ in body}
    whole = sum(lengths.values())
    for section in sections:
        own = {_mark(text) for text, _ in section}
        if 2 * sum(lengths.get(mark, 0) for mark in own) < whole or not whole:
            marks |= own
    return marks


def _standfirst(page: list[Block], body: list[Block], tree: "_Element", says: Known) -> Iterator[Block]:
    """The paragraphs over the body that sum the article up, which trafilatura often leaves out.

    They are told by the page's own description, or by standing between its headline and its body.
    """
    inside = "".join(_mark(text) for text, _ in body)
    title = _mark(says.title or "")
    gap = _above_body(page, {_mark(text) for text, _ in body}, title)
    descriptions = [_mark(text[:2000]) for text in page_metadata.descriptions(tree) if len(text) >= 40]
    for number, (text, kind) in enumerate(page):
        mark = _mark(text)
        if not 40 <= len(mark) < 1000 or mark == title or kind not in (None, ZoneKind.NAVIGATION):
            continue
        described = any(mark in whole or whole[:60] in mark for whole in descriptions)
        between = number in gap and kind is None and _reads_on(text)
        known = furniture.known(cleaning.normalise(text))
        if (described or between) and mark not in inside and known is None:
            inside += mark
            yield text, ZoneKind.REPORTING if described else None


def _above_body(page: list[Block], body: set[str], title: str) -> range:
    """The numbers of the page's blocks between its headline and its body, a dozen at most."""
    end = next((n for n, (text, _) in enumerate(page) if len(text) > 40 and _mark(text) in body), 0)
    start = max((n for n, (text, _) in enumerate(page[:end]) if title and _mark(text) == title), default=end)
    return range(max(start + 1, end - 12), end)


def _reads_on(text: str) -> bool:
    plain = cleaning.normalise(text)
    return len(plain.split()) >= 12 and ends_sentence(plain)


def _paragraphs(text: str) -> list[Block]:
    return [(part, None) for part in text.splitlines() if part.strip()]


def _mark(text: str) -> str:
    """A block without what extraction may change: white space and invisible letters."""
    return "".join(cleaning.without_controls(text).split())


def _letters(found: Iterable[Block]) -> int:
    return sum(len(text) for text, kind in found if kind is None)
