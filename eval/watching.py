"""A progress bar, for whoever watches."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress_bar(
    task: str, total: int, done: int = 0, *, quiet: bool = False
) -> Iterator[Callable[[], None]]:
    """A bar on standard error while the block runs; what it gives is called after each of `total` steps.

    Nothing is shown where standard error is no terminal, or `quiet`.
    """
    if quiet or not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        shown = bar.add_task(task, total=total, completed=done)
        yield lambda: bar.advance(shown)
