"""The real litellm against a provider that misbehaves, in two wire formats; and what it all costs."""

import asyncio
import logging
import sqlite3
import time
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from index.database.connections import Address
from index.errors import DatelineError
from service.llm.budget import Ledger, OverBudget
from service.llm.failures import Kind, ProviderFailed, redacted
from service.llm.providers import Completion, Patience, Provider, Usage
from tests.providers import KEY, OVERFLOW, Reply, openai_event, provider
from tests.providers import Provider as Server

OPENAI = "openai/gpt-4o-mini"
ANTHROPIC = "anthropic/claude-sonnet-4-5"
BOTH = pytest.mark.parametrize("model", [OPENAI, ANTHROPIC], ids=["openai", "anthropic"])
PATIENCE = Patience(total=20, first=10, between=10, retries=1, pause=0.02)
SHORT = replace(PATIENCE, first=0.3, between=0.3)
ASKED = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "What does it cost?"}]


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with provider() as server, pytest.MonkeyPatch.context() as environment:
        environment.setenv("OPENAI_API_KEY", KEY)
        server.replies(Reply(text="Yes."))
        # The first request imports for seconds, which no deadline of a test should see.
        patient = replace(PATIENCE, total=300, first=300)
        text_of(asking(OPENAI, patience=patient, api_base=f"{server.address}/v1"))
        yield server


