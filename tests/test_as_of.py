"""What a reader of a day could know: each article in the version of that day."""

from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from index.archive import Archive
from index.extraction.dates.mentions import mentions
from index.models.embedding import Embedder
from index.records import Filters, Query, Zone, ZoneKind
from service.questions.plan import Question
from service.questions.understand import plan_of
from service.reading.search import hits_of
from tests.conftest import DraftMaker

WAS = "A wall of the store fell on Friday and killed 12 people. The search goes on."
IS = "A wall of the store fell on Friday and killed 21 people. The search has ended."


@pytest.mark.parametrize(
    ("day", "words", "version"),
    [(date(2021, 3, 13), WAS, 1), (date(2021, 3, 20), IS, 2), (None, IS, 2)],
)
def test_an_article_is_read_in_the_version_of_the_day(
    tmp_path: Path,
    load: Callable[[], Embedder],
    draft: DraftMaker,
    day: date | None,
    words: str,
    version: int,
) -> None:
    with closing(Archive.create(tmp_path, load)) as archive:
        for text, updated in ((WAS, None), (IS, date(2021, 3, 20))):
            list(archive.add([draft("a", text, published=date(2021, 3, 12), updated=updated)]))
        (hit,) = archive.search(Query(text="How many people did the wall kill?", filters=Filters(as_of=day)))
    assert (hit.passage.text, hit.passage.version, hit.article.version) == (words, version, version)
    assert hit.passage.text == hit.article.text[hit.passage.start : hit.passage.end]
    assert [span.of(hit.article.text) for span in hit.passage.sentences][-1].startswith("The search")


@pytest.mark.parametrize(
    ("newest", "as_of", "found"),
    [
        (date(2022, 10, 20), None, True),
        (date(2025, 3, 1), None, False),  # the archive knows what became of it, and says nothing
        (date(2025, 3, 1), date(2022, 12, 1), True),
    ],
)
def test_what_was_still_to_come_for_the_archive_is_found_years_later(
    tmp_path: Path,
    load: Callable[[], Embedder],
    draft: DraftMaker,
    newest: date,
    as_of: date | None,
    found: bool,
) -> None:
    today = date(2026, 11, 30)
    with closing(Archive.create(tmp_path, load)) as archive:
        text, printed = "The two supermarkets will merge in 2024, both said.", date(2022, 10, 14)
        dates = mentions(text, (Zone(0, len(text), ZoneKind.REPORTING),), printed)
        list(archive.add([draft("a", text, published=printed, dates=dates)]))
        list(archive.add([draft("b", "The harbour was quiet all day.", published=newest)]))
        question = Question(
            question="Which supermarkets plan to merge in 2024?", filters=Filters(as_of=as_of)
        )
        plan = plan_of(question, archive.summary(), today)
        keys = [hit.article.key for hit in hits_of(archive, plan, today)]
    assert ("a" in keys) is found
