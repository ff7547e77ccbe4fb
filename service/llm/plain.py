"""A model's words as plain text: no markup, no image, no link, no character that cannot be seen.

What a front makes of text differs (a terminal, a page, Slack, a client of the OpenAI endpoint), so
nothing leaves here that any of them could turn into a picture that is fetched or a link that is
followed: OWASP's "improper output handling" (LLM05:2025), and the way that instructions hidden in
articles leak what a reader asked (Greshake et al. 2023).
"""

import re
import unicodedata
from functools import lru_cache
from html import unescape
from typing import Any

from index.extraction.normalisation import without_controls

# Variation selectors carry hidden bytes as well as the tag characters do; cleaning lets them pass,
# because an article's emoji are quoted as they stand.
_SELECTORS = re.compile("[\ufe00-\ufe0e\U000e0100-\U000e01ef]")
_ACTIVE = re.compile(r"(?is)<(script|style|iframe|object|svg|template)\b.*?(?:</\1\s*>|$)")
_TAG = re.compile(r"<(?=[^\s<>=\d])[^<>]*(?:>|$)")
_ADDRESS = re.compile(
    r"""(?xi)
    [a-z][a-z0-9+.-]{1,20}://\S*                        # any scheme
    | \b(?:mailto|javascript|data|tel|file|blob):\S+
    | \bwww\.\S+
    | (?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+          # an address of mail
    | (?<![\w.-])[\w.-]*[\w-]\.[a-z]{2,24}(?::\d+)?[/?#]\S*    # a host with a path
    """
)
_HOST = re.compile(r"(?<![\w.-])[\w.-]*[a-z0-9-]\.[a-z]{2,24}\b", re.IGNORECASE)
_WORD = re.compile(r"\S+")
_STOPS = dict.fromkeys(map(ord, "。｡"), ".")  # which stand for a full stop in a host's name
_BROKEN = re.compile(r"!?\[([^\[\]]*)\]\(\s*\)?|\(\s*\)|\[\s*\]|(?<=\s)!(?=\s|$)|!(?=\[)")
_BEFORE_STOP = re.compile(r"(?<!\s)\s+([.,;:!?،؛؟。](?:\s|$))")
# What servers print of a model's thoughts, and of its calls to tools, where they do not tell them apart.
THOUGHTS = (
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<tool_call>", "</tool_call>"),
    ("<|channel|>analysis", "<|channel|>final<|message|>"),
)
ROUNDS = 5  # an entity may hide a tag that hides an entity; what is hidden deeper is cut off at "<"


def plain(text: str, printed: str = "") -> str:
    """`text` without markup, addresses and invisible characters, on one line.

    A bare name of a host, which many fronts make a link, stays only where `printed`, the sentences
    that are cited, has it too ("Amazon.com").
    """
    for _ in range(ROUNDS):
        bare = _stripped(text)
        if bare == text:
            break
        text = bare
    else:
        text = text.replace("<", "").replace("&", "")
    known = printed.casefold()
    text = _HOST.sub(lambda host: host[0] if host[0].casefold() in known else "", text)
    return _BEFORE_STOP.sub(r"\1", " ".join(text.split()))


def without_thoughts(text: str) -> str:
    """Returns the text without each `<think>…</think>` and the like; one that has not ended stays.

    Some servers send the end alone, for the beginning was part of the prompt.
    """
    for begins, ends in THOUGHTS:
        text = _without(text, begins, ends) if ends in text else text
    return text


def open_thought(text: str) -> str:
    """Returns what is to be kept of a text in which a thought has not ended; empty where there is none."""
    for begins, ends in THOUGHTS:
        before, begun, thought = text.partition(begins)
        if begun:
            return before + begun + thought[-len(ends) :]
    return ""


def _without(text: str, begins: str, ends: str) -> str:
    first = text.find(ends)
    kept, at = [], 0 if begins in text[:first] else first + len(ends)
    while (begun := text.find(begins, at)) >= 0 and (ended := text.find(ends, begun)) >= 0:
        kept.append(text[at:begun])
        at = ended + len(ends)
        while text[at : at + 1].isspace():
            at += 1
    return "".join([*kept, text[at:]])


def _stripped(text: str) -> str:
    visible = _WORD.sub(_narrowed, _SELECTORS.sub("", without_controls(unescape(text))))
    words = _BROKEN.sub(r"\1", _ADDRESS.sub("", _TAG.sub(" ", _unmarked(_ACTIVE.sub(" ", visible)))))
    return " ".join(words.split())


def _narrowed(word: re.Match[str]) -> str:
    """A word as browsers would read it where that is an address: "https：//evil．example"."""
    if word[0].isascii():
        return word[0]
    read = unicodedata.normalize("NFKC", word[0]).translate(_STOPS)
    return read if _ADDRESS.search(read) or _HOST.search(read) else word[0]


def _unmarked(text: str) -> str:
    """The words of a line of Markdown; those of an image are left out, for they stand for a picture."""
    tokens = _markdown().parseInline(" ".join(text.split()))[0].children or []
    return "".join(_words(token) for token in tokens)


def _words(token: Any) -> str:
    if token.type in ("softbreak", "hardbreak"):
        return " "
    return token.content if token.type in ("text", "code_inline") else ""


@lru_cache
def _markdown() -> Any:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark").enable("strikethrough")
