"""The picture of docs/slack.md, drawn from the blocks that Slack is sent: python -m tests.slack_picture"""

import asyncio
import shutil
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from markdown_it import MarkdownIt
from playwright.async_api import async_playwright

from index.archive import Archive
from index.models.embedding import DEFAULT_MODEL, load_embedder
from index.readers import list_files, read_file
from service.pipeline import open_desk
from service.settings import load_settings
from service.slack.bot import Bot
from service.slack.events import Asked, Place
from service.slack.record import Record
from service.storage.conversations import Conversations
from tests.conftest import ROOT, SAMPLE
from tests.slack_room import PAGE, TOKENS
from tests.slack_server import CHANNEL, TEAM, USER, FakeSlack

PICTURE = ROOT / "docs" / "slack.png"
TS = "1700000001.000100"
QUESTION = "How many families were evacuated in the flood?"
STYLE = """
* { box-sizing: border-box; margin: 0; }
body { width: 780px; padding: 16px 24px; color: #1d1c1d; font: 15px/1.46 "Noto Sans", sans-serif; }
.message { display: grid; grid-template-columns: 36px 1fr; gap: 2px 10px; padding: 8px 0; }
.face { grid-row: 1 / span 2; width: 36px; height: 36px; border-radius: 6px; color: #fff; }
.face { font-weight: 700; display: grid; place-items: center; }
.who { font-weight: 700; }
.who small { font-size: 12px; font-weight: 400; color: #616061; margin-left: 6px; }
.who i { font: 10px "Noto Sans", sans-serif; background: #e8e8e8; padding: 1px 3px; border-radius: 2px; }
.said p { margin: 0 0 8px; }
.block { margin-top: 10px; }
a { color: #1264a3; text-decoration: none; }
.task { border: 1px solid #ddd; border-radius: 8px; padding: 7px 11px; margin: 4px 0 10px; font-size: 13px; }
.task a { background: #f4f4f4; border-radius: 10px; padding: 1px 8px; margin: 4px 4px 0 0; }
.task a { display: inline-block; }
blockquote { border-left: 4px solid #ddd; padding-left: 12px; margin: 2px 0 6px; }
.context { color: #616061; font-size: 12px; }
.button { border: 1px solid #bbb; border-radius: 8px; padding: 4px 12px; font-weight: 700; font-size: 13px; }
.rate { color: #616061; font-size: 12px; }
.mention { background: #e8f5fa; color: #1264a3; border-radius: 3px; padding: 0 2px; }
"""


def page(question: str, text: str, tasks: list[dict[str, Any]], blocks: list[dict[str, Any]]) -> str:
    """A question and its answer as Slack lays them out."""
    asked = f'<span class="mention">@Dateline</span> {escape(question)}'
    answer = "".join(map(_task, tasks)) + MarkdownIt().render(text)
    answer += "".join(f'<div class="block">{_block(block)}</div>' for block in blocks)
    return (
        f'<!DOCTYPE html><meta charset="utf-8"><style>{STYLE}</style><body>'
        + _message("#4a6d7c", "A", "Anna Larsen", "", f"<p>{asked}</p>")
        + _message("#1f3a4d", "D", "Dateline", " <i>APP</i>", answer)
    )


def _message(colour: str, letter: str, name: str, badge: str, said: str) -> str:
    return (
        f'<div class="message"><div class="face" style="background:{colour}">{letter}</div>'
        f'<div class="who">{name}{badge}<small>10:42</small></div><div class="said">{said}</div></div>'
    )


def _task(task: dict[str, Any]) -> str:
    done = "✓" if task["status"] == "complete" else "…"
    links = "".join(_part(source | {"type": "link"}) for source in task.get("sources", ()))
    return f'<div class="task">{done} {escape(task["title"])}<div>{links}</div></div>'


def _block(block: dict[str, Any]) -> str:
    if block["type"] == "rich_text":
        return "".join(map(_rich, block["elements"]))
    if block["type"] == "context":
        return "".join(f'<div class="context">{escape(one["text"])}</div>' for one in block["elements"])
    if block["type"] == "actions":
        labels = (escape(one["text"]["text"]) for one in block["elements"])
        return "".join(f'<span class="button">{label}</span>' for label in labels)
    [buttons] = block["elements"]
    labels = (buttons[name]["text"]["text"] for name in ("positive_button", "negative_button"))
    return f'<div class="rate">{" · ".join(map(escape, labels))}</div>'


def _rich(element: dict[str, Any]) -> str:
    tag = "blockquote" if element["type"] == "rich_text_quote" else "div"
    return f"<{tag}>{''.join(map(_part, element['elements']))}</{tag}>"


def _part(part: dict[str, Any]) -> str:
    text = escape(part["text"])
    if part["type"] == "link":
        return f'<a href="{escape(part["url"])}">{text}</a>'
    return f"<b>{text}</b>" if part.get("style", {}).get("bold") else text


async def answered(archive: Archive, folder: Path) -> str:
    """The page of the answer that the bot gives."""
    async with FakeSlack().running() as slack:
        settings = load_settings(data=archive.directory, slack_api_url=slack.api, public_url=PAGE, **TOKENS)
        desk = open_desk(settings, archive, Conversations(folder / "kept.db"))
        bot = Bot(settings, desk, Record(folder / "slack.db"))
        async with bot.running():
            wish = Asked(place=Place(TEAM, CHANNEL, TS), thread=TS, user=USER, text=QUESTION, addressed=True)
            waiting = bot.record.take("Ev1", "app_mention", wish)
            assert waiting is not None
            bot.begin(waiting)
            await slack.until(1, "chat.stopStream")
    [shown] = slack.messages.values()
    [ended] = slack.said("chat.stopStream")
    return page(QUESTION, shown.text, ended["chunks"], shown.blocks)


async def picture(html: str, chromium: str, to: Path) -> None:
    """Has the browser draw a page."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-lcd-text"]
        )
        drawn = await browser.new_page(viewport={"width": 780, "height": 400}, device_scale_factor=1)
        await drawn.set_content(html)
        await drawn.screenshot(path=to, full_page=True)
        await browser.close()


def main() -> None:
    """Draws the picture."""
    chromium = shutil.which("chromium")
    assert chromium, "chromium is not installed; on Debian: apt-get install chromium"
    with TemporaryDirectory() as name:
        folder = Path(name)
        archive = Archive.create(folder / "archive", lambda: load_embedder(DEFAULT_MODEL, folder / "models"))
        for _ in archive.add(draft for file in list_files([SAMPLE]) for draft in read_file(file)):
            pass
        asyncio.run(picture(asyncio.run(answered(archive, folder)), chromium, PICTURE))


if __name__ == "__main__":
    main()
