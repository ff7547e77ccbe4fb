"""Sentences that tell what articles say in other words, and twins of them with one thing wrong.

No model writes them: an article's own sentence is reworded by rules that keep its meaning, such as dates in
full for weekdays, digits for words, clauses left out, speech made indirect, two sentences made one. The
twin of a sentence differs from it in one number, name, date, negation, source or quoted word. All choices
come from one random generator, so that a seed gives the same sentences again.
"""

import random
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from index.extraction.chunking import Chunker
from index.extraction.dates import WEEKDAYS
from index.records import Article, DateMention, Draft, Span

_UNITS = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
    sixteen seventeen eighteen nineteen""".split()  # noqa: SIM905
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()  # noqa: SIM905
DIGITS = re.compile(r"(?<![\w.,:–-])(\d{1,3}(?:,\d{3})*(?:\.\d+)?)(?![\w:–]|[.,-]\d)")
NUMBER_WORD = re.compile(
    rf"(?<![\w-])(?:(?:{'|'.join(_TENS)})(?:-(?:{'|'.join(_UNITS[1:10])}))?|{'|'.join(_UNITS[2:])})(?![\w-])",
    re.IGNORECASE,
)
WEEKDAY_NAMES = [name.capitalize() for name in WEEKDAYS if name.endswith("day")]
MONTH_NAMES = [f"{date(2000, month, 1):%B}" for month in range(1, 13)]
WEEKDAY = re.compile(rf"\b(?:{'|'.join(WEEKDAY_NAMES)})\b")
MONTH = re.compile(rf"\b(?:{'|'.join(MONTH_NAMES)})\b")
_NAME = re.compile(r"\b[A-Z][a-z]+(?: [A-Z][a-z]+)+\b")
_SURNAME = re.compile(
    r"\b([A-Z][a-z]{3,})(?= (?:said|told|asked|replied|added|called|took|won|promised|warned))"
)
SAID = r"(?:said|says|told the Courier|added|warned)"
_SYNONYMS = (
    ("about", "around"), ("because of", "owing to"), ("at present", "currently"),
    ("largest", "biggest"), ("children", "youngsters"), ("shut", "closed"),
     ("moved", "shifted"), ("helped", "assisted"),
    ("evacuated", "brought to safety"), ("injured", "hurt"), ("according to", "as stated by"),
    ("wanted", "wished"), ("built", "constructed"), ("decided", "resolved"), ("showed", "revealed"),
    ("however", "though"), ("residents", "inhabitants"), ("expected", "forecast"), ("lorries", "trucks"),
    ("per cent", "percent"), ("for the first time", "for the first time ever"),
    ("bought", "purchased"), ("repaired", "mended"), ("quickly", "fast"), ("confirmed", "acknowledged"),
)  # fmt: skip

Rewording = Callable[["Source", str, random.Random], str]


@dataclass(frozen=True, slots=True)
class Source:
    """A sentence of an article."""

    article: Article
    span: Span

    @property
    def text(self) -> str:
        return self.span.of(self.article.text)

    @property
    def dates(self) -> list[DateMention]:
        return [m for m in self.article.dates if self.span.start <= m.start and m.end <= self.span.end]


def articles_of(drafts: Iterable[Draft]) -> list[Article]:
    """The English ones as articles of an archive that nobody keeps."""
    fields = Draft.__dataclass_fields__
    return [
        Article(
            **{name: getattr(draft, name) for name in fields},
            id=number,
            version=1,
            cluster=number,
            added=datetime(2000, 1, 1, tzinfo=UTC),
        )
        for number, draft in enumerate(drafts, 1)
        if draft.language in (None, "en")
    ]


def reworded(article: Article, span: Span, chance: random.Random) -> str:
    """The sentence at that place in other words, by as many rules as chance takes and the sentence allows."""
    source = Source(article, span)
    text = re.sub(r"^[A-Z][A-Z ]+(?: \(\w+\))? [-–] ", "", source.text)
    for rule in chance.sample(_RULES, k=len(_RULES)):
        if chance.random() < 0.7:
            text = rule(source, text, chance)
    return _finished(text)


def names_of(article: Article) -> set[str]:
    """Names of two words and more that its evidence holds, and the surnames of those who speak."""
    text = "\n".join(source.of(article.text) for source in sentences(article))
    full = {name for name in _NAME.findall(text) if name.split()[0] not in FIRST_WORDS}
    return full | {name for name in _SURNAME.findall(text) if name not in FIRST_WORDS}


FIRST_WORDS = {
    "The",
    "Its",
    "His",
    "Her",
    "Their",
    "On",
    "In",
    "At",
    "By",
    "From",
    "Last",
    "Some",
    "For",
    "Nobody",
}
FIRST_WORDS |= {
    *WEEKDAY_NAMES,
    *MONTH_NAMES,
    "Mayor",
    "Councillor",
    "Chief",
    "Deputy",
    "Coach",
    "President",
    "They",
}


def sentences(article: Article) -> list[Span]:
    """Sentences long enough to be told in other words."""
    found = [sentence for chunk in Chunker().chunk(article) for sentence in chunk.sentences]
    return [
        span for span in found if 8 <= len(span.of(article.text).split()) <= 45 and _is_whole(span, article)
    ]


def _is_whole(span: Span, article: Article) -> bool:
    text = span.of(article.text)
    even = text.count('"') % 2 == 0 and text.count("“") == text.count("”")
    return even and text[-1] in '.!?”"' and not text.startswith(("Photo", "Correction"))


def merged(source: Source, first: str, second: str, chance: random.Random) -> str:
    """Two sentences as one."""
    start = second if re.match(r"[A-Z][a-z]+ [A-Z]|[“\"]", second) else _lowered(second, source)
    return f"{first.rstrip('.')}{chance.choice(('; ', ', and ', ', while '))}{start}"


# Rules that keep the meaning


def _dated(source: Source, text: str, chance: random.Random) -> str:
    """Days in full for weekdays, and the other way of writing a full day."""
    for mention in source.dates:
        written = mention.of(source.article.text)
        if mention.first != mention.last or text.count(written) != 1 or is_quoted(text, written):
            continue
        day = mention.first
        full = chance.choice(
            (f"{day.day} {day:%B %Y}", f"{day:%B} {day.day}, {day.year}", f"{day:%A}, {day.day} {day:%B %Y}")
        )
        if re.search(rf"\bon {re.escape(written)}(?! \()", text) and WEEKDAY.fullmatch(written):
            text = text.replace(written, full)
        elif re.search(r"\d", written):
            text = text.replace(
                written, f"{day.day} {day:%B %Y}" if chance.random() < 0.5 else f"{day:%B} {day.day}"
            )
    return re.sub(r"\(((?:\w+, )?\d+ \w+(?: \d{4})?|\w+ \d+(?:, \d{4})?)\)", r"(\1)", text)


def _counted(source: Source, text: str, chance: random.Random) -> str:
    """Digits for words and words for digits, thousands without their commas, millions in full."""
    millions = chance.random() < 0.4
    in_digits = chance.random() < 0.5
    out: list[str] = []
    for part in by_quotes(text):
        if not part.startswith(("“", '"')):
            part = _in_full(part) if millions else part
            part = _in_digits(part, source) if in_digits else _worded(part)
        out.append(part)
    return "".join(out)


def _in_full(text: str) -> str:
    """61,000,000 for 61 million."""
    return re.sub(
        r"\b(\d+)(?:\.(\d))? million\b",
        lambda m: f"{int(m[1]) * 1_000_000 + int(m[2] or 0) * 100_000:,}",
        text,
    )


def _in_digits(text: str, source: Source) -> str:
    outlet = source.article.outlet or "\0"
    pieces = [NUMBER_WORD.sub(lambda m: str(number_of(m[0])), piece) for piece in text.split(outlet)]
    return outlet.join(pieces)


def _worded(text: str) -> str:
    def written(match: re.Match[str]) -> str:
        value = match[1].replace(",", "")
        small = value.isdigit() and int(value) < 100 and not match[1].startswith("0")
        return in_words(int(value)) if small else match[1]

    return text if MONTH.search(text) else DIGITS.sub(written, text)


def _shortened(source: Source, text: str, chance: random.Random) -> str:
    """Without a clause between commas, or without the last one."""
    shorter = re.sub(r", (?:which|who|where|although|because|whose) [^,“”\".]+(?=[.]$)", "", text)
    shorter = re.sub(r", (?:which|who|whose) [^,“”\".]+,(?= )", "", shorter)
    if len(shorter.split()) >= 6 and not re.search(r"[“”\"]", text):
        return shorter
    return text


def _fronted(source: Source, text: str, chance: random.Random) -> str:
    """Said first: "According to X, …" for "…, X said"."""
    match = re.fullmatch(rf"([^“”\"]+), ([^,“”\"]{{3,60}}) {SAID}\.", text)
    if (
        match
        and not re.search(r"\b(?:[Ii]|[Ww]e|[Hh]e|[Ss]he|[Tt]hey)\b", match[2])
        and len(match[2].split()) < 8
    ):
        who = _lowered(match[2], source) if match[2].startswith("The ") else match[2]
        return f"According to {who}, {_lowered(match[1], source)}."
    match = re.fullmatch(rf"[“\"]([^“”\"]+)[,.][”\"] ([^,“”\"]{{3,60}}) {SAID}\.", text)
    if match:
        return f"{match[2][0].upper()}{match[2][1:]} said: “{match[1]}.”"
    return text


def _renamed(source: Source, text: str, chance: random.Random) -> str:
    """Other words for some of its words."""
    for word, other in chance.sample(_SYNONYMS, k=len(_SYNONYMS)):
        if re.search(rf"\b{word}\b", text) and not is_quoted(text, word):
            text = re.sub(rf"\b{word}\b", other, text, count=1)
    return text


def _timed(source: Source, text: str, chance: random.Random) -> str:
    """The day in front: "On Tuesday night, …"."""
    when = rf"on (?:{'|'.join(WEEKDAY_NAMES)})(?: (?:night|evening|morning|afternoon))?"
    match = re.fullmatch(rf"([^“”\",]+?) ({when})([^“”\",]*\.)", text)
    if match is None:
        return text
    return f"On {match[2].removeprefix('on ')}, {_lowered(match[1], source)}{match[3]}"


def _reported(source: Source, text: str, chance: random.Random) -> str:
    """With the outlet, and sometimes the day, in front."""
    outlet, day = source.article.outlet, source.article.published
    if outlet is None or re.search(r"[“”\"]|According to", text) or chance.random() < 0.6:
        return text
    when = f" on {day.day} {day:%B %Y}" if day and chance.random() < 0.4 else ""
    return f"{outlet} reported{when} that {_lowered(text, source)}"


def _spelled(source: Source, text: str, chance: random.Random) -> str:
    """A person's name in full where the article has one such person."""
    for surname in dict.fromkeys(_SURNAME.findall(text)):
        full = {
            name
            for name in _NAME.findall(source.article.text)
            if name.split()[-1] == surname and len(name.split()) == 2
        }
        full = {name for name in full if name.split()[0] not in FIRST_WORDS}
        if len(full) == 1 and f" {surname}" not in f" {text}".replace(f" {surname}", "", 1):
            text = (
                text.replace(surname, next(iter(full)), 1)
                if not re.search(rf"[A-Z][a-z]+ {surname}", text)
                else text
            )
    return text


