"""The form of a question: what a message wants of an archive, and the kind of answer that it wants.

A linear classifier reads the vector of the packaged embedder and a few words about the word that asks.
Trained by `eval.training.questions`; its card lies beside the weights. Without that embedder the words
decide alone.
"""

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from index.extraction.dates import MONTHS
from index.extraction.language import language_of_question
from index.models.embedding import DEFAULT_MODEL, Embedder, load_embedder
from service.formatting import locale_of, messages_of
from service.questions.plan import Wanted

WEIGHTS = Path(__file__).parent / "classifier.npz"
HASHED = 1024  # coordinates that the words are hashed to
SCALE = 4.0  # of the vector beside the words
MOST_WORDS = 40

Rows = NDArray[np.float32]

_WORD = re.compile(r"\w+(?:['’]\w+)?|[?؟]")
ASKING = frozenset({"how", "when", "where", "who", "whom", "whose", "why", "what", "which"})


class Classifier:
    """The weights of one head."""

    def __init__(self, head: str) -> None:
        with np.load(WEIGHTS, allow_pickle=False) as held:
            self.labels: tuple[str, ...] = tuple(json.loads(str(held[f"{head}_labels"])))
            self._weights = held[f"{head}_weights"].astype(np.float32)
            self._offsets = held[f"{head}_offsets"].astype(np.float32)

    def probabilities(self, rows: Rows) -> Rows:
        """The probability of each label, for each row of features."""
        scores = rows @ self._weights.T + self._offsets
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        found: Rows = scores / scores.sum(axis=1, keepdims=True)
        return found


@cache
def classifier(head: str) -> Classifier:
    """The head of that name, "intent" or "wanted", loaded once."""
    return Classifier(head)


@cache
def frame(intent: str) -> frozenset[str]:
    """The words that say that something is wanted, and not of what: "summarise", "story"."""
    with np.load(WEIGHTS, allow_pickle=False) as held:
        return frozenset(json.loads(str(held["frames"])).get(intent, ()))


def encoder(of_archive: Embedder) -> Embedder:
    """The embedder that the weights were trained with: the archive's own, or else the packaged one."""
    trained_with = json.loads(WEIGHTS.with_suffix(".json").read_text())["embedder"]
    return of_archive if of_archive.id == trained_with else _packaged()


@cache
def _packaged() -> Embedder:
    return load_embedder(DEFAULT_MODEL, WEIGHTS.parent)


def label(head: str, text: str, embedder: Embedder | None) -> tuple[str, float]:
    """The likeliest label of a text, with its probability."""
    return labels(head, [text], embedder)[0]


def labels(head: str, texts: Sequence[str], embedder: Embedder | None) -> list[tuple[str, float]]:
    """The likeliest label of each text, with its probability."""
    model = classifier(head)
    chances = model.probabilities(features(head, texts, embedder))
    return [(model.labels[int(row.argmax())], float(row.max())) for row in chances]


def features(head: str, texts: Sequence[str], embedder: Embedder | None) -> Rows:
    """The features of texts: their vectors, or zeros without the packaged embedder, and their words."""
    width = 384
    rows = np.zeros((len(texts), width + HASHED), dtype=np.float32)
    read = [_focus(text) if head == "wanted" else " ".join(_WORD.findall(text.lower())) for text in texts]
    if embedder is not None and embedder.dimension == width:
        rows[:, :width] = SCALE * embedder.encode_documents(read)
    for row, text in zip(rows, texts, strict=True):
        for cue in _cues(text) if head == "wanted" else _phrases(text):
            row[width + crc32(cue.encode()) % HASHED] = 1
    return rows


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)[:MOST_WORDS]]


def _asking(words: Sequence[str]) -> int | None:
    return next((place for place, word in enumerate(words) if word in ASKING), None)


def _focus(text: str) -> str:
    """The word that asks and what follows: "which town is the plant"."""
    words = _words(text)
    at = _asking(words) or 0
    return " ".join(words[at : at + 5])


def _cues(text: str) -> list[str]:
    words = _words(text)
    at = _asking(words)
    if at is None:
        return ["none", *words[:1]]
    behind = words[at : at + 3]
    return [behind[0], " ".join(behind[:2]), *(f"+{word}" for word in behind[1:])]


def _phrases(text: str) -> list[str]:
    words = ["^", *_words(text), "$"]
    pairs = [" ".join(words[place : place + 2]) for place in range(len(words) - 1)]
    return [*words[1:-1], *pairs, f"length {min(len(words), 12)}"]


SURE = 0.45  # probability from which the classifier's kind of answer counts

