"""Text of an article without what is no evidence: menus, comments, datelines, credits are blanked out."""

from functools import lru_cache

from index.extraction.quotable import quotable
from index.records import EVIDENCE, Draft, Span, Zone


def evidence_text(article: Draft) -> str:
    """The article's text, as long as it was, with spaces for what may not be quoted; offsets stay."""
    return _blanked(article.text, article.zones)


@lru_cache(maxsize=64)
def _blanked(text: str, zones: tuple[Zone, ...]) -> str:
    kept, before = [], 0
    for zone in zones:
        kept.append(_blank(text[before : zone.start]))
        said = quotable(text, zone) if zone.kind in EVIDENCE else Span(zone.end, zone.end)
        kept += [_blank(text[zone.start : said.start]), said.of(text), _blank(text[said.end : zone.end])]
        before = zone.end
    return "".join([*kept, _blank(text[before:])])


def _blank(text: str) -> str:
    return "".join(character if character == "\n" else " " for character in text)
