"""Columns of a PDF page that is drawn row by row, across them: one below the other again."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

HYPHEN = "\u00ad"
"""How a hyphen is told that only breaks a line."""

_ALIGNED = 3.0  # points by which lines of a column may begin apart
_MOST_COLUMNS = 10
_LEAST_ROWS = 4
_LEAST_WORDS = 3  # of a row's half on average; the cells of a table are shorter
_ACROSS = 0.2  # of the rows, at most, that may run over the gutter
_REACH = 40.0  # points down to the next line of the longer column


@dataclass(frozen=True, slots=True)
class Line:
    """A printed line, the box around it in points from the page's lower left corner, and its parts.

    Wide gaps lie between the parts; a line that has none has no parts.
    """

    text: str
    left: float
    bottom: float
    right: float
    top: float
    parts: "tuple[Line, ...]" = ()

    @property
    def width(self) -> float:
        """In points."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """In points."""
        return self.top - self.bottom


def joined(parts: Sequence[Line]) -> Line:
    """The line of those parts."""
    if len(parts) == 1:
        return parts[0]
    lefts, bottoms, rights, tops = zip(*((p.left, p.bottom, p.right, p.top) for p in parts), strict=True)
    text = " ".join(part.text for part in parts)
    return Line(text, min(lefts), min(bottoms), max(rights), max(tops), tuple(parts))


def in_columns(lines: Sequence[Line], most: int = _MOST_COLUMNS) -> Iterator[Line]:
    """The lines with those of a left column before those of the columns to the right of it.

    A page that is drawn column by column, or holds a table, stays as it is. There are at most `most`.
    """
    edge = _edge(lines) if most > 1 else None
    rows = [] if edge is None else [n for n, line in enumerate(lines) if _starts(line, edge)]
    if edge is None or not rows:
        yield from lines
        return
    end = _end(lines, rows[-1] + 1, edge)
    halves = [_halves(line, edge) for line in lines[rows[0] : end]]
    yield from lines[: rows[0]]
    yield from in_columns([left for left, _ in halves if left], most - 1)
    yield from in_columns([right for _, right in halves if right], most - 1)
    yield from lines[end:]


def _edge(lines: Sequence[Line]) -> float | None:
    """Finds where the leftmost of the columns to the right begins; None where there are no columns."""
    counted = Counter(round(part.left) for line in lines for part in line.parts[1:])
    for start, _ in sorted(counted.most_common(3)):
        rows = [n for n, line in enumerate(lines) if _starts(line, start)]
        if len(rows) < _LEAST_ROWS:
            continue
        halves = [_halves(line, start) for line in lines[rows[0] : rows[-1] + 1]]
        both = [(len(one.text.split()), len(other.text.split())) for one, other in halves if one and other]
        across = sum(line.left < start < line.right for line in lines[rows[0] : rows[-1] + 1]) - len(both)
        if sum(map(min, both)) >= _LEAST_WORDS * len(both) and across <= _ACROSS * len(halves):
            return start
    return None


def _starts(line: Line, edge: float) -> bool:
    return any(abs(part.left - edge) <= _ALIGNED for part in line.parts[1:])


def _end(lines: Sequence[Line], start: int, edge: float) -> int:
    """The number of the line after the last of the longer column, which goes on below the other."""
    for number in range(start, len(lines)):
        line, above = lines[number], lines[number - 1]
        beside = line.right < edge or line.left >= edge - _ALIGNED
        if not beside or not 0 <= above.bottom - line.bottom <= _REACH:
            return number
    return len(lines)


def _halves(line: Line, edge: float) -> tuple[Line | None, Line | None]:
    """Splits a line into what stands left and right of the edge; a line across it stays whole."""
    left = [part for part in line.parts or (line,) if part.left < edge - _ALIGNED]
    right = [part for part in line.parts or (line,) if part.left >= edge - _ALIGNED]
    if left and right and left[-1].text.endswith("-"):
        left[-1] = replace(left[-1], text=left[-1].text[:-1] + HYPHEN)
    return joined(left) if left else None, joined(right) if right else None
