"""Answers, passages and articles as a terminal shows them.

Article text is printed as it is, never read as markup; cleaning has taken control characters out.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from textwrap import indent
from typing import Any

import typer
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from index.backends.local.snapshots import Summary
from index.extraction.normalisation import without_controls
from index.records import EVIDENCE, Article, Origin
from service.answers import Answer, Citation, to_json
from service.formatting import messages_of, quotation
from service.outline import (
    NEAREST,
    SUGGESTED,
    Heading,
    Lead,
    Nearest,
    Note,
    Quoted,
    Row,
    Rows,
    Sentence,
    Suggestions,
    age,
    beside,
    more_quotes,
    outline,
    when,
    who,
)
from service.serializers import ArticleVersion, Found, Listed


class Plain(Console):
    """A console whose words steer no terminal, whoever wrote them: a file's name, an address, a server."""

    def __init__(self, **options: Any) -> None:
        super().__init__(highlight=False, markup=False, emoji=False, **options)

    def print(self, *objects: Any, **options: Any) -> None:
        """Prints without control characters, terminal escapes and directional marks."""
        super().print(*(harmless(one) if isinstance(one, str) else one for one in objects), **options)


def harmless(text: str) -> str:
    """Returns the text without what steers a terminal."""
    return without_controls(text).replace("\r", "")


def console() -> Console:
    """Standard output, without guesses about what in a text is markup or a number.

    Lines are folded for a terminal only: a quote that goes into a file or a pipe stays in one piece.
    """
    width = None if sys.stdout.isatty() else 100_000
    return Plain(width=width)


def show_answer(
    out: Console, answer: Answer, *, whole: bool = False, ask_for_all: str = "ask with --all"
) -> None:
    """The short answer, what was written, who disagrees, and each quote once with its reference dimmed.

    Quotes past the first few are only counted, with how to `ask_for_all`, unless the `whole` answer
    is wanted. For a refusal, what was searched and the articles that came nearest.
    """
    blocks, locale = outline(answer), answer.plan.locale
    for block in blocks:
        if whole or not (isinstance(block, Quoted) and block.more):
            _SHOWN[type(block)](out, block, locale)
    more = sum(isinstance(block, Quoted) and block.more for block in blocks)
    if more and not whole:
        out.print(f"\n{more_quotes(more, locale)}: {ask_for_all}", style="dim")


def _show_lead(out: Console, lead: Lead, _: str) -> None:
    out.print(Text.assemble((lead.text, "bold"), (_marks(lead.citations), "dim")))


def _show_heading(out: Console, heading: Heading, _: str) -> None:
    out.print(f"\n{heading.text}", style="bold underline")


def _show_sentence(out: Console, sentence: Sentence, _: str) -> None:
    out.print(Text.assemble(sentence.text, (_marks(sentence.citations), "dim")))


def _show_rows(out: Console, rows: Rows, _: str) -> None:
    if rows.title:
        out.print(f"\n{rows.title}", style="bold")
    if not out.is_terminal:
        # Columns would be padded to the width of the longest quote.
        for row in rows.rows:
            out.print(f"   {' — '.join(row.cells)}{_marks(row.citations)}")
        return
    if rows.kind == "timeline":
        _show_events(out, rows.rows)
        return
    table = Table(box=None, header_style="dim", padding=(0, 2, 0, 0), show_header=bool(rows.columns))
    for column in rows.columns or ("",) * len(rows.rows[0].cells):
        table.add_column(column, overflow="fold")
    for row in rows.rows:
        *most, last = row.cells
        link = f"  article {row.article}" if row.article else ""
        table.add_row(*map(Text, most), Text.assemble(last, (_marks(row.citations) + link, "dim")))
    out.print(Padding(table, (0, 0, 0, 3)))


def _show_events(out: Console, events: Sequence[Row]) -> None:
    """Each day once, beside it what happened, and under that who tells of it."""
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(max_width=20)
    table.add_column(overflow="fold")
    before = ""
    for event in events:
        day, told, source = event.cells
        by = (f"\n{source}{_marks(event.citations)}", "dim")
        table.add_row(Text("" if day == before else day, style="bold"), Text.assemble(told, by))
        before = day
    out.print(Padding(table, (0, 0, 0, 3)))


