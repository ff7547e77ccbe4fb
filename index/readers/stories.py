"""Several stories in one page, letter or text: newsletters, pages of many articles, live blogs by entry."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, takewhile
from typing import TYPE_CHECKING

from index.errors import Unreadable
from index.extraction import content_blocks as cleaning
from index.extraction.boilerplate import comments_begin, ends_sentence, known
from index.extraction.bylines import author_in, is_dateline
from index.extraction.date_lines import OTHER_LABEL, is_date_line
from index.extraction.dates import parse_date
from index.extraction.entries import FEWEST, clock_of
from index.readers import html, page_metadata
from index.readers import live as live_blogs
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
from index.readers.text import Marks, text_draft
from index.records import Draft, Origin, Skipped, Zone, ZoneKind

if TYPE_CHECKING:
    from lxml.etree import _Element  # type: ignore[import-untyped]

_FEWEST_STORIES = 2
_LINK_LINE = re.compile(r"(?:[^\W\d_][\w ]{0,30}:? ?)?[<(\[]?(https?://\S{1,2000})")
_STORY_PATH = (
    "//article | //*[contains(@itemtype, 'Article') or contains(@itemtype, 'BlogPosting')]"
    " | //*[contains(concat(' ', normalize-space(@class), ' '), ' hentry ')]"
)
_HEADINGS = (".//h1", ".//h2", ".//h3")
_AUTHOR_PATH = "string((.//*[@rel='author' or @itemprop='author' or contains(@class, 'byline')])[1])"
_TIME_PATH = "string((.//time[not(@itemprop='dateModified')]/@datetime)[1])"
_MARK = "\ue000"
_RULE = "-=*_~#•–— "  # what a line is drawn of
_BULLETS = ("- ", "* ", "• ", "– ", "— ")
# What only letters to subscribers say; they have to, by law.
_LETTER = re.compile(
    r"\b(?:unsubscribe|in (?:your |a )?(?:web )?browser|forwarded (?:this|to you)|manage (?:\w+ )?preferences"
    r"|désabonner|désinscri|darse de baja|cancelar (?:la|su|tu) suscripción|abbestellen|newsletter abmelden"
    r"|disiscriviti|uitschrijven|отписаться)|إلغاء الاشتراك|退订|配信停止",
    re.IGNORECASE,
)
_CREDIT = re.compile(r" \([^()\n]{2,60}\)$")
_LEAST_PROSE = 6  # words
_LEAST_TITLE = 3  # words; names of readers and sections have fewer
_LONGEST_HEAD = 8  # lines from a headline to its article
_LONGEST_HEADING = 12  # words
_EDGE, _LONGEST_NOTE = (
    6,
    30,
)  # lines at the top and the foot of a letter, and words of one that says what it is


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


def of_text(
    text: str, says: Found, source: str, key: str | None = None, marks: Marks | None = None
) -> Iterator[Draft | Skipped]:
    """The entries of a live blog, the stories of a newsletter or of pasted articles, else one article."""
    whole = text_draft(text, says, source, key, marks)
    yield from [whole] if isinstance(whole, Skipped) else several(whole, source)


def several(whole: Draft, source: str) -> Iterator[Draft | Skipped]:
    """The articles that the text of one turns out to hold; itself where it is only one."""
    text, around = whole.text, _said_by(whole)
    entries = list(_entries(text))
    if len(entries) >= FEWEST:
        stories = [
            _entry(clock, words, whole.title)
            for clock, words in sorted(entries, key=lambda entry: clock_of(entry[0]) or 0)
        ]
    else:
        around = _untitled(around)
        pasted = _pasted(text)
        stories = pasted or max(_linked(text), _sections(text, whole.title), key=len)
        if pasted:
            around = _of_issue(whole) if _under_masthead(text) else NOTHING_FOUND
    if len(stories) < _FEWEST_STORIES:
        yield whole
        return
    for story in stories:
        made = story.draft(around, source, whole.key)
        yield made if isinstance(made, Skipped) else replace(made, repairs=whole.repairs)


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


def _of_issue(whole: Draft) -> Found:
    """House and day that stand above all headlines of a page."""
    return found(Known(outlet=whole.outlet, published=whole.published), Origin.TEXT)


def _untitled(says: Found) -> Found:
    """The same for a part that has a title of its own, or none."""
    return Found(replace(says.known, title=None), says.origins)


# Several articles pasted into one file


def _pasted(text: str) -> list[_Story]:
    """The articles of a text that holds several, each under a headline with a day or a byline of its own."""
    lines = _without_rules(text)
    end = next((place for place, line in enumerate(lines) if comments_begin(line)), len(lines))
    heads = list(_heads(lines[:end]))
    if len(heads) < _FEWEST_STORIES:
        return []
    parts = (lines[start:stop] for start, stop in zip(heads, [*heads[1:], len(lines)], strict=True))
    return [_Story("\n".join(part), NOTHING_FOUND) for part in parts]


def _without_rules(text: str) -> list[str]:
    return [line if line.strip(_RULE) else "" for line in text.split("\n")]


def _heads(lines: Sequence[str]) -> Iterator[int]:
    """The places of headlines: lines alone, with a day or a byline below them and prose below that.

    A byline alone heads many things, books in a list of them; a dateline shows that it is a report.
    """
    region: list[int] = []
    for place, line in enumerate(lines):
        if not _prose(line):
            region += [place] if line and known(line) is None else []
            continue
        near = [one for one in region if place - one <= _LONGEST_HEAD]
        region = []
        opens = bool(near) and not (_gives(lines[near[0]]) or OTHER_LABEL.match(lines[near[0]]))
        given = [lines[one] for one in near if _gives(lines[one])]
        reports = is_dateline(line) or any(is_date_line(one, bare=True) for one in given)
        if opens and given and reports and any(_titles(lines[one]) for one in near):
            yield near[0]


def _titles(line: str) -> bool:
    """Tells whether a line may be a headline: names of readers and sections are two words or less."""
    words = line.split()
    short = cleaning.weight(line) < _LEAST_TITLE and not (len(words) == 2 and words[1].islower())
    return not (short or _gives(line))


def _gives(line: str) -> bool:
    """Tells whether a line exists to give a day or a writer."""
    return is_date_line(line, bare=True) or author_in(line) is not None


def _under_masthead(text: str) -> bool:
    """Tells whether the first day stands above the first headline, as on a page that all stories share."""
    for line in text.split("\n"):
        if is_date_line(line, bare=True):
            return True
        if cleaning.weight(line) > _LEAST_TITLE:
            return False
    return False


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
    # What heads an entry is its news, which the words below only add to.
    start = len(clock) + 2
    told = named and cleaning.weight(named) >= _LEAST_TITLE
    zones = (Zone(start, start + len(heading), ZoneKind.REPORTING),) if told else ()
    return _Story(f"{clock}\n\n{words}", found(Known(title=full), Origin.TEXT), mark, zones)


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
        clock = live_blogs.clock_in(str(update.get("datePublished", "")))
        heading = own.known.title
        entry = _entry(clock, f"{heading}\n{words}" if heading else words, title)
        yield replace(entry, says=found(replace(own.known, title=entry.says.known.title), Origin.PAGE))


# Newsletters


def _linked(text: str) -> list[_Story]:
    """The stories of a plain letter: a title, some prose, and a line with the address of each."""
    stories = []
    above: list[str] = []
    for line in text.split("\n"):
        link = _LINK_LINE.fullmatch(line)
        if link is None:
            above.append(line)
            continue
        prose = next((n for n, one in enumerate(above) if _prose(one)), None)
        title = next((one for one in reversed(above[:prose]) if one), None) if prose else None
        if prose is not None and title:
            known = Known(title=title, url=link[1].rstrip(">)]"))
            stories.append(_Story("\n".join(above[prose:]), found(known, Origin.TEXT)))
        above = []
    return stories


def _sections(text: str, title: str | None) -> list[_Story]:
    """The stories of a plain letter under a heading each, and what stands above the first."""
    ends = [line for line in text.split("\n") if line]
    ends = ends[:_EDGE] + ends[-_EDGE:]
    if not any(_LETTER.search(line) and len(line.split()) <= _LONGEST_NOTE for line in ends):
        return []
    lines = _without_rules(text)
    first = next((place for place, line in enumerate(lines) if line), 0)
    heads = [place for place in range(first + 1, len(lines)) if _is_heading(lines, place)]
    if not heads:
        return []
    named = [
        (lines[place].lstrip("#0123456789.) "), lines[place + 1 : stop])
        for place, stop in pairwise([*heads, len(lines)])
    ]
    intro = [line for line in lines[first + 1 : heads[0]] if not _LETTER.search(line)]
    stories = []
    for heading, part in [(title, intro), *named]:
        words = "\n".join(takewhile(lambda line: not _LETTER.search(line), part))
        stories += [_Story(words, found(Known(title=heading), Origin.TEXT))] if _prose(words) else []
    return stories


def _is_heading(lines: Sequence[str], place: int) -> bool:
    line, below = lines[place], lines[place + 1 : place + 2]
    alone = bool(line) and not lines[place - 1] and cleaning.weight(line) <= _LONGEST_HEADING
    return (
        alone
        and bool(below)
        and not (ends_sentence(line) or line.startswith(_BULLETS) or _LETTER.search(line) or known(line))
    )


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
        yield from of_text("\n\n".join(part.words for part in parts), says, source, key)
        return
    if _prose(parts[0].words):
        yield parts[0].draft(says, source, key)
    yield from (story.draft(_untitled(says), source, key) for story in told)


def _parts(blocks: "Sequence[html.Block]", links: Sequence[tuple[str, str]]) -> list[_Story]:
    """The blocks up to the first marked heading, and those of each."""
    gathered: list[list[html.Block]] = [[]]
    says = [NOTHING_FOUND]
    for words, kind in blocks:
        if _MARK in words:
            above, number, below = words.split(_MARK, 2)
            title, url = links[int(number)]
            says.append(found(Known(title=title, url=url), Origin.PAGE))
            gathered.append([])
            words = above + below
        gathered[-1].append((words, kind))
    joined = (cleaning.join(part) for part in gathered)
    return [_Story(text, of, zones=zones) for (text, zones), of in zip(joined, says, strict=True)]


def _prose(words: str) -> bool:
    """Tells whether a line is a sentence, with or without its source in brackets behind it."""
    lines = (_CREDIT.sub("", line) for line in words.split("\n"))
    return any(ends_sentence(line) and cleaning.weight(line) >= _LEAST_PROSE for line in lines)


# Pages of several articles


def of_page(tree: "_Element", says: Found, source: str) -> Iterator[Draft | Skipped]:
    """The articles of a page that has several in full, or a live blog's entries; nothing for any other."""
    updates = page_metadata.live_updates(tree)
    live = list(_live(updates, says.known.title)) if len(updates) >= FEWEST else []
    live = live or [_entry(*one, says.known.title) for one in live_blogs.entries(tree) if _prose(one[1])]
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
