"""Pages that are no article: consent dialogues, captchas, missing pages, paywalls without text, searches.

A page is refused by what stands in its title or opens its text, and only where hardly anything else does: a
report of a captcha has paragraphs of its own.
"""

import re
from http import HTTPStatus

from index.extraction.boilerplate import ends_sentence, plain
from index.records import Draft

MOST_WORDS = 120
"""A page of more evidence tells something of its own."""

_OPENINGS = {
    "a check for robots": (
        r"(?:please )?(?:verify|confirm|prove)(?: that)? you(?: are|'re) (?:a |not a )?(?:human|robot)"
        r"|access to this page has been denied|just a moment|checking your browser|attention required"
        r"|(?:sorry, )?you (?:are|have been) blocked|unusual (?:traffic|activity)|are you a (?:human|robot)"
        r"|(?:access|request) (?:denied|blocked)|security check"
    ),
    "a dialogue about cookies": (
        r"before you continue|we use cookies|we value your privacy|your privacy (?:choices|matters)"
        r"|this (?:web)?site uses cookies|cookie (?:consent|settings|preferences)|wir verwenden cookies"
        r"|nous utilisons des cookies|usamos cookies"
    ),
    "a page that says that nothing is there": (
        r"(?:error )?404\b|(?:page|article|story|file) (?:was )?not found|not found$"
        r"|(?:sorry|oops)\b.{0,60}(?:page|article|story)|(?:the|this) (?:page|article|story) (?:you .{0,40}"
        r"|is |has )(?:does not exist|doesn't exist|no longer|cannot be found|been (?:moved|removed|deleted))"
        r"|seite nicht gefunden|page introuvable|página no encontrada|الصفحة غير موجودة"
    ),
    "a page that needs a browser": (
        r"(?:please |you need to )?enable javascript|javascript (?:is|must be) (?:disabled|enabled|required)"
        r"|this (?:site|page|app) requires javascript"
    ),
    "an offer to subscribe": (
        r"(?:subscribe|sign in|log in|register|sign up)(?: now)? to (?:continue|read|keep|unlock|get|access)"
        r"|to (?:continue|keep) reading|this (?:content|article|story) is (?:for|only|available|reserved)"
        r"|already a subscriber"
    ),
    "a list of what a search found": (
        r"search results(?: for)?|(?:showing )?(?:about )?[\d,.]{1,20} results(?: for)?|results for [\"“«']"
        r"|no results (?:found|for)|your search (?:for|returned|did not)"
    ),
}
_KINDS = {kind: re.compile(words) for kind, words in _OPENINGS.items()}
_ERRORS = frozenset(
    words
    for status in HTTPStatus
    if status >= HTTPStatus.BAD_REQUEST
    for words in (f"{status.value} {status.phrase}".casefold(), f"error {status.value}")
)


def refusal(draft: Draft) -> str | None:
    """Returns why a page is no article, as a sentence; None for an article."""
    evidence = draft.evidence()
    if len(evidence.split()) > MOST_WORDS or draft.author:
        return None
    paragraphs = [plain(line) for line in evidence.split("\n") if line]
    opening = [plain(draft.title or ""), *paragraphs[:1]]
    # Nothing is told below such a title; the headline alone is all that some feeds have.
    bare = not any(map(ends_sentence, evidence.split("\n"))) and paragraphs != opening[:1]
    if _ERRORS.intersection(opening):
        return "it is a server's error, not an article"
    for kind, pattern in _KINDS.items():
        told = bare or any(map(pattern.search, paragraphs)) or pattern.fullmatch(opening[0])
        if told and any(map(pattern.match, opening)):
            return f"it is {kind}, not an article"
    return None
