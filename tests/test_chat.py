"""The conversation in a terminal: its commands, and what a mistake in one of them does."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from index.archive import Archive
from index.models.embedding import Embedder
from service.cli.chat import Chat
from service.pipeline import open_desk
from service.settings import load_settings, misspelt
from service.storage.conversations import Conversations


@pytest.fixture
def chat(sample: Path, load: Callable[[], Embedder], tmp_path: Path) -> tuple[Chat, io.StringIO]:
    out = io.StringIO()
    desk = open_desk(
        load_settings(data=sample), Archive.open(sample, load), Conversations(tmp_path / "conversations.db")
    )
    return Chat(desk, Console(file=out, width=100)), out


def test_limits_hold_until_they_are_lifted(chat: tuple[Chat, io.StringIO]) -> None:
    talk, out = chat
    assert talk.take("/limits outlet=Radio Seawall since=2020-02-01")
    assert talk.take("How many families were evacuated in the flood?")
    assert "23 families" in out.getvalue()
    assert "Lenn Valley News" not in out.getvalue()
    assert talk.take("/sources")
    assert out.getvalue().count("The fire brigade evacuated 23 families") >= 2
    assert talk.take("/limits")
    assert talk.take("How many families were evacuated in the flood?")
    assert "Lenn Valley News" in out.getvalue()


def test_mistakes_are_told_and_the_conversation_goes_on(chat: tuple[Chat, io.StringIO]) -> None:
    talk, out = chat
    assert talk.take("/limits colour=red")
    assert talk.take("/limits since=soon")
    assert talk.take("/nothing")
    assert talk.take("/sources")
    told = out.getvalue()
    assert "no limit 'colour'" in told
    assert "'soon' is not a day" in told
    assert "/limits" in told
    assert "Nothing has been answered yet." in told
    assert not talk.take("/quit")


def test_a_misspelt_setting_is_told_with_the_nearest() -> None:
    found = misspelt(["DATELINE_ANSWERR", "DATELINE_PORT", "DATELINE_TEST_MILVUS", "PATH", "DATELINE_12345"])
    assert list(found) == [("DATELINE_ANSWERR", "DATELINE_ANSWERER"), ("DATELINE_12345", None)]
