"""Articles: list, show, history, remove."""

from typing import Annotated

import typer

from service.cli.options import (
    Author,
    Data,
    Json,
    Outlet,
    Since,
    Until,
    filters_of,
    settings_of,
)


def list_articles(
    outlet: Outlet = None,
    author: Author = None,
    since: Since = None,
    until: Until = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """List the articles of the archive, in the order they were added."""
    from service.answers import to_json
    from service.cli.terminal import console, show_list
    from service.serializers import listed

    filters = filters_of(since, until, None, outlet, author, None)
    articles = [listed(article) for article in settings_of(data).open_archive().articles(filters=filters)]
    typer.echo(to_json(articles, indent=2)) if json else show_list(console(), articles)


def show_article(
    article: Annotated[int, typer.Argument(help="The id of the article.", metavar="ID")],
    version: Annotated[int | None, typer.Option(help="An older version, by number.", min=1)] = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """Show an article: its metadata with their origins, its text with its zones."""
    from service.answers import to_json
    from service.cli import terminal
    from service.serializers import shown

    archive = settings_of(data).open_archive()
    if json:
        typer.echo(to_json(shown(archive, article, version), indent=2))
    else:
        chosen = archive.article(article, version)
        terminal.show_article(terminal.console(), chosen, archive.copies(chosen))


def show_history(
    article: Annotated[int, typer.Argument(help="The id of the article.", metavar="ID")],
    data: Data = None,
    json: Json = False,
) -> None:
    """Show what each version of an article changed."""
    from service.answers import to_json
    from service.cli.terminal import console, show_changes
    from service.serializers import changes

    found = changes(settings_of(data).open_archive(), article)
    typer.echo(to_json(found, indent=2)) if json else show_changes(console(), found)


def remove_articles(
    articles: Annotated[list[int], typer.Argument(help="The ids of the articles.", metavar="ID...")],
    erase: Annotated[
        bool, typer.Option("--erase", help="Also take their quotes out of kept answers, and print a receipt.")
    ] = False,
    data: Data = None,
    json: Json = False,
) -> None:
    """Remove articles with all their versions.

    Answers that cited them can no longer be proved.
    """
    from service.answers import to_json
    from service.storage.audit import Audit, command_line
    from service.storage.conversations import FILE, Conversations
    from service.storage.erasure import erase as erase_article

    settings = settings_of(data)
    archive, audit = settings.open_archive(), Audit(settings.data)
    for article in articles:
        if erase:
            kept = Conversations(settings.store(FILE))
            typer.echo(to_json(erase_article(archive, kept, audit, article, command_line()), indent=2))
            continue
        archive.remove(article)
        audit.note(command_line(), "remove", article=str(article))
        typer.echo(to_json({"removed": article}) if json else f"removed article {article}")
