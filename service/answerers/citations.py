"""Evidence as a model is given it, sentence by sentence, and the model's marks as citations.

Article text is marked as data ("spotlighting", Hines et al. 2024, arXiv:2403.14720): every line of it
begins with a token drawn anew for each request, which no article can know, and an article's sentence
is one line. The paper's stronger variant puts a token between all words; that nearly trebles the
tokens of the evidence, and words must come back whole here, because numbers, names and quotes are
checked letter by letter. Neither is relied on: what proves a sentence is `service.verification.verify`.
"""

import re
import secrets
import unicodedata
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from index.extraction.sentences import sentences
from index.records import Article, Hit, Origin, Span
from service.evidence import Contrast, Evidence, Quote
from service.llm.plain import open_thought, without_thoughts
from service.questions.message import telling
from service.verification.verify import nearest

Place = tuple[int, int]
"""A passage and a sentence of it, both counted from 1; sentence 0 is the passage as a whole."""

MOST_OF_A_RANGE = 10  # sentences that a mark such as [1.2-1.9] may stand for

MOST_HELD = 2000  # characters in which no sentence ends; more of them are given as if one did
MOST_WRITTEN = 400_000  # characters of an answer, whatever limit its provider was given
MOST_BLANK = 200  # characters without a letter or digit, one after another
MOST_HEARD = 400  # characters in which no sentence ends, before they are looked at for repeats
LEAST_COMPRESSED = 0.1  # of its size; a long stretch that says something is never packed so small

# Every run below has one place where it may begin and one where it may end: what a model writes is as
# long as it likes, and must cost no more than its length.
_ITEM = r"\d{1,3}(?:[.٫]\d{1,3})?"
_JOIN = r"[\s,;،、–—-]{1,9}"
_ITEMS = rf"\^?{_ITEM}(?:{_JOIN}\^?{_ITEM}){{0,40}}"
MARK = re.compile(rf"[\[【]\s{{0,9}}{_ITEMS}\s{{0,9}}[\]】]")
_MARKS = rf"(?:{MARK.pattern}[^\S\n]{{0,9}}){{1,20}}"
# Two marks with a comma or a short word between them are one run: "[1.1] and [2.2]".
_RUN = re.compile(rf"\s{{0,9}}{MARK.pattern}(?:(?:[,;]?\s{{0,9}}|\s[^\W\d_]{{1,3}}\s){MARK.pattern}){{0,20}}")
_PART = re.compile(r"(\d+)[.٫](\d+)(?:\s*[–—-]\s*(\d+)[.٫](\d+))?|\d+")
_STOP = "[.!?…。؟！？]"
# A small letter after the marks tells that the stop was an abbreviation's: "in the U.S. [1.2] and".
_MARKS_AFTER_STOP = re.compile(
    rf"((?<!{_STOP}){_STOP}+[\"”»’')]*)((?:[^\S\n]*{MARK.pattern})+)"
    rf"(?=[^\S\n]*\n|\s*[^\sa-zà-öø-ÿа-яё\[【])"
)
_BLOCK = re.compile(r"(?<=\n)[ \t]*(?:(?:#{1,6}|[-*+•]|\d{1,2}[.)]|>+)[ \t]+|(?:```|~~~).*(?=\n))+")
_OPEN = re.compile(
    rf"(?:[\[【][^\]】\n]{{0,40}}|[({{][^\W\d_]{{0,12}}:?[\d.٫,; ]{{0,40}}|\]\([^()\s]{{0,200}}"
    rf"|<sup>[^<\n]{{0,40}}|<[^>\n]{{0,8}}|\n[ \t]{{0,9}}{_MARKS})$"
)
_DOTTED = r"\d{1,3}[.٫]\d{1,3}(?:[,; ]{1,9}\d{1,3}[.٫]\d{1,3}){0,9}"
_NOUN = r"(?:[^\W\d_]{1,12}(?::\s?|\s))"  # what a mark calls its number: "Passage 1", "source: 1.1"
_LOOSE = re.compile(
    rf"[\[【]{{1,2}}{_NOUN}?({_ITEMS})(?:†[^\]】\n]{{0,40}})?[\]】]{{1,2}}(?:\([^()\s]{{0,200}}\))?"
    rf"|[({{](?:[A-Z][^\W\d_]{{0,11}}:?\s|[^\W\d_]{{1,12}}:\s?)?({_DOTTED})[)}}]"
    rf"|<sup>\[?({_ITEMS})\]?</sup>"
)
_RAISED = re.compile(rf"(?<={_STOP}|\n)[⁰¹²³⁴-⁹]{{1,3}}")
_SPACE = r"(?:(?<!\s)\s+)"
_BREAK = re.compile(rf"{_SPACE}(?P<mark>(?={_MARKS}\n))?")
_SOURCE = re.compile(rf"\s*{MARK.pattern}\s?:")  # of a footnote: "[^1]: The Courier"
_ENDED = re.compile(rf"(?:{MARK.pattern}){_STOP}+[\"”»’')]*\s*$")
_LABEL = re.compile(r"\W{0,3}(\w{1,20})\W{0,3}:\W{0,3}\s+(?=\S)")
_WORD = re.compile(r"\w+")
_WHOLE_WORD = re.compile(r"\A\w+[^\w\s]*\s")


