"""Asking on the page: a real browser, a real server, the sample archive."""

import json
import re
from typing import Any

from playwright.sync_api import Browser, Page, Request, expect

from tests import pages
from tests.pages import DESK, PHONE, ask, opened, overflow, photographed, stop_clock

address, asking = pages.address, pages.asking
browser, page = pages.browser, pages.page

ENDED = re.compile("done|refused")
BRIDGE = "What is the latest on the cost of the Harbour Bridge?"
FLOOD = "How many families were evacuated in the flood?"


def asked(page: Page) -> list[dict[str, Any]]:
    """What the page asks of the API from now on."""
    sent: list[dict[str, Any]] = []

    def note(request: Request) -> None:
        if request.url.endswith("/v1/ask"):
            sent.append(json.loads(request.post_data or "{}"))

    page.on("request", note)
    return sent


def test_a_newcomer_is_offered_three_questions(page: Page) -> None:
    expect(page).to_have_title("Dateline")
    expect(page.locator("#archive-line")).to_contain_text("34 articles")
    suggestions = page.locator("#suggestions .suggestion")
    expect(suggestions).to_have_count(3)
    photographed(page, "first-view", whole=False)
    suggestions.nth(2).click()
    exchange = page.locator("article.exchange")
    expect(exchange).to_have_attribute("data-state", "done")
    expect(exchange.locator(".lead")).not_to_be_empty()
    expect(exchange.locator(".sources")).to_contain_text("23 families")
    expect(exchange.locator(".sources blockquote").first).to_be_visible()
    photographed(page, "answer")


def test_a_number_opens_the_article_at_the_highlighted_quote(page: Page) -> None:
    ask(page, "What did Joanna Pell say about the pumps at Salt Lane?")
    mark = page.locator("button.mark").first
    mark.click()
    panel = page.locator("dialog#article-panel")
    expect(panel).to_be_visible()
    expect(page.locator("#article-title")).to_have_text("Who switched off the pumps at Salt Lane?")
    expect(panel.locator(".kicker")).to_have_text("Tideline")
    expect(panel.locator(".facts")).to_contain_text("By Mirela Stanek · 21 February 2020")
    expect(panel.locator(".age")).to_contain_text("years ago")
    quoted = panel.locator("mark")
    expect(quoted).to_contain_text("two of the three pumps were standing still")
    expect(quoted).to_be_in_viewport()
    photographed(page, "quote-in-its-article", whole=False)
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


def test_a_list_of_articles_is_a_table_that_a_phone_can_show(page: Page) -> None:
    exchange = ask(page, "List the articles on the Harbour Bridge")
    exchange.get_by_role("button", name="No Harbour Bridge this spring").click()
    expect(page.locator("#article-panel").get_by_role("heading")).to_have_text(
        "No Harbour Bridge this spring"
    )
    page.keyboard.press("Escape")
    for size in (DESK, PHONE):
        page.set_viewport_size(size)
        assert overflow(page) == 0
        photographed(page, f"catalogue-{size['width']}")
        # No word of it is broken: a day stands in one line.
        lines = """nodes => nodes.map(node => {
          const words = document.createRange();
          words.selectNodeContents(node);
          return words.getClientRects().length;
        })"""
        assert set(exchange.locator(".catalogue td:first-child").evaluate_all(lines)) == {1}


def test_a_refusal_says_what_was_searched_and_offers_what_is_near(page: Page) -> None:
    exchange = ask(page, "Who won the world chess championship?", state="refused")
    assert exchange.inner_text().count("34 articles") == 1  # told once, and the rest on asking
    exchange.locator("summary", has_text="What was searched").click()
    searched = exchange.locator(".searched")
    for told in ("Who won the world chess championship?", "34 articles", "Tideline", "14 March 2019", "none"):
        expect(searched).to_contain_text(told)
    related = exchange.locator(".related")
    expect(related).to_contain_text("Nearest, not an answer")
    assert related.get_by_role("button").count() <= 3
    related.get_by_role("button").first.click()
    expect(page.locator("#article-panel mark")).to_be_in_viewport()
    photographed(page, "refusal")


