"""A conversation in the terminal: questions, and the commands that begin with a slash."""

import asyncio
import uuid
from collections.abc import Callable
from dataclasses import replace

import typer
from rich.console import Console

from index.errors import DatelineError
from index.records import Filters
from service.answering import Desk, ask, final
from service.answers import Answer
from service.cli.options import filters_of
from service.cli.terminal import show_answer
from service.questions.plan import Question

_LIMITS = {"since", "until", "as_of", "outlet", "author", "language"}


class Chat:
    """Answers line after line; a mistake is told and the conversation goes on."""

    def __init__(self, desk: Desk, out: Console) -> None:
        self._desk = desk
        self._out = out
        self._conversation = uuid.uuid4().hex
        self._limits = Filters()
        self._last: Answer | None = None
        self._commands: dict[str, Callable[[str], None]] = {
            "/new": self._begin,
            "/limits": self._limit,
            "/sources": self._show_sources,
            "/help": self._help,
        }

    def take(self, line: str) -> bool:
        """Answers a line, or does what it commands; returns False when the conversation is over."""
        command, _, rest = line.partition(" ")
        if command == "/quit":
            return False
        try:
            if line.startswith("/"):
                self._commands.get(command, self._help)(rest.strip())
            else:
                self._ask(line)
        except (DatelineError, typer.BadParameter) as error:
            self._out.print(str(error), style="bold")
        return True

    def _ask(self, line: str) -> None:
        asked = Question(question=line, conversation_id=self._conversation, filters=self._limits)
        self._last = asyncio.run(final(ask(self._desk, asked)))
        show_answer(self._out, self._last, ask_for_all="/sources")

    def _begin(self, _: str) -> None:
        """Begin a new conversation."""
        self._conversation, self._last = uuid.uuid4().hex, None
        self._out.print("A new conversation.", style="dim")

    def _limit(self, words: str) -> None:
        """Limit what is searched: /limits since=2021-01-01 outlet=The Courier; alone, lift the limits."""
        given: dict[str, list[str]] = {}
        name = ""
        for word in words.split():
            head, equals, value = word.partition("=")
            name = head if equals else name
            if name not in _LIMITS:
                raise DatelineError(f"no limit {head!r}; there are: {', '.join(sorted(_LIMITS))}")
            kept = given.setdefault(name, [])
            if equals or not kept:
                kept.append(value if equals else word)
            else:
                kept[-1] += f" {word}"
        day = {name: given[name][-1] if name in given else None for name in ("since", "until", "as_of")}
        lists = (given.get(name) for name in ("outlet", "author", "language"))
        self._limits = filters_of(day["since"], day["until"], day["as_of"], *lists)
        self._out.print(f"Limits: {words or 'none'}", style="dim")

    def _show_sources(self, _: str) -> None:
        """Show every quote of the last answer."""
        if self._last is None:
            self._out.print("Nothing has been answered yet.", style="dim")
        else:
            show_answer(self._out, replace(self._last, short_answer=None), whole=True)

    def _help(self, _: str) -> None:
        """List these commands."""
        for name, command in (*self._commands.items(), ("/quit", self.take)):
            told = (command.__doc__ or "").splitlines()[0] if name != "/quit" else "End the conversation."
            self._out.print(f"{name:<10}{told}", style="dim")
