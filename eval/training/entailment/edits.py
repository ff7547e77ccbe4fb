"""Changes of single words of a parsed sentence: those that keep what it says, and those that do not.

A change maps places of tokens to what stands there instead, so that several may be made at once. What
is made by these rules teaches and never judges.
"""

import random
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lemminflect import getInflection
from num2words import num2words

from eval.training.entailment.wordnet import WordNet

SUPPORTS, CONTRADICTS, NEITHER, NOT = "supports", "contradicts", "neither", "not_supported"

HEDGES = frozenset(
    "alleged suspected possible potential attempted planned proposed former expected likely apparent "
    "would-be future fake failed supposed reported estimated so-called acting".split()
)
SAYING = frozenset("say tell report announce add claim state argue warn explain write note insist".split())


NUMBERS = {num2words(n): n for n in (*range(1, 21), 30, 40, 50, 60, 70, 80, 90)}


@dataclass(frozen=True, slots=True)
class Edit:
    """A change, by its kind; the label says what the sentence makes of the changed one."""

    kind: str
    label: str
    places: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class World:
    """What changes draw on: names of the article by their kind, adjectives, the words' relations."""

    words: WordNet
    names: Mapping[str, list[str]]
    adjectives: list[str]
    rng: random.Random = field(repr=False)


def render(doc: Any, places: Mapping[int, str]) -> str:
    """The sentence with the changes made."""
    parts = [places.get(t.i, t.text) + t.whitespace_ for t in doc]
    return tidied("".join(parts))


def tidied(text: str) -> str:
    """Text with its spaces, commas and first letter in order."""
    text = re.sub(r"\s+", " ", text).strip()
    text = re.sub(r"(?:\s*,)+(?=\s*[,.;:!?]|$)", "", text)
    text = re.sub(r"^[\s,;:.]+", "", text)
    text = re.sub(r"\s+([,.;:!?])", r"\1", text)
    text = re.sub(r"\b([Aa]) (?=[aeio])", r"\1n ", text)
    text = re.sub(r"\b([Aa])n (?=[bcdfgjklmnpqrstvwxyz])", r"\1 ", text)
    return text[:1].upper() + text[1:]


def inflected(lemma: str, tag: str) -> str:
    """A verb or adjective in the form of that tag."""
    forms = getInflection(lemma, tag=tag)
    return forms[0] if forms else lemma


def like(word: Any, lemma: str) -> str:
    """Another word in the form of this one."""
    form = inflected(lemma, word.tag_) if word.tag_[0] in "VJNR" else lemma
    return form.capitalize() if word.is_title else form


def covered(token: Any) -> dict[int, str]:
    """The deletion of a token with all that hangs on it."""
    return {t.i: "" for t in token.subtree}


def doc_before(word: Any) -> str:
    """The lower-cased word before; nothing where there is none."""
    return word.doc[word.i - 1].lower_ if word.i else ""


Rule = Callable[[Any, World], Iterator[Edit]]
