"""The bot in its threads: each question answered once, in turn, whatever Slack does meanwhile."""

import asyncio
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from index.archive import Archive
from service.answerers.suggestions import opening_questions
from service.slack.events import Asked, Deleted, Edited, Place
from service.slack.record import Record
from tests.slack_room import PAGE, Told, in_loop, room, small_archive
from tests.slack_server import (
    BOT,
    CHANNEL,
    DIRECT,
    RATE_LIMITED,
    TEAM,
    USER,
    FakeSlack,
    Refusal,
    deleted,
    edited,
    mention,
    message,
)

FERRY = "How many passengers does the ferry Aurora carry?"
SENTENCE = "**“The ferry Aurora carries 212 passengers to Ostrel.”** [[1]](https://gazette.example/ferry)"
SEARCHED = "Searched 3 articles, published 2024-05-01 to 2024-05-01. Answered by told."
TS = "1700000001.000100"
STREAMED = [
    "assistant.threads.setStatus", "chat.startStream", "chat.appendStream", "chat.stopStream",
]  # fmt: skip


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return small_archive(tmp_path_factory.mktemp("slack"))


SOURCES = [
    {"type": "url", "url": "https://gazette.example/ferry", "text": "The Gazette, 1 May 2024"},
    {"type": "url", "url": "https://courier.example/pumps", "text": "The Courier, 1 May 2024"},
]
READING = {
    "type": "task_update",
    "id": "reading",
    "title": "Reading 3 passages of 3 articles",
    "status": "in_progress",
    "sources": SOURCES,
}


