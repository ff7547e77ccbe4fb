"""The log of a server, as text or as JSON, a line an event, and never a key in it."""

import json
import logging
import os
import re
from datetime import UTC, datetime
from typing import Any, Literal

from service.telemetry import tracing

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
            "request_id": tracing.request_id.get(),
            "trace_id": tracing.trace_id(),
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
