"""JSON: one article in a .json file, a list of them, or one a line in a .jsonl file."""

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import BinaryIO

from index.errors import Unreadable
from index.readers.decoding import binary_name, decode, head
from index.readers.drafting import Found, Known, found
from index.readers.fields import Fields, Mapped, one_line
from index.readers.objects import Objects
from index.records import Draft, Origin, Skipped

_WRAPPERS = ("articles", "items", "results", "data", "docs", "documents", "hits")
_DEEPEST_WRAPPER = 3
LONGEST_LINE = 20_000_000
"""Bytes; a longer line of a .jsonl file is skipped without being held."""


class JsonReader:
    """Reads objects with a text and, under any common name, title, outlet, author, dates, url and id."""

    name = "json"
    suffixes: tuple[str, ...] = (".json", ".jsonl", ".ndjson")

    def __init__(self, mapped: Mapped = ()) -> None:
        """`mapped` names the fields of files that name them in their own way."""
        self._mapped = mapped

    def accepts(self, data: bytes, suffix: str) -> bool:
        """JSON by its suffix, or whatever else opens as an object does."""
        if binary_name(data) is not None:
            return False
        return suffix in self.suffixes or _opens_object(head(data))

    def read(self, data: bytes, source: str) -> Iterator[Draft | Skipped]:
        """Every article of the file; what cannot be one is skipped by line ("file.jsonl:7") or item number.

        Raises Unreadable if the bytes are in no known encoding.
        """
        text = decode(data).lstrip("\ufeff")
        try:
            whole = _parsed(text)
        except Unreadable as error:
            lines = text.split("\n")
            if source.endswith(".json") or sum(map(bool, map(str.strip, lines))) < 2:
                yield Skipped(source, str(error))
            else:
                yield from _read_lines(lines, Objects(source, mapped=self._mapped))
            return
        yield from _read_items(whole, source, self._mapped)

    def accepts_large(self, head: bytes, suffix: str) -> bool:
        """Only lines can be read one by one, and only the suffix says that there are lines."""
        return suffix in (".jsonl", ".ndjson")

    def read_stream(self, file: BinaryIO, source: str) -> Iterator[Draft | Skipped]:
        """The articles of a .jsonl file of any size, a line at a time."""
        lines = map(_decoded_line, _bounded_lines(file))
        yield from _read_lines(lines, Objects(source, mapped=self._mapped))


def _read_items(whole: object, source: str, mapped: Mapped) -> Iterator[Draft | Skipped]:
    items, around = _items(whole, mapped)
    if items is None:
        result = Objects(source, mapped=mapped).article(whole, 1)
        yield Skipped(source, result.reason) if isinstance(result, Skipped) else result
        return
    if not items:
        yield Skipped(source, "the list holds no article")
    file = Objects(source, "item", mapped, around)
    for number, record in enumerate(items, 1):
        yield file.article(record, number)


def _read_lines(lines: Iterable[str | Unreadable], file: Objects) -> Iterator[Draft | Skipped]:
    for number, line in enumerate(lines, 1):
        if isinstance(line, str) and not line.strip():
            continue
        try:
            record = _parsed(line)
        except Unreadable as error:
            yield Skipped(file.place(number), str(error))
            continue
        yield file.article(record, number)


def _items(whole: object, mapped: Mapped) -> tuple[list[object] | None, Found]:
    """The articles of a list, or of an object that only wraps one, and what it says of all of them.

    None for one article.
    """
    if not isinstance(whole, Mapping) or Fields(whole, mapped).holds_text():
        return whole if isinstance(whole, list) else None, Found()
    lists = list(_lists(whole))
    fitting = (items for _, items in lists if _hold_text(items, mapped))
    named = (items for name, items in lists if name in _WRAPPERS)
    items = next(chain(fitting, named), None)
    house = whole.get("title") if "jsonfeed.org" in str(whole.get("version"))[:100] else None
    return items, found(Known(outlet=one_line(house) if isinstance(house, str) else None), Origin.GIVEN)


def _lists(whole: Mapping[str, object]) -> Iterator[tuple[str, list[object]]]:
    """The lists of an object and of the objects in it, the outermost first, with their names."""
    level: list[Mapping[str, object]] = [whole]
    for _ in range(_DEEPEST_WRAPPER):
        yield from (
            (name, value) for holder in level for name, value in holder.items() if isinstance(value, list)
        )
        level = [value for holder in level for value in holder.values() if isinstance(value, Mapping)]


def _hold_text(items: list[object], mapped: Mapped) -> bool:
    return any(isinstance(item, Mapping) and Fields(item, mapped).holds_text() for item in items[:5])


def _bounded_lines(file: BinaryIO) -> Iterator[bytes]:
    """Lines, of which none takes more memory than the longest that is read."""
    while line := file.readline(LONGEST_LINE + 1):
        yield line
        while len(line) > LONGEST_LINE and not line.endswith(b"\n"):
            line = file.readline(LONGEST_LINE + 1)


def _opens_object(start: str) -> bool:
    return start.startswith(("{", "[{", "[ {", "[\n")) and '"' in start and ":" in start


def _decoded_line(line: bytes) -> str | Unreadable:
    if len(line) > LONGEST_LINE:
        return Unreadable(f"the line is longer than {LONGEST_LINE // 1_000_000} MB")
    try:
        return decode(line).lstrip("\ufeff")
    except Unreadable as error:
        return error


def _parsed(text: str | Unreadable) -> object:
    """The value a text holds. Raises Unreadable for what is not JSON or nested beyond reading."""
    if isinstance(text, Unreadable):
        raise text
    try:
        value: object = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise Unreadable(f"it is not JSON: {error.msg} at column {error.colno}") from error
    except RecursionError as error:
        raise Unreadable("it is nested too deeply to be an article") from error
    except ValueError as error:  # a number of more digits than Python converts
        raise Unreadable("it holds a number too long to read") from error
    return value


def _refuse_constant(name: str) -> object:
    raise Unreadable(f"{name} is not JSON; leave the field out or write null")
