"""What news needs of a search, each where the nearest passages alone would be the wrong ones."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from index.archive import Archive
from index.backends.local.lexical import LexicalIndex, stem, stems, written
from index.catalogue.catalogue import Entry
from index.models.embedding import Embedder, Vectors
from index.records import Filters, Hit, Order, Passage, Period, Query, Span
from index.search.features import clauses, covered, event_day
from index.search.hybrid import BLIND
from tests.conftest import DraftMaker


def nearest(archive: Archive, question: str) -> list[Hit]:
    """Plain similarity: every passage of the archive by its cosine to the question."""
    hits = archive.search(Query(text=question, limit=100))
    return sorted(hits, key=lambda hit: -hit.dense)


def outlets(hits: Sequence[Hit]) -> list[str | None]:
    return [hit.article.outlet for hit in hits]


@pytest.mark.parametrize(
    ("question", "filters"),
    [
        ("What will the Harbour Bridge cost?", Filters(since=date(2024, 1, 1))),
        ("Will lorries pay to cross the bridge?", Filters(until=date(2019, 12, 31))),
        ("What will the Harbour Bridge cost?", Filters(outlets=("Tideline",))),
        ("What happened at the cannery?", Filters(authors=("edwin marsh",))),
        ("What happened at the cannery?", Filters(languages=("ar",))),
    ],
    ids=["since", "until", "outlet", "author", "language"],
)
def test_filters_hide_what_is_nearer(sample_archive: Archive, question: str, filters: Filters) -> None:
    allowed = {article.id for article in sample_archive.articles(filters=filters)}
    assert nearest(sample_archive, question)[0].article.id not in allowed
    hits = sample_archive.search(Query(text=question, filters=filters))
    assert hits
    assert {hit.article.id for hit in hits} <= allowed


def test_as_of_hides_what_was_published_later(sample_archive: Archive) -> None:
    question, day = "When was the Harbour Bridge to open?", date(2020, 12, 31)
    later = nearest(sample_archive, question)[0].article.published
    assert later is not None
    assert later > day
    hits = sample_archive.search(Query(text=question, filters=Filters(as_of=day)))
    days = [hit.article.published for hit in hits]
    assert all(published is not None and published <= day for published in days)
    assert any("spring 2022" in hit.passage.text for hit in hits[:3])


def test_a_named_outlet_comes_first(sample_archive: Archive) -> None:
    question = "How many families were evacuated in the flood?"
    assert nearest(sample_archive, question)[0].article.outlet != "Lenn Valley News"
    hits = sample_archive.search(Query(text=question, outlets=("Lenn Valley News",)))
    assert hits[0].article.outlet == "Lenn Valley News"
    assert len(set(outlets(hits))) > 1  # nothing is hidden


def test_a_named_author_comes_first(sample_archive: Archive) -> None:
    question = "What is said about the maternity ward?"
    assert nearest(sample_archive, question)[0].article.author != "Noor Castellan"
    hits = sample_archive.search(Query(text=question, authors=("Noor Castellan",)))
    assert hits[0].article.author == "Noor Castellan"


def test_a_named_period_comes_first(sample_archive: Archive) -> None:
    question, year = "How much does the Harbour Bridge cost?", Period(date(2021, 1, 1), date(2021, 12, 31))
    published = nearest(sample_archive, question)[0].article.published
    assert published is not None
    assert published.year != 2021
    first = sample_archive.search(Query(text=question, periods=(year,)))[0].article.published
    assert first is not None
    assert first.year == 2021


def test_each_named_outlet_gets_its_share(sample_archive: Archive) -> None:
    question, named = "Harbour Bridge cost", ("Tideline", "Radio Seawall", "Lenn Valley News")
    assert not set(named) <= set(outlets(nearest(sample_archive, question)[:4]))
    hits = sample_archive.search(Query(text=question, outlets=named, limit=4))
    assert set(named) <= set(outlets(hits))


def test_the_newest_reporting_comes_first(sample_archive: Archive) -> None:
    question = "How much does the Harbour Bridge cost?"
    newest = max(hit.article.published or date.min for hit in nearest(sample_archive, question)[:8])
    assert nearest(sample_archive, question)[0].article.published != newest
    hits = sample_archive.search(Query(text=question, order=Order.NEWEST))
    assert "69.1 million" in hits[0].article.text
    assert hits[0].article.published == newest


def test_an_unknown_date_is_never_new(
    tmp_path: Path, load: Callable[[], Embedder], draft: DraftMaker
) -> None:
    archive = Archive.create(tmp_path / "archive", load)
    question = "How high is the toll on the Harbour Bridge?"
    drafts = [
        draft("undated", "How high is the toll on the Harbour Bridge? Four pounds.", published=None),
        draft(
            "old",
            "The toll on the Harbour Bridge is three pounds high, said the port.",
            published=date(1999, 5, 1),
        ),
        draft(
            "new",
            "How high the toll on the Harbour Bridge is: two pounds, says the port.",
            published=date(2003, 5, 1),
        ),
        draft("fair", "The summer fair of the school had nine swings.", published=date(2001, 5, 1)),
    ]
    for _ in archive.add(drafts):
        pass
    assert archive.search(Query(text=question))[0].article.key == "undated"
    hits = archive.search(Query(text=question, order=Order.NEWEST))
    assert [hit.article.key for hit in hits[:3]] == ["new", "old", "undated"]


def test_copies_count_once(sample_archive: Archive) -> None:
    question = "How many passengers were on the ferry Saint Ilva when it ran aground?"
    plain = nearest(sample_archive, question)[:3]
    assert len({hit.article.cluster for hit in plain}) < len(plain)
    hits = sample_archive.search(Query(text=question, limit=3))
    texts = [(hit.article.cluster, hit.passage.text[:60]) for hit in hits]
    assert len(texts) == len(set(texts))
    assert sample_archive.copies(hits[0].article)


def test_one_article_does_not_fill_the_page(
    tmp_path: Path, load: Callable[[], Embedder], draft: DraftMaker
) -> None:
    archive = Archive.create(tmp_path / "archive", load)
    long = " ".join(
        f"The ferry strike goes on, says the union in statement {n} of the week." for n in range(90)
    )
    short = "After talks the union says little of the ferry strike; this week's offer lies on the table."
    for _ in archive.add([draft("long", long, title="Ferry strike"), draft("short", short, title="Talks")]):
        pass
    question = "What does the union say about the ferry strike this week?"
    assert all(hit.article.key == "long" for hit in nearest(archive, question)[:4])
    assert "short" in [hit.article.key for hit in archive.search(Query(text=question, limit=4))]


def test_a_timeline_goes_by_the_day_of_the_event(sample_archive: Archive) -> None:
    question = "Harbour Bridge opening"
    hits = sample_archive.search(Query(text=question, order=Order.TIMELINE))
    days = [day or date.max for day in map(event_day, hits)]
    assert len(set(days)) > 2
    assert days == sorted(days)
    plain = [event_day(hit) or date.max for hit in nearest(sample_archive, question)[: len(hits)]]
    assert plain != sorted(plain)


def test_the_reader_model_moves_what_answers_to_the_front(sample_archive: Archive) -> None:
    query = Query(text="Harbour Bridge")

    def answers(_: str, texts: Sequence[str]) -> list[float]:
        return [float("no toll" in text) for text in texts]

    assert "no toll" not in sample_archive.search(query)[0].passage.text
    assert "no toll" in sample_archive.search(query, answers)[0].passage.text


def test_scores_are_shares(sample_archive: Archive) -> None:
    hits = sample_archive.search(
        Query(text="Harbour Bridge", outlets=("Tideline",)), lambda _, t: [1.0] * len(t)
    )
    assert all(0 <= hit.score <= 1 for hit in hits)


class Blind:
    """An embedder that reads no language: each text gets a direction of its own."""

    id = "blind"
    dimension = 16

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        return np.stack([self.encode_query(text) for text in texts])

    def encode_query(self, text: str) -> Vectors:
        vector = np.random.default_rng(list(text.encode())).standard_normal(self.dimension)
        unit: Vectors = (vector / np.linalg.norm(vector)).astype(np.float32)
        return unit


def test_a_blind_side_is_left_out_and_logged(
    tmp_path: Path, draft: DraftMaker, caplog: pytest.LogCaptureFixture
) -> None:
    archive = Archive.create(tmp_path / "archive", Blind)
    drafts = [
        draft(
            str(n), f"The council of town {n} met. It spoke of bridge {n} and of its cost.", title=f"Town {n}"
        )
        for n in range(60)
    ]
    for _ in archive.add(drafts):
        pass
    caplog.set_level("INFO")
    found = archive.search(Query(text="The council of town 17 spoke of bridge 17 and of its cost."))
    assert found[0].article.key == "17"
    assert found.notes == ()
    assert BLIND in caplog.messages


def test_a_side_that_reads_is_kept(sample_archive: Archive) -> None:
    assert sample_archive.search(Query(text="How much does the Harbour Bridge cost?")).notes == ()


def test_clauses_are_what_may_be_answered_apart() -> None:
    question = "Did the mayor promise new pumps for Salt Lane, while the brigade blamed the old pumps there?"
    assert clauses(question) == [
        "Did the mayor promise new pumps for Salt Lane",
        "the brigade blamed the old pumps there?",
    ]
    assert clauses("Who opened the bridge?") == []


def test_the_best_sentence_is_what_counts() -> None:
    def passage(text: str, *ends: int) -> Passage:
        spans = tuple(Span(a, b) for a, b in zip((0, *ends), (*ends, len(text)), strict=True))
        return Passage(start=0, end=len(text), id=1, article_id=1, version=1, text=text, sentences=spans)

    apart = passage("The bridge is long. The cost is told.", 20)
    together = passage("The bridge and its cost. It is told.", 25)
    shares = covered([apart, together], ["bridge cost"], {"bridg": 5, "cost": 5}.__getitem__, 10)
    assert shares[:, 0].tolist() == pytest.approx([0.5, 1.0])


def test_words_are_stemmed_one_by_one_as_in_a_text() -> None:
    text = "The MAYOR's cafés weren't running — افتتاح الجسور, мосты, γέφυρες; x_y 3.5%"
    assert [stem(word) for word in written(text)] == stems(text)
    assert stem("a" * 90) == ""


def test_what_rare_words_find_is_scored_by_all_words() -> None:
    common = [f"common{n}" for n in range(4)]
    texts = [f"rare{n} {common[n % 4]}" for n in range(12)] + [" ".join(common)] * 28
    index = LexicalIndex.build(Entry(n, "", text) for n, text in enumerate(texts))
    question = " ".join([*common, *(f"rare{n}" for n in range(12))])
    plain = dict(index.search(question, 40, sparing=False))
    found = index.search(question, 40, sparing=True)
    assert {number for number, _ in found} == set(range(12))
    assert len(plain) == 40
    assert all(score == pytest.approx(plain[number]) for number, score in found)
    assert found == sorted(found, key=lambda pair: -pair[1])


def test_words_that_the_archive_lacks_say_nothing_of_the_vectors(sample_archive: Archive) -> None:
    assert sample_archive.search(Query(text="Is the moon made of cheese?")).notes == ()


def test_spellings_of_one_letter_and_words_without_spaces_are_found() -> None:
    assert stems("پێشمەرگە") == stems("پیشمه\u200cرگه")
    assert stems("كركوك ٢٠٢١") == stems("کرکوک 2021")
    assert stems("北京大学在哪里") == ["北京", "京大", "大学", "学在", "在哪", "哪里"]
    assert set(stems("大学")) <= set(stems("北京大学在哪里"))
    assert stems("東京タワー 333m")[-1] == "333m"


def test_a_passage_in_another_language_competes_by_its_meaning(tmp_path: Path, draft: DraftMaker) -> None:
    texts = {"near": "ab", "far": "cd"}
    archive = Archive.create(tmp_path / "archive", Meanings)
    drafts = [
        draft(key, f"{word} {word} {word}.", title=key, language="ar") for key, word in texts.items()
    ] + [draft("words", "Where is it said, where is it?", title="words", language="en")]
    for _ in archive.add(drafts):
        pass
    found = archive.search(Query(text="where is it? ab", language="en"))
    assert found[0].article.key == "near"
    assert {hit.article.key for hit in found} == {"near", "far", "words"}


class Meanings:
    """An embedder of any language, to which a text means only whether it holds "ab"."""

    id = "meanings"
    dimension = 4

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        return np.stack([self.encode_query(text) for text in texts])

    def encode_query(self, text: str) -> Vectors:
        vector = np.array([1.0, 2.0, 0, 0] if "ab" in text else [1.0, 0, 0.5, 0], dtype=np.float32)
        unit: Vectors = vector / np.linalg.norm(vector)
        return unit
