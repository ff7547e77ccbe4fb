"""Agreement, disagreement and change among what several articles answer to one question.

Findings are compared by what they assert (`service.verification.assertions`). Those that differ about
one time disagree; those that differ because time passed are a change. A false alarm is worse than a miss:
what cannot be compared for sure is left alone.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import combinations
from typing import Literal

from index.backends.local.lexical import stems
from service.answerers.formatting import worded
from service.answers import Change, DatedPosition, Disagreement, Position
from service.evidence import Contrast, Finding, Quote, Side
from service.verification.assertions import (
    Asked,
    Assertion,
    Days,
    agree,
    asked,
    assertion,
    period_of,
    told_of,
)
from service.verification.stance import Stand

SAME_NEWS = timedelta(days=3)
"""Reports of different outlets as near as this are of one state of affairs, and differ by disagreeing.

A weekend lies between an event of Friday and the paper of Monday. Past it, figures are commonly revised,
and a later one is news and no contradiction.
"""
LOOKS_BACK = timedelta(days=366)  # how long after a period a sentence without a date may still tell of it
LEAST_SURE = 0.3  # the score from which the best finding is likely enough an answer to be differed about
LEAST_OF_BEST = 0.4  # the score that a finding must have to be compared, as a share of the best one's
SAME_WORDS = 0.7  # Jaccard similarity from which two sentences are one text printed twice
MOST_QUOTED = 2  # sentences of one article that a position quotes
NEAR = 400  # letters within one article that a word of conflict reaches

Relation = Literal["disagreement", "change", "undated"]

_REVISED = re.compile(
    r"\b(?:correct(?:ion|ed)|earlier version|revised|(?:rose|risen|raised|climbed|increased|grown) to"
    r"|(?:fallen|fell|dropped|cut) to|has since|no longer|instead of|up from|down from|now stands"
    r"|previously)\b",
    re.IGNORECASE,
)
_CORRECTION = re.compile(r"\bcorrect(?:ion|ed)\b", re.IGNORECASE)
_CONFLICT = re.compile(
    r"\b(?:contradict\w*|disagree\w*|otherwise|two answers|at odds|conflicting|disput\w+"
    r"|another (?:sum|figure|number)|the (?:club|company|government|opposition) (?:speaks|spoke) of"
    r"|different (?:figures?|numbers?|sum|account)|only one of them)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Claimed:
    """A finding with what it asserts, and the days that it speaks of where it looks back or is undated."""

    finding: Finding
    said: Assertion | None
    past: Days | None

    @property
    def published(self) -> date | None:
        return self.finding.quote.article.published

    @property
    def time(self) -> Days | None:
        """The days for which it holds."""
        return self.past or (Days(self.published, self.published) if self.published else None)


_Group = list[_Claimed]


def sides(question: str, findings: Sequence[Finding]) -> tuple[Side, ...]:
    """The findings, those that assert the same together; in the order of their best ones.

    What asserts nothing that can be compared stands alone, but for the same text printed elsewhere. Of
    articles that print one text a side keeps the first.
    """
    wanted = asked(question)
    return tuple(_side(group) for group in _grouped([_claimed(wanted, finding) for finding in findings]))


def contrasts(question: str, findings: Sequence[Finding]) -> tuple[Contrast, ...]:
    """Where the findings differ: the disagreements first, then the change; empty where they agree."""
    claims = _comparable(question, findings)
    groups = [group for group in _grouped(claims) if group[0].said is not None]
    relations = {
        (one, other): relation
        for one, other in combinations(range(len(groups)), 2)
        if (relation := _relation(groups[one], groups[other]))
    }
    opposed = [pair for pair, relation in relations.items() if relation == "disagreement"]
    changed = sorted(
        {place for pair, relation in relations.items() if relation == "change" for place in pair}
    )
    found = [
        _contrast("disagreement", question, [groups[place] for place in part]) for part in _linked(opposed)
    ]
    if changed:
        # "They must be put into operation" says neither yes nor no, and yet how things stand.
        aside = [claim for claim in claims if claim.said is None] if asked(question).parts else []
        found.append(_contrast("change", question, [_joined(groups[place], aside) for place in changed]))
    return (*found, *_contradicted(question, claims)) if not found else tuple(found)


def disagreement(contrast: Contrast, number_of: Callable[[Quote], int]) -> Disagreement:
    """A contrast as it is sent; `number_of` gives the number of a quote's citation."""
    return Disagreement(
        about=contrast.about,
        positions=tuple(
            Position(text=_position(side), citations=_numbers(side, number_of)) for side in contrast.sides
        ),
    )


def change(contrast: Contrast, number_of: Callable[[Quote], int]) -> Change:
    """A contrast as it is sent, each position with its day; `number_of` as for `disagreement`."""
    return Change(
        about=contrast.about,
        positions=tuple(
            DatedPosition(text=_position(side), day=side.day, citations=_numbers(side, number_of))
            for side in contrast.sides
        ),
    )


