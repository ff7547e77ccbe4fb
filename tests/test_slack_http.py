"""The endpoint: what Slack did not send is refused, quietly, and never with a 500."""

import json
import sqlite3
import time
from pathlib import Path
from typing import Any

import httpx2
import pytest

from index.archive import Archive
from service.storage.conversations import Conversations
from tests.conftest import copy_of
from tests.serving import server
from tests.slack_room import in_loop, room, small_archive
from tests.slack_server import CHANNEL, SECRET, TEAM, FakeSlack, event, mention, message, signed

PRIVATE = "What does nobody else read?"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return small_archive(tmp_path_factory.mktemp("slack"))


BODY = json.dumps(event(message(PRIVATE)))
NOT_SLACKS = {
    "no JSON": "{",
    "JSON that is no object": "[1]",
    "nothing": "",
    "no event": '{"type": "event_callback", "team_id": "T1", "event_id": "Ev1"}',
    "an event of words": '{"type": "event_callback", "team_id": "T1", "event_id": "Ev1", "event": "x"}',
    "no event id": '{"type": "event_callback", "team_id": "T1", "event": {"type": "message"}}',
    "a subtype that is a list": json.dumps(event({"type": "message", "subtype": []})),
    "a user that is a list of a list": json.dumps(event({"type": "message", "bot_id": [[]]})),
    "a press of no button": '{"type": "block_actions", "actions": [], "user": {"id": "U1"}}',
    "a press by nobody": '{"type": "block_actions", "actions": [{"action_id": "feedback"}]}',
    "a form without values": '{"type": "view_submission", "user": {"id": "U1"}, "view": {"state": {}}}',
    "a suggestion for nothing": '{"type": "block_suggestion"}',
    "very deep": "[" * 100_000,
    "half a character": '{"type": "event_callback", "event": "\\ud800"}',
}


def forged() -> dict[str, dict[str, Any]]:
    """The headers of requests that Slack did not send, made now: some are wrong by their age."""
    return {
        "no signature": {"X-Slack-Signature": ""},
        "another signature": {"X-Slack-Signature": f"v0={'0' * 64}"},
        "a signature in letters of no alphabet of ours": {"X-Slack-Signature": b"v0=" + b"\xe9" * 64},
        "a signature of another version": {"X-Slack-Signature": f"v1={'0' * 64}"},
        "no timestamp": {"X-Slack-Request-Timestamp": ""},
        "a timestamp in words": {"X-Slack-Request-Timestamp": "yesterday"},
        "a timestamp in digits of another script": {"X-Slack-Request-Timestamp": "١٧٠٠٠٠٠٠٠٠".encode()},
        "a negative timestamp": {"X-Slack-Request-Timestamp": "-1"},
        "a huge timestamp": {"X-Slack-Request-Timestamp": "9" * 400},
        "the timestamp of another signature": {"X-Slack-Request-Timestamp": str(int(time.time()) - 60)},
        "a signature made six minutes ago": signed(BODY, time.time() - 360),
        "a signature made in six minutes": signed(BODY, time.time() + 360),
    }


