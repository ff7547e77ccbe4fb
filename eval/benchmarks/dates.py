"""How often a page's publication date is right, beside htmldate alone.

    python -m eval.benchmarks.dates --data FOLDER [--limit N] [--failures]

The folder is trafilatura's own evaluation, whose `evaldata_sample.json` gives a day for most pages; or
any folder whose list of that name has `file` and `date`. A wrong day is worse for an archive than none, so
both are counted.
"""

import json
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from eval.benchmarks.extraction import LIST
from index.readers import read_bytes
from index.readers.decoding import decode
from index.records import Draft

Finder = Callable[[bytes, str], date | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedPage:
    """A page's bytes and the day it was published."""

    name: str
    url: str
    data: bytes
    published: date


@dataclass(slots=True)
class Tally:
    """How often a finder was right, wrong and silent."""

    name: str
    right: int = 0
    wrong: int = 0
    silent: int = 0
    seconds: float = 0.0
    failures: list[str] = field(default_factory=list)

    @property
    def accuracy(self) -> float:
        """The part of all pages with the right day."""
        return self.right / ((self.right + self.wrong + self.silent) or 1)

    @property
    def precision(self) -> float:
        """The part of the days given that are right."""
        return self.right / ((self.right + self.wrong) or 1)

    def count(self, page: DatedPage, found: date | None) -> None:
        """Adds one page."""
        self.right += found == page.published
        self.wrong += found is not None and found != page.published
        self.silent += found is None
        if found != page.published:
            self.failures.append(f"{page.name}: {found} instead of {page.published}")


def load(folder: Path, limit: int | None = None) -> list[DatedPage]:
    """The pages of which the list gives the day and the folder holds the file."""
    entries = json.loads((folder / LIST).read_text(encoding="utf-8"))
    return [
        DatedPage(
            name=entry["file"],
            url=url,
            data=(folder / entry["file"]).read_bytes(),
            published=day,
        )
        for url, entry in entries.items()
        if (day := _day(entry.get("date"))) and (folder / entry["file"]).is_file()
    ][:limit]


def measure(pages: Sequence[DatedPage]) -> list[Tally]:
    """Runs every finder over the pages, page by page in turn."""
    finders: dict[str, Finder] = {
        "Dateline": _dateline,
        "htmldate": _htmldate(original=True),
        "htmldate, latest": _htmldate(original=False),
    }
    tallies = {name: Tally(name) for name in finders}
    for page in pages:
        for name, find in finders.items():
            start = time.perf_counter()
            found = find(page.data, page.url)
            tallies[name].seconds += time.perf_counter() - start
            tallies[name].count(page, found)
    return list(tallies.values())


def show(tallies: Iterable[Tally], pages: int) -> None:
    """Prints the table."""
    print(f"{pages} pages with a known day\n{'':<20} accuracy  precision  right  wrong  silent  pages/s")
    for tally in tallies:
        print(
            f"{tally.name:<20} {tally.accuracy:8.3f} {tally.precision:10.3f} {tally.right:6} {tally.wrong:6} "
            f"{tally.silent:7} {pages / (tally.seconds or 1):8.1f}"
        )


def _day(written: str | None) -> date | None:
    """The day of an entry; a few entries of the list hold what is none."""
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        return None


def _dateline(data: bytes, url: str) -> date | None:
    drafts = [draft for draft in read_bytes(data, url) if isinstance(draft, Draft)]
    return drafts[0].published if drafts else None


def _htmldate(*, original: bool) -> Finder:
    from htmldate import find_date

    def find(data: bytes, url: str) -> date | None:
        found = find_date(decode(data), url=url, original_date=original)
        return date.fromisoformat(found) if found else None

    return find


def main(
    data: Annotated[Path, typer.Option(help="A folder of pages with a list of their days.")],
    limit: Annotated[int | None, typer.Option(help="Read only the first so many pages.")] = None,
    failures: Annotated[bool, typer.Option(help="Print every page that Dateline gets wrong.")] = False,
) -> None:
    """Print how often Dateline and htmldate give a page's day of publication."""
    if not (data / LIST).is_file():
        print(f"skipped: there is no {LIST} in {data}", file=sys.stderr)
        return
    pages = load(data, limit)
    tallies = measure(pages)
    show(tallies, len(pages))
    if failures:
        print("\n".join(tallies[0].failures))


if __name__ == "__main__":
    typer.run(main)
