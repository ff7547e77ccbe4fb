"""`dateline doctor`: what is set, whether it answers, what is missing."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from index.archive import Archive
from index.errors import DatelineError
from index.models.embedding import Embedder
from service.doctor import Check, examine
from service.llm.budget import Ledger
from service.pipeline import load_generating, load_provider
from service.settings import Settings, load_settings
from tests.conftest import ROOT, DraftMaker
from tests.providers import KEY, Reply, provider
from tests.providers import Provider as Server

MODEL = "openai/gpt-4o-mini"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with provider() as running:
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
        yield running


@pytest.fixture
def data(tmp_path: Path, load: Callable[[], Embedder], draft: DraftMaker) -> Path:
    """The folder of an archive of one article."""
    archive = Archive.create(tmp_path / "data", load)
    for _ in archive.add([draft("urn:1", "The bridge will cost 61 million crowns.")]):
        pass
    archive.close()
    return tmp_path / "data"


def checks(settings: Settings, *, offline: bool = False) -> dict[str, Check]:
    found = list(examine(settings, offline=offline))
    return {check.name: check for check in found}


def settings(data: Path, models: Path, **given: Any) -> Settings:
    return load_settings(data=data, models=models, **given)


def test_an_archive_with_the_embedded_answerer_needs_nothing_else(data: Path, models: Path) -> None:
    found = checks(settings(data, models))
    assert {name for name, check in found.items() if check.state == "ok"} >= {
        "archive",
        "embedder",
        "prompts",
        "answerer",
    }
    assert found["archive"].told == f"{data}: 1 articles, 1 passages"
    assert found["embedder"].told == "all-MiniLM-L6-v2, 384 dimensions"
    assert found["answerer"].told.startswith("quotes: ")


def test_without_an_archive_the_way_to_one_is_told(tmp_path: Path, models: Path) -> None:
    found = checks(settings(tmp_path / "none", models, answerer=MODEL), offline=True)
    assert found["archive"].state == "broken"
    assert "dateline add" in found["archive"].told
    assert not (tmp_path / "none").exists()


def test_a_model_is_asked_and_what_it_took_is_told(server: Server, data: Path, models: Path) -> None:
    server.replies(Reply(text="ready", usage=(12, 1)))
    found = checks(settings(data, models, answerer=MODEL, api_base=f"{server.address}/v1"))
    assert found["answerer"] == Check(
        name="answerer", state="ok", told=f"{MODEL} answers (12 tokens in, 1 out, $0.000002)"
    )
    assert found["budget"].told == "no daily budget is set"
    assert len(server.asked) == 1


def test_a_model_that_fails_is_told_with_what_it_said_but_no_key(
    server: Server, data: Path, models: Path
) -> None:
    server.replies(Reply(status=400, error=f"no such parameter; your key is {KEY}"))
    found = checks(settings(data, models, answerer=MODEL, api_base=f"{server.address}/v1"))
    assert found["answerer"].state == "broken"
    assert found["answerer"].told.startswith(
        f"the model {MODEL} does not accept the request (status 400); it"
    )
    assert "no such parameter" in found["answerer"].told
    assert KEY not in found["answerer"].told
    assert len(server.asked) == 1


def test_offline_no_model_is_asked_and_a_missing_key_is_named(
    server: Server, data: Path, models: Path
) -> None:
    given = {"answerer": MODEL, "fallback_models": ("anthropic/claude-sonnet-4-5",)}
    found = checks(settings(data, models, **given), offline=True)
    assert found["answerer"].told == f"{MODEL} is set, and was not asked"
    assert found["fallback"] == Check(
        name="fallback",
        state="broken",
        told="the model anthropic/claude-sonnet-4-5 needs ANTHROPIC_API_KEY to be set",
    )
    assert server.asked == []


def test_the_budget_is_told(server: Server, data: Path, models: Path) -> None:
    server.replies(Reply(text="ready", usage=(12, 1)))
    given = {"api_base": f"{server.address}/v1", "daily_budget": 0.5}
    Ledger(data / "spending.db").add(0.25, 1000)
    found = checks(settings(data, models, answerer=MODEL, **given))
    assert found["budget"] == Check(name="budget", state="ok", told="today $0.2500 and 1,013 tokens")
    unpriced = checks(settings(data, models, answerer="openai/own", **given))["budget"]
    assert unpriced.state == "warning"
    assert unpriced.told.endswith(
        "no price is known for openai/own, so only DATELINE_DAILY_TOKENS can limit it"
    )
    Ledger(data / "spending.db").add(0.25, 1)
    found = checks(settings(data, models, answerer=MODEL, **given))
    assert (found["answerer"].state, found["budget"].state) == ("broken", "broken")
    assert found["budget"].told.startswith("the budget of $0.5 a day is spent")


def test_a_prompt_that_is_wrong_is_told(data: Path, models: Path, tmp_path: Path) -> None:
    (tmp_path / "answer.md").write_text("Just answer.")
    found = checks(settings(data, models, prompts=tmp_path))
    assert found["prompts"].state == "broken"
    assert found["prompts"].told.startswith("prompt 'answer' is wrong: ")
    assert len(checks(settings(data, models, prompts=tmp_path, answerer=MODEL), offline=True)) == 7


def test_without_litellm_the_way_to_it_is_told(
    data: Path, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "litellm", None)
    found = checks(settings(data, models, answerer=MODEL), offline=True)
    assert found["answerer"].told.endswith("install it with: pip install litellm")


def run(data: Path, models: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    known = {"DATELINE_MODELS": str(models), "PYTHONPATH": str(ROOT), "COLUMNS": "100"}
    command = [sys.executable, "-m", "service.cli", "doctor", "--data", str(data), *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, env=os.environ | known | environment, cwd=data, check=False
    )


def test_the_command_ends_in_1_where_something_is_broken(tmp_path: Path, models: Path) -> None:
    done = run(tmp_path, models, "--offline")
    assert done.returncode == 1
    assert done.stdout.startswith("broken   archive   there is no archive in ")
    assert "\nok       answerer  quotes: " in done.stdout
    told = json.loads(run(tmp_path, models, "--offline", "--json").stdout)
    assert told["sound"] is False
    assert told["checks"][0]["name"] == "archive"


@pytest.mark.parametrize("answerer", ["gpt-4o", "quote", "openai/", ""])
def test_an_answerer_that_names_no_provider_is_refused(tmp_path: Path, answerer: str) -> None:
    with pytest.raises(DatelineError, match="a setting is wrong: answerer = "):
        load_settings(data=tmp_path, answerer=answerer)


def test_settings_make_the_answerer(tmp_path: Path) -> None:
    made = load_settings(
        data=tmp_path, answerer=MODEL, fallback_models=("ollama/llama3.2",), retries=5, stall_timeout=3
    )
    provider = load_provider(made)
    assert load_generating(made).name == MODEL
    assert provider.models == (MODEL, "ollama/llama3.2")
    assert (provider.patience.retries, provider.patience.between) == (5, 3)
    with pytest.raises(DatelineError, match="'quotes' is no language model"):
        load_provider(load_settings(data=tmp_path))


def test_answering_with_quotes_imports_no_litellm() -> None:
    code = (
        "import sys, service.settings, service.answerers.generative, service.answering, service.cli; "
        "sys.exit(any(name in sys.modules for name in ('litellm', 'openai', 'markdown_it')))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
