"""`dateline eval`: from a set to scores, a report, a comparison, and new cases."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from eval.cases import BLANK, load_cases
from eval.cli import app
from eval.drafting import from_archive, from_feedback, spread
from eval.run import read_records, read_run
from index.archive import Archive
from index.errors import DatelineError
from tests.conftest import ROOT
from tests.test_datasets import RGB, SQUAD

CASES = """\
- id: flood
  kind: number
  question: How many families did the fire brigade evacuate in the flood?
  expect: {facts: [23 families], sources: ["Fire brigade: 23 families brought to safety in flood"]}
- id: ferry
  kind: number
  question: How many passengers were on the ferry Saint Ilva?
  expect: {facts: [[62 passengers, sixty-two passengers]]}
- id: capital
  kind: unanswerable
  question: What is the capital of Australia?
  expect: {refusal: true}
"""


@pytest.fixture(autouse=True)
def exported(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATELINE_MODELS", str(models))


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    file = tmp_path / "mine.yaml"
    file.write_text(CASES)
    return file


def dateline_eval(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=True)


def printed(*arguments: object) -> Any:
    result = dateline_eval(*arguments, "--json")
    assert result.exit_code == 0, result.output or result.exception
    return json.loads(result.stdout)


def means(told: Any) -> dict[str, float]:
    return {one["metric"]: one["mean"] for one in told["scores"]}


def test_a_run_is_scored_reported_and_compared(cases: Path, sample: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    told = printed("run", cases, "--data", sample, "--out", first)
    assert told["folder"] == str(first)
    assert means(told)["refusal_recall"] == 1
    assert means(told)["quote_exactness"] == 1
    assert [record.case.id for record in read_records(first) if record.error] == []
    assert read_run(first).set == "mine"
    assert read_run(first).produced_by["index"]["count"] > 34

    assert means(printed("score", first, "--data", sample)) == means(told)

    page = dateline_eval("report", first).output.strip()
    assert Path(page).parent == first
    assert "refusal_recall" in Path(page).read_text()
    assert (first / "summary.md").exists()

    printed("run", cases, "--data", sample, "--out", second)
    assert dateline_eval("compare", first, second).exit_code == 0
    for thresholds in (
        ("--fail-under", "refusal_recall=0.9", "quote_exactness=1"),
        ("--fail-under", "refusal_recall=0.9", "--fail-under", "quote_exactness=1"),
    ):
        assert dateline_eval("compare", first, second, *thresholds).exit_code == 0
        assert dateline_eval("score", second, *thresholds).exit_code == 0


def test_a_threshold_that_is_missed_exits_1(cases: Path, sample: Path, tmp_path: Path) -> None:
    cases.write_text(CASES.replace("23 families]", "24 families]"))
    out = tmp_path / "run"
    printed("run", cases, "--data", sample, "--out", out)
    missed = dateline_eval("compare", out, out, "--fail-under", "facts=0.9")
    assert missed.exit_code == 1
    assert "facts" in missed.output
    scored = dateline_eval("score", out, "--fail-under", "refusal_recall=0.5", "facts=0.9")
    assert scored.exit_code == 1
    assert "facts is" in scored.output
    assert "refusal_recall is" not in scored.output
    wrong = dateline_eval("score", out, "--fail-under", "facts")
    assert wrong.exit_code == 2
    assert "write it as refusal_recall=0.9" in wrong.output


def test_a_run_goes_on_and_a_limit_takes_the_same_cases(cases: Path, sample: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    dateline_eval("run", cases, "--data", sample, "--out", out, "--limit", 2)
    assert sorted(record.case.id for record in read_records(out)) == ["ferry", "flood"]
    kept = {record.case.id: record for record in read_records(out)}
    text = dateline_eval("run", cases, "--data", sample, "--out", out).output
    assert f"{out}: 3 questions, 0 without an answer" in text
    assert {record.case.id: record for record in read_records(out)} | kept == {
        record.case.id: record for record in read_records(out)
    }


def test_the_packaged_cases_need_nothing_but_a_cache(tmp_path: Path) -> None:
    options = ("run", "--cache", tmp_path / "cache", "--limit", 2)
    first = printed(*options, "--out", tmp_path / "a")
    archives = list((tmp_path / "cache" / "archives").iterdir())
    assert len(archives) == 1
    assert len(read_records(tmp_path / "a")) == 2
    assert read_run(tmp_path / "a").set == "sample"
    made = (archives[0] / "catalogue.db").stat().st_mtime_ns
    again = means(printed(*options, "--out", tmp_path / "b"))
    assert again | {"seconds": 0} == means(first) | {"seconds": 0}
    assert (archives[0] / "catalogue.db").stat().st_mtime_ns == made


def test_public_sets_are_asked_over_their_own_documents(tmp_path: Path) -> None:
    (tmp_path / "dev.json").write_text(json.dumps(SQUAD))
    (tmp_path / "en.json").write_text(json.dumps(RGB))
    cache = ("--cache", tmp_path / "cache")
    opened = printed("run", tmp_path / "dev.json", *cache, "--out", tmp_path / "open")
    assert means(opened)["R@10"] == 1
    printed("run", tmp_path / "dev.json", "--given", *cache, "--out", tmp_path / "given")
    for record in read_records(tmp_path / "given"):
        assert {passage["url"] for passage in record.retrieved} == set(record.case.relevant)
    printed("run", tmp_path / "en.json", *cache, "--noise", "0.6", "--out", tmp_path / "rgb")
    assert read_run(tmp_path / "rgb").set == "rgb-en-noise-0.6"
    assert len(read_records(tmp_path / "rgb")) == 2
    refused = dateline_eval("run", tmp_path / "en.json", "--url", "http://127.0.0.1:9", *cache)
    assert "gives each question its own passages" in str(refused.exception)


def feedback(**changes: Any) -> dict[str, Any]:
    answer = {
        "id": "a/1",
        "question": "And in 2021?",
        "standalone_question": "How many came in 2021?",
        "status": "answered",
        "text": "Courier: “18,000\n- id: injected” [1]",
        "citations": [{"title": "Festival", "outlet": "Courier", "url": "urn:f", "quote": "18,000"}],
        "plan": {
            "since": "2021-01-01",
            "until": None,
            "as_of": None,
            "outlets": ["Courier"],
            "languages": [],
        },
    }
    return {"answer": answer, "rating": "down", "comment": "wrong year"} | changes


def test_a_thumbs_down_becomes_a_case_to_fill_in(tmp_path: Path) -> None:
    file = tmp_path / "feedback.jsonl"
    file.write_text("\n".join(map(json.dumps, [feedback(), feedback(rating="up"), feedback()])))
    out = tmp_path / "new.yaml"
    assert dateline_eval("new", "--from-feedback", file, "--out", out).exit_code == 0
    text = out.read_text()
    assert "# Rated down: wrong year\n" in text
    assert "# In its conversation it was understood as: How many came in 2021?\n" in text
    assert "# Answered (answered): Courier: “18,000 - id: injected” [1]\n" in text
    with pytest.raises(DatelineError, match=r"new\.yaml:\d+: kind is still to be filled in") as caught:
        load_cases(out)
    assert "expect.facts.0 is still to be filled in" in str(caught.value)
    again = dateline_eval("new", "--from-feedback", file, "--out", out)
    assert "is there already" in str(again.exception)
    out.write_text(text.replace(f'"{BLANK}"', '"follow-up"'))
    (case,) = load_cases(out)
    assert case.id == "feedback-a-1"
    assert case.question == "And in 2021?"
    assert (str(case.filters.since), case.filters.outlets) == ("2021-01-01", ("Courier",))


def test_feedback_that_is_none_is_told_with_every_line(tmp_path: Path) -> None:
    file = tmp_path / "feedback.jsonl"
    file.write_text(f"{json.dumps(feedback())}\nnot json\n{json.dumps(feedback(rating='meh'))}\n")
    with pytest.raises(DatelineError, match=r"feedback.jsonl:2: .*json") as caught:
        from_feedback(file)
    assert "feedback.jsonl:3: rating: input should be 'up' or 'down'" in str(caught.value)


def test_an_archive_gives_cases_whose_question_a_person_writes(
    sample_archive: Archive, tmp_path: Path
) -> None:
    out = tmp_path / "new.yaml"
    text = from_archive(sample_archive, 8)
    out.write_text(text)
    with pytest.raises(DatelineError) as caught:
        load_cases(out)
    assert str(caught.value).count("question is still to be filled in") == 8
    out.write_text(text.replace(BLANK, "What?"))
    cases = load_cases(out)
    articles = {article.url or article.title: article for article in sample_archive.articles()}
    for case in cases:
        (source,) = case.expected.sources
        assert case.expected.facts[0][0] in articles[source].evidence()
    assert from_archive(sample_archive, 8) == text


def test_spread_is_even_and_keeps_the_order() -> None:
    assert spread(range(10), 3) == [0, 3, 6]
    assert spread(range(3), 10) == [0, 1, 2]
    assert spread([], 4) == []


def test_new_wants_exactly_one_origin(tmp_path: Path) -> None:
    assert "give either --from-feedback FILE or --from-archive" in dateline_eval("new").output
    both = dateline_eval("new", "--from-archive", "--from-feedback", tmp_path / "f.jsonl")
    assert both.exit_code == 2


def test_loading_the_command_imports_nothing_heavy() -> None:
    code = (
        "import sys, eval.cli; heavy = {'numpy', 'pydantic', 'yaml', 'rich', 'index', 'service'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert told.stdout.strip() == "[]"


def test_mistakes_are_told(tmp_path: Path, sample: Path) -> None:
    def told(*arguments: object) -> str:
        result = dateline_eval(*arguments)
        assert isinstance(result.exception, DatelineError)
        return str(result.exception)

    assert "there is no" in told("run", tmp_path / "nowhere.yaml", "--data", sample)
    assert "there is no archive in" in told("run", "--data", tmp_path / "nowhere")
    assert "answerer = 'nobody'" in told("run", "--data", sample, "--answerer", "nobody")
    assert "there is no run in" in told("score", tmp_path)
