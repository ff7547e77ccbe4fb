"""The report of a run: one HTML page that needs nothing but itself, and a Markdown summary beside it.

Questions, answers, quotes and passages come from articles and models, so every word of them is
escaped. The page has no script and asks for nothing.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from eval.answer_metrics import cited
from eval.charts import Dot, curve, dots, histogram, reliability
from eval.citation_metrics import WordsAt
from eval.confidence import calibration, expected_calibration_error, risk_coverage
from eval.failures import expectations, wrongs
from eval.metrics import Metric
from eval.scoring import Aggregate, Row, Scores, score
from eval.summary import mean, spread, summary
from index import durable

PAGE, SUMMARY = "report.html", "summary.md"
STYLE = Path(__file__).with_name("report.css")
HEADLINES = (
    "correct",
    "citation_precision",
    "citation_recall",
    "quote_exactness",
    "refusal_recall",
    "answered",
)
OF_RETRIEVAL = ("nDCG@10", "R@10", "RR", "Hits@10", "MRR@10")
BY_KIND = ("correct", "facts", "F1", "citation_precision", "nDCG@10", "Hits@10")
SHOWN = 200  # failed questions; a page of thousands is read by nobody
LONG = 400  # characters of a value of what produced the run, from which on it is folded


def write_report(run_folder: Path, words_at: WordsAt | None = None) -> Path:
    """Writes `report.html` and `summary.md` into the folder of the run and returns the page's path.

    `words_at` is that of `score`. Raises DatelineError where the folder holds no run.
    """
    scores = score(run_folder, words_at=words_at)
    durable.write(run_folder / SUMMARY, summary(scores).encode())
    durable.write(run_folder / PAGE, page(scores).encode())
    return run_folder / PAGE


def page(scores: Scores) -> str:
    """The whole page."""
    run = scores.run
    title = f"{run.set}: {run.id}"
    sections = (_head(scores), _tiles(scores), _table(scores), _kinds(scores), _curves(scores))
    body = "\n".join((*sections, _failed(scores.rows), _produced(scores)))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        # Nothing may run or be fetched, even if a word escaped the escaping.
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\n{STYLE.read_text(encoding='utf-8')}</style>\n</head>\n"
        f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _head(scores: Scores) -> str:
    run, failed = scores.run, sum(row.failed for row in scores.rows)
    answerer = run.produced_by.get("answerer") or "the server's own"
    told = (
        f"{len(scores.rows)} questions, {failed} failed · answerer {answerer} · run {run.id}, {run.started}"
    )
    return f'<h1>How good are the answers: {escape(run.set)}</h1>\n<p class="soft">{escape(told)}</p>'


def _tiles(scores: Scores) -> str:
    found = [aggregate for name in HEADLINES if (aggregate := scores.aggregate(name))]
    found = found or [aggregate for name in OF_RETRIEVAL if (aggregate := scores.aggregate(name))]
    tiles = (
        f'<div class="tile"><b>{mean(one)}</b><span>{escape(one.metric)}</span>'
        f'<span class="soft">{spread(one)}</span><span class="soft">{_count(one.scored)}</span></div>'
        for one in found
    )
    return f'<div class="tiles">{"".join(tiles)}</div>'


def _count(questions: int) -> str:
    return "1 question" if questions == 1 else f"{questions} questions"


def _table(scores: Scores) -> str:
    rows = [_row(metric, one) for metric in scores.metrics if (one := scores.aggregate(metric.name))]
    return (
        "<h2>Every metric</h2>\n"
        '<p class="note">Means over the questions that ask for a metric. Intervals are 95 % bootstrap '
        "intervals; one of no width says that all questions scored the same, not that the mean is sure. "
        "A question that ran into an error is scored as wrong.</p>\n"
        '<div class="scroll"><table><tr><th>metric</th><th class="number">mean</th>'
        '<th class="number">95 % interval</th><th class="number">scored</th><th>what it is</th></tr>'
        f"{''.join(rows)}</table></div>"
    )


def _row(metric: Metric, one: Aggregate) -> str:
    unit = f", {metric.unit}" if metric.unit else ""
    return (
        f'<tr><td>{escape(metric.name)}</td><td class="number">{mean(one)}</td>'
        f'<td class="number">{spread(one)}</td><td class="number">{one.scored} of {one.questions}</td>'
        f'<td class="meaning">{escape(metric.meaning + unit)}</td></tr>'
    )


def _kinds(scores: Scores) -> str:
    if len(scores.kinds) < 2:
        return ""
    panels = (_kind_panel(scores, name) for name in BY_KIND if scores.aggregate(name))
    return f'<h2>By kind of question</h2>\n<div class="panels wide">{"".join(panels)}</div>'


def _kind_panel(scores: Scores, name: str) -> str:
    found = [one for kind in scores.kinds if (one := scores.aggregate(name, kind))]
    rows = [Dot(one.kind or "", one.mean, one.interval, one.scored) for one in found]
    return _panel(name, "", dots(rows, f"{name} by kind of question"))


def _curves(scores: Scores) -> str:
    points, bins = risk_coverage(scores.rows), calibration(scores.rows)
    seconds = [value for row in scores.rows if (value := row.scores["seconds"]) is not None]
    panels = []
    if points:
        told = (
            "Risk and coverage of answering only from a confidence upwards (El-Yaniv & Wiener 2010). "
            "A useful confidence makes the curve fall to the left."
        )
        panels.append(_panel("When to refuse", told, curve(points, "Risk–coverage curve")))
    if bins:
        error = expected_calibration_error(bins) or 0.0
        told = f"Expected calibration error {error:.3f}. Bars on the dashed line would be calibrated."
        panels.append(_panel("Does the score tell", told, reliability(bins, "Reliability diagram")))
    if seconds:
        panels.append(_latency(seconds))
    heading = "<h2>Confidence and time</h2>" if bins else "<h2>Time</h2>"
    return f'{heading}\n<div class="panels">{"".join(panels)}</div>' if panels else ""


def _latency(seconds: Sequence[float]) -> str:
    median, late = (float(value) for value in np.percentile(seconds, [50, 95]))
    told = f"Median {median:.2f} s, 95th percentile {late:.2f} s, longest {max(seconds):.2f} s."
    marks = (("median", median), ("95 %", late))
    return _panel("How long it takes", told, histogram(seconds, marks, "Distribution of latency"))


def _panel(heading: str, told: str, chart: str) -> str:
    note = f'<p class="note">{escape(told)}</p>' if told else ""
    return f'<div class="panel"><h3>{escape(heading)}</h3>{note}{chart}</div>'


def _failed(rows: Iterable[Row]) -> str:
    failed = [row for row in rows if row.failed]
    if not failed:
        return "<h2>Failed questions</h2>\n<p>None.</p>"
    left_out = f'<p class="note">The first {SHOWN} are shown.</p>' if len(failed) > SHOWN else ""
    return f"<h2>Failed questions ({len(failed)})</h2>\n{left_out}" + "\n".join(
        map(_question, failed[:SHOWN])
    )


def _question(row: Row) -> str:
    record = row.record
    expected = "".join(f'<li dir="auto">{escape(line)}</li>' for line in expectations(record.case.expected))
    answer = record.answer["text"] if record.answer else record.error or ""
    turns = " – ".join(record.case.turns)
    return (
        f'<details class="question"><summary><span class="chip">{escape(record.case.kind)}</span>'
        f'<span class="chip">{escape(row.id)}</span> {escape(turns)}'
        f'<span class="why">{escape("; ".join(wrongs(row)))}</span></summary>\n'
        f'<div class="sides"><div><h3>Expected</h3><ul>{expected}</ul>{_limits(row)}</div>'
        f'<div><h3>Answer</h3><div class="text" dir="auto">{escape(answer)}</div></div></div>\n'
        f"{_quotes(cited(record))}{_passages(record.retrieved)}</details>"
    )


def _limits(row: Row) -> str:
    filters, where = row.record.case.filters, row.record.case.where
    told = [f"as of {filters.as_of}"] if filters.as_of else []
    told += [f"since {filters.since}"] if filters.since else []
    told += [f"until {filters.until}"] if filters.until else []
    told += [*filters.outlets, *filters.languages, *([where] if where else [])]
    return f'<p class="note">{escape(" · ".join(told))}</p>' if told else ""


def _quotes(citations: Iterable[Mapping[str, Any]]) -> str:
    quotes = "".join(
        f'<blockquote dir="auto">{escape(one["quote"])}'
        f"<footer>[{one['number']}] {escape(_source(one))}</footer></blockquote>"
        for one in citations
    )
    return f"<h3>Quotes</h3>{quotes}" if quotes else ""


def _passages(passages: Sequence[Mapping[str, Any]]) -> str:
    if not passages:
        return '<p class="note">No passage was retrieved.</p>'
    items = "".join(
        f'<li><span class="soft">{escape(_source(one))}; score {one["score"]}</span>'
        f'<div class="text" dir="auto">{escape(one["text"])}</div></li>'
        for one in passages
    )
    heading = f"<summary>{len(passages)} retrieved passages</summary>"
    return f'<details>{heading}<ol class="passages">{items}</ol></details>'


def _source(one: Mapping[str, Any]) -> str:
    parts = (one.get("title") or "untitled", one.get("outlet"), one.get("published") or "date unknown")
    place = f"article {one['article_id']} version {one['version']}, {one['start']}–{one['end']}"
    return "; ".join(str(part) for part in (*parts, place, one.get("url")) if part)


def _produced(scores: Scores) -> str:
    run = scores.run
    told = {"run": run.id, "set": run.set, "started": run.started, **run.produced_by}
    items = "".join(f"<dt>{escape(name)}</dt><dd>{_value(value)}</dd>" for name, value in told.items())
    return f"<h2>What produced this run</h2>\n<dl>{items}</dl>"


def _value(value: Any) -> str:
    if isinstance(value, str | int | float) or value is None:
        return escape("none" if value is None else str(value))
    text = json.dumps(value, ensure_ascii=False, indent=1)
    shown = f'<div class="text">{escape(text)}</div>'
    return f"<details><summary>{len(value)} entries</summary>{shown}</details>" if len(text) > LONG else shown