def test_sources_that_disagree_stand_in_the_rows_of_one_table(page: Page) -> None:
    exchange = ask(page, FLOOD)
    disagreement = exchange.locator(".disagreement")
    expect(disagreement.get_by_role("heading")).to_contain_text("Sources disagree")
    sides = disagreement.get_by_role("row")
    assert sides.count() >= 2
    for side in sides.all():
        expect(side.get_by_role("rowheader")).not_to_be_empty()
        expect(side.locator(".who")).not_to_be_empty()
        expect(side.locator("button.mark").first).to_be_visible()
    photographed(page, "disagreement")


def test_a_quote_is_shown_once_and_the_short_answer_needs_no_scrolling(page: Page) -> None:
    exchange = ask(page, FLOOD)
    quotes = exchange.locator(".sources blockquote").all_text_contents()
    assert len(quotes) == len(set(quotes))
    expect(exchange.locator(".lead .short")).to_be_in_viewport(ratio=1)
    expect(exchange.locator(".sources blockquote").first).to_be_in_viewport()


def test_what_changed_is_told_by_date_the_newest_first(page: Page) -> None:
    exchange = ask(page, BRIDGE)
    change = exchange.locator(".change")
    expect(change.get_by_role("heading")).to_contain_text("Changed over time")
    days = [int(re.findall(r"\d{4}", day)[0]) for day in change.locator(".when").all_inner_texts()]
    assert days == sorted(days, reverse=True)
    values = [value.split()[0] for value in change.get_by_role("rowheader").all_inner_texts()]
    assert values == ["69.1", "67.5", "61", "48"]
    # The line says what holds now and what held before; the table has the rest.
    lead = exchange.locator(".lead .short").inner_text()
    assert [value in lead for value in values] == [True, True, False, False]
    photographed(page, "change")


def test_an_overview_is_a_list_of_stories_under_their_headlines(page: Page) -> None:
    exchange = ask(page, "Tell me about the Harbour Bridge")
    stories = exchange.locator(".stories li")
    assert stories.count() > 3
    for story in stories.all():
        expect(story.get_by_role("heading", level=3)).not_to_be_empty()
        expect(story.get_by_role("blockquote")).to_be_visible()
    photographed(page, "overview")


def test_a_timeline_names_the_day_of_a_report_once(page: Page) -> None:
    exchange = ask(page, "Give me a timeline of the Harbour Bridge")
    days = exchange.locator(".events li").evaluate_all(
        "nodes => nodes.map(node => [...node.querySelectorAll('time')].map(time => time.dateTime))"
    )
    assert days
    assert all(len(own) == len(set(own)) for own in days)
    assert {len(own) for own in days} == {1, 2}  # of reports, and of what was reported later


def test_the_strip_of_time_opens_cited_and_found_articles(page: Page) -> None:
    exchange = ask(page, BRIDGE)
    dots = exchange.locator(".timeline button.dot")
    labels = [dot.get_attribute("aria-label") or "" for dot in dots.all()]
    days = dots.evaluate_all("nodes => nodes.map(node => node.getBoundingClientRect().left)")
    assert days == sorted(days)
    assert any(label.startswith("[1] ") for label in labels)
    found = next(label for label in labels if label.endswith("(read, not cited)"))
    exchange.get_by_role("button", name=found, exact=True).click()
    title = page.locator("#article-title")
    expect(title).not_to_be_empty()
    assert title.inner_text() in found
    expect(page.locator("#article-panel .note")).to_have_count(0)


