"""Exports of press databases (Nexis, Factiva, ProQuest): many articles in one text, with labelled heads.

What parts them is a line of the database's own. An article's head and foot are fields, "LENGTH: 54 words"
or "WC 54 words", and a few lines without a label: outlet, date and headline. In RIS, which all of them and
libraries write too, every line is a field.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, takewhile

from index.extraction.bylines import author_in
from index.extraction.dates import dates_in, parse_date
from index.extraction.normalisation import normalise
from index.readers.objects import Objects
from index.records import Draft, Skipped

_SEPARATOR = re.compile(
    r"(?:\d{1,5} of \d{1,5} DOCUMENTS?|Document \d{1,5} of \d{1,5}|End of Document|[_=*—-]{20,}"
    r"|(?:AN[ |]+)?Document (?P<id>[A-Z][A-Z0-9]{3,20}[0-9a-z]{10,40}))",
    re.IGNORECASE,
)
_RIGHTS = ("copyright", "©", "(c)", "all rights reserved")

# As the databases' help pages list them.
_LABELS = {
    "title": "title", "headline": "title", "byline": "author", "author": "author", "authors": "author",
    "publication title": "outlet", "publication": "outlet", "publication info": "imprint",
    "publication date": "published", "date": "published", "language": "language",
    "language of publication": "language", "proquest document id": "id", "accession number": "id",
    "abstract": "summary", "highlight": "summary", "full text": "text", "body": "text",
}  # fmt: skip
_BESIDE = frozenset(
    """section, length, dateline, load-date, publication-type, publication type, journal-code, graphic,
    subject, subject terms, classification, geographic, company, organization, industry, person, ticker,
    country, state, city, links, location, people, company / organization, identifier / keyword, pages,
    first page, publication year, publication subject, publisher, place of publication, issn, issn-l,
    country of publication, source type, document type, document feature, document url, copyright,
    last updated, database, volume, issue, series, notes, correction-date, distribution, edition, credit,
    url, source""".replace("\n   ", "").split(", ")
)
_CODES = {"HD": "title", "BY": "author", "SN": "outlet", "PD": "published", "LA": "language", "AN": "id",
          "LP": "text", "TD": "text"}  # fmt: skip
_CODES_BESIDE = frozenset("SE CR WC ET SC ED PG VOL CY ART CO IN NS RE IPC IPD PUB CT CLM RF".split())
_BARE = frozenset({"body", "full text", "classification", "notes", "graphic"})  # labels that need no colon
_LONGEST_VALUE = 2  # lines of a label's value in the foot, where a paragraph of the article could stand
_LONGEST_HEAD_VALUE = 50  # lines of a label's value
_FEWEST = 3  # labels of an article
_RIS_OPENS = re.compile(r"\ufeff?\s{0,20}TY {1,2}- ")
_RIS_LINE = re.compile(r"(?P<tag>[A-Z][A-Z0-9]) {1,2}-(?= |$)(?P<value>.*)")
# By the list of RIS; of several tags for one piece the first that a record has counts.
_RIS = {
    "title": "TI T1 CT", "outlet": "T2 JO JF JA BT PB", "published": "DA Y1 PY", "language": "LA",
    "url": "UR L2 LK", "id": "ID AN", "summary": "AB N2",
}  # fmt: skip


def articles(text: str, source: str) -> Iterator[Draft | Skipped] | None:
    """The articles of an export, each with its own head; None for any other text."""
    if _RIS_OPENS.match(text):
        references = Objects(source, "reference")
        return (references.article(record, number) for number, record in enumerate(_references(text), 1))
    parts = list(_parts(text))
    records = [record for part in parts if (record := _record(part)) is not None]
    if not records or (len(parts) == 1 and len(records[0]) < _FEWEST):
        return None
    objects = Objects(source, "article")
    return (objects.article(record, number) for number, record in enumerate(records, 1))


@dataclass(slots=True)
class _Part:
    """Part between two separators; `id` is what the separator below names it by."""

    lines: list[str] = field(default_factory=list)
    id: str | None = None


def _parts(text: str) -> Iterator[_Part]:
    part = _Part()
    for raw in text.splitlines():
        line = " ".join(raw.split())
        separator = _SEPARATOR.fullmatch(line)
        if separator is None:
            part.lines += [] if _is_page(line) else [line]
        else:
            part.id = separator["id"]
            yield part
            part = _Part()
    yield part


def _is_page(line: str) -> bool:
    """Tells whether a line is what a database prints on each page: "Page 2 of 3"."""
    words = line.split()
    return line == "ProQuest document link" or (words[:1] == ["Page"] and words[2:3] == ["of"])


@dataclass(frozen=True, slots=True)
class _Line:
    """A line, with the label it opens with and what that means; "" where it has none."""

    words: str
    label: str = ""
    piece: str = ""

    @property
    def value(self) -> str:
        """Value behind the label."""
        return self.words[len(self.label) :].lstrip(" :|")


def _record(part: _Part) -> dict[str, str] | None:
    """The fields of a part; None where it is no article of an export."""
    coded = [_coded(line) for line in part.lines]
    many = len({line.label for line in coded} - {""}) > _FEWEST
    lines = coded if many else [_labelled(line) for line in part.lines]
    if len({line.label for line in lines} - {""}) < _FEWEST:
        return _unlabelled(part)
    start = _body_start(lines)
    end = _foot_start(lines, start)
    body = (line.value if line.piece == "text" else line.words for line in lines[start:end])
    record = {"text": "\n".join(body).strip()}
    for line, value in _values([*lines[:start], *lines[end:]]):
        if line.piece and value:
            record.setdefault(line.piece, value)
    head = _head([line.words for line in lines[: _first_label(lines)]], "title" in record)
    if part.id:
        head["id"] = part.id
    whole = head | _imprint(record.pop("imprint", "")) | record
    if "author" in whole:
        whole["author"] = _author(
            whole["author"], any(line.label.casefold().startswith("author") for line in lines)
        )
    if "outlet" in whole:
        whole["outlet"] = _house(whole["outlet"])
    return whole if whole["text"] or "summary" in whole else None


def _labelled(words: str) -> _Line:
    before, colon, _ = words.partition(":")
    label = before.rstrip() if colon or words.casefold() in _BARE else ""
    name = label.casefold()
    return _Line(words, label, _LABELS.get(name, "")) if name in _LABELS or name in _BESIDE else _Line(words)


def _coded(words: str) -> _Line:
    label = words[:4].replace("|", " ").partition(" ")[0]
    known = label in _CODES or label in _CODES_BESIDE
    return _Line(words, label, _CODES.get(label, "")) if known else _Line(words)


def _first_label(lines: Sequence[_Line]) -> int:
    return next(place for place, line in enumerate(lines) if line.label)


def _body_start(lines: Sequence[_Line]) -> int:
    """The line of the label of the words; where there is none, the first paragraph below the labels."""
    first = _first_label(lines)
    labelled = next((place for place, line in enumerate(lines) if line.piece == "text"), None)
    if labelled is not None:
        return labelled
    below = range(first + 1, len(lines))
    return next(
        (n for n in below if lines[n].words and not lines[n].label and not lines[n - 1].words), len(lines)
    )


def _foot_start(lines: Sequence[_Line], start: int) -> int:
    """The first of the labels that stand together at the end.

    A line within the article that looks like a label has paragraphs below it.
    """
    end, between = len(lines), 0
    for place in range(len(lines) - 1, start, -1):
        line = lines[place]
        if (line.label and line.piece != "text") or _states_rights(line.words):
            end, between = place, 0
        elif line.words:
            between += 1
            if between > _LONGEST_VALUE or _opens_paragraph(lines, place):
                break
    return end


def _states_rights(line: str) -> bool:
    return line.casefold().startswith(_RIGHTS)


def _opens_paragraph(lines: Sequence[_Line], place: int) -> bool:
    """Tells whether a line stands apart from the one above, which is no label of it."""
    above = next((lines[n] for n in range(place - 1, -1, -1) if lines[n].words), None)
    return not lines[place - 1].words and not (above and above.label == above.words)


def _values(lines: Sequence[_Line]) -> Iterator[tuple[_Line, str]]:
    """The labelled lines, each with its value, which ends at an empty line."""
    for place, line in enumerate(lines):
        if line.label:
            below = islice(lines, place + 1, place + _LONGEST_HEAD_VALUE)
            more = takewhile(lambda one: one.words and not one.label, below)
            yield line, " ".join(filter(None, (line.value, *(one.words for one in more))))


def _head(lines: Sequence[str], titled: bool) -> dict[str, str]:
    """Outlet, day and title of the lines above the labels: outlet, date, title; or title, outlet, date."""
    blocks = [
        [line for line in block.split("\n") if not _states_rights(line)]
        for block in normalise("\n".join(lines)).split("\n\n")
    ]
    plain = [(number, line) for number, block in enumerate(blocks) for line in block]
    days = [place for place, (_, line) in enumerate(plain) if _date_of(line)]
    if not days:
        return {"title": plain[0][1]} if plain else {}
    number, day = plain[days[-1]]
    above = [line for _, line in plain[: days[-1]]]
    below = [line for block, line in plain[days[-1] + 1 :] if block != number]
    head = {"published": _date_of(day)}
    if below or titled:
        return head | _named(outlet=above[-1:], title=below[:1])
    return head | _named(outlet=above[-1:] if len(above) > 1 else [], title=above[-2:-1] or above[-1:])


def _named(**lines: list[str]) -> dict[str, str]:
    return {name: line[0] for name, line in lines.items() if line}


def _date_of(line: str) -> str:
    """The day of a line that is there to give it, with its weekday, time and edition or without."""
    if len(line) > 80:
        return ""
    days = {day for _, day in dates_in(line)}
    beside = sum(word[0].isalpha() for word in line.split()) - 2
    whole = parse_date(line) is not None or (len(days) == 1 and beside <= 4)
    return days.pop().isoformat() if whole and days else ""


def _imprint(line: str) -> dict[str, str]:
    """Outlet and day of ProQuest's "The Ridge Courier ; Ridgeton [Ridgeton]. 12 Mar 2021: 3."."""
    day = next((day.isoformat() for _, day in dates_in(line)), "")
    return {name: value for name, value in (("outlet", _house(line)), ("published", day)) if value}


