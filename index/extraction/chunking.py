"""An article's evidence into passages and sentences, as spans of its text.

langchain-text-splitters cuts passages at the ends of paragraphs, then of sentences, then of words;
`sentences` finds the sentences. Nothing is copied: a passage is where it stands.
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from index.extraction.dates import MONTHS, WEEKDAYS
from index.extraction.sentences import sentences
from index.records import EVIDENCE, Draft, Span, ZoneKind

# Marks the ends of sentences for the splitter. Cleaning removes control characters from every
# text, so that none of an article's own can be taken for it.
SENTENCE_END = "\x1e"

# A line break ends a sentence, full stop or not, unless the next line goes on in lower case, as in
# text that was wrapped at a column.
LINE_BREAK = re.compile(r"\n+(?![a-zà-öø-ÿа-яё])")

# A letter and a full stop abbreviate a title, as in "د. أحمد" for Dr Ahmed.
ARABIC_INITIAL = re.compile(r"(?:^|\s)[\u0621-\u064a]\.\s*$")
_INITIAL = 8  # characters in which it stands, with the white space around it
_CLOSES = tuple("\"'”’»)]")
_WORD = re.compile(r"[^\W\d_]+")
_DAYS = WEEKDAYS.keys() | MONTHS.keys()


@dataclass(frozen=True, slots=True)
class Chunk(Span):
    """A passage before it is stored: its span and those of its sentences, in the article's text."""

    sentences: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Chunker:
    """Cuts passages of at most `size` characters at sentence ends, without overlap."""

    size: int = 900

    @property
    def id(self) -> str:
        """Names the settings: passages of two ids never stand in one index."""
        return f"sentences-{self.size}"

    def chunk(self, article: Draft) -> list[Chunk]:
        """Returns the passages of the article's evidence, in order. Neighbouring evidence is cut as one.

        What an interviewer asks stands in the passage of its answer and is none of its sentences.
        """
        asked = [zone for zone in article.zones if zone.kind is ZoneKind.QUESTION]
        cut = (
            chunk
            for stretch in _stretches(article)
            for chunk in self._cut(article.text, stretch, article.language or "en")
        )
        return (
            list(cut)
            if not asked
            else [kept for chunk in cut if (kept := _without(chunk, asked, article.text))]
        )

    def _cut(self, text: str, stretch: Span, language: str) -> Iterator[Chunk]:
        spans = deque(_sentences(stretch.of(text), stretch.start, language))
        marked = "".join(sentence.of(text) + SENTENCE_END for sentence in spans)
        position = stretch.start
        for piece in _split(marked, self.size):
            end = position + len(piece) - piece.count(SENTENCE_END)
            inside = []
            while spans and spans[0].start < end:
                sentence = spans.popleft()
                if span := _trimmed(text, max(sentence.start, position), min(sentence.end, end)):
                    inside.append(span)
                if sentence.end > end:  # it goes on in the next piece
                    spans.appendleft(sentence)
                    break
            if inside:
                yield Chunk(inside[0].start, inside[-1].end, tuple(inside))
            position = end


def _without(chunk: Chunk, asked: Sequence[Span], text: str) -> Chunk | None:
    """The passage whose sentences are only what stands outside of questions; None where nothing does."""
    told = tuple(part for sentence in chunk.sentences for part in _outside(sentence, asked, text))
    return Chunk(chunk.start, told[-1].end, told) if told else None


def _outside(sentence: Span, asked: Sequence[Span], text: str) -> Iterator[Span]:
    start = sentence.start
    for zone in asked:
        if zone.start < sentence.end and start < zone.end:
            if before := _trimmed(text, start, max(start, zone.start)):
                yield before
            start = zone.end
    if start < sentence.end and (rest := _trimmed(text, start, sentence.end)):
        yield rest


def _split(marked: str, size: int) -> list[str]:
    """Pieces of at most `size` characters that, joined, are the text again."""
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(
        separators=[SENTENCE_END, " ", ""],
        keep_separator="end",
        chunk_size=size,
        chunk_overlap=0,
        strip_whitespace=False,
    )
    pieces: list[str] = splitter.split_text(marked)
    return pieces


def _stretches(article: Draft) -> Iterator[Span]:
    """Spans of evidence with nothing else between them."""
    start = end = None
    for zone in article.zones:
        if zone.kind in EVIDENCE or zone.kind is ZoneKind.QUESTION:
            start = zone.start if start is None else start
            end = zone.end
        elif start is not None and end is not None:
            yield Span(start, end)
            start = None
    if start is not None and end is not None:
        yield Span(start, end)


def _sentences(text: str, offset: int, language: str) -> Iterator[Span]:
    """Sentence spans that together cover the text, white space included."""
    for found in _joined(text, sentences(text, language)):
        start = found.start
        for line in LINE_BREAK.finditer(text, found.start, found.end):
            yield Span(offset + start, offset + line.end())
            start = line.end()
        if start < found.end:
            yield Span(offset + start, offset + found.end)


def _joined(text: str, found: Iterable[Span]) -> Iterator[Span]:
    """The sentences, with one that does not end where its full stop stands joined to the next."""
    start = 0
    for sentence in found:
        if sentence.end < len(text) and _goes_on(text, start, sentence.end):
            continue
        yield Span(start, sentence.end)
        start = sentence.end


def _goes_on(text: str, start: int, end: int) -> bool:
    """Tells whether a sentence goes on behind `end`.

    An Arabic initial ("د. أحمد"), a quotation still to be closed, a small letter in a text that has capitals
    ("$1.5bn. in 2020") and a day behind a time ("11 a.m. Saturday") do not begin one.
    """
    if ARABIC_INITIAL.search(text, max(start, end - _INITIAL), end):
        return True
    if "\n" in text[end - 2 : end]:
        return False
    first, next_word = _WORD.search(text, start, end), _WORD.match(text, end)
    if first is None or next_word is None:
        return text.startswith(_CLOSES, end)
    small = next_word[0][0].islower() and not first[0].islower()
    halved = text[max(start, end - _INITIAL) : end].casefold().rstrip().endswith((" a.m.", " p.m."))
    return small or (halved and next_word[0].casefold() in _DAYS)


def _trimmed(text: str, start: int, end: int) -> Span | None:
    piece = text[start:end]
    inner = piece.strip()
    if not inner:
        return None
    begin = start + piece.index(inner[0])
    return Span(begin, begin + len(inner))
