"""Candidates: sentences of the passages, each with the probability that it answers the question.

Every answerer starts from these: the embedded one quotes them, and sources are compared by them.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from index.archive import Archive
from index.backends.local.lexical import stems
from index.extraction.boilerplate import ends_sentence
from index.extraction.duplicates import differ
from index.extraction.quotable import quotable
from index.models.reader import Reading, ReadingModel
from index.records import Article, Hit, Span
from index.search.hybrid import CANDIDATES
from service.evidence import Finding, Quote
from service.formatting import in_words
from service.questions.decompose import put_together
from service.questions.plan import Plan
from service.reading.across import is_across, read_across
from service.reading.ranking import features, ranking, sought, words_held

LEAST_FOUND = 0.4  # score of a hit below which it is not read; docs/ranking.md has what that loses
LEAST = 0.05  # probability below which a sentence is no finding at all
LEAST_READ = 0.002  # the reader's probability below which a sentence is not weighed
LEAST_WORDS = 6  # of a line without a full stop: of 938 shorter ones none answered, over 990 public questions
SAME_WORDS = 0.7  # Jaccard similarity from which two sentences are one text printed twice

_SENTENCE = re.compile(r"(?<=[.!?])[\"”’»)]*\s+|\n+")
_WORD = re.compile(r"\w+(?:[-'’]\w+|(?<=\d)[.,:]\d+)*")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer, with its features; `answer` are the words of it that do."""

    quote: Quote
    answer: str
    sure: float  # the reader's probability of these very words
    features: Mapping[str, float]


def findings(archive: Archive, model: ReadingModel, plan: Plan, hits: Sequence[Hit]) -> tuple[Finding, ...]:
    """The sentences that may answer, the most probable first, each text once.

    A sentence that several articles print is found in the best ranked of them, and the quote names
    the outlets of the others.
    """
    foreign = [hit for hit in hits if is_across(plan, hit.article, archive.embedder)]
    own = [hit for hit in hits if hit not in foreign]
    likely = _worth_reading(archive, plan, own)
    found = _ranked(candidates(plan, likely, read(model, plan, likely)))
    found += read_across(archive.embedder, plan, foreign)
    if plan.intent != "several" and (asked := [part.question for part in plan.parts]):
        plans = [replace(plan, standalone_question=part, search_words=part, read_as="") for part in asked]
        shared = _shared_out(plans, own)
        found += put_together(
            [
                _ranked(candidates(part, theirs, read(model, part, theirs)))
                for part, theirs in zip(plans, shared, strict=True)
            ]
        )
    found.sort(key=lambda finding: -finding.score)
    merged = _merged(found)
    articles = {finding.quote.article.id: finding.quote.article for finding in merged}
    copies = {article.id: _printed(archive.copies(article)) for article in articles.values()}
    return tuple(_with_copies(finding, copies) for finding in merged)


def _worth_reading(archive: Archive, plan: Plan, hits: Sequence[Hit]) -> Sequence[Hit]:
    """The hits without those that the search puts far behind; all of them where that says nothing.

    Where it may take all passages for candidates, the last of them need not be worse than the first.
    """
    if not sought(plan).read or archive.summary(plan.filters).passages <= CANDIDATES:
        return hits
    return [hit for hit in hits if hit.score >= LEAST_FOUND]


def read(model: ReadingModel, plan: Plan, hits: Sequence[Hit]) -> list[Reading]:
    """Reads each hit with the model."""
    if not hits:
        return []
    heads = [_head(plan, hit) for hit in hits]
    return model.read(
        plan.asked,
        [head + hit.passage.text for head, hit in zip(heads, hits, strict=True)],
        [
            [_moved(sentence, len(head) - hit.passage.start) for sentence in hit.passage.sentences]
            for head, hit in zip(heads, hits, strict=True)
        ],
    )


def candidates(plan: Plan, hits: Sequence[Hit], readings: Sequence[Reading]) -> list[Candidate]:
    """The sentences of the hits that the reader gives any chance, with what speaks for each."""
    want = sought(plan)
    found = []
    for hit, reading in zip(hits, readings, strict=True):
        shift = hit.passage.start - len(_head(plan, hit))
        for sentence, own in zip(hit.passage.sentences, reading.sentences, strict=True):
            if own >= LEAST_READ or not want.read:
                answer, sure = _answer(hit, sentence, shift, reading)
                quote = _quote(hit.article, sentence, answer)
                if want.read and _is_scrap(quote.text):
                    continue
                held = features(want, hit, quote, own)
                words = (quote.answer or quote.span).of(hit.article.text)
                found.append(Candidate(quote, words, sure, held))
    return found


def _is_scrap(text: str) -> bool:
    """Tells whether a line is no sentence and shorter than a headline: a label, a name or a number alone."""
    return len(text.split()) < LEAST_WORDS and not ends_sentence(text)


