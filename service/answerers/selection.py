"""The part of the evidence that a model with a small context is given."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace

from index.records import Hit
from service.evidence import Evidence


def best_sentences(evidence: Evidence, most: int, tokens: Callable[[str], int]) -> tuple[Hit, ...]:
    """Returns the passages with only the sentences that read most like an answer, each with the next one.

    `most` is what they may count together, at least one sentence is given, and `tokens` counts a text's.
    """
    chosen: dict[int, set[int]] = defaultdict(set)
    left = most
    for hit, at in _most_promising(evidence):
        sentences = evidence.hits[hit].passage.sentences[at : at + 2]
        for place, span in enumerate(sentences, at):
            if place not in chosen[hit]:
                left -= tokens(evidence.hits[hit].passage.sentence_text(span))
                if left < 0 and any(chosen.values()):
                    return _with_only(evidence, chosen)
                chosen[hit].add(place)
    return _with_only(evidence, chosen)


def _most_promising(evidence: Evidence) -> Iterator[tuple[int, int]]:
    """The places of sentences, hit and sentence: those that the reader found, then the first of each hit."""
    for finding in evidence.findings:
        for number, hit in enumerate(evidence.hits):
            if hit.article.id == finding.quote.article.id and finding.quote.span in hit.passage.sentences:
                yield number, hit.passage.sentences.index(finding.quote.span)
                break
    yield from ((number, 0) for number in range(len(evidence.hits)))


def _with_only(evidence: Evidence, chosen: dict[int, set[int]]) -> tuple[Hit, ...]:
    return tuple(
        replace(
            hit,
            passage=replace(
                hit.passage, sentences=tuple(hit.passage.sentences[place] for place in sorted(chosen[number]))
            ),
        )
        for number, hit in enumerate(evidence.hits)
        if chosen.get(number)
    )
