"""Other judges than the packaged one, as a user may set them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from index.errors import BadValue, DatelineError, NotFound
from index.models.entailment import Entailed
from service.llm.judge import LanguageModelJudge
from service.llm.providers import Patience, Provider
from service.pipeline import load_judge
from service.settings import load_settings
from service.verification.judge import CrossEncoderJudge
from tests.fakes import WordJudge
from tests.providers import KEY, Reply, provider
from tests.providers import Provider as Server

MODEL = "openai/gpt-4o-mini"
OPENED = "The bridge was opened on Friday."
PAIRS = [(OPENED, "The bridge is open."), (OPENED, "The bridge is shut.")]


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


def language_model() -> LanguageModelJudge:
    return LanguageModelJudge(
        Provider(models=(MODEL,), patience=Patience(total=20, first=10, between=10, retries=0))
    )


def test_a_cross_encoder_with_one_score_gives_that_score(tmp_path: Path) -> None:
    found = CrossEncoderJudge(cross_encoder(tmp_path / "one", ("supported",))).judge(PAIRS)
    assert len(found) == 2
    assert all(0 < one.supports < 1 and one.contradicts == 0 for one in found)


def test_of_classes_each_gives_its_probability(tmp_path: Path) -> None:
    from sentence_transformers import CrossEncoder

    path = cross_encoder(tmp_path / "three", ("contradiction", "entailment", "neutral"))
    rows = CrossEncoder(path, device="cpu").predict(PAIRS, apply_softmax=True, show_progress_bar=False)
    for one, (contradicts, supports, neither) in zip(CrossEncoderJudge(path).judge(PAIRS), rows, strict=True):
        assert (one.supports, one.contradicts, one.neither) == pytest.approx(
            (float(supports), float(contradicts), float(neither)), abs=1e-6
        )


def test_classes_without_entailment_are_refused_by_name(tmp_path: Path) -> None:
    judge = CrossEncoderJudge(cross_encoder(tmp_path / "other", ("sport", "politics", "weather")))
    with pytest.raises(BadValue, match="sport, politics, weather, and none of them is entailment"):
        judge.judge(PAIRS)


def test_a_model_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no cross-encoder"):
        CrossEncoderJudge(str(tmp_path / "absent")).judge(PAIRS[:1])


def test_a_language_model_is_asked_about_each_pair(server: Server) -> None:
    server.replies(Reply(text="SUPPORTED"), Reply(text="It says opened.\nNot supported."))
    assert language_model().judge(PAIRS) == [Entailed(1.0, 0.0, 0.0), Entailed(0.0, 0.0, 1.0)]
    assert "The bridge is shut." in server.asked[1].prompt


@pytest.mark.parametrize(
    "reply", [Reply(text="Perhaps."), Reply(text=""), Reply(status=500, error="overloaded")]
)
def test_a_judge_without_a_verdict_is_an_error_and_never_a_yes(server: Server, reply: Reply) -> None:
    server.replies(reply)
    with pytest.raises(DatelineError):
        language_model().judge(PAIRS[:1])


def test_the_settings_choose_the_strongest_that_is_set() -> None:
    packaged = WordJudge()
    assert load_judge(load_settings(), packaged) is packaged
    assert isinstance(load_judge(load_settings(support_model="some/model"), packaged), CrossEncoderJudge)
    both = load_settings(support_model="some/model", support_judge=MODEL)
    assert isinstance(load_judge(both, packaged), LanguageModelJudge)
