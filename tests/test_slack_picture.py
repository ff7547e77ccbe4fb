"""The page of the docs: its commands and settings are there, and its picture can be drawn again."""

import asyncio
import re
import shutil
from pathlib import Path

import pytest
from typer.main import get_command

from service.cli import app
from service.settings import Settings
from service.slack.slash import HELP
from tests.conftest import ROOT
from tests.slack_picture import PICTURE, page, picture

DOCS = (ROOT / "docs" / "slack.md").read_text()
QUOTE = {"type": "rich_text_quote", "elements": [{"type": "text", "text": "<b>"}]}
BLOCKS = [
    {"type": "rich_text", "elements": [QUOTE]},
    {"type": "context", "elements": [{"type": "plain_text", "text": "Searched 1 article."}]},
]  # fmt: skip


def test_the_page_names_every_setting_and_command() -> None:
    settings = {f"DATELINE_{name.upper()}" for name in Settings.model_fields if name.startswith("slack_")}
    assert settings - set(re.findall(r"DATELINE_SLACK_[A-Z_]+", DOCS)) == {"DATELINE_SLACK_API_URL"}
    assert set(re.findall(r"`dateline slack (\w+)", DOCS)) == set(get_command(app).commands["slack"].commands)  # type: ignore[attr-defined]
    assert set(re.findall(r"/dateline (\w+)", HELP)) == set(re.findall(r"/dateline (\w+)", DOCS))
    assert len(re.findall(r"^\d\. \*\*", DOCS, re.MULTILINE)) == 8


def test_the_picture_is_small_and_can_be_drawn_again(tmp_path: Path) -> None:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("chromium is not installed; on Debian: apt-get install chromium")
    html = page("Who left?", "Nobody. [[1]](https://gazette.example/x)", [], BLOCKS)
    assert "<blockquote>&lt;b&gt;</blockquote>" in html
    assert '<a href="https://gazette.example/x">[1]</a>' in html
    asyncio.run(picture(html, chromium, tmp_path / "drawn.png"))
    assert (tmp_path / "drawn.png").read_bytes().startswith(b"\x89PNG")
    assert 10_000 < PICTURE.stat().st_size < 200_000