def _active(source: Source, text: str, chance: random.Random) -> str:
    """ "X repaired the bridge" for "The bridge was repaired by X"."""
    match = re.fullmatch(r"((?:The|A) [^,“”\"]{3,60}?) (?:was|were) (\w+ed) by ([^,“”\"]{3,60})\.", text)
    return f"{match[3][0].upper()}{match[3][1:]} {match[2]} {_lowered(match[1], source)}." if match else text


_RULES: tuple[Rewording, ...] = (
    _dated, _counted, _shortened, _fronted, _renamed, _timed, _spelled, _active, _reported
)  # fmt: skip


def attributed(source: Source, text: str, chance: random.Random) -> str:
    """A sentence that says who says so: its outlet."""
    if source.article.outlet and source.article.outlet not in text and "According to" not in text:
        return f"According to {source.article.outlet}, {_lowered(text, source)}"
    return text


def by_quotes(text: str) -> list[str]:
    """The text cut into what stands between quotation marks, with them, and what does not."""
    return [part for part in re.split(r"([“\"][^“”\"]*[”\"])", text) if part]


def is_quoted(text: str, words: str) -> bool:
    """Whether the words stand between quotation marks."""
    return any(words in part for part in by_quotes(text) if part.startswith(("“", '"')))


def _lowered(text: str, source: Source) -> str:
    """Without the capital that only the start of the sentence gave it."""
    first = re.match(r"[A-Z][a-z]*(?=[ ,’'])", text)
    if first is None or first[0] in _DAYS or (re.match(r"\w+ [A-Z]", text) and first[0] not in FIRST_WORDS):
        return text
    named = {word for name in names_of(source.article) for word in name.split()}
    inside = re.search(rf"[a-z,] {first[0]}\b", source.article.text)
    return text if first[0] in named or inside else text[0].lower() + text[1:]


_DAYS = {*WEEKDAY_NAMES, *MONTH_NAMES, "Dr"}


def _finished(text: str) -> str:
    return text[0].upper() + text[1:] if text else text


def number_of(words: str) -> int:
    """The number below a hundred that is written in words."""
    tens, _, unit = words.casefold().partition("-")
    if tens in _TENS:
        return 20 + 10 * _TENS.index(tens) + (_UNITS.index(unit) if unit else 0)
    return _UNITS.index(tens)


def in_words(number: int) -> str:
    """A number below a hundred in words."""
    if number < 20:
        return _UNITS[number]
    tens, unit = divmod(number, 10)
    return _TENS[tens - 2] + (f"-{_UNITS[unit]}" if unit else "")
