"""The sentences that may answer: a text printed twice is one of them, a report with another figure is two."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from index.archive import Archive
from index.models.embedding import Embedder
from index.models.reader import ReadingModel
from index.readers import read_file
from index.records import Draft, Query, Zone, ZoneKind
from index.search.hybrid import CANDIDATES
from service.questions.plan import Plan
from service.reading.candidates import findings

QUESTION = "How many people did the falling crane kill?"
ARTICLE = (
    "{outlet}\n\nCrane falls in Marlow\n\n12 March 2021\n\n{sentence}\n\nThe street was closed for a day.\n"
)
SENTENCE = "A crane at the old brewery fell on Friday and killed {many} people, the fire service said."


@pytest.fixture
def reports(tmp_path: Path, load: Callable[[], Embedder]) -> Archive:
    told = {"Hill Post": "12", "Marlow Echo": "21", "Vale News": "12"}
    rows = [
        {
            "id": outlet,
            "outlet": outlet,
            "published": "2021-03-12",
            "title": "Crane falls",
            "text": SENTENCE.format(many=many),
        }
        for outlet, many in told.items()
    ]
    (tmp_path / "reports.jsonl").write_text("\n".join(map(json.dumps, rows)))
    drafts = [one for one in read_file(tmp_path / "reports.jsonl") if isinstance(one, Draft)]
    archive = Archive.create(tmp_path / "archive", load)
    for _ in archive.add(drafts):
        pass
    return archive


def test_a_copy_with_another_figure_is_no_copy(reports: Archive) -> None:
    plan = Plan(standalone_question=QUESTION, search_words=QUESTION, wanted="number", counted="people")
    hits = reports.search(Query(text=QUESTION))
    found = [one.quote for one in findings(reports, ReadingModel(), plan, hits) if "killed" in one.quote.text]
    printed = {(quote.article.outlet, *quote.also_printed_by): quote.text for quote in found}
    assert {frozenset(outlets) for outlets in printed} == {
        frozenset({"Hill Post", "Vale News"}),
        frozenset({"Marlow Echo"}),
    }
    assert "21 people" in printed["Marlow Echo",]


def test_a_short_line_answers_only_as_a_sentence(tmp_path: Path, load: Callable[[], Embedder]) -> None:
    text = "The crane at the old brewery fell on Friday.\n\nPeople killed: 12\n\nTwelve people were killed."
    (tmp_path / "crane.json").write_text(json.dumps({"id": "1", "title": "Crane falls", "text": text}))
    archive = Archive.create(tmp_path / "archive", load)
    for _ in archive.add(one for one in read_file(tmp_path / "crane.json") if isinstance(one, Draft)):
        pass
    plan = Plan(standalone_question=QUESTION, search_words=QUESTION, wanted="number", counted="people")
    found = findings(archive, ReadingModel(), plan, archive.search(Query(text=QUESTION)))
    assert "Twelve people were killed." in [one.quote.text for one in found]
    assert "People killed: 12" not in [one.quote.text for one in found]


def test_what_the_search_puts_far_behind_is_not_read(reports: Archive) -> None:
    plan = Plan(standalone_question=QUESTION, search_words=QUESTION)
    hits = [
        replace(hit, score=score)
        for hit, score in zip(reports.search(Query(text=QUESTION)), (0.9, 0.2, 0.2), strict=True)
    ]
    assert len(findings(reports, ReadingModel(), plan, hits)) == 2  # of so few all are read
    others = (
        Draft(
            key=f"other {n}",
            text=f"Road {n} is closed.",
            zones=(Zone(0, len(f"Road {n} is closed."), ZoneKind.REPORTING),),
        )
        for n in range(CANDIDATES)
    )
    assert sum(1 for _ in reports.add(others)) == CANDIDATES
    assert len(findings(reports, ReadingModel(), plan, hits)) == 1
