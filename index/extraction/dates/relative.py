"""Dates reckoned from the day of publication: weekdays, "yesterday", "last week", "two years ago"."""

import re
from datetime import date, timedelta

from index.extraction.dates import WEEKDAYS
from index.extraction.dates.named import Frame, number_of, part_named
from index.extraction.dates.periods import (
    Days,
    backwards,
    before,
    month_of,
    months_of,
    week_of,
    weekend_of,
    year_of,
)
from index.extraction.dates.tenses import Tense, is_quoted


def on_weekday(match: re.Match[str], frame: Frame) -> Days | None:
    """The last such day up to the publication; with words of the future the next from then on."""
    if frame.published is None or is_quoted(frame.text, match.start()) or not _is_weekday(match, frame.text):
        return None
    which = " ".join((match["which"] or match["behind"] or "").casefold().split())
    back = (frame.published.weekday() - WEEKDAYS[match["w"].casefold()]) % 7
    past = frame.published - timedelta(days=back)
    if which in _LAST:
        return _one(past if back else past - timedelta(days=7))
    coming = past + timedelta(days=7 if back else 0)
    if which in _NEXT:
        return _one(coming if back else coming + timedelta(days=7))
    prep = (match["prep"] or "").casefold()
    tense = frame.tense(match)
    ahead = tense is Tense.FUTURE or (tense is Tense.OPEN and (which == "this" or prep in _BOUNDS))
    return _one(coming if ahead and prep not in ("since", "seit", "depuis") else past)


def _is_weekday(match: re.Match[str], text: str) -> bool:
    """Tells whether it is a day of the week, not a name ("Sunday Times", "Black Friday") or any such day."""
    name, folded = match["w"], match["w"].casefold()
    left, right = text[max(0, match.start() - 14) : match.start("it")], text[match.end() : match.end() + 14]
    if len(name) <= 4 or _NOT_THIS_DAY.search(left) or _RUN_OF_DAYS.match(right):
        return False
    led = bool(match["prep"] or match["which"] or match["behind"])
    if folded in _ENGLISH_WEEKDAYS:
        return name[0].isupper() and (led or not re.match(r"\s+[A-Z]|\s+(?:school|prayers)\b", right))
    # Names of people are capitalised where days are not; the Arabic names are numbers too.
    latin_small = name[0].islower() and name[0] < "\u0600"
    return (latin_small and (led or folded in _FRENCH_WEEKDAYS)) or (not latin_small and led)


def _one(day: date) -> Days:
    return day, day


def on_near_day(match: re.Match[str], frame: Frame) -> Days | None:
    """ "yesterday", "tomorrow", "this morning": in a speaker's mouth reckoned from another day."""
    if frame.published is None or is_quoted(frame.text, match.start()):
        return None
    word = " ".join(match[0].casefold().split())
    if word in ("hier", "demain") and frame.language != "fr":  # German for "here"
        return None
    shift = DAY_WORDS.get(word, 0)
    return _one(frame.published + timedelta(days=shift))


def in_near_unit(match: re.Match[str], frame: Frame) -> Days | None:
    """ "last week", "earlier this month", "next year"."""
    published, unit = frame.published, match["unit"].casefold()
    if published is None:
        return None
    which = match["which"].casefold()
    if which == "next":
        found: Days | None = _next(published, unit)
    else:
        found = before(published, int(which == "last"), unit)
    half = (match["half"] or "").casefold()
    if found is None or (half in ("earlier", "later") and which != "this"):
        return found
    if half in ("earlier", "later"):
        return (found[0], published) if half == "earlier" else (published, found[1])
    return month_of(found[0].year, found[0].month, part_named(half)) if half and unit == "month" else found


def _next(day: date, unit: str) -> Days:
    if unit == "week":
        return week_of(day + timedelta(weeks=1))
    return months_of(day.year, day.month + 1, day.month + 1) if unit == "month" else year_of(day.year + 1)


def ago(match: re.Match[str], frame: Frame) -> Days | None:
    """ "three days ago" is a day, "two years ago" a whole year."""
    unit = match["unit"].casefold()
    if frame.published is None or (unit in ("day", "week") and is_quoted(frame.text, match.start())):
        return None
    return before(frame.published, number_of(match["n"]), unit)


def in_the_past(match: re.Match[str], frame: Frame) -> Days | None:
    """ "the past three months", up to the publication."""
    if frame.published is None:
        return None
    return backwards(
        frame.published, number_of(match["n"] or "one"), match["unit"].casefold().removesuffix("s")
    )


def on_weekend(match: re.Match[str], frame: Frame) -> Days | None:
    """The last weekend that has begun; with "this" or words of the future the coming one."""
    published = frame.published
    if published is None or is_quoted(frame.text, match.start()):
        return None
    this = weekend_of(published)
    past = this if published >= this[0] else weekend_of(published - timedelta(weeks=1))
    which = (match["which"] or "").casefold()
    if which == "last":
        return past if past[1] < published else weekend_of(published - timedelta(weeks=1))
    coming = which == "this" or frame.tense(match) is Tense.FUTURE
    return this if coming and frame.tense(match) is not Tense.PAST else past


_LAST = frozenset(
    ["last", "past", "this past", "letzten", "vergangenen", "pasado", "pasada", "dernier", "الماضي"]
)
_NEXT = frozenset(["next", "coming", "this coming", "nächsten", "kommenden", "próximo", "que viene",
                   "prochain", "المقبل", "القادم"])  # fmt: skip
_BOUNDS = frozenset(["by", "until", "till", "bis", "ab"])
_ENGLISH_WEEKDAYS = frozenset(["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"])
_FRENCH_WEEKDAYS = frozenset(["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"])
_WEEKDAY = "|".join(map(re.escape, WEEKDAYS))
_NOT_THIS_DAY = re.compile(
    r"\b(?:the|a|one|any|some|that|every|each|another|Black|Good|Easter|Palm|Ash|Super|Bloody|Holy|Maundy|Cyber"
    r"|Mail on|Sheffield|Shrove|Giving|cada|chaque|jeden|كل)\s+(?:on\s+)?$"
    rf"|\b(?:{_WEEKDAY})\s*(?:to|through|till|bis|–|-|a|au|or)\s*$",
    re.IGNORECASE,
)
_RUN_OF_DAYS = re.compile(
    rf"\s*(?:to|through|till|bis|–|-|or)\s*(?:{_WEEKDAY})\b|['’]?s\s+(?:Times|Child)", re.I
)
DAY_WORDS = {
    "yesterday": -1, "the day before yesterday": -2, "tomorrow": 1, "the day after tomorrow": 2,
    "last night": -1, "gestern": -1, "vorgestern": -2, "ayer": -1, "anoche": -1, "anteayer": -2,
    "hier": -1, "avant-hier": -2, "demain": 1, "أمس": -1, "غدا": 1, "غداً": 1,
}  # fmt: skip
"""Words for a day near that of publication, and how far off it is."""
