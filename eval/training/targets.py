"""What the reading model is worth, on titles and sets that it has not learned from.

    python -m eval.training.targets --data DIR [--model DIR]

prints one table. Each figure stands beside that of the reader of 0.4.0 over the same questions.
"""

import argparse
import json
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eval.training import passage_sets
from eval.training.corpora import CALIBRATION, TEST, Example, sentences_of, squad_examples
from index.backends.local.lexical import LexicalIndex
from index.catalogue.catalogue import Entry
from index.models.reader import PACKAGED, Reading, ReadingModel
from index.records import Span

Scores = NDArray[np.float64]

PASSAGES = 10  # read for an open question, as for an answer


@dataclass(frozen=True, slots=True)
class Row:
    """A figure, what the reader of 0.4.0 reached, and what is aimed at."""

    name: str
    value: float
    before: str
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


def best_sentence(reading: Reading, sentences: Sequence[Span]) -> tuple[float, Span]:
    """The sentence that most probably answers, and that probability."""
    return max(zip(reading.sentences, sentences, strict=True), key=lambda pair: pair[0])


def holds(sentence: Span, example: Example) -> bool:
    """Tells whether a sentence of the example's passage holds one of its answers whole."""
    return any(sentence.start <= a.start and a.end <= sentence.end for a in example.answers)


@dataclass(frozen=True, slots=True)
class Judged:
    """A set of answerable and unanswerable questions, and the figures of AUROC that go with it."""

    name: str
    examples: Sequence[Example]
    before: tuple[str, str]
    target: tuple[str, str]


def told_apart(model: ReadingModel, judged: Judged) -> list[Row]:
    """How well the answerable are told from the rest, and what the packaged threshold makes of both."""
    scores = np.array([_score(model, e) for e in judged.examples])
    answerable = np.array([e.answerable for e in judged.examples])
    yes, no = scores[answerable].tolist(), scores[~answerable].tolist()
    passed = scores >= model.threshold
    return [
        Row(f"{judged.name}, AUROC", auroc(yes, no), judged.before[0], judged.target[0]),
        Row("… refused while 90 % are kept", refused(yes, no, 0.9), judged.before[1], judged.target[1]),
        Row("… kept at the threshold", float(np.mean(passed[answerable])), "", "0.92"),
        Row("… refused at the threshold", float(np.mean(~passed[~answerable])), "", ""),
    ]


def judged_sets(data: Path, limit: int) -> list[Judged]:
    """The sets that judge, of each at most that many questions."""
    rng = random.Random(0)
    squad = [e for e in squad_examples(data, TEST) if e.kind == "squad2"]
    siblings, retrieved = passage_sets.sibling_paragraphs(data), passage_sets.retrieved_sentences(data)
    sets = (
        Judged("SQuAD 2.0 near misses", squad, ("0.727", "0.396"), ("0.82", "")),
        Judged("ACE-whQA, news", passage_sets.news_sentences(data), ("0.813", "0.576"), ("0.76", "")),
        Judged("Natural Questions", passage_sets.judging_questions(data), ("0.686", "0.282"), ("0.78", "")),
        Judged("OneStopQA, the next paragraph", siblings, ("0.902", "0.756"), ("", "")),
        Judged("TREC, sentences of news", retrieved, ("0.916", "0.771"), ("", "")),
    )
    return [replace(one, examples=rng.sample(one.examples, min(limit, len(one.examples)))) for one in sets]


def absent(model: ReadingModel, examples: Sequence[Example], others: Sequence[Example]) -> Row:
    """Questions over the passages that are found for them where their subject is not in the archive."""
    find = _finder([e.passage for e in others])
    own = _finder([e.passage for e in (*examples, *others)])
    yes = [_best(model, e.question, own(e.question)) for e in examples]
    no = [_best(model, e.question, find(e.question)) for e in examples]
    return Row("subject absent, refused at 95 % kept", refused(yes, no, 0.95), "0.947", "")


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
    name = "topical passages without the answer, refused at 90 % kept"
    return Row(name, refused(yes, no, 0.9), "0.787", "")


def right_sentence(model: ReadingModel, examples: Sequence[Example]) -> Row:
    """The sentence that holds the answer, of the paragraph that holds it."""
    right = []
    for example in examples:
        sentences = sentences_of(example.passage)
        reading = model.read(example.question, [example.passage], [sentences])[0]
        right.append(holds(best_sentence(reading, sentences)[1], example))
    return Row("right sentence, given the paragraph", float(np.mean(right)), "0.925", "0.92")


def right_sentence_open(model: ReadingModel, examples: Sequence[Example], others: Sequence[Example]) -> Row:
    """The sentence that holds the answer, on top of all that is found in all paragraphs."""
    find = _finder([e.passage for e in (*examples, *others)])
    right = []
    for example in examples:
        found = find(example.question)
        spans = [sentences_of(text) for text in found]
        best = []
        for text, sentences, reading in zip(
            found, spans, model.read(example.question, found, spans), strict=True
        ):
            score, sentence = best_sentence(reading, sentences)
            best.append((score, text == example.passage and holds(sentence, example)))
        right.append(bool(best) and max(best)[1])
    return Row("right sentence on top, open", float(np.mean(right)), "0.867", "0.85")


def milliseconds(model: ReadingModel, examples: Sequence[Example]) -> Row:
    """The time that ten passages take, the median of twenty questions."""
    texts = [e.passage[:900] for e in examples[:PASSAGES]]
    model.read("Who was it?", texts)
    laps = []
    for example in examples[:20]:
        began = time.perf_counter()
        model.read(example.question, texts)
        laps.append((time.perf_counter() - began) * 1000)
    return Row("ten passages, ms", float(np.median(laps)), "", "")


def measured(model: ReadingModel, data: Path, limit: int) -> list[Row]:
    """Every row, over at most `limit` questions each."""
    test = squad_examples(data, TEST)
    others = squad_examples(data, CALIBRATION)
    answerable = [e for e in test if e.answers]
    answerable = random.Random(0).sample(answerable, min(limit, len(answerable)))
    few = answerable[: max(limit // 8, 50)]
    return [
        *(row for judged in judged_sets(data, limit) for row in told_apart(model, judged)),
        lacking(model, few),
        absent(model, few, others),
        right_sentence(model, answerable),
        right_sentence_open(model, few, squad_examples(data)),
        milliseconds(model, test),
    ]


def _score(model: ReadingModel, example: Example) -> float:
    return model.read(example.question, [example.passage])[0].score


def _best(model: ReadingModel, question: str, texts: Sequence[str]) -> float:
    return max((reading.score for reading in model.read(question, texts)), default=0.0)


def _finder(passages: Sequence[str]) -> Callable[[str], list[str]]:
    texts = list(dict.fromkeys(passages))
    index = LexicalIndex.build(Entry(i, "", text) for i, text in enumerate(texts))
    return lambda question: [texts[i] for i, _ in index.search(question, PASSAGES)]


def table_line(row: Row) -> str:
    """A row in Markdown."""
    return f"| {row.name} | {row.before} | {row.target} | {row.value:.3f} |"


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
    print("| | 0.4.0 | target | measured |\n|---|---|---|---|")
    print("\n".join(map(table_line, rows)))


if __name__ == "__main__":
    main()
