"""What corrections and retractions do to an article, its versions and other articles."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from index.archive import Archive
from index.extraction.notices import speaks_of
from index.models.embedding import Embedder
from index.readers import read_bytes
from index.records import Draft, Standing, ZoneKind
from tests.conftest import DraftMaker

HEAD = "{title}\n\nThe Ridge Courier\n12 March 2021\n\n"
STORY = "LENN - The harbour bridge will close on Friday, they said.\n\nThe work will cost 340,000 pounds."


def read(text: str) -> Draft:
    (draft,) = read_bytes(text.encode(), "a.txt")
    assert isinstance(draft, Draft)
    return draft


@pytest.mark.parametrize(
    ("notice", "standing"),
    [
        ("CORRECTION: An earlier version of this article said 34,000 pounds.", Standing.CORRECTED),
        ("Editor's note, 20 March 2021: This article has been retracted. It was forged.", Standing.RETRACTED),
        ("This article was amended on 14 March 2021. An earlier version said 34,000.", Standing.CORRECTED),
        ("• The story has been corrected to give the right cost.", Standing.CORRECTED),
        ("This report has since been withdrawn, as its source was forged.", Standing.RETRACTED),
        ("Clarification: The bridge is wrongly called the Quay bridge.", Standing.CORRECTED),
    ],
)
@pytest.mark.parametrize("place", ["top", "foot"])
def test_a_notice_marks_its_article_and_is_no_evidence(notice: str, standing: Standing, place: str) -> None:
    body = f"{notice}\n\n{STORY}" if place == "top" else f"{STORY}\n\n{notice}"
    draft = read(HEAD.format(title="Bridge to close for two weeks") + body)
    assert [(one.of(draft.text), one.standing) for one in draft.notices] == [(notice, standing)]
    assert notice not in draft.evidence()
    assert "340,000" in draft.evidence()


@pytest.mark.parametrize(
    "line",
    [
        "Correction of the river will cost 340,000 pounds, the mayor said.",
        "Note to readers: the Courier appears on Thursday this week.",
        "This article of the constitution was amended in 1931, the mayor said.",
        "The minister retracted his statement: he had been wrong.",
    ],
)
def test_what_only_tells_of_corrections_is_none(line: str) -> None:
    assert read(HEAD.format(title="Bridge to close for two weeks") + f"{STORY}\n\n{line}").notices == ()


def test_a_notice_may_be_an_article_of_its_own() -> None:
    text = "Our report “Bridge to close for two weeks” misstated the cost. See https://ridge.example/bridge."
    assert speaks_of(text, "Correction: bridge") == (
        Standing.CORRECTED,
        frozenset({"Bridge to close for two weeks"}),
        frozenset({"https://ridge.example/bridge"}),
    )  # fmt: skip
    assert speaks_of(text, "Bridge costs more")[0] is None


def test_the_archive_knows_what_was_corrected_and_where(
    tmp_path: Path, load: Callable[[], Embedder], draft: DraftMaker
) -> None:
    story = draft("url:https://ridge.example/bridge", STORY, title="Bridge to close", outlet="Courier")
    other = draft("b", "Another bridge stays open.", title="Bridge to close", outlet="Tideline")
    notice = draft(
        "c",
        "Our report “Bridge to close” misstated the cost of it.",
        title="Correction: bridge",
        outlet="Courier",
    )
    with closing(Archive.create(tmp_path, load)) as archive:
        list(archive.add([story, other, notice]))
        found = [(one.standing, one.notice_in) for one in archive.articles()]
    assert found == [(Standing.CORRECTED, 3), (None, None), (None, None)]


def test_a_headline_that_withdraws_its_article() -> None:
    draft = read(HEAD.format(title="RETRACTED: Mayor took bribes, file shows") + STORY)
    assert {one.standing for one in draft.notices} == {Standing.RETRACTED}
    assert ZoneKind.NOTICE not in {zone.kind for zone in draft.zones}


@pytest.mark.parametrize(
    "words",
    [
        STORY,
        f"Editor's note: This article has been retracted. The paper was forged.\n\n{STORY}",
        f"Editor's note: This article has been retracted.\n\n“It cannot wait any longer,” he said. {STORY}",
    ],
    ids=["headline", "note", "quotation"],
)
def test_an_article_withdrawn_by_its_own_headline_is_marked(
    tmp_path: Path, load: Callable[[], Embedder], words: str
) -> None:
    withdrawn = read(HEAD.format(title="RETRACTED: Mayor took bribes, file shows") + words)
    with closing(Archive.create(tmp_path, load)) as archive:
        list(archive.add([withdrawn]))
        (found,) = archive.articles()
    assert (found.standing, found.notice_in) == (Standing.RETRACTED, None)
