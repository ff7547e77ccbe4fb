"""The archive on other engines, and in newer forms: migrate, upgrade."""

from typing import Annotated

import typer

from service.cli.options import Data, Json, settings_of


def migrate(
    to: Annotated[
        str | None,
        typer.Option(
            help="The database [default: DATELINE_CATALOGUE].",
            metavar="postgresql+psycopg://USER@HOST/NAME",
            show_default=False,
        ),
    ] = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """Copy the archive, conversations and keys to an empty PostgreSQL database.

    Nothing is embedded again, and the files stay as they are. Stop the server before.
    """
    from index.errors import BadValue
    from service.answers import to_json
    from service.cli.terminal import counting
    from service.storage.migrate import move

    settings = settings_of(data, catalogue=to)
    if settings.catalogue is None:
        raise BadValue("say where to: --to postgresql+psycopg://user@host/name, or set DATELINE_CATALOGUE")
    with counting("copying", "thousand rows") as count:
        moved = move(settings.data, settings.catalogue.get_secret_value(), count)
    faults = settings.open_archive().check()
    if json:
        typer.echo(to_json({"sound": not faults, "faults": faults, "rows": moved}, indent=2))
    elif faults:
        typer.echo("\n".join(faults))
    else:
        typer.echo(
            f"moved and found sound: {moved['article']} articles, {moved['passage']} passages; set "
            "DATELINE_CATALOGUE to the database and start Dateline again"
        )
    raise typer.Exit(1 if faults else 0)


def upgrade(data: Data = None, json: Json = False) -> None:
    """Bring the databases of an older Dateline to the form of this one.

    Make a copy of them before: an older Dateline cannot read them afterwards.
    """
    from index.database.connections import Database
    from index.errors import NotFound
    from index.migrations import upgrade as bring_up
    from service.answers import to_json
    from service.storage.stores import STORES

    settings = settings_of(data)
    found: list[dict[str, object]] = []
    for store in STORES:
        database = Database(settings.store(store.file), store.holds)
        if database.exists() and (before := bring_up(database, store.tables, store.history)):
            after = store.tables.info["revision"]
            change = "as it was" if before == after else f"was {before}"
            found.append({"holds": store.holds, "format": after, "was": before})
            if not json:
                typer.echo(f"{store.holds}: format {after}, {change}")
    if (settings.data / "indexes").exists():
        archive = settings.open_archive()
        archive.rebuild()
        archive.close()
        if not json:
            typer.echo("the indexes: written anew")
    if not found:
        raise NotFound(f"there is no archive in {settings.data}; make one with: dateline add PATH…")
    if json:
        typer.echo(to_json({"databases": found}, indent=2))
