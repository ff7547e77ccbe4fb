"""Twins of right sentences with one thing wrong, and pairs of the two."""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from eval.benchmarks.paraphrasing import (
    DIGITS,
    FIRST_WORDS,
    MONTH,
    MONTH_NAMES,
    NUMBER_WORD,
    SAID,
    WEEKDAY,
    WEEKDAY_NAMES,
    Source,
    attributed,
    by_quotes,
    in_words,
    is_quoted,
    merged,
    names_of,
    number_of,
    reworded,
    sentences,
)
from index.records import Article
from service.evidence import Quote, Statement

KINDS = ("number", "name", "date", "negation", "speaker", "outlet", "quoted words")
HARDER = ("exchanged",)  # two things of the cited sentence in each other's place

_YEAR = re.compile(r"\b(?:in|since|until|of|from|to|and) ((?:19|20)\d\d)\b")
_AUXILIARY = re.compile(r"\b(was|were|is|are|will|would|had|has|have|can|could|should|must)\b (?!not\b)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A sentence that its quotes prove, and its twin that they do not, by the kind of what is wrong."""

    right: Statement
    wrong: Statement
    kind: str


def pairs(articles: Sequence[Article], seed: int, number: int, kinds: Sequence[str] = KINDS) -> list[Pair]:
    """So many pairs, each kind in turn, in an order that the seed fixes. Fewer where the articles run out."""
    chance = random.Random(seed)  # noqa: S311
    sources = [Source(article, span) for article in articles for span in sentences(article)]
    everybody = sorted({name for article in articles for name in names_of(article)})
    found: list[Pair] = []
    misses = 0
    while len(found) < number and misses < 200 * number:
        kind = kinds[len(found) % len(kinds)]
        pair = _pair(chance.choice(sources), kind, everybody, chance)
        if pair is None or any(pair.wrong.text == other.wrong.text for other in found):
            misses += 1
        else:
            found.append(pair)
    return found


def _pair(source: Source, kind: str, everybody: Sequence[str], chance: random.Random) -> Pair | None:
    cited = [source]
    right = reworded(source.article, source.span, chance)
    if kind == "outlet":
        right = attributed(source, right, chance)
    elif chance.random() < 0.3 and (second := _following(source)) is not None:
        cited.append(second)
        right = merged(source, right, reworded(second.article, second.span, chance), chance)
    wrong = _CORRUPTIONS[kind](source, right, everybody, chance)
    told = " ".join(one.text for one in cited)
    if wrong is None or wrong == right or right in told:
        return None
    quotes = tuple(Quote(article=one.article, span=one.span) for one in cited)
    return Pair(right=_stated(right, quotes), wrong=_stated(wrong, quotes), kind=kind)


def _stated(text: str, quotes: tuple[Quote, ...]) -> Statement:
    return Statement(text=text, quotes=quotes, support="verified", score=1.0)


def _following(source: Source) -> Source | None:
    after = [span for span in sentences(source.article) if span.start > source.span.start]
    return Source(source.article, after[0]) if after else None


# What is made wrong


def _other_number(source: Source, text: str, everybody: Sequence[str], chance: random.Random) -> str | None:
    found = [match for match in DIGITS.finditer(text) if not _in_date(text, match)]
    found += list(NUMBER_WORD.finditer(text))
    if not found:
        return None
    match = chance.choice(found)
    if match.re is NUMBER_WORD:
        return _put(text, match, in_words((number_of(match[0]) + chance.randint(1, 9)) % 97 + 2))
    value = match[0]
    digit = chance.choice([place for place, letter in enumerate(value) if letter.isdigit()])
    other = chance.choice([d for d in "123456789" if d != value[digit]])
    return _put(text, match, value[:digit] + other + value[digit + 1 :])


def _other_name(source: Source, text: str, everybody: Sequence[str], chance: random.Random) -> str | None:
    own = names_of(source.article)
    held = [match for match in re.finditer(r"[A-Z]\w+(?: [A-Z]\w+)*", text) if match[0] in own]
    held = [match for match in held if not is_quoted(text, match[0])]
    if not held:
        return None
    match = chance.choice(held)
    among = sorted(own) if chance.random() < 0.5 else everybody
    length = len(match[0].split())
    people = _speakers(everybody)
    others = [n for n in among if len(n.split()) == length and not set(n.split()) & set(text.split())]
    others = [n for n in others if n not in source.text and (n in people) == (match[0] in people)]
    return _put(text, match, chance.choice(others)) if others else None


def _other_date(source: Source, text: str, everybody: Sequence[str], chance: random.Random) -> str | None:
    options: list[Callable[[], str | None]] = [
        lambda: _swapped(WEEKDAY, WEEKDAY_NAMES, text, chance),
        lambda: _swapped(MONTH, MONTH_NAMES, text, chance),
        lambda: _year_moved(text, chance),
        lambda: _day_moved(text, chance),
    ]
    for option in chance.sample(options, k=len(options)):
        wrong = option()
        if wrong is not None:
            return wrong
    return None


def _denied(source: Source, text: str, everybody: Sequence[str], chance: random.Random) -> str | None:
    """With a "not" more, or without the one it had."""
    plain = next(
        (part for part in by_quotes(text) if not part.startswith(("“", '"')) and len(part) > 30), None
    )
    if plain is None:
        return None
    if re.search(r"\bnot (?!only)", plain):
        return text.replace(plain, re.sub(r"\b(?:did )?not ", "", plain, count=1))
    if re.match(r"Nobody|No one", plain):
        return text.replace(plain, re.sub(r"^(?:Nobody|No one)", "Several people", plain))
    match = _AUXILIARY.search(plain)
    return text.replace(plain, plain[: match.end()] + "not " + plain[match.end() :]) if match else None


def _other_outlet(source: Source, text: str, everybody: Sequence[str], chance: random.Random) -> str | None:
    outlet = source.article.outlet or ""
    if not outlet or outlet not in text or outlet in source.text:
        return None
    return text.replace(outlet, chance.choice([other for other in _OUTLETS if other != outlet]))


_OUTLETS = (
    "The Ostrel Courier",
    "Lenn Valley News",
    "Radio Seawall",
    "Seven Quays",
    "Tideline",
    "Rudaw",
    "Reuters",
)


def _other_speaker(source: Source, text: str, everybody: Sequence[str], chance: random.Random) -> str | None:
    """Another person as the one who said it, of the same article where it has one."""
    match = re.search(rf"\b((?:[A-Z]\w+ )*[A-Z]\w+) {SAID}\b|According to ((?:[A-Z]\w+ )*[A-Z]\w+)", text)
    if match is None or match[1] in FIRST_WORDS | {"He", "She", "It"}:
        return None
    group = 1 if match[1] else 2
    people = _speakers(everybody)
    own = sorted(names_of(source.article) & people)
    for among in (own, everybody) if chance.random() < 0.7 else (everybody,):
        held = {*re.findall(r"\w+", source.text), *re.findall(r"\w+", text)}
        others = [name for name in among if name in people and held.isdisjoint(name.split())]
        if others:
            return text[: match.start(group)] + chance.choice(others) + text[match.end(group) :]
    return None


def _exchanged(source: Source, text: str, everybody: Sequence[str], chance: random.Random) -> str | None:
    """Two numbers, or two names, in each other's place."""
    own = names_of(source.article)
    plain = [part for part in by_quotes(text) if not part.startswith(("“", '"'))]
    for part in plain:
        names = [match for match in re.finditer(r"[A-Z]\w+(?: [A-Z]\w+)*", part) if match[0] in own]
        numbers = [match for match in DIGITS.finditer(part) if not _in_date(part, match)]
        for found in (names, numbers):
            if len(found) > 1 and found[0][0] != found[1][0]:
                (one, other) = found[:2]
                turned = (
                    part[: one.start()]
                    + other[0]
                    + part[one.end() : other.start()]
                    + one[0]
                    + part[other.end() :]
                )
                return text.replace(part, turned)
    return None


def _other_words(source: Source, text: str, everybody: Sequence[str], chance: random.Random) -> str | None:
    """One word between quotation marks replaced."""
    spoken = [part for part in by_quotes(text) if part.startswith(("“", '"')) and len(part.split()) > 3]
    if not spoken:
        return None
    part = chance.choice(spoken)
    words = part.split()
    place = chance.randrange(1, len(words) - 1)
    other = chance.choice(
        [word for word in ("always", "money", "tired", "river", "sometimes") if word != words[place]]
    )
    return text.replace(part, " ".join((*words[:place], other, *words[place + 1 :])))


_CORRUPTIONS: dict[str, Callable[[Source, str, Sequence[str], random.Random], str | None]] = {
    "number": _other_number,
    "name": _other_name,
    "date": _other_date,
    "negation": _denied,
    "speaker": _other_speaker,
    "outlet": _other_outlet,
    "exchanged": _exchanged,
    "quoted words": _other_words,
}


def _speakers(everybody: Sequence[str]) -> set[str]:
    """The names that are people's: their last word is also a name alone."""
    alone = {name for name in everybody if " " not in name}
    return alone | {name for name in everybody if name.split()[-1] in alone}


def _swapped(pattern: re.Pattern[str], names: Sequence[str], text: str, chance: random.Random) -> str | None:
    found = [match for match in pattern.finditer(text) if not is_quoted(text, match[0])]
    if not found:
        return None
    match = chance.choice(found)
    return _put(text, match, chance.choice([name for name in names if name not in text]))


def _year_moved(text: str, chance: random.Random) -> str | None:
    match = _YEAR.search(text) or re.search(r"[a-z] ((?:19|20)\d\d)\b", text)
    if match is None or is_quoted(text, match[0]):
        return None
    return text[: match.start(1)] + str(int(match[1]) + chance.choice((-2, -1, 1, 2))) + text[match.end(1) :]


def _day_moved(text: str, chance: random.Random) -> str | None:
    months = "|".join(MONTH_NAMES)
    match = re.search(rf"\b(\d{{1,2}}) (?:{months})\b", text) or re.search(
        rf"\b(?:{months}) (\d{{1,2}})\b", text
    )
    if match is None or is_quoted(text, match[0]):
        return None
    day = (int(match[1]) + chance.randint(2, 20)) % 28 + 1
    return text[: match.start(1)] + str(day) + text[match.end(1) :] if day != int(match[1]) else None


def _put(text: str, match: re.Match[str], words: str) -> str:
    capital = match[0][0].isupper() and words[0].islower()
    return text[: match.start()] + (words.capitalize() if capital else words) + text[match.end() :]


def _in_date(text: str, match: re.Match[str]) -> bool:
    months = "|".join(MONTH_NAMES)
    behind, before = text[match.end() :], text[: match.start()]
    return bool(
        re.match(rf" (?:{months})", behind)
        or re.search(rf"(?:{months}) (?:\d+, )?$", before)
        or re.fullmatch(r"(?:19|20)\d\d", match[0])
    )
