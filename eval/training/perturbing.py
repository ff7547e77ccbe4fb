"""Unanswerable questions, made from good ones by rule.

The kinds are those that the authors of SQuAD 2.0 name (Rajpurkar et al. 2018, table 1): an entity, a
number or a date swapped for another of its kind, a negation, an antonym, an impossible condition.
"""

import random
import re
from collections.abc import Callable

MONTHS = "January February March April May June July August September October November December".split()
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
NUMBER_WORDS = "two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty".split()

_ANTONYMS = (
    "first/last largest/smallest biggest/smallest highest/lowest most/least more/fewer before/after "
    "increase/decrease increased/decreased increasing/decreasing rise/fall rose/fell north/south "
    "east/west northern/southern eastern/western early/late earlier/later old/new older/newer "
    "long/short longer/shorter high/low higher/lower large/small larger/smaller major/minor "
    "win/lose won/lost begin/end began/ended start/stop started/stopped open/close opened/closed "
    "accept/reject accepted/rejected support/oppose supported/opposed allow/forbid allowed/forbade "
    "success/failure successful/unsuccessful public/private internal/external minimum/maximum "
    "majority/minority positive/negative strong/weak stronger/weaker rich/poor richer/poorer "
    "young/old younger/older male/female men/women buy/sell bought/sold import/export "
    "victory/defeat arrive/leave arrived/left join/leave joined/left above/below always/never "
    "best/worst better/worse common/rare legal/illegal possible/impossible raise/cut raised/cut "
    "approved/rejected agreed/refused confirmed/denied"
).split()
_OPPOSITES = {a: b for pair in _ANTONYMS for a, b in (pair.split("/"), pair.split("/")[::-1])}
_WORDS = re.compile(r"[A-Za-z']+")
_YEAR = re.compile(r"\b(1[0-9]|20)\d\d\b")
_NUMBER = re.compile(r"(?<![\d.,-])\d{1,3}(?:,\d{3})+(?![\d])|(?<![\d.,-])\d+(?:\.\d+)?(?![\d,])")
_NAME = re.compile(r"\b[A-Z][\w'’.-]*\w(?: (?:of |de |the |van )?[A-Z][\w'’.-]*\w)*")
_AUXILIARY = re.compile(
    r"\b(is|are|was|were|did|does|do|has|have|had|can|could|will|would|should|must|may|might)\b"
)
_ASKING = frozenset(
    "What Who Whom Whose When Where Which Why How In On At The A An For To From By During After Before "
    "Is Are Was Were Did Does Do Has Have Had If Of With Besides".split()
)
_CONDITIONS = (
    "in {year}",
    "before {year}",
    "since {year}",
    "according to {name}",
    "besides {name}",
    "in {name}",
    "for the second time",
    "during the winter of {year}",
)

Perturbation = Callable[[str, str, random.Random], str | None]


def swapped_name(text: str, pool: str, rng: random.Random) -> str | None:
    """A name of the text replaced by another one that the pool holds."""
    there = [n for n in _NAME.finditer(text) if n.group() not in _ASKING and n.start() > 0]
    known = text.casefold()
    others = [n for n in set(_NAME.findall(pool)) if n.casefold() not in known and n not in _ASKING]
    return _replaced(text, there, others, rng)


def swapped_number(text: str, pool: str, rng: random.Random) -> str | None:
    """A number or a year replaced, by another of the pool where it has one."""
    years = list(_YEAR.finditer(text))
    if years:
        others = {n.group() for n in _YEAR.finditer(pool)} - {n.group() for n in years}
        year = int(years[0].group())
        others |= {str(year + step) for step in (-10, -3, -2, -1, 1, 2, 3, 10)}
        return _replaced(text, years, sorted(others), rng)
    there = list(_NUMBER.finditer(text))
    if there:
        others = {n.group() for n in _NUMBER.finditer(pool)} - {n.group() for n in there}
        digits = there[0].group().replace(",", "")
        if digits.isdigit():
            others |= {str(int(digits) + step) for step in (1, 2, 3, 10)}
        return _replaced(text, there, sorted(others), rng)
    return _swapped_word(text, NUMBER_WORDS, rng)


