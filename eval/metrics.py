"""Every metric by its name. Names are the field's own where it has one: nDCG@10, R@5, RR.

A metric scores one question: None means that the question does not ask for it, and such questions
stay out of the mean. What ran into an error is scored as wrong, never left out.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from eval import answer_metrics, citation_metrics, retrieval_metrics
from eval.records import Record
from eval.retrieval_metrics import hits_at, mrr_at, ndcg_at, recall_at
from index.errors import DatelineError


@dataclass(frozen=True, slots=True)
class Metric:
    """One number for a question. All are 0 to 1 and better higher, but for what is measured in a unit."""

    name: str
    meaning: str
    score: Callable[[Record], float | None]
    unit: str = ""  # seconds, US dollars, tokens: better lower, too noisy to fail a comparison


def seconds(record: Record) -> float | None:
    """Seconds until the whole answer was there, to three digits; None for an error."""
    return None if record.answer is None else float(f"{record.seconds:.3g}")


def cost_usd(record: Record) -> float | None:
    """US dollars that the answer cost, as the answerer tells it in its usage; None where it does not."""
    return _used(record, "cost_usd")


def total_tokens(record: Record) -> float | None:
    """Tokens that the language model read and wrote; None where none was asked."""
    return _used(record, "total_tokens")


_A, _C = answer_metrics, citation_metrics
_ALL = (
    Metric("correct", "right in everything that is asked for", _A.correct),
    Metric("facts", "expected facts said", _A.facts),
    Metric("understood", "follow-ups that stand alone as they were meant", _A.understood),
    Metric("order", "facts said in the right order", _A.order),
    Metric("sources", "expected sources cited", _A.sources),
    Metric("span", "a gold span is said", _A.span),
    Metric("first_quote", "answers whose first quote answers", _A.first_quote),
    Metric("quotes_relevant", "quotes that answer", _A.quotes_relevant),
    Metric("EM", "SQuAD exact match", _A.exact_match),
    Metric("F1", "SQuAD F1", _A.f1),
    Metric("citation_precision", "citations that support their sentence", _C.citation_precision),
    Metric("citation_recall", "sentences fully supported", _C.citation_recall),
    Metric("quote_exactness", "quotes that stand letter by letter in the text", _C.quote_exactness),
    Metric("independence", "distinct texts among the quotes", _C.independence),
    Metric("answered", "questions with an answer that got one", _A.answered),
    Metric("refusal_precision", "refusals that were due", _A.refusal_precision),
    Metric("refusal_recall", "questions without an answer that were refused", _A.refusal_recall),
    Metric("disagreement_found", "disagreements shown", _A.disagreement_found),
    Metric("disagreement_precision", "shown disagreements that there are", _A.disagreement_precision),
    Metric("change_found", "changes over time shown", _A.change_found),
    Metric("change_precision", "shown changes that there are", _A.change_precision),
    Metric("newest_source", "answers that are not stale", _A.newest_source),
    Metric("nothing_forbidden", "answers without forbidden sources and words", _A.nothing_forbidden),
    Metric("nDCG@10", "ranking of the relevant articles", ndcg_at(10)),
    Metric("R@5", "relevant articles among the first 5", recall_at(5)),
    Metric("R@10", "relevant articles among the first 10", recall_at(10)),
    Metric("RR", "reciprocal rank of the first relevant article", retrieval_metrics.reciprocal_rank),
    Metric("Hits@4", "evidence among the first 4 passages", hits_at(4)),
    Metric("Hits@10", "evidence among the first 10 passages", hits_at(10)),
    Metric("MRR@10", "reciprocal rank of the first passage with evidence", mrr_at(10)),
    Metric("seconds", "time to the whole answer", seconds, unit="s"),
    Metric("cost_usd", "cost of an answer", cost_usd, unit="USD"),
    Metric("total_tokens", "tokens of the language model", total_tokens, unit="tokens"),
)
METRICS: Mapping[str, Metric] = {metric.name: metric for metric in _ALL}
"""The metrics that every run is scored by, in the order they are shown."""

_AT = {"nDCG": ndcg_at, "R": recall_at, "Hits": hits_at, "MRR": mrr_at}


def chosen(names: Iterable[str]) -> list[Metric]:
    """The metrics of those names; the cut-off of nDCG@k, R@k, Hits@k and MRR@k may be any.

    Raises DatelineError that names every unknown one.
    """
    found = {name: _named(name) for name in names}
    unknown = [name for name, metric in found.items() if metric is None]
    if unknown:
        raise DatelineError(
            f"no metric {', '.join(map(repr, unknown))}; there are: {', '.join(METRICS)}, and any k in "
            "nDCG@k, R@k, Hits@k, MRR@k"
        )
    return [metric for metric in found.values() if metric is not None]


def _named(name: str) -> Metric | None:
    if name in METRICS:
        return METRICS[name]
    match = re.fullmatch(r"(nDCG|R|Hits|MRR)@([1-9]\d{0,3})", name)
    return Metric(name, f"cut off at {match[2]}", _AT[match[1]](int(match[2]))) if match else None


def _used(record: Record, what: str) -> float | None:
    amount = record.answer["usage"].get(what) if record.answer else None
    return None if amount is None else float(amount)
