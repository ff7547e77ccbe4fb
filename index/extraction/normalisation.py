"""Unicode text as the archive keeps it, without what cannot be seen."""

import re
import unicodedata

_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b\n]*(?:\x07|\x1b\\)?|[@-Z\\^_])")
# Directional marks (200E, 200F, 061C) go too: they only steer display, and would split words for search.
# ZWNJ (200C) and ZWJ (200D) stay: Persian and Kurdish spelling and emoji are made of them.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ufdd0-\ufdef\U000e0000-\U000e007f]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_JOINERS = "\u200c\u200d "


def normalise(text: str) -> str:
    """`text` as the archive keeps it: NFC, line feeds, plain single spaces, nothing invisible.

    Lines are trimmed and at most one blank line stands between two. Control characters, terminal
    escapes, zero-width spaces, tag characters and directional controls are removed; a lone surrogate
    becomes U+FFFD. Doing it twice changes nothing.
    """
    plain = without_controls(text)
    lines = (" ".join(line.split()) for line in unicodedata.normalize("NFC", plain).splitlines())
    visible = (line if line.strip(_JOINERS) else "" for line in lines)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(visible)).strip()


def without_controls(text: str) -> str:
    """`text` without control characters, terminal escapes and invisible or directional characters."""
    return _INVISIBLE.sub("", _ESCAPES.sub("", _SURROGATE.sub("\ufffd", text)))
