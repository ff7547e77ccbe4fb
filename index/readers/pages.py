"""A page that came over HTTP, fetched or found in a web archive, and the articles in it."""

import codecs
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from email.message import Message
from typing import TYPE_CHECKING

from index.readers.drafting import host_of, key_of
from index.readers.html import HtmlReader
from index.records import Draft, Origin, Skipped

if TYPE_CHECKING:
    from index.readers import Reader

_MEDIA = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "application/pdf": ".pdf",
    "application/json": ".json",
    "application/ld+json": ".json",
    "application/x-ndjson": ".jsonl",
    "application/jsonl": ".jsonl",
    "text/markdown": ".md",
    "text/plain": ".txt",
    "application/zip": ".zip",
    "application/warc": ".warc",
}
_OF_A_SITE = frozenset({"www", "m", "amp", "mobile"})  # that a host may begin with
_CHARSET = re.compile(r"cp\d|iso8859|koi8|gb|big5|euc|shift|mac|iso2022|tis|johab|ptcp|kz")
_UNSAID = frozenset({"iso8859-1", "cp1252"})  # what servers name for whatever they do not know


@dataclass(frozen=True, slots=True)
class Validators:
    """Validators that a server gave, to ask by whether a page has changed."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Page sent for an address. `url` is where the redirects ended, `media` its content type."""

    url: str
    data: bytes
    media: str
    charset: str | None
    validators: Validators


def media_of(content_type: str) -> tuple[str, str | None]:
    """The media type of a Content-Type header, lower case, and its charset."""
    header = Message()
    header["Content-Type"] = " ".join(content_type.split())
    return header.get_content_type() if content_type.strip() else "", header.get_content_charset()


def read_page(page: Page, asked: "Sequence[Reader] | None" = None) -> Iterator[Draft | Skipped]:
    """The articles of a fetched page; its content type says what it is where its bytes do not."""
    from index.readers import read_bytes

    media = page.media
    if media.startswith(("image/", "video/", "audio/", "font/")):
        yield Skipped(page.url, f"it is {media}, which holds no article")
        return
    suffix = _MEDIA.get(media)
    html = HtmlReader().accepts(page.data, suffix or "")
    for item in read_bytes(_transcoded(page), page.url, asked, suffix):
        yield _at_its_own_site(item, page.url) if html and isinstance(item, Draft) else item


def _transcoded(page: Page) -> bytes:
    """The bytes, as UTF-8 where they are not and the server names their charset."""
    charset = _named_charset(page.charset or "") if page.media.startswith("text/") else None
    if charset is None:
        return page.data
    try:
        page.data.decode("utf-8")
    except UnicodeDecodeError:
        with suppress(UnicodeDecodeError):
            return page.data.decode(charset).encode("utf-8")
    return page.data


def _named_charset(name: str) -> str | None:
    """A charset that says something. Python also knows codecs that are none, some of them very slow."""
    try:
        known = codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
    return known if _CHARSET.match(known) and known not in _UNSAID else None


def _at_its_own_site(draft: Draft, url: str) -> Draft:
    """A page may say which of its site's addresses is its own, but not that it is another site's article:
    it would take that article's place in the archive."""
    if draft.url is not None and _same_site(draft.url, url):
        return draft
    origins = {**draft.origins, "url": Origin.GIVEN}
    return replace(draft, key=key_of(url), url=url, origins=origins)


def _same_site(one: str, other: str) -> bool:
    first_host, second_host = _bare_host(one), _bare_host(other)
    return first_host == second_host or (
        first_host.endswith(f".{second_host}") or second_host.endswith(f".{first_host}")
    )


def _bare_host(url: str) -> str:
    host = host_of(url)
    first, _, rest = host.partition(".")
    return rest if first in _OF_A_SITE and rest else host
