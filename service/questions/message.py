"""A message as it comes from a chat: taken out of the wrapping of a front end, and in pieces.

Chat front ends put the reader's words into a template, with context in tags around them, and ask for
titles, tags and follow-ups of their own. Both are told by their form, never by their words.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

import sentencex

from index.records import Span
from service.questions.plan import Removed

LONGEST = 4000  # characters that are looked at, from the end: a question stands behind what is pasted
MOST_PIECES = 12

_TAG = re.compile(r"<(?P<closes>/?)(?P<name>[a-z][\w-]{0,40})(?P<more>\s[^<>]{0,200})?>", re.IGNORECASE)
_QUERY_TAG = re.compile(r"quer|question|prompt|user_?(?:input|message)", re.IGNORECASE)
_QUERY_LINE = re.compile(
    r"^[^\S\n]*(?:user )?(?:query|question)\s*:\s*(?P<words>\S.*)$", re.IGNORECASE | re.MULTILINE
)
_TASK = re.compile(r"^\s*#{1,4}\s*task\b", re.IGNORECASE)
_KEY = re.compile(r"\{\s*\"(?P<key>[a-z_]{2,30})\"\s*:\s*(?P<list>\[)?")
_TURN = re.compile(r"^[^\S\n]*(?:\*\*)?user(?:\*\*)?\s*:\s*(?P<words>.+)$", re.IGNORECASE | re.MULTILINE)
_CLAUSE = re.compile(r"(?<=[,:;!…—–])\s+|(?<!\s)\s+[-—–]\s+")


@dataclass(frozen=True, slots=True)
class Message:
    """The words of the reader, and what stood around them; `reply` where a front end asks for itself."""

    text: str
    removed: tuple[Removed, ...] = ()
    reply: str | None = None


@dataclass(frozen=True, slots=True)
class _Block:
    """A pair of tags: their name, the text between them, and the place of the whole in the message."""

    tag: str
    inside: str
    span: Span


def _blocks(message: str) -> list[_Block]:
    """Finds the outermost pairs of tags, each closed by the next closing tag of its name.

    All closing tags are noted first, so that a tag that nothing closes costs no search.
    """
    tags = list(_TAG.finditer(message))
    closing: dict[str, list[re.Match[str]]] = {}  # the first of a name stands last
    for tag in reversed(tags):
        if tag["closes"] and not tag["more"]:
            closing.setdefault(tag["name"].lower(), []).append(tag)
    found: list[_Block] = []
    end = 0
    for tag in tags:
        ahead = closing.get(tag["name"].lower(), [])
        if tag["closes"] or tag.start() < end:
            continue
        while ahead and ahead[-1].start() < tag.end():
            ahead.pop()
        if ahead:
            inside = message[tag.end() : ahead[-1].start()]
            found.append(_Block(tag["name"], inside, Span(tag.start(), end := ahead[-1].end())))
    return found


def _without(message: str, blocks: list[_Block]) -> str:
    """The message with a line break in the place of each block."""
    starts = [0, *(block.span.end for block in blocks)]
    ends = [*(block.span.start for block in blocks), len(message)]
    return "\n".join(message[start:end] for start, end in zip(starts, ends, strict=True))


def unwrapped(message: str) -> Message:
    """The reader's words in a message that a front end may have wrapped."""
    blocks = _blocks(message)
    if _TASK.match(message) and (key := _KEY.search(message)):
        return Message(message[:LONGEST], reply=_in_format(message, key))
    asked = [block for block in blocks if _QUERY_TAG.search(block.tag)]
    if asked:
        return Message(_one_line(asked[-1].inside), (Removed(text="…", why="context around the question"),))
    bare = _without(message, blocks)
    removed = tuple(
        Removed(text=_one_line(block.inside)[:200], why="pasted context") for block in blocks[:MOST_PIECES]
    )
    if blocks and (lines := list(_QUERY_LINE.finditer(bare))):
        return Message(_one_line(lines[-1]["words"]), removed)
    if len(bare) > LONGEST:
        removed = (*removed, Removed(text=_one_line(bare[:200]), why="pasted text before the question"))
        bare = bare[-LONGEST:]
    return Message(bare.strip(), removed)


def _in_format(message: str, key: re.Match[str]) -> str:
    """Answers what a front end asks of a chat for itself, in the JSON that it asks for, without a search."""
    turns = [_one_line(turn["words"]) for turn in _TURN.finditer(message)]
    first, last = (turns[0], turns[-1]) if turns else ("", "")
    name, wants_list = key["key"], key["list"] is not None
    if not wants_list:
        return json.dumps({name: first.rstrip("?؟ .")[:80]}, ensure_ascii=False)
    return json.dumps({name: [last] if "quer" in name and last else []}, ensure_ascii=False)


def sentences(text: str) -> list[str]:
    """The sentences of a message; each line is one at least."""
    found = [
        sentence.strip()
        for line in text.splitlines()
        if line.strip()
        for sentence in sentencex.segment("en", line.strip())
        if sentence.strip()
    ]
    return found[-MOST_PIECES:]


def clauses(sentence: str) -> list[str]:
    """The clauses of a sentence, cut at its commas, colons and dashes."""
    return [clause.strip() for clause in _CLAUSE.split(sentence) if clause.strip()]


def words(text: str) -> Iterator[Span]:
    """Finds the words of a text."""
    return (Span(match.start(), match.end()) for match in re.finditer(r"\w+(?:['’.-]\w+)*", text))


def _one_line(text: str) -> str:
    return " ".join(text.split())
