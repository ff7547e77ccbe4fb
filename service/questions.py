"""A question in its conversation, understood: what to search for, within what, in which order."""

import re

from service.answers import Plan, Question

_NEWEST = re.compile(
    r"\b(latest|newest|most recent(ly)?|currently|right now|nowadays|so far|as yet|still|today|now)\b"
    r"|آخر|أحدث|حاليا",
    re.IGNORECASE,
)


def understand(question: Question) -> Plan:
    """The plan for a question. One that asks how things stand now wants the newest reporting first."""
    limits = question.filters
    text = " ".join(question.question.split())
    return Plan(
        standalone_question=text,
        since=limits.since,
        until=limits.until,
        as_of=limits.as_of,
        outlets=limits.outlets,
        languages=limits.languages,
        order="newest" if _NEWEST.search(text) else "relevance",
    )
