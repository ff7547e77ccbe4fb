"""The grammar of date expressions: for each kind a pattern, and what reads its matches.

A rule sees only paragraphs that hold one of its trigger words, so that most of the grammar costs nothing
on most text. The group `it`, where a pattern has one, is the expression; else the whole match is.
"""

# ruff: noqa: E501 - a pattern is easier to check unbroken

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

from index.extraction.dates import MONTHS, WEEKDAYS, named
from index.extraction.dates import relative as reckoned
from index.extraction.dates.named import Frame
from index.extraction.dates.periods import SEASONS, Days

FOUR_DIGITS = "0000"
"""The trigger that every paragraph with a number of four digits holds."""

Resolve = Callable[[re.Match[str], Frame], Days | None]


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern, the words one of which a paragraph must hold for it, and what its matches mean."""

    source: str
    triggers: frozenset[str]
    resolve: Resolve

    @property
    def pattern(self) -> re.Pattern[str]:
        """The pattern; it is compiled for the first paragraph that holds a trigger word."""
        return _compiled(self.source)


@cache
def _compiled(source: str) -> re.Pattern[str]:
    return re.compile(source, re.IGNORECASE)


def _any(words: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


_MONTH = _any(MONTHS)
_WEEKDAY = _any(WEEKDAYS)
_YEAR = r"(?:1[7-9]\d\d|20\d\d|21\d\d)"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_NEAR_YEAR = rf"(?:{_YEAR}|(?:of )?(?:last|this|next|the same) year)"
_PART = (
    r"(?P<part>early|mid|late|the end of|end of|the (?:start|beginning) of|Ende|Anfang|Mitte|fin|début|mi"
    r"|finales de|principios de|mediados de)"
)
_NUMBER = r"(?P<n>\d{1,2}|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_LEFT = r"(?<![\w.,:/$€£#+-])"
# "June 2,400 people", "2 June 2.5": what goes on as a number is none of a date.
_RIGHT = r"(?![\w/]|[.,:]\d|-\d|\s?%)"
_CLOCK_WORD = r"(?:\s+(?:morning|afternoon|evening|night|noon|abend|morgen|nacht))?"
_WEEKDAY_BEFORE = rf"(?:(?P<w>{_WEEKDAY})\.?{_CLOCK_WORD},?\s+(?P<open>\()?(?:the\s+|den\s+|el\s+|le\s+)?)?"
_WEEKDAY_BEHIND = rf"(?(open)\s?\)|(?:\s\((?P<v>{_WEEKDAY})\))?)"
_YEAR_BEHIND = rf"(?:\.?,?\s(?:de\s|del\s|of\s)?(?P<y>{_NEAR_YEAR}))?"


_PREP = r"(?P<prep>in|since|by|until|till|from|during|throughout|before|im|en|seit|ab|bis|depuis|desde|hasta|في|منذ|حتى)"
_UNITS = "day days week weeks month months year years"
_FOUR = [FOUR_DIGITS]
_YEAR_PREP = (
    r"(?:in|since|during|until|till|throughout|from|by|of|for|before|after|to|en|im Jahre?|l'année|año|depuis|desde|seit"
    r"|bis|Jahr|de|عام|سنة|منذ)"
)
_TO = r"\s?(?:–|-|to|bis|al?|au)\s?"
_AND = r"(?:(?<=between \d)|(?<=between \d\d)|(?<=entre \d)|(?<=entre \d\d))\s(?:and|y|et)\s"


# The pattern, its trigger words, and what reads its matches.
_TABLE: tuple[tuple[str, str | Iterable[str], Resolve], ...] = (
    (
        rf"{_LEFT}{_WEEKDAY_BEFORE}(?:(?P<d0>{_DAY})(?:st|nd|rd|th|\.)?(?:{_TO}|{_AND}))?(?P<d>{_DAY})(?:st|nd|rd|th|er|º|\.)?"
        rf"(?:\sof|\sde)?[\s-](?P<m>{_MONTH})(?:/(?:{_MONTH}))?{_YEAR_BEHIND}{_RIGHT}{_WEEKDAY_BEHIND}",
        MONTHS,
        named.on_day,
    ),
    (
        rf"{_LEFT}{_WEEKDAY_BEFORE}(?P<m>{_MONTH})\.?\s(?P<d>{_DAY})(?:st|nd|rd|th)?"
        rf"(?:\s?(?:–|-|to)\s?(?P<d2>{_DAY})(?:st|nd|rd|th)?)?{_YEAR_BEHIND}{_RIGHT}{_WEEKDAY_BEHIND}",
        MONTHS,
        named.on_day,
    ),
    (
        rf"{_LEFT}(?:{_PART}[ -])?(?P<m>{_MONTH})(?:/(?:{_MONTH}))?\.?,?\s(?:de\s|of\s)?(?P<y>{_NEAR_YEAR}){_RIGHT}",
        MONTHS,
        named.in_month,
    ),
    (rf"\b{_PREP}\s(?P<it>(?:{_PART}[ -])?(?P<m>{_MONTH}))\b", MONTHS, named.in_bare_month),
    (rf"\b(?P<prep>)(?P<it>{_PART}[ -](?P<m>{_MONTH}))\b(?!\s\d)", MONTHS, named.in_bare_month),
    (rf"\b(?P<which>last|this|next)\s(?P<m>{_MONTH})\b(?!\s\d)", MONTHS, named.in_near_month),
    (rf"\b{_YEAR_PREP}\s(?P<it>(?P<y>{_YEAR})){_RIGHT}(?![–-]\d|\s?[–-]\s?\d)", _FOUR, named.in_year),
    (
        rf"\b{_YEAR_PREP}\s(?:{_YEAR},\s)*{_YEAR},?\s(?:and|or|y|et|und)\s(?P<it>(?P<y>{_YEAR})){_RIGHT}",
        _FOUR,
        named.in_year,
    ),
    (r"\bthe\s(?P<it>(?P<y>(?:19|20)\d\d))(?=\s[a-zA-Z])", _FOUR, named.in_year),
    (
        rf"(?:\b(?:from|between|zwischen|von|entre|de)\s)?(?P<it>{_LEFT}(?P<y>{_YEAR})(?:\s?[–-]\s?|(?<=from \d{{4}})\s(?:to|until)\s"
        rf"|(?<=between \d{{4}})\sand\s)(?P<z>{_YEAR})){_RIGHT}",
        _FOUR,
        named.between_years,
    ),
    (
        rf"{_LEFT}{_PART}\s(?:in\s)?(?P<y>{_NEAR_YEAR}|the year)\b(?!s)",
        ["year", FOUR_DIGITS],
        named.of_year,
    ),
    (
        r"(?:\bthe\s)?(?:\b(?P<part>early|mid|late)[ -])?\b(?P<y>(?:1[789]|20)\d0)(?:s|er)\b",
        _FOUR,
        named.in_decade,
    ),
    (
        rf"(?:\bthe\s)?\b(?P<which>first|second|third|fourth|last|final)\s(?P<unit>half|quarter|(?:\d\d?|two|three|four|five"
        rf"|six|seven|eight|nine|ten|eleven)\smonths)\s(?:of|in)\s(?P<y>{_NEAR_YEAR}|the year){_RIGHT}",
        "half quarter months",
        named.share_of_year,
    ),
    (rf"\bQ(?P<q>[1-4])\s(?:of\s|in\s)?(?P<y>{_YEAR}){_RIGHT}", _FOUR, named.in_quarter),
    (
        rf"\b(?P<s>{_any(SEASONS)})\s(?:of\s|de\s|in\s)?(?P<y>{_NEAR_YEAR}){_RIGHT}",
        SEASONS,
        named.in_season,
    ),
    (
        r"\b(?P<which>last|this|next)\s(?P<s>spring|summer|autumn|winter|fall)\b(?!\s(?:of|in)\b)",
        SEASONS,
        named.in_near_season,
    ),
    (
        r"(?:\b(?P<prep>on|by|until|till|since|from|before|for|of|to|am|seit|bis|ab|vom|el|del|le|depuis|يوم|مساء|صباح)\s)?"
        r"(?P<it>\b(?:(?P<which>last|next|this\spast|this\scoming|past|coming|this|letzten|vergangenen|nächsten|kommenden"
        rf"|pasado|próximo)\s)?(?P<w>{_WEEKDAY})\b(?:\s(?P<behind>pasado|dernier|prochain|que\sviene|الماضي|المقبل|القادم)\b)?)",
        WEEKDAYS,
        reckoned.on_weekday,
    ),
    (rf"(?<!\w)(?:{_any(reckoned.DAY_WORDS)})(?!\w)", reckoned.DAY_WORDS, reckoned.on_near_day),
    (
        r"\b(?:tonight|this (?:morning|afternoon|evening)|(?:earlier|later) today|(?<=said )today|(?<=from )today)\b",
        "tonight morning afternoon evening today",
        reckoned.on_near_day,
    ),
    (
        r"(?<!the )(?<!each )(?<!every )(?:\b(?P<half>earlier|later|early|mid|late|the end of|the (?:start|beginning) of)\s)?"
        r"\b(?P<which>last|this|next)\s(?P<unit>week|month|year)\b(?!\sold)",
        _UNITS,
        reckoned.in_near_unit,
    ),
    (
        rf"(?<!more than )(?<!less than )(?<!over )(?<!least )(?<!nearly )\b{_NUMBER}\s(?P<unit>day|week|month|year)s?\sago\b",
        "ago",
        reckoned.ago,
    ),
    (
        rf"\b(?:in|over|during|for|within)\s(?P<it>the\s(?:past|last)\s(?:{_NUMBER}\s)?(?P<unit>(?:day|week|month|year)s?))\b",
        _UNITS,
        reckoned.in_the_past,
    ),
    (
        r"\b(?:the|(?P<which>last|this))\sweekend\b(?!\s(?:before|after|of)\b)",
        "weekend",
        reckoned.on_weekend,
    ),
)


def _last_words(phrases: str | Iterable[str]) -> frozenset[str]:
    """Of each phrase the word that it ends with, which a paragraph that holds it must hold."""
    several = phrases.split() if isinstance(phrases, str) else phrases
    return frozenset(phrase.replace("-", " ").split()[-1] for phrase in several)


RULES = tuple(Rule(pattern, _last_words(words), resolve) for pattern, words, resolve in _TABLE)
TRIGGERS = frozenset().union(*(rule.triggers for rule in RULES))
"""The trigger words of all rules: a paragraph without one names no date in words."""
