"""The generating answerer: a language model of the user's choice writes, citing sentence by sentence.

What it writes is only proposed. It comes out as plain text with quotes of the archive, and whoever
asks proves each sentence before showing it. No fault of a model or its provider is raised: it ends
in a Report that is not whole and says what happened.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from index.errors import DatelineError
from index.records import Order
from prompts.loading import Message, Prompt, PromptError, load_prompt
from service.answerers.citations import Numbered, Sentences
from service.answerers.extractive import best_sentences
from service.answerers.structured import Items, schema_of
from service.evidence import Evidence, Report, Statement
from service.llm.failures import Kind, ProviderFailed
from service.llm.plain import plain
from service.llm.providers import Completion, Provider
from service.llm.rewrite import SCHEMA, rewrite_messages, understood
from service.questions.plan import Plan, Turn, Understood
from service.verification.verify import Verdict, nearest

MOST_AFTER_SENTINEL = 20  # pieces that are waited for, because the usage comes last
MOST_REPEATED = 6  # sentences that were said before, one after another
SMALL = 8192  # tokens; a model that reads no more is given less, in fewer words
MOST_OF_EVIDENCE = 400  # tokens of it, for a small one: more holds hardly more answers (docs/answerers.md)

_ORDERS = {
    Order.NEWEST: "The reader asks how things stand: start with the newest reporting, and date it.",
    Order.TIMELINE: "The reader asks for a course of events: go by the dates of the events, oldest first.",
}


class GeneratingAnswerer:
    """Answers with sentences that a language model writes from the evidence."""

    def __init__(self, provider: Provider, prompts: Path | None = None, context_tokens: int = 0) -> None:
        """`prompts` is a folder of the user's own; `context_tokens` of 0 means what the model reads.

        Raises DatelineError where a prompt cannot be used.
        """
        self.name = provider.models[0]
        self._provider = provider
        self._context = context_tokens
        # Their own words for an answer in plain text are not to be passed over.
        own = [
            name for name in ("answer", "answer-structured") if prompts and (prompts / f"{name}.md").exists()
        ]
        self._refuses_schemas = own == ["answer"]
        try:
            self._prompt = load_prompt("answer", prompts)
            self._short_prompt = load_prompt("answer-small", prompts)
            self._structured_prompt = load_prompt("answer-structured", prompts)
            self._repair = load_prompt("repair", prompts)
            self._rewrite = load_prompt("rewrite", prompts)
        except PromptError as error:
            raise DatelineError(str(error)) from error

    async def answer(self, evidence: Evidence) -> AsyncGenerator[Statement | Report, Verdict | None]:
        """A statement for each sentence as it comes, then how it went.

        A sentence without a citation is given without quotes. Whoever leaves a sentence out may send its
        verdict back: the model is then asked once more for what it left unproved. Evidence that is more
        than the model reads is cut from the lowest rank on, and the report says so.
        """
        work = _Work(self._prompt, len(evidence.hits))
        if not evidence.hits:
            yield work.report()
            return
        unproved: list[tuple[Statement, Verdict]] = []
        try:
            request = await asyncio.to_thread(self._fitting, evidence)
            while True:
                work.begin(request)
                try:
                    async with aclosing(_written(request, work)) as statements:
                        async for statement in statements:
                            verdict = yield statement
                            if (
                                verdict is not None
                                and not verdict.holds
                                and _may_be_mended(statement, evidence)
                            ):
                                unproved.append((statement, verdict))
                    break
                except ProviderFailed as failure:
                    if work.sentences:
                        raise
                    request = await asyncio.to_thread(self._easier, request, failure)
            if unproved and (again := self._repairing(request, unproved, work)):
                work.repairs([verdict for _, verdict in unproved])
                async with aclosing(_written(again, work)) as statements:
                    async for statement in statements:
                        verdict = yield statement
                        work.mended += verdict is not None and verdict.holds
        except DatelineError as error:
            work.failed(str(error))
        yield work.report()

    async def rewritten(self, question: str, turns: Sequence[Turn]) -> Understood:
        """A follow-up so worded that it can be understood without the turns before it, and what it wants.

        The oldest turns are left out where all are more than the model should read. Raises
        DatelineError where the model fails or writes what is no question.
        """
        messages = await asyncio.to_thread(
            rewrite_messages, self._rewrite, question, turns, self._provider.tokens
        )
        takes = not self._refuses_schemas and self._provider.takes_schemas
        try:
            text = await self._whole(messages, SCHEMA if takes else None)
        except ProviderFailed as failure:
            if not takes or failure.kind is not Kind.REQUEST:
                raise
            self._refuses_schemas = True
            text = await self._whole(messages, None)
        return understood(text, question)

    async def _whole(self, messages: Sequence[Message], schema: Mapping[str, Any] | None) -> str:
        async with aclosing(self._provider.completion(messages, schema).pieces()) as pieces:
            return "".join([piece async for piece in pieces])

    def _easier(self, request: "_Request", failure: ProviderFailed) -> "_Request":
        """A request that asks less of who did not take the last one; raises a failure that none can mend."""
        if failure.kind is Kind.REQUEST and request.schema is not None:
            self._refuses_schemas = True
            return self._fitting(request.evidence)
        many = len(request.numbered.hits)
        if failure.kind is not Kind.OVERFLOW or many == 1:
            raise failure
        return request.with_best((many + 1) // 2)

    def _repairing(
        self, request: "_Request", unproved: Sequence[tuple[Statement, Verdict]], work: "_Work"
    ) -> "_Request | None":
        """The request for what is left unproved; None where less time is left than was taken so far.

        A small model is not asked: it says the same again, or what is proved and does not answer.
        """
        left = request.provider.patience.total - work.seconds
        if request.is_small or left < work.seconds or not work.is_whole:
            return None
        told = "\n".join(f"- {one.text} ({' '.join(verdict.reasons)})" for one, verdict in unproved)
        turns: list[Message] = [
            {"role": "assistant", "content": work.completions[-1].text},
            *self._repair.messages(sentences=told),
        ]
        patience = replace(request.provider.patience, total=left)
        return replace(request, provider=replace(request.provider, patience=patience), turns=turns)

    def _fitting(self, evidence: Evidence) -> "_Request":
        """A request that the model can read: the best of the hits, at least one, as they are sent."""
        most = self._context or self._provider.context() or 0
        provider, prompt, hits = self._provider, self._prompt, evidence.hits
        if is_small := 0 < most <= SMALL:
            provider = replace(provider, most_tokens=min(provider.most_tokens, most // 4))
            prompt, hits = self._short_prompt, best_sentences(evidence, MOST_OF_EVIDENCE, provider.tokens)
        numbered = Numbered.of(evidence, hits)
        takes_schema = not self._refuses_schemas and provider.takes_schemas
        if structured := takes_schema and schema_of(numbered) is not None:
            prompt = self._structured_prompt
        request = _Request(evidence, numbered, provider, prompt, is_small, structured)
        while most and len(request.numbered.hits) > 1:
            text = "\n".join(message["content"] for message in request.messages())
            if provider.tokens(text) + provider.most_tokens <= most:
                break
            request = request.with_best(len(request.numbered.hits) - 1)
        return request


@dataclass(frozen=True, slots=True)
class _Request:
    """Prompt to be sent, and its model. `is_small` tells of the short form; `turns` come after the prompt."""

    evidence: Evidence
    numbered: Numbered
    provider: Provider
    prompt: Prompt
    is_small: bool
    structured: bool
    turns: Sequence[Message] = ()

    @property
    def schema(self) -> Mapping[str, Any] | None:
        """The schema of the answer; None where it is to be plain text."""
        return schema_of(self.numbered) if self.structured else None

    def with_best(self, many: int) -> "_Request":
        """The same with the best of its passages."""
        return replace(self, numbered=Numbered.of(self.evidence, self.numbered.hits[:many]))

    def messages(self) -> list[Message]:
        """The prompt filled in, and behind it the turns of a repair."""
        values = {
            "marker": self.numbered.marker,
            "sentinel": self.numbered.sentinel,
            "question": " ".join(self.evidence.plan.standalone_question.split()),
            "limits": _limits(self.evidence.plan),
            "evidence": self.numbered.text(),
            "contrasts": self.numbered.comparison(self.evidence.contrasts),
        }
        return [*self.prompt.messages(**{name: values[name] for name in self.prompt.required}), *self.turns]


class _Work:
    """Account of an answer, gathered while an answer is written."""

    def __init__(self, prompt: Prompt, found: int) -> None:
        self.completions: list[Completion] = []
        self.sentences = 0
        self.mended = 0  # sentences of the repair that are proved
        self._begun = time.monotonic()
        self._to_mend = 0
        self._prompt = prompt
        self._found = found
        self._given = 0
        self._said: set[tuple[str, bool]] = set()  # sentences, and whether they cited anything
        self._repeated = 0
        self._cited = 0
        self._dropped = 0
        self._faults: list[str] = []
        self._of_repair: list[str] = []

    @property
    def repeats(self) -> bool:
        """Tells whether the model has nothing new to say."""
        return self._repeated >= MOST_REPEATED

    @property
    def seconds(self) -> float:
        """Seconds since the question."""
        return time.monotonic() - self._begun

    @property
    def is_whole(self) -> bool:
        return not self._faults

    def repairs(self, verdicts: Sequence[Verdict]) -> None:
        """Begins the one repair, of as many sentences; who only repeats the reasons says nothing."""
        self._to_mend = len(verdicts)
        self._said |= {(reason.casefold(), True) for verdict in verdicts for reason in verdict.reasons}

    def begin(self, request: _Request) -> None:
        self._given = len(request.numbered.hits)
        self._prompt = request.prompt

    def failed(self, note: str) -> None:
        """Notes a fault; one of a repair takes nothing from the answer before it."""
        (self._of_repair if self._to_mend else self._faults).append(_sentence(note))

    def statement(self, numbered: Numbered, sentence: str) -> Statement | None:
        """A sentence as it is proposed; None for one that was said before or only lists sources."""
        cited = numbered.resolved(sentence)
        text = plain(cited.text, " ".join(quote.text for quote in cited.quotes))
        words, cites = text.casefold(), bool(cited.quotes)
        is_said = bool(self._said & {(words, True), (words, cites)})
        self._repeated = self._repeated + 1 if is_said else 0
        if is_said or not any(map(str.isalnum, text)) or numbered.lists_sources(text):
            return None
        self._said.add((words, cites))
        self.sentences += 1
        self._cited += cites
        self._dropped += cited.dropped
        return Statement(text=text, quotes=cited.quotes, support="verified", score=cited.score)

    def report(self) -> Report:
        """The report on the answer as it stands now."""
        return Report(
            whole=self.is_whole,
            notes=(*self._remarks(), *self._faults),
            prompt_version=self._prompt.version,
            usage=self._usage() if self.completions else {},
        )

    def _remarks(self) -> list[str]:
        """Remarks that a reader needs even where the answer is whole."""
        remarks = [_sentence(told) for completion in self.completions for told in completion.passed_over]
        if self._given < self._found:
            remarks.append(
                f"{self._found} passages were more than the model reads at once; "
                f"it was given the best {self._given}."
            )
        if self._to_mend:
            asked = "1 sentence" if self._to_mend == 1 else f"{self._to_mend} sentences"
            remarks.append(
                f"The model was asked once to mend {asked}; {self.mended} of what it wrote is proved."
            )
        return [*remarks, *self._of_repair]

    def _usage(self) -> dict[str, Any]:
        used = [usage for completion in self.completions for usage in completion.usage]
        prices = [usage.usd for usage in used if usage.usd is not None]
        return {
            "model": self.completions[-1].model,
            "requests": len(used),
            "tokens_in": sum(usage.tokens_in for usage in used),
            "tokens_out": sum(usage.tokens_out for usage in used),
            "usd": round(sum(prices), 8) if len(prices) == len(used) else None,
            "estimated": any(usage.estimated for usage in used),
            "passages": self._given,
            "sentences": self.sentences,
            "cited": self._cited,
            "marks_dropped": self._dropped,
            "repairs": int(self._to_mend > 0),
        }


async def _written(request: _Request, work: _Work) -> AsyncGenerator[Statement]:
    """One completion, sentence by sentence."""
    completion = request.provider.completion(request.messages(), request.schema)
    work.completions.append(completion)
    sentences = (Items if request.structured else Sentences)(request.numbered.sentinel)
    after = 0
    try:
        async with aclosing(completion.pieces()) as pieces:
            async for piece in pieces:
                for statement in _statements(request, work, sentences.add(piece)):
                    yield statement
                after += sentences.ended
                if after > MOST_AFTER_SENTINEL or sentences.full or work.repeats:
                    break
    except DatelineError:
        if not sentences.ended:
            raise
    if sentences.ended:
        return
    may_just_stop = sentences.is_plain if isinstance(sentences, Items) else request.is_small
    is_whole = may_just_stop and completion.ended
    for statement in _statements(request, work, sentences.rest(cut=not is_whole)):
        yield statement
    if not is_whole:
        stopped = sentences.full or work.repeats
        work.failed(_cut(completion, request.provider.most_tokens, stopped=stopped))


def _may_be_mended(statement: Statement, evidence: Evidence) -> bool:
    """Tells whether any sentence of the evidence is about the same; else there is nothing to prove it by."""
    return bool(statement.quotes or nearest(statement.text, evidence.hits, most=1))


def _statements(request: _Request, work: _Work, written: Sequence[str]) -> Iterator[Statement]:
    for sentence in written:
        if not work.repeats and (statement := work.statement(request.numbered, sentence)):
            yield statement


def _cut(completion: Completion, most_tokens: int, *, stopped: bool) -> str:
    if stopped:
        return f"the model {completion.model} repeated itself without end and was stopped"
    if completion.finish == "length":
        return f"the model {completion.model} reached its limit of {most_tokens} tokens before the end"
    return f"the answer of the model {completion.model} broke off before its end"


def _sentence(told: str) -> str:
    """An error's text, as a sentence."""
    return f"{told[0].upper()}{told[1:]}."


def _limits(plan: Plan) -> str:
    """The limits that the reader set, as sentences."""
    days = [
        f"{word} {day}"
        for word, day in (("published from", plan.since), ("published until", plan.until))
        if day
    ]
    limits = [f"The reader wants what was {' and '.join(days)}."] if days else []
    if plan.as_of:
        limits.append(f"Answer as of {plan.as_of}: for the reader, nothing later has happened.")
    if plan.outlets:
        limits.append(f"The reader wants to know what these outlets report: {', '.join(plan.outlets)}.")
    limits.append(_ORDERS.get(plan.order, ""))
    return "\n".join(filter(None, limits)) or "The question has no limits."
