"""Outlet, authors, days, place and language of an article, read from its own lines.

Nothing is guessed. A date counts only in a header line or under a label ("Published:"), never in
running text; but where that line leaves the year out, or could mean two days, what the text says of its
days may settle it, and the date is then `inferred`. A file's name is no evidence of the outlet, but it
may confirm a word found in the text.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from operator import itemgetter

from index.extraction.boilerplate import ends_sentence, is_menu, is_section_menu, plain
from index.extraction.date_lines import (
    LABELLED,
    OTHER_LABEL,
    PUBLISHED,
    UPDATED,
    WIRE,
    days_in,
    is_date_line,
    settled_date,
    wired,
)
from index.extraction.dates import WEEKDAYS, dates_in, in_ascii_digits
from index.extraction.language import language_of
from index.records import Origin, Zone, ZoneKind

_NAME = r"[^\W\d_][\w.'’-]*"
_BYLINE = re.compile(
    r"(?:by|written by|reported by|reporting by|author|authors|words by|par|por|von|بقلم|كتب|تقرير)"
    rf"(?:\s*:)?\s+(?P<name>{_NAME}(?:[ ,&]+(?:and |et |y |und )?{_NAME}){{0,7}})",
    re.IGNORECASE,
)
# Where each of several reporters wrote: "Ann Lee and Bo Chen in Lenn, Cy Marsh in Erbil".
_PLACE_BETWEEN = re.compile(
    r"\s(?:in|at|reporting from)\s[A-Z][\w'’-]*(?:\s[A-Z][\w'’-]*){0,2}(?=,|\sand\s|$)"
)
# What follows the name: "for the Courier", ", political editor", ", Staff Writer", ", Lenn", " avec AFP".
_BESIDE_NAME = re.compile(
    r"(?:,?\s(?:in|for|at|reporting from)\s[A-Z].{0,99}|,\s[a-z][a-z ]{0,99}"
    r"|,?\s(?:with|avec|con|mit)\s.{0,99}|,?\s(?:photographs?|photos|pictures|video|graphics?)\sby\s.{0,99}"
    r"|,\s(?:[A-Z][\w-]+\s){0,3}(?:Writer|Reporter|Editor|Correspondent|Columnist|Photographer)"
    r"|,\s(?!Jr\b|Sr\b|PhD\b|MD\b)[A-Z][^\W\d_]{3,})$"
)
_PLACE = r"[A-Z][\w.'’-]+(?: [A-Z][\w.'’-]+){0,3}"
DATELINE = re.compile(
    rf"(?P<place>{_PLACE})(?:[,/] [^()—–]{{2,40}}?)?\s*"
    r"(?:(?:\((?P<outlet>[A-Z][\w .&'’-]{1,40})\)\s*[—–-]{1,2}|[—–]|\s-{1,2})\s"
    r"|\.[—–]\s?)"  # as old print has it
)
_SOURCE = re.compile(
    r"(?:source|publisher|outlet|fuente|quelle|المصدر)\s*:\s*(?P<outlet>\S.{1,60})", re.IGNORECASE
)
_COPYRIGHT = re.compile(
    r"(?:©|\(c\)|copyright)\W{0,5}(?:\d{4}\W{1,5}){0,2}(?P<outlet>[A-Z][\w&'’-]*(?: [\w&'’-]+){0,4}?)"
    r"(?: Ltd| Inc| LLC| GmbH)?\s*(?:[.|,]|$)",
    re.IGNORECASE,
)
_ARTICLES = frozenset({"The", "Le", "La", "Les", "El", "Il", "Die", "Der", "Das", "De", "Het"})
_PARTED = re.compile(r"\s[|–—·•-]\s|,\s(?=\d)")
_SLASHED = re.compile(rf"(?P<name>{_NAME}(?: {_NAME}){{1,3}})\s?/\s?(?P<house>[A-Z][\w .&'’-]{{1,40}})")
_TOLD = re.compile(
    r"\b(?:told|tells|statements? to|interview (?:with|to)|speaking to|spoke to|talking to)\s+"
    r"(?P<words>[A-Z][\w-]+(?: [A-Z][\w-]+){0,3})"
)
_HOUSES = """news network times post agency press media tv television radio herald tribune gazette daily
    weekly journal today observer guardian chronicle mail telegraph broadcasting magazine review wire noticias
    diario periódico zeitung nachrichten وكالة صحيفة جريدة شبكة قناة"""
_LEAST_HEADLINE = 4  # words
_OUTLET_WORDS = frozenset(_HOUSES.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Byline:
    """Metadata that an article's own lines give. None is unknown; `origins` names where the rest stood.

    `dateline` is the place in front of the first sentence ("ERBIL, Kurdistan Region - " gives "ERBIL").
    """

    outlet: str | None = None
    author: str | None = None
    published: date | None = None
    updated: date | None = None
    dateline: str | None = None
    language: str | None = None
    origins: Mapping[str, Origin] = field(default_factory=dict)


def find(text: str, zones: Sequence[Zone], file_name: str = "", language: str | None = None) -> Byline:
    """Reads outlet, author, dates, place and language from the zones of `text`.

    `file_name` only confirms an outlet that the text names itself. A `language` that is known already
    is not looked for.
    """
    header = _header(text, zones)
    published, updated = _dates(header, _labelled_footer(text, zones, len(header)))
    place, agency, day = _dateline(text, zones)
    published = published or day
    concluded = None if published else settled_date(header, text, zones) or wired(text, zones)
    values: dict[str, str | date | None] = {
        "outlet": _outlet(text, zones, header, agency, file_name),
        "author": next(filter(None, map(author_in, header)), None)
        or _slashed(header)
        or _credited(text, zones),
        "published": published or concluded,
        "updated": updated,
        "dateline": place,
    }
    origins = {name: Origin.TEXT if value else Origin.UNKNOWN for name, value in values.items()}
    if concluded:
        origins["published"] = Origin.INFERRED
    language = language or language_of(_evidence(text, zones) or text)
    origins["language"] = Origin.INFERRED if language else Origin.UNKNOWN
    return Byline(**values, language=language, origins=origins)  # type: ignore[arg-type]


def author_in(line: str) -> str | None:
    """The name in a byline such as "By Khalid al-Taie | 2 June 2021"; None if the line is none.

    Two or more authors stay as the line has them: "Ann Lee and Bo Chen".
    """
    if len(line) > 200:
        return None
    head, *rest = (part.strip() for part in re.split(r"\s[|–—·•-]\s|(?<=\d)\.\s", line))
    dated = rest and is_date_line(head, bare=True)
    return _name_in(head) or (_name_in(rest[-1]) if dated else None)


def _name_in(words: str) -> str | None:
    head = _PLACE_BETWEEN.sub("", words)
    head = _BESIDE_NAME.sub("", head)
    before, comma, house = head.rpartition(", ")
    if comma and _OUTLET_WORDS & set(house.casefold().split()):
        head = before
    match = _BYLINE.fullmatch(head.rstrip("."))
    if match is None or len(head) > 100:
        return None
    name = match["name"]
    first = name.split()[0].casefold()
    # "By Friday" and "by accident" open sentences; names are capitalised where a script has capitals.
    return None if name[0].islower() or first in WEEKDAYS else name


def _slashed(header: Sequence[str]) -> str | None:
    """The writer of a line such as "Ann Sorley / Halyard Press" beside the date."""
    for one, other in [*pairwise(header), *((b, a) for a, b in pairwise(header))]:
        match = _SLASHED.fullmatch(other) if is_date_line(one) else None
        if match and _OUTLET_WORDS & set(match["house"].casefold().split()):
            return match["name"]
    return None


def _credited(text: str, zones: Sequence[Zone]) -> str | None:
    """The writers whom an agency names at the end: "(Reporting by Ann Lee in Lenn; editing by Bo Chen)"."""
    lines = (zone.of(text) for zone in zones if zone.kind is ZoneKind.NAVIGATION)
    credits = (line.strip("()").partition(";")[0] for line in lines if line.startswith("("))
    return next(filter(None, map(author_in, credits)), None)


def is_dateline(line: str) -> bool:
    """Tells whether a paragraph opens with a place in capitals, or a place and an agency, and a dash."""
    match = DATELINE.match(line)
    return match is not None and bool(match["outlet"] or match["place"].isupper())


def _evidence(text: str, zones: Sequence[Zone]) -> str:
    return "\n".join(zone.of(text) for zone in zones if zone.kind is ZoneKind.REPORTING)


def _header(text: str, zones: Sequence[Zone]) -> list[str]:
    """The lines above the first reported sentence that are not evidence."""
    lines = []
    for zone in zones:
        line = zone.of(text)
        if zone.kind is ZoneKind.REPORTING and ends_sentence(line):
            break
        if zone.kind is ZoneKind.NAVIGATION:
            lines.append(line)
    return lines


def _labelled_footer(text: str, zones: Sequence[Zone], header: int) -> list[str]:
    lines = [zone.of(text) for zone in zones if zone.kind is ZoneKind.NAVIGATION][header:]
    return [line for line in lines if LABELLED.match(line) or UPDATED.match(line)]


def _dates(header: Sequence[str], footer: Sequence[str]) -> tuple[date | None, date | None]:
    """The first date that is not an update's, and the first that is."""
    found = list(_dated([*header, *footer]))
    published = next((day for day, update in found if not update), None)
    updated = next((day for day, update in found if update), None)
    return published, updated