def test_a_chip_taken_away_asks_again_without_it(page: Page) -> None:
    question = "What did Radio Seawall report about the flood since January 2020?"
    page.get_by_label("Your question").fill(question)
    page.keyboard.press("Enter")
    exchange = page.locator("article.exchange").first
    expect(exchange).to_have_attribute("data-state", ENDED)
    chips = exchange.locator(".chip bdi")
    expect(chips).to_have_text(["since 1 January 2020", "preferring Radio Seawall"])
    photographed(page, "chips")
    sent = asked(page)
    exchange.get_by_role("button", name="since 1 January 2020").click()
    again = page.locator("article.exchange").last
    expect(page.locator("article.exchange")).to_have_count(2)
    expect(again).to_have_attribute("data-state", ENDED)
    expect(again.locator(".chip bdi")).to_have_text(["preferring Radio Seawall"])
    expect(again.locator(".ignored")).to_have_text(
        "Searched as plain words: the dates that the question names"
    )
    assert (sent[0]["question"], sent[0]["ignore"]) == (question, ["dates"])
    again.get_by_role("button", name="preferring Radio Seawall").click()
    last = page.locator("article.exchange").nth(2)
    expect(last).to_have_attribute("data-state", ENDED)
    expect(last.locator(".chip")).to_have_count(0)
    assert sent[1]["ignore"] == ["dates", "outlets"]


def test_limits_hold_for_every_question_until_taken_off(page: Page) -> None:
    page.locator("#limits summary").click()
    page.get_by_label("As known on").fill("2020-12-31")
    page.get_by_label("The Ostrel Courier").check()
    page.get_by_label("Lenn Valley News").check()
    photographed(page, "limits", whole=False)
    exchange = ask(page, BRIDGE)
    told = page.locator("#limits summary")
    expect(told).to_contain_text(
        "as known on 31 December 2020; outlets: Lenn Valley News, The Ostrel Courier"
    )
    chips = exchange.locator(".chip bdi")
    expect(chips).to_contain_text(["as known on 31 December 2020", "outlets: Lenn Valley News"])
    exchange.get_by_role("button", name="outlets: Lenn Valley News").click()
    again = page.locator("article.exchange").nth(1)
    expect(again.locator(".chip bdi").nth(1)).to_have_text("outlets: The Ostrel Courier")
    expect(told).not_to_contain_text("Lenn Valley News")
    for source in again.locator(".sources .byline b").all():
        expect(source).to_have_text("The Ostrel Courier")


def test_an_answer_can_be_copied_with_its_references(browser: Browser, address: str) -> None:
    with opened(browser, address, permissions=["clipboard-read", "clipboard-write"]) as page:
        exchange = ask(page, "What did Joanna Pell say about the pumps at Salt Lane?")
        stop_clock(page)
        exchange.get_by_role("button", name="Copy with references").click()
        expect(exchange.get_by_role("button", name="Copied")).to_be_visible()
        plain = page.evaluate("navigator.clipboard.readText()")
        assert (
            "[1] Mirela Stanek, Tideline, “Who switched off the pumps at Salt Lane?”, 21 February 2020"
            in plain
        )
        quote = exchange.locator(".sources blockquote").first.inner_text()
        assert plain.count(quote.strip("“”")) == 1
        exchange.get_by_role("button", name="Copy as Markdown").click()
        expect(page.locator("#status")).to_have_text("Copied")
        expect(exchange.get_by_role("button", name="Copied")).to_have_count(2)
        assert page.evaluate("navigator.clipboard.readText()").startswith("# What did Joanna Pell say")
        sheet = exchange.get_by_role("link", name="Evidence sheet")
        with page.context.expect_page() as waited:
            sheet.click()
        expect(waited.value.locator("blockquote").first).to_contain_text("[1]")


def test_one_quote_can_be_copied_in_every_form(browser: Browser, address: str) -> None:
    with opened(browser, address, permissions=["clipboard-read", "clipboard-write"]) as page:
        exchange = ask(page, "What did Joanna Pell say about the pumps at Salt Lane?")
        quote = exchange.locator(".sources blockquote").first.inner_text()
        exchange.locator("button.mark").first.click()
        stop_clock(page)
        for form, begins in (
            ("BibTeX", "@"),
            ("RIS", "1.\nTY  -"),
            ("CSL-JSON", "["),
            ("Markdown", "**[1]**"),
        ):
            page.get_by_role("button", name=f"Copy the quote as {form}").click()
            expect(page.locator("#article-panel").get_by_role("button", name="Copied")).to_have_count(1)
            assert page.evaluate("navigator.clipboard.readText()").startswith(begins)
            page.clock.fast_forward(10_000)  # "Copied" goes by itself
            expect(page.locator("#article-panel").get_by_role("button", name="Copied")).to_have_count(0)
        page.get_by_role("button", name="Copy the quote", exact=True).click()
        expect(page.locator("#status")).to_have_text("Copied")
        assert page.evaluate("navigator.clipboard.readText()").startswith(f"{quote}\nMirela Stanek, Tideline")


