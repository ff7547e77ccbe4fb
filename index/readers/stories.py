"""Several stories in one page, letter or text: newsletters, pages of many articles, live blogs by entry."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from index.errors import Unreadable
from index.extraction import content_blocks as cleaning
from index.extraction.boilerplate import ends_sentence
from index.extraction.bylines import author_in
from index.extraction.dates import parse_date
from index.extraction.entries import FEWEST, clock_of
from index.readers import html, page_metadata
from index.readers.drafting import (
    NOTHING_FOUND,
    Found,
    Known,
    content_mark,
    draft,
    first,
    found,
    is_url,
    key_of,
)
from index.readers.fields import Fields
from index.readers.text import text_draft
from index.records import Draft, Origin, Skipped, Zone

if TYPE_CHECKING:
    from lxml.etree import _Element  # type: ignore[import-untyped]

_FEWEST_STORIES = 2
_LINK_LINE = re.compile(r"(?:[^\W\d_][\w ]{0,30}:? ?)?[<(\[]?https?://\S{1,2000}")
_STORY_PATH = (
    "//article | //*[contains(@itemtype, 'Article') or contains(@itemtype, 'BlogPosting')]"
    " | //*[contains(concat(' ', normalize-space(@class), ' '), ' hentry ')]"
)
_HEADINGS = (".//h1", ".//h2", ".//h3")
_AUTHOR_PATH = "string((.//*[@rel='author' or @itemprop='author' or contains(@class, 'byline')])[1])"
_TIME_PATH = "string((.//time[not(@itemprop='dateModified')]/@datetime)[1])"
_TIME = re.compile(r"T(\d\d:\d\d)")
_MARK = "\ue000"


@dataclass(frozen=True, slots=True)
class _Story:
    """One of several. `id` tells it from the others where its words would not."""

    words: str
    says: Found
    id: str = ""
    zones: tuple[Zone, ...] = ()

    def draft(self, around: Found, source: str, key: str) -> Draft | Skipped:
        """Its article, under a key of its own: what a letter tells of a page is not that page."""
        text = cleaning.normalise(self.words)
        if not text:
            return Skipped(source, "the text is empty")
        says = first(self.says, around)
        zones = cleaning.zones(text, title=says.known.title, marked=self.zones)
        return draft(text, zones, says, source, f"{key}#{self.id or content_mark(text)}")


def of_text(text: str, says: Found, source: str, key: str | None = None) -> Iterator[Draft | Skipped]:
    """The entries of a live blog, the stories of a newsletter, else the one article of a text."""
    plain = cleaning.normalise(text)
    whole = text_draft(text, says, source, key)
    if isinstance(whole, Skipped):
        yield whole
        return
    entries = list(_entries(plain))
    if len(entries) >= FEWEST:
        around = _said_by(whole)
        for clock, words in sorted(entries, key=lambda entry: clock_of(entry[0]) or 0):
            yield _entry(clock, words, whole.title).draft(around, source, whole.key)
        return
    stories = _linked(plain)
    if len(stories) < _FEWEST_STORIES:
        yield whole
        return
    around = _untitled(_said_by(whole))
    yield from (story.draft(around, source, whole.key) for story in stories)


def _said_by(whole: Draft) -> Found:
    """Metadata that a whole text gives for each of its parts."""
    known = Known(
        title=whole.title,
        outlet=whole.outlet,
        author=whole.author,
        published=whole.published,
        updated=whole.updated,
        language=whole.language,
        url=whole.url,
    )
    return Found(known, whole.origins)


def _untitled(says: Found) -> Found:
    """The same for a part that has a title of its own, or none."""
    return Found(replace(says.known, title=None), says.origins)


# Live blogs


def _entries(text: str) -> Iterator[tuple[str, str]]:
    """The clock time and the words of every entry of a live blog, which opens with a line of its time."""
    lines = text.split("\n")
    clocks = {place: minute for place, line in enumerate(lines) if (minute := clock_of(line)) is not None}
    starts, times = list(clocks), list(clocks.values())
    if len(starts) < FEWEST or times not in (sorted(times), sorted(times, reverse=True)):
        return
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        words = "\n".join(lines[start + 1 : end]).strip()
        if any(ends_sentence(line) for line in words.split("\n")):
            yield lines[start], words


def _entry(clock: str, words: str, title: str | None) -> _Story:
    heading, _, rest = words.partition("\n")
    named = heading if rest and not ends_sentence(heading) else None
    label = ", ".join(filter(None, (title, clock)))
    full = f"{label}: {named}" if named else label
    mark = f"{clock.replace(' ', '')}-{content_mark(words)}"
    return _Story(f"{clock}\n\n{words}", found(Known(title=full), Origin.TEXT), mark)


def _live(updates: Sequence[Mapping[str, object]], title: str | None) -> Iterator[_Story]:
    """The entries of a live blog as its page lists them, the oldest first."""
    for update in sorted(updates, key=lambda update: str(update.get("datePublished", ""))):
        fields = Fields(update)
        own = fields.known()
        try:
            body = fields.text()
        except Unreadable:
            continue  # an entry of a picture alone
        words = (
            "\n\n".join(text for text, _ in html.fragment_blocks(body)) if html.holds_markup(body) else body
        )
        clock = _TIME.search(str(update.get("datePublished", "")))
        heading = own.known.title
        entry = _entry(clock[1] if clock else "", f"{heading}\n{words}" if heading else words, title)
        yield replace(entry, says=found(replace(own.known, title=entry.says.known.title), Origin.PAGE))


# Newsletters


def _linked(text: str) -> list[_Story]:
    """The stories of a plain letter: a title, some prose, and a line with the address of each."""
    stories = []
    above: list[str] = []
    for line in text.split("\n"):
        if not _LINK_LINE.fullmatch(line):
            above.append(line)
            continue
        prose = next((n for n, one in enumerate(above) if ends_sentence(one) and len(one.split()) >= 6), None)
        title = next((one for one in reversed(above[:prose]) if one), None) if prose else None
        if prose is not None and title:
            url = re.search(r"https?://[^\s>)\]]+", line)
            known = Known(title=title, url=url[0] if url else None)
            stories.append(_Story("\n".join(above[prose:]), found(known, Origin.TEXT)))
        above = []
    return stories


def of_letter(markup: str, says: Found, source: str, key: str) -> Iterator[Draft | Skipped]:
    """The stories of a letter in HTML, each under a heading with a link of its own, else its one article."""
    tree = html.parsed(markup.replace(_MARK, ""))
    links: list[tuple[str, str]] = []
    for heading in tree.iter("h1", "h2", "h3", "h4"):
        link = next(iter(heading.xpath(".//a/@href | ancestor::a/@href")), "")
        words = cleaning.normalise("".join(heading.itertext())).replace("\n", " ")
        if is_url(link) and words:
            heading.text = f"{_MARK}{len(links)}{_MARK}{heading.text or ''}"
            links.append((words, str(link)))
    parts = _parts(list(html.blocks(tree)), links)
    told = [story for story in parts[1:] if _prose(story.words)]
    if len({story.says.known.url for story in told}) < _FEWEST_STORIES:
        yield from _letter(parts, says, source, key)
        return
    if _prose(parts[0].words):
        yield parts[0].draft(says, source, key)
    yield from (story.draft(_untitled(says), source, key) for story in told)


def _letter(parts: Sequence[_Story], says: Found, source: str, key: str) -> Iterator[Draft | Skipped]:
    yield from of_text("\n\n".join(part.words for part in parts), says, source, key)


def _parts(blocks: "Sequence[html.Block]", links: Sequence[tuple[str, str]]) -> list[_Story]:
    """The blocks up to the first marked heading, and those of each."""
    gathered: list[list[html.Block]] = [[]]
    says = [NOTHING_FOUND]
    for words, kind in blocks:
        match = re.search(rf"{_MARK}(\d+){_MARK}", words)
        if match:
            title, url = links[int(match[1])]
            says.append(found(Known(title=title, url=url), Origin.PAGE))
            gathered.append([])
            words = words.replace(match[0], "")
        gathered[-1].append((words, kind))
    joined = (cleaning.join(part) for part in gathered)
    return [_Story(text, of, zones=zones) for (text, zones), of in zip(joined, says, strict=True)]


def _prose(words: str) -> bool:
    return any(ends_sentence(line) and len(line.split()) >= 6 for line in words.split("\n"))


# Pages of several articles


def of_page(tree: "_Element", says: Found, source: str) -> Iterator[Draft | Skipped]:
    """The articles of a page that has several in full, or a live blog's entries; nothing for any other."""
    updates = page_metadata.live_updates(tree)
    live = list(_live(updates, says.known.title)) if len(updates) >= FEWEST else []
    stories = live or list(_full_stories(tree))
    if len(stories) < _FEWEST_STORIES:
        return
    key = key_of(source, url=says.known.url)
    for story in stories:
        own = story.says.known.title == says.known.title
        yield story.draft(says if own or live else _of_all(says, source), source, key)


