"""Plain text as it was before a page was drawn: columns one below the other, words and sentences whole.

Each mend is named, so that an article can tell what was changed in it.
"""

import re
from collections import Counter
from collections.abc import Sequence
from html import unescape
from itertools import pairwise

from index.extraction.boilerplate import ends_sentence

COLUMNS, HEADS, HYPHENS, MOJIBAKE, ENTITIES = "columns", "page heads", "hyphens", "mojibake", "entities"
SOFT_HYPHENS, LIGATURES = "soft hyphens", "ligatures"

_GAP = re.compile(r"(?<=\S) {3,}(?=\S)")
_ENTITY = re.compile(r"&(?:[a-z]{2,8}|#\d{2,6}|#x[0-9a-f]{2,5});", re.IGNORECASE)
# What a page prints between the halves of a sentence: its number, its address, its head with the day.
_PAGE_LINE = (
    r"(?:\d{1,4}|www\.\S+|https?://\S+|[Cc]ontinued (?:on|from) page \d+|[^\n]{3,70}\b\d{4}"
    r"|[Pp]age \d+[^\n]{0,20})"
)
_PAGE_BREAK = re.compile(rf"(?<=[^\s.!?:”\"|])[ \t]*\n\s*(?:{_PAGE_LINE}[ \t]*\n\s*){{1,4}}(?=[a-zà-öø-ÿ])")
_HYPHEN = re.compile(r"(?<![^\W\d_])([^\W\d_]{1,40})-[ \t]*\n[ \t]*(?=([a-zà-öø-ÿ][^\W\d_]{0,40}))")
# "THE RIDGE COURIER    4", "4    The Ridge Courier": a page's number at the edge of what else its head says.
_FOLIO = re.compile(
    r"(?P<words>[^\d\n]{3,60}[^\d\s])\s{1,60}(?P<folio>\d{1,4})|(?P<number>\d{1,4})\s{1,60}(?P<head>[^\d\s][^\d\n]{3,60})"
)
_LEAST_PAGE = 3  # lines
_NARROW_GAP = re.compile(r"(?:(?<=\S)|^) {2,}(?=\S)")
_LONGEST_ROW = 300  # letters
_LEAST_ROWS = 5
_MOST_COLUMNS = 8
_LEAST_OF_HALF = 3  # words


def mended(raw: str) -> tuple[str, tuple[str, ...]]:
    """Returns a text with what a page or a program did to it undone, and the names of what was."""
    text, done = raw, []
    for name, mend in _MENDS:
        better = mend(text)
        if better != text:
            text = better
            done.append(name)
    return text, tuple(dict.fromkeys(done))


def readable(text: str) -> str:
    """Returns the text with letters decoded anew that prove to be wrong: "cafÃ©", "itâ€™s" (ftfy)."""
    if text.isascii():
        return text
    from ftfy import TextFixerConfig, fix_encoding

    fixed: str = fix_encoding(text, TextFixerConfig(restore_byte_a0=False, replace_lossy_sequences=False))
    return fixed


def _unescaped(text: str) -> str:
    """The characters for which HTML entities stand; a text that holds tags too is not plain."""
    return unescape(text) if _ENTITY.search(text) and "</" not in text else text


def _in_columns(text: str) -> str:
    """Columns that stand side by side, one below the other, their lines joined to paragraphs."""
    lines = text.split("\n")
    edge = _edge(lines)
    if edge is None:
        return text
    rows = [number for number, line in enumerate(lines) if edge in _gap_ends(line)]
    end = rows[-1] + 1
    while end < len(lines) and lines[end].strip():  # the last lines of the longer column
        end += 1
    inside = lines[rows[0] : end]
    left, right = [line[:edge].strip() for line in inside], [line[edge:].rstrip() for line in inside]
    rest = _in_columns("\n".join(right))
    above = [_GAP.sub("\n", line) for line in lines[: rows[0]]]
    beside = rest if rest != "\n".join(right) else _paragraphs(right)
    return "\n\n".join(["\n".join(above), _paragraphs(left), beside, "\n".join(lines[end:])])


def _paragraphs(column: Sequence[str]) -> str:
    blocks = "\n".join(column).split("\n\n")
    return "\n\n".join(" ".join(block.split("\n")).strip() for block in blocks if block.strip())


def _gap_ends(line: str) -> list[int]:
    """Finds where words begin behind a gap, or behind the empty place of a shorter column."""
    return [match.end() for match in _NARROW_GAP.finditer(line)] if len(line) < _LONGEST_ROW else []


