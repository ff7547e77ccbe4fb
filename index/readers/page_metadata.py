"""What a web page says about itself: JSON-LD, then OpenGraph and meta tags, then trafilatura's guess."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING

from index.cleaning import normalise
from index.dates import parse_date
from index.readers.drafting import Found, Known, first, found
from index.readers.fields import language_code
from index.records import Origin

if TYPE_CHECKING:
    from lxml.etree import _Element  # type: ignore[import-untyped]

_ARTICLE_TYPES = re.compile(r"Article|BlogPosting|Report|Review|LiveBlog")
_META = {
    "title": ("og:title", "twitter:title", "dc.title", "headline"),
    "outlet": ("og:site_name", "application-name", "dc.publisher", "publisher"),
    "author": ("author", "article:author", "dc.creator", "parsely-author", "sailthru.author", "byl"),
    "published": (
        "article:published_time",
        "datepublished",
        "date",
        "pubdate",
        "publishdate",
        "dc.date",
        "dc.date.issued",
        "parsely-pub-date",
        "sailthru.date",
    ),
    "updated": ("article:modified_time", "og:updated_time", "datemodified", "lastmod", "dc.date.modified"),
    "language": ("language", "content-language", "og:locale", "dc.language"),
    "url": ("og:url",),
}


def of(tree: "_Element") -> Found:
    """Title, outlet, author, dates, language and URL of a parsed page, each with its origin."""
    stated = first(
        found(_json_ld(tree), Origin.PAGE),
        found(_meta_tags(tree), Origin.PAGE),
        found(_markup(tree), Origin.PAGE),
    )
    return first(stated, found(_guessed(tree), Origin.INFERRED))


def descriptions(tree: "_Element") -> list[str]:
    """What the page's meta tags and JSON-LD give as the article's summary."""
    tags = tree.xpath(
        "//meta[@name='description' or @property='og:description' or @name='twitter:description']/@content"
    )
    stated = next(_articles(tree), {}).get("description")
    return [*map(str, tags), *([stated] if isinstance(stated, str) else [])]


def article_body(tree: "_Element") -> str | None:
    """The article's whole text, where the page's JSON-LD holds it."""
    body = next(_articles(tree), {}).get("articleBody")
    return body if isinstance(body, str) else None


def _json_ld(tree: "_Element") -> Known:
    article = next(_articles(tree), {})
    return Known(
        title=_line(article.get("headline")),
        outlet=_name(article.get("publisher")),
        author=_name(article.get("author")),
        published=_day(article.get("datePublished")),
        updated=_day(article.get("dateModified")),
        language=language_code(_line(article.get("inLanguage"))),
        url=_address(article.get("url")),
    )


def _articles(tree: "_Element") -> Iterator[Mapping[str, object]]:
    """The objects of the page's JSON-LD that describe an article, however they are wrapped."""
    for script in tree.xpath("//script[@type='application/ld+json']"):
        try:
            waiting: list[object] = [json.loads(script.text or "", strict=False)]
        except (ValueError, RecursionError):
            continue  # broken JSON-LD is common, and the meta tags say the same
        while waiting:
            value = waiting.pop()
            if isinstance(value, list):
                waiting.extend(reversed(value))
            elif isinstance(value, Mapping):
                if _ARTICLE_TYPES.search(str(value.get("@type", ""))[:200]):
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
    author = _line(given["author"])
    return Known(
        title=_line(given["title"]),
        outlet=_line(given["outlet"]),
        author=None if author and author.startswith("http") else author,
        published=_day(given["published"]),
        updated=_day(given["updated"]),
        language=language_code(given["language"]),
        url=_address(given["url"]),
    )


def _markup(tree: "_Element") -> Known:
    """What the page's elements say: canonical link, language, the first heading, a time of publication."""
    headings = [heading for heading in map(_text, tree.iter("h1")) if heading]
    link = tree.xpath("string(//link[@rel='canonical']/@href)")
    time = tree.xpath("string(//time[@pubdate or @itemprop='datePublished' or ancestor::article]/@datetime)")
    return Known(
        title=headings[0] if headings else None,
        published=_day(time),
        language=language_code(tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang")),
        url=_address(link),
    )


def _guessed(tree: "_Element") -> Known:
    """trafilatura's reading of a page's layout, for what the page does not state. It dates nothing:
    its search would take a day named in the running text for the day of publication."""
    from trafilatura.metadata import examine_title_element, extract_author

    title, _, _ = examine_title_element(tree)
    return Known(title=_line(title), author=_line(extract_author(tree)))


def _text(element: "_Element") -> str | None:
    return _line("".join(element.itertext()))


def _line(value: object) -> str | None:
    return normalise(value).replace("\n", " ") or None if isinstance(value, str) else None


def _name(value: object) -> str | None:
    """The name of a person or house, of which there may be several, as text or as objects."""
    several = value if isinstance(value, list) else [value]
    names = [_line(one.get("name") if isinstance(one, Mapping) else one) for one in several]
    return ", ".join(name for name in names if name and not name.startswith("http")) or None


def _day(value: object) -> date | None:
    return parse_date(normalise(value)) if isinstance(value, str) else None


def _address(value: object) -> str | None:
    return (
        value.strip()
        if isinstance(value, str) and value.strip().startswith(("http://", "https://"))
        else None
    )
