"""A table of what an archivist may mend after adding: a line for each article and file with a finding."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from index.errors import BadValue
from index.records import Draft, Origin, Skipped

COLUMNS = ("source", "article", "title", "finding", "detail")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to mend: `finding` is its kind, `detail` what was found."""

    source: str
    article: str
    title: str
    finding: str
    detail: str = ""


def findings(source: str, draft: Draft) -> Iterator[Finding]:
    """Yields what is missing in an article or was concluded or mended."""
    head = (source, draft.key, draft.title or "")
    if draft.published is None:
        yield Finding(*head, "undated")
    elif draft.origins.get("published") is Origin.INFERRED:
        last = f" to {draft.published_last}" if draft.published_last else ""
        yield Finding(*head, "date concluded", f"{draft.published}{last}")
    if draft.outlet is None:
        yield Finding(*head, "without outlet")
    if draft.title is None:
        yield Finding(*head, "without title")
    for kind, details in (("mended", draft.repairs), ("field", draft.notes)):
        yield from (Finding(*head, kind, detail) for detail in details)
    yield from (Finding(*head, notice.standing, notice.of(draft.text)[:200]) for notice in draft.notices)


def refused(skipped: Iterable[Skipped]) -> Iterator[Finding]:
    """Yields what did not become an article, with the reason."""
    return (Finding(one.source, "", "", "refused", one.reason) for one in skipped)


def write(path: Path, found: Iterable[Finding]) -> None:
    """Writes the table as CSV. Raises BadValue where the file cannot be written."""
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file)
            table.writerow(COLUMNS)
            table.writerows(map(_row, found))
    except OSError as error:
        raise BadValue(f"the report {str(path)!r} cannot be written: {error.strerror}") from error


def _row(one: Finding) -> list[str]:
    """The cells of a line; one that a spreadsheet would take for a formula is kept from it."""
    cells = (one.source, one.article, one.title, one.finding, one.detail)
    return [f"'{cell}" if cell.startswith(("=", "+", "-", "@")) else cell for cell in cells]
