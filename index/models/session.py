"""Models in the ONNX format, served by ONNX Runtime."""

import hashlib
from pathlib import Path
from typing import Any


def is_whole(model: Path, sha256: str) -> bool:
    """Tells whether a model file is the one that was sealed with that digest."""
    with model.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == sha256


def open_session(model: Path, threads: int) -> Any:
    """An inference session on the CPU; `threads` of 0 means one for each core."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Spinning threads would take the cores from the searches and answers that run beside them.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # By its path: from bytes the runtime would hold the model twice while it loads.
    return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
