"""Telemetry: observers of how questions are answered, spans of OpenTelemetry, and the log of a server.

An observer travels with the context of a request, so that what answers need not be handed it; where a front
sets none, nobody watches. Until `exporting` spans are nothing. Their attributes are named by
OpenTelemetry's semantic conventions: HTTP's, and GenAI's, which are still in development. What an error
says is left out: it may hold a question. No line of a log holds a key.
"""

import json
import logging
import os
import re
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Thread
from typing import Any, Literal, Protocol

from service.answers import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCall:
    """One request to a language model. Times are seconds; `first` is None where no piece came.

    `error` names what went wrong in a word, and is None where nothing did.
    """

    model: str  # as `provider/name`
    seconds: float
    first: float | None
    tokens_in: int
    tokens_out: int
    error: str | None


class Observer(Protocol):
    """Is told of every question as it goes."""

    def asked(self, question: str) -> None:
        """A question is being answered."""

    def answered(self, answer: Answer, dropped: int) -> None:
        """It was, and so many sentences were left out because they could not be proved."""

    def called(self, call: ModelCall) -> None:
        """A language model was asked, whatever it said."""


class Nobody:
    """Watches nothing."""

    def asked(self, question: str) -> None: ...

    def answered(self, answer: Answer, dropped: int) -> None: ...

    def called(self, call: ModelCall) -> None: ...


_observer: ContextVar[Observer] = ContextVar("observer", default=Nobody())  # noqa: B039, it holds nothing


def observer() -> Observer:
    """Observer of this context."""
    return _observer.get()


def observe(by: Observer) -> None:
    """Has everything that is done in this context from now on told to that observer."""
    _observer.set(by)


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


TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
REDACTED = "(secret)"

# Ends of names in the environment.
SECRET_NAMES = ("key", "token", "secret", "password", "credentials")
_LEAST_SECRET = 8  # characters; shorter values stand everywhere by chance
_SECRET = re.compile(
    r"""(?ix)
    (?<=authorization) ["']?\s*[:=]\s*["']? (?:\w+\s+)? [^\s"',]+   # the header, however it is written out
    | (?<=\bbearer\s) \s*[\w.~+/=-]{8,}
    | \b (?:dl_|sk-|xox[a-z]-|xapp-) [\w-]{8,}                      # ours, OpenAI's and its like, Slack's
    | (?<=://) [^\s/@:]+:[^\s/@]+ (?=@)                             # of an address
    """
)
_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def configure(form: Literal["text", "json"]) -> None:
    """Sends what this process has to say to standard error, from this call on."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter() if form == "json" else TextFormatter(TEXT))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for name in ("service", "index"):
        logging.getLogger(name).setLevel(logging.INFO)


class TextFormatter(logging.Formatter):
    """Lines to be read."""

    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record))


class JsonFormatter(logging.Formatter):
    """One JSON object a line; what a caller gives as `extra` stands in it under its own names."""

    def format(self, record: logging.LogRecord) -> str:
        """Formats a record as one line of JSON."""
        told: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": request_id.get(),
            "trace_id": trace_id(),
        }
        told |= {name: value for name, value in vars(record).items() if name not in _OWN}
        if record.exc_info:
            told["exception"] = self.formatException(record.exc_info)
        present = {name: _plain(value) for name, value in told.items() if value is not None}
        return json.dumps(present, ensure_ascii=False)


def _plain(value: Any) -> str | int | float:
    return value if isinstance(value, int | float) else redacted(str(value))


def redacted(text: str) -> str:
    """The text without any credential that it can be told to hold.

    Those are the values of the environment's secrets, and what has the form of a key.
    """
    for name, value in os.environ.items():
        if len(value) >= _LEAST_SECRET and name.casefold().endswith(SECRET_NAMES):
            text = text.replace(value, REDACTED)
    return _SECRET.sub(REDACTED, text)
