"""A question in its conversation, understood: what to search for, within what, in which order.

What is asked for outright limits the search; what a question names in passing only comes first. Words
that say where, when or how it was reported are not looked for in the passages: "according to", "article".
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from index.archive import Archive
from index.backends.local.lexical import stems
from index.backends.local.snapshots import Summary
from index.extraction.language import language_of_question
from index.extraction.names import names_in
from index.models.embedding import Embedder
from index.models.reader import ReadingModel
from index.models.word_weights import word_weights
from index.records import Order, Span
from service.formatting import locale_of
from service.questions.constraints import (
    NamedDays,
    NamedOutlet,
    authors_in,
    days_in,
    happened_in,
    is_told_by_dates,
    limits_of,
    outlets_in,
    read_as,
    without,
)
from service.questions.conversation import in_conversation, is_fragment
from service.questions.decompose import aspects, comparison_in, part_of
from service.questions.forms import (
    asked_openly,
    asks_truth,
    counted_in,
    encoder,
    frame,
    is_yes_no,
    label,
    open_form,
    statement_of,
    wanted_of,
)
from service.questions.message import Heard, Probe, heard, heard_in_other_script, telling, unwrapped, words
from service.questions.names import corrected, in_other_letters
from service.questions.plan import Intent, Listing, Part, Plan, Question, Relation, Turn, Understood
from service.questions.small_talk import small_talk
from service.questions.terms import points_back

T = TypeVar("T")

_NEWEST = re.compile(
    r"\b(?:latest|newest|most recent(?:ly)?|right now)\b(?!['’]s)|آخر|أحدث|حاليا", re.IGNORECASE
)
# In a long question these stand in passing: "the company, now the largest, ..."
_OF_NOW = re.compile(
    r"\b(?:current|currently|nowadays|so far|as yet|still|today|now|these days)\b(?!['’]s)"
    r"|^(?:and |so )?who(?:['’]s| is| are) (?:the|in charge)\b",
    re.IGNORECASE,
)
SHORT = 16  # words
_TIMELINE = re.compile(
    r"\btime ?lines?\b|\bchronolog(?:y|ical|ically)\b|\bin (?:the )?order (?:of events|in which)\b"
    r"|\bhow (?:did|has|have|had) [^?]{1,80} (?:develop|unfold|evolve|progress)(?:ed|s)?\b"
    r"|\bcourse of events\b|\bstep by step\b|تسلسل زمني",
    re.IGNORECASE,
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
    piece = heard(said, embedder, probe, limits) if is_english else heard_in_other_script(said, embedder)
    tells = question.order is Order.TIMELINE  # which is asked for of a subject, and of nothing else
    if piece.talk is not None and not tells and not (turns and piece.talk in ASKS_AGAIN):
        reply = small_talk(piece.talk, held, archive)
        return Plan(standalone_question=message.text, intent="small_talk", reply=reply, removed=piece.removed)
    leans = not rewritten and (turns or len(piece.questions) > 1)
    alone = _standalone(piece, turns, probe) if leans else list(piece.questions)
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
        _in_order(whole, question.order),
        removed=(*message.removed, *piece.removed),
        understood_as=whole.standalone_question if differs else None,
        did_you_mean=tuple(word for one in spelt for word in one.put_in),
    )


def _in_order(plan: Plan, order: Order | None) -> Plan:
    """The plan in the order that was asked for outright; of a subject it is a timeline's."""
    is_told = order is Order.TIMELINE and plan.intent in ABOUT and plan.topic is not None
    return replace(plan, order=order or plan.order, intent="timeline" if is_told else plan.intent)


def _beside(plan: Plan, words: Sequence[str]) -> Plan:
    """The plan with other spellings to search for, too."""
    return replace(plan, search_words=" ".join((plan.search_words, *words))) if words else plan