def _edge(lines: Sequence[str], columns: int = _MOST_COLUMNS) -> int | None:
    """The place at which the second column begins; None where there is none. A table's cells are shorter."""
    ends = Counter(end for line in lines for end in _gap_ends(line))
    least = max(_LEAST_ROWS, 0.25 * max(ends.values(), default=0))
    for edge in sorted(end for end, rows in ends.items() if rows >= least):
        wide = [line for line in lines if len(line.rstrip()) > edge]
        clean = [line for line in wide if line[edge - 2 : edge] == "  "]
        both = [line for line in clean if line[:edge].strip()]
        if len(clean) < 0.8 * len(wide) or len(both) < _LEAST_ROWS:
            continue
        words = sum(min(len(line[:edge].split()), len(line[edge:].split())) for line in both)
        rest = [line[edge:] for line in both]
        alone = not any(_GAP.search(line) for line in rest)
        prose = words >= _LEAST_OF_HALF * len(both)
        return edge if prose and (alone or (columns > 2 and _edge(rest, columns - 1))) else None
    return None


def _without_page_breaks(text: str) -> str:
    def joined(match: re.Match[str]) -> str:
        """Joins halves of a sentence over a page break."""
        before = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
        end = text.find("\n", match.end())
        after = text[match.end() : end if end >= 0 else len(text)]
        # A head over comments and a reader's name are lines of their own; halves of a sentence are longer.
        halves = min(len(before.split()), len(after.split())) >= _LEAST_OF_HALF
        return " " if halves else match[0]

    return _PAGE_BREAK.sub(joined, text)


def _without_running_heads(text: str) -> str:
    """The text without the heads that its pages carry: the same words again and again beside a rising number.

    Where a head cuts a sentence in two, its number stays, as what a page printed there.
    """
    lines = [line.strip() for line in text.split("\n")]
    numbered: dict[str, list[tuple[int, int]]] = {}
    for place, line in enumerate(lines):
        if match := _FOLIO.fullmatch(line):
            words = " ".join((match["head"] or match["words"]).casefold().split())
            numbered.setdefault(words, []).append((place, int(match["number"] or match["folio"])))
    heads = {
        place: number
        for found in numbered.values()
        if len(found) > 1 and all(a[1] < b[1] and b[0] - a[0] > _LEAST_PAGE for a, b in pairwise(found))
        for place, number in found
    }
    often = Counter(lines[place + by] for place in heads for by in (-1, 1) if 0 <= place + by < len(lines))
    kept: list[str] = []
    for place, raw in enumerate(text.split("\n")):
        if place in heads:
            above = next((line for line in reversed(kept) if line.strip()), "")
            kept.append("" if ends_sentence(above.strip()) else str(heads[place]))
        elif not (lines[place] and often[lines[place]] > 1 and {place - 1, place + 1} & heads.keys()):
            kept.append(raw)
    return "\n".join(kept) if heads else text


def without_hyphens(text: str) -> str:
    """Words that a line's end cuts in two, whole where the text or a dictionary has them so."""
    words = text.casefold().split() if _HYPHEN.search(text) else ()
    known = {word.strip(".,;:!?'\"“”‘’()") for word in words}

    def joined(match: re.Match[str]) -> str:
        """Drops a hyphen at a line's end where the joined word is known."""
        word = f"{match[1]}{match[2]}".casefold()
        return match[1] if word in known or is_word(word) else f"{match[1]}-"

    return _HYPHEN.sub(joined, text)


def is_word(word: str) -> bool:
    """Returns True for a form of an English word."""
    from lemminflect import getAllLemmas

    return bool(getAllLemmas(word.casefold()))


def _without_ligatures(text: str) -> str:
    if text.isascii():
        return text
    from ftfy.fixes import fix_latin_ligatures

    spelled: str = fix_latin_ligatures(text)
    return spelled


def _without_soft_hyphens(text: str) -> str:
    return text.replace("\xad", "")


_MENDS = (
    (MOJIBAKE, readable),
    (ENTITIES, _unescaped),
    (HEADS, _without_running_heads),
    (COLUMNS, _in_columns),
    (HEADS, _without_page_breaks),
    (HYPHENS, without_hyphens),
    (SOFT_HYPHENS, _without_soft_hyphens),
    (LIGATURES, _without_ligatures),
)
