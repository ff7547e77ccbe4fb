"""The words of an RTF document."""

import re
from typing import Any

from striprtf.striprtf import rtf_to_text

_CODE_PAGE = re.compile(rb"\\ansicpg(\d{3,5})")


def parse(data: bytes) -> dict[str, Any]:
    """The text, its paragraphs on lines of their own."""
    page = _CODE_PAGE.search(data, 0, 4000)
    encoding = f"cp{page[1].decode()}" if page else "cp1252"
    try:
        return {"text": rtf_to_text(data.decode("latin-1"), encoding=encoding, errors="replace")}
    except (ValueError, LookupError, IndexError, KeyError, TypeError, OverflowError):
        return {"error": "it is not RTF that can be read; it may be broken or cut off"}