def _house(line: str) -> str:
    """The outlet without the place behind it."""
    for end in (";", "[", "(", ". "):
        line = line.partition(end)[0] or line
    return line.strip(" ,")


def _author(value: str, inverted: bool) -> str:
    plain = value.strip(" .;")
    if inverted:  # ProQuest writes the family name first
        names = [name.partition(",") for name in plain.split(";")]
        return ", ".join(f"{first.strip()} {last.strip()}".strip() for last, _, first in names)
    return author_in(plain) or author_in(f"By {plain}") or plain


def _unlabelled(part: _Part) -> dict[str, str] | None:
    """An article as Factiva prints it: headline, byline, "345 words", day, time, outlet, rights, words."""
    lines = part.lines
    told = (place for place, line in enumerate(lines[:40]) if line.endswith(" words") and line[0].isdigit())
    count = next(told, None)
    if count is None or part.id is None:
        return None
    near = range(count + 1, min(count + 4, len(lines)))
    day = next((place for place in near if _date_of(lines[place])), None)
    if day is None:
        return None
    above = [line for line in lines[:count] if line]
    names = [name for line in above if (name := author_in(line))]
    title = [line for line in above if author_in(line) is None][-1:]
    below = [n for n in range(day + 1, len(lines)) if lines[n] and not lines[n][0].isdigit()]  # no clock
    rights = next((place for place in below[:12] if _states_rights(lines[place])), None)
    start = rights + 1 if rights is not None else next((p for p in below if not lines[p - 1]), len(lines))
    text = "\n".join(lines[start:]).strip()
    record = {"published": _date_of(lines[day]), "id": part.id, "text": text}
    record |= _named(title=title, author=names[:1], outlet=[lines[place] for place in below[:1]])
    return record if text else None


