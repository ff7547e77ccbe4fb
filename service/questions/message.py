"""A message as it comes from a chat: taken out of the wrapping of a front end, with the question found in it.

Chat front ends put the reader's words into a template, with context in tags around them, and ask for
titles, tags and follow-ups of their own. Both are told by their form, never by their words. Greetings,
thanks, wishes about form and context are cut away: the classifier tells what each sentence and each clause
is; where it is not sure, the pieces are tried, and the one that the archive and the reader answer best is
kept.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import sentencex

from index.archive import Archive
from index.backends.local.lexical import stems
from index.models.embedding import Embedder
from index.models.reader import ReadingModel
from index.models.word_weights import word_weights
from index.records import Filters, Query, Span
from service.questions.forms import is_yes_no, labels
from service.questions.plan import Removed

LONGEST = 4000  # characters that are looked at, from the end: a question stands behind what is pasted
MOST_PIECES = 12

_TAG = re.compile(r"<(?P<closes>/?)(?P<name>[a-z][\w-]{0,40})(?P<more>\s[^<>]{0,200})?>", re.IGNORECASE)
_QUERY_TAGS = ("quer", "question", "prompt", "user_input", "userinput", "user_message", "usermessage")
_QUERY_LABELS = ("query", "question", "user query", "user question")
_KEY = re.compile(r"\{\s*\"(?P<key>[a-z_]{2,30})\"\s*:\s*(?P<list>\[)?")
_CLAUSE = re.compile(r"(?<=[,:;!…—–])\s+|(?<!\s)\s+[-—–]\s+")


@dataclass(frozen=True, slots=True)
class Message:
    """The words of the reader, and what stood around them; `reply` where a front end asks for itself."""

    text: str
    removed: tuple[Removed, ...] = ()
    reply: str | None = None


@dataclass(frozen=True, slots=True)
class _Block:
    """A pair of tags: their name, the text between them, and the place of the whole in the message."""

    tag: str
    inside: str
    span: Span


def _blocks(message: str) -> list[_Block]:
    """Finds the outermost pairs of tags, each closed by the next closing tag of its name.

    All closing tags are noted first, so that a tag that nothing closes costs no search.
    """
    tags = list(_TAG.finditer(message))
    closing: dict[str, list[re.Match[str]]] = {}  # the first of a name stands last
    for tag in reversed(tags):
        if tag["closes"] and not tag["more"]:
            closing.setdefault(tag["name"].lower(), []).append(tag)
    found: list[_Block] = []
    end = 0
    for tag in tags:
        ahead = closing.get(tag["name"].lower(), [])
        if tag["closes"] or tag.start() < end:
            continue
        while ahead and ahead[-1].start() < tag.end():
            ahead.pop()
        if ahead:
            inside = message[tag.end() : ahead[-1].start()]
            found.append(_Block(tag["name"], inside, Span(tag.start(), end := ahead[-1].end())))
    return found


def _without(message: str, blocks: list[_Block]) -> str:
    """The message with a line break in the place of each block."""
    starts = [0, *(block.span.end for block in blocks)]
    ends = [*(block.span.start for block in blocks), len(message)]
    return "\n".join(message[start:end] for start, end in zip(starts, ends, strict=True))


def unwrapped(message: str) -> Message:
    """The reader's words in a message that a front end may have wrapped."""
    blocks = _blocks(message)
    if _is_task(message) and (key := _KEY.search(message)):
        return Message(message[:LONGEST], reply=_in_format(message, key))
    asked = [block for block in blocks if any(part in block.tag.casefold() for part in _QUERY_TAGS)]
    if asked:
        return Message(_one_line(asked[-1].inside), (Removed(text="…", why="context around the question"),))
    bare = _without(message, blocks)
    removed = tuple(
        Removed(text=_one_line(block.inside)[:200], why="pasted context") for block in blocks[:MOST_PIECES]
    )
    if blocks and (lines := _labelled(bare, _QUERY_LABELS)):
        return Message(lines[-1], removed)
    if len(bare) > LONGEST:
        removed = (*removed, Removed(text=_one_line(bare[:200]), why="pasted text before the question"))
        bare = bare[-LONGEST:]
    return Message(bare.strip(), removed)


def _is_task(message: str) -> bool:
    """Tells whether a message begins with the heading under which a front end asks for itself: "### Task"."""
    start = message[:100].lstrip()
    return start.startswith("#") and start.lstrip("# ").casefold().startswith("task")


