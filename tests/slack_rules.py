"""What a call may hold, by https://docs.slack.dev/reference/block-kit and /reference/methods."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

MOST_MARKDOWN = 12_000
MOST_MESSAGE = 13_000  # of all blocks as JSON: measured by others, not documented
CHANNEL = re.compile(r"[CDG][A-Z0-9]{2,}")
TS = re.compile(r"\d{10}\.\d{6}")

# The arguments of the methods that are called here: those that must be there, and those that may.
POSTING = {"text", "blocks", "thread_ts", "parse", "link_names", "unfurl_links", "unfurl_media"}
METHODS: dict[str, tuple[set[str], set[str]]] = {
    "auth.test": (set(), set()),
    "apps.connections.open": (set(), set()),
    "assistant.threads.setStatus": ({"channel_id", "thread_ts", "status"}, {"loading_messages"}),
    "assistant.threads.setSuggestedPrompts": ({"channel_id", "prompts"}, {"title"}),
    "chat.startStream": ({"channel", "thread_ts"}, {"chunks", "recipient_team_id", "recipient_user_id"}),
    "chat.appendStream": ({"channel", "ts", "chunks"}, set()),
    "chat.stopStream": ({"channel", "ts"}, {"chunks", "blocks"}),
    "chat.postMessage": ({"channel", "text", "blocks"}, POSTING),
    "chat.update": ({"channel", "ts", "text", "blocks"}, POSTING - {"unfurl_links", "unfurl_media"}),
    "chat.delete": ({"channel", "ts"}, set()),
    "views.open": ({"trigger_id", "view"}, set()),
}
RESPONSE = {
    "text", "blocks", "response_type", "replace_original", "delete_original", "unfurl_links", "unfurl_media",
}  # fmt: skip


def faults(method: str, said: dict[str, Any]) -> list[str]:
    """What is wrong with a call; nothing where Slack takes it."""
    return [f"{method}: {fault}" for fault in _faults(method, said)]


def response_faults(said: dict[str, Any]) -> list[str]:
    """What is wrong with a message to a response_url."""
    unknown = [f"a response has no {name!r}" for name in said.keys() - RESPONSE]
    return unknown + list(_message(said))


def _faults(method: str, said: dict[str, Any]) -> Iterator[str]:
    needed, allowed = METHODS[method]
    yield from (f"{name!r} is missing" for name in sorted(needed - said.keys()))
    yield from (f"there is no {name!r}" for name in sorted(said.keys() - needed - allowed))
    for name in ("channel", "channel_id"):
        if name in said and not CHANNEL.fullmatch(said[name]):
            yield f"{said[name]!r} is no channel"
    for name in ("ts", "thread_ts"):
        if name in said and not TS.fullmatch(said[name]):
            yield f"{said[name]!r} is no timestamp"
    if method == "chat.startStream" and not said["channel"].startswith("D"):
        for name in ("recipient_team_id", "recipient_user_id"):
            if not said.get(name):
                yield f"{name!r} is required in channels"
    for prompt in said.get("prompts", ()):
        if set(prompt) != {"title", "message"} or not all(prompt.values()):
            yield f"a prompt needs a title and a message: {prompt}"
    if len(said.get("prompts", ())) > 4 or len(said.get("loading_messages", ())) > 10:
        yield "too many prompts or loading messages"
    for chunk in said.get("chunks", ()):
        yield from _chunk(chunk)
    if "view" in said:
        yield from _view(said["view"])
    yield from _message(said)


def _message(said: dict[str, Any]) -> Iterator[str]:
    blocks = said.get("blocks") or []
    if len(blocks) > 50:
        yield f"{len(blocks)} blocks"
    if len(said.get("text") or "") > 40_000:
        yield "the text is too long"
    if re.search(r"<[@!#]", said.get("text") or ""):
        yield f"the text calls somebody: {said['text']!r}"
    if len(json.dumps(blocks, ensure_ascii=False)) > MOST_MESSAGE:
        yield "the blocks are too long in all"
    if sum(len(block["text"]) for block in blocks if block["type"] == "markdown") > MOST_MARKDOWN:
        yield "the markdown is too long in all"
    actions = [element.get("action_id") for block in blocks for element in block.get("elements", ())]
    named = [action for action in actions if action]
    if len(named) != len(set(named)):
        yield f"an action_id is there twice: {named}"
    for block in blocks:
        yield from _block(block)


def _block(block: dict[str, Any]) -> Iterator[str]:
    if len(block.get("block_id") or "") > 255:
        yield "a block_id is too long"
    check = BLOCKS.get(block["type"])
    if check is None:
        yield f"{block['type']!r} is no block that is used here"
    else:
        yield from check(block)


def _markdown(block: dict[str, Any]) -> Iterator[str]:
    if not 1 <= len(block["text"]) <= MOST_MARKDOWN:
        yield f"markdown of {len(block['text'])} characters"


def _context(block: dict[str, Any]) -> Iterator[str]:
    if not 1 <= len(block["elements"]) <= 10:
        yield "a context of no or too many elements"
    for element in block["elements"]:
        yield from _text(element, 2_000, ("plain_text", "mrkdwn"))


def _actions(block: dict[str, Any]) -> Iterator[str]:
    if not 1 <= len(block["elements"]) <= 25:
        yield "actions of no or too many elements"
    for element in block["elements"]:
        if element["type"] != "button":
            yield f"{element['type']!r} among the actions"
        yield from _text(element["text"], 75, ("plain_text",))
        yield from _within(element, action_id=255, value=2_000, url=3_000)
        if element.get("style") not in (None, "primary", "danger"):
            yield f"a button in style {element['style']!r}"


def _context_actions(block: dict[str, Any]) -> Iterator[str]:
    if not 1 <= len(block["elements"]) <= 5:
        yield "context actions of no or too many elements"
    for element in block["elements"]:
        if element["type"] not in ("feedback_buttons", "icon_button"):
            yield f"{element['type']!r} among the context actions"
        for button in (element["positive_button"], element["negative_button"]):
            yield from _text(button["text"], 75, ("plain_text",))
            yield from _within(button, value=2_000)


def _rich_text(block: dict[str, Any]) -> Iterator[str]:
    if not block["elements"]:
        yield "rich text without elements"
    for element in block["elements"]:
        if element["type"] not in ("rich_text_section", "rich_text_quote"):
            yield f"{element['type']!r} in rich text"
        if not element["elements"]:
            yield "an empty element of rich text"
        for part in element["elements"]:
            if part["type"] not in ("text", "link"):
                yield f"{part['type']!r} in rich text"
            if not part.get("text"):
                yield "an empty text of rich text"
            if part["type"] == "link" and not re.match(r"https?://", part["url"]):
                yield f"{part['url']!r} is no address"


def _input(block: dict[str, Any]) -> Iterator[str]:
    yield from _text(block["label"], 2_000, ("plain_text",))
    element = block["element"]
    yield from _within(element, action_id=255)
    if "placeholder" in element:
        yield from _text(element["placeholder"], 150, ("plain_text",))
    options = [*element.get("options", ()), *element.get("initial_options", ())]
    if element["type"] == "static_select" and not 1 <= len(element["options"]) <= 100:
        yield "a select of no or too many options"
    for option in options:
        yield from _text(option["text"], 75, ("plain_text",))
        yield from _within(option, value=150)


BLOCKS: dict[str, Callable[[dict[str, Any]], Iterator[str]]] = {
    "actions": _actions,
    "context": _context,
    "context_actions": _context_actions,
    "input": _input,
    "markdown": _markdown,
    "rich_text": _rich_text,
}


def _chunk(chunk: dict[str, Any]) -> Iterator[str]:
    if chunk["type"] == "markdown_text":
        yield from _markdown(chunk)
    elif chunk["type"] == "task_update":
        if not chunk["id"] or not 1 <= len(chunk["title"]) <= 256:
            yield "a task without id, or with a title that is too long"
        if chunk["status"] not in ("pending", "in_progress", "complete", "error"):
            yield f"a task in status {chunk['status']!r}"
        for source in chunk.get("sources", ()):
            if source["type"] != "url" or not source["text"] or not re.match(r"https?://", source["url"]):
                yield f"{source} is no source"
    else:
        yield f"{chunk['type']!r} is no chunk that is used here"


def _view(view: dict[str, Any]) -> Iterator[str]:
    if view["type"] != "modal" or not 1 <= len(view["blocks"]) <= 100:
        yield "a view that is no modal, or of no or too many blocks"
    for name in ("title", "submit", "close"):
        yield from _text(view[name], 24, ("plain_text",))
    yield from _within(view, private_metadata=3_000, callback_id=255)
    for block in view["blocks"]:
        yield from _block(block)


def _text(text: dict[str, Any], most: int, kinds: tuple[str, ...]) -> Iterator[str]:
    if text["type"] not in kinds:
        yield f"{text['type']!r} where {' or '.join(kinds)} must be"
    if not 1 <= len(text["text"]) <= most:
        yield f"{len(text['text'])} characters where {most} may be"


def _within(thing: dict[str, Any], **most: int) -> Iterator[str]:
    for name, limit in most.items():
        if len(thing.get(name) or "") > limit:
            yield f"{name!r} is longer than {limit}"