@pytest.fixture
def server(running: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_API_BASE", f"{running.address}/v1")
    monkeypatch.setenv("ANTHROPIC_API_BASE", running.address)
    return running


def asking(*models: str, patience: Patience = PATIENCE, **known: Any) -> Completion:
    return Provider(models=models, patience=patience, **known).completion(ASKED)


def text_of(completion: Completion) -> str:
    async def read() -> str:
        async with aclosing(completion.pieces()) as pieces:
            return "".join([piece async for piece in pieces])

    return asyncio.run(read())


CALL = {"index": 0, "id": "c", "type": "function", "function": {"name": "search", "arguments": "{}"}}


def failure_of(completion: Completion) -> ProviderFailed:
    with pytest.raises(ProviderFailed) as failed:
        text_of(completion)
    assert failed.value.__cause__ is None
    assert failed.value.__context__ is None or failed.value.__suppress_context__
    return failed.value


@BOTH
def test_a_completion_streams_and_tells_what_it_took(server: Server, model: str) -> None:
    server.replies(Reply(text="It costs 61 million crowns.", usage=(120, 34)))
    completion = asking(model, most_tokens=77)
    assert text_of(completion) == "It costs 61 million crowns."
    assert completion.finish == "stop"
    per_million = (0.15, 0.60) if model == OPENAI else (3.0, 15.0)
    usd = (120 * per_million[0] + 34 * per_million[1]) / 1e6
    (usage,) = completion.usage
    assert usage.usd == pytest.approx(usd)
    assert replace(usage, usd=None) == Usage(
        model=model, tokens_in=120, tokens_out=34, usd=None, estimated=False
    )
    (asked,) = server.asked
    assert (asked.body["model"], asked.body["max_tokens"], asked.body["stream"]) == (
        model.split("/")[1],
        77,
        True,
    )
    assert "Be brief." in asked.prompt
    assert "What does it cost?" in asked.prompt


def test_a_usage_that_was_not_reported_is_counted_and_says_so(server: Server) -> None:
    server.replies(Reply(text="It costs 61 million crowns.", usage=None))
    completion = asking(OPENAI)
    text_of(completion)
    (usage,) = completion.usage
    assert usage.estimated
    assert usage.tokens_out == 8  # It| costs| |61| million| crow|ns|.
    assert 10 < usage.tokens_in < 30


def test_a_model_without_a_price_costs_an_unknown_sum(server: Server) -> None:
    server.replies(Reply(text="Yes."))
    completion = asking("openai/my-own-model")
    text_of(completion)
    assert completion.usage[0].usd is None
    assert completion.usage[0].tokens_in == 120


@BOTH
@pytest.mark.parametrize("status", [429, 500, 503, 529])
def test_a_passing_fault_is_tried_again(server: Server, model: str, status: int) -> None:
    server.replies(Reply(status=status, error="later"), Reply(text="Yes."))
    completion = asking(model)
    assert text_of(completion) == "Yes."
    assert len(server.asked) == 2
    assert completion.passed_over == []


@BOTH
def test_retry_after_is_waited_for(server: Server, model: str) -> None:
    server.replies(Reply(status=429, error="slow", headers={"Retry-After": "0.4"}), Reply(text="Yes."))
    begun = time.monotonic()
    assert text_of(asking(model)) == "Yes."
    assert time.monotonic() - begun >= 0.4


@pytest.mark.parametrize(
    "header", ["3600", format_datetime(datetime(2100, 1, 1, tzinfo=UTC), usegmt=True)], ids=["s", "date"]
)
def test_a_wait_that_is_too_long_is_not_waited_for(server: Server, header: str) -> None:
    server.replies(Reply(status=429, error="slow", headers={"Retry-After": header}))
    failure = failure_of(asking(OPENAI))
    assert str(failure) == f"the model {OPENAI} takes no more requests at the moment (status 429)"
    assert len(server.asked) == 1


@BOTH
@pytest.mark.parametrize(
    ("reply", "kind", "told", "requests"),
    [
        (Reply(status=429, error="x"), Kind.LIMITED, "takes no more requests at the moment (status 429)", 2),
        (Reply(status=500, error="x"), Kind.BROKEN, "failed (status 500)", 2),
        (Reply(status=401, error="x"), Kind.KEY, "does not accept the key (status 401)", 1),
        (Reply(status=403, error="x"), Kind.KEY, "does not accept the key (status 403)", 1),
        (Reply(status=402, error="x"), Kind.KEY, "has no credit left (status 402)", 1),
        (Reply(status=404, error="x"), Kind.REQUEST, "is not known to its provider (status 404)", 1),
        (Reply(status=400, error="x"), Kind.REQUEST, "does not accept the request (status 400)", 1),
        (Reply(status=400, error=OVERFLOW), Kind.OVERFLOW, "cannot read that much at once", 1),
        (Reply(text=""), Kind.BROKEN, "sent an empty answer", 2),
        (Reply(raw=b"<html>Bad gateway</html>"), Kind.BROKEN, "sent an empty answer", 2),
        (Reply(text="Yes", pause=0.6), Kind.SLOW, "sent nothing for 0.3 s", 2),
    ],
    ids=["429", "500", "401", "403", "402", "404", "400", "overflow", "empty", "html", "slow"],
)
def test_each_failure_is_told_in_a_sentence(
    server: Server, model: str, reply: Reply, kind: Kind, told: str, requests: int
) -> None:
    server.replies(reply)
    failure = failure_of(asking(model, patience=SHORT if kind is Kind.SLOW else PATIENCE))
    assert str(failure) == f"the model {model} {told}"
    assert failure.kind is kind
    assert len(server.asked) == requests


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"data: {not json\n\n", "failed (status 500)"),
        (openai_event(choices=[]) + b"data: [DONE]\n\n", "sent an empty answer"),
        (openai_event(choices=[{"index": 0, "delta": {"content": None}}]), "sent an empty answer"),
        (b'data: {"error": {"message": "broken", "code": 500}}\n\n', "failed (status 500)"),
    ],
    ids=["wrong json", "no choices", "null", "error event"],
)
def test_garbage_is_not_an_answer(server: Server, raw: bytes, told: str) -> None:
    server.replies(Reply(raw=raw))
    assert str(failure_of(asking(OPENAI))) == f"the model {OPENAI} {told}"
    assert len(server.asked) == 2


@BOTH
def test_a_refusal_of_the_provider_is_told(server: Server, model: str) -> None:
    server.replies(Reply(text="I", finish="content_filter" if model == OPENAI else "refusal"))
    failure = failure_of(asking(model))
    assert (str(failure), failure.kind) == (f"the model {model} refused to answer", Kind.REFUSED)


@pytest.mark.parametrize(
    ("delta", "finish", "told"),
    [
        ({"tool_calls": [CALL]}, "tool_calls", "asked for a tool, and has none"),
        (
            {"reasoning_content": "Well, "},
            "length",
            "thought until it reached its limit of tokens, and wrote nothing",
        ),
    ],
    ids=["tool", "thoughts"],
)
def test_what_a_provider_sends_in_place_of_text_is_told_apart(
    server: Server, delta: dict[str, Any], finish: str, told: str
) -> None:
    choices = [
        {"index": 0, "delta": part, "finish_reason": end} for part, end in ((delta, None), ({}, finish))
    ]
    server.replies(Reply(raw=b"".join(openai_event(choices=[one]) for one in choices) + b"data: [DONE]\n\n"))
    failure = failure_of(asking(OPENAI))
    assert (str(failure), failure.kind) == (f"the model {OPENAI} {told}", Kind.REFUSED)
    assert len(server.asked) == 1


