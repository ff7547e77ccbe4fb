"""The command line: `dateline --help` lists it."""

import sys
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from index.errors import DatelineError

app = typer.Typer(
    help="Answers questions from an archive of news articles, and proves every sentence it says.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
articles_app = typer.Typer(help="Look at the articles of the archive, or remove one.", no_args_is_help=True)
app.add_typer(articles_app, name="articles")

Data = Annotated[
    Path | None,
    typer.Option(
        "--data", help="The folder of the archive [default: .dateline, or DATELINE_DATA].", metavar="DIR"
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, as the HTTP API sends it.")]
Since = Annotated[
    str | None, typer.Option(help="Only what was published on that day or later.", metavar="DAY")
]
Until = Annotated[
    str | None, typer.Option(help="Only what was published on that day or earlier.", metavar="DAY")
]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", help="As a reader of that day would have been answered.", metavar="DAY"),
]
Outlet = Annotated[
    list[str] | None, typer.Option(help="Only this outlet; may be given more than once.", metavar="NAME")
]
Author = Annotated[
    list[str] | None, typer.Option(help="Only what they wrote; may be given more than once.", metavar="NAME")
]
Language = Annotated[
    list[str] | None, typer.Option(help="Only this language (en, ar, …); may be repeated.", metavar="CODE")
]
AnswererName = Annotated[
    str | None, typer.Option(help="Who answers: quotes, or a model as provider/name.", metavar="NAME")
]
Conversation = Annotated[
    str | None, typer.Option(help="The id of the conversation that the question goes on.", metavar="ID")
]


def main() -> None:
    """Runs the command line; a mistake is told in one line, without a traceback."""
    if not _is_built_in(sys.argv[1:2]):
        _add_plugins()
    try:
        app()
    except DatelineError as error:
        print(f"dateline: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # The reader of our output has gone, as `head` does; flushing at exit would complain again.
        sys.stdout = None
        sys.exit(141)


@app.callback(invoke_without_command=True)
def version(
    show: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> None:
    """Answers questions from an archive of news articles, and proves every sentence it says."""
    if show:
        from importlib.metadata import version as version_of

        typer.echo(f"dateline {version_of('dateline')}")
        raise typer.Exit


@app.command()
def add(
    sources: Annotated[
        list[str],
        typer.Argument(
            help="Files, folders and addresses: .txt, .md, .html, .pdf, .json, .jsonl, .zip, .warc; feeds; "
            "files of addresses.",
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
    data: Data = None,
    json: Json = False,
) -> None:
    """Read articles from files, folders and addresses.

    Addresses are fetched, with every address that a file lists and every page that a feed names.
    What is there already is left alone, and an article that changed becomes a new version.
    """
    from index.readers.fields import parse_mapped
    from index.readers.web import Fetcher
    from service.adding import Sources, Tally, add_sources, show_tally
    from service.watching import parse_interval, watch

    chosen = Sources(tuple(sources), tuple(mapped or ()), entries)
    parse_mapped(chosen.mapped)  # before an archive is made
    seconds = None if every is None else parse_interval(every)
    archive = _settings(data).create_archive()
    following = chosen.following(archive, Fetcher(archive.visits))
    if seconds is not None:
        watch(archive, following, chosen, seconds, json)
        return
    tally = Tally()
    try:
        add_sources(archive, following, chosen, tally)
    finally:
        # However the run ended, the reader learns what is safely in.
        show_tally(tally, json)


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="The question, in quotation marks.", metavar="QUESTION")],
    since: Since = None,
    until: Until = None,
    as_of: AsOf = None,
    outlet: Outlet = None,
    author: Author = None,
    language: Language = None,
    answerer: AnswererName = None,
    conversation: Conversation = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """Answer a question with quotes and their full references."""
    from service.answers import Question

    filters = _filters(since, until, as_of, outlet, author, language)
    asked = Question(question=question, conversation_id=conversation, filters=filters)
    _answer(_settings(data, answerer=answerer), asked, json)


@app.command()
def timeline(
    question: Annotated[str, typer.Argument(help="What happened, in quotation marks.", metavar="QUESTION")],
    since: Since = None,
    until: Until = None,
    as_of: AsOf = None,
    outlet: Outlet = None,
    author: Author = None,
    language: Language = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """Tell a course of events, dated and sourced, the earliest first."""
    from index.records import Order
    from service.answers import Question

    filters = _filters(since, until, as_of, outlet, author, language)
    _answer(_settings(data), Question(question=question, filters=filters, order=Order.TIMELINE), json)


@app.command()
def chat(answerer: AnswererName = None, data: Data = None) -> None:
    """Ask one question after another; each is understood in its conversation."""
    import asyncio
    import uuid

    from service.answering import ask as answer_question
    from service.answering import final
    from service.answers import Question
    from service.desk import open_desk
    from service.terminal import console, questions, show_answer

    desk = open_desk(_settings(data, answerer=answerer))
    conversation = uuid.uuid4().hex
    for question in questions():
        asked = Question(question=question, conversation_id=conversation)
        show_answer(console(), asyncio.run(final(answer_question(desk, asked))))


@app.command()
def search(
    words: Annotated[str, typer.Argument(help="What to look for, in quotation marks.", metavar="WORDS")],
    limit: Annotated[int, typer.Option(help="How many passages.", min=1, max=100)] = 10,
    since: Since = None,
    until: Until = None,
    as_of: AsOf = None,
    outlet: Outlet = None,
    author: Author = None,
    language: Language = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """Find passages by meaning and by words."""
    from index.records import Query
    from service.listings import found, to_json
    from service.terminal import console, show_found

    filters = _filters(since, until, as_of, outlet, author, language)
    query = Query(text=words, filters=filters, limit=limit)
    results = [found(hit) for hit in _settings(data).open_archive().search(query)]
    typer.echo(to_json(results, indent=2)) if json else show_found(console(), results)


@app.command()
def check(data: Data = None, json: Json = False) -> None:
    """Prove that every text, passage and vector is sound."""
    from service.listings import to_json

    archive = _settings(data).open_archive()
    faults = archive.check()
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


@app.command()
def rebuild(
    embed: Annotated[
        bool,
        typer.Option("--embed", help="Cut and embed every article again, with the embedder that is set."),
    ] = False,
    data: Data = None,
) -> None:
    """Make the indexes anew, without embedding again."""
    from index.archive import Archive
    from service.terminal import counting

    settings = _settings(data)
    if embed:
        with counting("embedding again") as count:
            Archive.embed_again(settings.data, settings.load_embedder, progress=count)
    else:
        settings.open_archive().rebuild()
    held = settings.open_archive().summary()
    typer.echo(f"rebuilt: {held.articles} articles, {held.passages} passages")


@app.command()
def doctor(
    offline: Annotated[
        bool, typer.Option("--offline", help="Ask no language model, and fetch nothing.")
    ] = False,
    data: Data = None,
    json: Json = False,
) -> None:
    """Say whether all that is set works, and what is missing."""
    from service.doctor import examine
    from service.listings import to_json

    checks = list(examine(_settings(data), offline=offline))
    sound = all(check.state != "broken" for check in checks)
    if json:
        typer.echo(to_json({"sound": sound, "checks": checks}, indent=2))
    else:
        typer.echo("\n".join(f"{check.state:<9}{check.name:<10}{check.told}" for check in checks))
    raise typer.Exit(0 if sound else 1)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on [default: 127.0.0.1].")] = None,
    port: Annotated[
        int | None, typer.Option(help="Port to listen on [default: 8000].", min=0, max=65535)
    ] = None,
    data: Data = None,
) -> None:
    """Serve the page and the HTTP API."""
    from service.http.server import run

    run(_settings(data, host=host, port=port))


@articles_app.command("list")
def list_articles(
    outlet: Outlet = None,
    author: Author = None,
    since: Since = None,
    until: Until = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """List the articles of the archive, in the order they were added."""
    from service.listings import listed, to_json
    from service.terminal import console, show_list

    filters = _filters(since, until, None, outlet, author, None)
    articles = [listed(article) for article in _settings(data).open_archive().articles(filters=filters)]
    typer.echo(to_json(articles, indent=2)) if json else show_list(console(), articles)


@articles_app.command("show")
def show_article(
    article: Annotated[int, typer.Argument(help="The id of the article.", metavar="ID")],
    version: Annotated[int | None, typer.Option(help="An older version, by number.", min=1)] = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """Show an article: its metadata with their origins, its text with its zones."""
    from service import terminal
    from service.listings import shown, to_json

    archive = _settings(data).open_archive()
    if json:
        typer.echo(to_json(shown(archive, article, version), indent=2))
    else:
        chosen = archive.article(article, version)
        terminal.show_article(terminal.console(), chosen, archive.copies(chosen))


@articles_app.command("history")
def show_history(
    article: Annotated[int, typer.Argument(help="The id of the article.", metavar="ID")],
    data: Data = None,
    json: Json = False,
) -> None:
    """Show what each version of an article changed."""
    from service.listings import changes, to_json
    from service.terminal import console, show_changes

    found = changes(_settings(data).open_archive(), article)
    typer.echo(to_json(found, indent=2)) if json else show_changes(console(), found)


@articles_app.command("remove")
def remove_articles(
    articles: Annotated[list[int], typer.Argument(help="The ids of the articles.", metavar="ID...")],
    data: Data = None,
) -> None:
    """Remove articles with all their versions.

    Answers that cited them can no longer be proved.
    """
    archive = _settings(data).open_archive()
    for article in articles:
        archive.remove(article)
        typer.echo(f"removed article {article}")


def _is_built_in(words: list[str]) -> bool:
    """Whether the command is one of these: then nothing need be looked for elsewhere."""
    groups = {group.name for group in app.registered_groups}
    commands = {command.callback.__name__ for command in app.registered_commands if command.callback}
    return bool(words) and words[0] in groups | commands


def _add_plugins() -> None:
    """Adds the commands that other packages, and `eval`, register under dateline.commands."""
    from importlib.metadata import entry_points

    for command in entry_points(group="dateline.commands"):
        app.add_typer(command.load(), name=command.name)


def _settings(data: Path | None, **given: Any) -> Any:
    from service.settings import load_settings

    return load_settings(data=data, **given)


def _answer(settings: Any, question: Any, json: bool) -> None:
    import asyncio

    from service.answering import ask as answer_question
    from service.answering import final
    from service.desk import open_desk
    from service.listings import to_json
    from service.terminal import console, show_answer

    answer = asyncio.run(final(answer_question(open_desk(settings), question)))
    typer.echo(to_json(answer, indent=2)) if json else show_answer(console(), answer)


def _filters(
    since: str | None,
    until: str | None,
    as_of: str | None,
    outlets: list[str] | None,
    authors: list[str] | None,
    languages: list[str] | None,
) -> Any:
    from index.records import Filters

    return Filters(
        since=_day("--since", since),
        until=_day("--until", until),
        as_of=_day("--as-of", as_of),
        outlets=tuple(outlets or ()),
        authors=tuple(authors or ()),
        languages=tuple(languages or ()),
    )


def _day(option: str, text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(
            f"{text!r} is not a day; write it as 2021-06-30", param_hint=option
        ) from error


if __name__ == "__main__":
    main()
