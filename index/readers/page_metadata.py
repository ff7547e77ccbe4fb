"""Metadata of a web page: JSON-LD, then OpenGraph and meta tags, then trafilatura's guess."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from itertools import islice
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from index.extraction.boilerplate import ends_sentence
from index.extraction.content_blocks import normalise
from index.extraction.date_lines import PUBLISHED, UPDATED
from index.extraction.dates import dates_in, parse_date
from index.readers.drafting import Found, Known, first, found, is_url
from index.readers.fields import day_of, language_code, line_of
from index.records import Origin

if TYPE_CHECKING:
    from lxml.etree import _Element  # type: ignore[import-untyped]

_ARTICLE_TYPES = ("Article", "BlogPosting", "Report", "Review", "LiveBlog")
_HOUSE_TYPES = ("NewsMediaOrganization", "Newspaper", "WebSite")
_TITLE_GAP = re.compile(r"(?<!\s)\s+[|–—·•»:-]+\s+|(?:(?<!\s)\s+)?\|\s*")
# Capitals or an address; a figure, a colon and a closing small word are those of pages and headlines.
_NAME_OF_HOUSE = re.compile(
    r"(?:[^\W\d_][\w.'’&-]* )*(?:[^\W\d_a-zà-ÿ][^\W\d]*\.?|[\w-]+\.[a-z]{2,4}|[A-Z]+\d*)"
)
_NOBODY = frozenset(
    """name date datum author autor auteur admin administrator wordpressadmin human user guest anonymous
    email mail""".split()
)
# Where a foot names the house: at the beginning of a line, or behind the mark of copyright and its years.
_SIGNED = r"(?:^|\n|(?:©|\(c\)|copyright)\W{0,20}(?:\d{4}\W{1,20}){0,2})"
# A time of the article itself, not of its update or of another story beside it.
_OWN_TIME = "//time[not(@itemprop='dateModified' or ancestor::aside or ancestor::nav or ancestor::footer)]"
_MARKED = "string((//*[@itemprop='{0}']/@content | //time[{1} or @itemprop='{0}']/@datetime)[1])"
_INLINE = frozenset(["a", "abbr", "b", "em", "font", "i", "small", "span", "strong", "time"])
_MOST_AUTHORS = 6
_DATE_LINE = 40  # letters of a line that is there for a date
_META = {
    "title": ("og:title", "twitter:title", "dc.title", "headline"),
    "outlet": ("og:site_name", "application-name", "dc.publisher", "publisher"),
    "author": ("author", "article:author", "dc.creator", "parsely-author", "sailthru.author", "byl"),
    "published": ("article:published_time", "datepublished", "date", "pubdate", "publishdate", "dc.date",
                  "dc.date.issued", "parsely-pub-date", "sailthru.date"),
    "updated": ("article:modified_time", "og:updated_time", "datemodified", "lastmod", "dc.date.modified"),
    "language": ("language", "content-language", "og:locale", "dc.language"),
    "url": ("og:url",),
}  # fmt: skip


def of(tree: "_Element", address: str | None = None) -> Found:
    """Title, outlet, author, dates, language and URL of a parsed page, each with its origin.

    `address` is where the page came from, if it came from the web.
    """
    stated = first(
        found(_json_ld(tree), Origin.PAGE),
        found(_meta_tags(tree), Origin.PAGE),
        found(_markup(tree), Origin.PAGE),
    )
    known = replace(stated.known, title=_without_house(stated.known))
    if known.published:
        known = replace(known, published=_local_day(known.published, known.url or address or ""))
    return first(Found(known, stated.origins), found(_guessed(tree, known, address), Origin.INFERRED))


def _without_house(known: Known) -> str | None:
    """The title without the house's name behind it ("Dam to close | Valley Daily")."""
    if not known.title or not known.outlet:
        return known.title
    bare = known.title.removesuffix(known.outlet)
    parted = bare != known.title and bare.endswith((" | ", " – ", " — ", " - "))
    return bare.rstrip(" |–—-") if parted else known.title


def concluded_date(tree: "_Element", address: str | None, told: frozenset[date]) -> Found:
    """Returns the day of publication that htmldate concludes, for a page that states none.

    Its search of the whole page comes last, and a day that the article's own words tell of is not taken
    unless it also stands on a line of its own.
    """
    day = _search(tree, address, everywhere=False) or _search(tree, address, everywhere=True)
    taken = day is not None and (day not in told or _stands_alone(tree, day))
    return found(Known(published=day if taken else None), Origin.INFERRED)


def _stands_alone(tree: "_Element", day: date) -> bool:
    """Tells whether a short line of the page is there for the day: "Updated 22 November 2022"."""
    for node in tree.xpath("//body//text()[string-length(.) <= 80]"):
        line = normalise(str(node))
        if len(line) > _DATE_LINE or ends_sentence(line) or day not in [named for _, named in dates_in(line)]:
            continue
        block = node.getparent()
        while block.tag in _INLINE and block.getparent() is not None:
            block = block.getparent()
        beside = sum(len(" ".join(text.split())) for text in islice(block.itertext(), 20))
        if beside <= 2 * _DATE_LINE:
            return True
    return False


