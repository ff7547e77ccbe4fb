"""A follow-up and its conversation, as a language model is given them to make one question of both."""

import re
import secrets
from collections.abc import Callable, Sequence

from index.errors import DatelineError
from prompts.loading import Message, Prompt
from service.llm.plain import plain, without_thoughts
from service.questions.plan import Turn

MOST_TOKENS = 1500  # of the conversation; the oldest turns are left out first
LONGEST = 500  # characters of a question

_LABEL = re.compile(r"^(?:question|rewritten question|rewritten)\s*:\s*", re.IGNORECASE)


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


def standalone(written: str, question: str) -> str:
    """The question in what a model wrote. Raises DatelineError where that is none.

    A name of a host stays where the reader's own question has it.
    """
    lines = [line for line in without_thoughts(written).splitlines() if line.strip()]
    text = plain(_LABEL.sub("", lines[0].strip()).strip("\"'“”"), question) if len(lines) == 1 else ""
    if not text or len(text) > LONGEST:
        raise DatelineError("the model did not rewrite the question as one question")
    return text


def _line(text: str) -> str:
    return " ".join(text.split())
