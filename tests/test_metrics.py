"""Every metric against values worked out by hand."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from eval.answer_metrics import (
    answered,
    change_found,
    change_precision,
    correct,
    disagreement_found,
    disagreement_precision,
    exact_match,
    f1,
    facts,
    first_quote,
    missing_facts,
    newest_source,
    nothing_forbidden,
    order,
    prediction,
    quotes_relevant,
    refusal_precision,
    refusal_recall,
    sources,
    span,
    squad_exact,
    squad_f1,
    understood,
)
from eval.citation_metrics import (
    WordsAt,
    citation_precision,
    citation_recall,
    independence,
    names,
    quote_exactness,
    supports,
    words_in_archive,
)
from eval.metrics import METRICS, chosen, cost_usd, seconds, total_tokens
from eval.retrieval_metrics import hits_at, mrr_at, ndcg_at, recall_at, reciprocal_rank
from index.archive import Archive
from index.errors import DatelineError
from tests.conftest import DraftMaker
from tests.fakes import HashedWords
from tests.recording import COURIER, VALLEY, answer, case, claim, passage, quote, record, said

FLOOD = "Fourteen families were evacuated from Cooper Street on Tuesday night, the town hall said."
REFUSED = answer()


def words_in(texts: Mapping[tuple[str, int], str]) -> WordsAt:
    """Looks places up in whole texts, by article id and version."""

    def words_at(article_id: str, version: int, start: int, end: int) -> str | None:
        text = texts.get((article_id, version))
        return None if text is None else text[start:end]

    return words_at


def test_facts_are_counted_in_any_of_their_spellings() -> None:
    expected = (("14 families",), ("about 40", "some 40"), ("the fire brigade",))
    one = said("Fourteen families, or some 40 [7].", facts=expected)
    assert facts(one) == pytest.approx(2 / 3)
    assert missing_facts(one) == [("the fire brigade",)]


def test_a_quote_is_relevant_that_says_a_fact_a_span_or_most_of_the_evidence() -> None:
    quotes = [quote("It rained."), quote("14 families left."), quote("The quay lay under water for a week.")]
    told = answer([claim("x", 1, 2, 3)], quotes)
    by_facts = record(case(facts=(("fourteen families",),)), told)
    assert first_quote(by_facts) == 0.0
    assert quotes_relevant(by_facts) == pytest.approx(1 / 3)
    by_span = record(case(spans=("rained",)), told)
    assert first_quote(by_span) == 1.0
    assert quotes_relevant(by_span) == pytest.approx(1 / 3)
    by_evidence = record(case(evidence=("The whole quay lay under water for a week",)), told)
    assert quotes_relevant(by_evidence) == pytest.approx(1 / 3)
    assert first_quote(record(case(facts=(("14",),)), REFUSED)) is None
    assert quotes_relevant(record(case(refusal=True), told)) is None


def test_the_number_of_a_mark_is_no_fact() -> None:
    assert facts(record(case(facts=(("1",),)), answer([claim("Families left.", 1)], [quote(FLOOD)]))) == 0


def test_the_words_of_a_refusal_are_no_facts() -> None:
    assert facts(record(case(facts=(("14",),)), REFUSED)) == 0


@pytest.mark.parametrize(
    ("text", "kept"),
    [("48, then 61, then 67.5 million", 1), ("61, before that 48, now 67.5 million", 0), ("48 and 61", 0)],
)
def test_order(text: str, kept: float) -> None:
    assert order(said(text, order=(("48",), ("61",), ("67.5 million",)))) == kept


def test_expected_sources_are_named_by_url_or_title() -> None:
    given = answer([claim("x", 1)], [quote(FLOOD)])
    assert sources(record(case(sources=(COURIER, VALLEY)), given)) == 0.5
    assert sources(record(case(sources=("Fourteen families leave homes",)), given)) == 1


def test_what_is_forbidden_is_looked_for_in_text_quotes_and_sources() -> None:
    forbidden: dict[str, Any] = {"forbidden_text": ("200 families",), "forbidden_sources": (VALLEY,)}
    assert nothing_forbidden(said("Fourteen families.", **forbidden)) == 1
    assert nothing_forbidden(said("Two hundred families.", **forbidden)) == 0
    quoting = answer([claim("Many.", 1)], [quote("200 families were evacuated")])
    assert nothing_forbidden(record(case(**forbidden), quoting)) == 0
    citing = answer([claim("Many.", 1)], [quote(FLOOD, url=VALLEY)])
    assert nothing_forbidden(record(case(**forbidden), citing)) == 0
    assert nothing_forbidden(said("Fourteen families.")) is None


def test_correct_asks_for_everything_at_once() -> None:
    expected: dict[str, Any] = {"facts": (("14",),), "forbidden_text": ("200",)}
    assert correct(said("14 families", **expected)) == 1
    assert correct(said("14 families, or 200", **expected)) == 0
    assert correct(said("14 families", facts=(("14",), ("40",)))) == 0
    assert correct(record(case(**expected), None)) == 0
    assert correct(said("14 families")) is None


def test_where_either_is_right_both_are() -> None:
    allowed = case(facts=(("free",),), may_refuse=True)
    assert [correct(record(allowed, given)) for given in (REFUSED, answer([claim("Cars are free.")]))] == [
        1,
        1,
    ]
    assert correct(record(allowed, answer([claim("12 crowns.")]))) == 0
    assert facts(record(allowed, REFUSED)) is None
    assert refusal_precision(record(allowed, REFUSED)) == 1


def test_refusals() -> None:
    none, some = case(refusal=True), case(facts=(("14",),))
    spoken = answer([claim("14")])
    asked = [record(none, REFUSED), record(none, spoken), record(some, REFUSED), record(some, spoken)]
    assert [refusal_recall(one) for one in asked] == [1, 0, None, None]
    assert [refusal_precision(one) for one in asked] == [1, None, 0, None]
    assert [answered(one) for one in asked] == [None, None, 0, 1]
    assert [correct(one) for one in asked] == [1, 0, 0, 1]


def test_a_disagreement_is_found_where_two_of_the_facts_stand_side_by_side() -> None:
    expected = case(disagreement=True, facts=(("14",), ("40",), ("23",)))
    sides = [{"text": "14 families", "citations": [1]}, {"text": "about 40", "citations": [2]}]
    shown = answer([claim("14 or 40")], disagreements=[{"about": "families", "positions": sides}])
    beside = answer([claim("14 or 40")], disagreements=[{"about": "families", "positions": sides[:1]}])
    assert disagreement_found(record(expected, shown)) == 1
    assert disagreement_found(record(expected, beside)) == 0
    assert disagreement_found(record(expected, None)) == 0
    assert disagreement_precision(record(expected, shown)) == 1
    assert disagreement_precision(record(case(facts=(("14",),)), shown)) == 0
    assert disagreement_precision(record(case(facts=(("14",),)), answer([claim("14")]))) is None


def changed(*positions: tuple[str, str, int]) -> dict[str, Any]:
    """An answer with a change of those texts, days and citations; 1 is the Courier, 2 the Valley."""
    sides = [{"text": text, "day": day, "citations": [number]} for text, day, number in positions]
    told = [quote("48 million", 1), quote("69 million", 2, url=VALLEY, published="2024-10-09")]
    return answer([claim("x", 1)], told, changes=[{"about": "the cost", "positions": sides}])


def test_a_change_is_found_where_the_newest_stands_before_what_was_said_of_another_day() -> None:
    expected = case(change=True, newest_source=VALLEY, facts=(("48 million",), ("69 million",)))
    new, old = ("69 million", "2024-10-09", 2), ("48 million", "2020-02-12", 1)
    told = changed(new, old)
    assert change_found(record(expected, told)) == 1
    assert change_found(record(expected, changed(old, new))) == 0
    assert change_found(record(expected, changed(new))) == 0
    assert change_found(record(expected, changed(new, ("48 million", "2024-10-09", 1)))) == 0
    assert change_found(record(expected, changed(new, ("much less", "2020-02-12", 1)))) == 0
    assert change_found(record(expected, {**told, "changes": []})) == 0
    assert change_found(record(case(change=True, facts=(("69 million",),)), changed(old, new))) == 1
    assert change_found(record(case(facts=(("69 million",),)), told)) is None
    assert change_precision(record(expected, told)) == 1
    assert change_precision(record(case(facts=(("69 million",),)), told)) == 0
    assert change_precision(record(expected, changed(new))) is None


def test_the_newest_source_is_missed_by_a_stale_answer() -> None:
    expected = case(newest_source=VALLEY)
    old, new = quote("48 million", 1), quote("69 million", 2, url=VALLEY, published="2024-10-09")
    both, stale, fresh = (answer([claim("x", 1)], cited) for cited in ([old, new], [old], [new]))
    assert [newest_source(record(expected, given)) for given in (both, stale, fresh)] == [1, 0, 1]
    assert newest_source(record(expected, REFUSED)) == 0


def test_an_outlet_names_any_of_its_articles_as_a_source() -> None:
    expected = case(sources=("The Ostrel Courier", "Tideline"))
    assert sources(record(expected, answer([claim("x", 1)], [quote("words")]))) == 0.5


# SQuAD


@pytest.mark.parametrize(
    ("gold", "predicted", "exact", "shared"),
    [
        ("The Harbour Bridge", "harbour bridge!", 1, 1),
        ("in 1978", "1978", 0, 2 * 1 * (1 / 2) / (1 + 1 / 2)),
        ("the town hall", "the town hall of Port Ostrel", 0, 2 * (2 / 5) * 1 / (2 / 5 + 1)),
        ("fourteen", "14", 0, 0),
        ("", "", 1, 1),
        ("", "fourteen", 0, 0),
    ],
)
def test_squad(gold: str, predicted: str, exact: float, shared: float) -> None:
    assert squad_exact(gold, predicted) == exact
    assert squad_f1(gold, predicted) == pytest.approx(shared)


def test_squad_takes_the_best_gold_span_and_the_words_that_the_answer_quotes() -> None:
    sentence = "The Ostrel Courier, 12 February 2020: “in 1978”"
    claims = [claim("Perhaps 1980.", score=0.3), claim(sentence, 1, support="quoted", score=0.8)]
    one = record(case(spans=("1977", "In 1978.")), answer(claims, [quote("in 1978")]))
    assert prediction(one) == "in 1978"
    assert exact_match(one) == f1(one) == span(one) == 1


def test_squad_of_a_question_without_an_answer_is_right_when_refused() -> None:
    assert exact_match(record(case(refusal=True), REFUSED)) == 1
    assert f1(record(case(refusal=True), answer([claim("1978")]))) == 0
    assert exact_match(record(case(refusal=True), None)) == 0


# Citations


@pytest.mark.parametrize(
    ("sentence", "supported"),
    [
        ("Fourteen families were evacuated from Cooper Street.", True),
        ("14 families were evacuated on 11 February 2020, the Courier reported.", True),
        ("The Ostrel Courier wrote on 12 February 2020 that 14 families left.", True),
        ("Forty families were evacuated.", False),
        ("Fourteen families were evacuated from Salt Lane.", False),
        ("Fourteen families were evacuated in March 2020.", False),
        ("The town hall said “fourteen families were evacuated”.", True),
        ("The town hall said “all families are safe”.", False),
        ("Nobody died.", False),
        ("One of the streets: Cooper Street.", True),
    ],
)
def test_support_is_judged_by_numbers_days_names_and_quoted_words(sentence: str, supported: bool) -> None:
    assert supports(sentence, [quote(FLOOD)], quoting=False) is supported


def test_a_quoting_sentence_holds_its_quote_letter_by_letter() -> None:
    assert supports(f"The Ostrel Courier, 12 February 2020: “{FLOOD}”", [quote(FLOOD)], quoting=True)
    assert not supports(f"The Ostrel Courier: “{FLOOD.lower()}”", [quote(FLOOD)], quoting=True)
    assert not supports(f"Radio Seawall, 12 February 2020: “{FLOOD}”", [quote(FLOOD)], quoting=True)
    assert not supports(f"The Ostrel Courier, 13 February 2020: “{FLOOD}”", [quote(FLOOD)], quoting=True)


def test_days_without_a_year_lie_near_the_publication() -> None:
    told = [quote("It opens on 3 January, she said.", published="2019-12-20")]
    assert supports("It opens on 3 January 2020.", told, quoting=False)
    assert not supports("It opens on 3 January 2019.", told, quoting=False)


def test_a_year_may_be_told_as_the_last_one() -> None:
    told = [quote("Last year the army formed joint brigades.", published="2024-07-14")]
    assert supports("In 2023 the army formed joint brigades.", told, quoting=False)
    assert not supports("In 2022 the army formed joint brigades.", told, quoting=False)


def test_names_are_capitalised_words_but_not_the_first_one_alone() -> None:
    assert names("Families left Cooper Street on Tuesday. Henrik Aldane said: The mayor’s men") == {
        "cooper",
        "street",
        "henrik",
        "aldane",
    }


def test_citation_precision_and_recall_by_hand() -> None:
    cited = [quote(FLOOD, 1), quote("The water reached 4.6 metres.", 2), quote("Schools stay closed.", 3)]
    claims = [
        claim("Fourteen families left Cooper Street.", 1),  # proved by its one citation
        claim("The water reached 4.6 metres.", 2, 3),  # [3] is needless
        claim("Fourteen families fled as the water reached 4.6 metres.", 1, 2),  # both are needed
        claim("The water reached 4.9 metres.", 2),  # not proved
        claim("Nobody was killed."),  # nothing cited
        claim("Schools stay closed.", 3, 9),  # [9] does not exist
    ]
    one = record(case(facts=(("14",),)), answer(claims, cited))
    assert citation_recall(one) == 3 / 6
    assert citation_precision(one) == (1 + 1 + 2) / (1 + 2 + 2 + 1 + 0 + 2)


def test_citations_of_refusals_are_not_scored_and_those_of_errors_are_wrong() -> None:
    wanted, unwanted = case(facts=(("14",),)), case(refusal=True)
    for metric in (citation_precision, citation_recall, quote_exactness, independence):
        assert metric(record(wanted, REFUSED)) is None
        assert metric(record(wanted, None)) == 0
        assert metric(record(unwanted, None)) is None
    assert citation_precision(said("14 families left.")) == citation_recall(said("14 families left.")) == 0


def test_quotes_are_compared_with_the_text_they_name() -> None:
    text = "Port Ostrel 🌊 – الماء وصل. Fourteen families left."
    start = text.index("Fourteen")
    right = quote(text[start:], article_id="7", start=start, end=len(text))
    typed = quote("14 families left.", 2, article_id="7", start=start, end=len(text))
    unknown = quote("Elsewhere.", 3, article_id="8")
    one = record(case(), answer([claim("x", 1, 2)], [right, typed, unknown]))
    assert quote_exactness(one, words_in({("7", 1): text})) == 0.5
    near = passage(COURIER, text[5:], article_id="7", start=5, end=len(text))
    assert quote_exactness(record(case(), one.answer, [near])) == 0.5
    assert quote_exactness(one) is None


def test_quotes_are_looked_up_in_an_archive(tmp_path: Path, draft: DraftMaker) -> None:
    archive = Archive.create(tmp_path / "archive", HashedWords)
    list(archive.add([draft("flood", FLOOD)]))
    words = words_in_archive(archive)
    assert words("1", 1, 9, 17) == "families"
    assert words("1", 2, 9, 17) == words("999", 1, 0, 5) == words("x", 1, 0, 5) == ""
    archive.close()


def test_one_text_printed_by_three_is_one_source() -> None:
    agency = "The ferry Saint Ilva ran aground with 62 passengers on board on Thursday evening"
    cited = [
        quote(agency, 1),
        quote(f"{agency}.", 2),
        quote(agency.replace("evening", "night"), 3),
        quote("Nine crew were brought ashore.", 4),
    ]
    assert independence(record(case(), answer([claim("x", 1)], cited))) == 2 / 4


# Retrieval

QRELS = {"a": 2, "b": 1, "z": 1}
RANKED = ("x", "b", "b", "a", "y")  # two passages of b
JUDGED = record(case(relevant=QRELS), REFUSED, [passage(url) for url in RANKED])


def test_retrieval_by_hand() -> None:
    # Documents in order: x, b (1), a (2), y; the best order would be a (2), b (1), z (1).
    best = 2 + 1 / math.log2(3) + 1 / math.log2(4)
    assert ndcg_at(10)(JUDGED) == pytest.approx((1 / math.log2(3) + 2 / math.log2(4)) / best)
    assert recall_at(2)(JUDGED) == pytest.approx(1 / 3)
    assert recall_at(10)(JUDGED) == pytest.approx(2 / 3)
    assert reciprocal_rank(JUDGED) == 1 / 2


def test_retrieval_agrees_with_ir_measures() -> None:
    ir_measures = pytest.importorskip("ir_measures", reason="ir-measures is not installed")
    rankings = {
        "one": (QRELS, list("xbay")),
        "two": ({"a": 1}, list("abc")),
        "none": ({"a": 1, "b": 3}, list("xy")),
        "deep": ({letter: 1 + place % 3 for place, letter in enumerate("acegikm")}, list("mlkjihgfedcba")),
    }
    qrels = [
        ir_measures.Qrel(name, document, grade)
        for name, (grades, _) in rankings.items()
        for document, grade in grades.items()
    ]
    run = [
        ir_measures.ScoredDoc(name, document, 1 / rank)
        for name, (_, ranked) in rankings.items()
        for rank, document in enumerate(ranked, 1)
    ]
    ours = {metric.name: metric for metric in chosen(["nDCG@10", "nDCG@3", "R@5", "R@10", "R@100", "RR"])}
    measures = [ir_measures.parse_measure(name) for name in ours]
    theirs = list(ir_measures.iter_calc(measures, qrels, run))
    assert len(theirs) == len(ours) * len(rankings)
    for value in theirs:
        grades, ranked = rankings[value.query_id]
        asked = record(case(relevant=grades), REFUSED, [passage(url) for url in ranked])
        assert ours[str(value.measure)].score(asked) == pytest.approx(value.value), value


def test_sources_that_must_be_cited_are_relevant_and_may_be_titles() -> None:
    asked = case(sources=("title of b",), relevant={"a": 1})
    assert recall_at(5)(record(asked, REFUSED, [passage("b")])) == 0.5


def test_multihop_counts_passages_that_hold_evidence_whatever_their_spaces() -> None:
    asked = case(evidence=("The water reached\n4.6 metres", "Schools stay closed"))
    held = ["Nothing.", "the water reached 4.6 metres", "So the  water", "… The water reached 4.6 metres…"]
    one = record(asked, REFUSED, [passage("a", text) for text in held])
    assert (hits_at(4)(one), hits_at(3)(one), mrr_at(10)(one), mrr_at(3)(one)) == (1, 0, 1 / 4, 0)
    assert hits_at(10)(record(asked, None)) == 0
    assert hits_at(10)(JUDGED) is None


def test_retrieval_is_scored_where_something_is_relevant_and_only_there() -> None:
    assert [
        ndcg_at(10)(record(case(relevant=QRELS), None)),
        recall_at(5)(record(case(relevant=QRELS), None)),
    ] == [0, 0]
    assert reciprocal_rank(record(case(relevant={"a": 0}), REFUSED, [passage("a")])) is None


# The list of metrics


def test_time_and_cost() -> None:
    paid = answer([claim("14")], usage={"cost_usd": 0.002, "total_tokens": 812})
    assert (seconds(record(case(), paid)), cost_usd(record(case(), paid))) == (0.2, 0.002)
    assert total_tokens(record(case(), paid)) == 812
    assert (seconds(record(case(), None)), cost_usd(record(case(), None))) == (None, None)
    assert cost_usd(record(case(), REFUSED)) is None


def test_all_unknown_names_are_told_at_once() -> None:
    with pytest.raises(DatelineError, match=r"no metric 'presicion', 'R@0'; there are: correct, facts, .*RR"):
        chosen(["correct", "presicion", "R@0", "R@20"])


def test_every_metric_scores_an_error_as_wrong_or_not_at_all() -> None:
    asked = case(facts=(("14",),), sources=(COURIER,), spans=("14",), evidence=("14",), disagreement=True)
    scores = {name: metric.score(record(asked, None)) for name, metric in METRICS.items()}
    assert set(scores.values()) == {0, None}
    assert scores["correct"] == scores["citation_recall"] == scores["nDCG@10"] == scores["answered"] == 0


@pytest.mark.parametrize(
    ("alone", "score"),
    [
        ("How many families were evacuated in 2021?", 1.0),
        ("How many families left in 2021?", 1.0),
        ("How many families were evacuated?", 0.0),  # without the year
        ("How many families were evacuated in 2021 (Strand)?", 0.0),  # what was said before slipped in
    ],
)
def test_a_follow_up_is_understood_by_its_words(alone: str, score: float) -> None:
    words = (("2021",), ("evacuated", "left"))
    asked = case("later", "follow-up", understood=words, misunderstood=("Strand",))
    assert understood(record(asked, answer(standalone_question=alone))) == score
    assert understood(record(asked, None)) == 0.0
    assert understood(record(case("other", "fact"), answer())) is None
