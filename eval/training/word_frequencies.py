"""Counts in how many passages of public text each stem is found, for `index.models.word_weights`.

    python -m eval.training.word_frequencies --data DIR [--out FILE]

Half of the passages are of news articles, the rest of Wikipedia, posts and reviews; none judges the reader.
"""

import argparse
import gzip
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from eval.training import corpora, passage_sets
from index.backends.local.lexical import stems
from index.models.word_weights import PACKAGED, WordWeights

STEMS = 50_000
WINDOW = 900  # characters of an article, as a passage has


def passages(data: Path) -> Iterator[str]:
    """The passages that are counted: news in windows, and those of the question sets."""
    for article in json.loads((data / "multihop_rag" / "corpus.json").read_text()):
        yield from _windows(article["body"])
    with gzip.open(data / "realtimeqa" / "archive_2022.jsonl.gz", "rt") as lines:
        for line in lines:
            yield from _windows(json.loads(line)["text"] or "")
    sets = (
        corpora.squad_examples(data),
        corpora.shifted_examples(data),
        corpora.dated_examples(data),
        passage_sets.squad2_train(data),
        passage_sets.search_questions(data, apart=False),
        passage_sets.edited_paragraphs(data),
        passage_sets.long_articles(data),
    )
    for examples in sets:
        yield from dict.fromkeys(window for example in examples for window in _windows(example.passage))


def counted(texts: Iterable[str], most: int = STEMS) -> WordWeights:
    """Returns the frequencies of the commonest stems; one that a single passage holds is left out."""
    total, found = 0, Counter[str]()
    for text in texts:
        total += 1
        found.update(set(stems(text)))
    return WordWeights(total, {stem: count for stem, count in found.most_common(most) if count > 1})


def _windows(text: str) -> Iterator[str]:
    return (text[start : start + WINDOW] for start in range(0, len(text), WINDOW))


def main() -> None:
    """Counts, writes the table and says how large it is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=PACKAGED)
    arguments = parser.parse_args()
    weights = counted(passages(arguments.data))
    weights.write(arguments.out)
    print(f"{len(weights.passages_with)} stems of {weights.total} passages in {arguments.out}")


if __name__ == "__main__":
    main()
