"""Check of the installation: what is set, what is there, what is missing, a line each."""

import asyncio
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Literal

from index.archive import CATALOGUE
from index.database.connections import Database
from index.errors import DatelineError
from index.models.embedding import CARD, DEFAULT_MODEL
from index.models.reader import ReadingModel
from index.plugins import plugin
from prompts.loading import PromptError, load_prompt, names
from service.llm.failures import ProviderFailed
from service.llm.providers import Provider, is_priced, missing_keys
from service.pipeline import load_provider
from service.settings import Settings

QUESTION = ({"role": "user", "content": "Reply with one word: ready"},)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at. `told` is a sentence, and names the way out where there is one."""

    name: str
    state: Literal["ok", "warning", "broken"]
    told: str


def examine(settings: Settings, *, offline: bool = False) -> Iterator[Check]:
    """Each check as it is done. Offline, no model is asked and none is fetched."""
    if settings.catalogue:
        yield _database(Database(settings.store(CATALOGUE), "the catalogue"))
    yield _archive(settings)
    yield _embedder(settings, offline)
    yield _reading_model()
    yield _prompts(settings)
    yield _slack(settings)
    if settings.answerer == "quotes":
        told = "quotes: answers with sentences of the archive, with no language model and no key"
        yield Check(name="answerer", state="ok", told=told)
        return
    if plugin("answerers", settings.answerer) is not None:
        yield Check(name="answerer", state="ok", told=f"{settings.answerer}: comes with another package")
        return
    yield from _models(settings, offline)
    yield _budget(settings)


def _database(database: Database) -> Check:
    try:
        with database.reading() as connection:
            doubts = database.doubts(connection)
    except DatelineError as error:
        return Check(name="database", state="broken", told=str(error))
    if doubts:
        return Check(name="database", state="warning", told=f"{database.named}: {'; '.join(doubts)}")
    return Check(name="database", state="ok", told=f"{database.named} answers")


def _archive(settings: Settings) -> Check:
    try:
        held = settings.open_archive().summary()
    except DatelineError as error:
        return Check(name="archive", state="broken", told=str(error))
    if not held.articles:
        told = f"{settings.data} holds no article yet; `dateline add` adds some"
        return Check(name="archive", state="warning", told=told)
    told = f"{settings.data}: {held.articles} articles, {held.passages} passages"
    return Check(name="archive", state="ok", told=told)


def _embedder(settings: Settings, offline: bool) -> Check:
    folder = settings.models or settings.data / "models"
    exported = (folder / settings.embedder.rstrip("/").replace("/", "--") / CARD).exists()
    if offline and not exported and settings.embedder != DEFAULT_MODEL:
        told = f"{settings.embedder} is prepared when it is first needed"
        return Check(name="embedder", state="warning", told=told)
    try:
        dimension = settings.load_embedder().dimension
    except DatelineError as error:
        return Check(name="embedder", state="broken", told=str(error))
    return Check(name="embedder", state="ok", told=f"{settings.embedder}, {dimension} dimensions")


def _reading_model() -> Check:
    model = ReadingModel()
    try:
        model.read("Is it ready?", ["It is ready."])
    except FileNotFoundError as error:
        told = f"{error.filename} is missing; install Dateline again"
        return Check(name="reader", state="broken", told=told)
    except DatelineError as error:
        return Check(name="reader", state="broken", told=str(error))
    return Check(name="reader", state="ok", told=model.id)


def _prompts(settings: Settings) -> Check:
    try:
        versions = ", ".join(f"{name} {load_prompt(name, settings.prompts).version}" for name in names())
    except PromptError as error:
        return Check(name="prompts", state="broken", told=str(error))
    return Check(name="prompts", state="ok", told=versions)


def _slack(settings: Settings) -> Check:
    """Tells whether Slack is set; whether it works, Slack alone can say."""
    ways = {"over HTTP": settings.slack_signing_secret, "by `dateline slack`": settings.slack_app_token}
    listening = " and ".join(way for way, token in ways.items() if token is not None)
    if settings.slack_bot_token is None and not listening:
        return Check(name="slack", state="ok", told="not set")
    if settings.slack_bot_token is None:
        return Check(name="slack", state="broken", told="DATELINE_SLACK_BOT_TOKEN is not set")
    if not listening:
        told = "neither DATELINE_SLACK_SIGNING_SECRET nor DATELINE_SLACK_APP_TOKEN is set"
        return Check(name="slack", state="warning", told=told)
    told = f"set, to listen {listening}; `dateline slack check` asks Slack"
    return Check(name="slack", state="ok", told=told)


def _models(settings: Settings, offline: bool) -> Iterator[Check]:
    """The answerer, then the models that stand in for it."""
    provider = load_provider(settings)
    if not settings.data.is_dir():
        provider = replace(provider, ledger=None)  # the archive's folder is not ours to make
    for name, model in zip(
        ("answerer", *("fallback",) * len(provider.models)), provider.models, strict=False
    ):
        yield _model(name, provider.only(model), offline)


def _model(name: str, provider: Provider, offline: bool) -> Check:
    model = provider.models[0]
    try:
        missing = () if provider.api_base else missing_keys(model)
        if offline and missing:
            told = f"the model {model} needs {' and '.join(missing)} to be set"
            return Check(name=name, state="broken", told=told)
        if offline:
            return Check(name=name, state="ok", told=f"{model} is set, and was not asked")
        return Check(name=name, state="ok", told=asyncio.run(_asked(provider)))
    except ProviderFailed as failure:
        said = f"; it said: {failure.detail}" if failure.detail else ""
        return Check(name=name, state="broken", told=f"{failure}{said}")
    except DatelineError as error:
        return Check(name=name, state="broken", told=str(error))


async def _asked(provider: Provider) -> str:
    """Tells what a tiny request took. Raises DatelineError where it fails."""
    completion = provider.completion(QUESTION)
    async with aclosing(completion.pieces()) as pieces:
        async for _ in pieces:
            continue
    used = completion.usage[-1]
    cost = "no known price" if used.usd is None else f"${used.usd:.6f}"
    return f"{used.model} answers ({used.tokens_in} tokens in, {used.tokens_out} out, {cost})"


def _budget(settings: Settings) -> Check:
    provider = load_provider(settings)
    if provider.ledger is None or (settings.daily_budget is None and settings.daily_tokens is None):
        return Check(name="budget", state="ok", told="no daily budget is set")
    try:
        spent = provider.ledger.today()
        provider.ledger.check()
        unpriced = [model for model in provider.models if not is_priced(model)]
    except DatelineError as error:
        return Check(name="budget", state="broken", told=str(error))
    told = f"today ${spent.usd:.4f} and {spent.tokens:,} tokens"
    if unpriced and settings.daily_budget is not None:
        told += f"; no price is known for {', '.join(unpriced)}, so only DATELINE_DAILY_TOKENS can limit it"
        return Check(name="budget", state="warning", told=told)
    return Check(name="budget", state="ok", told=told)
