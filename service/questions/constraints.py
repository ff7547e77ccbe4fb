"""Constraints that a question names in passing: outlets of the archive, authors, and days."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from index.backends.local.snapshots import Summary
from index.extraction.dates import MONTHS, WEEKDAYS
from index.extraction.dates.mentions import mentions
from index.records import DateMention, Origin, Period, Span, Zone, ZoneKind

WEEK = timedelta(days=7)

_SECTION = re.compile(r"(?<!\s)\s+[-–—|]\s+|:\s+")  # "The Independent - Sports", "CNBC | Business News"
_DOMAIN = re.compile(r"\.(?:com|org|net|co|news|tv|info)(?:\.\w\w)?$", re.IGNORECASE)
_KIND = re.compile(r"(?<!\s)\s+(?:news|online|magazine|newspaper)$", re.IGNORECASE)
_ARTICLE = re.compile(r"^(?:the|el|la|le|der|die|das)\s+", re.IGNORECASE)
_TELLING = (
    r"(?:report(?:s|ed|ing)?|article|articles|piece|story|stories|coverage|say|says|said|wrote|writes?"
    r"|claims?|publish(?:es|ed)?|review|interview|column|editorial|post)"
)
_BEFORE = re.compile(
    r"(?:\baccording to|\b(?:report(?:ed|s|ing)?|covered|published|written|told|discussed|highlighted|stated"
    r"|noted|mentioned|claimed|described|featured|quoted|article|articles|piece|story|stories|sources?|coverage)"
    r"(?:\s+(?:as|such as|including|like|both|from|by|in|on|of|to))+|\bas per|\bsource:?|\bdid|\bdoes"
    r"|وفقا? ?ل|بحسب|حسب)\s+(?:the\s+)?['\"“‘]?$",
    re.IGNORECASE,
)
_BEHIND = re.compile(rf"^['\"”’]?(?:['’]s?)?\s+(?:\w+\s+)?{_TELLING}\b", re.IGNORECASE)
_NAME_GOES_ON, _NAME_BEGINS = re.compile(r"\s+(?:[A-Z]\w|\d)"), re.compile(r"[A-Z]\w{1,60}\s{1,9}$")
_NAME = r"[A-ZÀ-Þ][\w’'-]+(?:\s+(?:[A-Z]\.|[a-z]{2,3}|[A-ZÀ-Þ][\w’'-]+)){0,2}\s+[A-ZÀ-Þ][\w’'-]+"
_AUTHOR = re.compile(
    r"\b(?:(?P<sure>(?:written|articles?|reports?|story|stories|column) by|columnist|reporter|journalist"
    rf"|correspondent)|by)\s+(?P<name>{_NAME})"
)


_REACH = 120  # characters before a day or a name in which a word that plays a part for it stands


def _ahead_of(pattern: re.Pattern[str], text: str, place: int) -> re.Match[str] | None:
    """Searches what stands right before a place, and no further back, however long the text."""
    return pattern.search(text, max(0, place - _REACH), place)


@dataclass(frozen=True, slots=True)
class NamedOutlet(Span):
    """Outlet that a question names: the place, and the archive's outlets that it can mean."""

    outlets: tuple[str, ...]


def outlets_in(text: str, known: Iterable[str]) -> list[NamedOutlet]:
    """The outlets that a question names, in order; the longest name counts where two overlap.

    A name whose letters could be an ordinary word, as those of "Time" or "The Verge", counts only as it is
    spelled, and at the start of the question only where the words around it speak of reporting.
    """
    found = [
        NamedOutlet(match.start(), match.end(), tuple(outlets))
        for name, outlets in _names(known).items()
        for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE)
        if _is_named(match, name, text)
    ]
    chosen, taken = list[NamedOutlet](), set[int]()
    for one in sorted(found, key=lambda one: (one.start - one.end, one.start)):
        if taken.isdisjoint(range(one.start, one.end)):
            taken.update(range(one.start, one.end))
            chosen.append(one)
    return sorted(chosen, key=_start)


