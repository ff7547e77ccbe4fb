"""What an article counts out is found behind the sentence that announces it."""

import pytest

from index.records import Span
from service.reading.enumerations import items_after


def spans(sentences: list[str]) -> tuple[str, list[Span]]:
    """The sentences as one text, and where each stands in it."""
    text = " ".join(sentences)
    starts = [text.index(sentence) for sentence in sentences]
    return text, [Span(start, start + len(one)) for start, one in zip(starts, sentences, strict=True)]


@pytest.mark.parametrize(
    ("sentences", "items"),
    [
        (
            [
                "The plan rests on three main points, the minister said.",
                "The first calls for more boats.",
                "It will be paid by the state.",
                "The second point is a wall.",
                "While the third involves the pumps, nobody knows when.",
                "A fourth meeting is due in May.",
            ],
            [1, 3, 4],
        ),
        (["He named several demands:", "1. Higher wages.", "2. Shorter shifts.", "Nobody replied."], [1, 2]),
        (["She gave two reasons.", "Firstly, the steel was late.", "Another was the flood."], [1, 2]),
        (["The two brothers met in Rome.", "They had not met for years.", "The second war had begun."], []),
        (["There were three points.", "First, the wall.", "Then it rained.", "It rained on.", "And on."], []),
        (["The council met.", "The first to speak was Kamara.", "The second was Holm."], []),
    ],
    ids=["ordinals", "numbered", "another", "none", "one item is no list", "nothing announced"],
)
def test_items_stand_behind_their_announcement(sentences: list[str], items: list[int]) -> None:
    text, found = spans(sentences)
    assert items_after(text, found[0], found) == tuple(found[place] for place in items)
