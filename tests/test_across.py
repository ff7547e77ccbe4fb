"""Sentences in another language than the question: told by the multilingual embedder, or not at all."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np

from index.archive import Archive
from index.models.embedding import PACKAGED, OnnxEmbedder, Tokens, Vectors
from index.models.reader import ReadingModel
from index.records import Query, Span
from service.questions.plan import Plan, Wanted
from service.reading.across import card, is_across
from service.reading.candidates import findings
from service.reading.ranking import ranking
from tests.conftest import DraftMaker

TEXT = "The council met on Monday. The toll is four pounds. It rained in the evening."


class Multilingual:
    """An embedder to which a text means a toll, a war, or neither."""

    id = "multilingual-e5-small@toll"
    dimension = 4

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        return np.stack([self.encode_query(text) for text in texts])

    def encode_query(self, text: str) -> Vectors:
        is_toll, is_war = "toll" in text or "الرسم" in text, "الحرب" in text
        vector = np.array([0.7, 0.7 * is_toll, 0.0, 2.0 * is_war], dtype=np.float32)
        unit: Vectors = vector / np.linalg.norm(vector)
        return unit

    def encode_tokens(self, text: str, kind: Literal["query", "document"]) -> Tokens:
        spans = tuple(Span(*match.span()) for match in re.finditer(r"\S+", text))
        vectors = np.tile(np.array(card()["common"], dtype=np.float32), (len(spans), 1))
        vectors[:, : self.dimension] += [self.encode_query(span.of(text)) for span in spans]
        return Tokens(spans, vectors)


def test_the_sentence_that_is_nearest_in_meaning_answers_and_others_do_not(
    tmp_path: Path, draft: DraftMaker
) -> None:
    archive = Archive.create(tmp_path / "archive", Multilingual)
    for _ in archive.add([draft("toll", TEXT, title="News")]):
        pass

    def found(question: str) -> list[str]:
        plan = Plan(standalone_question=question, language="ar", locale="ar")
        hits = archive.search(Query(text=question, language="ar"))
        told = findings(archive, ReadingModel(), plan, hits)
        return [one.quote.text for one in told if one.score >= ranking().threshold]

    assert found("كم الرسم؟") == ["The toll is four pounds."]
    assert found("متى بدأت الحرب؟") == []


def test_what_others_say_is_no_answer_where_the_question_names_who_speaks(
    tmp_path: Path, draft: DraftMaker
) -> None:
    text = (
        "“The toll is too high,” said Tahsin al-Khafaji, a driver.\n\n"
        "“The toll is fair,” said Bakhtyar Mohammed, the mayor.\n\n"
        "“The toll will stay,” said Othman Muhammad Mustafa, the engineer.\n\n"
        "The toll rose in May."
    )
    archive = Archive.create(tmp_path / "archive", Multilingual)
    for _ in archive.add([draft("toll", text, title="News")]):
        pass

    def found(question: str, wanted: Wanted = "any") -> set[str]:
        plan = Plan(standalone_question=question, language="ar", locale="ar", wanted=wanted)
        told = findings(archive, ReadingModel(), plan, archive.search(Query(text=question, language="ar")))
        return {" ".join(one.quote.text.split()[2:4]) for one in told}

    assert found("لماذا الرسم؟") == {"is too", "is fair,”", "will stay,”", "rose in"}
    assert found("رأي الخفاجي في الرسم") == {"is too"}
    assert found("بەختیار محەمەد الرسم") == {"is fair,”"}
    assert found("عوسمان محەمەد مستەفا الرسم") == {"will stay,”"}
    assert found("ماذا قال جبار ياور عن الرسم؟", "speech") == set()


def test_english_over_english_stays_the_readers_and_so_does_what_the_embedder_cannot_read(
    draft: DraftMaker, tmp_path: Path
) -> None:
    archive = Archive.create(tmp_path / "archive", Multilingual)
    drafts = [draft("en", TEXT, title="News"), draft("none", TEXT + " Late.", title="More", language=None)]
    for _ in archive.add(drafts):
        pass
    english, unknown = archive.articles()
    asked, arabic = (Plan(standalone_question="?", language=one) for one in ("en", "ar"))
    assert [is_across(plan, english, archive.embedder) for plan in (asked, arabic)] == [False, True]
    assert not is_across(asked, unknown, archive.embedder)
    assert not is_across(arabic, english, OnnxEmbedder(PACKAGED))
