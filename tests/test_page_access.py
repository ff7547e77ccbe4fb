"""The page for those who use it by keyboard, by ear, in the dark or on a phone."""

from collections.abc import Callable
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize, expect

from tests import pages
from tests.pages import DESK, PHONE, ask, overflow, photographed

address, asking = pages.address, pages.asking
browser, page = pages.browser, pages.page

FLOOD = "How many families were evacuated in the flood?"
BRIDGE = "What is the latest on the cost of the Harbour Bridge?"


def answered(page: Page) -> None:
    ask(page, BRIDGE)
    page.get_by_role("button", name="Helpful", exact=True).click()
    expect(page.get_by_label("Why?")).to_be_visible()


def disagreeing(page: Page) -> None:
    ask(page, FLOOD)


def with_the_article(page: Page) -> None:
    ask(page, FLOOD)
    page.locator("button.mark").first.click()
    expect(page.locator("#article-panel mark")).to_be_visible()


def refused(page: Page) -> None:
    ask(page, "Who won the world chess championship in 2021?", state="refused")


def limited(page: Page) -> None:
    page.locator("#limits summary").click()
    page.get_by_label("Published since").fill("2020-01-01")


def past(page: Page) -> None:
    ask(page, FLOOD)
    page.get_by_role("link", name="History").click()
    expect(page.locator(".talks li").first).to_be_visible()


def deleting(page: Page) -> None:
    past(page)
    page.locator(".talks li").first.get_by_role("button", name="Delete").click()


def renaming(page: Page) -> None:
    past(page)
    page.locator(".talks li").first.get_by_role("button", name="Rename").click()
    expect(page.get_by_label("Name of the conversation")).to_be_focused()


def told_in_time(page: Page) -> None:
    ask(page, "Give me a timeline of the Harbour Bridge")
    expect(page.locator(".events li").first).to_be_visible()


def searched(page: Page) -> None:
    page.get_by_role("link", name="Archive", exact=True).click()
    page.get_by_label("Words they mention").fill("bridge")
    page.keyboard.press("Enter")
    expect(page.locator(".facets li").first).to_be_attached()


def archive(page: Page) -> None:
    page.get_by_role("link", name="Archive", exact=True).click()
    page.locator(".holdings summary").click()
    expect(page.locator(".articles li").first).to_be_visible()


def adding(page: Page) -> None:
    page.get_by_role("button", name="Add articles").click()
    page.get_by_label("Address").fill("http://127.0.0.1:1/secret")
    page.get_by_role("button", name="Add the page").click()
    expect(page.get_by_role("dialog").get_by_role("alert")).to_be_visible()


def first(page: Page) -> None:
    expect(page.locator("#suggestions button").first).to_be_visible()


VIEWS: tuple[Callable[[Page], None], ...] = (
    first, limited, answered, disagreeing, with_the_article, refused, past, deleting, archive, adding,
    renaming, told_in_time, searched,
)  # fmt: skip


LOOKS: tuple[tuple[Literal["light", "dark"], ViewportSize], ...] = (("light", DESK), ("dark", PHONE))


def grave(page: Page) -> list[tuple[str, str, str]]:
    """What axe-core finds wrong on the page as it is, if it is serious."""
    return [
        (found["id"], node["html"][:120], node["failureSummary"])
        for found in Axe().run(page).response["violations"]
        for node in found["nodes"]
        if found["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.__name__)
def test_axe_finds_nothing_serious(page: Page, view: Callable[[Page], None]) -> None:
    view(page)
    for scheme, size in LOOKS:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.set_viewport_size(size)
        assert overflow(page) == 0
        photographed(page, f"{view.__name__.replace('_', '-')}-{scheme}", whole=False)
        assert grave(page) == []


def test_axe_would_find_a_button_without_a_name(page: Page) -> None:
    page.evaluate("document.querySelector('main').append(document.createElement('button'))")
    assert [found[0] for found in grave(page)] == ["button-name"]


def tab_to(page: Page, name: str) -> None:
    """Presses Tab until what is focused has that name, as somebody without a mouse would."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim() || document.activeElement.name") == name:
            return
    raise AssertionError(f"Tab never comes to {name!r}")


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()"))


def test_everything_can_be_done_by_keyboard(page: Page) -> None:
    page.keyboard.type(FLOOD)
    page.keyboard.press("Enter")
    expect(page.locator("article.exchange")).to_have_attribute("data-state", "done")
    assert focused(page) == "question"
    page.keyboard.press("Shift+Tab")
    for _ in range(60):
        if page.evaluate("document.activeElement.className") == "mark":
            break
        page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#article-title")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("button.mark:focus")).to_have_count(1)
    page.keyboard.press("Control+k")
    expect(page.get_by_label("Your question")).to_be_focused()
    tab_to(page, "Limits")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Published since")).to_be_visible()


def test_the_places_are_reached_by_keyboard_and_the_focus_follows(page: Page) -> None:
    ask(page, FLOOD)
    page.evaluate("document.activeElement.blur()")
    tab_to(page, "History")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="History")).to_be_focused()
    tab_to(page, FLOOD)
    tab_to(page, "Delete")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert focused(page) == "Keep it"
    page.keyboard.press("Escape")
    assert focused(page) == "Delete"
    page.keyboard.press("Control+k")
    expect(page.get_by_label("Your question")).to_be_focused()
    expect(page.locator("article.exchange")).to_have_count(0)


def test_the_first_link_skips_to_the_content(page: Page) -> None:
    page.get_by_role("link", name="Archive", exact=True).click()
    expect(page.locator(".articles li").first).to_be_visible()
    page.reload()
    expect(page.locator(".articles li").first).to_be_visible()
    page.locator("#skip").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Archive")).to_be_focused()
    assert page.url.endswith("#/archive")


def test_sentences_are_read_aloud_as_they_come_and_old_ones_are_not(page: Page) -> None:
    ask(page, FLOOD)
    expect(page.locator(".claims")).to_have_attribute("aria-live", "polite")
    expect(page.locator("#status")).to_contain_text("Answer complete: ")
    page.reload()
    expect(page.locator("article.exchange h2")).to_be_focused()
    assert page.locator(".claims").get_attribute("aria-live") is None
