"""Trains the weights that choose among the verbs of saying around a quotation, on PolNeAR's training part.

    python -m eval.training.speakers --data FOLDER [--out service/attribution/speaker_weights.json]

A logistic regression over marks of how a candidate stands to the words
(`service.attribution.speakers.candidates`); a candidate is right where its source overlaps the annotated
one. Sentences that nobody is said to have said count as well, with every candidate wrong. It takes about a
minute and gives the same weights each time.
"""

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from eval.benchmarks.speakers import load
from service.attribution.speakers import candidates, content_of

LEAST_SEEN = 8  # marks that are rarer are left out
STRENGTH = 0.3  # inverse regularisation


def examples(data: Path) -> tuple[list[list[str]], list[bool]]:
    """The marks of every candidate of the training part, and whether it is the annotated speaker."""
    marks, right = [], []
    for item in load(data, "train"):
        for candidate, found in candidates(item.text, content_of(item.text, item.span)):
            source = candidate.source
            marks.append(found)
            right.append(any(source.start < span.end and source.end > span.start for span in item.sources))
    return marks, right


def train(marks: list[list[str]], right: list[bool]) -> dict[str, float]:
    """The weight of each mark; the constant has no name."""
    # scikit-learn has no type stubs
    from sklearn.feature_extraction import DictVectorizer  # type: ignore[import-untyped]
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

    seen = Counter(mark for found in marks for mark in found)
    kept = [{mark: 1.0 for mark in found if seen[mark] >= LEAST_SEEN} for found in marks]
    vectorizer = DictVectorizer()
    model = LogisticRegression(C=STRENGTH, max_iter=2000).fit(vectorizer.fit_transform(kept), right)
    names = vectorizer.get_feature_names_out().tolist()
    weights = {name: round(weight, 3) for name, weight in zip(names, model.coef_[0].tolist(), strict=True)}
    return {"": round(float(model.intercept_[0]), 3), **{k: v for k, v in sorted(weights.items()) if v}}


def main(
    data: Annotated[Path, typer.Option(help="A folder with PolNeAR in it.")],
    out: Annotated[Path, typer.Option(help="Where to write the weights.")] = Path(
        "service/attribution/speaker_weights.json"
    ),
) -> None:
    """Train the weights and write them."""
    if not (data / "polnear" / "train").is_dir():
        print(f"skipped: there is no polnear/train in {data}", file=sys.stderr)
        return
    marks, right = examples(data)
    weights = train(marks, right)
    out.write_text(json.dumps(weights, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
    print(f"{len(marks)} candidates, {sum(right)} right, {len(weights)} weights in {out}")


if __name__ == "__main__":
    typer.run(main)
