"""The places of the page: conversations, answers, the archive, adding to it, signing in."""

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Browser, Page, expect

from service.storage.keys import FILE, Keys, Role
from tests import pages
from tests.conftest import copy_of
from tests.pages import ask, opened, overflow, photographed, with_questions
from tests.serving import server

browser, page = pages.browser, pages.page

Locked = tuple[str, dict[Role, str]]

DROP = """node => {
  const files = new DataTransfer();
  files.items.add(new File(["A whale was seen off Port Ostrel on 3 March 2024."], "whale.txt"));
  for (const name of ["dragover", "drop"])
    node.dispatchEvent(new DragEvent(name, { dataTransfer: files, bubbles: true, cancelable: true }));
}"""
ROLES: tuple[Role, ...] = ("ask", "edit")
PELL = "What did Joanna Pell say about the pumps at Salt Lane?"
FERRY = "How many passengers were on the Saint Ilva?"


@pytest.fixture(scope="module")
def address(sample: Path, models: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server over an archive of this module's own, which its tests add to."""
    with server(with_questions(sample, tmp_path_factory.mktemp("places") / "archive"), models) as address:
        yield address


def test_a_conversation_has_an_address_and_goes_on_from_there(page: Page) -> None:
    ask(page, PELL)
    assert "#/conversations/" in page.url
    page.reload()
    expect(page.locator("article.exchange h2")).to_have_text(PELL)
    expect(page.locator("article.exchange .sources")).to_contain_text("two of the three pumps")
    ask(page, FERRY)
    page.reload()
    expect(page.locator("article.exchange h2")).to_have_text([PELL, FERRY])
    page.locator("article.exchange").last.get_by_role("button", name="Source [1]").first.click()
    expect(page.locator("#article-panel mark")).to_be_in_viewport()


def test_one_answer_has_an_address_of_its_own(page: Page) -> None:
    ask(page, PELL)
    ask(page, FERRY)
    page.locator("article.exchange").last.get_by_role("link", name="Link to this answer").click()
    expect(page.locator("article.exchange h2")).to_have_text([FERRY])
    assert "#/answers/" in page.url
    expect(page.locator(".receipt")).to_contain_text("asked on")
    page.get_by_role("link", name="The whole conversation").click()
    expect(page.locator("article.exchange h2")).to_have_text([PELL, FERRY])
    page.go_back()
    expect(page.locator("article.exchange h2")).to_have_text([FERRY])


def test_a_question_can_stand_in_an_address(browser: Browser, address: str) -> None:
    with opened(browser, address, "#q=How+many+passengers+were+on+the+Saint+Ilva%3F") as page:
        expect(page.locator("article.exchange h2")).to_have_text(FERRY)
        expect(page.locator("article.exchange")).to_have_attribute("data-state", "done")


def test_what_is_not_there_is_said(page: Page, address: str) -> None:
    page.goto(f"{address}#/answers/nothing")
    expect(page.get_by_role("alert")).to_have_text("There is no answer 'nothing'")
    ask(page, FERRY)
    page.reload()
    expect(page.locator("article.exchange h2")).to_have_text(FERRY)
    page.goto(f"{address}#/articles/9999")
    expect(page.locator("#article-panel .note")).to_contain_text("There is no article 9999 in this archive.")


def test_conversations_are_listed_opened_and_deleted(page: Page) -> None:
    ask(page, "Who was elected mayor in May 2021?")
    page.get_by_role("link", name="New conversation").click()
    expect(page.get_by_text("Ask the archive.")).to_be_visible()
    ask(page, "Who won the world chess championship in 2013?", state="refused")
    page.get_by_role("link", name="History").click()
    expect(page).to_have_title("History – Dateline")
    links = page.locator(".talks a")
    expect(links.first).to_have_text("Who won the world chess championship in 2013?")
    expect(links.nth(1)).to_have_text("Who was elected mayor in May 2021?")
    photographed(page, "history", whole=False)
    name = "Delete the conversation “Who won the world chess championship in 2013?”"
    delete = page.get_by_role("button", name=name, exact=True)
    delete.click()
    question = page.get_by_role("dialog")
    expect(question).to_contain_text("Delete this conversation with its 1 answer?")
    photographed(page, "history-delete", whole=False)
    question.get_by_role("button", name="Keep it").click()
    expect(delete).to_be_focused()
    delete.click()
    question.get_by_role("button", name="Delete").click()
    expect(links.first).to_have_text("Who was elected mayor in May 2021?")
    links.first.click()
    expect(page.locator("article.exchange h2")).to_have_text("Who was elected mayor in May 2021?")


def test_the_archive_is_drawn_counted_and_listed(page: Page, address: str) -> None:
    page.get_by_role("link", name="Archive", exact=True).click()
    chart = page.locator(".holdings")
    expect(chart.locator(".row .outlet")).to_have_text(
        ["The Ostrel Courier", "Seven Quays", "Lenn Valley News", "Radio Seawall", "Tideline"]
    )
    expect(chart.locator(".row .total").last).to_have_text("5 (1 undated)")
    chart.locator("summary").click()
    row = chart.get_by_role("row", name="Tideline")
    expect(row.get_by_role("cell")).to_have_text(["–", "1", "1", "1", "–", "1", "1", "5"])
    articles = page.locator(".articles li")
    expect(articles).to_have_count(34)
    photographed(page, "archive")
    form = page.get_by_role("search", name="Which articles")
    form.get_by_label("Outlet").select_option("Tideline")
    form.get_by_label("Published since").fill("2021-01-01")
    form.get_by_role("button", name="Show").click()
    expect(articles).to_have_count(3)
    assert page.url == f"{address}#/archive?outlet=Tideline&since=2021-01-01"
    articles.get_by_role("button", name=re.compile("^The bridge that grew")).click()
    panel = page.locator("#article-panel")
    expect(panel.get_by_role("heading")).to_have_text("The bridge that grew: 61 million, or 66?")
    expect(panel.locator(".note, mark")).to_have_count(0)
    page.keyboard.press("Escape")
    page.get_by_role("link", name="All articles").click()
    expect(articles).to_have_count(34)


def test_the_archive_is_searched_by_words_and_narrowed_down(page: Page, address: str) -> None:
    page.goto(f"{address}#/archive")
    page.get_by_label("Words they mention").fill('"harbour bridge" toll')
    page.get_by_label("Sorted").select_option("Newest first")
    page.get_by_role("button", name="Show", exact=True).click()
    found, facets = page.locator("#archive .found"), page.locator(".facets")
    expect(found).to_contain_text("articles")
    assert page.url == f"{address}#/archive?q=%22harbour+bridge%22+toll&sort=newest"
    days = page.locator(".articles time").evaluate_all("nodes => nodes.map(node => node.dateTime)")
    assert len(days) > 1
    assert days == sorted(days, reverse=True)
    facets.get_by_role("link", name="Radio Seawall").click()
    expect(page.locator(".articles li")).to_have_count(1)
    expect(found).to_contain_text("1 article")
    with page.expect_download() as taken:
        page.get_by_role("link", name="Download as CSV").click()
    rows = list(csv.DictReader(taken.value.path().read_text().splitlines()))
    assert [row["title"] for row in rows] == ["Council votes for lorry toll on Harbour Bridge"]
    photographed(page, "archive-search")


def test_a_conversation_is_found_and_renamed(page: Page) -> None:
    ask(page, PELL)
    page.get_by_role("link", name="History").click()
    find = page.get_by_label("Find a conversation")
    find.fill("nobody asked this")
    page.keyboard.press("Enter")
    expect(page.locator("#history .empty")).to_have_text("No conversation holds these words.")
    find.fill("joanna pell say")
    page.keyboard.press("Enter")
    line = page.locator(".talks li").first
    expect(line.locator("time")).to_have_text(re.compile(r"\d{2}:\d{2}"))
    line.get_by_role("button", name="Rename").click()
    page.get_by_label("Name of the conversation").fill("For Monday")
    page.keyboard.press("Enter")
    expect(page.locator(".talks a").first).to_have_text("For Monday")
    page.reload()
    expect(page.locator(".talks a", has_text="For Monday")).to_have_count(1)
    page.locator(".talks li", has_text="For Monday").get_by_role("button", name="Rename").click()
    page.get_by_label("Name of the conversation").fill("")
    page.keyboard.press("Enter")
    expect(page.locator(".talks a").first).to_have_text(PELL)


def test_a_file_that_is_dropped_is_added_and_removed_once_that_is_confirmed(page: Page, address: str) -> None:
    page.locator("body").evaluate(DROP)
    expect(page.locator("#add .results")).to_contain_text("1 article added")
    expect(page.locator("#archive-line")).to_contain_text("35 articles")
    page.keyboard.press("Escape")
    page.goto(f"{address}#/archive?q=whale")
    expect(page.locator(".articles li")).to_have_count(1)
    page.get_by_role("button", name="Remove “").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.locator(".articles li")).to_have_count(0)
    expect(page.locator("#archive-line")).to_contain_text("34 articles")
    page.reload()
    expect(page.locator("#archive .found, #archive .empty").first).to_be_visible()
    expect(page.locator(".articles li")).to_have_count(0)