AUXILIARY = (
    r"is|are|was|were|am|has|have|had|do|does|did|will|would|can|could|should|shall|may|might|must"
    r"|isn['’]?t|aren['’]?t|wasn['’]?t|weren['’]?t|hasn['’]?t|haven['’]?t|didn['’]?t|doesn['’]?t|don['’]?t|won['’]?t"
)
_YES_NO = re.compile(rf"^(?:{AUXILIARY})\b", re.IGNORECASE)
_TRUE_THAT = re.compile(
    rf"^(?:{AUXILIARY})\s+(?:it|that|this)\s+(?:not\s+)?"
    r"(?:(?:true|right|correct|a fact|so)\s+that|true)\s+(?=\S+\s)",
    re.IGNORECASE,
)
_HOW_MANY = re.compile(r"\bhow many\b|\bnumber of\b", re.IGNORECASE)
_QUANTITY = re.compile(
    r"\bhow (?:many|much|far|high|tall|deep|wide|old|fast|big|large|heavy)\b"
    r"|\b(?:number|cost|price|toll|share|percentage|population|margin|turnout|budget|level|height|length|distance"
    r"|age|size|capacity|speed|temperature|salary|fine|fee|fare|rate)s? (?:of|is|was|for|in|did)\b"
    r"|\bcosts?\b(?=\W*$)",
    re.IGNORECASE,
)
_SEVERAL = re.compile(
    r"\b(?:what|which) (?:\w+ ){0,2}?(?!this|is\b|was\b)\w*[^su'’\W]s (?:are|were|did|do|have|has)\b", re.I
)
_LIST = re.compile(
    r"^(?:list|name|give me all|who (?:are|were))\b|\bwhat are\b|\bwhat were\b|\ball of the\b", re.I
)
_SAID = re.compile(
    r"\bwhat (?:else |exactly )?(?:did|does|has|have|had|is|was)\b.{2,80}?"
    r"\b(?:say|said|tell|told|think|announce|claim|reply|respond|comment|demand|explain|promise|warn|argue|describe|react)\w*\b"
    r"|ماذا قال",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"(?<![\w.-])(?!(?:1[5-9]|20)\d\d\b)(?:more than |less than |about )?"
    r"[€£$]?\d[\d.,]*(?: (?:million|billion|thousand))?(?![\w%-])"
)
QUESTION_WORDS: Mapping[Wanted, str] = {
    "number": "how many",
    "date": "when",
    "place": "where",
    "person": "who",
}
_HOW = ("how has ", "how have ", "how had ", "how did ")
_ONWARDS = frozenset(
    {"over", "since", "between", "during", "from", "after", "before", "in", "by", "until", "through"}
)
_NO_NOUN = frozenset({"in", "for", "to", "on", "at", "and"})
_STOP = re.compile(
    r"(?<!\s)\s+(?:is|are|was|were|did|do|does|has|have|had|will|would|can|could|came|come|saw|went|in|on|at|by|there)\b|[?,.;]",
    re.IGNORECASE,
)
_BEHIND_VERB = frozenset({
    "the", "a", "an", "his", "her", "its", "their", "any", "all", "no", "to", "in", "on", "at", "by",
    "for", "from", "with", "about", "against", "during", "after", "before", "since", "over", "into",
    "under", "as", "more", "less", "up", "out", "down", "off", "that", "and", "or", "when"
})  # fmt: skip
_NO_SUBJECT = frozenset({"there", "it", "he", "she", "they", "this", "that", "these", "those", "you"})


def is_yes_no(text: str) -> bool:
    """Tells whether a question opens as one that is answered with yes or no."""
    return _YES_NO.match(text) is not None and " or " not in f" {text.split(',')[0]} ".replace(" or not", "")


def asks_truth(text: str) -> bool:
    """Tells whether a question asks if something is true that it tells: "Is it true that …?"."""
    return _TRUE_THAT.match(text) is not None


def open_form(statement: str) -> str | None:
    """A statement that gives a number, asked openly, so that other numbers are found too; None without one.

    "How many families were evacuated?" of "23 families were evacuated."
    """
    match = _NUMBER.search(statement)
    if match is None:
        return None
    before, behind = statement[: match.start()].strip(), statement[match.end() :].strip(" .")
    noun = _WORD.findall(behind)[0].casefold() if behind[:1].isalnum() else ""
    if noun in MONTHS:
        return None
    # A number of something, such as "route 7" or "pilot number 30", counts nothing.
    counts = (noun and not _YES_NO.match(noun)) or not match[0].strip(".,").isdigit()
    told = f" {before.casefold()}"
    if before and (told.endswith((" number", " no.")) or not (counts or told.endswith((" to", " by")))):
        return None
    asking = "how many" if noun and noun not in _NO_NOUN else "how much"
    if not before:
        return f"{_capital(asking)} {behind}?"
    return " ".join(filter(None, (before, asking, behind))) + "?"


