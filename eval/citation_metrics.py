"""Whether the citations of an answer prove its sentences.

Precision and recall follow ALCE (Gao et al. 2023, "Enabling Large Language Models to Generate Text
with Citations"). Where ALCE asks an entailment model whether quotes support a sentence, `supports`
compares what can be checked without one. Each function scores one question from 0 to 1; refusals
cite nothing and are not scored, errors on questions that have an answer are scored 0.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from eval.answer_metrics import cited, is_refused, wants_answer
from eval.records import Record
from index.archive import Archive
from index.backends.local.lexical import stems
from index.errors import NotFound
from index.extraction.dates import MONTHS, WEEKDAYS
from service.verification.tokens import Day, Token, same, tokens, without_marks

Reference = Mapping[str, Any]  # a citation as the API sends it

WordsAt = Callable[[str, int, int, int], str | None]
"""The words at a place: article id, version, start, end → text[start:end]; None where it is not at hand."""

SAME_WORDS = 0.7  # Jaccard similarity of words from which two quotes are one text printed twice

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_EXPLAINED = re.compile(r" \[(?!\d)[^\]]+\]")
_NAME = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_OPENING = re.compile(r"(?:^|[.!?:;\n“”\"«»(—–])\s*$")  # what stands before the first word of a sentence
_QUOTED = re.compile(r"“([^”]*)”|«([^»]*)»|\"([^\"]*)\"")
_QUOTE_MARKS = re.compile(r"[\"“”„«»'‘’]")
_COMMON_WORDS = """
    a about after all also although an and another any are as at because before both but by did do does
    during each even few first for from had has have he her his how however i if in is it its last later
    many meanwhile more most mr mrs ms no nobody not now of on one only or other our over several she
    since so some still such that the their then there these they this those though three to two under
    until was we were what when where which while who why with yet you
