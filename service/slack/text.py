"""Texts between Slack and us: questions as they are asked, articles' words as Slack shows them.

Slack reads `<!channel>`, `<@U…>` and `<address|label>` in whatever it is sent as markup, and its Markdown
knows links too. What an article says must come out letter by letter, so that it can neither call anyone
nor show one address and lead to another.
"""

import re

# https://docs.slack.dev/messaging/formatting-message-text: these three are all that Slack reads as markup.
_CONTROL = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_MARKDOWN = {ord(sign): f"\\{sign}" for sign in "\\`*_~[]"}
_OPENS_BLOCK = re.compile(r"^([^\S\n]*)([-+=#|]|\d{1,9}(?=[.)]))", re.MULTILINE)
_MENTION = re.compile(r"<@(\w+)(?:\|[^<>]*)?>")
_LABELLED = re.compile(r"<[#!]?([^|<>]*)\|([^<>]*)>")
_BARE = re.compile(r"<(?:!)?([^<>]+)>")


def as_mrkdwn(text: str) -> str:
    """A text as Slack's own markup shows it, calling nobody and linking nowhere."""
    return text.translate(_CONTROL)


def as_markdown(text: str) -> str:
    """A text as Slack's Markdown shows it: as `as_mrkdwn`, with the marks of Markdown as letters too."""
    letters = text.translate(_CONTROL | _MARKDOWN)
    return _OPENS_BLOCK.sub(_escaped_opening, letters)


def link(label: str, address: str) -> str:
    """A link in Markdown. The label is Markdown already."""
    return f"[{label}]({address.replace('(', '%28').replace(')', '%29')})"


def asked_words(text: str, bot: str) -> str:
    """The question of a message: without the bot's name, with Slack's markup as the words it stands for."""
    words = _MENTION.sub(lambda match: " " if match[1] == bot else f"@{match[1]}", text)
    words = _BARE.sub(r"\1", _LABELLED.sub(r"\2", words))
    for letter, written in (("<", "&lt;"), (">", "&gt;"), ("&", "&amp;")):
        words = words.replace(written, letter)
    return " ".join(words.split())


def mentions(text: str) -> list[str]:
    """The users that a message calls, in order."""
    return _MENTION.findall(text)


def parts(text: str, most: int) -> list[str]:
    """A text in pieces of at most `most` characters that add up to it; an empty one has none.

    It is cut after a line or a word where it can be.
    """
    pieces = []
    while len(text) > most:
        window = text[:most]
        # Half a piece at least, so that one early line break does not make a message of its own.
        cut = max(window.rfind("\n"), most // 2 - 1)
        cut = cut if window[cut] == "\n" else max(window.rfind(" "), most // 2 - 1)
        cut = cut if window[cut] in "\n " else most - 1
        pieces.append(text[: cut + 1])
        text = text[cut + 1 :]
    return [*pieces, text] if text else pieces


def _escaped_opening(match: re.Match[str]) -> str:
    """Escapes what would open a list or a heading: of "1." it is the stop that is escaped."""
    escaped = f"{match[2]}\\" if match[2].isdigit() else f"\\{match[2]}"
    return match[1] + escaped
