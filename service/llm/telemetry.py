"""A request to a language model as those who watch see it: a span, and a word to the observer.

Named after OpenTelemetry's semantic conventions for GenAI, which are still in development.
"""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from service import telemetry
from service.llm.failures import ProviderFailed
from service.telemetry import ModelCall, observer

OPERATION = "chat"

# The conventions' names of providers, where litellm has others.
PROVIDERS = {
    "azure": "azure.ai.openai",
    "azure_ai": "azure.ai.inference",
    "bedrock": "aws.bedrock",
    "gemini": "gcp.gemini",
    "mistral": "mistral_ai",
    "vertex_ai": "gcp.vertex_ai",
    "watsonx": "ibm.watsonx.ai",
    "xai": "x_ai",
}


class Tokens(Protocol):
    """Tokens that a request took."""

    @property
    def tokens_in(self) -> int: ...

    @property
    def tokens_out(self) -> int: ...


@contextmanager
def watched(model: str, used: Sequence[Tokens]) -> Iterator[Callable[[], None]]:
    """Tells of one request, from here to the end of the block. What it gives is called at every piece.

    `used` is what all requests took so far; what is added to it in the block is this one's.
    """
    provider, name = named(model)
    before, began, first = len(used), time.perf_counter(), None
    attributes = {
        "gen_ai.operation.name": OPERATION,
        "gen_ai.provider.name": provider,
        "gen_ai.request.model": name,
    }

    def come() -> None:
        nonlocal first
        first = time.perf_counter() - began if first is None else first

    error = None
    with telemetry.span(f"{OPERATION} {name}", attributes, "client") as noted:
        try:
            yield come
        except (Exception, asyncio.CancelledError) as failed:
            error = failed.kind.value if isinstance(failed, ProviderFailed) else type(failed).__name__
            noted["error.type"] = error
            raise
        finally:
            call = ModelCall(
                model=model,
                seconds=time.perf_counter() - began,
                first=first,
                tokens_in=sum(usage.tokens_in for usage in used[before:]),
                tokens_out=sum(usage.tokens_out for usage in used[before:]),
                error=error,
            )
            noted["gen_ai.usage.input_tokens"] = call.tokens_in
            noted["gen_ai.usage.output_tokens"] = call.tokens_out
            observer().called(call)


def named(model: str) -> tuple[str, str]:
    """The provider of a model that is named as litellm names it, and its name there."""
    provider, _, name = model.partition("/")
    return PROVIDERS.get(provider, provider), name
