"""Whether a sentence speaks of what was or of what will be, where a date leaves it open.

"The council decided on Friday" and "the council will decide on Friday" name two Fridays.
"""

import re
from enum import Enum


class Tense(Enum):
    """What the words around a date tell about its direction."""

    PAST = "past"
    FUTURE = "future"
    OPEN = "open"


_REACH = 140  # letters
_BREAK = re.compile(r"[.!?…؟。]['\"”’»)]*\s+(?=[^\sa-z])|\n")
# A cue takes the verb behind it with it, or "will be closed" would end in a past tense.
_AHEAD = re.compile(
    r"\b(?:(?:will|shall|would|won['’]t|going to|is to|are to|was to|were to|to be|due|expected|scheduled"
    r"|planned|plans?|set to|aims?|intends?|hopes?|must|should|may|can|starts?|begins?|opens?|closes?"
    r"|upcoming|effective|takes? (?:office|effect|place|over)|comes? into|starting|wird|werden|soll|sollen"
    r"|sera|seront|será|serán)"
    r"(?:\s+(?:to|be|not|also|have|in|into))*(?:\s+[a-z]+){0,2})\b|['’]ll\b|\bسوف\b|\bسي\w+|\bست\w+"
)
_BEHIND = re.compile(
    r"\b(?:said|told|was|were|had|did|took|came|went|made|gave|met|left|began|saw|held|hit|struck|won|lost|fell|rose"
    r"|found|shot|died|broke|ran|led|put|sent|spoke|wrote|brought|kept|caught|fled|blew|burst|became|got|stood|drew"
    r"|[a-z]{2,}ed|sagte|erklärte|teilte|wurde|wurden|hatte|hatten|war|waren|hat|haben|dijo|anunció|fue|fueron"
    r"|declaró|murió|a déclaré|a annoncé|était|ont|a été|قال|قالت|أعلن|أعلنت|أكد|كان|كانت)\b"
)


def tense_at(text: str, start: int, end: int) -> Tense:
    """The direction that the cue nearest before `text[start:end]` gives, else the first cue behind it.

    Only the sentence around it counts, and of that what stands within reach.
    """
    before = text[max(0, start - _REACH) : start]
    before = before[max((match.end() for match in _BREAK.finditer(before)), default=0) :]
    after = _BREAK.split(text[end : end + _REACH], maxsplit=1)[0]
    ahead = max((match.end() for match in _AHEAD.finditer(before)), default=-1)
    behind = max((match.end() for match in _BEHIND.finditer(before)), default=-1)
    if max(ahead, behind) < 0:
        ahead, behind = _nearness(_AHEAD.search(after)), _nearness(_BEHIND.search(after))
    if max(ahead, behind) < 0:
        return Tense.OPEN
    return Tense.FUTURE if ahead >= behind else Tense.PAST


def _nearness(match: re.Match[str] | None) -> int:
    """The nearer the cue stands behind, the higher it counts; -1 is no cue."""
    return -1 if match is None else _REACH + 1 - match.start()


def is_quoted(text: str, position: int) -> bool:
    """Whether that place in a paragraph is quoted: a speaker's "today" may be another day."""
    before = text[:position]
    if "„" in before:  # the German pair closes with what opens the English one
        return before.count("„") > before.count("“")
    opened, closed = before.count("“") + before.count("«"), before.count("”") + before.count("»")
    return before.count('"') % 2 == 1 or opened > closed
