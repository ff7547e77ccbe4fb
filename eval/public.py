"""Public questions over three archives: news of 2022 and 2023, paragraphs and invented news, news of 2016.

Every question belongs, with its article, to one of two halves: `fit`, on which weights may be fitted, and
`judge`, which only judges. Sets are sampled by a hash of the question, so that a sample is always the same.

RealTimeQA    Kasai et al. 2023, "RealTime QA: What's the Answer Right Now?"
MultiHop-RAG  Tang & Yang 2024, "MultiHop-RAG: Benchmarking RAG for Multi-Hop Queries"
SQuAD 2.0     Rajpurkar, Jia & Liang 2018, "Know What You Don't Know"
NQ            Kwiatkowski et al. 2019; passages and answerability by Lavi et al. 2025
RepLiQA       Monteiro et al. 2024, "RepLiQA: Benchmarking LLMs on Unseen Reference Content"
TimeQA        Chen et al. 2021, "A Dataset for Answering Time-Sensitive Questions"
PolNeAR       Newell, Margolin & Ruths 2018, "An Attribution Relations Corpus for Political News"
"""

import gzip
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from eval.benchmarks.speakers import Said, load
from index.archive import Archive
from index.backends.local.lexical import stems
from index.models.embedding import DEFAULT_MODEL, load_embedder
from index.models.word_weights import word_weights
from index.readers import read_paths
from service.attribution.vocabulary import PRONOUNS
from service.settings import load_settings

Half = Literal["fit", "judge"]
Row = dict[str, Any]

FIVE, NEWS, PARAGRAPHS, POLITICS = "five", "news2022", "paragraphs", "politics2016"
NEWS_ARTICLES = 1474  # of RealTimeQA; all that questions are about, and others
CALIBRATION = (
    "Construction",
    "Huguenot",
    "Packet_switching",
)  # titles of SQuAD, as the reader keeps them apart
TEST = ("Normans", "Scottish_Parliament", "Steam_engine", "Fresno,_California", "Imperialism")
LONGEST = 5000  # characters of a TimeQA page


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with what answers it: any of `answers` in one of `articles`, or the sentences of `evidence`.

    One without articles has no answer in its archive.
    """

    id: str
    set: str
    archive: str
    question: str
    group: str  # the article that it is about, or the title
    articles: frozenset[str] = frozenset()
    answers: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    kind: str = ""
    as_of: date | None = None  # the day on which it was asked

    @property
    def half(self) -> Half:
        """Which half it belongs to: that of its SQuAD title, else by a hash of what it is about."""
        if self.group in CALIBRATION or self.group in TEST:
            return "fit" if self.group in CALIBRATION else "judge"
        return "fit" if digest(self.group) % 2 else "judge"


def digest(text: str) -> int:
    """A number that is the same for the same text, on every machine."""
    return int(hashlib.sha256(text.encode()).hexdigest()[:12], 16)


def sampled(questions: Iterable[Asked], most: int, half: Half) -> list[Asked]:
    """At most so many questions of a half; half of them without an answer, where the set has as many."""
    chosen = sorted((one for one in questions if one.half == half), key=lambda one: digest(one.id))
    with_answer = [one for one in chosen if one.articles]
    without = [one for one in chosen if not one.articles]
    few = min(len(without), most // 2)
    return [*with_answer[: most - few], *without[:few]]


def open_archive(name: str, data: Path, cache: Path) -> Archive:
    """The archive of that name in the cache folder, made there of the sets in `data` if it is missing."""
    folder = cache / name
    embedder = load_embedder(DEFAULT_MODEL, cache / "models", load_settings().threads)
    if not (folder / "complete").exists():
        folder.mkdir(parents=True, exist_ok=True)
        source = data / "articles" if name == FIVE else _written(name, data, cache)
        existing = (folder / "catalogue.db").exists()
        archive = (Archive.open if existing else Archive.create)(folder, lambda: embedder)
        for _ in archive.add(read_paths([source])):
            pass
        archive.close()
        (folder / "complete").touch()
    return Archive.open(folder, lambda: embedder)


def _written(name: str, data: Path, cache: Path) -> Path:
    """The articles of an archive as a file that can be read."""
    file = cache / f"{name}.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in _ARTICLES[name](data)))
    return file


def realtimeqa(data: Path) -> Iterator[Asked]:
    """Dated questions on the news whose answer stands in an article that they were made from."""
    gold = _gold(data)
    held = {row["url"]: row["text"] for rows in gold.values() for row in rows}
    for row in _lines(data / "realtimeqa" / "questions_2022.jsonl"):
        answer = row["choices"][int(row["answer"][0])].strip("“”\"'. ")
        urls = [one["url"] for one in gold.get(row["question_id"], ()) if _says(held[one["url"]], answer)]
        if urls:
            yield Asked(
                row["question_id"],
                "RealTimeQA",
                NEWS,
                row["question_sentence"],
                urls[0],
                frozenset(urls),
                (answer,),
                as_of=date.fromisoformat(row["question_date"].replace("/", "-")),
            )


def multihop(data: Path) -> Iterator[Asked]:
    """Questions over two to four articles, and null questions, which none answers."""
    keys = {row["title"]: _hop_key(row) for row in _hop_articles(data)}
    for row in json.loads((data / "multihop_rag" / "queries_dev.json").read_text()):
        facts = row["evidence_list"]
        yield Asked(
            f"hop-{row['id']}",
            "MultiHop-RAG",
            NEWS,
            row["query"],
            row["query"],
            frozenset(keys[one["title"]] for one in facts if one["title"] in keys),
            (row["answer"],) if row["question_type"] == "inference_query" else (),
            tuple(one["fact"] for one in facts),
            row["question_type"],
        )


def squad(data: Path) -> Iterator[Asked]:
    """People's questions to a paragraph, and near misses that it does not answer."""
    for title, number, paragraph in _squad_paragraphs(data):
        for row in paragraph["qas"]:
            answers = tuple(dict.fromkeys(one["text"] for one in row["answers"]))
            articles = frozenset([f"squad:{title}/{number}"] if answers else [])
            yield Asked(
                row["id"], "SQuAD 2.0", PARAGRAPHS, row["question"], title, articles, answers, (), title
            )


