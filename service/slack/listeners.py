"""Listeners of the bot, wired with Bolt: messages, the app's home, the slash command, buttons, forms."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from slack_bolt import BoltResponse
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext
from slack_bolt.error import BoltUnhandledRequestError

from index.archive import Archive
from index.errors import NotFound
from service.answerers.suggestions import opening_questions
from service.formatting import shortened
from service.slack import channels, slash
from service.slack.blocks import FEEDBACK, OPEN, SHARE
from service.slack.bot import Bot, quiet
from service.slack.events import kind_of, wish_of
from service.storage.conversations import Rating

log = logging.getLogger(__name__)

MOST_PROMPTS = 4  # that Slack shows
LONGEST_TITLE = 75
RATINGS: dict[str, Rating] = {"up": "up", "down": "down"}

Next = Callable[[], Awaitable[Any]]


def listening(bot: Bot) -> AsyncApp:
    """The Bolt application of a bot. Whoever hands it requests has made sure that Slack sent them."""
    app = AsyncApp(
        name="dateline",
        client=bot.client,
        logger=quiet,
        request_verification_enabled=False,  # Bolt logs the whole of a request whose signature is bad
        raise_error_for_unhandled_request=True,  # and of one that nobody listens to, unless it may raise
    )
    app.error(_tell)
    app.middleware(_taking(bot))
    for kind in ("app_mention", "message"):
        app.event(kind)(_taken)
    app.event("app_home_opened")(_suggesting(bot))
    app.command("/dateline")(slash.command(bot))
    app.action(FEEDBACK)(_rating(bot))
    app.action(SHARE)(slash.sharing(bot))
    app.action(OPEN)(_acknowledged)
    _listen_to_form(app, bot)
    return app


def _taking(bot: Bot) -> Callable[..., Awaitable[Any]]:
    async def take(body: dict[str, Any], context: AsyncBoltContext, next: Next) -> None:
        """Notes an event before Slack is told that it came: what is acknowledged is answered."""
        if body.get("type") == "event_callback":
            event = body["event"]
            wish = wish_of(body["team_id"], event, context.bot_user_id or "")
            waiting = await asyncio.to_thread(bot.record.take, body["event_id"], kind_of(event), wish)
            if waiting:
                bot.begin(waiting)
        await next()

    return take


def _suggesting(bot: Bot) -> Callable[..., Awaitable[None]]:
    async def suggest(event: dict[str, Any]) -> None:
        """Offers questions to whoever opens the conversation with us."""
        if event.get("tab") == "messages":
            bot.afterwards(_suggest(bot, event["channel"]))

    return suggest


async def _suggest(bot: Bot, channel: str) -> None:
    prompts = await asyncio.to_thread(prompts_of, bot.desk.archive, bot.settings.suggested_questions)
    if prompts:
        await bot.client.assistant_threads_setSuggestedPrompts(
            channel_id=channel, title="Ask the archive", prompts=prompts
        )


def _rating(bot: Bot) -> Callable[..., Awaitable[None]]:
    async def rate(ack: AsyncAck, action: dict[str, Any]) -> None:
        """Keeps what a reader thinks of an answer. The buttons say nothing of a rating taken back."""
        rating, _, answer_id = str(action.get("value")).partition(":")
        if given := RATINGS.get(rating):
            with suppress(NotFound):  # an answer whose question was deleted
                await asyncio.to_thread(bot.kept.rate, answer_id, given)
        await ack()

    return rate


def _listen_to_form(app: AsyncApp, bot: Bot) -> None:
    @app.options(channels.OUTLETS)
    async def offer(ack: AsyncAck, payload: dict[str, Any]) -> None:
        summary = await asyncio.to_thread(bot.desk.archive.summary)
        await ack(options=channels.matching(summary.outlets, str(payload.get("value") or "")))

    @app.view(channels.FORM)
    async def save(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        """Saves the form of a channel's settings."""
        try:
            chosen, team = channels.chosen(view), str(body["team"]["id"])
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise _Malformed from error
        await asyncio.to_thread(bot.record.set_channel, team, str(view["private_metadata"]), chosen)
        await ack()


class _Malformed(Exception):
    """A form that is not ours."""


async def _taken() -> None:
    """The middleware has taken it; Bolt acknowledges what has a listener."""


async def _acknowledged(ack: AsyncAck) -> None:
    """A button that is a link: the browser has opened it already."""
    await ack()


async def _tell(error: Exception, response: BoltResponse | None) -> BoltResponse | None:
    """Ignores what no listener wants; logs a fault without what was sent, and Slack may try again."""
    if isinstance(error, BoltUnhandledRequestError):
        return BoltResponse(status=200)
    if isinstance(error, _Malformed):
        return BoltResponse(status=400)
    log.error("a request of Slack's could not be handled", exc_info=error)
    return response and BoltResponse(status=500)  # where it is acknowledged already there is none


def prompts_of(archive: Archive, given: tuple[str, ...]) -> list[dict[str, str]]:
    """The questions that the settings give, and as many about the archive's newest stories as have room."""
    questions = list(dict.fromkeys((*given, *opening_questions(archive))))[:MOST_PROMPTS]
    return [{"title": shortened(question, LONGEST_TITLE), "message": question} for question in questions]
