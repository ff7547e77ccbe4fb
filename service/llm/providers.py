"""Language models through litellm: a completion as a stream, with our own deadlines and retries.

The one place that imports litellm, and only when a model is asked: the import takes seconds. Three of
its ways are worked around, as measured with 1.106: `stream_timeout` has no effect on `acompletion`,
so every wait here has its own deadline; a stream that was cut ends as if it were whole, so callers
look for their own sentinel; its fallbacks hide what failed, so models are tried here, in order.

What fails is told by `service.llm.failures`.
"""

import asyncio
import logging
import os
import random
import sys
import time
import warnings
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field, replace
from importlib import import_module
from threading import Lock
from typing import Any

from index.errors import DatelineError
from service.llm.budget import Ledger
from service.llm.failures import Kind, ProviderFailed, failure_of
from service.llm.telemetry import watched

Message = Mapping[str, str]

_IMPORTING = Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Patience with a model: seconds to wait, and how often to ask again.

    `total` runs from the question to the last word, all attempts included; `first` to the first
    piece of an attempt; `between` from one piece to the next. The pause before an attempt doubles
    from `pause` on, unless the provider names one.
    """

    total: float = 90.0
    first: float = 30.0
    between: float = 15.0
    retries: int = 2
    pause: float = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens and price of one answer of a model. `usd` is None where litellm knows no price for the model.

    `estimated` says that the provider reported nothing and tokens were counted here.
    """

    model: str
    tokens_in: int
    tokens_out: int
    usd: float | None
    estimated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """Models to ask, the first before the others, each named as litellm does ("openai/gpt-4o-mini").

    `api_base` is the address of the first one's provider, where it is not the usual one.
    """

    models: tuple[str, ...]
    ledger: Ledger | None = None
    api_base: str | None = None
    most_tokens: int = 2000  # of an answer
    patience: Patience = field(default_factory=Patience)

    def completion(
        self, messages: Sequence[Message], schema: Mapping[str, Any] | None = None
    ) -> "Completion":
        """One answer to these messages, not yet asked for, as JSON of the schema where one is given."""
        return Completion(self, messages, schema)

    @property
    def takes_schemas(self) -> bool:
        """Tells whether all of the models can be sent a schema; a server may still refuse it."""
        litellm = load_litellm()
        taken = [litellm.get_supported_openai_params(model=model) or () for model in self.models]
        return all("response_format" in names for names in taken)

    def tokens(self, text: str) -> int:
        """Counts the tokens of the text for the first model: exact for OpenAI's, near for others."""
        return int(load_litellm().token_counter(model=self.models[0], text=text))

    def context(self) -> int | None:
        """The tokens that the first model reads at most; None where litellm does not know."""
        return _known(self.models[0]).get("max_input_tokens")

    def request(self, model: str, schema: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Parameters of every request to the model, besides its messages."""
        request: dict[str, Any] = {
            "model": model,
            "stream": True,
            "stream_options": {"include_usage": True},
            "temperature": 0,
            "max_tokens": self.most_tokens,
            "timeout": self.patience.total,
            "max_retries": 0,
            "num_retries": 0,
        }
        if schema is not None:
            named = {"name": "answer", "schema": dict(schema), "strict": True}
            request["response_format"] = {"type": "json_schema", "json_schema": named}
        if base := self._base_of(model):
            request["api_base"] = base
            if missing_keys(model):
                request["api_key"] = "none"  # servers of one's own seldom ask for one
        return request

    def only(self, model: str) -> "Provider":
        """The same with that one of its models, which is asked once."""
        patience = replace(self.patience, retries=0)
        return replace(self, models=(model,), api_base=self._base_of(model), patience=patience)

    def _base_of(self, model: str) -> str | None:
        return self.api_base if model.split("/")[0] == self.models[0].split("/")[0] else None


class Completion:
    """One answer of a model while it comes. After `pieces`, `usage` and `finish` tell how it went.

    `passed_over` holds a sentence for each model that failed before another answered; `text` is what came
    so far.
    """

    def __init__(
        self, provider: Provider, messages: Sequence[Message], schema: Mapping[str, Any] | None = None
    ) -> None:
        self.model = provider.models[0]
        self.text = ""
        self.finish: str | None = None
        self.usage: list[Usage] = []
        self.passed_over: list[str] = []
        self._provider = provider
        self._messages = [dict(message) for message in messages]
        self._schema = schema
        self._until = 0.0
        self._begun = False
        self._thought = False

    @property
    def ended(self) -> bool:
        """Tells whether the provider ended it: its usage comes last, which a stream that was cut lacks."""
        return self.finish == "stop" and bool(self.usage) and not self.usage[-1].estimated

    async def pieces(self) -> AsyncGenerator[str]:
        """The text as it comes. Raises ProviderFailed, OverBudget.

        An attempt that fails before its first piece is made again, then with the next model; one
        that fails later is not, for its text is already on its way. A request with a schema that is not
        accepted is the caller's to make without one.
        """
        patience = self._provider.patience
        await asyncio.to_thread(load_litellm)  # its import is no fault of a model's
        self._until = time.monotonic() + patience.total
        for model in self._provider.models:
            self.model = model
            for attempt in range(patience.retries + 1):
                if self._provider.ledger:
                    await asyncio.to_thread(self._provider.ledger.check)
                try:
                    with watched(model, self.usage) as come:
                        async with aclosing(self._attempt(model)) as pieces:
                            async for piece in pieces:
                                come()
                                self._begun = True
                                yield piece
                    return
                except ProviderFailed as failed:
                    failure = failed
                refused = failure.kind is Kind.REQUEST and self._schema is not None
                if self._begun or failure.kind is Kind.OVERFLOW or refused or self._left() <= 0:
                    raise failure
                if attempt == patience.retries or not await self._paused(failure, attempt):
                    break
            if model != self._provider.models[-1]:
                self.passed_over.append(str(failure))
        raise failure

    async def _attempt(self, model: str) -> AsyncGenerator[str]:
        """One request, counted into the ledger however it ends."""
        litellm = load_litellm()
        stream: Any = None
        sent = False
        self.text = ""
        patience = self._provider.patience
        self.finish, self._thought = None, False
        try:
            async with self._deadline(model, patience.first):
                request = self._provider.request(model, self._schema)
                sent = True
                stream = await litellm.acompletion(messages=self._messages, **request)
                piece = await self._next(stream)
            while piece is not None:
                self.text += piece
                if piece:
                    yield piece
                async with self._deadline(model, patience.between):
                    piece = await self._next(stream)
            self._check_end(model)
        except ProviderFailed:
            raise
        except Exception as error:  # noqa: BLE001, for litellm raises whatever its providers do
            sent = stream is not None  # what was refused costs nothing; what was hung up on may
            raise failure_of(litellm, model, error) from None
        finally:
            if stream is not None:
                await _close(stream)
            if sent:
                await asyncio.to_thread(self._count, litellm, model, stream)

    async def _next(self, stream: Any) -> str | None:
        """The next piece, empty for a sign of life without text; None at the end."""
        async for chunk in stream:
            if not chunk.choices:
                continue
            choice = chunk.choices[0]
            self.finish = choice.finish_reason or self.finish
            self._thought |= bool(getattr(choice.delta, "reasoning_content", None))
            return str(choice.delta.content or "")
        return None

    def _check_end(self, model: str) -> None:
        is_empty = not self.text.strip()
        if self.finish == "content_filter":
            raise ProviderFailed(f"the model {model} refused to answer", Kind.REFUSED)
        if is_empty and self.finish == "tool_calls":
            raise ProviderFailed(f"the model {model} asked for a tool, and has none", Kind.REFUSED)
        if is_empty and self._thought and self.finish == "length":
            told = f"the model {model} thought until it reached its limit of tokens, and wrote nothing"
            raise ProviderFailed(told, Kind.REFUSED)
        if is_empty:
            raise ProviderFailed(f"the model {model} sent an empty answer", Kind.BROKEN)

    def _deadline(self, model: str, seconds: float) -> "_Deadline":
        left = self._left()
        whole = left <= seconds
        told = (
            f"the model {model} took longer than {self._provider.patience.total:g} s for its answer"
            if whole
            else f"the model {model} sent nothing for {seconds:g} s"
        )
        return _Deadline(max(left if whole else seconds, 0.0), told)

    def _left(self) -> float:
        return self._until - time.monotonic()

    async def _paused(self, failure: ProviderFailed, attempt: int) -> bool:
        """Waits before another attempt; False where one is not worth it, or there is no time for it."""
        if failure.kind not in (Kind.LIMITED, Kind.BROKEN, Kind.SLOW):
            return False
        pause = failure.wait
        if pause is None:
            # Those who failed together shall not come back together.
            pause = self._provider.patience.pause * 2**attempt * random.uniform(0.5, 1.0)  # noqa: S311
        if pause >= self._left():
            return False
        await asyncio.sleep(pause)
        return True

    def _count(self, litellm: Any, model: str, stream: Any) -> None:
        usage = _usage(litellm, model, stream, self._messages, self.text)
        self.usage.append(usage)
        if self._provider.ledger:
            self._provider.ledger.add(usage.usd, usage.tokens_in + usage.tokens_out)


class _Deadline:
    """`asyncio.timeout` whose passing is a ProviderFailed."""

    def __init__(self, seconds: float, told: str) -> None:
        self._timeout = asyncio.timeout(seconds)
        self._told = told

    async def __aenter__(self) -> None:
        await self._timeout.__aenter__()

    async def __aexit__(self, *raised: Any) -> None:
        try:
            await self._timeout.__aexit__(*raised)
        except TimeoutError:
            raise ProviderFailed(self._told, Kind.SLOW) from None


def load_litellm() -> Any:
    """litellm, quiet: no request of its own, no telemetry, nothing of what is sent in any log.

    Raises DatelineError where it is not installed.
    """
    # Without it, litellm fetches a price list from the network when it is imported.
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    try:
        litellm = _imported()
    except ImportError as error:
        raise DatelineError(
            "a language model needs litellm, which is not installed; install it with: pip install litellm"
        ) from error
    # It imports more when it is first asked, and pydantic warns of its types then and while it streams.
    warnings.filterwarnings("ignore", message=".*`ReadOnly` qualifier")
    warnings.filterwarnings("ignore", message="Accessing the 'model_.*' attribute on the instance")
    litellm.telemetry = False
    litellm.turn_off_message_logging = True
    litellm.suppress_debug_info = True
    litellm.drop_params = True  # some models take no temperature
    litellm.disable_aiohttp_transport = True  # its sessions outlive the loop that they were made in
    for name in ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    for name in ("httpx", "openai"):  # they log addresses, which hold the key for some providers
        logging.getLogger(name).setLevel(logging.WARNING)
    return litellm


def _imported() -> Any:
    # Two questions may be the first: neither may be given a module that is half imported.
    with _IMPORTING:
        if module := sys.modules.get("litellm"):
            return module
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its imports warn of what they will change
            return import_module("litellm")


def missing_keys(model: str) -> tuple[str, ...]:
    """The environment variables that the model's provider needs and that are not set."""
    return tuple(load_litellm().validate_environment(model=model)["missing_keys"])


def is_priced(model: str) -> bool:
    """Tells whether litellm knows what the model costs."""
    return "input_cost_per_token" in _known(model)


def _known(model: str) -> dict[str, Any]:
    """Looks the model up in litellm's table."""
    litellm = load_litellm()
    try:
        return dict(litellm.get_model_info(model))
    except litellm.exceptions.ModelNotMappedError:
        return {}


def _usage(litellm: Any, model: str, stream: Any, messages: list[dict[str, str]], text: str) -> Usage:
    """The usage that the provider reported, else one that is counted here."""
    # litellm invents a usage at the end of its stream; what came over the wire is in the chunks.
    reported = [usage for chunk in getattr(stream, "chunks", ()) if (usage := getattr(chunk, "usage", None))]
    if reported:
        tokens_in = max(usage.prompt_tokens or 0 for usage in reported)
        tokens_out = max(usage.completion_tokens or 0 for usage in reported)
    else:
        tokens_in = litellm.token_counter(model=model, messages=messages)
        tokens_out = litellm.token_counter(model=model, text=text)
    return Usage(
        model=model,
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        usd=_price(litellm, model, tokens_in, tokens_out),
        estimated=not reported,
    )


def _price(litellm: Any, model: str, tokens_in: int, tokens_out: int) -> float | None:
    if not is_priced(model):
        return None
    costs = litellm.cost_per_token(model=model, prompt_tokens=tokens_in, completion_tokens=tokens_out)
    return float(sum(costs))


async def _close(stream: Any) -> None:
    with suppress(Exception):  # what fails in hanging up can change nothing any more
        await stream.aclose()
