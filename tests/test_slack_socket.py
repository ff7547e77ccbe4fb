"""Socket Mode, and the commands of `dateline slack`: a WebSocket of our own in Slack's place."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from index.archive import Archive
from index.errors import BadValue, DatelineError
from service.cli import app
from service.doctor import examine as examine_all
from service.settings import Settings, load_settings
from service.slack import manifest
from service.slack.bot import Bot
from service.slack.check import examine
from service.slack.record import Record
from service.slack.socket_mode import connected
from tests.conftest import ROOT, copy_of
from tests.slack_room import TOKENS, Room, Told, in_loop, room, small_archive
from tests.slack_server import CHANNEL, TEAM, FakeSlack, Refusal, event, mention, message

FERRY = "How many passengers does the ferry Aurora carry?"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return small_archive(tmp_path_factory.mktemp("slack"))


@asynccontextmanager
async def listening_room(archive: Archive, record: Path, **given: Any) -> AsyncIterator[Room]:
    """A bot that is connected to Slack."""
    async with room(archive, record, **given) as newsroom:
        handler = await connected(newsroom.bot.settings, newsroom.bot)
        try:
            while not newsroom.slack.sockets:
                await asyncio.sleep(0.005)
            yield newsroom
        finally:
            await handler.close_async()  # type: ignore[no-untyped-call]


@in_loop
async def test_an_event_is_acknowledged_at_once_and_answered_once(archive: Archive, tmp_path: Path) -> None:
    async with listening_room(archive, tmp_path, answerer=Told(pause=0.3)) as newsroom:
        for envelope in ("e1", "e2"):
            assert await newsroom.slack.hear("events_api", event(mention(FERRY)), envelope) == {}
        assert "chat.stopStream" not in newsroom.slack.names()
        await newsroom.slack.until(1, "chat.stopStream")
        # The same event over HTTP, as after a change from one way to the other.
        assert (await newsroom.deliver(mention(FERRY))).status_code == 200
        await asyncio.sleep(0.1)
    assert newsroom.slack.names().count("chat.startStream") == 1


@in_loop
async def test_after_a_disconnect_it_connects_again(archive: Archive, tmp_path: Path) -> None:
    async with listening_room(archive, tmp_path) as newsroom:
        await newsroom.slack.sockets[0].send_json({"type": "disconnect", "reason": "refresh_requested"})
        while len(newsroom.slack.sockets) < 2:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
        assert await newsroom.slack.hear("events_api", event(message(FERRY))) == {}
        await newsroom.slack.until(1, "chat.stopStream")
    assert newsroom.slack.names().count("apps.connections.open") == 2


@in_loop
async def test_commands_and_forms_come_over_the_socket_too(archive: Archive, tmp_path: Path) -> None:
    async with listening_room(archive, tmp_path) as newsroom:
        command = {"command": "/dateline", "text": "help", "team_id": TEAM, "channel_id": CHANNEL}
        command |= {"response_url": newsroom.slack.response_url}
        assert await newsroom.slack.hear("slash_commands", command) == {}
        typed = {"type": "block_suggestion", "action_id": "outlets", "block_id": "outlets", "value": "rad"}
        offered = await newsroom.slack.hear("interactive", typed | {"team": {"id": TEAM}}, "e2")
    assert [option["value"] for option in offered["options"]] == ["Radio Seawall"]
    assert "`/dateline latest QUESTION`" in newsroom.slack.responses[0]["text"]


@in_loop
async def test_what_slack_refuses_is_told_with_the_way_out(archive: Archive, tmp_path: Path) -> None:
    slack = FakeSlack()
    slack.refuse("apps.connections.open", Refusal("invalid_auth"))
    async with room(archive, tmp_path, slack=slack) as newsroom:
        with pytest.raises(DatelineError, match=r"refuses us \(invalid_auth\); check the tokens with"):
            await connected(newsroom.bot.settings, newsroom.bot)
        without = load_settings(slack_bot_token="xoxb-1", slack_api_url=slack.api)
        with pytest.raises(BadValue, match="DATELINE_SLACK_APP_TOKEN is not set"):
            await connected(without, newsroom.bot)
        with pytest.raises(BadValue, match="DATELINE_SLACK_BOT_TOKEN is not set"):
            Bot(load_settings(), newsroom.bot.desk)


@in_loop
async def test_the_command_answers_until_it_is_stopped(sample: Path, models: Path, tmp_path: Path) -> None:
    folder = copy_of(sample, tmp_path / "archive")
    async with FakeSlack().running() as slack:
        given = {"BOT_TOKEN": "xoxb-1", "APP_TOKEN": "xapp-1", "API_URL": slack.api}
        settings = {f"DATELINE_SLACK_{name}": value for name, value in given.items()}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "service.cli", "slack", "--data", str(folder),
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, cwd=ROOT,
            env=os.environ | settings | {"DATELINE_MODELS": str(models), "PYTHONUNBUFFERED": "1"},
        )  # fmt: skip
        assert process.stdout is not None
        said = await asyncio.wait_for(process.stdout.readline(), 60)
        assert said == b"Dateline answers as @dateline in Newsroom (Ctrl+C stops it)\n"
        asked = event(message("How many families were evacuated in the flood?"))
        assert await slack.hear("events_api", asked) == {}
        await asyncio.wait_for(slack.until(1, "chat.stopStream"), 30)
        process.terminate()
        assert (await process.communicate(), process.returncode) == ((b"", b""), 0)
    assert slack.faults == []


async def checks(settings: Settings) -> dict[str, tuple[str, str]]:
    """The last check of each name: how it went, and what it told."""
    return {check.name: (check.state, check.told) async for check in examine(settings)}


@in_loop
async def test_the_check_finds_all_in_order(archive: Archive, tmp_path: Path) -> None:
    record = Record(tmp_path / "slack.db")
    for kind in manifest.events():
        record.take(f"Ev-{kind}", kind, None)
    async with room(archive, tmp_path) as newsroom:
        address = str(newsroom.http.base_url)
        given = TOKENS | {"data": tmp_path, "slack_api_url": newsroom.slack.api, "public_url": address}
        found = await checks(load_settings(**given))
    assert {name: state for name, (state, _) in found.items()} == dict.fromkeys(
        ("token", "scopes", "socket", "http", "events"), "ok"
    )
    assert found["token"][1] == "@dateline in Newsroom (https://newsroom.slack.example/)"
    assert newsroom.slack.names() == ["apps.connections.open"]


@in_loop
async def test_the_check_names_what_is_missing(tmp_path: Path) -> None:
    async with FakeSlack(manifest.scopes() - {"im:history", "commands"}).running() as slack:
        slack.refuse("apps.connections.open", Refusal("not_allowed_token_type"))
        given = TOKENS | {"data": tmp_path, "slack_api_url": slack.api}
        found = await checks(load_settings(**given, public_url="http://127.0.0.1:9"))
        assert found["scopes"][0] == "broken"
        assert found["scopes"][1].startswith("missing commands, im:history; add them under")
        assert found["socket"] == (
            "broken",
            "Slack refuses the app token: not_allowed_token_type; it needs the scope connections:write",
        )
        assert found["http"][1] == ("http://127.0.0.1:9/slack/events cannot be reached: ClientConnectorError")
        assert found["events"][1].startswith("none has come yet")
        wrong = await checks(load_settings(**given | {"slack_bot_token": "xoxp-1"}))
        assert wrong == {"token": ("broken", "Slack refuses the bot token: invalid_auth")}
        unset = await checks(load_settings(data=tmp_path, slack_bot_token="xoxb-1", slack_api_url=slack.api))
        assert (unset["socket"][0], unset["http"][0]) == ("warning", "warning")
    assert (await checks(load_settings(data=tmp_path)))["token"][0] == "broken"


@in_loop
async def test_the_check_says_which_events_never_came(tmp_path: Path) -> None:
    Record(tmp_path / "slack.db").take("Ev1", "app_mention", None)
    async with FakeSlack().running() as slack:
        given = {"data": tmp_path, "slack_bot_token": "xoxb-1", "slack_api_url": slack.api}
        events = [check async for check in examine(load_settings(**given)) if check.name == "events"]
    assert [check.told.split(" ")[0] for check in events] == list(manifest.events())
    assert [check.state for check in events] == ["warning", "ok", "warning", "warning", "warning"]


def test_the_command_prints_checks_and_manifest(tmp_path: Path) -> None:
    checked = CliRunner().invoke(app, ["slack", "check", "--data", str(tmp_path), "--json"])
    assert checked.exit_code == 1
    [check] = json.loads(checked.stdout)["checks"]
    assert check["told"].startswith("DATELINE_SLACK_BOT_TOKEN is not set")
    lines = CliRunner().invoke(app, ["slack", "check", "--data", str(tmp_path)]).stdout
    assert lines.startswith("broken   token     DATELINE_SLACK_BOT_TOKEN is not set")
    socket = yaml.safe_load(CliRunner().invoke(app, ["slack", "manifest"]).stdout)
    assert socket["settings"]["socket_mode_enabled"] is True
    http = yaml.safe_load(
        CliRunner().invoke(app, ["slack", "manifest", "--url", "https://n.example/"]).stdout
    )
    endpoint = "https://n.example/slack/events"
    assert http["settings"]["event_subscriptions"]["request_url"] == endpoint
    assert http["settings"]["interactivity"] == {
        "is_enabled": True,
        "request_url": endpoint,
        "message_menu_options_url": endpoint,
    }
    assert http["features"]["slash_commands"][0]["url"] == endpoint
    assert http["settings"]["socket_mode_enabled"] is False
    assert http["oauth_config"] == socket["oauth_config"]


def test_the_manifest_keeps_slacks_limits() -> None:
    told = manifest.manifest()
    assert len(told["display_information"]["name"]) <= 35
    assert len(told["display_information"]["description"]) <= 140
    assert len(told["features"]["agent_view"]["agent_description"]) <= 300
    [command] = told["features"]["slash_commands"]
    assert len(command["description"]) <= 2_000
    assert len(command["usage_hint"]) <= 1_000
    # What each event needs: https://docs.slack.dev/reference/events
    needs = {
        "app_mention": "app_mentions:read",
        "message.channels": "channels:history",
        "message.groups": "groups:history",
        "message.im": "im:history",
    }
    assert {needs.get(kind) for kind in manifest.events()} - {None} <= manifest.scopes()


def test_tokens_are_never_shown() -> None:
    settings = load_settings(**{name: value + "-secret" for name, value in TOKENS.items()})
    assert "-secret" not in f"{settings!r} {settings} {settings.model_dump_json()}"


def test_slacks_libraries_are_imported_only_for_slack() -> None:
    heavy = "{'slack_bolt', 'slack_sdk', 'aiohttp'}"
    code = f"import sys, service.cli, service.http.app; print({heavy} & set(sys.modules))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert said.stdout == "set()\n"


@pytest.mark.parametrize(
    ("given", "state", "said"),
    [
        ({}, "ok", "not set"),
        ({"slack_bot_token": "xoxb-1"}, "warning", "neither DATELINE_SLACK_SIGNING_SECRET nor"),
        ({"slack_app_token": "xapp-1"}, "broken", "DATELINE_SLACK_BOT_TOKEN is not set"),
        (TOKENS, "ok", "set, to listen over HTTP and by `dateline slack`; `dateline slack check` asks Slack"),
    ],
    ids=["nothing", "only the bot's token", "no bot's token", "everything"],
)
def test_the_doctor_says_whether_slack_is_set(
    tmp_path: Path, given: dict[str, Any], state: str, said: str
) -> None:
    settings = load_settings(data=tmp_path, **given)
    [found] = [check for check in examine_all(settings, offline=True) if check.name == "slack"]
    assert found.state == state
    assert found.told.startswith(said)
