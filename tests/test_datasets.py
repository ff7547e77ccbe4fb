"""Public sets in their own formats, from tiny files, and the archives they are asked over."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eval.archives import COMPLETE, GivenArchives, cached_archive
from eval.datasets import PublicSet, load_public_set
from eval.records import Case
from index.archive import Archive
from index.errors import DatelineError
from index.records import Query
from tests.fakes import HashedWords
from tests.scripted import reporting

Write = Callable[[str, Any], Path]

SQUAD = {
    "version": "v2.0",
    "data": [
        {
            "title": "Port_Ostrel",
            "paragraphs": [
                {
                    "context": "The bridge was opened in June 2023.  It cost 67.5 million crowns.",
                    "qas": [
                        {
                            "id": "q1",
                            "question": "When was it opened?",
                            "answers": [
                                {"text": "June 2023", "answer_start": 25},
                                {"text": "2023", "answer_start": 30},
                                {"text": "June 2023", "answer_start": 25},
                            ],
                        },
                        {"id": "q2", "question": "Who designed it?", "answers": [], "is_impossible": True},
                    ],
                },
                {
                    "context": "The ferry ran aground.",
                    "qas": [{"id": 3, "question": "What ran aground?", "answers": [{"text": "The ferry"}]}],
                },
            ],
        }
    ],
}
RGB = {
    "id": 4,
    "query": "Who won?",
    "answer": ["Ostrel", ["6,412", "6412"]],
    "positive": ["Ostrel won.", "They won: Ostrel.", "It was Ostrel."],
    "negative": ["Rain.", "Wind.", "Fog.", "Snow.", "Hail.", "Sun."],
}
ARTICLES = [
    {
        "title": "Bridge",
        "body": "It opened.",
        "source": "Courier",
        "url": "urn:bridge",
        "published_at": "2023-06-18T10:00:00+00:00",
    },
    {"title": "Ferry", "body": "It ran aground.", "doc_id": 2},
]
QUERIES = [
    {
        "query": "Who?",
        "answer": "Ferrier",
        "question_type": "inference_query",
        "evidence_list": [
            {"title": "Bridge", "fact": "It opened.", "url": "urn:bridge"},
            {"title": "Ferry", "fact": "aground"},
        ],
    },
    {"query": "Same?", "answer": "Yes", "question_type": "comparison_query", "evidence_list": []},
    {
        "query": "What?",
        "answer": "Insufficient information.",
        "question_type": "null_query",
        "evidence_list": [],
    },
]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def make(name: str, content: Any) -> Path:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return file

    return make


@pytest.fixture
def beir(write: Write, tmp_path: Path) -> Path:
    rows = [
        {"_id": "d1", "title": "Bridge", "text": "The bridge was opened."},
        {"_id": "d2", "title": "A title without a text", "text": ""},
    ]
    write("mini/corpus.jsonl", "\n".join(map(json.dumps, rows)))
    queries = [{"_id": "1", "text": "bridge opening"}, {"_id": "2", "text": "not judged in the test"}]
    write("mini/queries.jsonl", "\n".join(map(json.dumps, queries)) + "\n")
    write("mini/qrels/test.tsv", "query-id\tcorpus-id\tscore\n1\td1\t2\n1\td2\t0\n")
    return tmp_path / "mini"


def by_id(chosen: PublicSet) -> dict[str, Case]:
    return {case.id: case for case in chosen.cases}


def test_squad_open_makes_an_archive_of_all_paragraphs(write: Write) -> None:
    chosen = load_public_set(write("dev.json", SQUAD))
    assert chosen.name == "squad-2.0"
    assert [document.key for document in chosen.documents] == ["squad:Port_Ostrel/1", "squad:Port_Ostrel/2"]
    assert chosen.documents[0].title == "Port Ostrel"
    assert (
        chosen.documents[0].evidence() == "The bridge was opened in June 2023. It cost 67.5 million crowns."
    )
    cases = by_id(chosen)
    assert cases["q1"].expected.spans == ("June 2023", "2023")
    assert cases["q1"].relevant == {"squad:Port_Ostrel/1": 1}
    assert cases["q2"].expected.refusal
    assert cases["q2"].kind == "unanswerable"
    assert cases["3"].kind == "span"
    assert chosen.given == {}


def test_squad_given_hands_each_question_its_paragraph(write: Write) -> None:
    chosen = load_public_set(write("dev.json", SQUAD), given=True)
    assert chosen.name == "squad-2.0-given"
    assert chosen.documents == ()
    assert [document.key for document in chosen.given["q2"]] == ["squad:Port_Ostrel/1"]
    assert [document.key for document in chosen.given["3"]] == ["squad:Port_Ostrel/2"]


@pytest.mark.parametrize("packed", [False, True], ids=["folder", "zip"])
def test_beir_judges_retrieval(beir: Path, tmp_path: Path, packed: bool) -> None:
    path = beir
    if packed:
        path = tmp_path / "packed" / "mini.zip"
        path.parent.mkdir()
        with zipfile.ZipFile(path, "w") as archive:
            for file in beir.rglob("*"):
                archive.write(file, f"mini/{file.relative_to(beir)}")
    chosen = load_public_set(path)
    assert chosen.name == "beir-mini"
    assert {document.url: document.text for document in chosen.documents} == {
        "beir:d1": "The bridge was opened.",
        "beir:d2": "A title without a text",
    }
    assert [(case.id, case.question, case.relevant) for case in chosen.cases] == [
        ("1", "bridge opening", {"beir:d1": 2})
    ]


def test_multihop_gives_evidence(write: Write, tmp_path: Path) -> None:
    write("hop/corpus.json", ARTICLES)
    write("hop/queries.json", QUERIES)
    chosen = load_public_set(tmp_path / "hop")
    bridge, ferry = chosen.documents
    assert (bridge.url, bridge.outlet, str(bridge.published)) == ("urn:bridge", "Courier", "2023-06-18")
    assert (ferry.url, ferry.outlet, ferry.published) == ("multihop:2", None, None)
    who, same, what = chosen.cases
    assert who.evidence == ("It opened.", "aground")
    assert who.relevant == {"urn:bridge": 1, "Ferry": 1}
    assert who.expected.facts == (("Ferrier",),)
    assert same.expected.spans == ("Yes",)
    assert what.expected.refusal


def test_rgb_measures_noise_and_rejection(write: Write) -> None:
    chosen = load_public_set(write("en.json", json.dumps(RGB) + "\n"), noise=0.6)
    assert chosen.name == "rgb-en-noise-0.6"
    noisy, rejected = chosen.cases
    assert (noisy.kind, noisy.expected.facts) == ("noise", (("Ostrel",), ("6,412", "6412")))
    assert [document.text for document in chosen.given[noisy.id]] == [
        "Ostrel won.", "They won: Ostrel.", "Rain.", "Wind.", "Fog.",
    ]  # fmt: skip
    assert (rejected.kind, rejected.expected.refusal) == ("rejection", True)
    assert [document.text for document in chosen.given[rejected.id]] == [
        "Rain.",
        "Wind.",
        "Fog.",
        "Snow.",
        "Hail.",
    ]


def test_rgb_integration_takes_of_every_part_first(write: Write) -> None:
    row = RGB | {"positive": [["a1", "a2"], ["b1", "b2"], ["c1"]]}
    chosen = load_public_set(write("en_int.json", json.dumps(row)), noise=0.8)
    assert [case.kind for case in chosen.cases] == ["integration"]
    assert [document.text for document in chosen.given["4-integration"]] == [
        "a1",
        "b1",
        "c1",
        "Rain.",
        "Wind.",
    ]


def test_rgb_counterfactual_forbids_the_false_answer(write: Write) -> None:
    row = RGB | {"answer": "Ostrel", "fakeanswer": "Dunmarsh", "positive_wrong": ["Dunmarsh won."]}
    chosen = load_public_set(write("en_fact.json", json.dumps(row)), noise=0)
    (case,) = chosen.cases
    assert case.expected.facts == (("Ostrel",),)
    assert case.expected.forbidden_text == ("Dunmarsh",)
    assert case.expected.may_refuse
    assert chosen.given[case.id][0].text == "Dunmarsh won."


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.json", {"data": [{"paragraphs": [{"qas": []}]}]}, "data.0.paragraphs.0.context is missing"),
        ("b.json", json.dumps(RGB) + '\n{"query": "q", "answer": "a"}\n', "b.json:2: id is missing"),
        ("c.json", "{}", "c.json is no set that is known"),
        ("d.json", QUERIES, "d.json holds queries of MultiHop-RAG; name the folder"),
        ("e.json", '{"data": [', "e.json: invalid json"),
    ],
)  # fmt: skip
def test_a_file_that_is_wrong_is_told_with_what_is_missing(
    write: Write, name: str, content: Any, told: str
) -> None:
    with pytest.raises(DatelineError) as caught:
        load_public_set(write(name, content))
    assert told in str(caught.value)


def test_a_folder_that_is_wrong_is_told_with_what_is_missing(
    write: Write, beir: Path, tmp_path: Path
) -> None:
    def told(path: Path) -> str:
        with pytest.raises(DatelineError) as caught:
            load_public_set(path)
        return str(caught.value)

    write("hop/corpus.json", ARTICLES)
    assert "no .json file of queries with an evidence_list" in told(tmp_path / "hop")
    (beir / "qrels" / "test.tsv").write_text("1\td1\n")
    assert "qrels/test.tsv:1: a row is query-id, corpus-id and score" in told(beir)
    (beir / "qrels" / "test.tsv").write_text("7\td1\t1\n")
    assert "queries.jsonl has no query '7'" in told(beir)
    (beir / "qrels" / "test.tsv").unlink()
    assert "mini has no qrels/test.tsv; there are: corpus.jsonl, queries.jsonl" in told(beir)
    (tmp_path / "empty").mkdir()
    assert "no corpus.jsonl as BEIR has" in told(tmp_path / "empty")
    assert "there is no" in told(tmp_path / "nowhere")


def test_an_archive_is_built_once_and_anew_when_a_document_changes(tmp_path: Path) -> None:
    embedder = HashedWords()
    documents = [reporting("a", "The bridge opened."), reporting("b", "The ferry ran aground.")]
    first = cached_archive(documents, tmp_path, embedder)
    assert embedder.documents == 2
    assert cached_archive(documents, tmp_path, embedder) == first
    assert embedder.documents == 2
    assert cached_archive([documents[0], reporting("b", "It floats.")], tmp_path, embedder) != first
    assert cached_archive(documents, tmp_path, HashedWords("other@1")) != first


def test_an_archive_that_was_being_built_is_completed_without_embedding_again(tmp_path: Path) -> None:
    embedder = HashedWords()
    documents = [reporting("a", "The bridge opened."), reporting("b", "The ferry ran aground.")]
    folder = cached_archive(documents, tmp_path, embedder)
    (folder / COMPLETE).unlink()
    assert cached_archive(documents, tmp_path, embedder) == folder
    assert embedder.documents == 2
    assert Archive.open(folder, lambda: embedder).summary().articles == 2


def test_a_given_archive_holds_what_is_given_and_nothing_else(write: Write, tmp_path: Path) -> None:
    chosen = load_public_set(write("dev.json", SQUAD), given=True)
    embedder = HashedWords()
    archives = GivenArchives(chosen.given, tmp_path, embedder)
    found = {
        case.id: [hit.article.url for hit in archives(case).search(Query(text=case.question))]
        for case in chosen.cases
    }
    assert found == {
        "q1": ["squad:Port_Ostrel/1"],
        "q2": ["squad:Port_Ostrel/1"],
        "3": ["squad:Port_Ostrel/2"],
    }
    assert embedder.documents == 2
    archives.close()


@pytest.mark.parametrize(
    ("path", "name", "cases"),
    [
        ("squad/dev-half-v1.1.json", "squad-1.1", 5457),
        ("squad/dev-half-v2.0.json", "squad-2.0", 6247),
        ("xquad/xquad.es.json", "squad-1.1", 1190),
        ("multihop_rag", "multihop-rag", 170),
        ("scifact_beir/scifact.zip", "beir-scifact", 300),
    ],
)
def test_the_real_sets_are_read(shared: Path, path: str, name: str, cases: int) -> None:
    chosen = load_public_set(shared / "data" / path)
    assert (chosen.name, len(chosen.cases)) == (name, cases)
    urls = {document.url for document in chosen.documents} | {document.title for document in chosen.documents}
    assert {wanted for case in chosen.cases for wanted in case.relevant} <= urls
