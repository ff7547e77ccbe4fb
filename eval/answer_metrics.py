"""Whether an answer says what it should, and nothing that it should not.

Each function scores one question from 0 to 1, 1 for right, and is None where the question asks for
no such thing. A question that got no answer but an error is scored 0.
"""

import re
import string
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from eval.records import Record
from service.verification.tokens import end_of, holds, tokens, without_marks

EVIDENCE = 0.7  # of the words of a sentence of evidence, that a quote of it holds


def is_refused(record: Record) -> bool:
    """Tells whether the answer is that the archive does not answer."""
    return record.answer is not None and record.answer["status"] == "not_in_archive"


def is_answered(record: Record) -> bool:
    """Tells whether there is an answer and it is no refusal."""
    return record.answer is not None and not is_refused(record)


def wants_answer(record: Record) -> bool:
    """Whether an answer must say, cite or show anything; sets that judge retrieval alone want nothing."""
    expected = record.case.expected
    asked = (expected.facts, expected.order, expected.sources, expected.spans, expected.newest_source)
    return not expected.refusal and any((*asked, expected.disagreement, expected.change))


def said(record: Record) -> str:
    """The words of the answer without citation marks; empty for a refusal, whose words answer nothing."""
    return without_marks(record.answer["text"]) if record.answer and is_answered(record) else ""


def cited(record: Record) -> Sequence[Mapping[str, Any]]:
    """The citations of the answer."""
    return record.answer["citations"] if record.answer else ()


def correct(record: Record) -> float | None:
    """1 if the answer is right in all that is asked for: a refusal; or facts, order, span, nothing forbidden.

    Where no fact, order or span is given, the expected sources must all be cited.
    """
    expected = record.case.expected
    if expected.refusal:
        return float(is_refused(record))
    if expected.may_refuse and is_refused(record):
        return 1.0
    asked = [score(record) for score in (facts, order, span)]
    if asked == [None, None, None]:
        asked = [sources(record)]
    if asked == [None]:
        return None
    return float(all(score in (None, 1.0) for score in (*asked, nothing_forbidden(record))))


def facts(record: Record) -> float | None:
    """The share of the expected facts that the answer says, each in any of its spellings."""
    expected = record.case.expected
    if not expected.facts or _may_stay_silent(record):
        return None
    return 1 - len(missing_facts(record)) / len(expected.facts)


def missing_facts(record: Record) -> list[tuple[str, ...]]:
    """The expected facts that the answer says in none of their spellings."""
    words = tokens(said(record))
    return [
        fact
        for fact in record.case.expected.facts
        if not any(end_of(tokens(spelling), words) for spelling in fact)
    ]


def understood(record: Record) -> float | None:
    """1 if the question, as it stands alone, holds the words that it must hold, and none that it must not."""
    expected = record.case.expected
    if not expected.understood and not expected.misunderstood:
        return None
    alone = record.answer["standalone_question"].casefold() if record.answer else ""
    holds_all = all(any(word.casefold() in alone for word in words) for words in expected.understood)
    slipped_in = any(word.casefold() in alone for word in expected.misunderstood)
    return float(bool(alone) and holds_all and not slipped_in)


def order(record: Record) -> float | None:
    """1 if the answer says the ordered facts one after another."""
    if not record.case.expected.order or _may_stay_silent(record):
        return None
    words, place = tokens(said(record)), 0
    for fact in record.case.expected.order:
        ends = [end for spelling in fact if (end := end_of(tokens(spelling), words, place)) is not None]
        if not ends:
            return 0.0
        place = min(ends)
    return 1.0


def sources(record: Record) -> float | None:
    """The share of the expected sources that the answer cites."""
    expected = record.case.expected.sources
    if not expected or _may_stay_silent(record):
        return None
    return sum(_cites(record, source) for source in expected) / len(expected)


