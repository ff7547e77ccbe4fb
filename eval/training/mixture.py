"""What one epoch learns from: a fresh draw of questions, and of passages that do not answer them."""

import json
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path

from eval.training import corpora, negatives, passage_sets
from eval.training.corpora import Example
from eval.training.overlap import Shingles
from index.models.reader import head_line
from index.records import Span

SHORT, LONG = 350, 1000  # characters of a passage; short ones teach as much in a third of the time
SHORT_SHARE = 0.65
NEWS_WINDOW = 900


@dataclass(frozen=True, slots=True)
class Corpora:
    """All that may be learned from: the sets by name, and passages of news with their head lines."""

    sets: Mapping[str, list[Example]]
    news_passages: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Share:
    """How much of a set one epoch draws, and of its answerable ones how many are made unanswerable.

    By an edited question, by an exchanged word (pairs), by a passage without the sentence, and by
    another passage that is found for the question.
    """

    drawn: float
    edited: float = 0.0
    exchanged: float = 0.0
    cut: float = 0.0
    mined: float = 0.0


SHARES = {
    "squad": Share(0.4, edited=0.05, exchanged=0.1, cut=0.05, mined=0.6),
    "squad unanswerable": Share(1.0),
    "squad2_train": Share(0.35, edited=0.05, exchanged=0.1, cut=0.05, mined=0.6),
    "squad2_train unanswerable": Share(1.0),
    "pairs": Share(1.0),
    "nq": Share(1.0, exchanged=0.03, cut=0.1, mined=0.5),
    "nq unanswerable": Share(1.0),
    "repliqa": Share(1.0, cut=0.5),
    "repliqa unanswerable": Share(1.0),
    "musique": Share(1.0),
    "musique unanswerable": Share(1.0),
    "multispan": Share(1.0, cut=0.4, mined=0.5),
    "quoref": Share(0.5, cut=0.2),
    "cast": Share(0.4),
    "cast unanswerable": Share(0.8),
    "reviews": Share(0.5),
    "reviews unanswerable": Share(0.5),
    "sentence": Share(0.12),
    "sentence unanswerable": Share(0.25),
    "qamr": Share(0.12),
    "qamr unanswerable": Share(0.1),
    "shifted": Share(0.08, exchanged=0.05, cut=0.1, mined=1.0),
    "dated": Share(0.5, edited=0.3, exchanged=0.4),
    "news": Share(2.0, edited=0.1, exchanged=0.1, cut=0.5, mined=4.0),
}


def load_corpora(data: Path) -> Corpora:
    """Reads the sets of that folder, without what shares a stretch of text with what judges."""
    judged = Shingles(judging_passages(data))
    news, passages = corpora.news_examples(data)
    texts = passages | _multihop_passages(data)
    loaded = {
        "squad": corpora.squad_examples(data),
        "shifted": corpora.shifted_examples(data),
        "dated": corpora.dated_examples(data),
        "news": news,
        "pairs": list(passage_sets.squad2_pairs(data)),
        "squad2_train": list(passage_sets.squad2_train(data)),
        "nq": list(passage_sets.search_questions(data, apart=False)),
        "repliqa": list(passage_sets.long_articles(data)),
        "musique": list(passage_sets.several_hops(data)),
        "multispan": list(passage_sets.several_answers(data)),
        "quoref": list(passage_sets.edited_paragraphs(data)),
        "cast": list(passage_sets.conversations(data)),
        "reviews": list(passage_sets.reviews(data)),
        "sentence": list(passage_sets.answer_sentences(data)),
        "qamr": list(passage_sets.asked_of_sentences(data)),
    }
    clean = {text: not judged.touch(text) for text in _passages(chain(*loaded.values())) | texts.keys()}
    sets: dict[str, list[Example]] = {}
    for name, examples in loaded.items():
        for example in examples:
            kind = name if example.answerable or name == "pairs" else f"{name} unanswerable"
            if clean[example.passage]:
                sets.setdefault(kind, []).append(example)
    return Corpora(sets, {text: head for text, head in texts.items() if clean[text]})


def judging_passages(data: Path) -> set[str]:
    """All passages that judge or calibrate the reader."""
    titles = corpora.TEST | corpora.CALIBRATION
    return _passages(
        [
            *corpora.squad_examples(data, titles),
            *passage_sets.search_questions(data, apart=True),
            *passage_sets.news_sentences(data),
            *passage_sets.retrieved_sentences(data),
            *passage_sets.sibling_paragraphs(data),
        ]
    )


def questions(sets: Corpora, rng: random.Random) -> list[Example]:
    """Answerable and unanswerable questions of one epoch, about as many of each, over stretches of text."""
    asked = [example for name, examples in sets.sets.items() for example in _drawn(sets, name, examples, rng)]
    pairs: dict[str, list[Example]] = {}
    for place, example in enumerate(asked):
        pairs.setdefault(example.pair or str(place), []).append(example)
    return [window for pair in pairs.values() for window in _windows(pair, rng)]


def _windows(pair: Sequence[Example], rng: random.Random) -> list[Example]:
    """Questions over one passage, cut to the same stretch of it."""
    length = SHORT if rng.random() < SHORT_SHARE else LONG
    if len(pair) == 1:
        return [negatives.windowed(pair[0], length, rng)]
    held = [span for span in map(negatives.nearest, pair) if span]
    if not held or any(example.unmarked for example in pair):
        return list(pair)
    both = Span(min(span.start for span in held), max(span.end for span in held))
    seed = rng.random()
    return [negatives.windowed(example, length, random.Random(seed), both) for example in pair]


def _drawn(sets: Corpora, name: str, examples: Sequence[Example], rng: random.Random) -> list[Example]:
    share = SHARES[name]
    drawn = _sample(examples, share.drawn, rng)
    if name == "news":
        pool: Mapping[str, str] = sets.news_passages
    else:
        pool = {example.passage: example.head for example in drawn}
    each = max(1, round(share.mined))
    return [
        *drawn,
        *negatives.edited(drawn, share.edited, rng),
        *negatives.exchanged(drawn, share.exchanged, rng),
        *negatives.cut(drawn, share.cut, rng),
        *(negatives.mined(drawn, pool, each, share.mined / each, rng) if share.mined else ()),
    ]


def _sample(examples: Sequence[Example], share: float, rng: random.Random) -> list[Example]:
    """That share of the examples; more than all of them where it is over 1."""
    whole, rest = divmod(share, 1)
    return [*examples] * int(whole) + rng.sample(list(examples), int(len(examples) * rest))


def _multihop_passages(data: Path) -> dict[str, str]:
    """MultiHop-RAG's articles (Tang & Yang 2024) as passages with their head lines."""
    passages = {}
    for article in json.loads((data / "multihop_rag" / "corpus.json").read_text()):
        published = article.get("published_at")
        day = datetime.fromisoformat(published).date() if published else None
        head = head_line(article["title"], article.get("source", ""), day)
        for start in range(0, min(len(article["body"]), 4 * NEWS_WINDOW), NEWS_WINDOW):
            passages[article["body"][start : start + NEWS_WINDOW]] = head
    return passages


def _passages(examples: Iterable[Example]) -> set[str]:
    return {example.passage for example in examples}
