"""Corrections and retractions: notices that an article carries, and notices that speak of another article."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from index.records import EVIDENCE, Notice, Standing, Zone, ZoneKind

LONGEST = 1_200  # letters; a longer paragraph that begins so is the article itself
_LABEL = re.compile(
    r"(?:editor['’]?s['’]? note|corrections?(?: and clarifications?)?|clarification|retraction|retracted"
    r"|corrected|withdrawn|note to readers|rectificati(?:on|f)|corrección|fe de erratas|berichtigung"
    r"|korrektur|تصحيح|تصويب)\b[^:.\n]{0,40}[:—–]",
    re.IGNORECASE,
)
_WITHDRAWS = re.compile(
    r"\b(?:retract(?:ed|s|ion|ing)|withdrawn|withdraws|taken down|removed (?:this|the) (?:article|story))\b|"
    r"\bretrac|\bzurückgezogen\b",
    re.IGNORECASE,
)
_CORRECTS = re.compile(
    r"\b(?:(?:an )?earlier (?:version|report)|previous version|originally (?:said|stated|reported)"
    r"|correct(?:ed|s|ion)|incorrect(?:ly)?|misstated|wrongly|in error|was amended|has been amended"
    r"|clarif(?:y|ies|ied|ication))\b|rectif|correg|berichtig|korrig|تصحيح|تصويب",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[“\"«„‘]([^“”\"«»„‘’\n]{12,200})[”\"»“’]")
_ADDRESS = re.compile(r"https?://[^\s<>\"“”)\]]+")


# Some houses put no label in front: "This article was amended on 5 April 2023. An earlier version said …".
_UNLABELLED = re.compile(
    r"(?:•\s)?(?:this|the|our) (?:online )?(?:article|story|report|piece|post|headline|review|column)"
    r"(?:,[^,.\n]{1,60},)? (?:was|has(?: since)? been|is)(?: \w+){0,3}?"
    r" (?:amended|corrected|updated to correct|clarified|retracted|withdrawn)\b",
    re.IGNORECASE,
)


def notices(text: str, zones: Sequence[Zone], title: str | None) -> tuple[Notice, ...]:
    """Returns the notices of a text on itself: paragraphs with a label at its top or foot, and its title's.

    "Correction: an earlier version said …" corrects; "Editor's note: This article has been retracted"
    withdraws.
    """
    found = list(_labelled(text, zones))
    for zone in zones[:6]:
        if title and zone.of(text) == title and (standing := _standing(title)):
            found.insert(0, Notice(zone.start, zone.end, standing))
    return tuple(dict.fromkeys(found))


def _labelled(text: str, zones: Sequence[Zone]) -> Iterator[Notice]:
    for zone in zones:
        words = zone.of(text)
        if zone.kind is not ZoneKind.COMMENT and len(words) <= LONGEST and (standing := _standing(words)):
            yield Notice(zone.start, zone.end, standing)


def _standing(words: str) -> Standing | None:
    bare = words.lstrip("[(*— ")
    label = _LABEL.match(bare) or _UNLABELLED.match(bare)
    if label is None:
        return None
    if _WITHDRAWS.search(words):
        return Standing.RETRACTED
    return Standing.CORRECTED if _CORRECTS.search(words) else None


def without_notices(zones: Sequence[Zone], told: Sequence[Notice]) -> tuple[Zone, ...]:
    """Returns the zones with the notices told apart: what they say was withdrawn must not be quoted.

    An article whose headline says that it corrects another is its own reporting, and stays evidence.
    """
    heads = {(zone.start, zone.end) for zone in zones if zone.kind not in EVIDENCE}
    if any(one.standing is Standing.CORRECTED and (one.start, one.end) in heads for one in told):
        return tuple(zones)
    places = {(notice.start, notice.end) for notice in told}
    return tuple(
        replace(zone, kind=ZoneKind.NOTICE)
        if (zone.start, zone.end) in places and zone.kind in EVIDENCE
        else zone
        for zone in zones
    )


def speaks_of(text: str, title: str | None) -> tuple[Standing | None, frozenset[str], frozenset[str]]:
    """Returns what a notice printed as an article of its own does to another one, and how it names it.

    The second value are the titles that it quotes, the third the addresses. Standing is None for any
    other article.
    """
    standing = _standing(title) if title else None
    if standing is None or len(text) > 3 * LONGEST:
        return None, frozenset(), frozenset()
    if _WITHDRAWS.search(text):
        standing = Standing.RETRACTED
    titles = frozenset(quoted.strip(" .,") for quoted in _QUOTED.findall(text))
    return standing, titles, frozenset(address.rstrip(".,;") for address in _ADDRESS.findall(text))
