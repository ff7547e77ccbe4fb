"""Runs: every question of a set asked, and everything that came back kept.

A run is a folder: `run.json` says what produced it, `records.jsonl` holds a record a line, each on the
disk before the next question is asked in its place. A run that was killed goes on where it stopped.
"""

import asyncio
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from pydantic import TypeAdapter, ValidationError

from eval.asking import Ask
from eval.records import Case, Record, Run
from eval.watching import progress_bar
from index import durable
from index.errors import DatelineError, is_fault
from service.answers import to_json
from service.questions.plan import Question

RUN, RECORDS = "run.json", "records.jsonl"
CONCURRENCY = 4  # questions asked at one time
PATIENCE = 300.0  # seconds that one question may take

_RECORD = TypeAdapter(Record)
_LATER = frozenset({"prompt_version", "finished"})  # known only when the questions have been asked


async def run_set(
    cases: Sequence[Case],
    ask: Ask,
    folder: Path,
    *,
    name: str,
    produced_by: Mapping[str, Any],
    concurrency: int = CONCURRENCY,
    patience: float = PATIENCE,
) -> Run:
    """Asks every case that the folder has no record of yet, and returns the run.

    A question that fails, or takes longer than `patience` seconds, becomes a record with its error,
    and is asked again when the run is resumed. Raises DatelineError where the folder holds a run of
    another set or of other producers, and where it cannot be written.
    """
    run = _begun(folder, name, produced_by)
    done = _resumed(folder, cases)
    pending = iter([case for case in cases if case.id not in done])
    with _appending(folder) as append, progress_bar("asking", len(cases), len(done)) as advance:

        async def work() -> None:
            """Answers the cases that are left, one after the other."""
            for case in pending:
                append(await record_of(ask, case, patience))
                advance()

        await asyncio.gather(*(work() for _ in range(max(1, concurrency))))
    return _finished(run)


def read_run(folder: Path) -> Run:
    """The run in that folder. Raises DatelineError where there is none, or it cannot be read."""
    try:
        told = json.loads((folder / RUN).read_text(encoding="utf-8"))
        return Run(folder=folder, **told)
    except FileNotFoundError as error:
        raise DatelineError(f"there is no run in {folder}; make one with: dateline eval run") from error
    except (OSError, ValueError, TypeError) as error:
        raise DatelineError(f"{folder / RUN} cannot be read: {error}") from error


def read_records(folder: Path) -> list[Record]:
    """The records of a run, in the order they were finished; a last line that was torn is left out.

    Raises DatelineError for a line before it that is no record.
    """
    file = folder / RECORDS
    if not file.exists():
        return []
    lines = file.read_bytes().split(b"\n")
    # What follows the last line break was being written when the run was killed.
    return [_parsed(line, file, number) for number, line in enumerate(lines[:-1], 1) if line.strip()]


def _parsed(line: bytes, file: Path, number: int) -> Record:
    try:
        return _RECORD.validate_json(line)
    except ValidationError as error:
        first = error.errors()[0]
        raise DatelineError(f"{file}:{number} is no record: {first['msg']}") from error


def _begun(folder: Path, name: str, produced_by: Mapping[str, Any]) -> Run:
    """The run of that folder, new or as it was left."""
    # As JSON reads it again, so that a run made now compares with one that was read.
    producers = json.loads(to_json(produced_by))
    if (folder / RUN).exists():
        run = read_run(folder)
        _refuse_other(run, name, producers)
        return run
    run = Run(
        id=folder.resolve().name,
        set=name,
        started=datetime.now(UTC).isoformat(timespec="seconds"),
        produced_by=producers,
        folder=folder,
    )
    folder.mkdir(parents=True, exist_ok=True)
    _write_run(run)
    return run


def _refuse_other(run: Run, name: str, producers: Mapping[str, Any]) -> None:
    """Records of two origins in one run would be a score of neither."""
    differs = [
        key
        for key in {**run.produced_by, **producers}
        if key not in _LATER and run.produced_by.get(key) != producers.get(key)
    ]
    if run.set != name:
        differs.append("set")
    if differs:
        raise DatelineError(
            f"the run in {run.folder} was made by others ({', '.join(sorted(differs))} differ); "
            "choose another folder with --out"
        )


def _resumed(folder: Path, cases: Sequence[Case]) -> set[str]:
    """The ids of the cases that are done. What must be asked again is taken out of the records.

    That is what failed, what has since been worded otherwise, and what is no more in the set.
    """
    file = folder / RECORDS
    if not file.exists():
        return set()
    current = {case.id: replace(case, where="") for case in cases}
    kept = {
        record.case.id: record
        for record in read_records(folder)
        if not record.error and current.get(record.case.id) == replace(record.case, where="")
    }
    data = b"".join(_line(record) for record in kept.values())
    if data != file.read_bytes():
        durable.write(file.with_suffix(".tmp"), data)
        durable.rename(file.with_suffix(".tmp"), file)
    return set(kept)


@contextmanager
def _appending(folder: Path) -> Iterator[Callable[[Record], None]]:
    """Appends records, each on the disk before the call returns."""
    with (folder / RECORDS).open("ab") as file:
        durable.sync(folder)
        yield lambda record: _append(file, record)


def _append(file: IO[bytes], record: Record) -> None:
    try:
        file.write(_line(record))
        file.flush()
        os.fsync(file.fileno())
    except OSError as error:
        raise DatelineError(
            f"a record could not be written ({error.strerror}); the run can be resumed"
        ) from error


def _line(record: Record) -> bytes:
    return to_json(record).encode() + b"\n"


async def record_of(ask: Ask, case: Case, patience: float = PATIENCE) -> Record:
    """What the last question of a case got, and the seconds that it took."""
    started = time.perf_counter()
    conversation_id, asked, error = None, None, None
    try:
        async with asyncio.timeout(patience):
            for turn in case.turns:
                started = time.perf_counter()
                question = Question(question=turn, conversation_id=conversation_id, filters=case.filters)
                asked = await ask(case, question)
                conversation_id = asked.answer["conversation_id"]
    except DatelineError as problem:
        asked, error = None, str(problem)
    except TimeoutError:
        asked, error = None, f"there was no answer within {patience:g} seconds"
    except BaseException as problem:  # for answerers are anyone's, and the other questions are to be asked
        if not is_fault(problem):
            raise
        asked, error = None, f"{type(problem).__name__}: {problem}"
    return Record(
        case=case,
        answer=asked.answer if asked else None,
        retrieved=asked.retrieved if asked else (),
        seconds=round(time.perf_counter() - started, 4),
        error=error,
    )


def _finished(run: Run) -> Run:
    """Notes what only the answers could tell: the version of the prompt that made them."""
    answers = [record.answer for record in read_records(run.folder) if record.answer]
    versions = sorted({answer["prompt_version"] for answer in answers if answer.get("prompt_version")})
    later = {
        "prompt_version": versions[0] if len(versions) == 1 else versions or None,
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    whole = replace(run, produced_by={**run.produced_by, **later})
    _write_run(whole)
    return whole


def _write_run(run: Run) -> None:
    told = {name: getattr(run, name) for name in ("id", "set", "started", "produced_by")}
    file = run.folder / RUN
    durable.write(file.with_suffix(".tmp"), to_json(told, indent=2).encode())
    durable.rename(file.with_suffix(".tmp"), file)
