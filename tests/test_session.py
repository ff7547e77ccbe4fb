"""Models give the same on every processor."""

import hashlib
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from index.models.session import open_session


def test_large_products_of_eight_bits_do_not_overflow(tmp_path: Path) -> None:
    weights = np.full((64, 16), 127, dtype=np.int8)
    graph = helper.make_graph(
        [helper.make_node("MatMulInteger", ["given", "weights"], ["sums"])],
        "products",
        [helper.make_tensor_value_info("given", TensorProto.UINT8, ["rows", 64])],
        [helper.make_tensor_value_info("sums", TensorProto.INT32, ["rows", 16])],
        [numpy_helper.from_array(weights, "weights")],
    )
    file = tmp_path / "model.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10), file)
    session = open_session(file, hashlib.sha256(file.read_bytes()).hexdigest(), threads=1)
    (sums,) = session.run(None, {"given": np.full((2, 64), 255, dtype=np.uint8)})
    assert sums.tolist() == [[255 * 127 * 64] * 16] * 2