def _labelled(message: str, labels: Sequence[str]) -> list[str]:
    """The words of each line behind one of those labels: "Query: …", "**USER**: …"."""
    lines = (line.partition(":") for line in message.splitlines())
    told = ((label.strip(" \t*").casefold(), _one_line(words)) for label, _, words in lines)
    return [words for label, words in told if label in labels and words]


def _in_format(message: str, key: re.Match[str]) -> str:
    """Answers what a front end asks of a chat for itself, in the JSON that it asks for, without a search."""
    turns = _labelled(message, ("user",))
    first, last = (turns[0], turns[-1]) if turns else ("", "")
    name, wants_list = key["key"], key["list"] is not None
    if not wants_list:
        return json.dumps({name: first.rstrip("?؟ .")[:80]}, ensure_ascii=False)
    return json.dumps({name: [last] if "quer" in name and last else []}, ensure_ascii=False)


def sentences(text: str) -> list[str]:
    """The sentences of a message; each line is one at least."""
    found = [
        sentence.strip()
        for line in text.splitlines()
        if line.strip()
        for sentence in sentencex.segment("en", line.strip())
        if sentence.strip()
    ]
    return found[-MOST_PIECES:]


def clauses(sentence: str) -> list[str]:
    """The clauses of a sentence, cut at its commas, colons and dashes."""
    return [clause.strip() for clause in _CLAUSE.split(sentence) if clause.strip()]


def words(text: str) -> Iterator[Span]:
    """Finds the words of a text."""
    return (Span(match.start(), match.end()) for match in re.finditer(r"\w+(?:['’.-]\w+)*", text))


def _one_line(text: str) -> str:
    return " ".join(text.split())


SURE, LIKELY = 0.85, 0.5  # probability from which a clause is cut away at once; from which it may be
MOST_PROBES = 6
OPENING = 3  # clauses of a sentence, behind which its question may begin
PASSAGES = 3  # that are read for a probe
TELLING = 2.2  # inverse document frequency from which a word says what a question is about

_JOINED = re.compile(
    r"(?:[,;]|(?<!\s))\s+(?:and|but)\s+(?=(?:(?:in|on|at|for|by|to|with)\s+)?(?:how|what|who|when|where|why|which|whose"
    r"|is|are|was|were|did|does|do|has|have|will|can)\s+\S+\s+\S)",
    re.IGNORECASE,
)
OPENS = re.compile(
    r"\W*(?:how|what|who|when|where|why|which|whose|is|are|was|were|did|does|do|has|have|will)\b", re.I
)
ASKS = re.compile(r"\b(?:how|what|who|when|where|why|which|whose|whether)\b", re.IGNORECASE)
_WHY = {"aside": "no question", "confirm": "asks for yes or no", "talk": "small talk"}


@dataclass(slots=True)
class Probe:
    """Asks the archive how well it answers a question; each once, and few in all."""

    archive: Archive
    reader: ReadingModel
    filters: Filters = field(default_factory=Filters)
    asked: dict[tuple[str, str], float] = field(default_factory=dict)

    def __call__(self, question: str, found_by: str = "") -> float:
        """The probability that one of the first passages answers; 0 where too many were asked.

        The passages are those that the question finds, or another one.
        """
        key = (question, found_by)
        if key not in self.asked and len(self.asked) < MOST_PROBES:
            query = Query(text=found_by or question, filters=self.filters, limit=PASSAGES)
            texts = [f"{hit.article.title or ''}. {hit.passage.text}" for hit in self.archive.search(query)]
            self.asked[key] = max(self.reader.relevance(question, texts), default=0.0) if texts else 0.0
        return self.asked.get(key, 0.0)

    def answers(self, question: str) -> bool:
        """Tells whether the archive answers it, as far as its first passages tell."""
        return self(question) >= self.reader.threshold


@dataclass(frozen=True, slots=True)
class Heard:
    """The questions of a message, in order; `talk` is the kind of small talk where there is none."""

    questions: tuple[str, ...] = ()
    removed: tuple[Removed, ...] = ()
    talk: str | None = None
    confirm: bool = False  # asked for a yes or a no of a statement


