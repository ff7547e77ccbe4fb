"""How well the passages that were read for an answer were chosen.

Documents are judged, not passages: of several passages of one article the first counts, as it does
in BEIR (Thakur et al. 2021). Each function scores one question, and is None where the set judges
nothing relevant to it.
"""

import math
from collections.abc import Callable, Mapping, Sequence

from eval.records import Record

Score = Callable[[Record], float | None]


def ndcg_at(k: int) -> Score:
    """nDCG@k, 0 to 1: gain discounted by rank, as a share of the best (Järvelin & Kekäläinen 2002).

    The gain is the grade itself, as in trec_eval, not 2^grade - 1.
    """

    def ndcg(record: Record) -> float | None:
        """nDCG@k of one question, 0 to 1; None where nothing is judged."""
        grades = judged(record)
        if not grades:
            return None
        gains = [grades.get(document, 0) for document in ranking(record, grades)[:k]]
        return _discounted(gains) / _discounted(sorted(grades.values(), reverse=True)[:k])

    return ndcg


def recall_at(k: int) -> Score:
    """R@k, 0 to 1: the share of the relevant documents that are among the first k."""

    def recall(record: Record) -> float | None:
        """R@k of one question, 0 to 1; None where nothing is judged."""
        grades = judged(record)
        found = sum(document in grades for document in ranking(record, grades)[:k])
        return found / len(grades) if grades else None

    return recall


def reciprocal_rank(record: Record) -> float | None:
    """RR, 0 to 1: one divided by the rank of the first relevant document (Voorhees 1999)."""
    grades = judged(record)
    relevant = [document in grades for document in ranking(record, grades)]
    return _reciprocal(relevant) if grades else None


def hits_at(k: int) -> Score:
    """Hits@k of MultiHop-RAG (Tang & Yang 2024): 1 if one of the first k passages holds any evidence."""

    def hits(record: Record) -> float | None:
        return float(any(holding_evidence(record)[:k])) if record.case.evidence else None

    return hits


def mrr_at(k: int) -> Score:
    """MRR@k of MultiHop-RAG: one divided by the rank of the first passage that holds any evidence."""

    def mrr(record: Record) -> float | None:
        return _reciprocal(holding_evidence(record)[:k]) if record.case.evidence else None

    return mrr


def judged(record: Record) -> Mapping[str, int]:
    """The relevant documents with their grades, above 0: the set's, and the sources that must be cited."""
    grades = {**dict.fromkeys(record.case.expected.sources, 1), **record.case.relevant}
    return {document: grade for document, grade in grades.items() if grade > 0}


def ranking(record: Record, grades: Mapping[str, int]) -> Sequence[str]:
    """The documents of the retrieved passages, best first, once each, named as the judgements name them."""
    named = []
    for passage in record.retrieved:
        names = [name for key in ("url", "title", "outlet") if (name := passage.get(key))]
        named.append(next((name for name in names if name in grades), _place(passage)))
    return list(dict.fromkeys(named))


def holding_evidence(record: Record) -> list[bool]:
    """Tells whether each passage, best first, holds the words of any evidence.

    The paper's rule, of its `retrieval_evaluate.py`: spaces and line breaks do not count, case does.
    """
    evidence = [_packed(words) for words in record.case.evidence]
    return [any(words in _packed(passage["text"]) for words in evidence) for passage in record.retrieved]


def _place(passage: Mapping[str, object]) -> str:
    return str(passage.get("url") or f"article {passage.get('article_id')}")


def _packed(text: str) -> str:
    return text.replace(" ", "").replace("\n", "")


def _discounted(gains: Sequence[int]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, 1))


def _reciprocal(relevant: Sequence[bool]) -> float:
    return next((1 / rank for rank, is_relevant in enumerate(relevant, 1) if is_relevant), 0.0)
