"""The identifier of languages that is packaged, beside the one that it was made of."""

import numpy as np

from eval.training.languages import packaged
from index.extraction.language import load_identifier

TEXTS = (
    "How many families were evacuated in the flood?",
    "Den Brücken drohte wochenlang die Sperrung.",
    "وأعلن رئيس البلدية إغلاق الجسر",
    "سەرۆکی هەرێم وتی",
    "Црвена река се излила",
    "橋は閉鎖された",
    "",
)


def test_the_packaged_identifier_is_that_of_the_library() -> None:
    ours, theirs = load_identifier(), packaged()
    assert ours.nb_classes == theirs.nb_classes
    assert np.array_equal(ours.nb_ptc, theirs.nb_ptc)
    assert [ours.rank(text) for text in TEXTS] == [theirs.rank(text) for text in TEXTS]
