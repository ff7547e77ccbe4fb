"""The particulars that a sentence commits to: its numbers, measures, names, quoted words and sources.

A sentence in other words than its source must still agree with it in these. What stands between
quotation marks is a particular as a whole; `unquoted` leaves the rest of the sentence.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import takewhile

from index.backends.local.lexical import stems
from index.extraction.dates import MONTHS, WEEKDAYS
from service.attribution.vocabulary import GROUPS
from service.verification.tokens import Day, Token, tokens


@dataclass(frozen=True, slots=True)
class Figure:
    """A number, with the stems of the two words after it: what it counts, if it counts anything."""

    value: Decimal
    counted: frozenset[str] = frozenset()
    ordinal: bool = False


@dataclass(frozen=True, slots=True)
class Name:
    """Capitalised words that follow one another. `surely` is False for what may only open a sentence."""

    words: tuple[str, ...]
    surely: bool = True

    def __str__(self) -> str:
        return " ".join(self.words)


FUNCTION_WORDS = frozenset(
    """
    a about above according across after again against ago all almost along already also although am among
    an and another any anyone anything are around as at away back be became because become been before
    began behind being below between both but by came can could did do does doing done down during each
    either else even ever every everyone everything except few first for former from further gave get had
    has have having he held her here hers herself him himself his how however i if in indeed instead into
    is it its itself just last later latter least less let like made make many may me meanwhile might more
    moreover most much must my near nearly neither never new next no nobody none nor not nothing now of off
    often on once one only onto or other others our out over own per perhaps put rather same second several
    shall she should since so some something soon still such take than that the their them themselves then
    there therefore these they this those though through thus to together too toward towards under until
    up upon us very via was way we well went were what when where whether which while who whole whom whose
    why will with within without would yes yesterday yet you your today tomorrow
    """.split()  # noqa: SIM905
)
"""Words that bind, point or count but name nothing that a sentence could be about."""

_HONORIFICS = frozenset({"mr", "mrs", "ms", "miss", "dr", "sir", "dame", "lord", "lady", "prof", "st"})
_NO_SOURCES = frozenset(
    stems("official officials reports report article articles outlet newspaper paper story it")
)
SPEECH = (
    r"(?:said|says|say|told|tells|added|adds|announced|announces|warned|warns|claimed|claims|denied|denies"
    r"|confirmed|confirms|stated|states|reported|reports|wrote|writes|argued|argues|insisted|insists"
    r"|explained|explains|acknowledged|replied|declared|noted|notes|recalled|promised|estimated|estimates)"
)
"""A pattern of the verbs by which a sentence names its source."""

_PAIRS = (("“", "”"), ("„", "“"), ("„", "”"), ("«", "»"), ("»", "«"), ("「", "」"), ('"', '"'))
_QUOTED = re.compile(
    "|".join(f"{first}([^{first}{last}]*)(?:{last}|$)" for first, last in _PAIRS)
    + r"|(?<![\w'’])['‘](?!\d\ds?\b)([^'‘’]*(?:['’]\w[^'‘’]*)*)['’](?!\w)"
)
_GAP = " … "
_WORD = re.compile(r"(?:[^\W\d_]\.){2,}|[^\W\d_]+(?:['’][^\W\d_]+)*")
_OPENING = re.compile(r"(?:\A|[.!?:;\n“”\"«»(—–…])\s*$")
_BETWEEN = re.compile(r"(?:\.? |-| & | (?:of|de|del|der|van|von|bin|al|el|la|le)(?: the)? |-(?:al|el)-)$")
# After these a capitalised word at the start of a sentence is its subject.
_FINITE = re.compile(
    rf"\s+(?:{SPEECH}|was|is|has|had|will|would|could|can|did|does|were|are|have|may|might|must|should"
    r"|[a-z]+(?:ed|es)|took|won|lost|left|went|came|gave|made|put|held|led|cut|grew|rose|fell|saw|ran|met"
    r"|spoke|stood|sat|voted|who|and)\b|,",
)
_ORDINALS = {
    word: number
    for number, word in enumerate(
        """
        first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth
        fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth
        """.split(),  # noqa: SIM905
        1,
    )
}
_FRACTIONS = {"half": Decimal("0.5"), "halved": Decimal("0.5"), "twice": Decimal(2), "double": Decimal(2)}
_FRACTIONS |= {"doubled": Decimal(2), "tripled": Decimal(3), "trebled": Decimal(3), "thrice": Decimal(3)}
_MEASURES = {
    "percent": "percent %",
    "dollar": "dollar dollars $ usd",
    "euro": "euro euros € eur",
    "pound": "pound pounds £ gbp",
    "yen": "yen ¥ jpy",
    "dinar": "dinar dinars iqd",
    "crown": "crown crowns kronor krona kroner",
    "franc": "franc francs chf",
    "rouble": "rouble roubles ruble rubles",
    "lira": "lira liras",
    "kilometre": "kilometre kilometres kilometer kilometers km kms",
    "metre": "metre metres meter meters",
    "mile": "mile miles",
    "foot": "foot feet",
    "tonne": "tonne tonnes ton tons",
    "kilogram": "kilogram kilograms kilo kilos kg",
    "litre": "litre litres liter liters",
    "barrel": "barrel barrels",
    "degree": "degree degrees",
}
_MEASURE = {written: name for name, all_written in _MEASURES.items() for written in all_written.split()}
_CLOCK = re.compile(r"\b([01]?\d|2[0-3])[:.]([0-5]\d)\b(?:\s?([ap])\.?m\b)?", re.IGNORECASE)
_QUARTERS = {"quarter past": 15, "half past": 30, "quarter to": 45}


@lru_cache(maxsize=16384)
def folded(word: str) -> str:
    """A word for comparing: lower case, no accents, no possessive, no full stops."""
    plain = unicodedata.normalize("NFKD", word.casefold())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return re.sub(r"['’]s?$", "", plain).replace(".", "").replace("’", "'")


def quoted(text: str) -> tuple[str, ...]:
    """The stretches between quotation marks; one that is never closed runs to the end."""
    found = (
        next((words for words in match.groups() if words), "") for match in _QUOTED.finditer(_opened(text))
    )
    return tuple(words.strip() for words in found if any(letter.isalnum() for letter in words))


def unquoted(text: str) -> str:
    """The text with "…" for each stretch between quotation marks."""
    return _QUOTED.sub(_GAP, _opened(text))


@lru_cache(maxsize=1024)
def figures(text: str) -> tuple[Figure, ...]:
    """The numbers of a text, in words or digits, without the days. Ordinals and years are among them."""
    found: list[Figure] = []
    sequence = tokens(text)
    for place, token in enumerate(sequence):
        value, ordinal = _value(token)
        if value is not None:
            found.append(Figure(value, _counted(sequence[place + 1 : place + 6]), ordinal))
    return tuple(found)


def times(text: str) -> frozenset[Decimal]:
    """The numbers by which the clock times of a text may also be told: 20:15 is a quarter past eight."""
    told: set[Decimal] = set()
    for match in _CLOCK.finditer(text):
        hour = int(match[1])
        told |= {Decimal(hour), Decimal(hour % 12 or 12), Decimal(hour % 12 + 12), Decimal(int(match[2]))}
    lower = text.casefold()
    told |= {Decimal(minutes) for words, minutes in _QUARTERS.items() if words in lower}
    if "noon" in lower or "midday" in lower:
        told.add(Decimal(12))
    return frozenset(told)


def measures(text: str) -> frozenset[str]:
    """The currencies and units of a text, and "percent"."""
    return frozenset(
        _MEASURE[token] for token in tokens(text) if isinstance(token, str) and token in _MEASURE
    )


def names(text: str) -> tuple[Name, ...]:
    """The names of a text, without titles such as "Dr", and without the days and months."""
    found: list[Name] = []
    words: list[str] = []
    surely = True
    last = 0
    for match in _WORD.finditer(text):
        if not match[0][0].isupper():
            continue
        opens = bool(_OPENING.search(text, max(0, match.start() - 4), match.start()))
        goes_on = bool(words) and not opens and _BETWEEN.fullmatch(text[last : match.start()])
        if words and not goes_on:
            found.append(Name(tuple(words), surely))
            words = []
        if _may_name(match[0]):
            surely = surely if words else not opens or _is_subject(match)
            words.append(match[0])
            last = match.end()
    if words:
        found.append(Name(tuple(words), surely))
    return tuple(Name(name.words, name.surely or len(name.words) > 1) for name in found)


def contents(text: str) -> frozenset[str]:
    """The stems of the words that a text is about; numbers, days and function words are none."""
    words = [match[0] for match in _WORD.finditer(text)]
    return frozenset(
        stems(" ".join(word for word in words if folded(word) not in FUNCTION_WORDS and not _is_day(word)))
    )


def sources(text: str) -> tuple[frozenset[str], ...]:
    """Whom a sentence names as having said it, as stems: of "the harbour master said" harbour, master."""
    plain = unquoted(text)
    found = [match[1] for match in _ACCORDING.finditer(plain)]
    found += [match[1] for match in _SAID.finditer(plain)]
    found += [match[1] for match in _INVERTED.finditer(plain)]
    return tuple(stem for words in found if (stem := contents(words) - _NO_SOURCES - _SPEECH_STEMS))


def near_speech(text: str) -> tuple[frozenset[str], ...]:
    """For each verb of saying outside quotation marks the stems of the ten words on either side of it."""
    found: list[frozenset[str]] = []
    for part in re.split(r"(?<=[\w…)][.!?])\s+(?=[A-Z…])", unquoted(text)):
        for match in _VERB.finditer(part):
            before, after = part[: match.start()].split()[-10:], part[match.end() :].split()[:10]
            found.append(frozenset(stems(" ".join((*before, *after)))))
    return tuple(found)


_VERB = re.compile(rf"\b{SPEECH}\b|\baccording to\b", re.IGNORECASE)
_ACCORDING = re.compile(r"\b[Aa]ccording to ((?:[\w'’&.-]+ ?){1,8})")
_SAID = re.compile(rf"(?:^|[,;:…—–(]|\bthat\b|\band\b)\s*((?:[\w'’&.-]+ ){{1,8}}?){SPEECH}\b")
_INVERTED = re.compile(
    rf"[…,]\s*,?\s*{SPEECH} (?=(?:the|an?|its|his|her|their) |[A-Z])((?:[\w'’&.-]+ ?){{1,6}})"
)
_SPEECH_STEMS = frozenset(stems(SPEECH.replace("|", " ").strip("(?:)"))) | frozenset(stems("statement"))


def _opened(text: str) -> str:
    """The text with a quotation mark in front where it ends speech that began in an earlier sentence."""
    first = _MARK.search(text)
    if first is None or first[0] in "“„«" or not text[: first.start()].strip():
        return text
    ends = first[0] == "”" or (first[0] == '"' and not text[first.start() - 1].isspace())
    return ("“" if first[0] == "”" else '"') + text if ends else text


_MARK = re.compile(r"[“”„«\"]")


def _may_name(word: str) -> bool:
    common = folded(word) in FUNCTION_WORDS or folded(word) in _HONORIFICS
    return not (common and not (word.isupper() and len(word) > 1)) and not _is_day(word)


def _is_subject(match: re.Match[str]) -> bool:
    """Whether a word that opens a sentence is what the sentence is about, and no plain word for people."""
    word = folded(match[0])
    if word in GROUPS:
        return False
    return match[0].endswith(("'s", "’s")) or _FINITE.match(match.string, match.end()) is not None


def _is_day(word: str) -> bool:
    """Whether a capitalised word is a month or weekday."""
    return word[0].isupper() and folded(word) in _DATE_WORDS


_DATE_WORDS = {*MONTHS, *WEEKDAYS} - {"march", "may", "mar", "mai", "set", "dec", "sat", "sun", "mon"}
_DATE_WORDS |= {"march", "may"}


def _value(token: Token) -> tuple[Decimal | None, bool]:
    """The number that a token is, and whether it is an ordinal."""
    if isinstance(token, Decimal):
        return token, False
    if isinstance(token, Day):
        return None, False
    if token in _ORDINALS:
        return Decimal(_ORDINALS[token]), True
    if match := re.fullmatch(r"(\d+)(?:st|nd|rd|th)", token):
        return Decimal(match[1]), True
    return _FRACTIONS.get(token), False


def _counted(after: Sequence[Token]) -> frozenset[str]:
    """The stems of the next two words, past an "of the": what "14 of the families" counts is families."""
    words = [token if isinstance(token, str) else "" for token in after]
    if words[:1] == ["of"]:
        if words[1:2] and words[1] in _THOSE:
            return frozenset({"those"})
        words = [word for word in words[1:] if word and word not in _OWNERS]
    named = list(takewhile(lambda word: word and word not in FUNCTION_WORDS, words[:2]))
    return frozenset(stems(" ".join(named)))


_THOSE = frozenset({"them", "those", "these", "us", "which", "whom"})
_OWNERS = frozenset({"its", "their", "his", "her", "our", "these", "those"})
