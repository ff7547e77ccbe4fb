"""Observers of how questions are answered: a front sets one, and what answers tells it.

It travels with the context of a request, so that what answers need not be handed it; where a front sets
none, nobody watches.
"""

from contextvars import ContextVar
from dataclasses import dataclass
from typing import Protocol

from service.answers import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCall:
    """One request to a language model. Times are seconds; `first` is None where no piece came.

    `error` names what went wrong in a word, and is None where nothing did.
    """

    model: str  # as `provider/name`
    seconds: float
    first: float | None
    tokens_in: int
    tokens_out: int
    error: str | None


class Observer(Protocol):
    """Is told of every question as it goes."""

    def asked(self, question: str) -> None:
        """A question is being answered."""

    def answered(self, answer: Answer, dropped: int) -> None:
        """It was, and so many sentences were left out because they could not be proved."""

    def called(self, call: ModelCall) -> None:
        """A language model was asked, whatever it said."""


class Nobody:
    """Watches nothing."""

    def asked(self, question: str) -> None: ...

    def answered(self, answer: Answer, dropped: int) -> None: ...

    def called(self, call: ModelCall) -> None: ...


_observer: ContextVar[Observer] = ContextVar("observer", default=Nobody())  # noqa: B039, it holds nothing


def observer() -> Observer:
    """Observer of this context."""
    return _observer.get()


def observe(by: Observer) -> None:
    """Has everything that is done in this context from now on told to that observer."""
    _observer.set(by)
