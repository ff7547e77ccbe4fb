"""Kept answers without what an erased article said: a mark stands where a quote stood."""

from collections.abc import Iterator
from typing import Any

GAP = "[erased: the article was deleted]"
SHORTEST = 12  # characters of a text that is looked for wherever else it may stand
_KEPT = ("number", "article_id", "version", "start", "end", "published_origin")


def without_article(body: dict[str, Any], article_id: str) -> dict[str, Any]:
    """Returns an answer, as it is kept, with a gap wherever it tells what that article says."""
    cited = [one for one in (*body["citations"], *body.get("related", ())) if one["article_id"] == article_id]
    numbers = {one["number"] for one in body["citations"] if one["article_id"] == article_id}
    said = {text for one in cited for text in (one["quote"], one["title"]) if text}
    resting = [one for one in _objects(body) if numbers & set(_numbers(one))]
    said |= {one["text"] for one in resting if isinstance(one.get("text"), str)}
    body["text"] = _with_gaps(body, [one for one in body["claims"] if one in resting])
    for one in resting:
        one.update({name: None for name in ("proof", "value") if name in one}, text=GAP)
    for one in cited:
        one.update({name: _emptied(value) for name, value in one.items() if name not in _KEPT}, quote=GAP)
    body["suggestions"] = []  # they name what its text names
    if table := body.get("table"):
        named = table.get("articles") or ()
        for row in (row for row, id in zip(table["rows"], named, strict=False) if id == article_id):
            row[:] = [GAP] * len(row)
    long = sorted((text for text in said if len(text) >= SHORTEST), key=len, reverse=True)
    asked = {name: body[name] for name in ("question", "standalone_question", "text", "claims")}
    whole: dict[str, Any] = _replaced(body, long)
    return whole | asked


def _with_gaps(body: dict[str, Any], erased: list[dict[str, Any]]) -> str:
    """The answer's text with a gap for each of those claims, and the places of all claims moved."""
    text, moved, parts, at = body["text"], 0, [], 0
    for claim in sorted(body["claims"], key=lambda one: one["start"]):
        start, end = claim["start"], claim["end"]
        claim["start"] += moved
        if claim in erased:
            parts += [text[at:start], GAP]
            moved += len(GAP) - (end - start)
            at = end
        claim["end"] = end + moved
    return "".join([*parts, text[at:]])


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _objects(inner)


def _numbers(one: dict[str, Any]) -> list[int]:
    found = one.get("citations")
    return found if isinstance(found, list) and all(isinstance(number, int) for number in found) else []


def _emptied(value: Any) -> Any:
    return [] if isinstance(value, list) else None


def _replaced(value: Any, said: list[str]) -> Any:
    """The same with a gap for each of those texts, wherever it stands."""
    if isinstance(value, dict):
        return {name: _replaced(inner, said) for name, inner in value.items()}
    if isinstance(value, list):
        return [_replaced(inner, said) for inner in value]
    if isinstance(value, str):
        for text in said:
            value = value.replace(text, GAP)
    return value
