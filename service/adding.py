"""Adding files with a progress bar, a line for each problem and a summary."""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from index.archive import Added
from index.readers import list_files, read_file
from index.records import Draft, Skipped
from service.listings import to_json
from service.settings import Settings


@dataclass(slots=True)
class Tally:
    """What became of the articles of one run."""

    outcomes: Counter[str] = field(default_factory=Counter)
    skipped: list[Skipped] = field(default_factory=list)

    def count(self, result: Added | Skipped) -> None:
        """Takes one result in."""
        if isinstance(result, Skipped):
            self.skipped.append(result)
        else:
            self.outcomes[result.outcome] += 1


def add_paths(settings: Settings, paths: Sequence[Path], tally: Tally) -> None:
    """Adds every article of those files and folders; each problem is told at once, on standard error."""
    errors = Console(stderr=True, highlight=False, markup=False, emoji=False)
    files = list_files(paths)
    archive = settings.create_archive()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=errors, transient=True, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("reading", total=len(files))

        def drafts() -> Iterator[Draft | Skipped]:
            for file in files:
                yield from read_file(file)
                progress.advance(task)

        for result in archive.add(drafts()):
            tally.count(result)
            if isinstance(result, Skipped):
                errors.print(f"skipped {result.source}: {result.reason}", soft_wrap=True)


def show_tally(tally: Tally, json: bool) -> None:
    """The summary: added, updated, unchanged, skipped."""
    counts = {name: tally.outcomes[name] for name in ("added", "updated", "unchanged")}
    if json:
        typer.echo(to_json(counts | {"skipped": tally.skipped}, indent=2))
    else:
        typer.echo(
            ", ".join(f"{number} {name}" for name, number in counts.items())
            + f", {len(tally.skipped)} skipped"
        )
