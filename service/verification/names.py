"""Whether the names of a sentence, and whom it names as its source, are those of its evidence."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from index.backends.local.lexical import stems
from service.verification.content_words import SPEECH, Name, folded, near_speech, quoted, sources, unquoted
from service.verification.evidence_context import (
    PRONOUN,
    Grounds,
    evidence_of,
    in_small_letters,
    named_in,
    running,
    stems_of,
    subjects,
    words_of,
)

_DEMONYM = re.compile(r"(?:i|is|n|ns|an|ans|ian|ians|ish|ese|er|ers|s|ic)?$")
_LEAST_STEM = 4  # letters that a people and its country must share
_PEOPLES = (
    "france french frenchman frenchwoman",
    "turkey turkish turk turks turkiye",
    "spain spanish spaniard spaniards",
    "germany german germans",
    "netherlands dutch",
    "greece greek greeks",
    "wales welsh",
    "ireland irish",
    "britain british briton britons uk united_kingdom",
    "america american americans us usa united_states",
    "iraq iraqi iraqis",
    "iran iranian iranians",
    "china chinese",
    "poland polish pole poles",
    "denmark danish danes",
    "sweden swedish swedes",
    "finland finnish finns",
    "norway norwegian norwegians",
    "kurdistan kurdish kurd kurds",
    "switzerland swiss",
    "ukraine ukrainian ukrainians",
    "scotland scottish scots",
    "egypt egyptian egyptians",
    "syria syrian syrians",
    "philippines filipino filipinos",
    "afghanistan afghan afghans",
)
_PEOPLE = {name: number for number, names in enumerate(_PEOPLES) for name in names.split()}
_PARTICLES = "of|the|and|for|de|del|der|van|von|la|le|al|el|bin"
_SMALL = frozenset({"of", "the", "and", "for", "de", "del", "la"})
_PRONOUN_STEMS = frozenset(stems("he she they it who"))


_SENTENCE = re.compile(r"(?<=[.!?”\"])\s+(?=[A-Z“\"])|; |\n")
_ANYWHERE = frozenset({"and", "or", "but", "that", "while"})
_ANYWHERE_AFTER = _ANYWHERE | {"in", "on", "at", "of", "for", "to", "from", "with", "by", "as", "when", "who"}


def unknown_names(claim: str, known: Sequence[Grounds]) -> Iterator[Name]:
    """The names of a claim that none of the cited articles knows."""
    for name in named_in(claim):
        if name.surely and not any(_knows(one, name, claim) for one in known):
            yield name


def unknown_sources(claim: str, known: Sequence[Grounds]) -> Iterator[str]:
    """Those whom the claim gives as having said it, where its evidence gives another or none."""
    for source in sources(claim):
        if not any(_is_source(source, one) for one in known):
            yield " ".join(sorted(source))
    for words in quoted(claim):
        source = _beside(words, claim).difference(*(_publisher(one) for one in known))
        told = [window for one in known if (window := _speech_beside(words, one))]
        if source and told and not any(source & window for window in told):
            yield " ".join(sorted(source))


def _publisher(one: Grounds) -> frozenset[str]:
    return stems_of(" ".join(filter(None, (one.article.outlet, one.article.author, *one.copies))))


def _beside(words: str, text: str) -> frozenset[str]:
    """Whom a text names as the source right beside a quoted stretch."""
    before, _, after = text.partition(words)
    near = f"{re.split(_SENTENCE, before)[-1]}{words}{re.split(_SENTENCE, after)[0]}"
    return frozenset(stem for source in sources(near) for stem in source)


def _speech_beside(words: str, one: Grounds) -> frozenset[str]:
    """The stems beside the verb of saying right beside a quoted stretch; none where a pronoun says it."""
    before, held, after = one.cited.partition(words.rstrip(".,!? "))
    if not held:
        return frozenset()
    near = f"{re.split(_SENTENCE, before)[-1]}{held}{re.split(_SENTENCE, after)[0]}"
    windows = near_speech(near)
    pronoun = PRONOUN.search(unquoted(near)) is not None
    return frozenset() if pronoun else frozenset(stem for window in windows for stem in window)


def _knows(one: Grounds, name: Name, claim: str) -> bool:
    words = tuple(folded(word) for word in name.words)
    cited = words_of((one.cited,))
    if (_stand(words, cited) and _joined(words, one)) or _is_short_for(name, one):
        return True
    if _is_publisher(words, one):
        return _gives_source(words, claim)
    if _replaces(words, claim, one.cited):
        return False
    around = cited | words_of((one.given, one.around if one.points_back else ""))
    if any(_stands_alone(word, one.cited) for word in words) and _written_so(words, one):
        return True
    return not _replaced(one, claim) and _stand(words, around) and _joined(words, one)


def _is_publisher(words: Sequence[str], one: Grounds) -> bool:
    article = one.article
    names = (article.outlet, article.author, *one.copies)
    held = [name for name in names if name and set(words) <= words_of((name,))]
    title = words_of((article.title or "", article.dateline or ""))
    return bool(held) and not set(words) <= title


def _gives_source(words: Sequence[str], claim: str) -> bool:
    """Whether the claim names an outlet or author as one who reports, not as one who is reported on."""
    plain = re.sub(r"(?<=\w)[’']s\b", " 's", claim)
    name = r"\W+(?:the )?".join(map(re.escape, words))
    after = (
        rf"(?: 's|[,:;.)]|$| (?:of|{SPEECH}|put|gave|named|counted|cited|quoted|published|carried|printed)\b)"
    )
    return (
        re.search(rf"\b(?:according to|told|to|by|in) (?:the )?{name}\b|\b{name}{after}", plain, re.I)
        is not None
    )


def _replaces(words: Sequence[str], claim: str, cited: str) -> bool:
    """Whether the cited sentences have another name, which the claim lacks, between the same words."""
    said = words_of((claim,))
    before, after = _neighbours(words, claim)
    for other in named_in(cited):
        parts = tuple(folded(word) for word in other.words)
        alike = set(parts) <= set(words) or set(words) <= set(parts)
        if not alike and parts[-1] not in said - set(words):
            first, last = _neighbours(parts, cited)
            if before & first or after & last:
                return True
    return False


def _neighbours(words: Sequence[str], text: str) -> tuple[set[str], set[str]]:
    """The words just before and just after a name, without those that stand beside any name."""
    plain = re.sub(r" (?:the|an?|dr|mrs?|ms)(?= )", "", running(text))
    found = re.finditer(rf"(?:(?<= )(\S+) )?{re.escape(' '.join(words))}(?= (\S+))?(?= )", plain)
    pairs = [(match[1] or "", match[2] or "") for match in found]
    return {first for first, _ in pairs} - _ANYWHERE - {""}, {last for _, last in pairs} - _ANYWHERE_AFTER - {
        ""
    }


def _stand(words: Sequence[str], known: frozenset[str]) -> bool:
    return all(word in known or any(_akin(word, other) for other in known) for word in words)


def _akin(word: str, other: str) -> bool:
    """Whether two words name a place and its people, or one and several of them."""
    if _PEOPLE.get(word, -1) == _PEOPLE.get(other, -2):
        return True
    shared = len(_shared(word, other))
    return (
        shared >= _LEAST_STEM
        and _DEMONYM.fullmatch(word, shared) is not None
        and _DEMONYM.fullmatch(other, shared) is not None
    )


def _shared(word: str, other: str) -> str:
    end = next(
        (i for i, (a, b) in enumerate(zip(word, other, strict=False)) if a != b), min(len(word), len(other))
    )
    return word[:end]


def _joined(words: Sequence[str], one: Grounds) -> bool:
    """Whether neighbours in a name are so in the article too, so that no two names are mixed.

    A word that the article also writes in small letters may stand before any name: "the mayor".
    """
    text = running(f"{evidence_of(one.article)}\n{one.given}")
    plain = _small_words(one)
    return all(
        _follow(first, second, text) or first in plain or second in plain or _apart(first, second, text)
        for first, second in pairwise(words)
    )


def _follow(first: str, second: str, text: str) -> bool:
    """Whether one word stands before the other, with at most "of the" or its like between them."""
    return f" {first} {second} " in text or (
        f" {second} " in text
        and re.search(rf" {re.escape(first)} (?:(?:{_PARTICLES}) ){{1,2}}{re.escape(second)} ", text)
        is not None
    )


def _apart(first: str, second: str, text: str) -> bool:
    """Whether neither word is written as it is in the article, so that its kin stood for it."""
    return f" {first} " not in text or f" {second} " not in text


def _small_words(one: Grounds) -> frozenset[str]:
    return in_small_letters(evidence_of(one.article)) | in_small_letters(one.given)


def _written_so(words: Sequence[str], one: Grounds) -> bool:
    return f" {' '.join(words)} " in running(f"{evidence_of(one.article)}\n{one.given}")


def _stands_alone(word: str, cited: str) -> bool:
    """Whether the cited sentences hold the word by itself, as in "Teague" and "the bridge"."""
    inside = {folded(part) for name in named_in(cited) if len(name.words) > 1 for part in name.words}
    return word in words_of((cited,)) and word not in inside


def _is_short_for(name: Name, one: Grounds) -> bool:
    """Whether initials stand for a name: UN for United Nations, on either side."""
    texts = (one.cited, one.given, evidence_of(one.article))
    if len(name.words) == 1 and folded(name.words[0]).isalpha() and name.words[0].isupper():
        wanted = folded(name.words[0])
        return len(wanted) > 1 and any(
            _initials(other.words) == wanted for text in texts for other in named_in(text)
        )
    short = _initials(name.words)
    return len(short) > 1 and any(
        folded(word) == short and word.isupper() for other in named_in(one.cited) for word in other.words
    )


def _initials(words: Sequence[str]) -> str:
    return "".join(folded(word)[:1] for word in words if folded(word) not in _SMALL)


def _replaced(one: Grounds, claim: str) -> bool:
    """Whether every cited sentence has a subject of its own that the claim does not name."""
    named = [frozenset(map(folded, name.words)) for name in subjects(one.cited)]
    said = words_of((claim,))
    return bool(named) and all(not words & said for words in named)


def _is_source(source: frozenset[str], one: Grounds) -> bool:
    near = stems_of(one.given) | stems_of(one.cited)
    known = near | stems_of(one.around) | stems_of(evidence_of(one.article))
    short = {_initials(name.words) for text in (one.cited, one.given) for name in named_in(text)}
    if source <= short:
        return True
    if 2 * len(source & known) < len(source):
        return False
    spoken = near_speech(one.cited)
    if not spoken or source <= _publisher(one):
        return bool(source & near) or (one.points_back and bool(source & stems_of(one.around)))
    if any(source & window for window in spoken):
        return True
    pronoun = any(window & _PRONOUN_STEMS for window in spoken) or one.points_back
    return pronoun and bool(source & stems_of(one.around))