def _dated(lines: Sequence[str]) -> Iterator[tuple[date, bool]]:
    for number, line in enumerate(lines):
        if not is_date_line(line) and author_in(line) is None:
            continue
        if _dates_the_subject(lines, number):
            continue
        before, told = 0, []
        for span, day in dates_in(line):
            update = UPDATED.search(line[before : span.start]) is not None
            # A day of another calendar may be off by one, as the moon is seen; what it stands beside is not.
            told.append((str(day.year) not in in_ascii_digits(span.of(line)), day, update))
            before = span.end
        yield from ((day, update) for _, day, update in sorted(told, key=itemgetter(0)))


def _dates_the_subject(lines: Sequence[str], number: int) -> bool:
    """Tells whether a labelled day is the event's own: "Event date: …", "Date: …" beside "Venue: …"."""
    line = lines[number]
    label = OTHER_LABEL.match(line)
    if UPDATED.search(line) or not label:
        return False
    if not LABELLED.match(line) or _names_a_subject(label[0]):
        return True
    beside = [
        other
        for other in lines
        if OTHER_LABEL.match(other) and not (LABELLED.match(other) or _SOURCE.match(other))
    ]
    return line.casefold().startswith("date") and any(not UPDATED.search(other) for other in beside)


def _names_a_subject(label: str) -> bool:
    """Tells whether a label says whose date follows: "Date of the flood:", and not "Date published:"."""
    rest = label.casefold().removeprefix("date").removeprefix(" of").strip(" :")
    return label.casefold().startswith("date") and bool(rest) and not PUBLISHED.search(rest)