def test_a_bar_of_the_chart_shows_its_articles(page: Page, address: str) -> None:
    page.goto(f"{address}#/archive")
    row = page.locator(".holdings .row", has_text="Seven Quays")
    row.locator("rect.room", has_text="August 2022").click()
    assert page.url == f"{address}#/archive?outlet=Seven+Quays&since=2022-08-01&until=2022-08-31"
    expect(page.locator(".articles li")).to_have_count(2)


def test_long_lists_come_in_pages(page: Page, address: str) -> None:
    page.route("**/v1/articles?*", lambda route: route.continue_(url=f"{route.request.url}&limit=20"))
    page.goto(f"{address}#/archive")
    expect(page.locator(".articles li")).to_have_count(20)
    page.get_by_role("button", name="Show more").click()
    expect(page.locator(".articles li")).to_have_count(34)
    expect(page.get_by_role("button", name="Show more")).to_have_count(0)


def test_an_article_has_an_address(browser: Browser, address: str) -> None:
    with opened(browser, address, "#/articles/1/versions/1") as page:
        expect(page.locator("#article-panel .article-body")).not_to_be_empty()
        expect(page.locator("#article-title")).to_be_focused()


def test_articles_are_added_from_files_and_found_at_once(page: Page, tmp_path: Path) -> None:
    dam = tmp_path / "2021-07-09-dam.md"
    dam.write_text(
        "# Dam to close\n\nThe old dam at Brackwater will close for eleven weeks, the ministry said.\n"
    )
    empty = tmp_path / "nothing.txt"
    empty.write_text("")
    page.get_by_role("button", name="Add articles").click()
    dialog = page.get_by_role("dialog", name="Add articles")
    dialog.get_by_label("Files").set_input_files([dam, empty])
    dialog.get_by_role("button", name="Add the files").click()
    results = dialog.locator(".results > li")
    expect(results.filter(has_text=dam.name)).to_contain_text("1 article added")
    refused = results.filter(has_text=empty.name)
    expect(refused.get_by_role("alert")).to_contain_text("Nothing was added")
    photographed(page, "add", whole=False)
    expect(page.locator("#archive-line")).to_contain_text("35 articles")
    dialog.get_by_role("button", name="Dam to close").click()
    expect(page.locator("#article-panel .text")).to_contain_text("eleven weeks")
    page.keyboard.press("Escape")
    exchange = ask(page, "How long will the dam at Brackwater close?")
    expect(exchange.locator(".sources")).to_contain_text("eleven weeks")


