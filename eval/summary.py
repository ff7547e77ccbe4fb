"""The scores of a run as a page of Markdown, for a pull request or a release note."""

from collections.abc import Iterable, Iterator, Sequence

from eval.failures import wrongs
from eval.scoring import Aggregate, Scores

LISTED = 50  # failed questions
_MARKUP = (
    ("&", "&amp;"),
    ("<", "&lt;"),
    (">", "&gt;"),
    ("`", "'"),
    *((mark, f"\\{mark}") for mark in "|*_[]"),
)
OF_KINDS = ("correct", "citation_precision", "citation_recall", "F1", "nDCG@10", "Hits@10")


def summary(scores: Scores) -> str:
    """The scores overall and by kind, and every failed question with what is wrong with it."""
    run = scores.run
    failed = [row for row in scores.rows if row.failed]
    lines = [
        f"# {_plain(run.set)}",
        "",
        f"Run `{_plain(run.id)}` of {run.started}, answerer {_plain(str(run.produced_by.get('answerer')))}: "
        f"{len(scores.rows)} questions, {len(failed)} failed.",
        "",
        *_overall(scores),
        "",
        *_by_kind(scores),
    ]
    if failed:
        lines += ["", "## Failed questions", ""]
        lines += [f"- `{_plain(row.id)}`: {_plain('; '.join(wrongs(row)))}" for row in failed[:LISTED]]
    if len(failed) > LISTED:
        lines.append(f"- and {len(failed) - LISTED} more")
    return "\n".join(lines) + "\n"


def mean(one: Aggregate) -> str:
    """A mean as it is shown: three digits after the point."""
    return f"{one.mean:.3f}"


def spread(one: Aggregate) -> str:
    """An interval as it is shown; a dash for a single question."""
    return f"{one.interval.low:.3f}–{one.interval.high:.3f}" if one.interval else "–"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A Markdown table whose first column is text and whose others are numbers."""
    yield f"| {' | '.join(heads)} |"
    yield f"|---|{'---:|' * (len(heads) - 1)}"
    for row in rows:
        yield f"| {' | '.join(map(_plain, row))} |"


def _overall(scores: Scores) -> Iterator[str]:
    found = [one for metric in scores.metrics if (one := scores.aggregate(metric.name))]
    rows = ([one.metric, mean(one), spread(one), f"{one.scored} of {one.questions}"] for one in found)
    return table(("Metric", "Mean", "95 % interval", "Scored"), rows)


def _by_kind(scores: Scores) -> Iterator[str]:
    names = [name for name in OF_KINDS if scores.aggregate(name)]
    rows = (
        [kind, *(mean(one) if (one := scores.aggregate(name, kind)) else "–" for name in names)]
        for kind in scores.kinds
    )
    return table(("Kind", *names), rows)


def _plain(text: str) -> str:
    """Text that is no markup: questions and ids are anyone's."""
    for mark, written in _MARKUP:
        text = text.replace(mark, written)
    return " ".join(text.split())
