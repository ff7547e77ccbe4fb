"""Public question sets in their own formats, from a local path.

The format is told by content. Each set becomes documents for an archive and cases with what its paper
expects; a set that hands every question its own passages gives those instead.

SQuAD 1.1     Rajpurkar et al. 2016, "SQuAD: 100,000+ Questions for Machine Comprehension of Text"
SQuAD 2.0     Rajpurkar, Jia & Liang 2018, "Know What You Don't Know"
BEIR          Thakur et al. 2021, "BEIR: A Heterogeneous Benchmark for Zero-shot Evaluation of IR Models"
MultiHop-RAG  Tang & Yang 2024, "MultiHop-RAG: Benchmarking RAG for Multi-Hop Queries"
RGB           Chen et al. 2023, "Benchmarking Large Language Models in Retrieval-Augmented Generation"
"""

import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain, zip_longest
from math import ceil
from pathlib import Path

from eval.formats import (
    BeirText,
    Files,
    HopArticle,
    HopQuery,
    RgbRow,
    Squad,
    SquadQuestion,
    judgements,
    parsed,
    parsed_lines,
)
from eval.records import Case, Expectation
from index.errors import DatelineError
from index.extraction.content_blocks import normalise
from index.extraction.language import language_of
from index.records import Draft, Origin, Zone, ZoneKind

PASSAGES = 5  # that RGB gives with a question
NOISE = 0.6  # the share of them that do not answer; RGB measures 0 to 0.8
YES_OR_NO = frozenset({"yes", "no"})
HEAD = 2000  # bytes, enough to tell a format by


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicSet:
    """A set ready to be run. Where `given` is not empty, each case is asked over its own documents alone."""

    name: str
    cases: tuple[Case, ...]
    documents: tuple[Draft, ...] = ()
    given: Mapping[str, tuple[Draft, ...]] = field(default_factory=dict)  # by case id


def load_public_set(path: Path, *, given: bool = False, noise: float = NOISE) -> PublicSet:
    """The set at that path: a SQuAD or RGB file, a BEIR folder or .zip, a MultiHop-RAG folder.

    `given` asks SQuAD's questions over their own paragraph, as its papers do, instead of over all
    paragraphs. `noise` is the share, 0 to 1, of RGB's passages that do not answer. Raises
    DatelineError that names the file and what is missing in it.
    """
    if not path.exists():
        raise DatelineError(f"there is no {path}; a set is a file or folder of cases, or a public set")
    if path.is_file() and not zipfile.is_zipfile(path):
        return _of_file(path, given, noise)
    files = Files(path)
    if "corpus.jsonl" in files:
        return load_beir(path)
    if "corpus.json" in files:
        return load_multihop(path)
    raise DatelineError(
        f"{path} is no set that is known: it has no cases (.yaml), no corpus.jsonl as BEIR has and no "
        "corpus.json as MultiHop-RAG has; SQuAD and RGB are named by their file"
    )


def load_squad(path: Path, *, given: bool = False) -> PublicSet:
    """SQuAD 1.1 or 2.0 (Rajpurkar et al. 2016, 2018), and sets in its format, such as XQuAD.

    Open: the paragraphs of all pages are the archive, and the question's own is the relevant one.
    Given: the question's paragraph is the whole of its archive, so that reading is measured alone.
    A question that is impossible expects a refusal.
    """
    documents: list[Draft] = []
    cases: list[Case] = []
    passages: dict[str, tuple[Draft, ...]] = {}
    for place, page in enumerate(parsed(Squad, path.read_bytes(), str(path)).data, 1):
        title = page.title.replace("_", " ") or None
        for number, paragraph in enumerate(page.paragraphs, 1):
            key = f"squad:{page.title or place}/{number}"
            documents.append(plain_document(key, paragraph.context, title))
            cases += [_squad_case(asked, key) for asked in paragraph.qas]
            passages |= {asked.id: (documents[-1],) for asked in paragraph.qas}
    version = "2.0" if any(case.expected.refusal for case in cases) else "1.1"
    if given:
        return PublicSet(name=f"squad-{version}-given", cases=tuple(cases), given=passages)
    return PublicSet(name=f"squad-{version}", cases=tuple(cases), documents=tuple(documents))


