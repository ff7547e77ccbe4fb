"""CSV and TSV: an article a row, under the names that the first row gives."""

import csv
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from io import StringIO, TextIOWrapper
from itertools import chain, islice
from typing import BinaryIO

from index.errors import Unreadable
from index.extraction.boilerplate import ends_sentence
from index.extraction.dates import ambiguous_in
from index.readers.decoding import binary_name, decode, head
from index.readers.fields import Fields, Mapped
from index.readers.objects import Objects
from index.records import Draft, Origin, Skipped

LONGEST_FIELD = 20_000_000
"""Letters of one field."""
_DELIMITERS = ",;\t|"
_PLAIN = frozenset({".txt", ".text", ""})
_TRIED = 200  # rows that show how a table writes its days, and which column holds its texts
_LEAST_PROSE = 8.0  # words of a text on average
_LONGEST_NAME = 4  # words of a column's name
_LONGEST_DAY = 40  # letters
_NUMERIC = re.compile(r"(\d{1,2})[-/](\d{1,2})[-/]\d{4}\b")
_MONTHS = 12
_FIRST = ("day", "month")


class TableReader:
    """Reads a table whose first row names its columns, whatever parts them."""

    name = "table"
    suffixes: tuple[str, ...] = (".csv", ".tsv", ".tab")

    def __init__(self, mapped: Mapped = ()) -> None:
        """`mapped` names the columns of tables that name them in their own way."""
        self._mapped = mapped

    def accepts(self, data: bytes, suffix: str) -> bool:
        """A table by its suffix; any text has commas, so that one named text has to name its columns."""
        if binary_name(data) is not None:
            return False
        return suffix in self.suffixes or (suffix in _PLAIN and _is_table(head(data)))

    def accepts_large(self, head: bytes, suffix: str) -> bool:
        """The same of a file of any size."""
        return self.accepts(head, suffix)

    def read(self, data: bytes, source: str) -> Iterator[Draft | Skipped]:
        """An article a row. Raises Unreadable where no column holds a text."""
        return self._rows(StringIO(decode(data).lstrip("\ufeff"), newline=""), source)

    def read_stream(self, file: BinaryIO, source: str) -> Iterator[Draft | Skipped]:
        """The same of an open file, a row at a time; it is taken for UTF-8."""
        lines = TextIOWrapper(file, "utf-8-sig", errors="replace", newline="")
        try:
            yield from self._rows(lines, source)
        finally:
            lines.detach()  # or it would close a file that is not its own

    def _rows(self, lines: Iterable[str], source: str) -> Iterator[Draft | Skipped]:
        rows = _parsed(lines)
        header = next((row for row in rows if row and any(row)), None) or []
        tried = list(islice(rows, _TRIED))
        mapped = self._mapped
        if not _names_text(header, mapped):
            mapped += _column_of_text(header, [row for row in tried if row])
        if not mapped and not _names_text(header, mapped):
            raise Unreadable("its first row names no text; name the columns, as text, title, published, url")
        objects = Objects(source, "row", mapped)
        orders = _orders([row for row in tried if row])
        for number, row in enumerate(chain(tried, rows), 2):
            if row is None:
                yield Skipped(objects.place(number), "it is no row of a table; it may be broken or cut off")
            elif any(row):
                yield _read(objects, header, row, number, orders)


def _read(
    objects: Objects, header: Sequence[str], row: Sequence[str], number: int, orders: Mapping[int, int]
) -> Draft | Skipped:
    """The article of a row, whose days are read in the order that the rows of their column have."""
    cells, settled = list(row), {}
    for place, order in orders.items():
        for _, both in ambiguous_in(row[place][:_LONGEST_DAY]) if place < len(row) else ():
            cells[place] = both[order].isoformat()
            settled[both[order]] = f"{row[place]} was read {_FIRST[order]} first, as in the other rows"
    made = objects.article(dict(zip(header, cells, strict=False)), number)
    if isinstance(made, Draft) and made.published in settled:
        origins = {**made.origins, "published": Origin.INFERRED}
        return replace(made, notes=(settled[made.published], *made.notes), origins=origins)
    return made


def _orders(rows: Sequence[Sequence[str]]) -> dict[int, int]:
    """For each column of numeric days the order that its rows show: 0 for the day first, 1 for the month."""
    shown: dict[int, set[int]] = {}
    for row in rows:
        for place, cell in enumerate(row):
            match = _NUMERIC.match(cell.strip()) if len(cell) <= _LONGEST_DAY else None
            if match and max(int(match[1]), int(match[2])) > _MONTHS:
                shown.setdefault(place, set()).add(int(int(match[2]) > _MONTHS))
    return {place: orders.pop() for place, orders in shown.items() if len(orders) == 1}


def _column_of_text(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Mapped:
    """The column of an unknown name that most surely holds the articles: the longest, where it is prose."""
    best: tuple[float, str] = (_LEAST_PROSE, "")
    if any(map(ends_sentence, header)):
        return ()  # the first row is an article too
    for place, name in enumerate(header):
        cells = [row[place] for row in rows if len(row) > place and row[place].strip()]
        length = sum(len(cell.split()) for cell in cells) / max(len(cells), 1)
        if name and cells and all(ends_sentence(cell.strip()) for cell in cells):
            best = max(best, (length, name))
    return (("text", best[1]),) if best[1] else ()


def _is_table(start: str) -> bool:
    """Tells whether a text opens with a row that names columns of articles, and a row of as many cells."""
    rows = _parsed(StringIO(start.lstrip("\ufeff"), newline=""))
    header, first = next(rows, None) or [], next(rows, None) or []
    names = all(0 < len(name.split()) <= _LONGEST_NAME for name in header)
    return names and len(header) == len(first) > 2 and _names_text(header, ()) and _names_title(header)


def _names_title(header: Sequence[str]) -> bool:
    known = Fields(dict.fromkeys(header, "x")).known()
    return "title" in known.origins and len(known.origins) > 1


def columns(data: bytes) -> tuple[list[str], Iterator[list[str]]]:
    """The first row of a table and those below it."""
    rows = _parsed(StringIO(decode(data).lstrip("\ufeff"), newline=""))
    return next(rows, None) or [], (row for row in rows if row)


def _names_text(header: Sequence[str], mapped: Mapped) -> bool:
    """Tells whether a column may hold the text; one of an unknown name may where others are known."""
    fields = Fields(dict.fromkeys(header, "x"), mapped)
    return fields.holds_text() or len(fields.known().origins) > 1


def _parsed(lines: Iterable[str]) -> Iterator[list[str] | None]:
    """The rows, and None for one that is none."""
    csv.field_size_limit(min(LONGEST_FIELD, sys.maxsize))
    lines = iter(lines)
    first = next(lines, "")
    delimiter = max(_DELIMITERS, key=first.count)
    rows = csv.reader(_chained(first, lines), delimiter=delimiter)
    while True:
        try:
            yield next(rows)
        except StopIteration:
            return
        except csv.Error:
            yield None


def _chained(first: str, lines: Iterator[str]) -> Iterator[str]:
    yield first
    yield from lines
