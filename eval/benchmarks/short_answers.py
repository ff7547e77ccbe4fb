"""How often the words that the reader finds are the right ones, and what tells the right from the wrong.

    python -m eval.benchmarks.short_answers --data DIR [--rows N]

asks questions of SQuAD titles that taught nothing, and of ACE-whQA's news sentences, each over its own
passage, with and without an answer. Words are right that share most of their words with an annotated answer
(an F1 of at least 0.6; Rajpurkar et al. 2016).
"""

import gzip
import json
import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from eval.training.corpora import TEST, squad_examples
from index.models.entailment import EntailmentModel
from index.models.reader import ReadingModel

THRESHOLDS = (0.3, 0.4, 0.45, 0.5, 0.6)
RIGHT = 0.6
_ARTICLES = re.compile(r"\b(?:the|an?)\b")


@dataclass(frozen=True, slots=True)
class Found:
    """Words found for a question: whether they are right, the reader's probability, and the judge's."""

    is_right: bool
    sure: float
    supported: float


def f1(one: str, other: str) -> float:
    """Returns the F1 of the words of two answers, articles left out."""
    first, second = (Counter(re.findall(r"\w+", _ARTICLES.sub(" ", text.lower()))) for text in (one, other))
    shared = (first & second).total()
    return 2 * shared / (first.total() + second.total()) if shared else 0.0


def table_line(name: str, found: Sequence[Found], chosen: Sequence[Found]) -> str:
    """Returns a row: the words kept, the share of them that is right, and the share of the right ones."""
    right = sum(one.is_right for one in chosen)
    of_all = sum(one.is_right for one in found)
    share = f"{right / len(chosen):.2f}" if chosen else "–"
    return f"| {name} | {len(chosen)} | {share} | {right / max(of_all, 1):.2f} |"


def main(
    data: Annotated[Path, typer.Option(help="The folder of the public sets.")],
    rows: Annotated[int, typer.Option(help="At most so many questions of each set.")] = 370,
) -> None:
    """Print the table of each set."""
    reader, judge = ReadingModel(), EntailmentModel()
    for name, asked in (("SQuAD", _squad(data)), ("ACE-whQA", _news(data))):
        questions = list(asked)
        random.Random(3).shuffle(questions)  # noqa: S311, a sample and no secret
        found = [one for row in questions[:rows] if (one := _found(reader, judge, *row))]
        print(f"{name}: {len(found)} answered, {sum(one.is_right for one in found) / len(found):.2f} right\n")
        print("| kept where | kept | right of them | of the right kept |\n|---|---|---|---|")
        supported = [one for one in found if one.supported >= judge.threshold]
        print(table_line(f"the judge says so ({judge.threshold:.2f})", found, supported))
        for least in THRESHOLDS:
            sure = [one for one in found if one.sure >= least]
            print(table_line(f"the reader is sure to {least}", found, sure))
        print()


def _found(
    reader: ReadingModel, judge: EntailmentModel, question: str, passage: str, answers: Sequence[str]
) -> Found | None:
    """The best words of a passage; None where the reader finds that it does not answer."""
    (reading,) = reader.read(question, [passage])
    if not reading.spans or reading.score < reader.threshold:
        return None
    best = reading.spans[0]
    words = best.of(passage)
    (entailed,) = judge.judge([(passage, f"{question} {words}")])
    is_right = max((f1(words, answer) for answer in answers), default=0.0) >= RIGHT
    return Found(is_right, best.score, entailed.supports)


def _squad(data: Path) -> Iterator[tuple[str, str, list[str]]]:
    for one in squad_examples(data, TEST):
        yield one.question, one.passage, [span.of(one.passage) for span in one.answers]


def _news(data: Path) -> Iterator[tuple[str, str, list[str]]]:
    with gzip.open(data / "ace_whqa" / "data.jsonl.gz", "rt") as lines:
        for row in map(json.loads, lines):
            yield row["question"], row["context"], [] if row["impossible"] else row["answers"]


if __name__ == "__main__":
    typer.run(main)
