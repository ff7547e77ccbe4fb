"""Trains the classifier of terms on conversations with people's own rewrites, and measures it.

    python -m eval.training.questions.terms --data DIR [--install]

Every second conversation of TREC CAsT 2019 and 2021 teaches, the others judge.
"""

import argparse
import gzip
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from service.questions.plan import Turn
from service.questions.terms import CARD, MOST_TERMS, NAMES, content, features

YEARS = (2019, 2021)
Conversation = Sequence[dict[str, Any]]


def conversations(data: Path, year: int) -> list[Conversation]:
    """The conversations of a year, each a list of turns."""
    with gzip.open(data / "cast_rewrites" / f"cast{year}.jsonl.gz", "rt") as lines:
        found: dict[str, list[dict[str, Any]]] = {}
        for row in map(json.loads, lines):
            found.setdefault(row["topic"], []).append(row)
    return list(found.values())


def turns(conversation: Conversation) -> Iterator[tuple[str, list[Turn], frozenset[str]]]:
    """Each later question with what was said before it, and the stems that people add.

    The questions before it stand alone, as they do where the classifier is asked.
    """
    for place, row in enumerate(conversation[1:], 1):
        before = [
            Turn(question=one["rewritten"], text=one.get("response", "")) for one in conversation[:place]
        ]
        yield row["raw"], before, content(row["rewritten"]) - content(row["raw"])


def taught(of: Sequence[Conversation]) -> Any:
    """A logistic regression that tells the terms that people add."""
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

    rows, labels = [], []
    for conversation in of:
        for question, before, wanted in turns(conversation):
            for stem, row in features(question, before).items():
                rows.append(row)
                labels.append(stem in wanted)
    return LogisticRegression(C=0.3, max_iter=500).fit(np.array(rows), labels)


def measured(model: Any, of: Sequence[Conversation], least: float) -> dict[str, float]:
    """F1 of the added stems, and the share of turns that get a stem which they did not need."""
    right = wrong = lacking = spoilt = count = 0
    for conversation in of:
        for question, before, wanted in turns(conversation):
            found = features(question, before)
            chances = model.predict_proba(np.array(list(found.values())))[:, 1] if found else []
            best = sorted(zip(chances, found, strict=True), reverse=True)[:MOST_TERMS]
            told = frozenset(stem for chance, stem in best if chance >= least)
            right, wrong, lacking = (
                right + len(told & wanted),
                wrong + len(told - wanted),
                lacking + len(wanted - told),
            )
            spoilt += bool(told - wanted)
            count += 1
    return {
        "F1": round(2 * right / max(1, 2 * right + wrong + lacking), 3),
        "turns with a needless word": round(spoilt / max(1, count), 3),
        "turns": count,
    }


def main() -> None:
    """Trains on half, judges the other half at several thresholds, and installs what all of it teaches."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--threshold", type=float, default=0.55)
    parser.add_argument("--install", action="store_true")
    arguments = parser.parse_args()
    of_year = {year: conversations(arguments.data, year) for year in YEARS}
    model = taught([one for year in YEARS for one in of_year[year][::2]])
    figures = {}
    for least in (0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6):
        told = {str(year): measured(model, of_year[year][1::2], least) for year in YEARS}
        print(least, json.dumps(told))
        if least == arguments.threshold:
            figures = told
    if arguments.install:
        whole = taught([one for year in YEARS for one in of_year[year]])
        card = {
            "what": "which words of a conversation belong to a question: logistic regression",
            "learned_from": {"TREC CAsT 2019 and 2021, people's rewrites": "MIT, as stated"},
            "judged_on": "every second conversation of both years, which then taught nothing",
            "figures": figures,
            "threshold": arguments.threshold,
            "offset": round(float(whole.intercept_[0]), 5),
            "weights": {name: round(float(w), 5) for name, w in zip(NAMES, whole.coef_[0], strict=True)},
            "make_again": "python -m eval.training.questions.terms --data DIR --install",
        }
        CARD.write_text(json.dumps(card, indent=1) + "\n")


if __name__ == "__main__":
    main()