def _dateline(text: str, zones: Sequence[Zone]) -> tuple[str | None, str | None, date | None]:
    """The place, the agency and the day in front of the first sentence: "LENN, June 2, 2021 (Halyard) - "."""
    for zone in zones:
        line = zone.of(text)
        reported = zone.kind is ZoneKind.REPORTING
        match = DATELINE.match(line) if reported else None
        wire = WIRE.match(line) if reported and not match else None
        if wire:
            return None, wire["outlet"], None
        day = _alone(match[0][match.end("place") :]) if match else None
        if match and (day or is_dateline(line)):
            return match["place"], match["outlet"], day
        if zone.kind is ZoneKind.REPORTING and ends_sentence(line):
            break
    return None, None, None


def _alone(words: str) -> date | None:
    """The day that words give which are nothing but a day, an agency in brackets apart."""
    bare = words.partition("(")[0]
    return next((day for _, day in dates_in(bare)), None) if is_date_line(bare, bare=True) else None


def _outlet(
    text: str, zones: Sequence[Zone], header: Sequence[str], agency: str | None, file_name: str
) -> str | None:
    labelled = next((match["outlet"] for line in header if (match := _SOURCE.fullmatch(line))), None)
    confirming = [file_name, *(zone.of(text) for zone in zones if _names_itself(zone, text))]
    return (
        labelled
        or _masthead(header)
        or _beside_date(header, text, confirming)
        or _signed(zones, text)
        or agency
        or _told(text, zones, confirming)
        # Above a headline and a day the first line is the house; else it may be a section ("Iraq News").
        or _first_house(header[:1] if _above_headline(header) else [], text, confirming)
    )