def wanted_of(text: str, embedder: Embedder | None, *, is_english: bool = True) -> Wanted:
    """The kind of answer that a question wants: by its form where that is sure, else by the classifier."""
    if is_yes_no(text):
        return "any"
    if _SAID.search(text):
        return "speech"
    if _QUANTITY.search(text) and asked_for(text) != "person":  # "Who said that the fee is too high?"
        return "number"
    if _LIST.search(text) or _SEVERAL.search(text):
        return "list"
    if not is_english:
        return asked_for(text)
    kind, chance = label("wanted", text, embedder)
    return kind if chance >= SURE else "any"  # type: ignore[return-value]


def asked_for(text: str) -> Wanted:
    """The kind of answer that the question words of the catalogues ask for; "any" where there is none."""
    language = language_of_question(text) or "en"
    messages = messages_of(locale_of(text, language))
    asked = text.casefold().split()[:2]
    for kind, words in QUESTION_WORDS.items():
        if not {word.strip("?؟،,.¿") for word in asked}.isdisjoint(messages.gettext(words).split()):
            return kind
    return "any"


def course_of(text: str) -> str | None:
    """Finds what a question asks the course of: "the cost of it" in "How has the cost of it changed?"."""
    bare = " ".join(text.split()).rstrip("?؟ ")
    words = bare.split()[2:] if bare.casefold().startswith(_HOW) else []
    at = _verb_place(words, is_be=False) if len(words) > 1 else 0
    # What the thing did to something else is no course of its own.
    goes_on = not words[at + 1 :] or words[at + 1].casefold() in _ONWARDS
    return " ".join(words[:at]) if at and goes_on else None


def asked_openly(text: str, topic: str | None, embedder: Embedder | None) -> str | None:
    """Asks openly for the quantity whose latest state or course a question wants; None where it wants none.

    "What is the cost of the bridge?" of "What is the latest on the cost of the bridge?" and of "How has the
    cost of the bridge changed?". The topic is what is asked the latest of.
    """
    thing = topic or course_of(text)
    if thing is None:
        return None
    opened = f"What is the {thing.removeprefix('the ')}?"
    return opened if wanted_of(opened, embedder) == "number" else None


def counted_in(text: str) -> str | None:
    """Finds the things a number is asked of: "families" in "How many families were evacuated?"."""
    found = _HOW_MANY.search(text)
    if found is None:
        return None
    rest = text[found.end() :].strip()
    stop = _STOP.search(rest)
    noun = " ".join((rest[: stop.start()] if stop else rest).split()[:4]).strip()
    return noun.removeprefix("of the ").removeprefix("of ") or None


def statement_of(text: str) -> str | None:
    """Restates a yes-or-no question: "Did the bridge open?" as "The bridge did open.", a statement."""
    bare = " ".join(text.split()).rstrip("?؟ ")
    bare = bare.lower() if bare.isupper() else bare  # capitals throughout tell no name
    if found := _TRUE_THAT.match(bare):
        return f"{_capital(bare[found.end() :])}."
    found = _YES_NO.match(bare)
    if found is None:
        return None
    auxiliary = found[0].casefold().replace("'", "").replace("’", "").removesuffix("nt")
    auxiliary = "will" if auxiliary == "wo" else auxiliary
    words = bare[found.end() :].split()
    at = _verb_place(words, is_be=auxiliary in ("is", "are", "was", "were"))
    if not 0 < at <= len(words):
        return None
    return f"{_capital(' '.join((*words[:at], auxiliary, *words[at:])))}."


def _verb_place(words: list[str], *, is_be: bool) -> int:
    """Finds where the subject ends: before a participle, or before a word that an object follows."""
    start = 1
    while start < len(words) and words[0][0].isupper() and words[start][0].isupper():
        start += 1
    if words and words[0].casefold() in _NO_SUBJECT:
        return 1
    for place in range(start, len(words)):
        word, behind = words[place], words[place + 1] if place + 1 < len(words) else ""
        if (word.endswith(("ed", "ing", "en")) and word.islower()) or (is_be and word in ("a", "an")):
            return place
        if behind == "of" or not word.islower() or word in ("of", "and", "the", "in", "at", "from", "for"):
            continue
        is_noun = bool(behind) and words[place - 1].casefold() in ("the", "a", "an", "his", "her", "its")
        if is_noun and not is_be:  # its verb comes later: "did the pumps at Salt Lane run"
            continue
        if behind in _BEHIND_VERB or not behind or behind[0].isupper() or behind[0].isdigit():
            return place + is_noun
    return len(words) - 1


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
