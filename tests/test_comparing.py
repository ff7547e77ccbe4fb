"""Two runs side by side: wins and losses, and what fails."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from eval.comparing import check_thresholds, compare
from eval.records import Record
from index.errors import DatelineError
from tests.recording import answer, case, claim, record, write_run

Told = Iterable[str | None]


def told(answers: Told, first: int = 0) -> list[Record]:
    """A question each, which is right where it is told "14"; None refuses and "" is an error."""
    found = []
    for number, said in enumerate(answers, first):
        given = None if said == "" else answer([claim(said)] if said else [])
        found.append(record(case(f"q{number}", facts=(("14",),)), given))
    return found


def runs(folder: Path, before: Told, after: Told) -> tuple[Path, Path]:
    return write_run(folder / "before", told(before)), write_run(folder / "after", told(after))


def test_wins_and_losses_are_told_question_by_question(tmp_path: Path) -> None:
    comparison = compare(*runs(tmp_path, ["14", "40", "14"], ["40", "14", "14"]), {})
    correct = comparison.changes[0]
    assert (correct.metric.name, correct.wins, correct.losses, correct.scored) == ("correct", 1, 1, 3)
    assert correct.difference == 0
    assert [one.case_id for one in comparison.moved] == ["q0", "q1"]
    assert comparison.moved[0].scores == {"correct": (1, 0), "facts": (1, 0)}
    assert not comparison.failed
    assert "  q0: correct 1 → 0, facts 1 → 0\n  q1: correct 0 → 1, facts 0 → 1" in comparison.text
    assert comparison.text.endswith("Nothing failed.")


def test_a_regression_beyond_chance_fails(tmp_path: Path) -> None:
    comparison = compare(*runs(tmp_path, ["14"] * 20, ["14"] * 12 + ["40"] * 8), {})
    assert comparison.failed
    assert comparison.faults[0].startswith("correct fell from 1.000 to 0.600, which is more than chance")
    assert "FAILED: correct fell" in comparison.text


def test_one_loss_in_twenty_is_no_more_than_chance(tmp_path: Path) -> None:
    comparison = compare(*runs(tmp_path, ["14"] * 20, ["14"] * 19 + ["40"]), {})
    assert not comparison.failed
    assert comparison.changes[0].losses == 1


def test_a_gain_never_fails(tmp_path: Path) -> None:
    assert not compare(*runs(tmp_path, ["40"] * 20, ["14"] * 20), {}).failed


def test_needless_refusals_are_a_regression(tmp_path: Path) -> None:
    comparison = compare(*runs(tmp_path, ["40"] * 20, [None] * 20), {})
    assert [fault.split()[0] for fault in comparison.faults] == ["answered"]


def test_slower_is_told_and_fails_nothing(tmp_path: Path) -> None:
    before = write_run(
        tmp_path / "before", [record(case(f"q{n}"), answer([claim("x")]), (), 1.0) for n in range(9)]
    )
    after = write_run(
        tmp_path / "after", [record(case(f"q{n}"), answer([claim("x")]), (), 3.0) for n in range(9)]
    )
    comparison = compare(before, after, {})
    seconds = next(change for change in comparison.changes if change.metric.name == "seconds")
    assert (seconds.difference, seconds.losses, seconds.wins) == (2, 9, 0)
    assert not comparison.failed
    assert check_thresholds(after, {"seconds": 2}) == ("seconds is 3.000, over its threshold of 2",)


def test_questions_that_the_second_run_lacks_are_lost(tmp_path: Path) -> None:
    before, after = runs(tmp_path, ["14"] * 10, ["14"] * 4)
    comparison = compare(before, after, {})
    assert comparison.changes[0].losses == 6
    assert comparison.failed


def test_questions_of_the_second_run_alone_are_not_compared(tmp_path: Path) -> None:
    comparison = compare(*runs(tmp_path, ["14"], ["14", "40", "40"]), {})
    assert comparison.changes[0].difference == 0
    assert "Not compared, as only the second run asks them: 2" in comparison.text


def test_thresholds(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", told(["14", "14", "14", "40", ""]))
    assert check_thresholds(run, {"correct": 0.6, "answered": 0.8}) == ()
    assert check_thresholds(run, {"correct": 0.61, "refusal_recall": 0.9}) == (
        "correct is 0.600, under its threshold of 0.61",
        "refusal_recall has a threshold of 0.9, but no question of the run is scored by it",
    )
    comparison = compare(run, run, {"correct": 0.61})
    assert comparison.faults == ("correct is 0.600, under its threshold of 0.61",)


def test_all_unknown_metrics_are_told_at_once(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", told(["14"]))
    for ask in (lambda names: compare(run, run, names), lambda names: check_thresholds(run, names)):
        with pytest.raises(
            DatelineError, match="no metric 'precision', 'recall@5'; there are: correct, facts"
        ):
            ask({"precision": 0.9, "correct": 0.9, "recall@5": 0.1})


def test_folders_without_a_run_are_told(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", told(["14"]))
    with pytest.raises(DatelineError, match="there is no run in"):
        compare(tmp_path / "other", run, {})