def _standalone(piece: Heard, turns: Sequence[Turn], probe: Probe) -> list[str]:
    """Each question as it stands alone; a later one leans on those before it, in this message too.

    In one message a whole question that points to nothing is a question of its own.
    """
    before = _completed(turns)
    if piece.talk in ASKS_AGAIN:
        return [before[-1].question]
    alone: list[str] = []
    for place, one in enumerate(piece.questions):
        goes_on = not place or is_fragment(one) or points_back(one)
        alone.append(in_conversation(one, before, probe) if goes_on else one)
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
        parts=tuple(map(part_of, plans)),
    )


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
    language = language_of_question(text) or "en"
    is_english = language == "en"  # which the classifier has learned alone
    named = _named_in(text, question, held, today)
    wish = _wish(text, named, embedder, told, is_english=is_english)
    search_words = wish.topic if wish.topic and wish.intent == "timeline" else named.search_words(text, held)
    intent, relation, parts = _parts(text, wish.intent, named, search_words, is_english=is_english)
    since, until, as_of = limits_of(text, named.days, held)
    wanted = (
        (told and told.wanted) or wanted_of(text, embedder, is_english=is_english) if wish.asks else "any"
    )
    opened = (
        asked_openly(text, wish.topic, embedder) if intent in ("latest", "question") and is_english else None
    )
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
        named_outlets=_once(name for one in named.outlets for name in one.outlets),
        named_authors=_once(name for _, name, _ in named.authors),
        named_periods=_once(one.period for one in named.days if one.bound != "as of"),
        order=Order.NEWEST if opened else wish.order,
        search_words=opened or search_words,
        read_as=opened or read_as(text, named.days),
        ignored=question.ignore,
        intent=intent,
        wanted="number" if opened else wanted,
        counted=counted_in(text) if wish.asks else None,
        statement=statement_of(text) if intent == "yes_no" else None,
        topic=wish.topic,
        listing=wish.listing,
        parts=parts,
        relation=relation,
        happened=None if relation else happened_in(text, named.days),
    )


@dataclass(frozen=True, slots=True)
class _Named:
    """The outlets, days and authors that a question names, without those that are to be ignored."""

    outlets: Sequence[NamedOutlet]
    days: Sequence[NamedDays]
    authors: Sequence[tuple[Span, str, bool]]

    def search_words(self, text: str, held: Summary) -> str:
        """The words to search for: without what limits or ranks the search by other means."""
        authors = (span for span, _, sure in self.authors if sure)
        days = (one for one in self.days if is_told_by_dates(one, held))
        return _search_words(text, [*self.outlets, *authors, *days])


def _named_in(text: str, question: Question, held: Summary, today: date) -> _Named:
    """Finds what a question names."""
    limits, ignored = question.filters, question.ignore
    return _Named(
        outlets=[] if "outlets" in ignored else outlets_in(text, limits.outlets or held.outlets),
        days=[] if "dates" in ignored else days_in(text, limits.as_of or today, held.newest),
        authors=[] if "authors" in ignored else authors_in(text),
    )


@dataclass(frozen=True, slots=True)
class _Wish:
    """The purpose of a question: what is to be done, about what, and in which order it is told."""

    intent: Intent
    order: Order
    topic: str | None
    listing: Listing | None  # of the archive itself
    asks: bool  # for an answer of some kind, which a list or an overview is not


def _wish(
    text: str, named: _Named, embedder: Embedder | None, told: Understood | None, *, is_english: bool
) -> _Wish:
    """Finds the purpose of a question."""
    intent, listing = _intent(text, embedder) if is_english else ("question", None)
    if told and told.intent and _may_be_told(intent, told.intent, text):
        intent = told.intent
    asks = intent in ASKED
    intent, order = _ordered(intent, _order(without(text, named.outlets), named.days))
    # Who wrote the articles of a list limits it, and is no topic.
    limits = [*named.outlets, *named.days, *(one[0] for one in named.authors if intent == "archive")]
    topic = _topic(without(text, limits), intent) if intent in ABOUT else None
    if topic == text.strip("?؟.! ") or (intent == "who_is" and not _is_name(topic or "")):
        intent, topic = "question", None
    if topic is None and intent in ("latest", "timeline", "overview"):
        # Of nothing in particular: what the archive told last, or first, or in those days.
        order = Order.TIMELINE if intent == "timeline" else Order.NEWEST
        intent = "overview"
    return _Wish(intent, order, topic, listing if intent == "archive" else None, asks=asks or intent in ASKED)