def nothing_forbidden(record: Record) -> float | None:
    """1 if the answer cites no forbidden source, and neither says nor quotes forbidden words."""
    expected = record.case.expected
    if not expected.forbidden_sources and not expected.forbidden_text:
        return None
    if record.answer is None:
        return 0.0
    shown = [said(record), *(citation["quote"] for citation in cited(record))]
    spoken = any(holds(text, words) for text in shown for words in expected.forbidden_text)
    return float(not spoken and not any(_cites(record, source) for source in expected.forbidden_sources))


def newest_source(record: Record) -> float | None:
    """1 if the newest article that applies is cited; 0 is a stale answer."""
    source = record.case.expected.newest_source
    return None if source is None else float(_cites(record, source))


def refusal_recall(record: Record) -> float | None:
    """Of a question that has no answer: 1 if it was refused. The mean is the recall of refusals."""
    return float(is_refused(record)) if record.case.expected.refusal else None


def refusal_precision(record: Record) -> float | None:
    """Of a question that was refused: 1 if it should be. The mean is the precision of refusals."""
    expected = record.case.expected
    judged = expected.refusal or expected.may_refuse or wants_answer(record)
    return float(expected.refusal or expected.may_refuse) if judged and is_refused(record) else None


def answered(record: Record) -> float | None:
    """Of a question that has an answer: 1 if one was given, right or wrong. Falls with needless refusals."""
    required = wants_answer(record) and not record.case.expected.may_refuse
    return float(is_answered(record)) if required else None


def disagreement_found(record: Record) -> float | None:
    """1 if sources that differ are shown side by side, with two of the expected facts between them."""
    if not record.case.expected.disagreement:
        return None
    return float(any(_says_two_facts(record, sides) for sides in _shown(record, "disagreements")))


def disagreement_precision(record: Record) -> float | None:
    """Of an answer that shows a disagreement: 1 if there is one."""
    return float(record.case.expected.disagreement) if _shown(record, "disagreements") else None


def change_found(record: Record) -> float | None:
    """1 if a change is shown by positions of two days at least, the newest source in the first.

    Two of the expected facts must stand between the positions. Without a newest source any will do.
    """
    if not record.case.expected.change:
        return None
    return float(
        any(
            len({side["day"] for side in sides if side["day"]}) >= 2
            and _says_two_facts(record, sides)
            and _is_of_newest(record, sides[0])
            for sides in _shown(record, "changes")
        )
    )


def change_precision(record: Record) -> float | None:
    """Of an answer that shows a change: 1 if there is one."""
    return float(record.case.expected.change) if _shown(record, "changes") else None


def span(record: Record) -> float | None:
    """1 if the answer says one of the gold spans, as RGB judges answers (Chen et al. 2024)."""
    spans = record.case.expected.spans
    if not spans or _may_stay_silent(record):
        return None
    words = said(record)
    # Scripts that put no spaces between words are searched as they are.
    return float(any(holds(words, gold) or (not gold.isascii() and gold in words) for gold in spans))


def first_quote(record: Record) -> float | None:
    """Of an answer: 1 if its first quote says an expected fact, a gold span or a sentence of the evidence."""
    if not _is_judged_by_words(record) or not cited(record):
        return None
    return float(_says_any(record, cited(record)[0]["quote"]))


def quotes_relevant(record: Record) -> float | None:
    """Of an answer: the share of its quotes that say an expected fact, a gold span or evidence."""
    quotes = cited(record)
    if not _is_judged_by_words(record) or not quotes:
        return None
    return sum(_says_any(record, one["quote"]) for one in quotes) / len(quotes)


def _is_judged_by_words(record: Record) -> bool:
    asked = record.case
    told = (asked.expected.facts, asked.expected.order, asked.expected.spans, asked.evidence)
    return any(told) and is_answered(record)


def _says_any(record: Record, quote: str) -> bool:
    """Tells whether a quote says any of what is expected; of evidence, most of the words of one sentence."""
    expected = record.case.expected
    facts = [spelling for fact in (*expected.facts, *expected.order) for spelling in fact]
    if any(holds(quote, words) for words in (*facts, *expected.spans)):
        return True
    held = set(squad_normalised(quote).split())
    pieces = [set(squad_normalised(piece).split()) for piece in record.case.evidence]
    return any(len(held & words) >= EVIDENCE * len(words) for words in pieces)