def test_an_article_that_others_print_too_says_so(page: Page, address: str) -> None:
    text = (
        "A quarry at Stonebeck will close in March, the owner Ada Quill said. It employs 212 people today. "
        "The stone from its lowest terrace paved the squares of the town and the quay behind the customs "
        "house. Quill said that no buyer had been found since the autumn, and that the cranes would go to a "
        "yard in the north. The union wants the council to take over the workshop for apprentices."
    )
    printed = [
        {"url": f"https://{name}.example/quarry", "outlet": name, "title": "Quarry closes", "text": text}
        for name in ("Morning", "Evening")
    ]
    sent = {"file": ("quarry.jsonl", "\n".join(map(json.dumps, printed)).encode())}
    added = httpx2.post(f"{address}v1/articles", files=sent, timeout=60, trust_env=False).json()
    exchange = ask(page, "How many people does the quarry at Stonebeck employ?")
    expect(exchange.locator(".sources .also")).to_have_text(re.compile("also printed by (Morning|Evening)"))
    exchange.locator("button.mark").first.click()
    panel = page.locator("#article-panel")
    expect(panel.locator(".also")).to_have_text(re.compile("also printed by (Morning|Evening)"))
    expect(panel.locator(".facts")).to_have_text("date unknown")
    page.goto(f"{address}#/articles/{added['articles'][0]['id']}")
    expect(panel.locator(".also")).to_have_text("also printed by Evening")


