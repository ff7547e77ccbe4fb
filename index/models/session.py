"""Models in the ONNX format, served by ONNX Runtime."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from index.errors import Damaged
from index.preload import once

TOKENIZER = Path(__file__).parent / "all-MiniLM-L6-v2" / "tokenizer.json"
TEXTS_A_BATCH = 8


class CrossEncoder:
    """A model of one folder that reads two texts together. Any number of threads may share it."""

    kind: ClassVar[str]  # in its id

    def __init__(self, directory: Path, threads: int = 0) -> None:
        """Nothing is loaded before the first text is read; `threads` of 0 means one for each core."""
        self._directory = directory
        self._threads = threads
        self.load = once(self._open)

    @cached_property
    def card(self) -> Mapping[str, Any]:
        """Card of the model: what it was made of, and the weights that turn its scores into probabilities."""
        card: dict[str, Any] = json.loads((self._directory / "card.json").read_text())
        return card

    @property
    def id(self) -> str:
        """The name of its weights."""
        return f"{self.kind}@{self.card['sha256'][:12]}"

    def run(self, encodings: Sequence[Any]) -> Iterator[tuple[list[int], list[Any]]]:
        """Runs the model over encodings in batches of like length; yields their rows and its outputs."""
        order = sorted(range(len(encodings)), key=lambda row: len(encodings[row].ids))
        for first in range(0, len(order), TEXTS_A_BATCH):
            rows = order[first : first + TEXTS_A_BATCH]
            ids = np.zeros((len(rows), len(encodings[rows[-1]].ids)), dtype=np.int64)
            types = np.zeros_like(ids)
            for line, row in enumerate(rows):
                ids[line, : len(encodings[row].ids)] = encodings[row].ids
                types[line, : len(encodings[row].ids)] = encodings[row].type_ids
            yield rows, self.load().run(None, {"ids": ids, "types": types})

    def _open(self) -> Any:
        return open_session(self._directory / "model.onnx", self.card["sha256"], self._threads)


def open_tokenizer(**truncation: Any) -> Any:
    """The tokenizer of the packaged encoder, which does not pad, with `tokenizers`' own truncation."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(TOKENIZER))
    tokenizer.enable_truncation(**truncation)
    tokenizer.no_padding()
    return tokenizer


def open_session(model: Path, sha256: str, threads: int, way_out: str = "install Dateline again") -> Any:
    """Opens a model on the CPU; `threads` of 0 means one for each core.

    Raises Damaged, which names the way out, where the file is not the one that was sealed with that digest.
    """
    import onnxruntime

    with model.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
            raise Damaged(f"the model in {model.parent} is damaged; {way_out}")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Spinning threads would take the cores from the searches and answers that run beside them.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # By its path: from bytes the runtime would hold the model twice while it loads.
    return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
