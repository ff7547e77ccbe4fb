"""Claims with the text that does or does not support them.

Half of WiCE (Kamoi et al. 2023) and of AttributionBench (Li et al. 2024) is learned from, the other
half is kept to judge by. They are few, so more are made: a question with its answer claims
something, and so does a sentence of the news; both are false once a word of them is changed.
"""

import hashlib
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sentencex import segment

from eval.training.corpora import Example
from eval.training.perturbing import CLAIM_KINDS, perturbed

_LONGEST = 1200  # characters of evidence; what a citation shows is shorter


@dataclass(frozen=True, slots=True)
class ClaimExample:
    """A claim and the text that is cited for it."""

    claim: str
    evidence: str
    supported: bool
    kind: str


def kept_apart(key: str) -> bool:
    """Whether the row of that id judges and is never learned from: a half, the same one each time."""
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


def answered(examples: Sequence[Example], share: float, rng: random.Random) -> Iterator[ClaimExample]:
    """A question with its answer as a claim, and with another stretch of the passage as a false one."""
    for example in examples:
        if not example.answers or rng.random() >= share:
            continue
        answer = example.answers[0].of(example.passage)
        if rng.random() < 0.5:
            yield ClaimExample(f"{example.question} {answer}", example.passage, True, "answered")
            continue
        other = rng.choice(examples)
        wrong = perturbed(f"x {answer}", example.passage, CLAIM_KINDS, rng)
        if wrong is None and other.answers and other.group == example.group:
            wrong = f"x {other.answers[0].of(other.passage)}"
        if wrong is not None:
            yield ClaimExample(f"{example.question} {wrong[2:]}", example.passage, False, "answered")


def reported(texts: Sequence[str], count: int, rng: random.Random) -> Iterator[ClaimExample]:
    """Sentences of the news over their own surroundings, as they stand, shortened, changed or absent."""
    for text in rng.sample(list(texts), min(count, len(texts))):
        sentences = [s.strip() for s in segment("en", text) if 40 < len(s.strip()) < 300]
        if len(sentences) < 4:
            continue
        place = rng.randrange(1, len(sentences) - 1)
        around = [sentences[place - 1], sentences[place], sentences[place + 1]]
        claim = _shortened(sentences[place], rng)
        fate = rng.random()
        if fate < 0.4:
            yield ClaimExample(claim, " ".join(around), True, "reported")
        elif fate < 0.8:
            changed = perturbed(claim, text, CLAIM_KINDS, rng)
            if changed is not None:
                yield ClaimExample(changed, " ".join(around), False, "reported")
        else:
            yield ClaimExample(claim, " ".join((around[0], around[2])), False, "reported")


def _shortened(sentence: str, rng: random.Random) -> str:
    """The sentence, sometimes without what follows its last comma."""
    head, comma, _ = sentence.rpartition(", ")
    return f"{head}." if comma and len(head) > 60 and rng.random() < 0.4 else sentence
