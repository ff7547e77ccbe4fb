"""Misspelt words and other spellings, found in the archive's own words."""

from pathlib import Path

import pytest

from index.archive import Archive
from service.questions.names import consonants, corrected
from tests.conftest import DraftMaker
from tests.fakes import HashedWords


@pytest.fixture
def archive(tmp_path: Path, draft: DraftMaker) -> Archive:
    made = Archive.create(tmp_path, HashedWords)
    text = "The Peshmerga ministry said that Yahya Rasool and Mohammed Shamari met in Makhmur about brigades."
    text += " Piles of papers lay in a store."
    for _ in made.add([draft("one", text)]):
        pass
    return made


@pytest.mark.parametrize(
    ("asked", "text", "put_in"),
    [
        ("who leads the peshmrga minstry", "who leads the peshmerga ministry", ("peshmerga", "ministry")),
        ("What did Yahia Rasul say?", "What did Yahya Rasool say?", ("Yahya", "Rasool")),
        ("waht happened in Makhmur?", "what happened in Makhmur?", ("what",)),
        ("Was Makhmour taken?", "Was Makhmur taken?", ("Makhmur",)),
        ("Please tell me of brigades", "Please tell me of brigades", ()),
        ("THE STORY OF BRIGADES", "THE STORY OF BRIGADES", ()),
        ("What happened there?", "What happened there?", ()),  # words of the language stay
        ("Who is Barzani?", "Who is Barzani?", ()),  # nobody like that is there
    ],
)
def test_words_are_spelt_as_the_archive_spells_them(
    archive: Archive, asked: str, text: str, put_in: tuple[str, ...]
) -> None:
    found = corrected(asked, archive)
    assert (found.text, found.put_in) == (text, put_in)


def test_transliterations_share_their_consonants() -> None:
    assert consonants("mohammed") == consonants("muhamad")
    assert consonants("rasul") == consonants("rasool")
    assert consonants("makhmour") == consonants("makhmur")
    assert consonants("basra") != consonants("mosul")
