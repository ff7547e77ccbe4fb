"""Models in the ONNX format, served by ONNX Runtime."""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from index.errors import Damaged
from index.preload import once

REMEMBERED = 2048  # texts that were read last: what some two hundred questions had read, in 15 MB
TOKENIZER = Path(__file__).parent / "all-MiniLM-L6-v2" / "tokenizer.json"


class CrossEncoder:
    """A model of one folder that reads two texts together. Any number of threads may share it."""

    kind: ClassVar[str]  # in its id

    def __init__(self, directory: Path, threads: int = 0) -> None:
        """Nothing is loaded before the first text is read; `threads` of 0 means one for each core."""
        self._directory = directory
        self._threads = threads
        self.load = once(self._open)
        # What a text is given is a function of its tokens alone, and many who come at once ask the same.
        self._read = lru_cache(REMEMBERED)(self._read_anew)

    @cached_property
    def card(self) -> Mapping[str, Any]:
        """Card of the model: what it was made of, and the weights that turn its scores into probabilities."""
        card: dict[str, Any] = json.loads((self._directory / "card.json").read_text())
        return card

    @property
    def id(self) -> str:
        """The name of its weights."""
        return f"{self.kind}@{self.card['sha256'][:12]}"

    def run(self, encodings: Sequence[Any]) -> Iterator[Sequence[Any]]:
        """Runs the model over each encoding by itself; yields its outputs in their order.

        What a text is given thus depends on no text beside it, and none is padded. All that are read at a
        time, of however many questions, share as many threads as may read: so many questions take no
        longer than one after the other. A text that was read lately for the same question is not read again.
        """
        yield from _readers(self._threads).map(self._outputs, encodings)

    def _outputs(self, encoding: Any) -> Sequence[Any]:
        return self._read(np.array(encoding.ids, np.int32).tobytes(), bytes(encoding.type_ids))

    def _read_anew(self, ids: bytes, types: bytes) -> tuple[Any, ...]:
        """The outputs for one text, given as its tokens; they are shared, so nobody may write into them."""
        given = {
            "ids": np.frombuffer(ids, np.int32)[None].astype(np.int64),
            "types": np.frombuffer(types, np.uint8)[None].astype(np.int64),
        }
        outputs = self.load().run(None, given)
        for output in outputs:
            output.setflags(write=False)
        return tuple(output[0] for output in outputs)

    def _open(self) -> Any:
        return open_session(self._directory / "model.onnx", self.card["sha256"], threads=1)


@cache
def _readers(threads: int) -> ThreadPoolExecutor:
    """Threads that read, each a text at a time."""
    return ThreadPoolExecutor(threads or cores(), thread_name_prefix="reading")


def cores() -> int:
    """Returns how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@cache
def open_tokenizer(**truncation: Any) -> Any:
    """The tokenizer of the packaged encoder, which does not pad, with `tokenizers`' own truncation.

    Whoever asks for the same truncation shares one, which takes a twentieth of a second to read.
    """
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
    # Products of 8 bits overflow on processors before VNNI, which then answer otherwise than those behind it.
    options.add_session_config_entry("session.x64quantprecision", "1")
    # By its path: from bytes the runtime would hold the model twice while it loads.
    return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