def load_beir(path: Path) -> PublicSet:
    """A set of BEIR (Thakur et al. 2021): corpus.jsonl, queries.jsonl and qrels/test.tsv.

    It judges retrieval alone: a case expects nothing of the answer. Queries without a relevant
    document in the test judgements are left out, as in the paper.
    """
    files = Files(path)
    documents = [
        plain_document(f"beir:{row.id}", row.text if row.text.strip() else row.title, row.title or None)
        for row in parsed_lines(BeirText, files.read("corpus.jsonl"), files.place("corpus.jsonl"))
    ]
    place = files.place("queries.jsonl")
    queries = {row.id: row.text for row in parsed_lines(BeirText, files.read("queries.jsonl"), place)}
    judged = judgements(files.read("qrels/test.tsv"), files.place("qrels/test.tsv"))
    if missing := [query for query in judged if query not in queries]:
        raise DatelineError(f"{place} has no query {missing[0]!r}, which the qrels judge")
    cases = [_beir_case(query, queries[query], grades) for query, grades in judged.items()]
    return PublicSet(name=f"beir-{path.stem}", cases=tuple(cases), documents=tuple(documents))


def load_multihop(path: Path) -> PublicSet:
    """MultiHop-RAG (Tang & Yang 2024): corpus.json and a file of queries with an evidence_list.

    The facts of the evidence are the case's `evidence`, which the paper looks for in the retrieved
    passages. An answer is expected as a fact; "yes" and "no", which stand in almost any text, as a
    span. Null queries expect a refusal.
    """
    files = Files(path)
    articles = parsed(list[HopArticle], files.read("corpus.json"), files.place("corpus.json"))
    name = next((name for name in files.ending(".json") if _has_evidence(files.read(name))), None)
    if name is None:
        raise DatelineError(f"{path} has a corpus.json, but no .json file of queries with an evidence_list")
    queries = parsed(list[HopQuery], files.read(name), files.place(name))
    return PublicSet(
        name="multihop-rag",
        cases=tuple(_hop_case(query, number) for number, query in enumerate(queries)),
        documents=tuple(_hop_document(article, number) for number, article in enumerate(articles)),
    )


def load_rgb(path: Path, *, noise: float = NOISE) -> PublicSet:
    """RGB (Chen et al. 2023), each question over its own five passages, taken in the file's order.

    The main file gives two cases a question: noise robustness, with `noise` of the passages from the
    negatives, and negative rejection, with negatives only. Nested positives are information
    integration. With `positive_wrong` it is counterfactual robustness: the passages hold the wrong
    answer, which must not be repeated; naming the true one and refusing are both right.
    """
    rows = parsed_lines(RgbRow, path.read_bytes(), str(path))
    pairs = [pair for row in rows for pair in _rgb_cases(row, noise)]
    return PublicSet(
        name=f"rgb-{path.stem}-noise-{noise:g}",
        cases=tuple(case for case, _ in pairs),
        given={case.id: documents for case, documents in pairs},
    )


def _of_file(path: Path, given: bool, noise: float) -> PublicSet:
    with path.open("rb") as file:
        head = file.read(HEAD)
    if b'"evidence_list"' in head:
        raise DatelineError(f"{path} holds queries of MultiHop-RAG; name the folder that has corpus.json too")
    if b'"query"' in head and b'"answer"' in head:
        return load_rgb(path, noise=noise)
    if b'"data"' in head or b'"paragraphs"' in head:
        return load_squad(path, given=given)
    raise DatelineError(
        f"{path} is no set that is known: it has neither data and paragraphs as SQuAD has, nor query, "
        "answer, positive and negative on each line as RGB has; cases are written in .yaml files"
    )


def plain_document(key: str, text: str, title: str | None = None, **known: str | date | None) -> Draft:
    """An article that is reporting throughout: the text of a judged set is not to be cleaned."""
    words = normalise(text)
    says = {"title": title, "url": key, "language": language_of(words[:300]), **known}
    return Draft(
        key=key,
        text=words,
        zones=(Zone(0, len(words), ZoneKind.REPORTING),) if words else (),
        origins={name: Origin.UNKNOWN if value is None else Origin.GIVEN for name, value in says.items()},
        **says,  # type: ignore[arg-type]
    )


