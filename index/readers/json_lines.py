"""JSON: one article in a .json file, a list of them, or one a line in a .jsonl file."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from index.errors import Unreadable
from index.readers import html
from index.readers.decoding import binary_name, decode, head
from index.readers.drafting import Known, content_mark, key_of
from index.readers.fields import Mapped, id_of, kind_of, known_fields, renamed, shown, value_of
from index.readers.text import text_draft
from index.records import Draft, Skipped

_WRAPPERS = ("articles", "items", "results", "data", "docs", "documents", "hits")
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
                yield from _read_lines(lines, _File(source, mapped=self._mapped))
            return
        yield from _read_items(whole, source, self._mapped)

    def accepts_large(self, head: bytes, suffix: str) -> bool:
        """Only lines can be read one by one, and only the suffix says that there are lines."""
        return suffix in (".jsonl", ".ndjson")

    def read_stream(self, file: BinaryIO, source: str) -> Iterator[Draft | Skipped]:
        """The articles of a .jsonl file of any size, a line at a time."""
        lines = map(_decoded_line, _bounded_lines(file))
        yield from _read_lines(lines, _File(source, mapped=self._mapped))


@dataclass(slots=True)
class _File:
    """What has been read of one file, for telling when an article comes twice."""

    source: str
    unit: str = "line"
    mapped: Mapped = ()
    seen: dict[str, int] = field(default_factory=dict)

    def place(self, number: int) -> str:
        return f"{self.source}:{number}"

    def article(self, record: object, number: int) -> Draft | Skipped:
        try:
            return self._article(record, number)
        except Unreadable as error:
            return Skipped(self.place(number), str(error))

    def _article(self, record: object, number: int) -> Draft | Skipped:
        if not isinstance(record, Mapping):
            raise Unreadable(f"it is {kind_of(record)}; an article is a JSON object")
        record = renamed(record, self.mapped)
        body = _body(record, self.mapped)
        says = known_fields(record)
        key = self._key(id_of(record), says.known, body)
        read = html.fragment_draft if html.holds_markup(body) else text_draft
        result = read(body, says, self.source, key)
        if isinstance(result, Skipped):
            return Skipped(self.place(number), result.reason)
        self.seen[key] = number
        return result

    def _key(self, id: str | None, says: Known, body: str) -> str:
        """The key of an article; Unreadable if an earlier one of the file has it."""
        if says.url or id:
            key = key_of(self.source, url=says.url, id=id, outlet=says.outlet)
            if key in self.seen:
                name, value = ("url", says.url) if says.url else ("id", id)
                raise Unreadable(f"{name} {shown(value)} was already used on {self.unit} {self.seen[key]}")
            return key
        base = key_of(self.source)
        keys = [f"{base}#{content_mark(part)}" for part in (says.title, body) if part]
        fresh = next((key for key in keys if key not in self.seen), None)
        if fresh is None:
            raise Unreadable(f"the same article stands on {self.unit} {self.seen[keys[-1]]}")
        return fresh


def _read_items(whole: object, source: str, mapped: Mapped) -> Iterator[Draft | Skipped]:
    items = _items(whole, mapped)
    if items is None:
        result = _File(source, mapped=mapped).article(whole, 1)
        yield Skipped(source, result.reason) if isinstance(result, Skipped) else result
        return
    if not items:
        yield Skipped(source, "the list holds no article")
    file = _File(source, "item", mapped)
    for number, record in enumerate(items, 1):
        yield file.article(record, number)


def _read_lines(lines: Iterable[str | Unreadable], file: _File) -> Iterator[Draft | Skipped]:
    for number, line in enumerate(lines, 1):
        if isinstance(line, str) and not line.strip():
            continue
        try:
            record = _parsed(line)
        except Unreadable as error:
            yield Skipped(file.place(number), str(error))
            continue
        yield file.article(record, number)


def _items(whole: object, mapped: Mapped) -> list[object] | None:
    """The articles of a list, or of an object that only wraps one; None for one article."""
    if isinstance(whole, Mapping) and value_of(renamed(whole, mapped), "text")[1] is None:
        whole = next((whole[name] for name in _WRAPPERS if isinstance(whole.get(name), list)), whole)
    return whole if isinstance(whole, list) else None


def _body(record: Mapping[str, object], mapped: Mapped) -> str:
    name, value = value_of(record, "text")
    theirs = dict(mapped).get("text")
    if value is None and theirs:
        raise Unreadable(f"it has no text in the field {theirs}, to which text is mapped")
    if value is None:
        raise Unreadable("it has no text; put the article in a field named text")
    if not isinstance(value, str):
        raise Unreadable(f"{name} is {kind_of(value)}; it must be a string")
    return value


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