def about(question: str) -> str:
    """What a question is about, as a phrase: "how many people were hurt", "whether the ward is closing"."""
    text = re.sub(r"[\s?؟]+$", "", question.strip())
    parts = asked(text).parts
    auxiliary, _, rest = text.partition(" ")
    if parts is None:
        return text[:1].lower() + text[1:] if re.match(r"\w[a-z]", text) else text
    if rest.casefold().startswith("there "):
        return f"whether there {auxiliary.lower()} {rest[6:]}"
    cut = re.search(r"\b(?:been|being)\b", rest)
    place = cut.start() if cut else parts.place - len(auxiliary) - 1
    return f"whether {rest[:place]}{auxiliary.lower()} {rest[place:]}"


def _comparable(question: str, findings: Sequence[Finding]) -> list[_Claimed]:
    """The findings that are good enough to be held against each other, of the time that was asked about."""
    wanted, period = asked(question), period_of(question)
    best = max((finding.score for finding in findings), default=0.0)
    if best < LEAST_SURE:
        return []
    least = LEAST_OF_BEST * best
    claims = [_claimed(wanted, finding) for finding in findings if finding.score >= least]
    return [claim for claim in claims if wanted.kind == "date" or _is_within(claim, period)]


def _claimed(wanted: Asked, finding: Finding) -> _Claimed:
    # The days that answer "when" are the answer, and say nothing of when it was given.
    past = None if wanted.kind == "date" else _past(finding.quote)
    return _Claimed(finding, assertion(wanted, finding), past)


def _past(quote: Quote) -> Days | None:
    """The days that a quote looks back to; None where it speaks of the days about its publication."""
    published = quote.article.published
    named = [
        Days(day.first, day.last) for day in told_of(quote) if published is None or day.first <= published
    ]
    if published is None:
        return named[0] if len(named) == 1 else None
    nearest = max(named, key=lambda days: days.last, default=None)
    return nearest if nearest and nearest.last < published - 2 * SAME_NEWS else None


def _is_within(claim: _Claimed, period: Days | None) -> bool:
    """Whether a finding may speak of the period that was asked about."""
    if period is None:
        return True
    named = told_of(claim.finding.quote)
    if named:
        days = Days(min(day.first for day in named), max(day.last for day in named))
        return _gap(days, period) <= SAME_NEWS
    if claim.published is None:
        return True
    return period.first - SAME_NEWS <= claim.published <= period.last + LOOKS_BACK


def _grouped(claims: Sequence[_Claimed]) -> list[_Group]:
    """Findings that assert the same together, best first; those that print one text are kept once."""
    groups: list[_Group] = []
    for claim in claims:
        group = next((group for group in groups if all(_alike(claim, other) for other in group)), None)
        if group is None:
            groups.append([claim])
        elif not any(_is_copy(claim.finding, other.finding) for other in group):
            group.append(claim)
    return groups


def _alike(one: _Claimed, other: _Claimed) -> bool:
    if one.said is None or other.said is None:
        return one.said is other.said and _is_copy(one.finding, other.finding)
    return agree(one.said, other.said)


def _is_copy(one: Finding, other: Finding) -> bool:
    """Whether two findings are one text: of different articles of a cluster, or the same sentence."""
    first, second = one.quote.article, other.quote.article
    if first.id != second.id and first.cluster == second.cluster:
        return True
    words, others = set(stems(one.quote.text)), set(stems(other.quote.text))
    return len(words & others) >= SAME_WORDS * len(words | others)


def _relation(group: _Group, others: _Group) -> Relation | None:
    """How two sides differ: a disagreement where any two sources disagree, else by the passing of time."""
    found = {_difference(one, other) for one in group for other in others}
    if "disagreement" in found:
        return "disagreement"
    if "change" in found:
        return "change"
    return "disagreement" if "undated" in found else None


def _difference(one: _Claimed, other: _Claimed) -> Relation | None:
    """How two findings with different assertions differ; None where nothing is sure."""
    if one.said is None or other.said is None or agree(one.said, other.said):
        return None
    if one.finding.quote.article.id == other.finding.quote.article.id:
        return _within_article(one, other)
    if one.time is None or other.time is None:
        return "undated"
    dated = one.published is not None and other.published is not None
    apart = one.published - other.published if one.published and other.published else timedelta(0)
    if _gap(one.time, other.time) > SAME_NEWS or abs(apart) > SAME_NEWS:
        return "change"
    if apart and dated and (_one_outlet(one, other) or _is_revision(max(one, other, key=_published))):
        return "change"
    if _is_plan(one) != _is_plan(other):
        return "change" if apart else None
    return "disagreement"


def _within_article(one: _Claimed, other: _Claimed) -> Relation | None:
    """One article gives two answers where it looks back, or where it says that its sources are at odds."""
    if one.time and other.time and _gap(one.time, other.time) > SAME_NEWS:
        return "change"
    return "disagreement" if _is_conflict(one.finding.quote, other.finding.quote) else None


