"""The page in Debian's Chromium, for the tests that drive it."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, ViewportSize, expect, sync_playwright

from tests.conftest import ROOT, copy_of
from tests.serving import server

ARTEFACTS = ROOT / "artifacts"
WEB = ROOT / "service" / "web"
CHROMIUM = shutil.which("chromium")
PICTURES = "DATELINE_TEST_PICTURES" in os.environ  # `make pictures`
DESK: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
expect.set_options(timeout=120_000)  # milliseconds, for a machine that is busy with other things


# While Playwright runs, asyncio has a loop in this thread: so it ends with each module.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, started once a module."""
    if CHROMIUM is None:
        pytest.skip("chromium is not installed; on Debian: apt-get install chromium")
    ARTEFACTS.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def asking(sample: Path, models: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server over a copy of the sample archive, which tests may ask and rate, and nobody adds to."""
    with server(with_questions(sample, tmp_path_factory.mktemp("page") / "archive"), models) as address:
        yield address


@pytest.fixture
def address(asking: str) -> str:
    """The address of the page, for the modules that change no archive."""
    return asking


def with_questions(sample: Path, folder: Path) -> Path:
    """A copy of the sample archive with the questions that its page suggests."""
    shutil.copy(ROOT / "eval" / "sample" / "dateline.toml", copy_of(sample, folder))
    return folder


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """The page, freshly opened on a wide screen."""
    with opened(browser, address) as page:
        yield page


@contextmanager
def opened(
    browser: Browser, address: str, path: str = "", quiet: bool = False, **context: Any
) -> Iterator[Page]:
    """The page in a browser of its own; `quiet` where nothing is told of the archive at first.

    Complaints of the console and requests to elsewhere fail the test.
    """
    known = {"viewport": DESK, "reduced_motion": "reduce"} | context
    with browser.new_context(**known) as own:
        own.set_default_timeout(120_000)
        page = own.new_page()
        complaints: list[str] = []
        page.on("console", lambda said: complaints.append(said.text) if is_complaint(said) else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "request", lambda asked: None if asked.url.startswith(address) else complaints.append(asked.url)
        )
        page.goto(address + path)
        if not quiet:
            expect(page.locator("#archive-line")).not_to_be_empty()
        yield page
        assert complaints == []


def is_complaint(said: ConsoleMessage) -> bool:
    """Whether the console complains of more than a status that a test asked for, such as 422."""
    return said.type == "error" and not re.search(r"status of 4\d\d", said.text)


def ask(page: Page, question: str, state: str = "done") -> Locator:
    """Asks, waits until the answer has ended in that state, and gives its exchange."""
    page.get_by_label("Your question").fill(question)
    page.keyboard.press("Enter")
    exchange = page.locator("article.exchange").last
    expect(exchange.get_by_role("heading", level=2)).to_have_text(question)
    expect(exchange).to_have_attribute("data-state", state)
    return exchange


def stop_clock(page: Page) -> None:
    """Stops the page's clock, so that what goes by itself stays as long as a busy machine needs to see it."""
    page.clock.install(time=0)
    page.clock.pause_at(60)


def overflow(page: Page) -> int:
    """How many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def photographed(page: Page, name: str, whole: bool = True) -> None:
    """Keeps a picture of what is shown among the build's artefacts, where pictures are asked for."""
    if PICTURES:
        page.screenshot(path=ARTEFACTS / f"{name}.png", full_page=whole)
