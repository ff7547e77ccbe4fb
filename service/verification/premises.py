"""Premises and statements, the two texts of a judge.

A premise is the cited sentences of an article with what gives them sense; a statement is a question with its
answer, or a clause of a sentence.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from index.records import EVIDENCE, Article, DateMention, Span
from service.attribution.coreference import resolved_head
from service.evidence import Quote

LEAST_WORDS = 3  # of a clause that is asked about by itself

_BREAK = re.compile(r"[,;:—–()](?=\s|$)|\s[-—–]\s|\s(?=(?:and|but)\s)", re.IGNORECASE)
_TIME_OR_PLACE = re.compile(r"^(?:and |but )?(?:when|where|why)\s+", re.IGNORECASE)
_ASKS = re.compile(r"\b(?:who|whom|whose|what|which|when|where|why|how)\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+(?:['’.][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Premise:
    """The cited sentences of one article, with all that its evidence knows of them."""

    article: Article
    cited: str
    explained: str  # the same, with whom a pronoun means
    spans: tuple[Span, ...]
    given: tuple[str, ...]  # who prints it, who wrote it, where, and who speaks

    @property
    def text(self) -> str:
        """Text that a judge reads: outlet and day, and the cited sentences.

        The sentence in front of them is left out: what only that one says is not proved by citing the next.
        """
        return self._headed(self.explained)

    @property
    def under_title(self) -> str:
        """The same with the title, which says what they are about."""
        title = self.article.title
        return self._headed(f"{title}. {self.explained}" if title else self.explained)

    def _headed(self, words: str) -> str:
        day = self.article.published
        named = ", ".join(filter(None, (self.article.outlet, f"{day.day} {day:%B %Y}" if day else None)))
        return f"({named}) {words}" if named else words

    @property
    def days(self) -> tuple[DateMention, ...]:
        """The dates that the cited sentences name."""
        return tuple(
            day
            for day in self.article.dates
            if any(span.start <= day.start and day.end <= span.end for span in self.spans)
        )


def premises(quotes: Sequence[Quote]) -> tuple[Premise, ...]:
    """Returns the quotes by article, in the order in which the articles are first cited."""
    of: dict[tuple[int, int], list[Quote]] = {}
    for quote in quotes:
        of.setdefault((quote.article.id, quote.article.version), []).append(quote)
    return tuple(_premise(same) for same in of.values())


def evidence_of(article: Article) -> str:
    """Returns the reporting and captions of an article, as one text."""
    return "\n".join(zone.of(article.text) for zone in article.zones if zone.kind in EVIDENCE)


def words_of(texts: Iterable[str]) -> frozenset[str]:
    """Returns the words of texts as names are compared."""
    return frozenset(word for text in texts for word in running_words(text).split())


@lru_cache(maxsize=16384)
def folded(word: str) -> str:
    """Returns a word for comparing: lower case, no accents, no possessive, no full stops."""
    plain = unicodedata.normalize("NFKD", word.casefold())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return re.sub(r"['’]s?$", "", plain).replace(".", "").replace("’", "'")


@lru_cache(maxsize=256)
def running_words(text: str) -> str:
    """Returns the words of a text as names are compared, with a space around each."""
    return f" {' '.join(folded(match[0]) for match in _WORD.finditer(text))} "


def _premise(quotes: Sequence[Quote]) -> Premise:
    article = quotes[0].article
    spans = tuple(sorted({quote.span for quote in quotes}, key=lambda span: span.start))
    copies = [outlet for quote in quotes for outlet in quote.also_printed_by]
    speakers = [quote.speaker for quote in quotes]
    given = (article.title, article.outlet, article.author, article.dateline, *copies, *speakers)
    return Premise(
        article=article,
        cited=" ".join(span.of(article.text) for span in spans),
        explained=" ".join(_explained(article, span) for span in spans),
        spans=spans,
        given=tuple(dict.fromkeys(part for part in given if part)),
    )


def _explained(article: Article, span: Span) -> str:
    """The words of a span, with whom its head means in brackets behind that."""
    text, head = span.of(article.text), resolved_head(article, span)
    place = head.span.end - span.start if head else 0
    return f"{text[:place]} ({head.referent}){text[place:]}" if head else text


def statement_of(question: str, answer: str = "") -> str:
    """Returns a question and its answer as a judge reads them: "How many engines were sent? Eleven."

    A yes-or-no question is stated as if it were answered yes. A whole sentence made of both ("Eleven engines
    were sent.") is judged worse, though a parser makes it (docs/verification.md).
    """
    asked = question.strip().rstrip(" ?؟!.")
    return f"{asked}? {answer.strip(' .,;')}." if answer else f"{asked}."


def presupposed(question: str) -> str | None:
    """Returns what a question takes for granted: "Why did the mayor resign?" that the mayor did resign.

    A yes-or-no question takes for granted what it asks; one that asks who or what, nothing that can be told.
    """
    text = question.strip().rstrip(" ?؟!.")
    bare = _TIME_OR_PLACE.sub("", text)
    return None if _ASKS.search(bare) else f"{bare[:1].upper()}{bare[1:]}."


def clauses(sentence: str) -> tuple[str, ...]:
    """Returns the sentence, and each part of it that punctuation or a coordination sets apart."""
    parts = [part.strip(" .,;:") for part in _BREAK.split(sentence)]
    long = [part for part in parts if len(part.split()) >= LEAST_WORDS]
    return (sentence, *long) if len(long) > 1 else (sentence,)
