"""/metrics, scraped as Prometheus does, after questions of every kind."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from index.archive import Archive
from index.backends.local.generations import Generations
from index.backends.local.snapshots import Snapshot
from index.errors import IndexUnavailable
from index.models.embedding import Embedder
from service.answers import Answer, Searched
from service.http.app import create_app
from service.http.metrics import Metrics
from service.questions.plan import Plan
from service.settings import load_settings
from service.telemetry import ModelCall
from tests.providers import Reply, provider

FLOOD = "How many families were evacuated in the flood?"
NOTHING = "Who won the world chess championship?"


@pytest.fixture(scope="module")
def scraped(sample: Path, models: Path) -> Iterator[TestClient]:
    """An application that was asked, once by quotes and once by a model whose sentence is not proved."""
    with provider() as model:
        model.replies(Reply(text="Aliens took 900 families [1.1].\n", usage=(120, 34)))
        settings = load_settings(
            data=sample, models=models, answerer="openai/small", api_base=model.address, fallback="none"
        )
        with TestClient(create_app(settings), base_url="http://localhost") as client:
            client.post("/v1/ask", json={"question": FLOOD, "answerer": "quotes"})
            client.post("/v1/ask", json={"question": NOTHING, "answerer": "quotes"})
            client.post("/v1/ask", json={"question": FLOOD})
            client.get("/v1/articles/1")
            client.get("/v1/articles/2")
            client.get("/nothing/at/all")
            client.get("/static/app.js")
            client.request("BREW", "/v1/ask")
            yield client


def value(client: TestClient, name: str, **labels: str) -> float:
    families = text_string_to_metric_families(client.get("/metrics").text)
    found = [
        sample.value
        for family in families
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    ]
    assert len(found) == 1, f"{name} {labels} stands there {len(found)} times"
    return found[0]


@pytest.mark.parametrize(
    ("method", "route", "status", "count"),
    [
        ("POST", "/v1/ask", "200", 3),
        ("GET", "/v1/articles/{article_id}", "200", 2),
        ("GET", "none", "404", 1),
        ("GET", "/static", "200", 1),
        ("_OTHER", "/v1/ask", "405", 1),
    ],
)
def test_requests_are_counted_by_route(
    scraped: TestClient, method: str, route: str, status: str, count: int
) -> None:
    name = "dateline_http_requests_total"
    assert value(scraped, name, method=method, route=route, status=status) == count


def test_answers_are_counted_by_what_became_of_them(scraped: TestClient) -> None:
    name = "dateline_answers_total"
    assert value(scraped, name, status="answered", answerer="quotes") == 1
    assert value(scraped, name, status="not_in_archive", answerer="quotes") == 1
    # What is not proved gives way to the quote it cites, and is not dropped.
    assert value(scraped, "dateline_dropped_sentences_total") == 0
    for stage in ("plan", "search", "read", "answer"):
        assert value(scraped, "dateline_stage_duration_seconds_count", stage=stage) == 3
    assert value(scraped, "dateline_questions_running") == 0
    assert value(scraped, "dateline_questions_waiting") == 0
    assert value(scraped, "dateline_questions_refused_total") == 0


def test_what_a_model_took_goes_by_the_names_of_opentelemetry(scraped: TestClient) -> None:
    labels = {
        "gen_ai_operation_name": "chat",
        "gen_ai_provider_name": "openai",
        "gen_ai_request_model": "small",
    }
    usage = "gen_ai_client_token_usage"
    assert value(scraped, f"{usage}_sum", gen_ai_token_type="input", **labels) == 120
    assert value(scraped, f"{usage}_sum", gen_ai_token_type="output", **labels) == 34
    assert value(scraped, f"{usage}_bucket", gen_ai_token_type="output", le="16.0", **labels) == 0
    assert value(scraped, f"{usage}_bucket", gen_ai_token_type="output", le="64.0", **labels) == 1
    assert value(scraped, "gen_ai_client_operation_duration_seconds_count", error_type="", **labels) == 1
    assert value(scraped, "gen_ai_client_operation_time_to_first_chunk_seconds_count", **labels) == 1


def test_the_archive_and_what_runs_are_told(scraped: TestClient) -> None:
    assert value(scraped, "dateline_index_articles") == 34
    assert value(scraped, "dateline_index_passages") > 34
    assert 0 < value(scraped, "dateline_index_age_seconds") < 3600
    assert value(scraped, "dateline_build_info") == 1
    assert value(scraped, "process_resident_memory_bytes") > 1e7


def test_it_is_what_prometheus_and_openmetrics_read(scraped: TestClient) -> None:
    plain = scraped.get("/metrics")
    assert plain.headers["content-type"].startswith("text/plain; version=")
    names = {family.name for family in text_string_to_metric_families(plain.text)}
    assert all(re.fullmatch(r"(dateline|gen_ai|process)_[a-z_]+", name) for name in names)
    accept = {"accept": "application/openmetrics-text; version=1.0.0"}
    exact = scraped.get("/metrics", headers=accept)
    assert exact.headers["content-type"].startswith("application/openmetrics-text")
    families = parse_openmetrics(exact.text)  # type: ignore[no-untyped-call]
    assert {family.name for family in families} >= {"dateline_answers"}


def test_nothing_that_a_reader_wrote_is_told(scraped: TestClient) -> None:
    told = scraped.get("/metrics").text
    for word in ("families", "chess", "nothing", "BREW", "app.js"):
        assert word not in told


def test_a_model_that_failed_is_counted_with_what_went_wrong(sample_archive: Archive) -> None:
    metrics = Metrics(sample_archive)
    metrics.called(
        ModelCall(model="azure/x", seconds=2.0, first=None, tokens_in=0, tokens_out=0, error="limited")
    )
    searched = Searched(articles=0, passages=0, since=None, until=None, outlets=(), oldest=None, newest=None)
    metrics.answered(
        Answer(
            id="1",
            conversation_id="1",
            question="?",
            standalone_question="?",
            status="incomplete",
            text="",
            claims=(),
            citations=(),
            disagreements=(),
            searched=searched,
            plan=Plan(standalone_question="?"),
            answerer="azure/x",
            timings_ms={"plan": 1500.0, "total": 1600.0},
        ),
        dropped=2,
    )
    told = metrics.exposition("")[0].decode()
    assert 'gen_ai_provider_name="azure.ai.openai",gen_ai_request_model="x"' in told
    assert 'error_type="limited"' in told
    assert "time_to_first_chunk_seconds_count{" not in told
    assert 'dateline_stage_duration_seconds_sum{stage="plan"} 1.5' in told
    assert 'stage="total"' not in told
    assert "dateline_dropped_sentences_total 2.0" in told


class Away(Generations):
    """An index whose server does not answer."""

    def current(self) -> Snapshot:
        raise IndexUnavailable("the index cannot be reached")


def test_an_index_that_is_away_leaves_the_other_counts(
    sample: Path, load: Callable[[], Embedder], caplog: pytest.LogCaptureFixture
) -> None:
    metrics = Metrics(Archive.open(sample, load, load_index=Away))
    metrics.requested("POST", "/v1/ask", 503, 0.1)
    told = metrics.exposition("")[0].decode()
    assert 'dateline_http_requests_total{method="POST",route="/v1/ask",status="503"} 1.0' in told
    assert "dateline_build_info" in told
    assert "dateline_index_" not in told
    assert "nothing is told of the index: the index cannot be reached" in caplog.text
