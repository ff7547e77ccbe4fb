"""Statements for a judge: a question with its answer, and a sentence clause by clause."""

import re

LEAST_WORDS = 3  # of a clause that is asked about by itself

_BREAK = re.compile(r"[,;:—–()](?=\s|$)|\s[-—–]\s|\s(?=(?:and|but)\s)", re.IGNORECASE)
_TIME_OR_PLACE = re.compile(r"^(?:and |but )?(?:when|where|why)\s+", re.IGNORECASE)
_ASKS = re.compile(r"\b(?:who|whom|whose|what|which|when|where|why|how)\b", re.IGNORECASE)


def statement_of(question: str, answer: str = "") -> str:
    """Returns a question and its answer as a judge reads them: "How many engines were sent? Eleven."

    A yes-or-no question is stated as if it were answered yes. A whole sentence made of both ("Eleven engines
    were sent.") is judged worse, though a parser makes it (docs/verification.md).
    """
    asked = question.strip().rstrip(" ?؟!.")
    return f"{asked}? {answer.strip(' .,;')}." if answer else f"{asked}."


def presupposed(question: str) -> str | None:
    """Returns what a question takes for granted: "Why did the mayor resign?" that the mayor did resign.

    A yes-or-no question takes for granted what it asks; one that asks who or what, nothing that can be told.
    """
    text = question.strip().rstrip(" ?؟!.")
    bare = _TIME_OR_PLACE.sub("", text)
    return None if _ASKS.search(bare) else f"{bare[:1].upper()}{bare[1:]}."


def clauses(sentence: str) -> tuple[str, ...]:
    """Returns the sentence, and each part of it that punctuation or a coordination sets apart."""
    parts = [part.strip(" .,;:") for part in _BREAK.split(sentence)]
    long = [part for part in parts if len(part.split()) >= LEAST_WORDS]
    return (sentence, *long) if len(long) > 1 else (sentence,)
