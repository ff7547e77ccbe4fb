"""Socket Mode: the bot calls Slack and hears its events there, so that nothing of ours need be reachable."""

import asyncio
import signal

import typer
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_sdk.errors import SlackApiError

from index.errors import BadValue, DatelineError
from service.settings import Settings
from service.slack.bot import Bot, quiet
from service.slack.listeners import listening
from service.slack.replies import FAILURES, told


def run(settings: Settings, bot: Bot) -> None:
    """Answers until stopped. Raises DatelineError where Slack does not let us in."""
    asyncio.run(_run(settings, bot))


async def _run(settings: Settings, bot: Bot) -> None:
    stopped = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, stopped.set)
    async with bot.running():
        handler = await connected(settings, bot)
        try:
            known = await bot.client.auth_test()
            typer.echo(f"Dateline answers as @{known['user']} in {known['team']} (Ctrl+C stops it)")
            await stopped.wait()
        finally:
            await handler.close_async()  # type: ignore[no-untyped-call]


async def connected(settings: Settings, bot: Bot) -> AsyncSocketModeHandler:
    """A connection to Slack, made anew whenever it breaks. Raises DatelineError where it is refused."""
    if settings.slack_app_token is None:
        raise BadValue("DATELINE_SLACK_APP_TOKEN is not set; Socket Mode needs it, as docs/slack.md says")
    token = settings.slack_app_token.get_secret_value()
    try:
        # The client tries for ever; a token that Slack refuses is to be told at once.
        await bot.client.auth_test()
        opened = await bot.client.apps_connections_open(app_token=token)
    except FAILURES as error:
        refused = isinstance(error, SlackApiError)
        way_out = "check the tokens with: dateline slack check" if refused else "is the network there?"
        raise DatelineError(f"Slack cannot be reached or refuses us ({told(error)}); {way_out}") from error
    handler = AsyncSocketModeHandler(listening(bot), app_token=token, logger=quiet, web_client=bot.client)
    handler.client.wss_uri = opened["url"]
    await handler.connect_async()  # type: ignore[no-untyped-call]
    return handler
