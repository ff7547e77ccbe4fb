"""Rules of a site's robots.txt for those who fetch from it (RFC 9309)."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from index.errors import Unreadable
from index.fetching.inflate import inflated

if TYPE_CHECKING:
    from protego import Protego

_KEPT_FOR = 24 * 3600.0  # seconds; RFC 9309 asks for no longer
_LONGEST_PAUSE = 30.0  # seconds; a site that asks for more between two pages asks for a day a hundred


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one site; without a robots.txt everything is allowed."""

    parsed: "Protego | None"
    since: float = field(default_factory=time.monotonic)

    def allow(self, url: str, agent: str) -> bool:
        """Tells whether an address may be fetched."""
        return self.parsed is None or self.parsed.can_fetch(url, agent)

    def pause(self, agent: str) -> float:
        """The seconds the site wants between two requests."""
        asked = self.parsed.crawl_delay(agent) if self.parsed else None
        return min(asked or 0.0, _LONGEST_PAUSE)

    def stale(self) -> bool:
        """Tells whether it is time to ask again."""
        return time.monotonic() - self.since > _KEPT_FOR


def rules_of(status: int, text: str) -> Rules:
    """The rules of a robots.txt by the status it came with; where there is none, none."""
    if status != 200:
        return Rules(None)
    from protego import Protego

    return Rules(Protego.parse(text))


def reading(data: bytes, headers: Mapping[str, str], most: int) -> str:
    """The text of a robots.txt; one that is broken says nothing."""
    try:
        plain = inflated(data, headers.get("content-encoding", ""), most)
    except Unreadable:
        return ""
    return plain.decode("utf-8", "replace").lstrip("\ufeff")