@in_loop
async def test_what_slack_did_not_sign_is_refused_and_nothing_of_it_logged(
    archive: Archive, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    async with room(archive, tmp_path) as newsroom:
        for name, headers in forged().items():
            refused = await newsroom.post(BODY, **headers)
            assert refused.status_code == 401, name
            assert refused.headers["content-type"] == "application/problem+json"
        assert newsroom.slack.calls == []
        assert (await newsroom.http.get("/slack/events")).status_code == 405
        assert (await newsroom.post("x" * 1_000_001)).status_code == 413
    assert PRIVATE not in caplog.text


@in_loop
async def test_what_slack_signs_but_would_not_send_is_refused(
    archive: Archive, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with room(archive, tmp_path) as newsroom:
        for name, body in NOT_SLACKS.items():
            for kind in ("application/json", "application/x-www-form-urlencoded"):
                assert (await newsroom.post(body, kind)).status_code == 400, (name, kind)
        raw = b"\xff\xfe"
        headers = {"X-Slack-Request-Timestamp": str(int(time.time())), "X-Slack-Signature": f"v0={'0' * 64}"}
        refused = await newsroom.http.post("/slack/events", content=raw, headers=headers)
        assert refused.status_code == 400
        assert newsroom.slack.calls == []
    assert caplog.records == []


@in_loop
async def test_slack_learns_that_the_endpoint_is_ours(archive: Archive, tmp_path: Path) -> None:
    async with room(archive, tmp_path) as newsroom:
        asked = json.dumps({"type": "url_verification", "challenge": "c1", "token": "t"})
        answered = await newsroom.post(asked)
    assert (answered.status_code, answered.json()) == (200, {"challenge": "c1"})


@in_loop
async def test_bodies_are_logged_nowhere(
    archive: Archive, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    async with room(archive, tmp_path) as newsroom:
        await newsroom.deliver(message(PRIVATE))
        await newsroom.deliver({"type": "link_shared", "text": PRIVATE}, "Ev2")
        await newsroom.form(payload={"type": "shortcut", "callback_id": PRIVATE, "user": {"id": "U1"}})
        await newsroom.slack.until(1, "chat.stopStream")
    assert PRIVATE not in caplog.text
    assert "xoxb" not in caplog.text


@in_loop
async def test_what_cannot_be_noted_is_not_acknowledged(
    archive: Archive, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with room(archive, tmp_path) as newsroom:
        with sqlite3.connect(tmp_path / "slack.db") as database:
            database.execute("ALTER TABLE slack_event RENAME TO elsewhere")
        assert (await newsroom.deliver(message(PRIVATE))).status_code == 500
        database.execute("ALTER TABLE elsewhere RENAME TO slack_event")
        database.close()
        assert (await newsroom.deliver(message(PRIVATE))).status_code == 200
        await newsroom.slack.until(1, "chat.stopStream")
    assert "the record of Slack events" in caplog.text
    assert PRIVATE not in caplog.text


@in_loop
async def test_answers_belong_to_the_key_that_the_settings_name(archive: Archive, tmp_path: Path) -> None:
    async with room(archive, tmp_path, slack_owner="k1") as newsroom:
        await newsroom.deliver(message(PRIVATE))
        await newsroom.slack.until(1, "chat.stopStream")
    kept = Conversations(tmp_path / "kept.db")
    assert [len(kept.of(owner).conversations()) for owner in (None, "k1", "k2")] == [0, 1, 0]


@in_loop
async def test_a_real_server_takes_slacks_events_without_a_key(
    sample: Path, models: Path, tmp_path: Path
) -> None:
    folder = copy_of(sample, tmp_path / "archive")
    async with FakeSlack().running() as slack:
        given = {"signing_secret": SECRET, "bot_token": "xoxb-1", "api_url": slack.api}
        lines = (f"slack_{name} = {json.dumps(value)}" for name, value in given.items())
        (folder / "dateline.toml").write_text("\n".join(lines))
        with server(folder, models) as address:
            async with httpx2.AsyncClient(base_url=address, timeout=20, trust_env=False) as client:
                body = json.dumps(event(mention("How many families were evacuated in the flood?")))
                # As through a tunnel, by another name than this machine's.
                far = {"Host": "newsroom.example"}
                assert (await client.post("slack/events", content=body, headers=far)).status_code == 401
                taken = await client.post("slack/events", content=body, headers=signed(body) | far)
                assert taken.status_code == 200
                assert (await client.get("v1/archive", headers=far)).status_code == 421
                await slack.until(1, "chat.stopStream")
                kept = (await client.get(f"v1/conversations/slack-{TEAM}-{CHANNEL}-1700000001.000100")).json()
    [shown] = slack.messages.values()
    [answer] = kept["answers"]
    assert answer["short_answer"]["text"] in shown.text
    assert len(answer["disagreements"]) == 1
    headings = [block["elements"][0]["elements"][0]["text"] for block in shown.blocks[:2]]
    about = "how many families were evacuated in the flood"
    assert headings == [f"Sources disagree about: {about}", "Evidence"]
    assert slack.faults == []
