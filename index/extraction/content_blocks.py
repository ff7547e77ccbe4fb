"""Zones of a text: reporting, captions, readers' comments, navigation, legal.

A dump of a page has no tags, so a line is judged by its words, its length and its place. The one rule
above all: reporting is never dropped. What is not known to be something else, and reads as prose or
stands among prose, is reporting.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.extraction import boilerplate as furniture
from index.extraction import quotable
from index.extraction.boilerplate import ends_sentence
from index.extraction.bylines import author_in, is_dateline
from index.extraction.date_lines import is_date_line, without_dates
from index.extraction.normalisation import normalise as normalise
from index.extraction.normalisation import without_controls as without_controls
from index.extraction.sentences import lines as lines_of
from index.records import EVIDENCE, Span, Zone, ZoneKind

_SENTENCE_INSIDE = re.compile(r"[^\W\d_]{3}[.!?]['\"”’»)]*\s")
_QUOTES = frozenset("\"'“”‘’«»„")
_LEAST_PULLED = 6  # words, where no quotation marks tell
_NEAR = 40  # lines in which a quote that is drawn to be seen may be repeated
_LONGEST_TITLE = 300  # code points
_DASHES = ("—", "–", " -", " --")
_LONGEST_HEADER = 500  # lines; a list or table without a sentence must not pass for a header
_IDEOGRAPH = re.compile("[\u3040-\u9fff]")


def join(blocks: Iterable[tuple[str, ZoneKind | None]]) -> tuple[str, tuple[Zone, ...]]:
    """One normalised text of the blocks of a marked-up page, and the zones whose kind is known.

    Hand both to `zones`, which judges the blocks of kind None itself.
    """
    parts: list[str] = []
    marked: list[Zone] = []
    position = 0
    for block, kind in blocks:
        part = normalise(block)
        if not part:
            continue
        if kind is not None:
            marked.append(Zone(position, position + len(part), kind))
        parts.append(part)
        position += len(part) + 2
    return "\n\n".join(parts), tuple(marked)


def zones(text: str, *, title: str | None = None, marked: Sequence[Zone] = ()) -> tuple[Zone, ...]:
    """The zones of a normalised text: ordered, trimmed, not overlapping, only white space between them.

    `title`, where known, keeps a headline at the top from being looked for; `marked` zones, in order,
    keep their kind. Lines of header, menu, sharing and sign-off are navigation, so that evidence is
    the reporting and the captions alone.
    """
    lines = _lines(text, marked)
    kinds = _asked(text, lines, _kinds(lines, title))
    return tuple(zone for line, kind in zip(lines, kinds, strict=True) for zone in _cut(line, kind))


def headline(text: str, house: str | None = None) -> str | None:
    """The title that stands in the header lines of a normalised text; None if there is none.

    The house is none where the first line has words beside its day: "Council debate, 2 June 2021".
    """
    lines = _lines(text, ())
    header = lines[: _body_start(lines)]
    found = _title_line(header)
    if (
        found is not None
        and found.words == house
        and header[0] is not found
        and weight(without_dates(header[0].words)) > 1
    ):
        return header[0].words
    return None if found is None else found.words


@dataclass(frozen=True, slots=True)
class _Line(Span):
    words: str
    kind: ZoneKind | None  # what the page's markup says, before any judging


def _lines(text: str, marked: Sequence[Zone]) -> list[_Line]:
    """The lines that are not empty; those of a hard-wrapped paragraph count as one."""
    spans = _unwrapped([(line.start, line.end) for line in lines_of(text)], text)
    remaining = list(reversed(marked))
    lines = []
    for start, end in spans:
        while remaining and remaining[-1].end <= start:
            remaining.pop()
        kind = remaining[-1].kind if remaining and remaining[-1].start <= start else None
        lines.append(_Line(start, end, text[start:end], kind))
    return lines


def _unwrapped(spans: list[tuple[int, int]], text: str) -> list[tuple[int, int]]:
    """Joins the lines of paragraphs broken at a fixed width, as mail and old dumps have them.

    A sentence cut in two by a zone could not be quoted; a paragraph cut at a sentence's end can.
    """
    broken = [
        end - start
        for (start, end), (following, _) in pairwise(spans)
        if following == end + 1 and not ends_sentence(text[start:end])
    ]
    width = max(broken, default=0)
    full = sum(length >= 0.7 * width for length in broken)
    if len(broken) < 3 or not 40 <= width <= 110 or full < 0.7 * len(broken):
        return spans
    joined = spans[:1]
    for start, end in spans[1:]:
        before, until = joined[-1]
        last = text[text.rfind("\n", 0, until) + 1 : until]
        if start == until + 1 and len(last) >= 0.7 * width and not ends_sentence(last):
            joined[-1] = (before, end)
        else:
            joined.append((start, end))
    return joined


def _kinds(lines: Sequence[_Line], title: str | None) -> list[ZoneKind]:
    start = _body_start(lines)
    kinds = [*_header_kinds(lines[:start], title), *_body_kinds(lines[start:])]
    if EVIDENCE.intersection(kinds):
        once = [kinds[0], *map(_unless_repeated, pairwise(lines), kinds[1:])]
        pulled = _pulled(lines)
        return [
            ZoneKind.NAVIGATION if kind in EVIDENCE and number in pulled else kind
            for number, kind in enumerate(once)
        ]
    # A note of a few short lines has no prose to stand out against: all of it is what was reported.
    return [line.kind or furniture.known(line.words) or ZoneKind.REPORTING for line in lines]


def _asked(text: str, lines: Sequence[_Line], kinds: list[ZoneKind]) -> list[ZoneKind]:
    """The kinds with what an interviewer asks told apart, where anything else is evidence."""
    body = [number for number, kind in enumerate(kinds) if kind in EVIDENCE]
    # The first question stands where a head ends, and is not told from it.
    body = [number - 1 for number in body[:1] if number and lines[number - 1].words.endswith("?")] + body
    asking = {body[place] for place in quotable.questions([lines[number].words for number in body])}
    ends = {turn.end for turn in quotable.turns(text) if turn.asks}
    asking |= {number for number in body if lines[number].end in ends}
    if len(asking) == len(body):
        return kinds
    return [ZoneKind.QUESTION if number in asking else kind for number, kind in enumerate(kinds)]


def _pulled(lines: Sequence[_Line]) -> set[int]:
    """The lines that only repeat words of a paragraph, drawn to be seen, and the name below such a quote."""
    folded = [line.words.casefold() for line in lines]
    pulled: set[int] = set()
    for number, words in enumerate(folded):
        quoted = words[:1] in _QUOTES and words[-1:] in _QUOTES
        if not (3 if quoted else _LEAST_PULLED) <= len(words.split()) <= 30:
            continue
        bare = words.strip("".join(_QUOTES) + ".,")
        near = [*folded[max(0, number - _NEAR) : number], *folded[number + 1 : number + 1 + _NEAR]]
        if any(bare in other and len(other) > len(words) for other in near):
            pulled.add(number)
            below = lines[number + 1 : number + 2]
            if quoted and below and weight(below[0].words) <= 8 and not ends_sentence(below[0].words):
                pulled.add(number + 1)
    return pulled


def _unless_repeated(pair: tuple[_Line, _Line], kind: ZoneKind) -> ZoneKind:
    """A caption printed twice is evidence once."""
    above, line = pair
    return ZoneKind.NAVIGATION if line.words == above.words and kind in EVIDENCE else kind


def _body_start(lines: Sequence[_Line]) -> int:
    """Finds where the first prose or dateline stands; the end if there is none."""
    for number, line in enumerate(lines[:_LONGEST_HEADER]):
        if line.kind is ZoneKind.REPORTING:
            return number
        if line.kind is None and _opens_body(line.words) and not _heads(lines, number):
            return number
    return min(len(lines), _LONGEST_HEADER)


def _heads(lines: Sequence[_Line], number: int) -> bool:
    """Tells whether a short line that ends as a sentence is a headline: a date or a byline comes next.

    "Bridge firm sold to the U.S." and "The bridge is safe." are such; a story of one line is not.
    """
    words = lines[number].words
    above = lines[:number]
    if weight(words) >= 25 or is_dateline(words) or any(_opens_body(line.words) for line in above):
        return False
    following = [line.words for line in lines[number + 1 : number + 4]]
    return any(is_date_line(line) or author_in(line) for line in following) and len(lines) > number + 3


def _opens_body(words: str) -> bool:
    if furniture.known(words) or is_date_line(words) or author_in(words):
        return False
    headline_like = words.endswith(("?", "!")) and weight(words) < 25
    return is_dateline(words) or (_is_prose(words) and not headline_like)


def _header_kinds(lines: Sequence[_Line], title: str | None) -> Iterator[ZoneKind]:
    found = None if title else _title_line(lines)
    heading = title or (found.words if found else "")
    for line in lines:
        if line.kind is not None:
            yield line.kind
        elif len(line.words) > _LONGEST_TITLE:
            yield furniture.known(line.words) or ZoneKind.REPORTING
        elif line.words == heading or not _is_candidate(line):
            yield furniture.known(line.words) or ZoneKind.NAVIGATION
        else:
            # A long line is the standfirst, which reports; a short one is a section, a name or a menu.
            yield ZoneKind.REPORTING if weight(line.words) >= 6 else ZoneKind.NAVIGATION


def _title_line(lines: Sequence[_Line]) -> _Line | None:
    candidates = [line for line in lines if _is_candidate(line)]
    long = next((line for line in candidates if weight(line.words) >= 5), None)
    return long or max(candidates, key=lambda line: weight(line.words), default=None)


def _is_candidate(line: _Line) -> bool:
    words = line.words
    special = furniture.known(words) or furniture.is_menu(words, 2) or furniture.SIGN_OFF.fullmatch(words)
    return (
        line.kind is None
        and len(words) <= _LONGEST_TITLE
        and not words.endswith(_DASHES)  # a dateline on a line of its own
        and not (special or is_date_line(words) or author_in(words) or furniture.comments_begin(words))
    )


def _body_kinds(lines: Sequence[_Line]) -> Iterator[ZoneKind]:
    commenting = listing = False
    end = _reporting_end(lines)
    for number, line in enumerate(lines):
        if line.kind is not None:
            yield line.kind
            continue
        commenting = commenting or furniture.comments_begin(line.words)
        listing = furniture.LIST_HEADS.fullmatch(furniture.plain(line.words)) is not None or (
            listing and not _resumes(line.words)
        )
        if commenting:
            yield _tail_kind(line.words, listing)
        elif listing or (number >= end and not ends_sentence(line.words) and weight(line.words) <= 12):
            yield furniture.known(line.words) or ZoneKind.NAVIGATION
        else:
            yield _article_kind(lines, number)


def _reporting_end(lines: Sequence[_Line]) -> int:
    """The number of the line after the last prose above the comments.

    What stands below is the foot of the page. Where little prose stands above, a text of another kind,
    such as a list of results, may simply go on: then nothing counts as foot.
    """
    prose = []
    for number, line in enumerate(lines):
        if furniture.comments_begin(line.words):
            break
        if _is_prose(line.words) and line.kind is None:
            prose.append(number)
    return prose[-1] + 1 if len(prose) >= 3 else len(lines)


def _article_kind(lines: Sequence[_Line], number: int) -> ZoneKind:
    words = lines[number].words
    known = furniture.known(words)
    if known:
        return known
    aside = (
        furniture.SIGN_OFF.fullmatch(words) or furniture.is_menu(words, 3) or is_date_line(words, bare=True)
    )
    return ZoneKind.NAVIGATION if aside or _is_subheading(lines, number) else ZoneKind.REPORTING


def _tail_kind(words: str, listing: bool) -> ZoneKind:
    """Kind of a line below the head of the comments."""
    if furniture.comments_begin(words) and not furniture.POLICY_WORDS.search(words.casefold()):
        return ZoneKind.NAVIGATION
    if furniture.POLICY_WORDS.search(words.casefold()) or furniture.known(words) is ZoneKind.LEGAL:
        return ZoneKind.LEGAL
    return (
        ZoneKind.NAVIGATION if listing or furniture.known(words) is ZoneKind.NAVIGATION else ZoneKind.COMMENT
    )


def _is_subheading(lines: Sequence[_Line], number: int) -> bool:
    """A few words between two paragraphs of prose that do not end as a sentence does.

    Bullets, figures, a colon, a comma or a small first letter may be reporting, so they stay.
    """
    if not 0 < number < len(lines) - 1:
        return False
    words = lines[number].words
    bare = words.strip("'\"“”\u2018\u2019«»")
    if (
        weight(words) > 6
        or not bare[:1].isalpha()
        or bare[:1].islower()
        or words.endswith((":", ",", ";", "،"))
    ):
        return False
    quoted = bare != words and bare[-1:].isalpha()
    unfinished = quoted or not ends_sentence(words)
    around = _is_prose(lines[number - 1].words) and _is_prose(lines[number + 1].words)
    return unfinished and around and not any(map(str.isdigit, words))


def _resumes(words: str) -> bool:
    return _is_prose(words) and weight(words) >= 12


def _is_prose(words: str) -> bool:
    size = weight(words)
    leads_in = words.endswith(":") and _SENTENCE_INSIDE.search(words) is not None  # to a table or a list
    ended = ends_sentence(words) or leads_in or furniture.junk_start(words) is not None
    return size >= 25 or (size >= 4 and ended)


def weight(words: str) -> int:
    """About how many words; Chinese and Japanese count two letters for one, as they put no spaces."""
    return len(words.split()) + len(_IDEOGRAPH.findall(words)) // 2


def _cut(line: _Line, kind: ZoneKind) -> Iterator[Zone]:
    """The line as one zone, or as two where "read more" and the like hang on its end."""
    junk = furniture.junk_start(line.words) if kind in EVIDENCE else None
    if junk is None:
        yield Zone(line.start, line.end, kind)
        return
    rest = line.words[junk:].lstrip()
    yield Zone(line.start, line.start + junk, kind)
    yield Zone(line.end - len(rest), line.end, ZoneKind.NAVIGATION)
