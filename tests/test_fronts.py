"""One answer on five fronts: page, terminal, Slack, Markdown and OpenAI's content hold the same."""

import io
import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from html import unescape
from typing import Any

import pytest
from playwright.sync_api import Browser, Route, expect

from index.records import Order
from service.answers import (
    Answer,
    Change,
    Claim,
    Claimed,
    DatedPosition,
    Disagreement,
    Event,
    EvidenceItem,
    Position,
    ShortAnswer,
    Shortened,
    TimelineEntry,
    to_json,
)
from service.cli.terminal import Plain, show_answer
from service.http.openai import Composition
from service.outline import Quoted, outline
from service.questions.plan import Plan
from service.reports import html, markdown
from service.slack.blocks import closing, messages, wording
from service.storage.conversations import Kept
from tests import pages
from tests.pages import opened, photographed
from tests.test_slack_blocks import answered, citation

address, asking, browser = pages.address, pages.asking, pages.browser

QUOTES = tuple(
    f"{number} families were taken from Lower Quay in the night to Wednesday, when the river came over the "
    f"wall of the old harbour, an officer of the town told reporters on day {number}."
    for number in ("Fourteen", "Thirty", "Forty", "Fifty", "Sixty")
)
ASKED = ("What is the latest on Lower Quay?", "Tell me about Joanna Pell")


def cited(*, sentences: tuple[str, ...] = (), **given: Any) -> Answer:
    """An answer of five quotes behind the sentences of a model."""
    claims: list[Claim] = []
    for number, quote in enumerate(QUOTES, 1):
        text = f"The Courier, 12 February 2020: “{quote}” [{number}]"
        claims.append(Claim(text=text, start=0, end=1, citations=(number,), support="quoted", score=1))
    written = [
        Claim(text=f"{text} [1]", start=0, end=1, citations=(1,), support="verified", score=1)
        for text in sentences
    ]
    whole = answered(
        citations=tuple(citation(number, quote) for number, quote in enumerate(QUOTES, 1)),
        evidence=tuple(EvidenceItem(citation=number, adds="source") for number in range(1, 6)),
        claims=(*written, *claims),
        short_answer=ShortAnswer(text="14, 30 or 40: sources disagree", citations=(1, 2, 3)),
    )
    whole = replace(whole, **given)
    return replace(whole, text="\n".join(claim.text for claim in whole.claims))


SIDES = tuple(Position(text=QUOTES[n - 1], value=f"{n}7 families", citations=(n,)) for n in (1, 2))
DAYS = tuple(
    DatedPosition(text=QUOTES[n - 1], value=f"{n}9 million", day=date(2020, n, 3), citations=(n,))
    for n in (5, 4)
)
DISPUTED = cited(
    sentences=("Nobody agrees how many left.",),
    disagreements=(Disagreement(about="how many left", positions=SIDES),),
    changes=(Change(about="the cost", positions=DAYS),),
    notes=("One sentence could not be proved and was left out.",),
    suggestions=ASKED,
)
EVENTS = tuple(
    TimelineEntry(
        first=date(2020, 1, n), last=date(2020, 1, n), precision="day", text=QUOTES[n - 1], citations=(n,),
        planned=n == 5, told=f"{n} January 2020",
    )
    for n in range(1, 6)
)  # fmt: skip
TOLD = cited(
    timeline=EVENTS,
    short_answer=None,
    plan=Plan(standalone_question="When?", intent="timeline", order=Order.TIMELINE),
    claims=tuple(
        replace(claim, text=f"{event.told}{' (planned)' if event.planned else ''} — “{event.text}” [{n}]")
        for n, (claim, event) in enumerate(zip(cited().claims, EVENTS, strict=True), 1)
    ),
    suggestions=ASKED,
)


ARABIC = replace(
    DISPUTED,
    plan=Plan(standalone_question="كم عدد الأسر؟", language="ar", locale="ar"),
    timeline=(replace(EVENTS[4], told="", citations=(5, 4)),),
    citations=tuple(
        replace(one, published_origin="text", also_printed_by=("Radio",)) for one in DISPUTED.citations
    ),
)
ENGLISH = re.compile(
    r"sources disagree about|changed over time|timeline|quoting|read in|also printed|planned\b|more report"
    r"|you could|evidence|february|january|unknown|\bago\b|live page|permanent|published",
    re.IGNORECASE,
)


def on_terminal(answer: Answer) -> str:
    out = io.StringIO()
    show_answer(Plain(file=out, width=100_000), answer, whole=True)
    return out.getvalue()


def on_slack(answer: Answer) -> str:
    def words(block: object) -> str:
        if isinstance(block, dict):
            own = block.get("text")
            return own if isinstance(own, str) else "".join(map(words, block.values()))
        return "".join(map(words, block)) if isinstance(block, list) else ""

    pages = messages(wording(answer), closing(answer, None))
    return "\n".join(words(block.to_dict()) for page in pages for block in page)


def on_sheet(answer: Answer) -> str:
    return markdown(Kept(answer=answer, asked=datetime(2024, 1, 1, tzinfo=UTC)))


def on_openai(answer: Answer) -> str:
    composed = Composition()
    short = answer.short_answer
    events: list[Event] = [
        answer.plan,
        *([Shortened(short, ())] if short else []),
        *(Claimed(claim, ()) for claim in answer.claims),
        *answer.disagreements,
        *answer.changes,
        answer,
    ]
    for event in events:
        composed.take(event)
    return composed.text


