"""A message out of the wrapping of a chat front end."""

import json

import pytest

from service.questions.message import LONGEST, clauses, sentences, unwrapped
from tests.doubling import grows_too_fast

TEMPLATE = (
    '### Task:\nAnswer from the context, with citations.\n<context>\n<source id="1">The band plays on '
    "Sundays.</source>\n</context>\n<user_query>\nWho leads the\nband?\n</user_query>"
)


def test_the_query_is_taken_out_of_a_template_of_context() -> None:
    message = unwrapped(TEMPLATE)
    assert message.text == "Who leads the band?"
    assert message.reply is None
    assert [one.why for one in message.removed] == ["context around the question"]


def test_context_in_tags_is_cut_away_and_a_labelled_query_kept() -> None:
    message = unwrapped(
        "Use this:\n<context>\nThe band plays.\n</context>\n\nAnswer it.\nQuery: Who leads it?"
    )
    assert message.text == "Who leads it?"
    assert [(one.text, one.why) for one in message.removed] == [("The band plays.", "pasted context")]


@pytest.mark.parametrize(
    ("form", "reply"),
    [
        ('{ "title": "your concise title here" }', {"title": "Who leads the band"}),
        ('{ "tags": ["tag1", "tag2"] }', {"tags": []}),
        ('{ "follow_ups": ["Question 1?"] }', {"follow_ups": []}),
        ('{ "queries": ["query1"] }', {"queries": ["And since when?"]}),
        ('{ "text": "..." }', {"text": "Who leads the band"}),
    ],
)
def test_what_a_front_end_asks_for_itself_is_answered_in_its_format(form: str, reply: object) -> None:
    asked = (
        f"### Task:\nDo something with this chat.\n### Output:\nJSON format: {form}\n### Chat History:\n"
        "<chat_history>\nUSER: Who leads the band?\nASSISTANT: Ada Moss [1]\nUSER: And since when?\n"
        "</chat_history>"
    )
    assert json.loads(unwrapped(asked).reply or "null") == reply


def test_of_a_long_paste_its_end_is_read() -> None:
    message = unwrapped("log line\n" * 1000 + "Who leads the band?")
    assert len(message.text) <= LONGEST
    assert message.text.endswith("Who leads the band?")
    assert [one.why for one in message.removed] == ["pasted text before the question"]


def test_an_ordinary_question_stays_as_it_is() -> None:
    assert unwrapped("Is 3 < 4 and 5 > 4?").text == "Is 3 < 4 and 5 > 4?"


def test_sentences_and_clauses() -> None:
    assert sentences("Hi there. Who leads it?\nThanks") == ["Hi there.", "Who leads it?", "Thanks"]
    assert clauses("Please answer in German: what does it cost, in all?") == [
        "Please answer in German:",
        "what does it cost,",
        "in all?",
    ]


def test_a_tag_is_closed_by_the_next_of_its_name() -> None:
    message = unwrapped("</a> <a x='1'>one <b>two</B> <c></A> <c> and </b> <d>three</d>?")
    assert message.text == "</a> \n <c> and </b> \n?"
    assert [one.text for one in message.removed] == ["one <b>two</B> <c>", "three"]


@pytest.mark.parametrize("unit", ["<a>", "<a></b>", "</a>", "<a></a>", "<a ", "<query>", "<a><query></a>"])
@pytest.mark.parametrize("after", ["", "</z>"])
def test_a_message_takes_time_that_grows_with_its_tags(unit: str, after: str) -> None:
    assert not grows_too_fast(unwrapped, unit, 60_000, before="<z>", after=after)


def test_tags_that_never_close_stay() -> None:
    assert unwrapped("<a>" * 20_000).text.endswith("<a>")
