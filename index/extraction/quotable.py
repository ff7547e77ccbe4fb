"""What may be quoted of an article: its own words, without what stands around them and what others only ask.

A dateline ("PORT OSTREL - "), a speaker's label, a bullet and a credit at the end ("[Photo courtesy of …]")
belong to the page. In an interview or transcript a turn opens with its speaker's label: "Vale: We had no
money", "Q. Who decided?", "[00:01:20] QUILL (fire chief): My engines …"; what an interviewer asks is never
evidence.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from index.extraction.bylines import DATELINE, is_dateline
from index.extraction.sentences import lines
from index.records import Span

_BULLETS = tuple(f"{mark} " for mark in "•●▪■◦*–—-")
# "(AP) — ", "NEW YORK (AP) — ", "London (CNN Business) ". Of the 220 heads of lines in 2,083 articles that
# have words before the brackets 138 open a report, and nearly all others a row of a table.
_AGENCY = re.compile(r"(?:[A-Z][\w.,’' ]{1,30} )?\([A-Z][\w .&'’-]{1,30}\)\s*(?:[—–-]{1,2}\s*)?(?=[A-Z\"“‘])")
# A credit stands in brackets, behind the full stop or in front of it.
_CREDIT = re.compile(
    r"\s{0,20}[(\[](?:(?:file |handout |undated )?(?:photo|image|picture|video|foto|bild|credit|source"
    r"|reporting|editing|writing|additional reporting)\b[^()\[\]]{0,200}"
    r"|[^()\[\]]{2,60}/[^()\[\]]{2,60})[)\]]\.?$",
    re.IGNORECASE,
)
_LONGEST_CREDIT = 240  # letters
# In front of a caption, as galleries print it: "Ada Moor/AFP/Getty Images Men wade through the river." 119 of
# 2,083 articles have such captions, and these five ends are those of nine in ten of their 690 credits.
_CREDIT_AHEAD = re.compile(
    r"(?:[A-Z][\w.’'-]*\s){0,4}[A-Z][\w.’'-]*(?:/[\w.’' -]{1,40}?){0,3}"
    r"/(?:\w+ (?:via|for) )?(?:Getty Images|Reuters|AP|AFP|Associated Press)\s+(?=[A-Z“\"])"
)


def quotable(text: str, span: Span) -> Span:
    """Returns the part of a sentence that may be quoted; the whole where nothing else stands in it."""
    start, end = span.start, span.end
    if start == 0 or text[start - 1] == "\n":
        start = _behind_head(text, start, end)
    if ahead := _CREDIT_AHEAD.match(text, start, end):
        start = ahead.end()
    while credit := _CREDIT.search(text, max(start, end - _LONGEST_CREDIT), end):
        end = credit.start()
    return Span(start, end) if start < end else span


def _behind_head(text: str, start: int, end: int) -> int:
    """Finds where the sentence begins behind a label, a bullet, a dateline or an agency."""
    line = text[start:end]
    if label := label_end(text, start):
        return label
    if line.startswith(_BULLETS):
        return end - len(line[1:].lstrip())
    if agency := _AGENCY.match(line):
        return start + agency.end()
    dateline = DATELINE.match(line)
    if dateline and (is_dateline(line) or _opens(text, start, line[dateline.end() :])):
        return start + dateline.end()
    return start


def _opens(text: str, start: int, rest: str) -> bool:
    """Tells whether the sentence is its article's first and begins anew, as behind "New York CNN — "."""
    above = text[max(0, start - 1000) : start].rstrip()
    anew = rest[:1].isupper() or rest[:1] in ("“", "‘", '"')
    return anew and not above.endswith((".", "!", "”")) and not any(f" {dash} " in rest for dash in "—–-")


# Interviews

LEAST_TURNS = 3
_HALVES_OF_DAY = frozenset({"AM", "PM"})  # behind a clock in live reports
_LABEL = re.compile(
    r"[(\[]?(?P<clock>\d{1,2}:\d\d(?::\d\d)?(?:[.,]\d{1,3})?)?[)\]]?\s*(?:>>\s*)?"
    r"(?P<name>[^\W\d_][\w.’'-]*(?: [^\W\d_][\w.’'-]*){0,3}?)(?:\s[(\[](?P<role>[^()\[\]\n]{2,60})[)\]])?\s?"
    r"(?:[:：]\s|(?<![\w.][QA])(?<=[QA])\.\s)(?=\S)"
)
_ASKS = "?؟？"
_ONLY_ASKS = re.compile(r"(?:[^.!?؟？]|\.(?!\s)){3,300}[?؟？]['\"”’»)]*")


