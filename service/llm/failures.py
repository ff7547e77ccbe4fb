"""Failures of a language model, in a sentence each.

What a provider says is not part of it, for providers repeat the key that they refuse.
"""

import email.utils
import os
import re
import time
from enum import StrEnum
from typing import Any

from index.errors import DatelineError
from service.telemetry import SECRET_NAMES

_SECRET = re.compile(r"(?i)\b(?:sk|pk|gsk|xai|key|bearer|api[_-]?key|token)[-_=: ]+['\"]?[\w.*-]{6,}")

# Servers of one's own, and providers whose words litellm does not know, say it in these.
_OVERFLOW = (
    "maximum context", "context length", "context window", "context size", "prompt is too long",
    "too many tokens", "too many input tokens",
)  # fmt: skip
_KEY_MISSING = ("api_key client option must be set", "missing credentials")
_UNREACHED = ("connection error", "connect call failed", "connection attempts failed", "cannot connect")


class Kind(StrEnum):
    """Reason why a provider failed, as far as it matters for what to do next."""

    KEY = "key"
    REQUEST = "request"
    OVERFLOW = "overflow"
    REFUSED = "refused"
    LIMITED = "limited"
    BROKEN = "broken"
    SLOW = "slow"


class ProviderFailed(DatelineError):
    """A model that did not answer, in one sentence without a word of the provider's.

    `detail` is what the provider said, without what looks like a key, for whoever sets it up.
    """

    def __init__(self, message: str, kind: Kind, detail: str = "", wait: float | None = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.detail = detail
        self.wait = wait  # seconds that the provider asks to wait for


def redacted(text: str) -> str:
    """The text on one line, without anything that is, or looks like, a key; at most 200 characters."""
    for name, value in os.environ.items():
        if len(value) >= 8 and name.casefold().endswith(SECRET_NAMES):
            text = text.replace(value, "(key)")
    return " ".join(_SECRET.sub("(key)", text).split())[:200]


def failure_of(litellm: Any, model: str, error: Exception) -> ProviderFailed:
    """The failure behind an error that litellm raised."""
    status = getattr(error, "status_code", None)
    words = str(error)
    told, kind = _told(litellm, model, error, status, words)
    return ProviderFailed(f"the model {model} {told}", kind, redacted(words), _asked_to_wait(error))


def _told(litellm: Any, model: str, error: Exception, status: int | None, words: str) -> tuple[str, Kind]:
    """Chooses what to say of it, and of which kind it is. The first that fits counts."""
    code = f"status {status}"
    rules = (
        (isinstance(error, litellm.ContentPolicyViolationError), "refused to answer", Kind.REFUSED),
        (_is_overflow(litellm, error, words), "cannot read that much at once", Kind.OVERFLOW),
        (_lacks_key(words), f"needs {_missing(litellm, model)} to be set", Kind.KEY),
        (status in (401, 403), f"does not accept the key ({code})", Kind.KEY),
        (status == 402, f"has no credit left ({code})", Kind.KEY),
        (status == 404, f"is not known to its provider ({code})", Kind.REQUEST),
        (status == 429, f"takes no more requests at the moment ({code})", Kind.LIMITED),
        (isinstance(error, litellm.Timeout), "did not answer in time", Kind.SLOW),
        (_says(words, _UNREACHED), "cannot be reached", Kind.BROKEN),
        (status and 400 <= status < 500, f"does not accept the request ({code})", Kind.REQUEST),
        (status, f"failed ({code})", Kind.BROKEN),
    )
    return next(
        ((told, kind) for fits, told, kind in rules if fits),
        (f"failed ({type(error).__name__})", Kind.BROKEN),
    )


def _is_overflow(litellm: Any, error: Exception, words: str) -> bool:
    return isinstance(error, litellm.ContextWindowExceededError) or _says(words, _OVERFLOW)


def _says(words: str, phrases: tuple[str, ...]) -> bool:
    folded = words.casefold()
    return any(phrase in folded for phrase in phrases)


def _lacks_key(words: str) -> bool:
    return _says(words, _KEY_MISSING) or (_says(words, ("missing",)) and _says(words, ("api key",)))


def _missing(litellm: Any, model: str) -> str:
    names = litellm.validate_environment(model=model)["missing_keys"]
    return " and ".join(names) or "its key"


def _asked_to_wait(error: Exception) -> float | None:
    """The seconds of a Retry-After header, which may be a date (RFC 9110, 10.2.3)."""
    headers = getattr(error, "litellm_response_headers", None) or {}
    value = headers.get("retry-after")
    if not value:
        return None
    try:
        return max(float(value), 0.0)
    except ValueError:
        try:
            until = email.utils.parsedate_to_datetime(value)
        except ValueError:
            return None
        return max(until.timestamp() - time.time(), 0.0)
