"""Records of runs made by hand: answers as the API sends them, from a line or two."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from eval.records import Case, Expectation, Record
from service.answers import to_json

COURIER = "https://courier.example/flood"
VALLEY = "https://valley.example/flood"


def quote(words: str, number: int = 1, **known: Any) -> dict[str, Any]:
    """A citation of the Courier of 12 February 2020."""
    return {
        "number": number,
        "article_id": str(number),
        "version": 1,
        "title": "Fourteen families leave homes",
        "outlet": "The Ostrel Courier",
        "author": "Ines Calloway",
        "published": "2020-02-12",
        "published_origin": "text",
        "url": COURIER,
        "quote": words,
        "start": 0,
        "end": len(words),
        "speaker": None,
        "also_printed_by": [],
    } | known


def claim(text: str, *citations: int, support: str = "verified", score: float = 0.9) -> dict[str, Any]:
    """A sentence with its marks."""
    marks = "".join(f" [{number}]" for number in citations)
    return {"text": text + marks, "citations": list(citations), "support": support, "score": score}


def answer(
    claims: Sequence[Mapping[str, Any]] = (),
    citations: Sequence[Mapping[str, Any]] = (),
    disagreements: Sequence[Mapping[str, Any]] = (),
    **known: Any,
) -> dict[str, Any]:
    """An answer of these sentences; without any, a refusal."""
    refusal = "The archive does not answer this. Searched 14 articles (31 passages)."
    return {
        "status": "answered" if claims else "not_in_archive",
        "text": "\n".join(one["text"] for one in claims) or refusal,
        "claims": list(claims),
        "citations": list(citations),
        "disagreements": list(disagreements),
        "changes": [],
        "related": [],
        "usage": {},
        "timings_ms": {},
    } | known


def passage(url: str, text: str = "", **known: Any) -> dict[str, Any]:
    """A retrieved passage."""
    return {
        "article_id": "1",
        "version": 1,
        "title": f"title of {url}",
        "outlet": "The Ostrel Courier",
        "published": "2020-02-12",
        "url": url,
        "text": text,
        "start": 0,
        "end": len(text),
        "score": 0.5,
    } | known


def case(id: str = "flood", kind: str = "fact", **known: Any) -> Case:
    """A case; what is known of the expectation is given by its own names."""
    of_case = {name: known.pop(name) for name in ("relevant", "evidence", "turns", "where") if name in known}
    return Case(
        id=id,
        kind=kind,
        **{"turns": ("How many families?",), **of_case},
        expected=Expectation(**known),
    )


def record(
    asked: Case,
    given: Mapping[str, Any] | None,
    retrieved: Sequence[Mapping[str, Any]] = (),
    seconds: float = 0.2,
) -> Record:
    """What a case got; no answer is an error."""
    error = "the server did not answer" if given is None else None
    return Record(case=asked, answer=given, retrieved=tuple(retrieved), seconds=seconds, error=error)


def said(text: str, **expected: Any) -> Record:
    """An answer of one sentence that cites nothing, to a case of that expectation."""
    return record(case(**expected), answer([claim(text)]))


def write_run(folder: Path, records: Iterable[Record], **produced_by: Any) -> Path:
    """A run on the disk, as `eval.run` leaves it."""
    folder.mkdir(parents=True)
    run = {
        "id": folder.name,
        "set": "flood",
        "started": "2024-05-01T10:00:00+00:00",
        "produced_by": {"answerer": "scripted", **produced_by},
    }
    (folder / "run.json").write_text(to_json(run), encoding="utf-8")
    lines = [to_json(one) + "\n" for one in records]
    (folder / "records.jsonl").write_text("".join(lines), encoding="utf-8")
    return folder
