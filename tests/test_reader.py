"""The reader that ships, over texts it has never seen."""

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from index.errors import Damaged
from index.models.reader import (
    LONGEST_ANSWER,
    PACKAGED,
    SPANS,
    ReadingModel,
    _best_spans,
    head_line,
    headed,
)
from index.records import Span

PASSAGE = (
    "The lighthouse at Cape Orrin was lit again on Friday after eleven years. Keeper Maud Ellery turned the "
    "lamp on at dusk. The repair cost 640,000 crowns, half of it given by the Seamen's Fund."
)


@pytest.fixture(scope="module")
def model() -> ReadingModel:
    return ReadingModel(threads=1)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Who turned the lamp on?", "Maud Ellery"),
        ("How much did the repair cost?", "640,000 crowns"),
        ("On which day was the lighthouse lit again?", "Friday"),
    ],
)
def test_the_best_span_holds_the_answer(model: ReadingModel, question: str, words: str) -> None:
    reading = model.read(question, [PASSAGE])[0]
    best = reading.spans[0]
    assert words in best.of(PASSAGE) or best.of(PASSAGE) in words
    assert reading.score >= model.threshold


def test_an_answer_scores_higher_than_none(model: ReadingModel) -> None:
    answered, lacking, elsewhere = model.read(
        "Who turned the lamp on?",
        [
            PASSAGE,
            PASSAGE.replace("Keeper Maud Ellery turned the lamp on at dusk. ", ""),
            "Rain fell all week.",
        ],
    )
    assert answered.score > lacking.score > elsewhere.score


def test_scores_are_probabilities_that_the_spans_share(model: ReadingModel) -> None:
    for reading in model.read("What did it cost?", [PASSAGE, "No.", ""]):
        assert 0 <= sum(span.score for span in reading.spans) <= reading.score + 1e-6 <= 1 + 1e-6
        assert [s.score for s in reading.spans] == sorted((s.score for s in reading.spans), reverse=True)


def test_no_reading_depends_on_the_texts_beside_it(model: ReadingModel) -> None:
    texts = [PASSAGE * 3, "Short.", PASSAGE, *(f"Number {n} is here." for n in range(20))]
    together = model.read("What did the repair cost?", texts)
    apart = ReadingModel(threads=1)  # one that has read nothing yet
    assert together == [apart.read("What did the repair cost?", [text])[0] for text in texts]


class Counting(ReadingModel):
    """The reader, with the number of texts that its network has read."""

    texts = 0

    def _read_anew(self, ids: bytes, types: bytes) -> tuple[Any, ...]:
        self.texts += 1
        return super()._read_anew(ids, types)


def test_a_text_is_read_once_for_a_question_however_many_ask_it(model: ReadingModel) -> None:
    counting, texts = Counting(threads=2), [PASSAGE, "No.", PASSAGE, ""]
    first = counting.read("What did it cost?", texts, [[Span(0, 2)]] * 4)
    assert counting.texts <= 4
    read = counting.texts
    assert counting.read("What did it cost?", texts, [[Span(0, 2)]] * 4) == first
    assert counting.texts == read
    # Another question, and sentences asked about otherwise, get what one that remembers nothing gives.
    assert counting.read("Who turned the lamp on?", texts) == model.read("Who turned the lamp on?", texts)
    assert counting.read("What did it cost?", texts) == ReadingModel().read("What did it cost?", texts)


def test_what_is_remembered_cannot_be_written_over(model: ReadingModel) -> None:
    encoding = model._tokenizer.encode("Who?", PASSAGE)
    assert [output.flags.writeable for output in next(model.run([encoding]))] == [False] * 4


def test_the_best_spans_are_those_of_all_that_are_short_enough(model: ReadingModel) -> None:
    for passage in (PASSAGE, "No.", "", PASSAGE * 4):
        encoding = model._tokenizer.encode("What did it cost?", passage)
        starts, ends, _, _ = next(model.run([encoding]))
        inside = [place for place, kind in enumerate(encoding.type_ids) if kind][:-1]
        pairs = [(a, b) for a in inside for b in inside if 0 <= b - a < LONGEST_ANSWER]
        pairs.sort(key=lambda pair: -(starts[pair[0]] + ends[pair[1]]))
        at = encoding.offsets
        spans, scores = _best_spans(encoding, starts, ends)
        assert spans == [(at[first][0], at[last][1]) for first, last in pairs[:SPANS]]
        assert list(scores) == [starts[first] + ends[last] for first, last in pairs[:SPANS]]


