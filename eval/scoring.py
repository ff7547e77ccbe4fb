"""Scores of a run: a row a question first, and every mean derived from the rows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from eval.citation_metrics import WordsAt, quote_exactness
from eval.intervals import Interval, interval_of_mean
from eval.metrics import METRICS, Metric, chosen
from eval.records import Case, Record, Run
from eval.run import read_records, read_run

OF_SPANS = frozenset({"EM", "F1"})
NO_RECORD = "the run holds no record of this question"


@dataclass(frozen=True, slots=True)
class Row:
    """One question with its score of each metric; None where it is not asked for."""

    record: Record
    scores: Mapping[str, float | None]

    @property
    def id(self) -> str:
        """The id of the question."""
        return self.record.case.id

    @property
    def failed(self) -> bool:
        """Tells whether the answer is wrong; for retrieval alone, whether nothing relevant was found."""
        for name in ("correct", "RR", "Hits@10"):
            if (score := self.scores.get(name)) is not None:
                return score < 1 if name == "correct" else score == 0
        return self.record.error is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregate:
    """The mean of a metric over the questions that are scored by it, of one kind or, where None, of all."""

    metric: str
    kind: str | None
    mean: float
    interval: Interval | None  # None for a single question
    scored: int
    questions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """The scores of a run."""

    run: Run
    metrics: tuple[Metric, ...]  # those that score at least one question
    rows: tuple[Row, ...]
    aggregates: tuple[Aggregate, ...]

    @property
    def kinds(self) -> list[str]:
        """The kinds of question, in the order they first come."""
        return list(dict.fromkeys(row.record.case.kind for row in self.rows))

    def aggregate(self, metric: str, kind: str | None = None) -> Aggregate | None:
        """The mean of a metric; None where no question is scored by it."""
        named = (one for one in self.aggregates if (one.metric, one.kind) == (metric, kind))
        return next(named, None)


def score(
    run_folder: Path,
    *,
    cases: Sequence[Case] = (),
    words_at: WordsAt | None = None,
    also: Iterable[str] = (),
) -> Scores:
    """The scores of the run in that folder.

    Of `cases`, those that the run has no record of are scored as wrong. `words_at` looks up the words
    that quotes must be; without it they are compared with the retrieved passages. `also` names further
    metrics, such as nDCG@3. Raises DatelineError where there is no run, or no such metric.
    """
    records = with_missing(read_records(run_folder), cases)
    metrics = [_with_texts(metric, words_at) for metric in chosen([*METRICS, *_deep(records), *also])]
    rows = scored_rows(records, metrics)
    aggregates = tuple(_aggregates(rows, metrics))
    used = {aggregate.metric for aggregate in aggregates}
    return Scores(
        run=read_run(run_folder),
        metrics=tuple(metric for metric in metrics if metric.name in used),
        rows=rows,
        aggregates=aggregates,
    )


def with_missing(records: Iterable[Record], cases: Iterable[Case]) -> list[Record]:
    """The records, the last of each question, and an error for every case that has none."""
    held = {record.case.id: record for record in records}
    missing = [case for case in cases if case.id not in held]
    return [*held.values(), *(without_record(case) for case in missing)]


def without_record(case: Case) -> Record:
    """The record of a question that a run lacks: wrong, as an error is."""
    return Record(case=case, answer=None, retrieved=(), seconds=0.0, error=NO_RECORD)


def scored_rows(records: Iterable[Record], metrics: Sequence[Metric]) -> tuple[Row, ...]:
    """A row for each record. EM and F1 score sets that have gold spans, and their unanswerable questions."""
    records = list(records)
    has_spans = any(record.case.expected.spans for record in records)
    return tuple(
        Row(
            record,
            {
                metric.name: metric.score(record) if has_spans or metric.name not in OF_SPANS else None
                for metric in metrics
            },
        )
        for record in records
    )


def _deep(records: Sequence[Record]) -> list[str]:
    """The recall of deep rankings, which says nothing where only ten passages were retrieved."""
    return ["R@100"] if any(len(record.retrieved) > 10 for record in records) else []


def _with_texts(metric: Metric, words_at: WordsAt | None) -> Metric:
    if metric.name != "quote_exactness" or words_at is None:
        return metric
    return replace(metric, score=partial(quote_exactness, words_at=words_at))


def _aggregates(rows: Sequence[Row], metrics: Sequence[Metric]) -> Iterable[Aggregate]:
    """For each metric the mean of all questions, then of each kind."""
    for metric in metrics:
        for kind in (None, *dict.fromkeys(row.record.case.kind for row in rows)):
            of_kind = [row for row in rows if kind in (None, row.record.case.kind)]
            values = [value for row in of_kind if (value := row.scores[metric.name]) is not None]
            if values:
                yield Aggregate(
                    metric=metric.name,
                    kind=kind,
                    mean=round(sum(values) / len(values), 6),
                    interval=interval_of_mean(values),
                    scored=len(values),
                    questions=len(of_kind),
                )
