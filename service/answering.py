"""ask(): the one path from a question to a proved answer, for every front."""

import asyncio
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal, Protocol, runtime_checkable

from index.archive import Archive
from index.errors import DatelineError
from index.models.entailment import EntailmentModel
from index.models.reader import ReadingModel
from index.records import Filters, Hit, Order
from index.search.hybrid import Hits
from service.answerers.builder import Clock, Written, related, sources
from service.answerers.catalogue import Told, catalogue_answer
from service.answerers.extractive import QuotingAnswerer, short_answer_of
from service.answerers.overview import OverviewAnswerer
from service.answerers.refusal import refusal, unreadable, unwritten
from service.answerers.suggestions import follow_ups
from service.answers import Answer, Claimed, Event, Proof, Searched, Section, Shortened, Sources
from service.evidence import Decision, Evidence, Report, Short, Statement
from service.formatting import worded
from service.questions.decompose import plans_of
from service.questions.plan import IN_PARTS, Plan, Question, Turn, Understood
from service.questions.understand import understand
from service.reading import conflicts as comparison
from service.reading.across import is_across
from service.reading.candidates import findings
from service.reading.decisions import compared, decision
from service.reading.ranking import ranking
from service.reading.search import TOLD, hits_of
from service.storage.conversations import Conversations
from service.telemetry import observer
from service.verification.judge import Judge
from service.verification.verify import Verdict, attributed, declines, stands

MOST_OF_A_TOPIC = 3  # words

Status = Literal["answered", "not_in_archive", "incomplete"]


class Answerer(Protocol):
    """Writes an answer from evidence. Users plug in their own.

    What it proposes is verified before anyone sees it; proposing nothing refuses the question.
    """

    name: str

    def answer(self, evidence: Evidence) -> AsyncGenerator[Short | Statement | Report, Any]:
        """Sentences with the quotes that prove them, in the order they are to be read.

        Each is sent its Verdict back, which may be ignored.
        A Short may come first: the shortest words that answer. A Report may come last; without one the
        answer is taken for whole.
        """
        ...


@runtime_checkable
class Rewriter(Protocol):
    """An answerer that can word a follow-up as a question that stands alone, and tell what it wants."""

    async def rewritten(self, question: str, turns: Sequence[Turn]) -> Understood:
        """The question as it stands alone, and its wish. Raises DatelineError where that is nothing."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Pipeline that questions are answered with.

    `fallback` answers where the answerer breaks off with nothing written. `judge` proves sentences that are
    not quotes. One that it is not sure of gives way to those quotes it cites that answer.
    `verify` of "mark" shows it as unsupported, as one that is contradicted. Who `hurries` suggests nothing.
    """

    archive: Archive
    answerer: Answerer
    reader: ReadingModel = field(default_factory=ReadingModel)
    fallback: Answerer | None = None
    verify: Literal["drop", "mark"] = "drop"
    judge: Judge = field(default_factory=EntailmentModel)
    conversations: Conversations | None = None
    hurries: Callable[[], bool] = lambda: False


