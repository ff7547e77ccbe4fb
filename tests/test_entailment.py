"""Stronger judges of support than the packaged one, as a user may set them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from index.errors import BadValue, DatelineError, NotFound
from service.llm.providers import Patience, Provider
from service.pipeline import load_support
from service.settings import load_settings
from service.verification.entailment import CrossEncoderSupport, JudgeSupport
from tests.providers import KEY, Reply, provider
from tests.providers import Provider as Server

MODEL = "openai/gpt-4o-mini"
CLAIMS = ["The bridge is open.", "The bridge is shut."]
EVIDENCE = ["The bridge was opened on Friday.", "The bridge was opened on Friday."]


def cross_encoder(folder: Path, labels: tuple[str, ...]) -> str:
    """A tiny model with random weights and those classes."""
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    words = [
        "[PAD]",
        "[UNK]",
        "[CLS]",
        "[SEP]",
        "[MASK]",
        *["the", "bridge", "is", "was", "open", "opened", "shut", "on", "friday", "."],
    ]
    folder.mkdir()
    (folder / "vocab.txt").write_text("\n".join(words))
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        id2label=dict(enumerate(labels)),
        label2id={label: place for place, label in enumerate(labels)},
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    BertTokenizerFast(vocab_file=str(folder / "vocab.txt")).save_pretrained(folder)
    return str(folder)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with provider() as running, pytest.MonkeyPatch.context() as environment:
        environment.setenv("OPENAI_API_KEY", KEY)
        environment.setenv("OPENAI_API_BASE", f"{running.address}/v1")
        yield running


def judge() -> JudgeSupport:
    return JudgeSupport(
        Provider(models=(MODEL,), patience=Patience(total=20, first=10, between=10, retries=0))
    )


def test_a_cross_encoder_with_one_score_gives_that_score(tmp_path: Path) -> None:
    support = CrossEncoderSupport(cross_encoder(tmp_path / "one", ("supported",)))
    scores = support(CLAIMS, EVIDENCE)
    assert len(scores) == 2
    assert all(0 < score < 1 for score in scores)


def test_of_classes_it_gives_the_probability_of_entailment(tmp_path: Path) -> None:
    from sentence_transformers import CrossEncoder

    path = cross_encoder(tmp_path / "three", ("contradiction", "entailment", "neutral"))
    expected = CrossEncoder(path, device="cpu").predict(
        list(zip(EVIDENCE, CLAIMS, strict=True)), apply_softmax=True, show_progress_bar=False
    )
    assert CrossEncoderSupport(path)(CLAIMS, EVIDENCE) == pytest.approx([float(row[1]) for row in expected])


def test_classes_without_entailment_are_refused_by_name(tmp_path: Path) -> None:
    support = CrossEncoderSupport(cross_encoder(tmp_path / "other", ("sport", "politics", "weather")))
    with pytest.raises(BadValue, match="sport, politics, weather, and none of them is entailment"):
        support(CLAIMS, EVIDENCE)


def test_a_model_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no cross-encoder"):
        CrossEncoderSupport(str(tmp_path / "absent"))(CLAIMS[:1], EVIDENCE[:1])


def test_a_language_model_is_asked_about_each_pair(server: Server) -> None:
    server.replies(Reply(text="SUPPORTED"), Reply(text="It says opened.\nNot supported."))
    assert judge()(CLAIMS, EVIDENCE) == [1.0, 0.0]
    assert "The bridge is shut." in server.asked[1].prompt


@pytest.mark.parametrize(
    "reply", [Reply(text="Perhaps."), Reply(text=""), Reply(status=500, error="overloaded")]
)
def test_a_judge_without_a_verdict_is_an_error_and_never_a_yes(server: Server, reply: Reply) -> None:
    server.replies(reply)
    with pytest.raises(DatelineError):
        judge()(CLAIMS[:1], EVIDENCE[:1])


def test_the_settings_choose_the_strongest_that_is_set() -> None:
    def packaged(claims: Any, evidence: Any) -> list[float]:
        return [1.0]

    assert load_support(load_settings(), packaged) is packaged
    assert isinstance(load_support(load_settings(support_model="some/model"), packaged), CrossEncoderSupport)
    both = load_settings(support_model="some/model", support_judge=MODEL)
    assert isinstance(load_support(both, packaged), JudgeSupport)
