"""The nouns of evaluation: what is asked, what came back, and what a run was made with.

Generating and scoring are separate: a run is a folder of `run.json` and `records.jsonl`, and can be
scored again, by better metrics, without asking again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from index.records import Filters


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What a right answer holds. What is left empty is not asked for.

    `facts` must each be found in the answer, in any one of their spellings. Sources are named by
    their URL, their title or their outlet. `spans` are a set's gold answers, of which the best match counts.
    """

    facts: tuple[tuple[str, ...], ...] = ()
    order: tuple[tuple[str, ...], ...] = ()  # facts that must come in this order
    sources: tuple[str, ...] = ()  # each must be cited
    forbidden_sources: tuple[str, ...] = ()
    forbidden_text: tuple[str, ...] = ()
    spans: tuple[str, ...] = ()
    refusal: bool = False
    may_refuse: bool = False  # a refusal is as right as an answer that holds the facts
    disagreement: bool = False
    change: bool = False
    newest_source: str | None = None  # the newest article that applies
    understood: tuple[tuple[str, ...], ...] = ()  # words of the last question as it stands alone
    misunderstood: tuple[str, ...] = ()  # words that must not slip into it


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One question with what is expected of its answer.

    `turns` are the questions of a conversation; the last is the one that is judged. `relevant` are
    the articles that a set judges relevant to it: grade by URL, title or outlet. `evidence` are the words
    that the retrieved passages must hold between them, as MultiHop-RAG gives them.
    """

    id: str
    kind: str  # fact, list, number, who said, when, disagreement, change, as-of, follow-up, unanswerable, …
    turns: tuple[str, ...]
    expected: Expectation
    filters: Filters = field(default_factory=Filters)
    relevant: Mapping[str, int] = field(default_factory=dict)
    evidence: tuple[str, ...] = ()
    where: str = ""  # file and line

    @property
    def question(self) -> str:
        """The question that is judged."""
        return self.turns[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What one case got. `answer` is the whole answer and `retrieved` the passages, as the API sends them.

    `error` is the sentence of a question that got no answer; it is scored as wrong, never left out.
    """

    case: Case
    answer: Mapping[str, Any] | None
    retrieved: tuple[Mapping[str, Any], ...]
    seconds: float
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run and what produced it: answerer, prompt version, index, settings, git revision, packages."""

    id: str
    set: str
    started: str  # ISO 8601, UTC
    produced_by: Mapping[str, Any]
    folder: Path
