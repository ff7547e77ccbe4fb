"""The evidence sheet in both forms, and what hostile article text makes of it: text."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from lxml.html import document_fromstring  # type: ignore[import-untyped]
from markdown_it import MarkdownIt

from service import reports as sheets
from service.answers import Answer, Citation, Claim, Disagreement, Position, Searched
from service.questions.plan import Plan
from service.storage.conversations import Kept

QUOTED = Citation(
    number=1, article_id="31", version=2, title="Bridge to cost 61 million", outlet="Tideline",
    author="Mirela Stanek", published=date(2021, 7, 9), published_origin="text",
    url="https://tideline.example/bridge?a=1&b=2", quote="The bridge will cost\n61 million.",
    start=12, end=46, speaker="Nadia Rahal", also_printed_by=("Radio Seawall",),
)  # fmt: skip
SIDES = tuple(Position(text=QUOTED.quote, value=value, citations=(1,)) for value in ("48 million", None))
ANSWER = Answer(
    id="a", conversation_id="c", question="What does it cost?",
    standalone_question="What does the bridge cost?", status="answered",
    text="“The bridge will cost 61 million.” [1]\nIt is ugly. [unproved]",
    claims=(
        Claim(text="“The bridge will cost 61 million.” [1]", start=0, end=38, citations=(1,),
              support="quoted", score=0.9),
        Claim(text="It is ugly. [unproved]", start=39, end=61, citations=(), support="unsupported", score=0),
    ),
    citations=(QUOTED,),
    disagreements=(Disagreement(about="the cost", positions=SIDES),),
    notes=("1 sentence could not be proved and was left out.",),
    searched=Searched(articles=5, passages=9, since=None, until=None, outlets=("Tideline",),
                      oldest=date(2020, 2, 21), newest=date(2024, 11, 15)),
    plan=Plan(standalone_question="What does the bridge cost?"), answerer="quotes",
)  # fmt: skip
KEPT = Kept(answer=ANSWER, asked=datetime(2026, 8, 20, 9, 5, tzinfo=UTC))

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "[click](javascript:alert(1))",
    "![x](https://evil.example/p.png)",
    "[1](https://evil.example/)",
    "[1]: https://evil.example/",
    "<https://evil.example/>",
    "`` ` `` *a* __b__ ~~c~~ ~d~ | e | &lt;i&gt; \\<i>",
    "# heading",
    "- item",
    "1. item",
    "12) item",
    "=====",
    "    code",
    "> quote",
    "a\n\n<b>b</b>\n\n***\n\n- c",
    "</style></title><script>x</script>",
]


def test_the_markdown_sheet() -> None:
    assert sheets.markdown(KEPT) == (
        "# What does it cost?\n\n"
        "*Understood as: What does the bridge cost?*\n\n"
        "*Asked 2026-08-20 09:05 UTC of 5 articles, published 2020-02-21 to 2024-11-15. "
        "Answered by quotes.*\n\n"
        "## Answer\n\n"
        "It is ugly. \\[unproved\\]\n\n"
        "## Sources disagree about: the cost\n\n"
        "- 48 million [1]\n"
        "- Tideline, quoting Nadia Rahal [1]\n\n"
        "*Note: 1 sentence could not be proved and was left out.*\n\n"
        "## Evidence\n\n"
        "**[1]**\n\n"
        "> “The bridge will cost 61 million.”\n\n"
        "Mirela Stanek, Tideline, quoting Nadia Rahal, “Bridge to cost 61 million”, "
        "9 July 2021 (read in the text); also printed by Radio Seawall  \n"
        "<https://tideline.example/bridge?a=1&b=2> · article 31, version 2, characters 12–46\n"
    )


def test_a_quote_that_opens_with_a_mark_gets_no_second_one() -> None:
    said = replace(QUOTED, quote="“It is dear,” she said.")
    kept = Kept(answer=replace(ANSWER, citations=(said,)), asked=KEPT.asked)
    assert "> “It is dear,” she said.\n" in sheets.markdown(kept)
    assert "[1] “It is dear,” she said.<" in sheets.html(kept)


def test_the_html_sheet_says_the_same_and_needs_nothing_else() -> None:
    page = sheets.html(KEPT)
    tree = document_fromstring(page)
    assert tree.findtext(".//h1") == "What does it cost?"
    words = " ".join(tree.text_content().split())
    for told in (
        "[1] “The bridge will cost 61 million.”", "Sources disagree about: the cost", "48 million [1]",
        "quoting Nadia Rahal", "also printed by Radio Seawall", "article 31, version 2, characters 12–46",
    ):  # fmt: skip
        assert told in words
    assert [link.get("href") for link in tree.iter("a")] == [QUOTED.url]
    assert tree.findtext(".//p[@class='unproved']") == "It is ugly. [unproved]"
    assert list(tree.iter("script", "img", "link", "iframe")) == []


def test_the_style_is_the_one_that_the_policy_allows() -> None:
    from base64 import b64encode
    from hashlib import sha256

    style = re.findall(r"<style>(.*?)</style>", sheets.html(KEPT), re.DOTALL)
    digest = b64encode(sha256(style[0].encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in sheets.CONTENT_SECURITY_POLICY


def test_a_refusal_shows_what_was_nearest() -> None:
    refused = replace(
        ANSWER, status="not_in_archive", text="The archive does not answer this.", claims=(), citations=(),
        disagreements=(), notes=(), related=(QUOTED,),
    )  # fmt: skip
    assert "## Nearest, not an answer" in sheets.markdown(Kept(answer=refused, asked=KEPT.asked))
    assert "Nearest, not an answer" in sheets.html(Kept(answer=refused, asked=KEPT.asked))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text: str) -> None:
    hostile = replace(
        QUOTED, title=text, outlet=text, author=text, quote=text, speaker=text, url=f"javascript:{text}",
        also_printed_by=(text,),
    )  # fmt: skip
    answer = replace(
        ANSWER, question=text, standalone_question=text, text=f"{text} [1]\n{text}", claims=(),
        citations=(hostile,), related=(hostile,), notes=(text,), answerer=text,
        disagreements=(Disagreement(about=text, positions=(replace(SIDES[0], value=text),)),),
    )  # fmt: skip
    kept = Kept(answer=answer, asked=KEPT.asked)
    # Read as the most liberal editor would, with raw HTML, tables and strike-through.
    rendered = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(
        sheets.markdown(kept)
    )  # fmt: skip
    parts = set(re.findall(r"<(\w+)", rendered))
    assert parts <= {"h1", "h2", "p", "em", "strong", "blockquote", "ul", "li", "br"}
    assert rendered.count("<h1>") == 1
    shown = " ".join(document_fromstring(rendered).text_content().split())
    assert shown.count(" ".join(text.split())) >= 8
    tree = document_fromstring(sheets.html(kept))
    assert list(tree.iter("script", "img", "a", "b", "i")) == []
    assert [name for element in tree.iter() for name in element.attrib if name.startswith("on")] == []
    assert tree.findtext(".//h1") == text
