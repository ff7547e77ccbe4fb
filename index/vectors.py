"""The vector index: which passages lie nearest to a question.

An index is a value: `updated` makes another one and leaves this one as it is, so that nothing is
ever added to an index that is being searched (FAISS crashes when it is).
"""

from collections.abc import Sequence
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from index.embedding import Vectors

Ids = NDArray[np.int64]


class VectorIndex(Protocol):
    """Vectors of unit length by passage id, searched by inner product. Users plug in their own."""

    dimension: int

    def __len__(self) -> int: ...

    def ids(self) -> Ids:
        """The ids in it, in no order."""
        ...

    def search(self, vector: Vectors, k: int, allowed: Ids | None = None) -> list[tuple[int, float]]:
        """At most k (passage id, inner product), best first, among `allowed` where it is given."""
        ...

    def updated(self, ids: Ids, vectors: Vectors, removed: Sequence[int] = ()) -> Self:
        """Another index without `removed` and with `ids`; `vectors` has shape (len(ids), dimension)."""
        ...

    def to_bytes(self) -> bytes:
        """The index as bytes that `from_bytes` reads again."""
        ...

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """The index that `to_bytes` wrote. The bytes must have been verified: parsers trust them."""
        ...


class FaissIndex:
    """Exact search over 16-bit floats, which is how the catalogue keeps vectors."""

    def __init__(self, index: Any) -> None:
        """Wraps a FAISS index that keeps ids; `empty` makes one."""
        self._index = index
        self.dimension: int = index.d

    @classmethod
    def empty(cls, dimension: int) -> Self:
        """An index with nothing in it."""
        import faiss

        exact = faiss.IndexScalarQuantizer(
            dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
        )
        return cls(faiss.IndexIDMap2(exact))

    def __len__(self) -> int:
        count: int = self._index.ntotal
        return count

    def ids(self) -> Ids:
        import faiss

        # A copy: the array that FAISS hands out dies with the index.
        ids: Ids = faiss.vector_to_array(self._index.id_map).astype(np.int64, copy=True)
        return ids

    def search(self, vector: Vectors, k: int, allowed: Ids | None = None) -> list[tuple[int, float]]:
        import faiss

        # One query is too little work for two threads, which on shared cores wait for each other; the
        # setting belongs to the thread that calls.
        faiss.omp_set_num_threads(1)
        parameters = None
        if allowed is not None:
            parameters = faiss.SearchParameters(sel=faiss.IDSelectorBatch(allowed))  # type: ignore[call-arg]
        scores, ids = self._index.search(vector[np.newaxis], min(k, len(self)) or 1, params=parameters)
        # FAISS fills up with id -1 where it finds fewer than k.
        return [(int(i), float(s)) for i, s in zip(ids[0], scores[0], strict=True) if i >= 0]

    def updated(self, ids: Ids, vectors: Vectors, removed: Sequence[int] = ()) -> Self:
        import faiss

        if not np.isfinite(vectors).all():
            raise ValueError("a vector with NaN or infinity would be found by every search")
        index = faiss.clone_index(self._index)
        if len(removed):
            index.remove_ids(np.asarray(removed, dtype=np.int64))  # type: ignore[arg-type]
        if len(ids):
            index.add_with_ids(vectors, ids)
        return type(self)(index)

    def to_bytes(self) -> bytes:
        import faiss

        # Not faiss.write_index: it reports no error on a full disk.
        return bytes(faiss.serialize_index(self._index))

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        import faiss

        return cls(faiss.deserialize_index(np.frombuffer(data, dtype=np.uint8)))
