"""Keys: create, list, revoke."""

from typing import Annotated

import typer

from service.cli.options import Data, Json, settings_of

MINUTE = "%Y-%m-%d %H:%M UTC"


def create_key(
    name: Annotated[str, typer.Option(help="Whose key it is, or what for.", metavar="NAME")],
    role: Annotated[
        str,
        typer.Option(
            help="ask: ask and search; edit: also add and delete articles; admin: everything.",
            metavar="ask|edit|admin",
        ),
    ],
    data: Data = None,
    json: Json = False,
) -> None:
    """Make a key; from the first one on, the server asks for one. It is shown this once."""
    from dataclasses import asdict

    from service.answers import to_json
    from service.storage.audit import Audit, command_line

    settings = settings_of(data)
    key, secret = settings.open_keys().create(name, role)
    Audit(settings.data).note(command_line(), "create key", key=key.id, role=key.role, name=key.name)
    if json:
        typer.echo(to_json(asdict(key) | {"key": secret}, indent=2))
    else:
        typer.echo(secret)
        typer.echo(f"Keep it: it cannot be shown again. Its id is {key.id}.", err=True)


def list_keys(data: Data = None, json: Json = False) -> None:
    """List the keys: what each may do, when it was last used, and which are revoked."""
    from service.answers import to_json

    keys = settings_of(data).open_keys().all()
    if json:
        typer.echo(to_json(keys, indent=2))
        return
    for key in keys:
        used = f"last used {key.last_used:{MINUTE}}" if key.last_used else "never used"
        state = f"revoked {key.revoked:{MINUTE}}" if key.revoked else used
        typer.echo(f"{key.id}  {key.role:<5}  made {key.created:{MINUTE}}, {state}  {key.name}")


def revoke_key(
    id: Annotated[str, typer.Argument(help="The id of the key, as `keys list` shows it.", metavar="ID")],
    data: Data = None,
    json: Json = False,
) -> None:
    """Revoke a key at once, with the sessions on the page that it opened."""
    from service.answers import to_json
    from service.storage.audit import Audit, command_line

    settings = settings_of(data)
    keys = settings.open_keys()
    key = keys.revoke(id)
    Audit(settings.data).note(command_line(), "revoke key", key=key.id, role=key.role, name=key.name)
    if json:
        typer.echo(to_json(key, indent=2))
        return
    typer.echo(f"revoked {key.id}  {key.name}")
    if not keys.any():
        typer.echo(
            "No key is left: a running server lets nobody in; started again, it answers this machine.",
            err=True,
        )
