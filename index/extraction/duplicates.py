"""The same text printed twice: agency copy with small edits, whole copies, reprints.

Candidates share a band of their MinHash signatures (Broder 1997; banding after Leskovec, Rajaraman and
Ullman, "Mining of Massive Datasets", section 3.4; signatures by datasketch). Whether two texts are one
is then decided on the texts themselves.
"""

import hashlib
import re
from collections.abc import Sequence
from typing import Any

SHINGLE = 4  # words that follow one another
BANDS = 32
ROWS = 3  # a band each: texts that share a third of their shingles meet in some band
FLANK = 3  # words on either side that are alike where two texts tell one thing differently
MOST_WORDS = 20_000  # compared word by word
NEGATIONS = frozenset(
    ["n't", "n’t", "not", "no", "never", "nor", "none", "neither", "without", "nobody", "nothing"]
)
NUMERALS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty", "thirty",
    "forty", "fifty", "sixty", "seventy", "eighty", "ninety", "hundred", "thousand", "million", "dozen",
)  # fmt: skip
COPIED = 0.7  # share of the shorter text's shingles that must stand in the longer one
LEAST_SHINGLES = 20  # shorter notes are too alike by chance


def bands(text: str) -> tuple[int, ...]:
    """Numbers of which near-duplicate texts share at least one; none for a text too short to tell."""
    from datasketch import MinHash

    shingles = _shingles(text)
    if len(shingles) < LEAST_SHINGLES:
        return ()
    signature = MinHash(num_perm=BANDS * ROWS, seed=1)
    signature.update_batch([" ".join(shingle).encode() for shingle in shingles])
    rows = signature.hashvalues.reshape(BANDS, ROWS)
    return tuple(_number(band, row.tobytes()) for band, row in enumerate(rows))


def is_copy(one: str, other: str) -> bool:
    """Returns True where one text repeats the other, but for small edits, cuts and additions.

    A text that gives another figure or name, or denies what the other says, is a report of its own.
    """
    first, second = _shingles(one), _shingles(other)
    shorter = min(len(first), len(second))
    alike = shorter >= LEAST_SHINGLES and len(first & second) >= COPIED * shorter
    return alike and not differ(one, other)


def differ(one: str, other: str) -> bool:
    """Returns True where, among the same words, two texts have another figure, another name or a denial."""
    from rapidfuzz.distance import Indel

    first, second = _tokens(one), _tokens(other)
    edits = list(Indel.opcodes([t.casefold() for t in first], [t.casefold() for t in second]))
    for number, edit in enumerate(edits):
        if edit.tag == "equal" or not _flanked(edits, number):
            continue
        gone, come = first[edit.src_start : edit.src_end], second[edit.dest_start : edit.dest_end]
        following = edits[number + 1] if number + 1 < len(edits) else None
        if following is not None and following.tag in ("insert", "delete"):
            gone = gone + first[following.src_start : following.src_end]
            come = come + second[following.dest_start : following.dest_end]
        if _tells_otherwise(gone, come):
            return True
    return False


def _flanked(edits: Sequence[Any], number: int) -> bool:
    """Tells whether a short edit stands between stretches that are alike."""
    before = edits[number - 1] if number else None
    beside = number + 1
    while beside < len(edits) and edits[beside].tag != "equal":
        beside += 1
    after = edits[beside] if beside < len(edits) else None
    return all(
        edit is not None and edit.tag == "equal" and edit.src_end - edit.src_start >= FLANK
        for edit in (before, after)
    )


def _tells_otherwise(gone: Sequence[str], come: Sequence[str]) -> bool:
    if len(gone) > 4 or len(come) > 4:
        return False
    denied = [bool(NEGATIONS.intersection(map(str.casefold, side))) for side in (gone, come)]
    if denied[0] != denied[1]:
        return True
    if not gone or not come:
        return False
    figures = [{_figure(t) for t in side if _is_figure(t)} for side in (gone, come)]
    names = [{t for t in side if t[0].isupper() and not _is_figure(t)} for side in (gone, come)]
    return any(both[0] and both[1] and both[0] != both[1] for both in (figures, names))


def _is_figure(token: str) -> bool:
    return token[0].isdigit() or token.casefold() in NUMERALS


def _figure(token: str) -> str:
    """ "twelve" is 12, and 1,200 is 1200."""
    word = token.casefold()
    return str(NUMERALS.index(word)) if word in NUMERALS[:21] else word.replace(",", "")


def _tokens(text: str) -> list[str]:
    """The words of a text with their case; figures keep their points, "n't" is a word of its own."""
    return re.findall(r"\d[\d.,]*\d|\w+?(?=n['’]t\b)|n['’]t\b|\w+", text)[:MOST_WORDS]


def words(text: str) -> list[str]:
    """The words of a text, without case and punctuation, as texts are compared."""
    return re.findall(r"\w+", text.casefold())


def _number(band: int, row: bytes) -> int:
    # Seven bytes, for SQL integers are signed and of eight.
    return int.from_bytes(hashlib.blake2b(row, digest_size=7, key=bytes([band])).digest())


def _shingles(text: str) -> set[tuple[str, ...]]:
    sequence = words(text)
    return {tuple(sequence[i : i + SHINGLE]) for i in range(len(sequence) - SHINGLE + 1)}