def seen_before(completion: Completion) -> tuple[str, ProviderFailed]:
    """What came before a failure, and the failure."""
    seen = []

    async def read() -> None:
        async with aclosing(completion.pieces()) as pieces:
            async for piece in pieces:
                seen.append(piece)

    with pytest.raises(ProviderFailed) as failed:
        asyncio.run(read())
    return "".join(seen), failed.value


@BOTH
def test_a_stall_ends_after_the_pause_that_is_allowed_and_is_not_tried_again(
    server: Server, model: str
) -> None:
    server.replies(Reply(text="It costs 61 million.", size=5, stall_after=2))
    begun = time.monotonic()
    completion = asking(model, patience=replace(PATIENCE, between=0.3))
    seen, failure = seen_before(completion)
    assert seen == "It costs 6"
    assert str(failure) == f"the model {model} sent nothing for 0.3 s"
    assert 0.3 <= time.monotonic() - begun < 2
    assert len(server.asked) == 1
    assert completion.usage[0].tokens_out > 0


def test_half_a_character_breaks_a_stream(server: Server) -> None:
    server.replies(Reply(raw=openai_event("It costs") + b'data: {"id": "\xf0\x9f\n\n'))
    seen, failure = seen_before(asking(OPENAI))
    assert seen == "It costs"
    assert str(failure) == f"the model {OPENAI} failed (status 500)"


def test_a_drip_that_never_stalls_ends_at_the_total(server: Server) -> None:
    server.replies(Reply(text="drip " * 100, size=1, drip=0.05))
    begun = time.monotonic()
    seen, failure = seen_before(asking(OPENAI, patience=replace(PATIENCE, total=0.5)))
    assert seen
    assert str(failure) == f"the model {OPENAI} took longer than 0.5 s for its answer"
    assert time.monotonic() - begun < 1.5


def test_nobody_at_the_address_is_told(server: Server) -> None:
    failure = failure_of(asking(OPENAI, api_base="http://127.0.0.1:9/v1"))
    assert str(failure) == f"the model {OPENAI} cannot be reached"


