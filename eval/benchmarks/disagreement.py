"""Whether every answer is surfaced where documents conflict, and whether it is said that they do: RAMDocs.

    python -m eval.benchmarks.disagreement --data FOLDER [--limit N] [--failures]

RAMDocs (Wang et al. 2025, arXiv 2504.13079) asks ambiguous questions over a few documents each, of which some
mislead and some are noise. FOLDER holds `ramdocs/dev.jsonl`. What finds the answers in the documents can be
exchanged; the row "as annotated" takes the set's own answers and so shows the comparison alone.

False alarms are counted on SQuAD 1.1 (`squad/dev-half-v1.1.json`): what several annotators answered to one
question agrees, but for their own mistakes. Each answer is given to an outlet of its own, all of one day.
"""

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Annotated

import sentencex
import typer

from index.extraction.dates.mentions import mentions
from index.models.embedding import DEFAULT_MODEL, Embedder, load_embedder
from index.models.entailment import EntailmentModel
from index.models.reader import ReadingModel
from index.records import Article, Span, Zone, ZoneKind
from service.evidence import Finding, Quote
from service.questions.forms import wanted_of
from service.questions.plan import Plan
from service.reading.conflicts import contrasts
from service.verification.judge import Judge
from service.verification.tokens import holds

SET = Path("ramdocs") / "dev.jsonl"
AGREEING = Path("squad") / "dev-half-v1.1.json"


@dataclass(frozen=True, slots=True)
class Document:
    """A document with the answer it is annotated with; None for noise."""

    article: Article
    answer: str | None


@dataclass(frozen=True, slots=True)
class Conflict:
    """A question, its documents, every right answer and the wrong ones that some of them give."""

    question: str
    documents: tuple[Document, ...]
    gold: tuple[str, ...]
    wrong: tuple[str, ...]

    @property
    def differs(self) -> bool:
        """Tells whether its documents give more than one answer."""
        return len({answer.casefold() for answer in (*self.gold, *self.wrong)}) > 1


Finder = Callable[[Conflict], Sequence[Finding]]
"""Finds what answers a question in its documents."""


@dataclass(slots=True)
class Tally:
    """What came of one finder."""

    name: str
    questions: int = 0
    surfaced: int = 0  # questions with all gold answers in the quotes
    pinned: int = 0  # with all gold answers in the few words that answer
    wrong: int = 0  # of the wrong answers, those that stand in a quote
    misleading: int = 0
    differing: int = 0  # questions whose documents give several answers
    said: int = 0  # of those
    agreeing: int = 0  # questions whose documents give one answer
    alarms: int = 0  # of those
    failures: list[str] = field(default_factory=list)

    def count(self, conflict: Conflict, findings: Sequence[Finding], judge: Judge) -> None:
        """Adds one question."""
        quotes = "\n".join(finding.quote.text for finding in findings)
        words = "\n".join(finding.answer for finding in findings)
        self.questions += 1
        found = all(holds(quotes, answer) for answer in conflict.gold)
        self.surfaced += found
        self.pinned += all(holds(words, answer) for answer in conflict.gold)
        self.misleading += len(conflict.wrong)
        self.wrong += sum(holds(quotes, answer) for answer in conflict.wrong)
        contrast = compared(conflict.question, findings, judge)
        if conflict.differs:
            self.differing += 1
            self.said += contrast
        else:
            self.agreeing += 1
            self.alarms += contrast
        if not found:
            self.failures.append(f"not surfaced: {conflict.question} {conflict.gold}")
        if contrast and not conflict.differs:
            answers = [finding.answer for finding in findings]
            self.failures.append(f"false alarm: {conflict.question} {answers}")
        if conflict.differs and not contrast:
            self.failures.append(f"not said: {conflict.question} {conflict.gold + conflict.wrong}")


def load(path: Path, limit: int | None = None) -> list[Conflict]:
    """The questions of the file."""
    lines = path.read_text(encoding="utf-8").splitlines()[:limit]
    return [_conflict(json.loads(line)) for line in lines]


def agreeing(path: Path) -> Iterator[tuple[str, list[Finding]]]:
    """The questions that annotators answered in different words, each with their answers."""
    for entry in json.loads(path.read_text(encoding="utf-8"))["data"]:
        for paragraph in entry["paragraphs"]:
            for row in paragraph["qas"]:
                answers = sorted({(answer["answer_start"], answer["text"]) for answer in row["answers"]})
                if len(answers) > 1:
                    yield row["question"], _given(paragraph["context"], answers)


def _given(text: str, answers: Sequence[tuple[int, str]]) -> list[Finding]:
    """Each answer as a finding of an outlet of its own, all of one day."""
    day = date(2020, 1, 1)
    return [
        _finding(_article(text, place, f"Outlet {place}", day), Span(start, start + len(words)), 1.0)
        for place, (start, words) in enumerate(answers, 1)
    ]


def compared(question: str, findings: Sequence[Finding], judge: Judge) -> bool:
    """Tells whether it is said that findings differ."""
    plan = Plan(standalone_question=question, wanted=wanted_of(question, _embedder()))
    return bool(contrasts(plan, sorted(findings, key=lambda finding: -finding.score), judge))


@cache
def _embedder() -> Embedder:
    return load_embedder(DEFAULT_MODEL, Path("models"))  # which ships, so nothing is written there