def _of_all(says: Found, source: str) -> Found:
    """Metadata of a page that holds for each of its articles."""
    url = says.known.url or (source if is_url(source) else None)
    return found(Known(outlet=says.known.outlet, language=says.known.language, url=url), Origin.PAGE)


def _full_stories(tree: "_Element") -> "Iterator[_Story]":
    inside: set[_Element] = set()
    for element in tree.xpath(_STORY_PATH):
        if element in inside:
            continue
        inside.update(element.iterdescendants())
        heading = next((one for path in _HEADINGS for one in element.xpath(path)), None)
        blocks = list(html.blocks(element))
        prose = sum(kind is None and _prose(cleaning.normalise(words)) for words, kind in blocks)
        if heading is None or prose < 2 or "omment" in (element.get("class") or ""):
            continue
        title = cleaning.normalise("".join(heading.itertext())).replace("\n", " ")
        link = next(iter(heading.xpath(".//a/@href | ancestor::a/@href")), "")
        known = Known(
            title=title or None,
            url=str(link) if is_url(link) else None,
            published=parse_date(str(element.xpath(_TIME_PATH))),
            author=_author(cleaning.normalise(str(element.xpath(_AUTHOR_PATH)))),
        )
        text, zones = cleaning.join(blocks)
        yield _Story(text, found(known, Origin.PAGE), zones=zones)


def _author(line: str) -> str | None:
    return author_in(line) or author_in(f"By {line}") if line else None
