"""How well the judge of claims judges, on sets made by others and on claims written by hand.

    python -m eval.benchmarks.entailment --data FOLDER [--model FOLDER] [--failures]

FOLDER holds the public sets; without it only `claims.yaml` is judged. Of a set that the judge learned from,
the part kept apart is judged. Of a summary each sentence is judged over the whole document, and the weakest
counts. `kept` and `stopped` are the parts of the supported and of the other claims that are judged rightly at
the model's threshold, `balanced` is their mean, `even` their mean at a threshold of one half; `classes` is
the part whose class of three is right.
"""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
import yaml

from eval.training.entailment import data as sets
from eval.training.entailment.data import LABELS, NOT, SUPPORTS, Pair
from index.models.entailment import PACKAGED, Entailed, EntailmentModel

CLAIMS = Path(__file__).parent / "claims.yaml"

Judge = Callable[[Sequence[tuple[str, str]]], list[Entailed]]


@dataclass(frozen=True, slots=True)
class Row:
    """A judge's figures on one set."""

    name: str
    pairs: int
    auroc: float
    even: float
    kept: float
    stopped: float
    classes: float | None

    @property
    def balanced(self) -> float:
        """The mean of what is rightly kept and rightly stopped."""
        return (self.kept + self.stopped) / 2


def written() -> Iterator[Pair]:
    """The claims written by hand; the source names what was changed."""
    for row in yaml.safe_load(CLAIMS.read_text()):
        for claim in row["supported"]:
            yield Pair(row["premise"], claim, SUPPORTS, "reworded")
        for change in row["unsupported"]:
            for kind, claim in change.items():
                yield Pair(row["premise"], claim, NOT, kind)


def judging_sets(data: Path) -> dict[str, list[Pair]]:
    """The parts that teach nothing and set no threshold, by name."""
    checked = [p for p in sets.checked(data, apart=True) if not sets.calibrates(p)]
    cited = [p for p in sets.cited(data, apart=True) if not sets.calibrates(p)]
    single = [p for p in sets.nli(data, apart=True) if not sets.calibrates(p)]
    return {
        "SummEdits, news": list(sets.summaries(data, apart=True)),
        "FoolMeTwice": [p for p in checked if p.source == "fm2"],
        "WiCE": [p for p in cited if p.source == "wice"],
        "AttributionBench": [p for p in cited if p.source == "attributionbench"],
        "BEGIN": [p for p in checked if p.source == "begin"],
        "Climate-FEVER": [p for p in checked if p.source == "climate_fever"],
        "FEVER-Symmetric": [p for p in checked if p.source == "fever_symmetric"],
        "ConjNLI, development part": list(sets.measured_nli(data, "conjnli_dev")),
        "MED": [p for p in single if p.source == "med_half"],
        "Breaking NLI": [p for p in single if p.source == "breaking_half"],
        "negation": [p for p in single if p.source == "negation_half"],
        "SICK": list(sets.measured_nli(data, "sick2014")),
        "MSRP, news": list(sets.measured_nli(data, "msrp_train")),
    }


def measured(judge: Judge, least: float, name: str, pairs: Sequence[Pair]) -> Row:
    """The figures of one set."""
    judged = weakest(judge, pairs)
    supports = np.array([one.supports for one in judged])
    truth = np.array([pair.label == SUPPORTS for pair in pairs])
    three = all(pair.label != NOT for pair in pairs)
    right = [said(one) == pair.label for one, pair in zip(judged, pairs, strict=True)]
    return Row(
        name, len(pairs), auroc(supports[truth], supports[~truth]),
        float(np.mean(supports[truth] >= 0.5) + np.mean(supports[~truth] < 0.5)) / 2,
        float(np.mean(supports[truth] >= least)), float(np.mean(supports[~truth] < least)),
        float(np.mean(right)) if three else None,
    )  # fmt: skip


