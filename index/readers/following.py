"""From what a person names to articles: files, addresses, lists of addresses, feeds and their pages.

A visit is noted for a later conditional request only once everything that it gave is safely in the
archive, so that an interrupted run loses nothing: what was not noted is simply fetched again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

from index.errors import Unreadable
from index.readers import Reader, read_file, readers
from index.readers.drafting import NOTHING_FOUND, Found, Known, first
from index.readers.feed import Entry, FeedReader, entries, entry_draft
from index.readers.lists import Address, is_site_list, listed
from index.readers.pages import Page, Validators, read_page
from index.readers.web import Fetcher, Unchanged, Unfetched, Visits
from index.records import Draft, Origin, Skipped

Item = Draft | Skipped | Unchanged

MOST_ADDRESSES = 10_000
"""In one list; a longer one is refused whole."""
DEEPEST_LIST = 2
"""Lists that lead to lists: a sitemap of sitemaps, OPML of feeds."""
_KNOWN = tuple(entry.name for entry in fields(Known))
_STATED = frozenset({Origin.GIVEN, Origin.PAGE})


def is_address(source: str) -> bool:
    """Tells whether a person named an address rather than a path."""
    scheme, separator, _ = source.partition("://")
    return bool(separator) and scheme.isascii() and scheme.replace("+", "").isalnum()


@dataclass(slots=True)
class _Visit:
    """A page that came, and what is still to be kept of it."""

    url: str
    validators: Validators
    waiting: set[str] = field(default_factory=set)  # keys of articles
    read: bool = False  # to its end, without anything that another try may bring


class Following:
    """Reads what a person names. Tell it what is kept (`kept`), so that it can note the visits."""

    def __init__(
        self,
        fetcher: Fetcher,
        visits: Visits,
        *,
        entries_only: bool = False,
        asked: Sequence[Reader] | None = None,
    ) -> None:
        """With `entries_only` a feed's entries are taken as they are; `asked` are the readers of files."""
        self._fetcher = fetcher
        self._visits = visits
        self._entries_only = entries_only
        self._asked = readers() if asked is None else asked
        self._seen: set[str] = set()
        self._waiting: dict[str, list[_Visit]] = {}

    def start_round(self) -> None:
        """Forgets which addresses were read, so that all are asked again."""
        self._seen.clear()

    def read(self, source: str) -> Iterator[Item]:
        """The articles of a path or an address, of every address it lists and every entry of its feed.

        Never raises for what a file or a page holds. An address is read once in a round.
        """
        if is_address(source):
            yield from self._address(source)
            return
        data = _small_file(Path(source))
        addresses = listed(data)
        if addresses:
            yield from self._listed(addresses, source, DEEPEST_LIST)
        elif not self._entries_only and FeedReader().accepts(data, ""):
            yield from self._entries(data, source, None)
        else:
            yield from read_file(Path(source), self._asked)

    def kept(self, key: str) -> None:
        """Takes note that the article of a key is in the archive, or was found to be no article."""
        for visit in self._waiting.pop(key, ()):
            visit.waiting.discard(key)
            self._note(visit)

    def _listed(self, addresses: Sequence[Address], source: str, depth: int) -> Iterator[Item]:
        if len(addresses) > MOST_ADDRESSES:
            yield Skipped(source, f"it lists {len(addresses):,} addresses; the limit is {MOST_ADDRESSES:,}")
            return
        for address in addresses:
            yield from self._address(address.url, address.says, depth - 1 if address.lists else 0)

    def _address(self, url: str, says: Found = NOTHING_FOUND, depth: int = DEEPEST_LIST) -> Iterator[Item]:
        """Reads what an address holds; a list of addresses there is followed where `depth` is left."""
        if url in self._seen:
            return
        self._seen.add(url)
        try:
            page = self._fetcher.fetch(url)
        except Unfetched as error:
            yield Skipped(url, str(error))
            return
        if isinstance(page, Unchanged):
            yield page
            return
        visit = _Visit(page.url, page.validators)
        if not self._entries_only and FeedReader().accepts(page.data, ""):
            yield from self._entries(page.data, page.url, visit)
        elif is_site_list(page.data) and not depth:
            yield Skipped(page.url, f"it is a list more than {DEEPEST_LIST} lists deep; name it by itself")
        elif is_site_list(page.data):
            yield from self._listed(listed(page.data), page.url, depth)
        else:
            yield from self._pages(page, says, [visit])

    def _pages(self, page: Page, says: Found, visits: list[_Visit]) -> Iterator[Item]:
        """The articles of a page. One that holds none is not noted, so that it is told again."""
        any_came = False
        for item in read_page(page, self._asked):
            if isinstance(item, Draft):
                any_came = True
                self._expect(item.key, visits)
                yield _completed(item, says)
            else:
                yield item
        if any_came:
            self._finish(visits[0])

    def _entries(self, data: bytes, source: str, visit: _Visit | None) -> Iterator[Item]:
        """The pages of a feed's entries. The feed counts as visited when all of them came."""
        try:
            found = entries(data, source)
        except Unreadable as error:
            yield Skipped(source, str(error))
            return
        whole = True
        for entry in found:
            above = [visit] if visit else []
            try:
                yield from self._entry(entry, source, above)
            except Unfetched as error:
                whole = whole and not error.passing
                yield Skipped(entry.link or source, str(error))
        if visit and whole:
            self._finish(visit)

    def _entry(self, entry: Entry, source: str, above: list[_Visit]) -> Iterator[Item]:
        if entry.link is None:
            item = entry_draft(entry, source)
            if isinstance(item, Draft):
                self._expect(item.key, above)
            yield item
            return
        if entry.link in self._seen:
            return
        self._seen.add(entry.link)
        page = self._fetcher.fetch(entry.link)
        if isinstance(page, Unchanged):
            yield page
        else:
            yield from self._pages(page, entry.says, [_Visit(page.url, page.validators), *above])

    def _expect(self, key: str, visits: list[_Visit]) -> None:
        for visit in visits:
            visit.waiting.add(key)
            self._waiting.setdefault(key, []).append(visit)

    def _finish(self, visit: _Visit) -> None:
        visit.read = True
        self._note(visit)

    def _note(self, visit: _Visit) -> None:
        if visit.read and not visit.waiting and visit.validators != Validators():
            self._visits.put(visit.url, visit.validators)


def _completed(draft: Draft, says: Found) -> Draft:
    """A page's article; before what was only read in its text or concluded goes what its feed says."""
    own = Known(**{name: getattr(draft, name) for name in _KNOWN})
    stated = {name: origin for name, origin in draft.origins.items() if origin in _STATED}
    best = first(Found(own, stated), says, Found(own, draft.origins))
    values = {name: getattr(best.known, name) for name in _KNOWN}
    return replace(draft, origins={**draft.origins, **best.origins}, **values)


def _small_file(path: Path) -> bytes:
    """The bytes of a file that could be a list or a feed; none of a larger one, a folder or a device."""
    try:
        return path.read_bytes() if path.is_file() and path.stat().st_size <= 5_000_000 else b""
    except (OSError, ValueError):
        return b""