def heard(
    text: str, embedder: Embedder | None, probe: Probe, limits: Callable[[str], bool] = lambda _: False
) -> Heard:
    """Tells the questions of a message from what stands around them; `limits` knows what must stay."""
    if not telling(text) and not OPENS.match(text) and not ASKS.search(text):
        kind, chance = labels("intent", [text], embedder)[0]
        is_said = kind.startswith("talk/") or kind in ("confirm", "again")
        return Heard(talk=kind if is_said and chance >= LIKELY else "talk/help")
    found = sentences(text)
    parts = [clauses(sentence) for sentence in found]
    begun = (
        (one, one.index(part)) for one, some in zip(found, parts, strict=True) for part in some[:OPENING]
    )
    leads = [lead for one, start in begun if (lead := _lead(one[start:]))]
    flat = [*found, *leads, *(clause for some in parts for clause in some)]
    tried = _Tried(dict(zip(flat, labels("intent", flat, embedder), strict=True)), probe, limits)
    kept: list[str] = []
    removed: list[Removed] = []
    for sentence, some in zip(found, parts, strict=True):
        question, away = ("", [sentence]) if tried.is_none(sentence, some) else tried.trimmed(sentence, some)
        removed += [Removed(text=one, why=tried.why(one)) for one in away]
        kept += [question] if question else []
    if not kept:
        return tried.nothing([clause for some in parts for clause in some], removed)
    questions, lost = tried.asking(kept)
    confirm = any(tried.known.get(one.text, ("", 0.0))[0] == "confirm" for one in removed)
    return Heard(tuple(_taken_apart(questions)), (*removed, *lost), confirm=confirm)


def heard_in_other_script(text: str, embedder: Embedder | None) -> Heard:
    """The question of a message in another script, without greetings and wishes in Latin letters."""
    parts = [clause for sentence in sentences(text) for clause in clauses(sentence)]
    latin = [part for part in parts if not any(one.isalpha() and one > "\u024f" for one in part)]
    if not latin or len(latin) == len(parts):
        return Heard(questions=(text,))
    known = dict(zip(latin, labels("intent", latin, embedder), strict=True))
    away = [part for part in latin if known[part][0] == "aside" or _is_talk(known[part][0])]
    kept = " ".join(part for part in parts if part not in away)
    return Heard((kept,), tuple(Removed(text=part, why="no question") for part in away))


def telling(text: str) -> list[str]:
    """The stems of a text that say what it is about."""
    return [stem for stem in stems(text) if word_weights().idf(stem) >= TELLING]


def _said(text: str) -> float:
    """Weighs how much a text says: the inverse document frequencies of its telling words, summed."""
    return sum(map(word_weights().idf, telling(text)))


def _rarest(text: str) -> float:
    """The inverse document frequency of a text's rarest word."""
    return max(map(word_weights().idf, telling(text)), default=0.0)


def _lead(sentence: str) -> str:
    """Words before the one that asks, inside a sentence: "I would like to know"."""
    match = ASKS.search(sentence)
    return sentence[: match.start()].strip(" ,:;—–-") if match and match.start() else ""


def _is_talk(kind: str) -> bool:
    return kind.startswith("talk/")