def _names(known: Iterable[str]) -> dict[str, list[str]]:
    """The names that readers use, each with the outlets that bear it: whole, and without what is dropped."""
    names: dict[str, list[str]] = {}
    for outlet in known:
        forms = [outlet, _SECTION.split(outlet)[0]]
        forms += [_DOMAIN.sub("", form) for form in forms]
        forms += [short for form in forms if (short := _KIND.sub("", form)).isupper()]
        forms += [_ARTICLE.sub("", form) for form in forms]
        for form in dict.fromkeys(form.strip() for form in forms):
            if len(form) > 1:
                names.setdefault(form, []).append(outlet)
    return names


def _is_named(match: re.Match[str], name: str, text: str) -> bool:
    behind = text[match.end() : match.end() + _REACH]
    told = _ahead_of(_BEFORE, text, match.start()) or _BEHIND.search(behind)
    if told or _is_distinct(name):
        return True
    if _ARTICLE.sub("", match[0]) != _ARTICLE.sub("", name):
        return False
    if " " in name:
        return True
    # "Time Warner" and "Independent Pet Holdings" are other names, and a first word is always a capital.
    longer = _NAME_GOES_ON.match(text, match.end()) or _ahead_of(_NAME_BEGINS, text, match.start())
    before = text[max(0, match.start() - _REACH) : match.start()]
    return bool(before.strip("'\"“‘ ")) and not longer


def _is_distinct(name: str) -> bool:
    """Tells whether a name can be nothing else: "TechCrunch", "CBSSports.com", "BBC", other letters."""
    bare = _ARTICLE.sub("", name)
    return bool(re.search(r"[a-z][A-Z]|[A-Z]{2}|\w\.\w|\d|[^\W\d_a-zA-Z\u00c0-\u024f]", bare))


