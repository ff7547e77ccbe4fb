"""How answers, passages and articles look in a terminal.

Article text is printed as it is, never read as markup; cleaning has taken control characters out.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from textwrap import indent

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from index.records import EVIDENCE, Article, Origin
from service.answers import Answer, Citation, DatedPosition, Position
from service.serializers import Change, Found, Listed

NOT_READ = {Origin.TEXT: "read in the text", Origin.INFERRED: "inferred"}


def console() -> Console:
    """Standard output, without guesses about what in a text is markup or a number.

    Lines are folded for a terminal only: a quote that goes into a file or a pipe stays in one piece.
    """
    width = None if sys.stdout.isatty() else 100_000
    return Console(highlight=False, markup=False, emoji=False, width=width)


def show_answer(out: Console, answer: Answer) -> None:
    """The sentences, what sources disagree about, what changed, and the full reference of each quote.

    For a refusal, what came nearest.
    """
    if answer.standalone_question != " ".join(answer.question.split()):
        out.print(f"Understood as: {answer.standalone_question}", style="dim")
    if answer.status == "answered" or answer.claims:
        for claim in answer.claims:
            out.print(claim.text)
        _show_contrasts(out, answer)
    else:
        out.print(answer.text, style="bold")
        if answer.related:
            out.print("\nRelated, not an answer:", style="dim")
            for citation in answer.related:
                _print_indented(out, f"“{citation.quote}”\n{reference(citation)}", "dim")
    for note in answer.notes:
        out.print(f"Note: {note}", style="dim")
    if answer.citations:
        out.print("\nSources", style="bold")
        for citation in answer.citations:
            out.print(f"[{citation.number}] {reference(citation)}")


def questions() -> Iterator[str]:
    """What a reader types, line by line, to the end of the input."""
    prompt = "? " if sys.stdin.isatty() else ""
    while True:
        try:
            line = input(prompt).strip()
        except EOFError:
            return
        if line:
            yield line


def _show_contrasts(out: Console, answer: Answer) -> None:
    for disagreement in answer.disagreements:
        out.print(f"\nSources disagree about: {disagreement.about}", style="bold")
        _show_positions(out, disagreement.positions)
    for change in answer.changes:
        out.print(f"\nChanged over time: {change.about}", style="bold")
        _show_positions(out, change.positions)


def _show_positions(out: Console, positions: Sequence[Position] | Sequence[DatedPosition]) -> None:
    for position in positions:
        numbers = " ".join(f"[{number}]" for number in position.citations)
        _print_indented(out, f"- {position.text} {numbers}")


@contextmanager
def counting(what: str, unit: str = "articles") -> Iterator[Callable[[], None]]:
    """A line on standard error, where that is a terminal, that counts the calls of what it gives."""
    # Only the long commands need it, and every answer loads this module.
    from rich.progress import Progress, TextColumn, TimeElapsedColumn

    errors = Console(stderr=True, highlight=False, markup=False, emoji=False)
    columns = (
        TextColumn("{task.description}"),
        TextColumn(f"{{task.completed:.0f}} {unit}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=errors, transient=True, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task(what, total=None)
        yield lambda: progress.advance(task)


def reference(citation: Citation) -> str:
    """Where a quote stands, in full: title, outlet, author, date, article version, characters, address."""
    day = "date unknown"
    if citation.published:
        how = NOT_READ.get(Origin(citation.published_origin))
        day = f"{citation.published}" + (f" ({how})" if how else "")
    parts = [citation.title or "untitled", citation.outlet or "unknown outlet", citation.author, day]
    place = f"article {citation.article_id} version {citation.version}, {citation.start}–{citation.end}"
    line = "; ".join(part for part in (*parts, place, citation.url) if part)
    also = citation.also_printed_by
    return f"{line}\n    also printed by {', '.join(also)}" if also else line


def show_found(out: Console, results: Sequence[Found]) -> None:
    """Passages, best first, with their sources."""
    if not results:
        out.print("Nothing was found within these limits.")
    for place, result in enumerate(results, 1):
        source = [result.title or "untitled", result.outlet or "unknown outlet"]
        source.append(str(result.published or "date unknown"))
        out.print(f"{place}. {'; '.join(source)}; article {result.article_id}", style="bold")
        _print_indented(out, f"{result.text}\n")


def show_list(out: Console, articles: Iterable[Listed]) -> None:
    """A line an article."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in ("id", "published", "outlet", "title", "version"):
        table.add_column(heading, overflow="fold")
    for article in articles:
        day = str(article.published or "unknown")
        cells = (
            article.id,
            day,
            article.outlet or "unknown",
            article.title or "untitled",
            str(article.version),
        )
        table.add_row(*(Text(cell) for cell in cells))
    out.print(table)


def show_article(out: Console, article: Article, copies: Sequence[Article]) -> None:
    """Its metadata with the origin of each, then its text; what is not evidence is dimmed and named."""
    for name in ("title", "outlet", "author", "published", "updated", "language", "url"):
        value = getattr(article, name)
        if value is not None:
            out.print(f"{name:<10}{value}  ({article.origins.get(name, Origin.UNKNOWN)})")
        else:
            out.print(f"{name:<10}unknown", style="dim")
    for copy in copies:
        out.print(f"{'copy':<10}article {copy.id}, {copy.outlet or 'unknown outlet'}")
    out.print(f"{'version':<10}{article.version}\n")
    for zone in article.zones:
        text = zone.of(article.text)
        if zone.kind in EVIDENCE:
            out.print(text + "\n")
        else:
            out.print(f"[{zone.kind}, not evidence] {text}\n", style="dim")


def show_changes(out: Console, changes: Sequence[Change]) -> None:
    """Each version, with what it changed in the metadata and in the reporting."""
    for change in changes:
        out.print(f"version {change.version}, added {change.added:%Y-%m-%d %H:%M} UTC", style="bold")
        for name, (old, new) in change.metadata.items():
            out.print(f"  {name}: {old or 'unknown'} → {new or 'unknown'}")
        for mark, paragraphs in (("-", change.removed), ("+", change.inserted)):
            for paragraph in paragraphs:
                _print_indented(out, f"{mark} {paragraph}")


def _print_indented(out: Console, text: str, style: str = "") -> None:
    """Indents folded lines too in a terminal; elsewhere adds no spaces at the ends of lines."""
    if out.is_terminal:
        out.print(Padding(Text(text, style=style), (0, 0, 0, 3)))
    else:
        out.print(indent(text, "   "))
