"""What the passages say in answer to a question: their sentences as the reading model judges them.

Every answerer starts from these: the embedded one quotes them, and sources are compared by them.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from index.archive import Archive
from index.backends.local.lexical import stems
from index.models.reader import Reading, ReadingModel
from index.records import Article, Hit, Span
from service.answerers.formatting import in_words
from service.evidence import Finding, Quote
from service.questions.decompose import parts, put_together
from service.questions.plan import Plan
from service.reading.ranking import wanted, weighed

LEAST = 0.05  # probability below which a sentence is no finding at all
SAME_WORDS = 0.7  # Jaccard similarity from which two sentences are one text printed twice

_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
_SENTENCE = re.compile(r"(?<=[.!?])[\"”’»)]*\s+|\n+")
_BOUND = re.compile(  # "as of June 2022" asks for what holds then, and not for what happened then
    r"\b(?:as of|as at|since|after|before|until|till|by|from)\s+(?:\w+\s+){0,2}\d{4}\b", re.IGNORECASE
)


def findings(archive: Archive, model: ReadingModel, plan: Plan, hits: Sequence[Hit]) -> tuple[Finding, ...]:
    """The sentences that may answer, the most probable first, each text once.

    A sentence that several articles print is found in the best ranked of them, and the quote names
    the outlets of the others. A sentence is left out where the question names a year that neither
    it, nor its passage, nor its article's title and date name: the right subject in the wrong year
    does not answer.
    """
    weights = archive.weights(plan.search_words)
    fitting = [hit for hit in hits if _fits(plan, hit)]
    found = _read(model, plan, weights, fitting)
    if asked := parts(plan):
        by_part = [
            _read(model, replace(plan, standalone_question=part, search_words=part), words, about)
            for part, words, about in _shared_out(asked, weights, fitting)
        ]
        found += put_together(by_part)
    found.sort(key=lambda finding: -finding.score)
    copies = {hit.article.id: _printed(archive.copies(hit.article)) for hit in hits}
    return tuple(_with_copies(finding, copies) for finding in _merged(found))


def _read(
    model: ReadingModel, plan: Plan, weights: Mapping[str, float], hits: Sequence[Hit]
) -> list[Finding]:
    """The sentences of those passages that may answer a plan's question."""
    dated = _YEAR.search(plan.standalone_question) is not None
    texts = [_text(hit, dated=dated) for hit in hits]
    readings = model.read(plan.standalone_question, [text for text, _ in texts]) if texts else []
    want = wanted(plan, weights, hits)
    return [
        finding
        for hit, (_, offset), reading in zip(hits, texts, readings, strict=True)
        for read in _of_passage(hit, offset, reading)
        if (finding := weighed(read, hit, want, reading.score)).score >= LEAST
    ]


def _shared_out(
    asked: Sequence[str], weights: Mapping[str, float], hits: Sequence[Hit]
) -> list[tuple[str, Mapping[str, float], list[Hit]]]:
    """Each part with the weights of its words, and the passages that hold more of it than of the others."""
    wanted = [{stem: weights[stem] for stem in stems(part) if stem in weights} for part in asked]
    shared: list[list[Hit]] = [[] for _ in asked]
    for hit in hits:
        held = set(stems(f"{hit.article.title or ''} {hit.passage.text}"))
        shares = [
            sum(weight for stem, weight in words.items() if stem in held) / (sum(words.values()) or 1)
            for words in wanted
        ]
        shared[shares.index(max(shares))].append(hit)
    return list(zip(asked, wanted, shared, strict=True))


def _printed(copies: Sequence[Article]) -> list[tuple[str, list[frozenset[str]]]]:
    """The outlets of those articles, each with the words of its sentences."""
    return [
        (copy.outlet, [frozenset(stems(one)) for one in _SENTENCE.split(copy.evidence())])
        for copy in copies
        if copy.outlet
    ]


