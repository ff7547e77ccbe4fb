"""A question is understood once: outside `service.questions` nobody parses its words again."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SERVICE = Path(__file__).parent.parent / "service"
MATCHES = {"match", "search", "fullmatch", "findall", "finditer", "split", "sub", "startswith", "endswith"}
READS = {"asked", "parts", "yes_no", "period_of"}  # functions that read a question's form out of its words


def parses(source: str) -> Iterator[str]:
    """The calls that take a question's words apart, each with its line."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        words = [*node.args, *([node.func.value] if isinstance(node.func, ast.Attribute) else [])]
        asked = any(
            isinstance(part, ast.Attribute) and part.attr in ("standalone_question", "search_words")
            for word in words
            for part in ast.walk(word)
        )
        folds = name == "split" and not node.args  # white space alone
        if asked and name in MATCHES | READS and not folds:
            yield f"line {node.lineno}: {name}"


@pytest.mark.parametrize(
    "source",
    [
        "_NAME.search(plan.standalone_question)",
        "re.findall(r'[A-Z]', evidence.plan.standalone_question)",
        "asked(plan.standalone_question)",
        "plan.standalone_question.startswith('who')",
    ],
)
def test_a_second_parse_is_seen(source: str) -> None:
    assert list(parses(source))


def test_to_read_a_question_or_to_show_it_is_no_parse() -> None:
    assert not list(parses("model.read(plan.standalone_question, texts); stems(plan.search_words)"))
    assert not list(parses("' '.join(plan.standalone_question.split())"))


def test_nobody_parses_a_question_again() -> None:
    found = [
        f"{file.relative_to(SERVICE)}, {where}"
        for file in sorted(SERVICE.rglob("*.py"))
        if "questions" not in file.relative_to(SERVICE).parts
        for where in parses(file.read_text())
    ]
    assert found == []
