"""The question of a message, without greetings and wishes, and with every word that it needs."""

import pytest

from index.archive import Archive
from index.models.reader import ReadingModel
from service.questions.message import Heard, Probe, heard, heard_in_other_script


@pytest.fixture(scope="module")
def reader() -> ReadingModel:
    return ReadingModel(threads=1)


def of(text: str, archive: Archive, reader: ReadingModel) -> Heard:
    return heard(text, archive.embedder, Probe(archive, reader))


@pytest.mark.parametrize(
    "question",
    [
        "The team of Port Ostrel was coached by which person from 1911 to 1914?",
        "Actor Bill Sorley was given what award in July 1998?",
        "Advances in what make new techniques of construction possible?",
        "New techniques of building construction are made possible by advances in what?",
        "The ferry to Lenn had which captain?",
        "With what share of the vote?",
        "From when on?",
    ],
)
def test_words_before_the_one_that_asks_are_kept(
    question: str, sample_archive: Archive, reader: ReadingModel
) -> None:
    assert of(question, sample_archive, reader) == Heard(questions=(question,))


@pytest.mark.parametrize(
    "said",
    [
        "Hi! How many families were evacuated in the flood?",
        "Good morning, could you please tell me how many families were evacuated in the flood?",
        "I would like to know how many families were evacuated in the flood?",
        "How many families were evacuated in the flood? Thanks a lot!",
        "How many families were evacuated in the flood? Answer in one sentence.",
    ],
)
def test_what_stands_around_a_question_is_cut_away(
    said: str, sample_archive: Archive, reader: ReadingModel
) -> None:
    found = of(said, sample_archive, reader)
    assert [one.casefold() for one in found.questions] == ["how many families were evacuated in the flood?"]
    assert found.removed


@pytest.mark.parametrize("said", ["lol ok, lunch at 12?", "how are you doing today?", "thanks, great!"])
def test_small_talk_that_asks_is_no_question(
    said: str, sample_archive: Archive, reader: ReadingModel
) -> None:
    found = of(said, sample_archive, reader)
    assert found.talk is not None
    assert found.talk.startswith("talk/")
    assert not found.questions


def test_a_wish_that_no_article_answers_gets_a_line_on_what_can_be_asked(
    sample_archive: Archive, reader: ReadingModel
) -> None:
    found = of("Generate a concise title for our conversation in at most five words.", sample_archive, reader)
    assert found.talk == "talk/help"


@pytest.mark.parametrize("form", ["Hi! {}", "Please tell me: {}", "{} Thanks!", "{} Answer in one sentence."])
def test_english_around_a_question_in_another_script_is_cut_away(form: str, sample_archive: Archive) -> None:
    asked = "كم عدد المصابين في الحريق؟"
    assert heard_in_other_script(form.format(asked), sample_archive.embedder).questions == (asked,)
