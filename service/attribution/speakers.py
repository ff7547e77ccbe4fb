"""Speaker of the words of a span: name and role, as the article itself gives them.

Quotations and verbs of saying (`service.attribution.speech`) give candidates; a logistic model over how a
candidate stands to the words weighs them (its training: `eval/training/speakers.py`), and where none is
probable enough there is no speaker. A short name or a pronoun is then followed back to the full name and
role.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from index.extraction.quotable import Turn, turn_at, turns
from index.records import Article, Draft, Span
from service.attribution.coreference import described, person_meant, person_named
from service.attribution.people import Mention, Person
from service.attribution.speech import (
    Attribution,
    Quotation,
    attributions,
    begins_clause,
    evidence_text,
    quotations,
    sentence_at,
)

LEAST_PROBABILITY = {"direct": 0.55, "partial": 0.65, "indirect": 0.65}
"""Below it nobody is named. Set by hand; what is not quoted needs to be surer."""

BEFORE, AFTER = 5, 3  # candidates that are weighed on either side of the words
LARGEST_GAP = 1500  # characters between a candidate and the words

Directness = Literal["direct", "partial", "indirect"]


@dataclass(frozen=True, slots=True)
class Speaker:
    """Speaker. `span` is where the name stands in the article's text, with its role where that is known."""

    name: str
    role: str | None
    span: Span

    def __str__(self) -> str:
        return f"{self.name}, {self.role}" if self.role else self.name


@dataclass(frozen=True, slots=True)
class Content:
    """The words whose speaker is looked for: a whole quotation, over several paragraphs, or a sentence."""

    span: Span
    directness: Directness


def speaker(article: Article | Draft, span: Span) -> Speaker | None:
    """Finds who said what stands in the span; None where the article does not say so plainly."""
    if turn := turn_at(article.text, span.start):
        return _of_turn(article.text, turn)
    text = evidence_text(article)
    chosen = attribution_of(text, span)
    return resolved(text, chosen.source) if chosen else None


def _of_turn(text: str, turn: Turn) -> Speaker | None:
    """Whom an interview or transcript names in front of a turn; "A" answers where one other name does."""
    names = {one.speaker for one in turns(text) if not one.asks and len(one.speaker) > 1}
    one = turn.speaker if len(turn.speaker) > 1 else names.pop() if len(names) == 1 else None
    if turn.asks or one is None:
        return None
    start = text.rfind(one, 0, turn.start)
    name = Span(start, start + len(one))
    known = person_named(text, Mention(name.start, name.end, "name", name))
    return Speaker(known.name.of(text), turn.role or known.role, known.name)


def attribution_of(text: str, span: Span) -> Attribution | None:
    """The most probable attribution of the words in the span; None where none is probable enough."""
    content = content_of(text, span)
    weighed = [(probability(marks), found) for found, marks in candidates(text, content)]
    best = max(weighed, key=lambda pair: pair[0], default=None)
    return best[1] if best and best[0] >= LEAST_PROBABILITY[content.directness] else None


def probability(marks: Sequence[str]) -> float:
    """Probability that a candidate with these marks is the speaker."""
    weights = _weights()
    total = weights[""] + sum(weights.get(mark, 0.0) for mark in marks)
    return 1 / (1 + math.exp(-total))


@cache
def _weights() -> Mapping[str, float]:
    weights: dict[str, float] = json.loads(
        files("service.attribution").joinpath("speaker_weights.json").read_text(encoding="utf-8")
    )
    return weights


def content_of(text: str, span: Span) -> Content:
    """The words to find a speaker for: the quotation that the span is in or holds, else the span itself."""
    quoted = [q for q in quotations(text) if min(q.end, span.end) - max(q.start, span.start) > 1]
    if not quoted:
        first, last = sentence_at(text, span.start), sentence_at(text, max(span.end - 1, span.start))
        return Content(Span(min(first.start, span.start), max(last.end, span.end)), "indirect")
    most = max(quoted, key=lambda q: min(q.end, span.end) - max(q.start, span.start))
    held = min(most.end, span.end) - max(most.start, span.start)
    whole = _continued(text, most)
    opens = begins_clause(text, most.start) or text[most.start - 1 : most.start] in ("", "\n")
    is_long = held > 0.5 * (span.end - span.start) or (opens and len(most.of(text).split()) > 4)
    return Content(whole, "direct" if is_long else "partial")


def _continued(text: str, quotation: Quotation) -> Span:
    """A quotation with the paragraphs it comes from and runs on into."""
    all_of_them = quotations(text)
    first = last = all_of_them.index(quotation)
    while first > 0 and _runs_on(text, all_of_them[first - 1], all_of_them[first]):
        first -= 1
    while last + 1 < len(all_of_them) and _runs_on(text, all_of_them[last], all_of_them[last + 1]):
        last += 1
    return Span(all_of_them[first].start, all_of_them[last].end)


def _runs_on(text: str, one: Quotation, other: Quotation) -> bool:
    """Tells whether a paragraph's open quotation goes on at the head of the next paragraph."""
    return not one.closed and not text[one.end : other.start].strip()


