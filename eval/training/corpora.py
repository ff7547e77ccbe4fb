"""Public question sets as examples to learn reading from.

Of SQuAD's titles some are kept apart: `CALIBRATION` sets the threshold, `TEST` judges, and the model
learns from neither. The rest, SQuADShifts, TimeQA and RealTimeQA are learned from.
"""

import gzip
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sentencex import segment

from index.models.reader import head_line
from index.records import Span

CALIBRATION = frozenset({"Construction", "Huguenot", "Packet_switching"})
TEST = frozenset({"Normans", "Scottish_Parliament", "Steam_engine", "Fresno,_California", "Imperialism"})

_NEWS_WINDOW = 900  # characters of an article that a question is asked over, as a passage has


@dataclass(frozen=True, slots=True)
class Example:
    """A question over a passage, with the stretches of it that answer; none where it has no answer.

    `kind` says where the example comes from, `group` which passages are about the same subject. An
    `unmarked` one has an answer that nobody has marked. `near` is the stretch that comes nearest to an
    answer where there is none, `head` the line that may stand before the passage, and examples of the
    same `pair` differ by their question alone.
    """

    question: str
    passage: str
    answers: tuple[Span, ...]
    kind: str
    group: str
    unmarked: bool = False
    near: Span | None = None
    head: str = ""
    pair: str = ""

    @property
    def answerable(self) -> bool:
        """Tells whether the passage answers the question."""
        return bool(self.answers) or self.unmarked


def squad_examples(data: Path, titles: frozenset[str] | None = None) -> list[Example]:
    """SQuAD 1.1 and 2.0 (Rajpurkar et al. 2016, 2018), each question once.

    Those of `titles`, or those of no title that is kept apart.
    """
    found: dict[tuple[str, str], Example] = {}
    for file, kind in (("dev-half-v2.0.json", "squad2"), ("dev-half-v1.1.json", "squad1")):
        for example in _squad(data / "squad" / file, kind):
            apart = example.group in CALIBRATION | TEST
            if example.group in titles if titles is not None else not apart:
                found.setdefault((example.question, example.passage), example)
    return list(found.values())


def shifted_examples(data: Path) -> list[Example]:
    """SQuADShifts (Miller et al. 2020): other Wikipedia articles, Reddit posts, Amazon reviews."""
    folder = data / "squadshifts"
    return [example for file in sorted(folder.glob("*.json")) for example in _squad(file, file.stem)]


def dated_examples(data: Path) -> list[Example]:
    """TimeQA (Chen et al. 2021): the same question of several years, over one Wikipedia page."""
    pages = json.loads((data / "timeqa" / "human_annotated_train.json").read_text())
    return [example for page in pages for example in _of_page(page)]


def news_examples(data: Path) -> tuple[list[Example], dict[str, str]]:
    """RealTimeQA (Kasai et al. 2023): questions of 2022 over what answers, as told and in the gold article.

    Besides, the passages of all its articles with their head lines.
    """
    folder = data / "realtimeqa"
    gold = {row["question_id"]: row["search_result"] for row in _lines(folder / "gold_2022.jsonl")}
    with gzip.open(folder / "archive_2022.jsonl.gz", "rt") as lines:
        articles = [json.loads(line) for line in lines]
    heads = {article["url"]: _head_of(article) for article in articles}
    examples = []
    for row in _lines(folder / "questions_2022.jsonl"):
        answer = row["choices"][int(row["answer"][0])].strip("“”\"'. ")
        told = _window(_without_tags(row["evidence"] or ""), answer)
        if told is not None:
            examples.append(Example(row["question_sentence"], told[0], (told[1],), "news", "news"))
        for article in gold.get(row["question_id"], ())[:1]:
            window = _window(article.get("text") or "", answer)
            if window is not None:
                passage, span = window
                head = heads.get(article["url"], "")
                examples.append(
                    Example(row["question_sentence"], passage, (span,), "news", "news", head=head)
                )
    passages = {
        article["text"][start : start + _NEWS_WINDOW]: heads[article["url"]]
        for article in articles
        for start in (0, _NEWS_WINDOW)
        if len(article["text"] or "") > start
    }
    return examples, passages


def _squad(file: Path, kind: str) -> Iterator[Example]:
    for article in json.loads(file.read_text())["data"]:
        for paragraph in article["paragraphs"]:
            context = paragraph["context"]
            for qa in paragraph["qas"]:
                answers = () if qa.get("is_impossible") else _spans(context, qa["answers"])
                if answers or qa.get("is_impossible"):
                    title = article["title"] if kind.startswith("squad") else ""
                    near = _spans(context, qa.get("plausible_answers", ()))
                    yield Example(
                        qa["question"].strip(),
                        context,
                        answers,
                        kind,
                        article["title"],
                        near=near[0] if near else None,
                        head=title.replace("_", " "),
                    )


def _spans(context: str, answers: Sequence[dict[str, Any]]) -> tuple[Span, ...]:
    spans = (Span(a["answer_start"], a["answer_start"] + len(a["text"])) for a in answers)
    return tuple(dict.fromkeys(s for s, a in zip(spans, answers, strict=True) if s.of(context) == a["text"]))


def _of_page(page: dict[str, Any]) -> Iterator[Example]:
    paragraphs = [detokenised(text) for text in page["paras"]]
    for question, answers in page["questions"]:
        for answer in answers[:1]:
            words = detokenised(answer["answer"]) if answer.get("answer") else ""
            passage = paragraphs[answer["para"]] if words else ""
            start = passage.find(words) if words else -1
            if start >= 0 and len(passage) > 80:
                span = Span(start, start + len(words))
                yield Example(question, passage, (span,), "timeqa", page["index"])


def detokenised(text: str) -> str:
    """Returns a text that was split at its punctuation as people write it."""
    text = text.replace("-LRB-", "(").replace("-RRB-", ")").replace("``", '"').replace("''", '"')
    text = re.sub(r" ([,.;:!?)\]’%]|'s\b|n't\b)", r"\1", text)
    return re.sub(r"([(\[$]) ", r"\1", text)


def sentences_of(text: str) -> list[Span]:
    """A passage cut at sentence ends."""
    spans, start = [], 0
    for sentence in segment("en", text):
        spans.append(Span(start, start + len(sentence)))
        start += len(sentence)
    return spans


def words_of(text: str) -> set[str]:
    """The words of a text that are longer than most function words are, and its numbers."""
    return {word for word in re.findall(r"\w+", text.casefold()) if len(word) > 3 or word.isdigit()}


def _head_of(article: dict[str, Any]) -> str:
    """The head line of an article: its title, its outlet as its address names it, and its day."""
    outlet = urlsplit(article["url"]).netloc.removeprefix("www.")
    day = date.fromisoformat(article["publish_date"].replace("/", "-")) if article["publish_date"] else None
    return head_line(article["title"] or "", outlet, day)


def _window(text: str, answer: str) -> tuple[str, Span] | None:
    """The stretch of an article around the first place that names the answer, and that place in it."""
    place = re.search(rf"\b{re.escape(answer)}\b", text) if len(answer) > 1 else None
    if place is None:
        return None
    start = max(0, place.start() - _NEWS_WINDOW // 2)
    start = text.rfind(". ", 0, start) + 2 if start else 0
    passage = text[start : start + _NEWS_WINDOW]
    span = Span(place.start() - start, place.end() - start)
    return (passage, span) if span.of(passage) == place.group() else None


def _without_tags(text: str) -> str:
    return unescape(re.sub(r"<[^<>]*>", "", text)).strip()


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    with file.open() as lines:
        for line in lines:
            yield json.loads(line)