def section(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text_section", "elements": list(elements)}


def label(words: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": words, "emoji": True}


def below(answer_id: str) -> list[dict[str, Any]]:
    """What stands under the answer to FERRY."""
    heading = section({"type": "text", "text": "Evidence", "style": {"bold": True}})
    number = {"type": "link", "url": "https://gazette.example/ferry", "text": "[1]"}
    reference = section(number, {"type": "text", "text": " The Gazette, 1 May 2024, “Ferry”"})
    button = {"type": "button", "action_id": "open_in_dateline", "text": label("Open in Dateline")}
    ratings = {
        "type": "feedback_buttons",
        "action_id": "feedback",
        "positive_button": {"text": label("Good answer"), "value": f"up:{answer_id}"},
        "negative_button": {"text": label("Bad answer"), "value": f"down:{answer_id}"},
    }
    words = "The ferry Aurora carries 212 passengers to Ostrel."
    quote = {"type": "rich_text_quote", "elements": [{"type": "text", "text": words}]}
    return [
        {"type": "rich_text", "elements": [heading, reference, quote]},
        {"type": "context", "elements": [{"type": "plain_text", "text": SEARCHED, "emoji": False}]},
        {"type": "actions", "elements": [button | {"url": f"{PAGE}/#/answers/{answer_id}"}]},
        {"type": "context_actions", "elements": [ratings]},
    ]


@in_loop
async def test_a_mention_is_answered_in_its_thread_call_by_call(archive: Archive, tmp_path: Path) -> None:
    async with room(archive, tmp_path, public_url=f"{PAGE}/") as newsroom:
        assert (await newsroom.deliver(mention(FERRY))).status_code == 200
        await newsroom.slack.until(1, "chat.stopStream")
        [answer] = newsroom.answers()
    status = {
        "status": "is searching the archive…",
        "loading_messages": ["Searching the archive…", "Reading what was found…", "Proving every sentence…"],
    }
    recipient = {"recipient_team_id": TEAM, "recipient_user_id": USER}
    in_stream = {"channel": CHANNEL, "ts": "1700000000.000001"}
    said = {"type": "markdown_text", "text": SENTENCE}
    read = READING | {"status": "complete", "title": "Read 3 passages of 3 articles"}
    ended = {"chunks": [read], "blocks": below(answer.id)}
    assert newsroom.slack.calls == [
        ("auth.test", {}),
        ("assistant.threads.setStatus", {"channel_id": CHANNEL, "thread_ts": TS, **status}),
        ("chat.startStream", {"channel": CHANNEL, "thread_ts": TS, "chunks": [READING], **recipient}),
        ("chat.appendStream", {"chunks": [said], **in_stream}),
        ("chat.stopStream", {**ended, **in_stream}),
    ]
    assert answer.conversation_id == f"slack-{TEAM}-{CHANNEL}-{TS}"


@in_loop
async def test_slack_is_told_at_once_however_long_the_answer_takes(archive: Archive, tmp_path: Path) -> None:
    async with room(archive, tmp_path, Told(pause=0.6)) as newsroom:
        started = time.perf_counter()
        assert (await newsroom.deliver(message(FERRY))).status_code == 200
        assert time.perf_counter() - started < 0.5
        assert "chat.stopStream" not in newsroom.slack.names()
        await newsroom.slack.until(1, "chat.stopStream")


@in_loop
async def test_an_event_that_comes_again_is_answered_once(archive: Archive, tmp_path: Path) -> None:
    async with room(archive, tmp_path, Told(pause=0.1)) as newsroom:
        for _ in range(3):
            assert (await newsroom.deliver(mention(FERRY))).status_code == 200
        # The same message comes as a second event too, as any message of the channel.
        as_any = mention(FERRY, type="message", channel_type="channel")
        assert (await newsroom.deliver(as_any, "Ev2")).status_code == 200
        await newsroom.slack.until(1, "chat.stopStream")
        assert (await newsroom.deliver(mention(FERRY))).status_code == 200
    assert newsroom.slack.names() == STREAMED
    async with room(archive, tmp_path) as again:
        assert (await again.deliver(mention(FERRY))).status_code == 200
        await asyncio.sleep(0.1)
    assert again.slack.names() == []


@in_loop
async def test_questions_of_one_thread_are_answered_in_turn(archive: Archive, tmp_path: Path) -> None:
    async with room(archive, tmp_path, Told(sentences=2, pause=0.05)) as newsroom:
        beside = {"thread_ts": TS}
        await asyncio.gather(
            newsroom.deliver(mention(FERRY, TS), "Ev1"),
            newsroom.deliver(mention("And the pumps at Salt Lane?", "1700000002.000100", **beside), "Ev2"),
            newsroom.deliver(mention(FERRY, "1700000003.000100"), "Ev3"),
        )
        await newsroom.slack.until(3, "chat.stopStream")
    calls = [
        (method, said.get("thread_ts") or newsroom.slack.messages[said["ts"]].thread)
        for method, said in newsroom.slack.calls
        if method.startswith("chat.")
    ]
    of_thread = [method for method, thread in calls if thread == TS]
    turn = ["chat.startStream", "chat.appendStream", "chat.stopStream"]
    assert of_thread == turn * 2
    # Another thread does not wait for its turn.
    assert calls.index(("chat.startStream", "1700000003.000100")) < len(turn) + 1


@in_loop
async def test_a_thread_that_the_bot_is_in_goes_on_without_its_name(archive: Archive, tmp_path: Path) -> None:
    follow_up = {"channel": CHANNEL, "channel_type": "channel", "thread_ts": TS}
    async with room(archive, tmp_path) as newsroom:
        elsewhere = message(FERRY, channel=CHANNEL, channel_type="channel")
        await newsroom.deliver(elsewhere, "Ev0")
        await newsroom.deliver(mention(FERRY), "Ev1")
        await newsroom.slack.until(1, "chat.stopStream")
        await newsroom.deliver(message("Where to?", "1700000002.000100", **follow_up), "Ev2")
        await newsroom.slack.until(2, "chat.stopStream")
        to_another = message("<@U0BEN> do you know?", "1700000003.000100", **follow_up)
        await newsroom.deliver(to_another, "Ev3")
        await asyncio.sleep(0.05)
        answers = newsroom.answers()
    assert [answer.question for answer in answers] == [FERRY, "Where to?"]
    assert {answer.conversation_id for answer in answers} == {f"slack-{TEAM}-{CHANNEL}-{TS}"}


NO_QUESTIONS = {
    "its own": message(FERRY, user=BOT, bot_id="B0BOT"),
    "another bot's": message(FERRY, bot_id="B0ELSE"),
    "a bot's without a user": message(FERRY, subtype="bot_message", user=None, bot_id="B0ELSE"),
    "a notice": message(FERRY, subtype="channel_join"),
    "a file without words": message("  ", subtype="file_share"),
    "the name alone": mention(""),
    "an edit of what was no question": edited("Another question?", "A question?"),
    "a deletion of what was none": deleted(),
    "what nobody listens to": {"type": "reaction_added", "user": USER, "item": {"channel": CHANNEL}},
}


@in_loop
async def test_what_is_no_question_is_left_alone(
    archive: Archive, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with room(archive, tmp_path) as newsroom:
        for number, (name, content) in enumerate(NO_QUESTIONS.items()):
            assert (await newsroom.deliver(content, f"Ev{number}")).status_code == 200, name
            await asyncio.sleep(0.02)
            assert newsroom.slack.names() == [], name
    assert caplog.records == []


@in_loop
async def test_a_refusal_says_what_was_searched(archive: Archive, tmp_path: Path) -> None:
    async with room(archive, tmp_path) as newsroom:
        await newsroom.deliver(message("refuse this?"))
        await newsroom.slack.until(1, "chat.stopStream")
    [shown] = newsroom.slack.messages.values()
    assert shown.text.startswith("The archive does not answer this. Searched 3 articles (3 passages)")
    nearest = shown.blocks[0]["elements"]
    assert nearest[0]["elements"][0]["text"] == "Nearest, not an answer"
    assert nearest[2] == {
        "type": "rich_text_quote",
        "elements": [{"type": "text", "text": nearest[2]["elements"][0]["text"]}],
    }


@pytest.mark.parametrize(
    ("question", "said"),
    [("break this", "The answer broke off because of a fault of ours."), ("", "")],
    ids=["a fault", "nothing"],
)
@in_loop
async def test_a_fault_is_told_in_the_thread(
    archive: Archive, tmp_path: Path, question: str, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with room(archive, tmp_path) as newsroom:
        await newsroom.deliver(message(question))
        if said:
            await newsroom.slack.until(1, "chat.update")
    assert [shown.text[: len(said)] for shown in newsroom.slack.messages.values()] == [said] * bool(said)
    assert ("told to break" in caplog.text) == bool(said)


@in_loop
async def test_a_rate_limit_is_waited_out(archive: Archive, tmp_path: Path) -> None:
    slack = FakeSlack()
    slack.refuse("chat.appendStream", RATE_LIMITED)
    async with room(archive, tmp_path, slack=slack) as newsroom:
        await newsroom.deliver(message(FERRY))
        await slack.until(1, "chat.stopStream")
    assert slack.names().count("chat.appendStream") == 2
    assert [shown.text for shown in slack.messages.values()] == [SENTENCE]


@pytest.mark.parametrize(
    ("method", "refusals", "then"),
    [
        ("chat.startStream", [Refusal("not_allowed_token_type")] * 9, ["chat.postMessage"]),
        (
            "chat.appendStream",
            [Refusal("message_not_in_streaming_state")],
            ["chat.stopStream", "chat.update"],
        ),
        ("chat.stopStream", [Refusal("msg_too_long")], ["chat.stopStream", "chat.update"]),
        ("chat.appendStream", [Refusal("fatal_error", 500)] * 2, ["chat.stopStream", "chat.update"]),
    ],
    ids=["streaming refused", "the stream expired", "the end refused", "Slack fails twice"],
)
@in_loop
async def test_where_slack_does_not_stream_the_whole_answer_comes(
    archive: Archive, tmp_path: Path, method: str, refusals: list[Refusal], then: list[str]
) -> None:
    slack = FakeSlack()
    slack.refuse(method, *refusals)
    async with room(archive, tmp_path, slack=slack) as newsroom:
        await newsroom.deliver(message(FERRY))
        await slack.until(1, then[-1])
        await newsroom.settled()
    assert slack.names()[-len(then) :] == then
    [shown] = slack.messages.values()
    assert (shown.text, shown.thread) == (SENTENCE, TS)
    assert [block["type"] for block in shown.blocks] == ["rich_text", "context", "context_actions"]


@in_loop
async def test_where_none_can_be_written_over_a_new_message_comes(archive: Archive, tmp_path: Path) -> None:
    slack = FakeSlack()
    slack.refuse("chat.stopStream", Refusal("msg_too_long"))
    slack.refuse("chat.update", Refusal("edit_window_closed"))
    async with room(archive, tmp_path, slack=slack) as newsroom:
        await newsroom.deliver(message(FERRY))
        await slack.until(1, "chat.postMessage")
    assert [shown.text for shown in slack.messages.values()] == [SENTENCE, SENTENCE]


@in_loop
async def test_a_long_answer_is_split_and_nothing_of_it_lost(archive: Archive, tmp_path: Path) -> None:
    long = Told(sentences=3, words="x" * 14_000 + " ")
    async with room(archive, tmp_path, long) as streaming:
        await streaming.deliver(message(FERRY))
        await streaming.slack.until(1, "chat.stopStream")
    [streamed] = streaming.slack.messages.values()
    slack = FakeSlack()
    slack.refuse("chat.startStream", *[Refusal("not_allowed_token_type")] * 99)
    async with room(archive, tmp_path, long, slack) as posting:
        await posting.deliver(message(FERRY, "1700000002.000100"), "Ev2")
        await slack.until(2, "chat.postMessage")
        await posting.settled()
    assert "".join(shown.text for shown in slack.messages.values()) == streamed.text
    assert "x" * 14_000 in streamed.text
    assert [bool(shown.blocks) for shown in slack.messages.values()] == [False, True]


@in_loop
async def test_an_edited_question_is_answered_anew_in_place(archive: Archive, tmp_path: Path) -> None:
    pumps = "What did the pumps at Salt Lane cost?"
    async with room(archive, tmp_path) as newsroom:
        await newsroom.deliver(message(FERRY), "Ev1")
        await newsroom.slack.until(1, "chat.stopStream")
        # A preview came with the message: Slack calls that an edit too.
        await newsroom.deliver(edited(FERRY, FERRY), "Ev2")
        await newsroom.deliver(edited(pumps, FERRY), "Ev3")
        await newsroom.slack.until(1, "chat.update")
        await newsroom.settled()
        await newsroom.deliver(edited(pumps, FERRY), "Ev3")
        await newsroom.settled()
        answers = newsroom.answers()
    assert newsroom.slack.names() == [*STREAMED, "chat.update"]
    [shown] = newsroom.slack.messages.values()
    assert shown.text.startswith("_The question was edited._\n\n**“The pumps at Salt Lane were repaired")
    assert [answer.question for answer in answers] == [pumps]


@in_loop
async def test_an_edit_breaks_off_what_is_being_answered(archive: Archive, tmp_path: Path) -> None:
    pumps = "What did the pumps at Salt Lane cost?"
    async with room(archive, tmp_path, Told(pause=0.3)) as newsroom:
        await newsroom.deliver(message(FERRY), "Ev1")
        await newsroom.slack.until(1, "chat.startStream")
        await newsroom.deliver(edited(pumps, FERRY), "Ev2")
        await newsroom.slack.until(1, "chat.update")
        await newsroom.settled()
        answers = newsroom.answers()
    assert newsroom.slack.names() == [*STREAMED[:2], "chat.stopStream", "chat.update"]
    assert [answer.question for answer in answers] == [pumps]


@pytest.mark.parametrize(
    "after", ["chat.startStream", "chat.stopStream"], ids=["while it is answered", "after"]
)
@in_loop
async def test_with_its_question_an_answer_goes(archive: Archive, tmp_path: Path, after: str) -> None:
    async with room(archive, tmp_path, Told(pause=0.1)) as newsroom:
        await newsroom.deliver(message(FERRY), "Ev1")
        await newsroom.slack.until(1, after)
        await newsroom.deliver(deleted(), "Ev2")
        await newsroom.slack.until(1, "chat.delete")
        await newsroom.settled()
        assert newsroom.answers() == []
    assert newsroom.slack.messages == {}
    assert newsroom.slack.names()[-1] == "chat.delete"


@in_loop
async def test_what_was_left_unanswered_is_answered_after_a_restart(archive: Archive, tmp_path: Path) -> None:
    async with room(archive, tmp_path, Told(pause=60)) as killed:
        await killed.deliver(message(FERRY))
        await killed.slack.until(1, "chat.startStream")
    assert killed.slack.names() == STREAMED[:2]
    again = FakeSlack()
    again.messages = killed.slack.messages
    async with room(archive, tmp_path, slack=again) as restarted:
        await again.until(1, "chat.update")
        await restarted.settled()
    assert again.names() == ["chat.stopStream", "chat.update"]
    assert [shown.text for shown in again.messages.values()] == [SENTENCE]


@in_loop
async def test_what_is_interrupted_again_and_again_is_given_up(archive: Archive, tmp_path: Path) -> None:
    record = Record(tmp_path / "slack.db", timedelta(0))
    asked = Asked(place=Place(TEAM, DIRECT, TS), thread=TS, user=USER, text=FERRY, addressed=True)
    assert record.take("Ev1", "message.im", asked) is not None
    for holder in ("killed", "killed too"):
        assert record.hold_open(asked.place, holder) is not None
    async with room(archive, tmp_path) as newsroom:
        await newsroom.slack.until(1, "chat.postMessage")
        await newsroom.settled()
    [shown] = newsroom.slack.messages.values()
    assert shown.text.startswith("The answer was interrupted more than once")
    assert record.abandoned() == []


def test_what_was_edited_elsewhere_meanwhile_is_answered_again(tmp_path: Path) -> None:
    place = Place(TEAM, DIRECT, TS)
    record = Record(tmp_path / "slack.db")
    record.take("Ev1", "message.im", Asked(place=place, thread=TS, user=USER, text=FERRY, addressed=True))
    held = record.hold_open(place, "one")
    assert held is not None
    assert record.take("Ev2", "message.im", Edited(place=place, text="And back?")) is not None
    assert record.hold_open(place, "two") is None
    record.finish(held)
    again = record.hold_open(place, "two")
    assert again is not None
    assert (again.text, again.revision, again.attempts) == ("And back?", 1, 1)
    assert record.take("Ev3", "message.im", Deleted(place=place)) is not None
    assert record.take("Ev4", "message.im", Edited(place=place, text="Too late?")) is None


def test_a_question_is_held_by_one_process_until_its_hold_runs_out(tmp_path: Path) -> None:
    asked = Asked(place=Place(TEAM, DIRECT, TS), thread=TS, user=USER, text=FERRY, addressed=True)
    record = Record(tmp_path / "slack.db")
    record.take("Ev1", "message.im", asked)
    held = record.hold_open(asked.place, "one")
    assert held is not None
    assert (held.text, held.attempts) == (FERRY, 1)
    assert record.hold_open(asked.place, "two") is None
    assert record.abandoned() == []
    silent = Record(tmp_path / "slack.db", timedelta(seconds=-1))
    silent.renew(asked.place, "one")
    assert [waiting.place for waiting in record.abandoned()] == [asked.place]
    assert record.hold_open(asked.place, "two") is not None
    record.finish(held)
    assert record.hold_open(asked.place, "one") is None
    # What a reader asked is not kept here once it is answered.
    assert FERRY.encode() not in (tmp_path / "slack.db").read_bytes()


@in_loop
async def test_the_settings_of_a_channel_limit_its_questions(archive: Archive, tmp_path: Path) -> None:
    from service.slack.record import ChannelSettings

    async with room(archive, tmp_path) as newsroom:
        newsroom.bot.record.set_channel(TEAM, DIRECT, ChannelSettings(outlets=("The Courier",)))
        await newsroom.deliver(message(FERRY))
        await newsroom.slack.until(1, "chat.stopStream")
        [answer] = newsroom.answers()
        assert {citation.outlet for citation in answer.citations} == {"The Courier"}
        newsroom.bot.record.set_channel(TEAM, DIRECT, ChannelSettings(outlets=("The Gone",)))
        await newsroom.deliver(message(FERRY, "1700000002.000100"), "Ev2")
        await newsroom.slack.until(1, "chat.postMessage")
    assert "This could not be answered: " in list(newsroom.slack.messages.values())[-1].text


@in_loop
async def test_who_opens_the_conversation_is_offered_questions(archive: Archive, tmp_path: Path) -> None:
    opened = {"type": "app_home_opened", "user": USER, "channel": DIRECT, "tab": "messages"}
    async with room(archive, tmp_path, suggested_questions=(FERRY,)) as newsroom:
        await newsroom.deliver(opened | {"tab": "home"}, "Ev0")
        await newsroom.deliver(opened, "Ev1")
        await newsroom.slack.until(1, "assistant.threads.setSuggestedPrompts")
    titles = [FERRY, *opening_questions(archive)]
    assert newsroom.slack.calls[1:] == [
        (
            "assistant.threads.setSuggestedPrompts",
            {
                "channel_id": DIRECT,
                "title": "Ask the archive",
                "prompts": [{"title": title, "message": title} for title in titles],
            },
        )
    ]