def natural_questions(data: Path) -> Iterator[Asked]:
    """Search questions over a passage of a page, with an answer in it or without."""
    for row in _natural(data):
        key = f"nq:{digest(row['context'])}"
        articles = frozenset() if row["impossible"] else frozenset([key])
        question = row["question"].replace(" ?", "?")
        answers = tuple(_detokenised(one) for one in row["answers"])
        yield Asked(f"nq-{digest(question)}", "NQ", PARAGRAPHS, question, key, articles, answers)


def repliqa(data: Path) -> Iterator[Asked]:
    """Questions over invented articles, whose answers are worded freely."""
    for row in _invented(data):
        key = f"repliqa:{digest(row['context'])}"
        articles = frozenset() if row["impossible"] else frozenset([key])
        yield Asked(
            f"repliqa-{digest(row['question'])}",
            "RepLiQA",
            PARAGRAPHS,
            row["question"],
            key,
            articles,
            tuple(row["answers"]),
        )


def timeqa(data: Path) -> Iterator[Asked]:
    """Questions of several years over one page: the right subject at another time does not answer."""
    for page in _pages(data):
        text = _page_text(page)
        for question, answers in page["questions"]:
            told = tuple(_detokenised(one["answer"]) for one in answers if one["answer"])
            held = tuple(one for one in told if one in text)
            if held or not told:
                key = f"timeqa:{page['link']}"
                yield Asked(
                    f"timeqa-{digest(question)}",
                    "TimeQA",
                    PARAGRAPHS,
                    question,
                    key,
                    frozenset([key] if held else []),
                    held,
                )


def polnear(data: Path) -> Iterator[Asked]:
    """What named people are quoted with, and the same asked of somebody else of the set, who did not say it.

    People annotated who said what; the question is made of a name and the two neighbouring words of the
    quotation that are rarest in English.
    """
    said = [one for one in load(data, "dev") if one.directness == "direct" and _is_name(one.source)]
    for number, one in enumerate(said):
        topic = _topic(one.span.of(one.text))
        if topic is None:
            continue
        others = (said[(number + step) % len(said)].source for step in range(7, len(said)))
        other = next((name for name in others if name.split()[-1] not in one.text), None)
        key = f"polnear:{one.article}"
        for name, articles in ((one.source, frozenset([key])), (other, frozenset[str]())):
            if name is not None:
                question = f"What did {name} say about {topic}?"
                answers = (topic,) if articles else ()
                yield Asked(f"said-{digest(question)}", "PolNeAR", POLITICS, question, key, articles, answers)


def _is_name(words: str) -> bool:
    parts = words.split()
    named = 1 <= len(parts) <= 3 and all(part.istitle() and part.isalpha() for part in parts)
    return named and words.casefold() not in PRONOUNS


def _topic(quotation: str) -> str | None:
    """The two neighbouring words without a capital that are rarest together, or None."""
    words = re.findall(r"[^\W\d_][\w'’-]*", quotation)
    pairs = [(one, other) for one, other in pairwise(words) if f"{one} {other}" in quotation]
    plain = [pair for pair in pairs if all(word.islower() and len(word) > 3 and stems(word) for word in pair)]

    def rarity(pair: Iterable[str]) -> float:
        return sum(word_weights().idf(stems(word)[0]) for word in pair)

    return " ".join(max(plain, key=rarity)) if plain else None


SETS: Mapping[str, Callable[[Path], Iterator[Asked]]] = {
    "RealTimeQA": realtimeqa,
    "MultiHop-RAG": multihop,
    "SQuAD 2.0": squad,
    "NQ": natural_questions,
    "RepLiQA": repliqa,
    "TimeQA": timeqa,
    "PolNeAR": polnear,
}


