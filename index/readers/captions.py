"""Captions (SubRip, WebVTT): what is said in a broadcast, a paragraph a turn, under its clock and speaker.

The width of a screen cuts captions into cues; sentences are put together again.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from html import unescape

from index.extraction import content_blocks as cleaning
from index.extraction.boilerplate import ends_sentence
from index.readers.drafting import Known, draft, found
from index.records import Draft, Origin, Skipped, Zone, ZoneKind

_OPENING = re.compile(
    r"\ufeff?\s{0,20}(?:WEBVTT(?:[ \t-]+(?P<title>[^\n]{1,200}))?(?:\n|$)"
    r"|\d{1,6}[ \t]*\n(?=[\d:.,]{4,13}[ \t]+-->))"
)
_TIME = r"(?:(\d{1,3}):)?(\d{1,2}):(\d\d)[.,]\d{1,3}"
_TIMING = re.compile(rf"[ \t]*{_TIME}[ \t]+-->[ \t]+{_TIME}")
_VOICE = re.compile(r"<v(?:\.[^\s<>]{1,50})?[ \t]+(?P<name>[^<>\n]{1,80})>")
_TAG = re.compile(r"<[^<>\n]{0,100}>|\{\\[^{}\n]{0,100}\}")
# Another speaker, named or not: "TOM VALE: ", ">> Vale: ", "[Vale] ", "- ".
_LABEL = re.compile(
    r"(?:>>+|[-–—])?\s{0,3}(?P<name>[^\W\d_][\w.'’-]*(?: [^\W\d_][\w.'’-]*){0,3}(?: \([^()\n]{2,60}\))?)"
    r"\s?[:：]\s|[\[(](?P<between>[^\W\d_][\w.'’ -]{1,60})[\])][:：]?\s(?=\S)"
)
_ANOTHER = ">-–— "  # what a change of speaker is marked by
_SOUND = re.compile(r"[\s♪#*]{0,9}(?:[\[(][^\[\]()\n]{1,80}[\])][\s♪#*]{0,9})*")
_PAUSE = 2  # seconds of silence that end a paragraph behind a sentence
_LONG = 12  # lines from which a sentence ends it


@dataclass(slots=True)
class _Turn:
    """What one speaker says from `start` to `end`, in seconds; an empty name is an unknown speaker."""

    start: int
    end: int
    name: str
    lines: list[str]

    def text(self) -> str:
        """The paragraph, under the clock and the name of who is known to speak."""
        minutes, seconds = divmod(self.start, 60)
        clock = f"[{minutes // 60:02}:{minutes % 60:02}:{seconds:02}]"
        words = " ".join(self.lines)
        return f"{clock} {self.name}: {words}" if self.name else words

    def rests(self) -> bool:
        """Tells whether its last sentence is whole."""
        return ends_sentence(self.lines[-1])


def article(raw: str, source: str) -> Iterator[Draft | Skipped] | None:
    """The article of a file of captions; None for any other text."""
    text = raw.replace("\r\n", "\n").replace("\r", "\n")
    opening = _OPENING.match(text)
    if opening is None:
        return None
    paragraphs = ((turn.text(), ZoneKind.REPORTING) for turn in _turns(list(_lines(text))))
    return iter([_drafted(*cleaning.join(paragraphs), opening["title"], source)])


def _drafted(text: str, marked: Sequence[Zone], title: str | None, source: str) -> Draft | Skipped:
    if not text:
        return Skipped(source, "nothing is said in it")
    says = found(Known(title=title), Origin.GIVEN)
    made = draft(text, cleaning.zones(text, title=title, marked=marked), says, source)
    return made if title else replace(made, title=None, origins={**made.origins, "title": Origin.UNKNOWN})


def _lines(text: str) -> Iterator[_Turn]:
    """The lines of the cues, each with the voice that its cue is marked with. What rolls up comes once."""
    last = ""
    for block in "\n".join(map(str.rstrip, text.split("\n"))).split("\n\n"):
        cue = block.strip("\n").split("\n")
        timed = next(((n, match) for n, line in enumerate(cue[:2]) if (match := _TIMING.match(line))), None)
        if timed is None:
            continue
        place, timing = timed
        start, end = (_seconds(timing.groups()[at : at + 3]) for at in (0, 3))
        voice = ""
        for line in cue[place + 1 :]:
            marked = _VOICE.search(line)
            voice = marked["name"].strip() if marked else voice
            words = " ".join(unescape(_TAG.sub("", line)).split())
            if words != last and not _SOUND.fullmatch(words):
                last = words
                yield _Turn(start, end, voice, [words])


def _seconds(clock: Sequence[str | None]) -> int:
    hours, minutes, seconds = (int(part or 0) for part in clock)
    return 3600 * hours + 60 * minutes + seconds


def _turns(lines: Sequence[_Turn]) -> Iterator[_Turn]:
    """The lines put together by speaker: who is named speaks until another does, or a voice is unmarked."""
    labels = [_label(line.lines[0]) for line in lines]
    often = Counter(name for name, _ in filter(None, labels))
    voiced = any(line.name for line in lines)
    turn: _Turn | None = None
    for line, label in zip(lines, labels, strict=True):
        bare = line.lines[0].lstrip(_ANOTHER)
        dash = bare != line.lines[0]
        rests = turn is None or turn.rests()
        named = label is not None and (dash or often[label[0]] > 1 or label[0].partition(" (")[0].isupper())
        other = named or (dash and rests)
        if label and named:
            line.name, line.lines = label[0], [label[1]]
        elif dash and other:
            line.lines = [bare]
        elif turn and not line.name and not (voiced and rests):
            line.name = turn.name
        if turn and not other and line.name == turn.name and not _ends(turn, line):
            turn.lines += line.lines
            turn.end = line.end
            continue
        if turn:
            yield turn
        turn = line
    if turn:
        yield turn


def _label(words: str) -> tuple[str, str] | None:
    match = _LABEL.match(words)
    name = (match["name"] or match["between"]) if match else None
    return (name, words[match.end() :]) if match and name and not name[0].islower() else None


def _ends(turn: _Turn, line: _Turn) -> bool:
    """Tells whether a paragraph ends where its speaker goes on."""
    return turn.rests() and (line.start - turn.end >= _PAUSE or len(turn.lines) >= _LONG)
