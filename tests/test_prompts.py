"""Prompts: what their files must hold, what they must be given, whose file counts."""

import hashlib
from pathlib import Path

import pytest

from prompts.loading import PACKAGED, PromptError, load_prompt, names, parsed

OWN = b"""---
name: rewrite
description: Mine.
required: [marker, turns, question]
---
Be brief. {{ marker }}

***

{{turns}} | {{question}}
"""


def test_each_is_sound() -> None:
    assert names() == ("answer", "answer-small", "answer-structured", "judge", "repair", "rewrite", "support")
    for name in names():
        prompt = load_prompt(name)
        assert prompt.name == name
        assert prompt.description.endswith(".")
        digest = hashlib.sha256((PACKAGED / f"{name}.md").read_bytes()).hexdigest()
        assert prompt.version == digest[:12]


def test_the_part_above_the_break_is_the_system_message() -> None:
    messages = parsed(OWN, "rewrite").messages(marker="m", turns="t", question="q")
    assert messages == [
        {"role": "system", "content": "Be brief. m"},
        {"role": "user", "content": "t | q"},
    ]


def test_a_prompt_without_a_break_is_one_message() -> None:
    messages = load_prompt("judge").messages(data="{}")
    assert [message["role"] for message in messages] == ["user"]
    assert messages[0]["content"].endswith("\n\n{}")


def test_braces_in_a_value_are_left_alone() -> None:
    messages = parsed(OWN, "rewrite").messages(marker="m", turns="{{question}} {{x}}", question="q")
    assert messages[1]["content"] == "{{question}} {{x}} | q"


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"marker": "m"}, "prompt 'rewrite' asks for what it is not given: turns, question"),
        (
            {"marker": "m", "turns": "t", "question": "q", "evidence": "e", "quetsion": "q"},
            "prompt 'rewrite' has no place for: evidence, quetsion",
        ),
    ],
)
def test_missing_and_unknown_values_are_named(values: dict[str, str], told: str) -> None:
    with pytest.raises(PromptError) as error:
        load_prompt("rewrite").messages(**values)
    assert str(error.value) == told


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (
            b"Just words.",
            "prompt 'x' is wrong: front matter lacks 'description'; front matter lacks 'name'; "
            "front matter lacks 'required'",
        ),
        (
            b"---\nname: y\ndescription: D.\nrequired: []\nmodel: gpt\n---\nWords.",
            "prompt 'x' is wrong: front matter has an unknown field 'model'; "
            "its name is 'y', its file's is 'x'",
        ),
        (
            b"---\nname: x\ndescription: D.\nrequired: [a, b]\n---\n{{a}} {{c}} {{}}",
            "prompt 'x' is wrong: {{c}} is not among its required names; "
            "{{}} is not among its required names; the text has no place {{b}}",
        ),
        (
            b"---\nname: x\ndescription: 3\nrequired: a\n---\n",
            "prompt 'x' is wrong: description is not text; required is not a list of names",
        ),
    ],
)
def test_a_file_that_is_no_prompt_is_told_in_full(data: bytes, told: str) -> None:
    with pytest.raises(PromptError) as error:
        parsed(data, "x")
    assert str(error.value) == told


@pytest.mark.parametrize("data", [b"\xff\xfe", b"---\nname: [x\n---\nWords."])
def test_bytes_that_cannot_be_read_are_told(data: bytes) -> None:
    with pytest.raises(PromptError, match="prompt 'x' cannot be read: "):
        parsed(data, "x")


def test_a_file_of_the_users_replaces_ours_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "rewrite.md").write_bytes(OWN)
    assert load_prompt("rewrite", tmp_path).description == "Mine."
    assert load_prompt("rewrite", tmp_path).version != load_prompt("rewrite").version
    assert load_prompt("answer", tmp_path) == load_prompt("answer")


def test_a_name_that_is_none_is_told_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(
        PromptError, match="no prompt 'anwser'; there are: answer, answer-small, answer-structured"
    ):
        load_prompt("anwser")
    (tmp_path / "anwser.md").write_bytes(OWN)
    with pytest.raises(PromptError, match="no prompt 'anwser' "):
        load_prompt("answer", tmp_path)
    with pytest.raises(PromptError, match="no folder of prompts at "):
        load_prompt("answer", tmp_path / "none")