async def ask(desk: Desk, question: Question, today: date | None = None) -> AsyncIterator[Event]:
    """Answers a question as a stream of events: Plan, Sources, a Shortened where there is a
    short answer, a Claimed each sentence, Answer.

    A sentence is sent only after it is proved; what sources disagree about, and what changed, follows
    the sentences. Raises DatelineError for a question that cannot be asked, such as one limited to an
    outlet that is not there. `today` is what "last year" counts from.
    """
    clock = Clock()
    observer().asked(question.question)
    with clock.stage("plan"):
        plan, notes = await _planned(desk, question, today or date.today())
        told = await asyncio.to_thread(_told, desk, plan)
        if told is None and plan.intent == "archive":
            plan = replace(plan, intent="question", topic=None, listing=None)
    yield plan
    if told is not None:
        answer = replace(_direct(question, plan, told, desk.archive), notes=notes, timings_ms=clock.laps_ms())
        if desk.conversations is not None and plan.intent != "background":
            await asyncio.to_thread(desk.conversations.keep, answer)
        observer().answered(answer, 0)
        yield answer
        return
    plans, day = plans_of(plan), today or date.today()
    with clock.stage("search"):
        found = [await asyncio.to_thread(hits_of, desk.archive, one, day) for one in plans]
    hits = Hits((hit for some in found for hit in some), tuple(note for some in found for note in some.notes))
    yield Sources(sources(hits), len(hits))
    written = Written()
    sections: list[Section] = []
    decisions: list[Decision | None] = []
    for one, its_hits in zip(plans, found, strict=True):
        with clock.stage("read"):
            evidence = await asyncio.to_thread(_evidence, desk, one, its_hits)
        decisions.append(evidence.decision)
        begun = written.begin_section()
        with clock.stage("answer"):
            async for event in _written(desk, evidence, written):
                yield event
        for contrast in evidence.contrasts if len(written.claims) > begun.claims else ():
            yield written.contrast(contrast, plan.locale)
        if plan.intent in IN_PARTS:
            sections.append(written.section(begun, one.standalone_question))
    if plan.relation and (whole := await asyncio.to_thread(compared, plan.relation, decisions, desk.judge)):
        yield written.shorten(whole)
    searched = await asyncio.to_thread(_searched, desk.archive, plan.filters)
    unread = await asyncio.to_thread(_unreadable, desk, plan)
    answer = replace(_answer(question, plan, hits, written, searched, unread), sections=tuple(sections))
    further: tuple[str, ...] = ()
    if not desk.hurries():
        with clock.stage("suggest"):
            further = await asyncio.to_thread(follow_ups, desk.archive, answer, hits, question.filters)
    notes = (*notes, *hits.notes, *answer.notes)
    answer = replace(answer, notes=notes, suggestions=further, timings_ms=clock.laps_ms())
    if desk.conversations is not None:
        await asyncio.to_thread(desk.conversations.keep, answer)
    observer().answered(answer, written.dropped)
    yield answer


async def final(events: AsyncIterator[Event]) -> Answer:
    """The whole answer, for those who do not want to watch it come."""
    answer = None
    async for event in events:
        if isinstance(event, Answer):
            answer = event
    if answer is None:
        raise DatelineError("the answer broke off before its end")
    return answer


async def _planned(desk: Desk, question: Question, today: date) -> tuple[Plan, tuple[str, ...]]:
    """The plan of a question, and what went wrong on the way to it."""
    turns = question.turns
    if desk.conversations is not None and question.conversation_id is not None:
        turns = await asyncio.to_thread(desk.conversations.turns, question.conversation_id) or turns
    rewritten, notes = None, tuple[str, ...]()
    if turns and isinstance(desk.answerer, Rewriter):
        try:
            rewritten = await desk.answerer.rewritten(question.question, turns)
        except DatelineError as error:
            notes = (f"The follow-up was understood by rule, because {error}.",)
    plan = await asyncio.to_thread(
        understand, question, desk.archive, desk.reader, today, turns=turns, rewritten=rewritten
    )
    return plan, notes


def _unreadable(desk: Desk, plan: Plan) -> str | None:
    """Returns what is told where a question without an answer was not understood; None where it was."""
    if isinstance(desk.answerer, Rewriter):  # a language model reads what the embedder does not
        return None
    held = desk.archive.summary(plan.filters).languages
    return unreadable(plan, desk.archive.embedder, held)


def _told(desk: Desk, plan: Plan) -> Told | None:
    """Returns what is answered without reading a passage: small talk, and what the catalogue alone knows.

    A topic that is half a sentence, and that no article mentions, was no topic: None, for it is to be read.
    """
    if plan.reply is not None:
        return Told(plan.reply)
    if plan.intent != "archive":
        return None
    told = catalogue_answer(desk.archive, plan)
    misread = told.table is None and plan.topic is not None and len(plan.topic.split()) > MOST_OF_A_TOPIC
    return None if misread else told


