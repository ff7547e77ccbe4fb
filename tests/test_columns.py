"""What filters ask of passages: the columns must agree with the catalogue."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from index.archive import Archive
from index.backends.local.columns import Column, Columns
from index.catalogue.catalogue import Catalogue
from index.records import Filters
from tests.conftest import DraftMaker
from tests.fakes import HashedWords

FILTERS = [
    Filters(),
    Filters(since=date(2020, 3, 1)),
    Filters(until=date(2020, 3, 1)),
    Filters(since=date(2020, 3, 2), until=date(2021, 3, 1)),
    Filters(until=date(2022, 1, 1), as_of=date(2020, 3, 1)),
    Filters(outlets=("Courier", "Tideline")),
    Filters(outlets=("courier",)),
    Filters(authors=("ÉLODIE",)),
    Filters(authors=("o_neil", "jan strasse")),
    Filters(authors=("%",)),
    Filters(languages=("en", "ar")),
    Filters(languages=("ar",), since=date(2020, 1, 1), outlets=("Tideline",), authors=("hald",)),
    Filters(outlets=("Post",)),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("columns") / "archive"


@pytest.fixture
def archive(folder: Path, draft: DraftMaker) -> Archive:
    """Articles with and without what filters ask for; one was changed and one removed."""
    if folder.exists():
        return Archive.open(folder, HashedWords)
    archive = Archive.create(folder, HashedWords)
    text = "The bridge opens. " * 60
    list(
        archive.add(
            [
                draft("a", text, published=date(2020, 3, 1), outlet="Courier", author="Élodie Marchand"),
                draft("b", text, published=date(2021, 3, 1), outlet="Tideline", author="Jan Straße"),
                draft("c", text, published=None, outlet="Tideline", author="Pat O_Neil"),
                draft("d", text, published=date(2020, 3, 2), outlet=None, author=None, language="ar"),
                draft("e", text, published=date(2021, 3, 1), outlet="Tideline", author="Ivo Hald 100%"),
                draft("f", text, published=date(2020, 1, 5), outlet="Gone", author="Ivo Hald"),
            ]
        )
    )
    list(archive.add([draft("e", text, outlet="Tideline", author="Ivo Hald", language="ar")]))
    archive.remove(6)
    return archive


@pytest.mark.parametrize("filters", FILTERS, ids=str)
def test_columns_pass_what_the_catalogue_passes(archive: Archive, filters: Filters) -> None:
    catalogue = Catalogue(archive.directory / "catalogue.db")
    with catalogue.reading() as connection:
        expected = catalogue.passage_ids(connection, filters).tolist()
        columns = Columns.of(list(catalogue.facts(connection)))
    catalogue.close()
    assert columns.ids[columns.passing(filters)].tolist() == expected
    again = Columns.from_bytes(columns.to_bytes())
    assert again.ids[again.passing(filters)].tolist() == expected


@pytest.mark.parametrize("filters", FILTERS, ids=str)
def test_summary_tells_what_passes(archive: Archive, filters: Filters) -> None:
    known = set(filters.outlets) <= {"Courier", "Tideline"}  # asked for another, the archive refuses
    articles = archive.articles(filters=filters) if known else []
    days = [article.published for article in articles if article.published]
    told = archive.summary(filters)
    assert told.articles == len(articles)
    assert told.outlets == tuple(sorted({article.outlet for article in articles if article.outlet}))
    assert (told.oldest, told.newest) == (min(days, default=None), max(days, default=None))
    assert told.undated == len(articles) - len(days)
    assert told.passages == 2 * len(articles)


def test_joined_columns_keep_their_texts() -> None:
    first, second = Column.of(["Courier", None, "Tideline"]), Column.of(["Tideline", "Post"])
    joined = Column.joined([first, second]).at(np.array([4, 3, 1, 0]))
    assert [joined.texts[code - 1] if code else None for code in joined.codes] == [
        "Post",
        "Tideline",
        None,
        "Courier",
    ]
    assert joined.among(text == "Tideline" for text in joined.texts).tolist() == [False, True, False, False]
    assert joined.present(np.array([True, False, True, False])) == {"Post"}
