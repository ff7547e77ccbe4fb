"""Sentences: found as sentencex finds them, whatever a text opens and never closes."""

import pytest
import sentencex

from index.extraction.sentences import LONG, MOST_OPENED, sentences
from tests.doubling import growing_too_fast

PROSE = (
    "“The bridge will open in May,” said Dr. Anna Weiss of the city council. The work cost $1.5 million. "
    "«Wir sind fertig», sagte sie. It was ‘long overdue’, she told the U.S. paper on Jan. 3. Is it safe? "
    "“Yes. It is.”\n\nNobody objected.\n"
)


def spans(text: str) -> list[tuple[int, int]]:
    return [(found.start, found.end) for found in sentences(text)]


def test_ordinary_text_is_cut_as_sentencex_cuts_it() -> None:
    text = PROSE * 40
    cut = [(one["start_index"], one["end_index"]) for one in sentencex.get_sentence_boundaries("en", text)]
    assert len(text) < LONG
    assert spans(text) == cut


@pytest.mark.parametrize(
    "text", [PROSE * 400, "“" * 30_000, "a“b. " * 9000, ""], ids=["long", "open", "both", "none"]
)
def test_the_sentences_cover_the_text(text: str) -> None:
    found = spans(text)
    assert "".join(text[start:end] for start, end in found) == text
    assert all(start < end for start, end in found)


def test_a_window_may_not_cut_a_sentence() -> None:
    text = ("“" * (MOST_OPENED + 1)) + "\n\n" + PROSE.replace("\n", " ") * 400
    ends = {text[start:end].strip() for start, end in spans(text)}
    assert "The work cost $1.5 million." in ends
    assert not any(sentence.startswith("work cost") for sentence in ends)


def test_no_text_costs_more_than_its_length() -> None:
    assert growing_too_fast(lambda text: list(sentences(text)), 40_000) == []
