"""A follow-up and its conversation, as a language model is given them to make one question of both."""

import secrets
from collections.abc import Callable, Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from index.errors import DatelineError
from prompts.loading import Message, Prompt
from service.llm.plain import plain, without_thoughts
from service.questions.plan import Turn, Understood, Wanted

MOST_TOKENS = 1500  # of the conversation; the oldest turns are left out first
LONGEST = 500  # characters of a question


class _Told(BaseModel):
    """The one thing that a model is to write."""

    model_config = ConfigDict(extra="forbid")

    question: str
    intent: Literal["question", "yes_no", "latest", "timeline", "overview", "who_is"]
    wanted: Wanted


SCHEMA = _Told.model_json_schema()

_LABELS = ("question", "rewritten question", "rewritten")


def rewrite_messages(
    prompt: Prompt, question: str, turns: Sequence[Turn], tokens: Callable[[str], int]
) -> list[Message]:
    """The messages that ask for a stand-alone question; `tokens` counts those of a text.

    Answers hold article text, so each line of the conversation is marked as data.
    """
    marker = secrets.token_hex(3)
    lines: list[str] = []
    left = MOST_TOKENS
    for earlier in reversed(turns):
        turn = [
            f"{marker} Reader: {_line(earlier.question)}",
            f"{marker} Answer: {_line(earlier.text) or 'none'}",
        ]
        left -= tokens("\n".join(turn))
        if left < 0:
            break
        lines = [*turn, *lines]
    return prompt.messages(marker=marker, turns="\n".join(lines) or "None.", question=_line(question))


def understood(written: str, question: str) -> Understood:
    """Reads what a model wrote: JSON of the schema, or a question alone.

    Raises DatelineError where it is neither. A name of a host stays where the reader's own question has it.
    """
    text = without_thoughts(written).strip()
    told = None
    if text.startswith(("{", "```")):
        try:
            told = _Told.model_validate_json(text.strip("`").removeprefix("json"))
        except ValidationError:
            text = ""
    lines = (told.question if told else text).splitlines()
    asked = plain(_unlabelled(lines[0]).strip("\"'“” "), question) if len(lines) == 1 else ""
    if not asked or len(asked) > LONGEST:
        raise DatelineError("the model did not rewrite the question as one question")
    return Understood(
        question=asked, intent=told.intent if told else None, wanted=told.wanted if told else None
    )


def _unlabelled(line: str) -> str:
    """A line without the label that some models put in front of it."""
    label, _, words = line.partition(":")
    return words if label.strip().casefold() in _LABELS else line


def _line(text: str) -> str:
    return " ".join(text.split())
