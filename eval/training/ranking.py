"""Fits the weights by which sentences are ranked and refused, on public questions through the whole pipeline.

    python -m eval.training.ranking --data DIR --cache DIR [--table] [--install]

Each question of `eval.public`'s fitting half is understood, searched for and read as `dateline ask` does it.
A logistic regression on the features of the sentences found (`service.reading.ranking`) then gives the
probability that one answers. Those without an answer are people's own, and besides each question once more
without what answers it. All figures are of folds that were not fitted on; no article is in two folds.
"""

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.public import SETS, Asked, Half, digest, open_archive, sampled
from eval.watching import progress_bar
from index.archive import Archive
from index.backends.local.lexical import stems
from index.models.reader import ReadingModel
from index.records import Hit
from service.evidence import Quote
from service.questions.plan import Plan, Question
from service.questions.understand import understand
from service.reading.candidates import candidates, read
from service.reading.ranking import PACKAGED
from service.reading.search import query_of
from service.settings import load_settings

SAMPLE = {
    "SQuAD 2.0": 260,
    "TimeQA": 80,
    "NQ": 120,
    "RealTimeQA": 300,
    "RepLiQA": 60,
    "MultiHop-RAG": 40,
    "PolNeAR": 160,
}
THRESHOLD, FURTHER = 0.09, 0.5968  # that ship: asked end to end, they serve better than what the fit gives
KEPT = 0.92  # of the questions that are answered by what was found, at the threshold
CLEAN = 0.5  # of the further sentences shown, the share that should say an answer
FOUND, READ = 13, 10  # passages found, and of them read; the others stand in for those that are taken away
TODAY = date(2024, 1, 1)  # when questions without a day of their own are asked
FOLDS = 5
RIDGE = 1.0
SAID = 0.6  # of an answer's or a fact's stems, that a sentence must hold to be taken for it

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rows:
    """Sentences as rows of features, and whether each answers: 1, 0, or -1 where nobody knows."""

    names: tuple[str, ...]
    features: Matrix
    answers: NDArray[np.int64]
    asked: NDArray[np.int64]  # of each sentence, the number of its question
    sets: tuple[str, ...]  # of each question
    without: NDArray[np.bool_]  # of each question, whether nothing found for it answers
    natural: NDArray[np.bool_]  # of each question, whether that is so because people asked it so
    groups: NDArray[np.int64]  # of each question

    def only(self, names: Sequence[str]) -> "Rows":
        """The same with those features alone."""
        columns = [self.names.index(name) for name in names]
        return Rows(
            tuple(names),
            self.features[:, columns],
            self.answers,
            self.asked,
            self.sets,
            self.without,
            self.natural,
            self.groups,
        )


@dataclass(frozen=True, slots=True)
class Figures:
    """What weights are worth on questions that they were not fitted on."""

    loss: float  # of a sentence, in nats
    auroc: float  # of the best sentence's probability, of whether any answers; the mean of the sets
    first: float  # share of the questions with an answer whose best sentence answers
    near: float  # share of people's own questions without an answer refused, at KEPT of the others
    refused: float  # share refused of those whose passages were taken away


def collected(data: Path, cache: Path, half: Half = "fit") -> Rows:
    """The sentences found for a sample of every set's questions, each question with and without its answer.

    They are kept in the cache under the reader's name, question by question.
    """
    reader = ReadingModel(threads=load_settings().threads)
    questions = [one for name in SAMPLE for one in sampled(_fitting(name, data), SAMPLE[name], half)]
    archives = {name: open_archive(name, data, cache) for name in {one.archive for one in questions}}
    file = cache / f"ranking-{half}-{reader.id.partition('@')[2]}.jsonl"
    known = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
    done = {one["id"] for one in known}
    chosen = {one.id for one in questions}
    pending = [one for one in questions if one.id not in done]
    with file.open("a") as lines, progress_bar("reading", len(pending)) as advance:
        for asked in pending:
            some = list(_read(asked, archives[asked.archive], reader))
            some = some or [{"id": asked.id, "set": asked.set, "rows": []}]
            lines.writelines(json.dumps(one) + "\n" for one in some)
            lines.flush()
            known += some
            advance()
    return _rows([one for one in known if one["rows"] and one["id"] in chosen])


