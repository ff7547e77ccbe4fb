"""How well sentences are verified, on public sets of claims that people labelled.

    python -m eval.benchmarks.verification --data FOLDER [--rows 400] [--failures]

FOLDER holds the sets, each in a folder of its own name. Only the part of a set that no model of ours learned
from is judged. Each claim is verified as a sentence of an answer that cites all of its evidence.
"""

import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from eval.training.claims import ClaimExample, attribution_bench, wice
from index.extraction.dates.mentions import mentions
from index.models.entailment import EntailmentModel
from index.records import Article, Span, Zone, ZoneKind
from service.evidence import Quote
from service.verification.judge import Judge
from service.verification.verify import Verdict, proved

SEED = 7
SETS: dict[str, Callable[[Path], Iterator[ClaimExample]]] = {
    "WiCE": lambda data: wice(data, apart=True),
    "AttributionBench": lambda data: attribution_bench(data, apart=True),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """How the claims of one set were judged."""

    supported: int
    kept: int
    unsupported: int
    stopped: int
    milliseconds: float  # a claim

    @property
    def balanced_accuracy(self) -> float:
        """The mean of the parts of supported and unsupported claims that are judged rightly."""
        return (self.kept / max(self.supported, 1) + self.stopped / max(self.unsupported, 1)) / 2


def quote_of(evidence: str) -> Quote:
    """An article that is nothing but the evidence, cited whole."""
    zones = (Zone(0, len(evidence), ZoneKind.REPORTING),)
    article = Article(
        key="evidence", text=evidence, zones=zones, language="en", dates=mentions(evidence, zones),
        id=1, version=1, cluster=1, added=datetime(2000, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    return Quote(article=article, span=Span(0, len(evidence)))


def judged(examples: Iterable[ClaimExample], judge: Judge) -> Iterator[tuple[ClaimExample, Verdict]]:
    """Each claim with the verdict on it."""
    for example in examples:
        yield example, proved(example.claim, [quote_of(example.evidence)], judge)


def measured(found: Sequence[tuple[ClaimExample, Verdict]], seconds: float) -> Measured:
    """The counts of a set's verdicts."""
    right = [verdict.holds for example, verdict in found if example.supported]
    wrong = [verdict.holds for example, verdict in found if not example.supported]
    return Measured(
        supported=len(right),
        kept=sum(right),
        unsupported=len(wrong),
        stopped=len(wrong) - sum(wrong),
        milliseconds=1000 * seconds / max(len(found), 1),
    )


def main(
    data: Annotated[Path, typer.Option(help="The folder of the public sets.")],
    rows: Annotated[int, typer.Option(help="At most so many claims of a set, chosen by chance.")] = 400,
    failures: Annotated[bool, typer.Option(help="Print every claim that is judged wrongly.")] = False,
) -> None:
    """Print how well the claims of public sets are verified."""
    judge = EntailmentModel()
    print(f"{'set':<22}balanced accuracy  right kept  wrong stopped  ms a claim")
    for name, load in SETS.items():
        examples = list(load(data))
        random.Random(SEED).shuffle(examples)  # noqa: S311
        began = time.perf_counter()
        found = list(judged(examples[:rows], judge))
        one = measured(found, time.perf_counter() - began)
        print(
            f"{name:<22}{one.balanced_accuracy:17.3f} {one.kept:5}/{one.supported:<5}"
            f" {one.stopped:8}/{one.unsupported:<5} {one.milliseconds:8.1f}"
        )
        for example, verdict in found if failures else ():
            if verdict.holds is not example.supported:
                print(f"  {example.supported} {verdict.score:.2f} {example.claim}", *verdict.reasons)


if __name__ == "__main__":
    typer.run(main)
