"""Captions of broadcasts: sentences whole again, turns under their speakers, and what is no caption."""

import pytest

from index.extraction.quotable import turns
from index.readers import read_bytes
from index.records import Draft, Skipped, Span, ZoneKind
from service.attribution.speakers import speaker

VOICES = """WEBVTT - Council hour

STYLE
::cue { color: white }

NOTE made by hand

intro
00:01.000 --> 00:04.000 align:start
<v Ann Lee>Who decided to close the dam?

00:04.000 --> 00:07.500
<v.loud Tom Vale>I did, on <i>Thursday</i> night,
after I had seen

00:07.500 --> 00:09.000
the cracks &amp; the water.

00:12.000 --> 00:14.000
The valley is quiet.
"""
LABELS = """1
00:00:12,000 --> 00:00:14,000
ROPER: Good evening.

2
00:00:14,200 --> 00:00:16,000
Item one is the dam
and its gates.

3
00:00:16,100 --> 00:00:17,000
[APPLAUSE]

4
01:00:31,000 --> 01:00:33,000
{\\an8}VALE (engineer): The gates
have cracks.
"""
DASHES = """1
00:00:01,000 --> 00:00:03,000
- Was the dam closed?
- It was, on Friday night.
"""
ROLLING = """WEBVTT

00:00:01.000 --> 00:00:03.000
the dam will close

00:00:03.000 --> 00:00:03.010
the dam will close

00:00:03.010 --> 00:00:05.000
the dam will close
for <00:00:04.000><c>repairs</c> today
"""


def read(text: str, name: str) -> Draft:
    (item,) = read_bytes(text.encode(), name)
    assert isinstance(item, Draft)
    return item


def test_voices_are_turns_and_a_question_is_no_evidence() -> None:
    made = read(VOICES, "a.vtt")
    assert made.title == "Council hour"
    assert made.text.split("\n\n") == [
        "[00:00:01] Ann Lee: Who decided to close the dam?",
        "[00:00:04] Tom Vale: I did, on Thursday night, after I had seen the cracks & the water.",
        "The valley is quiet.",
    ]
    assert [zone.kind for zone in made.zones] == [ZoneKind.QUESTION, ZoneKind.REPORTING, ZoneKind.REPORTING]
    start = made.text.index("I did")
    said = speaker(made, Span(start, start + 5))
    assert said is not None
    assert said.name == "Tom Vale"
    assert speaker(made, made.zones[2]) is None


def test_labels_are_turns_until_another_speaks() -> None:
    made = read(LABELS.replace("\n", "\r\n"), "a.srt")
    assert made.text.split("\n\n") == [
        "[00:00:12] ROPER: Good evening. Item one is the dam and its gates.",
        "[01:00:31] VALE (engineer): The gates have cracks.",
    ]
    assert [(turn.speaker, turn.role) for turn in turns(made.text)] == [("ROPER", None), ("VALE", "engineer")]
    assert made.title is None


@pytest.mark.parametrize(
    ("text", "paragraphs"),
    [
        (DASHES, ["Was the dam closed?", "It was, on Friday night."]),
        (ROLLING, ["the dam will close for repairs today"]),
    ],
    ids=["dashes", "rolling"],
)
def test_captions_without_names(text: str, paragraphs: list[str]) -> None:
    assert read(text, "a.srt").text.split("\n\n") == paragraphs


def test_captions_are_known_by_what_they_hold() -> None:
    assert read(LABELS, "a.txt").text.startswith("[00:00:12] ROPER: ")
    assert (
        read("The dam is closed, the ministry said.", "a.srt").text == "The dam is closed, the ministry said."
    )


def test_captions_in_which_nothing_is_said() -> None:
    (item,) = read_bytes(b"WEBVTT\n\n00:01.000 --> 00:02.000\n(MUSIC)\n", "a.vtt")
    assert item == Skipped("a.vtt", "nothing is said in it")
