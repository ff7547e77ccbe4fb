"""Two numbers or two names of a sentence in each other's place."""

import random
import re

_NUMBER = re.compile(r"(?<![\w.,-])\d[\d,.]*\d(?![\w-])|(?<![\w.,-])\d(?![\w-])")
_NAME = re.compile(r"\b[A-Z][a-z’']+(?: [A-Z][a-z’']+)*")
_LIST = re.compile(r"\W*(?:and|or|to|the|from|,)?\W*(?:the)?\W*")


def exchanged(text: str, rng: random.Random) -> str | None:
    """The sentence after the exchange; None where it has no two that are not of one list."""
    second = text.find(" ") + 1  # the first word is capital whatever it is
    for pattern in rng.sample((_NUMBER, _NAME), 2):
        found = list(pattern.finditer(text, second))
        pairs = [
            (one, other)
            for one in found
            for other in found
            if one.end() < other.start() and one.group() != other.group()
            and not _LIST.fullmatch(text[one.end() : other.start()])
        ]  # fmt: skip
        if pairs:
            one, other = rng.choice(pairs)
            between = text[one.end() : other.start()]
            return text[: one.start()] + other.group() + between + one.group() + text[other.end() :]
    return None
