"""Texts to vectors.

The default model ships with the package, exported to ONNX; any other sentence-transformers model is
exported once (`index.models.export`) and cached. ONNX Runtime and tokenizers serve them alone, so that
asking a question never imports torch. A model whose modules cannot be exported is served by
sentence-transformers itself.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from index.models.session import open_session, open_tokenizer
from index.plugins import plugin
from index.records import Span

Vectors = NDArray[np.float32]

DEFAULT_MODEL = "all-MiniLM-L6-v2"
PACKAGED = Path(__file__).parent / DEFAULT_MODEL
CARD = "embedder.json"
TOKENS_A_BATCH = 8192  # bounds the memory of one run whatever the length of its texts


class Embedder(Protocol):
    """A model that turns texts into vectors of unit length. Users plug in their own.

    `id` names the model and its weights: vectors of two ids are never compared.
    """

    id: str
    dimension: int

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape (len(texts), dimension), each of unit length."""
        ...

    def encode_query(self, text: str) -> Vectors:
        """The vector of a question, of shape (dimension,) and unit length."""
        ...


@dataclass(frozen=True, slots=True)
class Tokens:
    """The pieces of a text that a model reads: where each stands, and its vector in this text."""

    spans: tuple[Span, ...]
    vectors: Vectors


@runtime_checkable
class TokenEmbedder(Embedder, Protocol):
    """An embedder that gives the vectors of the pieces of a text, too."""

    def encode_tokens(self, text: str, kind: Literal["query", "document"]) -> Tokens:
        """The pieces of a text, as far as the model reads it."""
        ...


def reads(embedder: Embedder, language: str | None) -> bool:
    """Returns False if the embedder says of itself, in `languages`, that it does not read that language."""
    known: Sequence[str] | None = getattr(embedder, "languages", None)
    return known is None or language is None or language in known


class OnnxEmbedder:
    """An exported model served by ONNX Runtime."""

    def __init__(self, directory: Path, threads: int = 0) -> None:
        """Loads the export in `directory`; `threads` of 0 means one for each core.

        Raises Damaged where the model file is not the one that was exported.
        """
        card = json.loads((directory / CARD).read_text())
        self.id: str = card["id"]
        self.dimension: int = card["dimension"]
        self.precision: str = card["precision"]
        self.languages: list[str] | None = card.get("languages")
        self._prompts: dict[str, str] = card["prompts"]
        self._tokenizer = _tokenizer(directory, card)
        again = "install Dateline" if directory == PACKAGED else "delete that folder to export it"
        self._session = open_session(directory / "model.onnx", card["sha256"], threads, f"{again} again")

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        return self._encode([self._prompts["document"] + text for text in texts])

    def encode_query(self, text: str) -> Vectors:
        vector: Vectors = self._encode([self._prompts["query"] + text])[0]
        return vector

    def encode_tokens(self, text: str, kind: Literal["query", "document"]) -> Tokens:
        """The pieces of a text, without those of the prompt that the model wants before it."""
        prompt = self._prompts[kind]
        encoding = self._tokenizer.encode(prompt + text)
        spans = [Span(start - len(prompt), end - len(prompt)) for start, end in encoding.offsets]
        own = [place for place, span in enumerate(spans) if 0 <= span.start < span.end]
        ids = np.array([encoding.ids])
        (vectors,) = self._session.run(["tokens"], {"input_ids": ids, "attention_mask": np.ones_like(ids)})
        return Tokens(tuple(spans[place] for place in own), vectors[0][own])

    def _encode(self, texts: Sequence[str]) -> Vectors:
        encodings = self._tokenizer.encode_batch_fast(list(texts))
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        for rows in _batches([len(encoding.ids) for encoding in encodings]):
            longest = len(encodings[rows[-1]].ids)
            ids = np.zeros((len(rows), longest), dtype=np.int64)
            mask = np.zeros_like(ids)
            for line, row in enumerate(rows):
                tokens = encodings[row].ids
                ids[line, : len(tokens)] = tokens
                mask[line, : len(tokens)] = 1
            vectors[rows] = self._session.run(["vectors"], {"input_ids": ids, "attention_mask": mask})[0]
        return vectors


class TorchEmbedder:
    """A model that cannot be exported, served by sentence-transformers on torch."""

    def __init__(self, name: str, directory: Path) -> None:
        from index.models.export import load_model

        card = json.loads((directory / CARD).read_text())
        self.id: str = card["id"]
        self.dimension: int = card["dimension"]
        self.precision: str = card["precision"]
        self._model = load_model(name)

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        vectors: Vectors = self._model.encode_document(list(texts), normalize_embeddings=True)
        return vectors

    def encode_query(self, text: str) -> Vectors:
        vector: Vectors = self._model.encode_query(text, normalize_embeddings=True)
        return vector


def load_embedder(name: str, cache: Path, threads: int = 0) -> Embedder:
    """Returns the embedder of that name or path, exported into `cache` the first time.

    The default one is the packaged export, unless `cache` holds one of its own; an entry point of
    `dateline.embedders` is called under its name. Raises NotFound where there is no such model.
    """
    if name != DEFAULT_MODEL and (load := plugin("embedders", name)) is not None:
        own: Embedder = load()
        return own
    directory = cache / name.rstrip("/").replace("/", "--")
    if name == DEFAULT_MODEL and not (directory / CARD).exists():
        directory = PACKAGED
    if not (directory / CARD).exists():
        from index.models.export import export

        export(name, directory)
    if json.loads((directory / CARD).read_text())["runtime"] == "torch":
        return TorchEmbedder(name, directory)
    return OnnxEmbedder(directory, threads)


def _batches(lengths: Sequence[int]) -> list[list[int]]:
    """Rows grouped so that texts of like length are padded together: shortest first."""
    batches: list[list[int]] = []
    for row in sorted(range(len(lengths)), key=lengths.__getitem__):
        batch = batches[-1] if batches else None
        if batch is None or len(batch) == 32 or (len(batch) + 1) * lengths[row] > TOKENS_A_BATCH:
            batches.append([row])
        else:
            batch.append(row)
    return batches


def _tokenizer(directory: Path, card: dict[str, Any]) -> Any:
    if directory == PACKAGED:
        return open_tokenizer(max_length=card["max_tokens"])
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(directory / "tokenizer.json"))
    tokenizer.enable_truncation(card["max_tokens"])
    tokenizer.no_padding()
    return tokenizer