@dataclass(frozen=True, slots=True)
class _Tried:
    """The pieces of a message with what the classifier takes them for, and the archive to try them on."""

    known: Mapping[str, tuple[str, float]]
    probe: Probe
    limits: Callable[[str], bool]

    def is_none(self, sentence: str, some: Sequence[str]) -> bool:
        """Tells whether a sentence is no question as a whole."""
        asks = ASKS.search(sentence) is not None and len(telling(sentence)) > 1
        if self._away(sentence, SURE if asks else LIKELY):
            if all(self._away(one, LIKELY) for one in some):
                return not asks or self._is_unanswered(sentence)
            return _is_talk(self.known[sentence][0]) and self._is_unanswered(sentence)
        return False

    def _is_unanswered(self, sentence: str) -> bool:
        """Tells whether the archive does not answer it, or small talk is likelier than that it does."""
        kind, chance = self.known[sentence]
        return not self.probe.answers(sentence) or (_is_talk(kind) and self.probe(sentence) < chance)

    def trimmed(self, sentence: str, some: Sequence[str]) -> tuple[str, list[str]]:
        """A sentence without the clauses at its ends that are no part of a question, and those clauses."""
        left, away = list(some), list[str]()
        while len(left) > 1 and self._may_go(left[0], left[1:]):
            away.append(left.pop(0))
        while len(left) > 1 and self._may_go(left[-1], left[:-1]):
            away.append(left.pop())
        start = sentence.index(left[0])
        bare = sentence[start : sentence.index(left[-1], start) + len(left[-1])].strip(" ,:;—–-")
        lead = _lead(bare)
        asking = bare[len(lead) :].strip(" ,:;—–-")
        # Words that say nothing by themselves are a part of the question: "In which", "With whom".
        if telling(lead) and telling(asking) and self._may_go(lead, [asking]):
            return asking, [lead, *away]
        return bare if away else sentence, away

    def asking(self, kept: Sequence[str]) -> tuple[list[str], list[Removed]]:
        """Of several pieces those that ask; where none does by its form, the one that is answered best."""
        if len(kept) == 1:
            return list(kept), []
        chosen = [one for one in kept if OPENS.match(one) or one.endswith(("?", "؟")) or self._wishes(one)]
        chosen = chosen or [one for one in kept if ASKS.search(one)] or [max(kept, key=self.probe)]
        return chosen, [Removed(text=one, why="context") for one in kept if one not in chosen]

    def nothing(self, pieces: Sequence[str], removed: Sequence[Removed]) -> Heard:
        """Small talk, or else a statement or mere words, searched for or confirmed as they stand."""
        kinds = [self.known[one][0] for one in pieces]
        talk = [
            kind for kind, chance in map(self.known.__getitem__, pieces) if _is_talk(kind) and chance >= SURE
        ]
        said = [one for one in pieces if (telling(one) or ASKS.search(one)) and not self._is_surely_no(one)]
        if said and ("confirm" in kinds or not talk):
            best = max(said, key=lambda one: len(telling(one))).strip(" ,:;—–-")
            is_wish = all(self._away(one, SURE) for one in pieces) and "confirm" not in kinds
            if is_wish and not self.probe.answers(best):
                return Heard(removed=tuple(removed), talk="talk/help")
            left = tuple(one for one in removed if best not in one.text)
            return Heard((best,), left, confirm="confirm" in kinds)
        again = [kind for kind in kinds if kind in ("confirm", "again")]
        return Heard(removed=tuple(removed), talk=(again or talk or ["talk/help"])[-1])

    def _is_surely_no(self, piece: str) -> bool:
        kind, chance = self.known[piece]
        return kind in ("confirm", "again") or (_is_talk(kind) and chance >= SURE)

    def why(self, piece: str) -> str:
        return _WHY.get(self.known.get(piece, ("aside", 0.0))[0].partition("/")[0], "no question")

    def _away(self, piece: str, least: float) -> bool:
        """Tells whether a piece is no question, as far as the classifier tells."""
        kind, chance = self.known.get(piece, ("question", 0.0))
        if chance < least:
            return False
        return kind == "aside" or _is_talk(kind) or (kind in ("confirm", "again") and len(piece.split()) < 5)

    def _may_go(self, clause: str, rest: Sequence[str]) -> bool:
        """Tells whether a clause is cut away: one that says something, only where the rest says more.

        And only where the archive answers the rest as well: "Marcus Ericsson played in" is no context of
        "which sport?".
        """
        asks = OPENS.match(clause) is not None and len(telling(clause)) > 1
        if asks or not self._away(clause, LIKELY) or self.limits(clause):
            return False
        left = " ".join(rest)
        if _rarest(clause) < _rarest(left) / 2:
            return True
        if _said(clause) >= _said(left):
            return False
        return self.probe.answers(left) or self.probe(left) >= self.probe(f"{clause} {left}")

    def _wishes(self, piece: str) -> bool:
        kind, chance = self.known.get(piece, ("question", 0.0))
        return kind not in ("question", "yes_no", "comparison", "aside") and chance >= LIKELY


def _taken_apart(questions: Sequence[str]) -> list[str]:
    """The questions, one that joins two by "and" taken apart; "did A …, and did B …" compares, and stays."""
    found: list[str] = []
    for question in questions:
        match = _JOINED.search(question)
        halves = [question[: match.start()].strip(" ,"), question[match.end() :].strip()] if match else []
        opens = bool(halves) and OPENS.match(halves[0]) and not all(map(is_yes_no, halves))
        if opens and all(map(telling, halves)):
            found += [f"{half[:1].upper()}{half[1:].rstrip('?؟ ')}?" for half in halves]
        else:
            found.append(question)
    return found
