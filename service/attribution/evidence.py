"""An article's text with all that is not evidence blanked out, so that no menu or reader comment is read."""

from functools import lru_cache

from index.records import EVIDENCE, Draft, Zone


def evidence_text(article: Draft) -> str:
    """The article's text, as long as it was, with spaces for what may not be quoted; offsets stay."""
    return _blanked(article.text, article.zones)


@lru_cache(maxsize=64)
def _blanked(text: str, zones: tuple[Zone, ...]) -> str:
    kept, before = [], 0
    for zone in zones:
        kept.append(_blank(text[before : zone.start]))
        kept.append(zone.of(text) if zone.kind in EVIDENCE else _blank(zone.of(text)))
        before = zone.end
    return "".join([*kept, _blank(text[before:])])


def _blank(text: str) -> str:
    return "".join(character if character == "\n" else " " for character in text)
