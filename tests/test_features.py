"""What speaks for a sentence: the reader, words by their rarity in English, what kind of answer it gives."""

import pytest

from index.models.word_weights import word_weights
from index.records import Hit
from service.questions.plan import Plan
from service.reading.ranking import SHARPNESS, features, sought
from tests.evidence import article, hit, quoted

HARBOUR = article(
    1, "The harbour of Dunmarsh is deep. The mayor of Ostrel came.", title="At sea", outlet="Tide"
)
FEES = article(2, "The fee was 40 crowns. The fee rose. “The fee is too high,” said Ana Roy. Ana Roy left.")


def plan(question: str, **known: object) -> Plan:
    return Plan(standalone_question=question, search_words=question, **known)  # type: ignore[arg-type]


def of(asked: Plan, found: Hit, words: str) -> dict[str, float]:
    return features(sought(asked), found, quoted(found.article, words), 0.5)


def test_words_weigh_by_their_rarity_in_english_at_large() -> None:
    rare, common = (word_weights().idf(stem) ** SHARPNESS for stem in ("harbour", "came"))
    found = of(plan("harbour came"), hit(HARBOUR), "The mayor of Ostrel came.")
    assert found["words_sentence"] == pytest.approx(common / (rare + common))
    assert found["words_passage"] == pytest.approx(1.0)


def test_the_reader_counts_in_logits() -> None:
    quote = quoted(HARBOUR, "The mayor of Ostrel came.")
    found = features(sought(plan("harbour")), hit(HARBOUR), quote, 1 / 3)
    assert found["reader_sentence"] == pytest.approx(-0.6931, abs=1e-4)


@pytest.mark.parametrize(
    ("wanted", "words", "lacks"),
    [
        ("number", "The fee was 40 crowns.", 0.0),
        ("number", "The fee rose.", 1.0),
        ("date", "The fee rose.", 1.0),
        ("person", "“The fee is too high,” said Ana Roy.", 0.0),
        ("person", "The fee rose.", 1.0),
        ("any", "The fee rose.", 0.0),
    ],
)
def test_what_is_wanted_must_stand_in_the_sentence(wanted: str, words: str, lacks: float) -> None:
    assert of(plan("Tell of Ana Roy", wanted=wanted), hit(FEES), words)["lacks_kind"] == lacks


@pytest.mark.parametrize(
    ("asked", "wanted", "says"),
    [("Tell of Ana Roy", "speech", 1.0), ("Tell of Bo Lind", "speech", 0.0), ("Tell of Ana Roy", "any", 0.0)],
)
def test_who_is_asked_about_must_be_who_speaks(asked: str, wanted: str, says: float) -> None:
    words = "“The fee is too high,” said Ana Roy."
    assert of(plan(asked, wanted=wanted), hit(FEES), words)["says"] == says


def test_the_number_in_an_outlets_name_counts_nothing() -> None:
    told = article(3, "Several people gave Seven Quays the same words.", outlet="Seven Quays")
    found = of(plan("How many people were there?", wanted="number"), hit(told), told.text)
    assert found["lacks_kind"] == 1.0


def test_a_question_in_a_script_that_the_models_do_not_read_is_held_against_words_alone() -> None:
    found = of(plan("ما عمق ميناء 12"), hit(HARBOUR), "The harbour of Dunmarsh is deep.")
    assert not {name for name in found if name.startswith("reader") or name == "dense"}
    assert found["words_passage"] == 0.0
