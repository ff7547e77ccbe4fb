"""The slash command, its shared answers, the form of a channel, the ratings."""

import asyncio
from datetime import date
from pathlib import Path
from typing import Any

import httpx2
import pytest

from index.archive import Archive
from index.records import Order
from service.slack.record import ChannelSettings
from tests.slack_room import Room, Told, in_loop, room, small_archive
from tests.slack_server import CHANNEL, DIRECT, TEAM, USER, FakeSlack, Refusal, message

FERRY = "How many passengers does the ferry Aurora carry?"
SENTENCE = "**“The ferry Aurora carries 212 passengers to Ostrel.”** [[1]](https://gazette.example/ferry)"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return small_archive(tmp_path_factory.mktemp("slack"))


async def command(newsroom: Room, text: str) -> httpx2.Response:
    return await newsroom.form(
        command="/dateline",
        text=text,
        team_id=TEAM,
        channel_id=CHANNEL,
        user_id=USER,
        trigger_id="13.37",
        response_url=newsroom.slack.response_url,
    )


async def clicked(newsroom: Room, action: dict[str, Any]) -> httpx2.Response:
    return await newsroom.form(
        payload={
            "type": "block_actions",
            "team": {"id": TEAM},
            "user": {"id": USER},
            "channel": {"id": CHANNEL},
            "response_url": newsroom.slack.response_url,
            "actions": [action],
        }
    )


async def responses(newsroom: Room, number: int) -> list[dict[str, Any]]:
    for _ in range(500):
        if len(newsroom.slack.responses) >= number:
            break
        await asyncio.sleep(0.01)
    assert len(newsroom.slack.responses) == number
    return newsroom.slack.responses


@in_loop
async def test_a_command_is_answered_for_its_reader_alone(archive: Archive, tmp_path: Path) -> None:
    async with room(archive, tmp_path, Told(pause=0.2)) as newsroom:
        # Bolt takes the word "payload" in a form for the name of a field.
        acknowledged = await command(newsroom, f"{FERRY} payload")
        assert (acknowledged.status_code, acknowledged.text) == (200, "")
        [said] = await responses(newsroom, 1)
        [answer] = newsroom.answers()
    assert said["response_type"] == "ephemeral"
    assert said["blocks"][0] == {"type": "markdown", "text": SENTENCE}
    assert [block["type"] for block in said["blocks"]] == [
        "markdown", "context", "rich_text", "context", "actions", "context_actions",
    ]  # fmt: skip
    [share] = said["blocks"][4]["elements"]
    assert (share["action_id"], share["value"]) == ("share_in_channel", answer.id)
    assert newsroom.slack.names() == []


@pytest.mark.parametrize(
    ("word", "order"), [("latest", Order.NEWEST), ("timeline", Order.TIMELINE)], ids=["latest", "timeline"]
)
@in_loop
async def test_a_command_can_say_in_which_order(
    archive: Archive, tmp_path: Path, word: str, order: Order
) -> None:
    async with room(archive, tmp_path) as newsroom:
        await command(newsroom, word)
        await responses(newsroom, 1)
        await command(newsroom, f"{word} {FERRY}")
        said = await responses(newsroom, 2)
        [answer] = newsroom.answers()
    assert said[0]["text"] == f"Say what: `/dateline {word} …`"
    assert (answer.question, answer.plan.order) == (FERRY, order)


@pytest.mark.parametrize("text", ["", "help"])
@in_loop
async def test_a_command_explains_itself(archive: Archive, tmp_path: Path, text: str) -> None:
    async with room(archive, tmp_path) as newsroom:
        await command(newsroom, text)
        [said] = await responses(newsroom, 1)
    for word in ("latest", "timeline", "settings", "help"):
        assert f"`/dateline {word}" in said["text"]


@in_loop
async def test_what_goes_wrong_with_a_command_is_told(archive: Archive, tmp_path: Path) -> None:
    async with room(archive, tmp_path) as newsroom:
        await command(newsroom, "break this")
        await responses(newsroom, 1)
        newsroom.bot.record.set_channel(TEAM, CHANNEL, ChannelSettings(outlets=("The <!here>",)))
        await command(newsroom, FERRY)
        broken, refused = await responses(newsroom, 2)
    assert broken["text"].startswith("The answer broke off because of a fault of ours.")
    assert refused["text"].startswith("This could not be answered: ")
    assert "The &lt;!here&gt;" in refused["text"]