def _search(tree: "_Element", address: str | None, *, everywhere: bool) -> date | None:
    from htmldate import find_date

    try:
        day = find_date(tree, url=address, original_date=True, extensive_search=everywhere)
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None  # as for trafilatura: what it cannot take is no reason to lose the page
    return parse_date(day) if day else None


def descriptions(tree: "_Element") -> list[str]:
    """Summaries of the article that the page's meta tags and JSON-LD give."""
    tags = tree.xpath(
        "//meta[@name='description' or @property='og:description' or @name='twitter:description']/@content"
    )
    stated = _main_article(list(_objects(tree)), tree).get("description")
    return [*map(str, tags), *([stated] if isinstance(stated, str) else [])]


def article_body(tree: "_Element") -> str | None:
    """The article's whole text, where the page's JSON-LD holds it."""
    body = _main_article(list(_objects(tree)), tree).get("articleBody")
    return body if isinstance(body, str) else None


def live_updates(tree: "_Element") -> list[Mapping[str, object]]:
    """The entries of a live blog, where the page's JSON-LD holds them."""
    lists = (value.get("liveBlogUpdate") for value in _objects(tree))
    return [
        entry
        for entries in lists
        if isinstance(entries, list)
        for entry in entries
        if isinstance(entry, Mapping)
    ]


def _json_ld(tree: "_Element") -> Known:
    objects = list(_objects(tree))
    article = _main_article(objects, tree)
    named = {str(value["@id"]): value for value in objects if "@id" in value and "name" in value}
    house = next((value for value in objects if _is_any(value, _HOUSE_TYPES)), {})
    return Known(
        title=line_of(article.get("headline")),
        outlet=_name(article.get("publisher"), named) or (line_of(house.get("name")) if article else None),
        author=_name(article.get("author"), named),
        published=day_of(article.get("datePublished")),
        updated=day_of(article.get("dateModified")),
        language=language_code(line_of(article.get("inLanguage"))),
        url=_address(article.get("url")),
    )


def _main_article(objects: list[Mapping[str, object]], tree: "_Element") -> Mapping[str, object]:
    """The article that the page is; other articles may be listed beside it."""
    articles = [value for value in objects if _is_any(value, _ARTICLE_TYPES)]
    link = tree.xpath("string(//link[@rel='canonical']/@href)")
    own = (value for value in articles if link and link in (value.get("url"), value.get("mainEntityOfPage")))
    heads = [*tree.xpath("//h1"), *tree.xpath("//title"), *tree.xpath("//meta[@property='og:title']")]
    shown = {_squeezed(_text(head) or head.get("content") or "") for head in heads[:20]} - {""}
    titled = (value for value in articles if _squeezed(str(value.get("headline"))[:500]) in shown)
    return (
        next(own, None)
        or next(titled, None)
        or next((value for value in articles if value.get("datePublished")), None)
        or next(iter(articles), {})
    )


def _is_any(value: Mapping[str, object], types: tuple[str, ...]) -> bool:
    told = str(value.get("@type", ""))[:200]
    return any(name in told for name in types)


def _objects(tree: "_Element") -> Iterator[Mapping[str, object]]:
    """The objects of the page's JSON-LD, however they are wrapped."""
    for script in tree.xpath("//script[contains(@type, 'ld+json')]"):
        try:
            waiting: list[object] = [json.loads(script.text or "", strict=False)]
        except (ValueError, RecursionError):
            continue  # broken JSON-LD is common, and the meta tags say the same
        while waiting:
            value = waiting.pop()
            if isinstance(value, list):
                waiting.extend(reversed(value))
            elif isinstance(value, Mapping):
                yield value
                waiting.extend(value.get(name) for name in ("@graph", "mainEntity") if name in value)


def _meta_tags(tree: "_Element") -> Known:
    tags: dict[str, str] = {}
    for tag in tree.iter("meta"):
        name = tag.get("property") or tag.get("name") or tag.get("itemprop") or tag.get("http-equiv")
        if name and tag.get("content"):
            tags.setdefault(name.casefold(), tag.get("content", ""))
    given = {
        field: next((tags[name] for name in names if name in tags), None) for field, names in _META.items()
    }
    author = line_of(given["author"])
    return Known(
        title=line_of(given["title"]),
        outlet=line_of(given["outlet"]),
        author=None if author and author.startswith("http") else author,
        published=day_of(given["published"]),
        updated=day_of(given["updated"]),
        language=language_code(given["language"]),
        url=_address(given["url"]),
    )