def candidates(text: str, content: Content) -> Iterator[tuple[Attribution, list[str]]]:
    """The attributions around the words, nearest first on either side, with what marks each."""
    span = content.span
    near = [
        a for a in attributions(text) if a.end > span.start - LARGEST_GAP and a.start < span.end + LARGEST_GAP
    ]
    inside = [a for a in near if a.start >= span.start and a.end <= span.end]
    before = [a for a in near if a not in inside and a.end <= span.start + 1][::-1][:BEFORE]
    after = [a for a in near if a not in inside and a.start >= span.end - 1][:AFTER]
    for side, found in (("in", inside), ("before", before), ("after", after)):
        for rank, candidate in enumerate(found):
            yield candidate, _marks(text, content, candidate, side, rank, len(inside))


def _marks(
    text: str, content: Content, candidate: Attribution, side: str, rank: int, inside: int
) -> list[str]:
    """Features that the model weighs: how far apart, what stands between, which verb, what kind of source."""
    span, kind = content.span, content.directness
    gap = _gap(span, candidate, side)
    between = gap.of(text)
    breaks = min(between.strip(" ").count("\n\n") + between.count("\n") % 2, 2)
    ends = min(len(re.findall(r"[.?!][”\"’)]*\s", between)), 2)
    quotes = min(sum(q.start < gap.end and q.end > gap.start for q in quotations(text)), 2)
    touching = not any(map(str.isalnum, between))
    edge = _edge(text, span, side)
    verb = candidate.verb if candidate.verb in _COMMON else "other"
    leads = _leads_to(text, candidate)
    place = f"{kind}|{side}|{breaks}|{ends}|{min(rank, 2)}"
    alone = not any(a.start >= span.end for a in attributions(text) if _one_line(text, span.end, a.start))
    return [
        f"{place}|{alone}|{_ends_quote(text, candidate)}",
        place,
        f"{place}|{quotes}|{touching}",
        f"{kind}|{side}|{breaks}|{touching}|{edge}|{candidate.order}",
        f"{kind}|{side}|{edge}|{leads}|{breaks}{ends}",
        f"{kind}|{side}|{verb}|{touching}",
        f"{kind}|{side}|{candidate.source.kind}|{breaks}|{ends}",
        f"{kind}|{begins_clause(text, candidate.source.start)}|{candidate.order}",
        f"{kind}|{side}|{_length(len(between))}",
        f"{side}|{leads}|{touching}|{_ends_quote(text, candidate)}|{breaks}",
        f"inside {min(inside, 3)}|{side}|{min(rank, 2)}|{kind}",
        f"{kind}|{verb}",
    ]


def _one_line(text: str, start: int, end: int) -> bool:
    return start <= end and "\n" not in text[start:end]


_COMMON = frozenset({
    "said", "told", "wrote", "added", "says", "tweeted", "continued", "saying", "asked", "responded",
    "replied", "noted", "according to", "argued", "called", "explained", "concluded", "declared",
    "announced", "described", "reported", "suggested", "acknowledged", "warned", "say", "writes",
    "adding",
})  # fmt: skip


def _gap(span: Span, candidate: Attribution, side: str) -> Span:
    if side == "after":
        return Span(span.end, max(candidate.start, span.end))
    if side == "before":
        return Span(min(candidate.end, span.start), span.start)
    return Span(span.start, candidate.start)


def _edge(text: str, span: Span, side: str) -> str:
    """The mark where the words and the rest of the sentence meet."""
    if side == "before":
        ahead = text[max(0, span.start - 12) : span.start].rstrip(" ")
        return "that" if ahead.endswith(" that") else _mark(ahead[-1:])
    words = text[span.start : span.end].rstrip("”\"’»' ")
    return _mark(words[-1:])


def _mark(character: str) -> str:
    return character if character in ",.:;?!—–…\n" else "letter" if character.isalpha() else "other"


def _leads_to(text: str, candidate: Attribution) -> str:
    """Classifies what comes right behind a candidate: a colon, a quotation, the end of the sentence."""
    rest = text[candidate.end : candidate.end + 4].lstrip(" ")
    if re.match(r"[,:]?\s*[“\"«]", text[candidate.end : candidate.end + 4]):
        return "quotation"
    return "that" if rest.startswith("tha") else _mark(rest[:1])


def _ends_quote(text: str, candidate: Attribution) -> bool:
    """Tells whether a candidate stands right behind a quotation, and so is likely to belong to it."""
    return re.search(r"[,?!—.…][”\"»]\s*$", text[max(0, candidate.start - 4) : candidate.start]) is not None


def _length(characters: int) -> str:
    return next((str(limit) for limit in (3, 20, 60, 150, 400) if characters <= limit), "more")


def resolved(text: str, source: Mention) -> Speaker | None:
    """The full name and role of a source, by what the article says elsewhere; None where that is open."""
    person = _person(text, source)
    if person is None:
        return None
    name = person.name.of(text)
    if name.startswith(("The ", "A ", "An ")):
        name = name[0].lower() + name[1:]
    return Speaker(name, person.role, person.name)


def _person(text: str, source: Mention) -> Person | None:
    if source.kind == "name":
        return person_named(text, source)
    if source.kind == "description":
        return described(text, source)
    pronoun = source.head.of(text).casefold()
    return person_meant(text, source.start, pronoun) if pronoun in ("he", "she") else None
