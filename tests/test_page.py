"""The page in a real browser, over a real server and the sample archive."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.conftest import ROOT
from tests.serving import server

CHROMIUM = shutil.which("chromium")
ARTEFACTS = ROOT / "artifacts"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip

HOSTILE = '<img src=x onerror="document.title=1"><script>document.title=1</script>'


@pytest.fixture(scope="module")
def address(sample: Path, models: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server over the sample archive and one hostile article."""
    folder = Path(shutil.copytree(sample, tmp_path_factory.mktemp("page") / "archive"))
    shutil.copy(ROOT / "eval" / "sample" / "dateline.toml", folder)
    with server(folder, models) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("chromium is not installed; on Debian: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """The page, freshly opened. Whatever the console complains of, or asks from elsewhere, fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda asked: None if asked.url.startswith(address) else complaints.append(asked.url))
    page.goto(address)
    yield page
    ARTEFACTS.mkdir(exist_ok=True)
    assert complaints == []
    context.close()


def ask(page: Page, question: str, state: str = "done") -> None:
    page.get_by_label("Your question").fill(question)
    page.keyboard.press("Enter")
    expect(page.locator("article.exchange").last).to_have_attribute("data-state", state, timeout=15_000)


def test_a_newcomer_is_offered_three_questions(page: Page) -> None:
    expect(page).to_have_title("Dateline")
    expect(page.locator("#archive-line")).to_contain_text("34 articles")
    suggestions = page.locator("#suggestions .suggestion")
    expect(suggestions).to_have_count(3)
    page.screenshot(path=ARTEFACTS / "first-view.png")
    suggestions.nth(2).click()
    exchange = page.locator("article.exchange")
    expect(exchange).to_have_attribute("data-state", "done", timeout=15_000)
    expect(exchange.locator(".claims")).to_contain_text("23 families")
    expect(exchange.locator(".sources blockquote").first).to_be_visible()
    page.screenshot(path=ARTEFACTS / "answer.png", full_page=True)


def test_a_number_opens_the_article_at_the_highlighted_quote(page: Page) -> None:
    ask(page, "What did Joanna Pell say about the pumps at Salt Lane?")
    mark = page.locator("button.mark").first
    mark.click()
    panel = page.locator("dialog#article-panel")
    expect(panel).to_be_visible()
    expect(page.locator("#article-title")).to_have_text("Who switched off the pumps at Salt Lane?")
    quoted = panel.locator("mark")
    expect(quoted).to_contain_text("two of the three pumps were standing still")
    expect(quoted).to_be_in_viewport()
    page.screenshot(path=ARTEFACTS / "quote-in-its-article.png")
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(mark).to_be_focused()


def test_readers_comments_are_shown_as_no_evidence(page: Page) -> None:
    ask(page, "How many families were evacuated from Cooper Street?")
    page.get_by_role("button", name="The Ostrel Courier").first.click()
    panel = page.locator("dialog#article-panel")
    comments = panel.locator("summary", has_text="not evidence").filter(has_text="comments")
    expect(comments.first).to_be_visible()
    expect(panel.get_by_text("200 families were evacuated")).to_be_hidden()


def test_a_refusal_says_what_was_searched(page: Page) -> None:
    ask(page, "Who won the world chess championship?", state="refused")
    searched = page.locator("article.exchange .searched")
    expect(searched).to_contain_text("34")
    expect(searched).to_contain_text("Tideline")
    page.screenshot(path=ARTEFACTS / "refusal.png", full_page=True)


def test_arabic_runs_from_right_to_left(page: Page) -> None:
    ask(page, "ماذا قالت سلمى حداد؟")
    quote = page.locator(".sources blockquote").first
    expect(quote).to_be_visible()
    assert quote.evaluate("node => getComputedStyle(node).direction") == "rtl"
    page.screenshot(path=ARTEFACTS / "arabic.png", full_page=True)


def test_follow_ups_stand_below_and_markup_stays_text(page: Page) -> None:
    ask(page, "How many passengers were on the Saint Ilva?")
    ask(page, f"What is {HOSTILE}?", state="refused")
    expect(page.locator("article.exchange")).to_have_count(2)
    expect(page.locator("article.exchange").last).to_contain_text(HOSTILE)
    expect(page).to_have_title("Dateline")


def test_it_works_on_a_phone_in_the_dark(browser: Browser, address: str) -> None:
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, color_scheme="dark", reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(address)
    ask(page, "What is the latest on the cost of the Harbour Bridge?")
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide == 0
    page.screenshot(path=ARTEFACTS / "phone.png", full_page=True)
    context.close()
