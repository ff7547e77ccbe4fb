"""A question in its conversation, understood: what to search for, within what, in which order.

What is asked for outright limits the search; what a question names in passing only comes first. Words
that say where, when or how it was reported are not looked for in the passages: "according to", "article".
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from datetime import date
from typing import Any, TypeVar

from index.archive import Archive
from index.backends.local.lexical import stems
from index.backends.local.snapshots import Summary
from index.extraction.language import language_of_question
from index.extraction.names import names_in
from index.models.embedding import Embedder
from index.models.reader import ReadingModel
from index.models.word_weights import word_weights
from index.records import Order, Period, Span
from service.questions.classifier import encoder, frame, label
from service.questions.comparisons import comparison_in
from service.questions.constraints import NamedDays, authors_in, days_in, outlets_in
from service.questions.conversation import in_conversation
from service.questions.decompose import aspects
from service.questions.forms import asks_truth, counted_in, is_yes_no, open_form, statement_of, wanted_of
from service.questions.message import unwrapped, words
from service.questions.names import corrected, in_other_letters
from service.questions.pieces import Heard, Probe, heard, telling
from service.questions.plan import Intent, Listing, Part, Plan, Question, Turn, Understood
from service.questions.small_talk import small_talk
from service.translation import locale_of

T = TypeVar("T")

_NEWEST = re.compile(
    r"\b(?:latest|newest|most recent(?:ly)?|right now)\b(?!['’]s)|آخر|أحدث|حاليا", re.IGNORECASE
)
# In a long question these stand in passing: "the company, now the largest, ..."
_OF_NOW = re.compile(
    r"\b(?:current|currently|nowadays|so far|as yet|still|today|now|these days)\b(?!['’]s)", re.IGNORECASE
)
_IN_OFFICE = re.compile(r"^(?:and |so )?who(?:['’]s| is| are) (?:the|in charge)\b", re.IGNORECASE)
SHORT = 16  # words
_TIMELINE = re.compile(
    r"\btime ?lines?\b|\bchronolog(?:y|ical|ically)\b|\bin (?:the )?order (?:of events|in which)\b"
    r"|\bhow (?:did|has|have|had) [^?]{1,80} (?:develop|unfold|evolve|progress)(?:ed|s)?\b"
    r"|\bcourse of events\b|\bstep by step\b|تسلسل زمني",
    re.IGNORECASE,
)
# "Since" limits nothing in "the worst flood since 1978".
_SUPERLATIVE = re.compile(
    r"\b(?:first|last|only|worst|best|most|least|record|ever|\w{2,}est)\b[^,;?]{0,60}$", re.IGNORECASE
)
_ABOUT_REPORTING = re.compile(
    r"\b(?:according to|as per|(?:as |was |were |been )?(?:recently )?(?:reported|covered|noted"
    r"|mentioned|discussed|published|featured|highlighted|described|quoted) (?:by|in|on|from)"
    r"|published|reporting|articles?|coverage|news (?:source|report)s?"
    r"|(?:different|same|other|these|those|both|the) sources?"
    r"|reports?(?= (?:by|from|in|on|that|about)\b)|reported|suggest(?:s|ed)?|indicat(?:e|es|ed|ing)"
    r"|impl(?:y|ies|ied)|claim(?:s|ed)?|discuss(?:es|ed|ing)?|mention(?:s|ed)?|consistent|consistency"
    r"|inconsistent|latest|newest|most recent(?:ly)?|recently|currently|nowadays|so far|time ?line|chronology"
    r"|what is known|tell me|please)\b|آخر|أحدث|حاليا|بحسب|وفقا",
    re.IGNORECASE,
)
_LEADING = re.compile(
    r"(?:\b(?:between|in|on|during|since|as of|as at|from|by|dated|of|for|after|before)\s+)$", re.I
)


def understand(
    question: Question,
    archive: Archive,
    reader: ReadingModel,
    today: date,
    turns: Sequence[Turn] = (),
    rewritten: Understood | None = None,
) -> Plan:
    """The plan for a question in its conversation: all that anything downstream needs to know of it.

    `rewritten` is what a language model made of the question, where one did. Raises BadValue for an outlet
    that the archive does not have.
    """
    filters = archive.resolved(question.filters)
    message = unwrapped(question.question)
    if message.reply is not None:
        return Plan(standalone_question=message.text, intent="background", reply=message.reply)
    embedder = encoder(archive.embedder)
    probe = Probe(archive, reader, filters)
    held = archive.summary()

    def limits(clause: str) -> bool:
        named = outlets_in(clause, held.outlets) or days_in(clause, today, held.newest)
        return bool(named) or any(archive.holds(stem) for name in names_in(clause) for stem in stems(name))

    said = rewritten.question if rewritten else message.text
    is_english = language_of_question(said) in (None, "en")
    piece = heard(said, embedder, probe, limits) if is_english else Heard(questions=(said,))
    if piece.talk is not None and not (turns and piece.talk in ASKS_AGAIN):
        reply = small_talk(piece.talk, held, archive)
        return Plan(standalone_question=message.text, intent="small_talk", reply=reply, removed=piece.removed)
    alone = list(piece.questions)
    if rewritten is None:
        alone = _standalone(piece, turns, probe)
    asked = replace(question, filters=filters)
    spelt = [corrected(one, archive) if is_english else in_other_letters(one, archive) for one in alone]
    told = rewritten if len(alone) == 1 else None
    plans = [
        _beside(plan_of(replace(asked, question=one.text), held, today, embedder, told), one.beside)
        for one in spelt
    ]
    whole = plans[0] if len(plans) == 1 else _several(plans, [one.text for one in spelt], asked, held, today)
    if piece.confirm and whole.statement is None:
        whole = replace(whole, intent="yes_no", statement=whole.standalone_question.rstrip("?.؟ ") + ".")
    elif whole.statement and asks_truth(whole.standalone_question):
        whole = replace(whole, standalone_question=whole.statement.rstrip(".") + "?", read_as="")
    if whole.statement and (opened := open_form(whole.statement)):
        whole = replace(
            whole, standalone_question=opened, read_as="", wanted="number", counted=counted_in(opened)
        )
    asked_as = " ".join(message.text.split())
    differs = whole.standalone_question.casefold().rstrip("?؟. ") != asked_as.casefold().rstrip("?؟. ")
    return replace(
        whole,
        order=question.order or whole.order,
        removed=(*message.removed, *piece.removed),
        understood_as=whole.standalone_question if differs else None,
        did_you_mean=tuple(word for one in spelt for word in one.put_in),
    )


def _beside(plan: Plan, words: Sequence[str]) -> Plan:
    """The plan with other spellings to search for, too."""
    return replace(plan, search_words=" ".join((plan.search_words, *words))) if words else plan


def _standalone(piece: Heard, turns: Sequence[Turn], probe: Probe) -> list[str]:
    """Each question as it stands alone; a later one leans on those before it, in this message too."""
    before = _completed(turns)
    if piece.talk in ASKS_AGAIN:
        return [before[-1].question]
    alone: list[str] = []
    for one in piece.questions:
        alone.append(in_conversation(one, before, probe))
        before = (*before, Turn(question=alone[-1]))
    return alone


def _completed(turns: Sequence[Turn]) -> tuple[Turn, ...]:
    """The turns with their questions standing alone, as a front end that keeps none sends them as asked."""
    found: tuple[Turn, ...] = ()
    for turn in turns:
        found = (*found, replace(turn, question=in_conversation(turn.question, found, None)))
    return found


def _several(
    plans: Sequence[Plan], alone: Sequence[str], asked: Question, held: Summary, today: date
) -> Plan:
    """The plan of several questions, each a part of it."""
    whole = plan_of(replace(asked, question=" ".join(alone)), held, today, None)
    return replace(
        whole,
        intent="several",
        wanted="any",
        counted=None,
        statement=None,
        topic=None,
        order=Order.RELEVANCE,
        parts=tuple(_part(plan) for plan in plans),
    )


def plans_of(plan: Plan) -> tuple[Plan, ...]:
    """The plan of each of several questions and of each side of a comparison; the plan itself of one."""
    if plan.intent not in IN_PARTS:
        return (plan,)
    return tuple(
        replace(
            plan,
            standalone_question=part.question,
            parts=(),
            **_shared(part),
            outlets=part.outlets or plan.outlets,
        )
        for part in plan.parts
    )


def _part(plan: Plan) -> Part:
    return Part(question=plan.standalone_question, heading=plan.standalone_question, **_shared(plan))


def _shared(of: Plan | Part) -> dict[str, Any]:
    """What a plan and a part of one both know."""
    names = {field.name for field in fields(Part)} - {"question", "heading", "outlets"}
    return {name: getattr(of, name) for name in names}


def plan_of(
    question: Question,
    held: Summary,
    today: date,
    embedder: Embedder | None = None,
    told: Understood | None = None,
) -> Plan:
    """The plan that the words of one stand-alone question give, to an archive that holds that much.

    "Last year" counts from `today`, or from the day that the question's limits put it at. What the reader
    limits the search to stays as it is; what the words limit it to is added where nothing was said. What
    is to be ignored is left in the words and searched for there. What a model `told` counts before the
    classifier, but for questions about the archive itself.
    """
    limits = question.filters
    text = " ".join(question.question.split())
    ignored = question.ignore
    outlets = [] if "outlets" in ignored else outlets_in(text, limits.outlets or held.outlets)
    days = [] if "dates" in ignored else days_in(text, limits.as_of or today, held.newest)
    authors = [] if "authors" in ignored else authors_in(text)
    since, until, as_of = _limited(text, days, held)
    search_words = _search_words(
        text,
        [
            *outlets,
            *(span for span, _, sure in authors if sure),
            *(one for one in days if _is_told_by_dates(one, held)),
        ],
    )
    language = language_of_question(text) or "en"
    is_english = language == "en"  # which the classifier has learned alone
    intent, listing = _intent(text, embedder) if is_english else ("question", None)
    if (
        told
        and told.intent
        and intent not in ("archive", "comparison")
        and (told.intent == "yes_no") == is_yes_no(text)
    ):
        intent = told.intent
    asks = intent in ASKED
    order = _order(_without(text, outlets), days)
    if intent == "question":
        intent = {Order.NEWEST: "latest", Order.TIMELINE: "timeline"}.get(order, "question")  # type: ignore[assignment]
    elif intent in ("latest", "timeline"):
        order = Order.NEWEST if intent == "latest" else Order.TIMELINE
    topic = _topic(_without(text, [*outlets, *days]), intent) if intent in ABOUT else None
    says_no_wish = topic is not None and topic == text.strip("?؟.! ")
    if says_no_wish or (intent == "who_is" and not _is_name(topic or "")):
        intent, topic = "question", None
    if topic is not None and intent == "timeline":
        search_words = topic
    if topic is None and intent in ("latest", "timeline", "overview"):
        # Of nothing in particular: what the archive told last, or first, or in those days.
        order = Order.TIMELINE if intent == "timeline" else Order.NEWEST
        intent = "overview"
    parts = _aspects(text, search_words) if intent == "question" and is_english else ()
    relation = None
    if intent in ("yes_no", "comparison"):
        relation, parts = comparison_in(text, outlets, days)
        intent = "comparison" if relation else "yes_no"
    return Plan(
        standalone_question=text,
        language=language,
        locale=locale_of(text, language),
        since=limits.since or (None if relation else since),
        until=limits.until or (None if relation else until),
        as_of=limits.as_of or as_of,
        outlets=limits.outlets,
        authors=limits.authors,
        languages=limits.languages,
        named_outlets=_once(name for one in outlets for name in one.outlets),
        named_authors=_once(name for _, name, _ in authors),
        named_periods=_once(one.period for one in days if one.bound != "as of"),
        order=order,
        search_words=search_words,
        read_as=_read_as(text, days),
        ignored=ignored,
        intent=intent,
        wanted=((told and told.wanted) or wanted_of(text, embedder, is_english=is_english))
        if asks or intent in ASKED
        else "any",
        counted=counted_in(text) if asks or intent in ASKED else None,
        statement=statement_of(text) if intent == "yes_no" else None,
        topic=topic,
        listing=listing if intent == "archive" else None,
        parts=parts,
        relation=relation,
        happened=None if relation else _happened(text, days),
    )


IN_PARTS: tuple[Intent, ...] = ("several", "comparison")
ASKS_AGAIN = ("confirm", "again")
ASKED = ("question", "yes_no", "comparison", "several")
ABOUT = ("timeline", "overview", "who_is", "archive", "latest")
RARE = 8.5  # inverse document frequency of a word that is most likely a name
SURE = 0.5  # probability from which the classifier's intent counts


def _intent(text: str, embedder: Embedder | None) -> tuple[Intent, Listing | None]:
    """What is wanted; a question where nothing else is sure."""
    found, chance = label("intent", text, embedder)
    kind, _, listing = found.partition("/")
    if is_yes_no(text) and kind != "archive":
        return ("comparison" if kind == "comparison" and chance >= SURE else "yes_no"), None
    if chance < SURE or kind in ("aside", "talk", "confirm", "again", "yes_no"):
        return "question", None
    if kind == "archive":
        return "archive", listing  # type: ignore[return-value]
    return kind, None  # type: ignore[return-value]


def _topic(text: str, intent: Intent) -> str | None:
    """What is asked after: the words between those that only say what is wanted of it."""
    held = list(words(text))
    frames = frame(intent)
    while held and _is_frame(held[0].of(text), frames):
        held.pop(0)
    while held and _is_frame(held[-1].of(text), frames):
        held.pop()
    found = text[held[0].start : held[-1].end] if held else ""
    return found if any(letter.isalpha() for letter in found) else None


def _is_name(topic: str) -> bool:
    """Whether a topic is written as a name, or holds a word as rare as names are."""
    return any(letter.isupper() for letter in topic) or any(
        word_weights().idf(stem) >= RARE for stem in stems(topic)
    )


def _is_frame(word: str, frames: frozenset[str]) -> bool:
    return word.casefold() in frames or not telling(word)


def _happened(text: str, days: Sequence[NamedDays]) -> Period | None:
    """The days in which what is told of must have happened, where the words name one stretch of them."""
    bounds = [
        one
        for one in days
        if one.bound != "as of" and not one.of_reporting and not _SUPERLATIVE.search(text[: one.start])
    ]
    return bounds[0].period if len(bounds) == 1 else None


def _aspects(text: str, search_words: str) -> tuple[Part, ...]:
    """What a long question asks at once, of one thing."""
    return tuple(Part(question=one, heading=one, search_words=one) for one in aspects(text, search_words))


def _order(text: str, days: Sequence[NamedDays]) -> Order:
    if _TIMELINE.search(text):
        return Order.TIMELINE
    # Asked how things stood on some day, "still" and "now" speak of that day.
    asked_of_past = any(one.fixed for one in days)
    is_short = len(text.split()) <= SHORT
    of_now = _NEWEST.search(text) or (is_short and (_OF_NOW.search(text) or _IN_OFFICE.search(text)))
    return Order.NEWEST if of_now and not asked_of_past else Order.RELEVANCE


def _limited(
    text: str, days: Sequence[NamedDays], held: Summary
) -> tuple[date | None, date | None, date | None]:
    """The first and last day of publication that the words limit to, and the day to answer as of.

    Days that would hide the whole archive limit nothing: the words must have meant something else.
    """
    since = until = as_of = None
    for one in (one for one in days if _is_held(one.period, held)):
        if one.bound == "as of":
            as_of = one.period.last
        elif _opens(one, text):
            since = one.period.first
        elif one.of_reporting and one.bound in ("before", "until"):
            until = one.period.last
    return since, until, as_of


def _opens(named: NamedDays, text: str) -> bool:
    """Whether only what was published from then on is asked for."""
    if named.bound == "since":
        return not _SUPERLATIVE.search(text[: named.start])
    return named.of_reporting and named.bound == "after"


def _is_told_by_dates(named: NamedDays, held: Summary) -> bool:
    """Whether the archive's own dates tell those days, so that their words need not stand in a passage."""
    if named.of_reporting or named.bound == "as of" or not named.fixed:
        return True
    return _is_held(named.period, held)


def _is_held(period: Period, held: Summary) -> bool:
    """Whether the archive holds anything published in that period."""
    if held.oldest is None or held.newest is None:
        return False
    return (period.first or held.oldest) <= held.newest and held.oldest <= (period.last or held.newest)


def _read_as(text: str, days: Sequence[NamedDays]) -> str:
    """The question without the bounds that the search keeps to: a passage seldom says "since 2020"."""
    bounds = [
        one
        for one in days
        if one.bound not in (None, "between", "from") and not _SUPERLATIVE.search(text[: one.start])
    ]
    return " ".join(_without(text, bounds).split()).replace(" ,", ",").replace(" ?", "?") if bounds else ""


def _search_words(text: str, told: Iterable[Span]) -> str:
    """The question without those stretches and without what only speaks of reporting; never empty."""
    words = " ".join(_ABOUT_REPORTING.sub(" ", _without(text, told)).split())
    return words if re.search(r"\w{3}", words) else text


def _without(text: str, spans: Iterable[Span]) -> str:
    for span in sorted(spans, key=lambda span: -span.start):
        before = _LEADING.sub("", text[: span.start])
        text = f"{before} {text[span.end :]}"
    return text


def _once(items: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(items))
