"""Erasing an article: its text, its vectors, and what kept answers quote of it."""

from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from index.archive import CATALOGUE
from index.errors import NotFound
from service.answers import Change, DatedPosition, Section, ShortAnswer, Table, TimelineEntry
from service.storage import conversations
from service.storage.audit import FILE, Audit
from service.storage.conversations import Conversations
from service.storage.erasure import Receipt, erase
from service.storage.redaction import GAP
from tests.fault_writer import draft, make_archive, mark
from tests.test_conversations import CITED
from tests.test_slack_blocks import answered

SECRET = "Alma Petz lives in Mill Lane 4."
NAME = "Zelda Quimbly"
OTHER = "The dam closes in May."
DAY = date(2021, 7, 9)
ANSWER = replace(
    answered(f"“{SECRET}”", f"“{OTHER}”"),
    citations=(
        replace(CITED, number=1, article_id="2", quote=SECRET, title="Where Alma Petz lives"),
        replace(CITED, number=2, article_id="1", quote=OTHER),
    ),
    short_answer=ShortAnswer(text="Mill Lane 4", citations=(1,)),
    changes=(
        Change(
            about="where Alma Petz lives",
            positions=(
                DatedPosition(text=SECRET, day=DAY, citations=(1,), value="Mill Lane 4"),
                DatedPosition(text=OTHER, day=DAY, citations=(2,)),
            ),
        ),
    ),
    timeline=(TimelineEntry(first=DAY, last=DAY, precision="day", text=SECRET, citations=(1,)),),
    sections=(
        Section(
            heading="Where", question="Where?", status="answered",
            short_answer=ShortAnswer(text="Mill Lane 4", citations=(1,)),
        ),
    ),
    table=Table(
        columns=("title",), rows=(("Where Alma Petz lives",), ("Dam to close",)), articles=("2", "1")
    ),
    notes=(f"Also printed: {SECRET}",),
    suggestions=(f"Who is {NAME}?",),
)  # fmt: skip


@pytest.fixture
def kept(tmp_path: Path) -> Conversations:
    (tmp_path / "archive").mkdir()
    found = Conversations(tmp_path / "archive" / conversations.FILE)
    found.of("desk").keep(ANSWER)
    found.keep(replace(answered(OTHER), id="a2", citations=(replace(CITED, article_id="1", quote=OTHER),)))
    return found


def test_a_gap_stands_where_a_quote_stood(kept: Conversations) -> None:
    assert kept.erase("2") == {"a1"}
    found = kept.of("desk").answer("a1").answer
    assert found.text == f"{GAP}\n“{OTHER}” [2]"
    assert [found.text[one.start : one.end] for one in found.claims] == [GAP, f"“{OTHER}” [2]"]
    assert [(one.quote, one.title, one.speaker) for one in found.citations] == [
        (GAP, None, None),
        (OTHER, "Dam to close", "Nadia Rahal"),
    ]
    assert found.table is not None
    assert found.table.rows == ((GAP,), ("Dam to close",))
    assert [one.text for one in found.changes[0].positions] == [GAP, OTHER]
    body = (kept.of("desk").answer("a1").answer).__repr__()
    assert "Mill Lane" not in body
    assert "Petz" not in body.replace("where Alma Petz lives", "")
    assert kept.answer("a2").answer.text == f"{OTHER} [1]"
    assert kept.erase("2") == set()


def test_an_answer_that_only_lists_an_article_is_reached(kept: Conversations) -> None:
    kept.keep(replace(ANSWER, id="listing", citations=(), text="", claims=()))
    assert kept.erase("2") == {"a1", "listing"}
    table = kept.answer("listing").answer.table
    assert table is not None
    assert table.rows == ((GAP,), ("Dam to close",))


def test_nothing_of_an_erased_article_is_left_on_the_disk(kept: Conversations, tmp_path: Path) -> None:
    folder, audit = tmp_path / "archive", Audit(tmp_path / "archive")
    with closing(make_archive(folder)) as archive:
        list(archive.add([draft(1, 1), replace(draft(2, 1), names=(NAME,)), draft(3, 1)]))
        vectors = [path.read_bytes() for path in folder.rglob("vectors.faiss")]
        archive.remove(2)  # as an erasure that was interrupted leaves it
        receipt = erase(archive, kept, audit, 2, "desk")
        assert receipt == Receipt(article_id="2", versions=0, answers=("a1",), by="desk")
        assert archive.check() == []
        with pytest.raises(NotFound):
            erase(archive, kept, audit, 2, "desk")
    # The record of answers stays open, as in a server.
    assert '"act": "erase", "article": "2"' in (folder / FILE).read_text()
    for path in folder.rglob("*"):
        data = path.read_bytes() if path.is_file() else b""
        assert mark(2, 1).encode() not in data, path
        assert SECRET.encode() not in data, path
        assert NAME.encode() not in data, path
        assert data not in vectors or not data, path
    assert mark(1, 1).encode() in (folder / CATALOGUE).read_bytes()
