"""An answerer that does what it is told, and a run of it in a process of its own that can be killed."""

import asyncio
import sys
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

from eval.asking import InProcess
from eval.records import Case, Expectation, Run
from eval.run import run_set
from index.archive import Archive
from index.records import Draft, Zone, ZoneKind
from service.answering import Desk
from service.evidence import Evidence, Quote, Report, Statement
from tests.fakes import HashedWords

PRODUCED_BY = {"answerer": "scripted", "revision": None}


class Scripted:
    """Quotes the best passage's first sentence. Refuses what says "refuse", and breaks on "break"."""

    name = "scripted"

    def __init__(self, pause: float = 0.0) -> None:
        """`pause` is how many seconds it thinks."""
        self._pause = pause

    async def answer(self, evidence: Evidence) -> AsyncGenerator[Statement | Report]:
        await asyncio.sleep(self._pause)
        question = evidence.plan.standalone_question
        if "break" in question:
            raise ZeroDivisionError("told to break")
        if evidence.hits and "refuse" not in question:
            best = evidence.hits[0]
            quote = Quote(article=best.article, span=best.passage.sentences[0])
            yield Statement(text=f"“{quote.text}”", quotes=(quote,), support="quoted", score=0.9)


def reporting(key: str, text: str) -> Draft:
    return Draft(key=key, text=text, zones=(Zone(0, len(text), ZoneKind.REPORTING),), title=key, url=key)


def numbered_archive(folder: Path, count: int) -> Archive:
    """An archive of that many articles, each with a number of its own."""
    archive = Archive.create(folder, HashedWords)
    for _ in archive.add(reporting(f"urn:{n}", f"Ship{n} has {n} sailors.") for n in range(count)):
        pass
    return archive


def numbered_case(number: int, question: str | None = None) -> Case:
    return Case(
        id=f"case-{number}",
        kind="number",
        turns=(question or f"How many sailors has ship{number}?",),
        expected=Expectation(facts=((f"{number} sailors",),)),
    )


def run(archive: Archive, cases: Sequence[Case], folder: Path, pause: float = 0.0, **options: float) -> Run:
    desk = Desk(archive=archive, answerer=Scripted(pause))
    ask = InProcess(lambda _: desk)
    return asyncio.run(
        run_set(cases, ask, folder, name="numbers", produced_by=PRODUCED_BY, **options)  # type: ignore[arg-type]
    )


if __name__ == "__main__":
    data, out, count = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    run(
        Archive.open(data, HashedWords),
        [numbered_case(n) for n in range(count)],
        out,
        pause=0.05,
        concurrency=3,
    )
