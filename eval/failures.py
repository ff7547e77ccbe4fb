"""What is wrong with an answer, in words, and what was expected of it."""

from collections.abc import Iterator

from eval.answer_metrics import is_refused, missing_facts, nothing_forbidden, order, said, span
from eval.records import Expectation
from eval.scoring import Row


def wrongs(row: Row) -> list[str]:
    """Why a question failed, a phrase each; empty for one that did not."""
    return list(_wrongs(row)) if row.failed else []


def expectations(expected: Expectation) -> list[str]:
    """What a right answer holds, a line each."""
    lines = [f"says {_spelled(fact)}" for fact in expected.facts]
    lines += [f"says one of {_spelled(expected.spans)}"] if expected.spans else []
    lines += [f"in this order: {', then '.join(map(_spelled, expected.order))}"] if expected.order else []
    lines += [f"cites {source}" for source in expected.sources]
    lines += [f"cites, as the newest, {expected.newest_source}"] if expected.newest_source else []
    lines += [f"does not cite {source}" for source in expected.forbidden_sources]
    lines += [f"does not say “{text}”" for text in expected.forbidden_text]
    flags = (
        (expected.refusal, "refuses: the archive does not answer"),
        (expected.may_refuse, "or refuses"),
        (expected.disagreement, "shows that the sources disagree"),
        (expected.change, "shows what changed over time"),
    )
    return lines + [line for asked, line in flags if asked]


def _wrongs(row: Row) -> Iterator[str]:
    record, expected = row.record, row.record.case.expected
    if record.error is not None:
        yield f"no answer: {record.error}"
        return
    if row.scores["correct"] is None:
        yield "nothing relevant was retrieved"
        return
    if expected.refusal:
        yield "answered, though the archive does not answer it"
        return
    if is_refused(record):
        yield "refused, though the archive answers it"
        return
    for fact in missing_facts(record):
        yield f"does not say {_spelled(fact)}"
    if span(record) == 0:
        yield f"says none of {_spelled(expected.spans)}"
    if order(record) == 0 and said(record):
        yield "not in the right order"
    if nothing_forbidden(record) == 0:
        yield "says or cites what is forbidden"
    if not expected.facts and not expected.spans and row.scores["sources"] not in (None, 1):
        yield "does not cite every expected source"


def _spelled(spellings: tuple[str, ...]) -> str:
    return " or ".join(f"“{spelling}”" for spelling in spellings)
