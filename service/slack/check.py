"""Check that Slack lets the bot do what it does: the tokens, the scopes, the events."""

import json
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import aiohttp
from pydantic import SecretStr
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from index.errors import DatelineError
from service.doctor import Check
from service.settings import Settings
from service.slack import manifest
from service.slack.bot import client_of
from service.slack.endpoint import PATH
from service.slack.record import FILE, Record
from service.slack.replies import FAILURES, told

CHALLENGE = "dateline"
RECENT = timedelta(days=30)


async def examine(settings: Settings) -> AsyncIterator[Check]:
    """Each check as it is done. Nothing is posted."""
    try:
        client = client_of(settings)
        known = await client.auth_test()
    except DatelineError as error:
        yield Check(name="token", state="broken", told=str(error))
        return
    except FAILURES as error:
        yield Check(name="token", state="broken", told=f"Slack refuses the bot token: {told(error)}")
        return
    yield Check(name="token", state="ok", told=f"@{known['user']} in {known['team']} ({known['url']})")
    yield _scopes(known)
    yield await _socket(client, settings)
    yield await _endpoint(settings)
    for check in _events(settings.store(FILE)):
        yield check


def _scopes(known: AsyncSlackResponse) -> Check:
    granted = {scope.strip() for scope in str(known.headers.get("x-oauth-scopes", "")).split(",")}
    missing = sorted(manifest.scopes() - granted)
    if missing:
        way_out = "add them under OAuth & Permissions and install the app again"
        return Check(name="scopes", state="broken", told=f"missing {', '.join(missing)}; {way_out}")
    return Check(name="scopes", state="ok", told=f"all {len(manifest.scopes())} are granted")


async def _socket(client: AsyncWebClient, settings: Settings) -> Check:
    if settings.slack_app_token is None:
        told_so = "DATELINE_SLACK_APP_TOKEN is not set, so `dateline slack` cannot run"
        return Check(name="socket", state=_unset(settings.slack_signing_secret), told=told_so)
    try:
        await client.apps_connections_open(app_token=settings.slack_app_token.get_secret_value())
    except FAILURES as error:
        told_so = f"Slack refuses the app token: {told(error)}; it needs the scope connections:write"
        return Check(name="socket", state="broken", told=told_so)
    return Check(name="socket", state="ok", told="Socket Mode is open to `dateline slack`")


async def _endpoint(settings: Settings) -> Check:
    """Tells whether what Slack sends over HTTP arrives, is taken for Slack's, and is answered."""
    secret = settings.slack_signing_secret
    if secret is None or not settings.public_url:
        unset = "DATELINE_SLACK_SIGNING_SECRET" if secret is None else "DATELINE_PUBLIC_URL"
        told_so = f"{unset} is not set, so events over HTTP are not tried"
        return Check(name="http", state=_unset(settings.slack_app_token), told=told_so)
    address = f"{settings.public_url.rstrip('/')}{PATH}"
    try:
        status, said = await _challenged(address, secret.get_secret_value())
    except FAILURES as error:
        return Check(name="http", state="broken", told=f"{address} cannot be reached: {told(error)}")
    if status == 200 and said == CHALLENGE:
        return Check(name="http", state="ok", told=f"{address} answers what Slack would send")
    return Check(name="http", state="broken", told=f"{address} answers {status}; is it this server's?")


def _unset(other_way: SecretStr | None) -> Literal["ok", "warning"]:
    """State of a way in which Slack tells us of events that is not set, where the other way may be."""
    return "warning" if other_way is None else "ok"


async def _challenged(address: str, secret: str) -> tuple[int, object]:
    """Asks the endpoint Slack's own question whether it is there."""
    body = json.dumps({"type": "url_verification", "challenge": CHALLENGE})
    timestamp = str(int(time.time()))
    signature = SignatureVerifier(secret).generate_signature(timestamp=timestamp, body=body)
    headers = {
        "Content-Type": "application/json",
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": signature or "",
    }
    async with (
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10), trust_env=_is_far(address)) as session,
        session.post(address, data=body, headers=headers) as response,
    ):
        answer = await response.json(content_type=None) if response.status == 200 else {}
    return response.status, answer.get("challenge") if isinstance(answer, dict) else None


def _is_far(address: str) -> bool:
    """Tells whether a proxy may stand on the way."""
    return urlsplit(address).hostname not in ("localhost", "127.0.0.1", "::1")


def _events(address: Path | str) -> list[Check]:
    """Slack tells no bot what it is subscribed to; what has come was."""
    if isinstance(address, Path) and not address.exists():
        told_so = "none has come yet; write the bot a direct message while it runs, and check again"
        return [Check(name="events", state="warning", told=told_so)]
    seen = Record(address).last_seen()
    late = datetime.now(UTC) - RECENT
    return [_event(kind, seen.get(kind), late) for kind in manifest.events()]


def _event(kind: str, last: datetime | None, late: datetime) -> Check:
    if last is None or last < late:
        when = "has never come" if last is None else f"last came on {last:%Y-%m-%d}"
        way_out = "is it listed under Event Subscriptions?"
        return Check(name="events", state="warning", told=f"{kind} {when}; {way_out}")
    return Check(name="events", state="ok", told=f"{kind} last came on {last:%Y-%m-%d at %H:%M} UTC")
