"""The trained network as the file that ships: ONNX, 8-bit integers, calibrated, with its card."""

import hashlib
import json
import logging
import warnings
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor

from eval.training.network import ReadingNetwork

UNCALIBRATED = {
    "answer": {"answers": 0.5, "margin": 0.5, "offset": 0.0, "threshold": 0.5},
    "sentence": {"evidence": 1.0, "passage": 0.0, "share": 0.0, "offset": 0.0},
}


def export(network: ReadingNetwork, directory: Path) -> None:
    """Writes model.onnx and an uncalibrated card.json to the directory."""
    directory.mkdir(parents=True, exist_ok=True)
    whole, small = directory / "float32.onnx", directory / "model.onnx"
    network.eval().cpu()
    ids = torch.tensor([[101, 2054, 2003, 2009, 102, 2009, 2003, 102]] * 2)
    types = torch.tensor([[0, 0, 0, 0, 0, 1, 1, 1]] * 2)
    several = {0: "texts", 1: "tokens"}
    with warnings.catch_warnings(), torch.no_grad():
        # The tracer warns of shapes it takes as constant; the comparison below is the judge of that.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network,
            (ids, types),
            str(whole),
            input_names=["ids", "types"],
            output_names=["starts", "ends", "answers", "evidence"],
            dynamic_axes=dict.fromkeys(("ids", "types", "starts", "ends", "evidence"), several)
            | {"answers": {0: "texts"}},
            opset_version=17,
            dynamo=False,
        )
    logging.disable(logging.WARNING)  # its advice to preprocess the graph makes no difference here
    try:
        quantize_dynamic(whole, small, per_channel=True, weight_type=QuantType.QInt8)
    finally:
        logging.disable(logging.NOTSET)
    _fuse(small)
    whole.unlink()
    card = {"sha256": hashlib.sha256(small.read_bytes()).hexdigest(), "calibration": UNCALIBRATED}
    (directory / "card.json").write_text(json.dumps(card, indent=1) + "\n")


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


def _fuse(file: Path) -> None:
    """Rewrites a model with its graph fused, by the passes that hold on any CPU."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.optimized_model_filepath = str(file.with_suffix(".fused"))
    onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    file.with_suffix(".fused").replace(file)
