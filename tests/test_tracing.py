"""Traces, as a real OTLP collector on loopback receives and decodes them."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from starlette.testclient import TestClient

from service import telemetry
from service.http.app import create_app
from service.settings import load_settings
from tests.providers import Reply, provider

FLOOD = "How many families were evacuated in the flood?"
TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


class Collector:
    """What arrived."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.requests: list[ExportTraceServiceRequest] = []

    def spans(self) -> dict[str, Span]:
        """By their names; of several, the last."""
        scopes = [scope for told in self.requests for of in told.resource_spans for scope in of.scope_spans]
        return {span.name: span for scope in scopes for span in scope.spans}


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    monkeypatch.setenv("NO_PROXY", "*")
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        made = Collector(f"http://127.0.0.1:{server.server_port}")
        server.collector = made  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield made
        server.shutdown()


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/v1/traces":
            self.server.collector.requests.append(ExportTraceServiceRequest.FromString(body))  # type: ignore[attr-defined]
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keeps the tests' output clean."""


def attributes(span: Span) -> dict[str, Any]:
    return {one.key: getattr(one.value, str(one.value.WhichOneof("value"))) for one in span.attributes}


Serving = Callable[..., Any]


@pytest.fixture
def serving(sample: Path, models: Path, collector: Collector) -> Serving:
    @contextmanager
    def serve(**settings: Any) -> Iterator[TestClient]:
        made = load_settings(data=sample, models=models, otlp_endpoint=collector.address, **settings)
        with TestClient(create_app(made), base_url="http://localhost") as client:
            yield client

    return serve


def test_a_question_is_one_trace_from_the_readers_own_to_the_models_call(
    serving: Serving, collector: Collector
) -> None:
    with provider() as model:
        model.replies(Reply(text="Nobody knows.\n", usage=(120, 34)))
        with serving(answerer="openai/small", api_base=model.address, fallback="none") as client:
            headers = {"traceparent": f"00-{TRACE}-{PARENT}-01"}
            client.post("/v1/ask", json={"question": FLOOD, "stream": True}, headers=headers)
    spans = collector.spans()
    assert set(spans) == {"POST /v1/ask", "plan", "search", "read", "answer", "suggest", "chat small"}
    request, call = spans["POST /v1/ask"], spans["chat small"]
    assert {span.trace_id.hex() for span in spans.values()} == {TRACE}
    assert request.parent_span_id.hex() == PARENT
    assert request.kind == Span.SPAN_KIND_SERVER
    assert attributes(request) == {
        "http.request.method": "POST",
        "url.scheme": "http",
        "http.route": "/v1/ask",
        "http.response.status_code": 200,
    }
    for stage in ("plan", "search", "read", "answer", "suggest"):
        assert spans[stage].parent_span_id == request.span_id
        assert (
            request.start_time_unix_nano
            <= spans[stage].start_time_unix_nano
            <= spans[stage].end_time_unix_nano
            <= request.end_time_unix_nano
        )
    assert call.parent_span_id == spans["answer"].span_id
    assert call.kind == Span.SPAN_KIND_CLIENT
    assert attributes(call) == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "small",
        "gen_ai.usage.input_tokens": 120,
        "gen_ai.usage.output_tokens": 34,
    }
    assert not any(b"families" in told.SerializeToString() for told in collector.requests)
    resource = collector.requests[0].resource_spans[0].resource
    assert {one.key: one.value.string_value for one in resource.attributes}["service.name"] == "dateline"


def test_a_model_that_fails_is_an_error_without_its_words(serving: Serving, collector: Collector) -> None:
    with provider() as model:
        model.replies(Reply(status=401, error="the secret is sk-123456789"))
        with serving(answerer="openai/small", api_base=model.address, fallback="none", retries=0) as client:
            client.post("/v1/ask", json={"question": FLOOD})
    call = collector.spans()["chat small"]
    assert call.status.code == call.status.STATUS_CODE_ERROR
    assert attributes(call)["error.type"] == "key"
    assert (call.status.message, list(call.events)) == ("", [])


def test_questions_stand_in_traces_where_that_is_asked_for(serving: Serving, collector: Collector) -> None:
    with serving(log_questions=True) as client:
        client.post("/v1/ask", json={"question": FLOOD})
        client.get("/nothing")
    spans = collector.spans()
    assert attributes(spans["POST /v1/ask"])["dateline.question"] == FLOOD
    assert attributes(spans["GET none"])["http.response.status_code"] == 404


def test_the_standard_variable_turns_it_on(collector: Collector, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.address)
    with telemetry.exporting(None), telemetry.span("outer") as noted:
        noted["number"] = 7
        assert len(telemetry.trace_id() or "") == 32
    assert telemetry.trace_id() is None
    assert attributes(collector.spans()["outer"]) == {"number": 7}


def test_without_a_collector_nothing_is_made() -> None:
    with telemetry.exporting(None), telemetry.span("outer") as noted:
        noted["number"] = 7
        assert telemetry.trace_id() is None


def test_a_collector_that_is_gone_holds_nobody_up() -> None:
    began = time.monotonic()
    with telemetry.exporting("http://127.0.0.1:9"), telemetry.span("lost"):
        pass
    assert time.monotonic() - began < telemetry.SECONDS_TO_SEND + 2
