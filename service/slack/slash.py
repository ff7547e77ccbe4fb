"""The slash command: an answer for one reader's eyes, which they may share with the channel."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncRespond
from slack_sdk.errors import SlackApiError
from slack_sdk.models.blocks import Block
from slack_sdk.web.async_client import AsyncWebClient

from index.errors import DatelineError, NotFound, is_fault
from index.records import Order
from service.answering import final
from service.answers import Answer
from service.slack import blocks, channels
from service.slack.bot import BROKEN, Bot
from service.slack.replies import QUIET, UNFURLED
from service.slack.text import as_markdown, as_mrkdwn, asked_words

log = logging.getLogger(__name__)

HELP = """*Ask the archive. Every sentence of an answer is proved by a quote.*
• `/dateline QUESTION` answers you alone; *Share in channel* shows it to all
• `/dateline latest QUESTION` puts the newest reporting first
• `/dateline timeline WHAT HAPPENED` tells it in the order of events
• `/dateline settings` limits this channel to outlets or days, or sets who answers
• `/dateline help` shows this
In a channel, mention the bot; in its thread, just go on asking. A direct message is a question too."""
ORDERS = {"latest": Order.NEWEST, "timeline": Order.TIMELINE}
MOST_RESPONSES = 4  # Slack takes five to a command; one may have to say what went wrong


def command(bot: Bot) -> Callable[..., Awaitable[None]]:
    """Listener that answers `/dateline`."""

    async def run(ack: AsyncAck, command: dict[str, Any], respond: AsyncRespond) -> None:
        await ack()
        bot.afterwards(_run(bot, command, respond))

    return run


def sharing(bot: Bot) -> Callable[..., Awaitable[None]]:
    """Listener that shows an answer to all, once its reader asks for it."""

    async def share(
        ack: AsyncAck, body: dict[str, Any], action: dict[str, Any], respond: AsyncRespond
    ) -> None:
        """Shows the answer to all, after Slack has its acknowledgement."""
        await ack()
        user, channel = str(body["user"]["id"]), str(body["channel"]["id"])
        bot.afterwards(_share(bot, str(action.get("value")), user, channel, respond))

    return share


async def _run(bot: Bot, command: dict[str, Any], respond: AsyncRespond) -> None:
    word, _, rest = asked_words(str(command.get("text") or ""), "").partition(" ")
    if word in ("", "help"):
        await respond(text=HELP, response_type="ephemeral")
    elif word == "settings":
        await _open_form(bot, command)
    elif word in ORDERS and not rest:
        await respond(text=f"Say what: `/dateline {word} …`", response_type="ephemeral")
    else:
        question = rest if word in ORDERS else f"{word} {rest}".strip()
        await _answer(bot, command, question, ORDERS.get(word), respond)


async def _share(bot: Bot, answer_id: str, user: str, channel: str, respond: AsyncRespond) -> None:
    try:
        kept = await asyncio.to_thread(bot.kept.answer, answer_id)
    except NotFound as error:
        await respond(text=f"This cannot be shared: {error}.", replace_original=False)
        return
    answer = kept.answer
    asked = f"<@{user}> asked: *{as_markdown(answer.question)}*\n\n"
    pages = blocks.messages(asked + blocks.wording(answer), blocks.closing(answer, bot.page(answer)))
    await _post(bot.client, channel, pages, as_mrkdwn(blocks.plain(answer)), respond)
    await respond(delete_original=True)


async def _answer(
    bot: Bot, command: dict[str, Any], question: str, order: Order | None, respond: AsyncRespond
) -> None:
    try:
        events = bot.events(str(command["team_id"]), str(command["channel_id"]), question, order)
        answer: Answer = await final(events)
    except DatelineError as error:
        await respond(text=as_mrkdwn(f"This could not be answered: {error}."), response_type="ephemeral")
        return
    except BaseException as error:  # whoever asked must not wait for nothing; the log has it whole
        if not is_fault(error):
            raise
        log.exception("a question from Slack could not be answered")
        await respond(text=BROKEN, response_type="ephemeral")
        return
    below = blocks.closing(answer, bot.page(answer), shared=False)
    plain = as_mrkdwn(blocks.plain(answer))
    for page in blocks.messages(blocks.wording(answer), below)[:MOST_RESPONSES]:
        await respond(text=plain, blocks=page, response_type="ephemeral", **UNFURLED)


async def _open_form(bot: Bot, command: dict[str, Any]) -> None:
    channel = str(command["channel_id"])
    now = await asyncio.to_thread(bot.record.channel, str(command["team_id"]), channel)
    view = channels.form(channel, now, sorted({bot.desk.answerer.name, "quotes"}))
    await bot.client.views_open(trigger_id=str(command["trigger_id"]), view=view)


async def _post(
    client: AsyncWebClient, channel: str, pages: list[list[Block]], plain: str, respond: AsyncRespond
) -> None:
    """Posts in a channel; in one that we are not in, the command's own way is open."""
    thread = None
    for page in pages:
        try:
            said: dict[str, Any] = {"text": plain, "blocks": page, **QUIET, **UNFURLED}
            posted = await client.chat_postMessage(channel=channel, thread_ts=thread, **said)
            thread = thread or str(posted["ts"])
        except SlackApiError:
            if thread is not None:
                raise
            await respond(
                text=plain, blocks=page, response_type="in_channel", replace_original=False, **UNFURLED
            )
