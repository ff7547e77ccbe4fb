# ruff: noqa: E501 - an article is easier to read unbroken
"""Who said it: quotations, reported speech, short names, pronouns, and silence where it is not said."""

from functools import cache
from pathlib import Path

import pytest

from eval.benchmarks.speakers import load, measure
from index.readers import read_paths
from index.records import Draft, Span
from service.attribution.speakers import speaker
from tests.conftest import SAMPLE, DraftMaker

JOINT = """The meetings focused on three points, Joint Operations Command spokesman Brig. Gen. Yahya Rasul told \
Diyaruna Friday.

Iraqi forces will be "hunting down ISIS remnants", Rasul said.

The distance ranges from one kilometre to 20 kilometres, he added.

"But we are launching operations against them," he added. "We look to strengthen this partnership."

The first meeting was held in Baghdad.

On Wednesday, Spokeswoman Leila Hamid of the Peshmerga ministry said the centres had helped. "She will see," said \
Rasul. According to Hamid, two brigades are to be formed.
"""
RASUL = "Yahya Rasul, Joint Operations Command spokesman"
HAMID = "Leila Hamid, of the Peshmerga ministry"


@cache
def sample_articles() -> list[Draft]:
    return [draft for draft in read_paths([SAMPLE]) if isinstance(draft, Draft)]


def said(article: Draft, words: str) -> str | None:
    start = article.text.index(words)
    found = speaker(article, Span(start, start + len(words)))
    return str(found) if found else None


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("Sgt. Dora Quill of St. John's", "Dora Quill"),
        ("Ilhan Moss of Minnesota", "Ilhan Moss"),
        ("the Ministry of Defence", "Ministry of Defence"),
        ("Secretary of State John Kerry", "John Kerry"),
    ],
)
def test_a_speaker_is_no_part_of_the_place_that_he_is_of(draft: DraftMaker, by: str, expected: str) -> None:
    story = draft("a", f'"We told them, and they did not stop at all," said {by}.')
    assert str(said(story, "We told them")).partition(",")[0] == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("The meetings focused on three points", RASUL),
        ('"hunting down ISIS remnants"', RASUL),
        ("The distance ranges from one kilometre to 20 kilometres, he added.", RASUL),
        ('"But we are launching operations against them,"', RASUL),
        ('"We look to strengthen this partnership."', RASUL),
        ("The first meeting was held in Baghdad.", None),
        ("said the centres had helped.", HAMID),
        ('"She will see,"', RASUL),
        ("According to Hamid, two brigades are to be formed.", HAMID),
    ],
)
def test_whoever_said_it_is_named_with_the_role_of_the_first_mention(
    draft: DraftMaker, words: str, expected: str | None
) -> None:
    assert said(draft("a", JOINT), words) == expected


def test_the_span_is_where_the_name_stands(draft: DraftMaker) -> None:
    article = draft("a", JOINT)
    start = JOINT.index('"hunting')
    found = speaker(article, Span(start, start + 20))

    assert found is not None
    assert found.span.of(JOINT) == found.name == "Yahya Rasul"
    assert found.span.start == JOINT.index("Yahya Rasul")


def test_a_quotation_keeps_its_speaker_over_paragraphs(draft: DraftMaker) -> None:
    text = """“The bridge is safe,” said Lena Brandt, the chief engineer. “We measured it for a week.

“Then we measured it again.

“Nothing moved.”

The council meets on Friday.
"""
    article = draft("a", text)

    assert said(article, "We measured it for a week.") == "Lena Brandt, the chief engineer"
    assert said(article, "Then we measured it again.") == "Lena Brandt, the chief engineer"
    assert said(article, "Nothing moved.") == "Lena Brandt, the chief engineer"
    assert said(article, "The council meets on Friday.") is None


def test_of_two_with_one_surname_the_title_decides_or_the_surname_stays(draft: DraftMaker) -> None:
    text = """Mayor Rosalind Teague opened the ward. Dr Martin Teague, the hospital's director, thanked the town.

"It was time," Dr Teague said. "It was late," Teague said.
"""
    article = draft("a", text)

    assert said(article, '"It was time,"') == "Martin Teague, the hospital's director"
    assert said(article, '"It was late,"') == "Teague"


def test_she_is_not_a_man(draft: DraftMaker) -> None:
    text = (
        """Councillor Rosalind Teague voted against. Mayor Henrik Aldane smiled. "It is a wish," she said."""
    )

    assert said(draft("a", text), '"It is a wish,"') == "Rosalind Teague, Councillor"


def test_a_description_that_is_nobodys_role_stays_as_it_is(draft: DraftMaker) -> None:
    text = """An Iraqi officer said the camp was empty.

“Two brigades will be formed,” Osman Risha, the director of media at the ministry, told the agency.

None has been formed as of yet, according to the official.
"""

    assert said(draft("a", text), "None has been formed") == "the official"


def test_a_paper_speaks_for_nobody(draft: DraftMaker) -> None:
    assert (
        said(draft("a", "The ward is to close, according to an internal paper."), "The ward is to close")
        is None
    )


def test_offsets_count_code_points(draft: DraftMaker) -> None:
    article = draft("a", "🏮 The lanterns 🏮 came.\n\n“You heard the oars,” said Delphine Amsel.")

    assert said(article, "“You heard the oars,”") == "Delphine Amsel"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Sixty-one million is what the bridge costs", "Rosalind Teague, Mayor"),
        ("two of the three pumps were standing still", "Joanna Pell, the commander of the fire brigade"),
        ("the water had simply been too much for them", "Walter Strand, the town's director of public works"),
        (
            "There is no plan to close the maternity ward",
            "Anneke Voss, spokeswoman for the Coast Health Authority",
        ),
        ("We can rule out a fault in the boiler", "Dieter Lund, Plant manager"),
        ("A promise made on one bank has drowned", "Gregor Thane, spokesman for the haulage firms"),
        ("It is the second delay.", None),
        ("Nobody was killed.", None),
    ],
)
def test_the_sample_archive(words: str, expected: str | None) -> None:
    article = next(draft for draft in sample_articles() if words in draft.text)

    assert said(article, words) == expected


def test_direct_quotes_of_polnear(shared: Path) -> None:
    """A tenth of the development part; the whole is the benchmark's."""
    items = [item for item in load(shared / "data", "dev") if item.directness == "direct"][::10]
    tally = measure(items)["direct"]

    assert tally.precision >= 0.9
    assert tally.coverage >= 0.7
