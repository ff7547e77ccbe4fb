"""Public questions are halved by what they are about, and sampled by a hash; sentences become rows."""

from pathlib import Path

import numpy as np
import pytest

from eval.public import Asked, polnear, sampled
from eval.records import Case, Expectation, Record
from eval.targets import lines
from eval.training.ranking import Rows, auroc, fitted, further, labels_of, probabilities, threshold
from index.records import Span
from service.evidence import Quote
from tests.evidence import article

BRIDGE = article(
    1, "The bridge cost 61 million crowns. The mayor spoke of 61 million. It rained.", url="urn:1"
)
OTHER = article(2, "The bridge cost 61 million crowns, said a reader. The fair was full.", url="urn:2")


def asked(number: int, group: str, *, answered: bool) -> Asked:
    return Asked(f"q{number}", "S", "A", "What?", group, frozenset({"urn:1"} if answered else ()), ("x",))


def test_all_questions_about_one_thing_are_of_one_half() -> None:
    assert len({asked(number, "Rome", answered=True).half for number in range(9)}) == 1
    assert {asked(0, f"g{number}", answered=True).half for number in range(20)} == {"fit", "judge"}
    assert asked(0, "Normans", answered=True).half == "judge"
    assert asked(0, "Huguenot", answered=True).half == "fit"


def test_half_of_a_sample_has_no_answer_where_the_set_has_as_many() -> None:
    many = [asked(number, "Normans", answered=number % 3 == 0) for number in range(60)]
    chosen = sampled(reversed(many), 10, "judge")
    assert [bool(one.articles) for one in chosen] == [True] * 5 + [False] * 5
    assert chosen == sampled(many, 10, "judge")
    assert sampled(many, 10, "fit") == []


def test_a_sentence_answers_where_the_right_article_says_it_with_the_words_of_the_question() -> None:
    question = Asked("q", "S", "A", "What did the bridge cost?", "g", frozenset({"urn:1"}), ("61 million",))
    quotes = [
        Quote(article=one, span=Span(start, end))
        for one, start, end in (
            (BRIDGE, 0, 34),
            (BRIDGE, 35, 67),
            (BRIDGE, 68, 78),
            (OTHER, 0, 49),
            (OTHER, 50, 68),
        )
    ]
    assert labels_of(question, quotes) == [1, -1, 0, -1, 0]


def rows(found: list[tuple[int, float, int]], without: list[bool]) -> Rows:
    """Sentences of (question, its one feature, whether it answers)."""
    return Rows(
        names=("reader_sentence",),
        features=np.array([[feature] for _, feature, _ in found]),
        answers=np.array([label for _, _, label in found]),
        asked=np.array([number for number, _, _ in found]),
        sets=("RealTimeQA",) * len(without),
        without=np.array(without),
        natural=np.array(without),
        groups=np.arange(len(without)),
    )


def test_weights_follow_what_answers() -> None:
    some = rows([(n, 3.0 if n % 2 else -3.0, n % 2) for n in range(40)], [n % 2 == 0 for n in range(40)])
    weights = fitted(some, np.ones(40, dtype=bool))
    assert weights[0] > 0.5
    p = probabilities(some)
    assert p[some.answers == 1].min() > 0.8 > 0.2 > p[some.answers == 0].max()


def test_the_threshold_keeps_what_it_should_and_further_sentences_are_mostly_right() -> None:
    found = [(0, 0.0, 1), (0, 0.0, -1), (0, 0.0, 0), (0, 0.0, 0), (1, 0.0, 1), (2, 0.0, 0)]
    some = rows(found, [False, False, True])
    p = np.array([0.9, 0.8, 0.5, 0.4, 0.3, 0.6])
    assert threshold(some, p) == pytest.approx(0.3)
    assert further(some, p) == pytest.approx(5 / 9)  # at 0.4 but one of three says an answer


def test_the_area_under_the_curve_counts_ties_half() -> None:
    assert auroc(np.array([0.5, 0.9]), np.array([0.5, 0.1])) == pytest.approx(0.875)


def annotate(folder: Path, name: str, text: str, source: str, content: str) -> None:
    """Writes an article with one attribution, as PolNeAR holds them."""
    part = folder / "polnear" / "dev"
    spans = [f"{text.index(words)} {text.index(words) + len(words)}" for words in (source, "said", content)]
    lines = [f"T{n}\tX {span}\tw" for n, span in enumerate(spans, 1)] + ["E1\tSource:T1 Cue:T2 Content:T3"]
    for kind, suffix, written in (("text", ".txt", text), ("attributions", "_a.ann", "\n".join(lines))):
        (part / kind).mkdir(parents=True, exist_ok=True)
        (part / kind / f"{name}{suffix}").write_text(written)


def test_who_is_quoted_is_asked_for_and_somebody_else_who_did_not_say_it(tmp_path: Path) -> None:
    for number in range(8):
        name = f"Ana Roy{chr(97 + number)}"
        content = f"“The derelict turbine number {number} will not be mended.”"
        annotate(tmp_path, f"post_2016-03-1{number}_x", f"{content} {name} said.", name, content)
    found = list(polnear(tmp_path))
    first, other = found[:2]
    assert first.question == "What did Ana Roya say about derelict turbine?"
    assert first.articles == {"polnear:post_2016-03-10_x"}
    assert first.answers == ("derelict turbine",)
    assert other.question == "What did Ana Royh say about derelict turbine?"
    assert not other.articles


def record(kind: str, quotes: list[str], *, refusal: bool = False) -> Record:
    status = "answered" if quotes else "not_in_archive"
    expected = Expectation(refusal=refusal, facts=() if refusal else (("61 million",),))
    answer = {"status": status, "text": " ".join(quotes), "citations": [{"quote": one} for one in quotes]}
    case = Case(id=f"{kind}{len(quotes)}{refusal}", kind=kind, turns=("What?",), expected=expected)
    return Record(case=case, answer=answer, retrieved=(), seconds=0.1)


def test_a_row_tells_right_quotes_false_refusals_and_false_answers() -> None:
    records = [
        record("number", ["It cost 61 million.", "It rained."]),
        record("number", []),
        record("unanswerable", ["It rained."], refusal=True),
    ]
    whole, number, unanswerable = lines("S", records)
    assert [cell.split(" (")[0].strip() for cell in whole.split("|")[1:-1]] == [
        "S", "3", "0.33", "0.50", "1.00", "0.50", "0.50", "1.00",
    ]  # fmt: skip
    assert number.startswith("| – number | 2 |")
    assert unanswerable.startswith("| – unanswerable | 1 |")
