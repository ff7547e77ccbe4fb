"""Two runs side by side: what was won, what was lost, and whether that is more than chance."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.intervals import Interval, interval_of_difference
from eval.metrics import METRICS, Metric, chosen
from eval.records import Record
from eval.run import read_records, read_run
from eval.scoring import Row, Scores, score, scored_rows, without_record

SHOWN = 40  # questions listed by name; sets may have thousands


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One metric in both runs, over the questions of the first. `wins` and `losses` count questions."""

    metric: Metric
    before: float
    after: float
    difference: float  # after - before
    interval: Interval | None
    wins: int
    losses: int
    scored: int  # questions that either run is scored for

    @property
    def regressed(self) -> bool:
        """Tells whether the whole 95 % interval is on the wrong side. What is measured in a unit never is."""
        return not self.metric.unit and self.interval is not None and self.interval.high < 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A question whose score changed: what each metric was and is."""

    case_id: str
    scores: Mapping[str, tuple[float | None, float | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Run `b` against run `a`. It has failed where `faults` holds a sentence."""

    changes: tuple[Change, ...]
    moved: tuple[Moved, ...]
    faults: tuple[str, ...]
    text: str

    @property
    def failed(self) -> bool:
        """Tells whether a threshold is missed or a metric fell by more than chance."""
        return bool(self.faults)


def compare(a: Path, b: Path, fail_under: Mapping[str, float]) -> Comparison:
    """The run in folder `b` against the one in `a`, question by question.

    A question of `a` that `b` lacks is scored as wrong; those of `b` alone are left out of the
    differences. Each difference has a paired bootstrap interval (see `intervals`). Raises
    DatelineError for a folder without a run and for unknown metric names, all of them at once.
    """
    metrics = chosen(dict.fromkeys([*METRICS, *fail_under]))
    first, second = _records(a), _records(b)
    before = scored_rows(first.values(), metrics)
    after = scored_rows((second.get(id) or without_record(first[id].case) for id in first), metrics)
    changes = tuple(change for metric in metrics if (change := _change(metric, before, after)))
    judged = [metric.name for metric in metrics if not metric.unit]
    moved = tuple(one for rows in zip(before, after, strict=True) if (one := _moved(*rows, judged)))
    faults = (*_regressions(changes), *check_thresholds(b, fail_under))
    only = [id for id in second if id not in first]
    return Comparison(changes=changes, moved=moved, faults=faults, text=_text(changes, moved, faults, only))


def check_thresholds(run: Path, fail_under: Mapping[str, float]) -> tuple[str, ...]:
    """A sentence for every metric of a run that misses its threshold, or is scored for no question.

    A threshold is the least that a mean may be; for seconds, cost and tokens it is the most. Raises
    DatelineError for unknown metric names, all of them at once.
    """
    return threshold_faults(score(run, also=_further(fail_under)), fail_under)


def threshold_faults(scores: Scores, fail_under: Mapping[str, float]) -> tuple[str, ...]:
    """The same, of scores at hand."""
    return tuple(fault for metric in chosen(fail_under) if (fault := _fault(scores, metric, fail_under)))


def _further(fail_under: Mapping[str, float]) -> list[str]:
    return [metric.name for metric in chosen(fail_under) if metric.name not in METRICS]


def _fault(scores: Scores, metric: Metric, fail_under: Mapping[str, float]) -> str | None:
    name, threshold = metric.name, fail_under[metric.name]
    aggregate = scores.aggregate(name)
    if aggregate is None:
        return f"{name} has a threshold of {threshold:g}, but no question of the run is scored by it"
    if aggregate.mean > threshold if metric.unit else aggregate.mean < threshold:
        side = "over" if metric.unit else "under"
        return f"{name} is {aggregate.mean:.3f}, {side} its threshold of {threshold:g}"
    return None


def _regressions(changes: Iterable[Change]) -> Iterable[str]:
    for change in changes:
        if change.regressed and change.interval:
            low, high = change.interval.low, change.interval.high
            yield (
                f"{change.metric.name} fell from {change.before:.3f} to {change.after:.3f}, "
                f"which is more than chance: 95 % interval {low:+.3f} to {high:+.3f}"
            )


def _records(folder: Path) -> dict[str, Record]:
    read_run(folder)  # raises where there is none: a run without records is one, a missing folder is not
    return {record.case.id: record for record in read_records(folder)}


def _change(metric: Metric, before: Sequence[Row], after: Sequence[Row]) -> Change | None:
    """None where either run has no question that is scored by the metric."""
    pairs = [(a.scores[metric.name], b.scores[metric.name]) for a, b in zip(before, after, strict=True)]
    old = [a for a, _ in pairs if a is not None]
    new = [b for _, b in pairs if b is not None]
    if not old or not new:
        return None
    steps = [(b - a) * (-1 if metric.unit else 1) for a, b in pairs if a is not None and b is not None]
    return Change(
        metric=metric,
        before=sum(old) / len(old),
        after=sum(new) / len(new),
        difference=sum(new) / len(new) - sum(old) / len(old),
        interval=interval_of_difference(pairs),
        wins=sum(step > 0 for step in steps),
        losses=sum(step < 0 for step in steps),
        scored=sum(pair != (None, None) for pair in pairs),
    )


def _moved(before: Row, after: Row, judged: Iterable[str]) -> Moved | None:
    """What changed for a question, of what is judged: what is measured is never twice the same."""
    pairs = {name: (before.scores[name], after.scores[name]) for name in judged}
    changed = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
    return Moved(case_id=before.id, scores=changed) if changed else None


def _text(
    changes: Sequence[Change], moved: Sequence[Moved], faults: Sequence[str], only: Sequence[str]
) -> str:
    """The comparison for a terminal: a line a metric, then a line a question, then what failed."""
    lines = [
        f"{'metric':<24}{'before':>8}{'after':>8}{'difference':>12}  {'95 % interval':<20}won  lost   of"
    ]
    lines += [_line(change) for change in changes]
    lines += ["", "Questions that changed:" if moved else "No question changed."]
    lines += [f"  {one.case_id}: {_shown(one)}" for one in moved[:SHOWN]]
    if len(moved) > SHOWN:
        lines.append(f"  and {len(moved) - SHOWN} more")
    if only:
        lines.append(f"Not compared, as only the second run asks them: {len(only)}")
    lines += ["", *(f"FAILED: {fault}" for fault in faults)] if faults else ["", "Nothing failed."]
    return "\n".join(lines)


def _line(change: Change) -> str:
    interval = change.interval
    ends = f"{interval.low:+.3f} to {interval.high:+.3f}" if interval else "one question only"
    return (
        f"{change.metric.name:<24}{change.before:>8.3f}{change.after:>8.3f}{change.difference:>+12.3f}  "
        f"{ends:<20}{change.wins:>3}{change.losses:>6}{change.scored:>5}"
    )


def _shown(moved: Moved) -> str:
    return ", ".join(f"{name} {_number(old)} → {_number(new)}" for name, (old, new) in moved.scores.items())


def _number(value: float | None) -> str:
    return "unscored" if value is None else f"{value:.2f}".rstrip("0").rstrip(".")
