"""Answers to public and own questions end to end, at the thresholds that ship, as one table.

    python -m eval.targets --data DIR [--cache DIR] [--out DIR] [--only NAME …] [--limit N]

DIR holds the public sets; a set that is not there is skipped, and the reason is told. Archives are built once
and kept in the cache; each set's answers are kept as a run, so that a run that was stopped goes on.
"""

import argparse
import asyncio
import gzip
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.answer_metrics import is_answered, is_refused, wants_answer
from eval.archives import CASES, SAMPLE, GivenArchives, cached_archive, sample_documents
from eval.asking import InProcess
from eval.cases import load_cases
from eval.datasets import plain_document
from eval.exchanging import drawn, wrapped, write_exchanged
from eval.intervals import interval_of_mean
from eval.metrics import METRICS
from eval.public import FIVE, NEWS, PARAGRAPHS, SETS, Asked, digest, open_archive, sampled
from eval.records import Case, Expectation, Record
from eval.results_page import RESULTS, TARGETS, write_results_page
from eval.run import read_records, run_set
from eval.sets import limited
from index.archive import Archive
from index.models.embedding import DEFAULT_MODEL, load_embedder
from index.models.reader import ReadingModel
from index.readers import read_paths
from index.records import Draft, Filters
from service.answering import Desk
from service.pipeline import open_desk
from service.reading.ranking import PACKAGED
from service.settings import load_settings
from service.storage.conversations import Conversations

OWN = CASES.parent / "real"
SAMPLED = {"RealTimeQA": 60, "MultiHop-RAG": 40, "SQuAD 2.0": 60}
GIVEN = 40  # questions of RAMDocs and of ACE-whQA
SHOWN = ("correct", "facts", "first_quote", "quotes_relevant")


@dataclass(frozen=True, slots=True)
class Suite:
    """Questions with what each is asked over."""

    name: str
    cases: tuple[Case, ...]
    archive_of: Callable[[Case], Archive]


@dataclass(frozen=True, slots=True)
class Folders:
    """Where the public sets lie, and where archives are kept."""

    data: Path
    cache: Path


def five(at: Folders) -> Suite:
    """Our questions over five real articles."""
    archive = open_archive(FIVE, at.data, at.cache)
    return Suite("five articles", tuple(load_cases(OWN / "five.yaml")), lambda _: archive)


def news(at: Folders) -> Suite:
    """Our questions over the news archive."""
    archive = open_archive(NEWS, at.data, at.cache)
    return Suite("news archive", tuple(load_cases(OWN / "news.yaml")), lambda _: archive)


def public(name: str, archive: str) -> Callable[[Folders], Suite]:
    """The judging half of a public set."""

    def suite(at: Folders) -> Suite:
        """Samples the set and opens its archive."""
        opened = open_archive(archive, at.data, at.cache)
        chosen = sampled(SETS[name](at.data), SAMPLED[name], "judge")
        return Suite(name, tuple(map(_case, chosen)), lambda _: opened)

    return suite


def ramdocs(at: Folders) -> Suite:
    """RAMDocs (Wang et al. 2025): every true answer, over the few documents of each question."""
    lines = (at.data / "ramdocs" / "dev.jsonl").read_text().splitlines()
    rows = sorted(map(json.loads, lines), key=lambda row: digest(row["question"]))[:GIVEN]
    cases = [
        Case(
            id=f"ramdocs-{digest(row['question'])}",
            kind="all true answers",
            turns=(row["question"],),
            expected=Expectation(facts=tuple((answer,) for answer in row["gold_answers"])),
        )
        for row in rows
    ]
    texts = [[one["text"] for one in row["documents"]] for row in rows]
    return _given("RAMDocs", cases, texts, at)


