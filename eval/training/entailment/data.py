"""Public sets of claims with what their evidence makes of them, each cut into what teaches and what judges.

The cut is by a hash of the row, so that it is the same each time.
"""

import gzip
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sentencex import segment

from eval.training.claims import attribution_bench, wice

SUPPORTS, CONTRADICTS, NEITHER, NOT = "supports", "contradicts", "neither", "not_supported"
LABELS = (SUPPORTS, CONTRADICTS, NEITHER, NOT)
_SAID = {
    "SUPPORTS": SUPPORTS, "REFUTES": CONTRADICTS, "NOT_ENOUGH_INFO": NEITHER, "NOT": NOT,
    "Fully attributable": SUPPORTS, "Not fully attributable": NOT,
}  # fmt: skip
_LEARNED_NLI = ("conjnli_train", "help_and_or", "monli", "breaking_half", "med_half", "negation_half")


@dataclass(frozen=True, slots=True)
class Pair:
    """A claim over a premise, with what the premise makes of it, and the set it is from."""

    premise: str
    claim: str
    label: str
    source: str


def share(key: str, of: int) -> bool:
    """Tells whether a row is one of the `of`th part that judges."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:4]) % of == 0


def calibrates(pair: Pair) -> bool:
    """Tells whether a pair kept apart sets the threshold, as a quarter do, and so does not judge."""
    return share(pair.claim, 4)


def nli(data: Path, *, apart: bool) -> Iterator[Pair]:
    """The sets of single sentences; a tenth of their premises judges."""
    for name in _LEARNED_NLI:
        for row in rows(data / "nli" / f"{name}.jsonl.gz"):
            if share(row["evidence"], 10) is apart:
                yield Pair(row["evidence"], row["claim"], row["label"], name)


def measured_nli(data: Path, name: str) -> Iterator[Pair]:
    """A set that nothing is learned from."""
    for row in rows(data / "nli" / f"{name}.jsonl.gz"):
        label = {"paraphrase": SUPPORTS, "differs": NOT}.get(row["label"], row["label"])
        yield Pair(row["evidence"], row["claim"], label, name)


def checked(data: Path, *, apart: bool) -> Iterator[Pair]:
    """FoolMeTwice (a quarter judges), FEVER-Symmetric, Climate-FEVER and BEGIN (a tenth)."""
    for name, of in (("fm2", 4), ("fever_symmetric", 10), ("climate_fever", 10), ("begin", 10)):
        for row in rows(data / name / "data.jsonl.gz"):
            if row["label"] in _SAID and share(row.get("id") or row["evidence"], of) is apart:
                yield Pair(detokenised(row["evidence"]), detokenised(row["claim"]), _SAID[row["label"]], name)


def cited(data: Path, *, apart: bool) -> Iterator[Pair]:
    """WiCE and AttributionBench, half of each."""
    for example in (*wice(data, apart=apart), *attribution_bench(data, apart=apart)):
        yield Pair(example.evidence, example.claim, SUPPORTS if example.supported else NOT, example.kind)


def summaries(data: Path, *, apart: bool) -> Iterator[Pair]:
    """SummEdits' summaries over their whole documents; a third of the news judges."""
    for row in rows(data / "summedits" / "data.jsonl.gz"):
        if _judging_summary(row) is apart:
            yield Pair(row["evidence"], row["claim"], _SAID[row["label"]], f"summedits {row['domain']}")


def summary_sentences(data: Path) -> Iterator[Pair]:
    """The learned summaries sentence by sentence: the one sentence that an edit changed is the false one."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in rows(data / "summedits" / "data.jsonl.gz"):
        if not _judging_summary(row):
            groups.setdefault(row["id"].rsplit("_", 1)[0], []).append(row)
    for group in groups.values():
        true = {s for row in group if row["label"] == "SUPPORTS" for s in sentences(row["claim"])}
        evidence = group[0]["evidence"]
        false = set()
        for row in group:
            changed = [s for s in sentences(row["claim"]) if s not in true]
            if row["label"] == "NOT" and len(changed) == 1:
                false.update(changed)
        for label, told in ((SUPPORTS, true), (NOT, false)):
            for one in sorted(told):
                yield Pair(evidence, one, label, "summedits")


def _judging_summary(row: dict[str, Any]) -> bool:
    return row["domain"] == "news" and share(row["evidence"], 3)


def focused(premise: str, claim: str, longest: int) -> str:
    """The sentences of a long premise that share most with the claim, in their order."""
    if len(premise) <= longest:
        return premise
    wanted = _words(claim)
    parts = sentences(premise)
    scored = sorted(
        range(len(parts)), key=lambda i: -len(wanted & _words(parts[i])) / (8 + len(parts[i]) ** 0.5)
    )
    chosen: list[int] = []
    for place in scored:
        if sum(len(parts[i]) for i in chosen) + len(parts[place]) <= longest or not chosen:
            chosen.append(place)
    return " ".join(parts[i] for i in sorted(chosen))[: 2 * longest]


def _words(text: str) -> set[str]:
    return {word for word in re.findall(r"\w+", text.lower()) if len(word) > 2}


def sentences(text: str) -> list[str]:
    """The sentences of a text."""
    return [s.strip() for line in text.split("\n") for s in segment("en", line) if s.strip()]


def detokenised(text: str) -> str:
    """Text as it is printed, from text cut into tokens."""
    for token, sign in (
        ("-LRB-", "("),
        ("-RRB-", ")"),
        ("-LSB-", "["),
        ("-RSB-", "]"),
        ("``", "“"),
        ("''", "”"),
    ):
        text = text.replace(token, sign)
    text = re.sub(r" ([,.;:!?)\]”%]|'s\b|n't\b|'re\b|'ve\b|'ll\b)", r"\1", text)
    return re.sub(r"([(\[“$]) ", r"\1", text).strip()


def rows(file: Path) -> Iterator[dict[str, Any]]:
    """The rows of a packed file of JSON lines."""
    with gzip.open(file, "rt") as lines:
        for line in lines:
            yield json.loads(line)
