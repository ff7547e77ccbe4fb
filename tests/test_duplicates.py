"""Texts printed twice, and what an archive makes of them."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.archive import Archive
from index.extraction.duplicates import bands, is_copy
from index.models.embedding import Embedder
from tests.conftest import DraftMaker

AGENCY = (
    "Sixty-two passengers and nine crew were taken off the ferry Saint Ilva on Thursday evening after it ran "
    "aground in thick fog on a sandbank at the mouth of the river. Nobody was hurt, the harbour master said. "
    "Two tugs pulled the ship free with the morning tide on Friday. An inquiry has been opened."
)
EDITED = AGENCY.replace("taken off", "rescued from").replace(" An inquiry has been opened.", "")
OTHER = (
    "The council decided on Tuesday evening by fifteen votes to twelve to charge six crowns for every "
    "crossing by a lorry. Cars, buses and motorcycles remain free. The treasurer expects the toll to bring "
    "in about seven hundred thousand crowns a year, the mayor said after the vote."
)


def test_an_edited_reprint_is_a_copy_and_another_report_is_not() -> None:
    assert is_copy(AGENCY, EDITED)
    assert is_copy(EDITED, f"{AGENCY} {OTHER}")
    assert not is_copy(AGENCY, OTHER)
    assert set(bands(AGENCY)) & set(bands(EDITED))
    assert not set(bands(AGENCY)) & set(bands(OTHER))


def test_notes_too_short_to_tell_are_no_copies() -> None:
    assert not is_copy("The bridge is closed today.", "The bridge is closed today.")
    assert bands("The bridge is closed today.") == ()


def test_bands_are_the_same_in_every_process() -> None:
    # They are stored: a number that changed with Python's hash seed or version would match nothing.
    assert bands(AGENCY)[0] == 15677928766185540
    assert all(0 <= number < 2**63 for number in bands(AGENCY))


@given(st.text())
def test_any_text_is_its_own_copy_or_too_short(text: str) -> None:
    assert is_copy(text, text) == bool(bands(text))


@pytest.fixture
def archive(tmp_path: Path, load: Callable[[], Embedder]) -> Archive:
    return Archive.create(tmp_path / "archive", load)


def test_copies_form_a_cluster_and_leave_it_when_they_change(archive: Archive, draft: DraftMaker) -> None:
    drafts = [
        draft("a", AGENCY, outlet="Courier"),
        draft("b", EDITED, outlet="Tideline"),
        draft("c", OTHER, outlet="Courier"),
    ]
    list(archive.add(drafts))
    one, two, three = archive.articles()
    assert (two.cluster, three.cluster) == (one.cluster, three.id)
    assert [copy.id for copy in archive.copies(one)] == [2]
    assert archive.copies(three) == []
    list(archive.add([replace(drafts[1], text=OTHER, zones=drafts[2].zones)]))
    assert archive.copies(archive.article(1)) == []
    assert [copy.id for copy in archive.copies(archive.article(2))] == [3]


def test_a_text_that_joins_two_clusters_makes_them_one(archive: Archive, draft: DraftMaker) -> None:
    list(archive.add([draft("a", AGENCY), draft("b", OTHER), draft("c", f"{AGENCY} {OTHER}")]))
    assert {article.cluster for article in archive.articles()} == {1}


def test_removing_a_copy_leaves_the_others(archive: Archive, draft: DraftMaker) -> None:
    list(archive.add([draft("a", AGENCY), draft("b", EDITED), draft("c", AGENCY)]))
    archive.remove(1)
    assert [copy.id for copy in archive.copies(archive.article(2))] == [3]
    list(archive.add([draft("d", AGENCY)]))
    assert archive.article(4).cluster == archive.article(2).cluster


def test_the_sample_archives_agency_text_is_one_source(sample_archive: Archive) -> None:
    clusters: dict[int, list[str]] = {}
    for article in sample_archive.articles():
        clusters.setdefault(article.cluster, []).append(article.outlet or "")
    assert sorted(sorted(outlets) for outlets in clusters.values() if len(outlets) > 1) == [
        ["Lenn Valley News", "Radio Seawall", "The Ostrel Courier"]
    ]


@pytest.mark.parametrize(
    ("was", "now", "same"),
    [
        ("Two tugs", "Three tugs", False),
        ("nine crew", "9 crew", True),
        ("the ferry Saint Ilva", "the ferry Saint Olga", False),
        ("An inquiry has been opened", "An inquiry has not been opened", False),
        ("taken off", "rescued from", True),
    ],
)
def test_a_copy_with_another_figure_name_or_a_denial_is_a_report_of_its_own(
    was: str, now: str, same: bool
) -> None:
    text = f"{AGENCY} It will be led by the port office, and it is to report in the spring."
    assert is_copy(text, text.replace(was, now)) is same
