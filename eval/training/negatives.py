"""Questions with passages that do not answer them: edited questions, cut passages, near neighbours."""

import random
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from eval.training.corpora import Example, sentences_of, words_of
from eval.training.perturbing import QUESTION_KINDS, perturbed, replacement
from index.backends.local.lexical import LexicalIndex
from index.catalogue.catalogue import Entry
from index.records import Span

ANYWHERE = 0.2  # how often a passage without an answer is cut elsewhere than where it is nearest to one


def edited(examples: Sequence[Example], share: float, rng: random.Random) -> Iterator[Example]:
    """Questions changed by rule until the passage no longer answers them."""
    subjects = defaultdict(list)
    for example in examples:
        subjects[example.group].append(example.passage)
    for example in examples:
        if example.answers and rng.random() < share:
            pool = f"{example.passage} {rng.choice(subjects[example.group])}"
            question = perturbed(example.question, pool, QUESTION_KINDS, rng)
            if question is not None:
                yield replace(example, question=question, answers=(), near=example.answers[0], kind="edited")


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
        pair = f"{example.question}\n{passage}"
        both = replace(example, passage=passage, kind="exchanged", pair=pair, head="")
        yield replace(both, answers=(), near=span)
        yield replace(both, answers=(span,), question=changed(example.question))


def cut(examples: Sequence[Example], share: float, rng: random.Random) -> Iterator[Example]:
    """Passages without the sentence that answers: the right subject, and no answer."""
    for example in examples:
        if example.answers and rng.random() < share:
            rest = without_answer(example)
            if rest is not None:
                yield replace(example, passage=rest, answers=(), kind="cut")


def without_answer(example: Example) -> str | None:
    """The passage without the sentences that hold the answer; None where too little is left."""
    words = example.answers[0].of(example.passage).casefold()
    kept = []
    for span in sentences_of(example.passage):
        sentence = span.of(example.passage)
        touched = any(a.start < span.end and span.start < a.end for a in example.answers)
        if not touched and words not in sentence.casefold():
            kept.append(sentence)
    rest = "".join(kept).strip()
    return rest if len(rest) > 100 else None


def mined(
    examples: Sequence[Example], texts: Mapping[str, str], each: int, share: float, rng: random.Random
) -> Iterator[Example]:
    """The passages that our own lexical search ranks high for a question and that lack its answer.

    `texts` holds passages with their head lines.
    """
    passages = list(texts)
    index = LexicalIndex.build(Entry(i, "", text) for i, text in enumerate(passages))
    for example in examples:
        if not example.answers or rng.random() >= share:
            continue
        answers = {span.of(example.passage).casefold() for span in example.answers}
        found = [passages[i] for i, _ in index.search(example.question, each + 4)]
        lacking = [
            text
            for text in found
            if text != example.passage
            and not any(answer in f"{texts[text]} {text}".casefold() for answer in answers)
        ]
        for text in rng.sample(lacking, min(each, len(lacking))):
            yield Example(example.question, text, (), "mined", example.group, head=texts[text])


def windowed(example: Example, longest: int, rng: random.Random, held: Span | None = None) -> Example:
    """The example over a stretch of its passage of at most `longest` characters, at sentence ends.

    The stretch holds `held`: by itself the answer, or what comes nearest to one. Nobody knows where an
    unmarked answer stands, so it keeps its passage whole.
    """
    spans = [s for s in sentences_of(example.passage) if s.end > s.start]
    if example.unmarked or not spans:
        return example
    held = held or nearest(example) or _sharing(example, spans, rng)
    around = [i for i, s in enumerate(spans) if s.start < held.end and held.start < s.end]
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
    return replace(example, passage=example.passage[start:end], answers=answers, near=None)


def nearest(example: Example) -> Span | None:
    """The first answer, or the stretch that is said to come nearest to one."""
    return example.answers[0] if example.answers else example.near


def _sharing(example: Example, spans: Sequence[Span], rng: random.Random) -> Span:
    """The sentence that shares most words with the question, and now and then any."""
    if rng.random() < ANYWHERE:
        return rng.choice(spans)
    asked = words_of(example.question)
    return max(spans, key=lambda span: len(asked & words_of(span.of(example.passage))))
