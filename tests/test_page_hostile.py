"""Hostile words in articles, in what a model writes and in what the API says: the page shows them as text."""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests import pages
from tests.conftest import copy_of
from tests.hostile import ADDRESSES, PAYLOADS
from tests.pages import WEB, ask, opened, photographed
from tests.providers import KEY, Asked, Reply, provider
from tests.serving import server

browser = pages.browser

ENDED = re.compile("done|refused|failed")
DAY = "2021-07-09"

# What an element may be on this page, and every place where an address may stand.
AUDIT = """() => {
  const known = new Set(`A ARTICLE ASIDE B BDI BLOCKQUOTE BODY BUTTON CITE CODE DD DETAILS DIALOG DIV DL DT
    FIELDSET FIGCAPTION FIGURE FORM H1 H2 H3 HEAD HEADER HTML INPUT LABEL LEGEND LI LINK MAIN MARK META NAV
    NOSCRIPT OL OPTION P SCRIPT SECTION SELECT SPAN STRONG SUMMARY TABLE TBODY TD TEXTAREA TH THEAD TIME TITLE
    TR UL svg rect title`.split(/\\s+/));
  const shown = ["title", "aria-label", "value", "data-column"];  // the last is shown by the style sheet
  const wrong = [];
  for (const node of document.querySelectorAll("*")) {
    if (!known.has(node.tagName)) wrong.push(node.outerHTML.slice(0, 200));
    for (const { name, value } of node.attributes) {
      if (name.startsWith("on") || name === "srcdoc") wrong.push(`${name}=${value}`);
      const runs = /^\\s*(javascript|data|vbscript|blob|file):/i.test(value);
      if (runs && !shown.includes(name)) wrong.push(`${name}=${value}`);
    }
  }
  const scripts = [...document.scripts].map((node) => node.getAttribute("src"));
  if (String(scripts) !== "/static/app.js") wrong.push(`scripts: ${scripts}`);
  const sheets = document.querySelectorAll("head > link[rel=stylesheet]").length;
  if (document.styleSheets.length !== sheets) wrong.push("a style sheet too many");
  if (window.pwned !== undefined) wrong.push(`pwned is ${window.pwned}`);
  return wrong;
}"""


def links(page: Page) -> set[str]:
    """Every address outside the page that a reader could be sent to."""
    return set(page.eval_on_selector_all("a[target]", "nodes => nodes.map(node => node.href)"))


def assert_harmless(page: Page) -> None:
    """Nothing ran, and nothing is there but what the page itself made."""
    assert page.evaluate(AUDIT) == []
    assert re.fullmatch(r"(\w+ – )?Dateline", page.title())


def send(page: Page, question: str) -> None:
    page.get_by_label("Your question").fill(question)
    page.keyboard.press("Enter")


# What articles say