def test_of_what_is_thought_of_an_answer_the_last_counts(page: Page, address: str) -> None:
    exchange = ask(page, BRIDGE)
    up, down = (
        exchange.get_by_role("button", name="Helpful", exact=True),
        exchange.get_by_role("button", name="Not helpful"),
    )
    up.click()
    expect(up).to_have_attribute("aria-pressed", "true")
    down.click()
    expect(down).to_have_attribute("aria-pressed", "true")
    expect(up).to_have_attribute("aria-pressed", "false")
    exchange.get_by_label("Why?").fill("The second quote is about another bridge.")
    exchange.get_by_role("button", name="Save").click()
    expect(exchange.locator(".told")).to_have_text("Comment saved")
    path = exchange.get_by_role("link", name="Link to this answer").get_attribute("href") or ""
    page.goto(address + path)
    kept = page.locator("article.exchange")
    expect(kept.get_by_role("button", name="Not helpful")).to_have_attribute("aria-pressed", "true")
    expect(kept.get_by_label("Why?")).to_have_value("The second quote is about another bridge.")
    kept.get_by_role("button", name="Not helpful").click()
    expect(kept.locator(".told")).to_have_text("Taken back")
    expect(kept.get_by_label("Why?")).to_be_hidden()


def test_arabic_runs_from_right_to_left(page: Page) -> None:
    ask(page, "ماذا قالت سلمى حداد؟")
    quote = page.locator(".sources blockquote").first
    expect(quote).to_be_visible()
    assert quote.evaluate("node => getComputedStyle(node).direction") == "rtl"
    page.locator("button.mark").first.click()
    text = page.locator("#article-panel .zone.reporting p").first
    expect(text).to_be_visible()
    assert text.evaluate("node => getComputedStyle(node).direction") == "rtl"
    photographed(page, "arabic", whole=False)


def test_an_answer_that_is_stopped_can_be_asked_for_again(page: Page) -> None:
    page.route("**/v1/ask", lambda route: None)  # never answered
    page.get_by_label("Your question").fill(FLOOD)
    page.keyboard.press("Enter")
    exchange = page.locator("article.exchange")
    expect(exchange).to_have_attribute("data-state", "answering")
    page.get_by_role("button", name="Stop").click()
    expect(exchange).to_have_attribute("data-state", "stopped")
    expect(exchange).to_contain_text("You stopped the answer before its first sentence.")
    page.unroute("**/v1/ask")
    exchange.get_by_role("button", name="Ask again").click()
    expect(page.locator("article.exchange").last).to_have_attribute("data-state", "done")


def test_it_works_on_a_phone_in_the_dark(browser: Browser, address: str) -> None:
    with opened(browser, address, viewport=PHONE, color_scheme="dark", has_touch=True) as page:
        exchange = ask(page, BRIDGE)
        assert overflow(page) == 0
        photographed(page, "phone")
        dots = exchange.locator(".timeline button.dot").evaluate_all(
            "nodes => nodes.map(node => node.getBoundingClientRect()).map(({x, y, width}) => [x, y, width])"
        )
        assert all(width == 24 for _, _, width in dots)
        assert all(abs(a[0] - b[0]) >= 24 or abs(a[1] - b[1]) >= 24 for a in dots for b in dots if a is not b)
        page.locator("button.mark").first.click()
        expect(page.locator("#article-panel mark")).to_be_in_viewport()
        photographed(page, "phone-panel", whole=False)
