"""What Slack is sent of an answer: within its limits, and with nothing in it that an article could use."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from service.answers import Answer, Citation, Claim, Disagreement, Position, Searched, ShortAnswer
from service.questions.plan import Plan
from service.slack.blocks import closing, messages, plain, wording
from service.slack.events import Asked, kind_of, wish_of
from service.slack.text import as_markdown, as_mrkdwn, asked_words, link, parts
from tests.slack_room import HOSTILE, Told, in_loop, room, small_archive
from tests.slack_rules import faults
from tests.slack_server import BOT, TEAM, FakeSlack, Refusal, message

ADDRESS = "https://courier.example/flood_(2020)"


def citation(number: int, quote: str = "Fourteen families left.", url: str | None = None) -> Citation:
    return Citation(
        number=number, article_id="7", version=1, title="The flood", outlet="The Courier", author=None,
        published=date(2020, 2, 12), published_origin="page", url=url, quote=quote, start=0, end=len(quote),
    )  # fmt: skip


def answered(*sentences: str, **given: object) -> Answer:
    """An answer whose sentences cite one source each, in their order."""
    claims, start = [], 0
    for number, sentence in enumerate(sentences, 1):
        text = f"{sentence} [{number}]"
        end = start + len(text)
        claims.append(
            Claim(text=text, start=start, end=end, citations=(number,), support="verified", score=1)
        )
        start = end + 1
    plain_answer = Answer(
        id="a1", conversation_id="c1", question="Who left?", standalone_question="Who left?",
        status="answered", text="\n".join(claim.text for claim in claims), claims=tuple(claims),
        citations=tuple(citation(number) for number in range(1, len(claims) + 1)), disagreements=(),
        searched=Searched(
            articles=1, passages=1, since=None, until=None, outlets=(), oldest=None, newest=None
        ),
        plan=Plan(standalone_question="Who left?"), answerer="quotes",
    )  # fmt: skip
    return replace(plain_answer, **given)  # type: ignore[arg-type]


def fits(answer: Answer) -> list[dict[str, Any]]:
    """The messages of an answer, each as a call that keeps Slack's rules."""
    said: list[dict[str, Any]] = [
        {"channel": "C0DESK", "text": as_mrkdwn(plain(answer)), "blocks": [block.to_dict() for block in page]}
        for page in messages(wording(answer), closing(answer, "https://dateline.example/#/answers/a1"))
    ]
    assert [fault for call in said for fault in faults("chat.postMessage", call)] == []
    return said


def test_marks_lead_to_the_articles() -> None:
    answer = answered("Fourteen families left.", "One stayed.")
    linked = replace(answer, citations=(citation(1, url=ADDRESS), citation(2, url="javascript:alert(1)")))
    assert wording(linked) == (
        "Fourteen families left. [[1]](https://courier.example/flood_%282020%29)\n\nOne stayed. [2]"
    )


@pytest.mark.parametrize("end", ["chat.stopStream", "chat.postMessage"], ids=["streamed", "posted"])
@in_loop
async def test_an_article_can_neither_call_anyone_nor_forge_a_link(tmp_path: Path, end: str) -> None:
    archive, slack = small_archive(tmp_path / "archive"), FakeSlack()
    slack.refuse("chat.startStream", *[Refusal("not_allowed")] * 9 if end == "chat.postMessage" else [])
    async with room(archive, tmp_path, Told(sentences=3), slack) as newsroom:
        await newsroom.deliver(message("Who must pay us now?"))
        await newsroom.slack.until(1, end)
    [shown] = newsroom.slack.messages.values()
    assert HOSTILE.split(" ")[0] in shown.text
    assert not re.search(r"<[!@#h]", shown.text)
    assert not re.search(r"(?<!\\)\]\(https://evil", shown.text)
    assert "\\[pay\\](https://evil.example)" in shown.text
    texts = [part for block in shown.blocks for part in _texts(block)]
    # Rich text and plain text are shown letter by letter.
    assert any("<!here>" in text for text in texts)


def _texts(block: object) -> list[str]:
    if isinstance(block, dict):
        own = [block["text"]] if block.get("type") in ("text", "plain_text") else []
        return own + [text for value in block.values() for text in _texts(value)]
    return [text for value in block for text in _texts(value)] if isinstance(block, list) else []


def test_a_quote_is_shown_once_below_the_short_answer() -> None:
    quoted = answered("The Courier: “Fourteen families left.”", citations=(citation(1),))
    claims = tuple(replace(claim, support="quoted") for claim in quoted.claims)
    short = ShortAnswer(text="Fourteen", citations=(1,))
    answer = replace(quoted, claims=claims, short_answer=short)
    assert wording(answer) == "**Fourteen** [1]"
    assert [part["type"] for part in _sources(answer)] == ["rich_text_section"] * 2 + ["rich_text_quote"]


def _sources(answer: Answer) -> list[dict[str, str]]:
    found: list[dict[str, str]] = closing(answer, None)[0].to_dict()["elements"]
    return found


