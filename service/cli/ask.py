"""Questions: ask, timeline, chat, search."""

from typing import Annotated, Any

import typer

from index.extraction.language import load_identifier
from index.preload import preload
from service.cli.options import (
    AnswererName,
    AsOf,
    Author,
    Conversation,
    Data,
    Json,
    Language,
    Outlet,
    Since,
    Until,
    filters_of,
    settings_of,
)


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
    whole: Annotated[bool, typer.Option("--all", help="Show every quote, not the first few alone.")] = False,
    data: Data = None,
    json: Json = False,
) -> None:
    """Answer a question with quotes and their full references."""
    from service.questions.plan import Question

    preload(load_identifier)
    filters = filters_of(since, until, as_of, outlet, author, language)
    asked = Question(question=question, conversation_id=conversation, filters=filters)
    _answered(settings_of(data, answerer=answerer), asked, json, whole=whole)


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
    from service.questions.plan import Question

    preload(load_identifier)
    filters = filters_of(since, until, as_of, outlet, author, language)
    _answered(settings_of(data), Question(question=question, filters=filters, order=Order.TIMELINE), json)


def chat(answerer: AnswererName = None, data: Data = None) -> None:
    """Ask questions in turn, each understood in its conversation; /help lists what else can be typed."""
    from service.cli.chat import Chat
    from service.cli.terminal import console, questions
    from service.pipeline import open_desk

    talk = Chat(open_desk(settings_of(data, answerer=answerer)), console())
    for line in questions():
        if not talk.take(line):
            return


def search(
    words: Annotated[str, typer.Argument(help="What to look for, in quotation marks.", metavar="WORDS")],
    limit: Annotated[int, typer.Option(help="How many passages.", min=1, max=100)] = 10,
    rerank: Annotated[
        bool, typer.Option("--rerank", help="Put first what the reading model takes for an answer.")
    ] = False,
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
    from index.models.reader import ReadingModel
    from index.records import Query

    preload(load_identifier)
    filters = filters_of(since, until, as_of, outlet, author, language)
    query = Query(text=words, filters=filters, limit=limit)
    settings = settings_of(data)
    archive, reader = settings.open_archive(), ReadingModel(threads=settings.threads)
    preload(lambda: archive.embedder, *([reader.load] if rerank else []))
    from service.answers import to_json
    from service.cli.terminal import console, show_found
    from service.serializers import found

    results = [found(hit) for hit in archive.search(query, reader.relevance if rerank else None)]
    typer.echo(to_json(results, indent=2)) if json else show_found(console(), results)


def _answered(settings: Any, question: Any, json: bool, *, whole: bool = True) -> None:
    """Shows an answer; the process exits with 1 where the archive does not answer.

    Raises BadValue for a question without a word.
    """
    import asyncio

    from index.errors import BadValue
    from index.models.entailment import EntailmentModel
    from index.models.reader import ReadingModel

    if not question.question.strip():
        raise BadValue('the question is empty: ask, say, dateline ask "Who is the mayor?"')
    archive = settings.open_archive()
    reader, judge = ReadingModel(threads=settings.threads), EntailmentModel(threads=settings.threads)
    # They open while this thread imports the rest.
    preload(lambda: archive.embedder, reader.load, judge.load)
    from service.answering import ask as answer_question
    from service.answering import final
    from service.answers import to_json
    from service.cli.terminal import console, show_answer
    from service.pipeline import open_desk

    desk = open_desk(settings, archive, reader=reader, judge=judge)
    answer = asyncio.run(final(answer_question(desk, question)))
    typer.echo(to_json(answer, indent=2)) if json else show_answer(console(), answer, whole=whole)
    if answer.status != "answered":
        raise typer.Exit(1)
