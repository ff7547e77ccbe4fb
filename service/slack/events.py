"""Wishes that Slack's events carry: a question asked, edited or deleted, or nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from service.slack.text import asked_words, mentions

# Of the kinds of message that Slack tells apart, those that a person wrote.
WRITTEN = frozenset({None, "file_share", "thread_broadcast"})


@dataclass(frozen=True, slots=True)
class Place:
    """A message, as Slack knows it: the workspace, the channel, and the time it was sent at."""

    team: str
    channel: str
    ts: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question. One that is not addressed to us counts only in a thread that we are in."""

    place: Place
    thread: str  # the ts of the message that the thread hangs from
    user: str
    text: str
    addressed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """A message that now reads otherwise."""

    place: Place
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deleted:
    """A message that is gone."""

    place: Place


Wish = Asked | Edited | Deleted


def kind_of(event: Mapping[str, Any]) -> str:
    """The name of an event as the manifest lists it: "app_mention", "message.im"."""
    kind = str(event.get("type"))
    channel_type = {"channel": "channels", "group": "groups"}.get(
        str(event.get("channel_type")), event.get("channel_type")
    )
    return f"message.{channel_type}" if kind == "message" and channel_type else kind


def wish_of(team: str, event: Mapping[str, Any], bot: str) -> Wish | None:
    """Reads the wish of an event; None for one that wants nothing, as a bot's. `bot` is our user id."""
    if event.get("type") not in ("app_mention", "message"):
        return None
    subtype = event.get("subtype")
    if subtype == "message_changed":
        return _edited(team, event, bot)
    if subtype == "message_deleted" and event.get("deleted_ts"):
        return Deleted(place=Place(team, str(event.get("channel")), str(event["deleted_ts"])))
    return _asked(team, event, bot) if subtype in WRITTEN and _by_a_person(event, bot) else None


def _asked(team: str, event: Mapping[str, Any], bot: str) -> Asked | None:
    written = str(event.get("text") or "")
    text = asked_words(written, bot)
    called = mentions(written)
    direct = event.get("type") == "app_mention" or event.get("channel_type") == "im" or bot in called
    # Those who call each other by name in a thread are talking to each other.
    if not text or (called and not direct):
        return None
    ts = str(event.get("ts"))
    return Asked(
        place=Place(team, str(event.get("channel")), ts),
        thread=str(event.get("thread_ts") or ts),
        user=str(event.get("user")),
        text=text,
        addressed=direct,
    )


def _edited(team: str, event: Mapping[str, Any], bot: str) -> Edited | None:
    """An edit of the words; Slack also tells so of previews and of replies that came."""
    now, before = _message(event, "message"), _message(event, "previous_message")
    text = asked_words(str(now.get("text") or ""), bot)
    if not _by_a_person(now, bot) or not text or text == asked_words(str(before.get("text") or ""), bot):
        return None
    return Edited(place=Place(team, str(event.get("channel")), str(now.get("ts"))), text=text)


def _message(event: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = event.get(name)
    return value if isinstance(value, Mapping) else {}


def _by_a_person(message: Mapping[str, Any], bot: str) -> bool:
    return bool(message.get("user")) and not message.get("bot_id") and message.get("user") != bot
