"""The search of `dateline ask`: the question is understood first, its outlets, people and days."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from eval.benchmarks.peers.dateline_own import ARCHIVE, LIMIT, embedder_in
from index.archive import Archive
from service.questions.plan import Question
from service.questions.understand import plan_of
from service.reading.search import query_of


def load(folder: str, model: str) -> Callable[[str], list[str]]:
    """The first search of an answer, in the archive that `dateline_own` built."""
    archive = Archive.open(Path(folder, ARCHIVE), lambda: embedder_in(folder))

    def search(question: str) -> list[str]:
        plan = plan_of(Question(question=question), archive.summary(), date.today())
        return [hit.passage.text for hit in archive.search(query_of(plan))[:LIMIT]]

    return search