def _with_copies(finding: Finding, copies: Mapping[int, list[tuple[str, list[frozenset[str]]]]]) -> Finding:
    """The finding with the outlets that print its sentence in a copy of its article."""
    held = frozenset(stems(finding.quote.text))
    outlets = [
        outlet
        for outlet, sentences in copies[finding.quote.article.id]
        if any(_same(held, sentence) for sentence in sentences)
    ]
    return _also_printed(finding, outlets)


def _text(hit: Hit, *, dated: bool) -> tuple[str, int]:
    """What the model reads of a hit, and how far in its passage begins: titles say what it is about.

    With `dated` the day of publication stands before it, for a passage seldom names its own year.
    """
    article = hit.article
    day = f"{in_words(article.published)}. " if dated and article.published else ""
    title = f"{article.title}. " if article.title else ""
    return f"{day}{title}{hit.passage.text}", len(day) + len(title)


def _of_passage(hit: Hit, offset: int, reading: Reading) -> list[Finding]:
    found = []
    for sentence in hit.passage.sentences:
        start = sentence.start - hit.passage.start + offset
        stretch = Span(start, start + sentence.end - sentence.start)
        within = [s for s in reading.spans if stretch.start <= s.start and s.end <= stretch.end]
        first = hit.passage.start - offset
        answer = _whole_words(hit, within[0].start + first, within[0].end + first) if within else sentence
        quote = Quote(article=hit.article, span=sentence, answer=answer)
        found.append(
            Finding(quote=quote, answer=answer.of(hit.article.text), score=sum(s.score for s in within))
        )
    return found


def _whole_words(hit: Hit, start: int, end: int) -> Span:
    """The stretch with the words at its ends whole: "Sixty-two", where the model chose the "two" of it."""
    text = hit.article.text
    while start > hit.passage.start and re.fullmatch(r"\w[\w-]|-\w", text[start - 1 : start + 1]):
        start -= 1
    while end < hit.passage.end and re.fullmatch(r"\w[\w-]|-\w", text[end - 1 : end + 1]):
        end += 1
    return Span(start, end)


def _fits(plan: Plan, hit: Hit) -> bool:
    """Whether a passage may be about the year that is asked about: one of them, where several are named."""
    years = set(_YEAR.findall(_BOUND.sub(" ", plan.standalone_question)))
    return not years or bool(years & _years(hit))


def _years(hit: Hit) -> set[str]:
    article = hit.article
    there = set(_YEAR.findall(f"{article.title or ''} {hit.passage.text}"))
    for day in (article.published, *_days_within(article, hit.passage)):
        if day is not None:
            there.add(str(day.year))
    return there


def _days_within(article: Article, stretch: Span) -> list[date]:
    return [
        day
        for mention in article.dates
        if stretch.start <= mention.start and mention.end <= stretch.end
        for day in (mention.first, mention.last)
    ]


def _merged(found: Sequence[Finding]) -> list[Finding]:
    """Best first, with a sentence that several articles print kept once, and the others named."""
    kept: list[tuple[Finding, frozenset[str]]] = []
    for finding in found:
        held = frozenset(stems(finding.quote.text))
        twin = next((i for i, (_, other) in enumerate(kept) if _same(held, other)), None)
        if twin is None:
            kept.append((finding, held))
            continue
        outlet = finding.quote.article.outlet
        other, words_of_other = kept[twin]
        kept[twin] = (_also_printed(other, [outlet] if outlet else []), words_of_other)
    return [finding for finding, _ in kept]


def _same(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) >= SAME_WORDS * len(one | other)


def _also_printed(finding: Finding, outlets: Sequence[str]) -> Finding:
    quote = finding.quote
    others = dict.fromkeys((*quote.also_printed_by, *outlets))
    others.pop(quote.article.outlet or "", None)
    return replace(finding, quote=replace(quote, also_printed_by=tuple(others)))
