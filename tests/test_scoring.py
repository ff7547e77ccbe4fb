"""Scripted answerers, right, wrong, half-cited, over-refusing: each metric sees what is wrong with them."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from eval.confidence import Bin, Point, calibration, expected_calibration_error, risk_coverage
from eval.intervals import Interval, interval_of_difference, interval_of_mean
from eval.records import Case, Record
from eval.scoring import NO_RECORD, Scores, score
from index.errors import DatelineError
from tests.recording import COURIER, VALLEY, answer, case, claim, passage, quote, record, write_run

COURIER_WORDS = "Fourteen families were evacuated, the town hall said."
VALLEY_WORDS = "About 40 families had to leave, said Councillor Idris Kamara."
FAMILIES = case(
    "families",
    "disagreement",
    facts=(("14",), ("40",)),
    order=(("14",), ("40",)),
    sources=(COURIER, VALLEY),
    forbidden_text=("200 families",),
    disagreement=True,
    change=True,
    newest_source=VALLEY,
)
LEVEL = case("level", "number", facts=(("4.6 metres",),), sources=(COURIER,))
CAPTAIN = case("captain", "unanswerable", refusal=True)
CASES = (FAMILIES, LEVEL, CAPTAIN)
REFUSED = answer()

Answers = Callable[[Case], Mapping[str, Any] | None]


def right(asked: Case) -> Mapping[str, Any] | None:
    """Says what is asked for, cites all of it, and refuses what is not in the archive."""
    if asked is CAPTAIN:
        return REFUSED
    if asked is LEVEL:
        return answer([claim("The water reached 4.6 metres.", 1)], [quote("The water reached 4.6 metres.")])
    positions = [{"text": "14 families", "citations": [1]}, {"text": "about 40", "citations": [2]}]
    days = [{**positions[1], "day": "2020-02-13"}, {**positions[0], "day": "2020-02-12"}]
    return answer(
        [claim("Fourteen families were evacuated.", 1), claim("Some 40 families had to leave.", 2)],
        [quote(COURIER_WORDS, 1), quote(VALLEY_WORDS, 2, url=VALLEY, published="2020-02-13")],
        [{"about": "families", "positions": positions}],
        changes=[{"about": "families", "positions": days}],
    )


def wrong(asked: Case) -> Mapping[str, Any]:
    """Is wrong about everything, and answers what cannot be answered."""
    told = [claim("200 families were evacuated from Salt Lane.", 1), claim("It was 9 metres.", 1)]
    return answer(told, [quote("Schools stay closed.", url="https://elsewhere.example", start=5)])


def half_cited(asked: Case) -> Mapping[str, Any] | None:
    """Says what is right, but leaves half of its sentences without proof."""
    given = right(asked)
    if given is None or not given["claims"]:
        return given
    bare = [claim("So it was written.")]
    return {**given, "claims": [*given["claims"][:1], *bare], "citations": given["citations"][:1]}


def over_refusing(asked: Case) -> Mapping[str, Any]:
    """Refuses everything."""
    return REFUSED


def failing(asked: Case) -> None:
    """Gives errors only."""
    return


def records(answers: Answers) -> list[Record]:
    """What that answerer gets, each time with the passage of the Courier, letter by letter."""
    found = []
    for asked in CASES:
        given = answers(asked)
        quotes = given["citations"] if given else ()
        shown = [passage(one["url"], one["quote"], article_id=one["article_id"]) for one in quotes]
        found.append(record(asked, given, shown, seconds=0.25))
    return found


@pytest.fixture
def scored(tmp_path: Path) -> Callable[[Answers], Scores]:
    """Scores a scripted answerer from a run on the disk."""
    return lambda answers: score(write_run(tmp_path / answers.__name__, records(answers)))


def means(scores: Scores) -> dict[str, float]:
    return {one.metric: one.mean for one in scores.aggregates if one.kind is None}


def test_the_right_one_is_right_in_everything(scored: Callable[[Answers], Scores]) -> None:
    found = means(scored(right))
    assert found.pop("seconds") == 0.25
    assert found == dict.fromkeys(found, 1.0)
    assert set(found) == {
        *(
            "correct",
            "facts",
            "order",
            "sources",
            "first_quote",
            "quotes_relevant",
            "citation_precision",
            "citation_recall",
            "quote_exactness",
        ),
        *("independence", "answered", "refusal_precision", "refusal_recall", "disagreement_found"),
        *("disagreement_precision", "change_found", "change_precision"),
        *("newest_source", "nothing_forbidden"),
        *("nDCG@10", "R@5", "R@10", "RR"),
    }


def test_the_wrong_one_is_wrong_in_everything(scored: Callable[[Answers], Scores]) -> None:
    found = means(scored(wrong))
    assert found.pop("seconds") == 0.25
    assert found.pop("answered") == 1  # it does answer
    assert found.pop("independence") == 1  # from one source
    assert found == dict.fromkeys(found, 0.0)
    assert {"quote_exactness", "refusal_recall", "disagreement_found", "nothing_forbidden"} <= set(found)


def test_the_half_cited_one_is_seen_by_the_recall_of_citations(scored: Callable[[Answers], Scores]) -> None:
    found = means(scored(half_cited))
    assert (found["correct"], found["citation_recall"], found["citation_precision"]) == (1, 0.5, 1)
    assert (found["sources"], found["newest_source"], found["change_found"]) == (0.75, 0, 0)
    assert found["refusal_recall"] == found["refusal_precision"] == 1


def test_the_over_refusing_one_is_seen_by_the_precision_of_refusals(
    scored: Callable[[Answers], Scores],
) -> None:
    scores = scored(over_refusing)
    found = means(scores)
    assert found["refusal_recall"] == 1
    assert found["refusal_precision"] == pytest.approx(1 / 3, abs=1e-6)
    assert (found["answered"], found["facts"]) == (0, 0)
    assert found["correct"] == pytest.approx(1 / 3, abs=1e-6)
    assert "citation_precision" not in found
    assert [row.failed for row in scores.rows] == [True, True, False]


def test_errors_are_scored_as_wrong(scored: Callable[[Answers], Scores]) -> None:
    scores = scored(failing)
    found = means(scores)
    assert found == dict.fromkeys(found, 0.0)
    assert {"correct", "citation_recall", "refusal_recall", "RR"} <= set(found)
    assert all(row.failed for row in scores.rows)


def test_questions_that_the_run_lacks_are_scored_as_wrong(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", records(right)[:1])
    whole = score(run, cases=CASES)
    assert [row.record.error for row in whole.rows] == [None, NO_RECORD, NO_RECORD]
    correct = whole.aggregate("correct")
    assert correct is not None
    assert correct.mean == pytest.approx(1 / 3, abs=1e-6)
    assert (correct.scored, correct.questions) == (3, 3)


def test_means_by_kind_count_what_is_scored(scored: Callable[[Answers], Scores]) -> None:
    scores = scored(right)
    assert scores.kinds == ["disagreement", "number", "unanswerable"]
    facts, of_none = scores.aggregate("facts"), scores.aggregate("facts", "unanswerable")
    assert facts is not None
    assert (facts.scored, facts.questions, facts.interval) == (2, 3, Interval(1, 1))
    assert of_none is None
    number = scores.aggregate("facts", "number")
    assert number is not None
    assert (number.scored, number.interval) == (1, None)


def test_the_last_record_of_a_question_counts_and_further_metrics_may_be_named(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", [*records(failing), *records(right)])
    scores = score(run, also=["R@1"])
    assert len(scores.rows) == 3
    assert [row.scores["R@1"] for row in scores.rows] == [0.5, 1, None]


def test_spans_are_scored_in_sets_that_have_them(tmp_path: Path) -> None:
    asked = case("level", "span", spans=("4.6 metres",))
    run = write_run(
        tmp_path / "run", [record(asked, answer([claim("4.6 metres")])), record(CAPTAIN, REFUSED)]
    )
    exact = score(run).aggregate("EM")
    assert exact is not None
    assert (exact.mean, exact.scored) == (1, 2)


def test_a_run_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DatelineError, match="there is no run in"):
        score(tmp_path)


# Intervals


def test_the_interval_of_a_share_is_that_of_the_binomial() -> None:
    # 50 of 100: 0.5 ± 1.96 · √(0.25/100)
    found = interval_of_mean([1.0] * 50 + [0.0] * 50)
    assert found is not None
    assert found.low == pytest.approx(0.402, abs=0.011)
    assert found.high == pytest.approx(0.598, abs=0.011)
    assert interval_of_mean([1.0] * 50 + [0.0] * 50) == found


def test_the_interval_of_one_question_is_none() -> None:
    assert interval_of_mean([1.0]) is None
    assert interval_of_difference([(1.0, 0.0)]) is None


def test_the_interval_of_a_difference_is_paired() -> None:
    # Every question gains 0.1, however much the questions differ: paired, that is certain.
    gained = interval_of_difference([(0.1, 0.2), (0.5, 0.6), (0.8, 0.9)])
    assert gained == Interval(0.1, 0.1)
    swapped = interval_of_difference([(1.0, 0.0), (0.0, 1.0)] * 10)
    assert swapped is not None
    assert swapped.low < 0 < swapped.high


def test_what_one_side_does_not_score_counts_for_the_other_alone() -> None:
    found = interval_of_difference([(1.0, None), (1.0, 0.5), (None, 0.5), (1.0, 0.5), (None, None)] * 5)
    assert found == Interval(-0.5, -0.5)


# Confidence


def surely(id: str, confidence: float, *, is_right: bool) -> Record:
    said = "14" if is_right else "40"
    return record(case(id, facts=(("14",),)), answer([claim(said, score=confidence)]))


def test_risk_and_coverage_by_hand(tmp_path: Path) -> None:
    asked = [
        surely("a", 0.9, is_right=True),
        surely("b", 0.8, is_right=False),
        surely("c", 0.8, is_right=True),
        surely("d", 0.2, is_right=False),
        replace(record(CAPTAIN, REFUSED)),
    ]
    rows = score(write_run(tmp_path / "run", asked)).rows
    assert risk_coverage(rows) == [Point(1 / 5, 0), Point(3 / 5, 1 / 3), Point(4 / 5, 2 / 4)]


def test_calibration_by_hand(tmp_path: Path) -> None:
    asked = [
        surely("a", 1.0, is_right=True),
        surely("b", 0.92, is_right=False),
        surely("c", 0.15, is_right=False),
    ]
    bins = calibration(score(write_run(tmp_path / "run", asked)).rows)
    assert bins == [Bin(0.1, 0.2, 0.15, 0, 1), Bin(0.9, 1.0, 0.96, 0.5, 2)]
    assert expected_calibration_error(bins) == pytest.approx((0.15 * 1 + 0.46 * 2) / 3)
    assert expected_calibration_error([]) is None
