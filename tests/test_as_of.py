"""What a reader of a day could know: each article in the version of that day."""

from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from index.archive import Archive
from index.models.embedding import Embedder
from index.records import Filters, Query
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
