"""What the reading model is worth, on titles and sets that it has not learned from.

    python -m eval.training.targets --data DIR [--model DIR]

prints one table. Each figure stands beside what similarity alone reaches on the whole sets.
"""

import argparse
import json
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sentencex import segment

from eval.training.corpora import CALIBRATION, TEST, Example, squad_examples
from index.backends.local.lexical import LexicalIndex
from index.catalogue.catalogue import Entry
from index.models.reader import PACKAGED, Reading, ReadingModel
from index.records import Span

Scores = NDArray[np.float64]

PASSAGES = 10  # read for an open question, as for an answer


@dataclass(frozen=True, slots=True)
class Row:
    """A figure, what similarity reaches, and what is aimed at."""

    name: str
    value: float
    similarity: str
    target: str


def auroc(answerable: Sequence[float], unanswerable: Sequence[float]) -> float:
    """The probability that an answerable question scores higher than an unanswerable one.

    The Mann-Whitney statistic; a tie counts one half.
    """
    scores = np.concatenate([answerable, unanswerable])
    _, places, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[places]
    n, m = len(answerable), len(unanswerable)
    return float((ranks[:n].sum() - n * (n + 1) / 2) / (n * m))


def refused(answerable: Sequence[float], unanswerable: Sequence[float], kept: float) -> float:
    """The share of the unanswerable that fall below the score that keeps that share of the answerable."""
    least = np.quantile(np.asarray(answerable), 1 - kept)
    return float(np.mean(np.asarray(unanswerable) < least))


def sentences_of(text: str) -> list[Span]:
    """A passage cut at sentence ends."""
    spans, start = [], 0
    for sentence in segment("en", text):
        spans.append(Span(start, start + len(sentence)))
        start += len(sentence)
    return spans


def best_sentence(reading: Reading, sentences: Sequence[Span]) -> tuple[float, Span]:
    """The sentence that most probably holds the answer, and that probability."""
    return max(((reading.within(s), s) for s in sentences), key=lambda pair: pair[0])


def holds(sentence: Span, example: Example) -> bool:
    """Whether a sentence of the example's passage holds one of its answers whole."""
    return any(sentence.start <= a.start and a.end <= sentence.end for a in example.answers)


def near_misses(model: ReadingModel, examples: Sequence[Example]) -> list[Row]:
    """SQuAD 2.0's own unanswerable questions, over their own paragraphs."""
    scores = _scores(model, examples)
    yes = [s for s, e in zip(scores, examples, strict=True) if e.answers]
    no = [s for s, e in zip(scores, examples, strict=True) if not e.answers]
    return [
        Row("SQuAD 2.0 near misses, AUROC", auroc(yes, no), "0.66", "0.84"),
        Row("of them refused while 90 % are kept", refused(yes, no, 0.9), "0.25", "0.62"),
    ]


def absent(model: ReadingModel, examples: Sequence[Example], others: Sequence[Example]) -> Row:
    """Questions over the passages that are found for them where their subject is not in the archive."""
    find = _finder([e.passage for e in others])
    own = _finder([e.passage for e in (*examples, *others)])
    yes = [_best(model, e.question, own(e.question)) for e in examples]
    no = [_best(model, e.question, find(e.question)) for e in examples]
    return Row("subject absent, refused at 95 % kept", refused(yes, no, 0.95), "0.94", "0.98")


def lacking(model: ReadingModel, examples: Sequence[Example]) -> Row:
    """Passages on the subject, found for a question, of which none holds its answer."""
    find = _finder([e.passage for e in examples])
    yes, no = [], []
    for example in examples:
        answers = [a.of(example.passage).casefold() for a in example.answers]
        found = find(example.question)
        rest = [p for p in found if not any(a in p.casefold() for a in answers)]
        if rest:
            yes.append(_best(model, example.question, [example.passage, *rest][:5]))
            no.append(_best(model, example.question, rest[:5]))
    return Row(
        "topical passages without the answer, refused at 90 % kept", refused(yes, no, 0.9), "0.10", "0.60"
    )


def right_sentence(model: ReadingModel, examples: Sequence[Example]) -> Row:
    """The sentence that holds the answer, of the paragraph that holds it."""
    right = []
    for example in examples:
        reading = model.read(example.question, [example.passage])[0]
        right.append(holds(best_sentence(reading, sentences_of(example.passage))[1], example))
    return Row("right sentence, given the paragraph", float(np.mean(right)), "0.847", "0.92")


def right_sentence_open(model: ReadingModel, examples: Sequence[Example], others: Sequence[Example]) -> Row:
    """The sentence that holds the answer, on top of all that is found in all paragraphs."""
    find = _finder([e.passage for e in (*examples, *others)])
    right = []
    for example in examples:
        found = find(example.question)
        best = []
        for text, reading in zip(found, model.read(example.question, found), strict=True):
            score, sentence = best_sentence(reading, sentences_of(text))
            best.append((score, text == example.passage and holds(sentence, example)))
        right.append(bool(best) and max(best)[1])
    return Row("right sentence on top, open", float(np.mean(right)), "0.759", "0.84")


def milliseconds(model: ReadingModel, examples: Sequence[Example]) -> Row:
    """The time that ten passages take, the median of twenty questions."""
    texts = [e.passage[:900] for e in examples[:PASSAGES]]
    model.read("Who was it?", texts)
    laps = []
    for example in examples[:20]:
        began = time.perf_counter()
        model.read(example.question, texts)
        laps.append((time.perf_counter() - began) * 1000)
    return Row("ten passages, ms", float(np.median(laps)), "", "250")


def measured(model: ReadingModel, data: Path, limit: int) -> list[Row]:
    """Every row, over at most `limit` questions each."""
    test = squad_examples(data, TEST)
    others = squad_examples(data, CALIBRATION)
    rng = random.Random(0)
    natural = rng.sample(test, min(limit, len(test)))
    answerable = [e for e in test if e.answers]
    answerable = rng.sample(answerable, min(limit, len(answerable)))
    few = answerable[: max(limit // 3, 50)]
    return [
        *near_misses(model, natural),
        lacking(model, few),
        absent(model, few, others),
        right_sentence(model, answerable),
        right_sentence_open(model, few, squad_examples(data)),
        milliseconds(model, test),
    ]


def _scores(model: ReadingModel, examples: Sequence[Example]) -> list[float]:
    return [model.read(e.question, [e.passage])[0].score for e in examples]


def _best(model: ReadingModel, question: str, texts: Sequence[str]) -> float:
    return max((reading.score for reading in model.read(question, texts)), default=0.0)


def _finder(passages: Sequence[str]) -> Callable[[str], list[str]]:
    texts = list(dict.fromkeys(passages))
    index = LexicalIndex.build(Entry(i, "", text) for i, text in enumerate(texts))
    return lambda question: [texts[i] for i, _ in index.search(question, PASSAGES)]


def table_line(row: Row) -> str:
    """A row in Markdown."""
    return f"| {row.name} | {row.similarity} | {row.target} | {row.value:.3f} |"


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", type=Path, default=PACKAGED)
    parser.add_argument("--limit", type=int, default=2000)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    rows = measured(ReadingModel(arguments.model), arguments.data, arguments.limit)
    if arguments.json:
        print(json.dumps({row.name: round(row.value, 4) for row in rows}))
        return
    print("| | similarity | target | measured |\n|---|---|---|---|")
    print("\n".join(map(table_line, rows)))


if __name__ == "__main__":
    main()
