"""The picture of docs/answering.md, drawn from the code's imports: python -m tests.answering_picture"""

import ast
from collections.abc import Iterator

from tests.conftest import ROOT

PICTURE = ROOT / "docs" / "answering.svg"

# Column and row of each package that a question passes, the first at the top.
PLACES = {
    "service.http": (1, 0),
    "service.answering": (1, 1),
    "service.questions": (0, 2),
    "service.answerers": (2, 2),
    "service.reading": (1, 3),
    "service.verification": (2, 4),
    "service.attribution": (0, 5),
    "index.archive": (1, 6),
    "index.search": (0, 7),
    "index.extraction": (2, 7),
    "index.backends": (0, 8),
    "index.catalogue": (1, 8),
    "index.models": (2, 9),
}
WIDTH, HEIGHT, ACROSS, DOWN = 190, 34, 250, 72

STYLE = (
    "rect{fill:#fff;stroke:#345}.index rect{fill:#eef3f7}"
    "text{font:14px ui-monospace,monospace;text-anchor:middle;fill:#123}"
    "path{fill:none;stroke:#8aa}path.up{stroke:#b54;stroke-dasharray:4 3}"
)


def imports() -> Iterator[tuple[str, str]]:
    """Yields each pair of packages of which the first imports from the second."""
    found = set()
    for top in ("service", "index"):
        for file in (ROOT / top).rglob("*.py"):
            by = _package(".".join(file.relative_to(ROOT).with_suffix("").parts))
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ImportFrom) and node.module:
                    names = [node.module, *(f"{node.module}.{one.name}" for one in node.names)]
                    found |= {(by, _package(name)) for name in names}
    yield from sorted((by, of) for by, of in found if by and of and by != of)


def _package(module: str) -> str:
    return next((name for name in PLACES if f"{module}.".startswith(f"{name}.")), "")


def drawn() -> str:
    """Returns the picture as SVG. An import that runs up the page is dashed."""
    boxes = [
        f'<g class="{name.partition(".")[0]}">'
        f'<rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="5"/>'
        f'<text x="{x + WIDTH // 2}" y="{y + 22}">{name}</text></g>'
        for name, (x, y) in ((name, _corner(name)) for name in PLACES)
    ]
    width, height = 3 * ACROSS + 10, 10 * DOWN
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">',
            "<title>The packages that a question passes, with their imports</title>",
            f"<style>{STYLE}</style>",
            '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7"'
            ' orient="auto"><path d="M0 0L8 4L0 8z" style="fill:#678;stroke:none"/></marker></defs>',
            *(_arrow(by, of) for by, of in imports()),
            *boxes,
            "</svg>\n",
        ]
    )


def _corner(name: str) -> tuple[int, int]:
    column, row = PLACES[name]
    return 35 + column * ACROSS, 20 + row * DOWN


def _arrow(by: str, of: str) -> str:
    """A curve from the lower edge of the importer to the upper edge of the imported, or the other way."""
    (left, top), (right, bottom) = _corner(by), _corner(of)
    up = bottom < top or (bottom == top and right < left)
    start, end = (top, bottom + HEIGHT) if up else (top + HEIGHT, bottom)
    left, right = left + WIDTH // 2, right + WIDTH // 2
    bend = (end - start) // 2
    # Those that leave and reach one box are set apart by where the other end stands.
    left, right = left + (right - left) // 8, right - (right - left) // 8
    kind = ' class="up"' if up else ""
    curve = f"M{left} {start}C{left} {start + bend} {right} {end - bend} {right} {end}"
    return f'<path{kind} marker-end="url(#tip)" d="{curve}"/>'


if __name__ == "__main__":
    PICTURE.write_text(drawn(), encoding="utf-8")
