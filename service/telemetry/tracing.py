"""Spans of OpenTelemetry: what a question spent its time on. Until `exporting` they are nothing.

Attributes are named by OpenTelemetry's semantic conventions: HTTP's, and GenAI's, which are still in
development. What an error says is left out: it may hold a question.
"""

import os
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Thread
from typing import Any, Literal

Kind = Literal["internal", "server", "client"]
Attributes = MutableMapping[str, Any]

# The collector's address in OpenTelemetry's own environment: for everything, and for traces alone.
ENVIRONMENT = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
SECONDS_TO_SEND = 3.0  # the spans that are left when the server ends; its collector may be gone

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The id of the HTTP request that is being answered; None outside of one."""

_tracer: Any = None  # of this process, as OpenTelemetry has it


@contextmanager
def exporting(endpoint: str | None) -> Iterator[None]:
    """Sends the spans of this process to a collector for as long as it is open.

    `endpoint` is the collector's base address for OTLP over HTTP; left out, the standard variables of
    OpenTelemetry name it, and where they do not, no span is made.
    """
    global _tracer
    if not (endpoint or any(os.environ.get(name) for name in ENVIRONMENT)):
        yield
        return
    processor, _tracer = _opened(endpoint)
    try:
        yield
    finally:
        _tracer = None
        closing = Thread(target=processor.shutdown, daemon=True)
        closing.start()
        closing.join(SECONDS_TO_SEND)


@contextmanager
def span(
    name: str,
    attributes: Mapping[str, Any] | None = None,
    kind: Kind = "internal",
    carrier: Mapping[str, str] | None = None,
) -> Iterator[Attributes]:
    """A span around what is done, below the one it is done in, or below the one a `carrier` names.

    Gives its attributes, to be added to. A `carrier` holds the headers of W3C Trace Context.
    """
    noted: Attributes = dict(attributes or {})
    if _tracer is None:
        yield noted
        return
    from opentelemetry import trace
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    above = None if carrier is None else TraceContextTextMapPropagator().extract(carrier)
    made = _tracer.start_span(name, context=above, kind=trace.SpanKind[kind.upper()])
    try:
        with trace.use_span(made, record_exception=False, set_status_on_exception=False):
            yield noted
    except BaseException as error:
        # A stream that its reader closes has come to no harm.
        if not isinstance(error, GeneratorExit):
            noted.setdefault("error.type", type(error).__name__)
        raise
    finally:
        if "error.type" in noted:
            made.set_status(trace.StatusCode.ERROR)
        made.update_name(noted.pop("name", name))
        made.set_attributes(noted)
        made.end()


def trace_id() -> str | None:
    """The id of the trace that this is done in, as 32 hexadecimal digits; None where there is none."""
    if _tracer is None:
        return None
    from opentelemetry import trace

    context = trace.get_current_span().get_span_context()
    return trace.format_trace_id(context.trace_id) if context.is_valid else None


def _opened(endpoint: str | None) -> tuple[Any, Any]:
    """Opens what sends spans, and what makes them."""
    from importlib.metadata import version

    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    name = os.environ.get("OTEL_SERVICE_NAME", "dateline")
    own = {"service.name": name, "service.version": version("dateline")}
    address = f"{endpoint.rstrip('/')}/v1/traces" if endpoint else None
    processor = BatchSpanProcessor(OTLPSpanExporter(endpoint=address))
    provider = TracerProvider(resource=Resource.create(own), shutdown_on_exit=False)
    provider.add_span_processor(processor)
    return processor, provider.get_tracer("dateline", version("dateline"))
