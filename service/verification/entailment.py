"""Who judges whether cited text supports a sentence: the packaged judge, or a stronger one of the user's.

What it judges has already passed every rule of `service.verification.verify`.
"""

import asyncio
import re
import secrets
from collections.abc import Sequence
from contextlib import aclosing
from functools import cache
from pathlib import Path
from typing import Any

from index.errors import BadValue, DatelineError, NotFound
from index.models.entailment import EntailmentModel
from prompts.loading import Prompt, PromptError, load_prompt
from service.llm.providers import Provider
from service.verification.verify import coverage

_VERDICT = re.compile(r"^\W*(not supported|supported)\W*$", re.IGNORECASE)


class PackagedSupport:
    """The packaged judge's probability and the share of the claim's words in the evidence, averaged.

    On claims that neither has seen the two together judge better than either (docs/verification.md).
    """

    def __init__(self, judge: EntailmentModel) -> None:
        self._judge = judge

    def __call__(self, claims: Sequence[str], evidence: Sequence[str]) -> Sequence[float]:
        """Support from 0 to 1 for each pair."""
        judged = self._judge.judge(list(zip(evidence, claims, strict=True)))
        return [
            (one.supports + coverage(claim, text)) / 2
            for one, claim, text in zip(judged, claims, evidence, strict=True)
        ]


class CrossEncoderSupport:
    """A cross-encoder of sentence-transformers: one score, or classes of which one is entailment."""

    def __init__(self, name: str) -> None:
        """`name` is that of the hub or a path; the model is loaded when it is first asked."""
        self._name = name

    def __call__(self, claims: Sequence[str], evidence: Sequence[str]) -> Sequence[float]:
        """The probability of support for each pair. Raises NotFound where there is no such model."""
        scores: Any = _cross_encoder(self._name).predict(
            list(zip(evidence, claims, strict=True)), apply_softmax=True, show_progress_bar=False
        )
        return [float(score[self._entailment] if score.ndim else score) for score in scores]

    @property
    def _entailment(self) -> int:
        labels = _cross_encoder(self._name).config.id2label
        found = [int(place) for place, label in labels.items() if label.casefold().startswith("entail")]
        if not found:
            raise BadValue(
                f"{self._name!r} has the classes {', '.join(labels.values())}, and none of them is entailment"
            )
        return found[0]


class JudgeSupport:
    """A language model that is asked about each pair."""

    def __init__(self, provider: Provider, prompts: Path | None = None) -> None:
        """`prompts` is a folder of the user's own. Raises DatelineError where the prompt cannot be used."""
        self._provider = provider
        try:
            self._prompt: Prompt = load_prompt("support", prompts)
        except PromptError as error:
            raise DatelineError(str(error)) from error

    def __call__(self, claims: Sequence[str], evidence: Sequence[str]) -> Sequence[float]:
        """1 for what is supported, else 0. Raises DatelineError where the model gives no verdict."""
        return asyncio.run(self._verdicts(claims, evidence))

    async def _verdicts(self, claims: Sequence[str], evidence: Sequence[str]) -> list[float]:
        return [await self._verdict(*pair) for pair in zip(claims, evidence, strict=True)]

    async def _verdict(self, claim: str, evidence: str) -> float:
        marker = secrets.token_hex(3)
        lines = "\n".join(f"{marker} {line}" for line in evidence.splitlines())
        messages = self._prompt.messages(marker=marker, claim=" ".join(claim.split()), evidence=lines)
        async with aclosing(self._provider.completion(messages).pieces()) as pieces:
            written = "".join([piece async for piece in pieces])
        last = written.strip().splitlines()[-1] if written.strip() else ""
        verdict = _VERDICT.match(last)
        if verdict is None:
            raise DatelineError(f"{self._provider.models[0]} was asked for a verdict and gave none")
        return float(verdict[1].casefold() == "supported")


@cache
def _cross_encoder(name: str) -> Any:
    from sentence_transformers import CrossEncoder

    try:
        return CrossEncoder(name, device="cpu", trust_remote_code=False)
    except (OSError, ValueError) as error:
        raise NotFound(f"no cross-encoder {name!r} on this disk or on the hub: {error}") from error