def weakest(judge: Judge, pairs: Sequence[Pair]) -> list[Entailed]:
    """The judgement of each pair: of a summary, that of the sentence that is supported least."""
    parts = [sets.sentences(p.claim) if p.source.startswith("summedits") else [p.claim] for p in pairs]
    flat = [(pair.premise, part) for pair, claims in zip(pairs, parts, strict=True) for part in claims]
    judged = iter(judge(flat))
    return [min((next(judged) for _ in claims), key=lambda one: one.supports) for claims in parts]


def said(one: Entailed) -> str:
    """The likeliest of the three."""
    return LABELS[int(np.argmax([one.supports, one.contradicts, one.neither]))]


def auroc(higher: Sequence[float], lower: Sequence[float]) -> float:
    """The probability that one of the first scores above one of the second; a tie counts one half."""
    first, second = np.asarray(higher), np.sort(np.asarray(lower))
    below = np.searchsorted(second, first, "left") + np.searchsorted(second, first, "right")
    return float(below.sum() / 2 / (len(first) * len(second)))


def line(row: Row) -> str:
    """A row of the table."""
    classes = f"{row.classes:9.3f}" if row.classes is not None else ""
    at = f"{row.even:8.3f}{row.balanced:10.3f}{row.kept:8.3f}{row.stopped:9.3f}"
    return f"{row.name:28}{row.pairs:6}{row.auroc:8.3f}{at}{classes}"


def kinds(judge: Judge, least: float, pairs: Sequence[Pair]) -> Iterator[str]:
    """Of each kind of change, how many claims there are and the part that is taken for proved."""
    passed: dict[str, list[bool]] = {}
    for one, pair in zip(judge([(p.premise, p.claim) for p in pairs]), pairs, strict=True):
        passed.setdefault(pair.source, []).append(one.supports >= least)
    for kind, held in sorted(passed.items()):
        yield f"  {kind:26}{len(held):6}{np.mean(held):8.3f}"


def milliseconds(judge: Judge, pairs: Sequence[Pair]) -> float:
    """The median time that one claim takes."""
    judge([(pairs[0].premise, pairs[0].claim)])
    laps = []
    for pair in pairs[:100]:
        began = time.perf_counter()
        judge([(pair.premise, pair.claim)])
        laps.append((time.perf_counter() - began) * 1000)
    return float(np.median(laps))


def table(judge: Judge, least: float, data: Path | None, limit: int) -> Iterator[str]:
    """The lines of the table, of at most `limit` pairs a set."""
    yield f"{'':28} pairs   AUROC    even  balanced    kept  stopped  classes   threshold {least:.3f}"
    found = judging_sets(data) if data is not None else {}
    for name, pairs in found.items():
        chosen = random.Random(0).sample(pairs, min(len(pairs), limit))  # noqa: S311
        yield line(measured(judge, least, name, chosen))
    own = list(written())
    yield line(measured(judge, least, "written by hand", own))
    yield "taken for proved, by what was changed:"
    yield from kinds(judge, least, own)
    yield f"{milliseconds(judge, own):.1f} ms a claim"


def main(
    data: Annotated[Path | None, typer.Option(help="The folder of the public sets.")] = None,
    model: Annotated[Path, typer.Option(help="The folder of the judge.")] = PACKAGED,
    limit: Annotated[int, typer.Option(help="The most pairs of one set.")] = 10**9,
    threads: Annotated[int, typer.Option(help="0 means one for each core.")] = 0,
    failures: Annotated[bool, typer.Option(help="Print the claims by hand that are judged wrongly.")] = False,
) -> None:
    """Print how well claims are judged."""
    judge = EntailmentModel(model, threads)
    for told in table(judge.judge, judge.threshold, data, limit):
        print(told, flush=True)
    own = list(written()) if failures else []
    for pair, one in zip(own, judge.judge([(p.premise, p.claim) for p in own]), strict=True):
        if (one.supports >= judge.threshold) is not (pair.label == SUPPORTS):
            print(f"{one.supports:.2f} {pair.source}: {pair.claim}\n     {pair.premise}")


if __name__ == "__main__":
    typer.run(main)
