"""A trained network as the file that ships: ONNX, 8-bit integers, with its card."""

import hashlib
import json
import logging
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn

TEXTS, TOKENS = {0: "texts"}, {0: "texts", 1: "tokens"}


@dataclass(frozen=True, slots=True)
class Form:
    """Form of an exported model: its outputs, each with the axes that vary, and its first calibration."""

    outputs: Mapping[str, Mapping[int, str]]
    uncalibrated: Mapping[str, Any]


READER = Form(
    {"starts": TOKENS, "ends": TOKENS, "answers": TEXTS, "evidence": TOKENS},
    {
        "answer": {"answers": 0.5, "margin": 0.5, "offset": 0.0, "threshold": 0.5},
        "sentence": {"evidence": 1.0, "passage": 0.0, "share": 0.0, "offset": 0.0},
    },
)
JUDGE = Form({"scores": TEXTS}, {"scale": 1.0, "offsets": [0.0, 0.0, 0.0], "threshold": 0.5})


def export(network: nn.Module, directory: Path, form: Form) -> None:
    """Writes model.onnx and an uncalibrated card.json to the directory."""
    directory.mkdir(parents=True, exist_ok=True)
    whole, small, model = (directory / name for name in ("float32.onnx", "small.onnx", "model.onnx"))
    _trace(network.eval().cpu(), whole, form)
    _quantize(whole, small)
    _fuse(small, model)
    whole.unlink()
    small.unlink()
    card = {"sha256": hashlib.sha256(model.read_bytes()).hexdigest(), "calibration": form.uncalibrated}
    (directory / "card.json").write_text(json.dumps(card, indent=1) + "\n")


def _trace(network: nn.Module, whole: Path, form: Form) -> None:
    """Writes a network of token ids and types as ONNX, with its weights as they are."""
    ids = torch.tensor([[101, 2054, 2003, 2009, 102, 2009, 2003, 102]] * 2)
    types = torch.tensor([[0, 0, 0, 0, 0, 1, 1, 1]] * 2)
    with warnings.catch_warnings(), torch.no_grad():
        # The tracer warns of shapes it takes as constant; the figures of the exported file judge that.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network,
            (ids, types),
            str(whole),
            input_names=["ids", "types"],
            output_names=list(form.outputs),
            dynamic_axes={"ids": TOKENS, "types": TOKENS, **form.outputs},
            opset_version=17,
            dynamo=False,
        )


def _quantize(whole: Path, small: Path) -> None:
    """Writes the model with its weights as 8-bit integers."""
    logging.disable(logging.WARNING)  # its advice to preprocess the graph makes no difference here
    try:
        quantize_dynamic(whole, small, per_channel=True, weight_type=QuantType.QInt8)
    finally:
        logging.disable(logging.NOTSET)


def _fuse(small: Path, fused: Path) -> None:
    """Writes a model with its graph fused, by the passes that hold on any CPU."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.optimized_model_filepath = str(fused)
    onnxruntime.InferenceSession(str(small), options, providers=["CPUExecutionProvider"])


def learned(model: Path) -> dict[str, Tensor]:
    """The weights that an exported model has learned, as the network names them, to within their 8 bits."""
    graph = onnx.load(model).graph
    held = {one.name: onnx.numpy_helper.to_array(one) for one in graph.initializer}

    def whole(name: str) -> Tensor:
        scale, zero = held[f"{name}_scale"], held[f"{name}_zero_point"].astype(np.float32)
        return torch.tensor((held[f"{name}_quantized"].astype(np.float32) - zero) * scale)

    weights = {name: torch.tensor(array) for name, array in held.items() if _is_learned(name)}
    named = (name.removesuffix("_quantized") for name in held if name.endswith(".weight_quantized"))
    weights |= {name: whole(name).T for name in named if not name.startswith("encoder.embeddings.")}
    added = {into: _bias(node.input) for node in graph.node if node.op_type == "Add" for into in node.input}
    for node in graph.node:
        matrix = next((name for name in node.input if name.endswith("_quantized") and name in held), "")
        bias = _bias(node.input) or added.get(node.output[0], "")  # a single number is added on its own
        if matrix and _is_learned(bias):
            # The exporter names most matrices by a number, and turns them all; the bias keeps its name.
            weights[bias.removesuffix("bias") + "weight"] = whole(matrix.removesuffix("_quantized")).T
    return weights


def _bias(names: Iterable[str]) -> str:
    return next((name for name in names if name.endswith(".bias")), "")


def _is_learned(name: str) -> bool:
    kept = name in ("shared", "missing") or name.endswith((".bias", "LayerNorm.weight"))
    return kept and not name.startswith("encoder.embeddings.")