@pytest.mark.parametrize("let_in", [True, False], ids=["in the channel", "not in the channel"])
@in_loop
async def test_an_answer_is_shared_with_the_channel(archive: Archive, tmp_path: Path, let_in: bool) -> None:
    slack = FakeSlack()
    slack.refuse("chat.postMessage", *[] if let_in else [Refusal("not_in_channel")])
    async with room(archive, tmp_path, slack=slack) as newsroom:
        await command(newsroom, FERRY)
        [said] = await responses(newsroom, 1)
        await clicked(newsroom, said["blocks"][3]["elements"][0])
        last = (await responses(newsroom, 2 if let_in else 3))[-1]
    assert last == {"text": "", "delete_original": True}
    [posted] = slack.said("chat.postMessage")
    shown = posted if let_in else slack.responses[1]
    asked = f"<@{USER}> asked: *{FERRY}*\n\n"
    assert shown["blocks"][0] == {"type": "markdown", "text": asked + SENTENCE}
    assert shown["unfurl_links"] is shown["unfurl_media"] is False
    assert shown.get("response_type") == (None if let_in else "in_channel")
    assert "actions" not in [block["type"] for block in shown["blocks"]]


@in_loop
async def test_what_is_no_longer_kept_cannot_be_shared(archive: Archive, tmp_path: Path) -> None:
    async with room(archive, tmp_path) as newsroom:
        await clicked(newsroom, {"type": "button", "action_id": "share_in_channel", "value": "gone"})
        [said] = await responses(newsroom, 1)
    assert said == {"text": "This cannot be shared: there is no answer 'gone'.", "replace_original": False}


@in_loop
async def test_of_several_ratings_the_last_is_kept(archive: Archive, tmp_path: Path) -> None:
    async with room(archive, tmp_path) as newsroom:
        await newsroom.deliver(message(FERRY))
        await newsroom.slack.until(1, "chat.stopStream")
        [answer] = newsroom.answers()
        given = []
        for value in (f"up:{answer.id}", f"down:{answer.id}", "down:gone", f"best:{answer.id}"):
            action = {"type": "feedback_buttons", "action_id": "feedback", "value": value}
            assert (await clicked(newsroom, action)).status_code == 200
            feedback = newsroom.bot.kept.answer(answer.id).feedback
            given.append(feedback and feedback.rating)
        link = {"type": "button", "action_id": "open_in_dateline"}
        assert (await clicked(newsroom, link)).status_code == 200
    assert given == ["up", "down", "down", "down"]


@in_loop
async def test_a_channel_is_limited_by_a_form(archive: Archive, tmp_path: Path) -> None:
    async with room(archive, tmp_path) as newsroom:
        newsroom.bot.record.set_channel(
            TEAM, CHANNEL, ChannelSettings(outlets=("The Gazette",), since=date(2024, 1, 1))
        )
        await command(newsroom, "settings")
        await newsroom.slack.until(1, "views.open")
        [opened] = newsroom.slack.said("views.open")
        view = opened["view"]
        outlets, since, answerer = (block["element"] for block in view["blocks"][1:])
        assert [option["value"] for option in outlets["initial_options"]] == ["The Gazette"]
        assert since["initial_date"] == "2024-01-01"
        assert [option["value"] for option in answerer["options"]] == ["quotes", "told"]
        typed = {"type": "block_suggestion", "action_id": "outlets", "block_id": "outlets", "value": "the "}
        offered = await newsroom.form(payload=typed | {"team": {"id": TEAM}, "user": {"id": USER}})
        assert [one["value"] for one in offered.json()["options"]] == ["The Courier", "The Gazette"]
        values = {
            "outlets": {"outlets": {"selected_options": offered.json()["options"][:1]}},
            "since": {"since": {"selected_date": None}},
            "answerer": {"answerer": {"selected_option": {"value": "quotes"}}},
        }
        sent = {"type": "view_submission", "team": {"id": TEAM}, "user": {"id": USER}}
        saved = await newsroom.form(payload=sent | {"view": view | {"state": {"values": values}}})
        assert (saved.status_code, saved.text) == (200, "")
        kept = newsroom.bot.record.channel(TEAM, CHANNEL)
        assert newsroom.bot.record.channel(TEAM, DIRECT) == ChannelSettings()
    assert kept == ChannelSettings(outlets=("The Courier",), since=None, answerer="quotes")


@in_loop
async def test_a_form_that_slack_no_longer_opens_is_logged(
    archive: Archive, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    slack = FakeSlack()
    slack.refuse("views.open", Refusal("expired_trigger_id"))
    async with room(archive, tmp_path, slack=slack) as newsroom:
        assert (await command(newsroom, "settings")).status_code == 200
        while not caplog.records:
            await asyncio.sleep(0.01)
    assert [record.getMessage() for record in caplog.records] == [
        "what Slack asked for was not done: expired_trigger_id"
    ]