@dataclass(frozen=True, slots=True)
class Numbered:
    """Passages whose sentences are numbered. `marker` begins each line of article text."""

    hits: tuple[Hit, ...]
    marker: str
    quotes: Mapping[Place, Quote]

    @classmethod
    def of(cls, evidence: Evidence, hits: Sequence[Hit]) -> "Numbered":
        """Numbers those hits in their order, with what the findings know of their sentences."""
        known = {
            (found.quote.article.id, found.quote.article.version, found.quote.span): found.quote
            for found in evidence.findings
        }
        quotes = {}
        for number, hit in enumerate(hits, 1):
            for place, span in enumerate(hit.passage.sentences, 1):
                article = hit.article
                plain = Quote(article=article, span=span)
                quotes[number, place] = known.get((article.id, article.version, span), plain)
        return cls(tuple(hits), _marker(hits), quotes)

    @property
    def sentinel(self) -> str:
        """The line that ends a whole answer."""
        return f"END-{self.marker}"

    def text(self) -> str:
        """The evidence, a line each sentence."""
        return "\n".join(self._lines())

    def comparison(self, contrasts: Iterable[Contrast]) -> str:
        """Describes what our own comparison found, as sentences about the numbered ones."""
        lines = [line for contrast in contrasts if (line := self._compared(contrast))]
        return "\n".join(lines) or "Nothing was found to differ."

    def mark_of(self, quote: Quote) -> str | None:
        """The mark of the numbered sentence that the quote overlaps; None where it was not given."""
        for (passage, sentence), other in self.quotes.items():
            if other.overlaps(quote):
                return f"[{passage}.{sentence}]"
        return None

    def resolved(self, sentence: str) -> "Cited":
        """A model's sentence without its marks, with the quotes they name."""
        words = _RUN.sub(self._in_place, sentence).replace(self.marker, "").strip()
        words = self._unlabelled(words)
        marks = [place for mark in MARK.finditer(sentence) for place in _places(mark[0])]
        places = [place if place[1] else self._best(place[0], words) for place in marks]
        named = [place for place in dict.fromkeys(places) if place in self.quotes]
        return Cited(
            text=words,
            quotes=tuple(self.quotes[place] for place in named),
            score=max((self.hits[place[0] - 1].score for place in named), default=0.0),
            dropped=sum(place not in self.quotes for place in places),
        )

    def lists_sources(self, text: str) -> bool:
        """Tells whether a text says nothing but where something is from: words of the passages' headings.

        So does a line that only announces the next ones.
        """
        before, colon, after = text.partition(":")
        if colon and not after.strip(" .,;"):
            return True
        words = _words(after.strip() or before)
        headings = [f"Passage {number}: {_heading(hit.article)}" for number, hit in enumerate(self.hits, 1)]
        headings += [f"{hit.article.published:%d %-d %B %b}" for hit in self.hits if hit.article.published]
        outlets = [_words(hit.article.outlet) for hit in self.hits if hit.article.outlet]
        named = any(outlet <= words for outlet in outlets) and words <= _words(" ".join(headings))
        return named or self._only_places(after or text)

    def _only_places(self, text: str) -> bool:
        """Tells whether a text names sentences by their numbers and says nothing else."""
        places = list(_places(text))
        return bool(places) and not _PART.sub("", text).strip(" ,.;") and set(places) <= self.quotes.keys()

    def _in_place(self, run: re.Match[str]) -> str:
        """What stands in the place of marks: nothing, or the outlet where they stand for who says it.

        "According to [1.1], it rose", "[1.1] reports that it rose".
        """
        before, after = run.string[: run.start()].split(), run.string[run.end() :].lstrip()
        is_named = after[:1].islower() if not before else before[-1].isalpha() and not telling(before[-1])
        if not is_named or not any(map(str.isalpha, after)):
            return ""
        passage = next(_places(run[0]))[0]
        outlet = self.hits[passage - 1].article.outlet if 0 < passage <= len(self.hits) else None
        return f" {outlet}" if outlet else ""

    def _unlabelled(self, text: str) -> str:
        """The text without a word that only announces it, and that no article has: "Answer: It rose"."""
        label = _LABEL.match(text)
        known = label and any(label[1].casefold() in hit.article.text.casefold() for hit in self.hits)
        return text[label.end() :] if label and not known else text

    def _best(self, passage: int, words: str) -> Place:
        """The sentence of a passage that holds most of these words; sentence 0 where none holds enough."""
        if not 0 < passage <= len(self.hits):
            return passage, 0
        hit = self.hits[passage - 1]
        best = nearest(words, (hit,), most=1)
        return passage, hit.passage.sentences.index(best[0].span) + 1 if best else 0

    def _lines(self) -> Iterator[str]:
        for number, hit in enumerate(self.hits, 1):
            yield f"{self.marker} Passage {number}: {_flat(_heading(hit.article))}"
            for place, sentence in enumerate(hit.passage.sentences, 1):
                yield f"{self.marker} [{number}.{place}] {_flat(hit.passage.sentence_text(sentence))}"

    def _compared(self, contrast: Contrast) -> str | None:
        """A line, or None where fewer than two sides are among the numbered sentences."""
        sides = []
        for side in contrast.sides:
            marks = dict.fromkeys(mark for found in side.findings if (mark := self.mark_of(found.quote)))
            if marks:
                day = f"{side.day}: " if contrast.kind == "change" and side.day else ""
                said = _flat(side.findings[0].answer)
                sides.append(f"{day}“{said}” {' '.join(marks)}")
        if len(sides) < 2:
            return None
        verb = "differ" if contrast.kind == "disagreement" else "changed with time, the newest first,"
        return f"{self.marker} The articles {verb} about {_flat(contrast.about)}: {'; '.join(sides)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """A model's sentence and what it cites. `dropped` counts its marks that name no sentence."""

    text: str
    quotes: tuple[Quote, ...]
    score: float  # of the best passage it cites, 0 to 1
    dropped: int


