"""The probability of a sentence from its features, and the weights that ship."""

import json
import math
from pathlib import Path

import pytest

from service.evidence import Quote
from service.questions.plan import Plan
from service.reading.ranking import PACKAGED, Ranking, features, ranking, sought
from tests.evidence import BRIDGE, hit

CARD = {
    "weights": {"reader_sentence": 2.0, "dense": -1.0},
    "offset": 0.5,
    "unread": {"length": 1.0},
    "unread_offset": -2.0,
    "threshold": 0.3,
    "further": 0.6,
}


def test_a_probability_is_the_weighted_sum_of_the_features(tmp_path: Path) -> None:
    file = tmp_path / "ranking.json"
    file.write_text(json.dumps(CARD))
    weighed = Ranking.read(file)
    held = {"words_sentence": 9.0, "reader_sentence": 1.0, "dense": 0.5, "length": 99.0}
    found = weighed.probability(held)
    assert found == pytest.approx(1 / (1 + math.exp(-2.0)))  # 0.5 + 2.0 - 0.5
    assert weighed.probability({"length": 2.0}) == pytest.approx(0.5)  # 2.0 - 2.0
    assert (weighed.threshold, weighed.further) == (0.3, 0.6)


def test_probabilities_end_short_of_nothing_and_of_certainty() -> None:
    weighed = Ranking({"dense": 1000.0}, 0.0, {"dense": 1000.0}, 0.0, 0.5, 0.5)
    assert 0.0 < weighed.probability({"dense": -1.0}) < weighed.probability({"dense": 1.0}) <= 1.0


def test_every_weight_that_ships_is_of_a_feature_that_there_is() -> None:
    plan = Plan(standalone_question="What does it cost?", search_words="What does it cost?")
    found = hit(BRIDGE)
    quote = Quote(article=BRIDGE, span=found.passage.sentences[0])
    named = features(sought(plan), found, quote, 0.5)
    assert ranking().weights.keys() | ranking().unread.keys() <= named.keys()


def test_the_card_says_what_it_was_fitted_on_and_what_it_keeps() -> None:
    card = json.loads(PACKAGED.read_text())
    assert all(of["unanswerable"] for of in card["fitted_on"].values())
    assert card["cross_validated"]["kept"] >= 0.92
    assert 0.0 < card["threshold"] < card["further"] <= 1.0