def _quote(article: Article, sentence: Span, answer: Span) -> Quote:
    """A sentence without dateline and credit; words that stand in those are not what it says."""
    span = quotable(article.text, sentence)
    inside = span.start <= answer.start and answer.end <= span.end
    return Quote(article=article, span=span, answer=answer if inside else span)


def _ranked(found: Sequence[Candidate]) -> list[Finding]:
    """The candidates that are probable enough to be findings."""
    scored = [(one, ranking().probability(one.features)) for one in found]
    return [
        Finding(quote=one.quote, answer=one.answer, score=score, sure=one.sure)
        for one, score in scored
        if score >= LEAST
    ]


def _shared_out(plans: Sequence[Plan], hits: Sequence[Hit]) -> list[list[Hit]]:
    """For each part of a question the hits that hold more of its words than of the others'."""
    wanted = [sought(plan) for plan in plans]
    shared: list[list[Hit]] = [[] for _ in plans]
    for hit in hits:
        held = frozenset(stems(f"{hit.article.title or ''} {hit.passage.text}"))
        shares = [words_held(want.shares, held) for want in wanted]
        shared[shares.index(max(shares))].append(hit)
    return shared


@dataclass(frozen=True, slots=True)
class _Worded:
    """A sentence with its stems."""

    text: str
    stems: frozenset[str]

    @classmethod
    def of(cls, text: str) -> "_Worded":
        return cls(text, frozenset(stems(text)))

    def says_as(self, other: "_Worded") -> bool:
        """Returns True if two sentences are one text, with the same figures, names and denials."""
        shared, all_of_them = len(self.stems & other.stems), len(self.stems | other.stems)
        return shared >= SAME_WORDS * all_of_them and not differ(self.text, other.text)


def _printed(copies: Sequence[Article]) -> list[tuple[str, list[_Worded]]]:
    """The outlets of those articles, each with its sentences."""
    return [
        (copy.outlet, [_Worded.of(one) for one in _SENTENCE.split(copy.evidence())])
        for copy in copies
        if copy.outlet
    ]


def _with_copies(finding: Finding, copies: Mapping[int, list[tuple[str, list[_Worded]]]]) -> Finding:
    """The finding with the outlets that print its sentence in a copy of its article."""
    worded = _Worded.of(finding.quote.text)
    outlets = [
        outlet
        for outlet, sentences in copies[finding.quote.article.id]
        if any(worded.says_as(sentence) for sentence in sentences)
    ]
    return _also_printed(finding, outlets)


def _head(plan: Plan, hit: Hit) -> str:
    """Head put before a passage for the reader: its title, which says what it is about.

    Where the question names a time, the day of publication stands before it, for a passage seldom names its
    own year.
    """
    article = hit.article
    day = f"{in_words(article.published)}. " if plan.named_periods and article.published else ""
    return f"{day}{article.title}. " if article.title else day


def _moved(span: Span, by: int) -> Span:
    return Span(span.start + by, span.end + by)


def _answer(hit: Hit, sentence: Span, shift: int, reading: Reading) -> tuple[Span, float]:
    """Locates the words that answer, with their probability: the best stretch, or the sentence."""
    for span in reading.spans:
        if sentence.start <= span.start + shift and span.end + shift <= sentence.end:
            words = _whole_words(hit.article.text, Span(span.start + shift, span.end + shift), sentence)
            return words, span.score
    return sentence, 0.0


def _whole_words(text: str, span: Span, sentence: Span) -> Span:
    """The stretch with the words at its ends whole: "Sixty-two" for its "two", "725,246" for its "246"."""
    words = [
        word
        for word in _WORD.finditer(text, sentence.start, sentence.end)
        if word.start() < span.end and span.start < word.end()
    ]
    if not words:
        return span
    return Span(min(span.start, words[0].start()), max(span.end, words[-1].end()))


def _merged(found: Sequence[Finding]) -> list[Finding]:
    """Best first, with a sentence that several articles print kept once, and the others named."""
    kept: list[tuple[Finding, _Worded]] = []
    for finding in found:
        worded = _Worded.of(finding.quote.text)
        twin = next((i for i, (_, other) in enumerate(kept) if worded.says_as(other)), None)
        if twin is None:
            kept.append((finding, worded))
            continue
        outlet = finding.quote.article.outlet
        other, its_words = kept[twin]
        kept[twin] = (_also_printed(other, [outlet] if outlet else []), its_words)
    return [finding for finding, _ in kept]


def _also_printed(finding: Finding, outlets: Sequence[str]) -> Finding:
    quote = finding.quote
    others = dict.fromkeys((*quote.also_printed_by, *outlets))
    others.pop(quote.article.outlet or "", None)
    return replace(finding, quote=replace(quote, also_printed_by=tuple(others)))