def authors_in(text: str) -> list[tuple[Span, str, bool]]:
    """People whom the words make authors of reporting, each with whether they surely are.

    "an article by Jane Doe" is sure; "approved by Jane Doe" may be anything.
    """
    return [
        (Span(match.start("name"), match.end("name")), match["name"], match["sure"] is not None)
        for match in _AUTHOR.finditer(text)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedDays(Span):
    """Days that a question names, the place, and the part they play.

    `bound` is the word that limits by them ("since", "until", "as of"), or None. `of_reporting` says that
    the words speak of when something was published. `fixed` says that a year is named, and `sure` that no
    other days can be meant: a month or a day without its year may be of any, and so may a weekday where
    nothing in the archive is as new.
    """

    period: Period
    bound: str | None = None
    of_reporting: bool = False
    fixed: bool = False
    sure: bool = True


_BOUND = re.compile(
    r"\b(?P<bound>as of|as at|as things stood (?:on|in)|since|after|later than|from|before|prior to"
    r"|earlier than|until|till|up to|by|between|منذ|قبل|بعد|حتى)\s+(?:the\s+)?$",
    re.IGNORECASE,
)
_BOUNDS = {
    "as of": "as of", "as at": "as of", "as things stood on": "as of", "as things stood in": "as of",
    "since": "since", "منذ": "since", "after": "after", "later than": "after", "بعد": "after",
    "before": "before", "prior to": "before", "earlier than": "before", "قبل": "before",
    "until": "until", "till": "until", "up to": "until", "حتى": "until", "between": "between",
    "from": "from",
}  # fmt: skip
_REPORTING = re.compile(
    rf"\b(?:{_TELLING}|publication|dated|news|headlines?|posted)\b[^.;?!]{{0,30}}$", re.IGNORECASE
)
_JOINED = re.compile(r",?\s+(?:and|to|until|till|through|–|-)\s+(?:the\s+)?$", re.IGNORECASE)
_YEAR = re.compile(  # or two years: "2021-22"
    r"(?<![\w.,$€£-])(?:19[5-9]\d|20\d\d)(?:[-–/](?P<until>\d\d)(?![\d-]))?(?![\w%]|[.,]\d)"
)
_RELATIVE = frozenset(("last", "this", "next", "ago", "past"))


def days_in(text: str, today: date, newest: date | None) -> list[NamedDays]:
    """The days that a question names, in order.

    "Last week" is reckoned from `today`. A day without a year lies near a year that the question names,
    else near the archive's newest article.
    """
    dated = _mentions(text, today, newest)
    found: list[NamedDays] = []
    for mention in dated:
        between = text[found[-1].end : mention.start] if found else ""
        if found and _JOINED.fullmatch(between) and found[-1].bound in ("between", "from"):
            whole = Period(found[-1].period.first, mention.last)
            start, told = found.pop().start, _ahead_of(_REPORTING, text, mention.start)
            found.append(
                NamedDays(start=start, end=mention.end, period=whole, of_reporting=bool(told), fixed=True)
            )
            continue
        days = _named_days(text, _with_last_days(mention, today))
        found.append(replace(days, sure=_is_sure(mention, text, newest)))
    return found


def _is_sure(mention: DateMention, text: str, newest: date | None) -> bool:
    is_weekday = mention.of(text).casefold() in WEEKDAYS
    return not _is_yearless(mention, text) and (not is_weekday or newest is None or newest >= mention.first)


def _with_last_days(mention: DateMention, today: date) -> DateMention:
    """The week that is not over, from seven days ago: on a Monday, "this week" is mostly the last."""
    is_week = mention.last - mention.first == WEEK - timedelta(days=1)
    if not is_week or not mention.first <= today <= mention.last:
        return mention
    return replace(mention, first=min(mention.first, today - WEEK))


def _named_days(text: str, mention: DateMention) -> NamedDays:
    bound = _ahead_of(_BOUND, text, mention.start)
    kind = _BOUNDS.get(bound["bound"].casefold()) if bound else None
    return NamedDays(
        start=mention.start,
        end=mention.end,
        period=_bounded(kind, mention),
        bound=kind,
        of_reporting=bool(_ahead_of(_REPORTING, text, bound.start() if bound else mention.start)),
        fixed=bool(_YEAR.search(text[mention.start : mention.end])),
    )


def _bounded(kind: str | None, days: DateMention) -> Period:
    if kind == "since":
        return Period(days.first, None)
    if kind == "after":
        return Period(days.last + timedelta(days=1), None)
    if kind == "before":
        return Period(None, days.first - timedelta(days=1))
    if kind in ("until", "as of"):
        return Period(None, days.last)
    return Period(days.first, days.last)


def _mentions(text: str, today: date, newest: date | None) -> list[DateMention]:
    zones: Sequence[Zone] = (Zone(0, len(text), ZoneKind.REPORTING),)
    plain = mentions(text, zones, today)
    years = [one.last for one in plain if _YEAR.search(text[one.start : one.end])]
    near = mentions(text, zones, max(years) if years else min(today, newest or today))
    chosen = [one for one in plain if not _is_yearless(one, text)]
    chosen += [one for one in near if _is_yearless(one, text)]
    chosen += _bare_years(text, chosen)
    chosen += _bare_months(text, chosen)
    return sorted(chosen, key=_start)


def _is_yearless(mention: DateMention, text: str) -> bool:
    """Tells whether it is a day or month of some year, such as "October 4" and not "last October"."""
    words = {word.strip(".,-") for word in mention.of(text).casefold().split()}
    return not words.isdisjoint(MONTHS) and words.isdisjoint(_RELATIVE) and not _YEAR.search(mention.of(text))


def _start(span: Span) -> int:
    return span.start


def _bare_months(text: str, found: Sequence[DateMention]) -> list[DateMention]:
    """Months that share the year of the next: the January of "between January and December 2021"."""
    months = []
    for shared in found:
        *_, name, _ = ("", "", *text[max(0, shared.start - _REACH) : shared.start].split())
        month, start = MONTHS.get(name.strip(",").casefold()), text.rfind(name, 0, shared.start)
        if month and _JOINED.fullmatch(text, start + len(name.strip(",")), shared.start):
            first = date(shared.last.year, month, 1)
            last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
            months.append(
                DateMention(start=start, end=start + len(name), first=first, last=last, origin=Origin.TEXT)
            )
    return [
        one for one in months if not any(one.start < other.end and other.start < one.end for other in found)
    ]


def _bare_years(text: str, found: Sequence[DateMention]) -> Iterator[DateMention]:
    taken = {place for one in found for place in range(one.start, one.end)}
    for match in _YEAR.finditer(text):
        year = int(match[0][:4])
        until = int(f"{match[0][:2]}{match['until'] or 0}")
        place = Span(match.start(), match.end() if until > year else match.start() + 4)
        if taken.isdisjoint(range(place.start, place.end)):
            yield DateMention(
                start=place.start,
                end=place.end,
                first=date(year, 1, 1),
                last=date(max(year, until), 12, 31),
                origin=Origin.TEXT,
            )


# "Since" limits nothing in "the worst flood since 1978".
_SUPERLATIVE = re.compile(
    r"\b(?:first|last|only|worst|best|most|least|record|ever|\w{2,}est)\b[^,;?]{0,60}$", re.IGNORECASE
)
_LEADING = re.compile(
    r"(?:\b(?:between|in|on|during|since|as of|as at|from|by|dated|of|for|after|before)\s+)$", re.I
)


def limits_of(
    text: str, days: Sequence[NamedDays], held: Summary
) -> tuple[date | None, date | None, date | None]:
    """The first and last day of publication that the words limit to, and the day to answer as of.

    Days that would hide the whole archive limit nothing: the words must have meant something else.
    """
    since = until = as_of = None
    for one in (one for one in days if _is_held(one.period, held)):
        if one.bound == "as of":
            as_of = one.period.last
        elif _opens(one, text):
            since = one.period.first
        elif one.of_reporting and one.bound in ("before", "until"):
            until = one.period.last
    return since, until, as_of


def _opens(named: NamedDays, text: str) -> bool:
    """Tells whether only what was published from then on is asked for."""
    if named.bound == "since":
        return not _ahead_of(_SUPERLATIVE, text, named.start)
    return named.of_reporting and named.bound == "after"


def is_told_by_dates(named: NamedDays, held: Summary) -> bool:
    """Tells whether the archive's dates tell those days, so that no passage needs to hold their words."""
    if named.of_reporting or named.bound == "as of" or not named.fixed:
        return True
    return _is_held(named.period, held)


def _is_held(period: Period, held: Summary) -> bool:
    """Tells whether the archive holds anything published in that period."""
    if held.oldest is None or held.newest is None:
        return False
    return (period.first or held.oldest) <= held.newest and held.oldest <= (period.last or held.newest)


def happened_in(text: str, days: Sequence[NamedDays]) -> Period | None:
    """The days in which what is told of must have happened, where the words name one stretch of them."""
    bounds = [
        one
        for one in days
        if one.bound != "as of"
        and one.sure
        and not one.of_reporting
        and not _ahead_of(_SUPERLATIVE, text, one.start)
    ]
    return bounds[0].period if len(bounds) == 1 else None


def without(text: str, spans: Iterable[Span]) -> str:
    """The text without those stretches and the words, such as "since", that lead in to them."""
    kept, end = list[str](), len(text)
    for span in sorted(spans, key=lambda span: -span.start):
        lead = _ahead_of(_LEADING, text, span.start)
        kept.append(text[span.end : end])
        end = lead.start() if lead else span.start
    return " ".join((text[:end], *reversed(kept)))


def read_as(text: str, days: Sequence[NamedDays]) -> str:
    """The question without the bounds that the search keeps to: a passage seldom says "since 2020"."""
    bounds = [
        one
        for one in days
        if one.bound not in (None, "between", "from") and not _ahead_of(_SUPERLATIVE, text, one.start)
    ]
    return " ".join(without(text, bounds).split()).replace(" ,", ",").replace(" ?", "?") if bounds else ""