@pytest.fixture(scope="module")
def address(sample: Path, models: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server over an archive with a hostile article for each of the payloads."""
    folder = copy_of(sample, tmp_path_factory.mktemp("hostile") / "archive")
    with server(folder, models) as address:
        lines = [json.dumps(hostile_article(number)) for number in range(len(PAYLOADS))]
        sent = {"file": ("hostile.jsonl", "\n".join(lines).encode())}
        added = httpx2.post(f"{address}v1/articles", files=sent, timeout=60, trust_env=False)
        assert added.json()["added"] == len(PAYLOADS)
        yield address


def hostile_article(number: int) -> dict[str, str]:
    payload = PAYLOADS[number]
    return {
        "url": f"https://evil.example/{number}/{'%22' if number % 2 else chr(34)}onmouseover=window.pwned=1",
        "title": f"{payload} in the title",
        "outlet": f"{payload} Gazette",
        "author": f"{payload} Writer",
        "published": f"2021-{1 + number % 12:02}-09",
        "text": f"The harbour pilot number {number} carried {payload} past the lighthouse that night.\n\n"
        f"“{payload},” said {payload}.",
    }


def test_hostile_articles_are_listed_drawn_and_read_as_text(browser: Browser, address: str) -> None:
    with opened(browser, address, "#/archive") as page:
        expect(page.locator(".articles li")).to_have_count(50)
        page.get_by_role("button", name="Show more").click()
        titles = page.locator(".articles .title").filter(has_text="in the title")
        expect(titles).to_have_count(len(PAYLOADS))
        page.locator(".holdings summary").click()
        assert_harmless(page)
        photographed(page, "hostile-archive")
        for number in range(0, len(PAYLOADS), 3):
            titles.nth(number).click()
            panel = page.locator("#article-panel")
            expect(panel.locator(".text")).to_contain_text("The harbour pilot number")
            assert_harmless(page)
        assert links(page) <= {f"https://evil.example/{n}/%22onmouseover=window.pwned=1" for n in range(99)}


def test_hostile_articles_are_quoted_as_text_in_stream_and_history_alike(
    browser: Browser, address: str
) -> None:
    with opened(browser, address) as page:
        for number in (2, 9, 30):
            exchange = ask(
                page, f"What did the harbour pilot number {number} carry past the lighthouse?", "done"
            )
            expect(exchange.locator(".sources")).to_contain_text("The harbour pilot number")
            assert_harmless(page)
        photographed(page, "hostile-answer")
        page.locator("button.mark").first.click()
        expect(page.locator("#article-panel mark")).to_be_visible()
        assert_harmless(page)
        page.reload()
        expect(page.locator("article.exchange")).to_have_count(3)
        assert_harmless(page)


@pytest.mark.parametrize("start", range(0, len(PAYLOADS), 14))
def test_hostile_questions_are_text(browser: Browser, address: str, start: int) -> None:
    with opened(browser, address) as page:
        for payload in PAYLOADS[start : start + 14 : 5]:
            question = " ".join(f"Who said {payload}?".split())
            send(page, question)
            exchange = page.locator("article.exchange").last
            expect(exchange.locator("h2")).to_have_text(question)
            expect(exchange).to_have_attribute("data-state", ENDED)
        assert_harmless(page)
        page.get_by_role("link", name="History").click()
        expect(page.locator(".talks a").first).to_contain_text("Who said")
        assert_harmless(page)


# What a model writes


def obeying(asked: Asked) -> str:
    """A model that writes every payload, citing the first sentence of the evidence."""
    sentinel = re.findall(r"\bEND-\w+", asked.prompt)[-1]
    sentences = [
        f"The pumps at Salt Lane stood still {' '.join(payload.split())} [1.1]." for payload in PAYLOADS
    ]
    return "\n".join([*sentences, sentinel])


def test_what_a_model_writes_is_text_however_it_is_split(
    browser: Browser, sample: Path, models: Path, tmp_path: Path
) -> None:
    folder = copy_of(sample, tmp_path / "archive")
    (folder / "dateline.toml").write_text('answerer = "openai/gpt-4o-mini"\nverify = "mark"\nretries = 0\n')
    with provider() as running, pytest.MonkeyPatch.context() as environment:
        environment.setenv("OPENAI_API_KEY", KEY)
        environment.setenv("OPENAI_API_BASE", f"{running.address}/v1")
        running.replies(Reply(text=obeying, size=3))
        with server(folder, models) as address, opened(browser, address) as page:
            send(page, "What did Joanna Pell say about the pumps at Salt Lane?")
            exchange = page.locator("article.exchange")
            expect(exchange).to_have_attribute("data-state", ENDED)
            expect(exchange.locator(".claims")).to_contain_text("The pumps at Salt Lane stood still")
            assert_harmless(page)
            expect(exchange.locator(".unproved").first).to_have_text("Not proved by the cited text")
            expect(exchange).not_to_contain_text("[unproved]")
            photographed(page, "hostile-model")
            page.reload()
            expect(page.locator(".claims")).to_contain_text("The pumps at Salt Lane stood still")
            assert_harmless(page)


# What the API says, whatever wrote it: the page trusts nothing that comes over the wire


def citation(number: int, payload: str) -> dict[str, Any]:
    return {
        "number": number, "article_id": payload, "version": payload, "title": payload, "outlet": payload,
        "author": payload, "published": payload if number % 2 else DAY, "published_origin": payload,
        "url": ADDRESSES[number % len(ADDRESSES)], "quote": payload, "start": 0, "end": 1, "speaker": payload,
        "also_printed_by": [payload],
    }  # fmt: skip


def hostile_answer(status: str) -> dict[str, Any]:
    """An answer with a payload wherever there may be words."""
    words = list(PAYLOADS)
    citations = [citation(number, payload) for number, payload in enumerate(words, 1)]
    claims = [
        {"text": f"{payload}: “{payload}” [{number}]", "start": 0, "end": 1, "citations": [number],
         "support": "unsupported" if number % 3 else "quoted", "score": 1}
        for number, payload in enumerate(words, 1)
    ]  # fmt: skip
    positions = [
        {"text": payload, "value": payload if n % 2 else None, "day": payload, "citations": [n]}
        for n, payload in enumerate(words, 1)
    ]
    short = {"text": " ".join(words), "citations": [1, 2]}
    shown = [{"citation": number, "adds": words[4]} for number in range(3, len(words) + 1)]
    events = [
        {"first": word, "last": word, "precision": kind, "text": word, "citations": [1], "planned": True}
        for word, kind in zip(words, ["day", "month", "year", "span"] * len(words), strict=False)
    ]
    return {
        "id": words[3], "conversation_id": words[2], "question": words[0], "standalone_question": words[1],
        "status": status, "text": " ".join(words), "claims": claims, "citations": citations,
        "disagreements": [{"about": words[4], "positions": positions}],
        "changes": [{"about": words[5], "positions": positions}],
        "notes": words, "related": citations,
        "searched": {"articles": words[6], "passages": 1, "since": words[7], "until": words[8],
                     "outlets": words, "oldest": words[9], "newest": words[10]},
        "plan": {"standalone_question": words[1], "since": words[7], "as_of": words[8], "outlets": words,
                 "authors": words, "languages": words, "named_outlets": words, "named_authors": words,
                 "named_periods": [{"first": words[9], "last": words[10]}], "order": words[11],
                 "search_words": words[12], "ignored": words},
        "answerer": words[13], "usage": {}, "timings_ms": {"total": 1}, "asked": words[14],
        "feedback": {"rating": words[15], "comment": words[16]},
        "short_answer": short, "evidence": shown, "timeline": events, "suggestions": words,
        "sections": [{"heading": words[5], "question": words[6], "status": "answered", "short_answer": short,
                      "evidence": [{"citation": 1, "adds": "answer"}, {"citation": 2, "adds": "day"}]}],
        "table": {"columns": words, "rows": [words, words], "articles": [words[7], None]},
    }  # fmt: skip


def told(events: Sequence[tuple[str, Any]]) -> str:
    return "".join(f"event: {name}\ndata: {json.dumps(data)}\n\n" for name, data in events)


def streamed(status: str) -> str:
    answer = hostile_answer(status)
    claims = [
        ("claim", {"claim": claim, "citations": [cited]})
        for claim, cited in zip(answer["claims"], answer["citations"], strict=True)
    ]
    return told(
        [
            ("plan", answer["plan"]),
            ("sources", {"sources": answer["citations"], "passages": PAYLOADS[0]}),
            ("short_answer", {"short_answer": answer["short_answer"], "citations": answer["citations"][:2]}),
            *claims,
            ("disagreement", answer["disagreements"][0]),
            ("change", answer["changes"][0]),
            ("done", answer),
        ]
    )


def answering(body: str, media: str = "application/json", status: int = 200) -> Any:
    def fulfil(route: Route) -> None:
        route.fulfill(status=status, body=body, content_type=media)

    return fulfil


@pytest.mark.parametrize("status", ["answered", "not_in_archive", "incomplete"])
def test_a_hostile_stream_is_text_and_its_history_too(browser: Browser, address: str, status: str) -> None:
    with opened(browser, address) as page:
        page.route("**/v1/ask", answering(streamed(status), "text/event-stream"))
        send(page, "What happened?")
        exchange = page.locator("article.exchange")
        expect(exchange).to_have_attribute("data-state", ENDED)
        for payload in PAYLOADS:
            expect(exchange).to_contain_text(" ".join(payload.split()))
        assert_harmless(page)
        assert all(re.match(r"https?://", link) for link in links(page))
        page.locator("button.mark, .related button").first.click()
        expect(page.locator("#article-panel blockquote")).to_be_visible()
        assert_harmless(page)
        kept = hostile_answer(status)
        page.route("**/v1/conversations/*", answering(json.dumps({"answers": [kept], "next_cursor": None})))
        page.reload()
        expect(page.locator("article.exchange h2")).to_have_text(PAYLOADS[0])
        assert_harmless(page)


def test_hostile_errors_are_text(browser: Browser, address: str) -> None:
    problem = {"title": PAYLOADS[3], "detail": PAYLOADS[4], "status": 500}
    with opened(browser, address) as page:
        page.route("**/v1/ask", answering(told([("error", problem)]), "text/event-stream"))
        send(page, "What happened?")
        expect(page.get_by_role("alert")).to_contain_text(PAYLOADS[4])
        page.route("**/v1/conversations", answering(json.dumps(problem), "application/problem+json", 422))
        page.get_by_role("link", name="History").click()
        expect(page.locator("#history .empty")).to_contain_text(PAYLOADS[4])
        assert_harmless(page)


def test_a_hostile_list_of_conversations_and_archive_are_text(browser: Browser, address: str) -> None:
    talks = [{"id": words, "question": words, "answers": words, "last_asked": words} for words in PAYLOADS]
    about = {
        "articles": 1, "passages": 1, "outlets": PAYLOADS, "oldest": PAYLOADS[0], "newest": PAYLOADS[1],
        "undated": PAYLOADS[2], "suggested_questions": PAYLOADS,
    }  # fmt: skip
    with opened(browser, address) as page:
        page.route(
            "**/v1/conversations", answering(json.dumps({"conversations": talks, "next_cursor": None}))
        )
        page.route("**/v1/archive", answering(json.dumps(about)))
        page.reload()
        expect(page.locator("#suggestions button")).to_have_count(3)
        page.locator("#limits summary").click()
        assert_harmless(page)
        page.get_by_role("link", name="History").click()
        expect(page.locator(".talks a")).to_have_text([" ".join(words.split()) for words in PAYLOADS])
        assert_harmless(page)


def test_a_stream_reads_the_same_wherever_it_is_split(browser: Browser, address: str) -> None:
    claims = [("claim", {"text": payload}) for payload in PAYLOADS[:8]]
    body = told(claims) + ": beat\r\nevent: done\rdata: {}\r\n\r\n"
    read = """async ([body, size]) => {
      const { events } = await import("/static/stream.js");
      const bytes = new TextEncoder().encode(body);
      const chunks = [];
      for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.slice(at, at + size));
      const found = [];
      for await (const event of events(chunks)) found.push([event.name, JSON.parse(event.data)]);
      return found;
    }"""
    with opened(browser, address) as page:
        expected = [*map(list, claims), ["done", {}]]
        for size in (1, 2, 3, 7, 64, 100_000):
            assert page.evaluate(read, [body, size]) == expected


# What the page is made of


def test_no_file_of_the_page_can_make_markup_of_text() -> None:
    makes_markup = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|srcdoc|\beval\b|new Function|DOMParser"
        r"|createContextualFragment|setHTML|localStorage|sessionStorage|document\.cookie|\bstyle\s*="
    )
    found = {
        f"{path.name}: {match[0]}"
        for path in WEB.iterdir()
        if path.suffix in (".js", ".html")
        for match in makes_markup.finditer(path.read_text())
    }
    assert found == set()


def test_the_files_of_the_page_are_small_and_ask_nobody_else() -> None:
    for path in WEB.iterdir():
        text = path.read_text()
        assert text.count("\n") <= 400, path.name
        assert set(re.findall(r"https?://[^\s\"'`)]+", text)) <= {"http://www.w3.org/2000/svg"}, path.name


def test_the_browser_itself_would_refuse_markup_and_scripts_of_others(browser: Browser, address: str) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        policy = page.goto(address).headers["content-security-policy"]  # type: ignore[union-attr]
        assert "script-src 'self';" in policy
        refused = page.evaluate(
            """() => {
              try { document.body.insertAdjacentHTML("beforeend", "<p>x</p>"); }
              catch (error) { return error.name; }
            }"""
        )
        assert refused == "TypeError"  # Trusted Types: no string becomes markup, even by mistake