"""
_COMMON = frozenset(_COMMON_WORDS.split())
_DATE_WORDS = {*MONTHS, *WEEKDAYS}


def citation_precision(record: Record) -> float | None:
    """The share of citations that support their sentence.

    As in ALCE a citation counts if all of its sentence's citations support it together, and it either
    does so alone or is needed by the others. Citations of numbers that do not exist count as wrong.
    """
    if record.answer is None or is_refused(record):
        return _without_answer(record)
    useful = given = 0
    for claim, references in _claims(record):
        given += len(claim["citations"])
        if len(references) == len(claim["citations"]) and _proves(claim, references):
            useful += sum(_useful(claim, references, place) for place in range(len(references)))
    return useful / given if given else 0.0


def citation_recall(record: Record) -> float | None:
    """The share of sentences that their citations together support fully."""
    if record.answer is None or is_refused(record):
        return _without_answer(record)
    proved = [
        len(references) == len(claim["citations"]) and _proves(claim, references)
        for claim, references in _claims(record)
    ]
    return sum(proved) / len(proved) if proved else 0.0


def quote_exactness(record: Record, words_at: WordsAt | None = None) -> float | None:
    """The share of quotes that are, letter by letter, text[start:end] of the version they name.

    The texts are looked up, or taken from the retrieved passages; a quote whose text is not at hand is
    not counted.
    """
    if record.answer is None:
        return _without_answer(record)
    words_at = words_at or words_in_passages(record.retrieved)
    exact = []
    for quote in cited(record):
        words = words_at(quote["article_id"], quote["version"], quote["start"], quote["end"])
        if words is not None:
            exact.append(words == quote["quote"])
    return sum(exact) / len(exact) if exact else None


def independence(record: Record) -> float | None:
    """Distinct texts among the quotes, as a share of them: one text printed by three outlets is 1 of 3."""
    if record.answer is None:
        return _without_answer(record)
    words = [frozenset(tokens(citation["quote"])) for citation in cited(record)]
    return len(_distinct(words)) / len(words) if words else None


def supports(sentence: str, references: Sequence[Reference], *, quoting: bool) -> bool:
    """Tells whether quotes prove a sentence, as far as that can be told without a model.

    Its numbers, days, names and quoted words must all stand in the quotes, it must share a word with
    them, and a quoting sentence must hold each quote itself. Outlet, author, speaker and date of
    publication may be named too: they stand in the reference. Nothing else of it is judged, such as who
    a quote's "he" is explained to be.
    """
    sentence = _unexplained(sentence, references)
    if not references or (quoting and not all(one["quote"] in sentence for one in references)):
        return False
    said = without_marks(sentence)
    told = [token for one in references for token in _told(one)]
    return (
        all(any(same(asked, known) for known in told) for asked in _checkable(said, references))
        and names(said) <= {word for one in references for word in _words_of(one)}
        and all(any(_plain(words) in _plain(one["quote"]) for one in references) for words in _spoken(said))
        and any(_contents(said) & _contents(one["quote"]) for one in references)
    )


def _unexplained(sentence: str, references: Sequence[Reference]) -> str:
    """The sentence without what is explained in brackets within a quote: "he [Yahya Rasul] said"."""
    if all(one["quote"] in sentence for one in references):
        return sentence
    return _EXPLAINED.sub("", sentence)


def names(text: str) -> set[str]:
    """The capitalised words that are names, in lower case.

    The first word of a sentence is one only where another follows it: "Henrik Aldane said".
    """
    found = list(_NAME.finditer(text))
    chosen: set[str] = set()
    for place, match in enumerate(found):
        after = found[place + 1] if place + 1 < len(found) else None
        followed = after is not None and after[0][0].isupper() and text[match.end() : after.start()] == " "
        if match[0][0].isupper() and (followed or not _OPENING.search(text[: match.start()])):
            chosen.add(_bare(match[0]))
    return chosen - _COMMON - _DATE_WORDS


def words_in_archive(archive: Archive) -> WordsAt:
    """Looks places up in an archive. A version it does not hold has no words, so nothing quotes it."""

    def words_at(article_id: str, version: int, start: int, end: int) -> str | None:
        """Words of the archive at a place; empty where there is none."""
        try:
            return archive.article(int(article_id), version).text[start:end]
        except (NotFound, ValueError):
            return ""

    return words_at


def words_in_passages(passages: Iterable[Mapping[str, Any]]) -> WordsAt:
    """Looks places up in retrieved passages; what lies outside them is not at hand."""
    known = list(passages)

    def words_at(article_id: str, version: int, start: int, end: int) -> str | None:
        """Words of the passages at a place; None where no passage holds it."""
        for passage in known:
            same_version = (passage["article_id"], passage["version"]) == (article_id, version)
            if same_version and passage["start"] <= start <= end <= passage["end"]:
                words: str = passage["text"][start - passage["start"] : end - passage["start"]]
                return words
        return None

    return words_at


def _without_answer(record: Record) -> float | None:
    """An error is wrong where an answer was wanted; a refusal cites nothing that could be wrong."""
    return 0.0 if record.answer is None and wants_answer(record) else None


def _claims(record: Record) -> Iterator[tuple[Mapping[str, Any], list[Reference]]]:
    """Each sentence with those of its citations that exist."""
    numbered = {citation["number"]: citation for citation in cited(record)}
    for claim in record.answer["claims"] if record.answer else ():
        yield claim, [numbered[number] for number in claim["citations"] if number in numbered]


def _proves(claim: Mapping[str, Any], references: Sequence[Reference]) -> bool:
    return supports(claim["text"], references, quoting=claim["support"] == "quoted")


def _useful(claim: Mapping[str, Any], references: Sequence[Reference], place: int) -> bool:
    """Tells whether a citation proves its sentence alone, or the others do not without it."""
    others = [*references[:place], *references[place + 1 :]]
    return _proves(claim, [references[place]]) or not _proves(claim, others)


def _checkable(sentence: str, references: Sequence[Reference]) -> list[Token]:
    """The numbers and days of a sentence, but for those in the names of its sources.

    "One" is a number too rarely to be checked: "one of the pumps".
    """
    for source in {source for one in references for source in _sources(one)}:
        sentence = sentence.replace(source, " ")
    checked = [token for token in tokens(sentence) if isinstance(token, Decimal | Day)]
    return [token for token in checked if token != 1 or re.search(r"\b1\b", sentence)]


def _told(reference: Reference) -> Iterator[Token]:
    """What a quote tells, with the days it means by "on Thursday" and "2 June" when it was published."""
    yield from tokens(reference["quote"])
    if not reference["published"]:
        return
    published = date.fromisoformat(str(reference["published"]))
    yield _day(published)
    yield from _relative_days(reference["quote"], published)
    yield from _relative_years(reference["quote"], published)
    for token in tokens(reference["quote"]):
        if isinstance(token, Day) and token.year is None and token.day is not None:
            yield _nearest(token.month, token.day, published)


def _relative_days(quote: str, published: date) -> Iterator[Day]:
    """Days named by weekday, as the last one before publication or the next after it."""
    words = {_bare(word) for word in _NAME.findall(quote)}
    for word, days in (("yesterday", -1), ("today", 0), ("tonight", 0), ("tomorrow", 1)):
        if word in words:
            yield _day(published + timedelta(days=days))
    for number, weekday in enumerate(_WEEKDAYS):
        if weekday in words:
            back = (published.weekday() - number) % 7
            yield _day(published - timedelta(days=back))
            yield _day(published + timedelta(days=7 - back))


def _relative_years(quote: str, published: date) -> Iterator[Decimal]:
    """The years meant by "last year" and its like."""
    for match in re.finditer(r"\b(last|this|next) year\b", quote, re.IGNORECASE):
        yield Decimal(published.year + ("last", "this", "next").index(match[1].casefold()) - 1)


def _nearest(month: int, day: int, published: date) -> Day:
    """The day without a year that lies nearest to publication."""
    years = (published.year - 1, published.year, published.year + 1)
    return Day(
        min(years, key=lambda year: abs((year - published.year) * 12 + month - published.month)), month, day
    )


def _day(day: date) -> Day:
    return Day(day.year, day.month, day.day)


def _sources(reference: Reference) -> list[str]:
    """Whom a reference names: outlets, author, speaker."""
    named = [reference["outlet"], reference["author"], reference.get("speaker")]
    return [name for name in (*named, *reference.get("also_printed_by", ())) if name]


def _words_of(reference: Reference) -> Iterator[str]:
    for text in (reference["quote"], *_sources(reference)):
        yield from (_bare(word) for word in _NAME.findall(text))


def _spoken(sentence: str) -> Iterator[str]:
    """The words between quotation marks."""
    for groups in _QUOTED.findall(sentence):
        yield from (words for words in groups if words)


def _plain(words: str) -> str:
    """For comparing quotations: single spaces, no quotation marks, no stop at the end."""
    return " ".join(_QUOTE_MARKS.sub("", words).split()).casefold().rstrip(".,;:!? ")


def _contents(text: str) -> frozenset[str]:
    """The stemmed words that a text is about."""
    return frozenset(stems(" ".join(word for word in _NAME.findall(text) if _bare(word) not in _COMMON)))


def _bare(word: str) -> str:
    return re.sub(r"['’]s$", "", word.casefold())


def _distinct(texts: Sequence[frozenset[Token]]) -> list[frozenset[Token]]:
    kept: list[frozenset[Token]] = []
    for words in texts:
        if not any(len(words & other) >= SAME_WORDS * len(words | other) for other in kept):
            kept.append(words)
    return kept