class Sentences:
    """Cuts a model's text into sentences, with their marks, while it comes.

    A sentence is given only when the next has begun, because its marks may stand after its full stop.
    What stands after the sentinel is ignored; `ended` tells whether it came. `full` tells that more was
    written than any answer takes, or the same for ever, and that nothing more should be taken.
    """

    def __init__(self, sentinel: str, language: str = "en") -> None:
        self.ended = False
        self.full = False
        self._sentinel = sentinel
        self._language = language
        self._text = "\n"
        self._taken = 0
        self._blank = 0
        self._leads: bool | None = None  # whether marks stand in front of what they prove

    def add(self, piece: str) -> list[str]:
        """The sentences that are complete with this piece."""
        if self.ended:
            return []
        left = max(0, MOST_WRITTEN - self._taken)
        self._blank = 0 if any(map(str.isalnum, piece)) else self._blank + len(piece)
        self.full |= len(piece) > left or self._blank > MOST_BLANK
        self._text += piece[:left]
        self._taken += len(piece)
        before, found, _ = self._text.partition(self._sentinel)
        if found:
            self.ended = True
            self._text = before.rstrip("*_`#[(<- ")
            return self._take(all_of_it=True)
        settled = len(self._text) > MOST_HELD or re.search(r"\s", piece)
        return self._take() if settled else []

    def rest(self, *, cut: bool = True) -> list[str]:
        """Remaining text when no more comes; where that was cut, without words that no citation ends."""
        left = self._take(all_of_it=True)
        return left[:-1] if cut and left and not _ENDED.search(left[-1]) else left

    def _take(self, *, all_of_it: bool = False) -> list[str]:
        # What follows the text decides where its last marks belong; its end is as good as a new line.
        self._tidy("\n\0" if all_of_it else "")
        if thinks := open_thought(self._text):  # of what is thought only the end may matter
            self._text = "" if all_of_it else thinks
            return []
        settled = len(self._text)
        if not all_of_it and (mark := _OPEN.search(self._text)):
            settled = mark.start()
        spans = list(self._spans(self._text[:settled]))
        if all_of_it:
            held = settled
        else:
            # A next sentence that is only part of a word may yet prove to be of this one ("J. B").
            keep = 1 if spans and _WHOLE_WORD.match(spans[-1].of(self._text)) else 2
            held = spans[-keep].start if len(spans) >= keep else 0
            if settled - held > MOST_HEARD:
                self.full |= repeats(self._text[held:settled])
            if settled - held > MOST_HELD:
                held = settled
        given = [span.of(self._text).strip() for span in spans if span.start < held]
        if given or held == settled:
            self._text = self._text[held:]
        return given

    def _tidy(self, end: str) -> None:
        """Brings what is held into one form; a text that begins with a mark has its marks in front."""
        text = _unmarked(self._text + end)
        if self._leads is None and text.strip():
            self._leads = MARK.match(text.lstrip()) is not None
        self._text = (text if self._leads else _MARKS_AFTER_STOP.sub(r"\2\1", text)).removesuffix(end)

    def _spans(self, text: str) -> Iterator[Span]:
        """The sentences of each line but those that say where a footnote is from."""
        for line in re.finditer(r"[^\n]+", text):
            for found in () if _SOURCE.match(line[0]) else sentences(line[0], self._language):
                if re.search(r"\w", found.of(line[0])):
                    yield Span(line.start() + found.start, line.start() + found.end)


