"""What a statement may be proved with: its cited sentences, what stands around them, and their article.

Numbers, measures, quoted words and days have to stand in the cited sentences. For names more is known:
the article's own (`Grounds.given`), and what the cited sentence points back to (`Grounds.around`).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from index.backends.local.lexical import stems
from index.records import EVIDENCE, Article, Span
from service.evidence import Quote
from service.verification.content_words import Name, folded, names, unquoted

AROUND = 600  # characters of evidence before a cited sentence that its pronouns may point back into
_WORD = re.compile(r"[^\W_]+(?:['’.][^\W_]+)*")
PRONOUN = re.compile(
    r"\b(?:he|she|they|it|his|her|hers|him|their|theirs|them|its|this|these|both|i|we|my|our|us)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Days:
    """Days that a text names, both inclusive."""

    first: date
    last: date

    def within(self, other: "Days") -> bool:
        """Whether the other names these days too, or a longer time that holds them."""
        return other.first <= self.first and self.last <= other.last


@dataclass(frozen=True, slots=True)
class Grounds:
    """The evidence of one article for a statement."""

    cited: str  # its cited sentences
    around: str  # the evidence in front of them, as far as AROUND
    article: Article
    given: str  # title, outlet, author, place and speaker
    days: tuple[Days, ...]  # that the cited sentences name
    copies: tuple[str, ...] = ()  # outlets that print it too

    @property
    def published(self) -> Days | None:
        day = self.article.published
        return Days(day, day) if day else None

    @property
    def points_back(self) -> bool:
        """Whether a cited sentence needs what stands in front of it: for a pronoun, or as speech alone."""
        plain = unquoted(self.cited)
        return PRONOUN.search(plain) is not None or not any(letter.isalpha() for letter in plain)


def grounds(quotes: Sequence[Quote]) -> tuple[Grounds, ...]:
    """The quotes by article, in the order in which they are first cited."""
    of: dict[tuple[int, int], list[Quote]] = {}
    for quote in quotes:
        of.setdefault((quote.article.id, quote.article.version), []).append(quote)
    return tuple(_grounds(same) for same in of.values())


def words_of(texts: Iterable[str]) -> frozenset[str]:
    """The words of texts as names are compared, and those that hyphens join each alone."""
    return frozenset().union(*map(_words_of, texts))


@lru_cache(maxsize=256)
def _words_of(text: str) -> frozenset[str]:
    return frozenset(folded(match[0]) for match in _WORD.finditer(text))


@lru_cache(maxsize=256)
def in_small_letters(text: str) -> frozenset[str]:
    """The words that a text also writes without a capital."""
    return frozenset(folded(match[0]) for match in _WORD.finditer(text) if match[0][0].islower())


@lru_cache(maxsize=256)
def running(text: str) -> str:
    """The words of a text as names are compared, one space around each."""
    return f" {' '.join(folded(match[0]) for match in _WORD.finditer(text))} "


@lru_cache(maxsize=256)
def named_in(text: str) -> tuple[Name, ...]:
    """The names of a text."""
    return names(text)


@lru_cache(maxsize=256)
def stems_of(text: str) -> frozenset[str]:
    """The stems of all words of a text."""
    return frozenset(stems(text))


def subjects(text: str) -> tuple[Name, ...]:
    """For each sentence that begins with a name, or a role and a name, that name."""
    found = []
    for sentence in re.split(r"(?<=[.!?…])\s+(?=[A-Z])", unquoted(text)):
        first = next(iter(named_in(sentence)), None)
        if first and first.words[0] in sentence[: sentence.find(first.words[0]) + 1 or 0] + first.words[0]:
            before = sentence[: sentence.find(first.words[0])].split()
            if len(before) <= 4 and not PRONOUN.search(" ".join(before)) and "…" not in before:
                found.append(first)
    return tuple(found)


@lru_cache(maxsize=64)
def _evidence(article_id: int, version: int, text: str, zones: tuple[Span, ...]) -> str:
    return "\n".join(zone.of(text) for zone in zones)


def evidence_of(article: Article) -> str:
    """The reporting and captions of an article, as one text."""
    zones = tuple(zone for zone in article.zones if zone.kind in EVIDENCE)
    return _evidence(article.id, article.version, article.text, zones)


def _grounds(quotes: Sequence[Quote]) -> Grounds:
    article = quotes[0].article
    spans = sorted({quote.span for quote in quotes}, key=lambda span: span.start)
    copies = tuple(dict.fromkeys(outlet for quote in quotes for outlet in quote.also_printed_by))
    known = (article.title, article.outlet, article.author, article.dateline, *copies)
    speakers = (quote.speaker for quote in quotes)
    return Grounds(
        cited="\n".join(span.of(article.text) for span in spans),
        around="\n".join(_before(article, span) for span in spans),
        article=article,
        given="\n".join(part for part in (*known, *speakers) if part),
        days=tuple(
            Days(mention.first, mention.last)
            for mention in article.dates
            if any(span.start <= mention.start and mention.end <= span.end for span in spans)
        ),
        copies=copies,
    )


def _before(article: Article, span: Span) -> str:
    """The evidence that stands in the AROUND characters before a span."""
    start = max(0, span.start - AROUND)
    pieces = [
        article.text[max(zone.start, start) : min(zone.end, span.start)]
        for zone in article.zones
        if zone.kind in EVIDENCE and zone.end > start and zone.start < span.start
    ]
    text = "\n".join(pieces)
    # A name that the cut goes through would be another name.
    return text if start == 0 else text.partition(" ")[2]
