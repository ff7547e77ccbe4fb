"""How well two sentences are told to be of one event or not, over ECB+.

    python -m eval.benchmarks.same_event --data FOLDER

Sentences of two documents tell of one event where they share a chain of coreferent actions. They do not
where they stand in the other story of their topic, which is one of the same kind, or share no chain.
"""

import gzip
import json
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Annotated

import typer

from eval.benchmarks.entailment import auroc
from service.reading.conflicts import LEAST_ALIKE, likeness

SEED = 5
MOST = 60  # pairs of a kind and topic


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence that tells of actions, with the story and the title of its document."""

    story: str
    document: str
    text: str
    title: str
    actions: frozenset[str]


def sentences(folder: Path) -> dict[str, list[Sentence]]:
    """Reads the sentences of ECB+ that tell of an action, by topic; a document's first is its title."""
    texts: dict[str, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    with gzip.open(folder / "ecbplus.conll.gz", "rt") as lines:
        for line in lines:
            parts = line.split("\t")
            if len(parts) >= 4:
                texts[parts[0]][int(parts[1])].append(parts[3])
    actions: dict[tuple[str, int], set[str]] = defaultdict(set)
    with gzip.open(folder / "event_mentions.json.gz", "rt") as file:
        for mention in (one for story in json.load(file).values() for one in story):
            if mention["mention_type"] == "ACT":
                actions[mention["conll_doc_key"], mention["sent_id"]].add(mention["coref_chain"])
    found: dict[str, list[Sentence]] = defaultdict(list)
    for (key, place), chains in actions.items():
        topic, story, _ = key.split("/")
        text = " ".join(texts[key][place])
        title = " ".join(texts[key][min(texts[key])]) if place else ""
        found[topic].append(Sentence(story, key, text, title, frozenset(chains)))
    return found


def pairs(topic: Sequence[Sentence], rng: random.Random) -> Iterator[tuple[Sentence, Sentence, bool]]:
    """Pairs of one event, of the two like stories, and of other events of one story."""
    kinds: dict[str, list[tuple[Sentence, Sentence]]] = defaultdict(list)
    for one, other in combinations(topic, 2):
        if one.document == other.document:
            continue
        same = bool(one.actions & other.actions)
        kinds["one" if same else "near" if one.story != other.story else "other"].append((one, other))
    for kind, found in sorted(kinds.items()):
        most = MOST // 2 if kind == "other" else MOST
        for one, other in rng.sample(found, min(most, len(found))):
            yield one, other, kind == "one"


def main(
    data: Annotated[Path, typer.Option(help="The folder that holds ecbplus/.")],
) -> None:
    """Print how well the likeness of sentences under their titles tells events apart."""
    rng = random.Random(SEED)  # noqa: S311
    found = [pair for topic in sentences(data / "ecbplus").values() for pair in pairs(topic, rng)]
    scores = [likeness(f"{one.title} {one.text}", f"{two.title} {two.text}") for one, two, _ in found]
    same = [score for score, (_, _, one) in zip(scores, found, strict=True) if one]
    other = [score for score, (_, _, one) in zip(scores, found, strict=True) if not one]
    near = [
        s for s, (one, two, same) in zip(scores, found, strict=True) if not same and one.story != two.story
    ]
    print(f"{len(same)} pairs of one event, {len(near)} of near ones, {len(other) - len(near)} of one story")
    print(f"AUROC {auroc(same, other):.3f}, against near events alone {auroc(same, near):.3f}")
    for least in (0.2, LEAST_ALIKE, 0.4):
        passed = [sum(score >= least for score in some) / len(some) for some in (same, near, other)]
        print(
            "from {}: of one event {:.2f}, of near ones {:.2f}, of all others {:.2f}".format(least, *passed)
        )


if __name__ == "__main__":
    typer.run(main)