@BOTH
def test_without_a_key_its_variable_is_named(
    server: Server, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"{model.split('/')[0].upper()}_API_KEY"
    monkeypatch.delenv(name)
    assert str(failure_of(asking(model))) == f"the model {model} needs {name} to be set"


def test_a_server_of_ones_own_needs_no_key(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    server.replies(Reply(text="Yes."))
    assert text_of(asking("openai/own", api_base=f"{server.address}/v1")) == "Yes."


def test_models_are_asked_in_order(server: Server) -> None:
    server.replies(Reply(status=401, error="x"), Reply(text=""), Reply(text=""), Reply(text="Yes."))
    completion = asking(OPENAI, ANTHROPIC, "openai/gpt-4o")
    assert text_of(completion) == "Yes."
    assert [asked.body["model"] for asked in server.asked] == [
        "gpt-4o-mini",
        "claude-sonnet-4-5",
        "claude-sonnet-4-5",
        "gpt-4o",
    ]
    assert completion.model == "openai/gpt-4o"
    assert completion.passed_over == [
        f"the model {OPENAI} does not accept the key (status 401)",
        f"the model {ANTHROPIC} sent an empty answer",
    ]


def test_an_address_of_ones_own_is_that_of_the_first_models_provider_only(server: Server) -> None:
    server.replies(Reply(status=400, error="x"), Reply(text="Yes."))
    assert text_of(asking(OPENAI, ANTHROPIC, api_base=f"{server.address}/elsewhere")) == "Yes."
    assert [asked.path for asked in server.asked] == ["/elsewhere/chat/completions", "/v1/messages"]


@BOTH
def test_a_key_that_the_provider_repeats_is_nowhere(
    server: Server, model: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    for status in (400, 401, 429, 500):
        server.replies(Reply(status=status, error=f"Incorrect API key provided: {KEY}. See sk-test-***MNOP."))
        failure = failure_of(asking(model))
        assert KEY not in f"{failure} {failure.detail} {failure!r}"
        assert "sk-test" not in failure.detail
    assert server.asked
    printed = capfd.readouterr()
    told = caplog.text + printed.out + printed.err
    assert KEY not in told
    assert "sk-test" not in told
    assert "What does it cost?" not in told


def test_what_looks_like_a_key_is_redacted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_API_KEY", "plain-words-as-a-key")
    told = "bad\n plain-words-as-a-key, Bearer abcdef123456, api_key=xyz98765, sk-ab***yz for gpt-4o"
    assert redacted(told) == "bad (key), (key), (key), (key) for gpt-4o"
    assert len(redacted("x " * 500)) == 200


def at(hour: int, day: int = 20) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=UTC)


def test_the_budget_of_a_day_is_kept_and_there_is_a_new_one_tomorrow(database_address: Address) -> None:
    ledger = Ledger(database_address, daily_usd=0.5, now=lambda: at(23))
    ledger.check()
    ledger.add(0.3, 100)
    ledger.add(None, 50)
    ledger.check()
    ledger.add(0.25, 10)
    spent = ledger.today()
    assert spent.usd == pytest.approx(0.55)
    assert spent.tokens == 160
    with pytest.raises(OverBudget) as over:
        ledger.check()
    assert str(over.value) == (
        "the budget of $0.5 a day is spent; there is a new one from 2026-11-21 00:00 UTC on"
    )
    replace(ledger, now=lambda: at(0, 21)).check()
    with pytest.raises(OverBudget, match=r"^the budget of 160 tokens a day is spent"):
        replace(ledger, daily_usd=None, daily_tokens=160).check()


def test_the_account_is_one_for_all_who_write_it(database_address: Address) -> None:
    ledgers = [Ledger(database_address, now=lambda: at(12)) for _ in range(4)]

    async def spend() -> None:
        await asyncio.gather(
            *(asyncio.to_thread(ledger.add, 0.01, 1) for ledger in ledgers for _ in range(10))
        )

    asyncio.run(spend())
    spent = ledgers[0].today()
    assert spent.usd == pytest.approx(0.4)
    assert spent.tokens == 40


def test_an_account_that_is_damaged_is_told(tmp_path: Path) -> None:
    (tmp_path / "spending.db").write_bytes(b"not a database, but long enough to be taken for one" * 40)
    with pytest.raises(DatelineError, match=r"spending\.db is damaged \(file is not a database\); delete it"):
        Ledger(tmp_path / "spending.db", daily_usd=1).check()
    with pytest.raises(DatelineError, match=r"spending\.db cannot be used: unable to open"):
        Ledger(tmp_path / "none" / "spending.db").add(0.1, 1)


@BOTH
def test_every_request_is_counted_and_none_is_made_over_the_budget(
    server: Server, model: str, tmp_path: Path
) -> None:
    ledger = Ledger(tmp_path / "spending.db", daily_tokens=200)
    server.replies(Reply(text="Yes.", usage=(120, 34)))
    text_of(asking(model, ledger=ledger))
    assert ledger.today().tokens == 154
    server.replies(Reply(text="It costs 61 million.", size=5, stall_after=2))
    seen_before(asking(model, ledger=ledger, patience=replace(PATIENCE, between=0.1)))
    spent = ledger.today().tokens
    assert spent > 154
    replace(ledger, daily_tokens=None).add(None, 100)
    with pytest.raises(OverBudget):
        text_of(asking(model, ledger=ledger))
    assert len(server.asked) == 1
    with sqlite3.connect(tmp_path / "spending.db") as account:
        assert account.execute("SELECT count(*) FROM spending").fetchone() == (1,)
    account.close()


def test_a_reader_who_leaves_hangs_up(server: Server, tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "spending.db")
    server.replies(Reply(text="It costs 61 million.", size=5, stall_after=2))

    async def leave() -> None:
        async with aclosing(asking(OPENAI, ledger=ledger).pieces()) as pieces:
            async for _ in pieces:
                break

    begun = time.monotonic()
    asyncio.run(leave())
    assert time.monotonic() - begun < 1
    assert ledger.today().tokens > 0