def on_printed_sheet(answer: Answer) -> str:
    return unescape(re.sub("<[^>]+>", " ", html(Kept(answer=answer, asked=datetime(2024, 1, 1, tzinfo=UTC)))))


FRONTS = {
    "terminal": on_terminal,
    "slack": on_slack,
    "markdown": on_sheet,
    "printed": on_printed_sheet,
    "openai": on_openai,
}
SHEETS = ("markdown", "printed")  # of what was proved, which go on to nothing


def on_page(browser: Browser, address: str, answer: Answer, name: str) -> str:
    def fulfil(route: Route) -> None:
        body = json.loads(to_json(answer)) | {"asked": "2024-01-01T00:00:00Z", "feedback": None}
        route.fulfill(body=json.dumps(body), content_type="application/json")

    with opened(browser, address) as page:
        page.route("**/v1/answers/a1", fulfil)
        page.goto(f"{address}#/answers/a1")
        exchange = page.locator("article.exchange")
        expect(exchange.locator(".suggested button")).to_have_count(2)
        # Every part of it ends above the line for the next question, on one screen.
        composer = page.locator("#ask").bounding_box()
        part = exchange.locator(".sources" if answer.short_answer else ".events").first.bounding_box()
        assert composer
        assert part
        if not answer.disagreements:
            assert part["y"] + part["height"] <= composer["y"]
        photographed(page, name)
        for more in exchange.locator("details.more > summary").all():
            more.click()
        return exchange.inner_text()


def plain(text: str) -> str:
    """The words of a front: without its escapes, emphasis and folds."""
    return " ".join(re.sub(r"[\\*>]", "", text).split())


def assert_holds(text: str, answer: Answer, front: str) -> None:
    """Each part of the answer stands there: quotes once, the short answer first, values with their marks."""
    said = plain(text)
    assert [said.count(quote) for quote in QUOTES] == [1] * len(QUOTES)
    if short := answer.short_answer:
        assert said.index(short.text) < min(said.index(quote) for quote in QUOTES)
    if front not in SHEETS:
        assert [said.count(question) for question in answer.suggestions] == [1, 1]
    sentences = [claim.text.removesuffix(" [1]") for claim in answer.claims if claim.support != "quoted"]
    for sentence in (*sentences, *answer.notes):
        assert said.count(sentence) == 1
    for event in answer.timeline:
        assert said.count(event.told) == 1
    days = [said.index(event.told) for event in answer.timeline]
    assert days == sorted(days)
    assert said.count("planned") == sum(event.planned for event in answer.timeline)
    values = [side.value for one in answer.disagreements for side in one.positions]
    values += [side.value for one in answer.changes for side in one.positions]
    assert [said.count(value or "") for value in values] == [1] * len(values)


@pytest.mark.parametrize("front", FRONTS)
@pytest.mark.parametrize("answer", [DISPUTED, TOLD], ids=["disputed", "timeline"])
def test_a_front_holds_the_whole_answer(front: str, answer: Answer) -> None:
    assert_holds(FRONTS[front](answer), answer, front)


def test_a_terminal_tells_a_day_once_and_each_source_below_its_words() -> None:
    out = io.StringIO()
    twice = replace(TOLD, timeline=(EVENTS[0], replace(EVENTS[1], told=EVENTS[0].told)))
    show_answer(Plain(file=out, width=90, force_terminal=True), twice)
    assert out.getvalue().count("1 January 2020") == 1
    lines = [line.split("\x1b[2m")[-1] for line in out.getvalue().splitlines()]
    assert sum(line.startswith("The Courier, ") for line in lines) == 2


def test_an_overview_shows_each_of_its_stories() -> None:
    overview = cited(short_answer=None, plan=Plan(standalone_question="What is new?", intent="overview"))
    assert [one.more for one in outline(overview) if isinstance(one, Quoted)] == [False] * 5


def labels_of(text: str, answer: Answer) -> str:
    """The words of a front without those of the answer itself and of the page's own controls."""
    held = (*(one.text for one in answer.claims), *QUOTES, *answer.suggestions, *answer.notes)
    short = answer.short_answer.text if answer.short_answer else ""
    for words in (*map(plain, held), short, "Evidence sheet", "Answered by quotes."):
        text = text.replace(words, "")
    return text


@pytest.mark.parametrize("front", FRONTS)
def test_the_words_around_quotes_are_in_the_language_of_the_question(front: str) -> None:
    text = labels_of(plain(FRONTS[front](ARABIC)), ARABIC)
    assert "تختلف المصادر بشأن: how many left" in text
    assert "3 مايو 2020" in text
    assert ENGLISH.findall(text) == []


@pytest.mark.parametrize("answer", [DISPUTED, TOLD], ids=["disputed", "timeline"])
def test_the_page_holds_the_whole_answer(browser: Browser, address: str, answer: Answer) -> None:
    text = on_page(browser, address, answer, f"front-{'timeline' if answer.timeline else 'disputed'}")
    assert_holds(text, answer, "page")


def test_the_page_has_the_words_of_the_question(browser: Browser, address: str) -> None:
    text = labels_of(plain(on_page(browser, address, ARABIC, "front-arabic")), ARABIC)
    for words in ("تختلف المصادر بشأن: how many left", "3 مايو 2020", "مخطط له", "قبل 6 سنوات", "خبر آخر"):
        assert words in text
    assert ENGLISH.findall(text) == []


def test_an_answer_of_five_quotes_fits_one_screen(browser: Browser, address: str) -> None:
    assert_holds(on_page(browser, address, cited(suggestions=ASKED), "five-quotes"), cited(), "markdown")