def _news(data: Path) -> Iterator[Row]:
    """RealTimeQA's gold articles and a sample of its archive, and MultiHop-RAG's."""
    with gzip.open(data / "realtimeqa" / "archive_2022.jsonl.gz", "rt") as lines:
        archive = {row["url"]: row for row in map(json.loads, lines)}
    gold = {row["url"]: row for rows in _gold(data).values() for row in rows if len(row["text"]) > 200}
    chosen = [archive.get(url) or row for url, row in gold.items()]
    others = sorted(
        (url for url in archive if url not in gold and len(archive[url]["text"]) > 400), key=_hash
    )
    chosen += [archive[url] for url in others[: NEWS_ARTICLES - len(chosen)]]
    for row in chosen:  # the articles that questions are about come first
        host = (urlsplit(row["url"]).hostname or "").removeprefix("www.").removeprefix("edition.")
        day = (row.get("publish_date") or "").replace("/", "-")
        yield _row(row["url"], row["text"], row.get("title"), host, day, ", ".join(row.get("authors") or ()))
    for row in _hop_articles(data):
        known = row if row["meta_known"] else {}
        key = _hop_key(row)
        day = (known.get("published_at") or "")[:10]
        yield _row(key, row["body"], row["title"], known.get("source"), day, known.get("author"))


def _paragraphs(data: Path) -> Iterator[Row]:
    for title, number, paragraph in _squad_paragraphs(data):
        yield _row(f"squad:{title}/{number}", paragraph["context"], title.replace("_", " "))
    for row in _natural(data):
        yield _row(f"nq:{digest(row['context'])}", _detokenised(row["context"]))
    for row in _invented(data):
        yield _row(f"repliqa:{digest(row['context'])}", row["context"])
    for page in _pages(data):
        yield _row(f"timeqa:{page['link']}", _page_text(page), page["link"].split("/")[-1].replace("_", " "))


def _politics(data: Path) -> Iterator[Row]:
    held: dict[str, Said] = {one.article: one for one in load(data, "dev")}
    for name, one in held.items():
        outlet, day = name.split("_")[:2]
        yield _row(f"polnear:{name}", one.text, None, outlet, day)


_ARTICLES: Mapping[str, Callable[[Path], Iterator[Row]]] = {
    NEWS: _news,
    PARAGRAPHS: _paragraphs,
    POLITICS: _politics,
}


def _row(url: str, text: str, *known: str | None) -> Row:
    names = ("title", "outlet", "published", "author")
    return {
        "url": url,
        "text": text,
        **{name: value for name, value in zip(names, known, strict=False) if value},
    }


def _gold(data: Path) -> dict[str, list[Row]]:
    rows = _lines(data / "realtimeqa" / "gold_2022.jsonl")
    return {row["question_id"]: [one for one in row["search_result"] if one.get("text")] for row in rows}


def _hop_articles(data: Path) -> list[Row]:
    articles: list[Row] = json.loads((data / "multihop_rag" / "corpus.json").read_text())
    return articles


def _hop_key(row: Row) -> str:
    return row.get("url") or f"https://multihop.example/{row['doc_id']}"


def _squad_paragraphs(data: Path) -> Iterator[tuple[str, int, Row]]:
    for page in json.loads((data / "squad" / "dev-half-v2.0.json").read_text())["data"]:
        if page["title"] in CALIBRATION or page["title"] in TEST:
            for number, paragraph in enumerate(page["paragraphs"]):
                yield page["title"], number, paragraph


def _natural(data: Path) -> Iterator[Row]:
    """Those of its passages from which the reader did not learn."""
    for row in _zipped(data / "maorlavi_nq" / "data.jsonl.gz"):
        if hashlib.sha256(row["context"].encode()).digest()[0] % 18 == 0:
            yield row


def _invented(data: Path) -> Iterator[Row]:
    rows = _zipped(data / "maorlavi_repliqa" / "data.jsonl.gz")
    return (row for row in rows if digest(row["context"]) % 20 == 0)


def _pages(data: Path) -> Iterator[Row]:
    pages = json.loads((data / "timeqa" / "human_annotated_test.json").read_text())
    return (page for page in pages if digest(page["link"]) % 8 == 0)


def _page_text(page: Row) -> str:
    return _detokenised("\n\n".join(page["paras"]))[:LONGEST]


def _detokenised(text: str) -> str:
    """A text that was split at its punctuation, as people write it."""
    text = text.replace("-LRB-", "(").replace("-RRB-", ")").replace("``", '"').replace("''", '"')
    return re.sub(r"([(\[$]) ", r"\1", re.sub(r" ([,.;:!?)\]’%]|'s\b|n't\b)", r"\1", text))


def _says(text: str, answer: str) -> bool:
    return answer.casefold() in text.casefold()


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _lines(file: Path) -> Iterator[Row]:
    with file.open() as lines:
        yield from map(json.loads, lines)


def _zipped(file: Path) -> Iterator[Row]:
    with gzip.open(file, "rt") as lines:
        yield from map(json.loads, lines)