def _fitting(name: str, data: Path) -> Iterator[Asked]:
    """The questions of a set; of MultiHop-RAG the null queries, for no one sentence answers several hops."""
    return (one for one in SETS[name](data) if name != "MultiHop-RAG" or not one.articles)


def _rows(found: Sequence[dict[str, Any]]) -> Rows:
    names = tuple(found[0]["names"])
    rows = [(number, row) for number, one in enumerate(found) for row in one["rows"]]
    return Rows(
        names=names,
        features=np.array([row[1:] for _, row in rows]),
        answers=np.array([row[0] for _, row in rows]),
        asked=np.array([number for number, _ in rows]),
        sets=tuple(one["set"] for one in found),
        without=np.array([one["without"] for one in found]),
        natural=np.array([one["natural"] for one in found]),
        groups=np.array([one["group"] for one in found]),
    )


def _read(asked: Asked, archive: Archive, reader: ReadingModel) -> Iterator[dict[str, Any]]:
    """A question with the sentences found for it; one with an answer once more without its passages."""
    plan = understand(Question(question=asked.question), archive, reader, asked.as_of or TODAY)
    hits = _found(archive, plan)
    kept = [hit for hit in hits if not _may_answer(asked, hit)] if asked.articles else []
    readings = {hit.passage.id: one for hit, one in zip(hits, read(reader, plan, hits), strict=True)}
    for without, chosen in ((False, hits[:READ]), (True, kept[:READ])):
        if without and not asked.articles:
            continue
        found = candidates(plan, chosen, [readings[hit.passage.id] for hit in chosen])
        labels = labels_of(asked, [one.quote for one in found])
        nothing = without or not asked.articles
        if found and (nothing or 1 in labels):
            yield {
                "id": asked.id,
                "set": asked.set,
                "without": nothing,
                "natural": not asked.articles,
                "group": digest(asked.group) % 2**31,
                "names": list(found[0].features),
                "rows": [
                    [label, *(round(value, 4) for value in one.features.values())]
                    for label, one in zip(labels, found, strict=True)
                ],
            }


def _found(archive: Archive, plan: Plan) -> list[Hit]:

    return list(archive.search(replace(query_of(plan), limit=FOUND)))


def _may_answer(asked: Asked, hit: Hit) -> bool:
    text = hit.passage.text.casefold()
    return hit.article.url in asked.articles or any(answer.casefold() in text for answer in asked.answers)


def labels_of(asked: Asked, quotes: Sequence[Quote]) -> list[int]:
    """Tells whether each sentence answers: 1, 0, or -1 where it says the answer elsewhere or in passing."""
    if not asked.articles:
        return [0] * len(quotes)
    shares = [_said(asked, quote) for quote in quotes]
    gold = [quote.article.url in asked.articles for quote in quotes]
    question = set(stems(asked.question))
    shared = [len(question & set(stems(quote.text))) for quote in quotes]
    most = max((n for n, said, right in zip(shared, shares, gold, strict=True) if said and right), default=0)
    return [
        0 if not said else 1 if right and n >= most / 2 else -1
        for said, right, n in zip(shares, gold, shared, strict=True)
    ]


def _said(asked: Asked, quote: Quote) -> bool:
    """Whether a sentence says an answer, word by word or most of its words, or a fact of the evidence."""
    text, held = quote.text.casefold(), set(stems(quote.text))
    if any(answer.casefold().strip(" .") in text for answer in asked.answers):
        return True
    told = (*asked.evidence, *(one for one in asked.answers if len(one.split()) > 4))
    return any(len(held & words) >= SAID * min(len(words), len(held) * 1.5) for words in map(_stems, told))


