"""Names across spellings: what an article spells, and what an archive finds for a name."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from index.archive import CATALOGUE, Archive
from index.catalogue.catalogue import Catalogue
from index.extraction.names import key, names_in, sounds
from index.models.embedding import Embedder
from index.names import Names
from index.records import Draft
from tests.conftest import DraftMaker


def test_names_are_runs_of_capitals_that_do_not_only_open_sentences() -> None:
    text = (
        "Mayor Rosalind Teague spoke in Erbil. Nobody knew Yahya al-Jubouri. Repairs begin. She left Erbil."
    )
    assert names_in(text) == ("Erbil", "Mayor Rosalind Teague", "Yahya al-Jubouri")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Muhamad Husein Shamari", "Mohammed Hussain al-Shammari", True),
        ("Yahya Rasool", "Yahia Rasul", True),
        ("Abdulrahman al Jubouri", "Abd al-Rahman al-Jubouri", True),
        ("Халид", "Khalid", True),
        ("Tom Vale", "Tim Vale", True),  # consonants alone: they are only the same where an article says so
        ("Tom Vale", "Tom Moss", False),
        ("Kirkuk", "Karbala", False),
    ],
)
def test_spellings_of_one_name_share_their_consonants(one: str, other: str, same: bool) -> None:
    assert (key(one) == key(other)) is same


@pytest.mark.parametrize(
    ("one", "other"),
    [("يحيى رسول", "Yahya Rasul"), ("مخمور", "Makhmour"), ("بەختیار محەمەد", "Bakhtyar Mohammed")],
)
def test_a_name_sounds_the_same_in_another_script(one: str, other: str) -> None:
    assert sounds(one) == sounds(other)


def test_an_archive_finds_the_spellings_of_a_name(
    tmp_path: Path, load: Callable[[], Embedder], draft: DraftMaker
) -> None:
    def told(key: str, name: str) -> Draft:
        text = f"The spokesman of the army, {name}, said in Khanaqin that it was quiet."
        return draft(key, text, names=names_in(text))

    def similar(archive: Archive, name: str) -> list[tuple[str, int]]:
        return [(one.spelling, one.articles) for one in archive.names.similar(name)]

    with closing(Archive.create(tmp_path, load)) as archive:
        list(archive.add([told("a", "Yahya Rasool"), told("b", "Yahia Rasul"), told("c", "Yahya Rasool")]))
        assert similar(archive, "Yahya Rasoul") == [("Yahya Rasool", 2), ("Yahia Rasul", 1)]
        assert similar(archive, "Rasul") == [("Yahya Rasool", 2), ("Yahia Rasul", 1)]
        assert similar(archive, "Kanaqin") == [("Khanaqin", 3)]
        assert similar(archive, "Nobody Else") == []
        archive.remove(2)
        list(archive.add([told("c", "Tom Vale")]))
        assert similar(archive, "Yahya Rasoul") == [("Yahya Rasool", 1)]
        assert archive.check() == []


def test_rare_names_are_found_beyond_those_kept_in_memory(
    tmp_path: Path, load: Callable[[], Embedder], draft: DraftMaker
) -> None:
    with closing(Archive.create(tmp_path, load)) as archive:
        names = ["Tom Vale", "Tom Vale", "Yahya Rasool", "Marcelo Dornan"]
        list(archive.add(draft(f"{n}", f"A story of {name}.", names=(name,)) for n, name in enumerate(names)))
    with closing(Catalogue(tmp_path / CATALOGUE)) as catalogue:
        few = Names(catalogue, most=1)
        assert [one.spelling for one in few.similar("Tom Vail")] == ["Tom Vale"]
        assert [one.spelling for one in few.similar("Yahia Rasul")] == ["Yahya Rasool"]
        assert [one.spelling for one in few.similar("Rasul")] == ["Yahya Rasool"]
        assert [one.spelling for one in few.similar("Marcelo Dorman")] == ["Marcelo Dornan"]
        assert few.similar("Nobody Else") == []