def exact_match(record: Record) -> float | None:
    """SQuAD's exact match (Rajpurkar et al. 2016): 1 if the prediction is one of the gold spans."""
    golds = _gold_spans(record)
    if not golds or record.answer is None:
        return 0.0 if golds else None
    return max(squad_exact(gold, prediction(record)) for gold in golds)


def f1(record: Record) -> float | None:
    """SQuAD's F1 (Rajpurkar et al. 2016): words shared by the prediction and the best gold span."""
    golds = _gold_spans(record)
    if not golds or record.answer is None:
        return 0.0 if golds else None
    return max(squad_f1(gold, prediction(record)) for gold in golds)


def prediction(record: Record) -> str:
    """The span an answer gives: its surest sentence, or what that quotes, without its attribution.

    Empty for a refusal, which is SQuAD 2.0's way to give none (Rajpurkar et al. 2018).
    """
    claims = record.answer["claims"] if record.answer and is_answered(record) else ()
    if not claims:
        return said(record)
    best = max(claims, key=lambda claim: claim["score"])
    quotes = [citation["quote"] for citation in cited(record) if citation["number"] in best["citations"]]
    return " ".join(quotes) if quotes and best["support"] == "quoted" else without_marks(best["text"])


def squad_exact(gold: str, predicted: str) -> float:
    """1 if two spans are the same after SQuAD's normalisation."""
    return float(squad_normalised(gold) == squad_normalised(predicted))


def squad_f1(gold: str, predicted: str) -> float:
    """Harmonic mean of the precision and recall of words; where either has none, whether both have none."""
    wanted, given = squad_normalised(gold).split(), squad_normalised(predicted).split()
    if not wanted or not given:
        return float(wanted == given)
    shared = sum((Counter(wanted) & Counter(given)).values())
    return 2 * shared / (len(wanted) + len(given))


def squad_normalised(text: str) -> str:
    """Lower case, without ASCII punctuation and articles, single spaces: the official script's rule."""
    bare = "".join(letter for letter in text.lower() if letter not in string.punctuation)
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", bare).split())


def _gold_spans(record: Record) -> Sequence[str]:
    """The gold spans; that of a question without an answer is empty, as in SQuAD 2.0."""
    expected = record.case.expected
    return ("",) if expected.refusal and not expected.spans else expected.spans


def _may_stay_silent(record: Record) -> bool:
    return record.case.expected.may_refuse and is_refused(record)


def _cites(record: Record, source: str) -> bool:
    return any(_is_source(citation, source) for citation in cited(record))


def _is_source(citation: Mapping[str, Any], source: str) -> bool:
    """Tells whether a source is this one; an outlet names every article of it."""
    return source in (citation["url"], citation["title"], citation["outlet"])


def _shown(record: Record, kind: Literal["disagreements", "changes"]) -> list[Sequence[Mapping[str, Any]]]:
    """The positions of each disagreement or change, of those that have two at least with a source."""
    shown = record.answer.get(kind, ()) if record.answer else ()  # runs of 0.1.0 hold no changes
    sides = [[side for side in one["positions"] if side["citations"]] for one in shown]
    return [positions for positions in sides if len(positions) >= 2]


def _says_two_facts(record: Record, positions: Sequence[Mapping[str, Any]]) -> bool:
    """Tells whether two of the expected facts stand between the positions; all, where there are fewer."""
    facts = record.case.expected.facts
    text = " … ".join(position["text"] for position in positions)
    return sum(any(holds(text, spelling) for spelling in fact) for fact in facts) >= min(2, len(facts))


def _is_of_newest(record: Record, position: Mapping[str, Any]) -> bool:
    newest = record.case.expected.newest_source
    sources = [citation for citation in cited(record) if citation["number"] in position["citations"]]
    return newest is None or any(_is_source(citation, newest) for citation in sources)
