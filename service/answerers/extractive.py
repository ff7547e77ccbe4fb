"""The embedded answerer: no language model, no key, no network. It answers by quoting.

The reading model says which sentences answer and whether any does. They are quoted verbatim, each with who
said it, who printed it and when; a word that only points back is explained in brackets beside it.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from index.extraction.quotable import turn_at
from index.models.entailment import EntailmentModel
from index.models.reader import ReadingModel
from index.records import Article, Hit, Order, Span
from service.attribution.coreference import resolved_head
from service.attribution.speakers import content_of, speaker
from service.evidence import Contrast, Decision, Evidence, Finding, Quote, Report, Short, Side, Statement
from service.formatting import ENGLISH, in_words, messages_of, printed, quotation
from service.questions.plan import Plan
from service.reading.enumerations import items_after
from service.reading.ranking import ranking
from service.reading.timeline import relevance, tellings, timeline
from service.verification.judge import Judge
from service.verification.verify import proved_answer


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


LONGEST = 90  # characters of the words of one answer; more is no short answer
MOST_LISTED = 6  # answers of a list
LEAST_LIKELY = 0.5  # that the sentence answers, for its words to stand in front; docs/extractive.md has why
LEAST_SURE = 0.3  # of the reader, that it is these very words

Proves = Callable[[str, Quote], bool]
"""Returns True if the quote proves that these words answer the question."""


def short_answer(
    plan: Plan, found: Sequence[Finding], contrasts: Sequence[Contrast], proves: Proves
) -> Short | None:
    """Returns the short answer, or None where nothing short answers.

    Args:
        found: The candidates that are shown, best first.
        contrasts: What they disagree about and what changed.
        proves: Judges words against the quote that they are taken from.
    """
    for contrast in contrasts:
        if _may_lead(contrast, found):
            return _contrasted(contrast, plan.locale)
    if plan.wanted == "list":
        listed = [one for one in found if _is_short(one) and proves(one.answer, one.quote)]
        return _listed(listed, plan.locale)
    # What somebody said is the whole quote.
    for one in found[:1] if plan.intent != "yes_no" and plan.wanted != "speech" else ():
        if _is_short(one) and proves(one.answer, one.quote):
            return Short(_capital(one.answer), (one.quote,))
    return None


def short_answer_of(sentence: Statement, evidence: Evidence) -> Short | None:
    """Returns the short answer of an answer that opens with this proved sentence, in a model's words.

    It is what sources disagree about, or words that the reader is sure of where the sentence holds them, too.
    """
    found = evidence.findings
    for contrast in evidence.contrasts:
        if _may_lead(contrast, found):
            return _contrasted(contrast, evidence.plan.locale)
    for one in found if evidence.plan.intent != "yes_no" else ():
        cited = next((quote for quote in sentence.quotes if quote.overlaps(one.quote)), None)
        if cited and _is_short(one) and one.answer.casefold() in sentence.text.casefold():
            return Short(_capital(one.answer), (one.quote,))
    return None


def _may_lead(contrast: Contrast, found: Sequence[Finding]) -> bool:
    """Returns True if a contrast is the short answer: of values, up to date, with the likeliest answer."""
    if not all(side.value for side in contrast.sides) or _is_outdated(contrast, found):
        return False
    likeliest = max(found, key=lambda one: one.score, default=None)
    quotes = [one.quote for side in contrast.sides for one in side.findings]
    return contrast.kind == "change" or likeliest is None or likeliest.quote in quotes


def _is_outdated(contrast: Contrast, found: Sequence[Finding]) -> bool:
    """Returns True if something shown is newer than all sides of a change, which then ends too early."""
    told = [one.quote.article.published for one in contrast.sides[0].findings]
    newest = max((day for day in told if day), default=None)
    days = [one.quote.article.published for one in found]
    return contrast.kind == "change" and newest is not None and any(day and day > newest for day in days)


def _contrasted(contrast: Contrast, locale: str) -> Short:
    """ "A, B or C: sources disagree", or what is said last with what was said before."""
    # Of a change one state before is told; the table has the others.
    sides = contrast.sides if contrast.kind == "disagreement" else contrast.sides[:2]
    quotes = tuple(side.findings[0].quote for side in sides)
    values = [side.value or "" for side in sides]
    if contrast.kind == "disagreement":
        told = messages_of(locale).gettext("{values}: sources disagree")
        return Short(told.format(values=_capital(_joined(values, "{first} or {last}", locale))), quotes)
    newest, earlier = sides
    before = f"{earlier.value} ({_day(earlier, locale)})"
    told = messages_of(locale).gettext("{newest} ({day}); before: {before}")
    day = _day(newest, locale)
    return Short(told.format(newest=_capital(newest.value or ""), day=day, before=before), quotes)


def _day(side: Side, locale: str) -> str:
    return in_words(side.day, locale) or messages_of(locale).gettext("date unknown")


def _listed(found: Sequence[Finding], locale: str) -> Short | None:
    """The answers of a list, each once, however it is cased."""
    kept: dict[str, Finding] = {}
    for one in found:
        kept.setdefault(one.answer.casefold(), one)
    listed = list(kept.values())[:MOST_LISTED]
    if not listed:
        return None
    told = _joined([one.answer for one in listed], "{first} and {last}", locale)
    return Short(_capital(told), tuple(one.quote for one in listed))


def _is_short(one: Finding) -> bool:
    """Returns True if the words are likely to answer, are part of their sentence and fit in a line."""
    is_part = one.quote.answer != one.quote.span and "\n" not in one.answer
    likely = one.score >= LEAST_LIKELY and one.sure >= LEAST_SURE
    return is_part and likely and len(one.answer) <= LONGEST


def _joined(parts: Sequence[str], last_two: str, locale: str) -> str:
    *most, last = parts
    told = messages_of(locale).gettext
    return told(last_two).format(first=told(", ").join(most), last=last) if most else last


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


MOST_QUOTES = 5
MOST_OF_A_LIST = 5  # where several things are asked for
MOST_OF_NOW = 3  # the likeliest, of which the newest comes first


class QuotingAnswerer:
    """Answers with the sentences of the archive that answer best, verbatim."""

    name = "quotes"

    def __init__(self, reader: ReadingModel, judge: Judge | None = None) -> None:
        """`judge` proves the words in front of a quote; without one the packaged model does."""
        self._reader = reader
        self._judge = judge or EntailmentModel()

    async def answer(self, evidence: Evidence) -> AsyncGenerator[Short | Statement | Report]:
        """The short answer, then a statement for each quote: outlet, date, speaker and the words."""
        for proposal in await asyncio.to_thread(self._proposals, evidence):
            yield proposal

    def _proposals(self, evidence: Evidence) -> Sequence[Short | Statement]:
        if evidence.plan.order is Order.TIMELINE:
            plan, hits = evidence.plan, evidence.hits
            return timeline(plan.standalone_question, hits, relevance(plan, hits), plan.locale)
        chosen = [] if evidence.plan.relation else self._chosen(evidence)
        if evidence.decision is not None:
            return _decided(evidence.decision, chosen, evidence.plan.locale)
        question = evidence.plan.asked

        def proves(words: str, quote: Quote) -> bool:
            return proved_answer(question, words, quote, self._judge).holds

        short = short_answer(evidence.plan, chosen, evidence.contrasts, proves)
        return [*([short] if short else []), *(quoted(finding, evidence.plan.locale) for finding in chosen)]

    def _chosen(self, evidence: Evidence) -> list[Finding]:
        """The findings to quote, in the order they are to be read; none where none is probable enough."""
        plan = evidence.plan
        if plan.intent == "latest" and plan.wanted == "any":
            # "The latest on the bridge" asks for no one thing that a sentence could answer.
            return _ordered(plan, _adding(tellings(plan, evidence.hits)))[:MOST_QUOTES]
        best = max((finding.score for finding in evidence.findings), default=0.0)
        if best < ranking().threshold:
            return []
        # Each part of a question is answered by a sentence of its own, and what stands now by the newest.
        is_wide = plan.parts or plan.intent == "latest"
        least = ranking().threshold if is_wide else max(ranking().threshold, best * ranking().further)
        likely = [finding for finding in evidence.findings if finding.score >= least]
        good = _of_named(plan, likely)
        if plan.wanted == "list":
            told = [one for finding in good[:MOST_OF_A_LIST] for one in _with_items(finding, evidence.hits)]
            return list({(one.quote.article.id, one.quote.span): one for one in told}.values())
        most = MOST_OF_NOW if plan.intent == "latest" else MOST_QUOTES
        chosen = _ordered(plan, _adding(good)[:most])
        chosen.sort(key=lambda finding: finding.quote.is_replaced)
        return _with_more_said(chosen, evidence.hits) if plan.wanted == "speech" else chosen


def quoted(finding: Finding, locale: str = ENGLISH) -> Statement:
    """A finding as a sentence of an answer, with its speaker; the words around it in that language."""
    quote = replace(finding.quote, speaker=_speaker(finding.quote))
    return Statement(
        text=f"{source(quote, locale)}: {quotation(explained(quote))}",
        quotes=(quote,),
        support="quoted",
        score=finding.score,
    )


def _decided(decision: Decision, chosen: Sequence[Finding], locale: str) -> Sequence[Short | Statement]:
    """Yes or no, the sentence that says so, and then what else answers."""
    lead = Finding(quote=decision.quote, answer=decision.quote.text, score=decision.score)
    further = [one for one in chosen if not one.quote.overlaps(decision.quote)][: MOST_QUOTES - 1]
    short = [Short(decision.word, (decision.quote,))] if decision.word else []
    return [*short, *(quoted(one, locale) for one in (lead, *further))]


def source(quote: Quote, locale: str = ENGLISH) -> str:
    """Source of a quote: who printed it and when, and who said it."""
    told = printed(quote, locale)
    return f"{told}, {quote.speaker}" if quote.speaker else told


def explained(quote: Quote) -> str:
    """The words of a quote, never altered; whom its head means stands beside that in brackets."""
    head = resolved_head(quote.article, quote.span)
    if head is None:
        return quote.text
    place = head.span.end - quote.span.start
    return f"{quote.text[:place]} [{head.referent}]{quote.text[place:]}"


def _speaker(quote: Quote) -> str | None:
    """Speaker, where the sentence quotes or is a turn; one that only reports names its speaker itself."""
    turn = turn_at(quote.article.text, quote.span.start)
    if turn is None and content_of(quote.article.text, quote.span).directness == "indirect":
        return None
    found = speaker(quote.article, quote.span)
    return str(found) if found else None


def _with_items(finding: Finding, hits: Sequence[Hit]) -> list[Finding]:
    """A finding, and behind it the items that its sentence announces."""
    quote = finding.quote
    items = items_after(quote.article.text, quote.span, _sentences(quote.article, hits))
    return [finding, *(_instead(finding, span) for span in items)]


def _with_more_said(chosen: Sequence[Finding], hits: Sequence[Hit]) -> list[Finding]:
    """Each finding, and behind it what its speaker is quoted with next, as far as there is room."""
    found: list[Finding] = []
    room = MOST_QUOTES - len(chosen)
    for finding in chosen:
        more = [_instead(finding, span) for span in _said_next(finding.quote, hits)][:room]
        room -= len(more)
        found += [finding, *more]
    return found


def _said_next(quote: Quote, hits: Sequence[Hit]) -> Iterator[Span]:
    """The sentences right behind a quote in which the same person is quoted."""
    article, last = quote.article, quote.span.end
    said_by = speaker(article, quote.span)
    for span in _sentences(article, hits) if said_by else ():
        if span.start < last:
            continue
        goes_on = not article.text[last : span.start].strip() and str(speaker(article, span)) == str(said_by)
        if not goes_on or content_of(article.text, span).directness == "indirect":
            return
        yield span
        last = span.end


def _sentences(article: Article, hits: Sequence[Hit]) -> list[Span]:
    """The sentences of the hits in an article, in order."""
    spans = {span for hit in hits if hit.article.id == article.id for span in hit.passage.sentences}
    return sorted(spans, key=lambda span: span.start)


def _instead(finding: Finding, span: Span) -> Finding:
    """The finding with another sentence of its article."""
    quote = replace(finding.quote, span=span, answer=span)
    return replace(finding, quote=quote, answer=quote.text)


def _of_named(plan: Plan, good: list[Finding]) -> list[Finding]:
    """Selects those that an outlet of the question printed; all of them where no such outlet answers."""
    named = set(plan.named_outlets)
    printed_by = [{finding.quote.article.outlet, *finding.quote.also_printed_by} for finding in good]
    return [finding for finding, outlets in zip(good, printed_by, strict=True) if outlets & named] or good


def _adding(found: Sequence[Finding]) -> list[Finding]:
    """The best of each article: a further sentence of one adds no source, and mostly no answer."""
    kept: dict[int, Finding] = {}
    for finding in found:
        kept.setdefault(finding.quote.article.id, finding)
    return list(kept.values())


def _ordered(plan: Plan, chosen: list[Finding]) -> list[Finding]:
    """The most direct first; of how things stand now, the newest first, and the undated last."""
    if plan.order is Order.NEWEST:
        return sorted(chosen, key=lambda f: f.quote.article.published or date.min, reverse=True)
    return chosen
