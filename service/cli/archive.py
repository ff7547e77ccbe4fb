"""The archive and its server: add, check, rebuild, doctor, serve."""

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.options import Data, Json, settings_of

if TYPE_CHECKING:
    from service.cli.ingest import Sources, Tally
    from service.settings import Settings


def add(
    sources: Annotated[
        list[str],
        typer.Argument(
            help="Files, folders and addresses: text, pages, PDF, documents, mail, JSON, tables, exports, "
            "archives, crawls; feeds; lists of addresses.",
            metavar="PATH|URL...",
        ),
    ],
    every: Annotated[
        str | None,
        typer.Option(help="Add again and again, as often as 15m or 2h, until Ctrl+C.", metavar="TIME"),
    ] = None,
    mapped: Annotated[
        list[str] | None,
        typer.Option(
            "--map", help="A field of JSON files, as title=headline; repeated.", metavar="FIELD=NAME"
        ),
    ] = None,
    entries: Annotated[
        bool, typer.Option("--entries", help="Take feed entries as they are; fetch none of their pages.")
    ] = False,
    mirrored: Annotated[
        bool, typer.Option("--mirror", help="Remove the articles whose files are gone from the folders.")
    ] = False,
    ray: Annotated[
        str | None,
        typer.Option(help="Read and embed files on the Ray cluster there, or on auto.", metavar="HOST:PORT"),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option(help="Write what may be mended, with the file of each, as a table.", metavar="CSV"),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 1 where anything could not be read, not only all.")
    ] = False,
    data: Data = None,
    json: Json = False,
) -> None:
    """Read articles from files, folders and addresses.

    Addresses are fetched, with every address that a file lists and every page that a feed names.
    What is there already is left alone, and an article that changed becomes a new version.
    Exits with 1 where nothing of what was named could be read.
    """
    from index.readers.fields import parse_mapped
    from service.cli.ingest import Sources
    from service.cli.watch import parse_interval

    chosen = Sources(tuple(sources), tuple(mapped or ()), entries)
    parse_mapped(chosen.mapped)  # before an archive is made
    seconds = None if every is None else parse_interval(every)
    _refuse_together(every=every, ray=ray, mirrored=mirrored, strict=strict)
    if seconds is None:
        tally = _add_once(settings_of(data), chosen, ray, report, mirrored=mirrored, json=json)
        raise typer.Exit(1 if tally.fails(strict=strict) else 0)
    _keep_adding(settings_of(data), chosen, seconds, json=json)


def _refuse_together(*, every: str | None, ray: str | None, mirrored: bool, strict: bool) -> None:
    """Raises BadValue for options that cannot be given together."""
    from index.errors import BadValue

    if ray and every:
        raise BadValue("--every watches feeds, which one machine fetches: give --ray or --every, not both")
    if mirrored and (ray or every):
        raise BadValue("--mirror looks at each file by itself: give it without --ray and --every")
    if strict and every:
        raise BadValue("--every goes on until Ctrl+C, and exits for no file: give it without --strict")


def _keep_adding(settings: "Settings", chosen: "Sources", seconds: int, *, json: bool) -> None:
    """Adds the sources every so many seconds, until Ctrl+C."""
    from index.readers.web import Fetcher
    from service.cli.watch import watch

    archive = settings.create_archive()
    watch(archive, chosen.following(archive, Fetcher(archive.visits)), chosen, seconds, json)


def _add_once(
    settings: "Settings",
    chosen: "Sources",
    ray: str | None,
    report: Path | None,
    *,
    mirrored: bool,
    json: bool,
) -> "Tally":
    """Adds each source once, here or on a cluster, and tells what became of them."""
    from index.readers.web import Fetcher
    from service.cli.findings import refused, write
    from service.cli.ingest import Tally, add_sources, on_cluster, show_tally
    from service.cli.mirror import Mirror

    tally = None
    try:
        with on_cluster(ray) if ray else nullcontext():
            archive = settings.create_archive()
            following = chosen.following(archive, Fetcher(archive.visits))
            tally = Tally()
            mirror = Mirror.of(archive, chosen.named) if mirrored else None
            work = chosen.work(archive, settings) if ray else None
            add_sources(archive, following, chosen, tally, work, mirror)
    finally:
        # However the run ended, the reader learns what is safely in.
        if tally is not None:
            show_tally(tally, json)
            if report is not None:
                write(report, [*tally.findings, *refused(tally.skipped)])
    return tally


def check(data: Data = None, json: Json = False) -> None:
    """Prove that every text, passage and vector is sound."""
    from service.answers import to_json
    from service.storage.audit import Audit

    settings = settings_of(data)
    archive = settings.open_archive()
    faults = [*archive.check(), *Audit(settings.data).faults()]
    held = archive.summary()
    if json:
        typer.echo(to_json({"sound": not faults, "faults": faults}, indent=2))
    elif faults:
        typer.echo("\n".join(faults))
        typer.echo(
            f"{len(faults)} faults; `dateline rebuild` mends the indexes; an article that is not sound is "
            "mended by removing it and adding it again"
        )
    else:
        typer.echo(
            f"sound: {held.articles} articles, {held.passages} passages, each with its vector and words"
        )
    raise typer.Exit(1 if faults else 0)


def rebuild(
    embed: Annotated[
        bool,
        typer.Option("--embed", help="Cut and embed every article again, with the embedder that is set."),
    ] = False,
    data: Data = None,
    json: Json = False,
) -> None:
    """Make the indexes anew, without embedding again."""
    from index.archive import CATALOGUE, Archive
    from service.cli.terminal import counting, show_held

    settings = settings_of(data)
    if embed:
        with counting("embedding again") as count:
            Archive.embed_again(
                settings.data,
                settings.load_embedder,
                progress=count,
                catalogue=settings.store(CATALOGUE),
                load_index=settings.load_index,
            )
    else:
        settings.open_archive().rebuild()
    show_held("rebuilt", settings.open_archive().summary(), json)


def doctor(
    offline: Annotated[
        bool, typer.Option("--offline", help="Ask no language model, and fetch nothing.")
    ] = False,
    data: Data = None,
    json: Json = False,
) -> None:
    """Say whether all that is set works, and what is missing."""
    from service.answers import to_json
    from service.doctor import examine

    checks = list(examine(settings_of(data), offline=offline))
    sound = all(check.state != "broken" for check in checks)
    if json:
        typer.echo(to_json({"sound": sound, "checks": checks}, indent=2))
    else:
        typer.echo("\n".join(f"{check.state:<9}{check.name:<10}{check.told}" for check in checks))
    raise typer.Exit(0 if sound else 1)


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on [default: 127.0.0.1].")] = None,
    port: Annotated[
        int | None, typer.Option(help="Port to listen on [default: 8000].", min=0, max=65535)
    ] = None,
    workers: Annotated[
        int | None, typer.Option(help="Processes that serve together [default: 1].", min=1, max=256)
    ] = None,
    data: Data = None,
) -> None:
    """Serve the page and the HTTP API."""
    from service.http.server import run

    run(settings_of(data, host=host, port=port, workers=workers))
