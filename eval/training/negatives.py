"""Questions with passages that do not answer them: edited questions, cut passages, near neighbours."""

import random
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from sentencex import segment

from eval.training.corpora import Example
from eval.training.perturbing import QUESTION_KINDS, perturbed, replacement
from index.backends.local.lexical import LexicalIndex
from index.catalogue.catalogue import Entry
from index.records import Span


def edited(examples: Sequence[Example], share: float, rng: random.Random) -> Iterator[Example]:
    """Questions changed by rule until the passage no longer answers them."""
    subjects = defaultdict(list)
    for example in examples:
        subjects[example.group].append(example.passage)
    for example in examples:
        if rng.random() < share:
            pool = f"{example.passage} {rng.choice(subjects[example.group])}"
            question = perturbed(example.question, pool, QUESTION_KINDS, rng)
            if question is not None:
                yield Example(question, example.passage, (), "edited", example.group)


def exchanged(examples: Sequence[Example], share: float, rng: random.Random) -> Iterator[Example]:
    """Pairs over a passage in which a word of the question is exchanged everywhere.

    The question as it was has no answer in it; the question changed alike has. Taught both, a model can
    not go by how odd a question or a passage sounds.
    """
    subjects = defaultdict(list)
    for example in examples:
        subjects[example.group].append(example.passage)
    for example in examples:
        if not example.answers or rng.random() >= share:
            continue
        pool = rng.choice(subjects[example.group])
        found = replacement(example.question, example.passage, pool, rng)
        answer = example.answers[0]
        words = answer.of(example.passage)
        if found is None or re.search(rf"\b{re.escape(found[0])}\b", words):
            continue

        def changed(text: str, old: str = found[0], new: str = found[1]) -> str:
            return re.sub(rf"\b{re.escape(old)}\b", lambda _: new, text)

        before = changed(example.passage[: answer.start])
        passage = before + words + changed(example.passage[answer.end :])
        span = Span(len(before), len(before) + len(words))
        yield Example(example.question, passage, (), "exchanged", example.group)
        yield Example(changed(example.question), passage, (span,), "exchanged", example.group)


def cut(examples: Sequence[Example], share: float, rng: random.Random) -> Iterator[Example]:
    """Passages without the sentence that answers: the right subject, and no answer."""
    for example in examples:
        if example.answers and rng.random() < share:
            rest = without_answer(example)
            if rest is not None:
                yield Example(example.question, rest, (), "cut", example.group)


def without_answer(example: Example) -> str | None:
    """The passage without the sentences that hold the answer; None where too little is left."""
    words = example.answers[0].of(example.passage).casefold()
    kept = []
    start = 0
    for sentence in segment("en", example.passage):
        end = start + len(sentence)
        touched = any(a.start < end and start < a.end for a in example.answers)
        if not touched and words not in sentence.casefold():
            kept.append(sentence)
        start = end
    rest = "".join(kept).strip()
    return rest if len(rest) > 100 else None


def mined(
    examples: Sequence[Example], passages: Iterable[str], each: int, share: float, rng: random.Random
) -> Iterator[Example]:
    """The passages that our own lexical search ranks high for a question and that lack its answer."""
    texts = list(dict.fromkeys(passages))
    index = LexicalIndex.build(Entry(i, "", text) for i, text in enumerate(texts))
    for example in examples:
        if not example.answers or rng.random() >= share:
            continue
        answers = {span.of(example.passage).casefold() for span in example.answers}
        found = [texts[i] for i, _ in index.search(example.question, each + 4)]
        lacking = [
            text
            for text in found
            if text != example.passage and not any(answer in text.casefold() for answer in answers)
        ]
        for text in lacking[:each]:
            yield Example(example.question, text, (), "mined", example.group)


def windowed(example: Example, longest: int, rng: random.Random) -> Example:
    """The example over a stretch of its passage of at most `longest` characters, at sentence ends."""
    bounds = [0]
    for sentence in segment("en", example.passage):
        bounds.append(bounds[-1] + len(sentence))
    spans = [Span(a, b) for a, b in pairwise(bounds) if b > a]
    held = example.answers[:1] or (Span(0, 1),)
    around = [i for i, s in enumerate(spans) if s.start < held[0].end and held[0].start < s.end]
    if not example.answers:
        around = [rng.randrange(len(spans))] if spans else []
    if not around:
        return example
    first, last = around[0], around[-1]
    while True:
        ways = [
            (f, t)
            for f, t in ((first - 1, last), (first, last + 1))
            if f >= 0 and t < len(spans) and spans[t].end - spans[f].start <= longest
        ]
        if not ways:
            break
        first, last = rng.choice(ways)
    start, end = spans[first].start, spans[last].end
    answers = tuple(
        Span(a.start - start, a.end - start) for a in example.answers if a.start >= start and a.end <= end
    )
    return Example(example.question, example.passage[start:end], answers, example.kind, example.group)