def _unmarked(text: str) -> str:
    """Text with all marks in square brackets, and without thoughts and block markup."""
    text = _LOOSE.sub(_squared, _BLOCK.sub("", without_thoughts(text)))
    text = _RAISED.sub(lambda raised: f" [{unicodedata.normalize('NFKC', raised[0])}]", text)
    return _BREAK.sub(_one_break, text)


def _squared(mark: re.Match[str]) -> str:
    return f"[{next(filter(None, mark.groups()))}]"


def _one_break(space: re.Match[str]) -> str:
    """Several line breaks are one, and none before marks that have a line to themselves."""
    if "\n" not in space[0]:
        return space[0]
    return " " if space["mark"] is not None else "\n"


def repeats(text: str) -> bool:
    """Tells whether a long text says the same over and over."""
    size = text.encode(errors="replace")
    return len(zlib.compress(size)) < LEAST_COMPRESSED * len(size)


def _places(mark: str) -> Iterator[Place]:
    """The sentences that a mark names; sentence 0 for each part that names a passage alone."""
    for part in _PART.finditer(mark):
        passage, sentence, to_passage, to_sentence = part.groups()
        if not passage:
            yield int(part[0]), 0
        elif to_passage == passage and 0 <= int(to_sentence) - int(sentence) < MOST_OF_A_RANGE:
            yield from ((int(passage), n) for n in range(int(sentence), int(to_sentence) + 1))
        else:
            yield int(passage), int(sentence)
            if to_passage:
                yield int(to_passage), int(to_sentence)


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.casefold()))


def _heading(article: Article) -> str:
    day = f"published {article.published}" if article.published else "date unknown"
    if article.published and article.origins.get("published") == Origin.INFERRED:
        day += " (inferred)"
    parts = (article.title or "untitled", article.outlet or "unknown outlet", article.author, day)
    return "; ".join(part for part in parts if part)


def _flat(text: str) -> str:
    """Article text on one line, with brackets that could be taken for our marks made round."""
    return MARK.sub(lambda mark: f"({mark[0][1:-1]})", " ".join(text.split()))


def _marker(hits: Sequence[Hit]) -> str:
    """A token that stands nowhere in the evidence."""
    while True:
        marker = secrets.token_hex(3)
        if not any(marker in hit.article.text for hit in hits):
            return marker
