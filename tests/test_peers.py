"""The comparison with other systems: what they are given, how they are measured, and the table."""

import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from eval.benchmarks.peers import dateline_own
from eval.benchmarks.peers.__main__ import compare
from eval.benchmarks.peers.articles import Asked, hits, write_given
from eval.benchmarks.peers.measuring import Row, measured, megabytes_in
from eval.benchmarks.peers.systems import INSTALLED, SYSTEMS, Missing, System, environment_of, python_of
from eval.benchmarks.peers.table import table, verdict

PEERS = [system for system in SYSTEMS if not system.own]
ARTICLES = [
    {
        "title": "Bridge",
        "body": "The bridge fell. Nobody was hurt.",
        "url": "urn:bridge",
        "source": "Courier",
    },
    {"title": "Ferry", "body": "The ferry ran aground.", "doc_id": 2},
]
QUERIES: list[dict[str, Any]] = [
    {
        "query": "Was anyone hurt when the bridge fell?",
        "answer": "No",
        "question_type": "inference_query",
        "evidence_list": [{"title": "Bridge", "fact": "Nobody was  hurt."}],
    },
    {
        "query": "Who sang?",
        "answer": "Insufficient information.",
        "question_type": "null_query",
        "evidence_list": [],
    },
]
# As small as a system can be: it finds the articles that share most words with the question.
WORDS = """
import json
from pathlib import Path
from typing import Any

def build(articles, folder, model):
    texts = [json.loads(line)["text"] for line in Path(articles).read_text().splitlines()]
    Path(folder, "texts.json").write_text(json.dumps(texts))
    Path(folder, "model").mkdir()
    Path(folder, "model", "weights").write_bytes(bytes(10**6))

def load(folder, model):
    print("a library that greets its users")
    texts = json.loads(Path(folder, "texts.json").read_text())
    return lambda asked: sorted(texts, key=lambda text: -len(set(text.split()) & set(asked.split())))
"""
BASE = Row(
    name="Dateline",
    version="1",
    search="hybrid",
    seconds_to_index=50,
    cpu_seconds_to_index=100,
    megabytes_on_disk=10,
    seconds_cold=0.4,
    p50=5,
    p95=10,
    megabytes_of_memory=150,
    hits_at_10=0.9,
    hits_at_4=0.8,
    load=0.52,
)
OTHER = replace(
    BASE,
    name="Other",
    seconds_to_index=150,
    cpu_seconds_to_index=300,
    megabytes_on_disk=20,
    seconds_cold=4,
    p50=31,
    p95=120,
    megabytes_of_memory=449,
    hits_at_10=0.8625,
)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data" / "multihop_rag"
    folder.mkdir(parents=True)
    (folder / "corpus.json").write_text(json.dumps(ARTICLES))
    (folder / "queries.json").write_text(json.dumps(QUERIES))
    return folder.parent


@pytest.fixture
def words(tmp_path: Path) -> System:
    script = tmp_path / "words.py"
    script.write_text(WORDS)
    return System(name="Words", script=str(script), distribution="dateline", search="words")


def test_the_systems_are_given_json_lines_and_questions(tmp_path: Path, data: Path) -> None:
    given = write_given(tmp_path / "given", data)
    bridge, ferry = [json.loads(line) for line in given.articles.read_text().splitlines()]
    assert (bridge["title"], bridge["outlet"], bridge["text"]) == (
        "Bridge",
        "Courier",
        "The bridge fell. Nobody was hurt.",
    )
    assert ferry["title"] == "Ferry"
    assert json.loads(given.questions.read_text()) == [query["query"] for query in QUERIES]
    assert [one.evidence for one in given.asked] == [("Nobody was  hurt.",), ()]
    assert given.holding == "2 articles of MultiHop-RAG, 2 questions, 1 of them with evidence"


def test_of_fewer_articles_only_their_evidence_is_asked_for(tmp_path: Path, data: Path) -> None:
    (data / "multihop_rag" / "corpus.json").write_text(json.dumps(ARTICLES[::-1]))
    assert len(write_given(tmp_path / "whole", data).asked[0].evidence) == 1
    given = write_given(tmp_path / "given", data, most=1)
    assert len(given.articles.read_text().splitlines()) == 1
    assert given.asked[0].evidence == ()


def test_without_the_set_it_is_the_sample_archive(tmp_path: Path) -> None:
    given = write_given(tmp_path / "given", tmp_path / "nowhere")
    texts = [json.loads(line)["text"] for line in given.articles.read_text().splitlines()]
    assert "the sample archive" in given.holding
    assert len(given.asked) > 10
    assert all(any(one.evidence[0] in text for text in texts) for one in given.asked)


