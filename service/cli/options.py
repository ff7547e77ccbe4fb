"""Options that several commands share, and what they mean."""

import os
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

Data = Annotated[
    Path | None,
    typer.Option(
        "--data", help="The folder of the archive [default: .dateline, or DATELINE_DATA].", metavar="DIR"
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, as the HTTP API sends it.")]
Since = Annotated[
    str | None, typer.Option(help="Only what was published on that day or later.", metavar="DAY")
]
Until = Annotated[
    str | None, typer.Option(help="Only what was published on that day or earlier.", metavar="DAY")
]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", help="As a reader of that day would have been answered.", metavar="DAY"),
]
Outlet = Annotated[
    list[str] | None, typer.Option(help="Only this outlet; may be given more than once.", metavar="NAME")
]
Author = Annotated[
    list[str] | None, typer.Option(help="Only what they wrote; may be given more than once.", metavar="NAME")
]
Language = Annotated[
    list[str] | None, typer.Option(help="Only this language (en, ar, …); may be repeated.", metavar="CODE")
]
AnswererName = Annotated[
    str | None, typer.Option(help="Who answers: quotes, or a model as provider/name.", metavar="NAME")
]
Conversation = Annotated[
    str | None, typer.Option(help="The id of the conversation that the question goes on.", metavar="ID")
]


def settings_of(data: Path | None, **given: Any) -> Any:
    """The settings, with what the command line gives before all else."""
    from service.settings import load_settings, misspelt

    for name, meant in misspelt(os.environ):
        hint = f"; did you mean {meant}?" if meant else ""
        typer.echo(f"dateline: there is no setting {name}{hint}", err=True)
    return load_settings(data=data, **given)


def filters_of(
    since: str | None,
    until: str | None,
    as_of: str | None,
    outlets: list[str] | None,
    authors: list[str] | None,
    languages: list[str] | None,
) -> Any:
    """The limits that the options set. Raises DatelineError for a day that is none."""
    from index.records import Filters

    return Filters(
        since=_day("--since", since),
        until=_day("--until", until),
        as_of=_day("--as-of", as_of),
        outlets=tuple(outlets or ()),
        authors=tuple(authors or ()),
        languages=tuple(languages or ()),
    )


def _day(option: str, text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(
            f"{text!r} is not a day; write it as 2021-06-30", param_hint=option
        ) from error
