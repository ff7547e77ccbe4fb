"""Charts as inline SVG. Colours are classes that the page's style sheet gives, for light and dark."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from eval.confidence import Bin, Point
from eval.intervals import Interval

ROW = 26  # pixels
PLOT = 300  # the square of a curve, in pixels
MARGIN = 46
SINGLE = 60  # points of a curve, up to which each has its dot
LONGEST = 18  # letters of a label


@dataclass(frozen=True, slots=True)
class Dot:
    """A mean with its interval and how many questions it stands on."""

    label: str
    value: float
    interval: Interval | None
    count: int


def dots(rows: Sequence[Dot], title: str) -> str:
    """A row for each mean from 0 to 1: a line for the interval, a dot for the mean, its value and count."""
    left, width = 118, 210
    height = len(rows) * ROW + 26
    lines = [
        f'<line class="grid" x1="{x}" x2="{x}" y1="2" y2="{height - 22}"/>'
        f'<text class="tick" x="{x}" y="{height - 6}" text-anchor="middle">{share:g}</text>'
        for share in (0, 0.5, 1)
        for x in [left + share * width]
    ]
    for place, row in enumerate(rows):
        y = place * ROW + ROW / 2
        lines.append(
            f'<text x="{left - 12}" y="{y + 4}" text-anchor="end">{escape(_short(row.label))}'
            f"<title>{escape(row.label)}</title></text>"
        )
        if row.interval:
            x1, x2 = (left + end * width for end in (row.interval.low, row.interval.high))
            lines.append(f'<line class="range" x1="{x1:.1f}" x2="{x2:.1f}" y1="{y}" y2="{y}"/>')
        lines.append(f'<circle class="mean" cx="{left + row.value * width:.1f}" cy="{y}" r="4.5"/>')
        told = f'{row.value:.2f} <tspan class="tick">of {row.count}</tspan>'
        lines.append(f'<text x="{left + width + 14}" y="{y + 4}">{told}</text>')
    return _svg(left + width + 92, height, title, lines)


def curve(points: Sequence[Point], title: str) -> str:
    """The risk–coverage curve, stepping from the surest answers to all of them."""
    lines = _square("share of questions answered", "share of answers wrong")
    path = " ".join(f"{_x(point.coverage):.1f},{_y(point.risk):.1f}" for point in points)
    lines.append(f'<polyline class="curve" points="{path}"/>')
    lines += [
        f'<circle class="mean" cx="{_x(point.coverage):.1f}" cy="{_y(point.risk):.1f}" r="3"/>'
        for point in (points if len(points) <= SINGLE else ())
    ]
    return _svg(PLOT + MARGIN + 14, PLOT + MARGIN + 10, title, lines)


def reliability(bins: Sequence[Bin], title: str) -> str:
    """A bar for the accuracy of each bin of confidence; on the diagonal confidence would be accuracy."""
    lines = _square("score of the surest claim", "share right")
    lines.append(f'<line class="even" x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" y2="{_y(1)}"/>')
    for one in bins:
        x, y, width = _x(one.low) + 1, _y(one.accuracy), _x(one.high) - _x(one.low) - 2
        height = max(_y(0) - y, 1.5)
        lines.append(
            f'<rect class="bar" x="{x:.1f}" y="{_y(0) - height:.1f}" '
            f'width="{width:.1f}" height="{height:.1f}"/>'
            f'<text class="tick over" x="{x + width / 2:.1f}" y="{min(y, _y(0)) - 5:.1f}" '
            f'text-anchor="middle">{one.count}</text>'
        )
    return _svg(PLOT + MARGIN + 14, PLOT + MARGIN + 10, title, lines)


def histogram(values: Sequence[float], marks: Sequence[tuple[str, float]], title: str) -> str:
    """How often each length of time came, in twelve bars from 0 seconds on, with named marks."""
    top = _round_up(max(values))
    counts = [0] * 12
    for value in values:
        counts[min(int(value / top * 12), 11)] += 1
    most = -(-max(counts) // 4) * 4  # the next multiple of four, so that each line is a whole number
    lines = _square("seconds", "questions", (top, most))
    for place, count in enumerate(counts):
        x, y = _x(place / 12) + 1, _y(count / most)
        if count:
            width = _x(1 / 12) - _x(0) - 2
            lines.append(
                f'<rect class="bar" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{_y(0) - y:.1f}"/>'
            )
    for place, (name, value) in enumerate(marks):
        x = _x(value / top)
        anchor, shift = ("end", -5) if value > top / 2 else ("start", 5)
        lines.append(
            f'<line class="even" x1="{x:.1f}" x2="{x:.1f}" y1="{_y(1)}" y2="{_y(0)}"/>'
            f'<text class="tick mark over" x="{x + shift:.1f}" y="{_y(1) + 12 + 15 * place}" '
            f'text-anchor="{anchor}">{escape(name)}</text>'
        )
    return _svg(PLOT + MARGIN + 14, PLOT + MARGIN + 10, title, lines)


def _square(x_label: str, y_label: str, most: tuple[float, float] = (1.0, 1.0)) -> list[str]:
    """The grid and labels of a plot from 0 to `most` on both axes."""
    lines = []
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        lines.append(
            f'<line class="grid" x1="{_x(0)}" x2="{_x(1)}" y1="{_y(share)}" y2="{_y(share)}"/>'
            f'<text class="tick" x="{_x(0) - 6}" y="{_y(share) + 4}" text-anchor="end">'
            f"{share * most[1]:.3g}</text>"
            f'<text class="tick" x="{_x(share)}" y="{_y(0) + 16}" text-anchor="middle">'
            f"{share * most[0]:.3g}</text>"
        )
    lines.append(
        f'<text class="axis" x="{_x(0.5)}" y="{_y(0) + 36}" text-anchor="middle">{x_label}</text>'
        f'<text class="axis" x="12" y="{_y(0.5)}" text-anchor="middle" '
        f'transform="rotate(-90 12 {_y(0.5)})">{y_label}</text>'
    )
    return lines


def _x(share: float) -> float:
    return MARGIN + share * PLOT


def _y(share: float) -> float:
    return 8 + (1 - share) * PLOT


def _short(label: str) -> str:
    return label if len(label) <= LONGEST else f"{label[: LONGEST - 1]}…"


def _round_up(value: float) -> float:
    """The next 1, 2 or 5 times a power of ten, so that an axis ends on a round number."""
    step = 10.0**-3
    while True:
        for factor in (1, 2, 5):
            if value <= factor * step:
                return factor * step
        step *= 10


def _svg(width: float, height: float, title: str, lines: Sequence[str]) -> str:
    inner = "".join(lines)
    return (
        f'<svg viewBox="0 0 {width:g} {height:g}" width="{width:g}" role="img" aria-label="{escape(title)}">'
        f"{inner}</svg>"
    )