def _references(text: str) -> Iterator[dict[str, str]]:
    """The records of RIS under our names. A value goes on in the lines below it."""
    tags: dict[str, list[list[str]]] = {}
    value: list[str] = []
    for line in text.splitlines():
        match = _RIS_LINE.match(line)
        if match is None:
            value.append(line.strip())
        elif match["tag"] == "ER":
            yield _reference(tags)
            tags = {}
        else:
            value = [match["value"].strip()]
            tags.setdefault(match["tag"], []).append(value)
    if tags:
        yield _reference(tags)


def _reference(tags: Mapping[str, list[list[str]]]) -> dict[str, str]:
    joined = {tag: [" ".join(lines).strip() for lines in values] for tag, values in tags.items()}
    said = {tag: list(filter(None, values)) for tag, values in joined.items()}
    firsts = {
        piece: [said[tag][0] for tag in names.split() if said.get(tag)] for piece, names in _RIS.items()
    }
    record = {piece: words[0] if words else "" for piece, words in firsts.items()}
    authors = "; ".join(name for tag in ("AU", "A1") for name in said.get(tag, ()))
    record["author"] = _author(authors, inverted=True) if authors else ""
    record["published"] = record["published"].strip("/").replace("/", "-")
    return {piece: words for piece, words in record.items() if words}
