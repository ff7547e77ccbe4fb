"""The same text printed twice: agency copy with small edits, whole copies, reprints.

Candidates share a band of their MinHash signatures (Broder 1997; banding after Leskovec, Rajaraman and
Ullman, "Mining of Massive Datasets", section 3.4; signatures by datasketch). Whether two texts are one
is then decided on the texts themselves.
"""

import hashlib
import re

SHINGLE = 4  # words that follow one another
BANDS = 32
ROWS = 3  # a band each: texts that share a third of their shingles meet in some band
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
    """Whether one text repeats the other, but for small edits, cuts and additions."""
    first, second = _shingles(one), _shingles(other)
    shorter = min(len(first), len(second))
    return shorter >= LEAST_SHINGLES and len(first & second) >= COPIED * shorter


def words(text: str) -> list[str]:
    """The words of a text, without case and punctuation, as texts are compared."""
    return re.findall(r"\w+", text.casefold())


def _number(band: int, row: bytes) -> int:
    # Seven bytes, for SQL integers are signed and of eight.
    return int.from_bytes(hashlib.blake2b(row, digest_size=7, key=bytes([band])).digest())


def _shingles(text: str) -> set[tuple[str, ...]]:
    sequence = words(text)
    return {tuple(sequence[i : i + SHINGLE]) for i in range(len(sequence) - SHINGLE + 1)}