def test_offsets_count_code_points(model: ReadingModel) -> None:
    text = f"🏮🏮 سلمى {PASSAGE}"
    best = model.read("Who turned the lamp on?", [text])[0].spans[0]
    assert "Ellery" in best.of(text)


def test_a_text_too_long_is_read_as_far_as_it_goes(model: ReadingModel) -> None:
    reading = model.read("Who turned the lamp on?", [PASSAGE + " More was said." * 500])[0]
    assert "Ellery" in reading.spans[0].of(PASSAGE)


@pytest.mark.parametrize("question", ["*" * 4000, "word " * 800, "🏮" * 900, ""])
def test_a_question_too_long_leaves_room_for_the_text(model: ReadingModel, question: str) -> None:
    assert 0 <= model.read(question, [PASSAGE])[0].score <= 1


def test_within_sums_the_spans_of_a_stretch(model: ReadingModel) -> None:
    reading = model.read("Who turned the lamp on?", [PASSAGE])[0]
    assert reading.within(Span(0, len(PASSAGE))) == pytest.approx(sum(s.score for s in reading.spans))
    assert reading.within(Span(0, 0)) == 0


SENTENCES = [Span(0, 73), Span(73, 120), Span(120, len(PASSAGE))]


@pytest.mark.parametrize(
    ("question", "place"),
    [
        ("Who turned the lamp on?", 1),
        ("How much did the repair cost?", 2),
        ("On which day was the lighthouse lit again?", 0),
    ],
)
def test_the_sentence_that_answers_is_the_most_probable(
    model: ReadingModel, question: str, place: int
) -> None:
    sentences = model.read(question, [PASSAGE], [SENTENCES])[0].sentences
    assert max(range(3), key=sentences.__getitem__) == place
    assert sentences[place] > 0.5 > sum(sentences) - sentences[place]


def test_two_sentences_may_answer(model: ReadingModel) -> None:
    passage = "Maud Ellery lit the lamp. It rained on the cape. Tom Reed lit the lamp, too."
    spans = [Span(0, 26), Span(26, 49), Span(49, len(passage))]
    first, between, second = model.read("Who lit the lamp?", [passage], [spans])[0].sentences
    assert min(first, second) > 0.45 > 4 * between


def test_a_head_line_may_answer_alone(model: ReadingModel) -> None:
    head = head_line("Lighthouse repair to cost 2.3 million crowns", "Herald", date(2021, 3, 12))
    assert head == "Lighthouse repair to cost 2.3 million crowns (Herald, 12 March 2021)"
    text = headed(head, "Work on the cape begins in May. Keepers welcomed the plan.")
    spans = [Span(0, len(head) + 2), Span(len(head) + 2, len(head) + 34), Span(len(head) + 34, len(text))]
    told = model.read("How much will the repair of the lighthouse cost?", [text], [spans])[0].sentences
    assert told[0] > 0.5 > max(told[1:])


def test_a_head_line_says_what_is_known() -> None:
    assert head_line("Lamp lit") == "Lamp lit"
    assert head_line("Lamp lit", day=date(2021, 3, 12)) == "Lamp lit (12 March 2021)"
    assert head_line("", "Herald", date(2021, 3, 12)) == ""
    assert headed("", "It was lit.") == "It was lit."


def test_a_sentence_behind_what_is_read_does_not_answer(model: ReadingModel) -> None:
    text = "More was said. " * 300 + PASSAGE
    last = Span(len(text) - len(PASSAGE), len(text))
    reading = model.read("Who turned the lamp on?", [text], [[last]])[0]
    assert reading.sentences[0] < 0.01
    assert model.read("Who?", ["", PASSAGE], [[Span(0, 0)], []])[1].sentences == ()


def test_nothing_to_read_is_no_reading(model: ReadingModel) -> None:
    assert model.read("Who?", []) == []


def test_damaged_weights_are_refused_with_the_way_out(tmp_path: Path) -> None:
    damaged = tmp_path / "model"
    shutil.copytree(PACKAGED, damaged)
    weights = damaged / "model.onnx"
    data = bytearray(weights.read_bytes())
    data[len(data) // 2] ^= 1
    weights.write_bytes(bytes(data))
    with pytest.raises(Damaged, match="install Dateline again"):
        ReadingModel(damaged).read("Who?", ["Nobody."])


def test_the_card_names_what_the_model_is_worth() -> None:
    card = json.loads((PACKAGED / "card.json").read_text())
    assert set(card) >= {"sha256", "calibration", "trainings"}
    readme = (PACKAGED / "README.md").read_text()
    for told in ("SQuAD 2.0 near misses, AUROC", "CC BY-SA 4.0", "expected calibration error"):
        assert told in readme
