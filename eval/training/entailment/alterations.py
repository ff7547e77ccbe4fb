"""Changes of single words after which a sentence says something else."""

import re
from collections.abc import Iterator
from typing import Any

from eval.training.entailment.edits import (
    CONTRADICTS,
    HEDGES,
    NEITHER,
    NOT,
    NUMBERS,
    SAYING,
    Edit,
    Rule,
    World,
    inflected,
    like,
)

_MODALS = frozenset({"may", "might", "could", "would", "should", "will"})
_QUANTIFIERS = {
    "some": ("all", "most", "no"),
    "many": ("all", "few", "most"),
    "most": ("all", "few"),
    "several": ("all", "dozens of", "no"),
    "few": ("many", "all"),
    "both": ("neither of", "one of"),
    "half": ("all", "a tenth"),
    "all": ("some of", "none of", "few of"),
    "every": ("no", "one"),
    "none": ("all",),
}
_BOUNDS = {
    "more": ("less", "fewer"), "less": ("more",), "fewer": ("more",), "least": ("most",),
    "most": ("least",), "over": ("under",), "under": ("over",), "nearly": ("more than", "exactly"),
    "almost": ("more than",), "above": ("below",), "below": ("above",), "about": ("more than", "less than"),
    "higher": ("lower",), "lower": ("higher",), "before": ("after",), "after": ("before",),
    "first": ("last", "second"), "second": ("first", "third"), "last": ("first",), "up": ("down",),
    "down": ("up",), "north": ("south",), "south": ("north",), "east": ("west",), "west": ("east",),
    "because": ("although",), "since": ("until",), "until": ("since",), "with": ("without",),
    "without": ("with",), "former": ("current",), "current": ("former",), "against": ("for",),
}  # fmt: skip
_UNITS = {
    "year": ("month", "decade", "day"), "years": ("months", "decades", "weeks"),
    "month": ("week", "year"), "months": ("weeks", "years"), "week": ("month", "day"),
    "weeks": ("months", "days"), "days": ("weeks", "hours"), "day": ("week", "hour"),
    "hours": ("days", "minutes"), "minutes": ("hours", "seconds"), "million": ("billion", "thousand"),
    "billion": ("million", "trillion"), "trillion": ("billion",), "miles": ("kilometres", "metres"),
    "kilometres": ("miles", "metres"), "percent": ("percentage points", "times"),
    "dollars": ("euros", "pounds"), "pounds": ("dollars", "kilograms"), "euros": ("dollars",),
    "feet": ("metres", "inches"),
    "metres": ("feet", "miles"), "meters": ("feet",), "tons": ("kilograms", "pounds"), "$": ("€", "£"),
    "£": ("$", "€"), "%": (" percentage points",), "people": ("families", "soldiers", "children"),
    "times": ("years",),
}  # fmt: skip
_MONTHS = "January February March April May June July August September October November December".split()
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()


def negated(doc: Any, world: World) -> Iterator[Edit]:
    """A "not" put in or taken out."""
    for verb in doc:
        if verb.pos_ not in ("VERB", "AUX") or verb.dep_ not in ("ROOT", "ccomp", "conj", "relcl"):
            continue
        denied = [t for t in verb.children if t.dep_ == "neg"]
        helpers = [
            t for t in verb.children if t.dep_ in ("aux", "auxpass") and t.tag_ in ("MD", "VBD", "VBZ", "VBP")
        ]
        if denied:
            if doc[denied[0].i - 1].text.lower() not in ("ca", "wo", "sha"):
                yield Edit("negation", CONTRADICTS, {denied[0].i: ""})
        elif helpers:
            yield Edit(
                "negation",
                CONTRADICTS,
                {helpers[0].i: _helper(helpers[0]) + world.rng.choice((" not", " not", " never"))},
            )
        elif verb.lemma_ == "be" and verb.tag_ in ("VBD", "VBZ", "VBP"):
            yield Edit("negation", CONTRADICTS, {verb.i: _helper(verb) + " not"})
        elif verb.tag_ in ("VBD", "VBZ", "VBP"):
            do = {"VBD": "did", "VBZ": "does", "VBP": "do"}[verb.tag_]
            yield Edit("negation", CONTRADICTS, {verb.i: f"{do} not {verb.lemma_}"})


_SHORT = {"'s": " is", "'re": " are", "'ll": " will", "'d": " would", "'ve": " have", "'m": " am"}


def _helper(token: Any) -> str:
    text: str = token.text
    return _SHORT.get(text, text)


def modal_dropped(doc: Any, world: World) -> Iterator[Edit]:
    """What may be, told as what is."""
    for modal in doc:
        verb = modal.head
        if modal.tag_ == "MD" and modal.lower_ in _MODALS and verb.tag_ == "VB" and verb.i > modal.i:
            if any(t.dep_ == "neg" for t in verb.children):
                continue
            past = "VBD" if modal.lower_ in ("might", "could", "would", "may") else "VBZ"
            tag = world.rng.choice(("VBD", past))
            first = doc[modal.i + 1]
            if verb.lemma_ == "be" or first.lemma_ in ("be", "have"):
                plural = any(t.dep_.startswith("nsubj") and t.tag_ in ("NNS", "NNPS") for t in verb.children)
                lemma = first.lemma_ if first.lemma_ in ("be", "have") else "be"
                form = ("are" if plural else "is") if lemma == "be" else ("have" if plural else "has")
                if first.lemma_ in ("be", "have"):
                    yield Edit("modality", NEITHER, {modal.i: "", first.i: form})
                continue
            yield Edit("modality", NEITHER, {modal.i: "", verb.i: inflected(verb.lemma_, tag)})


