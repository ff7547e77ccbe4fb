"""What of a sentence may be quoted, and whose turn it is in an interview."""

import pytest

from index.extraction.chunking import Chunker
from index.extraction.content_blocks import zones
from index.extraction.quotable import quotable, turns
from index.records import Draft, Span, ZoneKind


@pytest.mark.parametrize(
    ("line", "quoted"),
    [
        ("PORT OSTREL - The bridge closes on Friday.", "The bridge closes on Friday."),
        ("SULAIMANI (ESTA) — The army forms a force.", "The army forms a force."),
        ("ERBIL, Kurdistan Region - An official spoke.", "An official spoke."),
        ("RIDGETON, March 12 (Halyard) - The bridge closes.", "The bridge closes."),
        ("New York CNN — Netflix said no.", "Netflix said no."),
        ("(CNN) Netflix said no.", "Netflix said no."),
        ("London (CNN Business) The bank raised rates.", "The bank raised rates."),
        ("• The bridge closes.", "The bridge closes."),
        ("They met in Erbil. [Photo courtesy of the ministry]", "They met in Erbil."),
        ("The bridge closes. (Reporting by Ann Sorley in Lenn; Editing by Cy Marsh)", "The bridge closes."),
        ("The bridge closes (Halyard/Bo Lind).", "The bridge closes"),
        ("Bo Lind/AFP/Getty Images Men wade through the river.", "Men wade through the river."),
        ("HALYARD PRESS/AP Roper waves.", "Roper waves."),
        ("The Halyard/Reuters deal was signed.", "The Halyard/Reuters deal was signed."),
        ("The mayor — Ian Roper — spoke.", "The mayor — Ian Roper — spoke."),
        ("Roper - The mayor - spoke.", "Roper - The mayor - spoke."),
        ("The port (and the ferry) closed.", "The port (and the ferry) closed."),
        ("Note: The bridge is closed.", "Note: The bridge is closed."),
        ("It cost $3 (about £2).", "It cost $3 (about £2)."),
    ],
)
def test_what_the_page_prints_around_a_sentence_is_left_out(line: str, quoted: str) -> None:
    text = f"Bridge to close\n\n{line}\n\nMore follows."
    start = text.index(line)
    span = quotable(text, Span(start, start + len(line)))
    assert span.of(text) == quoted


def test_a_sentence_inside_a_paragraph_keeps_its_dash() -> None:
    text = "It rained. LENN - The ferry waits."
    assert quotable(text, Span(11, len(text))).of(text) == "LENN - The ferry waits."


INTERVIEW = """The bridge has been shut since Friday. Engineer Tom Vale explains why.

RC: Why was the bridge not closed last year?

Vale: We had no money. The council refused the grant.

Q: Will the cost double?

A: No. It will not double.

Q. Who decided to close it?

A. I did, on Thursday night."""
TRANSCRIPT = """[00:00:12] ROPER: Good evening. Item one is the bridge.
[00:00:31] VALE: The deck has cracks.
[00:01:02] ROPER: And the cost?
[00:01:20] QUILL (fire chief): I was not asked."""


def test_an_interview_has_turns_and_somebody_who_asks() -> None:
    found = [(turn.speaker, turn.asks, turn.of(INTERVIEW)) for turn in turns(INTERVIEW)]
    assert found == [
        ("RC", True, "Why was the bridge not closed last year?"),
        ("Vale", False, "We had no money. The council refused the grant."),
        ("Q", True, "Will the cost double?"),
        ("A", False, "No. It will not double."),
        ("Q", True, "Who decided to close it?"),
        ("A", False, "I did, on Thursday night."),
    ]
    start = INTERVIEW.index("A. I did")
    assert quotable(INTERVIEW, Span(start, len(INTERVIEW))).of(INTERVIEW) == "I did, on Thursday night."


def test_what_an_interviewer_asks_is_read_and_never_quoted() -> None:
    found = zones(INTERVIEW)
    asked = [zone.of(INTERVIEW) for zone in found if zone.kind is ZoneKind.QUESTION]
    assert [line.partition(" ")[0] for line in asked] == ["RC:", "Q:", "Q."]
    (chunk,) = Chunker().chunk(Draft(key="a", text=INTERVIEW, zones=found, language="en"))
    assert "Who decided to close it?" in chunk.of(INTERVIEW)
    assert not any("?" in sentence.of(INTERVIEW) for sentence in chunk.sentences)
    assert "A. I did, on Thursday night." in [sentence.of(INTERVIEW) for sentence in chunk.sentences]


def test_questions_that_head_their_answers_are_not_quoted_the_first_one_too() -> None:
    pairs = [
        ("When will it run?", "It will run in May, they said."),
        ("How much is it?", "Two pounds. It is dear."),
        ("Who pays?", "The state pays half, the town pays the rest."),
    ]
    text = "Five questions for the chief\n2 June 2021\n\n" + "\n\n".join(f"{a}\n\n{b}" for a, b in pairs)
    found = zones(text)
    asked = [zone.of(text) for zone in found if zone.kind is ZoneKind.QUESTION]
    assert asked == [question for question, _ in pairs]


def test_a_transcript_names_its_speakers_and_their_offices() -> None:
    found = [(turn.speaker, turn.role, turn.asks) for turn in turns(TRANSCRIPT)]
    assert found == [
        ("ROPER", None, False),
        ("VALE", None, False),
        ("ROPER", None, True),
        ("QUILL", "fire chief", False),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Correction: The bridge costs more.\n\nUpdate: It is closed.\n\nThe mayor said: “It is safe.”",
        "The plan: close it.\n\nThe cost: two million.\n\nThe date: Friday.",
    ],
)
def test_labels_of_things_are_no_turns(text: str) -> None:
    assert turns(text) == ()