def _squad_case(asked: SquadQuestion, key: str) -> Case:
    spans = tuple(dict.fromkeys(answer.text for answer in asked.answers))
    expected = Expectation(refusal=True) if asked.is_impossible else Expectation(spans=spans)
    kind = "unanswerable" if asked.is_impossible else "span"
    return Case(id=asked.id, kind=kind, turns=(asked.question,), expected=expected, relevant={key: 1})


def _beir_case(query: str, text: str, grades: Mapping[str, int]) -> Case:
    relevant = {f"beir:{document}": grade for document, grade in grades.items()}
    return Case(id=query, kind="retrieval", turns=(text,), expected=Expectation(), relevant=relevant)


def _has_evidence(data: bytes) -> bool:
    return b'"evidence_list"' in data


def _hop_document(article: HopArticle, number: int) -> Draft:
    return plain_document(
        article.url or f"multihop:{article.doc_id or number}",
        article.body,
        article.title,
        outlet=article.source,
        author=article.author,
        published=article.published_at.date() if article.published_at else None,
    )


def _hop_case(asked: HopQuery, number: int) -> Case:
    if asked.question_type == "null_query":
        expected = Expectation(refusal=True)
    elif asked.answer.casefold() in YES_OR_NO:
        expected = Expectation(spans=(asked.answer,))
    else:
        expected = Expectation(facts=((asked.answer,),))
    return Case(
        id=asked.id or str(number),
        kind=asked.question_type,
        turns=(asked.query,),
        expected=expected,
        relevant={piece.url or piece.title: 1 for piece in asked.evidence_list},
        evidence=tuple(piece.fact for piece in asked.evidence_list),
    )


def _rgb_cases(row: RgbRow, noise: float) -> Iterator[tuple[Case, tuple[Draft, ...]]]:
    """The cases of one line, each with its passages."""
    answering = PASSAGES - ceil(PASSAGES * noise)
    expected = Expectation(facts=_rgb_facts(row))
    if row.positive_wrong is not None:
        fakes = (row.fakeanswer,) if isinstance(row.fakeanswer, str) else tuple(row.fakeanswer or ())
        counter = Expectation(facts=_rgb_facts(row), may_refuse=True, forbidden_text=fakes)
        yield _rgb_case(row, "counterfactual", counter, _filled(row.positive_wrong[:answering], row.negative))
    elif isinstance(row.positive[0] if row.positive else "", list):
        # One passage of each part of the answer comes before a second of any.
        parts = [passage for passage in chain(*zip_longest(*row.positive)) if passage]
        least = max(answering, len(row.positive))
        yield _rgb_case(row, "integration", expected, _filled(parts[:least], row.negative))
    else:
        positive = [str(passage) for passage in row.positive]
        yield _rgb_case(row, "noise", expected, _filled(positive[:answering], row.negative))
        yield _rgb_case(row, "rejection", Expectation(refusal=True), row.negative[:PASSAGES])


def _rgb_facts(row: RgbRow) -> tuple[tuple[str, ...], ...]:
    answers = [row.answer] if isinstance(row.answer, str) else row.answer
    return tuple((answer,) if isinstance(answer, str) else tuple(answer) for answer in answers)


def _filled(chosen: Sequence[str], negatives: Sequence[str]) -> list[str]:
    return [*chosen, *negatives[: max(0, PASSAGES - len(chosen))]]


def _rgb_case(
    row: RgbRow, kind: str, expected: Expectation, passages: Sequence[str]
) -> tuple[Case, tuple[Draft, ...]]:
    id = f"{row.id}-{kind}"
    documents = (plain_document(f"rgb:{id}/{number}", text) for number, text in enumerate(passages, 1))
    case = Case(id=id, kind=kind, turns=(row.query,), expected=expected)
    return case, tuple(document for document in documents if document.text)
