"""The rows as one table in Markdown, each cost with its ratio to Dateline's."""

from collections.abc import Callable, Sequence

from eval.benchmarks.peers.measuring import Row

LEAD = 3.0

COSTS: dict[str, Callable[[Row], float]] = {
    "index s": lambda row: row.seconds_to_index,
    "index CPU s": lambda row: row.cpu_seconds_to_index,
    "disk MB": lambda row: row.megabytes_on_disk,
    "cold s": lambda row: row.seconds_cold,
    "p50 ms": lambda row: row.p50,
    "p95 ms": lambda row: row.p95,
    "memory MB": lambda row: row.megabytes_of_memory,
}


def table(rows: Sequence[Row]) -> str:
    """A line a system; the first row is the one that the others are compared with."""
    headings = ["", "search", *COSTS, "Hits@10", "Hits@4", "load"]
    lines = [headings, ["---", "---", *["---:"] * (len(headings) - 2)]]
    lines += [_line(row, rows[0]) for row in rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _line(row: Row, base: Row) -> list[str]:
    costs = [_cell(cost(row), cost(base), alone=row is base) for cost in COSTS.values()]
    hits = [f"{row.hits_at_10:.3f}", f"{row.hits_at_4:.3f}"]
    return [f"{row.name} {row.version}", row.search, *costs, *hits, f"{row.load:.1f}"]


def _cell(cost: float, base: float, *, alone: bool) -> str:
    return shown(cost) if alone else f"{shown(cost)} ({cost / base:.1f} x)"


def shown(value: float) -> str:
    """Three significant digits at most."""
    return f"{value:.{0 if value >= 100 else 1 if value >= 10 else 2}f}"


def verdict(rows: Sequence[Row], others: Sequence[Row]) -> str:
    """Where the first of the rows does not lead the others by a factor of LEAD, column by column."""
    if not others:
        return "Nothing to compare with was measured."
    base = rows[0]
    lines = []
    for name, cost in COSTS.items():
        near = [(row.name, cost(row) / cost(base)) for row in others if cost(row) < LEAD * cost(base)]
        if near:
            lines.append(f"- {name}: " + ", ".join(f"{who} {shown(ratio)} x" for who, ratio in near))
    if not lines:
        return f"{base.name} leads each column of time, disk and memory by a factor of {LEAD:g} or more."
    return "\n".join([f"Where {base.name} does not lead by a factor of {LEAD:g}:", "", *lines])
