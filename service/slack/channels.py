"""Limits on the questions of a channel, as a form that anyone in the channel can fill in."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from slack_sdk.models.blocks import (
    ContextBlock,
    DatePickerElement,
    ExternalDataMultiSelectElement,
    InputBlock,
    Option,
    PlainTextObject,
    StaticSelectElement,
)
from slack_sdk.models.views import View

from service.formatting import shortened
from service.slack.record import ChannelSettings

FORM = "channel_settings"
OUTLETS, SINCE, ANSWERER = "outlets", "since", "answerer"
MOST_OPTIONS = 100
LONGEST_VALUE = 150  # of an option; no outlet is told by a longer name


def form(channel: str, now: ChannelSettings, answerers: Iterable[str]) -> View:
    """The form, filled in with what is set now."""
    names = {name: _option(name) for name in answerers}
    outlets = ExternalDataMultiSelectElement(
        action_id=OUTLETS,
        placeholder="Every outlet",
        min_query_length=0,
        initial_options=[_option(outlet) for outlet in now.outlets] or None,
    )
    since = DatePickerElement(
        action_id=SINCE, placeholder="Any day", initial_date=now.since.isoformat() if now.since else None
    )
    answerer = StaticSelectElement(
        action_id=ANSWERER,
        placeholder="As everywhere",
        options=list(names.values()),
        initial_option=names.get(now.answerer or ""),
    )
    return View(
        type="modal",
        callback_id=FORM,
        private_metadata=channel,
        title="Dateline here",
        submit="Save",
        close="Cancel",
        blocks=[
            ContextBlock(elements=[PlainTextObject(text="This counts for everyone who asks here.")]),
            InputBlock(block_id=OUTLETS, label="Only these outlets", element=outlets, optional=True),
            InputBlock(block_id=SINCE, label="Only published since", element=since, optional=True),
            InputBlock(block_id=ANSWERER, label="Who answers", element=answerer, optional=True),
        ],
    )


def chosen(view: Mapping[str, Any]) -> ChannelSettings:
    """Reads what a form was sent with."""
    values = view["state"]["values"]
    since = values[SINCE][SINCE].get("selected_date")
    answerer = values[ANSWERER][ANSWERER].get("selected_option")
    return ChannelSettings(
        outlets=tuple(one["value"] for one in values[OUTLETS][OUTLETS].get("selected_options") or ()),
        since=date.fromisoformat(since) if since else None,
        answerer=answerer["value"] if answerer else None,
    )


def matching(outlets: Iterable[str], typed: str) -> list[dict[str, Any]]:
    """The outlets that hold what was typed, as options; those that begin with it first."""
    sought = typed.casefold().strip()
    found = [one for one in outlets if sought in one.casefold() and len(one) <= LONGEST_VALUE]
    found.sort(key=lambda one: (not one.casefold().startswith(sought), one.casefold()))
    return [_option(one).to_dict() for one in found[:MOST_OPTIONS]]


def _option(name: str) -> Option:
    return Option(text=PlainTextObject(text=shortened(name, 75)), value=name)
