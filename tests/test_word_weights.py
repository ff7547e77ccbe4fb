"""The table of document frequencies of English at large."""

import math
from pathlib import Path

from index.backends.local.lexical import stem
from index.models.word_weights import WordWeights, word_weights


def test_a_table_that_is_written_is_read_as_it_was(tmp_path: Path) -> None:
    weights = WordWeights(10, {"ferri": 2, "the": 9})
    weights.write(tmp_path / "table")
    assert WordWeights.read(tmp_path / "table") == weights


def test_a_word_weighs_by_how_few_passages_hold_it_and_an_unknown_one_most() -> None:
    weights = WordWeights(10, {"ferri": 2, "the": 9})
    assert math.isclose(weights.idf("ferri"), math.log(1 + 8.5 / 2.5))
    assert math.isclose(weights.idf("unknown"), math.log(1 + 10.5 / 0.5))


def test_the_packaged_table_ranks_a_name_over_a_plain_word_over_a_function_word() -> None:
    rare, plain, function = (word_weights().idf(stem(word)) for word in ("Peshmerga", "located", "which"))
    assert rare > plain + 2
    assert plain > function + 1
