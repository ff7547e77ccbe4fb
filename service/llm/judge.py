"""A language model as the judge of whether a text supports a claim."""

import asyncio
import secrets
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path
from string import punctuation

from index.errors import DatelineError
from index.models.entailment import Entailed
from prompts.loading import Prompt, PromptError, load_prompt
from service.llm.providers import Provider
from service.verification.judge import Pair

_VERDICTS = {"supported": 1.0, "not supported": 0.0}


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
        supports = _VERDICTS.get(last.strip(f"{punctuation} ").casefold())
        if supports is None:
            raise DatelineError(f"{self._provider.models[0]} was asked for a verdict and gave none")
        return Entailed(supports, 0.0, 1 - supports)
