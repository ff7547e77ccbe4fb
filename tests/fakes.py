"""Public stand-ins for the parts that need a model or a network. They are deterministic, and they rank."""

from collections.abc import Sequence
from zlib import crc32

import numpy as np

from index.backends.local.lexical import stems
from index.models.embedding import Vectors
from index.models.entailment import Entailed
from service.verification.judge import Pair
from service.verification.tokens import quantities


class HashedWords:
    """An embedder without a model: texts that share words lie near each other.

    Each stemmed word adds to or takes from one coordinate. `documents` and `queries` count what was
    embedded, so that a test can prove that nothing was embedded again.
    """

    def __init__(self, id: str = "hashed-words@1", dimension: int = 32) -> None:
        self.id = id
        self.dimension = dimension
        self.documents = 0
        self.queries = 0

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        self.documents += len(texts)
        return np.stack([self._vector(text) for text in texts])

    def encode_query(self, text: str) -> Vectors:
        self.queries += 1
        return self._vector(text)

    def _vector(self, text: str) -> Vectors:
        vector = np.zeros(self.dimension, dtype=np.float32)
        # The constant first coordinate keeps the vector of a text without words from being zero.
        vector[0] = 0.1
        for word in stems(text):
            code = crc32(word.encode())
            vector[code % self.dimension] += 1 if code & 1 << 16 else -1
        length: np.float32 = np.linalg.norm(vector)
        return vector / (length or np.float32(1))


class WordJudge:
    """A judge without a model: support falls fast with the share of a claim's words that the premise lacks.

    Where only one of the two denies, or a number of the claim is missing, it is contradicted. `asked` keeps
    every pair.
    """

    threshold = 0.75

    def __init__(self) -> None:
        self.asked: list[Pair] = []

    def judge(self, pairs: Sequence[Pair]) -> list[Entailed]:
        self.asked += pairs
        return [self._entailed(*pair) for pair in pairs]

    def _entailed(self, premise: str, claim: str) -> Entailed:
        words, told = set(stems(claim)), set(stems(premise))
        share = len(words & told) / len(words) if words else 1.0
        numbers = {one.value for one in quantities(claim)} - {one.value for one in quantities(premise)}
        if numbers or ("not" in words) != ("not" in told):
            return Entailed(0.0, share, 1 - share)
        return Entailed(share**2, 0.0, 1 - share**2)


def panic() -> None:
    """Lets a library in Rust panic, which raises what is no Exception."""
    import tantivy

    index = tantivy.Index(tantivy.SchemaBuilder().build())
    index.searcher().doc(tantivy.DocAddress(9, 0))
