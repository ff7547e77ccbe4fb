"""Backups of the archive: backup, restore."""

from pathlib import Path
from typing import Annotated

import typer

from service.cli.options import Data, Json, settings_of


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write.", metavar="FILE")],
    data: Data = None,
    json: Json = False,
) -> None:
    """Write a backup of the articles, answers and keys to one file.

    A server may run and add meanwhile. The file is not encrypted: docs/backup.md says how to.
    """
    from index.errors import BadValue
    from service.answers import to_json
    from service.storage.backup import backup as write_backup

    settings = settings_of(data)
    if settings.catalogue is not None:
        raise BadValue("the catalogue is on PostgreSQL: back it up with pg_dump, as docs/backup.md says")
    held = write_backup(settings.data, file)
    if json:
        typer.echo(to_json({"bytes": held}, indent=2))
        return
    typer.echo(f"backed up and proved whole: {', '.join(held)}; {sum(held.values()) / 1e6:.1f} MB unpacked")


def restore(
    file: Annotated[Path, typer.Argument(help="The backup.", metavar="FILE")],
    data: Data = None,
    json: Json = False,
) -> None:
    """Put a backup back into a folder that holds no archive.

    The indexes are made anew from the stored vectors. If it is interrupted, run it again.
    """
    from service.cli.terminal import show_held
    from service.storage.backup import restore as put_back

    settings = settings_of(data)
    put_back(file, settings.data)
    archive = settings.open_archive()
    archive.rebuild()
    show_held("restored", archive.summary(), json)
