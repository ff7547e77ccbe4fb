"""Passages and sentences are where they stand."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.extraction.chunking import Chunker
from index.records import Draft, Span, Zone, ZoneKind

SENTENCES = st.sampled_from(
    [
        "The bridge opens on Friday. ",
        "It cost 48 million crowns, Lt. Gen. A. B. Smith said. ",
        "“We are ready. Now!” she said. ",
        "🏮 Lanterns everywhere 👩‍👩‍👧. ",
        "افتتح الجسر يوم الجمعة. هل كان مكلفا؟ ",
        "पुल शुक्रवार को खुला। ",
        "桥在星期五开放。费用很高！",
        "Заголовок без точки\n",
        "a line that was\nwrapped at a column. ",
        "\n\n",
        "word " * 60,
        "x" * 400 + " ",
    ]
)
KINDS = st.sampled_from(list(ZoneKind))


@st.composite
def articles(draw: st.DrawFn) -> Draft:
    """Articles of a few zones, each trimmed, with line breaks between them."""
    text, zones = "", []
    for words in draw(st.lists(st.lists(SENTENCES, min_size=1, max_size=12).map("".join), max_size=6)):
        if words.strip():
            zones.append(Zone(len(text), len(text) + len(words.strip()), draw(KINDS)))
            text += words.strip() + "\n\n"
    return Draft(
        key="k", text=text, zones=tuple(zones), language=draw(st.sampled_from(["en", "ar", "xx", None]))
    )


@settings(max_examples=150, deadline=None)
@given(articles(), st.sampled_from([80, 300, 900]))
def test_every_passage_is_evidence_cut_at_sentence_ends(article: Draft, size: int) -> None:
    chunks = Chunker(size).chunk(article)
    evidence = {
        i
        for zone in article.zones
        if zone.kind in {ZoneKind.REPORTING, ZoneKind.CAPTION}
        for i in range(zone.start, zone.end)
    }
    covered: set[int] = set()
    for chunk in chunks:
        assert 0 < chunk.end - chunk.start <= size
        assert chunk.end == chunk.sentences[-1].end
        # What stands before the first sentence can only be a question that it answers.
        assert chunk.start == chunk.sentences[0].start or any(
            zone.kind is ZoneKind.QUESTION and zone.start <= chunk.start < zone.end for zone in article.zones
        )
        for one, other in zip(chunk.sentences, chunk.sentences[1:], strict=False):
            assert one.end <= other.start
        for sentence in chunk.sentences:
            words = sentence.of(article.text)
            assert words == words.strip() != ""
            inside = set(range(sentence.start, sentence.end))
            assert not covered & inside
            covered |= inside
    # Nothing of the evidence but white space is left out, and nothing else comes in.
    assert {i for i in evidence - covered if not article.text[i].isspace()} == set()
    assert {i for i in covered - evidence if not article.text[i].isspace()} == set()


def sentences(text: str, language: str = "en") -> list[str]:
    article = Draft(key="k", text=text, zones=(Zone(0, len(text), ZoneKind.REPORTING),), language=language)
    return [span.of(text) for chunk in Chunker().chunk(article) for span in chunk.sentences]


def test_titles_and_initials_do_not_end_a_sentence() -> None:
    text = "Lt. Gen. Abdul Ameer met Mr. J. R. Smith on Feb. 6. They spoke for 2.5 hours."
    assert sentences(text) == [
        "Lt. Gen. Abdul Ameer met Mr. J. R. Smith on Feb. 6.",
        "They spoke for 2.5 hours.",
    ]


def test_a_heading_is_not_part_of_the_sentence_below_it() -> None:
    assert sentences("A shared enemy\nThe two sides agreed.") == ["A shared enemy", "The two sides agreed."]


def test_a_wrapped_line_goes_on() -> None:
    assert sentences("The two sides\nagreed at last.") == ["The two sides\nagreed at last."]


def test_arabic_sentences_end_at_arabic_marks() -> None:
    assert sentences("هل كان مكلفا؟ افتتح الجسر.", "ar") == ["هل كان مكلفا؟", "افتتح الجسر."]


def test_an_arabic_initial_does_not_end_a_sentence() -> None:
    assert sentences("قال د. أحمد إن الجسر مغلق. وغادر.", "ar") == ["قال د. أحمد إن الجسر مغلق.", "وغادر."]


def test_offsets_count_code_points() -> None:
    text = "🏮 Lanterns. 18,000 came."
    article = Draft(key="k", text=text, zones=(Zone(0, len(text), ZoneKind.REPORTING),), language="en")
    assert Chunker().chunk(article)[0].sentences == (Span(0, 11), Span(12, 24))


@pytest.mark.parametrize("size", [500, 900])
def test_the_id_names_the_settings(size: int) -> None:
    assert Chunker(size).id == f"sentences-{size}"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("The talks ended at 11 a.m. Saturday. They go on.", 2),
        ("The firm made $1.5bn. in 2020. It grew.", 2),
        ("Is that all? asked Roper. He left.", 2),
        ('"He shouted, \'You said: "Never again." Why?\' and left," she added. They laughed.', 2),
        ("He left at 5 p.m. Police came.", 2),
        ("The gates are shut.\n\nthe dam stays open.", 2),
        ("it ended. it began.", 2),
    ],
    ids=["day", "small letter", "question", "quotation", "time", "line", "no capitals"],
)
def test_where_a_stop_ends_a_sentence(text: str, count: int) -> None:
    draft = Draft(key="a", text=text, zones=(Zone(0, len(text), ZoneKind.REPORTING),), language="en")
    assert sum(len(chunk.sentences) for chunk in Chunker().chunk(draft)) == count
