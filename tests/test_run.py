"""Runs: what is kept, what a kill leaves, and that both ways of asking ask the same."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from eval.asking import Asked, InProcess, OverHttp
from eval.provenance import index_manifest, of_archive, of_server, packages, revision
from eval.records import Case, Expectation, Record
from eval.run import RECORDS, RUN, read_records, read_run, run_set
from index.archive import Archive
from index.errors import DatelineError
from index.models.embedding import Embedder
from index.records import Filters
from service.pipeline import open_desk
from service.questions.plan import Question
from service.settings import load_settings
from tests.conftest import ROOT
from tests.scripted import PRODUCED_BY, numbered_archive, numbered_case, run
from tests.serving import server


@pytest.fixture(scope="module")
def numbers(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return numbered_archive(tmp_path_factory.mktemp("numbers"), 40)


def essence(record: Record) -> Any:
    """What two askings of one question have in common: all but ids and times."""
    answer = dict(record.answer or {})
    for name in ("id", "conversation_id", "timings_ms"):
        answer.pop(name, None)
    return record.case.id, answer, [dict(passage) for passage in record.retrieved], record.error


def essences(folder: Path) -> list[Any]:
    return sorted(map(essence, read_records(folder)), key=lambda parts: str(parts[0]))


def test_a_record_holds_the_whole_answer_and_the_passages_read(numbers: Archive, tmp_path: Path) -> None:
    made = run(numbers, [numbered_case(7), numbered_case(8, "refuse ship8")], tmp_path / "run")
    answered, refused = sorted(read_records(made.folder), key=lambda record: record.case.id)
    assert answered.case == numbered_case(7)
    assert answered.answer is not None
    assert answered.answer["text"] == "“Ship7 has 7 sailors.” [1]"
    assert answered.answer["citations"][0]["url"] == "urn:7"
    assert len(answered.retrieved) == 10
    assert answered.retrieved[0]["text"] == "Ship7 has 7 sailors."
    assert answered.seconds > 0
    assert answered.error is None
    assert refused.answer is not None
    assert refused.answer["status"] == "not_in_archive"


def test_a_run_says_what_produced_it(numbers: Archive, tmp_path: Path) -> None:
    made = run(numbers, [numbered_case(1)], tmp_path / "first")
    assert made == read_run(tmp_path / "first")
    assert made.id == "first"
    assert made.set == "numbers"
    assert made.produced_by["answerer"] == "scripted"
    assert made.produced_by["prompt_version"] is None
    assert made.started <= made.produced_by["finished"]


def test_a_run_killed_in_the_middle_and_resumed_gives_the_same_records(
    numbers: Archive, tmp_path: Path
) -> None:
    cases = [numbered_case(number) for number in range(40)]
    run(numbers, cases, tmp_path / "whole")
    killed = tmp_path / "killed"
    held = 0
    for share in (0.2, 0.5):
        held = kill_when_it_holds(killed, numbers.directory, int(share * len(cases)))
        assert held < len(cases)
    before = {record.case.id: record for record in read_records(killed)}
    assert len(before) >= held
    run(numbers, cases, killed)
    assert essences(killed) == essences(tmp_path / "whole")
    after = {record.case.id: record for record in read_records(killed)}
    assert {id: after[id] for id in before} == before, "what was kept was asked again"


def kill_when_it_holds(folder: Path, data: Path, records: int) -> int:
    command = [sys.executable, "-m", "tests.scripted", str(data), str(folder), "40"]
    process = subprocess.Popen(command, cwd=ROOT)
    file = folder / RECORDS
    deadline = time.monotonic() + 30
    while not (file.exists() and file.read_bytes().count(b"\n") >= records):
        assert process.poll() is None, "the run ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    return file.read_bytes().count(b"\n")


def test_a_torn_last_line_is_dropped_and_asked_again(numbers: Archive, tmp_path: Path) -> None:
    cases = [numbered_case(number) for number in range(5)]
    run(numbers, cases, tmp_path)
    whole, expected = (tmp_path / RECORDS).read_bytes(), essences(tmp_path)
    for cut in (1, 2, 40, len(whole.splitlines()[-1])):
        (tmp_path / RECORDS).write_bytes(whole[:-cut])
        assert len(read_records(tmp_path)) == 4
        run(numbers, cases, tmp_path)
        assert essences(tmp_path) == expected


def test_a_line_that_is_no_record_is_told_with_its_number(numbers: Archive, tmp_path: Path) -> None:
    run(numbers, [numbered_case(1)], tmp_path)
    with (tmp_path / RECORDS).open("ab") as file:
        file.write(b'{"case": 1}\n')
    with pytest.raises(DatelineError, match=r"records.jsonl:2 is no record"):
        read_records(tmp_path)


def test_resuming_asks_again_what_failed_changed_or_left_the_set(numbers: Archive, tmp_path: Path) -> None:
    run(numbers, [numbered_case(1), numbered_case(2, "break"), numbered_case(3)], tmp_path)
    kept = next(record for record in read_records(tmp_path) if record.case.id == "case-1")
    run(numbers, [replace(numbered_case(1), where="moved.yaml:9"), numbered_case(2, "ship9")], tmp_path)
    records = {record.case.id: record for record in read_records(tmp_path)}
    assert set(records) == {"case-1", "case-2"}
    assert records["case-1"] == kept
    assert records["case-2"].case.question == "ship9"
    assert records["case-2"].error is None


@pytest.mark.parametrize(
    ("name", "produced_by", "told"),
    [
        ("numbers", PRODUCED_BY | {"answerer": "other"}, "answerer"),
        ("numbers", PRODUCED_BY | {"cpus": 2, "answerer": "other"}, "answerer, cpus"),
        ("letters", PRODUCED_BY, "set"),
    ],
)
def test_a_run_of_others_is_not_gone_on_with(
    numbers: Archive, tmp_path: Path, name: str, produced_by: dict[str, Any], told: str
) -> None:
    run(numbers, [numbered_case(1)], tmp_path)
    held = (tmp_path / RECORDS).read_bytes()

    async def ask(case: Case, question: Question) -> Asked:
        raise AssertionError("nothing is to be asked")

    with pytest.raises(DatelineError, match=rf"\({told} differ\); choose another folder with --out"):
        asyncio.run(run_set([numbered_case(2)], ask, tmp_path, name=name, produced_by=produced_by))
    assert (tmp_path / RECORDS).read_bytes() == held


def test_an_error_becomes_a_record_and_the_others_are_asked(numbers: Archive, tmp_path: Path) -> None:
    unknown = replace(numbered_case(2), filters=Filters(outlets=("The Moon",)))
    run(numbers, [numbered_case(1, "break"), unknown, numbered_case(3)], tmp_path)
    errors = {record.case.id: record.error for record in read_records(tmp_path)}
    assert errors["case-1"] == "ZeroDivisionError: told to break"
    assert "no outlet 'The Moon'" in (errors["case-2"] or "")
    assert errors["case-3"] is None


def test_patience_ends(numbers: Archive, tmp_path: Path) -> None:
    run(numbers, [numbered_case(1)], tmp_path, pause=5, patience=0.2)
    assert [record.error for record in read_records(tmp_path)] == ["there was no answer within 0.2 seconds"]


def test_no_more_are_asked_at_one_time_than_allowed(tmp_path: Path) -> None:
    running, most = 0, 0

    async def ask(case: Case, question: Question) -> Asked:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.01)
        running -= 1
        return Asked({"conversation_id": "c"}, ())

    cases = [numbered_case(number) for number in range(12)]
    asyncio.run(run_set(cases, ask, tmp_path, name="n", produced_by={}, concurrency=3))
    assert most == 3
    assert len(read_records(tmp_path)) == 12


def test_turns_are_asked_one_after_another_in_one_conversation(tmp_path: Path) -> None:
    asked: list[Question] = []

    async def ask(case: Case, question: Question) -> Asked:
        asked.append(question)
        return Asked({"conversation_id": "c-1", "text": question.question}, ())

    case = Case(
        id="talk", kind="follow-up", turns=("And then?", "Who?", "When?"), expected=Expectation(refusal=True)
    )
    asyncio.run(run_set([case], ask, tmp_path, name="n", produced_by={}))
    assert [(q.question, q.conversation_id) for q in asked] == [
        ("And then?", None),
        ("Who?", "c-1"),
        ("When?", "c-1"),
    ]
    assert [record.answer and record.answer["text"] for record in read_records(tmp_path)] == ["When?"]


def test_over_http_and_in_process_the_answers_are_the_same(
    sample: Path, models: Path, load: Callable[[], Embedder], tmp_path: Path
) -> None:
    cases = [
        replace(numbered_case(1), turns=("How many families were evacuated in the flood?",)),
        replace(
            numbered_case(2),
            turns=("When was the Harbour Bridge to open?",),
            filters=Filters(outlets=("Lenn Valley News",), languages=("en",)),
        ),
        replace(numbered_case(3), turns=("Who?",), filters=Filters(outlets=("The Moon",))),
        replace(numbered_case(4), turns=("What is the capital of Australia?",)),
    ]
    desk = open_desk(load_settings(data=sample), Archive.open(sample, load))
    here = InProcess(lambda _: desk)
    # One at a time: a busy server leaves the suggestions out.
    asyncio.run(run_set(cases, here, tmp_path / "here", name="s", produced_by={}, concurrency=1))
    with server(sample, models) as address:
        there = OverHttp(address, "quotes")
        produced_by = of_server(there, "quotes")
        asyncio.run(
            run_set(cases, there, tmp_path / "there", name="s", produced_by=produced_by, concurrency=1)
        )
    assert read_run(tmp_path / "there").produced_by["index"]["articles"] == 34
    for mine, theirs in zip(essences(tmp_path / "here"), essences(tmp_path / "there"), strict=True):
        assert mine[:3] == theirs[:3]
    errors = [record.error for record in read_records(tmp_path / "there") if record.error]
    assert len(errors) == 1
    assert "no outlet 'The Moon'" in errors[0]
    assert "/v1/ask answered 4" in errors[0]


def test_a_server_that_is_not_there_is_told_before_anything_is_asked() -> None:
    with pytest.raises(DatelineError, match=r"http://127\.0\.0\.1:9 cannot be asked"):
        of_server(OverHttp("127.0.0.1:9"), None)
    with pytest.raises(DatelineError, match="is no address"):
        OverHttp("ftp://127.0.0.1")


def test_provenance_names_index_packages_and_settings(sample: Path, models: Path) -> None:
    told = of_archive(load_settings(data=sample, models=models), "quotes")
    assert told["answerer"] == "quotes"
    assert told["index"]["chunker"] == "sentences-900"
    assert told["settings"]["data"] == str(sample)
    assert told["packages"]["pydantic-settings"]
    assert "pytest" not in packages()
    assert told["cpus"] == os.cpu_count()
    assert index_manifest(sample / "nowhere") is None
    assert revision() is None or len((revision() or "").removesuffix("+changes")) == 40


def test_run_json_that_is_torn_is_told(tmp_path: Path) -> None:
    with pytest.raises(DatelineError, match="there is no run in"):
        read_run(tmp_path)
    (tmp_path / RUN).write_text(json.dumps({"id": "x"})[:-1])
    with pytest.raises(DatelineError, match=r"run\.json cannot be read"):
        read_run(tmp_path)