def _is_conflict(one: Quote, other: Quote) -> bool:
    """Whether an article says, about two of its sentences, that they are at odds."""
    first, second = sorted((one, other), key=lambda quote: quote.span.start)
    if second.span.start - first.span.end > NEAR:
        return False
    text = first.article.text
    title = first.article.title or ""
    around = text[max(0, first.span.start - NEAR // 2) : second.span.end]
    return _CONFLICT.search(around) is not None or _CONFLICT.search(title) is not None


def _contradicted(question: str, claims: Sequence[_Claimed]) -> tuple[Contrast, ...]:
    """Two speakers whom their article sets at odds, of findings that assert nothing comparable."""
    subject = set(stems(question))
    for one, other in combinations([claim for claim in claims if claim.said is None], 2):
        quotes = one.finding.quote, other.finding.quote
        if quotes[0].article.id != quotes[1].article.id or not _is_conflict(*quotes):
            continue
        shared = set(stems(quotes[0].text)) & set(stems(quotes[1].text)) & subject
        if all(map(_is_spoken, quotes)) and any(len(word) > 3 for word in shared):
            return (_contrast("disagreement", question, [[one], [other]]),)
    return ()


def _is_spoken(quote: Quote) -> bool:
    return quote.speaker is not None or re.search(r"[\"“”«»]", quote.text) is not None


def _contrast(kind: Literal["disagreement", "change"], question: str, groups: Sequence[_Group]) -> Contrast:
    if kind == "disagreement":
        sides = [_side(group) for group in sorted(groups, key=_support, reverse=True)]
    else:
        newest_first = sorted(groups, key=lambda group: _when(group, groups), reverse=True)
        sides = [_dated(_side(group)) for group in newest_first]
    return Contrast(kind=kind, about=about(question), sides=tuple(sides))


def _support(group: _Group) -> tuple[int, float]:
    """How many independent sources a side has, then how sure its best is."""
    sources = {claim.finding.quote.article.cluster for claim in group}
    return len(sources), max(claim.finding.score for claim in group)


def _when(group: _Group, groups: Sequence[_Group]) -> date:
    """The day that a side of a change is placed at.

    A report that looks back to what others reported at the time is as new as itself; one that
    looks back to another time is as old as that.
    """
    own = [claim.published for claim in group if claim.past is None and claim.published]
    if own:
        return max(own)
    times = [claim.time for other in groups if other is not group for claim in other if claim.time]
    known = [claim for claim in group if claim.time]
    shared = [
        claim for claim in known if any(claim.time and _gap(claim.time, time) <= SAME_NEWS for time in times)
    ]
    days = [claim.published for claim in shared if claim.published] or [
        claim.time.first for claim in known if claim.time
    ]
    return max(days, default=date.min)


def _side(group: _Group) -> Side:
    own = [claim.published for claim in group if claim.past is None and claim.published]
    days = own or [claim.published for claim in group if claim.published]
    past = [claim.past.last for claim in group if claim.past]
    return Side(findings=tuple(claim.finding for claim in group), day=max(days or past, default=None))


def _dated(side: Side) -> Side:
    """A side of a change with what was reported on its day first, that its words and its day are of one."""
    return replace(
        side, findings=tuple(sorted(side.findings, key=lambda f: f.quote.article.published != side.day))
    )


def _joined(group: _Group, aside: Sequence[_Claimed]) -> _Group:
    """A side with what the article of its first finding says besides, though it asserts nothing alone."""
    article = group[0].finding.quote.article.id
    return [*group, *(claim for claim in aside if claim.finding.quote.article.id == article)][
        : len(group) + 1
    ]


def _linked(pairs: Sequence[tuple[int, int]]) -> list[list[int]]:
    """Numbers that pairs connect, directly or through others, together and in order."""
    parts: list[set[int]] = []
    for pair in pairs:
        met = [part for part in parts if part & set(pair)]
        parts = [part for part in parts if part not in met] + [set(pair).union(*met)]
    return [sorted(part) for part in parts]


def _position(side: Side) -> str:
    """A side in words: its best quote, and what the same article says besides."""
    first = side.findings[0].quote
    others = [other.quote for other in side.findings[1:] if other.quote.article.id == first.article.id]
    return " ".join([worded(first), *(f"“{quote.text}”" for quote in others[: MOST_QUOTED - 1])])


def _numbers(side: Side, number_of: Callable[[Quote], int]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(number_of(finding.quote) for finding in side.findings))


def _gap(one: Days, other: Days) -> timedelta:
    """What lies between two stretches of days; nothing where they meet."""
    return max(one.first - other.last, other.first - one.last, timedelta(0))


def _published(claim: _Claimed) -> date:
    return claim.published or date.min


def _one_outlet(one: _Claimed, other: _Claimed) -> bool:
    outlets = Counter((one.finding.quote.article.outlet, other.finding.quote.article.outlet))
    return len(outlets) == 1 and None not in outlets


def _is_revision(claim: _Claimed) -> bool:
    quote = claim.finding.quote
    return (
        _REVISED.search(quote.text) is not None or _CORRECTION.search(quote.article.title or "") is not None
    )


def _is_plan(claim: _Claimed) -> bool:
    return isinstance(claim.said, Stand) and claim.said.planned
