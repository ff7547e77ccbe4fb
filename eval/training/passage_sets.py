"""Public sets of questions with a passage that does or does not answer, as examples.

Each is a file of JSON lines: question, context, answers and where they start, and whether it is impossible.
"""

import gzip
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from eval.training.corpora import Example, detokenised, sentences_of, words_of
from index.records import Span

_SAID = 0.7  # of an answer's words, that a sentence must hold to be taken for it
_KEPT_APART = 6  # of how many passages of Natural Questions one is kept apart


def squad2_pairs(data: Path) -> Iterator[Example]:
    """UnAnsQ (Zhu et al. 2019): pairs of a question that the passage answers and one made from it."""
    for file in ("pairs_paragraph", "pairs_joined", "pairs_sentence"):
        for row in _rows(data / "unansq_squad2_pairs" / f"{file}.jsonl.gz"):
            yield _example(row, "pairs", pair=row.get("pair", row["id"]))


def squad2_train(data: Path) -> Iterator[Example]:
    """SQuAD 2.0's first ten training titles, and those of its questions that Lavi et al. (2025) chose."""
    for row in _rows(data / "squad2_train_first10" / "data.jsonl.gz"):
        yield _example(row, "squad2_train", head=row["title"].replace("_", " "))
    for row in _rows(data / "maorlavi_squad" / "data.jsonl.gz"):
        yield _example(row, "squad2_train")


def search_questions(data: Path, *, apart: bool) -> Iterator[Example]:
    """Natural Questions with a passage of the page (Lavi et al. 2025), but those kept apart; or those."""
    for row in _rows(data / "maorlavi_nq" / "data.jsonl.gz"):
        if (_digest(row["context"]) % _KEPT_APART == 0) is apart:
            yield _example(row, "nq")


def calibrating_questions(data: Path) -> list[Example]:
    """Of the search questions that are kept apart, those over a third of the passages: they calibrate."""
    return [e for e in search_questions(data, apart=True) if _calibrates(e.passage)]


def judging_questions(data: Path) -> list[Example]:
    """Those over the other two thirds: they judge."""
    return [e for e in search_questions(data, apart=True) if not _calibrates(e.passage)]


def several_answers(data: Path) -> Iterator[Example]:
    """MultiSpanQA (Li et al. 2022): real questions with several answers."""
    for row in _rows(data / "multispanqa_valid" / "data.jsonl.gz"):
        yield _example(row, "multispan")


def long_articles(data: Path) -> Iterator[Example]:
    """RepLiQA (Monteiro et al. 2024): questions over invented local news; answers found by their words."""
    for row in _rows(data / "maorlavi_repliqa" / "data.jsonl.gz"):
        example = _example(row, "repliqa")
        spans = example.answers or _said_in(example.passage, row["answers"])
        if row["impossible"] or spans:
            yield replace(example, answers=spans, unmarked=False)


def several_hops(data: Path) -> Iterator[Example]:
    """A tenth of MuSiQue (Trivedi et al. 2022): several steps, of which a passage may lack one."""
    for row in _rows(data / "maorlavi_musique" / "data.jsonl.gz"):
        if _digest(row["question"]) % 10 == 0:
            yield _example(row, "musique")


def edited_paragraphs(data: Path) -> Iterator[Example]:
    """Quoref's contrast set (Gardner et al. 2020): questions edited by experts until the answer changes."""
    for row in _rows(data / "contrast_quoref" / "data.jsonl.gz"):
        yield _example(row, "quoref")


def conversations(data: Path) -> Iterator[Example]:
    """CAsT's answers as people marked them (Lajewska & Balog 2024), and passages found that lack them."""
    for file in ("snippets", "unanswerable"):
        for row in _rows(data / "cast_answerability" / f"{file}.jsonl.gz"):
            yield _example(row, "cast")


def reviews(data: Path) -> Iterator[Example]:
    """A tenth of SubjQA (Bjerva et al. 2020): opinions in reviews."""
    for row in _rows(data / "subjqa" / "data.jsonl.gz"):
        if _digest(row["context"]) % 10 == 0:
            yield _example(row, "reviews")


def answer_sentences(data: Path) -> Iterator[Example]:
    """SQuAD 1.1's questions with the sentence that answers (Du et al. 2017), and with one beside it."""
    rows = [row for row in _rows(data / "nqg_squad1_sentences" / "data.jsonl.gz") if len(row["context"]) > 30]
    for row, later in zip(rows, [*rows[1:], None], strict=True):
        example = _example(row, "sentence")
        yield example
        if later is not None and later["context"] != row["context"]:
            yield Example(example.question, detokenised(later["context"]), (), "sentence", "")


