"""Claims with the text that does or does not support them.

Of WiCE (Kamoi et al. 2023) and of AttributionBench (Li et al. 2024) a half teaches and the other judges.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_LONGEST = 1200  # characters of evidence; what a citation shows is shorter


@dataclass(frozen=True, slots=True)
class ClaimExample:
    """A claim and the text that is cited for it."""

    claim: str
    evidence: str
    supported: bool
    kind: str


def kept_apart(key: str) -> bool:
    """Tells whether the row of that id judges and is never learned from: a half, the same one each time."""
    return hashlib.sha256(key.encode()).digest()[0] % 2 == 1


def wice(data: Path, *, apart: bool) -> Iterator[ClaimExample]:
    """WiCE's claims with the sentences that its annotators named; partial support is none."""
    folder = data / "wice" / "data" / "entailment_retrieval" / "claim"
    for file in ("dev.jsonl", "test.jsonl"):
        for line in (folder / file).read_text().splitlines():
            row = json.loads(line)
            if kept_apart(row["meta"]["id"]) is not apart:
                continue
            named = row["supporting_sentences"][0] if row["supporting_sentences"] else range(8)
            evidence = " ".join(row["evidence"][i] for i in sorted(named) if i < len(row["evidence"]))
            supported = row["label"] == "supported"
            yield ClaimExample(row["claim"], evidence[:_LONGEST], supported, "wice")


def attribution_bench(data: Path, *, apart: bool) -> Iterator[ClaimExample]:
    """AttributionBench's claims with the texts they cite."""
    file = data / "attributionbench" / "dev_all_subset_balanced.jsonl"
    for line in file.read_text().splitlines():
        row = json.loads(line)
        if kept_apart(row["id"]) is apart:
            evidence = "\n".join(row["references"])[:_LONGEST]
            supported = row["attribution_label"] == "attributable"
            yield ClaimExample(row["claim"], evidence, supported, "attributionbench")