def test_a_disagreement_is_a_row_for_each_side() -> None:
    sides = (
        Position(text="“Fourteen families left.”", value="Fourteen", citations=(1,)),
        Position(text="“Nobody left.”", citations=(2,)),
    )
    other = replace(citation(2, "Nobody left."), outlet="Radio Seawall", published=None)
    answer = answered(
        "It is disputed.",
        citations=(citation(1), other),
        disagreements=(Disagreement(about="who left", positions=sides),),
    )
    block, *_ = (one.to_dict() for one in closing(answer, None))
    assert ["".join(_texts(element)) for element in block["elements"]] == [
        "Sources disagree about: who left",
        "Fourteen  The Courier, 12 February 2020 [1]",
        "“Nobody left.”  Radio Seawall, date unknown [2]",
    ]


DISPUTED = Disagreement(about="a" * 200, positions=(Position(text="p" * 2_000, citations=(1,)),) * 6)


@pytest.mark.parametrize(
    "answer",
    [
        answered("One."),
        answered(*["x" * 5_900] * 7),
        answered(*["word " * 3_000] * 2),
        answered("y" * 30_000),
        answered(*["Many."] * 60, citations=tuple(citation(number, "q" * 900) for number in range(1, 61))),
        answered("Noted.", notes=("n" * 5_000,) * 5),
        answered(status="not_in_archive", text="Nothing.", related=(citation(1, "<!channel>" * 80),) * 3),
        answered("Much.", disagreements=(DISPUTED,) * 3),
    ],
    ids=["short", "long", "longer", "one word", "many sources", "many notes", "refused", "much disagreed"],
)  # fmt: skip
def test_every_answer_keeps_slacks_limits(answer: Answer) -> None:
    said = fits(answer)
    text = "".join(block["text"] for call in said for block in call["blocks"] if block["type"] == "markdown")
    assert text == wording(answer)
    assert said[-1]["blocks"][-1]["type"] == "context_actions"


def test_how_many_sources_had_no_room_is_told() -> None:
    many = answered(*["Many."] * 60, citations=tuple(citation(number, "q" * 900) for number in range(1, 61)))
    *_, last = _sources(many)
    listed = (len(_sources(many)) - 2) // 2
    assert _texts(last) == [f"and {60 - listed} more"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a <!channel> & b", "a &lt;!channel&gt; &amp; b"),
        ("[x](https://e.example)", "\\[x\\](https://e.example)"),
        ("*_`~\\", "\\*\\_\\`\\~\\\\"),
        ("# no heading\n- no list\n1. nor this", "\\# no heading\n\\- no list\n1\\. nor this"),
        ("> no quote", "&gt; no quote"),
        ("plain – “quoted”, 1.5", "plain – “quoted”, 1.5"),
    ],
)  # fmt: skip
def test_markdown_shows_letter_by_letter(text: str, shown: str) -> None:
    assert as_markdown(text) == shown


def test_a_link_keeps_its_address_in_one_piece() -> None:
    assert link("[1]", ADDRESS) == "[[1]](https://courier.example/flood_%282020%29)"


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        (f"<@{BOT}> Who left?", "Who left?"),
        (f"Who left, <@{BOT}|dateline>?", "Who left, ?"),
        ("Who is <@U0BEN>?", "Who is @U0BEN?"),
        ("What of <https://a.example/x|this> in <#C1|news>?", "What of this in news?"),
        ("What of <https://a.example/x>?", "What of https://a.example/x?"),
        ("R&amp;D &lt;now&gt;\n  or later", "R&D <now> or later"),
        ("&amp;lt;", "&lt;"),
    ],
)
def test_a_question_is_read_as_it_was_typed(written: str, asked: str) -> None:
    assert asked_words(written, BOT) == asked


def test_parts_add_up_and_are_cut_where_one_may() -> None:
    assert parts("", 10) == []
    assert parts("1234567\n90ab", 10) == ["1234567\n", "90ab"]
    assert parts("12345678 0ab", 10) == ["12345678 ", "0ab"]
    assert parts("x" * 25, 10) == ["x" * 10, "x" * 10, "x" * 5]
    assert parts("ab\n" + "x" * 15, 10) == ["ab\n" + "x" * 7, "x" * 8]


def test_events_are_named_as_the_manifest_names_them() -> None:
    assert kind_of(message("x")) == "message.im"
    assert kind_of(message("x", channel_type="channel")) == "message.channels"
    assert kind_of(message("x", channel_type="group")) == "message.groups"
    assert kind_of({"type": "app_mention"}) == "app_mention"


def test_a_message_of_a_thread_that_calls_the_bot_is_addressed_to_it() -> None:
    said = message(f"<@U0BEN> or <@{BOT}>, who left?", channel_type="channel", thread_ts="1700000000.000001")
    wish = wish_of(TEAM, said, BOT)
    assert isinstance(wish, Asked)
    assert (wish.text, wish.thread, wish.addressed) == ("@U0BEN or , who left?", "1700000000.000001", True)