def _stems(text: str) -> set[str]:
    return set(stems(text))


def fitted(rows: Rows, chosen: NDArray[np.bool_]) -> Matrix:
    """Weights and offset of a logistic regression on the sentences of those questions."""
    use = chosen[rows.asked] & (rows.answers >= 0)
    x = np.column_stack([rows.features[use], np.ones(use.sum())])
    y, scale = rows.answers[use], np.maximum(x.std(axis=0), 1e-6)
    scale[-1] = 1.0
    x = x / scale
    weights = np.zeros(x.shape[1])
    ridge = RIDGE * np.append(np.ones(x.shape[1] - 1), 0.0)
    for _ in range(30):
        p = _sigmoid(x @ weights)
        gradient = x.T @ (p - y) + ridge * weights
        weights -= np.linalg.solve((x * (p * (1 - p))[:, None]).T @ x + np.diag(ridge + 1e-9), gradient)
    found: Matrix = weights / scale
    return found


def probabilities(rows: Rows) -> Matrix:
    """The probability of each sentence by weights of the folds that it is not in."""
    found = np.zeros(len(rows.answers))
    for fold in range(FOLDS):
        inside = rows.groups % FOLDS == fold
        weights = fitted(rows, ~inside)
        held = inside[rows.asked]
        found[held] = _sigmoid(rows.features[held] @ weights[:-1] + weights[-1])
    return found


def figures(rows: Rows, p: Matrix) -> Figures:
    """What these probabilities are worth."""
    best, first = _best(rows, p)
    names = sorted(set(rows.sets))
    of = {name: np.array([one == name for one in rows.sets]) for name in names}
    known = rows.answers >= 0
    y = rows.answers[known]
    return Figures(
        loss=float(-np.log(np.where(y == 1, p[known], 1 - p[known])).mean()),
        auroc=float(
            np.nanmean([auroc(best[of[n] & ~rows.without], best[of[n] & rows.without]) for n in names])
        ),
        first=float(first[~rows.without].mean()),
        near=float((best[rows.natural] < threshold(rows, p)).mean()),
        refused=float((best[rows.without & ~rows.natural] < threshold(rows, p)).mean()),
    )


def threshold(rows: Rows, p: Matrix) -> float:
    """The probability that KEPT of the questions with an answer reach; every set counts alike."""
    best, _ = _best(rows, p)
    sizes = {name: sum(one == name for one in rows.sets) for name in set(rows.sets)}
    weight = np.array([1 / sizes[name] for name in rows.sets])[~rows.without]
    values = best[~rows.without]
    order = np.argsort(values)
    share = np.cumsum(weight[order]) / weight.sum()
    return float(values[order][np.searchsorted(share, 1 - KEPT)])


def further(rows: Rows, p: Matrix) -> float:
    """The share of the best one's probability, from which CLEAN of the sentences behind it say an answer.

    Only the news tells one thing several times; the other sets ask about one paragraph each.
    """
    best, _ = _best(rows, p)
    shares = p / best[rows.asked]
    news = np.array([name == "RealTimeQA" for name in rows.sets])
    behind = (shares < 1) & (p >= threshold(rows, p)) & (news & ~rows.without)[rows.asked]
    order = np.flatnonzero(behind)[np.argsort(-shares[behind])]
    right = np.cumsum(rows.answers[order] != 0) / (1 + np.arange(len(order)))
    clean = np.flatnonzero(right >= CLEAN)
    return float(shares[order[clean[-1]]]) if len(clean) else 1.0


def auroc(higher: Matrix, lower: Matrix) -> float:
    """The probability that one of the first exceeds one of the second."""
    if not len(higher) or not len(lower):
        return float("nan")
    return float(np.mean(higher[:, None] > lower[None, :]) + 0.5 * np.mean(higher[:, None] == lower[None, :]))