def _show_quoted(out: Console, quoted: Quoted, locale: str) -> None:
    citation = quoted.citation
    _print_indented(out, f"\n{quotation(citation.quote)}")
    source = f"[{citation.number}] {who(citation, locale)}, {when(citation, locale)}"
    old = age(citation.published, date.today(), locale)
    _print_indented(out, "; ".join(filter(None, (source, old, *beside(citation, locale)))), "bold dim")
    _print_indented(out, place(citation), "dim")


def _show_nearest(out: Console, nearest: Nearest, locale: str) -> None:
    out.print(f"\n{messages_of(locale).gettext(NEAREST)}:", style="dim")
    for citation in nearest.citations:
        source = f"{who(citation, locale)}, {when(citation, locale)}"
        _print_indented(out, f"{source}: {quotation(citation.quote)}", "dim")
        _print_indented(out, place(citation), "dim")


def _show_note(out: Console, note: Note, _: str) -> None:
    out.print(note.text, style="dim")


def _show_suggestions(out: Console, suggestions: Suggestions, locale: str) -> None:
    out.print(f"\n{messages_of(locale).gettext(SUGGESTED)}", style="dim")
    for question in suggestions.questions:
        _print_indented(out, question, "dim")


_SHOWN: dict[type, Callable[[Console, Any, str], None]] = {
    Lead: _show_lead,
    Heading: _show_heading,
    Sentence: _show_sentence,
    Rows: _show_rows,
    Quoted: _show_quoted,
    Nearest: _show_nearest,
    Note: _show_note,
    Suggestions: _show_suggestions,
}


def _marks(numbers: Iterable[int]) -> str:
    return "".join(f" [{number}]" for number in numbers)


def questions() -> Iterator[str]:
    """Yields what a reader types, line by line; the arrows edit it and bring back earlier lines."""
    prompt = ""
    if sys.stdin.isatty():
        # Importing it is what gives `input` its line editing; not every system has it.
        with suppress(ImportError):
            import readline  # noqa: F401
        prompt = "? "
    while True:
        try:
            line = input(prompt).strip()
        except EOFError:
            return
        if line:
            yield line


@contextmanager
def counting(what: str, unit: str = "articles") -> Iterator[Callable[[], None]]:
    """A line on standard error, where that is a terminal, that counts the calls of what it gives."""
    # Only the long commands need it, and every answer loads this module.
    from rich.progress import Progress, TextColumn, TimeElapsedColumn

    errors = Plain(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        TextColumn(f"{{task.completed:.0f}} {unit}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=errors, transient=True, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task(what, total=None)
        yield lambda: progress.advance(task)


def place(citation: Citation) -> str:
    """Place of a quote: title, author, article version, characters, address."""
    where = f"article {citation.article_id} version {citation.version}, {citation.start}–{citation.end}"
    parts = (citation.title or "untitled", citation.author, where, citation.url)
    return "; ".join(part for part in parts if part)


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


def show_changes(out: Console, changes: Sequence[ArticleVersion]) -> None:
    """Each version, with what it changed in the metadata and in the reporting."""
    for change in changes:
        out.print(f"version {change.version}, added {change.added:%Y-%m-%d %H:%M} UTC", style="bold")
        for name, one in change.metadata.items():
            out.print(f"  {name}: {one.old or 'unknown'} → {one.new or 'unknown'}")
        for mark, paragraphs in (("-", change.removed), ("+", change.inserted)):
            for paragraph in paragraphs:
                _print_indented(out, f"{mark} {paragraph}")


def _print_indented(out: Console, text: str, style: str = "") -> None:
    """Indents folded lines too in a terminal; elsewhere adds no spaces at the ends of lines."""
    if out.is_terminal:
        out.print(Padding(Text(text, style=style), (0, 0, 0, 3)))
    else:
        out.print(indent(text, "   "))


def show_held(what: str, held: Summary, json: bool) -> None:
    """Tells how much an archive holds after something was done to it."""
    if json:
        typer.echo(to_json({"articles": held.articles, "passages": held.passages}, indent=2))
    else:
        typer.echo(f"{what}: {held.articles} articles, {held.passages} passages")
