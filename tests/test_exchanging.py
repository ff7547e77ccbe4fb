"""The sample in other names, and its questions in other words, ask and answer the same."""

from pathlib import Path

from eval.archives import CASES, SAMPLE
from eval.cases import load_cases
from eval.exchanging import drawn, exchange, wrapped, write_exchanged


def test_names_and_things_are_exchanged_as_words_and_in_their_case() -> None:
    names = {"Teague": "Novak", "bridge": "tunnel", "Bridge": "Tunnel"}
    text = "Teague's Bridge is one of two bridges; the cambridge road is none."
    assert exchange(text, names) == "Novak's Tunnel is one of two tunnels; the cambridge road is none."


def test_every_name_is_drawn_another_and_no_two_the_same() -> None:
    names = drawn()
    assert len(set(names.values())) == len(names)
    assert not names.keys() & set(names.values())
    assert drawn() == names != drawn(6)


def test_the_cases_still_load_and_none_of_the_old_names_is_left(tmp_path: Path) -> None:
    names = drawn()
    write_exchanged(CASES, tmp_path / "cases", names)
    write_exchanged(SAMPLE, tmp_path / "articles", names)
    assert len(load_cases(tmp_path / "cases")) == len(load_cases(CASES))
    held = (tmp_path / "articles" / "courier" / "teague-elected-mayor.txt").read_text()
    assert "Teague" not in held
    assert names["Teague"] in held


def test_a_wrapped_question_keeps_what_is_asked() -> None:
    for case in load_cases(CASES):
        other = wrapped(case)
        assert case.question.casefold() in other.question.casefold()
        assert other.question != case.question
        assert other.turns[:-1] == case.turns[:-1]
