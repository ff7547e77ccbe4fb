"""Answers as JSON: a schema that allows only sentences that exist as citations, read while it comes.

Servers that take a schema (OpenAI, Anthropic, llama.cpp, vLLM, Ollama) let a model write nothing else. Where
a model writes plain text all the same, that is read as plain text is.
"""

import re
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ValidationError

from service.answerers.citations import MOST_BLANK, MOST_HELD, MOST_WRITTEN, Numbered, Sentences
from service.llm.plain import THOUGHT, THOUGHT_ENDS, without_thoughts

MOST_PLACES = 400  # sentences in a schema; providers bound the values that one may list

_REFUSED = re.compile(r'"answered"\s{0,9}:\s{0,9}false')


class _Item(BaseModel):
    text: str
    cites: list[str] = []


def schema_of(numbered: Numbered) -> dict[str, Any] | None:
    """Returns the schema of an answer from these sentences; None where they are too many to be listed."""
    places = [f"{passage}.{sentence}" for passage, sentence in numbered.quotes]
    if not 0 < len(places) <= MOST_PLACES:
        return None
    item = _object(
        text={"type": "string"}, cites={"type": "array", "items": {"type": "string", "enum": places}}
    )
    return _object(answered={"type": "boolean"}, sentences={"type": "array", "items": item})


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
        self._json = _Objects()

    @property
    def is_plain(self) -> bool:
        """Tells whether the model wrote plain text after all."""
        return self._plain is not None

    @property
    def full(self) -> bool:
        stopped = self._plain.full if self._plain else self._json.full
        return stopped or self._unread > MOST_WRITTEN

    def add(self, piece: str) -> list[str]:
        """The sentences that are complete with this piece."""
        if self.ended:
            return []
        if self._plain is None and not self._json.begun:
            text = without_thoughts(self._before + piece).lstrip()
            _, thinks, thought = text.partition(THOUGHT)
            self._before = thinks + thought[-len(THOUGHT_ENDS) :] if thinks else text
            self._unread += len(piece)
            if self._unread > MOST_WRITTEN or _may_still_be_either(self._before):
                return []
            piece = text
            if not text.startswith(("{", "```")):
                self._plain = Sentences(self._sentinel)
        if self._plain is not None:
            return self._plain.add(piece)
        found = [sentence for told in self._json.add(piece) for sentence in self._sentences(told)]
        self.ended = self._json.ended
        return found

    def rest(self, *, cut: bool = True) -> list[str]:
        """Sentences left when no more comes; of JSON that was cut nothing can be used."""
        return self._plain.rest(cut=cut) if self._plain else []

    def _sentences(self, told: str) -> Iterator[str]:
        try:
            item = _Item.model_validate_json(told)
        except ValidationError:
            return
        marks = "".join(f" [{place}]" for place in item.cites)
        text = Sentences(self._sentinel)
        for sentence in (*text.add(item.text), *text.rest(cut=False)):
            yield f"{sentence}{marks}"


def _may_still_be_either(begun: str) -> bool:
    """Tells whether what has come of a text may be JSON as well as plain text."""
    return begun.startswith(THOUGHT) or any(sign.startswith(begun) for sign in (THOUGHT, "```json"))


class _Objects:
    """The objects inside of one JSON object, each as soon as it is whole; none of an answer that refuses."""

    def __init__(self) -> None:
        self.begun = False
        self.ended = False
        self.full = False
        self._depth = 0
        self._quoted = False
        self._escaped = False
        self._held: list[str] = []
        self._blank = 0
        self._taken = 0

    def add(self, piece: str) -> list[str]:
        """Yields the sentences that are whole with this piece."""
        self._taken += len(piece)
        self._blank = self._blank + len(piece) if piece.isspace() else 0
        found = [told for letter in piece if (told := self._read(letter))]
        over = len(self._held) > 2 * MOST_HELD or self._blank > MOST_BLANK
        self.full |= over or self._taken > MOST_WRITTEN
        return found

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
        elif letter == "{":
            self._open()
        elif letter == "}" and self.begun:
            return self._close()
        return None

    def _open(self) -> None:
        self.begun = True
        self._depth += 1
        if self._depth == 2:
            self.ended = bool(_REFUSED.search("".join(self._held)))
            self._held = ["{"]

    def _close(self) -> str | None:
        self._depth -= 1
        told, inside = "".join(self._held), self._depth == 1
        self.ended = self._depth == 0
        if self._depth < 2:
            self._held = []
        return told if inside else None