def opposite(doc: Any, world: World) -> Iterator[Edit]:
    """A word and its opposite."""
    for word in doc:
        pos = {"VERB": "v", "ADJ": "a", "NOUN": "n"}.get(word.pos_)
        for other in world.words.opposites(word.lemma_.lower(), pos) if pos else ():
            yield Edit("opposite", CONTRADICTS, {word.i: like(word, other)})


def sister(doc: Any, world: World) -> Iterator[Edit]:
    """Another word of the same kind."""
    for word in doc:
        pos = {"VERB": "v", "NOUN": "n"}.get(word.pos_)
        others = (
            world.words.sisters(word.lemma_.lower(), pos)
            if pos and word.lemma_ not in ("be", "have", "do", "say")
            else []
        )
        if others:
            yield Edit("other word", NOT, {word.i: like(word, world.rng.choice(others))})


def listed(doc: Any, world: World) -> Iterator[Edit]:
    """Another quantifier, bound, direction or unit."""
    for word in doc:
        for kind, table in (("quantifier", _QUANTIFIERS), ("comparison", _BOUNDS), ("unit", _UNITS)):
            if word.lower_ in table:
                if (
                    kind == "comparison"
                    and word.lower_ in ("with", "without", "against", "up", "down", "most", "second")
                    and world.rng.random() < 0.7
                ):
                    continue
                yield Edit(kind, NOT, {word.i: world.rng.choice(table[word.lower_])})


def rate_added(doc: Any, world: World) -> Iterator[Edit]:
    """A sum or count, told as one a year, a month, each."""
    for entity in doc.ents:
        if entity.label_ in ("MONEY", "QUANTITY", "CARDINAL") and entity[-1].i + 1 < len(doc):
            last = entity[-1]
            if entity.label_ == "CARDINAL":
                last = last.head if last.dep_ == "nummod" and last.head.i > last.i else None
            if last is not None and doc[min(last.i + 1, len(doc) - 1)].lower_ not in (
                "a",
                "per",
                "each",
                "of",
            ):
                added = world.rng.choice((" a year", " a month", " each", " a day", " in a single week"))
                yield Edit("rate", NEITHER, {last.i: last.text + added})


def hedge_dropped(doc: Any, world: World) -> Iterator[Edit]:
    """ "Alleged", "possible" and the like left out."""
    for word in doc:
        hedging = word.dep_ in ("amod", "advmod") and word.lower_ in HEDGES
        if hedging or word.lower_ in (
            "allegedly",
            "reportedly",
            "apparently",
            "possibly",
            "probably",
            "perhaps",
            "nearly",
            "almost",
        ):
            yield Edit("hedge", NEITHER, {word.i: ""})


def number_swapped(doc: Any, world: World) -> Iterator[Edit]:
    """Another number or year."""
    for word in doc:
        if not word.like_num or word.ent_type_ in ("ORG", "PRODUCT", "WORK_OF_ART", "ORDINAL", "FAC"):
            continue
        value = re.sub(r"[,.](?=\d{3}\b)", "", word.text)
        if value.isdigit():
            number = int(value)
            if 1500 <= number <= 2100 and word.ent_type_ == "DATE":
                yield Edit("date", NOT, {word.i: str(number + world.rng.choice((-10, -3, -2, -1, 1, 2, 4)))})
                continue
            other = (
                max(1, int(number * world.rng.choice((0.5, 0.8, 0.9, 1.1, 1.3, 2, 3))))
                if number > 20
                else number + world.rng.choice((1, 2, 3, 5))
            )
            if other != number:
                yield Edit("number", NOT, {word.i: f"{other:,}" if "," in word.text else str(other)})
        elif re.fullmatch(r"\d+\.\d+", value):
            yield Edit("number", NOT, {word.i: f"{float(value) * world.rng.choice((0.5, 0.9, 1.2, 2)):.1f}"})
        elif word.lower_ in NUMBERS:
            others = [w for w in list(NUMBERS)[1:13] if w != word.lower_]
            yield Edit("number", NOT, {word.i: world.rng.choice(others)})


def name_swapped(doc: Any, world: World) -> Iterator[Edit]:
    """Another name of its kind, from the same article."""
    for entity in doc.ents:
        others = [n for n in world.names.get(entity.label_, ()) if n not in doc.text and entity.text not in n]
        if others and entity.label_ in ("PERSON", "ORG", "GPE", "NORP", "LOC", "FAC"):
            places = {t.i: "" for t in entity} | {entity[0].i: world.rng.choice(others)}
            speaks = entity.root.dep_ == "nsubj" and entity.root.head.lemma_ in SAYING
            yield Edit("speaker" if speaks else "name", NOT, places)


def day_swapped(doc: Any, world: World) -> Iterator[Edit]:
    """Another month or weekday."""
    for word in doc:
        for days in (_MONTHS, _DAYS):
            if word.text in days and word.tag_ == "NNP":
                yield Edit("date", NOT, {word.i: world.rng.choice([d for d in days if d != word.text])})


def adjective_added(doc: Any, world: World) -> Iterator[Edit]:
    """An adjective that nobody used."""
    for noun in doc:
        bare = not any(t.dep_ in ("amod", "compound", "nummod") for t in noun.children)
        if noun.pos_ == "NOUN" and bare and noun.dep_ in ("nsubj", "dobj", "pobj", "nsubjpass", "attr"):
            yield Edit("adjective", NEITHER, {noun.i: f"{world.rng.choice(world.adjectives)} {noun.text}"})


CHANGING: tuple[Rule, ...] = (
    negated, modal_dropped, opposite, opposite, sister, listed, listed, rate_added, hedge_dropped,
    number_swapped, name_swapped, day_swapped, adjective_added,
)  # fmt: skip
