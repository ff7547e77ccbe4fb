"""Judges of whether a text entails a statement: the packaged model, or a stronger one of the user's."""

import asyncio
import re
import secrets
from collections.abc import Sequence
from contextlib import aclosing
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from index.errors import BadValue, DatelineError, NotFound
from index.models.entailment import Entailed
from prompts.loading import Prompt, PromptError, load_prompt
from service.llm.providers import Provider

_VERDICT = re.compile(r"^\W*(not supported|supported)\W*$", re.IGNORECASE)

Pair = tuple[str, str]
"""A premise and a claim."""


class Judge(Protocol):
    """Tells what premises make of claims."""

    @property
    def threshold(self) -> float:
        """The probability of support from which a claim is taken for proved."""
        ...

    def judge(self, pairs: Sequence[Pair]) -> Sequence[Entailed]:
        """Judges each claim by its premise."""
        ...


class CrossEncoderJudge:
    """A cross-encoder of sentence-transformers: one score, or classes of which one is entailment."""

    threshold = 0.5

    def __init__(self, name: str) -> None:
        """`name` is that of the hub or a path; the model is loaded when it is first asked."""
        self._name = name

    def judge(self, pairs: Sequence[Pair]) -> Sequence[Entailed]:
        """Judges each pair. Raises NotFound where there is no such model."""
        if not pairs:
            return []
        scores: Any = _cross_encoder(self._name).predict(
            list(pairs), apply_softmax=True, show_progress_bar=False
        )
        return [self._entailed(score) for score in scores]

    def _entailed(self, score: Any) -> Entailed:
        if not score.ndim:
            return Entailed(float(score), 0.0, 1 - float(score))
        supports, contradicts = self._class("entail"), self._class("contradict")
        if supports is None:
            labels = ", ".join(_cross_encoder(self._name).config.id2label.values())
            raise BadValue(f"{self._name!r} has the classes {labels}, and none of them is entailment")
        yes = float(score[supports])
        no = 0.0 if contradicts is None else float(score[contradicts])
        return Entailed(yes, no, max(1 - yes - no, 0.0))

    def _class(self, name: str) -> int | None:
        labels = _cross_encoder(self._name).config.id2label
        return next(
            (int(place) for place, label in labels.items() if label.casefold().startswith(name)), None
        )


class LanguageModelJudge:
    """A language model that is asked about each pair."""

    threshold = 0.5

    def __init__(self, provider: Provider, prompts: Path | None = None) -> None:
        """`prompts` is a folder of the user's own. Raises DatelineError where the prompt cannot be used."""
        self._provider = provider
        try:
            self._prompt: Prompt = load_prompt("support", prompts)
        except PromptError as error:
            raise DatelineError(str(error)) from error

    def judge(self, pairs: Sequence[Pair]) -> Sequence[Entailed]:
        """Support of 1 or 0. Raises DatelineError where the model gives no verdict."""
        return asyncio.run(self._verdicts(pairs))

    async def _verdicts(self, pairs: Sequence[Pair]) -> list[Entailed]:
        return [await self._verdict(*pair) for pair in pairs]

    async def _verdict(self, premise: str, claim: str) -> Entailed:
        marker = secrets.token_hex(3)
        lines = "\n".join(f"{marker} {line}" for line in premise.splitlines())
        messages = self._prompt.messages(marker=marker, claim=" ".join(claim.split()), evidence=lines)
        async with aclosing(self._provider.completion(messages).pieces()) as pieces:
            written = "".join([piece async for piece in pieces])
        last = written.strip().splitlines()[-1] if written.strip() else ""
        verdict = _VERDICT.match(last)
        if verdict is None:
            raise DatelineError(f"{self._provider.models[0]} was asked for a verdict and gave none")
        supports = float(verdict[1].casefold() == "supported")
        return Entailed(supports, 0.0, 1 - supports)


@cache
def _cross_encoder(name: str) -> Any:
    from sentence_transformers import CrossEncoder

    try:
        return CrossEncoder(name, device="cpu", trust_remote_code=False)
    except (OSError, ValueError) as error:
        raise NotFound(f"no cross-encoder {name!r} on this disk or on the hub: {error}") from error
