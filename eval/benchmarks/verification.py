"""How well sentences are verified: on public sets of claims, and on sentences with one thing wrong.

    python -m eval.benchmarks.verification --data FOLDER [--model FOLDER] [--sentences 280] [--failures]

FOLDER holds `wice/` and `attributionbench/`. The half of each that the packaged judge never learned from
(`eval.training.claims.kept_apart`) is judged; the thresholds of the baselines are tuned on the other half.
Balanced accuracy is the mean of the parts of supported and unsupported claims that are judged rightly. The
second table needs no data but the sample archive; `--articles` measures on other articles too.
"""

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from eval.benchmarks.corrupting import HARDER, KINDS, Pair, pairs
from eval.benchmarks.paraphrasing import articles_of
from eval.benchmarks.preparing import SAMPLE
from eval.training.claims import ClaimExample, attribution_bench, wice
from index.models.embedding import DEFAULT_MODEL, load_embedder
from index.models.entailment import PACKAGED, EntailmentModel
from index.readers import list_files, read_file
from index.records import Article, Draft, Span, Zone, ZoneKind
from service.evidence import Quote, Statement
from service.verification.entailment import PackagedSupport
from service.verification.verify import LEAST_SUPPORT, Support, coverage, verified

SETS: dict[str, Callable[..., Iterator[ClaimExample]]] = {"WiCE": wice, "AttributionBench": attribution_bench}
FIXED = {"rules": 1.0, "support model": LEAST_SUPPORT, "rules, then model": LEAST_SUPPORT}
SEED = 7


@dataclass(frozen=True, slots=True)
class Judged:
    """Claims of one set with whether they are supported, and what each judge makes of them, 0 to 1."""

    truth: list[bool]
    scores: dict[str, list[float]]


@dataclass(slots=True)
class Tally:
    """How many sentences of one kind were stopped."""

    wrong: int = 0
    stopped: int = 0
    right: int = 0
    stopped_falsely: int = 0