def ace(at: Folders) -> Suite:
    """ACE-whQA (Sulem et al. 2021): news sentences that answer, or name another time or place."""
    with gzip.open(at.data / "ace_whqa" / "data.jsonl.gz", "rt") as lines:
        rows = sorted(map(json.loads, lines), key=lambda row: digest(row["question"] + row["context"]))
    with_answer = [row for row in rows if not row["impossible"]][: GIVEN // 2]
    rows = [*with_answer, *[row for row in rows if row["impossible"]][: GIVEN // 2]]
    cases = [
        Case(
            id=f"ace-{digest(row['question'] + row['context'])}",
            kind=row["kind"],
            turns=(row["question"],),
            expected=Expectation(refusal=row["impossible"], spans=tuple(row["answers"])),
        )
        for row in rows
    ]
    return _given("ACE-whQA", cases, [[row["context"]] for row in rows], at)


def sample(at: Folders) -> Suite:
    """The packaged questions over the sample archive."""
    return _over_sample("sample", tuple(load_cases(CASES)), tuple(_drafts()), at)


def sample_exchanged(at: Folders) -> Suite:
    """The same with people, places and things exchanged for others, in the articles and the questions."""
    folder, names = at.cache / "exchanged", drawn()
    write_exchanged(SAMPLE, folder / "articles", names)
    write_exchanged(CASES, folder / "cases", names)
    drafts = tuple(one for one in read_paths([folder / "articles"]) if isinstance(one, Draft))
    return _over_sample("sample, names exchanged", tuple(load_cases(folder / "cases")), drafts, at)


def sample_wrapped(at: Folders) -> Suite:
    """The same with a greeting, thanks, an instruction or capitals around each question."""
    return _over_sample("sample, wrapped", tuple(map(wrapped, load_cases(CASES))), tuple(_drafts()), at)


SUITES: Mapping[str, tuple[Callable[[Folders], Suite], str | None]] = {
    "sample": (sample, None),
    "exchanged": (sample_exchanged, None),
    "wrapped": (sample_wrapped, None),
    "five": (five, "articles"),
    "news": (news, "realtimeqa"),
    "realtimeqa": (public("RealTimeQA", NEWS), "realtimeqa"),
    "multihop": (public("MultiHop-RAG", NEWS), "multihop_rag"),
    "squad": (public("SQuAD 2.0", PARAGRAPHS), "squad"),
    "ace": (ace, "ace_whqa"),
    "ramdocs": (ramdocs, "ramdocs"),
}
"""Each with the folder of the data that it needs."""


def _case(asked: Asked) -> Case:
    with_answer = bool(asked.articles)
    return Case(
        id=asked.id,
        kind=(asked.kind if asked.set == "MultiHop-RAG" else "")
        or ("answerable" if with_answer else "near miss"),
        turns=(asked.question,),
        expected=Expectation(refusal=not with_answer, spans=asked.answers if with_answer else ()),
        relevant=dict.fromkeys(asked.articles, 1),
        evidence=asked.evidence,
        filters=Filters(as_of=asked.as_of),
    )


def _given(name: str, cases: Sequence[Case], texts: Sequence[Sequence[str]], at: Folders) -> Suite:
    given = {
        case.id: tuple(plain_document(f"{case.id}/{number}", text) for number, text in enumerate(some))
        for case, some in zip(cases, texts, strict=True)
    }
    embedder = load_embedder(DEFAULT_MODEL, at.cache / "models", load_settings().threads)
    return Suite(name, tuple(cases), GivenArchives(given, at.cache, embedder))


def _drafts() -> Iterator[Draft]:
    return (one for one in sample_documents() if isinstance(one, Draft))


def _over_sample(name: str, cases: tuple[Case, ...], drafts: tuple[Draft, ...], at: Folders) -> Suite:
    embedder = load_embedder(DEFAULT_MODEL, at.cache / "models", load_settings().threads)
    archive = Archive.open(cached_archive(drafts, at.cache, embedder), lambda: embedder)
    return Suite(name, cases, lambda _: archive)


def answers(suite: Suite, folder: Path, limit: int | None) -> list[Record]:
    """The records of a suite, asked now where the folder does not hold them yet."""
    settings = load_settings(data=folder)
    conversations, reader = Conversations(), ReadingModel(threads=settings.threads)

    def desk_of(case: Case) -> Desk:
        return open_desk(settings, suite.archive_of(case), conversations, reader)

    cases = limited(suite.cases, limit)
    run = run_set(
        cases,
        InProcess(desk_of),
        folder,
        name=suite.name,
        produced_by={"answerer": "quotes", "reader": reader.id},
        concurrency=1,
    )
    asyncio.run(run)
    chosen = {case.id for case in cases}
    return [record for record in read_records(folder) if record.case.id in chosen]


def lines(name: str, records: Sequence[Record]) -> Iterator[str]:
    """A row of the table for all questions of a suite, then one for each kind."""
    kinds = list(dict.fromkeys(record.case.kind for record in records))
    for kind in [None, *kinds] if len(kinds) > 1 else [None]:
        some = [record for record in records if kind in (None, record.case.kind)]
        wanted = [float(is_refused(record)) for record in some if wants_answer(record)]
        unwanted = [float(is_answered(record)) for record in some if record.case.expected.refusal]
        scores = [[s for one in some if (s := METRICS[metric].score(one)) is not None] for metric in SHOWN]
        cells = [_cell(values) for values in (*scores, wanted, unwanted)]
        yield f"| {name if kind is None else f'– {kind}'} | {len(some)} | {' | '.join(cells)} |"


def _cell(values: Sequence[float]) -> str:
    if not values:
        return "–"
    interval = interval_of_mean(values)
    mean = f"{sum(values) / len(values):.2f}"
    return f"{mean} ({interval.low:.2f}–{interval.high:.2f})" if interval else mean


def headline(found: Mapping[str, Sequence[Record]]) -> Iterator[str]:
    """The figures that the project aims at: of 0.4.0, aimed at, and now, for the suites that were asked."""
    yield "| | 0.4.0 | target | now |\n|---|---:|---:|---:|"
    for name, key, before, target, figures in _AIMS:
        if key in found:
            values = [figure([*found[key]]) for figure in figures]
            yield f"| {name} | {before} | {target} | {'; '.join(f'{value:.2f}' for value in values)} |"
    card = json.loads(PACKAGED.read_text(encoding="utf-8"))["cross_validated"]
    noise = card["refused_without_their_passages"]
    yield f"| passages of noise only, refused at {card['kept']} kept | 0.23 | 0.60 | {noise:.2f} |"


def _right(records: Sequence[Record]) -> float:
    return _mean([METRICS["correct"].score(one) or 0.0 for one in records if wants_answer(one)])


def _first(records: Sequence[Record]) -> float:
    """Of the questions with an answer, those whose first quote answers; a refusal is wrong."""
    return _mean([METRICS["first_quote"].score(one) or 0.0 for one in records if wants_answer(one)])


def _relevant(records: Sequence[Record]) -> float:
    scores = [METRICS["quotes_relevant"].score(one) for one in records]
    return _mean([score for score in scores if score is not None])


def _kept(records: Sequence[Record]) -> float:
    return _mean([float(is_answered(one)) for one in records if wants_answer(one)])


def _false_refusals(records: Sequence[Record]) -> float:
    """Of all that can be answered, also by yes, no, before or after, the share that is refused."""
    return 1 - _mean([float(is_answered(one)) for one in records if not one.case.expected.refusal])


def _refused(records: Sequence[Record]) -> float:
    return _mean([float(is_refused(one)) for one in records if one.case.expected.refusal])


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else float("nan")


Figure = Callable[[Sequence[Record]], float]
_AIMS: tuple[tuple[str, str, str, str, tuple[Figure, ...]], ...] = (
    ("five articles: right", "five", "0.80", "0.95", (_right,)),
    (
        "news archive: first quote answers; quotes relevant",
        "news",
        "0.73; 0.44",
        "0.88; 0.80",
        (_first, _relevant),
    ),
    (
        "news archive: unanswerable refused; answerable kept",
        "news",
        "0.45; 0.99",
        "0.80; 0.92",
        (_refused, _kept),
    ),
    (
        "SQuAD 2.0: near misses refused; answerable kept",
        "squad",
        "0.28; 0.87",
        "0.50; 0.88",
        (_refused, _kept),
    ),
    ("RAMDocs: all true answers shown", "ramdocs", "0.26", "0.60", (_right,)),
    (
        "MultiHop-RAG: false refusals; null refused",
        "multihop",
        "0.67; 1.00",
        "0.25; 0.90",
        (_false_refusals, _refused),
    ),
    ("RealTimeQA: answered; first quote right", "realtimeqa", "0.56; 0.53", "0.85; 0.80", (_kept, _first)),
    ("sample: right", "sample", "0.81", "0.81", (_right,)),
    ("sample, names exchanged: right", "exchanged", "0.78", "0.79", (_right,)),
    ("sample, wrapped: right", "wrapped", "", "0.81", (_right,)),
)

HEAD = (
    f"| set | questions | {' | '.join(SHOWN)} | false refusals | false answers |\n"
    f"|---|---:|{'---:|' * (len(SHOWN) + 2)}"
)


def main() -> None:
    """Asks every suite and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder of the public sets")
    parser.add_argument("--cache", type=Path, default=Path("artifacts/cache"), help="where archives are kept")
    parser.add_argument(
        "--out", type=Path, default=Path("artifacts/runs/targets"), help="where answers are kept"
    )
    parser.add_argument("--only", nargs="*", choices=SUITES, default=[*SUITES], help="these suites alone")
    parser.add_argument("--write", action="store_true", help="keep the table, for the page of results")
    parser.add_argument("--limit", type=int, help="so many questions of each suite over DIR")
    arguments = parser.parse_args()
    at = Folders(arguments.data, arguments.cache)
    told = [HEAD]
    print(HEAD)
    found: dict[str, Sequence[Record]] = {}
    for key in arguments.only:
        load, needs = SUITES[key]
        if needs and not (at.data / needs).exists():
            print(f"| {key} | skipped: there is no {at.data / needs} |")
            continue
        suite = load(at)
        records = answers(suite, arguments.out / key, arguments.limit if needs else None)
        found[key] = records
        rows = list(lines(suite.name, records))
        print("\n".join(rows), flush=True)
        told += rows
    aims = "\n".join(headline(found))
    print(f"\n{aims}")
    if arguments.write:
        (RESULTS / TARGETS).write_text("\n".join([aims, "", *told, ""]), encoding="utf-8")
        write_results_page()


if __name__ == "__main__":
    main()