def swapped_day(text: str, pool: str, rng: random.Random) -> str | None:
    """A month or a weekday replaced by another."""
    return _swapped_word(text, MONTHS, rng) or _swapped_word(text, DAYS, rng)


def negated(text: str, pool: str, rng: random.Random) -> str | None:
    """A "not" put in, or taken out where there is one."""
    without = re.sub(r"\b(not|never|no longer) |n't\b", "", text, count=1)
    if without != text:
        return without
    verb = _AUXILIARY.search(text, 1)
    if verb is None:
        return None
    return f"{text[: verb.end()]} not{text[verb.end() :]}"


def reversed_word(text: str, pool: str, rng: random.Random) -> str | None:
    """A word replaced by its opposite."""
    there = [w for w in _WORDS.finditer(text) if w.group().lower() in _OPPOSITES]
    if not there:
        return None
    word = rng.choice(there)
    return text[: word.start()] + _OPPOSITES[word.group().lower()] + text[word.end() :]


def with_condition(text: str, pool: str, rng: random.Random) -> str | None:
    """A condition added that the passage says nothing of."""
    if not text.endswith("?"):
        return None
    years = [n for n in (str(rng.randint(1850, 2024)) for _ in range(3)) if n not in pool]
    names = sorted({n for n in _NAME.findall(pool) if n not in _ASKING})
    if not years or not names:
        return None
    condition = rng.choice(_CONDITIONS).format(year=years[0], name=rng.choice(names))
    return f"{text[:-1].rstrip()} {condition}?"


QUESTION_KINDS: tuple[Perturbation, ...] = (
    swapped_name,
    swapped_name,
    swapped_number,
    swapped_day,
    negated,
    reversed_word,
    reversed_word,
    with_condition,
)


def perturbed(text: str, pool: str, kinds: tuple[Perturbation, ...], rng: random.Random) -> str | None:
    """The text changed in one of the ways that it allows, drawn at random; None where it allows none."""
    for kind in rng.sample(kinds, len(kinds)):
        changed = kind(text, pool, rng)
        if changed and changed != text:
            return changed
    return None


def replacement(question: str, passage: str, pool: str, rng: random.Random) -> tuple[str, str] | None:
    """A word that question and passage share, and another of its kind that neither holds.

    A name (of the pool), a year, a month, a weekday, a number word, or a word that has an opposite; None
    where they share no such word.
    """
    both = f"{question} {passage}"
    names = [name for name in sorted(set(_NAME.findall(pool))) if name not in both and name not in _ASKING]
    shared: dict[str, list[str]] = {
        name.group(): names for name in _NAME.finditer(question, 1) if name.group() not in _ASKING
    }
    for year in _YEAR.finditer(question):
        shared[year.group()] = [
            str(int(year.group()) + step) for step in (-10, -4, -3, -2, -1, 1, 2, 3, 4, 10)
        ]
    for word in _WORDS.findall(question):
        opposite = _OPPOSITES.get(word.lower())
        if opposite:
            shared[word] = [opposite]
        for kind in (MONTHS, DAYS, NUMBER_WORDS):
            if word in kind:
                shared[word] = kind
    ways = [
        (word, new)
        for word, others in shared.items()
        if re.search(rf"\b{re.escape(word)}\b", passage)
        for new in rng.sample(others, min(1, len(others)))
        if new not in both
    ]
    return rng.choice(sorted(ways)) if ways else None


def _replaced(text: str, there: list[re.Match[str]], others: list[str], rng: random.Random) -> str | None:
    if not there or not others:
        return None
    old, new = rng.choice(there), rng.choice(sorted(others))
    return text[: old.start()] + new + text[old.end() :]


def _swapped_word(text: str, words: list[str], rng: random.Random) -> str | None:
    there = [w for w in _WORDS.finditer(text) if w.group() in words]
    return _replaced(text, there, [w for w in words if w not in text], rng)
