"""The retrieval benchmark: its metrics counted by hand, its chunks, and its tables over a set."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from eval.benchmarks.question_sets import Asked, RetrievalSet, WordChunker, document, multihop_unnamed
from eval.benchmarks.retrieval import METHODS, built, by_article, by_evidence, main, table
from index.models.embedding import Embedder
from index.records import Passage


def passage(number: int, text: str) -> Passage:
    return Passage(start=0, end=len(text), id=number, article_id=number, version=1, text=text, sentences=())


def test_evidence_is_found_whatever_its_white_space() -> None:
    asked = [Asked("?", ("the bridge  fell", "nobody died")), Asked("?", ("a second toll",))]
    other = [passage(n, "other words") for n in range(1, 5)]
    found = [
        [*other, passage(5, "They say\nthe bridge fell."), passage(6, "And nobody\ndied there.")],
        [passage(7, "a second bridge"), passage(8, "a second toll")],
    ]
    assert by_evidence(asked, found) == {
        "@10": 1.0,
        "@4": 0.5,
        "MRR@10": pytest.approx((1 / 5 + 1 / 2) / 2),
        "all evidence": 1.0,
    }


def test_an_article_ranks_where_its_first_passage_does() -> None:
    keys = {1: "a", 2: "b", 3: "c"}
    asked = [Asked("?", articles=frozenset({"b"})), Asked("?", articles=frozenset({"z"}))]
    found = [[passage(1, ""), passage(1, ""), passage(2, "")], [passage(3, "")]]
    assert by_article(asked, found, keys) == {"@1": 0.0, "@10": 0.5, "MRR@10": 0.25}


def test_chunks_are_whole_sentences() -> None:
    text = "One two three four. Five six seven. Eight nine."
    chunks = WordChunker(9).chunk(document("a", text))
    assert [chunk.of(text).strip() for chunk in chunks] == [
        "One two three four. Five six seven.",
        "Eight nine.",
    ]


def test_a_table_has_a_row_for_each_method(tmp_path: Path, load: Callable[[], Embedder]) -> None:
    documents = [document("flood", "The flood took the pumps."), document("fair", "The fair had 9 swings.")]
    asked = [Asked("What did the flood take?", articles=frozenset({"flood"}))]
    small = RetrievalSet("small", documents, asked)
    printed = table(small, built(small, tmp_path, load()), load()).splitlines()
    assert printed[0] == "small: 1 questions, 2 documents, 2 passages"
    assert [line[:18].strip() for line in printed[2:]] == list(METHODS)
    assert printed[-1].removeprefix(list(METHODS)[-1]).split() == ["1.000", "1.000", "1.000"]


def test_names_of_outlets_can_be_taken_out(tmp_path: Path) -> None:
    folder = tmp_path / "multihop_rag"
    folder.mkdir()
    article = {
        "doc_id": 1,
        "title": "Deal",
        "body": "The deal is off.",
        "meta_known": True,
        "source": "TechCrunch",
        "published_at": "2023-10-01T00:00:00+00:00",
    }
    query = {"query": "Is the deal off, as reported by 'TechCrunch'?", "evidence_list": [{"fact": "off"}]}
    (folder / "corpus.json").write_text(json.dumps([article]))
    (folder / "queries_dev.json").write_text(json.dumps([query]))
    assert [one.text for one in multihop_unnamed(tmp_path).questions] == ["Is the deal off?"]


def test_a_set_that_is_not_there_is_skipped(
    tmp_path: Path, models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["--data", str(tmp_path), "--cache", str(models), "--set", "squad"])
    assert "squad: skipped" in capsys.readouterr().out


def test_smaller_passages_are_compared_over_as_much_text() -> None:
    whole = RetrievalSet("small", [], [])
    assert [whole.cut(size).first for size in (600, 900, 1200)] == [15, 10, 8]
    assert whole.cut(600).chunker.size == 600