def _direct(question: Question, plan: Plan, told: Told, archive: Archive) -> Answer:
    """An answer that rests on no quote."""
    return Answer(
        id=uuid.uuid4().hex,
        conversation_id=question.conversation_id or uuid.uuid4().hex,
        question=question.question,
        standalone_question=plan.standalone_question,
        status="answered",
        text=told.text,
        claims=(),
        citations=(),
        disagreements=(),
        searched=_searched(archive, plan.filters),
        plan=plan,
        answerer="catalogue" if plan.intent == "archive" else "none",
        table=told.table,
    )


def _evidence(desk: Desk, plan: Plan, hits: Sequence[Hit]) -> Evidence:
    if plan.intent in TOLD:  # in the articles' own order; nothing is read for an answer
        return Evidence(plan=plan, hits=tuple(hits), findings=(), contrasts=())
    found = findings(desk.archive, desk.reader, plan, hits)
    likely = [finding for finding in found if finding.score >= ranking().threshold]
    embedder = desk.archive.embedder
    # Answers to different parts of a question do not differ about one thing, nor do events of a timeline.
    one_thing = not plan.parts and not plan.relation and plan.order is not Order.TIMELINE
    # The judge reads English alone.
    judged = [one for one in likely if not is_across(plan, one.quote.article, embedder)]
    own = [hit for hit in hits if not is_across(plan, hit.article, embedder)]
    contrasts = comparison.contrasts(plan, judged, desk.judge) if one_thing else ()
    decided = None if contrasts else decision(plan, own, desk.judge, answered=bool(likely))
    return Evidence(plan=plan, hits=tuple(hits), findings=found, contrasts=contrasts, decision=decided)


async def _written(desk: Desk, evidence: Evidence, written: Written) -> AsyncIterator[Shortened | Claimed]:
    """The sentences of the answerer, and those of its fallback where fewer than half of them are proved.

    An overview, a description and the events of a timeline are the archive's own sentences, whoever answers
    else; what a model writes of a timeline stands before them.
    """
    tells, is_timeline = evidence.plan.intent in TOLD, evidence.plan.order is Order.TIMELINE
    answerer = OverviewAnswerer(desk.reader) if tells else desk.answerer
    async for event in _proved(desk, answerer, evidence, written):
        yield event
    if tells:
        return
    quotes = QuotingAnswerer(desk.reader, desk.judge)
    fallback = desk.fallback or (quotes if is_timeline else None)
    broke_off = not (written.report.whole or written.has_claims)
    if fallback is not None and (broke_off or written.unproved * 2 > written.proposed):
        written.falls_back(fallback.name)
        async for event in _proved(desk, fallback, evidence, written):
            yield event
    for quote in written.given_way():
        yield written.add(quote)
    if is_timeline and not written.timeline:
        whose = written.answerer if written.has_claims else quotes.name
        async for event in _proved(desk, quotes, evidence, written):
            yield event
        written.answerer = whose


async def _proved(
    desk: Desk, answerer: Answerer, evidence: Evidence, written: Written
) -> AsyncIterator[Shortened | Claimed]:
    """The sentences of one answerer that are proved; the others are counted, or marked.

    The answerer is sent the verdict on each, but on those that only say that there is no answer, and on those
    that gave way to what they cite: it has nothing to mend there.
    """
    written.answerer = answerer.name
    sent: Verdict | None = None
    async with aclosing(answerer.answer(evidence)) as proposals:
        while (proposal := await _next(proposals, sent)) is not None:
            sent = None
            if isinstance(proposal, Report):
                written.reported(proposal)
            elif isinstance(proposal, Short):
                if not written.has_claims:
                    yield written.shorten(proposal)
            elif judged := await asyncio.to_thread(_judged, desk, evidence, proposal):
                statement, verdict = judged
                held = written.held
                for event in _said(desk, evidence, written, statement, verdict):
                    yield event
                sent = verdict if written.held == held else None


