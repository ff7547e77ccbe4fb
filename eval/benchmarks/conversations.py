"""Follow-ups over real articles: whether they are understood, and, apart from that, rightly answered.

    python -m eval.benchmarks.conversations --data DIR [--cache DIR] [--kept]

`--data` is the folder of the public sets, of which two archives are built in the cache folder. Every second
case of `eval/cases/conversations` was kept unlooked at; `--kept` asks those, and else the others are asked.
"""

import argparse
import asyncio
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from eval import answer_metrics
from eval.asking import InProcess
from eval.cases import load_cases
from eval.public import FIVE, NEWS, open_archive
from eval.records import Case, Record
from eval.run import record_of
from index.models.reader import ReadingModel
from service.answerers.extractive import QuotingAnswerer
from service.answering import Desk
from service.storage.conversations import Conversations

CASES = Path(__file__).parent.parent / "cases" / "conversations"
FILES = {"five.yaml": FIVE, "news.yaml": NEWS}
MEASURED = ("understood", "correct", "refusal_recall")


def records(data: Path, cache: Path, *, kept: bool) -> Iterator[Record]:
    """What the last question of each conversation of one half got."""
    reader = ReadingModel()
    for file, archive in FILES.items():
        desk = Desk(
            archive=open_archive(archive, data, cache),
            answerer=QuotingAnswerer(reader),
            reader=reader,
            conversations=Conversations(),
        )
        ask = InProcess(partial(_same, desk))
        for case in load_cases(CASES / file)[int(kept) :: 2]:
            yield asyncio.run(record_of(ask, case))


def _same(desk: Desk, _: Case) -> Desk:
    return desk


def main() -> None:
    """Prints what each follow-up was understood as, and the figures of all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "dateline")
    parser.add_argument("--kept", action="store_true", help="the half that nobody looked at")
    arguments = parser.parse_args()
    right, count = Counter[str](), Counter[str]()
    for record in records(arguments.data, arguments.cache, kept=arguments.kept):
        scores = {name: getattr(answer_metrics, name)(record) for name in MEASURED}
        told = {name: score for name, score in scores.items() if score is not None}
        count.update(told.keys())
        right.update({name: int(score) for name, score in told.items()})
        alone = record.answer["standalone_question"] if record.answer else record.error
        print(record.case.id, told, alone, flush=True)
    for name in MEASURED:
        print(f"{name}: {right[name]} of {count[name]}")


if __name__ == "__main__":
    main()