def _may_be_told(intent: Intent, told: Intent, text: str) -> bool:
    """Tells whether a model's intent counts before the classifier's."""
    return intent not in ("archive", "comparison") and (told == "yes_no") == is_yes_no(text)


def _ordered(intent: Intent, order: Order) -> tuple[Intent, Order]:
    """Makes the intent and the order of one mind: a plain question takes its intent from the order."""
    if intent == "question":
        return {Order.NEWEST: "latest", Order.TIMELINE: "timeline"}.get(order, "question"), order  # type: ignore[return-value]
    if intent in ("latest", "timeline"):
        return intent, Order.NEWEST if intent == "latest" else Order.TIMELINE
    return intent, order


def _parts(
    text: str, intent: Intent, named: _Named, search_words: str, *, is_english: bool
) -> tuple[Intent, Relation | None, tuple[Part, ...]]:
    """The sides of a comparison or the aspects of a long question, with the intent that they leave."""
    if intent in ("yes_no", "comparison"):
        relation, sides = comparison_in(text, named.outlets, named.days)
        return "comparison" if relation else "yes_no", relation, sides
    asked = aspects(text, search_words) if intent == "question" and is_english else ()
    return intent, None, tuple(Part(question=one, heading=one, search_words=one) for one in asked)


ASKS_AGAIN = ("confirm", "again")
ASKED = ("question", "yes_no", "comparison", "several")
ABOUT = ("timeline", "overview", "who_is", "archive", "latest")
RARE = 8.5  # inverse document frequency of a word that is most likely a name
SURE = 0.5  # probability from which the classifier's intent counts


def _intent(text: str, embedder: Embedder | None) -> tuple[Intent, Listing | None]:
    """The classifier's intent; a question where nothing else is sure."""
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
    """The topic asked after: the words between those that only say what is wanted of it."""
    held = list(words(text))
    frames = frame(intent)
    while held and _is_frame(held[0].of(text), frames):
        held.pop(0)
    while held and _is_frame(held[-1].of(text), frames):
        held.pop()
    found = text[held[0].start : held[-1].end] if held else ""
    return found if any(letter.isalpha() for letter in found) else None


def _is_name(topic: str) -> bool:
    """Tells whether a topic is written as a name, or holds a word as rare as names are."""
    return any(letter.isupper() for letter in topic) or any(
        word_weights().idf(stem) >= RARE for stem in stems(topic)
    )


def _is_frame(word: str, frames: frozenset[str]) -> bool:
    return word.casefold() in frames or not telling(word)


def _order(text: str, days: Sequence[NamedDays]) -> Order:
    if _TIMELINE.search(text):
        return Order.TIMELINE
    # Asked how things stood on some day, "still" and "now" speak of that day.
    asked_of_past = any(one.fixed for one in days)
    is_short = len(text.split()) <= SHORT
    of_now = _NEWEST.search(text) or (is_short and _OF_NOW.search(text))
    return Order.NEWEST if of_now and not asked_of_past else Order.RELEVANCE


def _search_words(text: str, told: Iterable[Span]) -> str:
    """The question without those stretches and without what only speaks of reporting; never empty."""
    words = " ".join(_ABOUT_REPORTING.sub(" ", without(text, told)).split())
    return words if any(len(word.strip("?؟.,")) > 2 for word in words.split()) else text


def _once(items: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(items))