def test_hits_count_questions_with_evidence_whatever_its_spaces() -> None:
    asked = [Asked("a", ("it fell", "nobody died")), Asked("b", ("it sank",)), Asked("c", ())]
    found = {"a": ["x", "So nobody\ndied."], "b": ["It  sank", "it swam"], "c": ["it fell"]}
    assert hits(asked, found, 1) == 0
    assert hits(asked, found, 2) == 0.5


def test_a_system_is_built_and_asked_in_processes_of_its_own(
    tmp_path: Path, data: Path, words: System
) -> None:
    given = write_given(tmp_path / "given", data)
    row = measured(words, Path(sys.executable), given, tmp_path / "index", tmp_path / "weights")
    assert (row.name, row.hits_at_10, row.hits_at_4) == ("Words", 1.0, 1.0)
    assert row.seconds_to_index > 0
    assert row.cpu_seconds_to_index > 0
    assert 0 < row.p50 <= row.p95 < row.seconds_cold * 1000
    assert 5 < row.megabytes_of_memory < 100
    assert row.megabytes_on_disk == pytest.approx(0.00006, abs=0.00001)  # without the model


def test_a_system_that_fails_is_skipped_with_its_last_words(
    tmp_path: Path, data: Path, words: System, capsys: pytest.CaptureFixture[str]
) -> None:
    Path(words.script).write_text('def build(*_): raise ValueError("no room for the index")')
    assert compare([words], tmp_path / "cache", data, install=False) == []
    said = capsys.readouterr().out
    assert "Words: skipped, it could not index the articles: ValueError: no room for the index" in said


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_a_peer_that_is_not_installed_is_skipped_with_a_reason(peer: System, tmp_path: Path) -> None:
    with pytest.raises(Missing, match=rf"{peer.distribution} {peer.version} is not installed; use --install"):
        python_of(peer, tmp_path, install=False)
    folder = environment_of(peer, tmp_path)
    folder.mkdir()
    (folder / INSTALLED).touch()
    assert python_of(peer, tmp_path, install=False) == folder / "bin" / "python"


def test_what_needs_the_archive_of_a_row_that_is_missing_is_skipped(
    tmp_path: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asking = next(system for system in SYSTEMS if system.archive_of)
    assert compare([asking, *PEERS], tmp_path / "cache", data, install=False) == []
    said = capsys.readouterr().out
    assert "Dateline, asked: skipped, it searches the archive of Dateline, which was not built" in said
    assert all(f"{peer.name}: skipped, {peer.distribution}" in said for peer in PEERS)
    assert json.loads((tmp_path / "cache" / "rows.json").read_text()) == []


def test_our_own_rows_are_measured_like_the_others(tmp_path: Path, models: Path, data: Path) -> None:
    given = write_given(tmp_path / "given", data)
    folder = tmp_path / "index"
    shutil.copytree(models, folder / dateline_own.MODEL)
    dateline_own.build(str(given.articles), str(folder), "")
    for system in (system for system in SYSTEMS if system.own):
        row = measured(system, Path(sys.executable), given, folder, models, built=BASE)
        assert (row.name, row.hits_at_4, row.seconds_to_index) == (system.name, 1.0, 50)
        assert 0 < row.p50 <= row.p95
        assert row.megabytes_on_disk == megabytes_in(folder / dateline_own.ARCHIVE)


def test_the_table_has_a_ratio_for_each_cost() -> None:
    assert table([BASE, OTHER]).splitlines() == [
        "|  | search | index s | index CPU s | disk MB | cold s | p50 ms | p95 ms | memory MB | Hits@10 "
        "| Hits@4 | load |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
        "| Dateline 1 | hybrid | 50.0 | 100 | 10.0 | 0.40 | 5.00 | 10.0 | 150 | 0.900 | 0.800 | 0.5 |",
        "| Other 1 | hybrid | 150 (3.0 x) | 300 (3.0 x) | 20.0 (2.0 x) | 4.00 (10.0 x) "
        "| 31.0 (6.2 x) | 120 (12.0 x) | 449 (3.0 x) | 0.863 | 0.800 | 0.5 |",
    ]


def test_it_says_where_dateline_does_not_lead_by_a_factor_of_three() -> None:
    assert verdict([BASE, OTHER], [OTHER]).splitlines() == [
        "Where Dateline does not lead by a factor of 3:",
        "",
        "- disk MB: Other 2.00 x",
        "- memory MB: Other 2.99 x",
    ]
    larger = replace(OTHER, megabytes_on_disk=31, megabytes_of_memory=600)
    assert verdict([BASE, larger], [larger]).startswith("Dateline leads each column")
    assert verdict([BASE], []) == "Nothing to compare with was measured."
