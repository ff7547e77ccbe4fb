"""JSON of an answer, cut into sentences while it comes, whatever the model makes of the form."""

import json

import pytest

from service.answerers.citations import Numbered
from service.answerers.structured import MOST_PLACES, Items, schema_of
from tests.doubling import grows_too_fast
from tests.evidence import BRIDGE, article, evidence, hit

SENTENCE = {"text": 'The "bridge" {is} long, he said.', "cites": ["1.1", "2.2"]}
ANSWER = json.dumps({"sentences": [SENTENCE, {"text": "It has lanes.", "cites": []}]})
BEGUN = '{"sentences": [{"text": "'
READ = ['The "bridge" {is} long, he said. [1.1] [2.2]', "It has lanes."]


def read(text: str, size: int = 5) -> list[str]:
    items = Items("END-x")
    found = [one for at in range(0, len(text), size) for one in items.add(text[at : at + size])]
    return [*found, *items.rest()]


@pytest.mark.parametrize("size", [1, 3, 1000])
@pytest.mark.parametrize(
    "text",
    [
        ANSWER,
        f"\n```json\n{ANSWER}\n```",
        f'<think>{{"sentences": []}} or "not</think>\n{ANSWER}',
        f"{ANSWER} The end.",
        ANSWER.replace('"cites": []', '"cites": [], "sure": true'),
        json.dumps(json.loads(ANSWER), indent=4),
    ],
)
def test_sentences_are_read_whatever_stands_around_them(text: str, size: int) -> None:
    assert read(text, size) == READ


ONE = {"text": "It has lanes.", "cites": ["1.1"]}


@pytest.mark.parametrize("size", [1, 3, 1000])
@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"sentences": [ONE | {"cites": [1.1]}]}),
        json.dumps({"sentences": [ONE | {"cites": "1.1"}]}),
        json.dumps({"sentences": ["It has lanes [1.1]."]}).replace(" [1.1].", ". [1.1]"),
        json.dumps({"answer": "It has lanes. [1.1]"}),
        json.dumps([ONE]),
        json.dumps([ONE], indent=2),
        f"Here is the JSON:\n{json.dumps({'sentences': [ONE]})}",
        f"Here is the JSON:\n\n```json\n{json.dumps({'sentences': [ONE]}, indent=2)}\n```",
    ],
)
def test_json_in_another_form_than_was_asked_for_is_read(text: str, size: int) -> None:
    found = [one.replace(". [1.1]", " [1.1].") for one in read(text, size) if not one.endswith(":")]
    assert found == ["It has lanes [1.1]."]


def test_a_call_of_a_tool_is_no_sentence() -> None:
    assert read(json.dumps({"name": "search", "arguments": {"q": "bridge"}})) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It has lanes [1.1]. It is long [1.2]. And", ["It has lanes [1.1].", "It is long [1.2]."]),
        ('{"sentences": []}', []),
        (ANSWER[:-20], READ[:1]),
        ('{"sentences": [{"words": "x"}, {"text": 3}, "y"]}', []),
        ("{" * 50 + '"text": "x"' + "}" * 50, []),
        ("", []),
    ],
)
def test_what_is_no_such_json_gives_what_can_be_read(text: str, found: list[str]) -> None:
    assert read(text) == found


def test_a_sentence_is_given_before_the_next_has_come() -> None:
    items = Items("END-x")
    assert items.add(ANSWER[: ANSWER.index(', {"text": "It')]) == READ[:1]
    assert not items.ended
    items.add(ANSWER[ANSWER.index(', {"text": "It') :])
    assert items.ended
    assert items.add(ANSWER) == []


@pytest.mark.parametrize("again", [" ", "\n", "x", '\\"', "x ", "[", "\n- ", "```\n"])
@pytest.mark.parametrize("before", [BEGUN, ""], ids=["begun", "at once"])
def test_a_model_that_never_ends_a_sentence_is_to_be_stopped(before: str, again: str) -> None:
    items = Items("END-x")
    items.add(before)
    for _ in range(5000):
        items.add(again)
    assert items.full


def test_no_text_takes_more_than_its_length() -> None:
    for unit in ("x", '\\"', '"}, {"text": "', "{", "}", "[", " "):
        assert not grows_too_fast(read, unit, 2000, before=BEGUN)


def test_a_schema_lists_the_sentences_there_are() -> None:
    numbered = Numbered.of(evidence([BRIDGE]), [hit(BRIDGE)])
    schema = schema_of(numbered)
    assert schema is not None
    item = schema["properties"]["sentences"]["items"]
    assert item["properties"]["cites"]["items"]["enum"] == ["1.1", "1.2", "1.3"]
    long = article(3, " ".join(f"Lane {n} is open." for n in range(MOST_PLACES + 1)))
    assert schema_of(Numbered.of(evidence([long]), [hit(long)])) is None
