"""Results of releases: one small JSON file each in `eval/results/`, and the page built from them."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from eval.intervals import Interval
from eval.metrics import METRICS
from eval.scoring import Aggregate, Scores
from eval.summary import mean, spread, table
from index import durable
from index.errors import DatelineError

RESULTS = Path(__file__).with_name("results")
TARGETS = "targets.md"
PAGE = Path(__file__).parent.parent / "docs" / "results.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """What one release scored on one set."""

    version: str
    date: date
    set: str
    answerer: str
    aggregates: tuple[Aggregate, ...]

    def aggregate(self, metric: str) -> Aggregate | None:
        """The mean over all questions; None where it was not scored."""
        return next((one for one in self.aggregates if (one.metric, one.kind) == (metric, None)), None)


def write_release(scores: Scores, version: str, day: date, folder: Path = RESULTS) -> Path:
    """Writes the aggregates of a run as those of a release and returns the file's path."""
    release = {
        "version": version,
        "date": day.isoformat(),
        "set": scores.run.set,
        "answerer": str(scores.run.produced_by.get("answerer")),
        "aggregates": [asdict(aggregate) for aggregate in scores.aggregates],
    }
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{version}-{scores.run.set}.json".replace("/", "-")
    durable.write(path, (json.dumps(release, ensure_ascii=False, indent=1) + "\n").encode())
    return path


def read_releases(folder: Path = RESULTS) -> list[Release]:
    """Every release, the newest first. Raises DatelineError for a file that is none."""
    releases = [_release(file) for file in sorted(folder.glob("*.json"))]
    return sorted(releases, key=lambda release: (release.date, release.version), reverse=True)


def write_results_page(folder: Path = RESULTS, page: Path = PAGE) -> Path:
    """Builds the page of results anew and returns its path."""
    page.parent.mkdir(parents=True, exist_ok=True)
    durable.write(page, results_page(read_releases(folder), targets_table(folder)).encode())
    return page


def targets_table(folder: Path = RESULTS) -> str:
    """The table that `eval.targets --write` kept; empty where it kept none."""
    file = folder / TARGETS
    return file.read_text(encoding="utf-8") if file.exists() else ""


def results_page(releases: Sequence[Release], targets: str = "") -> str:
    """The page: the targets, then for each set every metric of every release, the newest first."""
    lines = [
        "# Results",
        "",
        "Built from `eval/results/`; do not edit. Means over the questions that "
        "ask for a metric, with 95 % bootstrap intervals.",
        *(["", "## targets", "", targets.rstrip()] if targets else []),
    ]
    for name in dict.fromkeys(release.set for release in releases):
        of_set = [release for release in releases if release.set == name]
        lines += ["", f"## {name}", "", *_table(of_set)]
    if not releases:
        lines += ["", "No release has been scored yet."]
    return "\n".join(lines) + "\n"


def _table(releases: Sequence[Release]) -> Iterator[str]:
    heads = [f"{one.version} ({one.date}, {one.answerer})" for one in releases]
    rows = [[name, *(_cell(one.aggregate(name)) for one in releases)] for name in _metrics(releases)]
    return table(("Metric", *heads), rows)


def _metrics(releases: Iterable[Release]) -> list[str]:
    """The metrics of any of the releases, those that there are today first and in their order."""
    used = [one.metric for release in releases for one in release.aggregates if one.kind is None]
    return [name for name in dict.fromkeys((*METRICS, *used)) if name in set(used)]


def _cell(one: Aggregate | None) -> str:
    return f"{mean(one)} ({spread(one)}; {one.scored})" if one else "–"


def _release(file: Path) -> Release:
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        return Release(
            version=told["version"],
            date=date.fromisoformat(told["date"]),
            set=told["set"],
            answerer=told["answerer"],
            aggregates=tuple(_aggregate(one) for one in told["aggregates"]),
        )
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise DatelineError(f"{file} holds no result of a release: {error!r}") from error


def _aggregate(told: Mapping[str, Any]) -> Aggregate:
    interval = told["interval"]
    return Aggregate(**{**told, "interval": Interval(**interval) if interval else None})
