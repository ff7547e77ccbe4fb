"""All figures of what Dateline says in its own voice: one command for the tables that the README sums up.

    python -m eval.benchmarks.proof --data FOLDER [--most 600]

The judge alone, whole sentences through every step of the proof, the short answer, disagreements over
documents that conflict, and the contrasts that were read over an archive of real news.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
import yaml

from eval.benchmarks import disagreement, entailment, short_answers, verification

CONTRASTS = Path(__file__).parent / "contrasts.yaml"


def read_by_hand(file: Path = CONTRASTS) -> Iterator[str]:
    """Tells of each kind of contrast how many were stated over real news, and how many of them are true."""
    rows = yaml.safe_load(file.read_text(encoding="utf-8"))
    for kind in sorted({row["kind"] for row in rows}):
        right = [row["right"] for row in rows if row["kind"] == kind]
        yield f"{kind}: {len(right)} stated, {sum(right)} of them true"


def main(
    data: Annotated[Path, typer.Option(help="The folder of the public sets.")],
    most: Annotated[int, typer.Option(help="At most so many rows of a set.")] = 600,
) -> None:
    """Print every table."""
    typer.secho("The judge of claims", bold=True)
    entailment.main(data, limit=most)
    typer.secho("\nSentences through every step", bold=True)
    verification.main(data, rows=most)
    typer.secho("\nThe short answer", bold=True)
    short_answers.main(data, rows=most)
    typer.secho("\nDisagreements: RAMDocs", bold=True)
    disagreement.main(data, limit=most)
    typer.secho("\nContrasts over real news, each read", bold=True)
    typer.echo("\n".join(read_by_hand()))


if __name__ == "__main__":
    typer.run(main)
