"""The sample archive, added and served: `dateline demo`."""

from pathlib import Path
from typing import Annotated

import typer

from service.cli.options import settings_of


def demo(
    port: Annotated[
        int | None, typer.Option(help="Port to listen on [default: 8000].", min=0, max=65535)
    ] = None,
    data: Annotated[
        Path, typer.Option("--data", help="The folder of the sample archive.", metavar="DIR")
    ] = Path(".dateline-demo"),
) -> None:
    """Serve an archive of 34 sample articles, made the first time."""
    import shutil
    from importlib.resources import as_file, files

    from index.readers.web import Fetcher
    from service.cli.ingest import Sources, Tally, add_sources, show_tally
    from service.http.server import run

    settings = settings_of(data, port=port)
    # The sample is what the packaged questions are asked of; it is data here, and nothing of eval runs.
    with as_file(files("eval") / "sample") as sample:
        archive = settings.create_archive()
        if not archive.summary().articles:
            chosen, tally = Sources((str(sample / "articles"),)), Tally()
            add_sources(archive, chosen.following(archive, Fetcher(archive.visits)), chosen, tally, None)
            show_tally(tally, json=False)
            shutil.copyfile(sample / "dateline.toml", data / "dateline.toml")
        archive.close()
    run(settings_of(data, port=port))