def stated(example: ClaimExample) -> Statement:
    """A claim as a statement that cites all of its evidence."""
    text = example.evidence
    article = Article(
        key="evidence", text=text, zones=(Zone(0, len(text), ZoneKind.REPORTING),), language="en",
        id=1, version=1, cluster=1, added=datetime(2000, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    quote = Quote(article=article, span=Span(0, len(text)))
    return Statement(text=example.claim, quotes=(quote,), support="verified", score=1.0)


def judged(examples: Sequence[ClaimExample], support: Support | None) -> Judged:
    """The judges' scores: what the rules let pass is 1, what they stop 0; the others give degrees."""
    rules = [float(verified(stated(example), _agreeing).holds) for example in examples]
    words = [coverage(example.claim, example.evidence) for example in examples]
    scores = {"rules": rules, "words in common": words, "cosine": cosines(examples)}
    scores["rules, then words"] = [rule * word for rule, word in zip(rules, words, strict=True)]
    if support is not None:
        model = support([one.claim for one in examples], [one.evidence for one in examples])
        scores["support model"] = list(model)
        scores["rules, then model"] = [rule * score for rule, score in zip(rules, model, strict=True)]
    return Judged([example.supported for example in examples], scores)


def cosines(examples: Sequence[ClaimExample]) -> list[float]:
    """The nearness of each claim and its evidence by the packaged embedding model."""
    with tempfile.TemporaryDirectory() as folder:
        embedder = load_embedder(DEFAULT_MODEL, Path(folder))
        claims = embedder.encode_documents([example.claim for example in examples])
        evidence = embedder.encode_documents([example.evidence for example in examples])
    found: list[float] = np.einsum("ij,ij->i", claims, evidence).tolist()
    return found


def balanced_accuracy(truth: Sequence[bool], scores: Sequence[float], least: float) -> float:
    """The mean of the parts rightly judged of the supported and of the unsupported."""
    held = [score >= least for score in scores]
    parts = [
        np.mean([one == wanted for one, known in zip(held, truth, strict=True) if known is wanted])
        for wanted in (True, False)
    ]
    return float(np.mean(parts))


def best_threshold(truth: Sequence[bool], scores: Sequence[float]) -> float:
    """The score from which balanced accuracy is highest."""
    return max(sorted(set(scores)), key=lambda least: balanced_accuracy(truth, scores, least))


def stopped(found: Sequence[Pair], support: Support | None = None) -> dict[str, Tally]:
    """How many wrong sentences, and right ones, are stopped, by kind of what is wrong."""
    tallies: dict[str, Tally] = {}
    for pair in found:
        tally = tallies.setdefault(pair.kind, Tally())
        tally.wrong += 1
        tally.right += 1
        tally.stopped += not verified(pair.wrong, support).holds
        tally.stopped_falsely += not verified(pair.right, support).holds
    return tallies


def articles_in(folder: Path) -> list[Article]:
    """The English articles of a folder."""
    drafts = (draft for file in list_files([folder]) for draft in read_file(file))
    return articles_of(draft for draft in drafts if isinstance(draft, Draft))


def _agreeing(claims: Sequence[str], evidence: Sequence[str]) -> list[float]:
    """A judge that agrees to everything, so that only the rules are measured."""
    return [1.0] * len(claims)


def _show_sets(data: Path, support: Support | None) -> None:
    print(f"\n{'':<20}{'set':<18}claims  supported  balanced accuracy  threshold")
    for name, load in SETS.items():
        tuned = judged(list(load(data, apart=False)), support)
        kept = judged(list(load(data, apart=True)), support)
        for judge, scores in kept.scores.items():
            fixed = {"rules": 1.0, "support model": LEAST_SUPPORT, "rules, then model": LEAST_SUPPORT}.get(
                judge
            )
            least = fixed if fixed is not None else best_threshold(tuned.truth, tuned.scores[judge])
            accuracy = balanced_accuracy(kept.truth, scores, least)
            print(
                f"{judge:<20}{name:<18}{len(scores):6} {sum(kept.truth):10} {accuracy:18.3f} {least:10.2f}"
                + ("  tuned on the other half" if fixed is None else "")
            )


def _show_pairs(found: Sequence[Pair], support: Support | None, failures: bool) -> None:
    began = time.process_time()
    tallies = stopped(found, support)
    each = (time.process_time() - began) / (2 * len(found)) * 1000
    print(f"{'':<16} wrong  stopped         right  stopped")
    for kind in (*KINDS, *HARDER):
        _show(kind, tallies.get(kind, Tally()))
    total = [tallies[kind] for kind in KINDS if kind in tallies]
    _show(f"all but {HARDER[0]}", _sum(total))
    print(f"{each:.1f} ms of processor time a sentence")
    for pair in found if failures else ():
        for name, statement, wanted in (("wrong", pair.wrong, False), ("right", pair.right, True)):
            verdict = verified(statement, support)
            if verdict.holds is not wanted:
                print(f"{name} ({pair.kind}): {statement.text}\n  {' '.join(verdict.reasons)}")


def _show(kind: str, tally: Tally) -> None:
    print(
        f"{kind:<16}{tally.wrong:6} {tally.stopped:8} {tally.stopped / max(tally.wrong, 1):6.1%}"
        f"{tally.right:8} {tally.stopped_falsely:8} {tally.stopped_falsely / max(tally.right, 1):6.1%}"
    )


def _sum(tallies: Sequence[Tally]) -> Tally:
    return Tally(
        wrong=sum(one.wrong for one in tallies),
        stopped=sum(one.stopped for one in tallies),
        right=sum(one.right for one in tallies),
        stopped_falsely=sum(one.stopped_falsely for one in tallies),
    )


def main(
    data: Annotated[Path, typer.Option(help="The folder that holds wice/ and attributionbench/.")],
    model: Annotated[Path, typer.Option(help="The folder of the judge.")] = PACKAGED,
    articles: Annotated[list[Path] | None, typer.Option(help="More articles to make sentences of.")] = None,
    sentences: Annotated[int, typer.Option(help="How many pairs of a right and a wrong sentence.")] = 280,
    seed: Annotated[int, typer.Option(help="Another seed makes other sentences.")] = SEED,
    failures: Annotated[bool, typer.Option(help="Print every sentence that is judged wrongly.")] = False,
) -> None:
    """Print how well sentences are verified, by rule alone and with the judge of claims."""
    support = PackagedSupport(EntailmentModel(model)) if (model / "card.json").is_file() else None
    if support is None:
        print(f"without the judge: there is none in {model}")
    for folder in (SAMPLE, *(articles or ())):
        found = pairs(articles_in(folder), seed, sentences, (*KINDS, *HARDER))
        for judge, name in ((None, "rules and words"), (support, "rules and model")):
            if judge is not None or name == "rules and words":
                print(f"\nSentences made of {folder.name}, {name}")
                _show_pairs(found, judge, failures)
    missing = [name for name in ("wice", "attributionbench") if not (data / name).is_dir()]
    if missing:
        print(f"skipped the public sets: there is no {' and no '.join(missing)} in {data}")
    else:
        _show_sets(data, support)


if __name__ == "__main__":
    typer.run(main)
