"""Answers as JSON: a schema that allows only sentences that exist as citations, read while it comes.

Servers that take a schema (OpenAI, Anthropic, llama.cpp, vLLM, Ollama) let a model write nothing else. Where
a model writes plain text all the same, that is read as plain text is.
"""

import re
from collections.abc import Iterator
from json import JSONDecoder
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ValidationError

from service.answerers.citations import (
    MOST_BLANK,
    MOST_HEARD,
    MOST_HELD,
    MOST_WRITTEN,
    Numbered,
    Sentences,
    repeats,
)
from service.llm.plain import THOUGHTS, open_thought, without_thoughts

MOST_PLACES = 400  # sentences in a schema; providers bound the values that one may list


def _several(cites: Any) -> Any:
    return [str(cite) for cite in (cites if isinstance(cites, list) else [cites])]


_OPENED = re.compile(r"(?:\[\s{0,9}){0,3}\{")


class _Item(BaseModel):
    """A sentence as it comes; some write one place, or a number, where a list of words is asked for."""

    text: str
    cites: Annotated[list[str], BeforeValidator(_several)] = []


def schema_of(numbered: Numbered) -> dict[str, Any] | None:
    """Returns the schema of an answer from these sentences; None where they are too many to be listed."""
    places = [f"{passage}.{sentence}" for passage, sentence in numbered.quotes]
    if not 0 < len(places) <= MOST_PLACES:
        return None
    item = _object(
        text={"type": "string"}, cites={"type": "array", "items": {"type": "string", "enum": places}}
    )
    return _object(sentences={"type": "array", "items": item})


def _object(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


class Items:
    """Cuts JSON of that schema into sentences with their marks while it comes, like `Sentences`.

    `ended` tells that the JSON is complete, `full` that nothing more should be taken. What no JSON opens is
    plain text, of which no end is known.
    """

    def __init__(self, sentinel: str) -> None:
        self.ended = False
        self._sentinel = sentinel
        self._plain: Sentences | None = None
        self._before = ""  # what came before it is known which of both it is
        self._unread = 0
        self._blank = 0
        self._begins = ""  # the first letter of the last line of plain text
        self._json = _Objects()

    @property
    def is_plain(self) -> bool:
        """Tells whether the model wrote plain text after all."""
        return self._plain is not None

    @property
    def full(self) -> bool:
        stopped = self._plain.full if self._plain else self._json.full
        return stopped or self._unread > MOST_WRITTEN or self._blank > MOST_BLANK

    def add(self, piece: str) -> list[str]:
        """The sentences that are complete with this piece."""
        if self.ended:
            return []
        self._blank = 0 if any(map(str.isalnum, piece)) else self._blank + len(piece)
        before: list[str] = []
        if self._plain is not None:
            before, piece = self._until_json(self._plain, piece)
        elif not self._json.begun:
            text = without_thoughts(self._before + piece).lstrip()
            self._before = open_thought(text) or text
            self._unread += len(piece)
            if self.full or _may_still_be_either(self._before):
                return []
            if not text.startswith("```") and not _OPENED.match(text):
                self._plain = Sentences(self._sentinel)
                before, text = self._until_json(self._plain, text)
            piece = text
        if self._plain is not None:
            return before
        found = [sentence for told in self._json.add(piece) for sentence in self._sentences(told)]
        self.ended = self._json.ended
        if self.ended and not self._json.gave:
            found = [sentence for told in self._json.strings() for sentence in self._cut(told)]
        return [*before, *found]

    def _until_json(self, plain: Sentences, piece: str) -> tuple[list[str], str]:
        """The sentences of plain text, and the JSON that a line of it begins, which they only announce."""
        lines = piece.split("\n")
        for number, line in enumerate(lines):
            self._begins = ("" if number else self._begins) or line.lstrip()[:1]
            if self._begins == "{":
                self._plain = None
                announced = [*plain.add("\n".join(lines[:number])), *plain.rest(cut=False)]
                return announced, "\n".join([line, *lines[number + 1 :]])
        return plain.add(piece), ""

    def rest(self, *, cut: bool = True) -> list[str]:
        """Sentences left when no more comes; of JSON that was cut nothing can be used."""
        return self._plain.rest(cut=cut) if self._plain else []

    def _sentences(self, told: str) -> Iterator[str]:
        try:
            item = _Item.model_validate_json(told)
        except ValidationError:
            return
        marks = "".join(f" [{place}]" for place in item.cites)
        yield from (f"{sentence}{marks}" for sentence in self._cut(item.text))

    def _cut(self, told: str) -> list[str]:
        text = Sentences(self._sentinel)
        return [*text.add(told), *text.rest(cut=False)]


def _may_still_be_either(begun: str) -> bool:
    """Tells whether what has come of a text may be JSON as well as plain text."""
    signs = [begins for begins, _ in THOUGHTS]
    return (
        begun.startswith(tuple(signs))
        or any(sign.startswith(begun) for sign in (*signs, "```json"))
        or not begun.strip("[ \n")
    )


class _Objects:
    """The objects inside of one JSON object or list, each as soon as it is whole."""

    def __init__(self) -> None:
        self.begun = False
        self.ended = False
        self.full = False
        self.gave = False  # an object
        self._depth = 0
        self._is_list = False
        self._quoted = False
        self._escaped = False
        self._held: list[str] = []
        self._all: list[str] = []
        self._taken = 0

    def add(self, piece: str) -> list[str]:
        """Yields the sentences that are whole with this piece."""
        self._taken += len(piece)
        if self._taken <= MOST_HELD:
            self._all.append(piece)
        found = [told for letter in piece if (told := self._read(letter))]
        self.gave |= bool(found)
        held = len(self._held)
        over = held > 2 * MOST_HELD
        if held > MOST_HEARD and held < MOST_HELD:
            over |= repeats("".join(self._held))
        self.full |= over or self._taken > MOST_WRITTEN
        return found

    def strings(self) -> Iterator[str]:
        """The sentences of JSON in another form than was asked for, where it is short."""
        text = "".join(self._all)
        try:
            found, _ = JSONDecoder().raw_decode(text[text.index("{") :])
        except ValueError:
            return
        yield from (told for told in _strings(found) if " " in told.strip())

    def _read(self, letter: str) -> str | None:
        """An object that ends with this letter."""
        if self.ended:
            return None
        if self.begun:
            self._held.append(letter)
        if self._escaped:
            self._escaped = False
        elif self._quoted:
            self._escaped = letter == "\\"
            self._quoted = letter != '"'
        elif letter == '"':
            self._quoted = self.begun
        elif letter == "[" and not self.begun:
            self.begun, self._depth, self._is_list = True, 1, True
        elif letter == "]" and self._is_list and self._depth == 1:
            self.ended = True
        elif letter == "{":
            self._open()
        elif letter == "}" and self.begun:
            return self._close()
        return None

    def _open(self) -> None:
        self.begun = True
        self._depth += 1
        if self._depth == 2:
            self._held = ["{"]

    def _close(self) -> str | None:
        self._depth -= 1
        told, inside = "".join(self._held), self._depth == 1
        self.ended = self._depth == 0
        if self._depth < 2:
            self._held = []
        return told if inside else None


def _strings(value: Any) -> Iterator[str]:
    """All strings of a JSON value, in their order, without the names of members."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _strings(one)
