"""The trained judge as the file that ships: ONNX, 8-bit integers, with an uncalibrated card."""

import hashlib
import json
import logging
import warnings
from pathlib import Path

import onnxruntime
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic

from eval.training.entailment.network import JudgeNetwork

UNCALIBRATED = {"scale": 1.0, "offsets": [0.0, 0.0, 0.0], "threshold": 0.5}


def export(network: JudgeNetwork, directory: Path) -> None:
    """Writes model.onnx and card.json to the directory."""
    directory.mkdir(parents=True, exist_ok=True)
    whole, small, fused = (directory / name for name in ("float32.onnx", "small.onnx", "model.onnx"))
    network.eval().cpu()
    ids = torch.tensor([[101, 2054, 2003, 2009, 102, 2009, 2003, 102]] * 2)
    types = torch.tensor([[0, 0, 0, 0, 0, 1, 1, 1]] * 2)
    several = {0: "texts", 1: "tokens"}
    with warnings.catch_warnings(), torch.no_grad():
        # The tracer warns of shapes it takes as constant; the figures of the exported file judge that.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network, (ids, types), str(whole),
            input_names=["ids", "types"], output_names=["scores"],
            dynamic_axes={"ids": several, "types": several, "scores": {0: "texts"}},
            opset_version=17, dynamo=False,
        )  # fmt: skip
    logging.disable(logging.WARNING)  # its advice to preprocess the graph makes no difference here
    try:
        quantize_dynamic(whole, small, per_channel=True, weight_type=QuantType.QInt8)
    finally:
        logging.disable(logging.NOTSET)
    _fuse(small, fused)
    whole.unlink()
    small.unlink()
    card = {"sha256": hashlib.sha256(fused.read_bytes()).hexdigest(), "calibration": UNCALIBRATED}
    (directory / "card.json").write_text(json.dumps(card, indent=1) + "\n")


def _fuse(file: Path, fused: Path) -> None:
    """Writes a model with its graph fused, by the passes that hold on any CPU."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.optimized_model_filepath = str(fused)
    onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
