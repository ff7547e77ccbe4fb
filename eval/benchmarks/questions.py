"""How messages are understood: situations of users, and the packaged questions in other wrappings.

    python -m eval.benchmarks.questions --sample ARCHIVE --data DIR [--wrapped [--every N]] [--only KIND]

`--sample` is an archive of the sample articles. `--data` is the folder of the public sets, whose small inputs
are added to archives of their own beside it; without it, situations over them are skipped.
"""

import argparse
import asyncio
import json
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from eval.cases import load_cases
from index.archive import Archive
from index.models.embedding import DEFAULT_MODEL, load_embedder
from index.models.reader import ReadingModel
from index.readers import list_files, read_file
from service.answerers.extractive import QuotingAnswerer
from service.answering import Desk, ask, final
from service.answers import Answer
from service.http.openai import CompletionRequest, asked
from service.questions.plan import Question, Turn

SITUATIONS = Path(__file__).parent / "situations.yaml"
TODAY = date(2024, 11, 20)
WRAPPINGS = (
    "Hi! {q}",
    "{q} Thanks!",
    "I have a question about Port Ostrel. {q}",
    "{q} Answer in one sentence.",
    "Please tell me: {lower}",
    "{lower}",
    "{upper}",
    "Hello, I am new here. {q} Many thanks in advance.",
)


class Desks:
    """A desk for each archive that the situations name, made when it is first asked for."""

    def __init__(self, sample: Path, data: Path | None, models: Path) -> None:
        self._sample, self._data, self._models = sample, data, models
        self._reader = ReadingModel()
        self._known: dict[str, Desk | None] = {}
        self._folder = tempfile.TemporaryDirectory()

    def of(self, name: str) -> Desk | None:
        """The desk over that archive; None where its articles are not here."""
        if name not in self._known:
            archive = self._opened(name)
            answerer = QuotingAnswerer(self._reader)
            desk = Desk(archive=archive, answerer=answerer, reader=self._reader) if archive else None
            self._known[name] = desk
        return self._known[name]

    def _opened(self, name: str) -> Archive | None:
        def load() -> Any:
            return load_embedder(DEFAULT_MODEL, self._models)

        if name == "sample":
            return Archive.open(self._sample, load)
        if self._data is None or not (self._data / name).is_dir():
            return None
        archive = Archive.create(Path(self._folder.name) / name.replace("/", "-"), load)
        for _ in archive.add(draft for file in list_files([self._data / name]) for draft in read_file(file)):
            pass
        return archive


def situations(desks: Desks, data: Path | None, only: str | None) -> Iterator[tuple[str, str, list[str]]]:
    """Each turn of each situation, with its kind, its question and what is wrong with its answer."""
    for situation in yaml.safe_load(SITUATIONS.read_text()):
        desk = desks.of(situation["archive"])
        if desk is None or (only and situation["kind"] != only) or ("file" in situation and data is None):
            continue
        turns: tuple[Turn, ...] = ()
        for turn in situation["turns"]:
            if data is not None and "file" in situation:
                sent = CompletionRequest(**json.loads((data / situation["file"]).read_text()))
                question = asked(sent.messages)
            else:
                question = Question(question=turn["ask"], turns=turns)
            answer = asyncio.run(final(ask(desk, question, TODAY)))
            yield situation["kind"], question.question[:80], _faults(turn, answer)
            if not answer.plan.reply:
                text = answer.text if answer.citations else ""
                turns = (*turns, Turn(question=answer.standalone_question, text=text))


def _faults(expected: Mapping[str, Any], answer: Answer) -> list[str]:
    """What an answer has that it should not have, or lacks; a note each."""
    plan, text = answer.plan, answer.text.casefold()
    found = []
    if expected.get("intent") not in (None, plan.intent):
        found.append(f"intent {plan.intent}")
    if expected.get("status") not in (None, answer.status):
        found.append(f"status {answer.status}")
    found += [f"lacks {words!r}" for words in expected.get("says", ()) if words.casefold() not in text]
    found += [f"says {words!r}" for words in expected.get("lacks", ()) if words.casefold() in text]
    alone = plan.standalone_question.casefold()
    found += [
        f"understood as {alone!r}" for words in expected.get("alone", ()) if words.casefold() not in alone
    ]
    if len(plan.parts) < expected.get("parts", 0):
        found.append(f"{len(plan.parts)} parts")
    if (answer.table is None or len(answer.table.rows) < expected["rows"]) if "rows" in expected else False:
        found.append("rows are missing")
    if "reply" in expected and expected["reply"] not in json.loads(plan.reply or "{}"):
        found.append(f"replied {plan.reply!r}")
    return found


def wrapped(desk: Desk, every: int = 1) -> Iterator[tuple[str, int, int]]:
    """For each wrapping how many of the answered packaged questions keep their status and their contrasts."""
    cases = [
        case for case in load_cases(Path(__file__).parent.parent / "cases" / "sample") if len(case.turns) == 1
    ]
    plain = {case.turns[0]: _outcome(desk, case.turns[0]) for case in cases[::every]}
    kept = [question for question, (status, *_) in plain.items() if status == "answered"]
    for form in WRAPPINGS:
        told = [form.format(q=one, lower=one[:1].lower() + one[1:], upper=one.upper()) for one in kept]
        same = sum(_outcome(desk, text) == plain[one] for text, one in zip(told, kept, strict=True))
        yield form, same, len(kept)


def _outcome(desk: Desk, question: str) -> tuple[str, int, int]:
    answer = asyncio.run(final(ask(desk, Question(question=question), TODAY)))
    return answer.status, len(answer.disagreements), len(answer.changes)


def main() -> None:
    """Prints what is wrong in each situation, and the share that is right of each kind."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--sample", type=Path, required=True)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--models", type=Path, default=Path(tempfile.gettempdir()))
    parser.add_argument("--only")
    parser.add_argument("--wrapped", action="store_true")
    parser.add_argument("--every", type=int, default=1, help="wrap only every so manieth question")
    arguments = parser.parse_args()
    desks = Desks(arguments.sample, arguments.data, arguments.models)
    if arguments.wrapped:
        desk = desks.of("sample")
        for form, same, count in wrapped(desk, arguments.every) if desk else ():
            print(f"{same} of {count} the same: {form}", flush=True)
        return
    right, all_of = Counter[str](), Counter[str]()
    for kind, question, faults in situations(desks, arguments.data, arguments.only):
        all_of[kind] += 1
        right[kind] += not faults
        if faults:
            print(f"{kind}: {question!r}: {'; '.join(faults)}", flush=True)
    for kind, count in all_of.items():
        print(f"{kind}: {right[kind]} of {count}")
    print(f"all: {right.total()} of {all_of.total()}")


if __name__ == "__main__":
    main()