def test_an_address_that_cannot_be_added_says_why(page: Page) -> None:
    page.get_by_role("button", name="Add articles").click()
    dialog = page.get_by_role("dialog", name="Add articles")
    field = dialog.get_by_label("Address")
    field.fill("http://127.0.0.1:1/secret")
    dialog.get_by_role("button", name="Add the page").click()
    alert = dialog.get_by_role("alert")
    expect(alert).to_contain_text("127.0.0.1")
    expect(field).to_have_value("http://127.0.0.1:1/secret")
    field.fill("no address")
    dialog.get_by_role("button", name="Add the page").click()
    expect(dialog.locator(".results > li")).to_have_count(1)


@pytest.fixture(scope="module")
def locked(sample: Path, models: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Locked]:
    """A server that asks for a key, and a key of each of two roles."""
    folder = copy_of(sample, tmp_path_factory.mktemp("locked") / "archive")
    keys = Keys(folder / FILE)
    secrets = {role: keys.create(f"{role} desk", role)[1] for role in ROLES}
    keys.close()
    with server(folder, models) as address:
        yield address, secrets


def signed_in(page: Page, secret: str) -> None:
    page.get_by_label("Key").fill(secret)
    page.get_by_role("button", name="Sign in").click()


def test_a_locked_archive_asks_for_a_key_and_keeps_it_nowhere(browser: Browser, locked: Locked) -> None:
    address, secrets = locked
    with opened(browser, address, quiet=True) as page:
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        expect(page.get_by_label("Your question")).to_be_hidden()
        photographed(page, "sign-in", whole=False)
        signed_in(page, "dl_wrong")
        expect(page.get_by_role("alert")).to_contain_text("not known here")
        signed_in(page, secrets["ask"])
        ask(page, FERRY)
        expect(page.get_by_role("button", name="Add articles")).to_be_hidden()
        assert page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]
        assert secrets["ask"] not in page.content()
        page.reload()
        expect(page.locator("article.exchange h2")).to_have_text(FERRY)
        asked_at = page.url
        page.get_by_role("button", name="Sign out ask desk").click()
        expect(page.get_by_label("Key")).to_be_focused()
        # The next reader must not find what this one asked.
        expect(page.locator("article.exchange, .talks li")).to_have_count(0)
        page.goto(asked_at)
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        expect(page.locator("article.exchange")).to_have_count(0)


def test_a_key_that_edits_may_add_and_one_that_ended_asks_again(browser: Browser, locked: Locked) -> None:
    address, secrets = locked
    with opened(browser, address, quiet=True) as page:
        signed_in(page, secrets["edit"])
        expect(page.get_by_role("button", name="Add articles")).to_be_visible()
        # No questions are set here: those offered are about the archive's own stories.
        expect(page.locator("#suggestions button")).to_have_count(3)
        page.context.clear_cookies()
        page.get_by_label("Your question").fill(FERRY)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        assert overflow(page) == 0
