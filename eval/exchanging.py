"""The sample told of other people, places and things, and its questions with other words around them.

An answer that was right stays right in the new names, whatever rules were learned from the old ones
(metamorphic testing, Chen et al. 1998).
"""

import random
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from eval.public import digest
from eval.records import Case

SEED = 5

# What the sample names, beside what may stand for it.
_KINDS: tuple[tuple[str, str], ...] = (
    (
        "Rosalind Lena Beate Joanna Maud Anneke Thea Carla Delphine Fenna Salma",
        "Ingrid Noor Priya Wanjiru Mei Chiara Aoife Renata Yelena Tamsin Ayaan Lucía Odile",
    ),
    (
        "Henrik Idris Martin Oskar Walter Perran Gregor Dieter Viktor Javi",
        "Kwame Tomás Bogdan Ravi Lars Emeka Hiroshi Stefan Callum Mateo Andrei Pavel",
    ),
    (
        "Teague Aldane Kamara Holm Brandt Pell Strand Ferrier Voss Oakes Rosmark Quist Osei Lund Thane Amsel "
        "Drost Moreau Haddad Sandoval",
        "Okonkwo Vasquez Petrov Nakamura Lindqvist Banerjee Castellano Dubois Eriksen Farouk Grady "
        "Hovhannisyan Ivanova Jelinek Kaminski Larsson Mbeki Novak Oyelaran Pereira Quintero Rasmussen",
    ),
    ("Ostrel Lenn Dunmarsh Bellweather", "Varnholt Tresk Ambry Corvane Halsing Mirow Pellan Zestra"),
    ("Cooper Salt Ilva Seawall Halyard", "Weaver Tanner Amber Elvin Marten Brook Rook Chandler"),
    ("cannery", "brewery foundry tannery sawmill"),
    ("ferry", "barge trawler tanker"),
    ("lantern", "kite puppet harvest"),
    ("bridge", "tunnel viaduct"),
    ("festival", "carnival parade"),
)
_AROUND = ("Hi! {}", "{} Thanks!", "{} Answer in one sentence.", "Good morning, could you tell me: {}")


def exchange(text: str, names: Mapping[str, str]) -> str:
    """Returns the text with each name replaced wherever it stands as a word, in its own case."""
    return re.sub(rf"\b({'|'.join(names)})(s|ies)?\b", lambda match: _replaced(match, names), text)


def drawn(seed: int = SEED) -> dict[str, str]:
    """Returns a replacement for every name, no two alike; things are exchanged in both cases."""
    rng = random.Random(seed)
    names: dict[str, str] = {}
    for own, others in _KINDS:
        chosen = rng.sample(others.split(), len(own.split()))
        names.update(zip(own.split(), chosen, strict=True))
    return names | {one.capitalize(): other.capitalize() for one, other in names.items() if one.islower()}


def write_exchanged(source: Path, target: Path, names: Mapping[str, str]) -> None:
    """Writes every file below a folder to another one, with the names exchanged."""
    for file in sorted(path for path in source.rglob("*") if path.is_file()):
        place = target / file.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(exchange(file.read_text(encoding="utf-8"), names), encoding="utf-8")


def wrapped(case: Case) -> Case:
    """Returns the case with a greeting, thanks or an instruction around its question, or in capitals."""
    around = (*(words.format(case.question) for words in _AROUND), case.question.upper())
    asked = around[digest(case.id) % len(around)]
    # A script without capitals is greeted instead.
    return replace(case, turns=(*case.turns[:-1], around[0] if asked == case.question else asked))


def _replaced(match: re.Match[str], names: Mapping[str, str]) -> str:
    return names[match[1]] + (match[2] or "")
