"""What a sentence's head refers to: cases read by hand in the sample archive and the five real articles."""

from functools import cache
from pathlib import Path

import pytest

from index.readers import read_paths
from index.records import Draft, Span, Zone, ZoneKind
from service.attribution.coreference import resolved_head
from tests.conftest import SAMPLE, DraftMaker


def head(article: Draft, words: str) -> str | None:
    """The head of the sentence that begins with the words, with its referent in brackets."""
    start = article.text.index(words)
    end = min(place for mark in ".\n" if (place := article.text.find(mark, start + len(words) - 1)) > 0)
    found = resolved_head(article, Span(start, end + 1))
    return f"{found.span.of(article.text)} [{found.referent}]" if found else None


@cache
def drafts(folder: Path) -> list[Draft]:
    return [draft for draft in read_paths([folder]) if isinstance(draft, Draft)]


def holding(folder: Path, words: str) -> Draft:
    return next(draft for draft in drafts(folder) if words in draft.text)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("He also revealed that the international coalition", "He [Jabbar Yawar]"),
        ("He also highlighted that assistance", "He [Bakhtyar Mohammed]"),
        ("The distance between these units' deployment", "he [Yahya Rasul]"),
        ("A number of ISIS elements are hiding", "he [Yahya Rasul]"),
        ("“This is the first step", "he [Othman Muhammad Mustafa]"),
        ("The terrorists' sleeper cells exploit", None),
        ("The disputed areas are a belt", None),
        ("Mustafa said the joint centers", None),
        ("Land, property, and other disagreements", None),
    ],
)
def test_the_five_real_articles(shared: Path, words: str, expected: str | None) -> None:
    assert head(holding(shared / "data" / "articles", words), words) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("She won Sunday's election with", "She [Rosalind Teague]"),
        ("She takes office on June 1.", "She [Rosalind Teague]"),
        ("He said he would not ask", "He [Henrik Aldane]"),
        ("She beat Henrik Aldane, mayor", "She [Rosalind Teague]"),
        ("She named three things for", "She [Rosalind Teague]"),
        ("He would not name the price", "He [Idris Kamara]"),
        ("He said the water had simply", "He [Walter Strand]"),
        ("He has never asked for more", "He [Anselm Groot]"),
        ("She has found seven of the eight", "She [Carla Osei]"),
        ("She remains in office until", "She [Rosalind Teague]"),
        ("She is not connected with the building firm", "She [Beate Holm]"),
        ("She and the company contradicted", "She [Joanna Pell]"),
        ("He suspected a gas bottle", "He [Dieter Lund]"),
        ("She said the town would open", "She [Rosalind Teague]"),
        ("He has had no reply", "He [Martin Teague]"),
        ("She wants a limit of 3,000", "She [Joanna Pell]"),
        ("Her predecessor, Henrik Aldane", "Her [Rosalind Teague]"),
        ("His predecessor Rosalind Teague", "His [Idris Kamara]"),
        ("Asked about her statement of last March", "she [Anneke Voss]"),
        ("The cost would remain at 48 million crowns", "the mayor [Henrik Aldane]"),
        ("Others may have left on their own", "she [Joanna Pell]"),
        ("It is the second delay", None),
        ("It is the first figure to come", None),
        ("It is the second grounding", None),
        ("The council approved the plan", None),
        ("The Bellweather Cannery is the largest", None),
        ("The cause of the explosion is not known", None),
        ("Nobody was killed", None),
        ("The company has so far published", None),
    ],
)
def test_the_sample_archive(words: str, expected: str | None) -> None:
    assert head(holding(SAMPLE, words), words) == expected


def test_a_pronoun_inside_a_quotation_is_left_alone(draft: DraftMaker) -> None:
    article = draft(
        "a", "Mayor Henrik Aldane spoke.\n\n“She knows the figures,” said Lena Brandt, the engineer."
    )

    assert head(article, "“She knows the figures") is None


def test_a_menu_names_nobody(draft: DraftMaker) -> None:
    text = "Home News Council\n\nThe council approved the plan."
    zones = (Zone(0, 17, ZoneKind.NAVIGATION), Zone(19, len(text), ZoneKind.REPORTING))

    assert head(draft("a", text, zones=zones), "The council approved") is None
