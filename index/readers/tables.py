"""CSV and TSV: an article a row, under the names that the first row gives."""

import csv
import sys
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO, TextIOWrapper
from typing import BinaryIO

from index.errors import Unreadable
from index.readers.decoding import binary_name, decode
from index.readers.fields import Fields, Mapped
from index.readers.objects import Objects
from index.records import Draft, Skipped

LONGEST_FIELD = 20_000_000
"""Letters of one field."""
_DELIMITERS = ",;\t|"


class TableReader:
    """Reads a table whose first row names its columns, whatever parts them."""

    name = "table"
    suffixes: tuple[str, ...] = (".csv", ".tsv", ".tab")

    def __init__(self, mapped: Mapped = ()) -> None:
        """`mapped` names the columns of tables that name them in their own way."""
        self._mapped = mapped

    def accepts(self, data: bytes, suffix: str) -> bool:
        """A table by its suffix alone: any text has commas."""
        return suffix in self.suffixes and binary_name(data) is None

    def accepts_large(self, head: bytes, suffix: str) -> bool:
        """The same of a file of any size."""
        return self.accepts(head, suffix)

    def read(self, data: bytes, source: str) -> Iterator[Draft | Skipped]:
        """An article a row. Raises Unreadable where the first row names no text."""
        return self._rows(StringIO(decode(data).lstrip("\ufeff"), newline=""), source)

    def read_stream(self, file: BinaryIO, source: str) -> Iterator[Draft | Skipped]:
        """The same of an open file, a row at a time; it is taken for UTF-8."""
        lines = TextIOWrapper(file, "utf-8-sig", errors="replace", newline="")
        try:
            yield from self._rows(lines, source)
        finally:
            lines.detach()  # or it would close a file that is not its own

    def _rows(self, lines: Iterable[str], source: str) -> Iterator[Draft | Skipped]:
        objects = Objects(source, "row", self._mapped)
        rows = _parsed(lines)
        header = next((row for row in rows if row and any(row)), None)
        if header is None or not _names_text(header, self._mapped):
            raise Unreadable("its first row names no text; name the columns, as text, title, published, url")
        for number, row in enumerate(rows, 2):
            if row is None:
                yield Skipped(objects.place(number), "it is no row of a table; it may be broken or cut off")
            elif any(row):
                yield objects.article(dict(zip(header, row, strict=False)), number)


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