@dataclass(frozen=True, slots=True)
class Turn(Span):
    """Turn of one speaker, behind the label. `asks` is True for an interviewer's question."""

    speaker: str
    role: str | None
    asks: bool


@dataclass(frozen=True, slots=True)
class _Labelled:
    line: Span
    label: re.Match[str]

    @property
    def name(self) -> str:
        return self.label["name"].casefold()

    @property
    def words(self) -> Span:
        return Span(self.line.start + self.label.end(), self.line.end)

    def asks(self, text: str) -> bool:
        return self.line.of(text).rstrip("'\"”’») ")[-1:] in tuple(_ASKS)

    def is_stamped(self, text: str) -> bool:
        """Tells whether a clock in brackets that counts seconds opens the line."""
        return text[self.line.start] in "([" and (self.label["clock"] or "").count(":") == 2


@lru_cache(maxsize=64)
def turns(text: str) -> tuple[Turn, ...]:
    """Returns the turns of an interview or transcript in order, each a paragraph; none for any other text."""
    held = list(lines(text))
    labelled = [_Labelled(line, label) for line in held if (label := _label(line.of(text)))]
    # A clock in brackets that counts seconds stands in transcripts alone, where one turn may be all there is.
    stamped = [one for one in labelled if one.is_stamped(text)]
    found = stamped if 2 * len(stamped) > len(labelled) else labelled
    if not (found is stamped or _is_dialogue(found, held, text)):
        return ()
    askers = _askers(found, text)
    # In a debate whoever asks also tells; what an interviewer tells only leads to the next question.
    debate = len({one.name for one in found} - askers) > 1
    return tuple(
        Turn(
            one.words.start,
            one.words.end,
            one.label["name"],
            one.label["role"],
            (one.name in askers and not (debate and _tells(one, text)))
            or _ONLY_ASKS.fullmatch(one.words.of(text)) is not None,
        )
        for one in found
    )


def _tells(one: _Labelled, text: str) -> bool:
    """Tells whether a turn under a speaker's own name asks nothing."""
    return len(one.name) > 1 and not set(_ASKS) & set(one.words.of(text))


def turn_at(text: str, place: int) -> Turn | None:
    """Returns the turn that a place of the text stands in; None outside of any."""
    return next((turn for turn in turns(text) if turn.start <= place < turn.end), None)


def label_end(text: str, start: int) -> int | None:
    """Returns where the words of the turn that opens at `start` begin; None where no turn opens there."""
    found = (turn for turn in turns(text) if text.rfind("\n", 0, turn.start) + 1 == start)
    turn = next(found, None)
    return turn.start if turn else None


def questions(lines: Sequence[str]) -> Iterator[int]:
    """Yields the numbers of paragraphs that only ask, where they alternate with answers as interviews do."""
    asking = [_ONLY_ASKS.fullmatch(line) is not None for line in lines]
    answered = [place for place, _ in enumerate(lines[:-1]) if asking[place] and not asking[place + 1]]
    # A report asks now and then; an interview asks every second or third paragraph.
    if len(answered) >= LEAST_TURNS and answered[-1] - answered[0] <= 4 * (len(answered) - 1):
        yield from answered


def _label(line: str) -> re.Match[str] | None:
    label = _LABEL.match(line)
    if label is None or label["name"][0].islower() or label["name"][:2] in _HALVES_OF_DAY:
        return None
    return label


def _is_dialogue(found: Sequence[_Labelled], lines: Sequence[Span], text: str) -> bool:
    """Tells whether the labels are speakers: somebody asks more than once, or each turn has its clock.

    Lists have labels too, "Location: Moscow"; nobody asks in them.
    """
    names = Counter(one.name for one in found)
    asked = sum(one.asks(text) for one in found)
    clocks = sum(one.label["clock"] is not None for one in found)
    several = len(names) >= 2 and max(names.values(), default=0) >= 2
    timed = 2 * clocks > len(found)
    return several and len(found) >= LEAST_TURNS and (timed or (asked >= 2 and 4 * len(found) >= len(lines)))


def _askers(found: Sequence[_Labelled], text: str) -> frozenset[str]:
    """Finds those who end most of their turns with a question, where somebody else does not."""
    asked = Counter(one.name for one in found if one.asks(text))
    spoken = Counter(one.name for one in found)
    often = frozenset(name for name, count in asked.items() if count >= 2 and 2 * count > spoken[name])
    askers = often | frozenset(name for name, count in asked.items() if often and count == spoken[name])
    return askers if len(askers) < len(spoken) else frozenset()
