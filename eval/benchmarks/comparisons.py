"""How comparisons are answered: MultiHop-RAG's comparison and temporal questions, right, wrong and silent.

    python -m eval.benchmarks.comparisons --data DIR --archive ARCHIVE [--half 0|1] [--every N]

`--data` is MultiHop-RAG's folder, `--archive` an archive of its articles, such as `dateline eval run DIR`
leaves in its cache. The thresholds of `service.reading.decisions` were fitted on half 0; half 1 judges.
"""

import argparse
import asyncio
import tempfile
from collections import Counter
from pathlib import Path

from eval.benchmarks.questions import TODAY
from eval.datasets import load_multihop
from eval.records import Case
from index.archive import Archive
from index.models.embedding import DEFAULT_MODEL, load_embedder
from index.models.reader import ReadingModel
from service.answerers.extractive import QuotingAnswerer
from service.answering import Desk, ask, final
from service.answers import Answer
from service.questions.plan import Question

KINDS = ("comparison_query", "temporal_query")
SAID = {
    "true": "yes",
    "consistent": "yes",
    "change": "yes",
}  # other words of the set


def gold(case: Case) -> str:
    """Returns the set's answer as yes or no."""
    (told,) = case.expected.spans or case.expected.facts[0]
    return SAID.get(told.casefold(), told.casefold())


def outcome(case: Case, answer: Answer) -> str:
    """Returns whether the short answer is "right" or "wrong", or "silent" where there is none."""
    word = answer.short_answer.text.split(":")[0].casefold() if answer.short_answer else ""
    if word not in ("yes", "no"):
        return "silent"
    return "right" if word == gold(case) else "wrong"


def main() -> None:
    """Prints what became of each question, then the counts of each kind and relation."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--archive", type=Path, required=True)
    parser.add_argument("--models", type=Path, default=Path(tempfile.gettempdir()))
    parser.add_argument("--half", type=int, choices=(0, 1))
    parser.add_argument("--every", type=int, default=1, help="ask only every so manieth question")
    arguments = parser.parse_args()
    archive = Archive.open(arguments.archive, lambda: load_embedder(DEFAULT_MODEL, arguments.models))
    reader = ReadingModel()
    desk = Desk(archive=archive, answerer=QuotingAnswerer(reader), reader=reader)
    cases = [case for case in load_multihop(arguments.data).cases if case.kind in KINDS]
    chosen = cases if arguments.half is None else cases[arguments.half :: 2]
    counts: Counter[tuple[str, str]] = Counter()
    for case in chosen[:: arguments.every]:
        answer = asyncio.run(final(ask(desk, Question(question=case.question), TODAY)))
        found = outcome(case, answer)
        for name in ("all", case.kind, answer.plan.relation or answer.plan.intent):
            counts[name, found] += 1
        print(f"{found}: {gold(case)}: {answer.plan.relation}: {case.question[:90]}", flush=True)
    for name in dict.fromkeys(name for name, _ in counts):
        told = ", ".join(f"{counts[name, kind]} {kind}" for kind in ("right", "wrong", "silent"))
        print(f"{name}: {told}")


if __name__ == "__main__":
    main()