def _markup(tree: "_Element") -> Known:
    """Reads the page's elements: canonical link, language, the first heading, a time of publication."""
    headings = [heading for heading in map(_text, tree.iter("h1")) if heading]
    link = tree.xpath("string(//link[@rel='canonical']/@href)")
    told = [(time, *_labels(time)) for time in tree.xpath(f"{_OWN_TIME}[@datetime]")]
    told = [one for one in told if not any(map(UPDATED.search, one[1:]))]
    # "Event:" names another day, where one of the times stands behind no such label.
    own = [time for time, before, _ in told if not before.endswith(":") or PUBLISHED.search(before)]
    own = own or [time for time, *_ in told]
    times = [day_of(time.get("datetime")) for time in own]
    inside = (time for time in own if next(time.iterancestors("article"), None) is not None)
    names = list(map(_text, tree.xpath("//a[@rel='author'][not(ancestor::aside)]")[:_MOST_AUTHORS]))
    one_day = next(iter(set(times)), None) if len(set(times)) == 1 else None
    return Known(
        title=headings[0] if headings else None,
        author=", ".join(dict.fromkeys(filter(None, names))) if len(set(names)) > 1 else None,
        published=day_of(tree.xpath(_MARKED.format("datePublished", "@pubdate")))
        or next((day_of(time.get("datetime")) for time in inside), None)
        or one_day,
        updated=day_of(tree.xpath(_MARKED.format("dateModified", "false()"))),
        language=language_code(tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang")),
        url=_address(link),
    )


def _labels(time: "_Element") -> tuple[str, str]:
    """The words in front of a time and those in it."""
    before = time.getprevious()
    label = (time.getparent().text if before is None else before.tail) or ""
    return normalise(label[-_DATE_LINE:]), (time.text or "")[:_DATE_LINE]


def _guessed(tree: "_Element", known: Known, address: str | None) -> Known:
    """Guesses from the page's layout what the page does not state. It dates nothing: a search would take a
    day named in the running text for the day of publication.
    """
    from trafilatura.metadata import examine_title_element, extract_author

    title = known.title or line_of(examine_title_element(tree)[0])
    return Known(
        title=title,
        author=None if known.author else _person(line_of(extract_author(tree))),
        outlet=None if known.outlet else _house(tree, title, known.url or address),
    )


def _person(name: str | None) -> str | None:
    """None for the label of a form field or an account that wrote nothing, which extraction may bring."""
    return None if name is None or name.casefold() in _NOBODY else name


def _house(tree: "_Element", title: str | None, address: str | None) -> str | None:
    """The first or last part of the window's title, where the page's foot or its address has that name."""
    window = line_of(tree.xpath("string(//title)")) or ""
    parts = [part for part in _TITLE_GAP.split(window) if part]
    if len(parts) < 2:
        return None
    foot, host = _foot(tree), _squeezed(urlsplit(address or "").netloc)
    for part in (parts[-1], parts[0]):
        if part == title or len(part.split()) > 5 or not _NAME_OF_HOUSE.fullmatch(part):
            continue
        signed = re.search(
            rf"{_SIGNED}((?:The )?{re.escape(part)})(?=[^\w\n]*(?:\n|$)|[.,])", foot, re.IGNORECASE
        )
        if signed:
            return signed[1]
        if len(_squeezed(part)) >= 3 and _squeezed(part) in host:
            return part
    return None


def _squeezed(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def _foot(tree: "_Element") -> str:
    """The lines of the page's foot: of its footer elements, or its last ones if there are none."""
    footers = tree.xpath("//footer//text()")
    lines = [line for line in map(line_of, footers or tree.xpath("//body//text()")) if line]
    return "\n".join(lines if footers else lines[-3:])[-3000:]


def _local_day(day: date, url: str) -> date:
    """The day of an address like `/2021/06/02/`, where it is the stated one's neighbour: that is in UTC."""
    match = re.search(r"/(\d{4})/(\d\d)/(\d\d)(?=/|-|$)", url)
    local = parse_date("-".join(match.groups())) if match else None
    return local if local and abs((local - day).days) == 1 else day


def _text(element: "_Element") -> str | None:
    return line_of("".join(element.itertext()))


def _name(value: object, named: Mapping[str, Mapping[str, object]] = MappingProxyType({})) -> str | None:
    """The name of a person or house, of which there may be several, as text, as objects or as references."""
    several = value if isinstance(value, list) else [value]
    names = []
    for one in several:
        if isinstance(one, Mapping) and "name" not in one:
            one = named.get(str(one.get("@id")), one)
        name = line_of(one.get("name") if isinstance(one, Mapping) else one)
        if name and not name.startswith("http"):
            names.append(name.removeprefix("By ").removeprefix("by "))
    return ", ".join(dict.fromkeys(names)) or None


def _address(value: object) -> str | None:
    address = value.strip() if isinstance(value, str) else ""
    return address if is_url(address) else None
