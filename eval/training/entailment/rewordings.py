"""Changes of single words after which a sentence says the same, or less."""

import re
from collections.abc import Iterator
from typing import Any

from num2words import num2words

from eval.training.entailment.edits import (
    CONTRADICTS,
    HEDGES,
    NUMBERS,
    SAYING,
    SUPPORTS,
    Edit,
    Rule,
    World,
    covered,
    doc_before,
    like,
)

_UNTAKEN = frozenset(
    "no not n't never only every all few none neither if unless without each any least".split()
)
_TELLING = frozenset(
    "next last same other new top first second third only such own main entire whole previous past".split()
)


def taken_out(doc: Any, world: World) -> Iterator[Edit]:
    """An aside, an adjective or the second of two things left out."""
    if any(t.lower_ in _UNTAKEN for t in doc):
        return
    for word in doc:
        after_comma = word.left_edge.i > 0 and doc[word.left_edge.i - 1].text in (",", "(", "—", "-", "–")
        whole = list(word.subtree)
        if len(whole) > len(doc) * 0.7 or any(t.lemma_ in SAYING or t.lower_ == "according" for t in whole):
            continue
        aside = word.dep_ in ("appos", "relcl", "advcl", "acl", "npadvmod", "prep") and after_comma
        leading = word.dep_ in ("prep", "advmod", "npadvmod", "advcl") and word.left_edge.i == 0
        plain = word.lower_ not in HEDGES | _TELLING and "-" not in (
            doc_before(word),
            doc[min(word.i + 1, len(doc) - 1)].text,
        )
        modifies = word.dep_ == "amod" and plain and word.tag_ == "JJ" and word.head.pos_ == "NOUN"
        joined = word.dep_ == "conj" and word.head.dep_ in ("ROOT", "dobj") and word.i > word.head.i
        if joined:
            marks = [t for t in word.head.children if t.dep_ == "cc" and word.head.i < t.i < word.i]
            if not marks or marks[0].lower_ != "and":
                continue
            yield Edit(
                "taken out", SUPPORTS, covered(word) | {t.i: "" for t in doc[marks[0].i : word.left_edge.i]}
            )
        elif (
            (aside or leading) and not any(t.tag_ == "MD" or t.lower_ in ("if", "when") for t in whole)
        ) or (modifies and world.rng.random() < 0.4):
            yield Edit("taken out", SUPPORTS, covered(word))


def synonym(doc: Any, world: World) -> Iterator[Edit]:
    """A word of the same meaning."""
    for word in doc:
        pos = {"VERB": "v", "ADJ": "a", "NOUN": "n"}.get(word.pos_)
        others = world.words.synonyms(word.lemma_.lower(), pos) if pos and not word.ent_type_ else []
        if others and word.dep_ not in ("aux", "auxpass", "compound"):
            yield Edit("synonym", SUPPORTS, {word.i: like(word, world.rng.choice(others))})


_SHARES = {
    10: ("one in ten", "a tenth"), 20: ("one in five", "a fifth"), 25: ("a quarter", "one in four"),
    30: ("three in ten",), 33: ("a third", "about one in three"), 40: ("two in five", "four in ten"),
    50: ("half", "one in two"), 60: ("three in five", "six in ten"), 66: ("about two thirds",),
    67: ("about two thirds",), 70: ("seven in ten",), 75: ("three quarters", "three in four"),
    80: ("four in five", "eight in ten"), 90: ("nine in ten",),
}  # fmt: skip


def in_other_words(doc: Any, world: World) -> Iterator[Edit]:
    """A number in words, in figures or rounded."""
    for word in doc:
        value = word.text.replace(",", "")
        following = doc[word.i + 1] if word.i + 1 < len(doc) else word
        if word.like_num and value.isdigit() and word.ent_type_ != "DATE" and int(value) < 10**6:
            number = int(value)
            if following.lower_ in ("%", "percent"):
                if doc[min(following.i + 1, len(doc) - 1)].lower_ == "of" and number in _SHARES:
                    yield Edit(
                        "in other words",
                        SUPPORTS,
                        {word.i: world.rng.choice(_SHARES[number]), following.i: ""},
                    )
                yield Edit(
                    "in other words", SUPPORTS, {word.i: num2words(number) + " ", following.i: "per cent"}
                )
            elif following.lower_ not in ("million", "billion", "trillion") and number <= 1000:
                yield Edit("in other words", SUPPORTS, {word.i: num2words(number)})
            if (
                number > 100
                and number % 100
                and following.lower_ != "%"
                and word.ent_type_ in ("CARDINAL", "MONEY", "QUANTITY")
            ):
                yield from _rounded(word, number, world)
        elif word.lower_ in NUMBERS and word.dep_ == "nummod" and NUMBERS[word.lower_] > 1:
            yield Edit("in other words", SUPPORTS, {word.i: str(NUMBERS[word.lower_])})
        elif word.lower_ == "dozen" and doc[word.i - 1].lower_ == "a":
            yield Edit(
                "in other words", SUPPORTS, {word.i: "", word.i - 1: world.rng.choice(("12", "twelve"))}
            )
        if re.fullmatch(r"\d+\.\d", word.text) and following.lower_ in ("million", "billion"):
            digits = round(float(word.text) * (10**6 if following.lower_ == "million" else 10**9))
            yield Edit("in other words", SUPPORTS, {word.i: f"{digits:,}", following.i: ""})


def _rounded(word: Any, number: int, world: World) -> Iterator[Edit]:
    step = 10 ** (len(str(number)) - 1)
    low, high = number // step * step, (number // step + 1) * step
    if doc_before(word) in ("than", "about", "nearly", "around", "over", "almost", "least", "$", "£"):
        return
    yield Edit(
        "rounded",
        SUPPORTS,
        {
            word.i: world.rng.choice(
                (f"more than {low:,}", f"over {low:,}", f"fewer than {high:,}", f"at least {low:,}")
            )
        },
    )
    yield Edit(
        "rounding",
        CONTRADICTS,
        {
            word.i: world.rng.choice(
                (f"fewer than {low:,}", f"more than {high:,}", f"at most {low:,}", f"at least {high:,}")
            )
        },
    )


KEEPING: tuple[Rule, ...] = (taken_out, taken_out, synonym, in_other_words)