def _best(rows: Rows, p: Matrix) -> tuple[Matrix, NDArray[np.bool_]]:
    """Of each question the best sentence's probability, and whether it answers."""
    best, first = np.zeros(len(rows.sets)), np.zeros(len(rows.sets), dtype=bool)
    for number in range(len(rows.sets)):
        own = np.flatnonzero(rows.asked == number)
        if len(own):
            top = own[p[own].argmax()]
            best[number], first[number] = p[top], rows.answers[top] == 1
    return best, first


def _sigmoid(logits: Matrix) -> Matrix:
    found: Matrix = 1 / (1 + np.exp(-np.clip(logits, -30, 30)))
    return found


def ablation(rows: Rows) -> Iterator[tuple[str, Figures]]:
    """The figures of all features, of all without each, and of the reader's alone."""
    yield "all", figures(rows, probabilities(rows))
    for name in rows.names:
        rest = rows.only([other for other in rows.names if other != name])
        yield f"without {name}", figures(rest, probabilities(rest))
    alone = rows.only([name for name in rows.names if name.startswith("reader")])
    yield "the reader alone", figures(alone, probabilities(alone))


def card(rows: Rows) -> dict[str, Any]:
    """The weights with what they were fitted on and their operating point."""
    p = probabilities(rows)
    weights = fitted(rows, np.ones(len(rows.sets), dtype=bool))
    found = figures(rows, p)
    return {
        "weights": {name: round(float(w), 4) for name, w in zip(rows.names, weights[:-1], strict=True)},
        "offset": round(float(weights[-1]), 4),
        **_unread(rows, THRESHOLD),
        "threshold": THRESHOLD,
        "further": FURTHER,
        "fitted": {"threshold": round(threshold(rows, p), 4), "further": round(further(rows, p), 4)},
        "reader": ReadingModel().id,
        "fitted_on": {
            name: {
                "answered": int((of & ~rows.without).sum()),
                "unanswerable": int((of & rows.without).sum()),
            }
            for name in sorted(set(rows.sets))
            for of in [np.array([one == name for one in rows.sets])]
        },
        "cross_validated": {
            "kept": KEPT,
            "near_misses_refused": round(found.near, 3),
            "refused_without_their_passages": round(found.refused, 3),
            "auroc": round(found.auroc, 3),
            "first_sentence_right": round(found.first, 3),
        },
        "made": datetime.now(UTC).date().isoformat(),
    }


def _unread(rows: Rows, least: float) -> dict[str, Any]:
    """Weights for questions that the models do not read, moved so that the same threshold keeps as many."""
    words = rows.only([name for name in rows.names if not name.startswith("reader") and name != "dense"])
    weights = fitted(words, np.ones(len(rows.sets), dtype=bool))
    own = threshold(words, probabilities(words))
    moved = float(np.log(least / (1 - least)) - np.log(own / (1 - own)))
    return {
        "unread": {name: round(float(w), 4) for name, w in zip(words.names, weights[:-1], strict=True)},
        "unread_offset": round(float(weights[-1]) + moved, 4),
    }


def main() -> None:
    """Collects, fits, and prints or installs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder of the public sets")
    parser.add_argument("--cache", type=Path, required=True, help="where archives and rows are kept")
    parser.add_argument("--table", action="store_true", help="print what each feature is worth")
    parser.add_argument("--install", action="store_true", help="replace the packaged weights")
    arguments = parser.parse_args()
    began = time.monotonic()
    rows = collected(arguments.data, arguments.cache)
    if arguments.table:
        for name, found in ablation(rows):
            cells = (found.loss, found.auroc, found.first, found.near, found.refused)
            print(f"| {name} | {' | '.join(f'{cell:.3f}' for cell in cells)} |")
    text = json.dumps(card(rows), indent=1) + "\n"
    print(text, f"{time.monotonic() - began:.0f} s")
    if arguments.install:
        PACKAGED.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