def _above_headline(header: Sequence[str]) -> bool:
    """Tells whether a day and a headline stand below the first line."""
    titled = any(len(line.split()) >= _LEAST_HEADLINE and not is_date_line(line) for line in header[1:])
    return any(map(is_date_line, header[2:])) or (titled and any(map(is_date_line, header[1:2])))


def _names_itself(zone: Zone, text: str) -> bool:
    """House rules and sign-offs name the house; headlines and menus name anybody."""
    line = zone.of(text)
    return zone.kind is ZoneKind.LEGAL or (zone.kind is ZoneKind.NAVIGATION and line.startswith("("))


def _masthead(header: Sequence[str]) -> str | None:
    """The name that stands first of all, right above a site's menu, without a radio's frequency."""
    first, below = (is_menu(line, 2) or is_section_menu(plain(line)) for line in (*header, "", "")[:2])
    name = _without_frequency(header[0]) if header else ""
    return name if below and not first and _could_be_name(name) else None


def _without_frequency(name: str) -> str:
    bare = name.removesuffix("FM").removesuffix("AM").removesuffix("MHz")
    return name if bare == name else bare.rstrip("0123456789. ")


def _beside_date(header: Sequence[str], text: str, confirming: Sequence[str]) -> str | None:
    """The house in the line below the date, else above it."""
    pairs = [(above, line) for above, line in pairwise(header)]
    places = [line for above, line in pairs if is_date_line(above) or any(days_in(above))]
    places += [above for above, line in pairs if is_date_line(line) and above != header[0]]
    places += [part for line in header if is_date_line(line) for part in _PARTED.split(line)]
    return _first_house(places, text, confirming)


def _first_house(lines: Sequence[str], text: str, confirming: Sequence[str]) -> str | None:
    return next((line for line in lines if _could_be_name(line) and _is_outlet(line, text, confirming)), None)


def _signed(zones: Sequence[Zone], text: str) -> str | None:
    """The house that a line of copyright names: "© 2021 Ridge News. All rights reserved."."""
    legal = (zone.of(text) for zone in zones if zone.kind is ZoneKind.LEGAL)
    return next((match["outlet"] for line in legal if (match := _COPYRIGHT.match(line))), None)


def _could_be_name(line: str) -> bool:
    named = len(line.split()) <= 5 and len(line) <= 50 and "/" not in line and not ends_sentence(line)
    return named and not is_date_line(line) and author_in(line) is None


def _is_outlet(line: str, text: str, confirming: Sequence[str]) -> bool:
    words = set(line.casefold().split())
    told = any(f" {verb} {line}" in text for verb in ("told", "to", "with"))
    return bool(words & _OUTLET_WORDS or told or _has_article(line) or _confirmed(line, confirming))


def _has_article(line: str) -> bool:
    """A house may call itself "The Ridge Courier"; a person does not."""
    first, *rest = line.split()
    return first in _ARTICLES and bool(rest) and rest[0][0].isupper()


def _told(text: str, zones: Sequence[Zone], confirming: Sequence[str]) -> str | None:
    """An outlet that says someone spoke to it, where the file's name or a sign-off agrees."""
    for match in _TOLD.finditer(_evidence(text, zones)):
        words = match["words"].split()
        for length in range(len(words), 0, -1):
            name = " ".join(words[:length])
            if name.casefold() not in WEEKDAYS and _confirmed(name, confirming):
                return name
    return None


def _confirmed(name: str, confirming: Sequence[str]) -> bool:
    squeezed = _squeezed(name)
    return len(squeezed) >= 3 and any(squeezed in _squeezed(text) for text in confirming)


def _squeezed(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))
