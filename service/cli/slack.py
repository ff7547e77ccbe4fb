"""Slack: answer there, check that it works, print the manifest."""

from typing import Annotated, Any

import typer

from service.cli.options import Data, Json, settings_of


def answer(context: typer.Context, data: Data = None) -> None:
    """Answer in Slack over Socket Mode, until Ctrl+C; `dateline serve` answers over HTTP."""
    if context.invoked_subcommand is not None:
        return
    from service.pipeline import open_desk
    from service.slack.bot import Bot
    from service.slack.socket_mode import run

    settings = settings_of(data)
    run(settings, Bot(settings, open_desk(settings)))


def check(data: Data = None, json: Json = False) -> None:
    """Say whether Slack takes the tokens, grants the scopes and sends the events."""
    import asyncio

    from service.answers import to_json
    from service.slack.check import examine

    async def examined() -> list[Any]:
        return [check async for check in examine(settings_of(data))]

    checks = asyncio.run(examined())
    sound = all(check.state != "broken" for check in checks)
    if json:
        typer.echo(to_json({"sound": sound, "checks": checks}, indent=2))
    else:
        typer.echo("\n".join(f"{check.state:<9}{check.name:<10}{check.told}" for check in checks))
    raise typer.Exit(0 if sound else 1)


def print_manifest(
    url: Annotated[
        str | None, typer.Option(help="Where Slack reaches `dateline serve`, for events over HTTP.")
    ] = None,
) -> None:
    """Print the manifest that Slack makes the app from."""
    from service.slack.manifest import written

    typer.echo(written(url), nl=False)