def as_annotated(conflict: Conflict) -> list[Finding]:
    """Each document's own answer, where its words stand in it."""
    return [
        finding
        for document in conflict.documents
        if document.answer and (finding := _found(document.article, document.answer))
    ]


def by_reading(model: ReadingModel) -> Finder:
    """What the reading model takes for the answer in each document, with its sentence."""

    def find(conflict: Conflict) -> list[Finding]:
        """Finds the best answer in each of the conflict's documents."""
        articles = [document.article for document in conflict.documents]
        readings = model.read(conflict.question, [article.text for article in articles])
        return [
            _finding(article, reading.spans[0], reading.score)
            for article, reading in zip(articles, readings, strict=True)
            if reading.spans and reading.score >= model.threshold
        ]

    return find


def show(tallies: Iterable[Tally]) -> None:
    """Prints the table."""
    print(
        f"{'':<16} all gold    all gold   wrong ones  said, of those   false alarms, of\n"
        f"{'':<16} surfaced  in answers    surfaced     that differ  those that agree"
    )
    for tally in tallies:
        surfaced, pinned = tally.surfaced / tally.questions, tally.pinned / tally.questions
        print(
            f"{tally.name:<16} {surfaced:8.3f} {pinned:11.3f} {tally.wrong / (tally.misleading or 1):11.3f} "
            f"{tally.said:>10}/{tally.differing:<4} {tally.alarms:>12}/{tally.agreeing}"
        )


def _show_alarms(questions: Iterable[tuple[str, Sequence[Finding]]], judge: Judge, *, failures: bool) -> None:
    several = list(questions)
    alarms = [(question, findings) for question, findings in several if compared(question, findings, judge)]
    print(f"\nannotators in other words: {len(alarms)} false alarms on {len(several)} questions")
    for question, findings in alarms if failures else ():
        print(f"  {question} {[finding.answer for finding in findings]}")


def _conflict(row: dict[str, list[str]]) -> Conflict:
    documents = [_document(place, entry) for place, entry in enumerate(row["documents"], 1)]
    return Conflict(
        question=str(row["question"]),
        documents=tuple(documents),
        gold=tuple(dict.fromkeys(row["gold_answers"])),
        wrong=tuple(dict.fromkeys(row["wrong_answers"])),
    )


def _document(place: int, entry: object) -> Document:
    known = dict(entry) if isinstance(entry, dict) else {}
    article = _article(" ".join(str(known["text"]).split()), place)
    answer = None if known["type"] == "noise" else str(known["answer"])
    return Document(article, answer)


def _article(text: str, place: int, outlet: str | None = None, published: date | None = None) -> Article:
    zones = (Zone(0, len(text), ZoneKind.REPORTING),)
    return Article(
        key=str(place),
        text=text,
        zones=zones,
        dates=mentions(text, zones),
        language="en",
        outlet=outlet,
        published=published,
        id=place,
        version=1,
        cluster=place,
        added=datetime(2025, 1, 1, tzinfo=UTC),
    )


def _sentences(text: str) -> list[Span]:
    """The sentences of a document, without the spaces around them."""
    spans = [Span(start, start + len(part)) for start, part in _placed(text)]
    return spans or [Span(0, len(text))]


def _placed(text: str) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    place = 0
    for part in sentencex.segment("en", text):
        words = str(part).strip()
        if words:
            place = text.index(words, place)
            found.append((place, words))
            place += len(words)
    return found


def _found(article: Article, answer: str) -> Finding | None:
    match = re.search(re.escape(answer), article.text, re.IGNORECASE)
    return _finding(article, Span(match.start(), match.end()), 1.0) if match else None


def _finding(article: Article, answer: Span, score: float) -> Finding:
    """The answer with the sentence that it stands in; with those that it reaches into."""
    met = [span for span in _sentences(article.text) if span.start < answer.end and answer.start < span.end]
    span = Span(min(met[0].start, answer.start), max(met[-1].end, answer.end)) if met else answer
    place = Span(answer.start, answer.end)
    return Finding(
        quote=Quote(article=article, span=span, answer=place), answer=place.of(article.text), score=score
    )


def main(
    data: Annotated[Path, typer.Option(help="The folder of the public sets.")],
    limit: Annotated[int | None, typer.Option(help="Ask only the first so many questions.")] = None,
    failures: Annotated[bool, typer.Option(help="Print what each finder misses.")] = False,
) -> None:
    """Print how many answers are surfaced and how many disagreements are said."""
    if not (data / SET).is_file():
        print(f"skipped: there is no {SET} in {data}", file=sys.stderr)
        return
    finders: dict[str, Finder] = {"as annotated": as_annotated, "reading model": by_reading(ReadingModel())}
    judge = EntailmentModel()
    tallies = {name: Tally(name) for name in finders}
    for conflict in load(data / SET, limit):
        for name, find in finders.items():
            tallies[name].count(conflict, find(conflict), judge)
    show(tallies.values())
    if (data / AGREEING).is_file():
        _show_alarms(islice(agreeing(data / AGREEING), limit), judge, failures=failures)
    if failures:
        for tally in tallies.values():
            print(f"\n{tally.name}\n" + "\n".join(tally.failures))


if __name__ == "__main__":
    typer.run(main)
