"""RSS and Atom feeds: their entries, each an article by itself or the way to one."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from io import BytesIO
from typing import Any

from index.errors import Unreadable
from index.readers.decoding import binary_name, declared_charset, decode, head, root_of
from index.readers.drafting import Found, Known, found, host_of, is_url, key_of
from index.readers.fields import day_of, language_code, line_of
from index.readers.wordpress import is_export
from index.records import Draft, Origin, Skipped

_FEEDS = ("rss", "feed", "rdf")
LARGEST_FEED = 5_000_000
"""Bytes. Real feeds hold the latest hundred entries at most; the parser is slow on what is larger."""
MOST_ENTRIES = 1000
_FEWEST_HOSTS = 3  # to which the links of a feed lead that gathers others'
_DEEPEST = 100  # elements within each other; the parser takes time with the square of it


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: where its page is, what the feed says of it, and its own words as HTML."""

    link: str | None
    id: str | None
    says: Found
    markup: str


class FeedReader:
    """Reads the entries of a feed as they stand in it, without fetching their pages."""

    name = "feed"
    suffixes: tuple[str, ...] = (".rss", ".atom", ".xml")

    def accepts(self, data: bytes, suffix: str) -> bool:
        """A feed by its first element."""
        return binary_name(data) is None and root_of(head(data)) in _FEEDS and not is_export(data)

    def read(self, data: bytes, source: str) -> Iterator[Draft | Skipped]:
        """An article an entry, as much of it as the feed holds. Raises Unreadable for what is no feed."""
        for entry in entries(data, source):
            yield entry_draft(entry, source)


def entries(data: bytes, source: str) -> list[Entry]:
    """The entries of a feed, as it orders them. `source` is its path or address.

    Raises Unreadable for what is no feed, too large, or declares entities of its own.
    """
    import feedparser

    text = _safe_text(data)
    # A stream, because feedparser takes a string for an address to fetch or a file to open.
    base = {"content-location": source} if is_url(source) else {}
    parsed = feedparser.parse(
        BytesIO(text.encode("utf-8", "replace")),
        response_headers={"content-type": "application/xml; charset=utf-8", **base},
    )
    if not parsed.version and not parsed.entries:
        raise Unreadable("it is not a feed that can be read")
    if not parsed.entries:
        raise Unreadable("the feed holds no entry")
    # Plain dictionaries, because feedparser's own give one field for another that is not there.
    plain = [dict(entry) for entry in parsed.entries[:MOST_ENTRIES]]
    own = None if _gathers(plain) else _plain(dict(parsed.feed).get("title"))
    return [_entry(entry, dict(parsed.feed), own) for entry in plain]


def _gathers(entries: Sequence[Mapping[str, Any]]) -> bool:
    """Tells whether a feed gathers the entries of several houses: its own title is then none's."""
    houses = set(filter(None, map(_house, entries)))
    hosts = {".".join(host.split(".")[-2:]) for entry in entries if (host := host_of(str(entry.get("link"))))}
    return bool(houses) or len(hosts) >= _FEWEST_HOSTS


def entry_draft(entry: Entry, source: str) -> Draft | Skipped:
    """The article of an entry's own words."""
    from index.readers.html import fragment_draft

    place = entry.link or entry.says.known.title or source
    if not entry.markup:
        return Skipped(place, "the feed holds no text of this entry")
    try:
        key = key_of(source, url=entry.link, id=entry.id or entry.says.known.title)
        return fragment_draft(entry.markup, entry.says, entry.link or source, key)
    except Unreadable as error:
        return Skipped(place, str(error))


def _safe_text(data: bytes) -> str:
    """A feed's text. Raises Unreadable for what would harm the parser."""
    if len(data) > LARGEST_FEED:
        raise Unreadable(f"the feed is {len(data) / 1e6:.1f} MB; the limit is {LARGEST_FEED // 1_000_000} MB")
    text = decode(data, declared_charset(data)).lstrip("\ufeff")
    if "<!entity" in text.lower():
        raise Unreadable("the feed declares entities of its own, which no feed needs and attacks are made of")
    if _depth(text) > _DEEPEST:
        raise Unreadable("it is nested too deeply to be a feed")
    return text


def _without_data(text: str) -> str:
    """Text without CDATA and comments; one that never ends stays."""
    ends = {"<!--": "-->", "<![CDATA[": "]]>"}
    kept, at = [], 0
    for begun in re.finditer(r"<!--|<!\[CDATA\[", text):
        if begun.start() < at or begun[0] not in ends:
            continue
        ended = text.find(ends[begun[0]], begun.end())
        if ended < 0:
            del ends[begun[0]]
            continue
        kept.append(text[at : begun.start()])
        at = ended + 3
    return "".join([*kept, text[at:]])


def _depth(text: str) -> int:
    """About how deep the elements are nested; text in CDATA is not counted."""
    plain = _without_data(text)
    depth = deepest = 0
    for match in re.finditer(r"<(/?)[a-zA-Z][^<>]*?(/?)>", plain):
        depth += 0 if match[2] else -1 if match[1] else 1
        deepest = max(deepest, depth)
    return deepest


def _entry(entry: Mapping[str, Any], feed: Mapping[str, Any], outlet: str | None) -> Entry:
    link = line_of(entry.get("link"))
    house = _house(entry)
    title = _plain(entry.get("title"))
    if title and house:  # an aggregator signs each title
        for mark in "-–—|":
            title = title.removesuffix(f" {mark} {house}")
    own = Known(
        title=title,
        author=_authors(entry),
        outlet=house or outlet,
        published=day_of(entry.get("published")),
        updated=day_of(entry.get("updated")),
        language=language_code(line_of(feed.get("language"))),
        url=link if link and is_url(link) else None,
    )
    contents = [str(part.get("value") or "") for part in entry.get("content", ())]
    longest = max([*contents, str(entry.get("summary") or "")], key=len).strip()
    if house and (_plain(longest) or "").replace("\xa0", " ").split() == f"{title} {house}".split():
        longest = escape(title or "")  # all that there is, without the house behind it
    return Entry(own.url, line_of(entry.get("id")), found(own, Origin.PAGE), longest)


def _house(entry: Mapping[str, Any]) -> str | None:
    """Publisher of an entry of a feed that gathers others': RSS's and Atom's source, else the publisher."""
    source = entry.get("source")
    named = source.get("title") if isinstance(source, Mapping) else source
    return _plain(named) or _plain(entry.get("news_source")) or _plain(entry.get("publisher"))


def _authors(entry: Mapping[str, Any]) -> str | None:
    several = [_plain(author.get("name")) for author in entry.get("authors") or ()]
    return ", ".join(filter(None, dict.fromkeys(several))) or _plain(entry.get("author"))


def _plain(value: object) -> str | None:
    """A title or name, which feeds may write as HTML."""
    return line_of(re.sub(r"<[^<>]{0,500}>", "", value)) if isinstance(value, str) else None