async def _next(
    proposals: AsyncGenerator[Short | Statement | Report, Any], verdict: Verdict | None
) -> Short | Statement | Report | None:
    """The next proposal of who is sent the verdict on the last; None at the end."""
    try:
        return await proposals.asend(verdict)
    except StopAsyncIteration:
        return None


def _judged(desk: Desk, evidence: Evidence, proposal: Statement) -> tuple[Statement, Verdict] | None:
    """A sentence with what proves it, and the verdict; None for one that says that there is no answer."""
    statement, verdict = attributed(proposal, evidence.hits, desk.judge)
    if statement.support == "verified" and not verdict.holds and declines(statement.text, desk.judge):
        return None
    return statement, verdict


def _said(
    desk: Desk, evidence: Evidence, written: Written, statement: Statement, verdict: Verdict
) -> Iterator[Shortened | Claimed]:
    """Says a sentence that is proved, the first one behind the short answer, or what stands in its place."""
    written.proposed += 1
    if verdict.holds:
        if written.says(statement):
            return
        if statement.support == "verified" and not written.has_claims:
            short = short_answer_of(statement, evidence)
            if short is not None:
                yield written.shorten(short)
        yield written.add(replace(statement, score=verdict.score), _proof(statement, verdict))
        return
    written.unproved += 1
    if desk.verify == "mark" and statement.text and not verdict.invents:
        yield written.mark(statement)
    elif verdict.may_be_quoted and (quotes := _instead(desk, evidence, written, statement)):
        written.hold(quotes)
    else:
        written.dropped += 1


def _proof(statement: Statement, verdict: Verdict) -> Proof | None:
    """The proof of a sentence in other words."""
    return Proof(clause=verdict.clause, premise=verdict.premise) if statement.support == "verified" else None


def _instead(desk: Desk, evidence: Evidence, written: Written, statement: Statement) -> list[Statement]:
    """The quotes of an unproved sentence that answer and were not given yet, as the reader found them."""
    answering = [finding.quote for finding in evidence.findings if finding.score >= ranking().threshold]
    new = [
        quote
        for quote in answering
        if not written.cites(quote)
        and any(quote.overlaps(other) for other in statement.quotes)
        and stands(quote)
    ]
    return [
        Statement(
            text=worded(quote, evidence.plan.locale), quotes=(quote,), support="quoted", score=statement.score
        )
        for quote in new
    ]


def _answer(
    question: Question,
    plan: Plan,
    hits: Sequence[Hit],
    written: Written,
    searched: Searched,
    unread: str | None,
) -> Answer:
    refused = not any(claim.support != "unsupported" for claim in written.claims)
    whole = written.report.whole
    status: Status = "answered" if whole and not refused else "not_in_archive" if whole else "incomplete"
    return Answer(
        id=uuid.uuid4().hex,
        conversation_id=question.conversation_id or uuid.uuid4().hex,
        question=question.question,
        standalone_question=plan.standalone_question,
        status=status,
        text=written.text or (unread or (refusal(searched, plan) if whole else unwritten(plan))),
        claims=tuple(written.claims),
        citations=tuple(written.citations),
        disagreements=tuple(written.disagreements),
        changes=tuple(written.changes),
        notes=written.notes(),
        searched=searched,
        plan=plan,
        answerer=written.answerer,
        related=related(hits) if refused else (),
        prompt_version=written.report.prompt_version,
        usage=written.report.usage,
        short_answer=written.short_answer,
        evidence=written.evidence(),
        timeline=tuple(written.timeline),
    )


def _searched(archive: Archive, limits: Filters) -> Searched:
    summary = archive.summary(limits)
    return Searched(
        articles=summary.articles,
        passages=summary.passages,
        since=limits.since,
        until=limits.until,
        outlets=summary.outlets,
        oldest=summary.oldest,
        newest=summary.newest,
    )
