"""The manifest: what Slack is told of the app, and what `dateline slack check` holds it against."""

from pathlib import Path
from typing import Any

import yaml

from service.slack.endpoint import PATH

FILE = Path(__file__).with_name("manifest.yaml")


def manifest(url: str | None = None) -> dict[str, Any]:
    """The manifest for Socket Mode, or for events over HTTP to the server at `url`."""
    told: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    if url:
        endpoint = f"{url.rstrip('/')}{PATH}"
        settings = told["settings"]
        settings["socket_mode_enabled"] = False
        settings["event_subscriptions"]["request_url"] = endpoint
        settings["interactivity"] |= {"request_url": endpoint, "message_menu_options_url": endpoint}
        told["features"]["slash_commands"][0]["url"] = endpoint
    return told


def written(url: str | None = None) -> str:
    """The manifest as it is pasted."""
    if url is None:
        return FILE.read_text(encoding="utf-8")
    return yaml.safe_dump(manifest(url), sort_keys=False, allow_unicode=True, width=110)


def scopes() -> frozenset[str]:
    """Scopes that the bot must be granted."""
    return frozenset(manifest()["oauth_config"]["scopes"]["bot"])


def events() -> tuple[str, ...]:
    """The events that the bot must be sent."""
    return tuple(manifest()["settings"]["event_subscriptions"]["bot_events"])
