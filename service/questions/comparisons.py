"""The sides of a comparison, each as a statement that its source confirms or does not."""

import re
from collections.abc import Callable, Sequence

from service.questions.forms import statement_of
from service.questions.plan import Part

MOST_SIDES = 4

_BREAK = re.compile(
    r",?\s+(?:while|whereas|but|as opposed to|in contrast to|unlike|yet)\s+"
    r"|,?\s+and\s+(?=(?:did|does|do|is|are|was|were|has|have)\b|the\s+(?:article|report|same)\b|['‘“\"]?[A-Z])",
)
_SAYS = re.compile(
    r"^.{0,120}?\b(?:suggests?|claims?|indicates?|says?|states?|impl(?:y|ies)|reports?|argues?|describes?|mentions?"
    r"|notes?|agrees?|anticipates?)\s+(?:that\s+)?(?=\S+\s+\S)",
    re.IGNORECASE,
)
_ORDER = re.compile(r"\s+(?P<word>before|after)\s+", re.IGNORECASE)


def sides(text: str, outlets_in: Callable[[str], Sequence[str]]) -> tuple[Part, ...]:
    """The parts of a comparison, each with what it states and the outlets that it names; none of one part."""
    found = [piece.strip(" ,?.") for piece in _BREAK.split(text)]
    asked = [piece for piece in found if len(piece.split()) >= LEAST_WORDS][:MOST_SIDES]
    if len(asked) < 2:
        return ()
    return tuple(
        Part(
            question=piece if piece.endswith("?") else f"{piece}?",
            heading=piece,
            intent="yes_no",
            statement=_stated(piece),
            search_words=piece,
            named_outlets=tuple(outlets_in(piece)),
        )
        for piece in asked
    )


LEAST_WORDS = 4


def ordered_sides(text: str) -> tuple[str, str, str] | None:
    """Of "Did A report X before B reported Y?" the two sides and the word between them."""
    match = _ORDER.search(text)
    if match is None:
        return None
    return text[: match.start()], text[match.end() :].rstrip("?"), match["word"].lower()


def _stated(piece: str) -> str:
    """What a side states, without "the article suggests that"."""
    whole = (statement_of(piece) or piece).rstrip(".")
    bare = _SAYS.sub("", whole, count=1)
    return f"{bare[:1].upper()}{bare[1:]}."
