"""Metrics for a monitoring system, in Prometheus' text format and by its conventions.

What OpenTelemetry's conventions for GenAI name goes by their names. No label holds what a reader wrote,
a key, or the id of an article: each has few values, known beforehand.
"""

import logging
import os
import time
from collections.abc import Iterable, Sequence
from importlib.metadata import version

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from index.archive import Archive
from index.errors import DatelineError
from service.answers import Answer
from service.llm.telemetry import OPERATION, named
from service.telemetry import ModelCall

log = logging.getLogger(__name__)

FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # where several workers count together; set before they start

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER_METHOD = "_OTHER"  # as OpenTelemetry calls a method that is none of HTTP's

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)
# Those that the GenAI conventions give.
CALL_SECONDS = (0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92)
TOKENS = tuple(4**power for power in range(14))

GEN_AI = ("gen_ai_operation_name", "gen_ai_provider_name", "gen_ai_request_model")


class Metrics:
    """The counts of one application."""

    def __init__(self, archive: Archive) -> None:
        self._archive = _ArchiveCollector(archive)
        self._registry = own = CollectorRegistry()
        self.waiting = _gauge(own, "dateline_questions_waiting", "Questions that wait for a place.")
        self.running = _gauge(own, "dateline_questions_running", "Questions that have a place.")
        refused = "Questions refused because too many waited."
        self.refused = Counter("dateline_questions_refused", refused, registry=own)
        dropped = "Sentences left out because they were not proved."
        self._dropped = Counter("dateline_dropped_sentences", dropped, registry=own)
        by_status = ("status", "answerer")
        self._answers = Counter("dateline_answers", "Answers by their status.", by_status, registry=own)
        requests, of_request = "dateline_http_requests", ("method", "route", "status")
        self._requests = Counter(requests, "Requests by their route's template.", of_request, registry=own)
        self._request_seconds = _seconds(
            own, "dateline_http_request_duration", "Time until a response was sent whole.", "method", "route"
        )
        self._stages = _seconds(
            own, "dateline_stage_duration", "Time that a stage of an answer took.", "stage"
        )
        self._tokens = Histogram(
            "gen_ai_client_token_usage",
            "Tokens that a request to a model took.",
            (*GEN_AI, "gen_ai_token_type"),
            registry=own,
            buckets=TOKENS,
        )
        self._call_seconds = _seconds(
            own,
            "gen_ai_client_operation_duration",
            "Time that a request to a model took.",
            *GEN_AI,
            "error_type",
            buckets=CALL_SECONDS,
        )
        self._first_seconds = _seconds(
            own,
            "gen_ai_client_operation_time_to_first_chunk",
            "Time until a model began to answer.",
            *GEN_AI,
            buckets=CALL_SECONDS,
        )
        if FOLDER not in os.environ:
            own.register(self._archive)
            ProcessCollector(registry=own)

    def requested(self, method: str, route: str, status: int, seconds: float) -> None:
        """Counts a request. `route` is a template, and not the address that was asked for."""
        known = method if method in METHODS else OTHER_METHOD
        self._requests.labels(known, route, status).inc()
        self._request_seconds.labels(known, route).observe(seconds)

    def answered(self, answer: Answer, dropped: int) -> None:
        """Counts an answer, and what its stages took."""
        self._answers.labels(answer.status, answer.answerer).inc()
        self._dropped.inc(dropped)
        for stage, milliseconds in answer.timings_ms.items():
            if stage != "total":
                self._stages.labels(stage).observe(milliseconds / 1000)

    def called(self, call: ModelCall) -> None:
        """Counts a request to a model."""
        labels = (OPERATION, *named(call.model))
        self._call_seconds.labels(*labels, call.error or "").observe(call.seconds)
        if call.first is not None:
            self._first_seconds.labels(*labels).observe(call.first)
        for kind, tokens in (("input", call.tokens_in), ("output", call.tokens_out)):
            if tokens:
                self._tokens.labels(*labels, kind).observe(tokens)

    def exposition(self, accept: str) -> tuple[bytes, str]:
        """All of it as text, with its media type; that of all workers together, where there are several."""
        encode, media_type = choose_encoder(accept)
        if FOLDER not in os.environ:
            return encode(self._registry), media_type
        together = CollectorRegistry()
        MultiProcessCollector(together)  # type: ignore[no-untyped-call]
        together.register(self._archive)
        return encode(together), media_type


def _gauge(registry: CollectorRegistry, name: str, told: str) -> Gauge:
    return Gauge(name, told, registry=registry, multiprocess_mode="livesum")


def _seconds(
    registry: CollectorRegistry, name: str, told: str, *labels: str, buckets: Sequence[float] = SECONDS
) -> Histogram:
    return Histogram(name, told, labels, unit="seconds", registry=registry, buckets=buckets)


class _ArchiveCollector(Collector):
    """Looks at the archive whenever it is asked."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def collect(self) -> Iterable[Metric]:
        """Yields the version, and the size and age of the index."""
        build = GaugeMetricFamily("dateline_build_info", "What runs here.", labels=["version"])
        build.add_metric([version("dateline")], 1)
        yield build
        try:
            held, published = self._archive.summary(), self._archive.published
        except DatelineError as error:
            # What the server counts must be told all the more while the index is away.
            log.warning("nothing is told of the index: %s", error)
            return
        yield GaugeMetricFamily("dateline_index_articles", "Articles in the archive.", held.articles)
        yield GaugeMetricFamily("dateline_index_passages", "Passages that can be found.", held.passages)
        if published is not None:
            yield GaugeMetricFamily(
                "dateline_index_age_seconds",
                "Time since the index was last published.",
                max(time.time() - published.timestamp(), 0.0),
            )