def asked_of_sentences(data: Path) -> Iterator[Example]:
    """QAMR (Michael et al. 2018): questions over three sentences of an article, of which one answers or none.

    Of its Wikipedia half every other sentence is left out, so that most of it is news.
    """
    asked: dict[tuple[str, str], list[Example]] = defaultdict(list)
    for row in _rows(data / "qamr_devtest" / "data.jsonl.gz"):
        article = row["id"].rpartition(":")[0].rpartition(":")[0]
        if row["news"] or _digest(row["context"]) % 2:
            asked[article, row["context"]].append(_example(row, "qamr"))
    articles: dict[str, list[list[Example]]] = defaultdict(list)
    for (article, _), examples in asked.items():
        articles[article].append(examples)
    for sentences in articles.values():
        for place, examples in enumerate(sentences):
            around = [sentences[i][0].passage for i in (place - 1, place + 1) if 0 <= i < len(sentences)]
            yield from _among(examples, around)


def news_sentences(data: Path) -> list[Example]:
    """ACE-whQA (Sulem et al. 2021): a person, place or date of the right kind beside, and no answer."""
    return [_example(row, "ace_whqa") for row in _rows(data / "ace_whqa" / "data.jsonl.gz")]


def retrieved_sentences(data: Path) -> list[Example]:
    """TREC QA (Wang et al. 2007): sentences of news found for a question, those judged by people."""
    rows = _rows(data / "trecqa" / "data.jsonl.gz")
    return [_example(row, "trecqa") for row in rows if row["split"] != "train-all"]


def sibling_paragraphs(data: Path) -> list[Example]:
    """OneStopQA (Berzak et al. 2020): questions over their paragraph and over the next of the article."""
    articles: dict[tuple[str, str], dict[int, list[Example]]] = defaultdict(lambda: defaultdict(list))
    for row in _rows(data / "onestopqa" / "data.jsonl.gz"):
        articles[row["title"], row["level"]][row["para"]].append(_example(row, "onestopqa", row["title"]))
    found = []
    for paragraphs in articles.values():
        order = sorted(paragraphs)
        for here, there in zip(order, [*order[1:], order[0]], strict=True):
            sibling = paragraphs[there][0].passage
            found += paragraphs[here]
            if there != here:
                found += [replace(e, passage=sibling, answers=()) for e in paragraphs[here]]
    return found


def _among(examples: Sequence[Example], around: Sequence[str]) -> Iterator[Example]:
    """Questions of a sentence with those around it, and over those alone where none holds the answer."""
    before, after = (*around, "", "")[:2]
    for count, example in enumerate(examples):
        if count % 2 == 0:
            start = len(f"{before} ") if before else 0
            spans = tuple(Span(a.start + start, a.end + start) for a in example.answers)
            passage = f"{before} {example.passage} {after}".strip()
            yield Example(example.question, passage, spans, "qamr", "")
        elif around and example.answers:
            answer = example.answers[0].of(example.passage).casefold()
            rest = " ".join(around)
            if answer not in rest.casefold():
                yield Example(example.question, rest, (), "qamr", "")


def _example(row: dict[str, Any], kind: str, head: str = "", pair: str = "") -> Example:
    passage = detokenised(row["context"])
    question = detokenised(row["question"]).strip()
    if row["impossible"]:
        near = _places(passage, row, [row["plausible"]] if isinstance(row.get("plausible"), str) else [])
        nearest = near[0] if near else None
        return Example(question, passage, (), kind, head, near=nearest, head=head, pair=pair)
    spans = _places(passage, row, row["answers"])
    return Example(question, passage, spans, kind, head, unmarked=not spans, head=head, pair=pair)


def _places(passage: str, row: dict[str, Any], answers: Iterable[str]) -> tuple[Span, ...]:
    """The answers in the passage as people write it: where the row says they start, or where they are."""
    spans = []
    starts = [*row.get("starts", ()), *(-1 for _ in row["answers"])]
    for answer, start in zip(answers, starts or [-1], strict=False):
        words = detokenised(answer).strip(" .")
        expected = len(detokenised(row["context"][:start])) if start > 0 else 0
        place = passage.find(words, max(0, expected - 4))
        if words and place >= 0 and (start >= 0 or passage.count(words) == 1):
            spans.append(Span(place, place + len(words)))
    return tuple(dict.fromkeys(spans))


def _said_in(passage: str, answers: Sequence[str]) -> tuple[Span, ...]:
    """The one sentence that holds nearly all words of an answer in an annotator's own words."""
    told = words_of(" ".join(answers))
    sentences = sentences_of(passage)
    shares = [len(told & words_of(s.of(passage))) / max(len(told), 1) for s in sentences]
    best = max(shares, default=0.0)
    return (sentences[shares.index(best)],) if best >= _SAID and shares.count(best) == 1 else ()


def _calibrates(passage: str) -> bool:
    return _digest(f"calibrates {passage}") % 3 == 0


def _digest(text: str) -> int:
    return hashlib.sha256(text.encode()).digest()[0]


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(file, "rt") as lines:
        for line in lines:
            yield json.loads(line)
