"""The command line: `dateline --help` lists it."""

import gc
import sys
from collections.abc import Callable
from typing import Annotated

import typer

from index.errors import BadValue, DatelineError
from service.cli import archive, articles, ask, backup, demo, keys, migrate, slack

app = typer.Typer(
    help="Answers questions from an archive of news articles, and proves every sentence it says.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
articles_app = typer.Typer(help="Look at the articles of the archive, or remove one.", no_args_is_help=True)
app.add_typer(articles_app, name="articles")
slack_app = typer.Typer(help="Answer in Slack over Socket Mode, until Ctrl+C.")
app.add_typer(slack_app, name="slack")
keys_app = typer.Typer(help="Say who may ask, edit and administer.", no_args_is_help=True)
app.add_typer(keys_app, name="keys")


_ANSWER_ONCE = (["ask"], ["timeline"], ["search"])


def main() -> None:
    """Runs the command line; a mistake is told in one line, without a traceback."""
    if sys.argv[1:2] in _ANSWER_ONCE:
        gc.disable()  # the process ends before its garbage matters, and looking for it takes a twentieth
    if not _is_built_in(sys.argv[1:2]):
        _add_plugins()
    try:
        app()
    except SystemExit:
        raise
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # The reader of our output has gone, as `head` does; flushing at exit would complain again.
        sys.stdout = None
        sys.exit(141)
    except BaseException as error:  # a library in Rust that panics raises what is no Exception
        if _is_starved(error):
            _tell(
                "there is not enough memory for this, or there are too few threads, of the machine or of the "
                "limits that `ulimit -v` and `ulimit -u` show; what was added before is safe: allow more, or "
                "take fewer --workers and DATELINE_THREADS"
            )
            sys.exit(1)
        if not isinstance(error, DatelineError):
            raise
        _tell(str(error))
        sys.exit(2 if isinstance(error, BadValue) else 1)


def _tell(told: str) -> None:
    from index.extraction.normalisation import without_controls

    print(f"dateline: {without_controls(told)}", file=sys.stderr)  # noqa: T201


_STARVED = (  # in the words of Python, C++, the loader, the system and Rust
    "bad_alloc",
    "cannot allocate memory",
    "failed to map segment",
    "can't start new thread",
    "resource temporarily unavailable",
    "failed to spawn",
)


def _is_starved(error: BaseException | None) -> bool:
    """Tells whether an error, or its cause, is a want of memory or of threads."""
    while error is not None:
        told = str(error).casefold()
        if isinstance(error, MemoryError) or any(words in told for words in _STARVED):
            return True
        error = error.__cause__ or error.__context__
    return False


@app.callback(invoke_without_command=True)
def version(
    show: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> None:
    """Answers questions from an archive of news articles, and proves every sentence it says."""
    if show:
        from importlib.metadata import version as version_of

        typer.echo(f"dateline {version_of('dateline')}")
        raise typer.Exit


def _is_built_in(words: list[str]) -> bool:
    """Tells whether the command is one of these: then nothing need be looked for elsewhere."""
    groups = {group.name for group in app.registered_groups}
    commands = {command.callback.__name__ for command in app.registered_commands if command.callback}
    return bool(words) and words[0] in groups | commands


def _add_plugins() -> None:
    """Adds the commands that other packages, and `eval`, register under dateline.commands."""
    from importlib.metadata import entry_points

    for command in entry_points(group="dateline.commands"):
        app.add_typer(command.load(), name=command.name)


_COMMANDS: tuple[Callable[..., None], ...] = (  # in the order of the help
    archive.add,
    ask.ask,
    ask.chat,
    ask.timeline,
    ask.search,
    archive.check,
    archive.rebuild,
    backup.backup,
    backup.restore,
    archive.doctor,
    archive.serve,
    demo.demo,
    migrate.migrate,
    migrate.upgrade,
)
for _command in _COMMANDS:
    app.command()(_command)
slack_app.callback(invoke_without_command=True)(slack.answer)
slack_app.command("check")(slack.check)
slack_app.command("manifest")(slack.print_manifest)
articles_app.command("list")(articles.list_articles)
articles_app.command("show")(articles.show_article)
articles_app.command("history")(articles.show_history)
articles_app.command("remove")(articles.remove_articles)
keys_app.command("create")(keys.create_key)
keys_app.command("list")(keys.list_keys)
keys_app.command("revoke")(keys.revoke_key)
